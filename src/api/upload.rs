//! `upload_file`: sends a document once, by XMLHttpRequest, because fetch does not tell how much of a
//! request is sent.
//!
//! It says what happened and decides nothing: whether a document whose answer was lost arrived is for
//! the upload machine to find out.

use std::{
    cell::{Cell, OnceCell},
    fmt,
    rc::{Rc, Weak},
};

use accelerate::{
    conventions::{FILE_PART, UPLOAD_ID},
    problem::{Problem, ProblemKind, check_upload_answer},
    request::{UploadRequest, upload_url},
};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, File, FormData, ProgressEvent, XmlHttpRequest};

use super::http::{connected, connection_problem};
use crate::{
    config::Config,
    platform::{file, window},
};

/// How often it is checked that sending goes on, in seconds. Sending itself may take as long as it takes: a
/// large file on a train is slow.
const CHECK_INTERVAL: u32 = 5;
/// How long nothing more may be sent, in seconds, whatever was sent before. A device that sleeps does not
/// count.
const PATIENCE_WHILE_SENDING: u64 = 60;
/// The same while the server works on what it got.
const PATIENCE_WHILE_ANSWERING: u64 = 180;
/// How many bytes a slow way passes on in a second. What the browser has sent may lie with a proxy or a
/// scanner that swallowed it at once.
const SLOW: u64 = 32 * 1024;

/// How long the page waits for news of a document, in seconds: a while, and the time that what was sent takes
/// on a slow way.
fn patience(sent: u64, is_all: bool) -> u64 {
    let base = match is_all {
        true => PATIENCE_WHILE_ANSWERING,
        false => PATIENCE_WHILE_SENDING,
    };
    base + sent / SLOW
}

/// News of a document that is being sent.
#[derive(Debug, Clone, PartialEq)]
pub enum SendEvent {
    /// So much is sent; both in bytes, `total` 0 when unknown.
    Progress {
        /// How much is sent.
        sent: u64,
        /// How much there is to send.
        total: u64,
    },
    /// It is over, and there is no more news.
    Ended(SendOutcome),
}

/// How sending ended.
#[derive(Debug, Clone, PartialEq)]
pub enum SendOutcome {
    /// The server answered that it stored the document.
    Stored,
    /// The server answered something else, or nothing. [`ProblemKind::Offline`] says that nothing was
    /// sent.
    Problem(Problem),
    /// The device could not read the file.
    Unreadable,
}

/// A document that is being sent. Dropping it stops that, and there is no more news.
#[derive(Debug)]
#[expect(dead_code, reason = "it is there to be dropped")]
pub struct UploadHandle(Rc<Transfer>);

/// Sends the document. `on_event` is never called before this has returned.
pub fn upload_file(
    config: &Config,
    request: &UploadRequest<'_>,
    file: &File,
    on_event: impl Fn(SendEvent) + 'static,
) -> UploadHandle {
    let transfer = Rc::new(Transfer {
        xhr: XmlHttpRequest::new().expect("every browser that runs this has it"),
        file: file.clone(),
        offline: !window::is_online(),
        sent: Cell::new(Sent::Nothing),
        bytes: Cell::new(0),
        quiet_checks: Cell::new(0),
        over: Cell::new(false),
        listener: OnceCell::new(),
        on_event: Box::new(on_event),
    });
    let begun = transfer.start(&upload_url(&config.api), config.sends_cookies(), request);
    let weak = Rc::downgrade(&transfer);
    spawn_local(async move {
        match begun {
            Ok(()) => watch(weak).await,
            Err(error) => {
                // A browser that does not begin has sent nothing.
                let problem = Problem::new(ProblemKind::Rejected, message(error));
                if let Some(transfer) = weak.upgrade() {
                    transfer.end(SendOutcome::Problem(problem));
                }
            }
        }
    });
    UploadHandle(transfer)
}

struct Transfer {
    xhr: XmlHttpRequest,
    file: File,
    /// Whether the browser had no connection when this began.
    offline: bool,
    /// How much is known to be sent.
    sent: Cell<Sent>,
    /// The same in bytes.
    bytes: Cell<u64>,
    /// How many checks in a row found that nothing more was sent.
    quiet_checks: Cell<u32>,
    over: Cell<bool>,
    listener: OnceCell<Closure<dyn Fn(Event)>>,
    on_event: Box<dyn Fn(SendEvent)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sent {
    Nothing,
    Some,
    All,
}

impl Transfer {
    fn start(
        self: &Rc<Self>,
        url: &str,
        with_cookies: bool,
        request: &UploadRequest<'_>,
    ) -> Result<(), JsValue> {
        let form = FormData::new()?;
        form.append_with_blob_and_filename(FILE_PART, &self.file, request.filename)?;
        let xhr = &self.xhr;
        xhr.open("POST", url)?;
        xhr.set_with_credentials(with_cookies);
        for (name, value) in request.headers() {
            xhr.set_request_header(name, &value)?;
        }
        xhr.set_request_header(UPLOAD_ID, &new_upload_id()?)?;

        let transfer = Rc::downgrade(self);
        let listener = self.listener.get_or_init(|| {
            Closure::new(move |event: Event| {
                if let Some(transfer) = transfer.upgrade() {
                    transfer.handle(&event);
                }
            })
        });
        let function = Some(listener.as_ref().unchecked_ref());
        xhr.upload()?.set_onprogress(function);
        xhr.set_onloadend(function);
        xhr.send_with_opt_form_data(Some(&form))
    }

