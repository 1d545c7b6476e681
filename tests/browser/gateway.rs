//! What the gateway answers beside the four endpoints, and what no gateway answers.

use accelerate::problem::ProblemKind;
use consumer_portal::api::{
    gateway::{self, PhoneCode},
    session::getsession,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{Replaced, config, js, list, replace};

/// Every request is answered with `new Response(…)` of this; what was asked is in the list `asked`.
fn answering(response: &str) -> Replaced {
    let script = format!(
        "window.asked = [];
        return async (request) => {{
          asked.push(`${{request.method}} ${{new URL(request.url).pathname}} ${{request.credentials}} ${{await request.text()}}`);
          return new Response({response});
        }}"
    );
    replace(&js("window"), "fetch", &script)
}

fn asked() -> Vec<String> {
    let asked = list("asked").into_iter();
    asked.filter_map(|line| line.as_string()).collect()
}

#[wasm_bindgen_test]
async fn how_long_the_session_expires_in_comes_with_it_from_a_gateway_only() {
    let session = include_str!("../../accelerate/tests/getsession.json");
    for (headers, expires_in) in [
        ("{ 'portal-session': '1800' }", Some(1_800)),
        ("{ 'portal-session': 'soon' }", None),
        ("{}", None),
    ] {
        let _fetch = answering(&format!("{session:?}, {{ headers: {headers} }}"));
        let came = getsession(&config("https://portal.example.nl/consumerportal")).await;
        assert_eq!(came.expect("a session").expires_in, expires_in);
    }
}

#[wasm_bindgen_test]
async fn what_is_asked_lies_beside_the_four_endpoints() {
    let code = r#"'{"link":"https://x/","svg":"<svg onload=\\"x\\"/>","seconds":300}'"#;
    for api in [
        "https://portal.example.nl/consumerportal",
        "https://portal.example.nl/consumerportal/",
    ] {
        let _fetch = answering(code);
        let made = gateway::phone_code(&config(api), "action-PRA1").await;
        let made = made.expect("a code");
        let picture = "data:image/svg+xml,%3Csvg%20onload%3D%22x%22%2F%3E".to_owned();
        assert_eq!(
            made,
            PhoneCode {
                picture,
                seconds: 300
            }
        );
        let left = gateway::session_expires_in(&config(api)).await;
        assert_eq!(left.expect("a session"), 300);
        assert_eq!(
            asked(),
            [
                r#"POST /session/phone include {"route":"action-PRA1"}"#,
                "GET /session include "
            ]
        );
    }
}

#[wasm_bindgen_test]
async fn logging_out_is_answered_with_nothing() {
    let _fetch = answering("null, { status: 204 }");
    let out = gateway::log_out(&config("https://portal.example.nl/consumerportal")).await;
    assert!(out.is_ok());
    assert_eq!(asked(), ["DELETE /session include "]);
}

#[wasm_bindgen_test]
async fn the_devices_are_counted_and_the_others_are_ended() {
    let config = config("https://portal.example.nl/consumerportal");
    let _fetch = answering(r#"'{"devices":2}'"#);
    assert_eq!(gateway::devices(&config).await.expect("a number"), 2);
    assert_eq!(asked(), ["GET /session/devices include "]);
    let _fetch = answering("null, { status: 204 }");
    assert!(gateway::end_other_devices(&config).await.is_ok());
    assert_eq!(asked(), ["DELETE /session/devices include "]);
}

#[wasm_bindgen_test]
async fn what_no_gateway_says_is_a_problem() {
    let config = config("https://portal.example.nl/consumerportal");
    for (answer, kind) in [
        (
            r#"'{"error":{"code":"SESSION_EXPIRED"}}', { status: 401 }"#,
            ProblemKind::Expired,
        ),
        ("'<h1>Storing</h1>', { status: 502 }", ProblemKind::Server),
        ("'<h1>Welkom</h1>'", ProblemKind::NotUnderstood),
        (r#"'{"svg":[],"seconds":-1}'"#, ProblemKind::NotUnderstood),
        ("'null'", ProblemKind::NotUnderstood),
        ("new Uint8Array([255])", ProblemKind::NotUnderstood),
    ] {
        let _fetch = answering(answer);
        let left = gateway::session_expires_in(&config).await;
        assert_eq!(left.expect_err(answer).kind, kind, "{answer}");
        let code = gateway::phone_code(&config, "").await;
        assert_eq!(code.expect_err(answer).kind, kind, "{answer}");
    }
    let _fetch = replace(
        &js("window"),
        "fetch",
        "return () => Promise.reject(new TypeError('Failed to fetch'))",
    );
    let left = gateway::session_expires_in(&config).await;
    assert_eq!(
        left.expect_err("nobody is there").kind,
        ProblemKind::Connection
    );
}
