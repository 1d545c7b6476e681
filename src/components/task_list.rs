//! A list of actions. A long one can be searched, and grows on demand: five thousand rows would keep a
//! phone busy for seconds. Rows have the action's id as key, so what runs in a row goes on when the list
//! changes around it.

use std::sync::Arc;

use accelerate::session::{Action, Session, Status};
use leptos::prelude::*;

use super::{button::Button, icon::Icon, link::PageLink};
use crate::{
    context::{use_formats, use_session, use_texts},
    i18n::{Texts, fill},
    platform::intl::lower_case,
    route::Page,
};

/// How many rows are shown at first, and come with each *Nog … tonen*.
const STEP: usize = 25;
/// From how many actions on a list can be searched.
const SEARCH_FROM: usize = 26;

/// A list of actions.
#[component]
pub fn ActionList<F, V>(
    /// The actions, in their order.
    actions: Memo<Vec<Arc<Action>>>,
    /// What the search field says.
    search_label: &'static str,
    /// Shows the action of a row.
    children: F,
) -> impl IntoView
where
    F: Fn(Memo<Arc<Action>>) -> V + Clone + Send + 'static,
    V: IntoView + 'static,
{
    let (texts, formats, session) = (use_texts(), use_formats(), use_session());
    let query = RwSignal::new(String::new());
    let limit = RwSignal::new(STEP);
    let found = Memo::new(move |_| {
        let query = lower_case(query.read().trim());
        match query.as_str() {
            "" => actions.get(),
            query => actions.with(|actions| {
                let found = actions.iter().filter(|action| matches(action, query));
                found.cloned().collect()
            }),
        }
    });
    let shown = move || {
        let found = found.read();
        found.iter().take(limit.get()).cloned().collect::<Vec<_>>()
    };
    let left = move || found.read().len().saturating_sub(limit.get());
    let count = move || match found.read().len() {
        _ if query.read().trim().is_empty() => String::new(),
        0 => texts.found_none.to_owned(),
        1 => texts.found_one.to_owned(),
        many => fill(texts.found_many, &[("count", &formats.count(many))]),
    };
    let has_search = Memo::new(move |_| actions.read().len() >= SEARCH_FROM);
    let search = move || {
        view! {
            <label class="search">
                <span class="visually-hidden">{search_label}</span>
                <Icon name="search"/>
                <input
                    type="search"
                    placeholder=search_label
                    autocomplete="off"
                    on:input=move |event| {
                        query.set(event_target_value(&event));
                        limit.set(STEP);
                    }
                />
            </label>
        }
        .into_any()
    };
    let has_more = Memo::new(move |_| left() != 0);
    let more = move || fill(texts.more, &[("count", &formats.count(left().min(STEP)))]);
    let more_button = move || {
        view! {
            <Button class="button more" on_press=move || limit.update(|limit| *limit += STEP)>
                {move || more()}
            </Button>
        }
        .into_any()
    };
    view! {
        {move || has_search.get().then(search)}
        <p class="found" role="status">
            {move || count()}
        </p>
        <ul class="tasks">
            <For each=shown key=|action| action.id.clone() let:action>
                {children(session.follow_action(action))}
            </For>
        </ul>
        {move || has_more.get().then(more_button)}
    }
}

/// The row of a task: its name, for whom, its state unless that is the list's own, and the adviser's
/// comment while the task is not done.
#[component]
pub fn TaskRow(
    /// The action.
    action: Memo<Arc<Action>>,
) -> impl IntoView {
    let texts = use_texts();
    let status = move || action.read().status();
    let class = move || match status() {
        Status::Open => "task",
        Status::Rejected => "task task-rejected",
        Status::Done => "task task-done",
    };
    let chip = move || match status() {
        Status::Open => view! { <Icon name="next"/> }.into_any(),
        status => view! { <StatusChip status/> }.into_any(),
    };
    let comment = move || {
        let comment = (status() != Status::Done).then(|| action.read().comment.clone());
        comment
            .flatten()
            .map(|comment| view! { <Comment comment/> }.into_any())
    };
    let whom = move || {
        for_whom(texts, &action.read())
            .map(|whom| view! { <span class="task-whom">{whom}</span> }.into_any())
    };
    view! {
        <li class=move || class()>
            <PageLink page=Page::Action(action.read_untracked().id.clone())>
                <span class="task-name">{move || action_name(texts, &action.read())}</span>
                {move || whom()}
            </PageLink>
            {move || chip()}
            {move || comment()}
        </li>
    }
}

/// An action's state, in a word and a colour.
#[component]
pub fn StatusChip(
    /// The state.
    status: Status,
) -> impl IntoView {
    let texts = use_texts();
    let (class, words) = match status {
        Status::Open => ("chip chip-open", texts.status_open),
        Status::Rejected => ("chip chip-rejected", texts.status_rejected),
        Status::Done => ("chip chip-done", texts.status_done),
    };
    view! { <span class=class>{words}</span> }
}

/// What the adviser wrote about an action.
#[component]
pub fn Comment(
    /// Their words.
    comment: String,
) -> impl IntoView {
    view! {
        <p class="says">
            <strong>{use_texts().adviser_says}</strong>
            " "
            {comment}
        </p>
    }
}

/// What an action is called.
pub fn action_name(texts: &Texts, action: &Action) -> String {
    let label = action.label.as_ref().or(action.document.label.as_ref());
    label.map_or_else(|| texts.nameless_task.to_owned(), String::clone)
}

/// For whom an action is, unless its name says so already.
pub fn for_whom(texts: &Texts, action: &Action) -> Option<String> {
    let consumer = action.document.consumer_name.as_ref()?;
    let is_said = (action.label.as_ref()).is_some_and(|label| label.contains(consumer.as_str()));
    (!is_said).then(|| fill(texts.for_whom, &[("name", consumer)]))
}

/// The actions that are not done: first those that were sent back, then those that were never done,
/// each in the server's order.
pub fn open_actions(session: &Session) -> Vec<Arc<Action>> {
    let with = |status| {
        let actions = session.actions.iter();
        actions.filter(move |action| action.status() == status)
    };
    let open = with(Status::Rejected).chain(with(Status::Open));
    open.cloned().collect()
}

/// Whether `query`, in lower case, is in what is shown of an action.
fn matches(action: &Action, query: &str) -> bool {
    let texts = [
        &action.label,
        &action.comment,
        &action.document.label,
        &action.document.consumer_name,
    ];
    (texts.into_iter().flatten()).any(|text| lower_case(text).contains(query))
}
