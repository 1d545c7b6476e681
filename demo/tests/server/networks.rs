use crate::client::{TestServer, UploadRequest, multipart};
use demo::networks::Network;
use std::time::{Duration, Instant};

const OPEN: &str = "Aanleveren van een bewijs van uw eigen geld";

/// Uploads a document through a network. `Ok` has the status; the documents that are kept by then.
fn upload(network: &str, size: usize) -> (Result<u16, ()>, usize, TestServer) {
    let demo = TestServer::start();
    let action = demo.action("eva", OPEN);
    let mut request = UploadRequest::new(&action, "loonstrook.pdf");
    request.body = multipart("file", &demo::files::pdf_of(size));
    let status = send(&demo, network, &request);
    let kept = demo.server.recorder().uploads().len();
    (status, kept, demo)
}

fn send(demo: &TestServer, network: &str, request: &UploadRequest) -> Result<u16, ()> {
    let address = demo.server.network_url().unwrap();
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .new_agent();
    let url = format!("{address}{network}/consumerportal/upload_file");
    let mut post = agent.post(url).header("cookie", "demo_consumer=eva");
    for (name, value) in &request.headers {
        post = post.header(*name, value);
    }
    let answer = post.send(&request.body[..]);
    answer.map(|it| it.status().as_u16()).map_err(drop)
}

const SMALL: usize = 20_000;
const LARGE: usize = 200_000;

#[test]
fn each_network_does_what_its_name_says() {
    for (network, size, status, kept) in [
        ("knipt", LARGE, Err(()), 0),
        ("knipt", SMALL, Ok(200), 1),
        ("te-groot", LARGE, Ok(413), 0),
        ("te-groot", SMALL, Ok(200), 1),
        ("verbiedt", SMALL, Ok(403), 0),
        ("robotcontrole", SMALL, Ok(403), 0),
        ("slikt", LARGE, Ok(200), 1),
        ("slikt-en-verbreekt", LARGE, Err(()), 0),
        ("verliest-antwoord", LARGE, Err(()), 1),
    ] {
        let (answer, there, _demo) = upload(network, size);
        assert_eq!((answer, there), (status, kept), "{network}, {size} bytes");
    }
}

#[test]
fn what_was_swallowed_arrives_after_the_connection_is_gone() {
    let (answer, kept, demo) = upload("slikt-en-verbreekt", LARGE);
    assert_eq!((answer, kept), (Err(()), 0));
    let end = Instant::now() + Duration::from_secs(20);
    while demo.server.recorder().uploads().is_empty() {
        assert!(Instant::now() < end, "it never arrives");
        std::thread::yield_now();
    }
}

#[test]
fn headers_are_dropped_by_their_names() {
    for (network, has_id) in [
        ("zonder-onderstrepingstekens", true),
        ("zonder-onbekende-koppen", false),
    ] {
        let demo = TestServer::start();
        let action = demo.action("eva", OPEN);
        let request = UploadRequest::new(&action, "loonstrook.pdf")
            .with("productaction-id", &action)
            .with("is-reupload", "0");
        // The demo wants the names with underscores, as AccelerateConnect does.
        assert_eq!(send(&demo, network, &request), Ok(400));
        let requests = demo.server.recorder().requests();
        let names: Vec<&str> = requests
            .last()
            .unwrap()
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert!(names.contains(&"productaction-id") && names.contains(&"filename"));
        assert!(!names.iter().any(|name| name.contains('_')));
        assert_eq!(names.contains(&"upload-id"), has_id);
    }
}

#[test]
fn the_portals_page_and_getsession_come_through_every_network() {
    let demo = TestServer::start();
    for (name, network, _) in Network::ALL {
        let address = demo.server.network_url().unwrap();
        let get = |path: &str| {
            let agent = ureq::Agent::config_builder()
                .http_status_as_error(false)
                .build()
                .new_agent();
            let answer = agent.get(format!("{address}{name}{path}")).call().unwrap();
            answer.status().as_u16()
        };
        assert_eq!((get(""), get("/"), get("/portal.js")), (200, 200, 200));
        let session = match network {
            Network::RobotCheck => 403,
            _ => 200,
        };
        assert_eq!(get("/consumerportal/getsession"), session, "{name}");
    }
}
