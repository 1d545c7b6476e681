//! The four endpoints on their way to AccelerateConnect and back: signed, checked, once, and only for
//! the consumer's own actions.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use stage::{ACTION, CONSUMER, Stage, Upstream, answer, json, session, session_first};
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

const DOCUMENT: &[u8] =
    b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n%PDF-1.7 bytes\r\n--b--\r\n";

/// Takes everything, and gives a document.
fn good() -> Upstream {
    Upstream::new(|seen, stream| {
        if session_first(seen, stream) {
            return;
        }
        if seen.is("upload_file") {
            json(stream, "{\"operation_result\":\"ok\"}");
        } else if seen.is("get_otd_pdf") {
            json(
                stream,
                "{\"raw_pdf_data\":\"JVBERg==\",\"filename\":\"otd.pdf\"}",
            );
        } else {
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 5\r\n\
                  content-disposition: inline; filename=\"demo.pdf\"\r\nset-cookie: a=b\r\nx-powered-by: PHP\r\n\r\n%PDF-",
            );
        }
    })
}

#[test]
fn the_session_is_asked_for_the_consumer_who_is_signed_in_and_signed() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    let got = stage.get("/consumerportal/getsession?consumer_id=CNSRANOTHER&ip_address=6.6.6.6");
    assert_eq!(got.status, 200);
    assert!(got.text().contains(ACTION));
    assert!(
        got.header("portal-session")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 1_000
    );
    let seen = &upstream.seen("getsession")[0];
    assert!(seen.is_signed(), "{:?}", seen.parameters());
    let names: Vec<String> = seen.parameters().into_iter().map(|it| it.0).collect();
    assert_eq!(
        names,
        ["consumer_id", "ip_address", "timestamp", "domain", "token"]
    );
    assert_eq!(seen.parameter("consumer_id").unwrap(), CONSUMER);
    assert_eq!(seen.parameter("ip_address").unwrap(), "127.0.0.1");
    assert_eq!(seen.parameter("domain").unwrap(), "demo");
    assert!(
        seen.header("cookie").is_none(),
        "our session is none of theirs"
    );
}

#[test]
fn every_convention_of_the_signature_is_a_setting() {
    let upstream = good();
    let stage = Stage::with(upstream.address, |settings| {
        settings.accelerate.sign_domain = false;
        settings.accelerate.time = gateway::settings::TimeParameter::Date;
    });
    stage.get("/consumerportal/getsession");
    let seen = &upstream.seen("getsession")[0];
    let date = seen.parameter("date").unwrap();
    assert_eq!(date.len(), "2018-01-01 12:00:00".len());
    assert!(seen.parameter("timestamp").is_none() && seen.parameter("domain").is_some());
    let others = seen.parameters();
    let covered: Vec<(&str, &str)> = others
        .iter()
        .filter(|(name, _)| name != "token" && name != "domain")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let token = accelerate::signing::token(&covered, stage::SALT);
    assert_eq!(seen.parameter("token"), Some(token));
}

#[test]
fn who_is_not_signed_in_gets_nothing_and_nothing_is_asked() {
    let upstream = good();
    let mut stage = Stage::new(&upstream);
    stage.cookie = "portal=v4.local.nonsense".to_owned();
    for path in [
        "getsession".to_owned(),
        format!("get_otd_pdf?productaction_id={ACTION}"),
    ] {
        let got = stage.get(&format!("/consumerportal/{path}"));
        assert_eq!((got.status, got.code().as_str()), (401, "NOT_SIGNED_IN"));
    }
    assert_eq!(
        stage.upload("first-upload", DOCUMENT).code(),
        "NOT_SIGNED_IN"
    );
    assert!(upstream.seen("").is_empty());
}

#[test]
fn a_document_is_passed_on_as_an_attachment_and_nothing_else_of_theirs_is() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    let got = stage.get(&format!(
        "/consumerportal/get_product_action_download?productaction_id={ACTION}"
    ));
    assert_eq!(got.body, b"%PDF-");
    assert_eq!(
        got.header("content-disposition"),
        Some("attachment; filename=\"demo.pdf\"")
    );
    assert_eq!(got.header("content-type"), Some("application/pdf"));
    assert!(got.header("set-cookie").is_none() && got.header("x-powered-by").is_none());
    assert_eq!(got.header("cache-control"), Some("no-store"));
    assert!(
        got.header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    let seen = &upstream.seen("get_product_action_download")[0];
    assert!(seen.is_signed());
    assert!(seen.parameter("consumer_id").is_none());
    let otd = stage.get(&format!(
        "/consumerportal/get_otd_pdf?productaction_id={ACTION}"
    ));
    assert!(otd.text().contains("raw_pdf_data"));
}

