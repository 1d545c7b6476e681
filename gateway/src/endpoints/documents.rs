//! `get_product_action_download` and `get_otd_pdf`: a document of one of the consumer's own actions.

use super::answer_body::AnswerBody;
use super::caller::Caller;
use super::own_actions::{check_action_id, require_json_object, require_own_action};
use crate::app_state::AppState;
use crate::refusal::Refusal;
use crate::upstream::{Answer, Endpoint, Failure};
use accelerate::conventions::PRODUCTACTION_ID;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};

/// Answers `get_product_action_download`: the bytes of a document, always as an attachment.
pub async fn download(state: &AppState, caller: &Caller, query: &str) -> Result<Response, Failure> {
    let answer = request_document(state, Endpoint::Download, caller, query).await?;
    let headers = &answer.head.headers;
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .cloned()
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let disposition = as_attachment(headers.get(header::CONTENT_DISPOSITION));
    let mut response = Response::new(Body::new(AnswerBody::new(answer)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
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
    state.upstream.get(endpoint, &parameters).await
}

/// AccelerateConnect's `Content-Disposition` as an attachment: no document is ever shown in our origin.
fn as_attachment(disposition: Option<&HeaderValue>) -> HeaderValue {
    let bytes = disposition.map_or(&[][..], HeaderValue::as_bytes);
    let parameters = bytes
        .iter()
        .position(|byte| *byte == b';')
        .map_or(&[][..], |start| &bytes[start..]);
    HeaderValue::from_bytes(&[b"attachment", parameters].concat())
        .unwrap_or(HeaderValue::from_static("attachment"))
}

/// The one parameter that a browser may send with these calls.
fn productaction_id(query: &str) -> Result<String, Refusal> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
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
    fn a_document_is_always_an_attachment() {
        let of = |theirs: &'static str| as_attachment(Some(&HeaderValue::from_static(theirs)));
        assert_eq!(
            of("inline; filename=\"a;b.pdf\""),
            "attachment; filename=\"a;b.pdf\""
        );
        assert_eq!(of("text/html"), "attachment");
        assert_eq!(as_attachment(None), "attachment");
    }

    #[test]
    fn a_query_holds_the_id_of_one_action_and_nothing_else() {
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
        fn only_a_possible_id_is_looked_up(query in "(productaction_id=)?[ -~]{0,80}") {
            if let Ok(id) = productaction_id(&query) {
                prop_assert!((1..=64).contains(&id.len()));
                prop_assert!(id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it)));
            }
        }

        #[test]
        fn a_document_with_any_header_is_an_attachment(theirs in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(theirs) = HeaderValue::from_bytes(&theirs) {
                let ours = as_attachment(Some(&theirs));
                let ours = ours.as_bytes();
                prop_assert!(ours == b"attachment" || ours.starts_with(b"attachment;"));
            }
        }
    }
}
