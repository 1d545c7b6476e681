//! The database in which the browser keeps encrypted drafts. Each operation opens and closes it: a connection that stays
//! open keeps other tabs from changing it.

use std::ops::Deref;

use idb::{
    Database, DatabaseEvent, Error, Factory, KeyRange, ObjectStore, ObjectStoreParams, Query,
    Transaction, TransactionMode,
};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

const NAME: &str = "consumer-portal-drafts";
/// Each draft under its key.
const DRAFTS: &str = "drafts";
/// What drafts are of, in pieces: each under its draft's key, a name and a number, with slashes between them.
const BLOBS: &str = "blobs";

/// A draft as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its key.
    pub key: String,
    /// When it is to go, in milliseconds since 1970.
    pub until: f64,
    /// What is encrypted.
    pub data: Uint8Array,
}

/// All drafts, whosever they are.
pub(super) async fn drafts() -> Result<Vec<Entry>, Error> {
    let database = open().await?;
    let transaction = database.transaction(&[DRAFTS], TransactionMode::ReadOnly)?;
    let store = transaction.object_store(DRAFTS)?;
    let (keys, values) = (store.get_all_keys(None, None)?, store.get_all(None, None)?);
    let (keys, values) = (keys.await?, values.await?);
    transaction.await?;
    let entries = keys.iter().zip(values).map(|(key, value)| Entry {
        key: key.as_string().unwrap_or_default(),
        until: field(&value, "until").as_f64().unwrap_or_default(),
        data: data_of(&value),
    });
    Ok(entries.collect())
}

/// The names of a draft's blobs.
pub(super) async fn blob_names(draft: &str) -> Result<Vec<String>, Error> {
    let database = open().await?;
    let transaction = database.transaction(&[BLOBS], TransactionMode::ReadOnly)?;
    let names = names(&transaction.object_store(BLOBS)?, draft).await?;
    transaction.await?;
    Ok(names)
}

/// The encrypted pieces of a draft's blob; none when it is not there.
pub(super) async fn blob(draft: &str, name: &str) -> Result<Vec<Uint8Array>, Error> {
    let database = open().await?;
    let transaction = database.transaction(&[BLOBS], TransactionMode::ReadOnly)?;
    let store = transaction.object_store(BLOBS)?;
    let keys = store.get_all_keys(Some(below(&join(draft, name))?), None)?;
    let mut pieces = Vec::new();
    for key in keys.await? {
        let piece = store.get(key)?.await?;
        pieces.extend(piece.and_then(|piece| piece.dyn_into().ok()));
    }
    transaction.await?;
    Ok(pieces)
}

/// Keeps a draft. What it is of stays as it is, and so does what it was of before. When it `replaces` one and none is
/// there, nothing is changed.
pub(super) async fn put(draft: &Entry, replaces: bool) -> Result<Place, Error> {
    let value = Object::new();
    let fields: [(&str, JsValue); 2] = [
        ("until", draft.until.into()),
        ("data", draft.data.clone().into()),
    ];
    for (name, field) in fields {
        Reflect::set(&value, &name.into(), &field).map_err(Error::AddFailed)?;
    }
    let database = open().await?;
    let transaction = database.transaction(&[DRAFTS], TransactionMode::ReadWrite)?;
    if replaces && place(&transaction, draft).await? == Place::Empty {
        transaction.abort()?.await?;
        return Ok(Place::Empty);
    }
    let store = transaction.object_store(DRAFTS)?;
    store.put(&value, Some(&draft.key.as_str().into()))?;
    transaction.commit()?.await?;
    Ok(Place::Same)
}

/// What is at a draft's place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// The draft itself.
    Same,
    /// One of another tab, which was written later.
    Other,
    /// Nothing: another tab has sent or removed it.
    Empty,
}

/// Keeps what a draft is of, in pieces. Nothing is changed unless the draft is still at its place.
pub(super) async fn put_blob(
    draft: &Entry,
    name: &str,
    pieces: &[Uint8Array],
) -> Result<Place, Error> {
    let database = open().await?;
    let transaction = match at_place(&database, draft).await? {
        Ok(transaction) => transaction,
        Err(place) => return Ok(place),
    };
    let store = transaction.object_store(BLOBS)?;
    let blob = join(&draft.key, name);
    for (index, piece) in pieces.iter().enumerate() {
        // One after the other: each is copied, and the page goes on in between.
        let key = join(&blob, &format!("{index:05}"));
        store.put(piece, Some(&key.into()))?.await?;
    }
    transaction.commit()?.await?;
    Ok(Place::Same)
}

