//! `upload_file`: sends a document to AccelerateConnect, once, with its parameters as headers. What the
//! browser sends is checked before the first byte is passed on.

use super::caller::Caller;
use super::document_body::{self, Document};
use super::own_actions::{check_action_id, request_session, require_own_action};
use crate::app_state::AppState;
use crate::audit::{Auditor, Event, OK, Subject};
use crate::dedup::{Attempt, Ended, FirstAttempt, MustNotLeave, NotItsTurn, Outcome};
use crate::last_piece::HeldBody;
use crate::limits::UploadSlot;
use crate::refusal::{ErrorCode, Refusal, error_body};
use crate::relay::{RelayBody, RelayError, RelayProgress, drain};
use crate::request_context::{for_this_request, office};
use crate::settings::{HeaderValues, UploadBody};
use crate::transfer::{End, Transfer};
use crate::upstream::{Failure, error_answer};
use accelerate::conventions::{
    COMMENT, FILENAME, IS_REUPLOAD, IS_REUPLOAD_WITH_HYPHEN, MIMETYPE, PRODUCTACTION_ID,
    PRODUCTACTION_ID_WITH_HYPHEN, UPLOAD_ID,
};
use accelerate::problem::{ProblemKind, check_upload_answer};
use accelerate::request::{decode_header, encode_header};
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body::Body as _;
use std::sync::Arc;

/// Room for the multipart headers around a document, in bytes.
const MULTIPART_BYTES: u64 = 64 * 1024;
/// The longest comment on a file, in characters.
const MAX_COMMENT: usize = 2_000;

/// The parameters of an upload, as the browser sends them in headers.
#[derive(Debug)]
struct Parameters {
    productaction_id: String,
    is_reupload: &'static str,
    filename: String,
    mimetype: String,
    comment: Option<String>,
    upload_id: Option<String>,
}

impl Parameters {
    /// Reads the headers. Each may come once, in the ASCII of `encode_header`. Proxies drop names with
    /// underscores unless told otherwise, so that those with hyphens are taken too.
    fn read(headers: &HeaderMap) -> Result<Parameters, Refusal> {
        let required = |names: &[&'static str]| {
            text_of(headers, names)?.ok_or_else(|| {
                tracing::warn!(
                    header = names[0],
                    office = office().as_deref(),
                    "an upload without a header: a proxy may have dropped it for its underscore"
                );
                Refusal::InvalidParameter
            })
        };
        let upload_id = text_of(headers, &[UPLOAD_ID])?;
        if !upload_id.as_deref().is_none_or(is_upload_id) {
            return Err(Refusal::InvalidParameter);
        }
        let productaction_id = required(&[PRODUCTACTION_ID, PRODUCTACTION_ID_WITH_HYPHEN])?;
        Ok(Parameters {
            productaction_id: check_action_id(productaction_id)?,
            is_reupload: match required(&[IS_REUPLOAD, IS_REUPLOAD_WITH_HYPHEN])?.as_str() {
                "0" => "0",
                "1" => "1",
                _ => return Err(Refusal::InvalidParameter),
            },
            filename: required(&[FILENAME])?,
            mimetype: Some(required(&[MIMETYPE])?)
                .filter(|it| is_mimetype(it))
                .ok_or(Refusal::InvalidParameter)?,
            comment: text_of(headers, &[COMMENT])?.map(|comment| cut(MAX_COMMENT, comment)),
            upload_id,
        })
    }

    /// The parameters as AccelerateConnect takes them.
    fn to_headers(&self, values: HeaderValues) -> Vec<(&'static str, String)> {
        let encode = |text: &str| match values {
            HeaderValues::RawUtf8 => text.to_owned(),
            HeaderValues::PercentEncoded => encode_header(text),
        };
        let mut headers = vec![
            (PRODUCTACTION_ID, self.productaction_id.clone()),
            (IS_REUPLOAD, self.is_reupload.to_owned()),
            (FILENAME, encode(&self.filename)),
            (MIMETYPE, encode(&self.mimetype)),
        ];
        if let Some(comment) = &self.comment {
            headers.push((COMMENT, encode(comment)));
        }
        headers
    }
}

