//! Remembers for a minute which actions a consumer has, so that not every download asks for a session.
//! It never decides what a consumer may do with an action: AccelerateConnect does.

use moka::sync::Cache;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a consumer's actions are remembered.
const LIFETIME: Duration = Duration::from_secs(60);
/// A session of this age is believed when it lacks an action. Without this rule anyone could make us ask
/// AccelerateConnect as often as they like.
const FRESH: Duration = Duration::from_secs(2);
/// How many actions are remembered, of all consumers together: about 40 bytes each.
const CAPACITY: u64 = 500_000;
/// The longest id of an action, in bytes.
const MAX_ID_BYTES: usize = 64;

/// Whether a text can be an action's id: 1 to 64 letters, digits, `-`, `_` and `.` (ASCII).
pub fn is_action_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(allowed)
}

/// The ids of one consumer's actions, and when AccelerateConnect sent them.
#[derive(Debug)]
pub struct Actions {
    ids: HashSet<Box<str>>,
    received: Instant,
}

impl Actions {
    /// The actions of a session that was received at that time.
    pub fn new(ids: HashSet<Box<str>>, received: Instant) -> Actions {
        Actions { ids, received }
    }

    /// Whether the consumer has that action.
    pub fn contains(&self, productaction_id: &str) -> bool {
        self.ids.contains(productaction_id)
    }

    /// Whether they are so fresh that asking again is no use.
    pub fn are_fresh(&self, now: Instant) -> bool {
        now.duration_since(self.received) < FRESH
    }

    /// The ids, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(|id| &**id)
    }
}

/// The actions of the consumers who were here in the last minute.
pub struct ActionCache {
    actions: Cache<String, Arc<Actions>>,
    /// For each consumer, who may ask AccelerateConnect for a session.
    locks: Cache<String, Arc<tokio::sync::Mutex<()>>>,
}

impl std::fmt::Debug for ActionCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ActionCache")
    }
}

impl Default for ActionCache {
    fn default() -> ActionCache {
        ActionCache {
            actions: Cache::builder()
                .time_to_live(LIFETIME)
                .max_capacity(CAPACITY)
                .weigher(|_, actions: &Arc<Actions>| {
                    u32::try_from(actions.ids.len()).unwrap_or(u32::MAX).max(1)
                })
                .build(),
            locks: Cache::builder()
                .time_to_idle(LIFETIME)
                .max_capacity(CAPACITY)
                .build(),
        }
    }
}

impl ActionCache {
    /// The actions that are remembered of a consumer.
    pub fn get(&self, consumer_id: &str) -> Option<Arc<Actions>> {
        self.actions.get(consumer_id)
    }

    /// Remembers the actions of a complete session.
    pub fn insert(&self, consumer_id: &str, actions: Arc<Actions>) {
        self.actions.insert(consumer_id.to_owned(), actions);
    }

    /// The lock of a consumer. Its holder asks AccelerateConnect for the session; the others wait, and
    /// look in the cache again.
    pub fn lock_of(&self, consumer_id: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.locks.get_with_by_ref(consumer_id, Arc::default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_their_id_and_fresh_for_two_seconds() {
        let received = Instant::now();
        let actions = Actions::new(HashSet::from(["PRA1".into()]), received);
        assert!(actions.contains("PRA1") && !actions.contains("PRA2"));
        assert!(actions.are_fresh(received) && !actions.are_fresh(received + FRESH));
    }

    #[test]
    fn an_id_is_short_and_plain() {
        for id in ["PRA1", "7", "a-b_c.d", &"a".repeat(64)] {
            assert!(is_action_id(id), "{id}");
        }
        for text in ["", "a b", "é", "a/b", "a\n", "&token=", &"a".repeat(65)] {
            assert!(!is_action_id(text), "{text}");
        }
    }
}
