use crate::client::{Demo, Sending, multipart};

const OPEN: &str = "Aanleveren van een bewijs van uw eigen geld";
const DONE: &str = "Aanleveren van de koopovereenkomst";

/// What a sending of an open action, so changed, is refused with.
fn refused(change: impl FnOnce(Sending) -> Sending) -> (u16, String, String) {
    let demo = Demo::start();
    let action = demo.action("eva", OPEN);
    let reply = demo
        .send("eva", &change(Sending::new(&action, "a.pdf")))
        .unwrap();
    assert!(demo.running.watch().uploads().is_empty());
    let message = reply.json()["error"]["message"]
        .as_str()
        .unwrap_or("")
        .to_owned();
    (reply.status, reply.code(), message)
}

#[test]
fn a_missing_header_is_named() {
    for name in ["productaction_id", "is_reupload", "filename", "mimetype"] {
        let (status, code, message) = refused(|sending| sending.without(name));
        assert_eq!((status, code.as_str()), (400, "INVALID_PARAMETER"));
        assert!(message.starts_with(name), "{message}");
    }
}

#[test]
fn a_header_outside_ascii_is_refused() {
    let demo = Demo::start();
    let action = demo.action("eva", OPEN);
    let request = format!(
        "POST /consumerportal/upload_file HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
         productaction_id: {action}\r\nis_reupload: 0\r\nmimetype: application/pdf\r\n\
         filename: um\u{f3}wa.pdf\r\ncontent-length: 0\r\n\r\n"
    );
    let answer = String::from_utf8(demo.raw(request.as_bytes())).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("INVALID_PARAMETER"), "{answer}");
    assert!(
        answer.contains("filename must be printable ASCII"),
        "{answer}"
    );
}

#[test]
fn a_body_that_is_no_document_is_refused() {
    let text = |sending: Sending| sending.with("content-type", "application/pdf");
    let nameless = |sending: Sending| Sending {
        body: multipart("other", b"x"),
        ..sending
    };
    let empty = |sending: Sending| Sending {
        body: multipart("file", b""),
        ..sending
    };
    let nothing = |sending: Sending| Sending {
        body: vec![],
        ..sending
    };
    for change in [text, nameless, empty, nothing] {
        let (status, code, message) = refused(change);
        assert_eq!(
            (status, code.as_str()),
            (400, "INVALID_PARAMETER"),
            "{message}"
        );
        assert!(message.starts_with("file "), "{message}");
    }
}

#[test]
fn more_than_twenty_five_megabytes_are_too_large() {
    let large = vec![b'x'; demo::MAX_UPLOAD + 1];
    let (status, code, _) = refused(|sending| Sending {
        body: multipart("file", &large),
        ..sending
    });
    assert_eq!((status, code.as_str()), (413, "FILE_TOO_LARGE"));
    let larger = vec![b'x'; demo::MAX_UPLOAD * 2];
    let (status, code, _) = refused(|sending| Sending {
        body: multipart("file", &larger),
        ..sending
    });
    assert_eq!((status, code.as_str()), (413, "FILE_TOO_LARGE"));
}

#[test]
fn an_unknown_kind_of_document_is_refused() {
    let (status, code, _) = refused(|sending| sending.with("filename", "virus.exe"));
    assert_eq!((status, code.as_str()), (415, "UNSUPPORTED_FILE"));
}

