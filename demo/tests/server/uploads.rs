use crate::client::{TestServer, UploadRequest};
use serde_json::json;

const OPEN: &str = "Aanleveren van een bewijs van uw eigen geld";

#[test]
fn an_upload_of_24_mb_is_downloaded_byte_for_byte() {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let document = demo::files::pdf_of(24_000_000);
    let response = demo
        .send("eva", &UploadRequest::of(&action, "groot.pdf", &document))
        .unwrap();
    assert_eq!(response.status, 200);
    let call = format!("get_product_action_download?productaction_id={action}");
    assert!(demo.endpoint("eva", &call).unwrap().body == document);
    assert!(demo.server.recorder().uploads()[0].bytes == document);
}

#[test]
fn a_polish_file_name_with_emoji_and_a_comment_arrive_unchanged() {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let request = UploadRequest::new(&action, "Umowa 100%25 %C5%BC%C3%B3%C5%82w %F0%9F%8F%A1.pdf")
        .with("comment", "Van m%C3%A1ma; klopt 't zo?");
    assert_eq!(demo.send("eva", &request).unwrap().status, 200);
    let kept = demo.server.recorder().uploads().remove(0);
    assert_eq!(kept.filename, "Umowa 100% żółw 🏡.pdf");
    assert_eq!(kept.comment.as_deref(), Some("Van máma; klopt 't zo?"));
    assert_eq!(
        (kept.is_reupload, kept.mimetype.as_str()),
        (false, "application/pdf")
    );

    let call = format!("get_product_action_download?productaction_id={action}");
    let fetched = demo.endpoint("thomas", &call).unwrap();
    assert_eq!(
        fetched.header("content-disposition"),
        "attachment; filename=\"Umowa 100_ ___w _.pdf\"; \
         filename*=UTF-8''Umowa%20100%25%20%C5%BC%C3%B3%C5%82w%20%F0%9F%8F%A1.pdf"
    );
}

#[test]
fn an_upload_changes_every_copy_of_its_action_and_every_counter() {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let before = demo.session("eva");
    demo.send("eva", &UploadRequest::new(&action, "a.pdf"))
        .unwrap();
    let after = demo.session("eva");

    let product = after["duplicate_comfort_data"]["productactions"][&action]["product_id"]
        .as_str()
        .unwrap();
    let one_more = |pointer: &str| {
        let done =
            |session: &serde_json::Value| session.pointer(pointer).unwrap().as_u64().unwrap();
        assert_eq!(done(&after), done(&before) + 1, "{pointer}");
    };
    one_more("/duplicate_comfort_data/actioncounter_total/done");
    one_more(&format!(
        "/duplicate_comfort_data/actioncounter_per_product/{product}/done"
    ));
    one_more(&format!(
        "/dossier/products/{product}/productaction_counters/done"
    ));

    for pointer in [
        format!("/dossier/products/{product}/productactions/{action}"),
        format!("/duplicate_comfort_data/productactions/{action}"),
        format!("/duplicate_comfort_data/uploadable_productactions/{action}"),
    ] {
        let copy = after.pointer(&pointer).unwrap();
        assert_eq!(copy["is_done"], json!(1), "{pointer}");
        assert!(copy["date_executed"].is_string(), "{pointer}");
    }
    let downloadable = &after["duplicate_comfort_data"]["downloadable_productactions"];
    let ids = downloadable
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap());
    assert!(ids.into_iter().any(|id| id == action));
}

#[test]
fn a_reupload_replaces_the_first_upload() {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    demo.send("eva", &UploadRequest::of(&action, "een.pdf", b"een"))
        .unwrap();
    demo.send(
        "eva",
        &UploadRequest::of(&action, "twee.pdf", b"twee").as_reupload(),
    )
    .unwrap();
    let call = format!("get_product_action_download?productaction_id={action}");
    assert_eq!(demo.endpoint("eva", &call).unwrap().body, b"twee");
    assert_eq!(demo.server.recorder().uploads().len(), 2);
    assert_eq!(demo.server.recorder().request_count("upload_file"), 2);
}

#[test]
fn every_start_has_fresh_dossiers() {
    let first = TestServer::start();
    let action = first.action("eva", OPEN);
    first
        .send("eva", &UploadRequest::new(&action, "a.pdf"))
        .unwrap();
    let second = TestServer::start();
    assert!(second.server.recorder().uploads().is_empty());
    assert_eq!(second.action("eva", OPEN), action);
    assert_ne!(first.session("eva"), second.session("eva"));
}
