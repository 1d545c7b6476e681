//! The audit trail of the real program: what is in it, who can find it, and that it holds nobody up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod harness;
mod programs;

use harness::{ACTION, CONSUMER, FakeAccelerate, answer_getsession, head, send_answer, send_json};
use programs::{Copy, folder, link_of, public_url};
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;

const DOCUMENT: &[u8] =
    b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n%PDF-1.7 bytes\r\n--b--\r\n";
const KEY: &str = "a-key-that-is-only-of-this-test-0123456789";

#[test]
fn the_audit_trail_says_what_a_consumer_did_and_only_the_office_finds_whose_it_is() {
    let upstream = accelerate();
    let file = file("all");
    let audit = format!("file:{}", file.display());
    let variables = [
        ("GATEWAY_AUDIT", audit.as_str()),
        ("GATEWAY_LINKS_KEY", KEY),
    ];
    let gateway = Copy::start_with(&upstream, "", &[], &variables);
    let link = make_link(&gateway, CONSUMER);
    let path = format!("/{}", link.strip_prefix(programs::PUBLIC_URL).unwrap());
    let shown = gateway.send(&head(&public_url(), "", "GET", &path, ""), &[]);
    assert_eq!(shown.status, 200);
    let cookie = programs::cookie(&gateway.open(&link));
    assert_eq!(gateway.upload(&cookie, "upload-0001", DOCUMENT).status, 200);
    let download = |id: &str| {
        let path = format!("/consumerportal/get_product_action_download?productaction_id={id}");
        let head = head(&public_url(), &cookie, "GET", &path, "");
        gateway.send(&head, &[]).status
    };
    assert_eq!(download(ACTION), 200);
    assert_eq!(download("PRAOTHER"), 404);
    let refused = gateway.begin_upload(&cookie, "x", 0);
    assert_eq!(harness::Answer::read(refused).status, 400);
    assert_eq!(gateway.log_out(&cookie).status, 204);
    assert_eq!(close_links(&gateway, CONSUMER), 204);
    gateway.open(&link);
    let another = gateway.sign_in("CNSR2");
    assert_eq!(gateway.getsession(&another).status, 200);
    gateway.end();

    let trail = std::fs::read_to_string(&file).unwrap();
    for secret in [CONSUMER, "CNSR2", ACTION, "upload-0001", "127.0.0.1", KEY] {
        assert!(!trail.contains(secret), "{secret} is in {trail}");
    }
    let lines: Vec<Value> = trail
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let events = |lines: &[Value]| -> Vec<(String, String)> {
        let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
        let events = lines
            .iter()
            .map(|it| (text(it, "event"), text(it, "outcome")));
        events.collect()
    };
    let expected = [
        ("link-made", "ok"),
        ("link-opened", "ok"),
        ("sign-in", "ok"),
        ("document-in", "ok"),
        ("document-out", "ok"),
        ("document-out", "UNKNOWN_PRODUCTACTION"),
        ("document-in", "INVALID_PARAMETER"),
        ("log-out", "ok"),
        ("link-closed", "ok"),
    ];
    let expected = expected.map(|(event, outcome)| (event.to_owned(), outcome.to_owned()));
    assert_eq!(events(&lines)[..9], expected);
    assert!(lines.iter().all(|it| it["office"] == "kantoor"));
    assert!(
        lines
            .iter()
            .all(|it| it["request"].as_str().unwrap().len() == 16)
    );
    let of_the_link = lines[..8].iter().all(|it| it["link"] == lines[0]["link"]);
    assert!(of_the_link && lines[0]["link"].as_str().unwrap().len() > 20);

    let found = programs::gateway("audit")
        .args(["--consumer", CONSUMER])
        .envs(programs::settings(&upstream, "file:unused"))
        .env("GATEWAY_AUDIT", &audit)
        .output()
        .unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    let found: Vec<Value> = found
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert_eq!(events(&found), expected);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn an_audit_trail_on_a_full_disk_fails_no_request_and_is_counted() {
    let upstream = accelerate();
    let variables = [("GATEWAY_AUDIT", "file:/dev/full")];
    let gateway = Copy::start_with(&upstream, "", &[], &variables);
    let cookie = gateway.sign_in(CONSUMER);
    assert_eq!(gateway.getsession(&cookie).status, 200);
    programs::eventually("the loss is counted", || {
        gateway.metrics().contains("gateway_audit_lost_total 1")
    });
}

#[test]
fn the_counters_know_bytes_and_broken_transfers_in_both_directions() {
    let upstream = accelerate();
    let gateway = Copy::start_with(&upstream, "", &[], &[]);
    let cookie = gateway.sign_in(CONSUMER);
    assert_eq!(gateway.upload(&cookie, "upload-0001", DOCUMENT).status, 200);
    let mut broken = gateway.connect();
    let again = harness::upload_head(&public_url(), &cookie, "upload-0002", DOCUMENT.len());
    broken
        .write_all(harness::reupload(&again).as_bytes())
        .unwrap();
    broken.write_all(&DOCUMENT[..DOCUMENT.len() - 20]).unwrap();
    drop(broken);
    let path = format!("/consumerportal/get_product_action_download?productaction_id={ACTION}");
    let whole = gateway.send(&head(&public_url(), &cookie, "GET", &path, ""), &[]);
    assert_eq!(whole.body.len(), 5);
    programs::eventually("all is counted", || {
        let metrics = gateway.metrics();
        [
            "gateway_document_bytes_total{direction=\"out\"} 5",
            "gateway_transfers_aborted_total{direction=\"in\"} 1",
            "gateway_events_total{event=\"document-in\",outcome=\"ok\"} 1",
            "gateway_events_total{event=\"document-in\",outcome=\"refused\"} 1",
            "gateway_events_total{event=\"document-out\",outcome=\"ok\"} 1",
            "gateway_store_up 1",
        ]
        .iter()
        .all(|line| metrics.contains(line))
            && metrics.contains("gateway_document_bytes_total{direction=\"in\"}")
    });
}

#[test]
fn a_trace_is_passed_on_to_accelerate_and_an_invented_one_is_not() {
    let upstream = accelerate();
    let gateway = Copy::start_with(&upstream, "", &[], &[]);
    let cookie = gateway.sign_in(CONSUMER);
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (sent, passed_on) in [(trace, Some(trace)), ("x", None)] {
        let more = format!("traceparent: {sent}\r\n");
        let path = "/consumerportal/getsession";
        let answer = gateway.send(&head(&public_url(), &cookie, "GET", path, &more), &[]);
        assert_eq!(answer.status, 200);
        let received = upstream.received("getsession").pop().unwrap();
        let received = received.header("traceparent").map(<[u8]>::to_vec);
        assert_eq!(received.as_deref(), passed_on.map(str::as_bytes));
    }
}

fn accelerate() -> FakeAccelerate {
    FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) || !request.is_complete {
            return;
        }
        if request.is("get_product_action_download") {
            send_answer(stream, 200, "application/pdf", b"%PDF-");
        } else {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    })
}

fn make_link(gateway: &Copy, consumer: &str) -> String {
    let body = format!("{{\"consumer_id\":\"{consumer}\"}}");
    let more = format!(
        "authorization: Bearer {KEY}\r\ncontent-length: {}\r\n",
        body.len()
    );
    let head = head(&public_url(), "", "POST", "/links", &more);
    let made: Value = serde_json::from_slice(&gateway.send(&head, body.as_bytes()).body).unwrap();
    assert!(link_of(consumer).starts_with(programs::PUBLIC_URL));
    made["link"].as_str().unwrap().to_owned()
}

fn close_links(gateway: &Copy, consumer: &str) -> u16 {
    let path = format!("/links?consumer_id={consumer}");
    let more = format!("authorization: Bearer {KEY}\r\n");
    let head = head(&public_url(), "", "DELETE", &path, &more);
    gateway.send(&head, &[]).status
}

/// The file of a test's audit trail, which begins empty.
fn file(name: &str) -> PathBuf {
    let file = folder("audit").join(format!("{name}.jsonl"));
    let _ = std::fs::remove_file(&file);
    file
}
