//! What the steps of an upload share.

use leptos::prelude::*;
use web_sys::File;

use crate::{
    i18n::UploadTexts,
    upload::{machine::Event, store::Upload},
};

/// The texts of the steps.
pub(super) fn use_upload_texts() -> &'static UploadTexts {
    expect_context()
}

/// What the steps share.
#[derive(Clone, Copy)]
pub(super) struct UploadForm {
    pub upload: Upload,
    /// More than one file was selected at once.
    pub several_selected: RwSignal<bool>,
}

impl UploadForm {
    /// Takes the first of the files that were selected or dropped.
    pub fn select(self, files: Vec<File>) {
        self.several_selected.set(files.len() > 1);
        match files.into_iter().next() {
            Some(file) => self.upload.select(file),
            None => self.upload.select_nothing(),
        }
    }

    /// What a button does that takes an event of the machine.
    pub fn on_press(self, event: Event<File>) -> Callback<()> {
        let event = StoredValue::new_local(event);
        Callback::new(move |()| self.upload.step(event.get_value()))
    }
}
