//! Files that the consumer selected or dropped.

use js_sys::{Array, JsString};
use leptos::prelude::event_target;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, ClipboardEvent, DataTransfer, DragEvent, Element, Event, EventTarget, File, FileList,
    FilePropertyBag, HtmlInputElement,
};

/// Whether the device can read the file. A folder, and a file in the cloud that does not come, look
/// like files until they are read.
pub async fn is_readable(file: &File) -> bool {
    match file.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => JsFuture::from(first.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

/// The file's name, composed (NFC): a Mac writes an é as two characters.
pub fn name(file: &File) -> String {
    let name = JsString::from(file.name());
    name.normalize("NFC").into()
}

/// A file of that content, name and media type. `None` when the browser refuses.
pub fn named(content: &Blob, name: &str, media_type: &str) -> Option<File> {
    let options = FilePropertyBag::new();
    options.set_type(media_type);
    File::new_with_blob_sequence_and_options(&Array::of1(content), name, &options).ok()
}

/// The files of a file input's `change` event. The input is emptied, so that selecting the same file
/// again is a change too.
pub fn take_selected(event: &Event) -> Vec<File> {
    let input: HtmlInputElement = event_target(event);
    let files = input.files().map(to_vec).unwrap_or_default();
    input.set_value("");
    files
}

/// Whether files are dragged. Which ones a browser tells only when they are dropped.
pub fn are_dragged(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}

/// Whether an event is in a field, which takes what is dropped or pasted by itself: a text, or a file in a file
/// field.
pub fn is_over_field(event: &Event) -> bool {
    let target = event.composed_path().get(0).dyn_into::<Element>();
    target.is_ok_and(|target| matches!(target.local_name().as_str(), "input" | "textarea"))
}

/// Whether an event is inside an element.
pub fn is_inside(event: &Event, element: &EventTarget) -> bool {
    event.composed_path().includes(element, 0)
}

/// The files of a drop. It is empty when something else was dropped.
pub fn dropped(event: &DragEvent) -> Vec<File> {
    files_of(event.data_transfer())
}

/// The files of a paste. It is empty when a field takes text: Word and Excel copy a picture of it, too.
pub fn pasted(event: &ClipboardEvent) -> Vec<File> {
    let data = event.clipboard_data();
    let is_text = |data: &DataTransfer| data.types().includes(&"text/plain".into(), 0);
    files_of(data.filter(|data| !is_over_field(event) || !is_text(data)))
}

fn files_of(transfer: Option<DataTransfer>) -> Vec<File> {
    transfer
        .and_then(|transfer| transfer.files())
        .map(to_vec)
        .unwrap_or_default()
}

fn to_vec(list: FileList) -> Vec<File> {
    (0..list.length())
        .filter_map(|index| list.get(index))
        .collect()
}
