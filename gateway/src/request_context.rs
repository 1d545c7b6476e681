//! Which request the present task works for: its id in the log, its office, and the trace that it belongs to. What is
//! written to the log or sent to AccelerateConnect far below a request can name it so. It never says who asked.

use futures_util::future::Either;
use http::{HeaderMap, HeaderValue};
use std::future::Future;
use std::sync::Arc;

/// The header that says which trace a request belongs to (W3C Trace Context).
pub const TRACEPARENT: &str = "traceparent";

tokio::task_local! {
    static CONTEXT: RequestContext;
}

/// Which request a task works for.
#[derive(Debug, Clone)]
pub struct RequestContext {
    id: Arc<str>,
    office: Option<Arc<str>>,
    traceparent: Option<HeaderValue>,
}

impl RequestContext {
    /// The context of a request with these headers, to that office.
    pub fn of(headers: &HeaderMap, office: Option<Arc<str>>) -> RequestContext {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let traceparent = match (values.next(), values.next()) {
            (Some(value), None) if is_traceparent(value.as_bytes()) => {
                // A copy: the original keeps hyper's whole buffer of the request's head in memory.
                HeaderValue::from_bytes(value.as_bytes()).ok()
            }
            _ => None,
        };
        RequestContext {
            id: random_id().into(),
            office,
            traceparent,
        }
    }

    /// The context of the present task, outside a request none.
    pub fn present() -> Option<RequestContext> {
        CONTEXT.try_with(RequestContext::clone).ok()
    }

    /// Does work for this request.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CONTEXT.scope(self, work)
    }

    /// The same for work that waits for nothing.
    pub fn sync_scope<T>(self, work: impl FnOnce() -> T) -> T {
        CONTEXT.sync_scope(self, work)
    }

    /// The request's id: random, and no secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The trace's id, if the request came with one.
    pub fn trace(&self) -> Option<&str> {
        self.traceparent.as_ref()?.to_str().ok()?.get(3..35)
    }

    /// What the next server is told of the trace.
    pub fn traceparent(&self) -> Option<&HeaderValue> {
        self.traceparent.as_ref()
    }
}

/// The id of the request that the present task works for; empty outside a request.
pub fn request_id() -> Arc<str> {
    RequestContext::present().map_or_else(|| "".into(), |context| context.id)
}

/// The office that the present task works for, when there are several.
pub fn office() -> Option<Arc<str>> {
    RequestContext::present()?.office
}

/// Work in another task for the same request.
pub fn for_this_request<F: Future>(work: F) -> impl Future<Output = F::Output> {
    match RequestContext::present() {
        Some(context) => Either::Left(context.scope(work)),
        None => Either::Right(work),
    }
}

/// `00-` and 32 hexadecimal digits, `-` and 16, `-` and 2. A stranger may write anything else.
fn is_traceparent(text: &[u8]) -> bool {
    let is_hex = |part: &[u8]| {
        part.iter()
            .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(it))
    };
    let is_zero = |part: &[u8]| part.iter().all(|it| *it == b'0');
    let parts: Vec<&[u8]> = text.split(|it| *it == b'-').collect();
    let [b"00", trace, parent, flags] = parts.as_slice() else {
        return false;
    };
    [(trace, 32), (parent, 16), (flags, 2)]
        .iter()
        .all(|(part, length)| part.len() == *length && is_hex(part))
        && !is_zero(trace)
        && !is_zero(parent)
}

/// Finds one request in the log. It says nothing of who made it.
fn random_id() -> String {
    let mut bytes = [0; 8];
    // Without randomness every id in the log is 0, and nothing else is wrong.
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn context_of(values: &[&str]) -> RequestContext {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, value.parse().unwrap());
        }
        RequestContext::of(&headers, None)
    }

    #[test]
    fn a_trace_is_taken_as_it_came() {
        let context = context_of(&[PARENT]);
        assert_eq!(context.traceparent().unwrap(), PARENT);
        assert_eq!(context.trace(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    }

    #[test]
    fn what_is_no_trace_is_not_passed_on() {
        let upper = PARENT.to_uppercase();
        let zero = PARENT.replace("00f067aa0ba902b7", "0000000000000000");
        for values in [
            &[][..],
            &[""],
            &["x"],
            &[&upper],
            &[&zero],
            &[&PARENT[..54]],
            &[PARENT, PARENT],
        ] {
            let context = context_of(values);
            assert!(context.traceparent().is_none(), "{values:?}");
            assert_eq!(context.trace(), None);
        }
    }

    #[tokio::test]
    async fn another_task_knows_the_request_that_it_works_for() {
        let context = context_of(&[]);
        let id = context.id().to_owned();
        let found = context.scope(async {
            let work = for_this_request(async { request_id() });
            tokio::spawn(work).await.unwrap()
        });
        assert_eq!(*found.await, *id);
        assert_eq!(&*request_id(), "");
    }
}
