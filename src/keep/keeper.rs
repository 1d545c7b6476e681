//! Keeps what every upload has, and gives it back: follows each upload, writes what changed, and removes what was sent.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use accelerate::session::Session;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use futures::{FutureExt, channel::oneshot, future::LocalBoxFuture, lock::Mutex};
use gloo_events::EventListener;
use leptos::{prelude::*, task::spawn_local};
use web_sys::{Blob, File};

use super::{
    database::{self, Place},
    record::{Record, WaitingFile},
    safe::{Found, Safe},
};
use crate::{
    context::{
        SessionObserver, SessionStore, Waiting, WaitingTasks, use_config, use_host, use_session,
        use_waiting,
    },
    platform::{
        crypto, file,
        storage::{self, Drafts as Kind},
        window,
    },
    scan::store::{Copied, Drafts, use_drafts},
    upload::{
        machine::{Unsent, UploadMachine, UploadState},
        store::{Chosen, Keeper, Kept, Lost, Upload, UploadStore, use_uploads},
    },
};

/// How often in a row the page may be closed while what was kept is being made again. Then it is not made any more.
const TRIES: u32 = 2;
/// How many bytes a key has.
const KEY_BYTES: usize = 32;

/// Has uploads kept from now on.
pub fn provide_keeper() {
    let config = use_config();
    let element = use_host().element();
    let is_off = element.and_then(|it| it.get_attribute("drafts")).as_deref() == Some("off");
    let this = Rc::new(DraftKeeper {
        session: use_session(),
        drafts: use_drafts(),
        uploads: use_uploads(),
        waiting: use_waiting(),
        consumer: config.consumer_id.clone().unwrap_or_default(),
        is_off,
        opened: RefCell::new(None),
        slots: RefCell::new(Vec::new()),
        turn: Mutex::new(()),
        generation: Cell::new(0),
        tidied: Cell::new(None),
        making_again: Cell::new(None),
    });
    let observer = StoredValue::new_local(this.clone());
    use_session().add_observer(KeeperObserver(observer));
    use_uploads().set_keeper(Rc::new(Shared(this.clone())));
    let returned = this.clone();
    let listener = EventListener::new(&document(), "visibilitychange", move |_| {
        if window::is_visible() {
            let this = returned.clone();
            spawn_local(async move { this.look_again().await });
        }
    });
    // Who leaves the page was not thrown out of it.
    let left = EventListener::new(&leptos::prelude::window(), "pagehide", |_| {
        storage::end_making_again();
    });
    let listeners = StoredValue::new_local([listener, left]);
    on_cleanup(move || listeners.dispose());
    // What is too old goes, and what the office does not want kept any more.
    spawn_local(async move {
        let _turn = this.turn.lock().await;
        this.tidy().await;
    });
}

/// Where things are kept.
#[derive(Clone)]
struct Opened {
    safe: Rc<Safe>,
    /// Whether it is good as long as the tab alone.
    is_of_tab: bool,
}

impl Opened {
    fn kept(&self, until: f64) -> Kept {
        match self.is_of_tab {
            true => Kept::InTab,
            false => Kept::Until(until),
        }
    }
}

struct DraftKeeper {
    session: SessionStore,
    drafts: Drafts,
    uploads: UploadStore,
    waiting: WaitingTasks,
    /// The consumer's id, where the page says it.
    consumer: String,
    /// Whether the page wants nothing kept.
    is_off: bool,
    /// The place of who is signed in.
    opened: RefCell<Option<Opened>>,
    slots: RefCell<Vec<Slot>>,
    /// One is written at a time, so that an older one does not come after a newer one.
    turn: Mutex<()>,
    /// Counts the consumers who had this page.
    generation: Cell<u32>,
    /// Of which of them it was looked for what is kept.
    tidied: Cell<Option<u32>>,
    /// While what was kept is being made again: how often that has closed the page before. Several tasks that are
    /// opened meanwhile count once.
    making_again: Cell<Option<u32>>,
}

/// An upload that is followed.
struct Slot {
    upload: Upload,
    /// What is in the database; `None` when nothing is, or when that is not known.
    saved: Option<Record<String>>,
    /// Whether something of it may be in the database.
    was_written: bool,
    /// The names of what is in memory.
    names: Vec<(Blob, String)>,
    is_running: bool,
    has_changed: bool,
    /// The names of what another tab has sent or removed. What has some of it is not kept again.
    gone: Vec<String>,
}

impl Slot {
    /// Another tab has sent or removed what was kept.
    fn set_gone(&mut self, record: &Record<String>) {
        self.gone = record.handles().into_iter().cloned().collect();
        self.saved = None;
        self.was_written = false;
    }
}

