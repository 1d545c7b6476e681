//! Faults of AccelerateConnect, of browsers and of the network, and what the consumer gets then.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;

use harness::{
    ACTION, Answer, FakeAccelerate, TestGateway, answer_getsession, multipart, pdf, send_answer,
    send_json, send_session,
};
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

/// An AccelerateConnect that answers everything but getsession with these bytes.
fn answers_with(bytes: &'static [u8]) -> FakeAccelerate {
    FakeAccelerate::new(move |request, stream| {
        if !answer_getsession(request, stream) {
            let _ = stream.write_all(bytes);
        }
    })
}

/// Makes the connection end with a reset.
fn reset(stream: &std::net::TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

#[test]
fn an_answer_that_does_not_come_is_a_timeout() {
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let upstream = FakeAccelerate::new(move |_, _| {
        let _ = ended.lock().unwrap().recv();
    });
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.accelerate.answer_timeout = SHORT
    });
    let response = gateway.get("/consumerportal/getsession");
    assert_eq!(
        (response.status, response.code().as_str()),
        (504, "ACCELERATE_TIMEOUT")
    );
    drop(end);
}

#[test]
fn a_download_that_stands_still_is_broken_off() {
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let upstream = FakeAccelerate::new(move |request, stream| {
        if !answer_getsession(request, stream) {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 90000\r\n\r\n%PDF-");
            let _ = ended.lock().unwrap().recv();
        }
    });
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.accelerate.idle_timeout = SHORT
    });
    let response = gateway.get(&download());
    assert_eq!(response.status, 200);
    assert!(
        !response.is_complete,
        "the browser sees that the answer broke off"
    );
    drop(end);
}

#[test]
fn an_answer_that_breaks_off_is_not_passed_on_as_complete() {
    let upstream = answers_with(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 90000\r\n\r\n%PDF-1.7");
    let response = TestGateway::new(&upstream).get(&download());
    assert_eq!(response.status, 200);
    assert!(!response.is_complete);
    let upstream = answers_with(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{\"raw_pdf");
    let response = TestGateway::new(&upstream).get(&otd());
    assert_eq!(
        (response.status, response.code().as_str()),
        (502, "BAD_ANSWER")
    );
}

#[test]
fn an_answer_longer_than_announced_is_cut_to_its_length() {
    let upstream = answers_with(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 5\r\n\r\n%PDF-and more than that");
    let gateway = TestGateway::new(&upstream);
    for _ in 0..3 {
        let response = gateway.get(&download());
        assert_eq!(
            (response.status, response.body.as_slice()),
            (200, &b"%PDF-"[..])
        );
    }
}

#[test]
fn an_answer_that_is_no_http_is_an_error() {
    for bytes in [
        &b"SSH-2.0-OpenSSH\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"",
    ] {
        let upstream = answers_with(bytes);
        let response = TestGateway::new(&upstream).get(&otd());
        assert_eq!(
            (response.status, response.code().as_str()),
            (503, "ACCELERATE_UNAVAILABLE")
        );
    }
}

#[test]
fn a_web_page_in_place_of_json_is_not_passed_on() {
    let upstream = FakeAccelerate::new(|_, stream| {
        send_answer(stream, 200, "text/html", b"<h1>Onderhoud</h1>")
    });
    let response = TestGateway::new(&upstream).get("/consumerportal/getsession");
    assert_eq!(
        (response.status, response.code().as_str()),
        (502, "BAD_ANSWER")
    );
    let upstream = FakeAccelerate::new(|_, stream| {
        send_answer(stream, 500, "text/html", b"Fatal error in /var/www/x.php")
    });
    let response = TestGateway::new(&upstream).get("/consumerportal/getsession");
    assert_eq!(
        (response.status, response.code().as_str()),
        (500, "ACCELERATE_FAILED")
    );
    // PHP sends JSON as text/html unless told otherwise.
    let upstream = FakeAccelerate::new(|_, stream| {
        send_answer(
            stream,
            200,
            "text/html",
            b" \n{\"consumerportalsession\":{}}",
        )
    });
    assert_eq!(
        TestGateway::new(&upstream)
            .get("/consumerportal/getsession")
            .status,
        200
    );
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let upstream = FakeAccelerate::new(|_, stream| {
        send_json(
            stream,
            "{\"error\":{\"code\":\"CONSUMER_BLOCKED\",\"message\":\"/var/www\"}}",
        )
    });
    let response = TestGateway::new(&upstream).get("/consumerportal/getsession");
    assert_eq!(
        (response.status, response.text()),
        (422, "{\"error\":{\"code\":\"CONSUMER_BLOCKED\"}}")
    );
}

#[test]
fn a_reset_is_an_error_but_a_closed_idle_connection_is_tried_again() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) {
            reset(stream);
        }
    });
    let response = TestGateway::new(&upstream).get(&otd());
    assert_eq!(
        (response.status, response.code().as_str()),
        (503, "ACCELERATE_UNAVAILABLE")
    );
    // An AccelerateConnect that promises to keep the connection, and closes it.
    let upstream = answers_with(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    );
    let gateway = TestGateway::new(&upstream);
    for _ in 0..20 {
        assert_eq!(gateway.get(&otd()).status, 200);
    }
}

