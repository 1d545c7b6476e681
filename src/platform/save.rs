//! Gives the consumer a document: in a new tab, or as a saved file.
//!
//! Both need an address for the document in this page (an object URL), which keeps the whole document
//! in memory until it is released. It cannot be released at once, because the browser reads from it
//! later: a tab with a PDF even when its reader reloads or saves it. So at most one address is held,
//! and only for a while. The browser releases it when the page goes.

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, HtmlAnchorElement, Url, Window};

/// How long a document that is being saved has its address, in milliseconds.
const WHILE_SAVING: u32 = 60_000;
/// How long a document in a tab has its address, in milliseconds.
const WHILE_SHOWN: u32 = 10 * 60_000;

/// The type of a blob that no tab may show.
pub const NOT_VIEWABLE: &str = "application/octet-stream";

thread_local! {
    /// The address of the document that was shown or saved last.
    static LAST: RefCell<Option<ObjectUrl>> = const { RefCell::new(None) };
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

    /// Holds the address for so many milliseconds, or until the next one is held.
    fn hold(self, milliseconds: u32) {
        let this = self.0.clone();
        LAST.replace(Some(self));
        spawn_local(async move {
            TimeoutFuture::new(milliseconds).await;
            LAST.with_borrow_mut(|last| {
                if last.as_ref().is_some_and(|last| last.0 == this) {
                    *last = None;
                }
            });
        });
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // It fails only for what is not an address.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Saves the blob under a name. The link for it is never in the page, so that a broker's own click
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
        url.hold(WHILE_SAVING);
    }
}

/// A tab that waits for a document. Dropping it without a document closes the tab.
#[derive(Debug)]
pub struct PendingTab(Option<Window>);

impl PendingTab {
    /// Opens a tab that shows `words` until the document is there. Call it in the click's own handler:
    /// later, browsers take it for a pop-up and block it.
    pub fn open(words: &str) -> Self {
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
        url.hold(WHILE_SHOWN);
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
