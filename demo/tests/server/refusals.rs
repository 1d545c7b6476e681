use crate::client::{TestServer, UploadRequest, multipart};

const OPEN: &str = "Aanleveren van een bewijs van uw eigen geld";
const DONE: &str = "Aanleveren van de koopovereenkomst";

/// What a request of an open action, so changed, is refused with.
fn refused(change: impl FnOnce(UploadRequest) -> UploadRequest) -> (u16, String, String) {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let reply = demo
        .send("eva", &change(UploadRequest::new(&action, "a.pdf")))
        .unwrap();
    assert!(demo.server.recorder().uploads().is_empty());
    let message = reply.json()["error"]["message"]
        .as_str()
        .unwrap_or("")
        .to_owned();
    (reply.status, reply.code(), message)
}

#[test]
fn a_missing_header_is_refused_by_name() {
    for name in ["productaction_id", "is_reupload", "filename", "mimetype"] {
        let (status, code, message) = refused(|request| request.without(name));
        assert_eq!((status, code.as_str()), (400, "INVALID_PARAMETER"));
        assert!(message.starts_with(name), "{message}");
    }
}

#[test]
fn a_header_outside_ascii_is_refused() {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let request = format!(
        "POST /consumerportal/upload_file HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
         productaction_id: {action}\r\nis_reupload: 0\r\nmimetype: application/pdf\r\n\
         filename: um\u{f3}wa.pdf\r\ncontent-length: 0\r\n\r\n"
    );
    let response = String::from_utf8(demo.raw(request.as_bytes())).unwrap();
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    assert!(response.contains("INVALID_PARAMETER"), "{response}");
    assert!(
        response.contains("filename must be printable ASCII"),
        "{response}"
    );
}

#[test]
fn a_body_without_a_document_is_refused() {
    let text = |request: UploadRequest| request.with("content-type", "application/pdf");
    let nameless = |request: UploadRequest| UploadRequest {
        body: multipart("other", b"x"),
        ..request
    };
    let empty = |request: UploadRequest| UploadRequest {
        body: multipart("file", b""),
        ..request
    };
    let nothing = |request: UploadRequest| UploadRequest {
        body: vec![],
        ..request
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
fn a_document_over_25_mb_is_too_large() {
    let large = vec![b'x'; demo::MAX_UPLOAD + 1];
    let (status, code, _) = refused(|request| UploadRequest {
        body: multipart("file", &large),
        ..request
    });
    assert_eq!((status, code.as_str()), (413, "FILE_TOO_LARGE"));
    let larger = vec![b'x'; demo::MAX_UPLOAD * 2];
    let (status, code, _) = refused(|request| UploadRequest {
        body: multipart("file", &larger),
        ..request
    });
    assert_eq!((status, code.as_str()), (413, "FILE_TOO_LARGE"));
}

#[test]
fn an_unknown_kind_of_document_is_refused() {
    let (status, code, _) = refused(|request| request.with("filename", "virus.exe"));
    assert_eq!((status, code.as_str()), (415, "UNSUPPORTED_FILE"));
}

#[test]
fn a_second_first_upload_is_refused_even_with_the_same_upload_id() {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let request = UploadRequest::new(&action, "a.pdf");
    assert_eq!(demo.send("eva", &request).unwrap().status, 200);
    let second = demo.send("eva", &request).unwrap();
    assert_eq!(
        (second.status, second.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
    assert_eq!(demo.server.recorder().uploads().len(), 1);

    let done = demo.action("eva", DONE);
    let first = demo
        .send("eva", &UploadRequest::new(&done, "a.pdf"))
        .unwrap();
    assert_eq!(
        (first.status, first.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
}

#[test]
fn a_reupload_without_a_first_upload_is_refused() {
    let (status, code, _) = refused(UploadRequest::as_reupload);
    assert_eq!((status, code.as_str()), (409, "NOT_UPLOADED_YET"));
}

#[test]
fn every_endpoint_refuses_an_unknown_action() {
    let (status, code, _) = refused(|request| request.with("productaction_id", "PRA0"));
    assert_eq!((status, code.as_str()), (404, "UNKNOWN_PRODUCTACTION"));
    let demo = TestServer::start();
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
fn an_action_of_another_dossier_is_unknown() {
    let demo = TestServer::start();
    let theirs = demo.action("eva", OPEN);
    let reply = demo
        .send("voorbeeld", &UploadRequest::new(&theirs, "a.pdf"))
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
fn an_action_that_asks_for_no_upload_refuses_one() {
    let demo = TestServer::start();
    for label in ["Tekenen bij de notaris", "Rentevoorstel van Florius"] {
        let action = demo.action("eva", label);
        let reply = demo
            .send("eva", &UploadRequest::new(&action, "a.pdf"))
            .unwrap();
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "INVALID_PARAMETER"),
            "{label}"
        );
    }
}

#[test]
fn a_closed_dossier_refuses_uploads_and_allows_downloads() {
    let demo = TestServer::start();
    let action = demo.action("gesloten", "Aanleveren van een recente loonstrook");
    let reply = demo
        .send("gesloten", &UploadRequest::new(&action, "a.pdf"))
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
fn getsession_refuses_each_wrong_parameter() {
    let demo = TestServer::start();
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
    let demo = TestServer::start();
    assert_eq!(demo.endpoint("eva", "upload_file").unwrap().status, 405);
    assert_eq!(demo.endpoint("eva", "get_everything").unwrap().status, 404);
}

#[test]
fn raw_utf8_headers_and_raw_bodies_can_be_configured() {
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
