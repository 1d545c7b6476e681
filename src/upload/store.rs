//! The uploads, by action, whatever page is on the screen. The store runs what the [`UploadMachine`]s ask
//! for. It lives as long as the element, so that no move between pages loses a file or a comment.

use std::{rc::Rc, sync::Arc};

use accelerate::{
    problem::Problem,
    request::UploadRequest,
    session::{Action, Session},
};
use futures::future::{LocalBoxFuture, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::{
    limits::{FileRefusal, Limits},
    machine::{
        ActionSnapshot, Effect, Event, Outcome, Prepared, SelectedFile, Unsent, UploadMachine,
        UploadState, Warning,
    },
};
use crate::{
    api::upload::{SendEvent, SendOutcome, UploadHandle, upload_file},
    config::Config,
    context::{Waiting, WaitingTasks},
    platform::{
        awake::Awake,
        file,
        storage::{self, Drafts},
    },
};

/// How long sending waits for what is sent to be kept, in milliseconds. Sending matters more.
const KEEPING: u32 = 2_000;

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
    /// Says what waits to be handed in.
    pub waiting: WaitingTasks,
    /// Waits for the part of the portal that prepares files, which calls [`UploadStore::set_preparation`]; or until it
    /// is clear that it does not come.
    pub load_preparation: Box<dyn Fn() -> LocalBoxFuture<'static, ()>>,
    /// Prepares files, when it is there.
    pub preparation: Option<Preparation>,
    /// Keeps what is not sent, when it is there. It comes with what prepares files.
    pub keeper: Option<Rc<dyn Keeper>>,
}

/// Keeps what is not sent when the page is closed.
pub trait Keeper {
    /// What was kept of an upload, if there is something.
    fn restore(&self, upload: Upload) -> LocalBoxFuture<'static, Option<Unsent<File>>>;
    /// Keeps what changes of an upload from now on.
    fn follow(&self, upload: Upload);
    /// Waits until what an upload has is kept, or until it is clear that it is not.
    fn saved(&self, upload: Upload) -> LocalBoxFuture<'static, ()>;
}

/// How long what is in an upload is kept on the device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kept {
    /// It is being written.
    UnderWay,
    /// Until then, in milliseconds since 1970.
    Until(f64),
    /// As long as the tab is open.
    InTab,
    /// Not any more: another tab has changed it, and keeps that.
    OfOtherTab,
    /// Not any more: another tab has sent or removed it.
    Gone,
}

/// A file that did not come back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// Its name.
    pub name: String,
    /// Whether it was kept, and is left out because the page was closed whenever it was read.
    pub closes_page: bool,
}

/// Prepares a file of an upload.
pub type Preparation =
    Rc<dyn Fn(Upload, SelectedFile<File>) -> LocalBoxFuture<'static, Prepared<File>>>;

