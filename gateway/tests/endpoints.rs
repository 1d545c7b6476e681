//! The four endpoints: what reaches AccelerateConnect and how it is signed, what comes back, and what is
//! refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;

use harness::{
    ACTION, Answer, CONSUMER, FakeAccelerate, TestGateway, answer_getsession, reupload,
    send_answer, send_json, send_session,
};
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

const DOCUMENT: &[u8] =
    b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n%PDF-1.7 bytes\r\n--b--\r\n";

/// An AccelerateConnect that accepts every upload and gives every document.
fn accepts_everything() -> FakeAccelerate {
    FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        if request.is("upload_file") {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        } else if request.is("get_otd_pdf") {
            send_json(
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
fn getsession_is_signed_and_asks_for_the_signed_in_consumer() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let response =
        gateway.get("/consumerportal/getsession?consumer_id=CNSRANOTHER&ip_address=6.6.6.6");
    assert_eq!(response.status, 200);
    assert!(response.text().contains(ACTION));
    assert!(
        response
            .header("portal-session")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 1_000
    );
    let request = &upstream.received("getsession")[0];
    assert!(request.is_signed(), "{:?}", request.parameters());
    let names: Vec<String> = request.parameters().into_iter().map(|it| it.0).collect();
    assert_eq!(
        names,
        ["consumer_id", "ip_address", "timestamp", "domain", "token"]
    );
    assert_eq!(request.parameter("consumer_id").unwrap(), CONSUMER);
    assert_eq!(request.parameter("ip_address").unwrap(), "127.0.0.1");
    assert_eq!(request.parameter("domain").unwrap(), "demo");
    assert!(
        request.header("cookie").is_none(),
        "the cookie stays with the gateway"
    );
}

#[test]
fn only_a_consumers_own_session_is_given_the_keys_of_their_drafts() {
    let upstream = accepts_everything();
    let mut gateway = TestGateway::new(&upstream);
    let keys_of = |answer: &Answer| answer.header("portal-draft-keys").map(str::to_owned);
    let getsession = "/consumerportal/getsession";
    let own = keys_of(&gateway.get(getsession)).expect("a key");
    assert_eq!(own.len(), 43, "32 bytes in base64url");
    gateway.cookie = gateway.sign_in("CNSRANOTHER");
    let others = keys_of(&gateway.get(getsession)).expect("a key");
    assert_ne!(own, others);
    gateway.cookie = gateway.sign_in(CONSUMER);
    assert_eq!(
        keys_of(&gateway.get(getsession)),
        Some(own),
        "in another session"
    );
    gateway.cookie = "portal=forged".to_owned();
    let refused = gateway.get(getsession);
    assert_eq!((refused.status, keys_of(&refused)), (401, None));
}

#[test]
fn where_nothing_is_to_be_kept_no_key_is_given() {
    let upstream = accepts_everything();
    let gateway = TestGateway::with(upstream.address, |it| it.session.keep_drafts = false);
    let answer = gateway.get("/consumerportal/getsession");
    assert_eq!(
        (answer.status, answer.header("portal-draft-keys")),
        (200, None)
    );
}

/// `{"consumerportalsession":…}` with [`ACTION`] in it, compressed.
fn compressed_session() -> Vec<u8> {
    let session = format!(
        "{{\"consumerportalsession\":{{\"dossier\":{{\"products\":{{\"P\":{{\"productactions\":{{\"{ACTION}\":{{\"id\":\"{ACTION}\"}}}}}}}}}}}}}}"
    );
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    to.write_all(session.as_bytes()).unwrap();
    to.finish().unwrap()
}

/// Whoever names no coding accepts every one (RFC 9110, 12.5.3).
#[test]
fn a_server_that_compresses_unless_told_not_to_is_told_not_to() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if request.header("accept-encoding") == Some(b"identity") {
            if request.is("upload_file") {
                send_json(stream, "{\"operation_result\":\"ok\"}");
            } else {
                send_session(stream);
            }
            return;
        }
        let body = compressed_session();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body);
    });
    let gateway = TestGateway::new(&upstream);
    let session = gateway.get("/consumerportal/getsession");
    assert_eq!(session.status, 200);
    assert!(session.text().contains(ACTION));
    assert_eq!(gateway.upload("first-upload", DOCUMENT).status, 200);
}

