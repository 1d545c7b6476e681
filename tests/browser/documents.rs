//! Documents and OTDs, whole and broken.

use std::{cell::RefCell, rc::Rc};

use accelerate::problem::{Problem, ProblemKind};
use consumer_portal::{
    api::document::{Document, DocumentKind, DocumentRequest, fetch_document},
    platform::save::NOT_VIEWABLE,
};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, Url};

use super::{Events, Replaced, config, data, js, replace, sleep};

type Outcome = Result<Document, Problem>;

/// The same, with the length known, from a piece of JavaScript that makes the parts of a blob.
fn blob(kind: &str, parts: &str) -> String {
    let blob = js(&format!("new Blob({parts}, {{ type: '{kind}' }})"));
    let url = Url::create_object_url_with_blob(&Blob::from(blob)).expect("an address");
    url + "#"
}

async fn document(api: &str) -> Outcome {
    let events = Events::new();
    let _request = fetch_document(
        &config(api),
        DocumentKind::Download,
        "PRA1",
        "Offerte",
        |_, _| {},
        events.sender(),
    );
    events.take().await.remove(0)
}

async fn otd(api: &str) -> Outcome {
    let events = Events::new();
    let _request = fetch_document(
        &config(api),
        DocumentKind::Otd,
        "PRA1",
        "OTD",
        |_, _| {},
        events.sender(),
    );
    events.take().await.remove(0)
}

/// Every request is answered with `new Response(…)` of this.
fn answering(response: &str) -> Replaced {
    let script = format!("return () => Promise.resolve(new Response({response}))");
    replace(&js("window"), "fetch", &script)
}

fn is_viewable(document: &Document) -> bool {
    document.blob.type_() != NOT_VIEWABLE
}

async fn text(blob: &Blob) -> String {
    JsFuture::from(blob.text())
        .await
        .expect("it reads")
        .as_string()
        .expect("it is text")
}

fn kind(outcome: Outcome) -> ProblemKind {
    outcome.expect_err("it is no document").kind
}

#[wasm_bindgen_test]
async fn a_pdf_comes_whole_and_is_viewable() {
    let fetched = document(&data("application/pdf", "%PDF-1.7 een offerte"))
        .await
        .expect("a PDF");
    assert_eq!(fetched.filename, "Offerte.pdf");
    assert_eq!(fetched.blob.type_(), "application/pdf");
    assert!(is_viewable(&fetched));
    assert_eq!(text(&fetched.blob).await, "%PDF-1.7 een offerte");
}

#[wasm_bindgen_test]
async fn the_name_is_the_servers_when_it_gives_one() {
    let _fetch = answering(
        r#""%PDF-1.7", { headers: {
            "Content-Type": "application/pdf",
            "Content-Disposition": "attachment; filename*=UTF-8''na%C3%AFef.pdf",
        } }"#,
    );
    let fetched = document("/api").await.expect("a PDF");
    assert_eq!(fetched.filename, "naïef.pdf");
}

#[wasm_bindgen_test]
async fn what_could_run_in_a_tab_can_only_be_saved() {
    for (kind, body) in [
        ("image/svg+xml", "<svg onload='alert(1)'/>"),
        ("text/xml", "<?xml version='1.0'?><a/>"),
        ("text/plain", "tekst"),
        ("application/octet-stream", "bytes"),
        ("application/msword", "brief"),
        ("", "bytes"),
    ] {
        let fetched = document(&data(kind, body)).await.expect("a document");
        assert_eq!(fetched.blob.type_(), "application/octet-stream", "{kind}");
        assert!(!is_viewable(&fetched), "{kind}");
    }
    for kind in ["image/jpeg", "IMAGE/PNG", "image/webp; q=1", "image/gif"] {
        let picture = document(&data(kind, "x")).await.expect("a picture");
        assert!(is_viewable(&picture), "{kind}");
    }
}

#[wasm_bindgen_test]
async fn a_pdf_under_another_type_can_be_shown_all_the_same() {
    let fetched = document(&data("application/octet-stream", "%PDF-1.4"))
        .await
        .expect("a PDF");
    assert_eq!(fetched.blob.type_(), "application/pdf");
}

#[wasm_bindgen_test]
async fn a_web_page_or_an_error_is_never_a_document() {
    for (mime, body) in [
        ("text/html", "<h1>Storing</h1>"),
        ("application/pdf", "<!DOCTYPE html><title>Fout</title>"),
        ("application/pdf", "geen pdf"),
        ("application/pdf", ""),
    ] {
        let outcome = document(&data(mime, body)).await;
        assert_eq!(kind(outcome), ProblemKind::NotADocument, "{mime} {body}");
    }
    let expired = r#"{"error":{"code":"TOKEN_EXPIRED","message":"x"}}"#;
    assert_eq!(
        kind(document(&data("application/pdf", expired)).await),
        ProblemKind::Expired
    );
}

