//! An upload, as the consumer sees it: one step at a time, and always a way on. Each step has a file.

mod ask_replace;
mod choose;
mod closed;
mod done;
mod file_button;
mod notice;
mod review;
pub mod section;
mod selected_file;
mod sending;
mod unchecked;
mod waiting;
