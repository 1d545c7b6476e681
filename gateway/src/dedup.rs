//! Lets an upload through once. Browsers send again by themselves when a connection dies before its
//! answer: a repeat with the same `upload-id` waits for the first one and gets the same answer, whichever
//! copy of the gateway it comes to. Knows nothing of uploads but their key and their outcome.
//!
//! In the store an upload is claimed by a copy of the gateway, then whole, then done. It becomes whole before its
//! last piece leaves: when that copy dies, a claimed upload may be sent again, and a whole one may not.

use crate::records::{Kind, Records};
use crate::store::{StoreAway, StoreKey};
use bytes::Bytes;
use http::StatusCode;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long an outcome is remembered after it is known: a browser sends again at once.
const OUTCOME_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long an upload may take. A copy that dies gives its claim up much sooner.
const CLAIM_LIFETIME: Duration = Duration::from_secs(2 * 3_600);
/// How often a repeat looks for the outcome of another copy.
const LOOK: Duration = Duration::from_millis(100);
/// For how long a copy must have been silent until it counts as dead.
const SILENCE: Duration = Duration::from_secs(3);
/// For how long an outcome, or the end of a claim, is offered to a store that is away.
const OFFER: Duration = Duration::from_secs(120);

/// The answer to an upload, which can be given any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The status.
    pub status: StatusCode,
    /// The body, as JSON.
    pub body: Bytes,
}

/// What the store holds of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// That attempt sends it. AccelerateConnect has not all of it.
    Claimed(String),
    /// That attempt has sent all of it, or is about to.
    Whole(String),
    /// It is over.
    Done(Outcome),
}

impl Stage {
    fn to_bytes(&self) -> Bytes {
        match self {
            Stage::Claimed(attempt) => ["claimed ", attempt].concat().into(),
            Stage::Whole(attempt) => ["whole ", attempt].concat().into(),
            Stage::Done(outcome) => {
                let mut bytes = format!("done {} ", outcome.status.as_u16()).into_bytes();
                bytes.extend_from_slice(&outcome.body);
                bytes.into()
            }
        }
    }

    fn read(bytes: &Bytes) -> Option<Stage> {
        let mut words = bytes.splitn(2, |byte| *byte == b' ');
        let (word, rest) = (words.next()?, words.next()?);
        let text = || String::from_utf8(rest.to_vec()).ok();
        Some(match word {
            b"claimed" => Stage::Claimed(text()?),
            b"whole" => Stage::Whole(text()?),
            b"done" => {
                let (status, body) = rest.split_at_checked(4)?;
                Stage::Done(Outcome {
                    status: StatusCode::from_bytes(status.strip_suffix(b" ")?).ok()?,
                    body: Bytes::copy_from_slice(body),
                })
            }
            _ => return None,
        })
    }
}

/// The copy of the gateway whose attempt it is.
fn copy_of(attempt: &str) -> &str {
    attempt.split('.').next().unwrap_or_default()
}

/// The uploads under way here, and in the store those of the last ten minutes.
pub struct Dedup {
    records: Arc<Records>,
    running: Mutex<HashMap<StoreKey, watch::Receiver<Option<Outcome>>>>,
    attempts: AtomicU64,
    /// How long an upload waits for a store that is away.
    store_wait: Duration,
}

impl std::fmt::Debug for Dedup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dedup")
    }
}

/// Whether an upload is the first with its key.
#[derive(Debug)]
pub enum Attempt {
    /// It is the first: send it, and report its outcome.
    First(FirstAttempt),
    /// It is a repeat: wait for the first one's outcome.
    Repeat(RepeatAttempt),
}

/// How the upload ended for which a repeat waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It has this outcome.
    Outcome(Outcome),
    /// It broke off before AccelerateConnect had all of it: it may be sent again.
    BrokeOff,
    /// Nobody knows whether AccelerateConnect has it.
    Unknown,
}

/// The first upload with its key. When it is dropped without an outcome, the key is forgotten: what did
/// not reach AccelerateConnect whole may be sent again.
pub struct FirstAttempt {
    dedup: Arc<Dedup>,
    key: StoreKey,
    /// The name of this attempt: the copy's name, a dot, and a number.
    attempt: String,
    outcome: watch::Sender<Option<Outcome>>,
    is_complete: bool,
}

impl std::fmt::Debug for FirstAttempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FirstAttempt")
    }
}

/// A repeat of an upload that is under way or done.
#[derive(Debug)]
pub enum RepeatAttempt {
    /// The first one is, or was, at this copy.
    Here(watch::Receiver<Option<Outcome>>),
    /// It is at another copy. This one waits for it in the name of all repeats here.
    Elsewhere(FirstAttempt),
    /// It is done.
    Done(Outcome),
    /// The copy that sent it died at the end of it.
    Lost,
}

/// Lets the last piece of an upload leave.
pub struct LastPiece {
    dedup: Arc<Dedup>,
    key: StoreKey,
    attempt: String,
}

/// Why the last piece of an upload must not leave. AccelerateConnect has not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MustNotLeave {
    /// The store is away: nobody would know that it was sent.
    StoreAway,
    /// Another copy took this one for dead, and sends the upload itself.
    Taken,
}