#[wasm_bindgen_test]
async fn an_error_page_of_a_megabyte_is_not_read_to_its_end() {
    let body = r#"new ReadableStream({ pull(controller) {
        window.pulled = (window.pulled ?? 0) + 1;
        controller.enqueue(new TextEncoder().encode("<!doctype html>".repeat(100)));
        if (window.pulled > 1000) controller.close();
    } })"#;
    let _fetch = answering(&format!(
        r#"{body}, {{ headers: {{ "Content-Type": "text/html" }} }}"#
    ));
    assert_eq!(kind(document("/api").await), ProblemKind::NotADocument);
    assert!(js("window.pulled").as_f64().expect("a number") < 10.0);
}

#[wasm_bindgen_test]
async fn a_refusal_is_told_by_its_status() {
    for (status, expected) in [
        (401, ProblemKind::Expired),
        (404, ProblemKind::NotFound),
        (500, ProblemKind::Server),
    ] {
        let _fetch = answering(&format!(
            r#""%PDF-1.7", {{ status: {status}, headers: {{ "Content-Type": "application/pdf" }} }}"#
        ));
        assert_eq!(kind(document("/api").await), expected, "{status}");
        assert_eq!(kind(otd("/api").await), expected, "{status}");
    }
}

#[wasm_bindgen_test]
async fn what_the_gateway_does_not_take_for_a_document_is_none() {
    let _fetch = answering(r#"'{"error":{"code":"BAD_ANSWER","message":"x"}}', { status: 502 }"#);
    assert_eq!(
        kind(document("https://portal.example.nl/consumerportal").await),
        ProblemKind::NotADocument
    );
}

#[wasm_bindgen_test]
async fn an_answer_shorter_than_it_was_said_to_be_was_lost() {
    let headers = |more: &str| {
        format!(
            r#""%PDF-1.7", {{ headers: {{
                "Content-Type": "application/pdf", "Content-Length": "1000", {more}
            }} }}"#
        )
    };
    let fetch = answering(&headers(""));
    assert_eq!(kind(document("/api").await), ProblemKind::Connection);
    drop(fetch);
    // How much of a compressed one is sent says nothing about how much comes out.
    let _fetch = answering(&headers(r#""Content-Encoding": "gzip""#));
    assert!(document("/api").await.is_ok());
}

#[wasm_bindgen_test]
async fn no_connection_is_told_as_such() {
    assert_eq!(
        kind(document("http://127.0.0.1:1").await),
        ProblemKind::Connection
    );
}

#[wasm_bindgen_test]
async fn progress_is_told_with_the_length_when_it_is_known() {
    let size = 6.0 * 1024.0 * 1024.0 + 8.0;
    let api = blob(
        "application/pdf",
        "['%PDF-1.7', new Uint8Array(6 * 1024 * 1024)]",
    );
    let events = Events::new();
    let steps = Events::new();
    let tell = steps.sender();
    let progress = move |received, total| tell((received, total));
    let _request = fetch_document(
        &config(&api),
        DocumentKind::Download,
        "PRA1",
        "x",
        progress,
        events.sender(),
    );
    let fetched = events.take().await.remove(0).expect("a PDF");
    assert_eq!(fetched.blob.size(), size);
    let steps = steps.take().await;
    assert!(steps.len() > 1);
    assert!(steps.is_sorted_by(|a, b| a.0 < b.0));
    assert_eq!(steps.last(), Some(&(size, Some(size))));
}

#[wasm_bindgen_test]
async fn a_length_that_proves_wrong_is_no_longer_told() {
    let _fetch = answering(
        r#""%PDF-1.7 more than was said", { headers: {
            "Content-Type": "application/pdf", "Content-Length": "10",
        } }"#,
    );
    let events = Events::new();
    let steps = Events::new();
    let tell = steps.sender();
    let progress = move |_, total: Option<f64>| tell(total);
    let _request = fetch_document(
        &config("/api"),
        DocumentKind::Download,
        "PRA1",
        "x",
        progress,
        events.sender(),
    );
    assert!(events.take().await.remove(0).is_ok());
    assert_eq!(steps.take().await, [None]);
}