/// What nginx sends upstream unless it is told otherwise.
#[test]
fn a_proxy_that_speaks_http_1_0_gets_whole_answers() {
    const LENGTH: usize = 300_000;
    let upstream = FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        if request.is("upload_file") {
            return send_json(stream, "{\"operation_result\":\"ok\"}");
        }
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\n\
              content-disposition: inline; filename=\"demo.pdf\"\r\ntransfer-encoding: chunked\r\n\r\n";
        let _ = stream.write_all(head);
        let _ = write!(stream, "{LENGTH:x}\r\n");
        let _ = stream.write_all(&harness::pdf(LENGTH));
        let _ = stream.write_all(b"\r\n0\r\n\r\n");
    });
    let gateway = TestGateway::new(&upstream);
    let ask = |head: String, body: &[u8]| {
        let head = head.replacen("HTTP/1.1", "HTTP/1.0", 1);
        let mut stream = gateway.connect();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let (status, headers, mut rest) = harness::Answer::head(stream);
        assert!(headers.iter().all(|(name, _)| name != "transfer-encoding"));
        let mut body = Vec::new();
        rest.read_to_end(&mut body).unwrap();
        (status, body)
    };
    let (status, session) = ask(gateway.head("GET", "/consumerportal/getsession", ""), b"");
    assert_eq!(status, 200);
    assert!(String::from_utf8(session).unwrap().ends_with("}}"));
    let path = format!("/consumerportal/get_product_action_download?productaction_id={ACTION}");
    let (status, document) = ask(gateway.head("GET", &path, ""), b"");
    assert_eq!((status, document.len()), (200, LENGTH));
    let head = gateway.upload_head("first-upload", DOCUMENT.len());
    assert_eq!(ask(head, DOCUMENT).0, 200);
}

#[test]
fn an_office_with_many_cookies_is_answered() {
    let upstream = accepts_everything();
    let mut gateway = TestGateway::new(&upstream);
    let others: String = (0..60)
        .map(|number| format!("_ga_{number}={}; ", "x".repeat(180)))
        .collect();
    gateway.cookie = format!("{others}{}", gateway.cookie);
    assert!(gateway.cookie.len() > 11_000);
    assert_eq!(gateway.get("/consumerportal/getsession").status, 200);
    assert_eq!(gateway.upload("first-upload", DOCUMENT).status, 200);
}

#[test]
fn each_convention_of_the_signature_is_a_setting() {
    let upstream = accepts_everything();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.accelerate.sign_domain = false;
        settings.accelerate.time = gateway::settings::TimeParameter::Date;
    });
    gateway.get("/consumerportal/getsession");
    let request = &upstream.received("getsession")[0];
    let date = request.parameter("date").unwrap();
    assert_eq!(date.len(), "2018-01-01 12:00:00".len());
    assert!(request.parameter("timestamp").is_none() && request.parameter("domain").is_some());
    let others = request.parameters();
    let covered: Vec<(&str, &str)> = others
        .iter()
        .filter(|(name, _)| name != "token" && name != "domain")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let token = accelerate::signing::token(&covered, harness::SALT);
    assert_eq!(request.parameter("token"), Some(token));
}

#[test]
fn a_request_without_a_session_is_refused_and_not_passed_on() {
    let upstream = accepts_everything();
    let mut gateway = TestGateway::new(&upstream);
    gateway.cookie = "portal=v4.local.nonsense".to_owned();
    for path in [
        "getsession".to_owned(),
        format!("get_otd_pdf?productaction_id={ACTION}"),
    ] {
        let response = gateway.get(&format!("/consumerportal/{path}"));
        assert_eq!(
            (response.status, response.code().as_str()),
            (401, "NOT_SIGNED_IN")
        );
    }
    assert_eq!(
        gateway.upload("first-upload", DOCUMENT).code(),
        "NOT_SIGNED_IN"
    );
    assert!(upstream.received("").is_empty());
}

