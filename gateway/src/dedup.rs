//! Lets an upload through once, and one at a time for each action. Browsers send again by themselves when a
//! connection dies before its answer: a repeat with the same `upload-id` waits for the first one and gets the same
//! answer, whichever copy of the gateway it comes to. Of two uploads with different ids of which neither is whole the
//! later one has the turn; once one is whole, another waits for its end.
//! Knows nothing of uploads but their keys and their outcome.
//!
//! In the store an upload is claimed by a copy of the gateway, then whole, then done. It becomes whole before its
//! last piece leaves: when that copy dies, a claimed upload may be sent again, and a whole one may not. The turn of
//! its action is a second record, which goes through the same stages in the same steps: who has lost it cannot
//! become whole.

use crate::records::{Kind, Records};
use crate::store::{Outlasts, Store, StoreAway, StoreKey, Swap};
use bytes::Bytes;
use http::StatusCode;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How long an outcome is remembered after it is known: a browser sends again at once.
const OUTCOME_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long an upload may take. A copy that dies gives its claim up much sooner.
const CLAIM_LIFETIME: Duration = Duration::from_secs(2 * 3_600);
/// How long a turn is good unless its attempt says again that it is under way, and how often it says so. An action
/// is free again after that when the end of a turn did not reach the store.
const TURN_LIFETIME: Duration = Duration::from_secs(60);
const TURN_RENEWAL: Duration = Duration::from_secs(15);
/// How long an upload waits for its turn at most. Proxies give up after a minute.
const TURN_WAIT: Duration = Duration::from_secs(25);
/// How often a repeat looks for the outcome of another copy, and an upload for its turn.
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

    /// The attempt that is under way.
    fn attempt(&self) -> Option<&str> {
        match self {
            Stage::Claimed(attempt) | Stage::Whole(attempt) => Some(attempt),
            Stage::Done(_) => None,
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

/// The end of the name of an attempt that replaces a document.
const REUPLOAD: &str = ".reupload";

fn is_reupload(attempt: &str) -> bool {
    attempt.ends_with(REUPLOAD)
}

/// The copy of the gateway whose attempt it is.
fn copy_of(attempt: &str) -> &str {
    attempt.split('.').next().unwrap_or_default()
}

/// The uploads under way here, and in the store those of the last ten minutes.
pub struct Dedup {
    records: Arc<Records>,
    running: Mutex<HashMap<StoreKey, Running>>,
    attempts: AtomicU64,
    /// How long an upload waits for a store that is away.
    store_wait: Duration,
}

/// An upload under way here.
struct Running {
    attempt: String,
    outcome: watch::Receiver<Option<Outcome>>,
}

/// What is registered.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Consumer, action and `upload-id`.
    key: StoreKey,
    /// Consumer and action.
    turn: StoreKey,
    is_reupload: bool,
}

impl Upload {
    fn keys(&self) -> [StoreKey; 2] {
        [self.key.clone(), self.turn.clone()]
    }

    /// A step of both records.
    fn step(&self, old: Present, new: [Option<(Bytes, Duration)>; 2]) -> Vec<Swap> {
        let both = self.keys().into_iter().zip(old).zip(new);
        both.map(|((key, old), new)| Swap { key, old, new })
            .collect()
    }
}

/// What the store has of an upload and of its turn.
type Present = [Option<Bytes>; 2];

fn present(values: Vec<Option<Bytes>>) -> Present {
    values.try_into().unwrap_or_default()
}

fn stage_in(value: Option<&Bytes>) -> Option<Stage> {
    value.and_then(Stage::read)
}

impl std::fmt::Debug for Dedup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dedup")
    }
}

/// What becomes of an upload.
#[derive(Debug)]
pub enum Attempt {
    /// It is the first with its key, and has its action's turn: send it, and report its outcome.
    First(FirstAttempt),
    /// It is a repeat: wait for the first one's outcome.
    Repeat(RepeatAttempt),
    /// Another upload of the same action is under way: wait for its end.
    Waiting(WaitingAttempt),
    /// It is not sent.
    Refused(NotItsTurn),
}

/// Why an upload is not sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotItsTurn {
    /// Another upload of the same action is under way for too long. Or it ended while this one waited, and nobody
    /// knows how: who sent this one has to look first.
    UnderWay,
    /// The action got its document a moment ago, and this upload is to be the first. AccelerateConnect has the same
    /// rule.
    HasDocument,
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

