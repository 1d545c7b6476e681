//! What the gateway remembers, with the real programs: a file survives a killed gateway, and copies with one
//! Redis are like one gateway. `cargo xtask test` brings Redis and nginx.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod harness;
mod programs;

use gateway::records::Records;
use gateway::settings::StoreSettings;
use harness::{
    ACTION, Answer, CONSUMER, FakeAccelerate, answer_getsession, multipart, pdf, send_json,
};
use programs::{Copy, Redis, eventually, folder, link_of};
use std::io::Write as _;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The body of an upload, and how much of it is sent to begin with.
struct Upload {
    body: Vec<u8>,
    half: usize,
}

fn document() -> Upload {
    let body = multipart(&pdf(100_000));
    let half = body.len() / 2;
    Upload { body, half }
}

impl Upload {
    /// Sends the first half, and waits until AccelerateConnect has most of it.
    fn begin(
        &self,
        gateway: &Copy,
        cookie: &str,
        upload_id: &str,
        at: &FakeAccelerate,
    ) -> TcpStream {
        let before = at.body_bytes();
        let mut browser = gateway.begin_upload(cookie, upload_id, self.body.len());
        browser.write_all(&self.body[..self.half]).unwrap();
        at.wait_for(before + self.half as u64 / 2);
        browser
    }

    /// Sends the rest.
    fn finish(&self, browser: &mut TcpStream) {
        browser.write_all(&self.body[self.half..]).unwrap();
    }
}

/// Two copies that share a store, and an upload at one of them of which AccelerateConnect has half.
struct Begun {
    upstream: FakeAccelerate,
    _redis: Redis,
    one: Copy,
    other: Copy,
    cookie: String,
    document: Upload,
    begun: TcpStream,
}

impl Begun {
    fn at_one_of_two() -> Begun {
        let (upstream, redis, document) = (accepts_uploads(), Redis::start(), document());
        let [one, other] = copies(&upstream, &redis);
        let cookie = one.sign_in(CONSUMER);
        let begun = document.begin(&one, &cookie, "upload-0001", &upstream);
        Begun {
            upstream,
            _redis: redis,
            one,
            other,
            cookie,
            document,
            begun,
        }
    }
}

/// How many documents AccelerateConnect has whole.
fn whole_documents(upstream: &FakeAccelerate) -> usize {
    let received = upstream.received("upload_file");
    received.iter().filter(|it| it.is_complete).count()
}

#[test]
fn log_out_uploads_and_used_codes_are_known_after_the_gateway_was_killed() {
    let upstream = accepts_uploads();
    let store = file_store("killed");
    let mut gateway = Copy::start(&upstream, &store, &[]);
    let (cookie, other) = (gateway.sign_in(CONSUMER), gateway.sign_in(CONSUMER));
    let code = gateway.phone_code(&cookie);
    assert_eq!(gateway.open(&code).status, 303);
    assert_eq!(
        gateway
            .upload(&other, "upload-0001", &document().body)
            .status,
        200
    );
    assert_eq!(gateway.log_out(&cookie).status, 204);
    gateway.kill();
    let gateway = Copy::start(&upstream, &store, &[]);
    assert_eq!(gateway.getsession(&cookie).status, 401);
    let opened = gateway.open(&code);
    assert_eq!(opened.header("set-cookie"), None);
    let again = gateway.upload(&other, "upload-0001", &document().body);
    assert_eq!(
        (again.status, again.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    assert_eq!(upstream.received("upload_file").len(), 1);
}

#[test]
fn an_upload_of_a_killed_gateway_is_sent_again_only_when_its_last_piece_cannot_have_left() {
    // An AccelerateConnect that never answers an upload.
    let upstream = FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) {
            let _ = std::io::Read::read(stream, &mut [0]);
        }
    });
    let store = file_store("cut");
    let mut gateway = Copy::start(&upstream, &store, &[]);
    let cookie = gateway.sign_in(CONSUMER);
    let document = document();
    let mut whole = document.begin(&gateway, &cookie, "upload-whole", &upstream);
    document.finish(&mut whole);
    eventually("all of it arrives", || {
        upstream.received("upload_file").len() == 1
    });
    let other = gateway.sign_in("CNSR2");
    let _half = document.begin(&gateway, &other, "upload-half", &upstream);
    gateway.kill();
    let upstream = accepts_uploads();
    let gateway = Copy::start(&upstream, &store, &[]);
    assert_eq!(
        gateway.upload(&other, "upload-half", &document.body).status,
        200
    );
    let unknown = gateway.upload(&cookie, "upload-whole", &document.body);
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (504, "ACCELERATE_TIMEOUT"),
        "the portal asks getsession then"
    );
    assert_eq!(upstream.received("upload_file").len(), 1);
    // And when the document is not there, the consumer can hand it in.
    let again = gateway.upload(&cookie, "upload-again", &document.body);
    assert_eq!(again.status, 200);
}

