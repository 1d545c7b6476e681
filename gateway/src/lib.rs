//! The gateway: serves the portal's site, keeps consumers signed in without passwords, and passes the
//! four endpoints on to AccelerateConnect, signed. It keeps nothing that a restart would lose: what a
//! consumer holds is in signed tokens, what it remembers itself is good for minutes.

pub mod circuit;
pub mod flow;
pub mod metrics;
pub mod once;
pub mod owned;
pub mod refusal;
pub mod settings;
pub mod upstream;