#[test]
fn while_accelerate_is_down_requests_fail_at_once_and_health_says_so() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let gateway = TestGateway::with(nobody, |settings| {
        settings.accelerate.circuit_failures = 2;
        settings.accelerate.circuit_pause = Duration::from_secs(600);
    });
    assert!(
        gateway
            .get("/healthz")
            .text()
            .contains("\"accelerate\":\"up\"")
    );
    for _ in 0..3 {
        let response = gateway.get("/consumerportal/getsession");
        assert_eq!(
            (response.status, response.code().as_str()),
            (503, "ACCELERATE_UNAVAILABLE")
        );
        assert!(response.header("retry-after").is_some());
    }
    let health = gateway.get("/healthz");
    assert_eq!(
        (health.status, health.text()),
        (200, "{\"status\":\"ok\",\"accelerate\":\"down\"}")
    );
    assert!(
        gateway
            .ops("/metrics")
            .text()
            .contains("gateway_accelerate_up 0")
    );
    assert_eq!(
        gateway.get("/").status,
        200,
        "the site is served all the same"
    );
}

#[test]
fn an_upload_without_an_answer_is_not_sent_again() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) {
            reset(stream);
        }
    });
    let gateway = TestGateway::new(&upstream);
    for _ in 0..2 {
        let response = gateway.upload("upload-0001", DOCUMENT);
        assert_eq!(
            (response.status, response.code().as_str()),
            (503, "ACCELERATE_UNAVAILABLE")
        );
    }
    assert_eq!(upstream.received("upload_file").len(), 1);
}

#[test]
fn an_upload_of_raw_bytes_is_sent_once_and_times_out() {
    let raw = |settings: &mut gateway::settings::Settings| {
        settings.accelerate.upload_body = gateway::settings::UploadBody::Raw;
        settings.accelerate.upload_answer_timeout = SHORT;
    };
    let upstream = FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) {
            reset(stream);
        }
    });
    let gateway = TestGateway::with(upstream.address, raw);
    for _ in 0..2 {
        assert_eq!(gateway.upload("upload-0001", DOCUMENT).status, 503);
    }
    assert_eq!(upstream.received("upload_file").len(), 1);
    let (end, ended) = mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let upstream = FakeAccelerate::new(move |request, stream| {
        if !answer_getsession(request, stream) {
            let _ = ended.lock().unwrap().recv();
        }
    });
    let gateway = TestGateway::with(upstream.address, raw);
    let response = gateway.upload("upload-0002", DOCUMENT);
    assert_eq!(
        (response.status, response.code().as_str()),
        (504, "ACCELERATE_TIMEOUT")
    );
    drop(end);
}

#[test]
fn an_upload_with_an_unreadable_answer_is_an_error() {
    for (body, code) in [
        ("<h1>ok</h1>", "BAD_ANSWER"),
        ("{\"operation_res", "BAD_ANSWER"),
        ("{\"operation_result\":\"failed\"}", "REFUSED"),
    ] {
        let upstream = FakeAccelerate::new(move |request, stream| {
            if !answer_getsession(request, stream) {
                send_answer(stream, 200, "application/json", body.as_bytes());
            }
        });
        assert_eq!(
            TestGateway::new(&upstream)
                .upload("upload-0001", DOCUMENT)
                .code(),
            code,
            "{body}"
        );
    }
}

