//! The store in this process's memory: for trying, and for tests. It ends with the process.

use super::{Outlasts, Store, StoreAway, StoreKey, Swap, may_swap, random_copy};
use async_trait::async_trait;
use bytes::Bytes;
use moka::Expiry;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many values are kept: of more, the ones that were not used for longest are forgotten.
const CAPACITY: u64 = 1_000_000;

/// The store in memory.
pub struct MemoryStore {
    values: Cache<StoreKey, Entry>,
    /// Held by whoever changes a value: a change can depend on several.
    changes: Mutex<()>,
    copy: String,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

#[derive(Clone)]
struct Entry {
    value: Bytes,
    until: Instant,
}

impl Entry {
    fn new(value: Bytes, lifetime: Duration) -> Entry {
        Entry {
            value,
            until: Instant::now() + lifetime,
        }
    }
}

/// Each entry says itself when it ends.
struct EntryEnd;

impl Expiry<StoreKey, Entry> for EntryEnd {
    fn expire_after_create(&self, _: &StoreKey, entry: &Entry, now: Instant) -> Option<Duration> {
        Some(entry.until.saturating_duration_since(now))
    }

    fn expire_after_update(
        &self,
        _: &StoreKey,
        entry: &Entry,
        now: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.until.saturating_duration_since(now))
    }
}

impl Default for MemoryStore {
    fn default() -> MemoryStore {
        MemoryStore::new()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore {
            values: Cache::builder()
                .expire_after(EntryEnd)
                .max_capacity(CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            changes: Mutex::new(()),
            copy: random_copy(),
        }
    }

    fn change(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn value(&self, key: &StoreKey) -> Option<Bytes> {
        self.values.get(key).map(|entry| entry.value)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Bytes>>, StoreAway> {
        Ok(keys.iter().map(|key| self.value(key)).collect())
    }

    async fn put(&self, key: &StoreKey, value: Bytes, lifetime: Duration) -> Result<(), StoreAway> {
        let _changing = self.change();
        self.values.insert(key.clone(), Entry::new(value, lifetime));
        Ok(())
    }

    async fn put_new(
        &self,
        key: &StoreKey,
        value: Bytes,
        lifetime: Duration,
    ) -> Result<Option<Bytes>, StoreAway> {
        let _changing = self.change();
        let present = self.value(key);
        if present.is_none() {
            self.values.insert(key.clone(), Entry::new(value, lifetime));
        }
        Ok(present)
    }

    async fn swap(
        &self,
        swaps: &[Swap],
        _: Outlasts,
    ) -> Result<Option<Vec<Option<Bytes>>>, StoreAway> {
        let _changing = self.change();
        let present: Vec<_> = swaps.iter().map(|swap| self.value(&swap.key)).collect();
        if !may_swap(swaps, &present) {
            return Ok(Some(present));
        }
        for Swap { key, new, .. } in swaps.iter().cloned() {
            match new {
                Some((value, lifetime)) => self.values.insert(key, Entry::new(value, lifetime)),
                None => self.values.invalidate(&key),
            }
        }
        Ok(None)
    }

    async fn count(&self, key: &StoreKey, lifetime: Duration) -> Result<u64, StoreAway> {
        let _changing = self.change();
        let (before, until) = match self.values.get(key) {
            Some(entry) => (number_in(&entry.value), entry.until),
            None => (0, Instant::now() + lifetime),
        };
        let number = before + 1;
        let value = number.to_string().into();
        self.values.insert(key.clone(), Entry { value, until });
        Ok(number)
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn copy(&self) -> &str {
        &self.copy
    }

    async fn is_running(&self, copy: &str) -> Result<bool, StoreAway> {
        Ok(copy == self.copy)
    }
}

/// The number that a counter's value holds.
pub(super) fn number_in(value: &[u8]) -> u64 {
    let text = std::str::from_utf8(value).unwrap_or_default();
    text.parse().unwrap_or_default()
}