#[test]
fn a_second_gateway_with_the_same_file_does_not_start() {
    let upstream = accepts_uploads();
    let store = file_store("twice");
    let _first = Copy::start(&upstream, &store, &[]);
    let second = programs::gateway("serve")
        .envs(programs::settings(&upstream, &store))
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("another gateway has the file"), "{said}");
}

#[test]
fn revoke_closes_a_consumers_links_and_sessions_whether_a_gateway_runs_or_not() {
    let upstream = accepts_uploads();
    let store = file_store("revoke");
    let mut gateway = Copy::start(&upstream, &store, &[]);
    let (link, cookie) = (link_of(CONSUMER), gateway.sign_in(CONSUMER));
    gateway.revoke(CONSUMER);
    assert_eq!(gateway.getsession(&cookie).status, 401);
    assert_eq!(gateway.open(&link).header("set-cookie"), None);
    let another = gateway.sign_in("CNSR2");
    gateway.kill();
    gateway.revoke("CNSR2");
    let gateway = Copy::start(&upstream, &store, &[]);
    assert_eq!(gateway.getsession(&another).status, 401);
    let new = gateway.sign_in("CNSR2");
    assert_eq!(gateway.getsession(&new).status, 200);
}

#[test]
fn revoke_without_a_gateway_or_a_possible_id_says_so() {
    let upstream = accepts_uploads();
    for (consumer, sentence) in [
        (CONSUMER, "no gateway answers at 127.0.0.1:1"),
        ("not an id", "64 visible ASCII characters"),
    ] {
        let refused = programs::gateway("revoke")
            .args(["--consumer", consumer, "--listen", "127.0.0.1:1"])
            .envs(programs::settings(&upstream, ""))
            .env_remove("GATEWAY_STORE")
            .env_remove("GATEWAY_LISTEN")
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn log_out_and_revocation_at_one_copy_hold_at_all() {
    let upstream = accepts_uploads();
    let redis = Redis::start();
    let [one, other] = copies(&upstream, &redis);
    let cookie = one.sign_in(CONSUMER);
    let code = one.phone_code(&cookie);
    let phone = other.open(&code);
    let phone = programs::cookie(&phone);
    assert_eq!(one.open(&code).header("set-cookie"), None, "it is used");
    assert_eq!(other.getsession(&cookie).status, 200);
    assert_eq!(other.log_out(&phone).status, 204);
    assert_eq!(one.getsession(&cookie).status, 401);
    assert_eq!(one.getsession(&phone).status, 401);
    let again = one.sign_in(CONSUMER);
    one.revoke(CONSUMER);
    assert_eq!(other.getsession(&again).status, 401);
}

#[test]
fn an_upload_that_came_to_one_copy_is_not_sent_by_another() {
    let mut at = Begun::at_one_of_two();
    let mut repeat = at
        .other
        .begin_upload(&at.cookie, "upload-0001", at.document.body.len());
    repeat.write_all(&at.document.body).unwrap();
    at.document.finish(&mut at.begun);
    for answer in [at.begun, repeat] {
        let answer = Answer::read(answer);
        assert_eq!(
            (answer.status, answer.text()),
            (200, "{\"operation_result\":\"ok\"}")
        );
    }
    let later = at
        .other
        .upload(&at.cookie, "upload-0001", &at.document.body);
    assert_eq!(later.status, 200);
    assert_eq!(at.upstream.received("upload_file").len(), 1);
}

#[test]
fn an_upload_of_a_dead_copy_is_sent_by_another() {
    let mut at = Begun::at_one_of_two();
    at.one.kill();
    assert_eq!(
        at.other
            .upload(&at.cookie, "upload-0001", &at.document.body)
            .status,
        200
    );
    assert_eq!(whole_documents(&at.upstream), 1);
}

#[test]
fn one_document_at_a_time_is_sent_for_an_action_whichever_copy_it_comes_to() {
    let mut at = Begun::at_one_of_two();
    at.document.finish(&mut at.begun);
    eventually("it is whole", || whole_documents(&at.upstream) == 1);
    let mut again = at
        .other
        .begin_upload(&at.cookie, "upload-0002", at.document.body.len());
    again.write_all(&at.document.body).unwrap();
    assert_eq!(Answer::read(at.begun).status, 200);
    let again = Answer::read(again);
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
    assert_eq!(at.upstream.received("upload_file").len(), 1);
}

#[test]
fn an_action_whose_copy_died_takes_another_upload() {
    let mut at = Begun::at_one_of_two();
    at.one.kill();
    let another = at
        .other
        .upload(&at.cookie, "upload-0002", &at.document.body);
    assert_eq!(another.status, 200);
    assert_eq!(whole_documents(&at.upstream), 1);
}

#[test]
fn a_document_that_is_sent_again_while_the_first_waits_for_the_store_arrives_once() {
    let upstream = accepts_uploads();
    let mut redis = Redis::start();
    let set = ["limits.store_wait=30s"];
    let [one, other] = [(); 2].map(|()| Copy::start(&upstream, &redis.url(), &set));
    let cookie = one.sign_in(CONSUMER);
    let document = document();
    let mut held = document.begin(&one, &cookie, "upload-0001", &upstream);
    redis.stop();
    document.finish(&mut held);
    let mut again = other.begin_upload(&cookie, "upload-0002", document.body.len());
    again.write_all(&document.body).unwrap();
    for copy in [&one, &other] {
        eventually("the store is away", || copy.readiness().contains("away"));
    }
    redis.start_again();
    // Whichever asks the store first has the turn.
    let [held, again] = [held, again].map(Answer::read);
    match (held.status, again.status) {
        (200, 409) => assert_eq!(again.code(), "ALREADY_UPLOADED"),
        (503, 200) => assert_eq!(held.code(), "UPLOAD_UNDER_WAY"),
        other => panic!("{other:?}"),
    }
    assert_eq!(whole_documents(&upstream), 1);
}

#[test]
fn copies_count_a_consumers_calls_together() {
    let upstream = accepts_uploads();
    let redis = Redis::start();
    let set = ["limits.consumer_per_minute=40"];
    let one = Copy::start(&upstream, &redis.url(), &set);
    let other = Copy::start(&upstream, &redis.url(), &set);
    let cookie = one.sign_in(CONSUMER);
    let mut answered = 0;
    // Each copy by itself would let 40 pass.
    while one.getsession(&cookie).status == 200 && other.getsession(&cookie).status == 200 {
        answered += 2;
        assert!(answered < 70, "the copies count apart");
    }
}

#[test]
fn while_the_store_is_away_dossiers_are_read_and_nothing_else_is_lost_or_doubled() {
    let upstream = accepts_uploads();
    let mut redis = Redis::start();
    let set = ["limits.store_wait=1s"];
    let gateway = Copy::start(&upstream, &redis.url(), &set);
    let (cookie, ended) = (gateway.sign_in(CONSUMER), gateway.sign_in(CONSUMER));
    assert_eq!(gateway.log_out(&ended).status, 204);
    assert_eq!(
        gateway.readiness(),
        "{\"status\":\"ready\",\"store\":\"up\"}"
    );
    let document = document();
    let mut begun = document.begin(&gateway, &cookie, "upload-0001", &upstream);
    redis.stop();
    assert_eq!(gateway.getsession(&cookie).status, 200);
    assert_eq!(gateway.getsession(&ended).status, 401, "known here");
    eventually("readiness says so", || {
        gateway.readiness() == "{\"status\":\"ready\",\"store\":\"away\"}"
    });
    document.finish(&mut begun);
    let refused = [
        Answer::read(begun),
        gateway.upload(&cookie, "upload-0002", &document.body),
        gateway.log_out(&cookie),
    ];
    for answer in refused {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "STORE_UNAVAILABLE")
        );
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let opened = gateway.open(&link_of(CONSUMER));
    assert_eq!((opened.status, opened.header("set-cookie")), (503, None));
    assert!(
        opened.text().starts_with("<!doctype html>"),
        "a page says so"
    );
    let complete = || {
        let received = upstream.received("upload_file");
        received.iter().filter(|it| it.is_complete).count()
    };
    assert_eq!(complete(), 0);
    redis.start_again();
    eventually("the store is back", || {
        gateway.readiness() == "{\"status\":\"ready\",\"store\":\"up\"}"
    });
    let again = gateway.upload(&cookie, "upload-0002", &document.body);
    assert_eq!(again.status, 200);
    // The first one of both was not forgotten: it is a second document for the action.
    let first = gateway.upload(&cookie, "upload-0001", &document.body);
    assert_eq!(
        (first.status, first.code().as_str()),
        (409, "ALREADY_UPLOADED")
    );
    assert_eq!(complete(), 1);
    assert_eq!(gateway.log_out(&cookie).status, 204);
    assert_eq!(gateway.getsession(&cookie).status, 401);
}

#[test]
fn an_upload_waits_for_a_store_that_comes_back() {
    let upstream = accepts_uploads();
    let mut redis = Redis::start();
    let gateway = Copy::start(&upstream, &redis.url(), &["limits.store_wait=30s"]);
    let cookie = gateway.sign_in(CONSUMER);
    redis.stop();
    let document = document();
    let mut upload = gateway.begin_upload(&cookie, "upload-0001", document.body.len());
    upload.write_all(&document.body).unwrap();
    eventually("the store is away", || gateway.readiness().contains("away"));
    redis.start_again();
    assert_eq!(Answer::read(upload).status, 200);
    assert_eq!(upstream.received("upload_file").len(), 1);
}

#[test]
fn a_redis_that_hangs_is_left_at_once_and_found_again() {
    let redis = Redis::start();
    let settings = StoreSettings::Redis(redis.url().into());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = gateway::store::open(&settings).unwrap();
        let records = Records::new(store.clone(), &programs::typed_settings());
        store.available().await;
        redis.pause();
        assert!(records.code_was_used("a").await.is_err());
        // Nobody else waits for an answer that does not come.
        let began = Instant::now();
        assert!(store.is_away());
        for _ in 0..100 {
            assert!(records.code_was_used("a").await.is_err());
        }
        assert!(began.elapsed() < Duration::from_millis(500));
        redis.resume();
        store.available().await;
        assert_eq!(records.code_was_used("a").await, Ok(false));
    });
}

