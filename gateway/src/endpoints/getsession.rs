//! `getsession`: the consumer's whole dossier, as AccelerateConnect sends it.

use super::answer_body::AnswerBody;
use super::caller::Caller;
use super::own_actions::request_session;
use crate::app_state::AppState;
use crate::draft_keys::PORTAL_DRAFT_KEYS;
use crate::upstream::Failure;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};
use std::sync::Arc;

/// The header that says for how many more seconds the session is good if nobody uses it.
pub const PORTAL_SESSION: &str = "portal-session";

/// Answers `getsession`.
pub async fn answer(state: &Arc<AppState>, caller: &Caller) -> Result<Response, Failure> {
    let answer = request_session(state, caller).await?;
    let consumer_id = caller.consumer_id().to_owned();
    let body = AnswerBody::of_session(answer, state.clone(), consumer_id);
    let mut response = Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        PORTAL_SESSION,
        HeaderValue::from(caller.session.seconds_left()),
    );
    let keys = state.draft_keys.as_ref();
    if let Some(keys) = keys.and_then(|keys| keys.of(caller.consumer_id())) {
        headers.insert(PORTAL_DRAFT_KEYS, keys);
    }
    Ok(response)
}
