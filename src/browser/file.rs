//! Files that the consumer chose or dropped.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, Event, File, FileList, HtmlInputElement};

/// Whether the device can read a file: a folder and a lost cloud file are files too, until read.
pub async fn is_readable(file: &File) -> bool {
    match file.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => JsFuture::from(first.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

/// The files that a file input was given, which is then empty again: so that choosing the same file
/// once more is a choice too.
pub fn take_chosen(event: &Event) -> Vec<File> {
    let input = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else {
        return Vec::new();
    };
    let files = input.files().map(files).unwrap_or_default();
    input.set_value("");
    files
}

/// The files of a drop. Empty when what was dropped is no file.
pub fn dropped(event: &DragEvent) -> Vec<File> {
    event
        .data_transfer()
        .and_then(|dropped| dropped.files())
        .map(files)
        .unwrap_or_default()
}

fn files(list: FileList) -> Vec<File> {
    (0..list.length()).filter_map(|at| list.get(at)).collect()
}
