//! The three calls that fetch something: the session, an action's document, an OTD.
//!
//! A document is never in this module's memory as a whole: its pieces stay the browser's and become a
//! Blob there. Only of an OTD, which comes as text in JSON, each piece passes through to be decoded.

use std::mem;

use accelerate::{
    decode, filename, otd,
    problem::{Problem, ProblemKind, check_answer, check_document},
    request,
    session::Session,
};
use gloo_net::{
    Error,
    http::{Method, RequestBuilder},
};
use js_sys::{Array, JsString, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, Blob, BlobPropertyBag, ReadableStreamDefaultReader, RequestCache,
    RequestCredentials, Response,
};

use super::{
    gateway, page,
    wait::{wait, within},
};
use crate::config::Config;

/// How long getsession may be silent, in milliseconds.
const SESSION_SILENCE: i32 = 30_000;
/// From how many bytes on a dossier is long.
const LONG: usize = 1 << 20;
/// How long a document may be silent, in milliseconds: some are made while one waits.
const DOCUMENT_SILENCE: i32 = 60_000;
/// How much of an answer is looked at to tell what it is, in bytes.
const HEAD: usize = 1024;
/// How much of an OTD is decoded at once, in bytes.
const SLICE: u32 = 128 * 1024;
/// How much is gathered before it becomes a Blob, in bytes: Blobs may lie on disk, arrays may not.
const GATHERED: u32 = 4 * 1024 * 1024;

/// The types that a tab of the browser may show. Anything else could be, or be taken for, a page with
/// scripts, which would run as if it were part of this one: such a document can only be saved.
const SHOWN: [&str; 5] = [
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
];
const ONLY_SAVED: &str = "application/octet-stream";

/// A session as it came.
#[derive(Debug)]
pub struct Came {
    /// What was asked for.
    pub session: Session,
    /// How many seconds the consumer stays signed in unless they do something; `None` where no gateway of
    /// ours answers.
    pub lasts: Option<u32>,
}

/// Asks for the session.
pub async fn getsession(config: &Config) -> Result<Came, Problem> {
    let url = request::getsession_url(
        &config.api,
        config.consumer_id.as_deref(),
        config.ip_address.as_deref(),
    );
    let answer = ask(config, Method::GET, &url, None, None);
    read_session(within(SESSION_SILENCE, answer).await?).await
}

/// The session that the loader has asked for: `answer` is a promise of a `Response`.
pub async fn first_session(answer: Promise) -> Result<Came, Problem> {
    let response = within(SESSION_SILENCE, settled(answer)).await?;
    read_session(response.unchecked_into()).await
}

async fn read_session(response: Response) -> Result<Came, Problem> {
    let body = read_all(&response, SESSION_SILENCE).await?;
    // Each of these keeps a slow phone busy for a moment when the dossier is long: what the consumer
    // does meanwhile comes in between.
    let long = body.len() > LONG;
    if long {
        wait(0).await;
    }
    check_answer(response.status(), &body)?;
    let session = decode::session(&body).map_err(|problem| problem.with_status(response.status()));
    if long {
        wait(0).await;
    }
    Ok(Came {
        session: session?,
        lasts: gateway::lasts(&response),
    })
}

/// The whole body.
pub(super) async fn read_all(response: &Response, silence: i32) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    read(response, silence, &mut |piece| {
        let start = body.len();
        body.resize(start + piece.length() as usize, 0);
        piece.copy_to(&mut body[start..]);
        Ok(())
    })
    .await?;
    Ok(body)
}

/// A document that came whole.
#[derive(Debug)]
pub struct Fetched {
    /// Its bytes. Its type is one that can be shown, or says that it cannot.
    pub blob: Blob,
    /// The name to save it under.
    pub filename: String,
}

impl Fetched {
    /// Whether a tab of the browser may show it.
    pub fn can_be_shown(&self) -> bool {
        self.blob.type_() != ONLY_SAVED
    }
}

/// A document on its way. Dropping it stops it: nothing more is heard of it.
#[derive(Debug)]
pub struct Running(AbortController);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type Progress = Box<dyn Fn(f64, Option<f64>)>;
type Done = Box<dyn FnOnce(Result<Fetched, Problem>)>;

/// Fetches an action's document. Tells `progress` how many bytes came, and of how many if that is
/// known; then `done`, once. `label` names the document if nothing else does.
pub fn download(
    config: &Config,
    action: &str,
    label: &str,
    progress: impl Fn(f64, Option<f64>) + 'static,
    done: impl FnOnce(Result<Fetched, Problem>) + 'static,
) -> Running {
    let url = request::download_url(&config.api, action);
    start(
        config,
        url,
        label,
        false,
        Box::new(progress),
        Box::new(done),
    )
}

