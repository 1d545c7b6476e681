//! Limits how much one consumer or one address may ask, and how many uploads run at once. Each copy of the
//! gateway counts for itself, and calls are counted together in a store that copies share. Nobody waits for
//! that: what the store says is known at the next call.

use crate::client_address;
use crate::records::{Kind, Records, unix_milliseconds};
use crate::refusal::Refusal;
use crate::settings::Limits;
use crate::store::StoreKey;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use moka::sync::Cache;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MINUTE: Duration = Duration::from_secs(60);
/// How many consumers and addresses a copy knows the common counts of.
const SHARED_CAPACITY: u64 = 100_000;

/// Counts requests and uploads, and refuses those above the limits.
#[derive(Debug)]
pub struct Limiter {
    consumers: DefaultKeyedRateLimiter<String>,
    consumer_per_minute: u32,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    address_per_minute: u32,
    records: Arc<Records>,
    /// What the shared store said last of calls in a minute.
    shared: Cache<StoreKey, u64>,
    slots: Arc<Semaphore>,
    slot_count: u32,
    uploads_of: Arc<Mutex<HashMap<String, usize>>>,
    slots_per_consumer: usize,
    clock: DefaultClock,
}

/// A slot for an upload, given back when it is dropped.
#[derive(Debug)]
pub struct UploadSlot {
    permit: OwnedSemaphorePermit,
    _share: Share,
}

impl UploadSlot {
    /// The upload is over for its consumer, who may send the next one. The end of the program waits until the rest is
    /// dropped too.
    pub fn without_consumer(self) -> OwnedSemaphorePermit {
        self.permit
    }
}

/// One of the uploads of a consumer.
#[derive(Debug)]
struct Share {
    uploads_of: Arc<Mutex<HashMap<String, usize>>>,
    consumer: String,
}

impl Limiter {
    /// A limiter with these limits.
    pub fn new(limits: &Limits, records: Arc<Records>) -> Limiter {
        let a_minute =
            |count: u32| Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        let slot_count = u32::try_from(limits.uploads).unwrap_or(u32::MAX);
        Limiter {
            consumers: RateLimiter::keyed(a_minute(limits.consumer_per_minute)),
            consumer_per_minute: limits.consumer_per_minute,
            addresses: RateLimiter::keyed(a_minute(limits.address_per_minute)),
            address_per_minute: limits.address_per_minute,
            records,
            shared: Cache::builder()
                .time_to_live(MINUTE)
                .max_capacity(SHARED_CAPACITY)
                .build(),
            slots: Arc::new(Semaphore::new(slot_count as usize)),
            slot_count,
            uploads_of: Arc::default(),
            slots_per_consumer: limits.uploads_per_consumer.max(1),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a consumer, in whichever of their sessions.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn check_consumer(&self, id: &str) -> Result<(), Refusal> {
        self.count(&self.consumers, &id.to_owned())?;
        self.count_together(Kind::ConsumerCalls, id, self.consumer_per_minute)
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        let network = client_address::network(address);
        self.count(&self.addresses, &network)?;
        let network = network.to_string();
        self.count_together(Kind::AddressCalls, &network, self.address_per_minute)
    }

    /// Counts in the shared store, in the background, and refuses by what it said last.
    fn count_together(&self, kind: Kind, id: &str, limit: u32) -> Result<(), Refusal> {
        let store = self.records.store();
        if !store.is_shared() || store.is_away() {
            return Ok(());
        }
        let now = unix_milliseconds(SystemTime::now());
        let minute = MINUTE.as_millis() as u64;
        let key = self.records.key(kind, &[id, &(now / minute).to_string()]);
        if self
            .shared
            .get(&key)
            .is_some_and(|it| it >= u64::from(limit))
        {
            let left = Duration::from_millis(minute - now % minute);
            return Err(Refusal::TooManyRequests(left));
        }
        let (store, shared) = (store.clone(), self.shared.clone());
        tokio::spawn(async move {
            // While the store is away each copy counts for itself.
            if let Ok(number) = store.count(&key, MINUTE).await {
                shared.insert(key, number);
            }
        });
        Ok(())
    }

    fn count<K: Clone + Hash + Eq>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<(), Refusal> {
        limiter.check_key(key).map_err(|not_until| {
            Refusal::TooManyRequests(not_until.wait_time_from(self.clock.now()))
        })
    }

    /// Takes a slot for an upload of the consumer with that id.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when all slots are taken, [`Refusal::TooManyRequests`] when this consumer has as
    /// many as one consumer may have.
    pub fn upload_slot(&self, consumer: &str) -> Result<UploadSlot, Refusal> {
        let permit = self
            .slots
            .clone()
            .try_acquire_owned()
            .map_err(|_| Refusal::Busy)?;
        let mut uploads_of = lock(&self.uploads_of);
        let running = uploads_of.entry(consumer.to_owned()).or_default();
        if *running >= self.slots_per_consumer {
            return Err(Refusal::TooManyRequests(Duration::from_secs(5)));
        }
        *running += 1;
        Ok(UploadSlot {
            permit,
            _share: Share {
                uploads_of: self.uploads_of.clone(),
                consumer: consumer.to_owned(),
            },
        })
    }

    /// Waits until the last upload under way is over. From then on no other gets a slot.
    pub async fn all_uploads_done(&self) {
        // An error means a closed semaphore, and this one is never closed.
        let _ = self.slots.acquire_many(self.slot_count).await;
    }

    /// Whether an upload is under way.
    pub fn has_uploads(&self) -> bool {
        self.slots.available_permits() < self.slot_count as usize
    }

    /// Drops the counts of consumers and addresses that have been quiet. To be called once a minute.
    pub fn forget_quiet(&self) {
        self.consumers.retain_recent();
        self.consumers.shrink_to_fit();
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut uploads_of = lock(&self.uploads_of);
        if let Some(running) = uploads_of.get_mut(&self.consumer) {
            *running -= 1;
            if *running == 0 {
                uploads_of.remove(&self.consumer);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::store::MemoryStore;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn a_consumer_may_send_the_next_one_while_the_end_still_waits() {
        let mut settings = Settings::new(
            "https://portal.example.nl/".parse().unwrap(),
            "dist".into(),
            Vec::new(),
            (
                "https://accelerate.example/".parse().unwrap(),
                "demo".to_owned(),
                "PRIVATE_SALT".into(),
            ),
        );
        settings.limits.uploads_per_consumer = 1;
        let records = Records::new(Arc::new(MemoryStore::new()), &settings);
        let limiter = Limiter::new(&settings.limits, Arc::new(records));
        let slot = limiter.upload_slot("CNSR1").unwrap();
        assert!(limiter.upload_slot("CNSR1").is_err());
        let rest = slot.without_consumer();
        drop(limiter.upload_slot("CNSR1").unwrap());
        assert!(limiter.has_uploads() && limiter.all_uploads_done().now_or_never().is_none());
        drop(rest);
        assert!(!limiter.has_uploads() && limiter.all_uploads_done().now_or_never().is_some());
    }
}
