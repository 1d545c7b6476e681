//! What pages are made of. Each part takes what it shows as values and knows nothing of the page
//! around it.

pub mod action_list;
pub mod button;
pub mod details;
pub mod dialog;
pub mod download;
pub mod icon;
pub mod link;
pub mod log_out;
pub mod person;
pub mod phone;
pub mod progress;
pub mod screen;
pub mod timeline;
