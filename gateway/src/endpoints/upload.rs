//! `upload_file`: a document on its way to AccelerateConnect, once, with its parameters as headers. What a
//! browser sends is checked before the first byte is passed on.

use super::{Caller, checked_id, failed, look_up};
use crate::flow::{Cut, Flow, Progress, drain};
use crate::limits::Place;
use crate::once::{First, Outcome, Turn};
use crate::refusal::{self, Refusal};
use crate::service::Service;
use crate::settings::{HeaderValues, UploadBody};
use crate::upstream::{Failure, told};
use accelerate::conventions::{
    COMMENT, FILE_PART, FILENAME, IS_REUPLOAD, MIMETYPE, PRODUCTACTION_ID, UPLOAD_ID,
};
use accelerate::problem::{ProblemKind, check_upload_answer};
use accelerate::request::{decode_header, encode_header};
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::Instant;

/// Room for the multipart headers around a document, in bytes.
const MULTIPART: u64 = 64 * 1024;
/// A file's name, in characters.
const LONGEST_NAME: usize = 255;
/// What a consumer says about a file, in characters.
const LONGEST_COMMENT: usize = 2_000;

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

pub(super) async fn answer(
    service: &Arc<Service>,
    caller: &Caller,
    request: Request<Body>,
) -> Response {
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
            // Copied: it would keep hyper's whole buffer of this request's head.
            .and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok())
            .ok_or(Refusal::InvalidParameter)?;
        if announced > most {
            return Err(Refusal::FileTooLarge.into());
        }
        drop(head);
        look_up(service, caller, &upload.productaction_id).await?;
        Ok((upload, content_type))
    };
    let (upload, content_type) = match admitted.await {
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
    // Who comes again takes none: what they wait for has its place.
    let place = match service.counters.upload(&caller.session.id) {
        Ok(place) => place,
        Err(refusal) => {
            drain(body, most, limits.idle_timeout);
            return refusal.into_response();
        }
    };
    let (flow, progress) = Flow::new(body, most, limits.idle_timeout);
    let sending = send(
        service.clone(),
        place,
        first,
        upload,
        content_type,
        flow.to_its_end().piece_by_piece(),
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
    let (content_type, body, sent) = match settings.upload_body {
        UploadBody::Multipart => (content_type, Body::new(flow), progress.clone()),
        UploadBody::Raw => match raw(&content_type, &upload.mimetype, flow).await {
            Ok((kind, part)) => {
                // What is behind the part is never read: the request is whole when the part is.
                let (part, sent) = Flow::new(part, u64::MAX, service.settings.limits.idle_timeout);
                (kind, Body::new(part), sent)
            }
            Err(refusal) => return refusal.into_response(),
        },
    };
    service.metrics.uploads.inc();
    let answer = service
        .upstream
        .upload(&parameters, content_type, body, &sent)
        .await;
    service.metrics.uploads.dec();
    let outcome = match answer {
        Ok((status, body)) => outcome(status, &body),
        Err(refusal) => {
            let refusal = match progress.cut().or(sent.cut()) {
                Some(Cut::TooLarge) => Refusal::FileTooLarge,
                Some(Cut::Still) => Refusal::TooSlow,
                Some(Cut::Gone) => Refusal::UploadInterrupted,
                Some(Cut::NotTaken) => Refusal::AccelerateTimeout,
                None => refusal,
            };
            if !sent.is_whole() {
                // It never was a whole request: whoever sends it again is the first.
                return refusal.into_response();
            }
            Outcome {
                status: refusal.status(),
                body: refusal::body(refusal.code()).into(),
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
            body: refusal::body(Refusal::BadAnswer.code()).into(),
        };
    }
    match told(status, problem.code) {
        Failure::Told(status, theirs) => Outcome {
            status,
            body: refusal::body(&theirs).into(),
        },
        Failure::Refused(refusal) => Outcome {
            status: refusal.status(),
            body: refusal::body(refusal.code()).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    /// The headers of an upload, one of them replaced by this.
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
        fn what_is_taken_can_be_sent_on_and_nothing_makes_it_panic(
            name in proptest::sample::select(&NAMES[..]),
            value in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let Ok(upload) = Upload::read(&headers(name, &value)) else {
                return Ok(());
            };
            for values in [HeaderValues::RawUtf8, HeaderValues::PercentEncoded] {
                for (name, value) in upload.parameters(values) {
                    let sent = HeaderValue::from_bytes(value.as_bytes());
                    prop_assert!(sent.is_ok(), "{}: {:?}", name, value);
                    prop_assert!(!value.is_empty() && value.trim() == value);
                }
            }
        }

        #[test]
        fn a_name_in_any_script_arrives_as_it_was(name in "[^\\pC\\s%]{1,60}") {
            let encoded = encode_header(&name);
            let upload = Upload::read(&headers(FILENAME, encoded.as_bytes())).unwrap();
            prop_assert_eq!(upload.filename, name);
        }

        #[test]
        fn no_content_type_makes_it_panic(text in "multipart/form-data[ -~]{0,60}", body in ".{0,200}") {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                let (flow, _) = Flow::new(Body::from(body), 1_000, std::time::Duration::from_secs(1));
                if let Ok((_, part)) = raw(&HeaderValue::from_str(&text).unwrap(), "text/plain", flow).await {
                    let _ = part.collect().await;
                }
            });
        }
    }
}