/// The text of a header by any of its names; `None` when it is absent or empty. Where one comes twice, it
/// must say the same.
fn text_of(headers: &HeaderMap, names: &[&str]) -> Result<Option<String>, Refusal> {
    let mut found: Option<&HeaderValue> = None;
    for name in names {
        let mut values = headers.get_all(*name).iter();
        let Some(value) = values.next() else { continue };
        if values.next().is_some() || found.is_some_and(|it| it != value) {
            return Err(Refusal::InvalidParameter);
        }
        found = Some(value);
    }
    let Some(value) = found else { return Ok(None) };
    let value = value.to_str().map_err(|_| Refusal::InvalidParameter)?;
    let text = decode_header(value).map_err(|_| Refusal::InvalidParameter)?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// The text, cut after so many characters.
fn cut(max_chars: usize, mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(max_chars) {
        text.truncate(end);
        text.truncate(text.trim_end().len());
    }
    text
}

/// Whether an `upload-id` is one: 8 to 64 letters, digits and `-`.
fn is_upload_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (8..=64).contains(&text.len()) && text.bytes().all(allowed)
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

/// Answers `upload_file`. An error is one of this upload alone: a repeat is a new upload then.
pub async fn answer(
    state: &Arc<AppState>,
    caller: &Caller,
    request: Box<Request<Body>>,
) -> Result<Response, Failure> {
    let (head, body) = request.into_parts();
    let limits = &state.settings.limits;
    let max_bytes = limits.upload_bytes + MULTIPART_BYTES;
    let announced = body.size_hint().lower();
    let checked = check_headers(&head.headers, announced, max_bytes);
    // Hyper's buffer of the head is not needed while the action is looked up.
    drop(head);
    let admitted = match checked {
        // In a box: what it needs is free again while the document passes.
        Ok((parameters, content_type)) => {
            Box::pin(admit(state, caller, parameters, content_type)).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    let (parameters, content_type, first, slot) = match admitted {
        Ok(Admission::Send(upload)) => *upload,
        Ok(Admission::Repeat(outcome)) => {
            drain(body, max_bytes, limits.idle_timeout);
            return Ok(response_of(outcome));
        }
        Err(failure) => {
            drain(body, max_bytes, limits.idle_timeout);
            let result = Err(failure);
            Handed::by(state, caller).record(&result);
            return result;
        }
    };
    let (body, progress) = RelayBody::new(body, max_bytes, limits.idle_timeout);
    let upload = Upload {
        state: state.clone(),
        consumer_id: caller.consumer_id().to_owned(),
        parameters,
        content_type,
        body: body.at_least(limits.upload_rate).drain_on_drop(),
        progress,
        first,
        slot,
    };
    // A task of its own, so that it goes on when the browser is gone: what has left us whole may be
    // stored, and a repeat must hear so.
    let handed = Handed::by(state, caller);
    let sending = for_this_request(async move {
        let result = upload.send().await;
        handed.record(&result);
        result
    });
    match tokio::spawn(sending).await {
        Ok(response) => response,
        Err(_) => Err(Refusal::Internal.into()),
    }
}

/// A document that a consumer hands in, for the audit trail.
struct Handed {
    audit: Arc<Auditor>,
    consumer_id: String,
    link: String,
}

impl Handed {
    fn by(state: &AppState, caller: &Caller) -> Handed {
        Handed {
            audit: state.audit.clone(),
            consumer_id: caller.consumer_id().to_owned(),
            link: caller.session.link.clone(),
        }
    }

    fn record(&self, result: &Result<Response, Failure>) {
        let outcome = match result {
            Ok(response) => response
                .extensions()
                .get()
                .map_or(OK, |ErrorCode(code)| code.as_str()),
            Err(failure) => failure.code(),
        };
        let subject = Subject {
            consumer_id: &self.consumer_id,
            link: &self.link,
        };
        self.audit.record(Event::DocumentIn, outcome, subject);
    }
}

/// What becomes of an upload that was checked.
enum Admission {
    /// It is sent on, with this `Content-Type`.
    Send(Box<(Parameters, HeaderValue, FirstAttempt, UploadSlot)>),
    /// It is a repeat, and gets the answer of the first one.
    Repeat(Outcome),
}

/// Reads the parameters and the `Content-Type`, and refuses what is too large already by its length.
fn check_headers(
    headers: &HeaderMap,
    announced_bytes: u64,
    max_bytes: u64,
) -> Result<(Parameters, HeaderValue), Refusal> {
    let parameters = Parameters::read(headers)?;
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .filter(|value| value.as_bytes().starts_with(b"multipart/form-data"))
        // A copy: the original keeps hyper's whole buffer of the request's head in memory.
        .and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok())
        .ok_or(Refusal::InvalidParameter)?;
    if announced_bytes > max_bytes {
        return Err(Refusal::FileTooLarge);
    }
    Ok((parameters, content_type))
}

/// Checks that the action is the caller's own, whether the upload is a repeat, and whether there is a slot
/// for it.
async fn admit(
    state: &AppState,
    caller: &Caller,
    parameters: Parameters,
    content_type: HeaderValue,
) -> Result<Admission, Failure> {
    require_own_action(state, caller, &parameters.productaction_id).await?;
    if state.upstream.upload_needs_probe() {
        request_session(state, caller).await?;
        state.upstream.upload_was_probed();
    }
    let (first, slot) = match first_attempt(state, caller, &parameters).await? {
        Ok(first) => first,
        Err(outcome) => return Ok(Admission::Repeat(outcome)),
    };
    let upload = (parameters, content_type, first, slot);
    Ok(Admission::Send(Box::new(upload)))
}

/// Registers the upload, and waits for its turn. The inner error is the outcome of the same upload before.
async fn first_attempt(
    state: &AppState,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Result<(FirstAttempt, UploadSlot), Outcome>, Refusal> {
    let consumer_id = caller.consumer_id();
    let upload = state.dedup.upload(
        consumer_id,
        &parameters.productaction_id,
        parameters.upload_id.as_deref(),
        parameters.is_reupload == "1",
    );
    // A repeat takes no slot: the upload that it waits for has one.
    let mut slot: Option<UploadSlot> = None;
    let mut attempt = state.dedup.register(upload.clone()).await?;
    loop {
        attempt = match attempt {
            Attempt::First(first) => {
                let slot = slot.map_or_else(|| state.limiter.upload_slot(consumer_id), Ok)?;
                return Ok(Ok((first, slot)));
            }
            Attempt::Waiting(waiting) => {
                state.metrics.waited.inc();
                if slot.is_none() {
                    slot = Some(state.limiter.upload_slot(consumer_id)?);
                }
                waiting.turn().await?
            }
            Attempt::Refused(NotItsTurn::UnderWay) => return Err(Refusal::UploadUnderWay),
            Attempt::Refused(NotItsTurn::HasDocument) => return Err(Refusal::AlreadyUploaded),
            Attempt::Repeat(repeat) => {
                state.metrics.repeated.inc();
                match repeat.ended().await {
                    Ended::Outcome(outcome) => return Ok(Err(outcome)),
                    // As when AccelerateConnect does not answer: the portal asks whether the document is there.
                    Ended::Unknown => {
                        return Ok(Err(outcome_of_refusal(Refusal::AccelerateTimeout)));
                    }
                    // The first one broke off on its way to us: this one takes its place.
                    Ended::BrokeOff => state.dedup.register(upload.clone()).await?,
                }
            }
        }
    }
}

/// An upload that is being sent on.
struct Upload {
    state: Arc<AppState>,
    consumer_id: String,
    parameters: Parameters,
    content_type: HeaderValue,
    body: RelayBody,
    progress: RelayProgress,
    first: FirstAttempt,
    slot: UploadSlot,
}

impl Upload {
    /// Sends it on, and gives the outcome to its repeats too.
    async fn send(self) -> Result<Response, Failure> {
        let Upload {
            state,
            consumer_id,
            parameters,
            content_type,
            body,
            progress,
            first,
            slot,
        } = self;
        let settings = &state.settings.accelerate;
        let document = Document::read(
            &content_type,
            body,
            &parameters.mimetype,
            &parameters.filename,
        );
        let document = document.await.map_err(|refusal| {
            let Some(error) = progress.error() else {
                return refusal;
            };
            state.metrics.aborted("in");
            refusal_of(error)
        })?;
        // What the document is decides, not what the browser says.
        let parameters = Parameters {
            filename: document_body::safe_name(&parameters.filename, document.media_type),
            mimetype: document.media_type.to_owned(),
            ..parameters
        };
        let headers = parameters.to_headers(settings.header_values);
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let (content_type, (body, refused)) = match settings.upload_body {
            UploadBody::Multipart => {
                let boundary = document_body::random_boundary()?;
                let content_type = format!("multipart/form-data; boundary={boundary}");
                let body = document.into_multipart(&boundary, &parameters.filename);
                (content_type, body)
            }
            UploadBody::Raw => (parameters.mimetype.clone(), document.into_raw()),
        };
        let content_type = HeaderValue::try_from(content_type).map_err(|_| Refusal::Internal)?;
        // AccelerateConnect has not all of it before the store knows that: nobody sends it again then.
        let may_leave = first.last_piece().may_leave();
        let (body, must_not_leave) = HeldBody::new(body, may_leave.boxed());
        // What follows a part is never read: the request is complete when the part is.
        let limits = &state.settings.limits;
        let idle_limit = limits.idle_timeout + limits.store_wait;
        let (body, sent) = RelayBody::new(Body::new(body), u64::MAX, idle_limit);
        let metrics = state.metrics.clone();
        let body = Body::new(Transfer::new(
            Body::new(body.piece_by_piece()),
            move |end, bytes| {
                metrics.passed_on("in", bytes);
                if end == End::BrokenOff {
                    metrics.aborted("in");
                }
            },
        ));
        state.metrics.uploads.inc();
        let answer = state
            .upstream
            .upload(&consumer_id, &headers, content_type, body, &sent)
            .await;
        state.metrics.uploads.dec();
        let outcome = match answer {
            Ok((status, body)) => outcome_of_answer(status, &body),
            Err(refusal) => {
                let refusal = match (must_not_leave.get(), progress.error().or(sent.error())) {
                    (Some(MustNotLeave::StoreAway), _) => Refusal::StoreUnavailable,
                    (Some(MustNotLeave::Taken), _) => Refusal::UploadUnderWay,
                    (None, _) if refused.is_set() => Refusal::InvalidParameter,
                    (None, Some(error)) => refusal_of(error),
                    (None, None) => refusal,
                };
                if !sent.is_complete() {
                    // AccelerateConnect never had the whole request: a repeat is the first.
                    return Err(refusal.into());
                }
                outcome_of_refusal(refusal)
            }
        };
        // The end of this program waits for the store.
        first.complete(outcome.clone(), slot.without_consumer());
        Ok(response_of(outcome))
    }
}

/// Why an upload is refused whose body ended early.
fn refusal_of(error: RelayError) -> Refusal {
    match error {
        RelayError::TooLarge => Refusal::FileTooLarge,
        RelayError::SenderIdle => Refusal::TooSlow,
        RelayError::SenderGone => Refusal::UploadInterrupted,
        RelayError::ReceiverIdle => Refusal::AccelerateTimeout,
    }
}

/// The outcome that AccelerateConnect's answer means.
fn outcome_of_answer(status: StatusCode, body: &[u8]) -> Outcome {
    let Err(problem) = check_upload_answer(status.as_u16(), body) else {
        return Outcome {
            status: StatusCode::OK,
            body: Bytes::from_static(b"{\"operation_result\":\"ok\"}"),
        };
    };
    if problem.kind == ProblemKind::NotUnderstood {
        return outcome_of_refusal(Refusal::BadAnswer);
    }
    match error_answer(status, problem.code) {
        Failure::Accelerate(status, code) => Outcome {
            status,
            body: error_body(&code).into(),
        },
        Failure::Refused(refusal) => outcome_of_refusal(refusal),
    }
}

fn outcome_of_refusal(refusal: Refusal) -> Outcome {
    Outcome {
        status: refusal.status(),
        body: error_body(refusal.code()).into(),
    }
}

fn response_of(outcome: Outcome) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let code = (outcome.status != StatusCode::OK).then(|| code_in(&outcome.body));
    let mut response = (outcome.status, headers, outcome.body).into_response();
    if let Some(code) = code {
        response.extensions_mut().insert(ErrorCode(code));
    }
    response
}

/// The code in the body of an error of ours.
fn code_in(body: &[u8]) -> String {
    let error: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    error["error"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_media_type_has_a_type_and_a_subtype() {
        assert!(is_mimetype("application/pdf") && is_mimetype("text/plain; charset=utf-8"));
        assert!(
            !is_mimetype("pdf")
                && !is_mimetype("a/b c")
                && !is_mimetype("/")
                && !is_mimetype("é/a")
        );
    }

    /// The headers of an upload, with one of them replaced.
    fn headers(name: &'static str, value: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (PRODUCTACTION_ID, "PRA1"),
            (IS_REUPLOAD, "0"),
            (FILENAME, "loonstrook.pdf"),
            (MIMETYPE, "application/pdf"),
            (COMMENT, "november"),
            (UPLOAD_ID, "0123456789abcdef"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
        headers
    }

    const NAMES: [&str; 6] = [
        PRODUCTACTION_ID,
        IS_REUPLOAD,
        FILENAME,
        MIMETYPE,
        COMMENT,
        UPLOAD_ID,
    ];

    proptest! {
        #[test]
        fn accepted_headers_can_be_sent_on_and_no_header_makes_it_panic(
            name in proptest::sample::select(&NAMES[..]),
            value in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let Ok(upload) = Parameters::read(&headers(name, &value)) else {
                return Ok(());
            };
            for values in [HeaderValues::RawUtf8, HeaderValues::PercentEncoded] {
                for (name, value) in upload.to_headers(values) {
                    let sent = HeaderValue::from_bytes(value.as_bytes());
                    prop_assert!(sent.is_ok(), "{}: {:?}", name, value);
                    prop_assert!(!value.is_empty() && value.trim() == value);
                }
            }
        }

        #[test]
        fn a_file_name_in_any_script_is_read_as_it_was(name in "[^\\pC\\s%]{1,60}") {
            let encoded = encode_header(&name);
            let upload = Parameters::read(&headers(FILENAME, encoded.as_bytes())).unwrap();
            prop_assert_eq!(upload.filename, name);
        }
    }
}
