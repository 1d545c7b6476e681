//! The body of AccelerateConnect's answer on its way to the browser. A session is scanned for its actions
//! while it passes.

use crate::action_scanner::ActionScanner;
use crate::app_state::AppState;
use crate::session_id_mask::SessionIdMask;
use crate::upstream::Answer;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// An answer's body: its first bytes, which were read already, and what follows.
pub struct AnswerBody {
    beginning: Option<Bytes>,
    rest: Option<Body>,
    scan: Option<SessionScan>,
}

/// A scan of a session that remembers the actions when the session is complete.
struct SessionScan {
    scanner: ActionScanner,
    mask: SessionIdMask,
    state: Arc<AppState>,
    consumer_id: String,
}

impl AnswerBody {
    /// Passes an answer on as it is.
    pub fn new(answer: Answer) -> AnswerBody {
        AnswerBody {
            beginning: Some(answer.beginning).filter(|bytes| !bytes.is_empty()),
            rest: answer.rest,
            scan: None,
        }
    }

    /// Passes a session on, without AccelerateConnect's own `session_id`, and remembers its actions as that
    /// consumer's.
    pub fn of_session(mut answer: Answer, state: Arc<AppState>, consumer_id: String) -> AnswerBody {
        let mut scanner = ActionScanner::default();
        scanner.push(&answer.beginning);
        let mut mask = SessionIdMask::default();
        answer.beginning = masked(&mut mask, &answer.beginning);
        let mut body = AnswerBody::new(answer);
        body.scan = Some(SessionScan {
            scanner,
            mask,
            state,
            consumer_id,
        });
        if body.rest.is_none() {
            body.finish_scan();
        }
        body
    }

    fn finish_scan(&mut self) {
        if let Some(scan) = self.scan.take()
            && let Some(actions) = scan.scanner.finish(Instant::now())
        {
            let cache = &scan.state.action_cache;
            cache.insert(&scan.consumer_id, Arc::new(actions));
        }
    }
}

fn masked(mask: &mut SessionIdMask, piece: &Bytes) -> Bytes {
    let mut piece = BytesMut::from(&piece[..]);
    mask.mask(&mut piece);
    piece.freeze()
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(beginning) = self.beginning.take() {
            return Poll::Ready(Some(Ok(Frame::data(beginning))));
        }
        let Some(rest) = &mut self.rest else {
            return Poll::Ready(None);
        };
        let mut frame = ready!(Pin::new(&mut *rest).poll_frame(context));
        let is_last = rest.is_end_stream();
        match &mut frame {
            Some(Ok(frame)) => {
                if let (Some(scan), Some(data)) = (&mut self.scan, frame.data_mut()) {
                    scan.scanner.push(data);
                    *data = masked(&mut scan.mask, data);
                }
                if is_last {
                    self.finish_scan();
                }
            }
            Some(Err(_)) => self.scan = None,
            None => self.finish_scan(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.beginning.is_none() && self.rest.as_ref().is_none_or(|rest| rest.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let beginning = self.beginning.as_ref().map_or(0, Bytes::len) as u64;
        let rest = self
            .rest
            .as_ref()
            .map_or(SizeHint::with_exact(0), |rest| rest.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(beginning + rest.lower());
        if let Some(upper) = rest.upper() {
            hint.set_upper(beginning + upper);
        }
        hint
    }
}
