//! The four endpoints: parameters checked, the consumer taken from the session, the action looked up in
//! their own dossier, and what comes back passed on piece by piece.

use crate::flow::{Flow, Progress, drain};
use crate::limits::Place;
use crate::once::{First, Outcome, Turn};
use crate::owned::{Actions, Scanner};
use crate::refusal::{Refusal, error};
use crate::service::Service;
use crate::session::Session;
use crate::settings::{HeaderValues, UploadBody};
use crate::upstream::{Answer, Endpoint, Failure, told};
use accelerate::conventions::{
    COMMENT, FILE_PART, FILENAME, IS_REUPLOAD, MIMETYPE, PRODUCTACTION_ID, UPLOAD_ID,
};
use accelerate::problem::{ProblemKind, check_upload_answer};
use accelerate::request::{decode_header, encode_header};
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// Room for the multipart headers around a document, in bytes.
const MULTIPART: u64 = 64 * 1024;
/// A file's name, in characters.
const LONGEST_NAME: usize = 255;
/// What a consumer says about a file, in characters.
const LONGEST_COMMENT: usize = 2_000;
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
        Endpoint::Upload => return upload(service, caller, request).await,
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

/// What a browser says about the document it sends.
#[derive(Debug)]
struct Upload {
    productaction_id: String,
    is_reupload: &'static str,
    filename: String,
    mimetype: String,
    comment: Option<String>,
    upload_id: Option<String>,
}

impl Upload {
    /// Reads the headers, each of which comes once and in `encode_header`'s ASCII.
    fn read(headers: &HeaderMap) -> Result<Upload, Refusal> {
        let text = |name: &str| -> Result<Option<String>, Refusal> {
            let mut values = headers.get_all(name).iter();
            let (Some(value), None) = (values.next(), values.next()) else {
                return match headers.contains_key(name) {
                    true => Err(Refusal::InvalidParameter),
                    false => Ok(None),
                };
            };
            let value = value.to_str().map_err(|_| Refusal::InvalidParameter)?;
            let text = decode_header(value).map_err(|_| Refusal::InvalidParameter)?;
            let text = text.trim().to_owned();
            // HTTP takes no other control characters, and no file has them in its name for a reason.
            if text.chars().any(|it| it.is_control() && it != '\t') {
                return Err(Refusal::InvalidParameter);
            }
            Ok(Some(text).filter(|text| !text.is_empty()))
        };
        let required = |name| text(name)?.ok_or(Refusal::InvalidParameter);
        let no_longer = |text: String, most| {
            if text.chars().count() <= most {
                Ok(text)
            } else {
                Err(Refusal::InvalidParameter)
            }
        };
        let upload_id = text(UPLOAD_ID)?;
        let random = |id: &String| {
            (8..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || it == b'-')
        };
        if !upload_id.as_ref().is_none_or(random) {
            return Err(Refusal::InvalidParameter);
        }
        Ok(Upload {
            productaction_id: checked_id(required(PRODUCTACTION_ID)?)?,
            is_reupload: match required(IS_REUPLOAD)?.as_str() {
                "0" => "0",
                "1" => "1",
                _ => return Err(Refusal::InvalidParameter),
            },
            filename: no_longer(required(FILENAME)?, LONGEST_NAME)?,
            mimetype: Some(required(MIMETYPE)?)
                .filter(|it| is_mimetype(it))
                .ok_or(Refusal::InvalidParameter)?,
            comment: text(COMMENT)?
                .map(|comment| no_longer(comment, LONGEST_COMMENT))
                .transpose()?,
            upload_id,
        })
    }

    /// The parameters as AccelerateConnect takes them.
    fn parameters(&self, values: HeaderValues) -> Vec<(&'static str, String)> {
        let travel = |text: &str| match values {
            HeaderValues::RawUtf8 => text.to_owned(),
            HeaderValues::PercentEncoded => encode_header(text),
        };
        let mut all = vec![
            (PRODUCTACTION_ID, self.productaction_id.clone()),
            (IS_REUPLOAD, self.is_reupload.to_owned()),
            (FILENAME, travel(&self.filename)),
            (MIMETYPE, travel(&self.mimetype)),
        ];
        if let Some(comment) = &self.comment {
            all.push((COMMENT, travel(comment)));
        }
        all
    }
}

/// RFC 9110: a type, a slash, a subtype, and maybe parameters.
fn is_mimetype(text: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&it))
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    text.len() <= 255
        && text.is_ascii()
        && essence
            .split_once('/')
            .is_some_and(|(kind, sub)| token(kind) && token(sub))
}

async fn upload(service: &Arc<Service>, caller: &Caller, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let limits = &service.settings.limits;
    let most = limits.upload_bytes + MULTIPART;
    let announced = body.size_hint().lower();
    let admitted = async {
        let upload = Upload::read(&head.headers)?;
        let content_type = head
            .headers
            .get(header::CONTENT_TYPE)
            .filter(|value| value.as_bytes().starts_with(b"multipart/form-data"))
            .cloned()
            .ok_or(Refusal::InvalidParameter)?;
        if announced > most {
            return Err(Refusal::FileTooLarge.into());
        }
        let place = service.counters.upload(&caller.session.id)?;
        look_up(service, caller, &upload.productaction_id).await?;
        Ok((upload, content_type, place))
    };
    let (upload, content_type, place) = match admitted.await {
        Ok(admitted) => admitted,
        Err(failure) => {
            drain(body, most, limits.idle_timeout);
            return failed(failure);
        }
    };
    let first = match turn(service, caller, &upload).await {
        Ok(first) => first,
        Err(outcome) => {
            drain(body, most, limits.idle_timeout);
            return told_again(outcome);
        }
    };
    let (flow, progress) = Flow::new(body, most, limits.idle_timeout);
    let sending = send(
        service.clone(),
        place,
        first,
        upload,
        content_type,
        flow.to_its_end(),
        progress,
    );
    // It goes on when the browser is gone: what has left us whole may be stored, and that is worth knowing.
    match tokio::spawn(sending).await {
        Ok(response) => response,
        Err(_) => Refusal::Internal.into_response(),
    }
}