#[test]
fn a_tab_that_gets_no_document_says_so_in_words() {
    let upstream = accepts_everything();
    let mut gateway = TestGateway::new(&upstream);
    let signed_in = std::mem::replace(&mut gateway.cookie, "portal=v4.local.nonsense".to_owned());
    let path = format!("/consumerportal/get_product_action_download?productaction_id={ACTION}");
    let follow = |gateway: &TestGateway, path: &str, headers: &str| {
        gateway.send(&gateway.head("GET", path, headers), b"")
    };
    // A browser of before 2023 tells only what it would like to have.
    for headers in [
        "sec-fetch-dest: document\r\n",
        "accept: text/html,*/*;q=0.8\r\n",
    ] {
        let response = follow(&gateway, &path, headers);
        assert_eq!(response.status, 401);
        assert_eq!(
            response.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(response.text().contains("<h1>U bent niet ingelogd</h1>"));
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.contains("style-src 'sha256-"), "{policy}");
    }
    // A script reads the code, and an OTD is for a script alone.
    let fetched = "sec-fetch-dest: empty\r\naccept: text/html\r\n";
    assert_eq!(follow(&gateway, &path, fetched).code(), "NOT_SIGNED_IN");
    let otd = path.replace("get_product_action_download", "get_otd_pdf");
    let response = follow(&gateway, &otd, "sec-fetch-dest: document\r\n");
    assert_eq!(response.code(), "NOT_SIGNED_IN");

    gateway.cookie = signed_in;
    let response = follow(
        &gateway,
        &path.replace(ACTION, "PRANONE"),
        "sec-fetch-dest: document\r\n",
    );
    assert_eq!(response.status, 404);
    assert!(response.text().contains("kan nu niet worden opgehaald"));
    let response = follow(&gateway, &path, "sec-fetch-dest: document\r\n");
    assert_eq!(response.body, b"%PDF-");
}

#[test]
fn a_document_is_passed_on_as_an_attachment_without_other_headers() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let response = gateway.get(&format!(
        "/consumerportal/get_product_action_download?productaction_id={ACTION}"
    ));
    assert_eq!(response.body, b"%PDF-");
    assert_eq!(
        response.header("content-disposition"),
        Some("attachment; filename=\"demo.pdf\"")
    );
    assert_eq!(response.header("content-type"), Some("application/pdf"));
    assert!(response.header("set-cookie").is_none() && response.header("x-powered-by").is_none());
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert!(
        response
            .header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    let request = &upstream.received("get_product_action_download")[0];
    assert!(request.is_signed());
    assert!(request.parameter("consumer_id").is_none());
    let otd = gateway.get(&format!(
        "/consumerportal/get_otd_pdf?productaction_id={ACTION}"
    ));
    assert!(otd.text().contains("raw_pdf_data"));
}

#[test]
fn another_consumers_action_is_refused_like_one_that_does_not_exist() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let of = |id: &str| {
        let response = gateway.get(&format!(
            "/consumerportal/get_otd_pdf?productaction_id={id}"
        ));
        (response.status, response.text().to_owned())
    };
    let refused = (
        404,
        "{\"error\":{\"code\":\"UNKNOWN_PRODUCTACTION\"}}".to_owned(),
    );
    assert_eq!(of("PRABELONGSTOSOMEONEELSE"), refused);
    assert_eq!(of("PRADOESNOTEXIST"), refused);
    assert_eq!(of("..%2Fgetsession"), refused);
    assert!(upstream.received("get_otd_pdf").is_empty());
    // Both were looked up in the same session, which was fresh enough for the second.
    assert_eq!(upstream.received("getsession").len(), 1);
}

#[test]
fn a_download_after_getsession_asks_for_no_session_again() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    gateway.get("/consumerportal/getsession");
    for _ in 0..3 {
        assert_eq!(
            gateway
                .get(&format!(
                    "/consumerportal/get_otd_pdf?productaction_id={ACTION}"
                ))
                .status,
            200
        );
    }
    assert_eq!(upstream.received("getsession").len(), 1);
}

