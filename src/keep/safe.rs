//! A consumer's place in the database: what is in it only they can read.

use std::cell::Cell;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::{
    database::{self, Entry, Place},
    record::Record,
};
use crate::platform::{
    crypto::{self, SecretKey},
    storage::{self, Drafts},
    window,
};

/// What is encrypted: a draft of this version of the portal. One of another version cannot be read as this one.
const DRAFT: &str = "consumer-portal draft 2";
/// How long a draft is kept since it was changed, in milliseconds: a week.
pub(super) const KEPT: f64 = 7.0 * 24.0 * 3600.0 * 1000.0;
/// How many bytes of a file are encrypted at once: more of them would keep a slow phone's page waiting.
const PIECE: f64 = 262_144.0;
/// How often a draft is written, when another tab replaces it at the same time.
const TRIES: usize = 3;

/// The place of one consumer.
#[derive(Debug)]
pub(super) struct Safe {
    /// The newest key is the first. The others only read.
    drawers: Vec<Drawer>,
    is_closed: Cell<bool>,
}

/// What was encrypted with one key.
#[derive(Debug)]
struct Drawer {
    key: SecretKey,
    /// Whose it is, without saying who: the beginning of the keys of its drafts.
    owner: String,
}

/// A draft that was found.
#[derive(Debug)]
pub(super) struct Found {
    /// What is kept.
    pub record: Record<String>,
    /// Until when, in milliseconds since 1970.
    pub until: f64,
    drawer: usize,
    key: String,
}

impl Found {
    /// Whether it was encrypted with a key that does not write any more.
    pub fn is_old(&self) -> bool {
        self.drawer != 0
    }
}

/// It did not work.
#[derive(Debug)]
pub(super) struct Failed;

impl From<JsValue> for Failed {
    fn from(_: JsValue) -> Self {
        Self
    }
}

impl From<idb::Error> for Failed {
    fn from(_: idb::Error) -> Self {
        Self
    }
}

impl Safe {
    /// The place that belongs to these keys, of 32 bytes each, and to this consumer.
    pub async fn open(keys: &[Vec<u8>], consumer: &str) -> Result<Self, Failed> {
        let mut drawers = Vec::new();
        for key in keys {
            let name = [b"consumer-portal owner ", &key[..], consumer.as_bytes()].concat();
            drawers.push(Drawer {
                key: SecretKey::new(key).await?,
                owner: crypto::digest(&name).await?,
            });
        }
        Ok(Self {
            drawers,
            is_closed: Cell::new(false),
        })
    }

    /// All drafts of this consumer. What is too old is removed, whosever it is, and so is what is this consumer's and
    /// cannot be read. Gives also whether others have some.
    pub async fn drafts(&self) -> Result<(Vec<Found>, bool), Failed> {
        let now = window::now();
        let mut found = Vec::new();
        let mut others_have = false;
        for entry in database::drafts().await? {
            // A clock that was wrong must not keep it for years.
            if entry.until < now || entry.until > now + 2.0 * KEPT {
                database::remove(&entry.key).await?;
                continue;
            }
            let drawer =
                (self.drawers.iter()).position(|drawer| entry.key.starts_with(&drawer.owner));
            let Some(drawer) = drawer else {
                others_have = true;
                continue;
            };
            match self.read(drawer, &entry).await {
                Some(record) => found.push(Found {
                    record,
                    until: entry.until,
                    drawer,
                    key: entry.key,
                }),
                None => database::remove(&entry.key).await?,
            }
        }
        // When a secret was exchanged there may be an older one of the same action.
        found.sort_by_key(|it| it.drawer);
        Ok((found, others_have))
    }

    async fn read(&self, drawer: usize, entry: &Entry) -> Option<Record<String>> {
        let key = &self.drawers[drawer].key;
        let bytes = key.decrypt(&entry.data, &what(&entry.key, "")).await.ok()?;
        Record::from_bytes(&Uint8Array::new(&bytes).to_vec())
    }

    /// A blob of a draft; `None` when it cannot be read.
    pub async fn blob(&self, found: &Found, name: &str) -> Option<Blob> {
        let key = &self.drawers[found.drawer].key;
        let encrypted = database::blob(&found.key, name).await.ok()?;
        let pieces = Array::new();
        for (index, piece) in encrypted.iter().enumerate() {
            let what = what(&found.key, &piece_of(name, index, encrypted.len()));
            let piece = key.decrypt(piece, &what).await.ok()?;
            pieces.push(&piece);
        }
        let is_there = !encrypted.is_empty();
        is_there.then(|| Blob::new_with_buffer_source_sequence(&pieces).ok())?
    }