/// Removes what a draft was of before, and is not of any more. Nothing is changed unless the draft is still at its place.
pub(super) async fn clean(draft: &Entry, all_names: &[String]) -> Result<Place, Error> {
    let database = open().await?;
    let transaction = match at_place(&database, draft).await? {
        Ok(transaction) => transaction,
        Err(place) => return Ok(place),
    };
    let store = transaction.object_store(BLOBS)?;
    for name in names(&store, &draft.key).await? {
        if !all_names.contains(&name) {
            store.delete(below(&join(&draft.key, &name))?)?;
        }
    }
    transaction.commit()?.await?;
    Ok(Place::Same)
}

/// A transaction in which the draft is at its place, or what else is there.
async fn at_place(database: &Database, draft: &Entry) -> Result<Result<Transaction, Place>, Error> {
    let transaction = database.transaction(&[DRAFTS, BLOBS], TransactionMode::ReadWrite)?;
    match place(&transaction, draft).await? {
        Place::Same => Ok(Ok(transaction)),
        other => {
            transaction.abort()?.await?;
            Ok(Err(other))
        }
    }
}

/// What is at a draft's place. No two drafts are encrypted to the same bytes.
async fn place(transaction: &Transaction, draft: &Entry) -> Result<Place, Error> {
    let store = transaction.object_store(DRAFTS)?;
    let value = store.get(JsValue::from(&draft.key))?.await?;
    Ok(match value.map(|value| data_of(&value).to_vec()) {
        None => Place::Empty,
        Some(data) if data == draft.data.to_vec() => Place::Same,
        Some(_) => Place::Other,
    })
}

fn data_of(value: &JsValue) -> Uint8Array {
    field(value, "data").dyn_into().unwrap_or_default()
}

fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// Removes everything, whosever it is.
pub(super) async fn clear() -> Result<(), Error> {
    let database = open().await?;
    let transaction = database.transaction(&[DRAFTS, BLOBS], TransactionMode::ReadWrite)?;
    for store in [DRAFTS, BLOBS] {
        transaction.object_store(store)?.clear()?;
    }
    transaction.commit()?.await?;
    Ok(())
}

/// Removes a draft with its blobs.
pub(super) async fn remove(draft: &str) -> Result<(), Error> {
    let database = open().await?;
    let transaction = database.transaction(&[DRAFTS, BLOBS], TransactionMode::ReadWrite)?;
    delete(transaction, draft).await
}

/// Removes a draft with its blobs. Nothing is changed unless it is still at its place.
pub(super) async fn remove_same(draft: &Entry) -> Result<(), Error> {
    let database = open().await?;
    match at_place(&database, draft).await? {
        Ok(transaction) => delete(transaction, &draft.key).await,
        Err(_) => Ok(()),
    }
}

async fn delete(transaction: Transaction, draft: &str) -> Result<(), Error> {
    transaction.object_store(BLOBS)?.delete(below(draft)?)?;
    transaction
        .object_store(DRAFTS)?
        .delete(JsValue::from(draft))?;
    transaction.commit()?.await?;
    Ok(())
}

/// The database. It is closed when it is dropped.
struct Open(Database);

impl Deref for Open {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.0
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn open() -> Result<Open, Error> {
    let mut opening = Factory::new()?.open(NAME, Some(1))?;
    opening.on_upgrade_needed(|event| {
        // A store that cannot be made is missed when it is used.
        if let Ok(database) = event.database() {
            for store in [DRAFTS, BLOBS] {
                let _ = database.create_object_store(store, ObjectStoreParams::new());
            }
        }
    });
    opening.await.map(Open)
}

fn join(before: &str, after: &str) -> String {
    format!("{before}/{after}")
}

/// All keys that begin with this and a slash.
fn below(key: &str) -> Result<Query, Error> {
    // The sign after the slash.
    let (first, last) = (join(key, ""), format!("{key}0"));
    KeyRange::bound(&first.into(), &last.into(), None, Some(true)).map(Query::from)
}

async fn names(store: &ObjectStore, draft: &str) -> Result<Vec<String>, Error> {
    let keys = store.get_all_keys(Some(below(draft)?), None)?.await?;
    let name = |key: JsValue| {
        let key = key.as_string()?;
        let (name, _) = key.get(draft.len() + 1..)?.split_once('/')?;
        Some(name.to_owned())
    };
    let mut names: Vec<_> = keys.into_iter().filter_map(name).collect();
    names.dedup();
    Ok(names)
}
