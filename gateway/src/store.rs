//! What the gateway remembers, and for how long: one small trait, and three kinds of it. In memory, for
//! trying; in a file, which survives a restart; in Redis or Valkey, which several copies of the gateway share.
//! It knows nothing of sessions or uploads: [`records`](crate::records) does.

mod file;
mod memory;
mod redis;

pub use file::FileStore;
pub use memory::MemoryStore;
pub use redis::RedisStore;

use crate::settings::StoreSettings;
use async_trait::async_trait;
use bytes::Bytes;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The name of something that is remembered. Only [`records`](crate::records) makes keys: nobody can read in
/// one whose it is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StoreKey(String);

impl StoreKey {
    /// The key with that text.
    pub(crate) fn new(text: String) -> StoreKey {
        StoreKey(text)
    }

    /// The key as it stands in the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey")
    }
}

/// The store cannot be asked now. Whether a change was made is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreAway;

impl fmt::Display for StoreAway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store cannot be asked now")
    }
}

impl std::error::Error for StoreAway {}

/// One of the values that [`Store::swap`] changes together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// Where it is.
    pub key: StoreKey,
    /// What must be there; `None`: nothing.
    pub old: Option<Bytes>,
    /// What is there then, and for how long; `None`: nothing.
    pub new: Option<(Bytes, Duration)>,
}

/// What a change outlasts, once it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlasts {
    /// Nothing that ends this program or the store at once: a moment later it outlasts that too. Nobody waits
    /// for the disk.
    Nothing,
    /// A killed program and a machine without power.
    PowerCut,
}

/// Remembers values under keys. Each has an end time, after which it is as if it had never been there.
/// Every method is one step: of two callers at the same time, one comes first.
///
/// What changes a value returns when the change outlasts a killed program and a power cut, as far as the kind of
/// store can: memory outlasts nothing, a file is on the disk, and Redis does what its `appendfsync` says. Only
/// [`Store::swap`] can be asked for less.
///
/// An error is always [`StoreAway`], and comes within a second or two.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// The values under these keys, in the same order.
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Bytes>>, StoreAway>;

    /// Puts a value there, in place of what was there.
    async fn put(&self, key: &StoreKey, value: Bytes, lifetime: Duration) -> Result<(), StoreAway>;

    /// Puts a value there if there is none, and gives the value that was there already.
    async fn put_new(
        &self,
        key: &StoreKey,
        value: Bytes,
        lifetime: Duration,
    ) -> Result<Option<Bytes>, StoreAway>;

    /// Changes several values, all of them or none. `None` says that all are the new ones now: also when all
    /// were that already, so that it can be tried again after [`StoreAway`]. Otherwise nothing was changed, and
    /// these are the values that are there, in the same order.
    ///
    /// With [`Outlasts::Nothing`] a file keeps the change in memory, and has it on the disk a moment later or with
    /// the next change that waits for the disk. Changes get there in their order: what is on the disk was made
    /// after everything else that is there.
    async fn swap(
        &self,
        swaps: &[Swap],
        outlasts: Outlasts,
    ) -> Result<Option<Vec<Option<Bytes>>>, StoreAway>;

    /// Replaces a value by another one, or removes it when there is no other. It says whether that is so now:
    /// also when the other one was there already, so that it can be tried again after [`StoreAway`].
    async fn replace(
        &self,
        key: &StoreKey,
        old: Bytes,
        new: Option<(Bytes, Duration)>,
    ) -> Result<bool, StoreAway> {
        let (key, old) = (key.clone(), Some(old));
        let swaps = [Swap { key, old, new }];
        Ok(self.swap(&swaps, Outlasts::PowerCut).await?.is_none())
    }

    /// Adds one to a number, and gives it. It begins with 1, and `lifetime` counts from then.
    async fn count(&self, key: &StoreKey, lifetime: Duration) -> Result<u64, StoreAway>;

    /// Whether other copies of the gateway use the same store.
    fn is_shared(&self) -> bool;

    /// The random name of this copy of the gateway. Each start has another one.
    fn copy(&self) -> &str;

    /// Whether the copy of that name runs, as far as the store knows.
    async fn is_running(&self, copy: &str) -> Result<bool, StoreAway>;

    /// Whether the store cannot be asked now.
    fn is_away(&self) -> bool {
        false
    }

    /// Waits until the store can be asked.
    async fn available(&self) {}
}

/// Opens the store of these settings.
///
/// # Errors
/// When a file cannot be opened, or is in use by another gateway. A Redis that cannot be reached is no error:
/// it may come later.
pub fn open(settings: &StoreSettings) -> io::Result<Arc<dyn Store>> {
    Ok(match settings {
        StoreSettings::Memory => Arc::new(MemoryStore::new()),
        StoreSettings::File(path) => Arc::new(FileStore::open(path)?),
        StoreSettings::Redis(url) => RedisStore::open(url)?,
    })
}

/// Whether a swap may be made, or was made already: each value is the old one, or each is the new one.
fn may_swap(swaps: &[Swap], present: &[Option<Bytes>]) -> bool {
    let new = |swap: &Swap| swap.new.as_ref().map(|(value, _)| value.clone());
    let mut pairs = swaps.iter().zip(present);
    pairs.clone().all(|(swap, present)| swap.old == *present)
        || pairs.all(|(swap, present)| new(swap) == *present)
}

/// A random name for this start of the gateway.
fn random_copy() -> String {
    let mut bytes = [0; 8];
    // Without randomness all copies have one name: then a claim of a copy that died is not taken over.
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests;
