//! How much one session or one address may ask, and how much all together. Counts in memory: each copy
//! of the gateway counts for itself.

use crate::address;
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

/// What is counted.
#[derive(Debug)]
pub struct Counters {
    sessions: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    uploads: Arc<Semaphore>,
    places: u32,
    uploads_of: Arc<Mutex<HashMap<String, usize>>>,
    per_session: usize,
    clock: DefaultClock,
}

/// A place for an upload, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    _place: OwnedSemaphorePermit,
    uploads_of: Arc<Mutex<HashMap<String, usize>>>,
    session: String,
}

impl Counters {
    /// Counters for these limits.
    pub fn new(limits: &Limits) -> Counters {
        let a_minute =
            |count: u32| Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        let places = u32::try_from(limits.uploads).unwrap_or(u32::MAX);
        Counters {
            sessions: RateLimiter::keyed(a_minute(limits.session_per_minute)),
            addresses: RateLimiter::keyed(a_minute(limits.address_per_minute)),
            uploads: Arc::new(Semaphore::new(places as usize)),
            places,
            uploads_of: Arc::default(),
            per_session: limits.uploads_per_session.max(1),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a session.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn session(&self, id: &str) -> Result<(), Refusal> {
        self.count(&self.sessions, &id.to_owned())
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// [`Refusal::TooManyRequests`].
    pub fn address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.count(&self.addresses, &address::bucket(address))
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

    /// Takes a place for an upload.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when all are taken, [`Refusal::TooManyRequests`] when this session has its share.
    pub fn upload(&self, session: &str) -> Result<Place, Refusal> {
        let place = self
            .uploads
            .clone()
            .try_acquire_owned()
            .map_err(|_| Refusal::Busy)?;
        let mut uploads_of = lock(&self.uploads_of);
        let running = uploads_of.entry(session.to_owned()).or_default();
        if *running >= self.per_session {
            return Err(Refusal::TooManyRequests(std::time::Duration::from_secs(5)));
        }
        *running += 1;
        Ok(Place {
            _place: place,
            uploads_of: self.uploads_of.clone(),
            session: session.to_owned(),
        })
    }

    /// Until the last upload under way is over. No other gets a place then.
    pub async fn no_more_uploads(&self) {
        // It is never closed.
        let _ = self.uploads.acquire_many(self.places).await;
    }

    /// Forgets whom nobody needs to count any more. For once a minute.
    pub fn forget(&self) {
        self.sessions.retain_recent();
        self.sessions.shrink_to_fit();
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }
}

impl Drop for Place {
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
