use crate::client::TestServer;

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    frame-src 'self' blob:; base-uri 'none'; form-action 'none'";

#[test]
fn every_file_has_the_contracts_security_policy() {
    let demo = TestServer::start();
    for path in ["", "portal.js", "not-there.js"] {
        let reply = demo.get(path, &[]).unwrap();
        assert_eq!(reply.header("content-security-policy"), POLICY);
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    }
    assert_eq!(demo.get("not-there.js", &[]).unwrap().status, 404);
    assert_ne!(demo.get("../../etc/passwd", &[]).unwrap().status, 200);
}

#[test]
fn only_files_with_a_hashed_name_are_cached_for_good() {
    let demo = TestServer::start();
    assert_eq!(
        demo.get("", &[]).unwrap().header("cache-control"),
        "no-cache"
    );
    let wasm = demo.get("portal-0123456789abcdef_bg.wasm", &[]).unwrap();
    assert_eq!(
        wasm.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(wasm.header("content-type"), "application/wasm");
}

#[test]
fn precompressed_files_are_sent_when_accepted() {
    let demo = TestServer::start();
    for (accepted, encoding, body) in [
        ("gzip, br", "br", "brotli"),
        ("gzip", "gzip", "gzip"),
        ("identity", "", "export {}"),
    ] {
        let reply = demo
            .get("portal.js", &[("accept-encoding", accepted)])
            .unwrap();
        assert_eq!(reply.header("content-encoding"), encoding);
        assert_eq!(reply.body, body.as_bytes());
        assert!(reply.header("content-type").starts_with("text/javascript"));
        assert!(reply.header("vary").contains("accept-encoding"));
    }
}

#[test]
fn an_unchanged_file_answers_304() {
    let demo = TestServer::start();
    let first = demo
        .get("portal.js", &[("accept-encoding", "identity")])
        .unwrap();
    let headers = [
        ("if-modified-since", first.header("last-modified")),
        ("accept-encoding", "identity"),
    ];
    assert_eq!(demo.get("portal.js", &headers).unwrap().status, 304);
}

#[test]
fn the_demo_page_lists_every_consumer_and_file_name() {
    let demo = TestServer::start();
    let page = String::from_utf8(demo.get("demo/", &[]).unwrap().body).unwrap();
    for consumer in demo::consumers::ALL {
        assert!(page.contains(&format!("href=\"/open/{}\"", consumer.name)));
    }
    for (name, _, _) in demo::faults::UploadFault::ALL {
        assert!(page.contains(name));
    }
    assert!(!page.contains("{consumers}") && !page.contains("{files}"));
}

#[test]
fn the_brokers_page_contains_the_contracts_two_lines() {
    let demo = TestServer::start();
    let broker = demo.server.broker_url().unwrap();
    let page = ureq::get(broker)
        .call()
        .unwrap()
        .into_body()
        .read_to_string()
        .unwrap();
    let portal = demo.server.url().trim_end_matches('/');
    assert!(page.contains(&format!(
        "<script type=\"module\" src=\"{portal}/portal.js\"></script>"
    )));
    assert!(page.contains(&format!(
        "<consumer-portal api=\"{portal}/consumerportal\" lang=\"nl\""
    )));
}

#[test]
fn requests_of_hostile_content_are_recorded() {
    let demo = TestServer::start();
    assert!(demo.server.recorder().caught().is_empty());
    demo.get("demo/caught?script", &[]).unwrap();
    assert_eq!(demo.server.recorder().caught(), ["/demo/caught?script"]);
}
