//! The step that asks whether the document may replace an earlier one.

use leptos::prelude::*;

use super::{
    form::{UploadForm, use_upload_texts},
    selected_file::SelectedFileRow,
};
use crate::{
    components::button::{Button, PrimaryButton},
    upload::machine::Event,
};

/// The step.
#[component]
pub(super) fn AskReplace(form: UploadForm) -> impl IntoView {
    let texts = use_upload_texts();
    view! {
        <div class="ask">
            <h3 data-focus="" tabindex="-1">
                {texts.ask_replace}
            </h3>
            <p>{texts.ask_replace_more}</p>
            <SelectedFileRow form/>
            <p class="buttons">
                <PrimaryButton on_press=form
                    .on_press(Event::ConfirmReplace)>{texts.replace}</PrimaryButton>
                <Button on_press=form.on_press(Event::Back)>{texts.do_not_replace}</Button>
            </p>
        </div>
    }
}
