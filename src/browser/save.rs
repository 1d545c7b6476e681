//! Gives the consumer a document that was fetched: in a new tab, or saved.
//!
//! Both need an address for it in the page (an object URL), which keeps the whole document alive until
//! it is released. It cannot be released at once: the browser reads from it after we are done, a tab
//! that shows a PDF even when its reader reloads or saves it. So one address at most is kept, and only
//! for a while; the browser releases it itself when the page goes.

use std::cell::RefCell;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, HtmlAnchorElement, Url, Window};

use super::{fetch::Fetched, page, wait::wait};

/// How long a document that is being saved keeps its address, in milliseconds.
const WHILE_SAVING: i32 = 60_000;
/// How long a document that a tab shows keeps its address, in milliseconds.
const WHILE_SHOWN: i32 = 10 * 60_000;

thread_local! {
    /// The address of the document that was shown or saved last.
    static LAST: RefCell<Option<ObjectUrl>> = const { RefCell::new(None) };
}

/// A blob's address in this page, released when dropped.
#[derive(Debug)]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// Gives the blob an address. `None` when the browser will not.
    pub fn new(blob: &Blob) -> Option<Self> {
        Url::create_object_url_with_blob(blob).ok().map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Keeps the address for so many milliseconds, or until the next one is kept.
    fn keep(self, milliseconds: i32) {
        let this = self.0.clone();
        LAST.replace(Some(self));
        spawn_local(async move {
            wait(milliseconds).await;
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
        // It fails on what is no address, and this is one.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Has the browser save the blob under a name. The link that this takes is never part of the page, so
/// a broker's own click handlers do not see it.
pub fn save(blob: &Blob, name: &str) {
    let link = page::document()
        .create_element("a")
        .ok()
        .and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let (Some(link), Some(url)) = (link, ObjectUrl::new(blob)) {
        link.set_href(url.as_str());
        link.set_download(name);
        link.click();
        url.keep(WHILE_SAVING);
    }
}

/// A tab that waits for a document. It is closed when it is dropped without having got one.
#[derive(Debug)]
pub struct PendingTab(Option<Window>);

impl PendingTab {
    /// Opens a tab that shows `words` until the document is there. To be called on the consumer's
    /// click itself: later, browsers take it for a pop-up and block it.
    pub fn open(words: &str) -> Self {
        let tab = page::window()
            .open_with_url_and_target("about:blank", "_blank")
            .ok()
            .flatten();
        if let Some(tab) = &tab {
            // What is shown there has no business with this page.
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

    /// Shows the document. `false` when there is no tab, for it was blocked or closed meanwhile, or
    /// when the document is of a kind that may only be saved.
    pub fn show(mut self, fetched: &Fetched) -> bool {
        if !fetched.can_be_shown() {
            return false;
        }
        let Some(tab) = self.0.take_if(|tab| !tab.closed().unwrap_or(true)) else {
            return false;
        };
        let Some(url) = ObjectUrl::new(&fetched.blob) else {
            self.0 = Some(tab);
            return false;
        };
        if tab.location().replace(url.as_str()).is_err() {
            self.0 = Some(tab);
            return false;
        }
        url.keep(WHILE_SHOWN);
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
