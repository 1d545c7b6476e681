use crate::client::{TestServer, UploadRequest};
use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("getsession.json");
const ACTION: &str = "PRA433FB8570F2C0F6D816F1A0A283BFE";

#[test]
fn without_a_cookie_getsession_gives_the_specifications_example() {
    let demo = TestServer::start();
    let response = demo.get("consumerportal/getsession", &[]).unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), "application/json");
    assert_eq!(response.header("cache-control"), "no-store");
    assert_eq!(
        response.json(),
        serde_json::from_str::<Value>(EXAMPLE).unwrap()
    );
}

#[test]
fn getsession_knows_the_consumer_id_of_the_example() {
    let demo = TestServer::start();
    let query = "consumer_id=CNSR22966DC6C1D2E53D861B2794F6A20E&ip_address=127.0.0.1";
    let response = demo
        .get(&format!("consumerportal/getsession?{query}"), &[])
        .unwrap();
    assert_eq!(
        response.json(),
        serde_json::from_str::<Value>(EXAMPLE).unwrap()
    );
}

#[test]
fn an_upload_for_the_example_can_be_downloaded() {
    let demo = TestServer::start();
    let before = demo.session("voorbeeld");
    assert_eq!(
        before["duplicate_comfort_data"]["downloadable_productactions"],
        json!([])
    );

    let document = demo::files::jpeg_of(150_000);
    let request = UploadRequest::of(ACTION, "paspoort.jpg", &document)
        .with("mimetype", "image/jpeg")
        .as_reupload();
    let response = demo.send("voorbeeld", &request).unwrap();
    assert_eq!(
        (response.status, response.json()),
        (200, json!({"operation_result": "ok"}))
    );

    let after = demo.session("voorbeeld");
    let listed = &after["duplicate_comfort_data"]["downloadable_productactions"][ACTION];
    assert_eq!(listed["id"], ACTION);
    assert_ne!(listed["date_executed"], "2018-01-01");
    let call = format!("get_product_action_download?productaction_id={ACTION}");
    let fetched = demo.endpoint("voorbeeld", &call).unwrap();
    assert_eq!(fetched.header("content-type"), "image/jpeg");
    assert_eq!(fetched.header("content-length"), document.len().to_string());
    assert_eq!(
        fetched.header("content-disposition"),
        "attachment; filename=\"paspoort.jpg\""
    );
    assert!(fetched.body == document);
}
