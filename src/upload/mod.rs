//! Uploading a document: what may be uploaded, and the steps from selecting a file to knowing that it
//! arrived.
//!
//! The machine decides and has no browser in it; the store runs what the machine asks for; the components
//! show where an upload stands.

pub mod components;
pub mod identity;
pub mod limits;
pub mod machine;
pub mod store;