impl DraftKeeper {
    /// The place of who is signed in. `None` when nothing is to be kept, or the browser cannot.
    async fn open(&self) -> Option<Opened> {
        if let Some(opened) = self.opened.borrow().clone() {
            return Some(opened);
        }
        let generation = self.generation.get();
        // Only what came with the session on the screen is this consumer's.
        self.session.get_untracked()?;
        if self.wants_nothing() {
            return None;
        }
        let (keys, is_of_tab) = match self.session.draft_keys() {
            Some(keys) => (keys, false),
            None => (keys_of_tab()?, true),
        };
        let safe = Safe::open(&keys_of(&keys), &self.consumer).await.ok()?;
        let opened = Opened {
            safe: Rc::new(safe),
            is_of_tab,
        };
        if self.generation.get() != generation {
            return None;
        }
        let mut place = self.opened.borrow_mut();
        Some(place.get_or_insert(opened).clone())
    }

    /// Whether the page or the gateway wants nothing kept.
    fn wants_nothing(&self) -> bool {
        let has_gateway = self.session.auth.has_gateway.get_untracked();
        self.is_off || has_gateway && self.session.draft_keys().is_none()
    }

    /// Removes what is too old, or everything where nothing is to be kept.
    async fn tidy(&self) {
        let generation = self.generation.get();
        let is_signed_in = self.session.get_untracked().is_some();
        if is_signed_in {
            self.tidied.set(Some(generation));
        }
        let is_nothing_wanted = is_signed_in && self.wants_nothing();
        if is_nothing_wanted || storage::drafts() == Kind::ToRemove {
            if database::clear().await.is_ok() {
                storage::say_drafts(Kind::None);
            }
        } else if let Some(opened) = self.open().await
            && let Ok((found, others_have)) = opened.safe.drafts().await
            && self.generation.get() == generation
        {
            say_drafts(!found.is_empty(), others_have);
            // What is in an upload says itself what it waits for. The newest of an action comes first.
            self.waiting.retain(|id| self.uploads.has(id));
            for Found { record, .. } in found.iter().rev() {
                if self.uploads.has(&record.action_id) {
                    continue;
                }
                let waiting = match record.is_sent() {
                    true => Waiting::InDoubt,
                    false => Waiting::Ready,
                };
                self.waiting.set(&record.action_id, Some(waiting));
            }
        }
    }

    /// What was kept of an upload. Its pages are put into its document.
    async fn restore(&self, upload: Upload) -> Option<Unsent<File>> {
        let _turn = self.turn.lock().await;
        // The next consumer's place is not this upload's.
        if !upload.is_restoring() {
            return None;
        }
        let opened = self.open().await?;
        let (drafts, _) = opened.safe.drafts().await.ok()?;
        let action_id = upload.action_id();
        let found = (drafts.into_iter()).find(|found| found.record.action_id == action_id)?;
        let record = &found.record;
        let mut names = Vec::<(Blob, String)>::new();
        for name in record.handles() {
            if names.iter().all(|(_, known)| known != name)
                && let Some(blob) = opened.safe.blob(&found, name).await
            {
                names.push((blob, name.clone()));
            }
        }
        // Nobody waits for it any more, or it is somebody else's page by now.
        if !upload.is_restoring() {
            return None;
        }
        let blob_of = |name: &String| {
            let known = names.iter().find(|(_, known)| known == name);
            known.map(|(blob, _)| blob.clone())
        };
        // What closes the page whenever it is made again would do so for a week.
        let times = self.making_again.get();
        let times = times.unwrap_or_else(storage::begin_making_again);
        self.making_again.set(Some(times));
        let closes_page = times >= TRIES;
        // What cannot be read stays there until something else changes.
        let (draft, pages) = record
            .draft
            .filter_map(|name| blob_of(name).filter(|_| !closes_page));
        let pages = pages.into_iter();
        let mut lost: Vec<_> = pages
            .map(|page| (page.handle().clone(), page.file_name.clone()))
            .collect();
        let mut files = Vec::new();
        let mut file_of = |name: &String, file_name: &str, mime: &str| {
            let file = blob_of(name).and_then(|blob| file::named(&blob, file_name, mime));
            match &file {
                Some(file) => files.push(((**file).clone(), name.clone())),
                None => lost.push((name.clone(), file_name.to_owned())),
            }
            file
        };
        let mut unsent = record.unsent(upload.limits(), &mut file_of);
        let mut waiting = record.waiting(&mut file_of);
        if closes_page {
            let candidate = unsent.candidate.take().map(|it| it.name);
            let waiting = waiting.drain(..).map(|it| it.name());
            lost.extend(
                candidate
                    .into_iter()
                    .chain(waiting)
                    .map(|it| (it.clone(), it)),
            );
        }
        // A file may have many pages, and phones give several photos one name.
        lost.sort();
        lost.dedup_by(|one, other| one.0 == other.0);
        upload.lost.set(
            lost.into_iter()
                .map(|(_, name)| Lost { name, closes_page })
                .collect(),
        );
        let has_pages = !draft.pages().is_empty() || !waiting.is_empty();
        // The document of the pages may be what was lost.
        let has_file = unsent.file.is_some() || unsent.candidate.is_some();
        unsent.is_composing = has_pages && (unsent.is_composing || !has_file);
        let document = unsent.file.as_ref().filter(|_| !unsent.is_composing);
        let document = document.map(|it| it.file.clone());
        self.drafts.of(upload).restore(draft, document);
        upload.chosen.set(Chosen {
            files: waiting,
            is_another: false,
        });
        names.extend(files);
        // What an older key has encrypted is written anew with the newest: the older one is going to be gone.
        let is_old = found.is_old();
        upload.kept.try_set(Some(match is_old {
            true => Kept::UnderWay,
            false => opened.kept(found.until),
        }));
        self.slots.borrow_mut().push(Slot {
            upload,
            saved: (!is_old).then_some(found.record),
            was_written: true,
            names,
            is_running: false,
            has_changed: false,
            gone: Vec::new(),
        });
        Some(unsent)
    }

