//! What the steps of an upload share.

use leptos::prelude::*;
use web_sys::File;

use crate::upload::{machine::Event, store::Upload};

/// What the steps share.
#[derive(Clone, Copy)]
pub struct UploadForm {
    /// The upload.
    pub upload: Upload,
    /// More than one file was selected at once.
    pub several_selected: RwSignal<bool>,
}

impl UploadForm {
    /// What the steps of this upload share.
    pub fn new(upload: Upload) -> Self {
        Self {
            upload,
            several_selected: RwSignal::new(false),
        }
    }

    /// Takes the files that were selected or dropped. Where they cannot be put together, it takes the first.
    pub fn select(self, files: Vec<File>) {
        let is_cut = files.len() > 1 && !self.upload.limits().accepts_pdf();
        self.several_selected.set(is_cut);
        // Who chooses more goes on with it.
        if !files.is_empty() {
            self.upload.asks_discard.set(false);
        }
        self.upload.select(files);
    }

    /// What a button does that takes an event of the machine.
    pub fn on_press(self, event: Event<File>) -> Callback<()> {
        let event = StoredValue::new_local(event);
        Callback::new(move |()| self.upload.step(event.get_value()))
    }
}
