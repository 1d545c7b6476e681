//! A body on its way through: counted, limited, and given up when it stands still. It holds one piece at
//! a time and reads the next only when the other side takes it.

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

/// Why a body ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Whoever sent it is gone.
    Gone,
    /// Whoever sent it stood still.
    Still,
    /// Whoever was to get it took none of it.
    NotTaken,
    /// It is larger than allowed.
    TooLarge,
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Cut::Gone => "the sender is gone",
            Cut::Still => "the sender stood still",
            Cut::NotTaken => "the receiver stood still",
            Cut::TooLarge => "it is too large",
        })
    }
}

impl std::error::Error for Cut {}

/// How far a body has come, for whoever gave it away.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<(AtomicU8, Notify)>);

impl Progress {
    const WHOLE: u8 = 1;
    const GONE: u8 = 2;
    const STILL: u8 = 3;
    const TOO_LARGE: u8 = 4;
    const NOT_TAKEN: u8 = 5;

    /// Whether all of it was passed on.
    pub fn is_whole(&self) -> bool {
        self.0.0.load(Ordering::Acquire) == Progress::WHOLE
    }

    /// Why it was not.
    pub fn cut(&self) -> Option<Cut> {
        match self.0.0.load(Ordering::Acquire) {
            Progress::GONE => Some(Cut::Gone),
            Progress::STILL => Some(Cut::Still),
            Progress::TOO_LARGE => Some(Cut::TooLarge),
            Progress::NOT_TAKEN => Some(Cut::NotTaken),
            _ => None,
        }
    }

    /// Until all of it was passed on, or it is known that it never will be.
    pub async fn settled(&self) {
        let mut told = std::pin::pin!(self.0.1.notified());
        told.as_mut().enable();
        if self.0.0.load(Ordering::Acquire) == 0 {
            told.await;
        }
    }

    fn set(&self, state: u8) {
        self.0.0.store(state, Ordering::Release);
        self.0.1.notify_waiters();
    }
}

/// A body that is watched.
pub struct Flow {
    body: Body,
    left: u64,
    idle: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    progress: Progress,
    to_its_end: bool,
    under_way: Option<Arc<UnderWay>>,
}

/// Whether a piece that was handed on is still held, and who waits until it is not.
#[derive(Default)]
struct UnderWay(AtomicBool, AtomicWaker);

/// A piece that tells when it is let go.
struct Piece(Bytes, Arc<UnderWay>);

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.1.0.store(false, Ordering::Release);
        self.1.1.wake();
    }
}

impl Flow {
    /// Watches a body of at most so many bytes that may stand still for so long.
    pub fn new(body: Body, most: u64, idle: Duration) -> (Flow, Progress) {
        let progress = Progress::default();
        if body.is_end_stream() {
            progress.set(Progress::WHOLE);
        }
        let flow = Flow {
            body,
            left: most,
            idle,
            timer: None,
            progress: progress.clone(),
            to_its_end: false,
            under_way: None,
        };
        (flow, progress)
    }

    /// The same; what nobody takes is read and forgotten, so that a browser in the middle of sending
    /// gets to read why it is refused.
    pub fn to_its_end(mut self) -> Flow {
        self.to_its_end = true;
        self
    }

    /// The same; no piece is given before the one before it was let go, and when that takes too long the
    /// body is cut. For those who send pieces on, and would set aside several while the other side takes
    /// none; not for who collects them.
    pub fn piece_by_piece(mut self) -> Flow {
        self.under_way = Some(Arc::default());
        self
    }

    /// When nothing has moved for as long as it may.
    fn stands_still(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let idle = self.idle;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(idle)));
        timer.as_mut().poll(context)
    }

    fn cut(&mut self, cut: Cut) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        self.progress.set(match cut {
            Cut::Gone => Progress::GONE,
            Cut::Still => Progress::STILL,
            Cut::TooLarge => Progress::TOO_LARGE,
            Cut::NotTaken => Progress::NOT_TAKEN,
        });
        Poll::Ready(Some(Err(cut)))
    }
}

