//! The step with the selected file: a comment, and sending it. It is also the step after a failure,
//! which is told above the file.

use accelerate::{
    problem::{Problem, ProblemKind},
    session::{Person, Session},
};
use leptos::prelude::*;

use super::{
    file_button::FileButton, form::UploadForm, kept::KeptHint, notice::UploadNotice,
    selected_file::SelectedFileRow,
};
use crate::{
    components::{button::Button, details::mail_href, person::ContactButton},
    context::{flag, use_formats, use_rest_texts, use_session},
    i18n::{RestTexts, fill, problem_text},
    upload::{
        identity::is_about_identity,
        machine::{ConfirmReason, Event, Failure, UploadMachine, UploadState, WaysOut},
    },
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
            <WayOut form/>
            <KeptHint form/>
        </div>
    }
}

/// The buttons, the one that is most likely to help first. What cannot help is not there.
#[component]
fn WayOut(form: UploadForm) -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    let machine = form.upload.machine;
    let ways_out = Memo::new(move |_| machine.with(UploadMachine::ways_out));
    let mail = Memo::new(move |_| {
        // Where sending again helps there is no need of it.
        let is_needed = machine.with(|machine| match machine.state() {
            UploadState::Failed(Failure::Unreadable) => false,
            UploadState::Failed(_) => machine.ways_out() != WaysOut::SendAgain,
            _ => false,
        });
        let address = is_needed.then(|| session.read(|it| somebody_to_mail(it)));
        address.flatten()
    });
    let send_words = move || match machine.read().state() {
        UploadState::Review => texts.send,
        _ => texts.send_again,
    };
    let send = move |class: &'static str| {
        view! {
            <button
                type="button"
                class=class
                aria-disabled=move || (!machine.with(UploadMachine::can_send)).then_some("true")
                on:click=move |_| form.upload.step(Event::Send)
            >
                {move || send_words()}
            </button>
        }
    };
    let other = move |class: &'static str| {
        let accept = form.upload.limits().accept();
        view! { <FileButton form class words=texts.choose_other accept/> }
    };
    let buttons = move || match ways_out.get() {
        WaysOut::SendAgain => view! { {send("button primary")} {other("button")} }.into_any(),
        WaysOut::OtherFileFirst => view! { {other("button primary")} {send("button")} }.into_any(),
        WaysOut::OtherFile => other("button primary").into_any(),
        WaysOut::None => ().into_any(),
    };
    let mail_button = move || {
        mail.get().map(|(name, href)| {
            let words = fill(texts.mail, &[("name", &name)]);
            view! { <ContactButton icon="mail" href words/> }.into_any()
        })
    };
    let has_pages = flag(move || {
        let file = machine.read().file().map(|file| file.mime);
        file == Some("application/pdf") && machine.with(UploadMachine::accepts_files)
    });
    let action = session.action(&form.upload.action_id());
    let pages_words = match action.is_some_and(|it| is_about_identity(&it)) {
        true => texts.change_pages_safely,
        false => texts.change_pages,
    };
    let pages = move || {
        view! {
            <Button class="button quiet" on_press=form.on_press(Event::Compose)>
                {pages_words}
            </Button>
        }
        .into_any()
    };
    view! {
        <p class="buttons">
            {move || buttons()} {move || has_pages.get().then(pages)} {move || mail_button()}
        </p>
    }
}

/// Somebody of the office who has an address, the adviser first: their name, and a link to write to them.
fn somebody_to_mail(session: &Session) -> Option<(String, String)> {
    let dossier = &session.dossier;
    let people = [&dossier.advisor, &dossier.owner].into_iter().flatten();
    let with_address = |person: &Person| {
        let address = person.emailaddress.as_deref()?;
        let name = person.name.clone().unwrap_or_else(|| address.to_owned());
        Some((name, mail_href(address, dossier.code.as_deref())))
    };
    people.filter_map(with_address).next()
}

/// Why sending did not work, and what is known of the document.
#[component]
fn FailureMessage(form: UploadForm) -> impl IntoView {
    let texts = use_rest_texts();
    let machine = form.upload.machine;
    let words = Memo::new(move |_| machine.with(|machine| failure_words(texts, machine)));
    let is_failure = flag(move || words.read().is_some());
    let is_unsure = flag(move || matches!(machine.read().state(), UploadState::Unsure(_)));
    let title = move || words.get().unwrap_or_default().0;
    let more = move || words.get().unwrap_or_default().1;
    let check = move || {
        is_unsure.get().then(|| {
            view! {
                <Button on_press=form.on_press(Event::CheckAgain)>{texts.check_again}</Button>
            }
            .into_any()
        })
    };
    // The words change while it stays: who listens or has the focus there is not thrown out.
    let message = move || {
        view! {
            <div class="problem" role="alert" data-focus="" tabindex="-1">
                <h3>{move || title()}</h3>
                <p>{move || more()}</p>
                {move || check()}
            </div>
        }
        .into_any()
    };
    view! { {move || is_failure.get().then(message)} }
}

/// What is said of a failure: a title and more. `None` when there is none.
fn failure_words<F: Clone>(
    texts: &RestTexts,
    machine: &UploadMachine<F>,
) -> Option<(String, String)> {
    let kept = |words: &str| format!("{words} {}", texts.file_kept);
    let reason = |problem: &Problem| kept(&problem_text(texts, problem).sentence());
    let failure = match machine.state() {
        UploadState::Failed(failure) => failure,
        UploadState::Unsure(ConfirmReason::Cancelled) => {
            let more = texts.unsure_cancelled_more.to_owned();
            return Some((texts.unsure.to_owned(), more));
        }
        UploadState::Unsure(_) => {
            return Some((texts.unsure.to_owned(), texts.unsure_more.to_owned()));
        }
        _ => return None,
    };
    let title = match failure {
        Failure::Refused(_) | Failure::Unreadable => texts.not_sent,
        Failure::NotSeen(_) => texts.not_seen,
        Failure::NotArrived(problem) if is_lost(problem) => texts.did_not_arrive,
        Failure::NotArrived(_) => texts.not_sent,
    };
    let more = match failure {
        _ if machine.keeps_getting_lost() => kept(texts.keeps_getting_lost),
        Failure::Unreadable => texts.unreadable.to_owned(),
        Failure::NotSeen(_) => texts.not_seen_more.to_owned(),
        Failure::NotArrived(problem) if is_lost(problem) => texts.did_not_arrive_more.to_owned(),
        // Loading the page again takes the file away.
        Failure::Refused(problem) if problem.kind == ProblemKind::Blocked => {
            problem_text(texts, problem).sentence()
        }
        Failure::Refused(problem) | Failure::NotArrived(problem) => reason(problem),
    };
    Some((title.to_owned(), more))
}

/// Whether no answer came.
fn is_lost(problem: &Problem) -> bool {
    matches!(
        problem.kind,
        ProblemKind::Connection | ProblemKind::Cancelled
    )
}
