//! Notices when very many consumers have one address. Then a proxy in front does not say whom it forwards for,
//! and one consumer's limits are everybody's. It only counts: nobody is refused for it.

use crate::client_address::network;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// So many consumers at one address are a crowd: more than an office or a mobile network's gateway shows.
pub const MANY: usize = 200;
/// For how long the consumers of an address are remembered.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// The consumers of so many addresses are remembered.
const CAPACITY: u64 = 10_000;

/// The consumers of each address, of the last hour. Only codes are kept that nobody can read.
pub struct Crowd {
    hasher: RandomState,
    consumers_of: Cache<IpAddr, Arc<Mutex<HashSet<u64>>>>,
}

impl std::fmt::Debug for Crowd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Crowd")
    }
}

impl Default for Crowd {
    fn default() -> Crowd {
        Crowd {
            hasher: RandomState::new(),
            consumers_of: Cache::builder()
                .time_to_live(REMEMBERED)
                .max_capacity(CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        }
    }
}

impl Crowd {
    /// A consumer came from that address. `true` when they make the address a crowd, which is once an hour.
    pub fn gathers(&self, address: IpAddr, consumer_id: &str) -> bool {
        let consumers = self
            .consumers_of
            .get_with(network(address), Default::default);
        let mut consumers = consumers.lock().unwrap_or_else(PoisonError::into_inner);
        consumers.len() < MANY
            && consumers.insert(self.hasher.hash_one(consumer_id))
            && consumers.len() == MANY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_told_once_and_busy_consumers_are_none() {
        let crowd = Crowd::default();
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|it| it.parse().unwrap());
        for number in 0..MANY - 1 {
            assert!(!crowd.gathers(one, &number.to_string()));
            assert!(!crowd.gathers(other, "CNSR1"));
        }
        assert!(crowd.gathers(one, "CNSR1"));
        for number in 0..2 * MANY {
            assert!(!crowd.gathers(one, &format!("more {number}")));
        }
    }
}
