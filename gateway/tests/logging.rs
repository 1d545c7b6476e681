//! All flows, good and bad, with the log at TRACE: nothing in it says who the consumer is. It is one test,
//! because a process has one log.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;

use harness::{
    ACTION, CONSUMER, FakeAccelerate, TestGateway, answer_getsession, send_answer, send_json,
};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

#[derive(Clone, Default)]
struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_log_says_what_happened_and_not_to_whom() {
    let captured = CapturedLog::default();
    let writer = captured.clone();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let upstream = FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        match request.parameter("filename").as_deref() {
            Some("storing.pdf") => send_answer(
                stream,
                500,
                "text/html",
                b"Fatal error for j.janssen@freeler.nl",
            ),
            Some("weg.pdf") => {}
            Some(_) => send_json(stream, "{\"operation_result\":\"ok\"}"),
            None => send_answer(
                stream,
                200,
                "application/json",
                b"{\"error\":\"TOKEN_INVALID for Jan Janssen\"}",
            ),
        }
    });
    const KEY: &str = "a-key-of-the-office-0123456789abcdef";
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.session.links_key = Some(KEY.into());
    });
    let link = gateway::links::mint(&gateway.settings, CONSUMER, None, SystemTime::now()).unwrap();
    let from = "x-forwarded-for: 192.0.2.77\r\n";
    let document =
        b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n%PDF-1.7 Jan Janssen\r\n--b--\r\n";
    gateway.send(
        &gateway.head("GET", "/consumerportal/getsession", from),
        &[],
    );
    for name in ["loonstrook", "storing.pdf; x", "weg.pdf; x"] {
        let head = gateway.upload_head(&format!("upload-of-{}", &name[..4]), document.len());
        gateway.send(&head.replace("loonstrook caf%C3%A9.pdf", name), document);
    }
    gateway.upload("upload-0001", document);
    gateway.upload("upload-0001", document);
    gateway.get(&format!(
        "/consumerportal/get_otd_pdf?productaction_id={ACTION}"
    ));
    gateway.get("/consumerportal/get_otd_pdf?productaction_id=PRASOMEONEELSE");
    gateway.get("/consumerportal/nonsense-of-jan");
    gateway.get("/open/v4.local.nonsense-token");
    gateway.get(link.path());
    gateway.press(link.path(), "answer=1-3-1980");
    let origin = format!(
        "origin: http://{}\r\ncontent-length: 20\r\n",
        gateway.address
    );
    gateway.send(
        &gateway.head("POST", "/session/phone", &origin),
        b"{\"route\":\"action/PRA\"}",
    );
    gateway.send(
        &gateway.head(
            "POST",
            "/links",
            "authorization: Bearer a-key-of-the-office\r\ncontent-length: 2\r\n",
        ),
        b"{}",
    );
    gateway.send(
        &gateway.head(
            "DELETE",
            "/session",
            &format!("origin: http://{}\r\n", gateway.address),
        ),
        &[],
    );
    // Sign-in with a token in the body, and links for the office.
    let token = link.path().rsplit('/').next().unwrap().to_owned();
    let body = format!("{{\"token\":\"{token}\"}}");
    let origin = format!(
        "origin: http://{}\r\ncontent-length: {}\r\n",
        gateway.address,
        body.len()
    );
    let signed_in = gateway.send(&gateway.head("POST", "/session", &origin), body.as_bytes());
    assert_eq!(signed_in.status, 200);
    let own_page = signed_in.text().rsplit('"').nth(1).unwrap().to_owned();
    let own_page = own_page.split("/open/").nth(1).unwrap();
    for _ in 0..2 {
        gateway.get(&format!("/open/{own_page}"));
    }
    gateway.get("/session");
    let body = "{\"consumer_id\":\"CNSRSOMEBODYELSE\"}";
    let key = format!(
        "authorization: Bearer {KEY}\r\ncontent-length: {}\r\n",
        body.len()
    );
    let minted = gateway.send(&gateway.head("POST", "/links", &key), body.as_bytes());
    assert_eq!(minted.status, 201);
    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(log.lines().count() >= 10, "{log}");
    for what in [
        "upload_file",
        "getsession",
        "\"status\":200",
        "\"status\":404",
        "request",
    ] {
        assert!(log.contains(what), "{what} is missed in {log}");
    }
    let cookie = gateway.cookie.split('=').nth(1).unwrap();
    let token = link.path().rsplit('/').next().unwrap();
    for secret in [
        CONSUMER,
        "CNSRSOMEBODYELSE",
        own_page,
        KEY,
        ACTION,
        "PRASOMEONEELSE",
        "PRA",
        "Janssen",
        "janssen",
        "jan",
        "loonstrook",
        "café",
        "storing.pdf",
        "weg.pdf",
        "192.0.2.77",
        "één",
        "upload-0001",
        "v4.local",
        cookie,
        token,
        "a-key-of-the-office",
        harness::SALT,
        "0123456789abcdef",
        "/var/www",
        "Fatal",
    ] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}
