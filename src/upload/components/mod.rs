//! An upload, as the consumer sees it: one step at a time, and always a way on. Each step has a file.

mod ask_discard;
mod ask_replace;
mod choose;
mod closed;
mod compose;
mod done;
pub mod file_button;
pub mod form;
mod kept;
mod notice;
mod review;
pub mod section;
mod selected_file;
mod sending;
mod unchecked;
mod waiting;
