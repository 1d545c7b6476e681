//! The gateway: serves the portal's site, keeps consumers signed in without passwords, and passes the
//! four endpoints on to AccelerateConnect, signed. It keeps nothing that a restart would lose: what a
//! consumer holds is in signed tokens, what it remembers itself is good for minutes.

pub mod address;
pub mod assets;
pub mod circuit;
pub mod config;
pub mod connection;
pub mod endpoints;
pub mod flow;
pub mod headers;
pub mod limits;
pub mod links;
pub mod log;
pub mod metrics;
pub mod once;
pub mod origin;
pub mod owned;
pub mod qr;
pub mod refusal;
pub mod server;
pub mod service;
pub mod session;
pub mod settings;
pub mod token;
pub mod upstream;
