//! The documents of an action: `get_product_action_download` and `get_otd_pdf`.
//!
//! A document is never in this module's memory as a whole: its pieces belong to the browser and become
//! a Blob there. Only an OTD, which comes as text in JSON, passes through piece by piece to be decoded.

use std::mem;

use accelerate::{
    filename, otd,
    problem::{PDF_END_WITHIN, Problem, ProblemKind, check_answer, check_document, has_pdf_end},
    request::{download_url, otd_url},
};
use gloo_net::http::Method;
use js_sys::{Array, Uint8Array};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Blob, BlobPropertyBag, Response};

use super::http::{content_length, header, read, send, within};
use crate::{config::Config, platform::save::NOT_VIEWABLE};

/// How long the server may be silent, in milliseconds: before the document, and between two pieces of
/// it. However long a document is, it may take as long as it comes at all. Some are made when they are
/// asked for; a gateway that waits in vain says so after half of this.
const SILENCE: u32 = 60_000;
/// How many bytes of an answer are looked at to tell what it is.
const HEAD: usize = 1024;
/// How many bytes of an OTD are decoded at once.
const SLICE: u32 = 128 * 1024;
/// How many bytes are gathered before they become a Blob: Blobs may lie on disk, arrays may not.
const GATHERED: u32 = 4 * 1024 * 1024;

/// The type of a PDF.
const PDF: &str = "application/pdf";

/// The types that a tab may show. Anything else could be taken for a page with scripts, which would run
/// as if they were this page's. Such a document can only be saved.
const VIEWABLE: [&str; 5] = [PDF, "image/jpeg", "image/png", "image/webp", "image/gif"];

/// Which of an action's two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// What `get_product_action_download` gives.
    Download,
    /// The assignment to the adviser, what `get_otd_pdf` gives.
    Otd,
}

/// A whole document.
#[derive(Debug)]
pub struct Document {
    /// Its bytes. Its type is one of those that a tab may show, or [`NOT_VIEWABLE`].
    pub blob: Blob,
    /// The name to save it under.
    pub filename: String,
    /// Whether it is a PDF without a PDF's end. Readers show many of those all the same.
    pub lacks_end: bool,
}

/// A document that is being fetched. Dropping it stops that, and no callback is called any more.
#[derive(Debug)]
pub struct DocumentRequest(AbortController);

