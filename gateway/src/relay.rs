//! Relays a body piece by piece: counts it, limits its size, and stops it when it stands still. A
//! [`RelayBody`] holds one piece at a time and reads the next only when the receiver takes it.

use axum::body::Body;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::{Body as _, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};

/// Why a body ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayError {
    /// The sender closed the connection.
    SenderGone,
    /// The sender sent nothing for too long.
    SenderIdle,
    /// The receiver took nothing for too long.
    ReceiverIdle,
    /// The body is larger than allowed.
    TooLarge,
}

impl RelayError {
    /// The error of a relayed body that is the cause of an error.
    pub fn in_chain(error: &(dyn std::error::Error + 'static)) -> Option<RelayError> {
        std::iter::successors(Some(error), |error| error.source())
            .find_map(|error| error.downcast_ref::<RelayError>().copied())
    }
}

impl std::fmt::Display for RelayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RelayError::SenderGone => "the sender closed the connection",
            RelayError::SenderIdle => "the sender sent nothing for too long",
            RelayError::ReceiverIdle => "the receiver took nothing for too long",
            RelayError::TooLarge => "the body is too large",
        })
    }
}

impl std::error::Error for RelayError {}

/// How far a body has come. It can be read after the body itself was given away.
#[derive(Debug, Clone, Default)]
pub struct RelayProgress(Arc<(AtomicU8, Notify)>);

impl RelayProgress {
    const COMPLETE: u8 = 1;
    const SENDER_GONE: u8 = 2;
    const SENDER_IDLE: u8 = 3;
    const TOO_LARGE: u8 = 4;
    const RECEIVER_IDLE: u8 = 5;

    /// Whether all of the body was passed on.
    pub fn is_complete(&self) -> bool {
        self.0.0.load(Ordering::Acquire) == RelayProgress::COMPLETE
    }

    /// Why the body ended early, if it did.
    pub fn error(&self) -> Option<RelayError> {
        match self.0.0.load(Ordering::Acquire) {
            RelayProgress::SENDER_GONE => Some(RelayError::SenderGone),
            RelayProgress::SENDER_IDLE => Some(RelayError::SenderIdle),
            RelayProgress::TOO_LARGE => Some(RelayError::TooLarge),
            RelayProgress::RECEIVER_IDLE => Some(RelayError::ReceiverIdle),
            _ => None,
        }
    }

    /// Waits until the body is complete or has failed.
    pub async fn finished(&self) {
        let mut notified = std::pin::pin!(self.0.1.notified());
        notified.as_mut().enable();
        if self.0.0.load(Ordering::Acquire) == 0 {
            notified.await;
        }
    }

    fn set(&self, status: u8) {
        self.0.0.store(status, Ordering::Release);
        self.0.1.notify_waiters();
    }
}

/// A body with a size limit and an idle limit.
pub struct RelayBody {
    body: Body,
    bytes_left: u64,
    idle_limit: Duration,
    idle_timer: Option<Pin<Box<Sleep>>>,
    progress: RelayProgress,
    drain_on_drop: bool,
    copies: bool,
    in_flight: Option<Arc<InFlight>>,
    rate: Option<Rate>,
}

/// How fast the sender must be. Only the time counts in which the sender is waited for.
struct Rate {
    bytes_per_second: f64,
    /// For how long the sender may still be waited for. Bytes prolong it, up to the idle limit.
    left: Duration,
    waiting_since: Option<Instant>,
}

impl Rate {
    fn received(&mut self, bytes: u64, now: Instant, most: Duration) {
        if let Some(since) = self.waiting_since.take() {
            self.left = self.left.saturating_sub(now.duration_since(since));
        }
        let earned = bytes as f64 / self.bytes_per_second;
        let earned = Duration::try_from_secs_f64(earned).unwrap_or(most);
        self.left = self.left.saturating_add(earned).min(most);
    }
}

/// Whether the receiver still holds the last piece, and who waits for it.
#[derive(Default)]
struct InFlight {
    held: AtomicBool,
    waiting: AtomicWaker,
}

/// A piece that reports when it is dropped.
struct Piece(Bytes, Arc<InFlight>);

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.1.held.store(false, Ordering::Release);
        self.1.waiting.wake();
    }
}

impl RelayBody {
    /// Relays a body of at most `max_bytes` that may stand still for `idle_limit`.
    pub fn new(body: Body, max_bytes: u64, idle_limit: Duration) -> (RelayBody, RelayProgress) {
        let progress = RelayProgress::default();
        if body.is_end_stream() {
            progress.set(RelayProgress::COMPLETE);
        }
        let relay = RelayBody {
            body,
            bytes_left: max_bytes,
            idle_limit,
            idle_timer: None,
            progress: progress.clone(),
            drain_on_drop: false,
            copies: false,
            in_flight: None,
            rate: None,
        };
        (relay, progress)
    }

