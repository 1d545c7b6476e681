//! `getsession`.

use accelerate::{
    decode::{self, Answer},
    problem::{Problem, check_answer},
    request::getsession_url,
    session::Session,
};
use gloo_net::http::Method;
use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::{
    gateway,
    http::{connected, js_problem, read_all, send, within},
};
use crate::config::Config;

/// How long the server may be silent, in milliseconds.
const SILENCE: u32 = 30_000;
/// From how many bytes on a session is long.
const LONG: usize = 1 << 20;

/// An answer of getsession.
#[derive(Debug, Clone)]
pub struct SessionResponse {
    /// The session.
    pub session: Session,
    /// How many seconds the consumer stays signed in unless they do something. `None` where our gateway
    /// does not answer.
    pub expires_in: Option<u32>,
    /// The keys with which this consumer's drafts are encrypted: 32 bytes each in base64url, with spaces between them,
    /// the newest first.
    pub draft_keys: Option<String>,
}

/// Asks for the session.
///
/// # Errors
/// When there is no answer, or no session in it.
pub async fn getsession(config: &Config) -> Result<SessionResponse, Problem> {
    let url = getsession_url(
        &config.api,
        config.consumer_id.as_deref(),
        config.ip_address.as_deref(),
    );
    let response = send(config, Method::GET, &url, None, None);
    read(within(SILENCE, response).await?).await
}

/// Reads the session that the loader asked for: `response` is a promise of a `Response`.
///
/// # Errors
/// As [`getsession`].
pub async fn first_session(response: Promise) -> Result<SessionResponse, Problem> {
    let response = async { JsFuture::from(response).await.map_err(js_problem) };
    let response = within(SILENCE, response).await?;
    connected();
    read(response.unchecked_into()).await
}

async fn read(response: Response) -> Result<SessionResponse, Problem> {
    let body = read_all(&response, SILENCE).await?;
    check_answer(response.status(), &body)?;
    let session = decode_in_steps(&body).await;
    Ok(SessionResponse {
        session: session.map_err(|problem| problem.with_status(response.status()))?,
        expires_in: gateway::expires_in(&response),
        draft_keys: gateway::draft_keys(&response),
    })
}

/// As [`accelerate::decode::session`]. With a long dossier each of the steps takes a slow phone a moment. What the
/// consumer does meanwhile comes in between. Only what must be mended first, which is rare, is read at once.
async fn decode_in_steps(body: &[u8]) -> Result<Session, Problem> {
    let pause = async || {
        if body.len() > LONG {
            TimeoutFuture::new(0).await;
        }
    };
    pause().await;
    let text = str::from_utf8(body).unwrap_or_default();
    let Ok(mut answer) = Answer::parse(text) else {
        return decode::session(body);
    };
    pause().await;
    if answer.parse_rest().is_err() {
        return decode::session(body);
    }
    pause().await;
    let session = answer.session();
    pause().await;
    drop(answer);
    pause().await;
    session
}
