//! The two ways to have a document: open it in a new tab, or save it.

use accelerate::{problem::Problem, session::Action};
use leptos::prelude::*;

use super::{action_list::name, button::button, icon::icon, progress::bar};
use crate::{
    browser::{
        dom::{El, el},
        fetch, save,
    },
    portal::Portal,
    texts::{self, fill},
};

/// Which of an action's two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What `get_product_action_download` gives.
    Document,
    /// The assignment to the adviser, what `get_otd_pdf` gives.
    Otd,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    Idle,
    /// In bytes; the total when it is known.
    Fetching(f64, Option<f64>),
    Saved(String),
    Opened,
    Failed(Problem),
}

/// The buttons, and what comes of them.
pub fn buttons(portal: Portal, action: &Action, kind: Kind) -> El {
    let texts = portal.texts;
    let label = name(portal, action);
    let (called, fallback) = match kind {
        Kind::Document => (label.clone(), label),
        Kind::Otd => (
            [texts.otd_short, &label].join(": "),
            texts.otd_short.to_owned(),
        ),
    };
    let action = StoredValue::new((action.id.clone(), fallback));
    let stage = RwSignal::new(Stage::Idle);
    let busy = move || stage.with(|stage| matches!(stage, Stage::Fetching(..)));
    // What runs is ended when it is dropped: by Stop, or when this part goes away.
    let running = StoredValue::new_local(None::<fetch::Running>);

    let fetch = move |tab: Option<save::PendingTab>| {
        stage.set(Stage::Fetching(0.0, None));
        let config = &portal.backstage().config;
        let progress = move |received, total| {
            stage.try_set(Stage::Fetching(received, total));
        };
        let done = move |fetched: Result<fetch::Fetched, Problem>| {
            let next = match fetched {
                Ok(fetched) => hand_over(fetched, tab),
                Err(problem) => {
                    portal.emit("portal-error", &[("kind", "download")]);
                    portal.look_if_over(&problem);
                    Stage::Failed(problem)
                }
            };
            stage.try_set(next);
        };
        let started = action.with_value(|(id, fallback)| match kind {
            Kind::Document => fetch::download(config, id, fallback, progress, done),
            Kind::Otd => fetch::otd(config, id, fallback, progress, done),
        });
        running.set_value(Some(started));
    };
    let stop = move || {
        running.set_value(None);
        stage.set(Stage::Idle);
    };
    let choice = move |picture: &str, words: &str, told: &str, act: Box<dyn Fn()>| {
        el("button")
            .attr("type", "button")
            .class("button")
            .attr("aria-label", &fill(told, &[("name", &called)]))
            .attr_from("disabled", move || busy().then(String::new))
            .child(icon(picture))
            .child(words)
            .on("click", move |_| act())
    };
    let open = move || fetch(Some(save::PendingTab::open(texts.fetching)));
    el("div")
        .class("downloads")
        .child(
            el("p")
                .class("buttons")
                .child(choice("open", texts.open, texts.open_named, Box::new(open)))
                .child(choice(
                    "save",
                    texts.save,
                    texts.save_named,
                    Box::new(move || fetch(None)),
                )),
        )
        .part_of(busy, move |busy| {
            busy.then(|| fetching(portal, stage, stop))
        })
        .child(
            el("div")
                .attr("role", "status")
                .part(move || stage.with(|stage| outcome(portal, stage))),
        )
}

/// Shows it in the tab that is waiting, or saves it: also when there is no such tab any more, or it is
/// of a kind that no tab shows.
fn hand_over(fetched: fetch::Fetched, tab: Option<save::PendingTab>) -> Stage {
    let shown = tab.is_some_and(|tab| tab.show(&fetched));
    if shown {
        return Stage::Opened;
    }
    save::save(&fetched.blob, &fetched.filename);
    Stage::Saved(fetched.filename)
}

fn fetching(portal: Portal, stage: RwSignal<Stage>, stop: impl Fn() + 'static) -> El {
    let texts = portal.texts;
    let part = move || match stage.get() {
        Stage::Fetching(received, total) => (received, total),
        _ => (0.0, None),
    };
    let words = move || {
        let (received, total) = part();
        portal.formatted(|formats| match total {
            Some(total) => fill(
                texts.fetching_part,
                &[
                    ("received", &formats.size(received)),
                    ("total", &formats.size(total)),
                ],
            ),
            None if received > 0.0 => formats.size(received),
            None => String::new(),
        })
    };
    let total = move || Some((part().1? as u64).to_string());
    let received = move || part().1.map(|_| (part().0 as u64).to_string());
    el("div")
        .child(
            bar(texts.fetching)
                .attr_from("max", total)
                .attr_from("value", received),
        )
        .child(
            el("p")
                .class("amount")
                .child(el("span").text_from(words))
                .child(button(texts.stop, stop).class("button quiet")),
        )
}

fn outcome(portal: Portal, stage: &Stage) -> Option<El> {
    let texts = portal.texts;
    let (class, words) = match stage {
        Stage::Idle => return None,
        Stage::Fetching(..) => ("visually-hidden", texts.fetching.to_owned()),
        Stage::Saved(name) => ("hint", fill(texts.saved, &[("name", name)])),
        Stage::Opened => ("hint", texts.opened.to_owned()),
        Stage::Failed(problem) => ("problem", texts::plight(texts, problem).sentence()),
    };
    Some(el("p").class(class).child(el("bdi").child(words)))
}