/// The right to send, or what became of the same upload before.
async fn turn(
    service: &Arc<Service>,
    caller: &Caller,
    upload: &Upload,
) -> Result<Option<First>, Outcome> {
    let Some(upload_id) = &upload.upload_id else {
        return Ok(None);
    };
    loop {
        let key = (
            caller.session.consumer_id.clone(),
            upload.productaction_id.clone(),
            upload_id.clone(),
        );
        match service.once.turn(key, Instant::now()) {
            Turn::First(first) => return Ok(Some(first)),
            Turn::Again(again) => {
                service.metrics.repeated.inc();
                if let Some(outcome) = again.outcome().await {
                    return Err(outcome);
                }
                // The first broke off on its way to us: this one takes its place.
            }
        }
    }
}

fn told_again(outcome: Outcome) -> Response {
    let json = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (outcome.status, json, outcome.body).into_response()
}

async fn send(
    service: Arc<Service>,
    place: Place,
    first: Option<First>,
    upload: Upload,
    content_type: HeaderValue,
    flow: Flow,
    progress: Progress,
) -> Response {
    let settings = &service.settings.accelerate;
    let parameters = upload.parameters(settings.header_values);
    let parameters: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let (content_type, body) = match settings.upload_body {
        UploadBody::Multipart => (content_type, Body::new(flow)),
        UploadBody::Raw => match raw(&content_type, &upload.mimetype, flow).await {
            Ok(raw) => raw,
            Err(refusal) => return refusal.into_response(),
        },
    };
    service.metrics.uploads.inc();
    let answer = service
        .upstream
        .upload(&parameters, content_type, body, &progress)
        .await;
    service.metrics.uploads.dec();
    let outcome = match answer {
        Ok((status, body)) => outcome(status, &body),
        Err(refusal) => {
            let refusal = match progress.cut() {
                Some(crate::flow::Cut::TooLarge) => Refusal::FileTooLarge,
                Some(crate::flow::Cut::Still) => Refusal::TooSlow,
                Some(crate::flow::Cut::Gone) => Refusal::UploadInterrupted,
                None => refusal,
            };
            if !progress.is_whole() {
                // It never was a whole request: whoever sends it again is the first.
                return refusal.into_response();
            }
            Outcome {
                status: refusal.status(),
                body: code(refusal.code()),
            }
        }
    };
    if let Some(first) = first {
        first.tell(outcome.clone(), Instant::now());
    }
    drop(place);
    told_again(outcome)
}

/// The bytes of the part named `file` alone.
async fn raw(
    content_type: &HeaderValue,
    mimetype: &str,
    flow: Flow,
) -> Result<(HeaderValue, Body), Refusal> {
    let boundary = content_type
        .to_str()
        .ok()
        .and_then(|it| multer::parse_boundary(it).ok())
        .ok_or(Refusal::InvalidParameter)?;
    let mut parts = multer::Multipart::new(flow.into_data_stream(), boundary);
    let part = parts
        .next_field()
        .await
        .map_err(|_| Refusal::InvalidParameter)?
        .filter(|part| part.name() == Some(FILE_PART))
        .ok_or(Refusal::InvalidParameter)?;
    let mimetype = HeaderValue::from_str(mimetype).map_err(|_| Refusal::InvalidParameter)?;
    Ok((mimetype, Body::from_stream(part)))
}

fn code(code: &str) -> Bytes {
    Bytes::from(format!("{{\"error\":{{\"code\":\"{code}\"}}}}"))
}

/// What AccelerateConnect made of it, in our words.
fn outcome(status: StatusCode, body: &[u8]) -> Outcome {
    let Err(problem) = check_upload_answer(status.as_u16(), body) else {
        return Outcome {
            status: StatusCode::OK,
            body: Bytes::from_static(b"{\"operation_result\":\"ok\"}"),
        };
    };
    if problem.kind == ProblemKind::NotUnderstood {
        return Outcome {
            status: Refusal::BadAnswer.status(),
            body: code(Refusal::BadAnswer.code()),
        };
    }
    match told(status, problem.code) {
        Failure::Told(status, theirs) => Outcome {
            status,
            body: code(&theirs),
        },
        Failure::Refused(refusal) => Outcome {
            status: refusal.status(),
            body: code(refusal.code()),
        },
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

    #[test]
    fn a_media_type_is_one() {
        assert!(is_mimetype("application/pdf") && is_mimetype("text/plain; charset=utf-8"));
        assert!(
            !is_mimetype("pdf")
                && !is_mimetype("a/b c")
                && !is_mimetype("/")
                && !is_mimetype("é/a")
        );
    }
}
