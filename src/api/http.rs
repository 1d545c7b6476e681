//! What the calls share: a request with the consumer's cookies, a body that is read piece by piece, and what
//! is known of the connection. Every failure is a [`Problem`], and a server that falls silent is one.

use std::{future::Future, pin::pin};

use accelerate::problem::{Problem, ProblemKind};
use futures::future::{Either, select};
use gloo_net::{
    Error,
    http::{Method, RequestBuilder},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Uint8Array;
use leptos::prelude::{ArcRwSignal, GetUntracked, Set};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortSignal, ReadableStreamDefaultReader, ReadableStreamReadResult, RequestCache,
    RequestCredentials, Response,
};

use crate::{config::Config, platform::window};

thread_local! {
    static ONLINE: ArcRwSignal<bool> = ArcRwSignal::new(true);
}

/// Whether there is a connection, as far as is known: `false` when a call failed while the browser said that
/// there was none. The browser's word alone is not enough: some say so while all works.
pub fn online() -> ArcRwSignal<bool> {
    ONLINE.with(Clone::clone)
}

/// There was an answer, whatever it said; or the browser has found a connection.
pub fn connected() {
    set_online(true);
}

fn set_online(is_online: bool) {
    let online = online();
    if online.get_untracked() != is_online {
        online.set(is_online);
    }
}

/// Sends a request, with the consumer's cookies where they say who is asking. What is read has a number in
/// its address that no other request has: a service worker of the page around may keep every answer, and must
/// not find one for a later request, of another consumer perhaps.
///
/// # Errors
/// When there is no answer.
pub async fn send(
    config: &Config,
    method: Method,
    url: &str,
    body: Option<&str>,
    signal: Option<&AbortSignal>,
) -> Result<Response, Problem> {
    let credentials = match config.sends_cookies() {
        true => RequestCredentials::Include,
        false => RequestCredentials::SameOrigin,
    };
    let mut url = url.to_owned();
    if method == Method::GET && url.starts_with("http") {
        let once = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        url.push(if url.contains('?') { '&' } else { '?' });
        url += "once=";
        url += &once.to_string();
    }
    let request = RequestBuilder::new(&url)
        .method(method)
        .credentials(credentials)
        .cache(RequestCache::NoStore)
        .abort_signal(signal)
        .body(body.map(JsValue::from_str));
    let answer = match request {
        Ok(request) => request.send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(response) => {
            connected();
            Ok(response.into())
        }
        Err(Error::JsError(error)) => Err(connection_problem(error.message)),
        Err(_) => Err(connection_problem(String::new())),
    }
}

/// Gives the body to `on_piece`, piece by piece, until it ends or `on_piece` fails. The server may be
/// silent for so many milliseconds.
///
/// # Errors
/// What `on_piece` says; a connection problem when the body breaks off, when the server falls silent,
/// and when the body is shorter than its `Content-Length`.
pub async fn read(
    response: &Response,
    silence: u32,
    mut on_piece: impl FnMut(Uint8Array) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Some(body) = response.body() else {
        return Ok(());
    };
    let reader = Reader(body.get_reader().unchecked_into());
    let mut received = 0.0;
    while let Some(piece) = within(silence, reader.next()).await? {
        received += f64::from(piece.length());
        on_piece(piece)?;
    }
    match content_length(response) {
        Some(length) if received < length => {
            Err(connection_problem("the answer was cut short".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Reads a body. Dropping it stops what still comes.
struct Reader(ReadableStreamDefaultReader);

impl Reader {
    /// The next piece; `None` at the end.
    async fn next(&self) -> Result<Option<Uint8Array>, Problem> {
        let result = JsFuture::from(self.0.read()).await.map_err(js_problem)?;
        let result: ReadableStreamReadResult = result.unchecked_into();
        Ok((!result.get_done().unwrap_or(false)).then(|| result.get_value().unchecked_into()))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // A body that is at its end, or has broken off, takes no notice. That would be an unhandled
        // rejection, were nobody waiting for it.
        let cancelled = JsFuture::from(self.0.cancel());
        spawn_local(async move {
            let _ = cancelled.await;
        });
    }
}

/// The whole body.
///
/// # Errors
/// As [`read`].
pub async fn read_all(response: &Response, silence: u32) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    read(response, silence, |piece| {
        let start = body.len();
        body.resize(start + piece.length() as usize, 0);
        piece.copy_to(&mut body[start..]);
        Ok(())
    })
    .await?;
    Ok(body)
}

/// A header of the answer.
pub fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

/// How many bytes the body has, where that is known. The length of a compressed body says only how many
/// bytes are sent.
pub fn content_length(response: &Response) -> Option<f64> {
    match header(response, "content-encoding") {
        Some(encoding) if encoding != "identity" => None,
        _ => header(response, "content-length")?
            .parse::<u32>()
            .ok()
            .map(f64::from),
    }
}

/// What `future` gives, or a connection problem when it gives nothing within so many milliseconds.
///
/// # Errors
/// What `future` says, or that problem.
pub async fn within<T>(
    milliseconds: u32,
    future: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    match select(pin!(future), TimeoutFuture::new(milliseconds)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(Problem::new(ProblemKind::Connection, "no answer in time")),
    }
}

/// No answer, or one that broke off.
pub fn connection_problem(detail: String) -> Problem {
    let kind = match window::is_online() {
        true => ProblemKind::Connection,
        false => {
            set_online(false);
            ProblemKind::Offline
        }
    };
    Problem::new(kind, detail)
}

/// The same, with what a promise was rejected with.
pub fn js_problem(error: JsValue) -> Problem {
    let message = error
        .dyn_into::<js_sys::Error>()
        .map(|error| String::from(error.message()));
    connection_problem(message.unwrap_or_default())
}
