//! The gateway: serves the portal's site, keeps consumers signed in without passwords, and passes the
//! four endpoints on to AccelerateConnect, signed. A consumer holds signed tokens. What the gateway itself
//! must remember is little, has an end time, and is in a store that several copies can share.
//!
//! Each file uses only those below it:
//!
//! ```text
//! server             listens, stops                        -> offices, connection, connections
//! offices            the office of a request               -> service
//! revocation         a command that closes links           -> links, records
//! health  deployment other commands                        -> settings
//! service            one request: route, checks, answer    -> the parts, allowed_origins, client_address
//! endpoints  links  open_page  second_question  portal_page  assets  security_headers     the parts that answer
//!                    -> app_state, session, upstream, qr, html, inline_hashes
//! app_state          what the endpoints share              -> the concerns
//! upstream  session  limits  connections  action_scanner  audit  dedup  metrics  circuit    one concern each
//!                    -> the tools, records
//! records -> store                                         what is remembered, and where
//! action_cache  draft_keys  last_piece  relay  request_context  token  transfer  json_cleaner  refusal     tools
//! config -> settings, host, colour                         what can be set
//! ```

pub mod action_cache;
pub mod action_scanner;
pub mod allowed_origins;
pub mod app_state;
pub mod assets;
pub mod audit;
pub mod circuit;
pub mod client_address;
pub mod colour;
pub mod config;
pub mod connection;
pub mod connections;
pub mod crowd;
pub mod dedup;
pub mod deployment;
pub mod draft_keys;
pub mod endpoints;
pub mod health;
pub mod host;
pub mod html;
pub mod inline_hashes;
pub mod json_cleaner;
pub mod last_piece;
pub mod limits;
pub mod links;
pub mod log;
pub mod metrics;
pub mod offices;
pub mod open_page;
pub mod portal_page;
pub mod qr;
pub mod records;
pub mod refusal;
pub mod relay;
pub mod request_context;
pub mod revocation;
pub mod second_question;
pub mod security_headers;
pub mod server;
pub mod service;
pub mod session;
pub mod session_id_mask;
pub mod settings;
pub mod store;
pub mod token;
pub mod transfer;
pub mod upstream;
