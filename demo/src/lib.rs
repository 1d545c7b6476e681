//! A stand-in for AccelerateConnect: the *consumerportal* collection, in memory, strict about its
//! rules, with a well-known name for every fault (`README.md` lists them).
//!
//! The rules ([`Accelerate`]) take a [`Request`] and give an [`Response`]; they know no server framework,
//! no clock, no thread and no socket, so that they compile to WebAssembly too. With the feature
//! `server` (the default), [`server::start`] puts them behind HTTP. Nothing here is used in production.
#![forbid(unsafe_code)]

mod accelerate;
pub mod consumers;
mod date;
mod dossier;
mod dossiers;
mod downloads;
pub mod faults;
pub mod files;
mod multipart;
pub mod networks;
mod parameters;
mod pdf;
mod php;
mod signing;
mod uploads;
mod wire;

#[cfg(feature = "server")]
pub mod server;

pub use accelerate::{Accelerate, MAX_UPLOAD};
pub use date::Date;
pub use parameters::{Conventions, HeaderValues, UploadBody};
pub use signing::Signing;
pub use uploads::Upload;
pub use wire::{Body, Delivery, Request, Response};
