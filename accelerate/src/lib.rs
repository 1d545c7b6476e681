//! AccelerateConnect's *consumerportal* collection on the wire: what the four endpoints are asked,
//! what they answer, and how to read an answer that PHP wrote.
//!
//! Relies on nothing but bytes and text: no I/O of any kind, no browser. What is sent and received is
//! the caller's business.
#![forbid(unsafe_code)]

mod amount;
pub mod conventions;
mod datetime;
pub mod decode;
pub mod document_kind;
pub mod filename;
mod html;
pub mod json;
mod offers;
pub mod otd;
pub mod problem;
pub mod request;
pub mod session;
#[cfg(feature = "signing")]
pub mod signing;
mod task;
pub mod telephone;