/// All uploads. Cheap to copy.
#[derive(Clone, Copy)]
pub struct UploadStore {
    /// Each upload under its action's id.
    uploads: StoredValue<Vec<(String, Upload)>>,
    services: StoredValue<UploadServices, LocalStorage>,
    limits: StoredValue<Limits>,
    /// Whether the page was loaded again while a file was being chosen, and none was chosen since.
    pub was_choosing: RwSignal<bool>,
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
            was_choosing: RwSignal::new(storage::was_choosing()),
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
            chosen: RwSignal::new_local(Chosen::default()),
            kept: RwSignal::new(None),
            lost: RwSignal::new(Vec::new()),
            is_protected: RwSignal::new(false),
            has_pages: RwSignal::new(false),
            has_changes: RwSignal::new(false),
            asks_discard: RwSignal::new(false),
            edits_page: RwSignal::new(false),
            awaits_pages: StoredValue::new(false),
            is_forgotten: StoredValue::new(false),
            limits: self.limits,
            services: self.services,
            request: StoredValue::new_local(None),
        });
        self.uploads
            .update_value(|uploads| uploads.push((action.id.clone(), upload)));
        upload.restore();
        upload
    }

    /// Keeps what is not sent from now on.
    pub fn set_keeper(self, keeper: Rc<dyn Keeper>) {
        for (_, upload) in self.uploads.get_value() {
            // Who waits for what was kept follows it then.
            let is_restoring = matches!(
                *upload.machine.read_untracked().state(),
                UploadState::Restore
            );
            if !is_restoring {
                keeper.follow(upload);
            }
        }
        self.services
            .update_value(|services| services.keeper = Some(keeper));
    }

    /// Has files prepared by this from now on.
    pub fn set_preparation(
        self,
        prepare: impl Fn(Upload, SelectedFile<File>) -> LocalBoxFuture<'static, Prepared<File>>
        + 'static,
    ) {
        self.services
            .update_value(|services| services.preparation = Some(Rc::new(prepare)));
    }

    /// The part that prepares files is going to be needed.
    pub fn load_preparation(self) {
        let loaded = self
            .services
            .with_value(|services| (services.load_preparation)());
        spawn_local(loaded);
    }

    /// Whether the keeper is there.
    pub fn has_keeper(self) -> bool {
        self.services
            .with_value(|services| services.keeper.is_some())
    }

    /// Whether there is an upload for an action.
    pub fn has(self, action_id: &str) -> bool {
        self.find(action_id).is_some()
    }

    /// Whether leaving the page would lose a document or a comment.
    pub fn has_unsent(self) -> bool {
        let is_unsent = |(_, upload): &(String, Upload)| upload.has_unsent();
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
            upload.is_forgotten.try_set_value(true);
            // Nobody is told: the views are about to go, too.
            let forget = |machine: &mut UploadMachine<File>| machine.forget();
            upload.machine.try_update_untracked(forget);
            let forget = |chosen: &mut Chosen| *chosen = Chosen::default();
            upload.chosen.try_update_untracked(forget);
        }
    }

    /// The upload for an action; `None` when the consumer has not begun with it.
    pub fn find(self, action_id: &str) -> Option<Upload> {
        let found = self.uploads.try_with_value(|uploads| {
            let found = uploads.iter().find(|(id, _)| id == action_id);
            found.map(|(_, upload)| *upload)
        });
        found.flatten()
    }
}

/// All uploads.
pub fn use_uploads() -> UploadStore {
    expect_context()
}

/// Files for a document that is put together.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// The files, in their order.
    pub files: Vec<File>,
    /// Whether they are another document, and not further pages of the one on the screen.
    pub is_another: bool,
}

/// The upload of one document. Cheap to copy.
#[derive(Clone, Copy, PartialEq)]
pub struct Upload {
    /// Where it stands, for components to follow. Only [`Upload::step`] changes it.
    pub machine: RwSignal<UploadMachine<File>, LocalStorage>,
    /// Files that are to become part of the document that is put together. Who takes them empties it.
    pub chosen: RwSignal<Chosen, LocalStorage>,
    /// How long it is kept on the device; `None` when it is not known to be kept.
    pub kept: RwSignal<Option<Kept>>,
    /// Files that were there when the page was closed. They are to be chosen again.
    pub lost: RwSignal<Vec<Lost>>,
    /// Whether the chosen file as it is would tell more than the document that is put together of it.
    pub is_protected: RwSignal<bool>,
    /// Whether there are pages, or files that are to become some.
    pub has_pages: RwSignal<bool>,
    /// Whether going back would lose pages, or what was done to them.
    pub has_changes: RwSignal<bool>,
    /// Whether it is asked if they may go.
    pub asks_discard: RwSignal<bool>,
    /// Whether one of them is being edited.
    pub edits_page: RwSignal<bool>,
    /// Whether the focus goes to the pages, which were not there yet when their step began.
    pub awaits_pages: StoredValue<bool>,
    action_id: StoredValue<String>,
    /// The page is not its consumer's any more.
    is_forgotten: StoredValue<bool>,
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

    /// Looks for what was kept when the page was closed, and has the upload kept from then on.
    fn restore(self) {
        if storage::drafts() == Drafts::None {
            self.say_waiting();
            if let Some(keeper) = self.keeper() {
                keeper.follow(self);
            }
            return;
        }
        self.step(Event::Restore);
    }

