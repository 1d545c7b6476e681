//! What our gateway answers beside the four endpoints: how long the session lasts, its end, and a code
//! for the phone. Other servers have none of it, and the portal does not offer it then: that the
//! gateway is there is seen by the header that it adds to getsession.

use accelerate::problem::{Problem, ProblemKind, check_answer};
use gloo_net::http::Method;
use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;
use web_sys::Response;

use super::{
    fetch::{self, header},
    page,
    wait::within,
};
use crate::config::Config;

/// How long the gateway may be silent, in milliseconds: it asks nobody else.
const SILENCE: i32 = 15_000;
/// Comes with getsession: how many seconds the session lasts unless it is used.
const PORTAL_SESSION: &str = "portal-session";

/// How many seconds the session lasts from this answer on, unless it is used. `None` when no gateway
/// of ours answered.
pub(super) fn lasts(response: &Response) -> Option<u32> {
    header(response, PORTAL_SESSION)?.parse().ok()
}

/// How many seconds the session lasts. Asking does not make it last longer.
pub async fn session_lasts(config: &Config) -> Result<u32, Problem> {
    let answer = ask(config, Method::GET, "session", None).await?;
    number(&answer, "seconds").ok_or_else(not_understood)
}

/// Ends the session.
pub async fn log_out(config: &Config) -> Result<(), Problem> {
    ask(config, Method::DELETE, "session", None).await.map(drop)
}

/// A code for the consumer's phone.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// A picture for `src`, as a `data:` address: in an `<img>` nothing in it can do anything.
    pub picture: String,
    /// How many seconds it can be used.
    pub seconds: u32,
}

/// Asks for a code that leads the phone to the page of that fragment (without `#portal/`).
pub async fn phone_code(config: &Config, route: &str) -> Result<Code, Problem> {
    let mut body = "{\"route\":\"".to_owned();
    // Our own fragments have nothing in them that JSON would escape.
    body.push_str(route);
    body.push_str("\"}");
    let answer = ask(config, Method::POST, "session/phone", Some(&body)).await?;
    let text = |name: &str| {
        Reflect::get(&answer, &JsValue::from_str(name))
            .ok()?
            .as_string()
    };
    let code = text("svg").and_then(|svg| {
        let mut picture = "data:image/svg+xml,".to_owned();
        picture.push_str(&page::encoded(&svg));
        Some(Code {
            picture,
            seconds: number(&answer, "seconds")?,
        })
    });
    code.ok_or_else(not_understood)
}

fn number(answer: &JsValue, name: &str) -> Option<u32> {
    let number = Reflect::get(answer, &JsValue::from_str(name))
        .ok()?
        .as_f64()?;
    (number >= 0.0).then_some(number as u32)
}

fn not_understood() -> Problem {
    Problem::new(ProblemKind::NotUnderstood, "no answer of a gateway's")
}

/// Asks for something that lies beside the four endpoints' folder; gives the answer's JSON.
async fn ask(
    config: &Config,
    method: Method,
    path: &str,
    body: Option<&str>,
) -> Result<JsValue, Problem> {
    let mut url = config.api.trim_end_matches('/').to_owned();
    url.push_str("/../");
    url.push_str(path);
    let answer = fetch::ask(config, method, &url, body, None);
    let answer = within(SILENCE, answer).await?;
    let body = fetch::read_all(&answer, SILENCE).await?;
    check_answer(answer.status(), &body)?;
    // Log-out answers with nothing.
    let text = String::from_utf8(body).unwrap_or_default();
    Ok(JSON::parse(&text).unwrap_or(JsValue::UNDEFINED))
}
