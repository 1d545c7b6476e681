//! A body on its way to a browser, which is counted, and which says at its end whether all of it was taken.

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How a transfer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All of the body was taken.
    Complete,
    /// The receiver left, or the body itself broke off.
    BrokenOff,
}

/// A body that calls a function at its end, with the number of bytes that were taken.
pub struct Transfer<F: FnOnce(End, u64)> {
    body: Body,
    bytes: u64,
    at_end: Option<F>,
}

impl<F: FnOnce(End, u64)> Transfer<F> {
    /// Passes a body on.
    pub fn new(body: Body, at_end: F) -> Transfer<F> {
        Transfer {
            body,
            bytes: 0,
            at_end: Some(at_end),
        }
    }

    fn end(&mut self, end: End) {
        if let Some(at_end) = self.at_end.take() {
            at_end(end, self.bytes);
        }
    }
}

impl<F: FnOnce(End, u64) + Unpin> http_body::Body for Transfer<F> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                // Nobody may ask a body of a known length for its end.
                if self.body.is_end_stream() {
                    self.end(End::Complete);
                }
            }
            Some(Err(_)) => self.end(End::BrokenOff),
            None => self.end(End::Complete),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<F: FnOnce(End, u64)> Drop for Transfer<F> {
    fn drop(&mut self) {
        let end = if self.body.is_end_stream() {
            End::Complete
        } else {
            End::BrokenOff
        };
        self.end(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use std::sync::mpsc::{Receiver, channel};

    fn transfer(
        body: Body,
    ) -> (
        impl http_body::Body<Error: std::fmt::Debug>,
        Receiver<(End, u64)>,
    ) {
        let (sender, ended) = channel();
        let at_end = move |end, bytes| sender.send((end, bytes)).unwrap();
        (Transfer::new(body, at_end), ended)
    }

    fn pieces() -> Body {
        let pieces = ["a", "bc"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        Body::from_stream(futures_util::stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_that_is_taken_whole_is_complete_once() {
        for body in [pieces(), Body::from("abc")] {
            let (body, ended) = transfer(body);
            drop(body.collect().await);
            assert_eq!(ended.iter().collect::<Vec<_>>(), [(End::Complete, 3)]);
        }
    }

    #[tokio::test]
    async fn a_body_that_nobody_takes_to_its_end_is_broken_off() {
        let (body, ended) = transfer(pieces());
        let mut body = Box::pin(body);
        drop(body.frame().await);
        drop(body);
        assert_eq!(ended.iter().collect::<Vec<_>>(), [(End::BrokenOff, 1)]);
        let broken = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
        let (body, ended) = transfer(Body::from_stream(broken));
        assert!(body.collect().await.is_err());
        assert_eq!(ended.iter().collect::<Vec<_>>(), [(End::BrokenOff, 0)]);
    }
}