/// The first upload with its key. When it is dropped without an outcome, the key is forgotten, and the turn is
/// another's: what did not reach AccelerateConnect whole may be sent again.
pub struct FirstAttempt {
    dedup: Arc<Dedup>,
    upload: Upload,
    /// The name of this attempt: the copy's name, a dot, a number, and [`REUPLOAD`] when it is one.
    attempt: String,
    outcome: watch::Sender<Option<Outcome>>,
    /// Says now and then that the turn is still taken.
    renewal: Option<AbortHandle>,
    /// Whether the last piece was let go.
    is_whole: Arc<AtomicBool>,
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

/// An upload that waits for its turn.
#[derive(Debug)]
pub struct WaitingAttempt(FirstAttempt);

/// Lets the last piece of an upload leave.
pub struct LastPiece {
    dedup: Arc<Dedup>,
    upload: Upload,
    attempt: String,
    is_whole: Arc<AtomicBool>,
}

/// Why the last piece of an upload must not leave. AccelerateConnect has not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MustNotLeave {
    /// The store is away: nobody would know that it was sent.
    StoreAway,
    /// Another copy took this one for dead, and sends the upload itself, or another upload of the same action.
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

    /// The upload with these parameters. One without an `upload-id` is never a repeat.
    pub fn upload(
        &self,
        consumer_id: &str,
        productaction_id: &str,
        upload_id: Option<&str>,
        is_reupload: bool,
    ) -> Upload {
        // No browser sends an id with a dot.
        let own_id = upload_id.is_none().then(|| self.new_attempt());
        let upload_id = upload_id.or(own_id.as_deref()).unwrap_or_default();
        let (records, action) = (&self.records, [consumer_id, productaction_id]);
        Upload {
            key: records.key(Kind::Upload, &[consumer_id, productaction_id, upload_id]),
            turn: records.key(Kind::Turn, &action),
            is_reupload,
        }
    }

    fn new_attempt(&self) -> String {
        let number = self.attempts.fetch_add(1, Ordering::Relaxed);
        format!("{}.{number}", self.records.store().copy())
    }

    /// Registers an upload, and says what becomes of it.
    ///
    /// # Errors
    /// [`StoreAway`]: the store was away for too long.
    pub async fn register(self: &Arc<Dedup>, upload: Upload) -> Result<Attempt, StoreAway> {
        let first = {
            let mut running = self.running();
            if let Some(running) = running.get(&upload.key) {
                let repeat = RepeatAttempt::Here(running.outcome.clone());
                return Ok(Attempt::Repeat(repeat));
            }
            let (outcome, receiver) = watch::channel(None);
            let mut attempt = self.new_attempt();
            if upload.is_reupload {
                attempt.push_str(REUPLOAD);
            }
            let here = Running {
                attempt: attempt.clone(),
                outcome: receiver,
            };
            running.insert(upload.key.clone(), here);
            FirstAttempt {
                dedup: self.clone(),
                upload,
                attempt,
                outcome,
                renewal: None,
                is_whole: Arc::default(),
                is_complete: false,
            }
        };
        // As a rule there is nothing yet.
        first.begin(Present::default(), None).await
    }

    /// Whether an attempt has ended without a word, as far as that can be seen at once: one of this copy's, or of
    /// this gateway before it was started anew.
    fn has_ended(&self, attempt: &str) -> bool {
        let store = self.records.store();
        if copy_of(attempt) != store.copy() {
            return !store.is_shared();
        }
        !self.running().values().any(|it| it.attempt == attempt)
    }

    async fn get(&self, upload: &Upload) -> Result<Present, StoreAway> {
        let keys = upload.keys();
        self.patiently(|| self.records.store().get(&keys))
            .await
            .map(present)
    }

    /// Makes a step of both records. Otherwise these are the values that are there.
    async fn step(
        &self,
        swaps: &[Swap],
        outlasts: Outlasts,
    ) -> Result<Result<(), Present>, StoreAway> {
        let swap = || self.records.store().swap(swaps, outlasts);
        let refused = self.patiently(swap).await?;
        Ok(refused.map_or(Ok(()), |values| Err(present(values))))
    }

    /// Asks the store, and waits for it while it is away.
    async fn patiently<T, F>(&self, ask: impl Fn() -> F) -> Result<T, StoreAway>
    where
        F: Future<Output = Result<T, StoreAway>>,
    {
        patiently(&self.records, self.store_wait, ask).await
    }

