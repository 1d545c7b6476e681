//! The step in which a file is selected, dropped or photographed.

use leptos::prelude::*;

use super::{file_button::FileButton, form::UploadForm, notice::UploadNotice};
use crate::{
    components::button::Button,
    context::{flag, use_dialogs, use_formats, use_rest_texts, use_session},
    i18n::fill,
};

/// The step.
#[component]
pub(super) fn Choose(form: UploadForm) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let limits = form.upload.limits();
    let kinds = match limits.accepts_every_kind() {
        true => texts.kinds_everyday.to_owned(),
        false => limits.names(),
    };
    let size = formats.size(limits.max_bytes as f64);
    let hint = fill(texts.kinds_and_size, &[("kinds", &kinds), ("size", &size)]);
    let photo = limits.accepts_photos().then(|| {
        view! {
            <FileButton
                form
                class="button camera"
                icon="camera"
                words=texts.take_photo
                accept="image/*"
                camera=true
            />
        }
    });
    let auth = use_session().auth;
    let has_gateway = flag(move || auth.has_gateway.get());
    let dialogs = use_dialogs();
    let phone = move || {
        view! {
            <Button class="button quiet on-desktop" on_press=move || dialogs.phone.set(true)>
                {texts.phone_photo}
            </Button>
        }
        .into_any()
    };
    view! {
        <UploadNotice form/>
        <div class="drop" data-focus="" tabindex="-1">
            <FileButton
                form
                class="button primary"
                icon="upload"
                words=texts.choose_file
                accept=limits.accept()
            />
            {photo}
            <p class="drop-here">{texts.drop_here}</p>
            <p class="hint">{hint}</p>
            {move || has_gateway.get().then(phone)}
        </div>
    }
}
