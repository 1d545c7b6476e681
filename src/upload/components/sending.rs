//! The step in which the document is being sent.

use leptos::prelude::*;

use super::{form::UploadForm, selected_file::SelectedFileRow};
use crate::{
    components::button::Button,
    context::{flag, use_formats, use_rest_texts},
    i18n::fill,
    upload::machine::{Event, UploadState},
};

/// The step.
#[component]
pub(super) fn Sending(form: UploadForm) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let machine = form.upload.machine;
    let bytes = move || match machine.read().state() {
        UploadState::Send { sent, total } => (*sent, *total),
        _ => (0, 1),
    };
    let is_sent = flag(move || {
        let (sent, total) = bytes();
        sent >= total
    });
    let amount = move || {
        let (sent, total) = bytes();
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
            // Who listens hears that it is sent, and not each percent.
            <p class="amount">
                {move || (!is_sent.get()).then(amount)}
                <span role="status">{move || is_sent.get().then_some(texts.processing)}</span>
            </p>
            <p class="hint">{texts.stay_here}</p>
            <Button on_press=form.on_press(Event::Back)>{texts.cancel}</Button>
        </div>
    }
}
