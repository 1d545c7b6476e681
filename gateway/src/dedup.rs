//! Lets an upload through once. Browsers send again by themselves when a connection dies before its
//! answer: a repeat with the same `upload-id` waits for the first one and gets the same answer. Knows
//! nothing of uploads but their key and their outcome.

use bytes::Bytes;
use http::StatusCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long an outcome is remembered after it is known: a browser sends again at once.
const OUTCOME_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// What makes two uploads the same one: consumer, action and `upload-id`.
pub type UploadKey = (String, String, String);

/// The answer to an upload, which can be given any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The status.
    pub status: StatusCode,
    /// The body, as JSON.
    pub body: Bytes,
}

/// The uploads under way, and those of the last ten minutes.
#[derive(Default)]
pub struct Dedup {
    uploads: Mutex<HashMap<UploadKey, Entry>>,
}

impl std::fmt::Debug for Dedup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dedup")
    }
}

#[derive(Debug)]
struct Entry {
    outcome: watch::Receiver<Option<Outcome>>,
    known_since: Option<Instant>,
}

/// Whether an upload is the first with its key.
#[derive(Debug)]
pub enum Attempt {
    /// It is the first: send it, and report its outcome.
    First(FirstAttempt),
    /// It is a repeat: wait for the first one's outcome.
    Repeat(RepeatAttempt),
}

/// The first upload with its key. When it is dropped without an outcome, the key is forgotten: what did
/// not reach AccelerateConnect whole may be sent again.
pub struct FirstAttempt {
    dedup: Arc<Dedup>,
    key: Option<UploadKey>,
    outcome: watch::Sender<Option<Outcome>>,
}

impl std::fmt::Debug for FirstAttempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FirstAttempt")
    }
}

/// A repeat of an upload that is under way or done.
#[derive(Debug)]
pub struct RepeatAttempt(watch::Receiver<Option<Outcome>>);

impl Dedup {
    /// Registers an upload, and says whether it is the first with its key.
    pub fn register(self: &Arc<Dedup>, key: UploadKey, now: Instant) -> Attempt {
        let mut uploads = self.uploads();
        uploads.retain(|_, entry| {
            entry
                .known_since
                .is_none_or(|since| now.duration_since(since) < OUTCOME_LIFETIME)
        });
        if let Some(entry) = uploads.get(&key) {
            return Attempt::Repeat(RepeatAttempt(entry.outcome.clone()));
        }
        let (sender, receiver) = watch::channel(None);
        uploads.insert(
            key.clone(),
            Entry {
                outcome: receiver,
                known_since: None,
            },
        );
        Attempt::First(FirstAttempt {
            dedup: self.clone(),
            key: Some(key),
            outcome: sender,
        })
    }

    fn uploads(&self) -> MutexGuard<'_, HashMap<UploadKey, Entry>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FirstAttempt {
    /// Gives the outcome to every repeat that waits, and to those of the next ten minutes.
    pub fn complete(mut self, outcome: Outcome, now: Instant) {
        if let Some(key) = self.key.take()
            && let Some(entry) = self.dedup.uploads().get_mut(&key)
        {
            entry.known_since = Some(now);
        }
        self.outcome.send_replace(Some(outcome));
    }
}

impl Drop for FirstAttempt {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.dedup.uploads().remove(&key);
        }
    }
}

impl RepeatAttempt {
    /// Waits for the first one's outcome; `None` when the first broke off before it reached us whole.
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

    fn key(upload_id: &str) -> UploadKey {
        ("CNSR1".to_owned(), "PRA1".to_owned(), upload_id.to_owned())
    }

    fn success() -> Outcome {
        Outcome {
            status: StatusCode::OK,
            body: Bytes::from_static(b"{}"),
        }
    }

    fn first(attempt: Attempt) -> FirstAttempt {
        match attempt {
            Attempt::First(first) => first,
            Attempt::Repeat(_) => panic!("it is the first"),
        }
    }

    fn repeat(attempt: Attempt) -> RepeatAttempt {
        match attempt {
            Attempt::Repeat(repeat) => repeat,
            Attempt::First(_) => panic!("it is a repeat"),
        }
    }

    #[tokio::test]
    async fn a_repeat_gets_the_first_ones_outcome_before_and_after_it_is_known() {
        let (dedup, now) = (Arc::new(Dedup::default()), Instant::now());
        let one = first(dedup.register(key("a"), now));
        let waiting = tokio::spawn(repeat(dedup.register(key("a"), now)).outcome());
        one.complete(success(), now);
        assert_eq!(waiting.await.unwrap(), Some(success()));
        assert_eq!(
            repeat(dedup.register(key("a"), now)).outcome().await,
            Some(success())
        );
    }

    #[tokio::test]
    async fn an_upload_that_broke_off_may_be_sent_again() {
        let (dedup, now) = (Arc::new(Dedup::default()), Instant::now());
        let one = first(dedup.register(key("a"), now));
        let waiting = repeat(dedup.register(key("a"), now));
        drop(one);
        assert_eq!(waiting.outcome().await, None);
        first(dedup.register(key("a"), now));
    }

    #[test]
    fn another_key_is_another_upload_and_an_old_outcome_is_forgotten() {
        let (dedup, now) = (Arc::new(Dedup::default()), Instant::now());
        first(dedup.register(key("a"), now)).complete(success(), now);
        first(dedup.register(key("b"), now)).complete(success(), now);
        first(dedup.register(key("a"), now + OUTCOME_LIFETIME));
        assert_eq!(
            dedup.uploads().len(),
            0,
            "the last one was dropped without an outcome"
        );
    }
}