#[test]
fn an_uploads_parameters_are_signed_headers_in_raw_utf8() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let response = gateway.upload("upload-0001", DOCUMENT);
    assert_eq!(
        (response.status, response.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    let request = &upstream.received("upload_file")[0];
    assert!(request.is_signed(), "{:?}", request.parameters());
    assert_eq!(
        request.header("filename").unwrap(),
        "loonstrook café.pdf".as_bytes()
    );
    assert_eq!(
        request.header("comment").unwrap(),
        "Ik heb er één".as_bytes()
    );
    assert_eq!(request.header("is_reupload").unwrap(), b"0");
    assert_eq!(request.document(), b"%PDF-1.7 bytes");
    assert!(
        request.header("upload-id").is_none()
            && request.header("cookie").is_none()
            && request.header("origin").is_none()
    );
}

#[test]
fn nothing_of_the_browsers_body_but_the_document_reaches_accelerate() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let part = |name: &str, content: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    let file = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"../../shell.php\"\r\n\
        content-type: application/x-php\r\n\r\n%PDF-1.7 bytes\r\n";
    let upload = |number: usize, body: &str, name: &str| {
        let head = gateway.upload_head(&format!("upload-{number:04}"), body.len());
        let head = head.replace("loonstrook caf%C3%A9.pdf", name);
        // The first document is good, and the others are to take its place.
        let head = if number > 1 { reupload(&head) } else { head };
        gateway.send(&head, body.as_bytes())
    };
    let good = upload(1, &[file, "--b--\r\n"].concat(), "../../%E2%80%AEx.pdf");
    assert_eq!(good.status, 200);
    let request = &upstream.received("upload_file")[0];
    assert_eq!(request.header("filename").unwrap(), b"x.pdf");
    assert_eq!(request.document(), b"%PDF-1.7 bytes");
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert!(!body.contains("shell") && !body.contains("x-php"), "{body}");
    for (number, body) in [
        [&part("productaction_id", "PRA2"), file, "--b--\r\n"].concat(),
        [file, &part("consumer_id", "CNSR2"), "--b--\r\n"].concat(),
        [file, file, "--b--\r\n"].concat(),
        [&part("other", "%PDF-1.7"), "--b--\r\n"].concat(),
        file.to_owned(),
        "%PDF-1.7".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let refused = upload(10 + number, body, "x.pdf");
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "INVALID_PARAMETER"),
            "{body}"
        );
    }
    let arrived = upstream.received("upload_file");
    assert_eq!(arrived.iter().filter(|it| it.is_complete).count(), 1);
    for it in &arrived {
        let body = String::from_utf8_lossy(&it.body);
        assert!(!body.contains("CNSR2") && !body.contains("PRA2"), "{body}");
    }
}

#[test]
fn a_document_is_sent_as_what_it_is_and_what_no_office_takes_is_refused() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let photo = gateway.upload(
        "upload-0001",
        &harness::multipart(b"\xFF\xD8\xFF\xE0 photo"),
    );
    assert_eq!(photo.status, 200);
    let request = &upstream.received("upload_file")[0];
    assert_eq!(request.header("mimetype").unwrap(), b"image/jpeg");
    assert!(request.is_signed() && request.document().starts_with(b"\xFF\xD8\xFF\xE0"));
    for (number, document) in [
        &b"<?php system(1);"[..],
        b"MZ",
        b"<!doctype html>%PDF-",
        b"",
    ]
    .into_iter()
    .enumerate()
    {
        let body = harness::multipart(document);
        let head = gateway.upload_head(&format!("upload-1{number:03}"), body.len());
        let refused = gateway.send(&reupload(&head), &body);
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (415, "UNSUPPORTED_TYPE")
        );
    }
    assert_eq!(upstream.received("upload_file").len(), 1);
}

