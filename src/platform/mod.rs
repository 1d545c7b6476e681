//! All that asks the browser for something. What is here is thin: decisions are made elsewhere, where
//! they can be tested without a browser.
//!
//! `portal.js`, the loader, defines the element and starts the module.

pub mod awake;
pub mod crypto;
pub mod file;
pub mod frame;
pub mod history;
pub mod intl;
pub mod panic;
pub mod save;
pub mod seen;
pub mod storage;
pub mod style;
pub mod window;
pub mod worker;
