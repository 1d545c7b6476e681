//! What our gateway answers beside the four endpoints: how long the session lasts, its end, the devices that
//! have it, and a code for the phone. Other servers have none of it, and then the portal does not offer it: a header of
//! getsession says that the gateway is there.

use accelerate::{
    json,
    problem::{Problem, ProblemKind, check_answer},
};
use gloo_net::http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use web_sys::Response;

use super::http::{self, header, read_all, within};
use crate::config::Config;

/// How long the gateway may be silent, in milliseconds. It asks no other server.
const SILENCE: u32 = 15_000;
/// The header of getsession that says in how many seconds the session expires.
const PORTAL_SESSION: &str = "portal-session";
/// The header of getsession that has the keys with which this consumer's drafts are encrypted.
const PORTAL_DRAFT_KEYS: &str = "portal-draft-keys";

/// In how many seconds the session expires unless it is used. `None` when the answer is not our
/// gateway's.
pub(super) fn expires_in(response: &Response) -> Option<u32> {
    header(response, PORTAL_SESSION)?.parse().ok()
}

/// The keys with which this consumer's drafts are encrypted, as the gateway gives them. `None` when it gives none.
pub(super) fn draft_keys(response: &Response) -> Option<String> {
    header(response, PORTAL_DRAFT_KEYS)
}

/// In how many seconds the session expires. Asking does not renew it.
///
/// # Errors
/// When the session is over, or there is no answer.
pub async fn session_expires_in(config: &Config) -> Result<u32, Problem> {
    let body = call(config, Method::GET, "session", None).await?;
    json::count_in(&body, "seconds").ok_or_else(not_understood)
}

/// Ends the session.
///
/// # Errors
/// When the gateway could not be told.
pub async fn log_out(config: &Config) -> Result<(), Problem> {
    call(config, Method::DELETE, "session", None)
        .await
        .map(drop)
}

/// On how many devices the consumer is signed in by sessions that came from one another, this one counted.
///
/// # Errors
/// When the session is over, or there is no answer.
pub async fn devices(config: &Config) -> Result<u32, Problem> {
    let body = call(config, Method::GET, "session/devices", None).await?;
    json::count_in(&body, "devices").ok_or_else(not_understood)
}

/// Ends the sessions of the other devices.
///
/// # Errors
/// When the gateway could not be told.
pub async fn end_other_devices(config: &Config) -> Result<(), Problem> {
    call(config, Method::DELETE, "session/devices", None)
        .await
        .map(drop)
}

/// A code for the consumer's phone.
#[derive(Debug, Clone, PartialEq)]
pub struct PhoneCode {
    /// A picture for `src`, as a `data:` address. In an `<img>` nothing in it runs.
    pub picture: String,
    /// How many seconds it can be used.
    pub seconds: u32,
}

/// Asks for a code that leads the phone to a page: `route` is how the gateway names it
/// ([`Page::path`](crate::route::Page::path)).
///
/// # Errors
/// When the session is over, or there is no answer.
pub async fn phone_code(config: &Config, route: &str) -> Result<PhoneCode, Problem> {
    // Our own fragments have nothing in them that JSON would escape.
    let request = format!(r#"{{"route":"{route}"}}"#);
    let body = call(config, Method::POST, "session/phone", Some(&request)).await?;
    let svg = json::text_in(&body, "svg").ok_or_else(not_understood)?;
    let svg = utf8_percent_encode(&svg, NON_ALPHANUMERIC);
    Ok(PhoneCode {
        picture: format!("data:image/svg+xml,{svg}"),
        seconds: json::count_in(&body, "seconds").ok_or_else(not_understood)?,
    })
}

/// Calls an address beside the folder of the four endpoints; gives the body.
async fn call(
    config: &Config,
    method: Method,
    path: &str,
    request: Option<&str>,
) -> Result<Vec<u8>, Problem> {
    let url = format!("{}/../{path}", config.api.trim_end_matches('/'));
    let response = within(SILENCE, http::send(config, method, &url, request, None)).await?;
    let body = read_all(&response, SILENCE).await?;
    check_answer(response.status(), &body)?;
    Ok(body)
}

fn not_understood() -> Problem {
    Problem::new(ProblemKind::NotUnderstood, "not the gateway's answer")
}
