//! Files that the consumer selected or dropped.

use leptos::prelude::event_target;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, Event, File, FileList, HtmlInputElement};

/// Whether the device can read the file. A folder, and a file in the cloud that does not come, look
/// like files until they are read.
pub async fn is_readable(file: &File) -> bool {
    match file.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => JsFuture::from(first.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

/// The files of a file input's `change` event. The input is emptied, so that selecting the same file
/// again is a change too.
pub fn take_selected(event: &Event) -> Vec<File> {
    let input: HtmlInputElement = event_target(event);
    let files = input.files().map(to_vec).unwrap_or_default();
    input.set_value("");
    files
}

/// The files of a drop. It is empty when something else was dropped.
pub fn dropped(event: &DragEvent) -> Vec<File> {
    event
        .data_transfer()
        .and_then(|transfer| transfer.files())
        .map(to_vec)
        .unwrap_or_default()
}

fn to_vec(list: FileList) -> Vec<File> {
    (0..list.length())
        .filter_map(|index| list.get(index))
        .collect()
}
