//! The four endpoints: parameters checked, the consumer taken from the session, the action looked up in
//! their own dossier, and what comes back passed on piece by piece.

mod upload;

use crate::owned::{Actions, Scanner};
use crate::refusal::{Refusal, error};
use crate::service::Service;
use crate::session::Session;
use crate::upstream::{Answer, Endpoint, Failure};
use accelerate::conventions::PRODUCTACTION_ID;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// `portal-session`: how many seconds the session lasts unless it is used.
pub const PORTAL_SESSION: &str = "portal-session";

/// Who asks.
#[derive(Debug)]
pub struct Caller {
    /// Their session.
    pub session: Session,
    /// Where they are.
    pub address: IpAddr,
}

/// The endpoint of that name and what it is called with, if there is one.
pub fn named(name: &str) -> Option<(Endpoint, Method)> {
    match name {
        "getsession" => Some((Endpoint::Session, Method::GET)),
        "get_product_action_download" => Some((Endpoint::Download, Method::GET)),
        "get_otd_pdf" => Some((Endpoint::Otd, Method::GET)),
        "upload_file" => Some((Endpoint::Upload, Method::POST)),
        _ => None,
    }
}

/// Answers one of the four.
pub async fn answer(
    service: &Arc<Service>,
    endpoint: Endpoint,
    caller: &Caller,
    request: Request<Body>,
) -> Response {
    let outcome = match endpoint {
        Endpoint::Session => session(service, caller).await,
        Endpoint::Download | Endpoint::Otd => {
            let query = request.uri().query().unwrap_or_default().to_owned();
            document(service, endpoint, caller, &query).await
        }
        Endpoint::Upload => return upload::answer(service, caller, request).await,
    };
    outcome.unwrap_or_else(failed)
}

fn failed(failure: Failure) -> Response {
    match failure {
        Failure::Refused(refusal) => refusal.into_response(),
        Failure::Told(status, code) => error(status, &code),
    }
}

async fn ask_session(service: &Service, caller: &Caller) -> Result<Answer, Failure> {
    let address = caller.address.to_string();
    let parameters = [
        ("consumer_id", caller.session.consumer_id.as_str()),
        ("ip_address", address.as_str()),
    ];
    let answer = service.upstream.get(Endpoint::Session, &parameters).await?;
    expect_json(answer)
}

/// A JSON object, by its first byte: PHP calls everything `text/html` that nobody calls otherwise.
fn expect_json(answer: Answer) -> Result<Answer, Failure> {
    let text = answer.beginning.trim_ascii_start();
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    if text.trim_ascii_start().first() == Some(&b'{') {
        return Ok(answer);
    }
    tracing::warn!("AccelerateConnect answered something else than JSON");
    Err(Refusal::BadAnswer.into())
}

async fn session(service: &Arc<Service>, caller: &Caller) -> Result<Response, Failure> {
    let answer = ask_session(service, caller).await?;
    let tap = Tap {
        scanner: Scanner::default(),
        service: service.clone(),
        consumer_id: caller.session.consumer_id.clone(),
    };
    let mut response = Response::new(Body::new(Passing::new(answer, Some(tap))));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        PORTAL_SESSION,
        HeaderValue::from(caller.session.seconds_left()),
    );
    Ok(response)
}

/// Whether that action is this consumer's. Who asks for another's waits just as long as who asks for one
/// that does not exist.
async fn look_up(service: &Service, caller: &Caller, id: &str) -> Result<(), Failure> {
    let consumer_id = caller.session.consumer_id.as_str();
    let known = |actions: Option<Arc<Actions>>| actions.is_some_and(|actions| actions.has(id));
    if known(service.owned.of(consumer_id)) {
        return Ok(());
    }
    let turn = service.owned.turn(consumer_id);
    let _turn = turn.lock().await;
    let remembered = service.owned.of(consumer_id);
    let young = remembered
        .as_ref()
        .is_some_and(|actions| actions.are_young(Instant::now()));
    if known(remembered) {
        return Ok(());
    }
    if young {
        return Err(Refusal::UnknownProductaction.into());
    }
    let answer = ask_session(service, caller).await?;
    let mut scanner = Scanner::default();
    scanner.push(&answer.beginning);
    if let Some(mut rest) = answer.rest {
        while let Some(frame) = rest.frame().await {
            let frame = frame.map_err(|_| Refusal::BadAnswer)?;
            if let Some(data) = frame.data_ref() {
                scanner.push(data);
            }
        }
    }
    let actions = scanner.finish(Instant::now()).ok_or(Refusal::BadAnswer)?;
    let actions = Arc::new(actions);
    service.owned.learn(consumer_id, actions.clone());
    if actions.has(id) {
        Ok(())
    } else {
        Err(Refusal::UnknownProductaction.into())
    }
}

