//! The gateway: serves the portal's site, keeps consumers signed in without passwords, and passes the
//! four endpoints on to AccelerateConnect, signed. It has no database: a consumer holds signed tokens, and
//! what the gateway remembers is good for minutes or hours.
//!
//! Each file uses only those below it:
//!
//! ```text
//! server                            listens, stops                        -> service
//! service                           one request: route, checks, answer    -> all below
//! endpoints   links   assets        what answers a request                -> app_state, upstream, session
//! app_state                         what the endpoints share              -> all below
//! upstream   session   limits   action_cache   dedup   metrics            one concern each
//! action_scanner   relay   token   json_cleaner   style_hashes   refusal  tools
//! config -> settings                                                      what can be set
//! ```

pub mod action_cache;
pub mod action_scanner;
pub mod allowed_origins;
pub mod app_state;
pub mod assets;
pub mod circuit;
pub mod client_address;
pub mod config;
pub mod connection;
pub mod dedup;
pub mod endpoints;
pub mod json_cleaner;
pub mod limits;
pub mod links;
pub mod log;
pub mod metrics;
pub mod qr;
pub mod refusal;
pub mod relay;
pub mod security_headers;
pub mod server;
pub mod service;
pub mod session;
pub mod settings;
pub mod style_hashes;
pub mod token;
pub mod upstream;
