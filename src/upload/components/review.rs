//! The step with the selected file: a comment, and sending it. It is also the step after a failure,
//! which is told above the file.

use accelerate::problem::{Problem, ProblemKind};
use leptos::prelude::*;

use super::{
    file_button::FileButton, form::UploadForm, notice::UploadNotice, selected_file::SelectedFileRow,
};
use crate::{
    components::button::Button,
    context::{use_formats, use_rest_texts},
    i18n::{fill, problem_text},
    upload::machine::{Event, Failure, UploadMachine, UploadState},
};

/// How many characters may be left of a comment before it is said how many.
const FEW_LEFT: isize = 200;

/// The step.
#[component]
pub(super) fn Review(form: UploadForm) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let upload = form.upload;
    let machine = upload.machine;
    let comment_left = move || match machine.with(UploadMachine::comment_left) {
        ..0 => texts.comment_too_long.to_owned(),
        left @ 0..FEW_LEFT => {
            let count = formats.count(left.unsigned_abs());
            fill(texts.comment_left, &[("count", &count)])
        }
        _ => String::new(),
    };
    let send_words = move || match machine.read().state() {
        UploadState::Review => texts.send,
        _ => texts.send_again,
    };
    let comment = machine.with_untracked(|machine| machine.comment().to_owned());
    view! {
        <div class="in-hand">
            <FailureMessage form/>
            <UploadNotice form/>
            <SelectedFileRow form removable=true/>
            <label class="field">
                <span>
                    {texts.comment} " " <span class="hint">{texts.optional}</span>
                </span>
                <textarea
                    rows="3"
                    prop:value=comment
                    on:input=move |event| {
                        upload.step(Event::ChangeComment(event_target_value(&event)));
                    }
                ></textarea>
            </label>
            <p class="hint" role="status">
                {move || comment_left()}
            </p>
            <p class="buttons">
                <button
                    type="button"
                    class="button primary"
                    disabled=move || !machine.with(UploadMachine::can_send)
                    on:click=move |_| upload.step(Event::Send)
                >
                    {move || send_words()}
                </button>
                <FileButton
                    form
                    class="button"
                    words=texts.choose_other
                    accept=upload.limits().accept()
                />
            </p>
        </div>
    }
}

/// Why sending did not work, and that nothing is lost.
#[component]
fn FailureMessage(form: UploadForm) -> impl IntoView {
    let texts = use_rest_texts();
    let machine = form.upload.machine;
    let state = Memo::new(move |_| machine.read().state().clone());
    let words = move |state: &UploadState| match state {
        UploadState::Failed(Failure::NotArrived(Problem {
            kind: ProblemKind::Connection | ProblemKind::Cancelled,
            ..
        })) => Some((texts.did_not_arrive, texts.did_not_arrive_more.to_owned())),
        UploadState::Failed(Failure::Refused(problem) | Failure::NotArrived(problem)) => {
            let reason = problem_text(texts, problem).sentence();
            Some((texts.not_sent, format!("{reason} {}", texts.file_kept)))
        }
        UploadState::Failed(Failure::Unreadable) => {
            Some((texts.not_sent, texts.unreadable.to_owned()))
        }
        UploadState::Unsure(_) => Some((texts.unsure, texts.unsure_more.to_owned())),
        _ => None,
    };
    move || {
        let (title, more) = words(&state.read())?;
        let check = matches!(*state.read(), UploadState::Unsure(_)).then(|| {
            view! {
                <Button on_press=form.on_press(Event::CheckAgain)>{texts.check_again}</Button>
            }
        });
        Some(view! {
            <div class="problem" role="alert" data-focus="" tabindex="-1">
                <h3>{title}</h3>
                <p>{more}</p>
                {check}
            </div>
        })
    }
}
