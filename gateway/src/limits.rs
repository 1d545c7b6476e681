//! Limits how much one session or one address may ask, and how many uploads run at once. It counts in
//! memory: each instance of the gateway counts for itself.

use crate::client_address;
use crate::refusal::Refusal;
use crate::settings::Limits;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts requests and uploads, and refuses those above the limits.
#[derive(Debug)]
pub struct Limiter {
    sessions: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    slots: Arc<Semaphore>,
    slot_count: u32,
    uploads_of: Arc<Mutex<HashMap<String, usize>>>,
    slots_per_session: usize,
    clock: DefaultClock,
}

/// A slot for an upload, given back when it is dropped.
#[derive(Debug)]
pub struct UploadSlot {
    _permit: OwnedSemaphorePermit,
    uploads_of: Arc<Mutex<HashMap<String, usize>>>,
    session: String,
}

impl Limiter {
    /// A limiter with these limits.
    pub fn new(limits: &Limits) -> Limiter {
        let a_minute =
            |count: u32| Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        let slot_count = u32::try_from(limits.uploads).unwrap_or(u32::MAX);
        Limiter {
            sessions: RateLimiter::keyed(a_minute(limits.session_per_minute)),
            addresses: RateLimiter::keyed(a_minute(limits.address_per_minute)),
            slots: Arc::new(Semaphore::new(slot_count as usize)),
            slot_count,
            uploads_of: Arc::default(),
            slots_per_session: limits.uploads_per_session.max(1),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of the session with that id.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn check_session(&self, id: &str) -> Result<(), Refusal> {
        self.count(&self.sessions, &id.to_owned())
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.count(&self.addresses, &client_address::network(address))
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

    /// Takes a slot for an upload of the session with that id.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when all slots are taken, [`Refusal::TooManyRequests`] when this session has as
    /// many as one session may have.
    pub fn upload_slot(&self, session: &str) -> Result<UploadSlot, Refusal> {
        let permit = self
            .slots
            .clone()
            .try_acquire_owned()
            .map_err(|_| Refusal::Busy)?;
        let mut uploads_of = lock(&self.uploads_of);
        let running = uploads_of.entry(session.to_owned()).or_default();
        if *running >= self.slots_per_session {
            return Err(Refusal::TooManyRequests(std::time::Duration::from_secs(5)));
        }
        *running += 1;
        Ok(UploadSlot {
            _permit: permit,
            uploads_of: self.uploads_of.clone(),
            session: session.to_owned(),
        })
    }

    /// Waits until the last upload under way is over. From then on no other gets a slot.
    pub async fn all_uploads_done(&self) {
        // An error means a closed semaphore, and this one is never closed.
        let _ = self.slots.acquire_many(self.slot_count).await;
    }

    /// Drops the counts of sessions and addresses that have been quiet. To be called once a minute.
    pub fn forget_quiet(&self) {
        self.sessions.retain_recent();
        self.sessions.shrink_to_fit();
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }
}

impl Drop for UploadSlot {
    fn drop(&mut self) {
        let mut uploads_of = lock(&self.uploads_of);
        if let Some(running) = uploads_of.get_mut(&self.session) {
            *running -= 1;
            if *running == 0 {
                uploads_of.remove(&self.session);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