impl http_body::Body for Flow {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(under_way) = &self.under_way {
            under_way.1.register(context.waker());
            if under_way.0.load(Ordering::Acquire) {
                ready!(self.stands_still(context));
                return self.cut(Cut::NotTaken);
            }
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            ready!(self.stands_still(context));
            return self.cut(Cut::Still);
        };
        let until = Instant::now() + self.idle;
        if let Some(timer) = &mut self.timer {
            // Kept for the next wait: a document has thousands of pieces.
            timer.as_mut().reset(until);
        }
        match frame {
            None => {
                self.progress.set(Progress::WHOLE);
                Poll::Ready(None)
            }
            Some(Err(_)) => self.cut(Cut::Gone),
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                let Some(left) = self.left.checked_sub(length) else {
                    return self.cut(Cut::TooLarge);
                };
                self.left = left;
                // A body of a known length may not be asked for its end.
                if self.body.is_end_stream() {
                    self.progress.set(Progress::WHOLE);
                }
                Poll::Ready(Some(Ok(match self.under_way.clone() {
                    Some(under_way) => frame.map_data(|data| {
                        under_way.0.store(true, Ordering::Release);
                        // Copied: what came is a slice of a buffer that hyper makes anew for as long as it is held.
                        Bytes::from_owner(Piece(Bytes::copy_from_slice(&data), under_way))
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

impl Drop for Flow {
    fn drop(&mut self) {
        let gone = matches!(self.progress.cut(), Some(Cut::Gone | Cut::Still));
        if self.to_its_end && !gone && !self.body.is_end_stream() {
            let body = std::mem::take(&mut self.body);
            drain(body, self.left.max(DRAINED), self.idle);
        }
    }
}

/// Of what nobody takes so much is read at least before the connection is closed, in bytes.
const DRAINED: u64 = 64 * 1024 * 1024;

/// For so long at most: nobody holds a connection by sending a byte now and then.
const DRAINING: Duration = Duration::from_secs(60);

/// Reads a body to its end, or a good way, and forgets it.
pub fn drain(body: Body, most: u64, idle: Duration) {
    use http_body_util::BodyExt as _;
    if body.is_end_stream() {
        return;
    }
    let (mut flow, _) = Flow::new(body, most.max(DRAINED), idle);
    // While the program ends there may be nobody left to read it.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let reads = async move { while let Some(Ok(_)) = flow.frame().await {} };
        runtime.spawn(tokio::time::timeout(DRAINING, reads));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    const IDLE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_whole_body_passes_and_is_known_to_have() {
        let (flow, progress) = Flow::new(Body::from("abc"), 3, IDLE);
        assert_eq!(flow.size_hint().exact(), Some(3));
        assert!(!progress.is_whole());
        assert_eq!(flow.collect().await.unwrap().to_bytes(), "abc");
        assert!(progress.is_whole());
    }

    #[tokio::test]
    async fn the_next_piece_waits_until_the_one_before_is_let_go() {
        let pieces = ["a", "b"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let mut flow = Flow::new(body, 9, IDLE).0.piece_by_piece();
        let first = flow.frame().await;
        let next = tokio::spawn(async move { flow.frame().await.unwrap().unwrap().into_data() });
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
        drop(first);
        assert_eq!(next.await.unwrap().unwrap(), "b");
    }

    #[tokio::test]
    async fn a_byte_too_many_cuts_it() {
        let (flow, progress) = Flow::new(Body::from("abcd"), 3, IDLE);
        assert_eq!(flow.collect().await.unwrap_err(), Cut::TooLarge);
        assert_eq!(progress.cut(), Some(Cut::TooLarge));
    }

    #[tokio::test]
    async fn who_is_gone_or_stands_still_cuts_it() {
        let broken = futures_util::stream::iter([
            Ok(Bytes::from_static(b"a")),
            Err(std::io::Error::other("reset")),
        ]);
        let (flow, progress) = Flow::new(Body::from_stream(broken), 9, IDLE);
        assert_eq!(flow.collect().await.unwrap_err(), Cut::Gone);
        assert_eq!(progress.cut(), Some(Cut::Gone));

        let still = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let (flow, progress) = Flow::new(Body::from_stream(still), 9, Duration::from_millis(1));
        assert_eq!(flow.collect().await.unwrap_err(), Cut::Still);
        assert_eq!(progress.cut(), Some(Cut::Still));
    }
}
