use crate::client::TestServer;

fn asked(demo: &TestServer, origin: &str) -> crate::client::Reply {
    demo.get("consumerportal/getsession", &[("origin", origin)])
        .unwrap()
}

#[test]
fn only_our_own_and_the_brokers_origin_are_allowed() {
    let demo = TestServer::start();
    let broker = demo
        .server
        .broker_url()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    let reply = asked(&demo, &broker);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), broker);
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert_eq!(
        reply.header("access-control-expose-headers"),
        "content-disposition, content-length"
    );
    for stranger in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        let reply = asked(&demo, stranger);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (403, "ORIGIN_REFUSED")
        );
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let own = demo.server.url().trim_end_matches('/').to_owned();
    assert_eq!(asked(&demo, &own).status, 200);
}

#[test]
fn the_brokers_page_may_read_errors() {
    let demo = TestServer::start();
    let broker = demo
        .server
        .broker_url()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    let headers = [
        ("origin", broker.as_str()),
        ("cookie", "demo_consumer=storing"),
    ];
    let reply = demo.get("consumerportal/getsession", &headers).unwrap();
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (500, &*broker)
    );
}

#[test]
fn a_preflight_allows_every_header_of_an_upload() {
    let demo = TestServer::start();
    let broker = demo
        .server
        .broker_url()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    let preflight = |origin: &str| {
        let request = format!(
            "OPTIONS /consumerportal/upload_file HTTP/1.1\r\nhost: a\r\norigin: {origin}\r\n\
             connection: close\r\naccess-control-request-method: POST\r\n\r\n"
        );
        String::from_utf8(demo.raw(request.as_bytes()))
            .unwrap()
            .to_lowercase()
    };
    let response = preflight(&broker);
    assert!(response.starts_with("http/1.1 204"), "{response}");
    let allowed = response
        .lines()
        .find_map(|line| line.strip_prefix("access-control-allow-headers: "))
        .unwrap();
    for header in [
        "productaction_id",
        "is_reupload",
        "filename",
        "mimetype",
        "comment",
        "upload-id",
    ] {
        assert!(allowed.split(", ").any(|it| it == header), "{header}");
    }
    assert!(response.contains("access-control-allow-credentials: true"));
    assert!(preflight("http://evil.example").starts_with("http/1.1 403"));
    assert_eq!(demo.server.recorder().request_count("upload_file"), 0);
}

#[test]
fn a_configured_origin_is_allowed() {
    let demo = TestServer::with(|config| config.origins.push("http://127.0.0.1:9".to_owned()));
    assert_eq!(asked(&demo, "http://127.0.0.1:9").status, 200);
}

#[test]
fn a_same_origin_page_behind_a_development_server_is_allowed() {
    let demo = TestServer::start();
    let headers = [
        ("origin", "http://127.0.0.1:9"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(
        demo.get("consumerportal/getsession", &headers)
            .unwrap()
            .status,
        200
    );
}
