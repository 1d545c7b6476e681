//! What goes out with an upload, and what is heard of it.

use std::{cell::RefCell, rc::Rc};

use accelerate::{problem::ProblemKind, request::UploadRequest, session::Upload};
use consumer_portal::api::upload::{SendEvent, SendOutcome, UploadHandle, upload_file};
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::File;

use super::{Events, Replaced, config, js, list, replace, sleep};

const NAME: &str = "zażółć 🙂.pdf";

fn file() -> File {
    file_of("'%PDF-1.7'")
}

/// A file that holds what a piece of JavaScript makes.
fn file_of(content: &str) -> File {
    let script = format!("new File([{content}], {NAME:?}, {{ type: 'application/pdf' }})");
    js(&script).unchecked_into()
}

fn request() -> UploadRequest<'static> {
    UploadRequest {
        productaction_id: "PRA1",
        reupload: Upload::Again,
        filename: NAME,
        mimetype: "application/pdf",
        comment: Some("één regel\nen nog een"),
    }
}

fn send_to(api: &str, events: &Events<SendEvent>) -> UploadHandle {
    upload_file(&config(api), &request(), &file(), events.sender())
}

/// Waits until it is over.
async fn outcome(events: &Events<SendEvent>) -> SendOutcome {
    loop {
        for event in events.take().await {
            if let SendEvent::Ended(ending) = event {
                return ending;
            }
        }
    }
}

fn problem(outcome: SendOutcome) -> ProblemKind {
    match outcome {
        SendOutcome::Problem(problem) => problem.kind,
        other => panic!("it ended as {other:?}"),
    }
}

/// Writes down every header and body in `sentHeaders` and `sentBodies`; sends on when events to.
fn watching(sends_on: bool) -> [Replaced; 2] {
    js("window.sentHeaders = []; window.sentBodies = [];");
    let xhr = js("XMLHttpRequest.prototype");
    let header = "return function (name, value) {
        window.sentHeaders.push(name + ': ' + value);
        return real.call(this, name, value);
    }";
    let body = format!(
        "return function (body) {{
            window.sentBodies.push(body);
            if ({sends_on}) return real.call(this, body);
        }}"
    );
    [
        replace(&xhr, "setRequestHeader", header),
        replace(&xhr, "send", &body),
    ]
}

fn sent_headers() -> Vec<String> {
    list("window.sentHeaders")
        .into_iter()
        .map(|header| header.as_string().expect("text"))
        .collect()
}

