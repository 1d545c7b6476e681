//! The demo as a browser meets it: a server in process, asked over HTTP. One file for each thing that
//! could go wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod decoding;
mod documents;
mod example;
mod networks;
mod origins;
mod program;
mod readme;
mod refusals;
mod session_faults;
mod site;
mod stopping;
mod upload_faults;
mod uploads;