#[test]
fn the_names_of_parameters_may_have_hyphens() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let head = gateway.upload_head("upload-0001", DOCUMENT.len());
    let hyphens = head
        .replace("productaction_id:", "productaction-id:")
        .replace("is_reupload:", "is-reupload:");
    assert_eq!(gateway.send(&hyphens, DOCUMENT).status, 200);
    let request = &upstream.received("upload_file")[0];
    assert!(request.is_signed());
    assert_eq!(
        request.parameter("productaction_id").as_deref(),
        Some(ACTION)
    );
    assert_eq!(request.parameter("is_reupload").as_deref(), Some("0"));
    let both = reupload(&head).replace("is_reupload: 1", "is_reupload: 1\r\nis-reupload: 1");
    let both = both.replace("upload-0001", "upload-0002");
    assert_eq!(gateway.send(&both, DOCUMENT).status, 200);
    let unlike = head.replace("is_reupload: 0", "is_reupload: 0\r\nis-reupload: 1");
    assert_eq!(gateway.send(&unlike, DOCUMENT).status, 400);
}

#[test]
fn what_was_pasted_or_decoded_wrongly_is_cleaned_and_cut_and_not_refused() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    for (number, (from, to, name, arrives)) in [
        (
            "Ik heb er",
            "Ik%0Bheb %02er",
            "comment",
            "Ik heb er één".to_owned(),
        ),
        (
            "Ik heb er",
            "Ik%0D%0Aheb%C2%89 er%7F",
            "comment",
            "Ik heb er één".to_owned(),
        ),
        (
            "loonstrook",
            "loon%7Fstrook%C2%89",
            "filename",
            "loonstrook café.pdf".to_owned(),
        ),
        (
            "loonstrook caf%C3%A9",
            &"a".repeat(300),
            "filename",
            "a".repeat(196) + ".pdf",
        ),
        (
            "Ik heb er %C3%A9%C3%A9n",
            &"a".repeat(2_500),
            "comment",
            "a".repeat(2_000),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let head = gateway.upload_head(&format!("upload-{number:04}"), DOCUMENT.len());
        let head = if number > 0 { reupload(&head) } else { head };
        let response = gateway.send(&head.replace(from, to), DOCUMENT);
        assert_eq!(response.status, 200, "{to}");
        let request = upstream.received("upload_file").pop().unwrap();
        assert_eq!(request.parameter(name), Some(arrives));
        assert!(request.is_signed());
    }
}

#[test]
fn each_alternative_for_uploads_is_a_setting() {
    let upstream = accepts_everything();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.accelerate.header_values = gateway::settings::HeaderValues::PercentEncoded;
        settings.accelerate.upload_body = gateway::settings::UploadBody::Raw;
    });
    assert_eq!(gateway.upload("upload-0001", DOCUMENT).status, 200);
    let request = &upstream.received("upload_file")[0];
    assert_eq!(
        request.header("filename").unwrap(),
        b"loonstrook caf%C3%A9.pdf"
    );
    assert_eq!(request.body, b"%PDF-1.7 bytes");
    assert_eq!(request.header("content-type").unwrap(), b"application/pdf");
    assert!(request.is_signed());
}

#[test]
fn a_repeated_upload_gets_the_same_answer_and_is_sent_once() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    for _ in 0..3 {
        assert_eq!(gateway.upload("upload-0001", DOCUMENT).status, 200);
    }
    assert_eq!(upstream.received("upload_file").len(), 1);
    let head = gateway.upload_head("upload-0002", DOCUMENT.len());
    assert_eq!(gateway.send(&reupload(&head), DOCUMENT).status, 200);
    assert_eq!(upstream.received("upload_file").len(), 2);
}

#[test]
fn a_second_first_upload_of_an_action_is_refused_and_not_sent() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    assert_eq!(gateway.upload("upload-0001", DOCUMENT).status, 200);
    let head = gateway.upload_head("upload-0002", DOCUMENT.len());
    let without_id = head.replace("upload-id: upload-0002\r\n", "");
    for head in [head, without_id] {
        let second = gateway.send(&head, DOCUMENT);
        assert_eq!(
            (second.status, second.code().as_str()),
            (409, "ALREADY_UPLOADED")
        );
    }
    assert_eq!(upstream.received("upload_file").len(), 1);
    let another = gateway.sign_in("CNSR2");
    let head = harness::upload_head(
        &gateway.settings.public_url,
        &another,
        "upload-0003",
        DOCUMENT.len(),
    );
    assert_eq!(gateway.send(&head, DOCUMENT).status, 200);
}

