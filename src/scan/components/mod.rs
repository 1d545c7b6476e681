//! What is shown while a document is put together: the list of its pages, or one of them.

mod busy;
pub mod composer;
mod corners;
mod cover;
mod page_editor;
mod page_list;
mod pdf_page;
mod picture;
mod safe_copy;
