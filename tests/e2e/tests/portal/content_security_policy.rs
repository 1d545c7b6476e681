//! Every response has the contract's Content Security Policy. Every test checks that the portal keeps to
//! it: a violation is a message in the console, which fails the test.

use e2e::{in_chromium, in_every_browser};

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    frame-src 'self' blob:; base-uri 'none'; form-action 'none'";

in_every_browser! {
    async fn a_policy_violation_is_reported_to_the_tests(page: &Page) {
        // Otherwise the other tests would not notice a violation.
        page.allow_console("policy: img-src");
        page.allow_console("Content Security Policy");
        page.allow_console("not loaded");
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.script("document.body.append(Object.assign(new Image(), { src: 'http://localhost:1/x.png' }))", vec![]).await;
        page.wait_until("the violation to be heard", async || {
            let messages = page.console().await;
            if messages.iter().any(|line| line.contains("policy: img-src")) { Ok(()) } else { Err(format!("{messages:?}")) }
        })
        .await;
    }
}

in_chromium! {
    async fn every_response_has_the_contracts_policy(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        let policies = "const done = arguments[arguments.length - 1];
            Promise.all(['/', '/portal.js'].map((path) => fetch(path).then((answer) => answer.headers.get('content-security-policy'))))
              .then(done)";
        let policies = page.async_script(policies, vec![]).await;
        let broker = page.servers.broker();
        let policy = format!("{POLICY}; frame-ancestors 'self' {}", broker.trim_end_matches('/'));
        assert_eq!(policies[1], policy.as_str());
        // The page has three styles and a script in itself, each allowed by its hash and by nothing else.
        let page_policy = policies[0].as_str().unwrap_or_default();
        let words = page_policy.split([' ', ';']);
        let hashes: Vec<&str> = words.filter(|word| word.starts_with("'sha256-")).collect();
        assert_eq!(hashes.len(), 4, "{page_policy}");
        let without_hashes = hashes
            .iter()
            .fold(page_policy.to_owned(), |policy, hash| policy.replace(&format!(" {hash}"), ""));
        assert_eq!(without_hashes, policy);
    }

    async fn nothing_is_kept_in_browser_storage(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // The tests' own key is `e2e`.
        let kept = "return [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key !== 'e2e')";
        assert_eq!(page.script(kept, vec![]).await, serde_json::json!([]));
    }
}
