//! The steps in which the consumer waits: the file is being prepared, or the session is being read.

use leptos::prelude::*;

use super::form::{UploadForm, use_upload_texts};
use crate::{
    components::{button::Button, icon::Icon},
    upload::machine::Event,
};

/// The step.
#[component]
pub(super) fn Waiting(
    form: UploadForm,
    /// What the consumer waits for.
    words: &'static str,
    /// Whether they can cancel it.
    can_cancel: bool,
) -> impl IntoView {
    let cancel = can_cancel.then(|| {
        view! { <Button on_press=form.on_press(Event::Back)>{use_upload_texts().cancel}</Button> }
    });
    view! {
        <div class="waiting" role="status" data-focus="" tabindex="-1">
            <Icon name="busy"/>
            <p>{words}</p>
            {cancel}
        </div>
    }
}