#[test]
fn a_second_first_upload_is_refused_also_with_the_same_upload_id() {
    let demo = Demo::start();
    let action = demo.action("eva", OPEN);
    let sending = Sending::new(&action, "a.pdf");
    assert_eq!(demo.send("eva", &sending).unwrap().status, 200);
    let second = demo.send("eva", &sending).unwrap();
    assert_eq!(
        (second.status, second.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
    assert_eq!(demo.running.watch().uploads().len(), 1);

    let done = demo.action("eva", DONE);
    let first = demo.send("eva", &Sending::new(&done, "a.pdf")).unwrap();
    assert_eq!(
        (first.status, first.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
}

#[test]
fn a_reupload_without_a_first_is_refused() {
    let (status, code, _) = refused(Sending::again);
    assert_eq!((status, code.as_str()), (409, "NOT_UPLOADED_YET"));
}

#[test]
fn an_unknown_action_is_refused_everywhere() {
    let (status, code, _) = refused(|sending| sending.with("productaction_id", "PRA0"));
    assert_eq!((status, code.as_str()), (404, "UNKNOWN_PRODUCTACTION"));
    let demo = Demo::start();
    for endpoint in ["get_product_action_download", "get_otd_pdf"] {
        let reply = demo
            .endpoint("eva", &format!("{endpoint}?productaction_id=PRA0"))
            .unwrap();
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (404, "UNKNOWN_PRODUCTACTION")
        );
        let reply = demo.endpoint("eva", endpoint).unwrap();
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "INVALID_PARAMETER")
        );
    }
}

#[test]
fn someone_elses_action_is_as_unknown_as_one_that_is_not_there() {
    let demo = Demo::start();
    let theirs = demo.action("eva", OPEN);
    let reply = demo
        .send("voorbeeld", &Sending::new(&theirs, "a.pdf"))
        .unwrap();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (404, "UNKNOWN_PRODUCTACTION")
    );
    let call = format!("get_product_action_download?productaction_id={theirs}");
    let reply = demo.endpoint("voorbeeld", &call).unwrap();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (404, "UNKNOWN_PRODUCTACTION")
    );
}

#[test]
fn an_action_that_asks_for_nothing_takes_nothing() {
    let demo = Demo::start();
    for label in ["Tekenen bij de notaris", "Rentevoorstel van Florius"] {
        let action = demo.action("eva", label);
        let reply = demo.send("eva", &Sending::new(&action, "a.pdf")).unwrap();
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "INVALID_PARAMETER"),
            "{label}"
        );
    }
}

#[test]
fn a_closed_dossier_takes_nothing_and_still_gives() {
    let demo = Demo::start();
    let action = demo.action("gesloten", "Aanleveren van een recente loonstrook");
    let reply = demo
        .send("gesloten", &Sending::new(&action, "a.pdf"))
        .unwrap();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "SESSION_CLOSED")
    );
    let given = demo.action("gesloten", "Uw adviesrapport");
    let call = format!("get_product_action_download?productaction_id={given}");
    assert!(
        demo.endpoint("gesloten", &call)
            .unwrap()
            .body
            .starts_with(b"%PDF-")
    );
}

#[test]
fn a_session_is_refused_by_parameter() {
    let demo = Demo::start();
    for (query, status, code) in [
        ("consumer_id=CNSR0", 404, "UNKNOWN_CONSUMER"),
        ("consumer_id=%C3%AB", 400, "INVALID_PARAMETER"),
        (
            "consumer_id=voorbeeld&ip_address=thuis",
            400,
            "INVALID_PARAMETER",
        ),
    ] {
        let reply = demo
            .endpoint("eva", &format!("getsession?{query}"))
            .unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
    }
}

#[test]
fn another_method_or_endpoint_is_refused() {
    let demo = Demo::start();
    assert_eq!(demo.endpoint("eva", "upload_file").unwrap().status, 405);
    assert_eq!(demo.endpoint("eva", "get_everything").unwrap().status, 404);
}

#[test]
fn raw_utf8_and_raw_bodies_are_settings() {
    use demo::{Accelerate, Conventions, Date, HeaderValues, Request, UploadBody};
    let conventions = Conventions {
        header_values: HeaderValues::RawUtf8,
        upload_body: UploadBody::Raw,
    };
    let today = Date::new(2026, 11, 23);
    let mut accelerate = Accelerate::new(conventions, today);
    let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    let request = Request {
        method: "POST".to_owned(),
        endpoint: "upload_file".to_owned(),
        headers: vec![
            header("productaction_id", "PRA433FB8570F2C0F6D816F1A0A283BFE"),
            header("is_reupload", "1"),
            header("filename", "100% żółw.pdf"),
            header("mimetype", "application/pdf"),
        ],
        body: b"%PDF-".to_vec(),
        ..Request::default()
    };
    assert_eq!(accelerate.handle(&request, today).status, 200);
    let kept = &accelerate.uploads()[0];
    assert_eq!(
        (kept.filename.as_str(), &kept.bytes[..]),
        ("100% żółw.pdf", &b"%PDF-"[..])
    );
}
