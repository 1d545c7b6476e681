//! The calls: the four endpoints of the consumerportal collection, and what our gateway answers beside
//! them. What the wire looks like is in `accelerate`; nothing here knows what is on the screen.

pub mod document;
pub mod gateway;
pub mod http;
pub mod session;
pub mod upload;
