//! The contract's Content Security Policy is really there, and the portal keeps to it. (That it breaks
//! it nowhere is checked in every test: a violation is a complaint of the console.)

use e2e::in_every_browser;

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    frame-src 'self' blob:; base-uri 'none'; form-action 'none'";

in_every_browser! {
    async fn every_answer_carries_the_contracts_policy(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        let policies = "const done = arguments[arguments.length - 1];
            Promise.all(['/', '/portal.js'].map((path) => fetch(path).then((answer) => answer.headers.get('content-security-policy'))))
              .then(done)";
        let policies = page.script_later(policies, vec![]).await;
        let broker = page.stage.broker();
        let policy = format!("{POLICY}; frame-ancestors 'self' {}", broker.trim_end_matches('/'));
        assert_eq!(policies[0], policy.as_str());
        assert_eq!(policies[1], policy.as_str());
    }

    async fn what_the_policy_forbids_is_noticed(page: &Page) {
        // Whether the tests would hear of a violation at all.
        page.expects_console("policy: img-src");
        page.expects_console("Content Security Policy");
        page.expects_console("not loaded");
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.script("document.body.append(Object.assign(new Image(), { src: 'http://localhost:1/x.png' }))", vec![]).await;
        page.until("the violation to be heard", async || {
            let heard = page.console().await;
            if heard.iter().any(|line| line.contains("policy: img-src")) { Ok(()) } else { Err(format!("{heard:?}")) }
        })
        .await;
    }

    async fn nothing_of_a_consumer_stays_in_the_browser(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // `e2e` is the tests' own.
        let kept = "return [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key !== 'e2e')";
        assert_eq!(page.script(kept, vec![]).await, serde_json::json!([]));
    }
}