#[test]
fn another_ones_action_is_refused_like_one_that_does_not_exist_and_never_asked_for() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    let of = |id: &str| {
        let got = stage.get(&format!(
            "/consumerportal/get_otd_pdf?productaction_id={id}"
        ));
        (got.status, got.text().to_owned())
    };
    let refused = (
        404,
        "{\"error\":{\"code\":\"UNKNOWN_PRODUCTACTION\"}}".to_owned(),
    );
    assert_eq!(of("PRABELONGSTOSOMEONEELSE"), refused);
    assert_eq!(of("PRADOESNOTEXIST"), refused);
    assert_eq!(of("..%2Fgetsession"), refused);
    assert!(upstream.seen("get_otd_pdf").is_empty());
    // Both were looked up in the same way: in one session, because that was young enough for the second.
    assert_eq!(upstream.seen("getsession").len(), 1);
}

#[test]
fn a_session_that_was_read_by_the_page_need_not_be_asked_again() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    stage.get("/consumerportal/getsession");
    for _ in 0..3 {
        assert_eq!(
            stage
                .get(&format!(
                    "/consumerportal/get_otd_pdf?productaction_id={ACTION}"
                ))
                .status,
            200
        );
    }
    assert_eq!(upstream.seen("getsession").len(), 1);
}

#[test]
fn an_uploads_parameters_travel_as_raw_utf8_headers_and_are_signed() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    let got = stage.upload("upload-0001", DOCUMENT);
    assert_eq!(
        (got.status, got.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    let seen = &upstream.seen("upload_file")[0];
    assert!(seen.is_signed(), "{:?}", seen.parameters());
    assert_eq!(
        seen.header("filename").unwrap(),
        "loonstrook café.pdf".as_bytes()
    );
    assert_eq!(seen.header("comment").unwrap(), "Ik heb er één".as_bytes());
    assert_eq!(seen.header("is_reupload").unwrap(), b"0");
    assert_eq!(seen.body, DOCUMENT);
    assert!(
        seen.header("upload-id").is_none()
            && seen.header("cookie").is_none()
            && seen.header("origin").is_none()
    );
}

#[test]
fn the_alternatives_for_uploads_are_settings() {
    let upstream = good();
    let stage = Stage::with(upstream.address, |settings| {
        settings.accelerate.header_values = gateway::settings::HeaderValues::PercentEncoded;
        settings.accelerate.upload_body = gateway::settings::UploadBody::Raw;
    });
    assert_eq!(stage.upload("upload-0001", DOCUMENT).status, 200);
    let seen = &upstream.seen("upload_file")[0];
    assert_eq!(
        seen.header("filename").unwrap(),
        b"loonstrook caf%C3%A9.pdf"
    );
    assert_eq!(seen.body, b"%PDF-1.7 bytes");
    assert_eq!(seen.header("content-type").unwrap(), b"application/pdf");
    assert!(seen.is_signed());
}

#[test]
fn an_upload_that_comes_again_gets_the_same_answer_and_is_not_sent_again() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    for _ in 0..3 {
        assert_eq!(stage.upload("upload-0001", DOCUMENT).status, 200);
    }
    assert_eq!(upstream.seen("upload_file").len(), 1);
    stage.upload("upload-0002", DOCUMENT);
    assert_eq!(upstream.seen("upload_file").len(), 2);
}