    /// Says what waits to be handed in, for the lists of tasks. What is under way does not.
    pub fn say_waiting(self) {
        if self.is_forgotten() {
            return;
        }
        let waiting = self.machine.try_with_untracked(|machine| {
            // Whether something was kept is not known yet.
            if let UploadState::Restore = machine.state() {
                return None;
            }
            let waits = self.has_unsent() && !machine.is_busy();
            Some(waits.then(|| match machine.is_in_doubt() {
                true => Waiting::InDoubt,
                false => Waiting::Ready,
            }))
        });
        if let Some(waiting) = waiting.flatten() {
            let id = self.action_id();
            self.services.with_value(|it| it.waiting.set(&id, waiting));
        }
    }

    /// Whether there is a document, or something that becomes one, which may not have arrived.
    pub fn has_unsent(self) -> bool {
        let has_unsent = self.machine.try_with_untracked(|machine| {
            let has_file = machine.file().is_some() || machine.candidate().is_some();
            // What makes pages of these may not have come yet.
            let has_chosen = self.chosen.with_untracked(|it| !it.files.is_empty());
            let has_pages = has_chosen || self.has_pages.get_untracked();
            machine.has_unsent() && (has_file || has_pages)
        });
        has_unsent == Some(true)
    }

    fn is_forgotten(self) -> bool {
        self.is_forgotten.try_get_value() != Some(false)
    }

    /// Whether what was kept is still waited for.
    pub fn is_restoring(self) -> bool {
        let is_so = |machine: &UploadMachine<File>| matches!(machine.state(), UploadState::Restore);
        !self.is_forgotten() && self.machine.try_with_untracked(is_so) == Some(true)
    }

    async fn look_for_kept(self, effect_id: u32, loading: LocalBoxFuture<'static, ()>) {
        loading.await;
        let unsent = match self.keeper() {
            Some(keeper) => keeper.restore(self).await,
            None => None,
        };
        if self.is_forgotten() {
            return;
        }
        self.step(Event::Restored { effect_id, unsent });
        if let Some(keeper) = self.keeper() {
            keeper.follow(self);
        }
    }

    fn keeper(self) -> Option<Rc<dyn Keeper>> {
        let keeper = self.services.try_with_value(|it| it.keeper.clone());
        keeper.flatten()
    }

