//! Handing in, as the consumer sees it: one step at a time, and always a way on.

use accelerate::session::Action;
use leptos::{ev, prelude::*};
use web_sys::File;

use super::{
    desk::Handing,
    flow::{Event, Failure, Flow, Notice, Outcome, State},
    limits::{Limits, Refusal},
};
use crate::{
    browser::{file, page},
    parts::action_list::name,
    portal::Portal,
    route::Page,
    texts::{self, fill},
};

/// What is on the screen: a step of the flow, without what changes while it lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Choose,
    Prepare,
    Document,
    Ask,
    Send,
    Confirm,
    Done(Outcome),
    Unchecked,
    Closed,
}

impl Step {
    fn of(flow: &Flow<File>) -> Self {
        match flow.state() {
            State::Choose => Self::Choose,
            State::Prepare => Self::Prepare,
            State::Review | State::Failed(_) | State::Unsure(_) => Self::Document,
            State::AskReplace => Self::Ask,
            State::Send { .. } => Self::Send,
            State::Confirm(_) => Self::Confirm,
            State::Done(outcome) => Self::Done(*outcome),
            State::Unchecked(..) => Self::Unchecked,
            State::Closed => Self::Closed,
        }
    }
}

/// The section in which a document is handed in for an action.
pub fn section(portal: Portal, handing: Handing) -> AnyView {
    let texts = portal.texts;
    let flow = handing.flow;
    let step = Memo::new(move |_| flow.with(Step::of));
    let replaces = Memo::new(move |_| flow.with(Flow::replaces));
    let several = RwSignal::new(false);
    let over = RwSignal::new(false);
    let take = move |files: Vec<File>| {
        several.set(files.len() > 1);
        match files.into_iter().next() {
            Some(file) => handing.choose(file),
            None => handing.choose_nothing(),
        }
    };

    // Each step begins with what it is about; the focus goes there, as what had it is gone.
    let section = NodeRef::<leptos::html::Section>::new();
    Effect::new(move |before: Option<Step>| {
        let now = step.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(move || {
                if let Some(section) = section.get_untracked() {
                    page::focus_within(&section, "[data-focus]");
                }
            });
        }
        now
    });

    let body = move || match step.get() {
        Step::Choose => choose(portal, handing, take, several).into_any(),
        Step::Prepare => waiting(texts.preparing, Some((texts.cancel, handing))),
        Step::Document => document(portal, handing, take, several),
        Step::Ask => ask(portal, handing),
        Step::Send => sending(portal, handing),
        Step::Confirm => waiting(texts.confirming, None),
        Step::Done(outcome) => done(portal, handing, outcome),
        Step::Unchecked => unchecked(portal, handing),
        Step::Closed => closed(portal, handing),
    };
    view! {
        <section
            class="card upload"
            class:over=move || over.get()
            node_ref=section
            on:dragover=move |event: ev::DragEvent| {
                // Whatever is dropped here must not take the page's place.
                event.prevent_default();
                over.set(flow.with_untracked(Flow::takes_files));
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event: ev::DragEvent| {
                event.prevent_default();
                over.set(false);
                take(file::dropped(&event));
            }
        >
            <h2>{move || if replaces.get() { texts.hand_in_again } else { texts.hand_in }}</h2>
            {body}
        </section>
    }
    .into_any()
}

/// The buttons that choose a file, and why the last one was not taken.
fn choose(
    portal: Portal,
    handing: Handing,
    take: impl Fn(Vec<File>) + Copy + Send + 'static,
    several: RwSignal<bool>,
) -> AnyView {
    let texts = portal.texts;
    let limits = portal.config.with_value(|config| config.limits);
    let photo = limits.takes_photos().then(|| {
        view! {
            <label class="button camera">
                <span class="icon icon-camera" aria-hidden="true"></span>
                {texts.take_photo}
                <input
                    type="file"
                    accept="image/*"
                    capture="environment"
                    on:change=move |event| take(file::take_chosen(&event))
                />
            </label>
        }
    });
    view! {
        {notice(portal, handing, several)}
        <div class="drop" data-focus tabindex="-1">
            <label class="button primary">
                <span class="icon icon-upload" aria-hidden="true"></span>
                {texts.choose_file}
                <input
                    type="file"
                    accept=limits.accept()
                    on:change=move |event| take(file::take_chosen(&event))
                />
            </label>
            {photo}
            <p class="drop-here">{texts.drop_here}</p>
            <p class="hint">{kinds_and_size(portal, &limits)}</p>
        </div>
    }
    .into_any()
}