#[test]
fn an_upload_whose_answer_is_lost_is_known_to_who_sends_it_again() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    let mut gone = stage.connect();
    gone.write_all(stage.upload_head("upload-0001", DOCUMENT.len()).as_bytes())
        .unwrap();
    gone.write_all(DOCUMENT).unwrap();
    drop(gone);
    let again = stage.upload("upload-0001", DOCUMENT);
    assert_eq!(
        (again.status, again.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    let whole = upstream
        .seen("upload_file")
        .iter()
        .filter(|it| it.whole)
        .count();
    assert_eq!(whole, 1);
}

#[test]
fn a_token_that_is_too_old_is_signed_again_by_their_clock_and_an_upload_never_is() {
    let asked = AtomicUsize::new(0);
    let upstream = Upstream::new(move |seen, stream| {
        let theirs = 1_893_456_000; // 2030-01-01 00:00:00
        let sent: i64 = seen.parameter("timestamp").unwrap().parse().unwrap();
        if (sent - theirs).abs() > 300 {
            asked.fetch_add(1, Ordering::Relaxed);
            let body = "{\"error\":{\"code\":\"TOKEN_EXPIRED\",\"message\":\"too old\"}}";
            let _ = write!(
                stream,
                "HTTP/1.1 400 X\r\ndate: Tue, 01 Jan 2030 00:00:00 GMT\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        } else if !session_first(seen, stream) {
            json(stream, "{\"operation_result\":\"ok\"}");
        }
    });
    let stage = Stage::new(&upstream);
    assert_eq!(stage.get("/consumerportal/getsession").status, 200);
    assert_eq!(
        upstream.seen("getsession").len(),
        2,
        "once more, and only once"
    );
    assert!(
        upstream
            .seen("getsession")
            .iter()
            .all(stage::Seen::is_signed)
    );
    // What was learned of their clock is good for the upload, which gets one try only.
    assert_eq!(stage.upload("upload-0001", DOCUMENT).status, 200);
    assert_eq!(upstream.seen("upload_file").len(), 1);
}

#[test]
fn a_token_that_stays_too_old_is_an_error_after_two_tries() {
    let upstream = Upstream::new(|_, stream| {
        answer(
            stream,
            400,
            "application/json",
            b"{\"error\":\"TOKEN_EXPIRED\"}",
        );
    });
    let stage = Stage::new(&upstream);
    let got = stage.get("/consumerportal/getsession");
    assert_eq!((got.status, got.code().as_str()), (400, "TOKEN_EXPIRED"));
    assert_eq!(upstream.seen("getsession").len(), 2);
}

#[test]
fn what_is_wrong_with_a_request_is_told_and_nothing_is_asked() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    for path in [
        "get_otd_pdf",
        "get_otd_pdf?productaction_id=",
        "get_otd_pdf?productaction_id=A&x=1",
    ] {
        let got = stage.get(&format!("/consumerportal/{path}"));
        assert_eq!(
            (got.status, got.code().as_str()),
            (400, "INVALID_PARAMETER"),
            "{path}"
        );
    }
    let wrong = stage.get("/consumerportal/upload_file");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
    assert_eq!(stage.get("/consumerportal/getconsumers").status, 404);
    let head = stage.upload_head("upload-0001", DOCUMENT.len());
    for (from, to) in [
        ("is_reupload: 0", "is_reupload: 2"),
        ("filename: loonstrook", "filename: %0D%0Atoken: x"),
        ("filename: loonstrook", "filename: %zz"),
        ("mimetype: application/pdf", "mimetype: pdf"),
        ("mimetype: application/pdf", "x: y"),
        ("multipart/form-data; boundary=b", "text/plain"),
        ("upload-id: upload-0001", "upload-id: ../x"),
        ("upload-id: upload-0001", "filename: twice.pdf"),
    ] {
        let got = stage.send(&head.replace(from, to), DOCUMENT);
        assert_eq!(
            (got.status, got.code().as_str()),
            (400, "INVALID_PARAMETER"),
            "{to}"
        );
    }
    assert!(upstream.seen("upload_file").is_empty());
}

#[test]
fn a_page_of_a_strange_origin_uploads_nothing() {
    let upstream = good();
    let stage = Stage::with(upstream.address, |settings| {
        settings.access.origins = vec!["https://www.example.nl".to_owned()];
    });
    let head = stage.upload_head("upload-0001", DOCUMENT.len());
    let own = format!("origin: http://{}", stage.address);
    for strange in [
        "origin: https://evil.example",
        "origin: null",
        "x: y",
        "sec-fetch-site: cross-site",
    ] {
        let got = stage.send(&head.replace(&own, strange), DOCUMENT);
        assert_eq!(
            (got.status, got.code().as_str()),
            (403, "ORIGIN_REFUSED"),
            "{strange}"
        );
        assert!(got.header("access-control-allow-origin").is_none());
    }
    assert!(upstream.seen("").is_empty());
    let broker = stage.send(
        &head.replace(&own, "origin: https://www.example.nl"),
        DOCUMENT,
    );
    assert_eq!(broker.status, 200);
    assert_eq!(
        broker.header("access-control-allow-origin"),
        Some("https://www.example.nl")
    );
    assert_eq!(
        broker.header("access-control-allow-credentials"),
        Some("true")
    );
    assert!(
        broker
            .header("access-control-expose-headers")
            .unwrap()
            .contains("content-disposition")
    );
}

#[test]
fn too_large_a_document_is_refused_before_and_while_it_comes() {
    let upstream = good();
    let stage = Stage::with(upstream.address, |settings| {
        settings.limits.upload_bytes = 1_000
    });
    let large = vec![b'x'; 200_000];
    let got = stage.upload("upload-0001", &large);
    assert_eq!((got.status, got.code().as_str()), (413, "FILE_TOO_LARGE"));
    assert!(upstream.seen("upload_file").is_empty());
    let head = stage
        .upload_head("upload-0002", 0)
        .replace("content-length: 0", "transfer-encoding: chunked");
    let mut chunked = format!("{:x}\r\n", large.len()).into_bytes();
    chunked.extend_from_slice(&large);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    let got = stage.send(&head, &chunked);
    assert_eq!((got.status, got.code().as_str()), (413, "FILE_TOO_LARGE"));
    assert!(upstream.seen("upload_file").iter().all(|it| !it.whole));
}

#[test]
fn who_asks_too_often_is_told_how_long_to_wait() {
    let upstream = good();
    let stage = Stage::with(upstream.address, |settings| {
        settings.limits.session_per_minute = 2
    });
    stage.get("/consumerportal/getsession");
    stage.get("/consumerportal/getsession");
    let got = stage.get("/consumerportal/getsession");
    assert_eq!(
        (got.status, got.code().as_str()),
        (429, "TOO_MANY_REQUESTS")
    );
    assert!(got.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    let upstream = good();
    let stage = Stage::with(upstream.address, |settings| {
        settings.limits.address_per_minute = 2;
        settings.access.origins = vec!["https://www.example.nl".to_owned()];
    });
    // Opening a link does not count: who does has no sentence to read yet.
    stage.get("/consumerportal/getsession");
    stage.get("/consumerportal/getsession");
    let page = "origin: https://www.example.nl\r\n";
    let got = stage.send(&stage.head("GET", "/consumerportal/getsession", page), &[]);
    assert_eq!(got.code(), "TOO_MANY_REQUESTS");
    assert_eq!(
        got.header("access-control-allow-origin"),
        Some("https://www.example.nl"),
        "a listed page may read it"
    );
    assert_eq!(
        stage.get("/").status,
        200,
        "the site's files are not counted"
    );
}

#[test]
fn who_logs_out_is_out_and_the_cookie_goes() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    let origin = format!("origin: http://{}\r\n", stage.address);
    let out = stage.send(&stage.head("DELETE", "/session", &origin), &[]);
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    let got = stage.get("/consumerportal/getsession");
    assert_eq!((got.status, got.code().as_str()), (401, "SESSION_EXPIRED"));
}

#[test]
fn the_consumers_address_is_what_the_trusted_proxy_says() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    stage.send(
        &stage.head(
            "GET",
            "/consumerportal/getsession",
            "x-forwarded-for: 6.6.6.6, 192.0.2.7\r\n",
        ),
        &[],
    );
    assert_eq!(
        upstream.seen("getsession")[0]
            .parameter("ip_address")
            .unwrap(),
        "192.0.2.7"
    );
    let stage = Stage::with(upstream.address, |settings| {
        settings.access.trusted_proxies.clear()
    });
    stage.send(
        &stage.head(
            "GET",
            "/consumerportal/getsession",
            "x-forwarded-for: 192.0.2.7\r\n",
        ),
        &[],
    );
    assert_eq!(
        upstream.seen("getsession")[1]
            .parameter("ip_address")
            .unwrap(),
        "127.0.0.1"
    );
}