    /// Keeps a draft. `blobs` are what it is of, by name. It is written first, then what it is of, one after the other:
    /// when the page is closed before the end, it is known what is missing. Gives until when it is kept, in milliseconds
    /// since 1970; `None` when it `replaces` one that another tab has sent or removed, or that happens meanwhile.
    pub async fn put(
        &self,
        record: &Record<String>,
        blobs: &[(Blob, String)],
        mut replaces: bool,
    ) -> Result<Option<f64>, Failed> {
        let drawer = self.drawers.first().ok_or(Failed)?;
        let key = draft_key(drawer, &record.action_id).await?;
        let until = window::now() + KEPT;
        let bytes = Uint8Array::from(&*record.to_bytes().ok_or(Failed)?);
        let data = drawer.key.encrypt(&bytes, &what(&key, "")).await?;
        let entry = Entry { key, until, data };
        let names: Vec<_> = record.handles().into_iter().cloned().collect();
        for _ in 0..TRIES {
            if self.is_closed.get() {
                return Err(Failed);
            }
            if database::put(&entry, replaces).await? == Place::Empty {
                return Ok(None);
            }
            replaces = true;
            if self.is_closed.get() {
                database::remove(&entry.key).await?;
                return Err(Failed);
            }
            // Also of what is not there to its end something can be told.
            storage::say_drafts(Drafts::Own);
            let place = match self.put_all(&entry, &names, blobs).await? {
                Place::Same => database::clean(&entry, &names).await?,
                place => place,
            };
            if place == Place::Empty {
                return Ok(None);
            }
            if place == Place::Same {
                for older in &self.drawers[1..] {
                    database::remove(&draft_key(older, &record.action_id).await?).await?;
                }
                return Ok(Some(until));
            }
        }
        Err(Failed)
    }

    /// Keeps what a draft is of, unless it is there, as long as the draft is at its place.
    async fn put_all(
        &self,
        draft: &Entry,
        names: &[String],
        blobs: &[(Blob, String)],
    ) -> Result<Place, Failed> {
        let drawer = self.drawers.first().ok_or(Failed)?;
        let mut there = database::blob_names(&draft.key).await?;
        let mut all = Ok(Place::Same);
        for name in names {
            if there.contains(name) {
                continue;
            }
            there.push(name.clone());
            let blob = blobs.iter().find(|(_, it)| it == name).ok_or(Failed)?;
            let kept = async {
                let pieces = encrypted(&drawer.key, &blob.0, &draft.key, name).await?;
                Ok::<_, Failed>(database::put_blob(draft, name, &pieces).await?)
            };
            match kept.await {
                Ok(Place::Same) => {}
                Ok(place) => return Ok(place),
                // One that cannot be read, or is too large, is no reason to lose the others.
                Err(Failed) => all = Err(Failed),
            }
        }
        all
    }

    /// What is at a draft's place. Another tab may have sent, removed or replaced it.
    pub async fn place(&self, record: &Record<String>) -> Result<Place, Failed> {
        let (place, _) = self.find(record).await?;
        Ok(place)
    }

    async fn find(&self, record: &Record<String>) -> Result<(Place, Option<Entry>), Failed> {
        let drawer = self.drawers.first().ok_or(Failed)?;
        let key = draft_key(drawer, &record.action_id).await?;
        let all = database::drafts().await?;
        let Some(entry) = all.into_iter().find(|it| it.key == key) else {
            return Ok((Place::Empty, None));
        };
        let place = match self.read(0, &entry).await.as_ref() == Some(record) {
            true => Place::Same,
            false => Place::Other,
        };
        Ok((place, Some(entry)))
    }

    /// Removes a draft. What another tab has kept in its place since stays.
    pub async fn remove_same(&self, record: &Record<String>) -> Result<(), Failed> {
        if let (Place::Same, Some(entry)) = self.find(record).await? {
            database::remove_same(&entry).await?;
        }
        Ok(())
    }

    /// Removes the draft of an action.
    pub async fn remove(&self, action_id: &str) -> Result<(), Failed> {
        for drawer in &self.drawers {
            database::remove(&draft_key(drawer, action_id).await?).await?;
        }
        Ok(())
    }

    /// The consumer has logged out: removes all that is theirs, and keeps nothing more. Gives whether others have some.
    pub async fn clear(&self) -> Result<bool, Failed> {
        self.is_closed.set(true);
        let mut others_have = false;
        for entry in database::drafts().await? {
            match (self.drawers.iter()).any(|drawer| entry.key.starts_with(&drawer.owner)) {
                true => database::remove(&entry.key).await?,
                false => others_have = true,
            }
        }
        Ok(others_have)
    }
}

/// Encrypts a blob piece by piece.
async fn encrypted(
    key: &SecretKey,
    blob: &Blob,
    draft: &str,
    name: &str,
) -> Result<Vec<Uint8Array>, JsValue> {
    let count = (blob.size() / PIECE).ceil().max(1.0) as usize;
    let mut pieces = Vec::new();
    for index in 0..count {
        let from = index as f64 * PIECE;
        let piece = blob.slice_with_f64_and_f64(from, from + PIECE)?;
        let bytes = JsFuture::from(piece.array_buffer()).await?;
        let what = what(draft, &piece_of(name, index, count));
        pieces.push(key.encrypt(&bytes.into(), &what).await?);
    }
    Ok(pieces)
}

/// A piece of a blob: one that is missing, or in another place, is noticed.
fn piece_of(name: &str, index: usize, count: usize) -> String {
    format!("{name} {index} {count}")
}

/// The key of an action's draft. It does not say which action it is.
async fn draft_key(drawer: &Drawer, action_id: &str) -> Result<String, JsValue> {
    let name = [&drawer.owner, " ", action_id].concat();
    let digest = crypto::digest(name.as_bytes()).await?;
    Ok([&drawer.owner, ".", &digest].concat())
}

/// What is encrypted: this draft, or this blob of it. What lies at another place of the database is not taken for it.
fn what(draft: &str, blob: &str) -> String {
    [DRAFT, " ", draft, " ", blob].concat()
}
