//! Holds the end of a body back until something has happened elsewhere. Who receives the body has not all of
//! it before that.

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

/// A body whose last piece leaves when a future says so. When it does not, the body breaks off.
pub struct HeldBody<E> {
    body: Body,
    stage: Stage<E>,
    refused: Arc<OnceLock<E>>,
}

/// What the end of the body is: a piece, or only that there is no more.
type End = Option<Frame<Bytes>>;

enum Stage<E> {
    /// Pieces pass.
    Passing(BoxFuture<'static, Result<(), E>>),
    /// The end is here, and waits.
    Holding(BoxFuture<'static, Result<(), E>>, End),
    /// All has left, or broke off.
    Over,
}

/// The body's last piece must not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the last piece of the body must not leave")
    }
}

impl std::error::Error for BrokenOff {}

impl<E: Send + Sync + 'static> HeldBody<E> {
    /// Holds the end of this body until `may_leave` is ready. The other value says later why it could not leave.
    pub fn new(
        body: Body,
        may_leave: BoxFuture<'static, Result<(), E>>,
    ) -> (HeldBody<E>, Arc<OnceLock<E>>) {
        let refused = Arc::new(OnceLock::new());
        let held = HeldBody {
            body,
            stage: Stage::Passing(may_leave),
            refused: refused.clone(),
        };
        (held, refused)
    }

    fn poll_end(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Stage::Holding(may_leave, _) = &mut self.stage else {
            return Poll::Ready(None);
        };
        let may_leave = ready!(may_leave.as_mut().poll(context));
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        Poll::Ready(match (may_leave, stage) {
            (Ok(()), Stage::Holding(_, end)) => end.map(Ok),
            (Ok(()), _) => None,
            (Err(error), _) => {
                // Nobody else sets it.
                let _ = self.refused.set(error);
                Some(Err(axum::Error::new(BrokenOff)))
            }
        })
    }
}

impl<E: Send + Sync + Unpin + 'static> http_body::Body for HeldBody<E> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if !matches!(self.stage, Stage::Passing(_)) {
            return self.poll_end(context);
        }
        let end = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            // A body of a known length ends with its last piece.
            Some(Ok(frame)) if self.body.is_end_stream() => Some(frame),
            None => None,
            passing => return Poll::Ready(passing),
        };
        if let Stage::Passing(may_leave) = std::mem::replace(&mut self.stage, Stage::Over) {
            self.stage = Stage::Holding(may_leave, end);
        }
        self.poll_end(context)
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    fn size_hint(&self) -> SizeHint {
        let held = match &self.stage {
            Stage::Holding(_, Some(frame)) => frame.data_ref().map_or(0, Bytes::len) as u64,
            Stage::Holding(..) | Stage::Passing(_) | Stage::Over => 0,
        };
        let rest = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(held + rest.lower());
        if let Some(upper) = rest.upper() {
            hint.set_upper(held + upper);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use http_body::Body as _;
    use http_body_util::BodyExt as _;
    use tokio::sync::oneshot;

    fn pieces() -> Body {
        let pieces = ["a", "b"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        Body::from_stream(futures_util::stream::iter(pieces))
    }

    /// A body, and what lets its end leave.
    fn held(body: Body) -> (HeldBody<&'static str>, oneshot::Sender<()>) {
        let (leave, may_leave) = oneshot::channel();
        let may_leave = async move { may_leave.await.map_err(|_| "no") };
        (HeldBody::new(body, may_leave.boxed()).0, leave)
    }

    #[tokio::test]
    async fn the_end_of_a_body_leaves_when_it_may() {
        let (mut body, leave) = held(pieces());
        for piece in ["a", "b"] {
            let frame = body.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), piece);
        }
        assert!(body.frame().now_or_never().is_none() && !body.is_end_stream());
        leave.send(()).unwrap();
        assert!(body.frame().await.is_none() && body.is_end_stream());
    }

    #[tokio::test]
    async fn a_body_of_known_length_keeps_its_last_piece_until_it_may_leave() {
        let (mut body, leave) = held(Body::from("abc"));
        assert_eq!(body.size_hint().exact(), Some(3));
        assert!(body.frame().now_or_never().is_none() && !body.is_end_stream());
        assert_eq!(body.size_hint().exact(), Some(3));
        leave.send(()).unwrap();
        assert_eq!(
            body.frame().await.unwrap().unwrap().into_data().unwrap(),
            "abc"
        );
        assert!(body.is_end_stream() && body.size_hint().exact() == Some(0));
    }

    #[tokio::test]
    async fn a_body_whose_end_must_not_leave_breaks_off_and_says_why() {
        let (body, refused) = HeldBody::new(pieces(), async { Err("away") }.boxed());
        assert!(body.collect().await.is_err());
        assert_eq!(refused.get(), Some(&"away"));
    }

    #[tokio::test]
    async fn a_body_that_fails_asks_nobody() {
        let broken = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
        let never = futures_util::future::pending::<Result<(), &str>>().boxed();
        let (body, refused) = HeldBody::new(Body::from_stream(broken), never);
        assert!(body.collect().await.is_err());
        assert_eq!(refused.get(), None);
    }
}