#[test]
fn a_preflight_says_what_an_upload_needs() {
    let upstream = Upstream::new(|_, stream| session(stream));
    let stage = Stage::with(upstream.address, |settings| {
        settings.access.origins = vec!["https://www.example.nl".to_owned()];
    });
    let ask = |origin: &str| {
        let more = format!("origin: {origin}\r\naccess-control-request-method: POST\r\n");
        stage.send(
            &stage.head("OPTIONS", "/consumerportal/upload_file", &more),
            &[],
        )
    };
    let got = ask("https://www.example.nl");
    assert_eq!(got.status, 204);
    assert!(
        got.header("access-control-allow-headers")
            .unwrap()
            .contains("productaction_id")
    );
    assert_eq!(
        got.header("access-control-allow-origin"),
        Some("https://www.example.nl")
    );
    assert_eq!(ask("https://evil.example").status, 403);
}

#[test]
fn only_this_machine_reads_the_counters_whatever_a_stranger_writes() {
    let upstream = good();
    let stage = Stage::new(&upstream);
    assert_eq!(stage.get("/metrics").status, 200);
    for (name, value) in [
        ("x-forwarded-for", &b"192.0.2.1"[..]),
        ("x-forwarded-for", b"\xff, 192.0.2.1"),
        ("x-forwarded-for", b"unknown"),
        ("x-forwarded-for", b"\xff"),
        ("forwarded", b"for=\"192.0.2.1"),
    ] {
        let head = [
            &b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"[..],
            name.as_bytes(),
            b": ",
            value,
            b"\r\n\r\n",
        ];
        let mut stream = stage.connect();
        stream.write_all(&head.concat()).unwrap();
        assert_eq!(stage::Answer::read(stream).status, 404, "{name}: {value:?}");
    }
}