    /// Follows an upload from now on.
    fn follow(self: &Rc<Self>, upload: Upload) {
        // Who did not wait for what was kept has nothing of it, and has not removed it either.
        let has_nothing = upload
            .machine
            .with_untracked(|machine| machine.unsent().is_none());
        let is_followed = self
            .find(upload, |slot| {
                slot.saved.take_if(|_| has_nothing);
                slot.was_written &= !has_nothing;
            })
            .is_some();
        if !is_followed {
            self.slots.borrow_mut().push(Slot {
                upload,
                saved: None,
                was_written: false,
                names: Vec::new(),
                is_running: false,
                has_changed: false,
                gone: Vec::new(),
            });
        }
        let this = self.clone();
        let composition = self.drafts.of(upload);
        self.drafts.owner().with(|| {
            Effect::new(move |_| {
                upload.machine.track();
                upload.chosen.track();
                composition.reading.track();
                composition.draft.track();
                if this.is_all_made() {
                    this.making_again.set(None);
                    storage::end_making_again();
                }
                this.changed(upload);
            });
        });
    }

    /// Whether nothing is being read or made.
    fn is_all_made(&self) -> bool {
        let is_made = |slot: &Slot| {
            let composition = self.drafts.of(slot.upload);
            let is_reading = !composition.reading.with_untracked(Vec::is_empty)
                || !slot.upload.chosen.with_untracked(|it| it.files.is_empty());
            let is_making = |machine: &UploadMachine<File>| match machine.state() {
                UploadState::Restore | UploadState::Prepare => true,
                UploadState::Compose => composition
                    .draft
                    .with_untracked(|it| !(it.is_ready() || it.has_failed())),
                _ => false,
            };
            !is_reading && !slot.upload.machine.with_untracked(is_making)
        };
        self.slots.borrow().iter().all(is_made)
    }

    /// Something of an upload's slot; `None` when it is not followed.
    fn find<T>(&self, upload: Upload, act: impl FnOnce(&mut Slot) -> T) -> Option<T> {
        let mut slots = self.slots.borrow_mut();
        let slot = slots.iter_mut().find(|slot| slot.upload == upload);
        slot.map(act)
    }

    fn changed(self: &Rc<Self>, upload: Upload) {
        let is_idle = self.find(upload, |slot| {
            slot.has_changed = true;
            !std::mem::replace(&mut slot.is_running, true)
        });
        if is_idle == Some(true) {
            let this = self.clone();
            spawn_local(async move {
                while this.find(upload, |slot| std::mem::take(&mut slot.has_changed)) == Some(true)
                {
                    this.save(upload).await;
                }
                this.find(upload, |slot| slot.is_running = false);
            });
        }
    }