#[wasm_bindgen_test]
async fn the_parameters_are_headers_and_the_file_is_the_one_part() {
    let _watch = watching(false);
    let events = Events::new();
    let _sending = send_to("/api", &events);
    let headers = sent_headers();
    let (id, parameters) = headers.split_last().expect("headers");
    assert_eq!(
        parameters,
        [
            "productaction_id: PRA1",
            "productaction-id: PRA1",
            "is_reupload: 1",
            "is-reupload: 1",
            "filename: za%C5%BC%C3%B3%C5%82%C4%87 %F0%9F%99%82.pdf",
            "mimetype: application/pdf",
            "comment: %C3%A9%C3%A9n regel en nog een",
        ]
    );
    let id = id.strip_prefix("upload-id: ").expect("an upload-id");
    assert_eq!(id.len(), 32);
    assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()));

    let body = js("new Response(window.sentBodies[0]).text()");
    let body = JsFuture::from(Promise::from(body)).await.expect("it reads");
    let body = body.as_string().expect("text");
    assert_eq!(body.matches("Content-Disposition: form-data").count(), 1);
    assert!(body.contains(r#"name="file"; filename="zażółć 🙂.pdf""#));
    assert!(body.contains("%PDF-1.7"));
}

#[wasm_bindgen_test]
fn every_attempt_has_an_upload_id_of_its_own() {
    let _watch = watching(false);
    let events = Events::new();
    drop(send_to("/api", &events));
    drop(send_to("/api", &events));
    let mut ids = sent_headers();
    ids.retain(|header| header.starts_with("upload-id"));
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[wasm_bindgen_test]
async fn cookies_go_along_unless_the_consumer_is_given() {
    js("window.cookies = []");
    let _send = replace(
        &js("XMLHttpRequest.prototype"),
        "send",
        "return function () { window.cookies.push(this.withCredentials) }",
    );
    let events = Events::new();
    let mut config = config("/api");
    drop(upload_file(&config, &request(), &file(), events.sender()));
    config.consumer_id = Some("CNSR1".into());
    drop(upload_file(&config, &request(), &file(), events.sender()));
    assert_eq!(list("window.cookies"), [true, false].map(JsValue::from));
}

#[wasm_bindgen_test]
async fn a_refusal_is_heard_with_its_status() {
    // The test runner's server takes no uploads.
    let events = Events::new();
    let _sending = send_to("/nowhere", &events);
    assert_eq!(events.count(), 0, "nothing is heard before it has returned");
    let SendOutcome::Problem(problem) = outcome(&events).await else {
        panic!("it was refused");
    };
    assert!(
        problem.status.is_some_and(|status| status >= 400),
        "{problem}"
    );
}

#[wasm_bindgen_test]
async fn no_connection_is_a_lost_one() {
    let events = Events::new();
    let _sending = send_to("http://127.0.0.1:1", &events);
    assert_eq!(problem(outcome(&events).await), ProblemKind::Connection);
}

#[wasm_bindgen_test]
async fn an_address_that_is_none_is_refused_and_not_lost() {
    let events = Events::new();
    let _sending = send_to("http://[", &events);
    assert_eq!(events.count(), 0);
    assert_eq!(problem(outcome(&events).await), ProblemKind::Rejected);
}

#[wasm_bindgen_test]
async fn what_is_dropped_is_aborted_and_not_heard_of() {
    js("window.aborts = 0");
    let _abort = replace(
        &js("XMLHttpRequest.prototype"),
        "abort",
        "return function () { window.aborts += 1; return real.call(this) }",
    );
    let events = Events::new();
    let sending = send_to("/nowhere", &events);
    drop(sending);
    assert_eq!(js("window.aborts").as_f64(), Some(1.0));
    sleep(300).await;
    assert_eq!(events.count(), 0);
}

#[wasm_bindgen_test]
async fn it_may_be_dropped_by_what_is_heard_of_it() {
    for api in ["/nowhere", "http://127.0.0.1:1", "http://["] {
        let held: Rc<RefCell<Option<UploadHandle>>> = Rc::default();
        let events = Events::new();
        let tell = events.sender();
        let hand = Rc::clone(&held);
        let sending = upload_file(&config(api), &request(), &file(), move |event| {
            hand.replace(None);
            tell(event);
        });
        held.replace(Some(sending));
        assert!(!events.take().await.is_empty());
        assert!(held.borrow().is_none());
    }
}

#[wasm_bindgen_test]
async fn a_file_that_cannot_be_read_any_more_is_told_from_a_lost_connection() {
    let _slice = replace(
        &js("Blob.prototype"),
        "slice",
        "return () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) })",
    );
    let events = Events::new();
    let _sending = send_to("http://127.0.0.1:1", &events);
    assert_eq!(outcome(&events).await, SendOutcome::Unreadable);
}

#[wasm_bindgen_test]
async fn progress_is_heard_in_bytes() {
    let file = file_of("new Uint8Array(3 * 1024 * 1024)");
    let events = Events::new();
    let _sending = upload_file(&config("/nowhere"), &request(), &file, events.sender());
    let mut heard = Vec::new();
    while !matches!(heard.last(), Some(SendEvent::Ended(_))) {
        heard.extend(events.take().await);
    }
    let most = heard.iter().filter_map(|event| match event {
        SendEvent::Progress { sent, total } => Some((*sent, *total)),
        SendEvent::Ended(_) => None,
    });
    for (sent, total) in most {
        assert!(sent <= total && total > file.size() as u64);
    }
}
