//! Saving, showing in a tab, and what is left behind.

use consumer_portal::platform::{
    save::{ObjectUrl, PendingTab, release_all, save},
    window::is_same_site,
};
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, BlobPropertyBag};

use super::{Replaced, js, list, no_pdf_viewer, replace};

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

/// The addresses that were created and not revoked.
fn kept() -> Vec<JsValue> {
    let revoked = list("revoked");
    let mut kept = list("created");
    kept.retain(|url| !revoked.contains(url));
    kept
}

#[wasm_bindgen_test]
fn documents_in_several_tabs_keep_their_addresses() {
    release_all();
    let _tabs = tabs(false);
    let _urls = watching_urls();
    for _ in 0..5 {
        assert!(PendingTab::open("x").show(&blob("application/pdf")));
    }
    // Whoever reloads the first tab still has the document.
    assert_eq!(kept().len(), 5);
    assert_eq!(js("tabs[0].shows"), kept()[0]);
    release_all();
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
fn the_oldest_documents_go_when_they_are_too_large_together() {
    release_all();
    let _urls = watching_urls();
    let _links = watching_links();
    let large = |megabytes: u32| -> Blob {
        js(&format!(
            "new Blob([new Uint8Array({megabytes} * 1024 * 1024)])"
        ))
        .into()
    };
    let [small, large, huge] = [large(1), large(30), large(65)];
    for blob in [&large, &small, &large] {
        save(blob, "a.pdf");
    }
    let created = list("created");
    assert_eq!(kept(), created);
    save(&large, "a.pdf");
    assert_eq!(kept(), list("created")[1..]);
    // The newest is kept in any case.
    save(&huge, "a.pdf");
    assert_eq!(kept(), list("created")[4..]);
    release_all();
}

#[wasm_bindgen_test]
fn no_tab_is_opened_where_pdfs_are_not_shown() {
    let _tabs = tabs(false);
    let _urls = watching_urls();
    let _viewer = no_pdf_viewer();
    assert!(!PendingTab::open("x").show(&blob("application/pdf")));
    assert!(list("tabs").is_empty());
    assert!(list("created").is_empty());
}

#[wasm_bindgen_test]
fn a_link_takes_cookies_along_to_the_same_site_only() {
    assert!(is_same_site("/consumerportal"));
    assert!(is_same_site("consumerportal"));
    assert!(is_same_site("http://127.0.0.1:1/consumerportal"));
    for other in [
        "https://127.0.0.1/consumerportal",
        "http://localhost/consumerportal",
        "http://7.127.0.0.1.example/",
        "data:text/plain,x",
    ] {
        assert!(!is_same_site(other), "{other}");
    }
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
