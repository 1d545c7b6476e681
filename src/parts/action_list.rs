//! A list of actions, each a link to its page. A long one can be searched, and grows on demand: five
//! thousand rows would keep a phone busy for seconds.

use std::rc::Rc;

use accelerate::session::{Action, Session, Status};
use leptos::prelude::*;

use super::{button::button, icon::icon, link::link};
use crate::{
    browser::{
        dom::{El, View, dynamic, dynamic_of, el},
        page,
    },
    portal::Portal,
    route::Page,
    texts::fill,
};

/// As many rows are on the screen at first, and come with each *more*.
const STEP: usize = 25;
/// From as many actions on, a list can be searched.
const SEARCH_FROM: usize = 26;

/// Shows one action.
pub type Row = fn(Portal, &Action) -> El;

/// The list of the actions that `pick` finds in the session: their places in `Session::actions`, in
/// the order to show them. It follows the session.
pub fn list(
    portal: Portal,
    search_label: &'static str,
    pick: impl Fn(&Session) -> Vec<usize> + 'static,
    row: Row,
) -> View {
    list_of(portal, search_label, Box::new(pick), row)
}

type Pick = Box<dyn Fn(&Session) -> Vec<usize>>;

fn list_of(portal: Portal, search_label: &'static str, pick: Pick, row: Row) -> View {
    let texts = portal.texts;
    let wanted = RwSignal::new(String::new());
    let shown = RwSignal::new(STEP);
    let pick = Rc::new(pick);
    let all = Rc::clone(&pick);
    let searchable =
        move || portal.in_session(|session| all(session).len() >= SEARCH_FROM) == Some(true);
    let search = move |searchable: &bool| {
        searchable.then(|| {
            el("label")
                .class("search")
                .child(el("span").class("visually-hidden").child(search_label))
                .child(icon("search"))
                .child(
                    el("input")
                        .attr("type", "search")
                        .attr("placeholder", search_label)
                        .attr("autocomplete", "off")
                        .on("input", move |event| {
                            wanted.set(page::value_of(&event));
                            shown.set(STEP);
                        }),
                )
        })
    };
    let found = move || {
        let wanted = wanted.with(|wanted| page::lower_case(wanted.trim()));
        let mut found = portal
            .in_session(|session| pick(session))
            .unwrap_or_default();
        if !wanted.is_empty() {
            portal.in_session(|session| {
                found.retain(|&at| {
                    session
                        .actions
                        .get(at)
                        .is_some_and(|action| matches(action, &wanted))
                });
            });
        }
        (found, !wanted.is_empty())
    };
    let rows = move || {
        let (found, searched) = found();
        let count = match (searched, found.len()) {
            (false, _) => String::new(),
            (true, 0) => texts.found_none.to_owned(),
            (true, 1) => texts.found_one.to_owned(),
            (true, many) => fill(texts.found_many, &[("count", &portal.count(many))]),
        };
        let shown_now = shown.get();
        let rows = portal.in_session(|session| -> Vec<View> {
            found
                .iter()
                .take(shown_now)
                .filter_map(|&at| session.actions.get(at))
                .map(|action| row(portal, action).into())
                .collect()
        });
        let left = found.len().saturating_sub(shown_now);
        let more = (left > 0).then(|| {
            let words = fill(texts.more, &[("count", &portal.count(left.min(STEP)))]);
            button(&words, move || shown.update(|shown| *shown += STEP)).class("button more")
        });
        [
            el("p")
                .class("found")
                .attr("role", "status")
                .child(count)
                .into(),
            el("ul").class("tasks").child(rows).into(),
            more.into(),
        ]
    };
    [dynamic_of(searchable, search), dynamic(rows)].into()
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
    .any(|text| page::lower_case(text).contains(wanted))
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
pub fn status_chip(portal: Portal, status: Status) -> El {
    let texts = portal.texts;
    let (class, words) = match status {
        Status::Open => ("chip chip-open", texts.status_open),
        Status::Rejected => ("chip chip-rejected", texts.status_rejected),
        Status::Done => ("chip chip-done", texts.status_done),
    };
    el("span").class(class).child(words)
}

/// What the adviser wrote about an action.
pub fn comment(portal: Portal, action: &Action) -> Option<El> {
    let words = action.comment.as_deref()?;
    Some(
        el("p")
            .class("says")
            .child(el("strong").child(portal.texts.adviser_says))
            .child(" ")
            .child(words),
    )
}

/// The row of an action: its name, for whom, its state unless that is the list's own, and the adviser's
/// comment while it is not done.
pub fn row(portal: Portal, action: &Action) -> El {
    let status = action.status();
    let says = (status != Status::Done)
        .then(|| comment(portal, action))
        .flatten();
    let class = match status {
        Status::Open => "task",
        Status::Rejected => "task task-rejected",
        Status::Done => "task task-done",
    };
    el("li")
        .class(class)
        .child(
            link(portal, &Page::Action(action.id.clone()))
                .child(el("span").class("task-name").child(name(portal, action)))
                .child(
                    for_whom(portal, action).map(|whom| el("span").class("task-whom").child(whom)),
                ),
        )
        .child(match status {
            Status::Open => icon("next"),
            _ => status_chip(portal, status),
        })
        .child(says)
}

/// For whom an action is, unless its name says so already.
pub fn for_whom(portal: Portal, action: &Action) -> Option<String> {
    let consumer = action.document.consumer_name.as_ref()?;
    if action
        .label
        .as_ref()
        .is_some_and(|label| label.contains(consumer))
    {
        return None;
    }
    Some(fill(portal.texts.for_whom, &[("name", consumer)]))
}
