//! What a consumer can open: one file a page.

pub mod action;
pub mod documents;
pub mod me;
pub mod overview;
pub mod product;
pub mod signed_out;
