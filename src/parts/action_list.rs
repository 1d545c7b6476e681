//! A list of actions, each a link to its page. A long one can be searched, and grows on demand: five
//! thousand rows would keep a phone busy for seconds.

use accelerate::session::{Action, Session, Status};
use leptos::prelude::*;

use crate::{portal::Portal, route::Page, texts::fill};

/// As many rows are on the screen at first, and come with each *more*.
const STEP: usize = 25;
/// From as many actions on, a list can be searched.
const SEARCH_FROM: usize = 26;

/// Shows one action.
pub type Row = fn(Portal, &Action) -> AnyView;

/// The list of the actions that `pick` finds in the session: their places in `Session::actions`, in
/// the order to show them. It follows the session.
pub fn list(
    portal: Portal,
    search_label: &'static str,
    pick: impl Fn(&Session) -> Vec<usize> + Send + Sync + 'static,
    row: Row,
) -> AnyView {
    let texts = portal.texts;
    let wanted = RwSignal::new(String::new());
    let shown = RwSignal::new(STEP);
    let all = Memo::new(move |_| {
        portal.session.with(|session| session.as_ref().map(|session| pick(session)).unwrap_or_default())
    });
    let found = Memo::new(move |_| {
        let wanted = wanted.with(|wanted| wanted.trim().to_lowercase());
        let mut found = all.get();
        if !wanted.is_empty() {
            portal.session.with(|session| {
                let actions = session.as_ref().map_or(&[][..], |session| &session.actions);
                found.retain(|&at| actions.get(at).is_some_and(|action| matches(action, &wanted)));
            });
        }
        found
    });
    let searchable = Memo::new(move |_| all.with(|all| all.len() >= SEARCH_FROM));
    let search = move || {
        searchable.get().then(|| {
            view! {
                <label class="search">
                    <span class="visually-hidden">{search_label}</span>
                    <span class="icon icon-search" aria-hidden="true"></span>
                    <input
                        type="search"
                        placeholder=search_label
                        autocomplete="off"
                        prop:value=wanted.get_untracked()
                        on:input=move |event| {
                            wanted.set(event_target_value(&event));
                            shown.set(STEP);
                        }
                    />
                </label>
            }
        })
    };
    let count = move || {
        let searched = wanted.with(|wanted| !wanted.trim().is_empty());
        searched.then(|| match found.with(|found| found.len()) {
            0 => texts.found_none.to_owned(),
            1 => texts.found_one.to_owned(),
            many => portal.formats.with_value(|formats| {
                fill(texts.found_many, &[("count", &formats.count(many))])
            }),
        })
    };
    let rows = move || {
        let shown = shown.get();
        let found = found.get();
        portal.session.with(|session| {
            let actions = session.as_ref().map_or(&[][..], |session| &session.actions);
            found
                .iter()
                .take(shown)
                .filter_map(|&at| actions.get(at))
                .map(|action| row(portal, action))
                .collect_view()
        })
    };
    let more = move || {
        let left = found.with(|found| found.len()).saturating_sub(shown.get());
        (left > 0).then(|| {
            let words = portal
                .formats
                .with_value(|formats| fill(texts.more, &[("count", &formats.count(left.min(STEP)))]));
            view! {
                <button
                    type="button"
                    class="button more"
                    on:click=move |_| shown.update(|shown| *shown += STEP)
                >
                    {words}
                </button>
            }
        })
    };
    view! {
        {search}
        <p class="found" role="status">{count}</p>
        <ul class="tasks">{rows}</ul>
        {more}
    }
    .into_any()
}

/// Whether an action has `wanted` (in lower case) in what is shown of it.
fn matches(action: &Action, wanted: &str) -> bool {
    [
        &action.label,
        &action.comment,
        &action.document.label,
        &action.document.consumer_name,
    ]
    .into_iter()
    .flatten()
    .any(|text| text.to_lowercase().contains(wanted))
}

/// What an action is called.
pub fn name(portal: Portal, action: &Action) -> String {
    action
        .label
        .as_ref()
        .or(action.document.label.as_ref())
        .cloned()
        .unwrap_or_else(|| portal.texts.nameless_task.to_owned())
}

/// An action's state, in a word and a colour.
pub fn status_chip(portal: Portal, status: Status) -> AnyView {
    let texts = portal.texts;
    let (class, words) = match status {
        Status::Open => ("chip chip-open", texts.status_open),
        Status::Rejected => ("chip chip-rejected", texts.status_rejected),
        Status::Done => ("chip chip-done", texts.status_done),
    };
    view! { <span class=class>{words}</span> }.into_any()
}

/// What the adviser wrote about an action.
pub fn comment(portal: Portal, action: &Action) -> Option<AnyView> {
    let words = action.comment.clone()?;
    let lead = portal.texts.adviser_says;
    Some(view! { <p class="says"><strong>{lead}</strong>" "{words}</p> }.into_any())
}

/// The row of an action: its name, for whom, its state, and the adviser's comment while it is not
/// done.
pub fn row(portal: Portal, action: &Action) -> AnyView {
    let status = action.status();
    let whom = for_whom(portal, action);
    let says = (status != Status::Done).then(|| comment(portal, action)).flatten();
    let class = match status {
        Status::Open => "task",
        Status::Rejected => "task task-rejected",
        Status::Done => "task task-done",
    };
    view! {
        <li class=class>
            <a href=portal.href(&Page::Action(action.id.clone()))>
                <span class="task-name">{name(portal, action)}</span>
                {whom.map(|whom| view! { <span class="task-whom">{whom}</span> })}
            </a>
            {status_chip(portal, status)}
            {says}
        </li>
    }
    .into_any()
}

/// For whom an action is, unless its name says so already.
pub fn for_whom(portal: Portal, action: &Action) -> Option<String> {
    let consumer = action.document.consumer_name.as_ref()?;
    if action.label.as_ref().is_some_and(|label| label.contains(consumer.as_str())) {
        return None;
    }
    Some(fill(portal.texts.for_whom, &[("name", consumer)]))
}
