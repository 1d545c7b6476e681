//! `get_product_action_download` and `get_otd_pdf`: a document of one of the consumer's own actions.

use super::answer_body::AnswerBody;
use super::caller::Caller;
use super::own_actions::{
    check_action_id, require_json_object, require_own_action, require_status_200,
};
use crate::app_state::AppState;
use crate::refusal::Refusal;
use crate::request_context::{office, request_id};
use crate::upstream::{Answer, Endpoint, Failure};
use accelerate::conventions::PRODUCTACTION_ID;
use accelerate::document_kind::HEAD_BYTES;
use accelerate::filename;
use accelerate::problem::check_document;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};
use http_body_util::BodyExt as _;

/// Answers `get_product_action_download`: the bytes of a document, always as an attachment.
pub async fn download(state: &AppState, caller: &Caller, query: &str) -> Result<Response, Failure> {
    let mut answer = request_document(state, Endpoint::Download, caller, query).await?;
    require_status_200(&answer)?;
    let headers = &answer.head.headers;
    let content_type = headers.get(header::CONTENT_TYPE).cloned();
    let name = headers
        .get(header::CONTENT_DISPOSITION)
        .and_then(name_in_disposition);
    if !is_document(&mut answer, content_type.as_ref(), name.as_deref()).await {
        tracing::warn!(request = %request_id(), office = office().as_deref(), "AccelerateConnect answered something else than a document");
        return Err(Refusal::BadAnswer.into());
    }
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let disposition = attachment(name.as_deref());
    let mut response = Response::new(Body::new(AnswerBody::new(answer)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// Whether an answer is a document, by the rule of the portal's reader. More of it is read only when its first
/// bytes do not tell.
async fn is_document(
    answer: &mut Answer,
    content_type: Option<&HeaderValue>,
    name: Option<&str>,
) -> bool {
    let content_type = content_type.and_then(|it| it.to_str().ok());
    loop {
        if check_document(content_type, &answer.beginning, name).is_ok() {
            return true;
        }
        let is_enough = answer.beginning.len() >= HEAD_BYTES;
        let Some(rest) = answer.rest.as_mut().filter(|_| !is_enough) else {
            return false;
        };
        match rest.frame().await {
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref() {
                    answer.beginning = [&answer.beginning[..], piece].concat().into();
                }
            }
            Some(Err(_)) | None => return false,
        }
    }
}

/// Answers `get_otd_pdf`: JSON with the PDF in it.
pub async fn otd(state: &AppState, caller: &Caller, query: &str) -> Result<Response, Failure> {
    let answer = request_document(state, Endpoint::Otd, caller, query).await?;
    let answer = require_json_object(answer)?;
    let mut response = Response::new(Body::new(AnswerBody::new(answer)));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

async fn request_document(
    state: &AppState,
    endpoint: Endpoint,
    caller: &Caller,
    query: &str,
) -> Result<Answer, Failure> {
    let id = productaction_id(query)?;
    require_own_action(state, caller, &id).await?;
    let parameters = [(PRODUCTACTION_ID, id.as_str())];
    let consumer_id = caller.consumer_id();
    state.upstream.get(endpoint, consumer_id, &parameters).await
}

/// The name in AccelerateConnect's `Content-Disposition`, read as the portal reads it: browsers hand a header
/// over as Latin-1.
fn name_in_disposition(disposition: &HeaderValue) -> Option<String> {
    let latin1: String = disposition
        .as_bytes()
        .iter()
        .map(|it| char::from(*it))
        .collect();
    filename::from_content_disposition(Some(&latin1))
}

/// A document of that name as an attachment: no document is ever shown in our origin.
fn attachment(name: Option<&str>) -> HeaderValue {
    let Some(name) = name else {
        return HeaderValue::from_static("attachment");
    };
    // The name was made safe: it has no quotes and no backslashes. For RFC 8187 all but letters, digits and a
    // few signs is percent-encoded.
    let plain: String = name
        .chars()
        .map(|it| if it.is_ascii() { it } else { '_' })
        .collect();
    let mut text = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        text += "; filename*=UTF-8''";
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text += &format!("%{byte:02X}");
            }
        }
    }
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("attachment"))
}

/// The one parameter that a browser may send with these calls. `once` means nothing: it keeps a service worker
/// from finding an earlier answer.
fn productaction_id(query: &str) -> Result<String, Refusal> {
    let mut pairs =
        url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "once");
    match (pairs.next(), pairs.next()) {
        (Some((name, value)), None) if name == PRODUCTACTION_ID => {
            check_action_id(value.into_owned())
        }
        _ => Err(Refusal::InvalidParameter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_is_always_an_attachment_under_the_name_that_the_portal_reads() {
        let of = |theirs: &str| {
            let name = HeaderValue::from_bytes(theirs.as_bytes()).ok();
            attachment(name.as_ref().and_then(name_in_disposition).as_deref())
        };
        for (theirs, ours) in [
            (
                "inline; filename=\"a;b.pdf\"",
                "attachment; filename=\"a;b.pdf\"",
            ),
            (
                "attachment; filename=\"a;b.pdf\"",
                "attachment; filename=\"a;b.pdf\"",
            ),
            ("filename=\"demo.pdf\"", "attachment; filename=\"demo.pdf\""),
            (
                "attachment, filename=demo.pdf",
                "attachment; filename=\"demo.pdf\"",
            ),
            (
                "attachment; filename=\"../../x.pdf\"",
                "attachment; filename=\"x.pdf\"",
            ),
            (
                "attachment; filename=\"caf\u{e9} \u{20ac}.pdf\"",
                "attachment; filename=\"caf_ _.pdf\"; filename*=UTF-8''caf%C3%A9%20%E2%82%AC.pdf",
            ),
            ("text/html", "attachment"),
        ] {
            assert_eq!(of(theirs), ours, "{theirs}");
        }
        assert_eq!(attachment(None), "attachment");
    }

    #[test]
    fn a_query_holds_the_id_of_one_action_and_nothing_else() {
        assert_eq!(
            productaction_id("productaction_id=PRA1").as_deref(),
            Ok("PRA1")
        );
        assert_eq!(
            productaction_id("productaction_id=PRA1&once=0.5").as_deref(),
            Ok("PRA1")
        );
        for query in [
            "",
            "once=0.5",
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
        fn only_a_possible_id_is_looked_up(query in "(productaction_id=)?[ -~]{0,80}") {
            if let Ok(id) = productaction_id(&query) {
                prop_assert!((1..=64).contains(&id.len()));
                prop_assert!(id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it)));
            }
        }

        #[test]
        fn a_document_with_any_header_is_an_attachment(theirs in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(theirs) = HeaderValue::from_bytes(&theirs) {
                let ours = attachment(name_in_disposition(&theirs).as_deref());
                let ours = ours.as_bytes();
                prop_assert!(ours == b"attachment" || ours.starts_with(b"attachment;"));
            }
        }
    }
}