fn kinds(portal: Portal, limits: &Limits) -> String {
    if limits.takes_every_kind() {
        portal.texts.kinds_everyday.to_owned()
    } else {
        limits.names()
    }
}

fn size(portal: Portal, bytes: u64) -> String {
    portal.formats.with_value(|formats| formats.size(bytes as f64))
}

fn kinds_and_size(portal: Portal, limits: &Limits) -> String {
    let (kinds, size) = (kinds(portal, limits), size(portal, limits.max_bytes));
    fill(portal.texts.kinds_and_size, &[("kinds", &kinds), ("size", &size)])
}

/// What there is to say beside the step: a file that was not taken, or that sending was cancelled.
fn notice(portal: Portal, handing: Handing, several: RwSignal<bool>) -> AnyView {
    let texts = portal.texts;
    let notice = Memo::new(move |_| handing.flow.with(Flow::notice));
    let words = move || {
        let refused = match notice.get() {
            None => return several.get().then(|| texts.refused_several.to_owned()),
            Some(Notice::Cancelled) => return Some(texts.cancelled.to_owned()),
            Some(Notice::Refused(refusal)) => refusal,
        };
        Some(match refused {
            Refusal::Empty => texts.refused_empty.to_owned(),
            Refusal::Unreadable => texts.unreadable.to_owned(),
            Refusal::TooLarge { size: is, max } => fill(
                texts.refused_large,
                &[("size", &size(portal, is)), ("max", &size(portal, max))],
            ),
            Refusal::WrongKind | Refusal::NoFile => {
                let names = portal.config.with_value(|config| config.limits.names());
                fill(texts.refused_kind, &[("kinds", &names)])
            }
        })
    };
    view! {
        <div role="alert">
            {move || words().map(|words| view! { <p class="notice">{words}</p> })}
        </div>
    }
    .into_any()
}

/// The document in hand: what it is, a comment, and sending it. Also after a failure, which is said
/// above it.
fn document(
    portal: Portal,
    handing: Handing,
    take: impl Fn(Vec<File>) + Copy + Send + 'static,
    several: RwSignal<bool>,
) -> AnyView {
    let texts = portal.texts;
    let flow = handing.flow;
    let limits = portal.config.with_value(|config| config.limits);
    let state = Memo::new(move |_| flow.with(|flow| flow.state().clone()));
    let left = Memo::new(move |_| flow.with(Flow::comment_left));
    let can_send = Memo::new(move |_| flow.with(Flow::can_send));
    let send_words = move || {
        state.with(|state| if matches!(state, State::Review) { texts.send } else { texts.send_again })
    };
    let left_words = move || match left.get() {
        ..0 => Some(texts.comment_too_long.to_owned()),
        left @ 0..200 => Some(portal.formats.with_value(|formats| {
            fill(texts.comment_left, &[("count", &formats.count(left.unsigned_abs()))])
        })),
        _ => None,
    };
    view! {
        {move || state.with(|state| failure(portal, handing, state))}
        {notice(portal, handing, several)}
        {chosen(portal, handing, true)}
        <label class="field">
            <span>{texts.comment} " " <span class="hint">{texts.optional}</span></span>
            <textarea
                rows="3"
                prop:value=flow.with_untracked(|flow| flow.comment().to_owned())
                on:input=move |event| handing.step(Event::Comment(event_target_value(&event)))
            ></textarea>
        </label>
        <p class="hint" role="status">{left_words}</p>
        <p class="buttons">
            <button
                type="button"
                class="button primary"
                disabled=move || !can_send.get()
                on:click=move |_| handing.step(Event::Send)
            >
                {send_words}
            </button>
            <label class="button">
                {texts.choose_other}
                <input
                    type="file"
                    accept=limits.accept()
                    on:change=move |event| take(file::take_chosen(&event))
                />
            </label>
        </p>
    }
    .into_any()
}

