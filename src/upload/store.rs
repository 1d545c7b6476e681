//! The uploads, by action, whatever page is on the screen. The store runs what the [`UploadMachine`]s ask
//! for. It lives as long as the element, so that no move between pages loses a file or a comment.

use std::sync::Arc;

use accelerate::{
    problem::Problem,
    request::UploadRequest,
    session::{Action, Session},
};
use futures::future::LocalBoxFuture;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::{
    limits::{FileRefusal, Limits},
    machine::{ActionSnapshot, Effect, Event, Outcome, SelectedFile, UploadMachine, UploadState},
};
use crate::{
    api::upload::{SendEvent, SendOutcome, UploadHandle, upload_file},
    config::Config,
    platform::{awake::Awake, file},
};

/// What uploads need of the session, of the element and of its settings.
pub struct UploadServices {
    /// The element's settings.
    pub config: Arc<Config>,
    /// Reads the session again.
    pub refresh: Box<dyn Fn() -> LocalBoxFuture<'static, Result<Arc<Session>, Problem>>>,
    /// Whether there is somebody whose session can be read.
    pub is_signed_in: Box<dyn Fn() -> bool>,
    /// Renews the session, because the consumer uses it.
    pub renew: Box<dyn Fn()>,
    /// Is called when a document arrived.
    pub on_arrived: Box<dyn Fn()>,
    /// Is called when sending failed.
    pub on_failed: Box<dyn Fn(&Problem)>,
}

/// All uploads. Cheap to copy.
#[derive(Clone, Copy)]
pub struct UploadStore {
    /// Each upload under its action's id.
    uploads: StoredValue<Vec<(String, Upload)>>,
    services: StoredValue<UploadServices, LocalStorage>,
    limits: StoredValue<Limits>,
    /// Uploads belong to the store, not to the page that shows them first.
    owner: StoredValue<Owner>,
}

impl UploadStore {
    /// No uploads yet. They live as long as the reactive owner that this is called in.
    pub fn new(services: UploadServices) -> Self {
        let config = &services.config;
        let limits =
            Limits::from_attributes(config.max_file_mb.as_deref(), config.accept.as_deref());
        Self {
            uploads: StoredValue::new(Vec::new()),
            limits: StoredValue::new(limits),
            services: StoredValue::new_local(services),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// The upload for an action; a new one when there is none.
    pub fn for_action(self, action: &Action) -> Upload {
        if let Some(upload) = self.find(&action.id) {
            return upload;
        }
        let upload = self.owner.get_value().with(|| Upload {
            machine: RwSignal::new_local(UploadMachine::new(ActionSnapshot::from(action))),
            action_id: StoredValue::new(action.id.clone()),
            limits: self.limits,
            services: self.services,
            request: StoredValue::new_local(None),
        });
        self.uploads
            .update_value(|uploads| uploads.push((action.id.clone(), upload)));
        upload
    }

    /// Whether there is an upload for an action.
    pub fn has(self, action_id: &str) -> bool {
        self.find(action_id).is_some()
    }

    /// Whether leaving the page would lose a document or a comment.
    pub fn has_unsent(self) -> bool {
        let is_unsent = |(_, upload): &(String, Upload)| {
            upload.machine.with_untracked(UploadMachine::has_unsent)
        };
        self.uploads
            .with_value(|uploads| uploads.iter().any(is_unsent))
    }

    /// Tells every upload what a session says about its action.
    pub fn on_session(self, session: &Session) {
        for (_, upload) in self.uploads.get_value() {
            upload.step(Event::SessionRead(upload.snapshot(session)));
        }
    }

    /// Drops everything. What is being sent is broken off.
    pub fn clear(self) {
        let uploads = self.uploads.try_update_value(std::mem::take);
        for (_, upload) in uploads.unwrap_or_default() {
            upload.request.set_value(None);
            let forget = |machine: &mut UploadMachine<File>| machine.forget_effect();
            upload.machine.try_update_untracked(forget);
        }
    }

    fn find(self, action_id: &str) -> Option<Upload> {
        self.uploads.with_value(|uploads| {
            let found = uploads.iter().find(|(id, _)| id == action_id);
            found.map(|(_, upload)| *upload)
        })
    }
}

/// All uploads.
pub fn use_uploads() -> UploadStore {
    expect_context()
}

/// The upload of one document. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Upload {
    /// Where it stands, for components to follow. Only [`Upload::step`] changes it.
    pub machine: RwSignal<UploadMachine<File>, LocalStorage>,
    action_id: StoredValue<String>,
    limits: StoredValue<Limits>,
    services: StoredValue<UploadServices, LocalStorage>,
    /// What is being sent. Dropping it breaks that off. Meanwhile the device stays awake.
    request: StoredValue<Option<(UploadHandle, Awake)>, LocalStorage>,
}

impl Upload {
    /// What may be uploaded.
    pub fn limits(self) -> Limits {
        self.limits.get_value()
    }

