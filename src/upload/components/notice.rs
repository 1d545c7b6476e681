//! What there is to say beside a step: a file that was not taken, or that sending was cancelled.

use leptos::prelude::*;

use super::form::{UploadForm, use_upload_texts};
use crate::{
    context::use_formats,
    i18n::fill,
    upload::{
        limits::FileRefusal,
        machine::{Notice, UploadMachine},
    },
};

/// The notice. It is empty when there is nothing to say.
#[component]
pub(super) fn UploadNotice(form: UploadForm) -> impl IntoView {
    let (texts, formats) = (use_upload_texts(), use_formats());
    let UploadForm {
        upload,
        several_selected,
    } = form;
    let notice = Memo::new(move |_| {
        (
            upload.machine.with(UploadMachine::notice),
            several_selected.get(),
        )
    });
    let refused = move |refusal| match refusal {
        FileRefusal::Empty => texts.refused_empty.to_owned(),
        FileRefusal::Unreadable => texts.unreadable.to_owned(),
        FileRefusal::TooLarge { size, max } => fill(
            texts.refused_large,
            &[
                ("size", &formats.size(size as f64)),
                ("max", &formats.size(max as f64)),
            ],
        ),
        FileRefusal::WrongKind | FileRefusal::NoFile => {
            fill(texts.refused_kind, &[("kinds", &upload.limits().names())])
        }
    };
    let words = move || match notice.get() {
        (None, false) => None,
        (None, true) => Some(texts.refused_several.to_owned()),
        (Some(Notice::Cancelled), _) => Some(texts.cancelled.to_owned()),
        (Some(Notice::CancelledInTime), _) => Some(texts.cancelled_in_time.to_owned()),
        (Some(Notice::FileRefused(refusal)), _) => Some(refused(refusal)),
    };
    view! {
        <div role="alert">
            {move || words().map(|words| view! { <p class="notice">{words}</p> })}
        </div>
    }
}