/// Why sending did not work, and that nothing is lost.
fn failure(portal: Portal, handing: Handing, state: &State) -> Option<AnyView> {
    let texts = portal.texts;
    let (title, reason, more) = match state {
        State::Failed(Failure::Refused(problem)) => {
            let plight = texts::plight(texts, problem);
            let mut reason = plight.title.to_owned();
            reason.push_str(". ");
            reason.push_str(plight.more);
            (texts.not_sent, reason, texts.file_kept)
        }
        State::Failed(Failure::NotArrived(_)) => {
            (texts.did_not_arrive, texts.did_not_arrive_more.to_owned(), "")
        }
        State::Failed(Failure::Unreadable) => (texts.not_sent, texts.unreadable.to_owned(), ""),
        State::Unsure(_) => (texts.unsure, texts.unsure_more.to_owned(), ""),
        _ => return None,
    };
    let check = matches!(state, State::Unsure(_)).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| handing.step(Event::Check)>
                {texts.check_again}
            </button>
        }
    });
    let view = view! {
        <div class="problem" role="alert" data-focus tabindex="-1">
            <h3>{title}</h3>
            <p>{reason} " " {more}</p>
            {check}
        </div>
    };
    Some(view.into_any())
}

/// The document in hand, by name and size.
fn chosen(portal: Portal, handing: Handing, removable: bool) -> AnyView {
    let texts = portal.texts;
    let file = Memo::new(move |_| {
        handing.flow.with(|flow| flow.file().map(|file| (file.name.clone(), file.size)))
    });
    (move || {
        let (name, bytes) = file.get()?;
        let remove = removable.then(|| {
            view! {
                <button
                    type="button"
                    class="button quiet"
                    aria-label=fill(texts.remove_file_named, &[("name", &name)])
                    on:click=move |_| handing.step(Event::Remove)
                >
                    {texts.remove_file}
                </button>
            }
        });
        Some(view! {
            <div class="chosen" role="group" aria-label=texts.chosen_file data-focus tabindex="-1">
                <span class="icon icon-document" aria-hidden="true"></span>
                <p>
                    <strong class="file-name">
                        <bdi>{name.clone()}</bdi>
                    </strong>
                    <span class="hint">{size(portal, bytes)}</span>
                </p>
                {remove}
            </div>
        })
    })
    .into_any()
}

fn waiting(words: &'static str, cancel: Option<(&'static str, Handing)>) -> AnyView {
    let cancel = cancel.map(|(words, handing)| {
        view! {
            <button type="button" class="button" on:click=move |_| handing.step(Event::Back)>
                {words}
            </button>
        }
    });
    view! {
        <div class="waiting" role="status" data-focus tabindex="-1">
            <span class="icon icon-busy" aria-hidden="true"></span>
            <p>{words}</p>
            {cancel}
        </div>
    }
    .into_any()
}

fn ask(portal: Portal, handing: Handing) -> AnyView {
    let texts = portal.texts;
    view! {
        <div class="ask" role="group" aria-labelledby="ask-replace">
            <h3 id="ask-replace" data-focus tabindex="-1">
                {texts.ask_replace}
            </h3>
            <p>{texts.ask_replace_more}</p>
            {chosen(portal, handing, false)}
            <p class="buttons">
                <button
                    type="button"
                    class="button primary"
                    on:click=move |_| handing.step(Event::Replace)
                >
                    {texts.replace}
                </button>
                <button type="button" class="button" on:click=move |_| handing.step(Event::Back)>
                    {texts.do_not_replace}
                </button>
            </p>
        </div>
    }
    .into_any()
}