    /// Takes one step, and runs what the machine asks for.
    pub fn step(self, event: Event<File>) {
        let was_done = self.has_arrived();
        let effect = self.machine.try_update(|machine| machine.step(event));
        if !was_done && self.has_arrived() {
            self.services.with_value(|services| (services.on_arrived)());
        }
        match effect.flatten() {
            None => {}
            Some(Effect::Stop) => self.request.set_value(None),
            Some(Effect::Prepare { effect_id, file }) => self.prepare(effect_id, file),
            Some(Effect::Send {
                effect_id,
                file,
                comment,
                upload,
            }) => {
                let id = self.action_id.get_value();
                let request = UploadRequest {
                    productaction_id: &id,
                    reupload: upload,
                    filename: &file.name,
                    mimetype: file.mime,
                    comment: Some(comment.as_str()).filter(|comment| !comment.trim().is_empty()),
                };
                let on_event = move |event| self.on_send_event(effect_id, event);
                let handle = self.services.with_value(|services| {
                    upload_file(&services.config, &request, &file.file, on_event)
                });
                self.request.set_value(Some((handle, Awake::new())));
            }
            Some(Effect::ReadSession { effect_id }) => {
                self.request.set_value(None);
                spawn_local(self.read_session(effect_id));
            }
            Some(Effect::LookAgain { effect_id, pause }) => {
                spawn_local(async move {
                    loop {
                        TimeoutFuture::new(pause * 1000).await;
                        if !self.waits_for(effect_id) {
                            return;
                        }
                        // Who is signed out meanwhile has nothing to look at until they are back.
                        if self
                            .services
                            .with_value(|services| (services.is_signed_in)())
                        {
                            return self.read_session(effect_id).await;
                        }
                    }
                });
            }
        }
    }

    async fn read_session(self, effect_id: u32) {
        let Some(refreshed) = self
            .services
            .try_with_value(|services| (services.refresh)())
        else {
            return;
        };
        let answer = refreshed.await;
        let answer = answer.map(|session| self.snapshot(&session));
        self.step(Event::Checked { effect_id, answer });
    }

    /// Whether the machine still waits for an effect; `false` when the portal was taken off the page.
    fn waits_for(self, effect_id: u32) -> bool {
        let waits = |machine: &UploadMachine<File>| machine.waits_for(effect_id);
        self.machine.try_with_untracked(waits) == Some(true)
    }

    /// The consumer selected or dropped a file.
    pub fn select(self, file: File) {
        let (name, size) = (file.name(), file.size() as u64);
        let checked = (self.limits).with_value(|limits| limits.check(&name, size, &file.type_()));
        self.step(match checked {
            Ok(mime) => Event::SelectFile(SelectedFile {
                file,
                name,
                size,
                mime,
            }),
            Err(refusal) => Event::RefuseFile(refusal),
        });
    }

    /// The consumer dropped something that is no file.
    pub fn select_nothing(self) {
        self.step(Event::RefuseFile(FileRefusal::NoFile));
    }

    /// What a session says about the action.
    fn snapshot(self, session: &Session) -> Option<ActionSnapshot> {
        let id = self.action_id.try_get_value()?;
        let action = session.actions.iter().find(|action| action.id == id);
        action.map(|action| ActionSnapshot::from(&**action))
    }

    /// Whether the document is known to have arrived.
    fn has_arrived(self) -> bool {
        let is_done = |machine: &UploadMachine<File>| {
            matches!(
                machine.state(),
                UploadState::Done(Outcome::Confirmed | Outcome::Verified)
            )
        };
        self.machine.try_with_untracked(is_done) == Some(true)
    }

    /// Checks that the file can be read. A folder cannot, nor can a file in the cloud that does not come.
    fn prepare(self, effect_id: u32, selected: SelectedFile<File>) {
        self.request.set_value(None);
        spawn_local(async move {
            let is_readable = file::is_readable(&selected.file).await;
            self.step(Event::Prepared {
                effect_id,
                file: is_readable.then_some(selected),
            });
        });
    }

    fn on_send_event(self, effect_id: u32, event: SendEvent) {
        match event {
            SendEvent::Progress { sent, total } => {
                // Sending may take long, and the consumer stays signed in meanwhile.
                self.services.with_value(|services| (services.renew)());
                self.step(Event::Progress {
                    effect_id,
                    sent,
                    total,
                });
            }
            SendEvent::Ended(outcome) => {
                self.request.set_value(None);
                if let SendOutcome::Problem(problem) = &outcome {
                    self.services
                        .with_value(|services| (services.on_failed)(problem));
                }
                self.step(Event::SendEnded { effect_id, outcome });
            }
        }
    }
}
