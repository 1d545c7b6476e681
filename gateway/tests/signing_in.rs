//! Links, sessions and phone codes: what signs a consumer in, for how long, and what does not.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::body::Body;
use gateway::app_state::{AppState, Shared};
use gateway::links::{self, Links};
use gateway::session::Sessions;
use gateway::settings::Settings;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tower::ServiceExt as _;

/// A clock that a test sets. Each thread has one, and each test has a thread of its own.
fn clock() -> SystemTime {
    MINUTES.with(|minutes| at(minutes.load(Ordering::Relaxed)))
}

thread_local! {
    static MINUTES: AtomicU64 = const { AtomicU64::new(0) };
}

fn set_clock(minute: u64) {
    MINUTES.with(|minutes| minutes.store(minute, Ordering::Relaxed));
}

fn at(minutes: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minutes)
}

const KEY: &str = "a-key-that-the-office-keeps-0123456789";

fn settings() -> Settings {
    let mut settings = Settings::new(
        "https://portal.example.nl/".parse().unwrap(),
        "dist".into(),
        vec!["0123456789abcdef0123456789abcdef".into()],
        (
            "https://accelerate.example/".parse().unwrap(),
            "demo".to_owned(),
            "PRIVATE_SALT".into(),
        ),
    );
    settings.session.links_key = Some(KEY.into());
    settings
}

struct Gateway {
    settings: Settings,
    sessions: Arc<Sessions>,
    router: axum::Router,
}

impl Gateway {
    fn new(settings: Settings) -> Gateway {
        let shared = Shared::open(&settings).unwrap();
        let state = Arc::new(AppState::new(settings.clone(), &shared));
        let sessions = state.sessions.clone();
        let links = Links::with_clock(state, clock);
        Gateway {
            router: links::router(Arc::new(links)),
            sessions,
            settings,
        }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router
            .clone()
            .oneshot(request.body(Body::from(body.to_owned())).unwrap())
            .await
            .unwrap()
    }

    /// Presses the button of the page that a link leads to.
    async fn open(&self, link: &str) -> Response<Body> {
        self.open_with(link, &[], "").await
    }

    /// The same, with more headers, and with what was filled in.
    async fn open_with(&self, link: &str, headers: &[(&str, &str)], form: &str) -> Response<Body> {
        let path = link.strip_prefix("https://portal.example.nl").unwrap();
        let headers = [&[("origin", "https://portal.example.nl")][..], headers].concat();
        self.send("POST", path, &headers, form).await
    }

    /// Opens a link, as whoever gets it may do.
    async fn show(&self, method: &str, link: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let path = link.strip_prefix("https://portal.example.nl").unwrap();
        self.send(method, path, headers, "").await
    }

    fn link(&self) -> String {
        self.link_of("CNSR1")
    }

    fn link_of(&self, consumer: &str) -> String {
        let link = links::mint(&self.settings, consumer, None, clock());
        link.unwrap().into()
    }

    /// The consumer whom an answer signs in.
    async fn signed_in_by(&self, answer: &Response<Body>) -> Option<String> {
        self.consumer_of(&cookie(answer)?).await
    }

    /// The consumer whose session a cookie holds.
    async fn consumer_of(&self, cookie: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        self.sessions
            .authenticate(&headers, clock())
            .await
            .ok()
            .map(|session| session.consumer_id)
    }

    /// The cookie of a consumer who has opened a link.
    async fn sign_in(&self) -> String {
        cookie(&self.open(&self.link()).await).unwrap()
    }

    async fn phone_code(&self, cookie: &str, body: &str) -> Response<Body> {
        self.send("POST", "/session/phone", &[("cookie", cookie)], body)
            .await
    }
}

fn cookie(response: &Response<Body>) -> Option<String> {
    let set = response
        .headers()
        .get(header::SET_COOKIE)?
        .to_str()
        .unwrap();
    Some(set.split(';').next().unwrap().to_owned())
}

fn location(response: &Response<Body>) -> &str {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    response.headers()[header::LOCATION].to_str().unwrap()
}

