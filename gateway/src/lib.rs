//! The gateway: serves the portal's site, keeps consumers signed in without passwords, and passes the
//! four endpoints on to AccelerateConnect, signed. It has no database: a consumer holds signed tokens, and
//! what the gateway remembers is good for minutes or hours.
//!
//! Each file uses only those below it:
//!
//! ```text
//! server             listens, stops                        -> service, connection, connections
//! service            one request: route, checks, answer    -> the parts, allowed_origins, client_address
//! endpoints  links  open_page  second_question  assets  security_headers      the parts that answer
//!                    -> app_state, session, upstream, qr, style_hashes
//! app_state          what the endpoints share              -> the concerns
//! upstream  session  limits  connections  action_scanner  dedup  metrics  circuit    one concern each
//!                    -> the tools
//! action_cache  relay  token  json_cleaner  refusal                       tools
//! config -> settings                                       what can be set
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
pub mod connections;
pub mod dedup;
pub mod endpoints;
pub mod json_cleaner;
pub mod limits;
pub mod links;
pub mod log;
pub mod metrics;
pub mod open_page;
pub mod qr;
pub mod refusal;
pub mod relay;
pub mod second_question;
pub mod security_headers;
pub mod server;
pub mod service;
pub mod session;
pub mod settings;
pub mod style_hashes;
pub mod token;
pub mod upstream;
