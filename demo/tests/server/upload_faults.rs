use crate::client::{Reply, TestServer, UploadRequest};
use demo::faults::UploadFault;
use std::time::{Duration, Instant};

const OPEN: &str = "Aanleveren van een bewijs van uw eigen geld";

struct UploadOutcome {
    reply: Option<Reply>,
    kept: Vec<String>,
    took: Duration,
    demo: TestServer,
    action: String,
}

/// Uploads a document of that name. There is no reply when the connection was closed.
fn upload(filename: &str) -> UploadOutcome {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let started = Instant::now();
    let reply = demo
        .send("eva", &UploadRequest::new(&action, filename))
        .ok();
    let took = started.elapsed();
    let uploads = demo.server.recorder().uploads();
    let kept = uploads.into_iter().map(|upload| upload.filename).collect();
    UploadOutcome {
        reply,
        kept,
        took,
        demo,
        action,
    }
}

#[track_caller]
fn assert_refused(filename: &str, status: u16, code: &str) {
    let outcome = upload(filename);
    let reply = outcome.reply.expect("there is a response");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (status, code),
        "{filename}"
    );
    assert!(outcome.kept.is_empty(), "{filename}");
}

#[test]
fn each_file_name_causes_its_error() {
    assert_refused("geweigerd.pdf", 422, "DOCUMENT_REFUSED");
    assert_refused("verkeerd-soort.pdf", 415, "UNSUPPORTED_FILE");
    assert_refused("te-groot.pdf", 413, "FILE_TOO_LARGE");
    assert_refused("te-vaak.pdf", 429, "TOO_MANY_REQUESTS");
    assert_refused("sessie-verlopen.pdf", 401, "SESSION_EXPIRED");
    assert_refused("verlopen.pdf", 400, "TOKEN_EXPIRED");
}

#[test]
fn a_failing_server_sends_an_html_page() {
    for (filename, status) in [("storing.pdf", 500), ("geen-json.pdf", 200)] {
        let outcome = upload(filename);
        let reply = outcome.reply.unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(outcome.kept.is_empty());
    }
}

#[test]
fn hapert_fails_once_and_then_stores_the_document() {
    let first = upload("hapert.pdf");
    assert_eq!(first.reply.unwrap().status, 500);
    assert!(first.kept.is_empty());
    let second = first
        .demo
        .send("eva", &UploadRequest::new(&first.action, "hapert.pdf"))
        .unwrap();
    assert_eq!(second.status, 200);
    assert_eq!(first.demo.server.recorder().uploads().len(), 1);
}

#[test]
fn niet_ok_stores_nothing() {
    let outcome = upload("niet-ok.pdf");
    let reply = outcome.reply.unwrap();
    assert_eq!(
        (reply.status, &reply.json()["operation_result"]),
        (200, &"failed".into())
    );
    assert!(outcome.kept.is_empty());
}

#[test]
fn half_stores_the_document_and_sends_broken_json() {
    let outcome = upload("half.pdf");
    let reply = outcome.reply.unwrap();
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    assert_eq!(outcome.kept, ["half.pdf"]);
}

#[test]
fn the_connection_is_closed_before_during_and_after_storing() {
    for (filename, kept) in [
        ("weg-ervoor.pdf", 0),
        ("weg-tijdens.pdf", 0),
        ("weg-erna.pdf", 1),
    ] {
        let outcome = upload(filename);
        assert!(outcome.reply.is_none(), "{filename} was answered");
        assert_eq!(outcome.kept.len(), kept, "{filename}");
        let done = outcome.demo.session("eva")["duplicate_comfort_data"]["productactions"]
            [&outcome.action]["is_done"]
            .clone();
        assert_eq!(done, kept, "{filename}");
    }
}

#[test]
fn langzaam_is_delayed_and_stored() {
    let outcome = upload("langzaam.pdf");
    assert_eq!(outcome.reply.unwrap().status, 200);
    // Once while reading, once before answering.
    assert!(
        outcome.took >= Duration::from_millis(590),
        "{:?}",
        outcome.took
    );
    assert_eq!(outcome.kept, ["langzaam.pdf"]);
}

#[test]
fn laat_stores_the_document_and_answers_late() {
    let outcome = upload("laat.pdf");
    assert_eq!(outcome.reply.unwrap().status, 200);
    assert!(outcome.took >= Duration::from_millis(290));
    assert_eq!(outcome.kept, ["laat.pdf"]);
}

#[test]
fn al_ontvangen_stores_another_document_and_answers_409() {
    let outcome = upload("al-ontvangen.pdf");
    let reply = outcome.reply.unwrap();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
    assert_eq!(outcome.kept, ["Ontvangen op kantoor.pdf"]);
}

#[test]
fn every_file_name_is_known_as_its_fault() {
    for (name, fault, what) in UploadFault::ALL {
        assert_eq!(UploadFault::of(name), Some(fault));
        assert!(
            what.contains("bewaard") || fault == UploadFault::FailingOnce,
            "{name}: {what}"
        );
    }
    assert_eq!(UploadFault::of("gewoon.pdf"), None);
}
