//! The one place that reaches for the browser. What is here is as thin as it can be: decisions are
//! made elsewhere, where they can be tested without one.

pub mod dom;
pub mod fetch;
pub mod file;
pub mod frame;
pub mod gateway;
pub mod intl;
pub mod kept;
pub mod page;
pub mod panic;
pub mod save;
pub mod send;
pub mod wait;