    /// Takes one step, and runs what the machine asks for.
    pub fn step(self, event: Event<File>) {
        let was_done = self.has_arrived();
        let effect = self.machine.try_update(|machine| machine.step(event));
        self.say_waiting();
        if !was_done && self.has_arrived() {
            self.lost.set(Vec::new());
            self.services.with_value(|services| (services.on_arrived)());
        }
        match effect.flatten() {
            None => {}
            Some(Effect::Stop) => self.request.set_value(None),
            Some(Effect::Restore { effect_id }) => {
                let loading = self.services.with_value(|it| (it.load_preparation)());
                spawn_local(self.look_for_kept(effect_id, loading));
            }
            Some(Effect::Prepare { effect_id, file }) => self.prepare(effect_id, file),
            Some(Effect::Send {
                effect_id,
                file,
                comment,
                upload,
            }) => {
                let send = move || self.send(effect_id, &file, &comment, upload);
                match self.keeper() {
                    // Whoever finds it after the page was closed is to know that it was sent.
                    Some(keeper) => spawn_local(async move {
                        let patience = TimeoutFuture::new(KEEPING);
                        select(keeper.saved(self), patience).await;
                        if self.waits_for(effect_id) {
                            send();
                        }
                    }),
                    None => send(),
                }
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

    fn send(
        self,
        effect_id: u32,
        file: &SelectedFile<File>,
        comment: &str,
        upload: accelerate::session::Upload,
    ) {
        let id = self.action_id.get_value();
        let request = UploadRequest {
            productaction_id: &id,
            reupload: upload,
            filename: &file.name,
            mimetype: file.mime,
            comment: Some(comment).filter(|comment| !comment.trim().is_empty()),
        };
        let on_event = move |event| self.on_send_event(effect_id, event);
        let handle = self
            .services
            .with_value(|services| upload_file(&services.config, &request, &file.file, on_event));
        self.request.set_value(Some((handle, Awake::new())));
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

    /// The action's id.
    pub fn action_id(self) -> String {
        self.action_id.get_value()
    }

    /// The consumer selected or dropped files; none when they dropped something else.
    pub fn select(self, mut files: Vec<File>) {
        if files.is_empty() {
            return self.step(Event::RefuseFile(FileRefusal::NoFile));
        }
        let is_composing = self.machine.read_untracked().is_composing();
        if is_composing || files.len() > 1 && self.limits().accepts_pdf() {
            self.step(Event::Compose);
            if self.machine.read_untracked().is_composing() {
                self.forget_lost(&files);
                self.chosen.set(Chosen {
                    files,
                    is_another: !is_composing,
                });
                self.say_waiting();
            }
            return;
        }
        let file = files.swap_remove(0);
        let (name, size) = (file::name(&file), file.size() as u64);
        let limits = self.limits();
        let checked = match limits.check(&name, size, &file.type_()) {
            // A photo becomes smaller on its page.
            Err(refusal @ FileRefusal::TooLarge { .. }) if limits.accepts_pdf() => {
                let mime = limits.check(&name, 1, &file.type_());
                mime.ok()
                    .filter(|it| it.starts_with("image/"))
                    .ok_or(refusal)
            }
            checked => checked,
        };
        if checked.is_ok() && self.machine.read_untracked().accepts_files() {
            self.forget_lost(std::slice::from_ref(&file));
        }
        self.step(match checked {
            Ok(mime) => Event::SelectFile(SelectedFile {
                file,
                name,
                size,
                mime,
                warning: None,
            }),
            Err(refusal) => Event::RefuseFile(refusal),
        });
    }

    /// These were chosen, maybe in the place of lost ones. The camera gives new names.
    fn forget_lost(self, files: &[File]) {
        if self.lost.with_untracked(Vec::is_empty) {
            return;
        }
        self.lost.update(|lost| {
            for file in files {
                let name = file::name(file);
                let place = lost.iter().position(|lost| lost.name == name);
                if !lost.is_empty() {
                    lost.remove(place.unwrap_or(0));
                }
            }
        });
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

    /// Reads the file, so that it is known what it is and stays what it is. Without the part that does so it is only
    /// seen whether it can be read: a folder cannot, nor can a file in the cloud that does not come.
    fn prepare(self, effect_id: u32, selected: SelectedFile<File>) {
        self.request.set_value(None);
        let loading = self
            .services
            .with_value(|services| (services.load_preparation)());
        spawn_local(async move {
            loading.await;
            if !self.waits_for(effect_id) || self.is_forgotten() {
                return;
            }
            let preparation = self
                .services
                .try_with_value(|services| services.preparation.clone());
            let prepared = match preparation.flatten() {
                Some(prepare) => prepare(self, selected).await,
                None => self.as_it_is(selected).await,
            };
            let prepared = match prepared {
                Prepared::File(file) if file.size > self.limits().max_bytes => {
                    Prepared::Refused(FileRefusal::TooLarge {
                        size: file.size,
                        max: self.limits().max_bytes,
                    })
                }
                prepared => prepared,
            };
            self.step(Event::Prepared {
                effect_id,
                prepared,
            });
        });
    }

    /// What is known of a file that cannot be prepared here.
    pub async fn as_it_is(self, selected: SelectedFile<File>) -> Prepared<File> {
        if !file::is_readable(&selected.file).await {
            return Prepared::Refused(FileRefusal::Unreadable);
        }
        let becomes_page = self.limits().accepts_pdf() && selected.mime.starts_with("image/");
        Prepared::File(SelectedFile {
            warning: becomes_page.then_some(Warning::NotChanged),
            ..selected
        })
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
