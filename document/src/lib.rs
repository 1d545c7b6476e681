//! `document`: makes one good PDF of the photos and PDFs that a consumer chose, on their own device. In the browser it
//! is a module of its own, which a Web Worker loads when it is first needed.
//!
//! It knows nothing of Leptos, of the network or of a dossier. Whatever it reads is hostile: each reader has limits of
//! time and memory, and says what is wrong in an error.
#![forbid(unsafe_code)]

pub use document_scan::{self as scan, picture};

pub mod covered;
pub mod message;
pub mod pdf;
pub mod watermark;
#[cfg(all(feature = "worker", target_arch = "wasm32"))]
pub mod worker;
