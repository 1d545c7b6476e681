//! All flows, good and bad, with the log at its loudest: nothing in it says who, what or where. One test,
//! because a program has one log.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use stage::{ACTION, CONSUMER, Stage, Upstream, answer, json, session_first};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_log_tells_what_happened_and_not_to_whom() {
    let kept = Kept::default();
    let writer = kept.clone();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let upstream = Upstream::new(|seen, stream| {
        if session_first(seen, stream) {
            return;
        }
        match seen.parameter("filename").as_deref() {
            Some("storing.pdf") => answer(
                stream,
                500,
                "text/html",
                b"Fatal error for j.janssen@freeler.nl",
            ),
            Some("weg.pdf") => {}
            Some(_) => json(stream, "{\"operation_result\":\"ok\"}"),
            None => answer(
                stream,
                200,
                "application/json",
                b"{\"error\":\"TOKEN_INVALID for Jan Janssen\"}",
            ),
        }
    });
    const KEY: &str = "a-key-of-the-office-0123456789abcdef";
    let stage = Stage::with(upstream.address, |settings| {
        settings.session.links_key = Some(KEY.into());
    });
    let link = gateway::links::mint(&stage.settings, CONSUMER, None, SystemTime::now()).unwrap();
    let from = "x-forwarded-for: 192.0.2.77\r\n";
    let document =
        b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nJan Janssen\r\n--b--\r\n";
    stage.send(&stage.head("GET", "/consumerportal/getsession", from), &[]);
    for name in ["loonstrook", "storing.pdf; x", "weg.pdf; x"] {
        let head = stage.upload_head(&format!("upload-of-{}", &name[..4]), document.len());
        stage.send(&head.replace("loonstrook caf%C3%A9.pdf", name), document);
    }
    stage.upload("upload-0001", document);
    stage.upload("upload-0001", document);
    stage.get(&format!(
        "/consumerportal/get_otd_pdf?productaction_id={ACTION}"
    ));
    stage.get("/consumerportal/get_otd_pdf?productaction_id=PRASOMEONEELSE");
    stage.get("/consumerportal/nonsense-of-jan");
    stage.get("/open/v4.local.nonsense-token");
    stage.get(link.path());
    let origin = format!("origin: http://{}\r\ncontent-length: 20\r\n", stage.address);
    stage.send(
        &stage.head("POST", "/session/phone", &origin),
        b"{\"route\":\"action/PRA\"}",
    );
    stage.send(
        &stage.head(
            "POST",
            "/links",
            "authorization: Bearer a-key-of-the-office\r\ncontent-length: 2\r\n",
        ),
        b"{}",
    );
    stage.send(
        &stage.head(
            "DELETE",
            "/session",
            &format!("origin: http://{}\r\n", stage.address),
        ),
        &[],
    );
    // The ways in and out that are asked with a body.
    let token = link.path().rsplit('/').next().unwrap().to_owned();
    let body = format!("{{\"token\":\"{token}\"}}");
    let origin = format!(
        "origin: http://{}\r\ncontent-length: {}\r\n",
        stage.address,
        body.len()
    );
    let begun = stage.send(&stage.head("POST", "/session", &origin), body.as_bytes());
    assert_eq!(begun.status, 200);
    let own_page = begun.text().rsplit('"').nth(1).unwrap().to_owned();
    let own_page = own_page.split("/open/").nth(1).unwrap();
    for _ in 0..2 {
        stage.get(&format!("/open/{own_page}"));
    }
    stage.get("/session");
    let body = "{\"consumer_id\":\"CNSRSOMEBODYELSE\"}";
    let key = format!(
        "authorization: Bearer {KEY}\r\ncontent-length: {}\r\n",
        body.len()
    );
    let minted = stage.send(&stage.head("POST", "/links", &key), body.as_bytes());
    assert_eq!(minted.status, 201);
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
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
    let cookie = stage.cookie.split('=').nth(1).unwrap();
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
        stage::SALT,
        "0123456789abcdef",
        "/var/www",
        "Fatal",
    ] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}