#[test]
fn a_store_is_reached_over_tls_and_with_a_password_or_not_at_all() {
    let upstream = accepts_uploads();
    let redis = Redis::with_tls("a-word");
    let store = |word: &str| format!("rediss://:{word}@localhost:{}/0", redis.address.port());
    let trusted = [("SSL_CERT_FILE", redis.certificate.to_str().unwrap())];
    let gateway = Copy::start_with(&upstream, &store("a-word"), &[], &trusted);
    assert!(gateway.readiness().contains("\"store\":\"up\""));
    let cookie = gateway.sign_in(CONSUMER);
    assert_eq!(gateway.log_out(&cookie).status, 204);
    for (word, variables) in [("another", &trusted[..]), ("a-word", &[])] {
        let gateway = Copy::start_with(&upstream, &store(word), &[], variables);
        assert!(gateway.readiness().contains("\"store\":\"away\""));
    }
}

#[test]
fn nothing_in_a_store_says_whose_it_is() {
    let upstream = accepts_uploads();
    let redis = Redis::start();
    let gateway = Copy::start(&upstream, &redis.url(), &[]);
    let cookie = gateway.sign_in(CONSUMER);
    gateway.phone_code(&cookie);
    assert_eq!(gateway.getsession(&cookie).status, 200);
    assert_eq!(
        gateway
            .upload(&cookie, "upload-0001", &document().body)
            .status,
        200
    );
    gateway.revoke(CONSUMER);
    let all = redis.all();
    assert!(all.contains("portal:"), "{all}");
    for personal in [CONSUMER, ACTION, "upload-0001", "127.0.0.1", "loonstrook"] {
        assert!(!all.contains(personal), "{personal} is in {all}");
    }
    for key in redis.keys() {
        assert!(redis.ends(&key), "{key} has no end time");
    }
}

fn copies(upstream: &FakeAccelerate, redis: &Redis) -> [Copy; 2] {
    [(); 2].map(|()| Copy::start(upstream, &redis.url(), &[]))
}

fn accepts_uploads() -> FakeAccelerate {
    FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) && request.is_complete {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    })
}

/// The store of a test, which begins empty.
fn file_store(name: &str) -> String {
    let file: PathBuf = folder("store").join(format!("{name}.redb"));
    let _ = std::fs::remove_file(&file);
    format!("file:{}", file.display())
}
