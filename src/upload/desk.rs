//! The desk: every document that is being handed in, by action, whatever page is on the screen. It
//! carries out what the [`Flow`]s ask for, and lives as long as the element, so that no move between
//! pages loses a file or a comment.

use accelerate::{
    request::UploadRequest,
    session::{Action, Session},
};
use leptos::prelude::*;
use web_sys::File;

use super::{
    flow::{Chosen, Effect, Ending, Event, Flow, Outcome, Seen, State},
    limits::Refusal,
};
use crate::{
    browser::{
        file,
        send::{self, SendEvent, Sending},
    },
    portal::Portal,
};

/// The flows under way, by the id of their action.
#[derive(Debug)]
pub struct Desk {
    handings: Vec<(String, Handing)>,
    // The flows are the portal's, not the page's that first showed them.
    owner: Owner,
}

impl Desk {
    /// An empty desk, whose flows live as long as their owner.
    pub fn new(owner: Owner) -> Self {
        Self {
            handings: Vec::new(),
            owner,
        }
    }

    /// Whether leaving the page would lose a document or a comment.
    pub fn has_unsent(&self) -> bool {
        self.handings
            .iter()
            .any(|(_, handing)| handing.flow.with_untracked(Flow::has_unsent))
    }

    /// The handing in for an action, begun if it was not.
    pub fn for_action(&mut self, portal: Portal, action: &Action) -> Handing {
        if let Some((_, handing)) = self.handings.iter().find(|(id, _)| *id == action.id) {
            return *handing;
        }
        let handing = self.owner.with(|| Handing {
            portal,
            action: StoredValue::new(action.id.clone()),
            flow: RwSignal::new_local(Flow::new(Seen::from(action))),
            sending: StoredValue::new_local(None),
        });
        self.handings.push((action.id.clone(), handing));
        handing
    }

    /// Whether anything was begun for an action.
    pub fn has(&self, action: &str) -> bool {
        self.handings.iter().any(|(id, _)| id == action)
    }

    /// Drops everything: what is being sent is broken off. For who logs out.
    pub fn clear(&mut self) {
        for (_, handing) in self.handings.drain(..) {
            handing.sending.set_value(None);
        }
    }

    /// All that is under way: for telling them what a session says.
    pub fn all(&self) -> Vec<Handing> {
        self.handings.iter().map(|(_, handing)| *handing).collect()
    }
}

/// The handing in of one document: its flow, and what runs for it.
#[derive(Debug, Clone, Copy)]
pub struct Handing {
    portal: Portal,
    action: StoredValue<String>,
    /// The flow, for views to follow. It is changed by [`Handing::step`] alone.
    pub flow: RwSignal<Flow<File>, LocalStorage>,
    sending: StoredValue<Option<Sending>, LocalStorage>,
}

impl Handing {
    /// Takes one step, and does what it asks for.
    pub fn step(self, event: Event<File>) {
        let was_done = self.is_done();
        let effect = self.flow.try_update(|flow| flow.step(event)).flatten();
        if !was_done && self.is_done() {
            self.portal.emit("portal-uploaded", &[]);
        }
        match effect {
            None => {}
            Some(Effect::Stop) => self.sending.set_value(None),
            Some(Effect::Prepare { turn, file }) => self.prepare(turn, file),
            Some(Effect::Send {
                turn,
                file,
                comment,
                upload,
            }) => {
                let id = self.action.get_value();
                let request = UploadRequest {
                    productaction_id: &id,
                    reupload: upload,
                    filename: &file.name,
                    mimetype: file.mime,
                    comment: Some(comment.as_str()).filter(|comment| !comment.trim().is_empty()),
                };
                let config = &self.portal.backstage().config;
                let sending = send::send(config, &request, &file.file, move |event| {
                    self.heard(turn, event);
                });
                self.sending.set_value(Some(sending));
            }
            Some(Effect::AskSession { turn }) => {
                self.sending.set_value(None);
                leptos::task::spawn_local(async move {
                    let answer = self.portal.refresh().await;
                    let answer = answer.map(|session| self.seen_in(&session));
                    self.step(Event::Checked { turn, answer });
                });
            }
        }
    }

    /// A file was chosen or dropped.
    pub fn choose(self, file: File) {
        let (name, size) = (file.name(), file.size() as u64);
        let limits = self.portal.backstage().config.limits;
        self.step(match limits.check(&name, size, &file.type_()) {
            Ok(mime) => Event::Choose(Chosen {
                file,
                name,
                size,
                mime,
            }),
            Err(refusal) => Event::Refuse(refusal),
        });
    }

    /// Something was dropped that is no file.
    pub fn choose_nothing(self) {
        self.step(Event::Refuse(Refusal::NoFile));
    }

    /// Tells the flow what a session says about its action.
    pub fn follow(self, session: &Session) {
        self.step(Event::Session(self.seen_in(session)));
    }

    fn seen_in(self, session: &Session) -> Option<Seen> {
        self.action.with_value(|id| {
            session
                .actions
                .iter()
                .find(|action| action.id == *id)
                .map(Seen::from)
        })
    }

    fn is_done(self) -> bool {
        self.flow.with_untracked(|flow| {
            matches!(
                flow.state(),
                State::Done(Outcome::Confirmed | Outcome::Settled)
            )
        })
    }

    /// Today one file passes through; it is only tried whether it can be read. (A folder cannot, nor
    /// can a file in the cloud that the phone fails to get.)
    fn prepare(self, turn: u32, chosen: Chosen<File>) {
        self.sending.set_value(None);
        leptos::task::spawn_local(async move {
            let readable = file::is_readable(&chosen.file).await;
            self.step(Event::Prepared {
                turn,
                file: readable.then_some(chosen),
            });
        });
    }

    fn heard(self, turn: u32, event: SendEvent) {
        match event {
            SendEvent::Progress { sent, total } => {
                // Sending takes as long as it takes: the consumer stays signed in meanwhile.
                self.portal.is_used();
                self.step(Event::Progress { turn, sent, total });
            }
            SendEvent::Ended(ending) => {
                if let Ending::Problem(problem) = &ending {
                    self.portal.emit("portal-error", &[("kind", "upload")]);
                    self.portal.look_if_over(problem);
                }
                self.step(Event::Ended { turn, ending });
            }
        }
    }
}
