//! Strangers who hold connections: they slow no consumer down, and hold nothing for long.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;

use harness::{Answer, FakeAccelerate, TIMEOUT, TestGateway, send_session};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const ADDRESSES: u8 = 20;

/// A connection from `127.0.0.<host>`.
fn connect_from(host: u8, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0)).into())?;
    socket.connect_timeout(&to.into(), TIMEOUT)?;
    Ok(socket.into())
}

/// Connections from twenty addresses that send this and no more.
fn flood(gateway: &TestGateway, count: usize, head: &str) -> Vec<TcpStream> {
    let host = |it: usize| 100 + (it % usize::from(ADDRESSES)) as u8;
    let connections = (0..count).filter_map(|it| connect_from(host(it), gateway.address).ok());
    let mut held = Vec::new();
    for mut connection in connections {
        let _ = connection.write_all(head.as_bytes());
        held.push(connection);
    }
    held
}

/// What a stranger may leave unfinished: headers, and the bodies of our own calls.
fn unfinished(gateway: &TestGateway) -> Vec<String> {
    let origin = gateway.settings.public_url.origin().ascii_serialization();
    let post = |path: &str, more: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\n{more}content-length: 8000\r\n\r\n{{")
    };
    let from_us = format!("origin: {origin}\r\n");
    vec![
        post("/links", ""),
        post("/links", "authorization: Bearer nonsense\r\n"),
        post("/session", &from_us),
        post("/session", "sec-fetch-site: same-origin\r\n"),
        post("/session/phone", &from_us),
        post("/consumerportal/upload_file", &from_us),
        post("/open/v4.local.nonsense", &from_us),
        post("/", ""),
        "GET / HTTP/1.1\r\nhost: x\r\n".to_owned(),
        "G".to_owned(),
        String::new(),
    ]
}

fn answers_getsession() -> FakeAccelerate {
    FakeAccelerate::new(|_, stream| send_session(stream))
}

#[test]
fn strangers_who_never_finish_a_request_keep_no_consumer_waiting() {
    let upstream = answers_getsession();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.connections = 100;
        // No deadline helps.
        settings.limits.header_timeout = Duration::from_secs(600);
        settings.limits.body_timeout = Duration::from_secs(600);
        settings.limits.idle_timeout = Duration::from_secs(600);
    });
    for head in unfinished(&gateway) {
        let held = flood(&gateway, 300, &head);
        let answer = gateway.get("/consumerportal/getsession");
        assert_eq!(answer.status, 200, "{head}");
        assert_eq!(gateway.ops("/healthz").status, 200);
        drop(held);
    }
}

#[test]
#[ignore = "ten thousand connections at once take many open files"]
fn ten_thousand_strangers_keep_no_consumer_waiting() {
    let upstream = answers_getsession();
    let gateway = TestGateway::new(&upstream);
    for head in unfinished(&gateway) {
        let began = Instant::now();
        let held = flood(&gateway, 10_000, &head);
        let flooded = began.elapsed();
        let began = Instant::now();
        assert_eq!(gateway.get("/consumerportal/getsession").status, 200);
        let kind = head.lines().next().unwrap_or_default();
        println!(
            "{kind}: {} connections in {flooded:?}; getsession after them in {:?}",
            held.len(),
            began.elapsed()
        );
        drop(held);
    }
}

#[test]
fn a_body_of_ours_has_a_deadline_although_bytes_come() {
    let upstream = answers_getsession();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.body_timeout = Duration::from_millis(100);
    });
    let origin = gateway.settings.public_url.origin().ascii_serialization();
    let mut stream = gateway.connect();
    let head = format!(
        "POST /session HTTP/1.1\r\nhost: x\r\norigin: {origin}\r\ncontent-length: 8000\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let answer = Answer::read(stream);
    assert_eq!((answer.status, answer.code().as_str()), (408, "TOO_SLOW"));
}

#[test]
fn what_can_be_refused_is_refused_before_its_body_is_there() {
    let upstream = answers_getsession();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.session.links_key = Some("a-key-that-the-office-keeps-0123456789".into());
        settings.limits.body_timeout = Duration::from_secs(600);
    });
    let origin = gateway.settings.public_url.origin().ascii_serialization();
    for (path, more, status) in [
        ("/links", "", 401),
        ("/links", "authorization: Bearer nonsense\r\n", 401),
        ("/session", "", 403),
        ("/session/phone", "", 403),
        ("/session/phone", &*format!("origin: {origin}\r\n"), 401),
    ] {
        let mut stream = gateway.connect();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\n{more}content-length: 8000\r\n\r\n{{");
        stream.write_all(head.as_bytes()).unwrap();
        assert_eq!(Answer::read(stream).status, status, "{path} {more}");
    }
}

#[test]
fn a_client_behind_a_proxy_has_a_share_of_its_connections() {
    let upstream = answers_getsession();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.connections_per_address = 5;
        settings.limits.body_timeout = Duration::from_secs(600);
    });
    let origin = gateway.settings.public_url.origin().ascii_serialization();
    let head = |client: &str| {
        format!(
            "POST /session HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\norigin: {origin}\r\n\
             content-length: 8000\r\n\r\n{{"
        )
    };
    let mut first = gateway.connect();
    first.write_all(head("192.0.2.1").as_bytes()).unwrap();
    let _held = flood(&gateway, 5, &head("192.0.2.1"));
    // The oldest one was closed without an answer.
    let mut bytes = Vec::new();
    let _ = std::io::Read::read_to_end(&mut first, &mut bytes);
    assert!(bytes.is_empty());
    let forwarded = gateway.head(
        "GET",
        "/consumerportal/getsession",
        "x-forwarded-for: 192.0.2.2\r\n",
    );
    assert_eq!(gateway.send(&forwarded, &[]).status, 200);
}

#[test]
fn a_connection_is_kept_for_longer_than_headers_may_take() {
    let upstream = answers_getsession();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.header_timeout = Duration::from_millis(100);
    });
    let mut idle = gateway.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    assert_eq!(Answer::read(&idle).status, 200);
    // A connection of the same age that is sending its headers is closed.
    let mut slow = gateway.connect();
    slow.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    let mut bytes = Vec::new();
    let _ = std::io::Read::read_to_end(&mut slow, &mut bytes);
    assert!(!String::from_utf8_lossy(&bytes).contains("200 OK"));
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    assert_eq!(Answer::read(&idle).status, 200);
}