    /// The same body, but it must come at this rate: whoever sends a byte now and then holds nothing for
    /// long. It may be slower for the idle limit altogether.
    pub fn at_least(mut self, bytes_per_second: u64) -> RelayBody {
        self.rate = Some(Rate {
            bytes_per_second: bytes_per_second.max(1) as f64,
            left: self.idle_limit,
            waiting_since: None,
        });
        self
    }

    /// The same body, but what nobody takes is read and dropped. A browser in the middle of sending can
    /// then read why it is refused.
    pub fn drain_on_drop(mut self) -> RelayBody {
        self.drain_on_drop = true;
        self
    }

    /// The same body, but the next piece waits until the receiver has dropped the one before. When that
    /// takes too long, the body fails.
    ///
    /// For receivers that send pieces on: they would otherwise buffer several while the other side takes
    /// none. Not for receivers that collect the pieces.
    pub fn piece_by_piece(mut self) -> RelayBody {
        self.in_flight = Some(Arc::default());
        self
    }

    /// The same body, but each piece is a copy. For a body that hyper reads: it makes a new buffer for as long as a
    /// slice of the one before is held.
    pub fn copied(mut self) -> RelayBody {
        self.copies = true;
        self
    }

    /// Ready when nothing has moved for the idle limit.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let idle_limit = self.idle_limit;
        let timer = self
            .idle_timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(idle_limit)));
        timer.as_mut().poll(context)
    }

    /// The sender is waited for. With a rate that may end sooner than the idle limit.
    fn begin_to_wait(&mut self) {
        let Some(rate) = self.rate.as_mut().filter(|it| it.waiting_since.is_none()) else {
            return;
        };
        let now = Instant::now();
        rate.waiting_since = Some(now);
        let until = now + rate.left;
        match &mut self.idle_timer {
            Some(timer) => timer.as_mut().reset(until),
            None => self.idle_timer = Some(Box::pin(tokio::time::sleep_until(until))),
        }
    }

    fn fail(&mut self, error: RelayError) -> Poll<Option<Result<Frame<Bytes>, RelayError>>> {
        self.progress.set(match error {
            RelayError::SenderGone => RelayProgress::SENDER_GONE,
            RelayError::SenderIdle => RelayProgress::SENDER_IDLE,
            RelayError::TooLarge => RelayProgress::TOO_LARGE,
            RelayError::ReceiverIdle => RelayProgress::RECEIVER_IDLE,
        });
        Poll::Ready(Some(Err(error)))
    }
}

