//! The second question of a link: what is asked, what is taken, and that guessing closes the link.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;

use gateway::settings::Question;
use harness::{Answer, CONSUMER, FakeAccelerate, TestGateway, send_answer, send_json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

const SESSION: &str = "\u{feff}{\"consumerportalsession\":{\"consumer\":{\"date_of_birth\":\"1980-03-01\",\
    \"zipcode\":\"7418EX\",\"surname\":\"de\tVries\"},\"dossier\":{}}}";

fn upstream() -> FakeAccelerate {
    FakeAccelerate::new(|_, stream| send_json(stream, SESSION))
}

fn gateway(upstream: &FakeAccelerate, question: Question) -> TestGateway {
    TestGateway::signed_out(upstream.address, |settings| {
        settings.session.ask = Some(question)
    })
}

fn link(gateway: &TestGateway) -> String {
    let link = gateway::links::mint(&gateway.settings, CONSUMER, None, SystemTime::now());
    link.unwrap().path().to_owned()
}

fn is_signed_in(answer: &Answer) -> bool {
    answer.status == 303 && answer.header("set-cookie").is_some()
}

#[test]
fn a_link_asks_for_the_date_of_birth_and_takes_the_right_one() {
    let upstream = upstream();
    let gateway = gateway(&upstream, Question::BirthDate);
    let link = link(&gateway);
    let shown = gateway.get(&link);
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("Wat is uw geboortedatum?"));
    let empty = gateway.press(&link, "answer=");
    assert!(!is_signed_in(&empty) && empty.text().contains("Wat is uw geboortedatum?"));
    let wrong = gateway.press(&link, "answer=2-3-1980");
    assert!(!is_signed_in(&wrong) && wrong.text().contains("Dat klopt niet met het dossier"));
    assert!(!wrong.text().contains("2-3-1980") && !wrong.text().contains("1980-03-01"));
    assert!(is_signed_in(&gateway.press(&link, "answer=1-3-1980")));
}

#[test]
fn a_link_asks_for_the_postal_code() {
    let upstream = upstream();
    let gateway = gateway(&upstream, Question::Postcode);
    let link = link(&gateway);
    assert!(gateway.get(&link).text().contains("Wat is uw postcode?"));
    assert!(!is_signed_in(&gateway.press(&link, "answer=1234+AB")));
    assert!(is_signed_in(&gateway.press(&link, "answer=7418+ex")));
}

#[test]
fn five_wrong_answers_close_the_link_and_no_other() {
    let upstream = upstream();
    let gateway = gateway(&upstream, Question::Postcode);
    let (first, second) = (link(&gateway), link(&gateway));
    for _ in 0..5 {
        assert!(!is_signed_in(&gateway.press(&first, "answer=1234AB")));
    }
    let late = gateway.press(&first, "answer=7418EX");
    assert!(!is_signed_in(&late) && late.text().contains("Deze link is gesloten"));
    assert!(gateway.get(&first).text().contains("Deze link is gesloten"));
    assert!(is_signed_in(&gateway.press(&second, "answer=7418EX")));
}

#[test]
fn guesses_at_the_same_time_are_no_more_than_five() {
    let upstream = upstream();
    let gateway = gateway(&upstream, Question::Postcode);
    let link = link(&gateway);
    let before = upstream.received("getsession").len();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert!(!is_signed_in(&gateway.press(&link, "answer=1234AB"))));
        }
    });
    assert_eq!(upstream.received("getsession").len() - before, 5);
}

#[test]
fn an_accelerate_that_is_away_costs_no_try() {
    let away = Arc::new(AtomicBool::new(true));
    let is_away = away.clone();
    let upstream = FakeAccelerate::new(move |_, stream| {
        if is_away.load(Ordering::Relaxed) {
            send_answer(stream, 500, "text/html", b"Fatal error");
        } else {
            send_json(stream, SESSION);
        }
    });
    let gateway = gateway(&upstream, Question::Postcode);
    let link = link(&gateway);
    for _ in 0..8 {
        let later = gateway.press(&link, "answer=7418EX");
        assert!(!is_signed_in(&later) && later.text().contains("Inloggen lukt nu niet"));
    }
    away.store(false, Ordering::Relaxed);
    assert!(is_signed_in(&gateway.press(&link, "answer=7418EX")));
}

#[test]
fn a_page_of_another_site_is_told_what_to_ask() {
    let upstream = upstream();
    let gateway = gateway(&upstream, Question::BirthDate);
    let link = link(&gateway);
    let token = link.rsplit('/').next().unwrap();
    let sign_in = |answer: &str| {
        let body =
            serde_json::json!({ "token": format!("{token})."), "answer": answer }).to_string();
        let more = format!(
            "origin: {}\r\ncontent-length: {}\r\n",
            gateway.settings.public_url.origin().ascii_serialization(),
            body.len()
        );
        gateway.send(&gateway.head("POST", "/session", &more), body.as_bytes())
    };
    let needed = sign_in("");
    assert_eq!(
        (needed.status, needed.code().as_str()),
        (409, "ANSWER_NEEDED")
    );
    assert!(needed.text().contains("\"ask\":\"birth-date\""));
    for _ in 0..4 {
        assert_eq!(sign_in("2-3-1980").code(), "ANSWER_WRONG");
    }
    assert_eq!(sign_in("1-3-1980").status, 200);
    let closed = sign_in("2-3-1980");
    assert_eq!(
        (closed.status, closed.code().as_str()),
        (401, "LINK_CLOSED")
    );
}
