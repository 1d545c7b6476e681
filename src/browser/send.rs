//! Sends a document, once, by XMLHttpRequest: fetch does not tell how much of a request is sent.
//!
//! Tells what happened and decides nothing: whether a document whose answer was lost arrived is for the
//! upload flow to find out.

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
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, File, FormData, ProgressEvent, XmlHttpRequest};

use super::{file, page, wait::wait};
use crate::{config::Config, upload::flow::Ending};

/// There is no limit to how long sending may take: a large file on a train takes what it takes. But it
/// has to go on; this is how often that is looked at, in milliseconds.
const LOOK: i32 = 5_000;
/// How many looks in a row may find that nothing was sent since the last: a minute. A device that
/// sleeps does not look.
const LOOKS_WHILE_SENDING: u32 = 12;
/// As many while the server works on what it was sent: three minutes.
const LOOKS_WHILE_ANSWERING: u32 = 36;

/// What is heard of a document on its way.
#[derive(Debug, Clone, PartialEq)]
pub enum SendEvent {
    /// So much is sent; both in bytes, `total` 0 when unknown.
    Progress {
        /// How much is sent.
        sent: u64,
        /// How much there is to send.
        total: u64,
    },
    /// It is over; nothing more is heard.
    Ended(Ending),
}

/// A document on its way. Dropping it stops it: nothing more is heard of it.
#[derive(Debug)]
#[expect(dead_code, reason = "it is there to be dropped")]
pub struct Sending(Rc<Running>);

/// Sends the document. `on_event` is never called before this has returned.
pub fn send(
    config: &Config,
    request: &UploadRequest<'_>,
    file: &File,
    on_event: impl Fn(SendEvent) + 'static,
) -> Sending {
    let running = Rc::new(Running {
        xhr: XmlHttpRequest::new().expect("every browser that runs this has it"),
        file: file.clone(),
        offline: !page::is_online(),
        sent: Cell::new(Sent::Nothing),
        quiet: Cell::new(0),
        over: Cell::new(false),
        listener: OnceCell::new(),
        on_event: Box::new(on_event),
    });
    let begun = running.start(&upload_url(&config.api), config.with_cookies(), request);
    let running_on = Rc::downgrade(&running);
    spawn_local(async move {
        match begun {
            Ok(()) => watch(running_on).await,
            Err(error) => {
                // A browser that will not even begin has sent nothing.
                let problem = Problem::new(ProblemKind::Rejected, message(error));
                if let Some(running) = running_on.upgrade() {
                    running.end(Ending::Problem(problem));
                }
            }
        }
    });
    Sending(running)
}

struct Running {
    xhr: XmlHttpRequest,
    file: File,
    /// Whether the browser knew of no connection when this began.
    offline: bool,
    /// How much is known to be sent.
    sent: Cell<Sent>,
    /// How many looks in a row found that nothing was sent since.
    quiet: Cell<u32>,
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

impl Running {
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

        let running = Rc::downgrade(self);
        let listener = self.listener.get_or_init(|| {
            Closure::new(move |event: Event| {
                if let Some(running) = running.upgrade() {
                    running.hear(&event);
                }
            })
        });
        let function = Some(listener.as_ref().unchecked_ref());
        xhr.upload()?.set_onprogress(function);
        xhr.set_onloadend(function);
        xhr.send_with_opt_form_data(Some(&form))
    }

    fn hear(self: Rc<Self>, event: &Event) {
        match event.dyn_ref::<ProgressEvent>() {
            Some(progress) if event.type_() == "progress" => {
                let (sent, total) = (progress.loaded() as u64, progress.total() as u64);
                self.quiet.set(0);
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
            let body = self.xhr.response_text().ok().flatten().unwrap_or_default();
            return self.end(match check_upload_answer(status, body.as_bytes()) {
                Ok(()) => Ending::Stored,
                Err(problem) => Ending::Problem(problem),
            });
        }
        // A browser does not tell a lost connection from a file that it cannot read any more.
        let this = Rc::downgrade(&self);
        let file = self.file.clone();
        spawn_local(async move {
            let is_readable = file::is_readable(&file).await;
            if let Some(running) = this.upgrade() {
                running.end(if is_readable || running.sent.get() == Sent::All {
                    Ending::Problem(running.lost("no answer"))
                } else {
                    Ending::Unreadable
                });
            }
        });
    }

    fn lost(&self, detail: &str) -> Problem {
        // Only where nothing can have been sent is it safe to say so.
        let never_sent = self.offline && !page::is_online() && self.sent.get() == Sent::Nothing;
        let kind = match never_sent {
            true => ProblemKind::Offline,
            false => ProblemKind::Connection,
        };
        Problem::new(kind, detail)
    }

    /// Looks whether it goes on.
    fn look(self: Rc<Self>) {
        let quiet = self.quiet.get() + 1;
        self.quiet.set(quiet);
        let patience = match self.sent.get() {
            Sent::All => LOOKS_WHILE_ANSWERING,
            _ => LOOKS_WHILE_SENDING,
        };
        if quiet >= patience {
            let problem = self.lost("it does not go on");
            self.end(Ending::Problem(problem));
        }
    }

    fn end(&self, ending: Ending) {
        if !self.over.replace(true) {
            self.stop();
            (self.on_event)(SendEvent::Ended(ending));
        }
    }

    /// Stops sending, and hearing of it.
    fn stop(&self) {
        self.xhr.set_onloadend(None);
        if let Ok(upload) = self.xhr.upload() {
            upload.set_onprogress(None);
        }
        // Of a request that is over there is nothing to abort.
        let _ = self.xhr.abort();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}

async fn watch(running: Weak<Running>) {
    loop {
        wait(LOOK).await;
        match running.upgrade() {
            Some(running) if !running.over.get() => running.look(),
            _ => return,
        }
    }
}

/// A random name for one attempt. (`crypto.randomUUID` is not there on a page without TLS.)
fn new_upload_id() -> Result<String, JsValue> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut random = [0; 16];
    page::window()
        .crypto()?
        .get_random_values_with_u8_array(&mut random)?;
    Ok(random
        .into_iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect())
}

/// What a browser says went wrong.
fn message(error: JsValue) -> String {
    let error = error.dyn_into::<js_sys::Error>();
    error
        .map(|error| error.message().into())
        .unwrap_or_default()
}