#[test]
fn an_upload_that_broke_off_may_be_sent_again() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) && request.is_complete {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    });
    let gateway = TestGateway::new(&upstream);
    let large = multipart(&pdf(300_000));
    let mut gone = gateway.connect();
    gone.write_all(gateway.upload_head("upload-0001", large.len()).as_bytes())
        .unwrap();
    gone.write_all(&large[..100_000]).unwrap();
    reset(&gone);
    drop(gone);
    let again = gateway.upload("upload-0001", &large);
    assert_eq!(
        (again.status, again.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    let whole = upstream
        .received("upload_file")
        .iter()
        .filter(|it| it.is_complete)
        .count();
    assert_eq!(whole, 1);
}

#[test]
fn an_upload_that_accelerate_does_not_read_times_out() {
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
                send_session(&mut stream);
            } else {
                held.push(stream);
            }
        }
    });
    let gateway = TestGateway::with(address, |settings| {
        settings.limits.idle_timeout = SHORT;
        settings.accelerate.circuit_failures = 1;
    });
    let large = multipart(&pdf(20_000_000));
    let response = gateway.upload("upload-0001", &large);
    assert_eq!(
        (response.status, response.code().as_str()),
        (504, "ACCELERATE_TIMEOUT")
    );
    let health = gateway.get("/healthz");
    assert!(
        health.text().contains("down"),
        "it counts as a failure of AccelerateConnect: {}",
        health.text()
    );
}

#[test]
fn a_browser_that_stops_sending_gets_too_slow() {
    let upstream = FakeAccelerate::new(|request, stream| {
        let _ = answer_getsession(request, stream);
    });
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.idle_timeout = SHORT
    });
    let mut slow = gateway.connect();
    slow.write_all(gateway.upload_head("upload-0001", 5_000).as_bytes())
        .unwrap();
    slow.write_all(b"--b").unwrap();
    let response = Answer::read(slow);
    assert_eq!(
        (response.status, response.code().as_str()),
        (408, "TOO_SLOW")
    );
}

/// An AccelerateConnect that says when an upload has arrived, and answers when it is told to.
fn holds_uploads() -> (FakeAccelerate, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (end, ended) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel::<()>();
    let (ended, begin) = (std::sync::Mutex::new(ended), std::sync::Mutex::new(begin));
    let upstream = FakeAccelerate::new(move |request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        let _ = begin.lock().unwrap().send(());
        let _ = ended.lock().unwrap().recv();
        send_json(stream, "{\"operation_result\":\"ok\"}");
    });
    (upstream, begun, end)
}

#[test]
fn an_upload_without_a_free_slot_is_refused_with_a_time_to_wait() {
    let (upstream, begun, end) = holds_uploads();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.uploads_per_consumer = 1
    });
    let mut first = gateway.connect();
    first
        .write_all(
            gateway
                .upload_head("upload-0001", DOCUMENT.len())
                .as_bytes(),
        )
        .unwrap();
    first.write_all(DOCUMENT).unwrap();
    begun.recv_timeout(harness::TIMEOUT).unwrap();
    let second = gateway.upload("upload-0002", DOCUMENT);
    assert_eq!(
        (second.status, second.code().as_str()),
        (429, "TOO_MANY_REQUESTS")
    );
    end.send(()).unwrap();
    assert_eq!(Answer::read(first).status, 200);
}

#[test]
fn a_repeat_needs_no_free_slot_and_gets_the_first_ones_answer() {
    let (upstream, begun, end) = holds_uploads();
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.limits.uploads_per_consumer = 1
    });
    let send = || {
        let mut stream = gateway.connect();
        let head = gateway.upload_head("upload-0001", DOCUMENT.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(DOCUMENT).unwrap();
        stream
    };
    let first = send();
    begun.recv_timeout(harness::TIMEOUT).unwrap();
    let again = send();
    end.send(()).unwrap();
    for response in [first, again].map(Answer::read) {
        assert_eq!(
            (response.status, response.text()),
            (200, "{\"operation_result\":\"ok\"}")
        );
    }
    assert_eq!(upstream.received("upload_file").len(), 1);
}

