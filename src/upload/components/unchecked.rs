//! The step when nobody could say whether the document arrived.

use leptos::prelude::*;

use super::{
    form::{UploadForm, use_upload_texts},
    selected_file::SelectedFileRow,
};
use crate::{components::button::PrimaryButton, upload::machine::Event};

/// The step.
#[component]
pub(super) fn Unchecked(form: UploadForm) -> impl IntoView {
    let texts = use_upload_texts();
    view! {
        <div class="problem" role="alert" data-focus="" tabindex="-1">
            <h3>{texts.cannot_check}</h3>
            <p>{texts.cannot_check_more}</p>
        </div>
        <SelectedFileRow form/>
        <p class="buttons">
            <PrimaryButton on_press=form
                .on_press(Event::CheckAgain)>{texts.check_again}</PrimaryButton>
        </p>
    }
}
