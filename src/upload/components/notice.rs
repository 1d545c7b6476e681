//! What there is to say beside a step: a file that was not taken, or that sending was cancelled.

use leptos::prelude::*;

use super::form::UploadForm;
use crate::{
    context::{use_formats, use_rest_texts},
    i18n::fill,
    upload::{
        limits::FileRefusal,
        machine::{Notice, UploadMachine, UploadState, Warning},
        store::{Lost, use_uploads},
    },
};

/// The notice. It is empty when there is nothing to say.
#[component]
pub(super) fn UploadNotice(form: UploadForm) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let UploadForm {
        upload,
        several_selected,
        ..
    } = form;
    let refused = move |refusal| match refusal {
        FileRefusal::Empty => texts.refused_empty.to_owned(),
        FileRefusal::Unreadable => texts.unreadable.to_owned(),
        FileRefusal::NoDocument => texts.refused_no_document.to_owned(),
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
    let words = Memo::new(move |_| match upload.machine.with(UploadMachine::notice) {
        None if several_selected.get() => texts.refused_several.to_owned(),
        None => String::new(),
        Some(Notice::Cancelled) if upload.machine.with(UploadMachine::replaces) => {
            texts.cancelled_replacing.to_owned()
        }
        Some(Notice::Cancelled) => texts.cancelled.to_owned(),
        Some(Notice::CancelledInTime) => texts.cancelled_in_time.to_owned(),
        Some(Notice::Restored) => texts.restored.to_owned(),
        Some(Notice::FileRefused(refusal)) => {
            let file = upload
                .machine
                .with(|it| it.file().map(|it| it.name.clone()));
            let stays = file.map(|name| fill(texts.refused_keeps, &[("name", &name)]));
            [refused(refusal), stays.unwrap_or_default()]
                .join(" ")
                .trim_end()
                .to_owned()
        }
    });
    // Of the file that is there, whatever else there is to say.
    let warning = Memo::new(move |_| {
        let machine = upload.machine.read();
        let is_shown = matches!(
            machine.state(),
            UploadState::Review | UploadState::Failed(_)
        );
        let file = machine.file().filter(|_| is_shown)?;
        Some(match file.warning? {
            Warning::NeedsPassword => texts.needs_password,
            Warning::Damaged => texts.damaged,
            Warning::DamagedPhoto => texts.damaged_photo,
            Warning::OtherKind => texts.other_kind,
            Warning::NotChanged => texts.not_changed,
            Warning::AsItIs => texts.as_it_is,
        })
    });
    let notice = move || {
        let words = [words.get(), warning.get().unwrap_or_default().to_owned()];
        let words = words.into_iter().filter(|words| !words.is_empty());
        words
            .map(|words| view! { <p class="notice">{words}</p> })
            .collect_view()
            .into_any()
    };
    let was_choosing = use_uploads().was_choosing;
    let lost = move || {
        let lost = upload.lost.read();
        let line = |lost: &Lost| {
            let words = match lost.closes_page {
                true => texts.closes_page,
                false => texts.not_kept,
            };
            view! { <p>{fill(words, &[("name", &lost.name)])}</p> }
        };
        (!lost.is_empty()).then(|| {
            let lines = lost.iter().map(line).collect_view();
            view! { <div class="notice">{lines}</div> }.into_any()
        })
    };
    let hint = move || {
        was_choosing
            .get()
            .then(|| view! { <p class="notice">{texts.closed_while_choosing}</p> }.into_any())
    };
    view! { <div role="alert">{move || notice()} {move || lost()} {move || hint()}</div> }
}