#[test]
fn an_upload_waits_for_another_one_of_the_same_action_and_is_refused_when_that_one_arrived() {
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let (is_whole, whole) = mpsc::channel::<()>();
    let upstream = FakeAccelerate::new(move |request, stream| {
        if !answer_getsession(request, stream) {
            let _ = is_whole.send(());
            let _ = ended.lock().unwrap().recv();
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    });
    let gateway = TestGateway::new(&upstream);
    let send = |head: &str| {
        let mut stream = gateway.connect();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(DOCUMENT).unwrap();
        stream
    };
    let head = |id| gateway.upload_head(id, DOCUMENT.len());
    let first = send(&head("upload-0001"));
    whole.recv().unwrap();
    let (again, instead) = (
        send(&head("upload-0002")),
        send(&reupload(&head("upload-0003"))),
    );
    end.send(()).unwrap();
    end.send(()).unwrap();
    let code = |answer: harness::Answer| (answer.status, answer.text().to_owned());
    let ok = (200, "{\"operation_result\":\"ok\"}".to_owned());
    let refused = (
        409,
        "{\"error\":{\"code\":\"ALREADY_UPLOADED\"}}".to_owned(),
    );
    assert_eq!(code(harness::Answer::read(first)), ok);
    assert_eq!(code(harness::Answer::read(instead)), ok);
    assert_eq!(code(harness::Answer::read(again)), refused);
    assert_eq!(upstream.received("upload_file").len(), 2);
}

#[test]
fn a_repeat_gets_the_answer_that_the_first_upload_lost() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let mut gone = gateway.connect();
    gone.write_all(
        gateway
            .upload_head("upload-0001", DOCUMENT.len())
            .as_bytes(),
    )
    .unwrap();
    gone.write_all(DOCUMENT).unwrap();
    drop(gone);
    let again = gateway.upload("upload-0001", DOCUMENT);
    assert_eq!(
        (again.status, again.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    let whole = upstream
        .received("upload_file")
        .iter()
        .filter(|it| it.is_complete)
        .count();
    assert_eq!(whole, 1);
}

#[test]
fn an_expired_token_is_signed_again_with_the_servers_clock_but_never_for_an_upload() {
    let refused = AtomicUsize::new(0);
    let upstream = FakeAccelerate::new(move |request, stream| {
        let server_time = 1_893_456_000; // 2030-01-01 00:00:00
        let sent: i64 = request.parameter("timestamp").unwrap().parse().unwrap();
        if (sent - server_time).abs() > 300 {
            refused.fetch_add(1, Ordering::Relaxed);
            let body = "{\"error\":{\"code\":\"TOKEN_EXPIRED\",\"message\":\"too old\"}}";
            let _ = write!(
                stream,
                "HTTP/1.1 400 X\r\ndate: Tue, 01 Jan 2030 00:00:00 GMT\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        } else if !answer_getsession(request, stream) {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    });
    let gateway = TestGateway::new(&upstream);
    assert_eq!(gateway.get("/consumerportal/getsession").status, 200);
    assert_eq!(
        upstream.received("getsession").len(),
        2,
        "one more try, and no other"
    );
    assert!(
        upstream
            .received("getsession")
            .iter()
            .all(harness::ReceivedRequest::is_signed)
    );
    // The upload, which gets one try only, is signed with the clock's difference.
    assert_eq!(gateway.upload("upload-0001", DOCUMENT).status, 200);
    assert_eq!(upstream.received("upload_file").len(), 1);
}

#[test]
fn a_token_that_stays_expired_is_an_error_after_two_tries() {
    let upstream = FakeAccelerate::new(|_, stream| {
        send_answer(
            stream,
            400,
            "application/json",
            b"{\"error\":\"TOKEN_EXPIRED\"}",
        );
    });
    let gateway = TestGateway::new(&upstream);
    let response = gateway.get("/consumerportal/getsession");
    assert_eq!(
        (response.status, response.code().as_str()),
        (400, "TOKEN_EXPIRED")
    );
    assert_eq!(upstream.received("getsession").len(), 2);
}

#[test]
fn a_malformed_request_is_refused_and_not_passed_on() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    for path in [
        "get_otd_pdf",
        "get_otd_pdf?productaction_id=",
        "get_otd_pdf?productaction_id=A&x=1",
    ] {
        let response = gateway.get(&format!("/consumerportal/{path}"));
        assert_eq!(
            (response.status, response.code().as_str()),
            (400, "INVALID_PARAMETER"),
            "{path}"
        );
    }
    let wrong = gateway.get("/consumerportal/upload_file");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
    assert_eq!(gateway.get("/consumerportal/getconsumers").status, 404);
    let head = gateway.upload_head("upload-0001", DOCUMENT.len());
    for (from, to) in [
        ("is_reupload: 0", "is_reupload: 2"),
        ("filename: loonstrook", "filename: %zz"),
        ("mimetype: application/pdf", "mimetype: pdf"),
        ("mimetype: application/pdf", "x: y"),
        ("multipart/form-data; boundary=b", "text/plain"),
        ("upload-id: upload-0001", "upload-id: ../x"),
        ("upload-id: upload-0001", "filename: twice.pdf"),
    ] {
        let response = gateway.send(&head.replace(from, to), DOCUMENT);
        assert_eq!(
            (response.status, response.code().as_str()),
            (400, "INVALID_PARAMETER"),
            "{to}"
        );
    }
    assert!(upstream.received("upload_file").is_empty());
}

#[test]
fn an_upload_from_an_unknown_origin_is_refused() {
    let upstream = accepts_everything();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.access.origins = vec!["https://www.example.nl".to_owned()];
    });
    let head = gateway.upload_head("upload-0001", DOCUMENT.len());
    let own = format!("origin: http://{}", gateway.address);
    for strange in [
        "origin: https://evil.example",
        "origin: null",
        "x: y",
        "sec-fetch-site: cross-site",
    ] {
        let response = gateway.send(&head.replace(&own, strange), DOCUMENT);
        assert_eq!(
            (response.status, response.code().as_str()),
            (403, "ORIGIN_REFUSED"),
            "{strange}"
        );
        assert!(response.header("access-control-allow-origin").is_none());
    }
    assert!(upstream.received("").is_empty());
    let broker = gateway.send(
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
fn a_document_that_is_too_large_is_refused_by_its_length_and_by_its_bytes() {
    let upstream = accepts_everything();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.upload_bytes = 1_000
    });
    let large = harness::multipart(&harness::pdf(200_000));
    let response = gateway.upload("upload-0001", &large);
    assert_eq!(
        (response.status, response.code().as_str()),
        (413, "FILE_TOO_LARGE")
    );
    assert!(upstream.received("upload_file").is_empty());
    let head = gateway
        .upload_head("upload-0002", 0)
        .replace("content-length: 0", "transfer-encoding: chunked");
    let mut chunked = format!("{:x}\r\n", large.len()).into_bytes();
    chunked.extend_from_slice(&large);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    let response = gateway.send(&head, &chunked);
    assert_eq!(
        (response.status, response.code().as_str()),
        (413, "FILE_TOO_LARGE")
    );
    assert!(
        upstream
            .received("upload_file")
            .iter()
            .all(|it| !it.is_complete)
    );
}

#[test]
fn too_many_requests_are_refused_with_a_time_to_wait() {
    let upstream = accepts_everything();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.consumer_per_minute = 2
    });
    gateway.get("/consumerportal/getsession");
    gateway.get("/consumerportal/getsession");
    let response = gateway.get("/consumerportal/getsession");
    assert_eq!(
        (response.status, response.code().as_str()),
        (429, "TOO_MANY_REQUESTS")
    );
    assert!(
        response
            .header("retry-after")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            >= 1
    );
    let upstream = accepts_everything();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.address_per_minute = 2;
        settings.access.origins = vec!["https://www.example.nl".to_owned()];
    });
    // Opening a link does not count.
    gateway.get("/consumerportal/getsession");
    gateway.get("/consumerportal/getsession");
    let page = "origin: https://www.example.nl\r\n";
    let response = gateway.send(
        &gateway.head("GET", "/consumerportal/getsession", page),
        &[],
    );
    assert_eq!(response.code(), "TOO_MANY_REQUESTS");
    assert_eq!(
        response.header("access-control-allow-origin"),
        Some("https://www.example.nl"),
        "a page of a listed origin may read it"
    );
    assert_eq!(
        gateway.get("/").status,
        200,
        "the site's files are not counted"
    );
}

