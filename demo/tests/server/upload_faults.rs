use crate::client::{Demo, Reply, Sending};
use demo::faults::UploadFault;
use std::time::{Duration, Instant};

const OPEN: &str = "Aanleveren van een bewijs van uw eigen geld";

struct Outcome {
    reply: Option<Reply>,
    kept: Vec<String>,
    took: Duration,
    demo: Demo,
    action: String,
}

/// What comes of a document of that name: the answer, unless the connection was closed.
fn sent(filename: &str) -> Outcome {
    let demo = Demo::start();
    let action = demo.action("eva", OPEN);
    let started = Instant::now();
    let reply = demo.send("eva", &Sending::new(&action, filename)).ok();
    let took = started.elapsed();
    let uploads = demo.running.watch().uploads();
    let kept = uploads.into_iter().map(|upload| upload.filename).collect();
    Outcome {
        reply,
        kept,
        took,
        demo,
        action,
    }
}

#[track_caller]
fn assert_refused(filename: &str, status: u16, code: &str) {
    let outcome = sent(filename);
    let reply = outcome.reply.expect("there is an answer");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (status, code),
        "{filename}"
    );
    assert!(outcome.kept.is_empty(), "{filename}");
}

#[test]
fn each_is_reached_by_its_name() {
    assert_refused("geweigerd.pdf", 422, "DOCUMENT_REFUSED");
    assert_refused("verkeerd-soort.pdf", 415, "UNSUPPORTED_FILE");
    assert_refused("te-groot.pdf", 413, "FILE_TOO_LARGE");
    assert_refused("te-vaak.pdf", 429, "TOO_MANY_REQUESTS");
    assert_refused("sessie-verlopen.pdf", 401, "SESSION_EXPIRED");
    assert_refused("verlopen.pdf", 400, "TOKEN_EXPIRED");
}

#[test]
fn a_failing_server_answers_with_a_page() {
    for (filename, status) in [("storing.pdf", 500), ("geen-json.pdf", 200)] {
        let outcome = sent(filename);
        let reply = outcome.reply.unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert!(outcome.kept.is_empty());
    }
}

#[test]
fn a_server_that_fails_once_takes_the_second_try() {
    let first = sent("hapert.pdf");
    assert_eq!(first.reply.unwrap().status, 500);
    assert!(first.kept.is_empty());
    let second = first
        .demo
        .send("eva", &Sending::new(&first.action, "hapert.pdf"))
        .unwrap();
    assert_eq!(second.status, 200);
    assert_eq!(first.demo.running.watch().uploads().len(), 1);
}

#[test]
fn an_answer_that_is_not_ok_keeps_nothing() {
    let outcome = sent("niet-ok.pdf");
    let reply = outcome.reply.unwrap();
    assert_eq!(
        (reply.status, &reply.json()["operation_result"]),
        (200, &"failed".into())
    );
    assert!(outcome.kept.is_empty());
}

#[test]
fn an_answer_that_breaks_off_comes_after_the_document_was_kept() {
    let outcome = sent("half.pdf");
    let reply = outcome.reply.unwrap();
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    assert_eq!(outcome.kept, ["half.pdf"]);
}

#[test]
fn a_connection_is_closed_before_while_and_after() {
    for (filename, kept) in [
        ("weg-ervoor.pdf", 0),
        ("weg-tijdens.pdf", 0),
        ("weg-erna.pdf", 1),
    ] {
        let outcome = sent(filename);
        assert!(outcome.reply.is_none(), "{filename} was answered");
        assert_eq!(outcome.kept.len(), kept, "{filename}");
        let done = outcome.demo.session("eva")["duplicate_comfort_data"]["productactions"]
            [&outcome.action]["is_done"]
            .clone();
        assert_eq!(done, kept, "{filename}");
    }
}

#[test]
fn slow_is_slow_and_kept() {
    let outcome = sent("langzaam.pdf");
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
fn a_late_answer_is_of_a_document_that_is_kept() {
    let outcome = sent("laat.pdf");
    assert_eq!(outcome.reply.unwrap().status, 200);
    assert!(outcome.took >= Duration::from_millis(290));
    assert_eq!(outcome.kept, ["laat.pdf"]);
}

#[test]
fn someone_elses_document_was_there_first() {
    let outcome = sent("al-ontvangen.pdf");
    let reply = outcome.reply.unwrap();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
    assert_eq!(outcome.kept, ["Ontvangen op kantoor.pdf"]);
}

#[test]
fn every_name_brings_on_what_it_says() {
    for (name, fault, what) in UploadFault::ALL {
        assert_eq!(UploadFault::of(name), Some(fault));
        assert!(
            what.contains("bewaard") || fault == UploadFault::FailingOnce,
            "{name}: {what}"
        );
    }
    assert_eq!(UploadFault::of("gewoon.pdf"), None);
}