    /// Writes what an upload has now, unless it is there.
    async fn save(&self, upload: Upload) {
        let _turn = self.turn.lock().await;
        let state = (self.find(upload, |slot| {
            let new = slot.record(self.drafts)?;
            let has_gone = |record: &Record<String>| {
                (record.handles().into_iter()).any(|name| slot.gone.contains(name))
            };
            if new.as_ref().is_some_and(has_gone) {
                return None;
            }
            slot.gone.clear();
            let is_other = match &new {
                Some(_) => new != slot.saved,
                None => slot.was_written,
            };
            slot.was_written = new.is_some();
            is_other.then(|| (new, slot.names.clone(), slot.saved.clone()))
        }))
        .flatten();
        let Some((new, names, saved)) = state else {
            return;
        };
        let Some(opened) = self.open().await else {
            return;
        };
        if let Some(record) = &new
            && !is_part_of(record, saved.as_ref())
        {
            upload.kept.try_set(Some(Kept::UnderWay));
        }
        let was_kept = saved.is_some();
        let action_id = upload.action_id();
        // What another tab has sent or removed is not written again.
        let mut is_gone = false;
        let kept = match &new {
            Some(record) => match opened.safe.put(record, &names, was_kept).await {
                Ok(until) => {
                    is_gone = until.is_none();
                    until.map(|until| opened.kept(until))
                }
                // It may be full. What is there may be an older one, which must not deny that this one is being sent.
                Err(_) => {
                    if record.is_sent() {
                        let _ = opened.safe.remove(&action_id).await;
                    }
                    None
                }
            },
            None => {
                let removed = match &saved {
                    Some(record) => opened.safe.remove_same(record).await,
                    None => opened.safe.remove(&action_id).await,
                };
                if removed.is_ok() {
                    self.tidy().await;
                }
                None
            }
        };
        let is_current = self.find(upload, |slot| {
            if is_gone && let Some(record) = saved.as_ref().or(new.as_ref()) {
                slot.set_gone(record);
            }
            slot.saved = new.filter(|_| kept.is_some());
        });
        if is_current.is_some() {
            let gone = is_gone.then_some(Kept::Gone);
            upload.kept.try_set(kept.or(gone));
        }
    }

    /// Who comes back to the tab is not told that something is kept which another tab has sent, removed or replaced.
    async fn look_again(&self) {
        let _turn = self.turn.lock().await;
        let Some(opened) = self.opened.borrow().clone() else {
            return;
        };
        let saved = |slot: &Slot| Some((slot.upload, slot.saved.clone()?));
        let all: Vec<_> = self.slots.borrow().iter().filter_map(saved).collect();
        for (upload, record) in all {
            let place = opened.safe.place(&record).await;
            let kept = match place {
                Ok(Place::Empty) => {
                    self.find(upload, |slot| slot.set_gone(&record));
                    Kept::Gone
                }
                Ok(Place::Other) => Kept::OfOtherTab,
                Ok(Place::Same) | Err(_) => continue,
            };
            upload.kept.try_set(Some(kept));
        }
        self.tidy().await;
    }

    /// Forgets who had this page.
    fn forget(&self) {
        self.generation.set(self.generation.get() + 1);
        self.opened.take();
        self.slots.take();
    }

    /// Removes what is kept of who logs out.
    fn clear(&self) {
        // Until all is removed: the page may be closed before that.
        if storage::drafts() == Kind::Own {
            storage::say_drafts(Kind::ToRemove);
        }
        if let Some(opened) = self.opened.take() {
            spawn_local(async move {
                if let Ok(others_have) = opened.safe.clear().await {
                    say_drafts(false, others_have);
                }
            });
        }
    }
}

/// Whether the files of a record are all of this one, too.
fn is_part_of(record: &Record<String>, saved: Option<&Record<String>>) -> bool {
    let saved = saved.map(Record::handles).unwrap_or_default();
    record.handles().iter().all(|name| saved.contains(name))
}

/// Says for the next time whose drafts there are.
fn say_drafts(has_own: bool, others_have: bool) {
    storage::say_drafts(match (has_own, others_have) {
        (true, _) => Kind::Own,
        (false, true) => Kind::OfOthers,
        (false, false) => Kind::None,
    });
}