#[test]
fn log_out_ends_the_session_and_removes_the_cookie() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    let origin = format!("origin: http://{}\r\n", gateway.address);
    let out = gateway.send(&gateway.head("DELETE", "/session", &origin), &[]);
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    let response = gateway.get("/consumerportal/getsession");
    assert_eq!(
        (response.status, response.code().as_str()),
        (401, "SESSION_EXPIRED")
    );
}

#[test]
fn the_consumers_address_comes_from_the_trusted_proxy() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    gateway.send(
        &gateway.head(
            "GET",
            "/consumerportal/getsession",
            "x-forwarded-for: 6.6.6.6, 192.0.2.7\r\n",
        ),
        &[],
    );
    assert_eq!(
        upstream.received("getsession")[0]
            .parameter("ip_address")
            .unwrap(),
        "192.0.2.7"
    );
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.access.trusted_proxies.clear()
    });
    gateway.send(
        &gateway.head(
            "GET",
            "/consumerportal/getsession",
            "x-forwarded-for: 192.0.2.7\r\n",
        ),
        &[],
    );
    assert_eq!(
        upstream.received("getsession")[1]
            .parameter("ip_address")
            .unwrap(),
        "127.0.0.1"
    );
}

#[test]
fn a_preflight_allows_the_headers_of_an_upload() {
    let upstream = FakeAccelerate::new(|_, stream| send_session(stream));
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.access.origins = vec!["https://www.example.nl".to_owned()];
    });
    let ask = |origin: &str| {
        let more = format!("origin: {origin}\r\naccess-control-request-method: POST\r\n");
        gateway.send(
            &gateway.head("OPTIONS", "/consumerportal/upload_file", &more),
            &[],
        )
    };
    let response = ask("https://www.example.nl");
    assert_eq!(response.status, 204);
    assert!(
        response
            .header("access-control-allow-headers")
            .unwrap()
            .contains("productaction_id")
    );
    assert_eq!(
        response.header("access-control-allow-origin"),
        Some("https://www.example.nl")
    );
    assert_eq!(ask("https://evil.example").status, 403);
}

