use crate::client::{TestServer, UploadRequest};
use std::time::{Duration, Instant};

#[test]
fn each_consumer_name_causes_its_error() {
    let demo = TestServer::start();
    for (consumer, status, code) in [
        ("geweigerd", 403, "CONSUMER_BLOCKED"),
        ("verlopen", 400, "TOKEN_EXPIRED"),
        ("niet-aangemeld", 401, "NOT_SIGNED_IN"),
    ] {
        let reply = demo.endpoint(consumer, "getsession").unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
        let query = format!("consumerportal/getsession?consumer_id={consumer}");
        assert_eq!(demo.get(&query, &[]).unwrap().status, status);
    }
    for (consumer, status) in [("storing", 500), ("geen-json", 200)] {
        let reply = demo.endpoint(consumer, "getsession").unwrap();
        assert_eq!(reply.status, status);
        assert!(reply.body.starts_with(b"<!doctype html>"));
    }
}

#[test]
fn half_sends_json_that_breaks_off() {
    let demo = TestServer::start();
    let reply = demo.endpoint("half", "getsession").unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.body.starts_with(b"{\"consumerportalsession\""));
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
}

#[test]
fn weg_closes_the_connection_without_a_response() {
    let demo = TestServer::start();
    assert!(demo.endpoint("weg", "getsession").is_err());
    assert_eq!(demo.server.recorder().requests()[0].status, None);
}

#[test]
fn langzaam_is_delayed() {
    let demo = TestServer::start();
    let started = Instant::now();
    assert_eq!(demo.endpoint("langzaam", "getsession").unwrap().status, 200);
    assert!(started.elapsed() >= Duration::from_millis(290));
}

#[test]
fn skip_delays_ends_a_delay_under_way() {
    let demo = TestServer::with(|config| config.delay = Duration::from_secs(3600));
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| demo.endpoint("langzaam", "getsession").map(|it| it.status));
        while demo.server.recorder().request_count("getsession") == 0 {
            std::thread::yield_now();
        }
        demo.server.recorder().skip_delays();
        assert_eq!(slow.join().unwrap().unwrap(), 200);
    });
    assert_eq!(demo.endpoint("langzaam", "getsession").unwrap().status, 200);
}

#[test]
fn a_session_expires_after_the_first_response_until_the_link_is_opened_again() {
    let demo = TestServer::start();
    let action = demo.action("verloopt", "Aanleveren van een recente loonstrook");
    let reply = demo.endpoint("verloopt", "getsession").unwrap();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (401, "SESSION_EXPIRED")
    );
    let reply = demo
        .send("verloopt", &UploadRequest::new(&action, "a.pdf"))
        .unwrap();
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (401, "SESSION_EXPIRED")
    );
    assert_eq!(demo.get("open/verloopt", &[]).unwrap().status, 303);
    assert_eq!(demo.endpoint("verloopt", "getsession").unwrap().status, 200);
}

#[test]
fn wisselvallig_fails_every_second_time() {
    let demo = TestServer::start();
    let statuses: Vec<u16> = (0..4)
        .map(|_| demo.endpoint("wisselvallig", "getsession").unwrap().status)
        .collect();
    assert_eq!(statuses, [200, 500, 200, 500]);
}

#[test]
fn a_link_sets_the_cookie_and_redirects_to_the_page() {
    let demo = TestServer::start();
    let reply = demo.get("open/eva", &[]).unwrap();
    assert_eq!((reply.status, reply.header("location")), (303, "/"));
    assert_eq!(
        reply.header("set-cookie"),
        "demo_consumer=eva; Path=/; HttpOnly; SameSite=Lax"
    );
    assert_eq!(demo.get("open/niemand", &[]).unwrap().status, 404);
}