/// Fetches an action's OTD, as [`download`] does.
pub fn otd(
    config: &Config,
    action: &str,
    label: &str,
    progress: impl Fn(f64, Option<f64>) + 'static,
    done: impl FnOnce(Result<Fetched, Problem>) + 'static,
) -> Running {
    let url = request::otd_url(&config.api, action);
    start(config, url, label, true, Box::new(progress), Box::new(done))
}

fn start(
    config: &Config,
    url: String,
    label: &str,
    is_otd: bool,
    progress: Progress,
    done: Done,
) -> Running {
    let controller = AbortController::new().expect("every browser that runs this has it");
    let signal = controller.signal();
    let (config, label) = (config.clone(), label.to_owned());
    spawn_local({
        let controller = controller.clone();
        async move {
            let answer = ask(&config, Method::GET, &url, None, Some(&signal));
            let answer = within(DOCUMENT_SILENCE, answer).await;
            let fetched = match answer {
                Ok(response) if is_otd => read_otd(&response, &label, &progress).await,
                Ok(response) => read_document(&response, &label, &progress).await,
                Err(problem) => Err(problem),
            };
            if !signal.aborted() {
                // What is not wanted any more need not come.
                controller.abort();
                done(fetched);
            }
        }
    });
    Running(controller)
}

/// Asks, with the consumer's cookies where they say who they are.
pub(super) async fn ask(
    config: &Config,
    method: Method,
    url: &str,
    body: Option<&str>,
    signal: Option<&AbortSignal>,
) -> Result<Response, Problem> {
    let credentials = match config.with_cookies() {
        true => RequestCredentials::Include,
        false => RequestCredentials::SameOrigin,
    };
    let request = RequestBuilder::new(url)
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
        Ok(response) => Ok(response.into()),
        Err(Error::JsError(error)) => Err(lost(error.message)),
        Err(_) => Err(lost(String::new())),
    }
}

/// No answer, or one that broke off.
pub(super) fn lost(detail: String) -> Problem {
    let kind = match page::is_online() {
        true => ProblemKind::Connection,
        false => ProblemKind::Offline,
    };
    Problem::new(kind, detail)
}

async fn settled(promise: Promise) -> Result<JsValue, Problem> {
    JsFuture::from(promise).await.map_err(|error| {
        let message = error
            .dyn_into::<js_sys::Error>()
            .map(|error| error.message());
        lost(message.map(String::from).unwrap_or_default())
    })
}

/// Gives the body to `take` piece by piece, until it ends or `take` will have no more of it. What breaks
/// off, falls silent, or ends before it is as long as it was said to be, was lost.
async fn read(
    response: &Response,
    silence: i32,
    take: &mut dyn FnMut(Uint8Array) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Some(body) = response.body() else {
        return Ok(());
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut received = 0.0;
    let of = |result: &JsValue, name: &str| {
        Reflect::get(result, &JsString::from(name)).unwrap_or(JsValue::UNDEFINED)
    };
    loop {
        let result = within(silence, settled(reader.read())).await?;
        if of(&result, "done").is_truthy() {
            break;
        }
        let piece: Uint8Array = of(&result, "value").unchecked_into();
        received += f64::from(piece.length());
        take(piece)?;
    }
    match length(response) {
        Some(length) if received < length => Err(lost("the answer was cut short".to_owned())),
        _ => Ok(()),
    }
}

/// How many bytes the body has, when that is known: of a compressed one, only how many it is sent as.
fn length(response: &Response) -> Option<f64> {
    match header(response, "content-encoding") {
        Some(encoding) if encoding != "identity" => None,
        _ => header(response, "content-length")?
            .parse::<u32>()
            .ok()
            .map(f64::from),
    }
}

pub(super) fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

/// The bytes of a document, in the browser's hands.
struct Pieces {
    blobs: Array,
    gathered: Array,
    size: u32,
}

impl Pieces {
    fn new() -> Self {
        Self {
            blobs: Array::new(),
            gathered: Array::new(),
            size: 0,
        }
    }

    fn push(&mut self, piece: &Uint8Array) -> Result<(), Problem> {
        self.size += piece.length();
        self.gathered.push(piece);
        if self.size >= GATHERED {
            self.size = 0;
            let gathered = mem::replace(&mut self.gathered, Array::new());
            self.blobs.push(&blob(&gathered, "")?.into());
        }
        Ok(())
    }

    fn join(self, kind: &str) -> Result<Blob, Problem> {
        for piece in self.gathered.iter() {
            self.blobs.push(&piece);
        }
        blob(&self.blobs, kind)
    }
}

fn blob(parts: &Array, kind: &str) -> Result<Blob, Problem> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_blob_sequence_and_options(parts, &options)
        .map_err(|_| Problem::new(ProblemKind::NotUnderstood, "no memory for the document"))
}