#[test]
fn accelerates_own_session_id_does_not_reach_the_page() {
    let upstream = FakeAccelerate::new(|_, stream| {
        let session = "{\"consumerportalsession\":{\"session\":{\"session_id\":\"ok1t1s26ecft\",\"state\":\"RUNNING\"}}}";
        send_json(stream, session);
    });
    let gateway = TestGateway::new(&upstream);
    let answer = gateway.get("/consumerportal/getsession");
    assert!(answer.is_complete && answer.text().contains("\"state\":\"RUNNING\""));
    assert!(!answer.text().contains("ok1t1s26ecft"), "{}", answer.text());
}

#[test]
fn the_counters_are_on_a_listener_of_their_own() {
    let upstream = accepts_everything();
    let gateway = TestGateway::new(&upstream);
    assert_eq!(gateway.get("/metrics").status, 404);
    assert_eq!(gateway.ops("/metrics").status, 200);
    assert_eq!(gateway.ops("/healthz").status, 200);
    assert_eq!(gateway.ops("/readyz").status, 200);
    assert_eq!(gateway.ops("/consumerportal/getsession").status, 404);
    let elsewhere = TestGateway::with(upstream.address, |settings| {
        settings.access.metrics_from = vec!["192.0.2.0/24".parse().unwrap()]
    });
    assert_eq!(elsewhere.ops("/metrics").status, 404);
}
