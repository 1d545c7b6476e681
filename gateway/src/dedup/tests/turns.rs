//! One upload at a time for each action.

use super::*;
use tokio::task::JoinHandle;

/// Registers an upload of one and the same action.
async fn send(dedup: &Arc<Dedup>, upload_id: &str, is_reupload: bool) -> Attempt {
    let upload = dedup.upload("CNSR1", "PRA1", Some(upload_id), is_reupload);
    dedup.register(upload).await.unwrap()
}

async fn sends(dedup: &Arc<Dedup>, upload_id: &str) -> FirstAttempt {
    the_first(send(dedup, upload_id, false).await)
}

/// An upload that waits for its turn, and what becomes of it.
async fn waits(dedup: &Arc<Dedup>, upload_id: &str) -> JoinHandle<Attempt> {
    match send(dedup, upload_id, false).await {
        Attempt::Waiting(waiting) => tokio::spawn(async { waiting.turn().await.unwrap() }),
        other => panic!("it waits, and not {other:?}"),
    }
}

#[track_caller]
fn assert_refused(attempt: Attempt, why: NotItsTurn) {
    match attempt {
        Attempt::Refused(it) => assert_eq!(it, why),
        other => panic!("it is refused, and not {other:?}"),
    }
}

fn unknown() -> Outcome {
    Outcome {
        status: StatusCode::GATEWAY_TIMEOUT,
        ..success()
    }
}

/// Lets the last piece leave.
async fn becomes_whole(upload: &FirstAttempt) {
    upload.last_piece().may_leave().await.unwrap();
}

async fn hand_in(first: FirstAttempt, outcome: Outcome) {
    becomes_whole(&first).await;
    complete(first, outcome).await;
}

#[tokio::test]
async fn of_two_of_which_neither_is_whole_the_later_one_counts() {
    for copy_of_later in 0..2 {
        let Copies { one, other, .. } = copies();
        let earlier = sends(&one, "a").await;
        let later = sends([&one, &other][copy_of_later], "b").await;
        let too_late = earlier.last_piece().may_leave().await;
        assert_eq!(too_late, Err(MustNotLeave::Taken));
        drop(earlier);
        tokio::task::yield_now().await;
        hand_in(later, success()).await;
        assert_refused(send(&one, "c", false).await, NotItsTurn::HasDocument);
    }
}

