use super::*;
use crate::settings::Settings;
use crate::store::MemoryStore;
use async_trait::async_trait;
use std::sync::atomic::AtomicBool;
use tokio::sync::oneshot::error::TryRecvError;

const WAIT: Duration = Duration::from_secs(10);

/// A copy of the gateway: it shares a store with others, each under its own name.
#[derive(Debug)]
struct Copy {
    shared: Arc<MemoryStore>,
    name: &'static str,
    dead: Arc<Mutex<Vec<&'static str>>>,
    away: AtomicBool,
    /// The changes that this copy asked for, while the store was there.
    swaps: Mutex<Vec<(Vec<Swap>, Outlasts)>>,
}

impl Copy {
    fn ask(&self) -> Result<&MemoryStore, StoreAway> {
        match self.away.load(Ordering::Relaxed) {
            true => Err(StoreAway),
            false => Ok(&self.shared),
        }
    }
}

#[async_trait]
impl Store for Copy {
    async fn get(&self, keys: &[StoreKey]) -> Result<Vec<Option<Bytes>>, StoreAway> {
        self.ask()?.get(keys).await
    }

    async fn put(&self, key: &StoreKey, value: Bytes, lifetime: Duration) -> Result<(), StoreAway> {
        self.ask()?.put(key, value, lifetime).await
    }

    async fn put_new(
        &self,
        key: &StoreKey,
        value: Bytes,
        lifetime: Duration,
    ) -> Result<Option<Bytes>, StoreAway> {
        self.ask()?.put_new(key, value, lifetime).await
    }

    async fn swap(
        &self,
        swaps: &[Swap],
        outlasts: Outlasts,
    ) -> Result<Option<Vec<Option<Bytes>>>, StoreAway> {
        let shared = self.ask()?;
        self.swaps.lock().unwrap().push((swaps.to_vec(), outlasts));
        shared.swap(swaps, outlasts).await
    }