    fn running(&self) -> MutexGuard<'_, HashMap<StoreKey, Running>> {
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

/// What an upload has to do, as the store looks.
enum Look {
    /// Claim it, and take the turn.
    Begin,
    /// Wait for the end of that attempt of another upload.
    Wait(Stage),
    /// The other upload may have arrived.
    Unknown,
    HasDocument,
    Done(Outcome),
    Lost,
    Elsewhere,
}

impl FirstAttempt {
    /// Looks at what there is. `dead` is an attempt of a copy that is dead.
    fn look(&self, present: &Present, has_waited: bool, dead: Option<&Stage>) -> Look {
        let [upload, turn] = present.each_ref().map(|it| stage_in(it.as_ref()));
        match upload {
            Some(Stage::Done(outcome)) => return Look::Done(outcome),
            // An attempt of this copy that has ended: the store was away when it gave its claim up. Or it is
            // this very attempt, whose claim came into the store although nobody heard so.
            Some(Stage::Claimed(attempt)) if self.is_of_this_copy(&attempt) => {}
            Some(Stage::Whole(attempt)) if self.is_of_this_copy(&attempt) => return Look::Lost,
            Some(_) => return Look::Elsewhere,
            None if present[0].is_some() => return Look::Elsewhere,
            None => {}
        }
        match turn {
            Some(Stage::Done(outcome)) if outcome.status.is_success() => {
                if self.upload.is_reupload {
                    Look::Begin
                } else {
                    Look::HasDocument
                }
            }
            // What was known when this upload was sent is not so any more.
            Some(Stage::Done(outcome)) if has_waited && outcome.status.is_server_error() => {
                Look::Unknown
            }
            Some(stage) => match stage.attempt() {
                Some(attempt) if attempt == self.attempt => Look::Begin,
                Some(attempt) if dead == Some(&stage) || self.dedup.has_ended(attempt) => {
                    match stage {
                        Stage::Whole(_) if has_waited => Look::Unknown,
                        _ => Look::Begin,
                    }
                }
                // Who sends a first document does not know of the one that is replaced.
                Some(attempt) if is_reupload(attempt) && !self.upload.is_reupload => {
                    Look::Wait(stage)
                }
                // Of two of which neither is whole the later one counts: the consumer has chosen anew, and the
                // earlier one may hang somewhere in the network. It cannot become whole without the turn.
                Some(_) if matches!(stage, Stage::Claimed(_)) => Look::Begin,
                Some(_) => Look::Wait(stage),
                None => Look::Begin,
            },
            None => Look::Begin,
        }
    }

    fn is_of_this_copy(&self, attempt: &str) -> bool {
        copy_of(attempt) == self.dedup.records.store().copy()
    }

    /// Claims the upload and takes its action's turn, in one step. `present` is what the store may have of them.
    /// Until then it waits for its turn, if at all.
    async fn begin(
        mut self,
        mut present: Present,
        waits: Option<Instant>,
    ) -> Result<Attempt, StoreAway> {
        let dedup = self.dedup.clone();
        let mut silence = Silence::default();
        let mut dead = None;
        let claim = Stage::Claimed(self.attempt.clone()).to_bytes();
        loop {
            match self.look(&present, waits.is_some(), dead.as_ref()) {
                Look::Begin => {
                    let new = [CLAIM_LIFETIME, TURN_LIFETIME].map(|it| Some((claim.clone(), it)));
                    let claimed = self.upload.step(present, new);
                    match dedup.step(&claimed, Outlasts::Nothing).await? {
                        Ok(()) => {
                            self.renew_turn();
                            return Ok(Attempt::First(self));
                        }
                        Err(values) => present = values,
                    }
                }
                Look::Wait(stage) => {
                    let Some(until) = waits else {
                        return Ok(Attempt::Waiting(WaitingAttempt(self)));
                    };
                    if Instant::now() >= until {
                        return Ok(Attempt::Refused(NotItsTurn::UnderWay));
                    }
                    let copy = stage.attempt().map(copy_of).unwrap_or_default();
                    if silence.of(dedup.records.store().as_ref(), copy).await {
                        dead = Some(stage);
                        continue;
                    }
                    tokio::time::sleep(LOOK).await;
                    present = dedup.get(&self.upload).await?;
                }
                Look::Unknown => {
                    // The next one need not ask again.
                    if let [_, Some(turn)] = present {
                        let over = dedup.records.store().replace(&self.upload.turn, turn, None);
                        let _ = over.await;
                    }
                    return Ok(Attempt::Refused(NotItsTurn::UnderWay));
                }
                Look::HasDocument => return Ok(Attempt::Refused(NotItsTurn::HasDocument)),
                Look::Done(outcome) => {
                    self.share(outcome.clone());
                    return Ok(Attempt::Repeat(RepeatAttempt::Done(outcome)));
                }
                Look::Lost => {
                    self.leave_as_it_is();
                    return Ok(Attempt::Repeat(RepeatAttempt::Lost));
                }
                Look::Elsewhere => return Ok(Attempt::Repeat(RepeatAttempt::Elsewhere(self))),
            }
        }
    }

