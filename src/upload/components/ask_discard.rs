//! The step that asks whether pages that were put together, or what was done to them, may go.

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
    let (title, more) = match machine.with_untracked(|it| it.file().is_some()) {
        true => (texts.discard_changes_ask, texts.discard_changes_more),
        false => (texts.discard_ask, texts.discard_more),
    };
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
                <Button on_press=form.on_press(Event::Back)>{texts.discard}</Button>
            </p>
        </div>
    }
}