#[wasm_bindgen_test]
async fn what_is_dropped_stops_and_is_not_heard_of() {
    let _fetch = replace(
        &js("window"),
        "fetch",
        "return (request) => { window.lastSignal = request.signal; return new Promise(() => {}) }",
    );
    let events = Events::<Outcome>::new();
    let request = fetch_document(
        &config("/api"),
        DocumentKind::Download,
        "PRA1",
        "x",
        |_, _| {},
        events.sender(),
    );
    sleep(50).await;
    assert_eq!(js("window.lastSignal.aborted"), JsValue::FALSE);
    drop(request);
    assert_eq!(js("window.lastSignal.aborted"), JsValue::TRUE);
    sleep(50).await;
    assert_eq!(events.count(), 0);
}

#[wasm_bindgen_test]
async fn a_real_fetch_that_is_dropped_on_its_way_is_not_heard_of() {
    let api = blob(
        "application/pdf",
        "['%PDF-1.7', new Uint8Array(20 * 1024 * 1024)]",
    );
    let events = Events::<Outcome>::new();
    drop(fetch_document(
        &config(&api),
        DocumentKind::Download,
        "PRA1",
        "x",
        |_, _| {},
        events.sender(),
    ));
    // Dropped by the first piece that comes.
    let held: Rc<RefCell<Option<DocumentRequest>>> = Rc::default();
    let hand = Rc::clone(&held);
    let progress = move |_, _| drop(hand.take());
    let request = fetch_document(
        &config(&api),
        DocumentKind::Download,
        "PRA1",
        "x",
        progress,
        events.sender(),
    );
    held.replace(Some(request));
    sleep(300).await;
    assert!(held.borrow().is_none());
    assert_eq!(events.count(), 0);
}

#[wasm_bindgen_test]
async fn an_otd_is_decoded_while_it_comes() {
    // Not a multiple of anything: 1,000,003 bytes.
    let api = blob(
        "application/json",
        r#"(() => {
            const pdf = "%PDF-1.7" + "otd".repeat(333329) + "\n\n\n%%EOF";
            return ['{"filename":"opdracht.pdf","raw_pdf_data":"', btoa(pdf).replaceAll("/", "\\/"), '"}'];
        })()"#,
    );
    let fetched = otd(&api).await.expect("an OTD");
    assert_eq!(fetched.filename, "opdracht.pdf");
    assert_eq!(fetched.blob.type_(), "application/pdf");
    let bytes = JsFuture::from(fetched.blob.array_buffer())
        .await
        .expect("it reads");
    let bytes = Uint8Array::new(&bytes).to_vec();
    assert_eq!(bytes.len(), 1_000_003);
    assert!(bytes.starts_with(b"%PDF-1.7otdotd") && bytes.ends_with(b"otd\n\n\n%%EOF"));
}

#[wasm_bindgen_test]
async fn an_otd_whose_pluses_became_spaces_is_whole_again() {
    let api = blob(
        "application/json",
        r#"(() => {
            window.pdf = "%PDF-1.7" + "<<>>~".repeat(30000) + "%%EOF";
            return ['{"filename":"opdracht.pdf","raw_pdf_data":"', btoa(pdf).replaceAll("+", " "), '"}'];
        })()"#,
    );
    let fetched = otd(&api).await.expect("an OTD");
    assert_eq!(js("pdf"), text(&fetched.blob).await.as_str());
}

#[wasm_bindgen_test]
async fn a_pdf_without_its_end_is_whole_for_all_we_know_but_told_of() {
    let whole = "%PDF-1.7 een offerte %%EOF\r\n";
    let fetched = document(&data("application/pdf", whole)).await;
    assert!(!fetched.expect("a PDF").lacks_end);
    let fetched = document(&data("application/pdf", &whole[..20])).await;
    assert!(fetched.expect("a PDF").lacks_end);
    let fetched = document(&data("image/png", "x")).await;
    assert!(!fetched.expect("a picture").lacks_end);
}

#[wasm_bindgen_test]
async fn a_broken_otd_is_none() {
    for body in [
        r#"{"filename":"otd.pdf","raw_pdf_data":"JVBERi0xLjc"#,
        r#"{"filename":"otd.pdf","raw_pdf_data":"niet base64!"}"#,
        r#"{"filename":"otd.pdf","raw_pdf_data":"aGFsbG8="}"#,
        r#"{"filename":"otd.pdf","raw_pdf_data":"JVBERi0xLjc="}"#,
        r#"{"filename":"otd.pdf"}"#,
        "<h1>Storing</h1>",
        "",
    ] {
        assert!(
            otd(&data("application/json", body)).await.is_err(),
            "{body}"
        );
    }
    let refused = data(
        "application/json",
        r#"{"error":{"code":"UNKNOWN_PRODUCTACTION"}}"#,
    );
    assert_eq!(kind(otd(&refused).await), ProblemKind::NotFound);
}