impl Drop for DocumentRequest {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type OnProgress = Box<dyn Fn(f64, Option<f64>)>;

/// Fetches a document of the action with the id `productaction_id`. `on_progress` is told how many bytes
/// came, and of how many where that is known; `on_end` is called once. `label` is the document's name
/// when the server gives none.
pub fn fetch_document(
    config: &Config,
    kind: DocumentKind,
    productaction_id: &str,
    label: &str,
    on_progress: impl Fn(f64, Option<f64>) + 'static,
    on_end: impl FnOnce(Result<Document, Problem>) + 'static,
) -> DocumentRequest {
    let url = match kind {
        DocumentKind::Download => download_url(&config.api, productaction_id),
        DocumentKind::Otd => otd_url(&config.api, productaction_id),
    };
    let controller = AbortController::new().expect("every browser that runs this has it");
    let signal = controller.signal();
    let (config, label) = (config.clone(), label.to_owned());
    let on_progress: OnProgress = Box::new(on_progress);
    spawn_local({
        let controller = controller.clone();
        async move {
            let response = send(&config, Method::GET, &url, None, Some(&signal));
            let document = match (within(SILENCE, response).await, kind) {
                (Ok(response), DocumentKind::Download) => {
                    read_document(&response, &label, &on_progress).await
                }
                (Ok(response), DocumentKind::Otd) => {
                    read_otd(&response, &label, &on_progress).await
                }
                (Err(problem), _) => Err(problem),
            };
            if !signal.aborted() {
                // The rest of an answer that is not wanted need not come.
                controller.abort();
                on_end(document);
            }
        }
    });
    DocumentRequest(controller)
}

/// The bytes of a document, which belong to the browser.
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

/// The first bytes of an answer.
struct Head(Vec<u8>);

impl Head {
    /// Adds what is missing. `true` when that completes it.
    fn add(&mut self, piece: &Uint8Array) -> bool {
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
    on_progress: &OnProgress,
) -> Result<Document, Problem> {
    let kind = header(response, "content-type");
    let name =
        filename::from_content_disposition(header(response, "content-disposition").as_deref());
    let check = |head: &[u8]| {
        check_answer(response.status(), head).map_err(|mut problem| {
            // The gateway's `BAD_ANSWER`: what came for the document was none.
            if problem.kind == ProblemKind::NotUnderstood {
                problem.kind = ProblemKind::NotADocument;
            }
            problem
        })?;
        check_document(kind.as_deref(), head, name.as_deref())
            .map_err(|problem| problem.with_status(response.status()))
    };
    let mut head = Head(Vec::with_capacity(HEAD));
    let mut pieces = Pieces::new();
    let mut progress = ProgressMeter::new(response, on_progress);
    read(response, SILENCE, |piece| {
        // An error page need not be fetched to its end.
        if head.add(&piece) {
            check(&head.0)?;
        }
        progress.add(piece.length());
        pieces.push(&piece)
    })
    .await?;
    check(&head.0)?;
    let blob = pieces.join(viewable_type(kind.as_deref(), &head.0))?;
    let lacks_end = blob.type_() == PDF && !ends_as_pdf(&blob).await;
    Ok(Document {
        blob,
        filename: filename::or(name, label, kind.as_deref()),
        lacks_end,
    })
}

/// Whether a PDF has its end. Of what cannot be read again nothing is said.
async fn ends_as_pdf(blob: &Blob) -> bool {
    let start = blob.size() - PDF_END_WITHIN as f64;
    let Ok(tail) = blob.slice_with_f64_and_f64(start.max(0.0), blob.size()) else {
        return true;
    };
    match JsFuture::from(tail.array_buffer()).await {
        Ok(bytes) => has_pdf_end(&Uint8Array::new(&bytes).to_vec()),
        Err(_) => true,
    }
}

/// The type that the browser gets: never one that it might run.
fn viewable_type(kind: Option<&str>, head: &[u8]) -> &'static str {
    let kind = kind.unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = match head.starts_with(b"%PDF-") {
        true => PDF,
        false => kind,
    };
    VIEWABLE
        .into_iter()
        .find(|viewable| viewable.eq_ignore_ascii_case(kind))
        .unwrap_or(NOT_VIEWABLE)
}

async fn read_otd(
    response: &Response,
    label: &str,
    on_progress: &OnProgress,
) -> Result<Document, Problem> {
    let status = response.status();
    let refused = status >= 400;
    let mut head = Head(Vec::with_capacity(HEAD));
    let mut decoder = otd::Decoder::new();
    let mut pieces = Pieces::new();
    let mut decoded = Vec::new();
    let mut slice = Vec::new();
    let mut progress = ProgressMeter::new(response, on_progress);
    read(response, SILENCE, |piece| {
        if refused {
            return match head.add(&piece) {
                true => check_answer(status, &head.0),
                false => Ok(()),
            };
        }
        progress.add(piece.length());
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
    Ok(Document {
        blob: pieces.join(PDF)?,
        filename: filename::or(otd.filename, label, Some(PDF)),
        // The decoder takes none without.
        lacks_end: false,
    })
}

/// Reports how much came. A body that is longer than its `Content-Length` has no known length: it was
/// compressed, which a server of another origin does not tell.
struct ProgressMeter<'a> {
    on_progress: &'a OnProgress,
    received: f64,
    total: Option<f64>,
}

impl<'a> ProgressMeter<'a> {
    fn new(response: &Response, on_progress: &'a OnProgress) -> Self {
        Self {
            on_progress,
            received: 0.0,
            total: content_length(response),
        }
    }

    fn add(&mut self, bytes: u32) {
        self.received += f64::from(bytes);
        (self.on_progress)(
            self.received,
            self.total.filter(|total| *total >= self.received),
        );
    }
}