#[tokio::test]
async fn a_first_upload_is_refused_when_the_action_has_its_document_and_a_reupload_is_not() {
    let Copies { one, other, .. } = copies();
    hand_in(sends(&one, "a").await, success()).await;
    for copy in [&one, &other] {
        let again = send(copy, "b", false).await;
        assert_refused(again, NotItsTurn::HasDocument);
    }
    let same = send(&other, "a", false).await;
    assert!(matches!(same, Attempt::Repeat(RepeatAttempt::Done(_))));
    let reupload = the_first(send(&other, "c", true).await);
    hand_in(reupload, success()).await;
    assert_refused(send(&one, "d", false).await, NotItsTurn::HasDocument);
    let of_another_action = first(&one, "e").await;
    hand_in(of_another_action, success()).await;
    assert!(one.running().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_first_upload_does_not_take_the_turn_of_a_reupload() {
    for copy_of_first in 0..2 {
        let Copies { one, other, .. } = copies();
        hand_in(sends(&one, "a").await, success()).await;
        let reupload = the_first(send(&one, "b", true).await);
        let waiting = waits([&one, &other][copy_of_first], "c").await;
        hand_in(reupload, success()).await;
        assert_refused(waiting.await.unwrap(), NotItsTurn::HasDocument);
        // The consumer has chosen anew.
        let earlier = the_first(send(&one, "d", true).await);
        let later = the_first(send(&other, "e", true).await);
        hand_in(later, success()).await;
        let too_late = earlier.last_piece().may_leave().await;
        assert_eq!(too_late, Err(MustNotLeave::Taken));
    }
}

#[tokio::test]
async fn after_an_upload_that_is_over_without_a_document_the_next_one_goes_on() {
    let Copies { one, other, .. } = copies();
    for (number, outcome) in [refused(), unknown()].into_iter().enumerate() {
        let id = format!("ended-{number}");
        hand_in(sends(&one, &id).await, outcome).await;
        let next = sends(&other, &format!("next-{number}")).await;
        complete(next, refused()).await;
    }
    drop(sends(&one, "broken-off").await);
    tokio::task::yield_now().await;
    sends(&other, "next").await;
}

#[tokio::test(start_paused = true)]
async fn an_upload_waits_for_another_of_the_same_action_and_not_for_long() {
    let Copies { one, other, .. } = copies();
    let under_way = sends(&one, "a").await;
    becomes_whole(&under_way).await;
    let began = Instant::now();
    for copy in [&one, &other] {
        let waiting = waits(copy, "b").await;
        assert_refused(waiting.await.unwrap(), NotItsTurn::UnderWay);
    }
    let waited = began.elapsed();
    assert!(waited >= 2 * TURN_WAIT && waited < 2 * TURN_WAIT + 10 * LOOK);
    complete(under_way, success()).await;
}

#[tokio::test(start_paused = true)]
async fn who_waited_goes_by_how_the_other_upload_ended() {
    for copy_of_waiting in 0..2 {
        let Copies { one, other, .. } = copies();
        let copy = [&one, &other][copy_of_waiting];
        let under_way = sends(&one, "stored").await;
        becomes_whole(&under_way).await;
        let waiting = waits(copy, "a").await;
        complete(under_way, success()).await;
        assert_refused(waiting.await.unwrap(), NotItsTurn::HasDocument);

        let Copies { one, other, .. } = copies();
        let copy = [&one, &other][copy_of_waiting];
        let under_way = sends(&one, "refused").await;
        becomes_whole(&under_way).await;
        let waiting = waits(copy, "b").await;
        complete(under_way, refused()).await;
        let under_way = the_first(waiting.await.unwrap());
        // Nobody knows whether this one arrived: who sent the next one must look first, and can send it then.
        becomes_whole(&under_way).await;
        let waiting = waits(copy, "d").await;
        complete(under_way, unknown()).await;
        assert_refused(waiting.await.unwrap(), NotItsTurn::UnderWay);
        sends(copy, "e").await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_that_wait_one_document_arrives() {
    let Copies { one, other, .. } = copies();
    let under_way = sends(&one, "a").await;
    becomes_whole(&under_way).await;
    let waiting = [waits(&one, "b").await, waits(&other, "c").await];
    complete(under_way, refused()).await;
    let (next, _, mut rest) = futures_util::future::select_all(waiting).await;
    let (next, last) = (the_first(next.unwrap()), rest.remove(0));
    let last = the_first(last.await.unwrap());
    let too_late = next.last_piece().may_leave().await;
    assert_eq!(too_late, Err(MustNotLeave::Taken));
    hand_in(last, success()).await;
}

/// A browser's upload waits at its end for a store that is away, and the consumer sends the document again.
#[tokio::test(start_paused = true)]
async fn an_upload_that_waits_for_the_store_at_its_end_loses_its_turn_to_the_next_one() {
    let Copies {
        one,
        other,
        store_of_one,
        ..
    } = copies();
    let held = sends(&one, "a").await;
    store_of_one.away.store(true, Ordering::Relaxed);
    let may_leave = tokio::spawn(held.last_piece().may_leave());
    tokio::time::sleep(WAIT / 2).await;
    // The store is back for the other copy, and this one has not noticed.
    let again = sends(&other, "c").await;
    tokio::time::sleep(WAIT / 4).await;
    assert!(!may_leave.is_finished());
    store_of_one.away.store(false, Ordering::Relaxed);
    assert_eq!(may_leave.await.unwrap(), Err(MustNotLeave::Taken));
    drop(held);
    hand_in(again, success()).await;
}

#[tokio::test(start_paused = true)]
async fn the_turn_of_a_dead_copy_is_taken_over_and_its_last_piece_does_not_leave() {
    let Copies {
        one, other, dead, ..
    } = copies();
    let slow = sends(&one, "a").await;
    dead.lock().unwrap().push("one");
    let next = sends(&other, "b").await;
    let slow_one = slow.last_piece().may_leave().await;
    assert_eq!(slow_one, Err(MustNotLeave::Taken));
    // What it gives up is not the turn that it has lost.
    drop(slow);
    tokio::time::sleep(LOOK).await;
    dead.lock().unwrap().clear();
    becomes_whole(&next).await;
    let waiting = waits(&one, "c").await;
    complete(next, success()).await;
    assert_refused(waiting.await.unwrap(), NotItsTurn::HasDocument);
}

#[tokio::test(start_paused = true)]
async fn after_a_dead_copys_upload_that_may_have_left_the_next_one_looks_first() {
    let Copies {
        one, other, dead, ..
    } = copies();
    let whole = sends(&one, "a").await;
    whole.last_piece().may_leave().await.unwrap();
    dead.lock().unwrap().push("one");
    let next = waits(&other, "b").await.await.unwrap();
    assert_refused(next, NotItsTurn::UnderWay);
    let next = sends(&other, "c").await;
    hand_in(next, success()).await;
    // The first one is still not sent again.
    match send(&other, "a", false).await {
        Attempt::Repeat(repeat) => assert_eq!(repeat.ended().await, Ended::Unknown),
        other => panic!("it is a repeat, and not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_finds_its_copy_dead_ends_the_turn_too() {
    let Copies {
        one, other, dead, ..
    } = copies();
    for is_whole in [false, true] {
        dead.lock().unwrap().clear();
        let id = format!("is-whole-{is_whole}");
        let gone = sends(&one, &id).await;
        if is_whole {
            gone.last_piece().may_leave().await.unwrap();
        }
        dead.lock().unwrap().push("one");
        match send(&other, &id, false).await {
            Attempt::Repeat(repeat) => {
                let ended = if is_whole {
                    Ended::Unknown
                } else {
                    Ended::BrokeOff
                };
                assert_eq!(repeat.ended().await, ended);
            }
            other => panic!("it is a repeat, and not {other:?}"),
        }
        sends(&other, &format!("next-{is_whole}")).await;
        gone.leave_as_it_is();
        tokio::time::sleep(LOOK).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_could_not_be_given_up_is_free_at_once() {
    let Copies {
        one,
        other,
        store_of_one,
        ..
    } = copies();
    for is_here in [true, false] {
        let name = format!("broken-off-{is_here}");
        let broken_off = sends(&one, &name).await;
        store_of_one.away.store(true, Ordering::Relaxed);
        drop(broken_off);
        tokio::task::yield_now().await;
        if is_here {
            store_of_one.away.store(false, Ordering::Relaxed);
            sends(&one, "here").await;
        } else {
            sends(&other, "elsewhere").await;
            store_of_one.away.store(false, Ordering::Relaxed);
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_under_way_says_so_and_its_end_is_the_end_of_that() {
    let Copies {
        one, store_of_one, ..
    } = copies();
    let under_way = sends(&one, "a").await;
    let swaps = || std::mem::take(&mut *store_of_one.swaps.lock().unwrap());
    swaps();
    tokio::time::sleep(10 * TURN_LIFETIME).await;
    let renewals = swaps();
    assert!(renewals.len() >= 20, "{} times", renewals.len());
    for (swap, _) in renewals {
        assert_eq!(swap[0].old, swap[0].new.clone().map(|(value, _)| value));
    }
    hand_in(under_way, success()).await;
    swaps();
    tokio::time::sleep(10 * TURN_LIFETIME).await;
    assert_eq!(swaps(), []);
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_ended_while_the_store_was_away_is_taken_again_at_the_last_piece() {
    let Copies { one, other, .. } = copies();
    let remove_turn = async |dedup: &Arc<Dedup>, of: &FirstAttempt| {
        let claim = Stage::Claimed(of.attempt.clone()).to_bytes();
        let store = dedup.records.store();
        assert_eq!(store.replace(&of.upload.turn, claim, None).await, Ok(true));
    };
    let long = sends(&one, "a").await;
    remove_turn(&one, &long).await;
    assert_eq!(long.last_piece().may_leave().await, Ok(()));
    let waiting = waits(&other, "b").await;
    complete(long, refused()).await;
    let long = the_first(waiting.await.unwrap());
    remove_turn(&one, &long).await;
    let next = sends(&one, "c").await;
    let too_late = long.last_piece().may_leave().await;
    assert_eq!(too_late, Err(MustNotLeave::Taken));
    hand_in(next, success()).await;
}

#[tokio::test(start_paused = true)]
async fn an_upload_without_an_id_waits_for_its_turn_and_is_no_repeat() {
    let Copies { one, other, .. } = copies();
    let send = async |dedup: &Arc<Dedup>| {
        let upload = dedup.upload("CNSR1", "PRA1", None, false);
        dedup.register(upload).await.unwrap()
    };
    let under_way = the_first(send(&one).await);
    becomes_whole(&under_way).await;
    for copy in [&one, &other] {
        assert!(matches!(send(copy).await, Attempt::Waiting(_)));
    }
    complete(under_way, success()).await;
    assert_refused(send(&one).await, NotItsTurn::HasDocument);
}

#[tokio::test]
async fn an_upload_changes_the_store_three_times_and_waits_once_for_the_disk() {
    let Copies {
        one, store_of_one, ..
    } = copies();
    hand_in(sends(&one, "a").await, success()).await;
    let swaps = store_of_one.swaps.lock().unwrap();
    let outlast: Vec<Outlasts> = swaps.iter().map(|(_, outlasts)| *outlasts).collect();
    assert_eq!(
        outlast,
        [Outlasts::Nothing, Outlasts::PowerCut, Outlasts::Nothing]
    );
    assert!(swaps.iter().all(|(both, _)| both.len() == 2));
}
