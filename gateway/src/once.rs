//! Lets an upload through once: who comes again with the same `upload-id` waits for what became of the
//! first and is given the same answer. Browsers send again by themselves when a connection dies before
//! its answer. Knows nothing of uploads but their key and their outcome.

use bytes::Bytes;
use http::StatusCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long an outcome is remembered after it is known: a browser sends again at once.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// Who sends what for the how-manieth time: consumer, action, `upload-id`.
pub type Key = (String, String, String);

/// What became of an upload: an answer that can be given any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The status.
    pub status: StatusCode,
    /// The body, JSON.
    pub body: Bytes,
}

/// The uploads under way and those of the last ten minutes.
#[derive(Default)]
pub struct Once {
    uploads: Mutex<HashMap<Key, Entry>>,
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Once")
    }
}

#[derive(Debug)]
struct Entry {
    outcome: watch::Receiver<Option<Outcome>>,
    known_since: Option<Instant>,
}

/// Whether an upload is the first of its key.
#[derive(Debug)]
pub enum Turn {
    /// It is: send it, and say what became of it.
    First(First),
    /// Another was first: wait for it.
    Again(Again),
}

/// The duty to say what became of the first. Dropped without a word it leaves the key as if it had never
/// come: what did not reach AccelerateConnect whole may be sent again.
pub struct First {
    once: Arc<Once>,
    key: Option<Key>,
    tell: watch::Sender<Option<Outcome>>,
}

impl std::fmt::Debug for First {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("First")
    }
}

/// What the first will say.
#[derive(Debug)]
pub struct Again(watch::Receiver<Option<Outcome>>);

impl Once {
    /// Whether this one is the first of its key.
    pub fn turn(self: &Arc<Once>, key: Key, now: Instant) -> Turn {
        let mut uploads = self.uploads();
        uploads.retain(|_, entry| {
            entry
                .known_since
                .is_none_or(|since| now.duration_since(since) < KEPT)
        });
        if let Some(entry) = uploads.get(&key) {
            return Turn::Again(Again(entry.outcome.clone()));
        }
        let (tell, outcome) = watch::channel(None);
        uploads.insert(
            key.clone(),
            Entry {
                outcome,
                known_since: None,
            },
        );
        Turn::First(First {
            once: self.clone(),
            key: Some(key),
            tell,
        })
    }

    fn uploads(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl First {
    /// Says what became of it, to everyone who waits and everyone who comes in the next ten minutes.
    pub fn tell(mut self, outcome: Outcome, now: Instant) {
        if let Some(key) = self.key.take()
            && let Some(entry) = self.once.uploads().get_mut(&key)
        {
            entry.known_since = Some(now);
        }
        self.tell.send_replace(Some(outcome));
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.once.uploads().remove(&key);
        }
    }
}

impl Again {
    /// The first one's outcome; `None` when it broke off before all of it was here.
    pub async fn outcome(mut self) -> Option<Outcome> {
        match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(upload_id: &str) -> Key {
        ("CNSR1".to_owned(), "PRA1".to_owned(), upload_id.to_owned())
    }

    fn good() -> Outcome {
        Outcome {
            status: StatusCode::OK,
            body: Bytes::from_static(b"{}"),
        }
    }

    fn first(turn: Turn) -> First {
        match turn {
            Turn::First(first) => first,
            Turn::Again(_) => panic!("it is the first"),
        }
    }

    fn again(turn: Turn) -> Again {
        match turn {
            Turn::Again(again) => again,
            Turn::First(_) => panic!("another was first"),
        }
    }

    #[tokio::test]
    async fn who_comes_again_gets_the_first_ones_outcome_before_and_after_it_is_known() {
        let (once, now) = (Arc::new(Once::default()), Instant::now());
        let one = first(once.turn(key("a"), now));
        let waits = tokio::spawn(again(once.turn(key("a"), now)).outcome());
        one.tell(good(), now);
        assert_eq!(waits.await.unwrap(), Some(good()));
        assert_eq!(
            again(once.turn(key("a"), now)).outcome().await,
            Some(good())
        );
    }

    #[tokio::test]
    async fn what_broke_off_may_be_sent_again() {
        let (once, now) = (Arc::new(Once::default()), Instant::now());
        let one = first(once.turn(key("a"), now));
        let waits = again(once.turn(key("a"), now));
        drop(one);
        assert_eq!(waits.outcome().await, None);
        first(once.turn(key("a"), now));
    }

    #[test]
    fn another_key_is_another_upload_and_an_old_one_is_forgotten() {
        let (once, now) = (Arc::new(Once::default()), Instant::now());
        first(once.turn(key("a"), now)).tell(good(), now);
        first(once.turn(key("b"), now)).tell(good(), now);
        first(once.turn(key("a"), now + KEPT));
        assert_eq!(once.uploads().len(), 0, "the first of the last was dropped");
    }
}
