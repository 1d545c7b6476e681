//! The step that asks whether pages that were put together, or what was done to them, may go: while they are put
//! together, and with the document that was made of them.

use leptos::prelude::*;

use super::form::UploadForm;
use crate::{
    components::button::{Button, PrimaryButton},
    context::use_rest_texts,
    upload::machine::Event,
};

/// The step.
#[component]
pub(super) fn AskDiscard(form: UploadForm) -> impl IntoView {
    let texts = use_rest_texts();
    let (machine, asks) = (form.upload.machine, form.upload.asks_discard);
    let (is_composing, has_file) =
        machine.with_untracked(|it| (it.is_composing(), it.file().is_some()));
    let (title, more) = match is_composing && has_file {
        true => (texts.discard_changes_ask, texts.discard_changes_more),
        false => (texts.discard_ask, texts.discard_more),
    };
    let discard = form.on_press(match is_composing {
        true => Event::Back,
        false => Event::RemoveFile,
    });
    view! {
        <div class="ask">
            <h3 data-focus="" tabindex="-1">
                {title}
            </h3>
            <p>{more}</p>
            <p class="buttons">
                <PrimaryButton on_press=move || {
                    asks.set(false)
                }>{texts.do_not_discard}</PrimaryButton>
                <Button on_press=move || {
                    asks.set(false);
                    discard.run(());
                }>{texts.discard}</Button>
            </p>
        </div>
    }
}
