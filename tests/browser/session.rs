//! The session, whole and broken.

use accelerate::problem::ProblemKind;
use consumer_portal::api::session::{first_session, getsession};
use js_sys::Promise;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{SESSION, config, data, js};

#[wasm_bindgen_test]
async fn a_session_is_read_from_the_network_and_from_the_loaders_answer() {
    let session = getsession(&config(&data("application/json", SESSION))).await;
    let code = session.expect("a session").session.dossier.code;
    assert_eq!(code.as_deref(), Some("TEST-1"));

    let fetch_it = format!("fetch({:?})", data("application/json", SESSION));
    let session = first_session(Promise::from(js(&fetch_it))).await;
    assert!(session.is_ok());
}

#[wasm_bindgen_test]
async fn a_session_that_cannot_be_had_says_why() {
    let first = |script: &str| first_session(Promise::from(js(script)));
    let kind = |script: &'static str| async move { first(script).await.expect_err(script).kind };
    assert_eq!(
        kind("Promise.reject(new TypeError('Failed to fetch'))").await,
        ProblemKind::Connection
    );
    let session = getsession(&config("http://127.0.0.1:1")).await;
    assert_eq!(
        session.expect_err("there is no server").kind,
        ProblemKind::Connection
    );
    assert_eq!(
        kind("Promise.resolve(new Response('{\"error\":\"x\"}', { status: 401 }))").await,
        ProblemKind::Expired
    );
    assert_eq!(
        kind("Promise.resolve(new Response('<h1>Storing</h1>', { status: 502 }))").await,
        ProblemKind::Server
    );
    assert_eq!(
        kind("Promise.resolve(new Response('<h1>Storing</h1>'))").await,
        ProblemKind::NotUnderstood
    );
    assert_eq!(
        kind("Promise.resolve(new Response('{\"consumerportalsession\":{\"sess'))").await,
        ProblemKind::NotUnderstood
    );
    assert_eq!(
        kind(
            "Promise.resolve(new Response(new ReadableStream({ start(controller) {
                controller.enqueue(new TextEncoder().encode('{'));
                controller.error(new TypeError('network error'));
            } })))"
        )
        .await,
        ProblemKind::Connection
    );
}