    async fn count(&self, key: &StoreKey, lifetime: Duration) -> Result<u64, StoreAway> {
        self.ask()?.count(key, lifetime).await
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn copy(&self) -> &str {
        self.name
    }

    async fn is_running(&self, copy: &str) -> Result<bool, StoreAway> {
        self.ask()?;
        Ok(!self.dead.lock().unwrap().contains(&copy))
    }
}

/// Two copies with one store.
struct Copies {
    one: Arc<Dedup>,
    other: Arc<Dedup>,
    store_of_one: Arc<Copy>,
    dead: Arc<Mutex<Vec<&'static str>>>,
}

fn copies() -> Copies {
    let shared = Arc::new(MemoryStore::new());
    let dead: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let copy = |name| {
        Arc::new(Copy {
            shared: shared.clone(),
            name,
            dead: dead.clone(),
            away: AtomicBool::new(false),
            swaps: Mutex::default(),
        })
    };
    let dedup = |store: Arc<Copy>| {
        let settings = Settings::new(
            "https://portal.example.nl/".parse().unwrap(),
            "dist".into(),
            Vec::new(),
            (
                "https://accelerate.example/".parse().unwrap(),
                "demo".to_owned(),
                "PRIVATE_SALT".into(),
            ),
        );
        Arc::new(Dedup::new(Arc::new(Records::new(store, &settings)), WAIT))
    };
    let store_of_one = copy("one");
    Copies {
        one: dedup(store_of_one.clone()),
        other: dedup(copy("other")),
        store_of_one,
        dead,
    }
}

fn dedup() -> Arc<Dedup> {
    copies().one
}

fn success() -> Outcome {
    Outcome {
        status: StatusCode::OK,
        body: Bytes::from_static(b"{\"a\": 1}"),
    }
}

fn refused() -> Outcome {
    Outcome {
        status: StatusCode::BAD_REQUEST,
        ..success()
    }
}

/// Registers the first upload of an action that has the same name.
async fn register(dedup: &Arc<Dedup>, upload_id: &str) -> Attempt {
    let upload = dedup.upload("CNSR1", upload_id, Some(upload_id), false);
    dedup.register(upload).await.unwrap()
}

fn the_first(attempt: Attempt) -> FirstAttempt {
    match attempt {
        Attempt::First(first) => first,
        other => panic!("it is the first, and not {other:?}"),
    }
}

async fn first(dedup: &Arc<Dedup>, upload_id: &str) -> FirstAttempt {
    the_first(register(dedup, upload_id).await)
}

async fn repeat(dedup: &Arc<Dedup>, upload_id: &str) -> RepeatAttempt {
    match register(dedup, upload_id).await {
        Attempt::Repeat(repeat) => repeat,
        other => panic!("it is a repeat, and not {other:?}"),
    }
}

/// Ends an upload, and waits until the store has its outcome.
async fn complete(first: FirstAttempt, outcome: Outcome) {
    let (held, stored) = tokio::sync::oneshot::channel::<()>();
    first.complete(outcome, held);
    assert!(stored.await.is_err());
}

#[test]
fn a_stage_is_read_as_it_was_written() {
    for stage in [
        Stage::Claimed("a.1".to_owned()),
        Stage::Whole("b.2".to_owned()),
        Stage::Done(success()),
    ] {
        assert_eq!(Stage::read(&stage.to_bytes()), Some(stage));
    }
    for other in ["", "claimed", "done 20", "done 2000 x", "done x", "gone 1"] {
        assert_eq!(Stage::read(&other.into()), None, "{other}");
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_ones_outcome_before_and_after_it_is_known() {
    let dedup = dedup();
    let one = first(&dedup, "a").await;
    let waiting = tokio::spawn(repeat(&dedup, "a").await.ended());
    complete(one, success()).await;
    assert_eq!(waiting.await.unwrap(), Ended::Outcome(success()));
    let later = repeat(&dedup, "a").await.ended().await;
    assert_eq!(later, Ended::Outcome(success()));
    assert!(dedup.running().is_empty());
    first(&dedup, "b").await;
}

#[tokio::test]
async fn an_upload_that_broke_off_may_be_sent_again() {
    let dedup = dedup();
    let one = first(&dedup, "a").await;
    let waiting = repeat(&dedup, "a").await;
    drop(one);
    assert_eq!(waiting.ended().await, Ended::BrokeOff);
    first(&dedup, "a").await;
}

#[tokio::test(start_paused = true)]
async fn a_repeat_at_another_copy_gets_the_outcome_before_and_after_it_is_known() {
    let Copies { one, other, .. } = copies();
    let sending = first(&one, "a").await;
    let waiting = tokio::spawn(repeat(&other, "a").await.ended());
    tokio::task::yield_now().await;
    let waiting_too = tokio::spawn(repeat(&other, "a").await.ended());
    sending.last_piece().may_leave().await.unwrap();
    complete(sending, success()).await;
    assert_eq!(waiting.await.unwrap(), Ended::Outcome(success()));
    assert_eq!(waiting_too.await.unwrap(), Ended::Outcome(success()));
    let later = repeat(&other, "a").await.ended().await;
    assert_eq!(later, Ended::Outcome(success()));
}

#[tokio::test(start_paused = true)]
async fn another_copy_may_send_what_broke_off_here() {
    let Copies { one, other, .. } = copies();
    let sending = first(&one, "a").await;
    let waiting = tokio::spawn(repeat(&other, "a").await.ended());
    drop(sending);
    assert_eq!(waiting.await.unwrap(), Ended::BrokeOff);
    first(&other, "a").await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_copys_upload_may_be_sent_again_unless_its_last_piece_may_have_left() {
    let Copies {
        one, other, dead, ..
    } = copies();
    let _begun = first(&one, "begun").await;
    let whole = first(&one, "whole").await;
    whole.last_piece().may_leave().await.unwrap();
    dead.lock().unwrap().push("one");
    let ended = repeat(&other, "begun").await.ended();
    assert_eq!(ended.await, Ended::BrokeOff);
    first(&other, "begun").await;
    for _ in 0..2 {
        let ended = repeat(&other, "whole").await.ended();
        assert_eq!(ended.await, Ended::Unknown);
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_was_taken_for_dead_does_not_send_the_last_piece() {
    let Copies {
        one, other, dead, ..
    } = copies();
    let slow = first(&one, "a").await;
    dead.lock().unwrap().push("one");
    let ended = repeat(&other, "a").await.ended();
    assert_eq!(ended.await, Ended::BrokeOff);
    let second = first(&other, "a").await;
    let slow_one = slow.last_piece().may_leave().await;
    assert_eq!(slow_one, Err(MustNotLeave::Taken));
    drop(slow);
    tokio::task::yield_now().await;
    assert_eq!(second.last_piece().may_leave().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_was_taken_for_dead_does_not_replace_the_outcome_of_another() {
    let Copies {
        one, other, dead, ..
    } = copies();
    for is_done in [false, true] {
        let upload_id = if is_done { "done" } else { "claimed" };
        dead.lock().unwrap().clear();
        let slow = first(&one, upload_id).await;
        dead.lock().unwrap().push("one");
        let ended = repeat(&other, upload_id).await.ended();
        assert_eq!(ended.await, Ended::BrokeOff);
        let second = first(&other, upload_id).await;
        if is_done {
            complete(second, success()).await;
            complete(slow, refused()).await;
        } else {
            complete(slow, refused()).await;
            assert_eq!(second.last_piece().may_leave().await, Ok(()));
            complete(second, success()).await;
        }
        let later = repeat(&other, upload_id).await.ended().await;
        assert_eq!(later, Ended::Outcome(success()));
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_another_copy_does_not_wait_for_the_store_forever() {
    let Copies {
        one,
        other,
        store_of_one,
        ..
    } = copies();
    let sending = first(&other, "a").await;
    let waiting = repeat(&one, "a").await;
    store_of_one.away.store(true, Ordering::Relaxed);
    assert_eq!(waiting.ended().await, Ended::Unknown);
    store_of_one.away.store(false, Ordering::Relaxed);
    complete(sending, success()).await;
    let later = repeat(&one, "a").await.ended().await;
    assert_eq!(later, Ended::Outcome(success()));
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_an_upload_waits_and_its_last_piece_does_not_leave() {
    let Copies {
        one, store_of_one, ..
    } = copies();
    let sending = first(&one, "a").await;
    store_of_one.away.store(true, Ordering::Relaxed);
    let began = tokio::time::Instant::now();
    let last_piece = sending.last_piece().may_leave().await;
    assert_eq!(last_piece, Err(MustNotLeave::StoreAway));
    let upload = one.upload("CNSR1", "b", Some("b"), false);
    assert!(one.register(upload).await.is_err());
    assert!(began.elapsed() > WAIT);
    drop(sending);
    tokio::task::yield_now().await;
    store_of_one.away.store(false, Ordering::Relaxed);
    // The claim could not be given up, and is this copy's own.
    let again = first(&one, "a").await;
    assert_eq!(again.last_piece().may_leave().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_could_not_be_given_up_is_given_up_later() {
    let Copies {
        one,
        other,
        store_of_one,
        ..
    } = copies();
    let sending = first(&one, "a").await;
    store_of_one.away.store(true, Ordering::Relaxed);
    drop(sending);
    let waiting = tokio::spawn(repeat(&other, "a").await.ended());
    tokio::time::sleep(WAIT).await;
    assert!(!waiting.is_finished());
    store_of_one.away.store(false, Ordering::Relaxed);
    assert_eq!(waiting.await.unwrap(), Ended::BrokeOff);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_the_store_cannot_take_is_given_to_it_later() {
    let Copies {
        one,
        other,
        store_of_one,
        ..
    } = copies();
    let sending = first(&one, "a").await;
    sending.last_piece().may_leave().await.unwrap();
    store_of_one.away.store(true, Ordering::Relaxed);
    // The end of the program waits for what is held until then.
    let (held, mut stored) = tokio::sync::oneshot::channel::<()>();
    sending.complete(success(), held);
    let here = repeat(&one, "a").await.ended().await;
    assert_eq!(here, Ended::Outcome(success()));
    let waiting = tokio::spawn(repeat(&other, "a").await.ended());
    assert!(stored.try_recv() == Err(TryRecvError::Empty) && !waiting.is_finished());
    store_of_one.away.store(false, Ordering::Relaxed);
    assert_eq!(waiting.await.unwrap(), Ended::Outcome(success()));
    assert!(stored.await.is_err());
}

mod turns;