    /// Says now and then that the turn is taken, until it is over or another's.
    fn renew_turn(&mut self) {
        let (records, key) = (self.dedup.records.clone(), self.upload.turn.clone());
        let claim = Stage::Claimed(self.attempt.clone()).to_bytes();
        let renewal = tokio::spawn(async move {
            loop {
                tokio::time::sleep(TURN_RENEWAL).await;
                let renewed = [Swap {
                    key: key.clone(),
                    old: Some(claim.clone()),
                    new: Some((claim.clone(), TURN_LIFETIME)),
                }];
                let refused = records.store().swap(&renewed, Outlasts::Nothing).await;
                if refused.is_ok_and(|it| it.is_some()) {
                    return;
                }
            }
        });
        self.renewal = Some(renewal.abort_handle());
    }

    /// What lets the last piece leave.
    pub fn last_piece(&self) -> LastPiece {
        LastPiece {
            dedup: self.dedup.clone(),
            upload: self.upload.clone(),
            attempt: self.attempt.clone(),
            is_whole: self.is_whole.clone(),
        }
    }

    /// Gives the outcome to every repeat that waits, and to those of the next ten minutes. It is the end of the
    /// turn. Whoever sent the upload need not wait for the store. `held` is dropped when the store has the outcome, or
    /// will not have it.
    pub fn complete(mut self, outcome: Outcome, held: impl Send + 'static) {
        self.is_complete = true;
        let done = Stage::Done(outcome.clone()).to_bytes();
        // Repeats that come here hear of the outcome meanwhile; at another copy they wait until the store has it.
        self.outcome.send_replace(Some(outcome));
        tokio::spawn(async move {
            let store_end = || self.store_end(Some(&done));
            let stored = patiently(&self.dedup.records, OFFER, store_end).await;
            if stored.is_err() {
                tracing::warn!("the store was away for too long: the outcome of an upload is lost");
            }
            self.leave_as_it_is();
            drop(held);
        });
    }

    async fn store_end(&self, done: Option<&Bytes>) -> Result<(), StoreAway> {
        let is_whole = self.is_whole.load(Ordering::Relaxed);
        self.dedup
            .store_end(&self.upload, &self.attempt, is_whole, done)
            .await
    }

    /// Gives the outcome to every repeat that waits here. The store has it.
    fn share(mut self, outcome: Outcome) {
        self.is_complete = true;
        self.dedup.running().remove(&self.upload.key);
        self.outcome.send_replace(Some(outcome));
    }

    /// Forgets the upload here, and not in the store.
    fn leave_as_it_is(mut self) {
        self.is_complete = true;
        self.dedup.running().remove(&self.upload.key);
    }
}

impl Drop for FirstAttempt {
    fn drop(&mut self) {
        if let Some(renewal) = &self.renewal {
            renewal.abort();
        }
        if self.is_complete {
            return;
        }
        self.dedup.running().remove(&self.upload.key);
        let (dedup, upload) = (self.dedup.clone(), self.upload.clone());
        let attempt = std::mem::take(&mut self.attempt);
        let is_whole = self.is_whole.load(Ordering::Relaxed);
        // While the program ends there may be no runtime left. Then the claim ends with this copy.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let give_up = || dedup.store_end(&upload, &attempt, is_whole, None);
                // As long as the claim is there, other copies believe that this one sends. The turn ends by itself.
                let _ = patiently(&dedup.records, OFFER, give_up).await;
            });
        }
    }
}

