//! The step in which the document is being sent.

use leptos::prelude::*;

use super::{
    form::{UploadForm, use_upload_texts},
    selected_file::SelectedFileRow,
};
use crate::{
    components::button::Button,
    context::use_formats,
    i18n::fill,
    upload::machine::{Event, UploadState},
};

/// The step.
#[component]
pub(super) fn Sending(form: UploadForm) -> impl IntoView {
    let (texts, formats) = (use_upload_texts(), use_formats());
    let machine = form.upload.machine;
    let bytes = move || match machine.read().state() {
        UploadState::Send { sent, total } => (*sent, *total),
        _ => (0, 1),
    };
    let words = move || {
        let (sent, total) = bytes();
        if sent >= total {
            return texts.processing.to_owned();
        }
        fill(
            texts.sending_part,
            &[
                ("sent", &formats.size(sent as f64)),
                ("total", &formats.size(total as f64)),
                ("percent", &formats.percent(sent as f64, total as f64)),
            ],
        )
    };
    view! {
        <div class="sending">
            <h3 data-focus="" tabindex="-1">
                {texts.sending}
            </h3>
            <SelectedFileRow form/>
            <progress
                aria-label=texts.sending
                max=move || bytes().1.to_string()
                value=move || bytes().0.to_string()
            ></progress>
            <p class="amount">{move || words()}</p>
            <p class="hint">{texts.stay_here}</p>
            <Button on_press=form.on_press(Event::Back)>{texts.cancel}</Button>
        </div>
    }
}