async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn json(response: Response<Body>) -> serde_json::Value {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn a_link_signs_in_any_number_of_times_for_fourteen_days() {
    let gateway = Gateway::new(settings());
    let link = gateway.link();
    for minute in [0, 1, 14 * 24 * 60 - 1] {
        set_clock(minute);
        let opened = gateway.open(&link).await;
        assert_eq!(location(&opened), "https://portal.example.nl/");
        assert_eq!(opened.headers()[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(
            gateway.signed_in_by(&opened).await.as_deref(),
            Some("CNSR1")
        );
    }
    set_clock(14 * 24 * 60);
    let late = gateway.open(&link).await;
    assert_eq!(
        location(&late),
        "https://portal.example.nl/#portal-link-expired"
    );
    assert_eq!(cookie(&late), None);
}

#[tokio::test]
async fn a_foreign_link_signs_nobody_in() {
    let gateway = Gateway::new(settings());
    let mut other = settings();
    other.accelerate.domain = "other".to_owned();
    let theirs: String = links::mint(&other, "CNSR1", None, clock()).unwrap().into();
    let session = gateway
        .sign_in()
        .await
        .split_once('=')
        .unwrap()
        .1
        .to_owned();
    let changed = gateway.link().replace("v4.local.", "v4.local.A");
    for link in [
        theirs,
        changed,
        format!("https://portal.example.nl/open/{session}"),
        "https://portal.example.nl/open/x".to_owned(),
        "https://portal.example.nl/open/x/y/".to_owned(),
    ] {
        let opened = gateway.open(&link).await;
        assert_eq!(
            location(&opened),
            "https://portal.example.nl/#portal-link-unknown"
        );
        assert_eq!(cookie(&opened), None);
    }
}

#[tokio::test]
async fn opening_a_link_signs_nobody_in_and_uses_no_code_up() {
    let gateway = Gateway::new(settings());
    let desktop = gateway.sign_in().await;
    let code = json(gateway.phone_code(&desktop, "{}").await).await;
    for link in [gateway.link(), code["link"].as_str().unwrap().to_owned()] {
        for (method, headers) in [
            ("GET", &[][..]),
            ("HEAD", &[]),
            ("GET", &[("sec-purpose", "prefetch;prerender")]),
            (
                "GET",
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                ],
            ),
            (
                "GET",
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-dest", "image"),
                ],
            ),
        ] {
            let shown = gateway.show(method, &link, headers).await;
            assert_eq!((shown.status().as_u16(), cookie(&shown)), (200, None));
            let policy = shown.headers()[header::CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap();
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
            // With `no-referrer` browsers would hide the origin of the button.
            assert_eq!(shown.headers()[header::REFERRER_POLICY], "same-origin");
        }
        let opened = gateway.open(&link).await;
        assert!(gateway.signed_in_by(&opened).await.is_some());
    }
}

#[tokio::test]
async fn only_the_button_of_our_own_page_signs_in() {
    let mut settings = settings();
    settings.access.origins = vec!["https://www.example.nl".to_owned()];
    let gateway = Gateway::new(settings);
    let link = gateway.link();
    for headers in [
        &[][..],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", "https://www.example.nl")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "none")],
    ] {
        let refused = gateway.show("POST", &link, headers).await;
        assert_eq!((refused.status().as_u16(), cookie(&refused)), (403, None));
    }
    for headers in [
        &[("origin", "https://portal.example.nl")][..],
        &[("sec-fetch-site", "same-origin")],
        // A proxy in front or an extension has the page send no referrer.
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
    ] {
        let opened = gateway.show("POST", &link, headers).await;
        assert_eq!(location(&opened), "https://portal.example.nl/");
        assert!(cookie(&opened).is_some());
    }
}

#[tokio::test]
async fn who_is_signed_in_as_another_consumer_is_asked_before_that_ends() {
    let gateway = Gateway::new(settings());
    let theirs = gateway.sign_in().await;
    let other = gateway.link_of("CNSR2");
    let signed_in = [("cookie", theirs.as_str())];
    let shown = gateway.show("GET", &other, &signed_in).await;
    assert_eq!((shown.status().as_u16(), cookie(&shown)), (409, None));
    let asked = gateway.open_with(&other, &signed_in, "").await;
    assert_eq!((asked.status().as_u16(), cookie(&asked)), (409, None));
    let html = text(asked).await;
    assert!(html.contains("U bent ingelogd bij een ander dossier") && html.contains("replace"));
    let opened = gateway.open_with(&other, &signed_in, "replace=yes").await;
    assert_eq!(
        gateway.signed_in_by(&opened).await.as_deref(),
        Some("CNSR2")
    );
    assert_eq!(
        gateway.consumer_of(&theirs).await,
        None,
        "an answer to an older request puts no older cookie back"
    );
    // One's own link asks nothing.
    let own = gateway.sign_in().await;
    let again = gateway
        .open_with(&gateway.link(), &[("cookie", own.as_str())], "")
        .await;
    assert!(cookie(&again).is_some());
}

#[tokio::test]
async fn another_consumers_phone_code_is_not_used_up_by_the_question() {
    let gateway = Gateway::new(settings());
    let desktop = gateway.sign_in().await;
    let code = json(gateway.phone_code(&desktop, "{}").await).await;
    let link = code["link"].as_str().unwrap();
    let other = gateway.link_of("CNSR2");
    let phone = cookie(&gateway.open(&other).await).unwrap();
    let signed_in = [("cookie", phone.as_str())];
    assert_eq!(gateway.open_with(link, &signed_in, "").await.status(), 409);
    let opened = gateway.open_with(link, &signed_in, "replace=yes").await;
    assert!(cookie(&opened).is_some());
}

#[tokio::test]
async fn what_a_mail_program_puts_behind_a_link_is_no_part_of_it() {
    let gateway = Gateway::new(settings());
    for behind in [
        ".",
        ")",
        "%3E",
        ",",
        "%20",
        "%20hallo",
        ").",
        "%22",
        "%E2%80%9D",
        "/",
        "!",
        ";",
        "%0A",
        "]",
    ] {
        let link = gateway.link() + behind;
        assert_eq!(
            gateway.show("GET", &link, &[]).await.status(),
            200,
            "{behind}"
        );
        let opened = gateway.open(&link).await;
        assert!(cookie(&opened).is_some(), "{behind}");
    }
}

#[tokio::test]
async fn the_offices_systems_get_links_with_the_key_only() {
    let gateway = Gateway::new(settings());
    let bearer = format!("Bearer {KEY}");
    let with_key = [("authorization", bearer.as_str())];
    let minted = gateway
        .send(
            "POST",
            "/links",
            &with_key,
            "{\"consumer_id\":\"CNSR1\",\"lifetime\":\"2d\"}",
        )
        .await;
    assert_eq!(minted.status(), 201);
    let minted = json(minted).await;
    assert_eq!(minted["expires"], 1_700_000_000 + 2 * 86_400);
    let opened = gateway.open(minted["link"].as_str().unwrap()).await;
    assert_eq!(
        gateway.signed_in_by(&opened).await.as_deref(),
        Some("CNSR1")
    );
    for wrong in [
        &[][..],
        &[("authorization", "Bearer wrong")],
        &[("authorization", KEY)],
    ] {
        let refused = gateway
            .send("POST", "/links", wrong, "{\"consumer_id\":\"CNSR1\"}")
            .await;
        assert_eq!(refused.status(), 401);
        assert_eq!(json(refused).await["error"]["code"], "KEY_REFUSED");
    }
    for body in [
        "",
        "{}",
        "{\"consumer_id\":\"\"}",
        "{\"consumer_id\":\"a b\"}",
        "{\"consumer_id\":\"C\",\"lifetime\":\"soon\"}",
        "{\"consumer_id\":\"C\",\"x\":1}",
    ] {
        assert_eq!(
            gateway
                .send("POST", "/links", &with_key, body)
                .await
                .status(),
            400,
            "{body}"
        );
    }
    let mut without = settings();
    without.session.links_key = None;
    let closed = Gateway::new(without)
        .send("POST", "/links", &with_key, "{}")
        .await;
    assert_eq!(closed.status(), 404);
}

#[tokio::test]
async fn a_phone_code_opens_the_same_page_once_within_five_minutes() {
    let gateway = Gateway::new(settings());
    let desktop = gateway.sign_in().await;
    let code = json(
        gateway
            .phone_code(&desktop, "{\"route\":\"action-PRA1\"}")
            .await,
    )
    .await;
    assert_eq!(code["seconds"], 300);
    assert!(code["svg"].as_str().unwrap().starts_with("<svg"));
    let link = code["link"].as_str().unwrap();
    set_clock(4);
    let opened = gateway.open(link).await;
    assert_eq!(
        location(&opened),
        "https://portal.example.nl/#portal-action-PRA1"
    );
    assert_eq!(
        gateway.signed_in_by(&opened).await.as_deref(),
        Some("CNSR1")
    );
    let again = gateway.open(link).await;
    assert_eq!(
        location(&again),
        "https://portal.example.nl/#portal-code-used"
    );
    assert_eq!(cookie(&again), None);
    let late = json(gateway.phone_code(&desktop, "{}").await).await;
    set_clock(9);
    let late = gateway.open(late["link"].as_str().unwrap()).await;
    assert_eq!(
        location(&late),
        "https://portal.example.nl/#portal-code-expired"
    );
}

#[tokio::test]
async fn a_phones_session_ends_with_the_desktops() {
    let gateway = Gateway::new(settings());
    // The desktop is used until the session ends, and its cookie is renewed again and again.
    let mut desktop = gateway.sign_in().await;
    for minute in (15..718).step_by(15) {
        set_clock(minute);
        let headers = HeaderMap::from_iter([(header::COOKIE, desktop.parse().unwrap())]);
        let session = gateway
            .sessions
            .authenticate(&headers, clock())
            .await
            .unwrap();
        if let Some(renewed) = session.renewal() {
            desktop = renewed
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .to_owned();
        }
    }
    set_clock(718);
    let code = json(gateway.phone_code(&desktop, "{}").await).await;
    assert_eq!(code["seconds"], 120);
    let link = code["link"].as_str().unwrap();
    set_clock(719);
    let phone = cookie(&gateway.open(link).await).unwrap();
    assert!(gateway.consumer_of(&phone).await.is_some());
    set_clock(720);
    assert!(
        gateway.consumer_of(&phone).await.is_none(),
        "it ends when the desktop's session does"
    );
}

#[tokio::test]
async fn log_out_makes_the_sessions_phone_codes_worthless() {
    let gateway = Gateway::new(settings());
    let desktop = gateway.sign_in().await;
    let code = json(gateway.phone_code(&desktop, "{}").await).await;
    let out = gateway
        .send("DELETE", "/session", &[("cookie", &desktop)], "")
        .await;
    assert_eq!(out.status(), 204);
    assert!(gateway.consumer_of(&desktop).await.is_none());
    let opened = gateway.open(code["link"].as_str().unwrap()).await;
    assert_eq!(
        location(&opened),
        "https://portal.example.nl/#portal-code-expired"
    );
}

#[tokio::test]
async fn a_phone_code_needs_a_session_and_a_page_of_the_portal() {
    let gateway = Gateway::new(settings());
    assert_eq!(gateway.phone_code("a=b", "{}").await.status(), 401);
    let desktop = gateway.sign_in().await;
    for route in ["../x", "a?b", "a#b", "javascript:x", "é", &"a".repeat(201)] {
        let body = serde_json::json!({ "route": route }).to_string();
        assert_eq!(
            gateway.phone_code(&desktop, &body).await.status(),
            400,
            "{route}"
        );
    }
    assert_eq!(gateway.phone_code(&desktop, "1").await.status(), 400);
}

#[tokio::test]
async fn asking_for_the_sessions_lifetime_does_not_prolong_it() {
    let gateway = Gateway::new(settings());
    let cookie = gateway.sign_in().await;
    for (minute, seconds) in [(0, 1_800), (20, 600), (29, 60)] {
        set_clock(minute);
        let asked = gateway
            .send("GET", "/session", &[("cookie", &cookie)], "")
            .await;
        assert_eq!(asked.status(), 200);
        assert!(asked.headers().get(header::SET_COOKIE).is_none());
        assert_eq!(json(asked).await["seconds"], seconds);
    }
    set_clock(30);
    for (cookie, code) in [
        (cookie.as_str(), "SESSION_EXPIRED"),
        ("a=b", "NOT_SIGNED_IN"),
    ] {
        let over = gateway
            .send("GET", "/session", &[("cookie", cookie)], "")
            .await;
        assert_eq!(over.status(), 401);
        assert_eq!(json(over).await["error"]["code"], code);
    }
}

/// The token in a link to a page of another site. The fragment is a selector of CSS.
fn token_of(link: &str) -> String {
    let fragment = link.split_once('#').unwrap().1;
    let in_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    assert!(fragment.chars().all(in_name), "{fragment}");
    let token = fragment.strip_prefix("portal-open-").unwrap();
    token.replace("_2e", ".").replace("_5f", "_")
}

/// The settings of a portal in a page of another site.
fn cross_site() -> Settings {
    let mut settings = settings();
    settings.session.cross_site = true;
    settings.session.page = "https://www.makelaar.nl/dossier?a=b".parse().unwrap();
    settings
}

#[tokio::test]
async fn a_browser_without_third_party_cookies_gets_a_link_to_our_own_page_for_the_session() {
    let gateway = Gateway::new(cross_site());
    let link = gateway.link();
    let body = serde_json::json!({ "token": token_of(&link) }).to_string();
    let begun = gateway.send("POST", "/session", &[], &body).await;
    let first = cookie(&begun).unwrap();
    let own_page = json(begun).await["own_page"].as_str().unwrap().to_owned();
    for minute in [0, 6, 719] {
        set_clock(minute);
        let opened = gateway.open(&own_page).await;
        assert_eq!(location(&opened), "https://portal.example.nl/");
        assert_eq!(
            gateway.signed_in_by(&opened).await.as_deref(),
            Some("CNSR1")
        );
    }
    set_clock(720);
    let late = gateway.open(&own_page).await;
    assert_eq!(
        location(&late),
        "https://portal.example.nl/#portal-link-expired"
    );
    set_clock(0);
    let out = [("cookie", first.as_str())];
    gateway.send("DELETE", "/session", &out, "").await;
    assert_eq!(cookie(&gateway.open(&own_page).await), None);
}

#[tokio::test]
async fn a_page_of_another_site_asks_before_another_consumers_session_ends() {
    let gateway = Gateway::new(cross_site());
    let sign_in = async |consumer: &str, headers: &[(&str, &str)], replace: bool| {
        let link = links::mint(&gateway.settings, consumer, None, clock()).unwrap();
        let token = token_of(link.as_str());
        let body = serde_json::json!({ "token": token, "replace": replace }).to_string();
        gateway.send("POST", "/session", headers, &body).await
    };
    let first = cookie(&sign_in("CNSR1", &[], false).await).unwrap();
    let signed_in = [("cookie", first.as_str())];
    let asked = sign_in("CNSR2", &signed_in, false).await;
    assert_eq!((asked.status().as_u16(), cookie(&asked)), (409, None));
    assert_eq!(json(asked).await["error"]["code"], "OTHER_CONSUMER");
    assert!(cookie(&sign_in("CNSR2", &signed_in, true).await).is_some());
}

#[tokio::test]
async fn a_page_of_another_site_signs_in_with_the_links_token() {
    let gateway = Gateway::new(cross_site());
    let link = gateway.link();
    assert!(link.starts_with("https://www.makelaar.nl/dossier?a=b#portal-open-"));
    let body = serde_json::json!({ "token": token_of(&link) }).to_string();
    let begun = gateway.send("POST", "/session", &[], &body).await;
    assert_eq!(begun.status(), 200);
    let set = begun.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("SameSite=None") && set.contains("Partitioned") && set.contains("Secure"));
    let session = cookie(&begun).unwrap();
    assert_eq!(json(begun).await["route"], "");
    let code = json(gateway.phone_code(&session, "{\"route\":\"me\"}").await).await;
    let phone = token_of(code["link"].as_str().unwrap());
    let body = serde_json::json!({ "token": phone }).to_string();
    assert_eq!(
        json(gateway.send("POST", "/session", &[], &body).await).await["route"],
        "me"
    );
    let again = gateway.send("POST", "/session", &[], &body).await;
    assert_eq!(
        (again.status(), json(again).await["error"]["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("CODE_USED"))
    );
    let unknown = gateway
        .send("POST", "/session", &[], "{\"token\":\"x\"}")
        .await;
    assert_eq!(json(unknown).await["error"]["code"], "LINK_UNKNOWN");
}

#[test]
fn a_consumers_id_has_1_to_64_visible_ascii_characters() {
    for bad in ["", "a b", "é", "a\n", &"a".repeat(65)] {
        assert_eq!(
            links::mint(&settings(), bad, None, at(0)),
            Err(links::InvalidConsumerId),
            "{bad}"
        );
    }
}

const WITH_KEY: &str = "Bearer a-key-that-the-office-keeps-0123456789";

impl Gateway {
    /// The cookie of a phone that opened a code of this session.
    async fn phone_of(&self, cookie_of_desktop: &str) -> String {
        let code = json(self.phone_code(cookie_of_desktop, "{}").await).await;
        cookie(&self.open(code["link"].as_str().unwrap()).await).unwrap()
    }

    async fn close(&self, query: &str, authorization: &str) -> Response<Body> {
        let path = format!("/links?{query}");
        let key = [("authorization", authorization)];
        self.send("DELETE", &path, &key, "").await
    }

    async fn devices(&self, cookie: &str) -> u64 {
        let asked = self
            .send("GET", "/session/devices", &[("cookie", cookie)], "")
            .await;
        assert_eq!(asked.status(), 200);
        json(asked).await["devices"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn log_out_ends_all_sessions_that_came_from_one_another_and_no_others() {
    let gateway = Gateway::new(settings());
    let desktop = gateway.sign_in().await;
    let phone = gateway.phone_of(&desktop).await;
    let phone_of_the_phone = gateway.phone_of(&phone).await;
    let another = gateway.sign_in().await;
    let out = gateway
        .send("DELETE", "/session", &[("cookie", &phone)], "")
        .await;
    assert_eq!(out.status(), 204);
    for ended in [desktop, phone, phone_of_the_phone] {
        assert_eq!(gateway.consumer_of(&ended).await, None);
    }
    assert!(gateway.consumer_of(&another).await.is_some());
}

#[tokio::test]
async fn a_code_that_was_used_is_called_used_after_log_out_too() {
    let gateway = Gateway::new(settings());
    let desktop = gateway.sign_in().await;
    let code = json(gateway.phone_code(&desktop, "{}").await).await;
    let link = code["link"].as_str().unwrap();
    assert!(cookie(&gateway.open(link).await).is_some());
    gateway
        .send("DELETE", "/session", &[("cookie", &desktop)], "")
        .await;
    let again = gateway.open(link).await;
    assert_eq!(
        location(&again),
        "https://portal.example.nl/#portal-code-used"
    );
}

#[tokio::test]
async fn a_consumer_sees_their_devices_and_can_end_the_others() {
    let gateway = Gateway::new(settings());
    let desktop = gateway.sign_in().await;
    assert_eq!(gateway.devices(&desktop).await, 1);
    let phone = gateway.phone_of(&desktop).await;
    assert_eq!(gateway.devices(&desktop).await, 2);
    assert_eq!(gateway.devices(&phone).await, 2);
    let code = json(gateway.phone_code(&phone, "{}").await).await;
    let ended = gateway
        .send("DELETE", "/session/devices", &[("cookie", &desktop)], "")
        .await;
    assert_eq!(ended.status(), 204);
    assert!(gateway.consumer_of(&phone).await.is_none());
    assert!(gateway.consumer_of(&desktop).await.is_some());
    assert_eq!(gateway.devices(&desktop).await, 1);
    let opened = gateway.open(code["link"].as_str().unwrap()).await;
    assert_eq!(cookie(&opened), None, "a code of the phone that was ended");
    let refused = gateway.send("DELETE", "/session/devices", &[], "").await;
    assert_eq!(refused.status(), 401);
}

#[tokio::test]
async fn the_office_closes_all_links_and_sessions_of_a_consumer_at_once() {
    let gateway = Gateway::new(settings());
    let (link, session) = (gateway.link(), gateway.sign_in().await);
    let code = json(gateway.phone_code(&session, "{}").await).await;
    let of_another = links::mint(&gateway.settings, "CNSR2", None, clock()).unwrap();
    let another = cookie(&gateway.open(of_another.as_str()).await).unwrap();
    let closed = gateway.close("consumer_id=CNSR1", WITH_KEY).await;
    assert_eq!(closed.status(), 204);
    assert_eq!(gateway.consumer_of(&session).await, None);
    for (link, fragment) in [
        (link.as_str(), "link-expired"),
        (code["link"].as_str().unwrap(), "code-expired"),
    ] {
        let opened = gateway.open(link).await;
        let page = format!("https://portal.example.nl/#portal-{fragment}");
        assert_eq!(location(&opened), page);
        assert_eq!(cookie(&opened), None);
    }
    assert!(gateway.consumer_of(&another).await.is_some());
    set_clock(1);
    let new = gateway.sign_in().await;
    assert!(gateway.consumer_of(&new).await.is_some());
}

#[tokio::test]
async fn the_office_closes_one_link_with_its_sessions() {
    let gateway = Gateway::new(settings());
    let body = "{\"consumer_id\":\"CNSR1\"}";
    let with_key = [("authorization", WITH_KEY)];
    let made = json(gateway.send("POST", "/links", &with_key, body).await).await;
    let link = made["link"].as_str().unwrap();
    let session = cookie(&gateway.open(link).await).unwrap();
    let phone = gateway.phone_of(&session).await;
    let another = gateway.sign_in().await;
    let query = format!("link_id={}", made["id"].as_str().unwrap());
    assert_eq!(gateway.close(&query, WITH_KEY).await.status(), 204);
    for ended in [session, phone] {
        assert_eq!(gateway.consumer_of(&ended).await, None);
    }
    let opened = gateway.open(link).await;
    assert_eq!(
        location(&opened),
        "https://portal.example.nl/#portal-link-expired"
    );
    assert!(gateway.consumer_of(&another).await.is_some());
}

#[tokio::test]
async fn only_the_office_closes_links() {
    let gateway = Gateway::new(settings());
    let session = gateway.sign_in().await;
    for wrong in ["", "Bearer wrong", KEY, &format!("Bearer {session}")] {
        let refused = gateway.close("consumer_id=CNSR1", wrong).await;
        assert_eq!(refused.status(), 401, "{wrong}");
    }
    for query in ["", "consumer_id=", "consumer_id=a%20b", "link_id=", "x=1"] {
        let refused = gateway.close(query, WITH_KEY).await;
        assert_eq!(refused.status(), 400, "{query}");
    }
    let both = gateway.close("consumer_id=CNSR1&link_id=a", WITH_KEY).await;
    assert_eq!(both.status(), 400);
    assert!(gateway.consumer_of(&session).await.is_some());
}

#[tokio::test]
async fn a_command_of_the_gateway_closes_links_without_a_key_for_a_minute() {
    let mut without_key = settings();
    without_key.session.links_key = None;
    let gateway = Gateway::new(without_key);
    let session = gateway.sign_in().await;
    let token = links::command_token(&gateway.settings, clock()).unwrap();
    let bearer = format!("Bearer {token}");
    set_clock(1);
    let late = gateway.close("consumer_id=CNSR1", &bearer).await;
    assert_eq!(late.status(), 404, "without a key nobody is told more");
    set_clock(0);
    let closed = gateway.close("consumer_id=CNSR1", &bearer).await;
    assert_eq!(closed.status(), 204);
    assert!(gateway.consumer_of(&session).await.is_none());
}
