//! What pages are made of. A component takes what it shows as props, and what many need from context.
//! It knows nothing of the page around it.

pub mod button;
pub mod details;
pub mod dialog;
pub mod download;
pub mod icon;
pub mod link;
pub mod log_out;
pub mod person;
pub mod phone;
pub mod product;
pub mod progress;
pub mod screen;
pub mod session_ending;
pub mod task_list;
pub mod timeline;
