//! Saving, showing in a tab, and what is left behind.

use consumer_portal::platform::save::{ObjectUrl, PendingTab, save};
use js_sys::Array;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, BlobPropertyBag};

use super::{Replaced, js, list, replace};

fn blob(kind: &str) -> Blob {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_str_sequence_and_options(&Array::of1(&"%PDF-1.7".into()), &options)
        .expect("a blob")
}

/// Writes down what is created and revoked, in `created` and `revoked`.
fn watching_urls() -> [Replaced; 2] {
    js("window.created = []; window.revoked = [];");
    let url = js("URL");
    [
        replace(
            &url,
            "createObjectURL",
            "return (blob) => { const url = real.call(URL, blob); window.created.push(url); return url }",
        ),
        replace(
            &url,
            "revokeObjectURL",
            "return (url) => { window.revoked.push(url); return real.call(URL, url) }",
        ),
    ]
}

/// Writes down what links are clicked, in `clicked`.
fn watching_links() -> Replaced {
    js("window.clicked = []");
    replace(
        &js("HTMLElement.prototype"),
        "click",
        "return function () { window.clicked.push([this.href, this.download, this.isConnected]) }",
    )
}

/// A stand-in for the tabs that are opened: written down in `tabs`.
fn tabs(blocked: bool) -> Replaced {
    js("window.tabs = []");
    let script = format!(
        "return () => {{
            if ({blocked}) return null;
            const tab = {{
                closed: false, shows: null, opener: window,
                document: document.implementation.createHTMLDocument(''),
                close() {{ this.closed = true }},
                location: {{ replace(url) {{ tab.shows = url }} }},
            }};
            window.tabs.push(tab);
            return tab;
        }}"
    );
    replace(&js("window"), "open", &script)
}

#[wasm_bindgen_test]
fn an_address_is_released_when_dropped() {
    let _urls = watching_urls();
    let url = ObjectUrl::new(&blob("")).expect("an address");
    assert!(url.as_str().starts_with("blob:"));
    assert!(list("revoked").is_empty());
    drop(url);
    assert_eq!(list("revoked"), list("created"));
}

#[wasm_bindgen_test]
fn a_document_is_saved_under_its_name_by_a_link_outside_the_page() {
    let _urls = watching_urls();
    let _links = watching_links();
    save(&blob("application/pdf"), "naïef 🙂.pdf");
    assert_eq!(js("clicked[0][0] === created[0]"), true);
    assert_eq!(js("clicked[0][1]"), "naïef 🙂.pdf");
    assert_eq!(js("clicked[0][2]"), false);
}

#[wasm_bindgen_test]
fn at_most_one_document_keeps_its_address() {
    let _urls = watching_urls();
    let _links = watching_links();
    for _ in 0..5 {
        save(&blob("application/pdf"), "a.pdf");
    }
    let (created, revoked) = (list("created"), list("revoked"));
    assert_eq!(created.len(), 5);
    let kept = created.iter().filter(|url| !revoked.contains(url));
    assert_eq!(kept.collect::<Vec<_>>(), [&created[4]]);
}

#[wasm_bindgen_test]
fn a_tab_waits_with_words_and_shows_the_document() {
    let _tabs = tabs(false);
    let _urls = watching_urls();
    let tab = PendingTab::open("Een ogenblik…");
    assert_eq!(js("tabs[0].document.title"), "Een ogenblik…");
    assert_eq!(js("tabs[0].document.body.textContent"), "Een ogenblik…");
    assert!(js("tabs[0].opener").is_null());
    assert!(tab.show(&blob("application/pdf")));
    assert_eq!(js("tabs[0].shows"), list("created")[0]);
    assert_eq!(js("tabs[0].closed"), false);
}

#[wasm_bindgen_test]
fn a_tab_that_gets_no_document_is_closed() {
    let _tabs = tabs(false);
    drop(PendingTab::open("Een ogenblik…"));
    assert_eq!(js("tabs[0].closed"), true);
}

#[wasm_bindgen_test]
fn what_may_only_be_saved_is_not_shown() {
    let _tabs = tabs(false);
    let _urls = watching_urls();
    let tab = PendingTab::open("Een ogenblik…");
    assert!(!tab.show(&blob("application/octet-stream")));
    assert_eq!(js("tabs[0].closed"), true);
    assert!(list("created").is_empty());
}

#[wasm_bindgen_test]
fn a_blocked_or_closed_tab_shows_nothing() {
    let _urls = watching_urls();
    let blocked = tabs(true);
    assert!(!PendingTab::open("x").show(&blob("application/pdf")));
    drop(blocked);
    let _tabs = tabs(false);
    let tab = PendingTab::open("x");
    js("tabs[0].closed = true");
    assert!(!tab.show(&blob("application/pdf")));
    assert!(list("created").is_empty());
}
