//! The four endpoints: each takes a checked request of a consumer who is signed in, asks AccelerateConnect,
//! and passes the answer on piece by piece. Below the endpoints stands what they share: `own_actions`,
//! `answer_body` and `document_body`.

mod answer_body;
mod caller;
mod document_body;
mod documents;
mod getsession;
mod own_actions;
mod upload;

pub use caller::Caller;
pub use getsession::PORTAL_SESSION;

use crate::app_state::AppState;
use crate::refusal::error_response;
use crate::upstream::{Endpoint, Failure};
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::Request;
use std::sync::Arc;

/// Answers a request to one of the four.
pub async fn answer(
    state: &Arc<AppState>,
    endpoint: Endpoint,
    caller: &Caller,
    request: Box<Request<Body>>,
) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    // In boxes: an upload takes long, and need not hold what only the others use.
    let result = match endpoint {
        Endpoint::Session => Box::pin(getsession::answer(state, caller)).await,
        Endpoint::Download => Box::pin(documents::download(state, caller, &query)).await,
        Endpoint::Otd => Box::pin(documents::otd(state, caller, &query)).await,
        Endpoint::Upload => upload::answer(state, caller, request).await,
    };
    result.unwrap_or_else(|failure| match failure {
        Failure::Refused(refusal) => refusal.into_response(),
        Failure::Accelerate(status, code) => error_response(status, &code),
    })
}