impl Dedup {
    /// Uploads that are remembered there. Each waits at most `store_wait` for a store that is away.
    pub fn new(records: Arc<Records>, store_wait: Duration) -> Dedup {
        Dedup {
            records,
            running: Mutex::default(),
            attempts: AtomicU64::new(0),
            store_wait,
        }
    }

    /// The key of an upload.
    pub fn key(&self, consumer_id: &str, productaction_id: &str, upload_id: &str) -> StoreKey {
        let parts = [consumer_id, productaction_id, upload_id];
        self.records.key(Kind::Upload, &parts)
    }

    /// Registers an upload, and says whether it is the first with its key.
    ///
    /// # Errors
    /// [`StoreAway`]: the store was away for too long.
    pub async fn register(self: &Arc<Dedup>, key: StoreKey) -> Result<Attempt, StoreAway> {
        let first = {
            let mut running = self.running();
            if let Some(outcome) = running.get(&key) {
                let repeat = RepeatAttempt::Here(outcome.clone());
                return Ok(Attempt::Repeat(repeat));
            }
            let (outcome, receiver) = watch::channel(None);
            running.insert(key.clone(), receiver);
            let number = self.attempts.fetch_add(1, Ordering::Relaxed);
            FirstAttempt {
                dedup: self.clone(),
                key: key.clone(),
                attempt: format!("{}.{number}", self.records.store().copy()),
                outcome,
                is_complete: false,
            }
        };
        let store = self.records.store();
        let claim = Stage::Claimed(first.attempt.clone()).to_bytes();
        let present = self
            .patiently(|| store.put_new(&key, claim.clone(), CLAIM_LIFETIME))
            .await?;
        let Some(present) = present else {
            return Ok(Attempt::First(first));
        };
        let is_ours = |attempt: &str| copy_of(attempt) == store.copy();
        let repeat = match Stage::read(&present) {
            Some(Stage::Done(outcome)) => {
                first.share(outcome.clone());
                RepeatAttempt::Done(outcome)
            }
            // An attempt of this copy that has ended: the store was away when it gave its claim up. Or it is
            // this very attempt, whose claim came into the store although nobody heard so.
            Some(Stage::Claimed(attempt)) if is_ours(&attempt) => {
                let new = || Some((claim.clone(), CLAIM_LIFETIME));
                let replaced = self
                    .patiently(|| store.replace(&key, present.clone(), new()))
                    .await?;
                if replaced {
                    return Ok(Attempt::First(first));
                }
                RepeatAttempt::Elsewhere(first)
            }
            Some(Stage::Whole(attempt)) if is_ours(&attempt) => {
                first.leave_as_it_is();
                RepeatAttempt::Lost
            }
            _ => RepeatAttempt::Elsewhere(first),
        };
        Ok(Attempt::Repeat(repeat))
    }

    /// Asks the store, and waits for it while it is away.
    async fn patiently<T, F>(&self, ask: impl Fn() -> F) -> Result<T, StoreAway>
    where
        F: Future<Output = Result<T, StoreAway>>,
    {
        patiently(&self.records, self.store_wait, ask).await
    }

    fn running(&self) -> MutexGuard<'_, HashMap<StoreKey, watch::Receiver<Option<Outcome>>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn patiently<T, F>(
    records: &Records,
    patience: Duration,
    ask: impl Fn() -> F,
) -> Result<T, StoreAway>
where
    F: Future<Output = Result<T, StoreAway>>,
{
    let until = Instant::now() + patience;
    loop {
        if let Ok(answer) = ask().await {
            return Ok(answer);
        }
        tokio::time::timeout_at(until, records.store().available())
            .await
            .map_err(|_| StoreAway)?;
        if Instant::now() + LOOK >= until {
            return Err(StoreAway);
        }
        tokio::time::sleep(LOOK).await;
    }
}

impl FirstAttempt {
    /// What lets the last piece leave.
    pub fn last_piece(&self) -> LastPiece {
        LastPiece {
            dedup: self.dedup.clone(),
            key: self.key.clone(),
            attempt: self.attempt.clone(),
        }
    }

    /// Gives the outcome to every repeat that waits, and to those of the next ten minutes.
    pub async fn complete(mut self, outcome: Outcome) {
        self.is_complete = true;
        let done = Stage::Done(outcome.clone()).to_bytes();
        if self.store_outcome(&done).await.is_ok() {
            self.share(outcome);
            return;
        }
        // The consumer need not wait for the store. Repeats that come here hear of the outcome meanwhile.
        self.outcome.send_replace(Some(outcome));
        tokio::spawn(async move {
            let store_outcome = || self.store_outcome(&done);
            let stored = patiently(&self.dedup.records, OFFER, store_outcome).await;
            if stored.is_err() {
                tracing::warn!("the store was away for too long: the outcome of an upload is lost");
            }
            self.leave_as_it_is();
        });
    }

