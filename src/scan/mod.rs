//! Putting one document together of photos and PDFs: its pages, in an order, each turned, cut out and lit as the
//! consumer wants it.
//!
//! It is a part of its own, loaded when a file is first chosen. The draft knows no browser; the store has the worker
//! make what the draft says; the components show the pages.

pub mod components;
pub mod covered;
pub mod draft;
pub mod drawings;
pub mod store;
