//! Handing in, as the consumer sees it: one step at a time, and always a way on.

use std::cell::Cell;

use accelerate::{
    problem::{Problem, ProblemKind},
    session::Action,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File};

use super::{
    desk::Handing,
    flow::{Event, Failure, Flow, Notice, Outcome, State},
    limits::{Limits, Refusal},
};
use crate::{
    browser::{
        dom::{El, View, dynamic_of, el},
        file, page,
    },
    pages::overview::left,
    parts::{
        action_list::name,
        button::{button, primary},
        icon::icon,
        link::button_link,
        progress::bar,
    },
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
pub fn section(portal: Portal, handing: Handing) -> El {
    let texts = portal.texts;
    let flow = handing.flow;
    let several = RwSignal::new(false);
    let over = RwSignal::new(false);
    let desk = Desktop {
        portal,
        handing,
        several,
    };

    let section = el("section")
        .attr_from("class", move || {
            (if over.get() {
                "card upload over"
            } else {
                "card upload"
            })
            .to_owned()
            .into()
        })
        .on("dragover", move |event| {
            // Whatever is dropped here must not take the page's place.
            event.prevent_default();
            over.set(flow.with_untracked(Flow::takes_files));
        })
        .on("dragleave", move |_| over.set(false))
        .on("drop", move |event| {
            event.prevent_default();
            over.set(false);
            if let Some(event) = event.dyn_ref::<DragEvent>() {
                desk.take(file::dropped(event));
            }
        });
    // Each step begins with what it is about; the focus goes there, as what had it is gone.
    let element = section.element();
    let first = Cell::new(true);
    let step = move |step: &Step| {
        if !first.replace(false) {
            let element = element.clone();
            request_animation_frame(move || page::focus_within(&element, "[data-focus]"));
        }
        match *step {
            Step::Choose => desk.choose(),
            Step::Prepare => desk.waiting(texts.preparing, true),
            Step::Document => desk.document(),
            Step::Ask => desk.ask(),
            Step::Send => desk.sending(),
            Step::Confirm => desk.waiting(texts.confirming, false),
            Step::Done(outcome) => desk.done(outcome),
            Step::Unchecked => desk.unchecked(),
            Step::Closed => desk.closed(),
        }
    };
    section
        .child(el("h2").text_from(move || {
            let replaces = flow.with(Flow::replaces);
            (if replaces {
                texts.hand_in_again
            } else {
                texts.hand_in
            })
            .to_owned()
        }))
        .part_of(move || flow.with(Step::of), step)
}

/// What the steps share.
#[derive(Clone, Copy)]
struct Desktop {
    portal: Portal,
    handing: Handing,
    /// More than one file was chosen at once.
    several: RwSignal<bool>,
}

/// The part of a step that gets the focus.
fn focused(element: El) -> El {
    element.attr("data-focus", "").attr("tabindex", "-1")
}

impl Desktop {
    fn take(self, files: Vec<File>) {
        self.several.set(files.len() > 1);
        match files.into_iter().next() {
            Some(file) => self.handing.choose(file),
            None => self.handing.choose_nothing(),
        }
    }

    /// A button that takes an event of the flow.
    fn step(self, words: &str, event: Event<File>) -> El {
        let handing = self.handing;
        button(words, move || handing.step(event.clone()))
    }

    /// The same, for the one that leads on.
    fn lead(self, words: &str, event: Event<File>) -> El {
        let handing = self.handing;
        primary(words, move || handing.step(event.clone()))
    }

    fn limits(self) -> Limits {
        self.portal.backstage().config.limits
    }

    fn size(self, bytes: u64) -> String {
        self.portal.formatted(|formats| formats.size(bytes as f64))
    }

    /// A file input that looks like a button.
    fn file_button(
        self,
        class: &str,
        picture: Option<&str>,
        words: &str,
        accept: &str,
        camera: bool,
    ) -> El {
        let input = el("input")
            .attr("type", "file")
            .attr("accept", accept)
            .on("change", move |event| self.take(file::take_chosen(&event)));
        let input = if camera {
            input.attr("capture", "environment")
        } else {
            input
        };
        el("label")
            .class(class)
            .child(picture.map(icon))
            .child(words)
            .child(input)
    }

    /// The buttons that choose a file, and why the last one was not taken.
    fn choose(self) -> View {
        let texts = self.portal.texts;
        let limits = self.limits();
        let kinds = if limits.takes_every_kind() {
            texts.kinds_everyday.to_owned()
        } else {
            limits.names()
        };
        let hint = fill(
            texts.kinds_and_size,
            &[("kinds", &kinds), ("size", &self.size(limits.max_bytes))],
        );
        let photo = limits.takes_photos().then(|| {
            self.file_button(
                "button camera",
                Some("camera"),
                texts.take_photo,
                "image/*",
                true,
            )
        });
        let choose = self.file_button(
            "button primary",
            Some("upload"),
            texts.choose_file,
            &limits.accept(),
            false,
        );
        let portal = self.portal;
        let by_phone = move || {
            portal.access.by_gateway.get().then(|| {
                button(texts.phone_photo, move || {
                    portal.shows_phone.set(true);
                })
                .class("button quiet on-desktop")
            })
        };
        [
            self.notice(),
            focused(el("div").class("drop"))
                .child(choose)
                .child(photo)
                .child(el("p").class("drop-here").child(texts.drop_here))
                .child(el("p").class("hint").child(hint))
                .part(by_phone)
                .into(),
        ]
        .into()
    }

    /// What there is to say beside the step: a file that was not taken, or that sending was cancelled.
    fn notice(self) -> View {
        let texts = self.portal.texts;
        let notice = move || (self.handing.flow.with(Flow::notice), self.several.get());
        let words = move |notice: &(Option<Notice>, bool)| {
            let refused = match *notice {
                (None, several) => return several.then(|| texts.refused_several.to_owned()),
                (Some(Notice::Cancelled), _) => return Some(texts.cancelled.to_owned()),
                (Some(Notice::Refused(refusal)), _) => refusal,
            };
            Some(match refused {
                Refusal::Empty => texts.refused_empty.to_owned(),
                Refusal::Unreadable => texts.unreadable.to_owned(),
                Refusal::TooLarge { size, max } => fill(
                    texts.refused_large,
                    &[("size", &self.size(size)), ("max", &self.size(max))],
                ),
                Refusal::WrongKind | Refusal::NoFile => {
                    fill(texts.refused_kind, &[("kinds", &self.limits().names())])
                }
            })
        };
        el("div")
            .attr("role", "alert")
            .part_of(notice, move |notice| {
                words(notice).map(|words| el("p").class("notice").child(words))
            })
            .into()
    }

    /// The document in hand: what it is, a comment, and sending it. Also after a failure, which is
    /// said above it.
    fn document(self) -> View {
        let texts = self.portal.texts;
        let handing = self.handing;
        let flow = handing.flow;
        let left_words = move || match flow.with(Flow::comment_left) {
            ..0 => texts.comment_too_long.to_owned(),
            left @ 0..200 => fill(
                texts.comment_left,
                &[("count", &self.portal.count(left.unsigned_abs()))],
            ),
            _ => String::new(),
        };
        let send = el("button")
            .attr("type", "button")
            .class("button primary")
            .attr_from("disabled", move || {
                (!flow.with(Flow::can_send)).then(String::new)
            })
            .text_from(move || {
                let first = flow.with(|flow| matches!(flow.state(), State::Review));
                (if first { texts.send } else { texts.send_again }).to_owned()
            })
            .on("click", move |_| handing.step(Event::Send));
        let other = self.file_button(
            "button",
            None,
            texts.choose_other,
            &self.limits().accept(),
            false,
        );
        let comment = el("textarea")
            .attr("rows", "3")
            .child(flow.with_untracked(|flow| flow.comment().to_owned()))
            .on("input", move |event| {
                handing.step(Event::Comment(page::value_of(&event)))
            });
        el("div")
            .class("in-hand")
            .part_of(
                move || flow.with(|flow| flow.state().clone()),
                move |state| self.failure(state),
            )
            .child(self.notice())
            .child(self.chosen(true))
            .child(
                el("label")
                    .class("field")
                    .child(
                        el("span")
                            .child(texts.comment)
                            .child(" ")
                            .child(el("span").class("hint").child(texts.optional)),
                    )
                    .child(comment),
            )
            .child(
                el("p")
                    .class("hint")
                    .attr("role", "status")
                    .text_from(left_words),
            )
            .child(el("p").class("buttons").child(send).child(other))
            .into()
    }

    /// Why sending did not work, and that nothing is lost.
    fn failure(self, state: &State) -> Option<El> {
        let texts = self.portal.texts;
        let (title, more) = match state {
            State::Failed(Failure::NotArrived(Problem {
                kind: ProblemKind::Connection | ProblemKind::Cancelled,
                ..
            })) => (texts.did_not_arrive, texts.did_not_arrive_more.to_owned()),
            State::Failed(Failure::Refused(problem) | Failure::NotArrived(problem)) => {
                let why = texts::plight(texts, problem).sentence();
                (texts.not_sent, [&why, texts.file_kept].join(" "))
            }
            State::Failed(Failure::Unreadable) => (texts.not_sent, texts.unreadable.to_owned()),
            State::Unsure(_) => (texts.unsure, texts.unsure_more.to_owned()),
            _ => return None,
        };
        let check =
            matches!(state, State::Unsure(_)).then(|| self.step(texts.check_again, Event::Check));
        Some(failed(title, &more).child(check))
    }

    /// The document in hand, by name and size.
    fn chosen(self, removable: bool) -> View {
        let texts = self.portal.texts;
        let file = move || {
            self.handing
                .flow
                .with(|flow| flow.file().map(|file| (file.name.clone(), file.size)))
        };
        let row = move |file: &Option<(String, u64)>| {
            let (name, bytes) = file.as_ref()?;
            let remove = removable.then(|| {
                self.step(texts.remove_file, Event::Remove)
                    .class("button quiet")
                    .attr(
                        "aria-label",
                        &fill(texts.remove_file_named, &[("name", name)]),
                    )
            });
            let words = el("p")
                .child(el("bdi").class("file-name").child(name.as_str()))
                .child(el("span").class("hint").child(self.size(*bytes)));
            Some(
                focused(el("div").class("chosen").attr("role", "group"))
                    .attr("aria-label", texts.chosen_file)
                    .child(icon("document"))
                    .child(words)
                    .child(remove),
            )
        };
        dynamic_of(file, row)
    }

    fn waiting(self, words: &str, cancel: bool) -> View {
        let cancel = cancel.then(|| self.step(self.portal.texts.cancel, Event::Back));
        focused(el("div").class("waiting").attr("role", "status"))
            .child(icon("busy"))
            .child(el("p").child(words))
            .child(cancel)
            .into()
    }

    fn ask(self) -> View {
        let texts = self.portal.texts;
        el("div")
            .class("ask")
            .child(focused(el("h3")).child(texts.ask_replace))
            .child(el("p").child(texts.ask_replace_more))
            .child(self.chosen(false))
            .child(
                el("p")
                    .class("buttons")
                    .child(self.lead(texts.replace, Event::Replace))
                    .child(self.step(texts.do_not_replace, Event::Back)),
            )
            .into()
    }

    fn sending(self) -> View {
        let texts = self.portal.texts;
        let part = move || {
            self.handing.flow.with(|flow| match flow.state() {
                State::Send { sent, total } => (*sent, *total),
                _ => (0, 1),
            })
        };
        let words = move || {
            let (sent, total) = part();
            if sent >= total {
                return texts.processing.to_owned();
            }
            let percent = self
                .portal
                .formatted(|formats| formats.percent(sent as f64, total as f64));
            fill(
                texts.sending_part,
                &[
                    ("sent", &self.size(sent)),
                    ("total", &self.size(total)),
                    ("percent", &percent),
                ],
            )
        };
        el("div")
            .class("sending")
            .child(focused(el("h3")).child(texts.sending))
            .child(self.chosen(false))
            .child(
                bar(texts.sending)
                    .attr_from("max", move || Some(part().1.to_string()))
                    .attr_from("value", move || Some(part().0.to_string())),
            )
            .child(el("p").class("amount").text_from(words))
            .child(el("p").class("hint").child(texts.stay_here))
            .child(self.step(texts.cancel, Event::Back))
            .into()
    }

    fn done(self, outcome: Outcome) -> View {
        let texts = self.portal.texts;
        let flow = self.handing.flow;
        let name = flow
            .with_untracked(|flow| flow.file().map(|file| file.name.clone()))
            .unwrap_or_default();
        let (title, more, picture) = match outcome {
            Outcome::Confirmed => (
                texts.arrived,
                fill(texts.arrived_more, &[("name", &name)]),
                "done",
            ),
            Outcome::Settled => (texts.arrived, texts.arrived_settled.to_owned(), "done"),
            Outcome::AlreadyThere => (
                texts.already_there,
                texts.already_there_more.to_owned(),
                "alert",
            ),
        };
        let again = move |replaces: &bool| {
            replaces.then(|| match outcome {
                Outcome::AlreadyThere => {
                    self.step(&fill(texts.replace_it, &[("name", &name)]), Event::Send)
                }
                _ => self.step(texts.hand_in_again, Event::Again),
            })
        };
        let words = el("div")
            .child(focused(el("h3")).child(title))
            .child(el("p").child(more));
        [
            el("div")
                .class("arrived")
                .attr("role", "status")
                .child(icon(picture))
                .child(words)
                .into(),
            el("p")
                .class("buttons")
                .part_of(
                    move || self.next(),
                    move |next| self.next_button(next.as_ref()),
                )
                .part_of(move || flow.with(Flow::replaces), again)
                .into(),
        ]
        .into()
    }

    /// What the consumer would do next: the first of what is left that takes a document.
    fn next(self) -> Option<(Page, String)> {
        let next = self.portal.in_session(|session| {
            let first = left(session)
                .into_iter()
                .map(|at| &session.actions[at])
                .find(|action: &&Action| action.offers.upload.is_some())?;
            Some((Page::Action(first.id.clone()), name(self.portal, first)))
        });
        next.flatten()
    }

    /// Leads there, or back to the overview.
    fn next_button(self, next: Option<&(Page, String)>) -> El {
        let texts = self.portal.texts;
        match next {
            Some((page, task)) => {
                button_link(self.portal, page, &fill(texts.next_task, &[("task", task)]))
            }
            None => button_link(self.portal, &Page::Overview, texts.back_to_overview),
        }
    }

    fn unchecked(self) -> View {
        let texts = self.portal.texts;
        [
            failed(texts.cannot_check, texts.cannot_check_more).into(),
            self.chosen(false),
            el("p")
                .class("buttons")
                .child(self.lead(texts.check_again, Event::Check))
                .into(),
        ]
        .into()
    }

    fn closed(self) -> View {
        let words = self.portal.texts.no_longer_asked;
        [
            focused(el("p").class("notice")).child(words).into(),
            self.chosen(true),
        ]
        .into()
    }
}

fn failed(title: &str, more: &str) -> El {
    focused(el("div").class("problem").attr("role", "alert"))
        .child(el("h3").child(title))
        .child(el("p").child(more))
}