impl http_body::Body for RelayBody {
    type Data = Bytes;
    type Error = RelayError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RelayError>>> {
        if let Some(in_flight) = &self.in_flight {
            in_flight.waiting.register(context.waker());
            if in_flight.held.load(Ordering::Acquire) {
                ready!(self.poll_idle(context));
                return self.fail(RelayError::ReceiverIdle);
            }
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            self.begin_to_wait();
            ready!(self.poll_idle(context));
            return self.fail(RelayError::SenderIdle);
        };
        let now = Instant::now();
        let until = now + self.idle_limit;
        if let Some(timer) = &mut self.idle_timer {
            // The timer is used again: a document has thousands of pieces.
            timer.as_mut().reset(until);
        }
        match frame {
            None => {
                self.progress.set(RelayProgress::COMPLETE);
                Poll::Ready(None)
            }
            // A relayed body within this one says more.
            Some(Err(error)) => {
                self.fail(RelayError::in_chain(&error).unwrap_or(RelayError::SenderGone))
            }
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                let Some(left) = self.bytes_left.checked_sub(length) else {
                    return self.fail(RelayError::TooLarge);
                };
                self.bytes_left = left;
                let most = self.idle_limit;
                if let Some(rate) = &mut self.rate {
                    rate.received(length, now, most);
                }
                // Nobody may ask a body of a known length for its end.
                if self.body.is_end_stream() {
                    self.progress.set(RelayProgress::COMPLETE);
                }
                let frame = match self.copies {
                    true => frame.map_data(|piece| Bytes::copy_from_slice(&piece)),
                    false => frame,
                };
                Poll::Ready(Some(Ok(match self.in_flight.clone() {
                    Some(in_flight) => frame.map_data(|data| {
                        in_flight.held.store(true, Ordering::Release);
                        Bytes::from_owner(Piece(data, in_flight))
                    }),
                    None => frame,
                })))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RelayBody {
    fn drop(&mut self) {
        let sender_failed = matches!(
            self.progress.error(),
            Some(RelayError::SenderGone | RelayError::SenderIdle)
        );
        if self.drain_on_drop && !sender_failed && !self.body.is_end_stream() {
            let body = std::mem::take(&mut self.body);
            drain(body, self.bytes_left, self.idle_limit);
        }
    }
}

/// At least this much of a refused body is read before the connection is closed, in bytes.
const MIN_DRAINED_BYTES: u64 = 64 * 1024 * 1024;

/// A refused body must come at this rate, in bytes a second.
const DRAIN_RATE: u64 = 2 * 1024;

/// A refused body is read for this long at most: nobody holds a connection by sending a byte now and
/// then.
const DRAIN_LIMIT: Duration = Duration::from_secs(60);

/// Reads a refused upload in the background and drops it, so that the browser reads why. Stops after
/// `max_bytes` or 64 MiB, whichever is more, and after a minute.
pub fn drain(body: Body, max_bytes: u64, idle_limit: Duration) {
    read_and_drop(
        body,
        max_bytes.max(MIN_DRAINED_BYTES),
        idle_limit,
        DRAIN_LIMIT,
    );
}

/// The same for a body that is no upload, within a time that is short altogether.
pub fn drain_small(body: Body, max_bytes: u64, limit: Duration) {
    // What is announced as larger is closed at once.
    if body.size_hint().lower() <= max_bytes {
        read_and_drop(body, max_bytes, limit, limit);
    }
}

fn read_and_drop(body: Body, max_bytes: u64, idle_limit: Duration, limit: Duration) {
    use http_body_util::BodyExt as _;
    if body.is_end_stream() {
        return;
    }
    let (relay, _) = RelayBody::new(body, max_bytes, idle_limit);
    let mut relay = relay.at_least(DRAIN_RATE);
    // While the program ends there may be no runtime left.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let reading = async move { while let Some(Ok(_)) = relay.frame().await {} };
        runtime.spawn(tokio::time::timeout(limit, reading));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    const IDLE_LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_complete_body_passes_and_is_reported_complete() {
        let (relay, progress) = RelayBody::new(Body::from("abc"), 3, IDLE_LIMIT);
        assert_eq!(relay.size_hint().exact(), Some(3));
        assert!(!progress.is_complete());
        assert_eq!(relay.collect().await.unwrap().to_bytes(), "abc");
        assert!(progress.is_complete());
    }

    #[tokio::test]
    async fn the_next_piece_waits_until_the_one_before_is_dropped() {
        let pieces = ["a", "b"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let mut relay = RelayBody::new(body, 9, IDLE_LIMIT).0.piece_by_piece();
        let first = relay.frame().await;
        let next = tokio::spawn(async move { relay.frame().await.unwrap().unwrap().into_data() });
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
        drop(first);
        assert_eq!(next.await.unwrap().unwrap(), "b");
    }

    #[tokio::test]
    async fn a_body_that_is_a_byte_too_large_fails() {
        let (relay, progress) = RelayBody::new(Body::from("abcd"), 3, IDLE_LIMIT);
        assert_eq!(relay.collect().await.unwrap_err(), RelayError::TooLarge);
        assert_eq!(progress.error(), Some(RelayError::TooLarge));
    }

    #[tokio::test]
    async fn a_sender_that_is_gone_or_idle_makes_the_body_fail() {
        let broken = futures_util::stream::iter([
            Ok(Bytes::from_static(b"a")),
            Err(std::io::Error::other("reset")),
        ]);
        let (relay, progress) = RelayBody::new(Body::from_stream(broken), 9, IDLE_LIMIT);
        assert_eq!(relay.collect().await.unwrap_err(), RelayError::SenderGone);
        assert_eq!(progress.error(), Some(RelayError::SenderGone));

        let idle = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let (relay, progress) =
            RelayBody::new(Body::from_stream(idle), 9, Duration::from_millis(1));
        assert_eq!(relay.collect().await.unwrap_err(), RelayError::SenderIdle);
        assert_eq!(progress.error(), Some(RelayError::SenderIdle));
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_of_a_byte_now_and_then_is_too_slow_although_never_idle() {
        let trickle = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(12)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
        });
        let relay = RelayBody::new(Body::from_stream(trickle), 99, IDLE_LIMIT).0;
        let began = Instant::now();
        let error = relay.at_least(2_048).collect().await.unwrap_err();
        assert_eq!(error, RelayError::SenderIdle);
        assert_eq!(began.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_sender_at_the_rate_may_take_any_time() {
        let pieces = futures_util::stream::unfold(0, |count| async move {
            tokio::time::sleep(Duration::from_secs(20)).await;
            let piece = Ok::<_, std::io::Error>(Bytes::from(vec![0; 42_000]));
            (count < 20).then_some((piece, count + 1))
        });
        let relay = RelayBody::new(Body::from_stream(pieces), 1_000_000, IDLE_LIMIT).0;
        let all = relay.at_least(2_048).collect().await.unwrap();
        assert_eq!(all.to_bytes().len(), 840_000);
    }
}