#[test]
fn a_stop_waits_for_the_uploads_under_way() {
    let (upstream, begun, end) = holds_uploads();
    let mut gateway = TestGateway::new(&upstream);
    let mut running = gateway.connect();
    running
        .write_all(
            gateway
                .upload_head("upload-0001", DOCUMENT.len())
                .as_bytes(),
        )
        .unwrap();
    running.write_all(&DOCUMENT[..20]).unwrap();
    // After this answer the gateway has accepted the upload's connection too.
    gateway.get("/consumerportal/getsession");
    let stopping = gateway.begin_to_stop();
    running.write_all(&DOCUMENT[20..]).unwrap();
    begun.recv_timeout(harness::TIMEOUT).unwrap();
    assert!(!stopping.is_finished());
    end.send(()).unwrap();
    let response = Answer::read(running);
    assert_eq!(
        (response.status, response.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    gateway.wait(stopping).unwrap();
    assert!(std::net::TcpStream::connect(gateway.address).is_err());
}

#[test]
fn a_request_with_a_long_url_or_long_headers_is_refused() {
    let upstream = FakeAccelerate::new(|_, stream| send_session(stream));
    let gateway = TestGateway::new(&upstream);
    let long = "x".repeat(5_000);
    assert_eq!(
        gateway
            .get(&format!("/consumerportal/getsession?{long}"))
            .code(),
        "URL_TOO_LONG"
    );
    let huge = format!("x: {}\r\n", "y".repeat(40_000));
    assert_eq!(
        gateway.send(&gateway.head("GET", "/", &huge), &[]).status,
        431
    );
    let many: String = (0..200).map(|it| format!("x{it}: y\r\n")).collect();
    assert_eq!(
        gateway.send(&gateway.head("GET", "/", &many), &[]).status,
        431
    );
}

#[test]
fn a_large_download_arrives_complete() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ntransfer-encoding: chunked\r\n\r\n");
        let piece = [&b"10000\r\n"[..], &pdf(0x10000), b"\r\n"].concat();
        for _ in 0..160 {
            if stream.write_all(&piece).is_err() {
                return;
            }
        }
        let _ = stream.write_all(b"0\r\n\r\n");
    });
    let response = TestGateway::new(&upstream).get(&download());
    assert!(response.is_complete);
    assert_eq!(response.body.len(), 160 * 0x10000);
}

#[test]
fn only_a_document_with_status_200_is_a_document() {
    for answer in [
        &b"HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-type: application/pdf\r\ncontent-length: 5\r\n\r\n%PDF-"[..],
        b"HTTP/1.1 206 Partial\r\ncontent-type: application/pdf\r\ncontent-length: 5\r\n\r\n%PDF-",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 22\r\n\r\n<br />\n<b>Warning</b>: ",
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n<h1>x</h1",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 9\r\n\r\nno PDF at",
    ] {
        let upstream = answers_with(answer);
        let response = TestGateway::new(&upstream).get(&download());
        assert_eq!(
            (response.status, response.code().as_str()),
            (502, "BAD_ANSWER"),
            "{}",
            answer.escape_ascii()
        );
    }
}

#[test]
fn a_document_whose_first_piece_tells_nothing_is_looked_at_further() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 20009\r\n\r\n\r\n\r\n");
        let _ = stream.write_all(&pdf(20_005));
    });
    let response = TestGateway::new(&upstream).get(&download());
    assert_eq!((response.status, response.is_complete), (200, true));
    assert_eq!(response.body.len(), 20_009);
}

#[test]
fn an_upload_that_is_refused_for_the_clock_sets_it_for_the_next_one() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        let late = request
            .parameter("timestamp")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 1_893_000_000;
        if late {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        } else {
            let body = "{\"error\":{\"code\":\"TOKEN_EXPIRED\",\"message\":\"too old\"}}";
            let head = format!(
                "HTTP/1.1 400 X\r\ndate: Tue, 01 Jan 2030 00:00:00 GMT\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
        }
    });
    let gateway = TestGateway::new(&upstream);
    assert_eq!(
        gateway.upload("upload-0001", DOCUMENT).code(),
        "TOKEN_EXPIRED"
    );
    assert_eq!(gateway.upload("upload-0002", DOCUMENT).status, 200);
}

#[test]
fn a_document_that_accelerate_cannot_take_stops_no_other_consumer() {
    let upstream = FakeAccelerate::new(|request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        if request.parameter("filename").unwrap().contains("kapot") {
            reset(stream);
        } else {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    });
    let gateway = TestGateway::with(upstream.address, |settings| {
        settings.accelerate.circuit_failures = 2;
        settings.accelerate.circuit_pause = Duration::from_secs(600);
    });
    for number in 0..5 {
        let head = gateway.upload_head(&format!("upload-{number:04}"), DOCUMENT.len());
        let broken = gateway.send(&head.replace("loonstrook", "kapot"), DOCUMENT);
        assert_eq!(broken.status, 503);
    }
    let other = gateway.sign_in("CNSR2");
    let head = harness::upload_head(
        &gateway.settings.public_url,
        &other,
        "upload-9999",
        DOCUMENT.len(),
    );
    assert_eq!(gateway.send(&head, DOCUMENT).status, 200);
}
