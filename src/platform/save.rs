//! Gives the consumer a document: in a new tab, or as a saved file.
//!
//! Both need an address for the document in this page (an object URL), which keeps the whole document
//! in memory until it is released. It cannot be released at once, because the browser reads from it
//! later: a tab with a PDF even when its reader reloads or saves it. So several are held, for a while
//! each, and the oldest go when they are too large together. The browser releases all of them when the
//! page goes.

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, HtmlAnchorElement, Url, Window};

/// How long a document that is being saved has its address, in milliseconds. An iPhone asks first, and
/// reads the document when the consumer has answered.
const WHILE_SAVING: u32 = 5 * 60_000;
/// How long a document in a tab has its address, in milliseconds.
const WHILE_SHOWN: u32 = 30 * 60_000;
/// How large the documents that have an address may be together, in bytes: what a phone can spare. The
/// newest has one whatever its size.
const HELD_MAX: f64 = 64.0 * 1024.0 * 1024.0;

/// The type of a blob that no tab may show.
pub const NOT_VIEWABLE: &str = "application/octet-stream";

thread_local! {
    /// The addresses of documents that were shown or saved, oldest first, and the sizes of these.
    static HELD: RefCell<Vec<(ObjectUrl, f64)>> = const { RefCell::new(Vec::new()) };
}

/// A blob's address in this page. Dropping it releases it.
#[derive(Debug)]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// Gives the blob an address. `None` when the browser refuses.
    pub fn new(blob: &Blob) -> Option<Self> {
        Url::create_object_url_with_blob(blob).ok().map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Holds the address of a document of so many bytes for so many milliseconds, or until newer ones
    /// need its room.
    fn hold(self, bytes: f64, milliseconds: u32) {
        let this = self.0.clone();
        HELD.with_borrow_mut(|held| {
            held.push((self, bytes));
            let mut total: f64 = held.iter().map(|(_, bytes)| bytes).sum();
            while total > HELD_MAX && held.len() > 1 {
                total -= held.remove(0).1;
            }
        });
        spawn_local(async move {
            TimeoutFuture::new(milliseconds).await;
            HELD.with_borrow_mut(|held| held.retain(|(url, _)| url.0 != this));
        });
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // It fails only for what is not an address.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Releases all documents: whoever is here next must not find them.
pub fn release_all() {
    HELD.take();
}

/// Whether a tab of this browser shows a PDF. Where none does, it saves the PDF by itself, under a name
/// without meaning, and leaves an empty tab. Browsers that do not say so show it.
fn shows_pdf() -> bool {
    let shows = Reflect::get(&window().navigator(), &"pdfViewerEnabled".into());
    shows.ok().and_then(|shows| shows.as_bool()) != Some(false)
}

/// Whether a tab of this browser shows what is of this media type: a PDF or a picture.
pub fn is_viewable(media_type: &str) -> bool {
    match media_type {
        "application/pdf" => shows_pdf(),
        "image/jpeg" | "image/png" | "image/webp" => true,
        _ => false,
    }
}

/// Asks the browser to save the blob under a name. Nobody is told whether it does: the browser inside
/// another app may take no notice. The link for it is never in the page, so that a broker's own click
/// handlers do not see it.
pub fn save(blob: &Blob, name: &str) {
    let link = document()
        .create_element("a")
        .ok()
        .and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let (Some(link), Some(url)) = (link, ObjectUrl::new(blob)) {
        link.set_href(url.as_str());
        link.set_download(name);
        link.click();
        url.hold(blob.size(), WHILE_SAVING);
    }
}

/// A tab that waits for a document. Dropping it without a document closes the tab.
#[derive(Debug)]
pub struct PendingTab(Option<Window>);

impl PendingTab {
    /// Opens a tab that shows `words` until the document is there; none in a browser that shows no PDF,
    /// which most documents are. Call it in the click's own handler: later, browsers take it for a
    /// pop-up and block it.
    pub fn open(words: &str) -> Self {
        if !shows_pdf() {
            return Self(None);
        }
        let tab = window()
            .open_with_url_and_target("about:blank", "_blank")
            .ok()
            .flatten();
        if let Some(tab) = &tab {
            // What is shown in the tab must not reach this page.
            let _ = tab.set_opener(&JsValue::NULL);
            if let Some(document) = tab.document() {
                document.set_title(words);
                if let Some(body) = document.body() {
                    body.set_text_content(Some(words));
                }
            }
        }
        Self(tab)
    }

    /// Shows the document in the tab. `false` when the document is [`NOT_VIEWABLE`], and when there is no
    /// tab, because it was blocked or closed.
    pub fn show(mut self, blob: &Blob) -> bool {
        if blob.type_() == NOT_VIEWABLE {
            return false;
        }
        let Some(tab) = self.0.take_if(|tab| !tab.closed().unwrap_or(true)) else {
            return false;
        };
        let Some(url) = ObjectUrl::new(blob) else {
            self.0 = Some(tab);
            return false;
        };
        if tab.location().replace(url.as_str()).is_err() {
            self.0 = Some(tab);
            return false;
        }
        url.hold(blob.size(), WHILE_SHOWN);
        true
    }
}

impl Drop for PendingTab {
    fn drop(&mut self) {
        if let Some(tab) = self.0.take() {
            let _ = tab.close();
        }
    }
}
