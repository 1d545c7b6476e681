//! The two ways to have a document: open it in a new tab, or save it.

use accelerate::{problem::Problem, session::Action};
use leptos::prelude::*;

use super::action_list::name;
use crate::{
    browser::{fetch, save},
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
pub fn buttons(portal: Portal, action: &Action, kind: Kind) -> AnyView {
    let texts = portal.texts;
    let label = name(portal, action);
    let of = match kind {
        Kind::Document => label.clone(),
        Kind::Otd => {
            let mut of = texts.otd_short.to_owned();
            of.push_str(": ");
            of.push_str(&label);
            of
        }
    };
    let id = StoredValue::new(action.id.clone());
    let fallback = StoredValue::new(match kind {
        Kind::Document => label,
        Kind::Otd => texts.otd_short.to_owned(),
    });
    let stage = RwSignal::new(Stage::Idle);
    // One at a time: what runs is ended when it is dropped, by Stop or by leaving the page.
    let running = StoredValue::new_local(None::<fetch::Running>);

    let fetch = move |tab: Option<save::PendingTab>| {
        if matches!(stage.get_untracked(), Stage::Fetching(..)) {
            return;
        }
        stage.set(Stage::Fetching(0.0, None));
        let config = portal.config.get_value();
        let progress = move |received, total| {
            stage.try_set(Stage::Fetching(received, total));
        };
        let done = move |fetched: Result<fetch::Fetched, Problem>| {
            let next = match fetched {
                Ok(fetched) => hand_over(fetched, tab),
                Err(problem) => {
                    portal.emit("portal-error", &[("kind", "download")]);
                    Stage::Failed(problem)
                }
            };
            stage.try_set(next);
        };
        let started = id.with_value(|id| {
            fallback.with_value(|fallback| match kind {
                Kind::Document => fetch::download(&config, id, fallback, progress, done),
                Kind::Otd => fetch::otd(&config, id, fallback, progress, done),
            })
        });
        running.set_value(Some(started));
    };
    let stop = move |_| {
        running.set_value(None);
        stage.set(Stage::Idle);
    };

    let busy = Memo::new(move |_| stage.with(|stage| matches!(stage, Stage::Fetching(..))));
    view! {
        <div class="downloads">
            <p class="buttons">
                <button
                    type="button"
                    class="button"
                    aria-label=fill(texts.open_named, &[("name", &of)])
                    disabled=move || busy.get()
                    on:click=move |_| fetch(Some(save::PendingTab::open(texts.fetching)))
                >
                    <span class="icon icon-open" aria-hidden="true"></span>
                    {texts.open}
                </button>
                <button
                    type="button"
                    class="button"
                    aria-label=fill(texts.save_named, &[("name", &of)])
                    disabled=move || busy.get()
                    on:click=move |_| fetch(None)
                >
                    <span class="icon icon-save" aria-hidden="true"></span>
                    {texts.save}
                </button>
            </p>
            {move || busy.get().then(|| fetching(portal, stage, stop))}
            <div role="status">{move || stage.with(|stage| outcome(portal, stage))}</div>
        </div>
    }
    .into_any()
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

fn fetching(
    portal: Portal,
    stage: RwSignal<Stage>,
    stop: impl Fn(leptos::ev::MouseEvent) + 'static,
) -> AnyView {
    let texts = portal.texts;
    let part = Memo::new(move |_| match stage.get() {
        Stage::Fetching(received, total) => (received, total),
        _ => (0.0, None),
    });
    let words = move || {
        let (received, total) = part.get();
        portal.formats.with_value(|formats| match total {
            Some(total) => fill(
                texts.fetching_part,
                &[("received", &formats.size(received)), ("total", &formats.size(total))],
            ),
            None if received > 0.0 => formats.size(received),
            None => String::new(),
        })
    };
    view! {
        <div>
            <progress
                max=move || part.get().1.unwrap_or(1.0)
                value=move || part.get().1.map(|_| part.get().0)
                aria-label=texts.fetching
            ></progress>
            <p class="amount">
                <span>{words}</span>
                <button type="button" class="button quiet" on:click=stop>
                    {texts.stop}
                </button>
            </p>
        </div>
    }
    .into_any()
}

fn outcome(portal: Portal, stage: &Stage) -> Option<AnyView> {
    let texts = portal.texts;
    let (class, words) = match stage {
        Stage::Idle => return None,
        Stage::Fetching(..) => ("visually-hidden", texts.fetching.to_owned()),
        Stage::Saved(name) => ("hint", fill(texts.saved, &[("name", name)])),
        Stage::Opened => ("hint", texts.opened.to_owned()),
        Stage::Failed(problem) => {
            let plight = texts::plight(texts, problem);
            let mut words = plight.title.to_owned();
            words.push_str(". ");
            words.push_str(plight.more);
            ("problem", words)
        }
    };
    Some(view! { <p class=class><bdi>{words}</bdi></p> }.into_any())
}
