//! The step at the end: a document arrived. It leads to the next task.

use accelerate::session::Session;
use leptos::prelude::*;

use super::form::UploadForm;
use crate::{
    components::{button::Button, icon::Icon, link::ButtonLink, task_list::action_name},
    context::{flag, use_formats, use_rest_texts, use_session},
    i18n::fill,
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
    let (texts, formats, session) = (use_rest_texts(), use_formats(), use_session());
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
    let next = Memo::new(move |_| {
        let next = session.read(|it| it.first_task().cloned());
        next.filter(|action| action.task.is_to_do())
    });
    let next_button = move || match next.get() {
        Some(action) => {
            let words = fill(texts.next_task, &[("task", &action_name(texts, &action))]);
            view! { <ButtonLink page=Page::Action(action.id.clone())>{words}</ButtonLink> }
        }
        None => view! {
            <ButtonLink page=Page::Overview>{texts.back_to_overview.to_owned()}</ButtonLink>
        },
    };
    let left = move || match session.read(Session::to_do_count) {
        0 => texts.all_uploaded.to_owned(),
        1 => texts.to_do_one.to_owned(),
        count => fill(texts.to_do_many, &[("count", &formats.count(count))]),
    };
    // Whose document it is that is there already, nobody knows.
    let after = (outcome != Outcome::AlreadyThere).then(|| view! { <p>{texts.after_arrival}</p> });
    let replaces = flag(move || machine.with(UploadMachine::replaces));
    let again_button = move || {
        let words = again_words.get_value();
        view! { <Button on_press=again>{words}</Button> }.into_any()
    };
    view! {
        <div class="arrived" role="status">
            <Icon name=icon/>
            <div>
                <h3 data-focus="" tabindex="-1">
                    {title}
                </h3>
                <p>{more}</p>
                {after}
                <p class="count">{move || left()}</p>
            </div>
        </div>
        <p class="buttons">
            {move || next_button()}
            {move || replaces.get().then(again_button)}
        </p>
    }
}
