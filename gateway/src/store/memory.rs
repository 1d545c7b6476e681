//! The store in this process's memory: for trying, and for tests. It ends with the process.

use super::{Store, StoreAway, StoreKey, random_copy};
use async_trait::async_trait;
use bytes::Bytes;
use moka::Expiry;
use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::fmt;
use std::time::{Duration, Instant};

/// How many values are kept: of more, the ones that were not used for longest are forgotten.
const CAPACITY: u64 = 1_000_000;

/// The store in memory.
pub struct MemoryStore {
    values: Cache<StoreKey, Entry>,
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
            copy: random_copy(),
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Bytes>>, StoreAway> {
        let value = |key| self.values.get(key).map(|entry| entry.value);
        Ok(keys.iter().map(value).collect())
    }

    async fn put(&self, key: &StoreKey, value: Bytes, lifetime: Duration) -> Result<(), StoreAway> {
        self.values.insert(key.clone(), Entry::new(value, lifetime));
        Ok(())
    }

    async fn put_new(
        &self,
        key: &StoreKey,
        value: Bytes,
        lifetime: Duration,
    ) -> Result<Option<Bytes>, StoreAway> {
        let entry = self
            .values
            .entry_by_ref(key)
            .or_insert_with(|| Entry::new(value, lifetime));
        Ok((!entry.is_fresh()).then(|| entry.into_value().value))
    }

    async fn replace(
        &self,
        key: &StoreKey,
        old: Bytes,
        new: Option<(Bytes, Duration)>,
    ) -> Result<bool, StoreAway> {
        let mut is_so = false;
        self.values.entry_by_ref(key).and_compute_with(|entry| {
            let present = entry.map(|entry| entry.into_value().value);
            let is_old = present.as_ref() == Some(&old);
            is_so = is_old || present.as_ref() == new.as_ref().map(|(value, _)| value);
            match new {
                Some((value, lifetime)) if is_so => Op::Put(Entry::new(value, lifetime)),
                None if is_old => Op::Remove,
                _ => Op::Nop,
            }
        });
        Ok(is_so)
    }

    async fn count(&self, key: &StoreKey, lifetime: Duration) -> Result<u64, StoreAway> {
        let mut number = 1;
        self.values.entry_by_ref(key).and_compute_with(|entry| {
            let until = match entry.map(|entry| entry.into_value()) {
                Some(entry) => {
                    number += number_in(&entry.value);
                    entry.until
                }
                None => Instant::now() + lifetime,
            };
            let value = number.to_string().into();
            Op::Put(Entry { value, until })
        });
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