    /// Puts the outcome in place of this attempt's claim. What another attempt has put there stays: a copy that
    /// was taken for dead may hear of a refusal while another copy sends the document.
    async fn store_outcome(&self, done: &Bytes) -> Result<(), StoreAway> {
        let store = self.dedup.records.store();
        for stage in [
            Stage::Whole(self.attempt.clone()),
            Stage::Claimed(self.attempt.clone()),
        ] {
            let new = Some((done.clone(), OUTCOME_LIFETIME));
            if store.replace(&self.key, stage.to_bytes(), new).await? {
                return Ok(());
            }
        }
        store
            .put_new(&self.key, done.clone(), OUTCOME_LIFETIME)
            .await?;
        Ok(())
    }

    /// Gives the outcome to every repeat that waits here. The store has it.
    fn share(mut self, outcome: Outcome) {
        self.is_complete = true;
        self.dedup.running().remove(&self.key);
        self.outcome.send_replace(Some(outcome));
    }

    /// Forgets the upload here, and not in the store.
    fn leave_as_it_is(mut self) {
        self.is_complete = true;
        self.dedup.running().remove(&self.key);
    }
}

impl Drop for FirstAttempt {
    fn drop(&mut self) {
        if self.is_complete {
            return;
        }
        self.dedup.running().remove(&self.key);
        let (dedup, key) = (self.dedup.clone(), self.key.clone());
        let attempt = std::mem::take(&mut self.attempt);
        // While the program ends there may be no runtime left. Then the claim ends with this copy.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { dedup.give_up(&key, attempt).await });
        }
    }
}

impl Dedup {
    /// Removes an attempt's claim: as long as it is there, other copies believe that this one sends.
    async fn give_up(&self, key: &StoreKey, attempt: String) {
        let store = self.records.store();
        for stage in [Stage::Claimed(attempt.clone()), Stage::Whole(attempt)] {
            let remove = || store.replace(key, stage.to_bytes(), None);
            if patiently(&self.records, OFFER, remove).await != Ok(false) {
                return;
            }
        }
    }
}

impl LastPiece {
    /// Records that the upload is whole. From then on nobody sends it again.
    ///
    /// # Errors
    /// [`MustNotLeave`].
    pub async fn may_leave(self) -> Result<(), MustNotLeave> {
        let store = self.dedup.records.store();
        let claimed = Stage::Claimed(self.attempt.clone()).to_bytes();
        let whole = Stage::Whole(self.attempt).to_bytes();
        let is_whole = self
            .dedup
            .patiently(|| {
                let new = Some((whole.clone(), CLAIM_LIFETIME));
                store.replace(&self.key, claimed.clone(), new)
            })
            .await;
        match is_whole {
            Ok(true) => Ok(()),
            Ok(false) => Err(MustNotLeave::Taken),
            Err(StoreAway) => Err(MustNotLeave::StoreAway),
        }
    }
}

impl RepeatAttempt {
    /// Waits until the first one has ended.
    pub async fn ended(self) -> Ended {
        match self {
            RepeatAttempt::Done(outcome) => Ended::Outcome(outcome),
            RepeatAttempt::Lost => Ended::Unknown,
            RepeatAttempt::Here(mut outcome) => match outcome.wait_for(Option::is_some).await {
                Ok(outcome) => outcome.clone().map_or(Ended::BrokeOff, Ended::Outcome),
                Err(_) => Ended::BrokeOff,
            },
            RepeatAttempt::Elsewhere(here) => here.wait_for_another_copy().await,
        }
    }
}

impl FirstAttempt {
    /// Waits for the outcome of another copy, and takes its place when it is dead.
    async fn wait_for_another_copy(self) -> Ended {
        let records = self.dedup.records.clone();
        let store = records.store();
        let mut silent_since: Option<Instant> = None;
        loop {
            let get = || store.get(std::slice::from_ref(&self.key));
            let Ok(mut present) = self.dedup.patiently(get).await else {
                self.leave_as_it_is();
                return Ended::Unknown;
            };
            let bytes = present.pop().flatten();
            let stage = bytes.as_ref().and_then(Stage::read);
            let by = match &stage {
                Some(Stage::Done(outcome)) => {
                    let outcome = outcome.clone();
                    self.share(outcome.clone());
                    return Ended::Outcome(outcome);
                }
                Some(Stage::Claimed(attempt) | Stage::Whole(attempt)) => copy_of(attempt),
                None => {
                    self.leave_as_it_is();
                    return Ended::BrokeOff;
                }
            };
            if store.is_running(by).await == Ok(false) {
                let since = *silent_since.get_or_insert_with(Instant::now);
                // A copy that shares no store with anybody was this one, before it was started anew.
                if !store.is_shared() || since.elapsed() >= SILENCE {
                    if matches!(stage, Some(Stage::Whole(_))) {
                        self.leave_as_it_is();
                        return Ended::Unknown;
                    }
                    // Whoever removes the claim, or finds it changed, sees what there is then.
                    let removed = store.replace(&self.key, bytes.unwrap_or_default(), None);
                    if removed.await.is_ok() {
                        self.leave_as_it_is();
                        return Ended::BrokeOff;
                    }
                }
            } else {
                silent_since = None;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[cfg(test)]
mod tests;