fn sending(portal: Portal, handing: Handing) -> AnyView {
    let texts = portal.texts;
    let part = Memo::new(move |_| {
        handing.flow.with(|flow| match flow.state() {
            State::Send { sent, total } => (*sent as f64, *total as f64),
            _ => (0.0, 1.0),
        })
    });
    let words = move || {
        let (sent, total) = part.get();
        if sent >= total {
            return texts.processing.to_owned();
        }
        portal.formats.with_value(|formats| {
            fill(
                texts.sending_part,
                &[
                    ("sent", &formats.size(sent)),
                    ("total", &formats.size(total)),
                    ("percent", &formats.percent(sent, total)),
                ],
            )
        })
    };
    view! {
        <div class="sending">
            <h3 data-focus tabindex="-1">
                {texts.sending}
            </h3>
            {chosen(portal, handing, false)}
            <progress
                max=move || part.get().1
                value=move || part.get().0
                aria-label=texts.sending
            ></progress>
            <p class="amount">{words}</p>
            <p class="hint">{texts.stay_here}</p>
            <button type="button" class="button" on:click=move |_| handing.step(Event::Back)>
                {texts.cancel}
            </button>
        </div>
    }
    .into_any()
}

fn done(portal: Portal, handing: Handing, outcome: Outcome) -> AnyView {
    let texts = portal.texts;
    let name = handing
        .flow
        .with_untracked(|flow| flow.file().map(|file| file.name.clone()))
        .unwrap_or_default();
    let (title, more, icon) = match outcome {
        Outcome::Confirmed => (texts.arrived, fill(texts.arrived_more, &[("name", &name)]), "icon icon-done"),
        Outcome::Settled => (texts.arrived, texts.arrived_settled.to_owned(), "icon icon-done"),
        Outcome::AlreadyThere => {
            (texts.already_there, texts.already_there_more.to_owned(), "icon icon-alert")
        }
    };
    let again = move || {
        let replaces = handing.flow.with(Flow::replaces);
        replaces.then(|| {
            let (words, event) = if outcome == Outcome::AlreadyThere {
                (fill(texts.replace_it, &[("name", &name)]), Event::Send)
            } else {
                (texts.hand_in_again.to_owned(), Event::Again)
            };
            view! {
                <button type="button" class="button" on:click=move |_| handing.step(event.clone())>
                    {words}
                </button>
            }
        })
    };
    view! {
        <div class="arrived" role="status">
            <span class=icon aria-hidden="true"></span>
            <div>
                <h3 data-focus tabindex="-1">
                    {title}
                </h3>
                <p>
                    <bdi>{more}</bdi>
                </p>
            </div>
        </div>
        <p class="buttons">{move || next(portal)} {again}</p>
    }
    .into_any()
}

/// What the consumer would do next: the first of what is left, or back to the overview.
fn next(portal: Portal) -> AnyView {
    let texts = portal.texts;
    let next = portal.session.with(|session| {
        let session = session.as_ref()?;
        let at = *crate::pages::overview::left(session)
            .iter()
            .find(|&&at| session.actions[at].offers.upload.is_some())?;
        let action: &Action = &session.actions[at];
        Some((Page::Action(action.id.clone()), name(portal, action)))
    });
    let (page, words) = match next {
        Some((page, task)) => (page, fill(texts.next_task, &[("task", &task)])),
        None => (Page::Overview, texts.back_to_overview.to_owned()),
    };
    crate::parts::link::link(portal, &page, "button primary", &words)
}

fn unchecked(portal: Portal, handing: Handing) -> AnyView {
    let texts = portal.texts;
    view! {
        <div class="problem" role="alert" data-focus tabindex="-1">
            <h3>{texts.cannot_check}</h3>
            <p>{texts.cannot_check_more}</p>
        </div>
        {chosen(portal, handing, false)}
        <p class="buttons">
            <button
                type="button"
                class="button primary"
                on:click=move |_| handing.step(Event::Check)
            >
                {texts.check_again}
            </button>
        </p>
    }
    .into_any()
}

fn closed(portal: Portal, handing: Handing) -> AnyView {
    view! {
        <p class="notice" data-focus tabindex="-1">
            {portal.texts.no_longer_asked}
        </p>
        {chosen(portal, handing, true)}
    }
    .into_any()
}