impl Dedup {
    /// Puts the outcome in place of what an attempt has in the store, or removes that when there is none. What
    /// another attempt has put there stays: a copy that was taken for dead may hear of a refusal while another copy
    /// sends the document.
    async fn store_end(
        &self,
        upload: &Upload,
        attempt: &str,
        is_whole: bool,
        done: Option<&Bytes>,
    ) -> Result<(), StoreAway> {
        let store = self.records.store();
        let stage = match is_whole {
            true => Stage::Whole(attempt.to_owned()),
            false => Stage::Claimed(attempt.to_owned()),
        };
        let is_ours = |value: &Option<Bytes>| match stage_in(value.as_ref()) {
            Some(stage) => stage.attempt() == Some(attempt),
            None => value.is_none() && done.is_some(),
        };
        // As a rule both are at that stage.
        let mut there = [(); 2].map(|()| Some(stage.to_bytes()));
        loop {
            let new = done.map(|done| (done.clone(), OUTCOME_LIFETIME));
            let mut swaps = upload.step(there, [new.clone(), new]);
            swaps.retain(|swap| is_ours(&swap.old));
            if swaps.is_empty() || store.swap(&swaps, Outlasts::Nothing).await?.is_none() {
                return Ok(());
            }
            there = present(store.get(&upload.keys()).await?);
        }
    }
}

impl WaitingAttempt {
    /// Waits until the other upload has ended, but not for long. Nothing may be sent before.
    ///
    /// # Errors
    /// [`StoreAway`]: the store was away for too long.
    pub async fn turn(self) -> Result<Attempt, StoreAway> {
        let until = Instant::now() + TURN_WAIT;
        let present = self.0.dedup.get(&self.0.upload).await?;
        self.0.begin(present, Some(until)).await
    }
}

/// Since when a copy has been silent.
#[derive(Debug, Default)]
struct Silence {
    copy: String,
    since: Option<Instant>,
}

impl Silence {
    /// Looks once more, and says whether that copy counts as dead.
    async fn of(&mut self, store: &dyn Store, copy: &str) -> bool {
        if self.copy != copy {
            *self = Silence {
                copy: copy.to_owned(),
                since: None,
            };
        }
        if store.is_running(copy).await != Ok(false) {
            self.since = None;
            return false;
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        // A copy that shares no store with anybody was this one, before it was started anew.
        !store.is_shared() || since.elapsed() >= SILENCE
    }
}

impl LastPiece {
    /// Records that the upload is whole, if it still has its turn. From then on nobody sends it again.
    ///
    /// # Errors
    /// [`MustNotLeave`].
    pub async fn may_leave(self) -> Result<(), MustNotLeave> {
        let away = |StoreAway| MustNotLeave::StoreAway;
        let claimed = Stage::Claimed(self.attempt.clone()).to_bytes();
        let whole = Stage::Whole(self.attempt).to_bytes();
        let whole = [CLAIM_LIFETIME, OUTCOME_LIFETIME].map(|it| Some((whole.clone(), it)));
        // The turn is free when the store was away for so long that nobody could say it is taken.
        for turn in [Some(claimed.clone()), None] {
            let old = [Some(claimed.clone()), turn];
            let swaps = self.upload.step(old, whole.clone());
            let step = self.dedup.step(&swaps, Outlasts::PowerCut);
            match step.await.map_err(away)? {
                Ok(()) => {
                    self.is_whole.store(true, Ordering::Relaxed);
                    return Ok(());
                }
                Err([_, Some(_)]) => break,
                Err([_, None]) => {}
            }
        }
        Err(MustNotLeave::Taken)
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
        let dedup = self.dedup.clone();
        let store = dedup.records.store();
        let mut silence = Silence::default();
        loop {
            let Ok(present) = dedup.get(&self.upload).await else {
                self.leave_as_it_is();
                return Ended::Unknown;
            };
            let stage = match stage_in(present[0].as_ref()) {
                Some(Stage::Done(outcome)) => {
                    self.share(outcome.clone());
                    return Ended::Outcome(outcome);
                }
                Some(stage) => stage,
                None => {
                    self.leave_as_it_is();
                    return Ended::BrokeOff;
                }
            };
            let copy = stage.attempt().map(copy_of).unwrap_or_default();
            if silence.of(store.as_ref(), copy).await {
                let is_whole = matches!(stage, Stage::Whole(_));
                let mut over = self.upload.step(present, [None, None]);
                // Its turn is over too. That it was whole stays known, and so does the turn of another upload.
                over.retain(|swap| match swap.key == self.upload.key {
                    true => !is_whole,
                    false => stage_in(swap.old.as_ref()).as_ref() == Some(&stage),
                });
                // Whoever removes the claim, or finds it changed, sees what there is then.
                let removed = match over.is_empty() {
                    true => Ok(None),
                    false => store.swap(&over, Outlasts::Nothing).await,
                };
                if is_whole || removed.is_ok() {
                    self.leave_as_it_is();
                    return match is_whole {
                        true => Ended::Unknown,
                        false => Ended::BrokeOff,
                    };
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[cfg(test)]
mod tests;
