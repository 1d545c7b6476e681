//! What goes wrong at AccelerateConnect, in the browser and on the way, and what a consumer gets of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use stage::{ACTION, Answer, Stage, Upstream, answer, json, session, session_first};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

const DOCUMENT: &[u8] =
    b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n%PDF-1.7 bytes\r\n--b--\r\n";
const SHORT: Duration = Duration::from_millis(200);

fn otd() -> String {
    format!("/consumerportal/get_otd_pdf?productaction_id={ACTION}")
}

fn download() -> String {
    format!("/consumerportal/get_product_action_download?productaction_id={ACTION}")
}

/// Answers the session, and anything else with these bytes.
fn then(bytes: &'static [u8]) -> Upstream {
    Upstream::new(move |seen, stream| {
        if !session_first(seen, stream) {
            let _ = stream.write_all(bytes);
        }
    })
}

/// Closes the connection so that the other side gets a reset.
fn reset(stream: &std::net::TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

#[test]
fn an_answer_that_does_not_come_is_a_timeout() {
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let upstream = Upstream::new(move |_, _| {
        let _ = ended.lock().unwrap().recv();
    });
    let stage = Stage::with(upstream.address, |settings| {
        settings.accelerate.answer_timeout = SHORT
    });
    let got = stage.get("/consumerportal/getsession");
    assert_eq!(
        (got.status, got.code().as_str()),
        (504, "ACCELERATE_TIMEOUT")
    );
    drop(end);
}

#[test]
fn an_answer_that_stands_still_is_not_waited_for_for_ever() {
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let upstream = Upstream::new(move |seen, stream| {
        if !session_first(seen, stream) {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 90000\r\n\r\n%PDF-");
            let _ = ended.lock().unwrap().recv();
        }
    });
    let stage = Stage::with(upstream.address, |settings| {
        settings.accelerate.idle_timeout = SHORT
    });
    let got = stage.get(&download());
    assert_eq!(got.status, 200);
    assert!(!got.whole, "the browser sees that it broke off");
    drop(end);
}

#[test]
fn half_an_answer_is_seen_to_be_half_an_answer() {
    let upstream = then(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 90000\r\n\r\n%PDF-1.7");
    let got = Stage::new(&upstream).get(&download());
    assert_eq!(got.status, 200);
    assert!(!got.whole);
    let upstream = then(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{\"raw_pdf");
    let got = Stage::new(&upstream).get(&otd());
    assert_eq!((got.status, got.code().as_str()), (502, "BAD_ANSWER"));
}

#[test]
fn a_wrong_length_does_no_harm() {
    let upstream = then(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 5\r\n\r\n%PDF-and more than that");
    let stage = Stage::new(&upstream);
    for _ in 0..3 {
        let got = stage.get(&download());
        assert_eq!((got.status, got.body.as_slice()), (200, &b"%PDF-"[..]));
    }
}

#[test]
fn what_is_no_http_is_no_answer() {
    for bytes in [
        &b"SSH-2.0-OpenSSH\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"",
    ] {
        let upstream = then(bytes);
        let got = Stage::new(&upstream).get(&otd());
        assert_eq!(
            (got.status, got.code().as_str()),
            (503, "ACCELERATE_UNAVAILABLE")
        );
    }
}

#[test]
fn a_page_in_place_of_json_is_not_passed_on() {
    let upstream =
        Upstream::new(|_, stream| answer(stream, 200, "text/html", b"<h1>Onderhoud</h1>"));
    let got = Stage::new(&upstream).get("/consumerportal/getsession");
    assert_eq!((got.status, got.code().as_str()), (502, "BAD_ANSWER"));
    let upstream = Upstream::new(|_, stream| {
        answer(stream, 500, "text/html", b"Fatal error in /var/www/x.php")
    });
    let got = Stage::new(&upstream).get("/consumerportal/getsession");
    assert_eq!(
        (got.status, got.code().as_str()),
        (500, "ACCELERATE_FAILED")
    );
    // PHP calls what is JSON by this name when nobody says otherwise.
    let upstream = Upstream::new(|_, stream| {
        answer(
            stream,
            200,
            "text/html",
            b" \n{\"consumerportalsession\":{}}",
        )
    });
    assert_eq!(
        Stage::new(&upstream)
            .get("/consumerportal/getsession")
            .status,
        200
    );
}

#[test]
fn an_error_that_says_it_is_fine_is_an_error() {
    let upstream = Upstream::new(|_, stream| {
        json(
            stream,
            "{\"error\":{\"code\":\"CONSUMER_BLOCKED\",\"message\":\"/var/www\"}}",
        )
    });
    let got = Stage::new(&upstream).get("/consumerportal/getsession");
    assert_eq!(
        (got.status, got.text()),
        (422, "{\"error\":{\"code\":\"CONSUMER_BLOCKED\"}}")
    );
}

#[test]
fn a_reset_is_no_answer_and_one_on_a_kept_connection_is_asked_again() {
    let upstream = Upstream::new(|seen, stream| {
        if !session_first(seen, stream) {
            reset(stream);
        }
    });
    let got = Stage::new(&upstream).get(&otd());
    assert_eq!(
        (got.status, got.code().as_str()),
        (503, "ACCELERATE_UNAVAILABLE")
    );
    // Says that it stays, and goes.
    let upstream =
        then(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}");
    let stage = Stage::new(&upstream);
    for _ in 0..20 {
        assert_eq!(stage.get(&otd()).status, 200);
    }
}

#[test]
fn while_accelerate_is_down_everyone_hears_it_at_once_and_health_says_so() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let stage = Stage::with(nobody, |settings| {
        settings.accelerate.circuit_failures = 2;
        settings.accelerate.circuit_pause = Duration::from_secs(600);
    });
    assert!(
        stage
            .get("/healthz")
            .text()
            .contains("\"accelerate\":\"up\"")
    );
    for _ in 0..3 {
        let got = stage.get("/consumerportal/getsession");
        assert_eq!(
            (got.status, got.code().as_str()),
            (503, "ACCELERATE_UNAVAILABLE")
        );
        assert!(got.header("retry-after").is_some());
    }
    let health = stage.get("/healthz");
    assert_eq!(
        (health.status, health.text()),
        (200, "{\"status\":\"ok\",\"accelerate\":\"down\"}")
    );
    assert!(
        stage
            .get("/metrics")
            .text()
            .contains("gateway_accelerate_up 0")
    );
    assert_eq!(stage.get("/").status, 200, "the page is there all the same");
}

#[test]
fn an_upload_that_is_not_answered_is_not_sent_again() {
    let upstream = Upstream::new(|seen, stream| {
        if !session_first(seen, stream) {
            reset(stream);
        }
    });
    let stage = Stage::new(&upstream);
    for _ in 0..2 {
        let got = stage.upload("upload-0001", DOCUMENT);
        assert_eq!(
            (got.status, got.code().as_str()),
            (503, "ACCELERATE_UNAVAILABLE")
        );
    }
    assert_eq!(upstream.seen("upload_file").len(), 1);
}

#[test]
fn an_upload_of_bare_bytes_is_sent_once_too_and_not_waited_for_for_ever() {
    let raw = |settings: &mut gateway::settings::Settings| {
        settings.accelerate.upload_body = gateway::settings::UploadBody::Raw;
        settings.accelerate.upload_answer_timeout = SHORT;
    };
    let upstream = Upstream::new(|seen, stream| {
        if !session_first(seen, stream) {
            reset(stream);
        }
    });
    let stage = Stage::with(upstream.address, raw);
    for _ in 0..2 {
        assert_eq!(stage.upload("upload-0001", DOCUMENT).status, 503);
    }
    assert_eq!(upstream.seen("upload_file").len(), 1);
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let upstream = Upstream::new(move |seen, stream| {
        if !session_first(seen, stream) {
            let _ = ended.lock().unwrap().recv();
        }
    });
    let stage = Stage::with(upstream.address, raw);
    let got = stage.upload("upload-0002", DOCUMENT);
    assert_eq!(
        (got.status, got.code().as_str()),
        (504, "ACCELERATE_TIMEOUT")
    );
    drop(end);
}

#[test]
fn an_upload_whose_answer_is_no_answer_says_so() {
    for (body, code) in [
        ("<h1>ok</h1>", "BAD_ANSWER"),
        ("{\"operation_res", "BAD_ANSWER"),
        ("{\"operation_result\":\"failed\"}", "REFUSED"),
    ] {
        let upstream = Upstream::new(move |seen, stream| {
            if !session_first(seen, stream) {
                answer(stream, 200, "application/json", body.as_bytes());
            }
        });
        assert_eq!(
            Stage::new(&upstream).upload("upload-0001", DOCUMENT).code(),
            code,
            "{body}"
        );
    }
}

#[test]
fn who_leaves_in_the_middle_of_an_upload_may_come_again() {
    let upstream = Upstream::new(|seen, stream| {
        if !session_first(seen, stream) && seen.whole {
            json(stream, "{\"operation_result\":\"ok\"}");
        }
    });
    let stage = Stage::new(&upstream);
    let large = [DOCUMENT, &vec![b'x'; 300_000]].concat();
    let mut gone = stage.connect();
    gone.write_all(stage.upload_head("upload-0001", large.len()).as_bytes())
        .unwrap();
    gone.write_all(&large[..100_000]).unwrap();
    reset(&gone);
    drop(gone);
    let again = stage.upload("upload-0001", &large);
    assert_eq!(
        (again.status, again.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    let whole = upstream
        .seen("upload_file")
        .iter()
        .filter(|it| it.whole)
        .count();
    assert_eq!(whole, 1);
}

#[test]
fn an_accelerate_that_takes_nothing_of_an_upload_is_not_waited_for_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let small = socket2::SockRef::from(&listener).set_recv_buffer_size(4_096);
    small.unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let mut begins = [0; 4_096];
            let length = stream.peek(&mut begins).unwrap();
            if begins[..length].starts_with(b"GET") {
                let _ = stream.read(&mut begins);
                session(&mut stream);
            } else {
                held.push(stream);
            }
        }
    });
    let stage = Stage::with(address, |settings| {
        settings.limits.idle_timeout = SHORT;
        settings.accelerate.circuit_failures = 1;
    });
    let large = [DOCUMENT, &vec![b'x'; 20_000_000]].concat();
    let got = stage.upload("upload-0001", &large);
    assert_eq!(
        (got.status, got.code().as_str()),
        (504, "ACCELERATE_TIMEOUT")
    );
    let health = stage.get("/healthz");
    assert!(
        health.text().contains("down"),
        "it counts against them: {}",
        health.text()
    );
}

#[test]
fn who_stands_still_in_the_middle_of_an_upload_is_told() {
    let upstream = Upstream::new(|seen, stream| {
        let _ = session_first(seen, stream);
    });
    let stage = Stage::with(upstream.address, |settings| {
        settings.limits.idle_timeout = SHORT
    });
    let mut slow = stage.connect();
    slow.write_all(stage.upload_head("upload-0001", 5_000).as_bytes())
        .unwrap();
    slow.write_all(b"--b").unwrap();
    let got = Answer::read(slow);
    assert_eq!((got.status, got.code().as_str()), (408, "TOO_SLOW"));
}

/// Tells when an upload is there, and answers when it is told to.
fn held() -> (Upstream, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (end, ended) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel::<()>();
    let (ended, begin) = (std::sync::Mutex::new(ended), std::sync::Mutex::new(begin));
    let upstream = Upstream::new(move |seen, stream| {
        if session_first(seen, stream) {
            return;
        }
        let _ = begin.lock().unwrap().send(());
        let _ = ended.lock().unwrap().recv();
        json(stream, "{\"operation_result\":\"ok\"}");
    });
    (upstream, begun, end)
}

#[test]
fn more_uploads_than_there_are_places_for_are_told_to_wait() {
    let (upstream, begun, end) = held();
    let stage = Stage::with(upstream.address, |settings| {
        settings.limits.uploads_per_session = 1
    });
    let mut first = stage.connect();
    first
        .write_all(stage.upload_head("upload-0001", DOCUMENT.len()).as_bytes())
        .unwrap();
    first.write_all(DOCUMENT).unwrap();
    begun.recv_timeout(stage::PATIENCE).unwrap();
    let second = stage.upload("upload-0002", DOCUMENT);
    assert_eq!(
        (second.status, second.code().as_str()),
        (429, "TOO_MANY_REQUESTS")
    );
    end.send(()).unwrap();
    assert_eq!(Answer::read(first).status, 200);
}

#[test]
fn who_comes_again_while_every_place_is_taken_gets_the_first_ones_answer() {
    let (upstream, begun, end) = held();
    let stage = Stage::with(upstream.address, |settings| {
        settings.limits.uploads_per_session = 1
    });
    let send = || {
        let mut stream = stage.connect();
        let head = stage.upload_head("upload-0001", DOCUMENT.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(DOCUMENT).unwrap();
        stream
    };
    let first = send();
    begun.recv_timeout(stage::PATIENCE).unwrap();
    let again = send();
    end.send(()).unwrap();
    for got in [first, again].map(Answer::read) {
        assert_eq!(
            (got.status, got.text()),
            (200, "{\"operation_result\":\"ok\"}")
        );
    }
    assert_eq!(upstream.seen("upload_file").len(), 1);
}

#[test]
fn ending_finishes_the_uploads_that_are_under_way() {
    let (upstream, begun, end) = held();
    let mut stage = Stage::new(&upstream);
    let mut running = stage.connect();
    running
        .write_all(stage.upload_head("upload-0001", DOCUMENT.len()).as_bytes())
        .unwrap();
    running.write_all(&DOCUMENT[..20]).unwrap();
    // The gateway has the connection before it stops taking any.
    stage.get("/consumerportal/getsession");
    let stopping = stage.begin_to_stop();
    running.write_all(&DOCUMENT[20..]).unwrap();
    begun.recv_timeout(stage::PATIENCE).unwrap();
    assert!(!stopping.is_finished());
    end.send(()).unwrap();
    let got = Answer::read(running);
    assert_eq!(
        (got.status, got.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    stage.wait(stopping).unwrap();
    assert!(std::net::TcpStream::connect(stage.address).is_err());
}

#[test]
fn a_request_that_is_too_long_is_refused() {
    let upstream = Upstream::new(|_, stream| session(stream));
    let stage = Stage::new(&upstream);
    let long = "x".repeat(5_000);
    assert_eq!(
        stage
            .get(&format!("/consumerportal/getsession?{long}"))
            .code(),
        "URL_TOO_LONG"
    );
    let huge = format!("x: {}\r\n", "y".repeat(40_000));
    assert_eq!(stage.send(&stage.head("GET", "/", &huge), &[]).status, 431);
    let many: String = (0..200).map(|it| format!("x{it}: y\r\n")).collect();
    assert_eq!(stage.send(&stage.head("GET", "/", &many), &[]).status, 431);
}

#[test]
fn a_download_of_any_size_passes_through_whole() {
    let upstream = Upstream::new(|seen, stream| {
        if session_first(seen, stream) {
            return;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ntransfer-encoding: chunked\r\n\r\n");
        let piece = [&b"10000\r\n"[..], &[b'x'; 0x10000], b"\r\n"].concat();
        for _ in 0..160 {
            if stream.write_all(&piece).is_err() {
                return;
            }
        }
        let _ = stream.write_all(b"0\r\n\r\n");
    });
    let got = Stage::new(&upstream).get(&download());
    assert!(got.whole);
    assert_eq!(got.body.len(), 160 * 0x10000);
}
