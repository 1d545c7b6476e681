//! The step at the end: a document arrived. It leads to the next task.

use accelerate::session::Session;
use leptos::prelude::*;

use super::form::{UploadForm, use_upload_texts};
use crate::{
    components::{
        button::Button,
        icon::Icon,
        link::ButtonLink,
        task_list::{action_name, open_actions},
    },
    context::{use_session, use_texts},
    i18n::{Texts, fill},
    route::Page,
    upload::machine::{Event, Outcome, UploadMachine},
};

/// The step.
#[component]
pub(super) fn Done(
    form: UploadForm,
    /// How the document came to be there.
    outcome: Outcome,
) -> impl IntoView {
    let (texts, session) = (use_upload_texts(), use_session());
    let general = use_texts();
    let machine = form.upload.machine;
    let name = machine.with_untracked(|machine| machine.file().map(|file| file.name.clone()));
    let name = name.unwrap_or_default();
    let (title, more, icon) = match outcome {
        Outcome::Confirmed => (
            texts.arrived,
            fill(texts.arrived_more, &[("name", &name)]),
            "done",
        ),
        Outcome::Verified => (texts.arrived, texts.arrived_settled.to_owned(), "done"),
        Outcome::AlreadyThere => (
            texts.already_there,
            texts.already_there_more.to_owned(),
            "alert",
        ),
    };
    let (again_words, again_event) = match outcome {
        Outcome::AlreadyThere => (fill(texts.replace_it, &[("name", &name)]), Event::Send),
        _ => (texts.hand_in_again.to_owned(), Event::StartOver),
    };
    let again = form.on_press(again_event);
    let again_words = StoredValue::new(again_words);
    let next = Memo::new(move |_| session.read(|session| next_task(general, session)));
    let next_button = move || match next.get() {
        Some((page, task)) => {
            let words = fill(texts.next_task, &[("task", &task)]);
            view! { <ButtonLink page>{words}</ButtonLink> }
        }
        None => view! {
            <ButtonLink page=Page::Overview>{general.back_to_overview.to_owned()}</ButtonLink>
        },
    };
    let replaces = Memo::new(move |_| machine.with(UploadMachine::replaces));
    view! {
        <div class="arrived" role="status">
            <Icon name=icon/>
            <div>
                <h3 data-focus="" tabindex="-1">
                    {title}
                </h3>
                <p>{more}</p>
            </div>
        </div>
        <p class="buttons">
            {move || next_button()}
            <Show when=move || replaces.get()>
                <Button on_press=again>{again_words.get_value()}</Button>
            </Show>
        </p>
    }
}

/// What the consumer would do next: the first open task that takes a document.
fn next_task(texts: &Texts, session: &Session) -> Option<(Page, String)> {
    let mut open = open_actions(session).into_iter();
    let next = open.find(|action| action.offers.upload.is_some())?;
    Some((Page::Action(next.id.clone()), action_name(texts, &next)))
}