async fn document(
    service: &Arc<Service>,
    endpoint: Endpoint,
    caller: &Caller,
    query: &str,
) -> Result<Response, Failure> {
    let id = productaction_id(query)?;
    look_up(service, caller, &id).await?;
    let parameters = [(PRODUCTACTION_ID, id.as_str())];
    let answer = service.upstream.get(endpoint, &parameters).await?;
    let (answer, content_type, disposition) = if endpoint == Endpoint::Otd {
        let json = HeaderValue::from_static("application/json");
        (expect_json(answer)?, json, None)
    } else {
        let theirs = &answer.head.headers;
        let content_type = theirs.get(header::CONTENT_TYPE).cloned();
        let disposition = attachment(theirs.get(header::CONTENT_DISPOSITION));
        let unknown = || HeaderValue::from_static("application/octet-stream");
        let content_type = content_type.unwrap_or_else(unknown);
        (answer, content_type, Some(disposition))
    };
    let mut response = Response::new(Body::new(Passing::new(answer, None)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    if let Some(disposition) = disposition {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// A document is never shown in our origin, whatever it is.
fn attachment(theirs: Option<&HeaderValue>) -> HeaderValue {
    let attachment = || HeaderValue::from_static("attachment");
    let Some(theirs) = theirs else {
        return attachment();
    };
    let bytes = theirs.as_bytes();
    let end = bytes.iter().position(|byte| *byte == b';');
    let parameters = end.map_or(&[][..], |end| &bytes[end..]);
    HeaderValue::from_bytes(&[b"attachment", parameters].concat()).unwrap_or_else(|_| attachment())
}

/// The one parameter that a browser may send with these calls.
fn productaction_id(query: &str) -> Result<String, Refusal> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    match (pairs.next(), pairs.next()) {
        (Some((name, value)), None) if name == PRODUCTACTION_ID => checked_id(value.into_owned()),
        _ => Err(Refusal::InvalidParameter),
    }
}

/// What cannot be an id is nobody's action.
fn checked_id(id: String) -> Result<String, Refusal> {
    if id.is_empty() {
        return Err(Refusal::InvalidParameter);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if id.len() <= 64 && id.bytes().all(plain) {
        Ok(id)
    } else {
        Err(Refusal::UnknownProductaction)
    }
}

/// Reads along while a session passes.
struct Tap {
    scanner: Scanner,
    service: Arc<Service>,
    consumer_id: String,
}

/// An answer on its way to the browser.
struct Passing {
    beginning: Option<Bytes>,
    rest: Option<Body>,
    tap: Option<Tap>,
}

impl Passing {
    fn new(answer: Answer, tap: Option<Tap>) -> Passing {
        let mut passing = Passing {
            beginning: Some(answer.beginning).filter(|bytes| !bytes.is_empty()),
            rest: answer.rest,
            tap,
        };
        if let (Some(tap), Some(bytes)) = (&mut passing.tap, &passing.beginning) {
            tap.scanner.push(bytes);
        }
        if passing.rest.is_none() {
            passing.over();
        }
        passing
    }

    fn over(&mut self) {
        if let Some(tap) = self.tap.take()
            && let Some(actions) = tap.scanner.finish(Instant::now())
        {
            tap.service.owned.learn(&tap.consumer_id, Arc::new(actions));
        }
    }
}

impl http_body::Body for Passing {
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
        let Poll::Ready(frame) = Pin::new(&mut *rest).poll_frame(context) else {
            return Poll::Pending;
        };
        let over = rest.is_end_stream();
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(tap), Some(data)) = (&mut self.tap, frame.data_ref()) {
                    tap.scanner.push(data);
                }
                if over {
                    self.over();
                }
            }
            Some(Err(_)) => self.tap = None,
            None => self.over(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.beginning.is_none() && self.rest.as_ref().is_none_or(|rest| rest.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let before = self
            .beginning
            .as_ref()
            .map_or(0, |bytes| bytes.len() as u64);
        let rest = self
            .rest
            .as_ref()
            .map_or(SizeHint::with_exact(0), |rest| rest.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(before + rest.lower());
        if let Some(upper) = rest.upper() {
            hint.set_upper(before + upper);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_is_always_an_attachment() {
        let of = |theirs: &'static str| attachment(Some(&HeaderValue::from_static(theirs)));
        assert_eq!(
            of("inline; filename=\"a;b.pdf\""),
            "attachment; filename=\"a;b.pdf\""
        );
        assert_eq!(of("text/html"), "attachment");
        assert_eq!(attachment(None), "attachment");
    }

    #[test]
    fn nothing_but_an_action_is_asked_for() {
        assert_eq!(
            productaction_id("productaction_id=PRA1").as_deref(),
            Ok("PRA1")
        );
        for query in [
            "",
            "productaction_id=",
            "productaction_id=A&domain=x",
            "a=b",
            "productaction_id=A&productaction_id=B",
        ] {
            assert_eq!(
                productaction_id(query),
                Err(Refusal::InvalidParameter),
                "{query}"
            );
        }
        for query in [
            "productaction_id=%26token%3D",
            "productaction_id=%00",
            "productaction_id=..%2F",
        ] {
            assert_eq!(
                productaction_id(query),
                Err(Refusal::UnknownProductaction),
                "{query}"
            );
        }
    }

    proptest! {
        #[test]
        fn only_what_can_be_an_id_is_looked_up(query in "(productaction_id=)?[ -~]{0,80}") {
            if let Ok(id) = productaction_id(&query) {
                prop_assert!((1..=64).contains(&id.len()));
                prop_assert!(id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it)));
            }
        }

        #[test]
        fn whatever_their_header_says_a_document_is_an_attachment(theirs in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(theirs) = HeaderValue::from_bytes(&theirs) {
                let ours = attachment(Some(&theirs));
                let ours = ours.as_bytes();
                prop_assert!(ours == b"attachment" || ours.starts_with(b"attachment;"));
            }
        }
    }
}