/// The first bytes of an answer, as its pieces come.
struct Head(Vec<u8>);

impl Head {
    /// Takes what is missing. `true` when that made it complete.
    fn take(&mut self, piece: &Uint8Array) -> bool {
        let missing = HEAD - self.0.len();
        if missing > 0 {
            let some = missing.min(piece.length() as usize);
            self.0.extend(piece.subarray(0, some as u32).to_vec());
        }
        missing > 0 && self.0.len() == HEAD
    }
}

async fn read_document(
    response: &Response,
    label: &str,
    progress: &Progress,
) -> Result<Fetched, Problem> {
    let kind = header(response, "content-type");
    let name =
        filename::from_content_disposition(header(response, "content-disposition").as_deref());
    let check = |head: &[u8]| {
        check_answer(response.status(), head)?;
        check_document(kind.as_deref(), head, name.as_deref())
            .map_err(|problem| problem.with_status(response.status()))
    };
    let mut head = Head(Vec::with_capacity(HEAD));
    let mut pieces = Pieces::new();
    let mut progress = Report::new(response, progress);
    read(response, DOCUMENT_SILENCE, &mut |piece| {
        // An error page need not be fetched to its end.
        if head.take(&piece) {
            check(&head.0)?;
        }
        progress.came(piece.length());
        pieces.push(&piece)
    })
    .await?;
    check(&head.0)?;
    Ok(Fetched {
        blob: pieces.join(shown_as(kind.as_deref(), &head.0))?,
        filename: filename::or(name, label, kind.as_deref()),
    })
}

/// The type that the browser is told: never one that it might run.
fn shown_as(kind: Option<&str>, head: &[u8]) -> &'static str {
    let kind = kind.unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = match head.starts_with(b"%PDF-") {
        true => "application/pdf",
        false => kind,
    };
    SHOWN
        .into_iter()
        .find(|shown| shown.eq_ignore_ascii_case(kind))
        .unwrap_or(ONLY_SAVED)
}

async fn read_otd(
    response: &Response,
    label: &str,
    progress: &Progress,
) -> Result<Fetched, Problem> {
    let status = response.status();
    let refused = status >= 400;
    let mut head = Head(Vec::with_capacity(HEAD));
    let mut decoder = otd::Decoder::new();
    let mut pieces = Pieces::new();
    let mut decoded = Vec::new();
    let mut slice = Vec::new();
    let mut progress = Report::new(response, progress);
    read(response, DOCUMENT_SILENCE, &mut |piece| {
        if refused {
            return match head.take(&piece) {
                true => check_answer(status, &head.0),
                false => Ok(()),
            };
        }
        progress.came(piece.length());
        let mut start = 0;
        while start < piece.length() {
            let end = piece.length().min(start + SLICE);
            slice.resize((end - start) as usize, 0);
            piece.subarray(start, end).copy_to(&mut slice);
            decoder.push(&slice, &mut |bytes| decoded.extend_from_slice(bytes))?;
            start = end;
            pieces.push(&Uint8Array::from(&*decoded))?;
            decoded.clear();
        }
        Ok(())
    })
    .await?;
    check_answer(status, &head.0)?;
    let otd = decoder
        .finish()
        .map_err(|problem| problem.with_status(status))?;
    let kind = SHOWN[0];
    Ok(Fetched {
        blob: pieces.join(kind)?,
        filename: filename::or(otd.filename, label, Some(kind)),
    })
}

/// Tells how much came. A body that turns out longer than it was said to be is of unknown length: it
/// was compressed, which another origin does not tell.
struct Report<'a> {
    progress: &'a Progress,
    received: f64,
    total: Option<f64>,
}

impl<'a> Report<'a> {
    fn new(response: &Response, progress: &'a Progress) -> Self {
        Self {
            progress,
            received: 0.0,
            total: length(response),
        }
    }

    fn came(&mut self, bytes: u32) {
        self.received += f64::from(bytes);
        (self.progress)(
            self.received,
            self.total.filter(|total| *total >= self.received),
        );
    }
}