    fn handle(self: Rc<Self>, event: &Event) {
        match event.dyn_ref::<ProgressEvent>() {
            Some(progress) if event.type_() == "progress" => {
                let (sent, total) = (progress.loaded() as u64, progress.total() as u64);
                self.quiet_checks.set(0);
                self.bytes.set(sent);
                self.sent.set(match sent {
                    0 => Sent::Nothing,
                    _ if total > 0 && sent >= total => Sent::All,
                    _ => Sent::Some,
                });
                (self.on_event)(SendEvent::Progress { sent, total });
            }
            _ => self.answered(),
        }
    }

    fn answered(self: Rc<Self>) {
        let status = self.xhr.status().unwrap_or(0);
        if status != 0 {
            connected();
            let body = self.xhr.response_text().ok().flatten().unwrap_or_default();
            return self.end(match check_upload_answer(status, body.as_bytes()) {
                Ok(()) => SendOutcome::Stored,
                Err(problem) => SendOutcome::Problem(problem),
            });
        }
        // A browser reports a lost connection and a file that it can no longer read in the same way.
        let this = Rc::downgrade(&self);
        let file = self.file.clone();
        spawn_local(async move {
            let is_readable = file::is_readable(&file).await;
            if let Some(transfer) = this.upgrade() {
                transfer.end(if is_readable || transfer.sent.get() == Sent::All {
                    SendOutcome::Problem(transfer.lost("no answer"))
                } else {
                    SendOutcome::Unreadable
                });
            }
        });
    }

    fn lost(&self, detail: &str) -> Problem {
        // Only where nothing can have been sent is it safe to say so.
        let never_sent = self.offline && self.sent.get() == Sent::Nothing;
        match connection_problem(detail.to_owned()) {
            problem if never_sent => problem,
            problem => Problem::new(ProblemKind::Connection, problem.detail),
        }
    }

    /// Checks that sending goes on.
    fn check(self: Rc<Self>) {
        let quiet = self.quiet_checks.get() + 1;
        self.quiet_checks.set(quiet);
        let patience = patience(self.bytes.get(), self.sent.get() == Sent::All);
        if u64::from(quiet * CHECK_INTERVAL) >= patience {
            let problem = self.lost("it does not go on");
            self.end(SendOutcome::Problem(problem));
        }
    }

    fn end(&self, outcome: SendOutcome) {
        if !self.over.replace(true) {
            self.stop();
            (self.on_event)(SendEvent::Ended(outcome));
        }
    }

    /// Stops sending, and the news of it.
    fn stop(&self) {
        self.xhr.set_onloadend(None);
        if let Ok(upload) = self.xhr.upload() {
            upload.set_onprogress(None);
        }
        // A request that is over has nothing to abort.
        let _ = self.xhr.abort();
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transfer")
    }
}

async fn watch(transfer: Weak<Transfer>) {
    loop {
        TimeoutFuture::new(CHECK_INTERVAL * 1000).await;
        match transfer.upgrade() {
            Some(transfer) if !transfer.over.get() => transfer.check(),
            _ => return,
        }
    }
}

/// A random id for one attempt. (`crypto.randomUUID` is not there on a page without TLS.)
fn new_upload_id() -> Result<String, JsValue> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut random = [0; 16];
    leptos::prelude::window()
        .crypto()?
        .get_random_values_with_u8_array(&mut random)?;
    Ok(random
        .into_iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect())
}

/// The browser's own words for an error.
fn message(error: JsValue) -> String {
    let error = error.dyn_into::<js_sys::Error>();
    error
        .map(|error| error.message().into())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_with_what_was_sent() {
        assert_eq!(patience(0, false), 60);
        assert_eq!(patience(200_000, true), 186);
        // A scanner that swallows 24 MB at once and passes on 32 KB a second.
        assert_eq!(patience(24 << 20, true), 180 + 768);
        assert!(patience(1 << 20, true) < patience(2 << 20, true));
        assert!(patience(1 << 20, false) < patience(1 << 20, true));
    }
}
