//! The step when the action takes no document any more.

use leptos::prelude::*;

use super::{
    form::{UploadForm, use_upload_texts},
    selected_file::SelectedFileRow,
};

/// The step.
#[component]
pub(super) fn Closed(form: UploadForm) -> impl IntoView {
    view! {
        <p class="notice" data-focus="" tabindex="-1">
            {use_upload_texts().no_longer_asked}
        </p>
        <SelectedFileRow form removable=true/>
    }
}
