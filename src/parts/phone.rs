//! On to the phone: a code on the screen for its camera, for whoever has the paper on the table and the
//! camera in the hand. While the code is good the page follows what arrives.

use accelerate::{
    problem::Problem,
    session::{Action, Session, Status},
};
use leptos::prelude::*;

use super::{action_list::name, button::primary, dialog::dialog, icon::icon};
use crate::{
    browser::{
        dom::{El, View, dynamic, el},
        gateway::{self, Code},
        wait::wait,
    },
    portal::Portal,
    texts::{self, fill},
};

/// How often it is looked whether something arrived, in seconds.
const LOOK: u32 = 10;

#[derive(Debug, Clone, PartialEq)]
enum State {
    Making,
    Ready(Code),
    Over,
    Failed(Problem),
}

/// The dialog.
pub fn view(portal: Portal) -> El {
    let texts = portal.texts;
    let state = RwSignal::new(State::Making);
    make(portal, state);
    let before = portal.session_now();
    let arrived = move || {
        portal.in_session(|now| {
            let new = arrived_since(before.as_deref(), now);
            let lines = new.map(|action| arrived(portal, action).into());
            lines.collect::<Vec<View>>()
        })
    };
    let content: [View; 3] = [
        el("p").child(texts.phone_more).into(),
        dynamic(move || code(portal, state, &state.get())),
        el("div").attr("role", "status").part(arrived).into(),
    ];
    dialog(
        portal.shows_phone,
        texts.to_phone,
        content,
        None,
        texts.close,
    )
}

fn arrived(portal: Portal, action: &Action) -> El {
    let name = name(portal, action);
    el("p")
        .class("arrived")
        .child(icon("done"))
        .child(fill(portal.texts.phone_arrived, &[("task", &name)]))
}

/// The code, or where it is.
fn code(portal: Portal, state: RwSignal<State>, now: &State) -> View {
    let texts = portal.texts;
    let again = |head: &str, more: &str| -> View {
        el("div")
            .class("ask")
            .attr("role", "alert")
            .child(el("p").child(head))
            .child(el("p").child(more))
            .child(primary(texts.phone_again, move || make(portal, state)))
            .into()
    };
    match now {
        State::Making => el("div")
            .class("code waiting")
            .attr("role", "status")
            .child(icon("busy"))
            .child(el("p").child(texts.phone_making))
            .into(),
        State::Ready(code) => {
            let minutes = portal.count(code.seconds.div_ceil(60) as usize);
            [
                el("img")
                    .class("code")
                    .attr("src", &code.picture)
                    .attr("alt", texts.phone_code)
                    .into(),
                el("p")
                    .class("hint")
                    .child(fill(texts.phone_until, &[("count", &minutes)]))
                    .into(),
            ]
            .into()
        }
        State::Over => again(texts.phone_over, texts.code_more),
        State::Failed(problem) => {
            let plight = texts::plight(texts, problem);
            again(plight.title, plight.more)
        }
    }
}

/// Gets a code and counts down; looks for news meanwhile. Ends when the dialog is gone.
fn make(portal: Portal, state: RwSignal<State>) {
    state.set(State::Making);
    leptos::task::spawn_local(async move {
        let here = portal.page.get_untracked().fragment();
        let route = here.split_once('/').map_or("", |(_, route)| route);
        let mut left = match gateway::phone_code(&portal.backstage().config, route).await {
            Ok(code) => {
                let seconds = code.seconds;
                state.try_set(State::Ready(code));
                seconds
            }
            Err(problem) => {
                portal.look_if_over(&problem);
                state.try_set(State::Failed(problem));
                return;
            }
        };
        while left > 0 {
            let next = left.min(LOOK);
            wait((next * 1000) as i32).await;
            left -= next;
            if state.is_disposed() {
                return;
            }
            portal.refresh_soon();
        }
        state.try_set(State::Over);
    });
}

/// What was done between two sessions.
fn arrived_since<'a>(
    before: Option<&'a Session>,
    now: &'a Session,
) -> impl Iterator<Item = &'a Action> {
    let before = before.map_or(&[][..], |before| &before.actions);
    let news = move |(at, action): (usize, &'a Action)| {
        // Mostly everything is where it was.
        let same = |it: &&Action| it.id == action.id;
        let was = before.get(at).filter(same);
        let was = was.or_else(|| before.iter().find(same));
        let known = was.is_some_and(|was| {
            was.status() == Status::Done && was.date_executed == action.date_executed
        });
        (action.status() == Status::Done && !known).then_some(action)
    };
    now.actions.iter().enumerate().filter_map(news)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(actions: &[(&str, u8)]) -> Session {
        let actions: Vec<String> = actions
            .iter()
            .map(|(id, done)| {
                format!("\"{id}\":{{\"id\":\"{id}\",\"label\":\"{id}\",\"is_done\":{done}}}")
            })
            .collect();
        let json = format!(
            "{{\"consumerportalsession\":{{\"dossier\":{{\"products\":{{\"P\":{{\"id\":\"P\",\"productactions\":{{{}}}}}}}}}}}}}",
            actions.join(",")
        );
        accelerate::decode::session(json.as_bytes()).expect("this is a session")
    }

    #[test]
    fn what_was_done_meanwhile_is_told_and_nothing_else() {
        let before = session(&[("A", 1), ("B", 0), ("C", 0)]);
        let now = session(&[("N", 0), ("A", 1), ("B", 1), ("C", 0)]);
        let ids = |before, now| -> Vec<String> {
            arrived_since(before, now)
                .map(|action| action.id.clone())
                .collect()
        };
        assert_eq!(ids(Some(&before), &now), ["B"]);
        assert!(ids(Some(&now), &now).is_empty());
    }
}