impl Slot {
    /// What is to be kept of the upload: `None` when nothing is. No answer while what was kept is looked for, or when
    /// the browser has no names to give.
    #[expect(clippy::option_option, reason = "nothing to keep is an answer, too")]
    fn record(&mut self, drafts: Drafts) -> Option<Option<Record<String>>> {
        let machine = self.upload.machine;
        let unsent = machine.try_with_untracked(|machine| match machine.state() {
            UploadState::Restore => None,
            _ => Some(machine.unsent()),
        });
        let Some(unsent) = unsent.flatten()? else {
            self.names.clear();
            return Some(None);
        };
        let composition = drafts.of(self.upload);
        // What was chosen keeps its name when it becomes a page: it is there, and need not be written again.
        for Copied { copy, of } in composition.take_copies() {
            let known = self.names.iter().find(|(known, _)| *known == of);
            if let Some((_, name)) = known {
                self.names.push((copy, name.clone()));
            }
        }
        let draft = composition.draft.get_untracked();
        let mut waiting = composition.reading.get_untracked();
        waiting.extend(self.upload.chosen.get_untracked().files);
        // Pages that are all removed, or files that were all refused.
        let has_file = unsent.file.is_some() || unsent.candidate.is_some();
        if !has_file && waiting.is_empty() && draft.pages().is_empty() {
            self.names.clear();
            return Some(None);
        }
        let waiting = waiting.into_iter().map(|file| WaitingFile {
            name: file::name(&file),
            mime: file.type_(),
            file,
        });
        let waiting = waiting.collect();
        let names = RefCell::new(std::mem::take(&mut self.names));
        let used = RefCell::new(Vec::new());
        let name_of = |blob: &Blob| {
            let mut names = names.borrow_mut();
            let known = names.iter().find(|(known, _)| known == blob);
            let name = match known {
                Some((_, name)) => name.clone(),
                None => crypto::hex(&crypto::random::<16>().ok()?),
            };
            if known.is_none() {
                names.push((blob.clone(), name.clone()));
            }
            used.borrow_mut().push(name.clone());
            Some(name)
        };
        let id = self.upload.action_id();
        let of_file = |file: &File| name_of(file);
        let record = Record::new(id, unsent, waiting, &draft, of_file, name_of);
        // What is not needed any more is not held in memory.
        let used = used.into_inner();
        self.names = names.into_inner();
        self.names.retain(|(_, name)| used.contains(name));
        record.map(Some)
    }
}

/// The keeper, as uploads know it.
struct Shared(Rc<DraftKeeper>);

impl Keeper for Shared {
    fn restore(&self, upload: Upload) -> LocalBoxFuture<'static, Option<Unsent<File>>> {
        let this = self.0.clone();
        async move { this.restore(upload).await }.boxed_local()
    }

    fn follow(&self, upload: Upload) {
        self.0.follow(upload);
    }

    fn saved(&self, upload: Upload) -> LocalBoxFuture<'static, ()> {
        let this = self.0.clone();
        let (sender, receiver) = oneshot::channel::<()>();
        // It goes on when nobody waits for it any more: what the database calls back must be there.
        spawn_local(async move {
            this.save(upload).await;
            drop(sender);
        });
        async move {
            let _ = receiver.await;
        }
        .boxed_local()
    }
}

/// Tells the keeper of the session.
struct KeeperObserver(StoredValue<Rc<DraftKeeper>, LocalStorage>);

impl SessionObserver for KeeperObserver {
    fn on_session(&self, _: &Session) {
        self.0.with_value(|keeper| {
            if keeper.tidied.get() != Some(keeper.generation.get()) {
                let keeper = keeper.clone();
                spawn_local(async move {
                    let _turn = keeper.turn.lock().await;
                    keeper.tidy().await;
                });
            }
        });
    }

    fn has_unsent(&self) -> bool {
        // The upload says it.
        false
    }

    fn on_forget(&self) {
        self.0.with_value(|keeper| keeper.forget());
    }

    fn on_log_out(&self) {
        self.0.with_value(|keeper| keeper.clear());
    }
}

/// The keys in the gateway's header.
fn keys_of(header: &str) -> Vec<Vec<u8>> {
    let keys = header.split_whitespace();
    let keys = keys.filter_map(|key| BASE64_URL_SAFE_NO_PAD.decode(key).ok());
    keys.filter(|key| key.len() == KEY_BYTES).collect()
}

/// Keys that are good as long as the tab, as a gateway would give them.
fn keys_of_tab() -> Option<String> {
    storage::tab_keys().or_else(|| {
        let key = crypto::random::<KEY_BYTES>().ok()?;
        let key = BASE64_URL_SAFE_NO_PAD.encode(key);
        storage::set_tab_keys(&key);
        Some(key)
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_32_bytes_in_base64url() {
        let key = BASE64_URL_SAFE_NO_PAD.encode([7; KEY_BYTES]);
        let two = format!("{key} {key}");
        assert_eq!(keys_of(&two), [[7; KEY_BYTES], [7; KEY_BYTES]]);
        assert!(keys_of(&key[1..]).is_empty());
        assert!(keys_of("").is_empty());
    }

    proptest! {
        #[test]
        fn any_other_header_has_no_keys(header in "[^ -~]{0,50}") {
            prop_assert!(keys_of(&header).is_empty());
        }
    }
}
