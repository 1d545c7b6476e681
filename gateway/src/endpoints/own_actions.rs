//! Checks that an action is the caller's own. A consumer's actions are those in their own session, which
//! is asked for when it is not remembered.

use super::caller::Caller;
use crate::action_cache::{Actions, is_action_id};
use crate::action_scanner::ActionScanner;
use crate::app_state::AppState;
use crate::json_cleaner::JsonCleaner;
use crate::refusal::Refusal;
use crate::request_context::{office, request_id};
use crate::upstream::{Answer, Endpoint, Failure};
use http::StatusCode;
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::Instant;

/// Asks AccelerateConnect for the caller's session.
pub async fn request_session(state: &AppState, caller: &Caller) -> Result<Answer, Failure> {
    let address = caller.address.to_string();
    let parameters = [
        ("consumer_id", caller.consumer_id()),
        ("ip_address", address.as_str()),
    ];
    let answer = state
        .upstream
        .get(Endpoint::Session, caller.consumer_id(), &parameters)
        .await?;
    require_json_object(answer)
}

/// Passes an answer that begins as a JSON object does. Its content type says nothing: PHP sends
/// `text/html` unless told otherwise.
pub fn require_json_object(answer: Answer) -> Result<Answer, Failure> {
    require_status_200(&answer)?;
    let mut beginning = Vec::new();
    JsonCleaner::default().clean(&answer.beginning, &mut beginning);
    if beginning.first() == Some(&b'{') {
        return Ok(answer);
    }
    tracing::warn!(request = %request_id(), office = office().as_deref(), "AccelerateConnect answered something else than JSON");
    Err(Refusal::BadAnswer.into())
}

/// Passes an answer with status 200. A redirect, a part or an empty answer is none.
pub fn require_status_200(answer: &Answer) -> Result<(), Refusal> {
    let status = answer.head.status;
    if status == StatusCode::OK {
        return Ok(());
    }
    tracing::warn!(
        request = %request_id(),
        office = office().as_deref(),
        status = status.as_u16(),
        "AccelerateConnect answered with another status than 200"
    );
    Err(Refusal::BadAnswer)
}

/// Checks an id that a browser sent: an empty one is a mistake, and what cannot be an id is nobody's
/// action.
pub fn check_action_id(id: String) -> Result<String, Refusal> {
    match id.as_str() {
        "" => Err(Refusal::InvalidParameter),
        text if is_action_id(text) => Ok(id),
        _ => Err(Refusal::UnknownProductaction),
    }
}

/// Refuses an action that is not the caller's. An action of another consumer and one that does not exist
/// take the same time and get the same answer.
pub async fn require_own_action(
    state: &AppState,
    caller: &Caller,
    id: &str,
) -> Result<(), Failure> {
    let cached = || state.action_cache.get(caller.consumer_id());
    let is_own =
        |actions: &Option<Arc<Actions>>| actions.as_ref().is_some_and(|it| it.contains(id));
    if is_own(&cached()) {
        return Ok(());
    }
    let lock = state.action_cache.lock_of(caller.consumer_id());
    let _guard = lock.lock().await;
    let actions = cached();
    if is_own(&actions) {
        return Ok(());
    }
    if actions.is_some_and(|actions| actions.are_fresh(Instant::now())) {
        return Err(Refusal::UnknownProductaction.into());
    }
    let actions = Arc::new(request_actions(state, caller).await?);
    let is_own = actions.contains(id);
    state.action_cache.insert(caller.consumer_id(), actions);
    if is_own {
        Ok(())
    } else {
        Err(Refusal::UnknownProductaction.into())
    }
}

/// Asks for the caller's session, and keeps of it the actions alone.
async fn request_actions(state: &AppState, caller: &Caller) -> Result<Actions, Failure> {
    let answer = request_session(state, caller).await?;
    let mut scanner = ActionScanner::default();
    scanner.push(&answer.beginning);
    if let Some(mut rest) = answer.rest {
        while let Some(frame) = rest.frame().await {
            let frame = frame.map_err(|_| Refusal::BadAnswer)?;
            if let Some(data) = frame.data_ref() {
                scanner.push(data);
            }
        }
    }
    Ok(scanner.finish(Instant::now()).ok_or_else(|| {
        tracing::warn!(request = %request_id(), office = office().as_deref(), "AccelerateConnect's session is no JSON that can be read");
        Refusal::BadAnswer
    })?)
}
