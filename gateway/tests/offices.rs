//! Several offices in one gateway: each has its host, its page and its secrets, and nothing of one does
//! anything at another.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod harness;
mod programs;

use gateway::config::{self, Configuration, Sources};
use gateway::server::ServerHandle;
use gateway::settings::Settings;
use harness::{ACTION, Answer, CONSUMER, FakeAccelerate, send_answer, send_json};
use serde_json::Value;
use std::io::{BufRead as _, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::runtime::Runtime;

const KEY_A: &str = "links-key-of-a-0123456789-0123456789";
const KEY_B: &str = "links-key-of-b-0123456789-0123456789";
/// An action that the consumer has at office b only.
const ACTION_OF_B: &str = "PRA-OF-B";
const PAGE: &str = "<!doctype html><title>portal</title><style>a{}</style>\
    <consumer-portal standalone><template><style>b{}</style></template></consumer-portal>";

/// The configuration of two offices, `a` at a.localhost and old.localhost, `b` at b.localhost.
fn two_offices(a: SocketAddr, b: SocketAddr) -> String {
    format!(
        "gateway_secret = 'a-secret-that-is-only-of-this-test-0123456789'
        gateway_assets = '{}'
        gateway_listen = '127.0.0.1:0'
        gateway_ops_listen = '127.0.0.1:0'
        [limits]
        lame_duck = '0s'
        [accelerate]
        circuit_failures = 2

        [[office]]
        name = 'a'
        gateway_public_url = ['http://a.localhost/', 'http://old.localhost']
        gateway_links_key = '{KEY_A}'
        gateway_origins = ['https://www.a.example']
        accelerate_url = 'http://{a}/api'
        accelerate_domain = 'licence'
        accelerate_salt = 'SALT_A'
        [office.page]
        broker = 'Bakker \"&\" <b>Zn</b>'
        logo = '/logo-a.svg'
        phone = '020 123 45 67'
        email = 'info@a.example'
        lang = 'en'
        address = 'je'
        accent = '#fc0'
        [office.limits]
        consumer_per_minute = 60

        [[office]]
        name = 'b'
        gateway_public_url = 'http://b.localhost'
        gateway_links_key = '{KEY_B}'
        accelerate_url = 'http://{b}/api'
        accelerate_domain = 'licence'
        accelerate_salt = 'SALT_B'
        ",
        site().display()
    )
}

/// A site whose page is there compressed too.
fn site() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site-of-offices");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["index.html", "index.html.br", "index.html.gz"] {
        std::fs::write(folder.join(name), PAGE).unwrap();
    }
    std::fs::write(folder.join("portal.js"), "0").unwrap();
    folder
}

fn read(file: &str) -> Result<Configuration, Vec<String>> {
    let sources = Sources {
        file: Some(("gateway.toml".into(), file.to_owned())),
        ..Sources::default()
    };
    config::read(sources, |path| match path.to_str() {
        Some("/run/salt") => Ok("SALT_OF_A_FILE\n".to_owned()),
        _ => Err(std::io::ErrorKind::NotFound.into()),
    })
}

#[test]
fn the_documented_offices_are_read() {
    for page in [
        include_str!("../../docs/running/many-offices.md"),
        include_str!("../../docs/gateway.md"),
    ] {
        let blocks = page.split("```toml\n").skip(1);
        let mut blocks = blocks.filter_map(|it| it.split("```").next());
        let file = blocks.find(|it| it.contains("[[office]]")).unwrap();
        let sources = Sources {
            file: Some(("gateway.toml".into(), file.to_owned())),
            ..Sources::default()
        };
        // Each file of a secret holds another one.
        let open = |path: &Path| Ok(format!("{:0>40}", path.display()));
        let configuration = config::read(sources, open).unwrap_or_else(|it| panic!("{it:?}"));
        assert_eq!(configuration.offices.len(), 2, "{file}");
        assert_eq!(configuration.warnings, Vec::<String>::new());
    }
}

/// A gateway of that configuration.
struct Gateway {
    runtime: Runtime,
    server: ServerHandle,
    offices: Vec<Settings>,
}

impl Gateway {
    fn start(file: &str) -> Gateway {
        let offices = read(file).unwrap().offices;
        let runtime = harness::runtime();
        let server = runtime
            .block_on(gateway::server::start(offices.clone()))
            .unwrap();
        Gateway {
            runtime,
            server,
            offices,
        }
    }

    fn reload(&mut self, file: &str) {
        let offices = read(file).unwrap().offices;
        let _guard = self.runtime.enter();
        self.server.reload(offices.clone()).unwrap();
        self.offices = offices;
    }

    fn office(&self, name: &str) -> &Settings {
        let found = self
            .offices
            .iter()
            .find(|it| it.office.as_deref() == Some(name));
        found.unwrap()
    }

    fn send_raw(&self, head: &str, body: &str) -> Answer {
        harness::send(self.server.address(), head, body.as_bytes())
    }

    /// A request from a page of that host.
    fn request(&self, method: &str, host: &str, path: &str, more: &str, body: &str) -> Answer {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n\
             content-length: {}\r\n{more}\r\n",
            body.len()
        );
        self.send_raw(&head, body)
    }

    fn get(&self, host: &str, path: &str, more: &str) -> Answer {
        self.request("GET", host, path, more, "")
    }

    fn with_cookie(&self, method: &str, host: &str, path: &str, cookie: &str) -> Answer {
        let body = if path == "/session/phone" { "{}" } else { "" };
        self.request(method, host, path, &format!("cookie: {cookie}\r\n"), body)
    }

    fn upload(&self, host: &str, cookie: &str, action: &str) -> Answer {
        let body =
            "--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n%PDF-1.7 x\r\n--b--\r\n";
        let more = format!(
            "cookie: {cookie}\r\ncontent-type: multipart/form-data; boundary=b\r\nproductaction_id: {action}\r\n\
             is_reupload: 0\r\nfilename: a.pdf\r\nmimetype: application/pdf\r\nupload-id: upload-0001\r\n"
        );
        self.request("POST", host, "/consumerportal/upload_file", &more, body)
    }

    fn link(&self, office: &str, consumer: &str) -> String {
        let settings = self.office(office);
        let link = gateway::links::mint(settings, consumer, None, SystemTime::now());
        link.unwrap().path().to_owned()
    }

    fn press(&self, host: &str, path: &str) -> Answer {
        self.request("POST", host, path, "", "")
    }

    fn sign_in(&self, office: &str, consumer: &str) -> String {
        let host = format!("{office}.localhost");
        self.press(&host, &self.link(office, consumer)).cookie()
    }

    fn ops(&self, path: &str) -> String {
        let address = self.server.ops_address().unwrap();
        harness::ask_ops(address, path).text().to_owned()
    }
}

/// An AccelerateConnect where every consumer has these actions.
fn accelerate(actions: &'static [&'static str]) -> FakeAccelerate {
    FakeAccelerate::new(move |request, stream| {
        if request.is("getsession") {
            let actions: Vec<String> = actions
                .iter()
                .map(|id| format!("\"{id}\":{{\"id\":\"{id}\"}}"))
                .collect();
            let actions = actions.join(",");
            send_json(
                stream,
                &format!(
                    "{{\"consumerportalsession\":{{\"dossier\":{{\"products\":{{\"P\":{{\"productactions\":{{{actions}}}}}}}}}}}}}"
                ),
            );
        } else if request.is("upload_file") {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        } else {
            send_answer(stream, 200, "application/pdf", b"%PDF-1.7 document");
        }
    })
}

const GETSESSION: &str = "/consumerportal/getsession";

fn download(action: &str) -> String {
    format!("/consumerportal/get_product_action_download?productaction_id={action}")
}

#[test]
fn nothing_of_one_office_does_anything_at_another() {
    let (upstream_a, upstream_b) = (accelerate(&[ACTION]), accelerate(&[ACTION, ACTION_OF_B]));
    let gateway = Gateway::start(&two_offices(upstream_a.address, upstream_b.address));
    let (a, b) = ("a.localhost", "b.localhost");
    // The same consumer's id at both.
    let (cookie_a, cookie_b) = (
        gateway.sign_in("a", CONSUMER),
        gateway.sign_in("b", CONSUMER),
    );
    for (host, cookie) in [(a, &cookie_a), (b, &cookie_b)] {
        assert_eq!(
            gateway.with_cookie("GET", host, GETSESSION, cookie).status,
            200
        );
    }

    // Cookies.
    for (method, path, status) in [
        ("GET", GETSESSION, 401),
        ("GET", &*download(ACTION), 401),
        ("GET", "/session", 401),
        ("POST", "/session/phone", 401),
        ("GET", "/session/devices", 401),
        ("DELETE", "/session/devices", 401),
        ("DELETE", "/session", 204),
    ] {
        for (host, cookie) in [(a, &cookie_b), (b, &cookie_a)] {
            let answer = gateway.with_cookie(method, host, path, cookie);
            assert_eq!(answer.status, status, "{method} {path} at {host}");
        }
    }
    assert_eq!(gateway.upload(b, &cookie_a, ACTION).status, 401);
    for (host, cookie) in [(a, &cookie_a), (b, &cookie_b)] {
        let alive = gateway.with_cookie("GET", host, GETSESSION, cookie);
        assert_eq!(
            alive.status, 200,
            "the other office's log-out ends nothing at {host}"
        );
    }

    // Links, and codes for phones.
    let code = gateway.with_cookie("POST", a, "/session/phone", &cookie_a);
    let code: Value = serde_json::from_slice(&code.body).unwrap();
    let code = code["link"]
        .as_str()
        .unwrap()
        .strip_prefix("http://a.localhost")
        .unwrap();
    for path in [&*gateway.link("a", "CNSR-2"), code] {
        for answer in [gateway.press(b, path), gateway.get(b, path, "")] {
            assert_eq!(answer.header("set-cookie"), None);
            let location = answer.header("location").unwrap();
            assert_eq!(location, "http://b.localhost/#portal-link-unknown");
        }
        let token = path.strip_prefix("/open/").unwrap();
        let body = format!("{{\"token\":\"{token}\"}}");
        let answer = gateway.request("POST", b, "/session", "", &body);
        assert_eq!(
            (answer.code(), answer.header("set-cookie")),
            ("LINK_UNKNOWN".to_owned(), None)
        );
    }
    assert_eq!(gateway.press(a, code).status, 303, "and nothing used it up");

    // Keys of the office's systems, and of the gateway's own commands.
    let command = gateway::links::command_token(gateway.office("a"), SystemTime::now()).unwrap();
    let body = format!("{{\"consumer_id\":\"{CONSUMER}\"}}");
    for key in [KEY_A, &command] {
        let key = format!("authorization: Bearer {key}\r\n");
        let query = format!("/links?consumer_id={CONSUMER}");
        for (method, path, body) in [("POST", "/links", &*body), ("DELETE", &*query, "")] {
            let answer = gateway.request(method, b, path, &key, body);
            assert_eq!(answer.code(), "KEY_REFUSED", "{method} at b");
        }
        assert_eq!(
            gateway.request("POST", a, "/links", &key, &body).status,
            201
        );
    }

    // Actions of the same consumer's id, also when they were just seen at the other office.
    assert_eq!(
        gateway
            .with_cookie("GET", b, &download(ACTION_OF_B), &cookie_b)
            .status,
        200
    );
    for answer in [
        gateway.with_cookie("GET", a, &download(ACTION_OF_B), &cookie_a),
        gateway.upload(a, &cookie_a, ACTION_OF_B),
    ] {
        assert_eq!(answer.code(), "UNKNOWN_PRODUCTACTION");
    }

    // The same upload at both is two.
    assert_eq!(gateway.upload(a, &cookie_a, ACTION).status, 200);
    assert_eq!(gateway.upload(b, &cookie_b, ACTION).status, 200);
    assert_eq!(gateway.upload(b, &cookie_b, ACTION).status, 200);
    assert_eq!(upstream_a.received("upload_file").len(), 1);
    assert_eq!(upstream_b.received("upload_file").len(), 1);

    // Pages of the other office's origins.
    for origin in ["http://b.localhost", "https://www.a.example"] {
        let (host, cookie) = if origin.contains("www") {
            (b, &cookie_b)
        } else {
            (a, &cookie_a)
        };
        let head = format!(
            "GET {GETSESSION} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\ncookie: {cookie}\r\n\
             connection: close\r\n\r\n"
        );
        let answer = gateway.send_raw(&head, "");
        assert_eq!(answer.code(), "ORIGIN_REFUSED", "{origin} at {host}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }

    // Revocation, and the other's links with the same consumer's id.
    let key = format!("authorization: Bearer {KEY_A}\r\n");
    let path = format!("/links?consumer_id={CONSUMER}");
    assert_eq!(gateway.request("DELETE", a, &path, &key, "").status, 204);
    assert_eq!(
        gateway.with_cookie("GET", a, GETSESSION, &cookie_a).status,
        401
    );
    assert_eq!(
        gateway.with_cookie("GET", b, GETSESSION, &cookie_b).status,
        200
    );

    // What AccelerateConnect got is each office's own.
    for (upstream, salt) in [(&upstream_a, "SALT_A"), (&upstream_b, "SALT_B")] {
        for request in upstream.received("getsession") {
            let parameters = request.parameters();
            let others: Vec<(&str, &str)> = parameters
                .iter()
                .filter(|(name, _)| name != "token")
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let token = accelerate::signing::token(&others, salt);
            assert_eq!(request.parameter("token"), Some(token));
        }
    }
    // And the trail's codes of one consumer.
    let code = |office| gateway::audit::code_of(gateway.office(office), CONSUMER);
    assert_ne!(code("a"), code("b"));
}

#[test]
fn limits_and_failures_of_one_office_are_not_the_others() {
    let broken = FakeAccelerate::new(|_, stream| send_answer(stream, 503, "text/html", b"x"));
    let upstream = accelerate(&[ACTION]);
    let gateway = Gateway::start(&two_offices(broken.address, upstream.address));
    let consumers = ["CNSR1", "CNSR2", "CNSR3"].map(|it| gateway.sign_in("a", it));
    let statuses = consumers.each_ref().map(|cookie| {
        gateway
            .with_cookie("GET", "a.localhost", GETSESSION, cookie)
            .code()
    });
    assert_eq!(
        statuses[2], "ACCELERATE_UNAVAILABLE",
        "the circuit of a is open"
    );
    let cookie_b = gateway.sign_in("b", "CNSR1");
    let at_b = || gateway.with_cookie("GET", "b.localhost", GETSESSION, &cookie_b);
    assert_eq!(at_b().status, 200);
    assert!(gateway.ops("/healthz").contains("\"accelerate\":\"down\""));
    assert!(
        gateway
            .get("b.localhost", "/healthz", "")
            .text()
            .contains("\"up\"")
    );

    // Office a allows 60 calls a minute. The same consumer's id at b has calls of its own.
    let refused = (0..70).any(|_| {
        gateway
            .with_cookie("GET", "a.localhost", GETSESSION, &consumers[0])
            .status
            == 429
    });
    assert!(refused);
    assert_eq!(at_b().status, 200);

    let metrics = gateway.ops("/metrics");
    for line in [
        "gateway_accelerate_up{office=\"a\"} 0",
        "gateway_accelerate_up{office=\"b\"} 1",
        "gateway_requests_total{office=\"b\",route=\"getsession\",status=\"200\"} 2",
        "gateway_events_total{office=\"a\",event=\"sign-in\",outcome=\"ok\"} 3",
        "gateway_events_total{office=\"b\",event=\"sign-in\",outcome=\"ok\"} 1",
        "gateway_uploads_running{office=\"a\"} 0",
        "gateway_store_up 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    let kinds = metrics
        .lines()
        .filter(|it| it.starts_with("# TYPE gateway_requests "));
    assert_eq!(
        kinds.count(),
        1,
        "one family, whatever the number of offices"
    );
    assert!(metrics.contains("# TYPE gateway_accelerate_up gauge"));
}

#[test]
fn the_host_chooses_the_office_however_it_is_written() {
    let upstream = accelerate(&[ACTION]);
    let gateway = Gateway::start(&two_offices(upstream.address, upstream.address));
    let title = |head: &str| {
        let answer = gateway.send_raw(head, "");
        let page = answer.text();
        assert_eq!(answer.status, 200, "{head}");
        if page.contains("Bakker") { "a" } else { "b" }
    };
    for (target, host, expected) in [
        ("/", "a.localhost", "a"),
        ("/", "b.localhost", "b"),
        ("/", "old.localhost", "a"),
        ("/", "A.LocalHost", "a"),
        ("/", "a.localhost.", "a"),
        ("/", "a.localhost:8080", "a"),
        ("/", "B.localhost.:80", "b"),
        ("http://b.localhost/", "a.localhost", "b"),
    ] {
        let head = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        assert_eq!(title(&head), expected, "{target} {host}");
    }
    let head = "GET / HTTP/1.1\r\nhost: a.localhost\r\nx-forwarded-host: b.localhost\r\n\
        forwarded: host=b.localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(title(head), "a", "what anybody may write is not read");

    // A link that is opened at the office's other address signs in there.
    let link = gateway.link("a", CONSUMER);
    let opened = gateway.press("old.localhost", &link);
    assert_eq!((opened.status, opened.header("location")), (303, Some("/")));
    let cookie = opened.cookie();
    assert_eq!(
        gateway
            .with_cookie("GET", "old.localhost", GETSESSION, &cookie)
            .status,
        200
    );
}

#[test]
fn a_host_of_no_office_gets_421_and_nothing_else() {
    let upstream = accelerate(&[ACTION]);
    let gateway = Gateway::start(&two_offices(upstream.address, upstream.address));
    let cookie = gateway.sign_in("a", CONSUMER);
    for (line, host) in [
        ("GET / HTTP/1.1", "host: c.localhost\r\n"),
        ("GET /portal.js HTTP/1.1", "host: 127.0.0.1\r\n"),
        (
            "GET /healthz HTTP/1.1",
            "host: a.localhost.evil.example\r\n",
        ),
        (
            "GET /consumerportal/getsession HTTP/1.1",
            "host: localhost\r\n",
        ),
        (
            "GET / HTTP/1.1",
            "host: a.localhost\r\nhost: a.localhost\r\n",
        ),
        ("GET / HTTP/1.1", "host: a.localhost, b.localhost\r\n"),
        ("GET / HTTP/1.1", "host: x@a.localhost\r\n"),
        ("GET / HTTP/1.1", "host: a.localhost..\r\n"),
        ("GET / HTTP/1.1", "host: \r\n"),
        ("GET / HTTP/1.1", "x-forwarded-host: a.localhost\r\n"),
        ("GET / HTTP/1.0", ""),
        ("GET http://c.localhost/ HTTP/1.1", "host: a.localhost\r\n"),
        (
            "OPTIONS /session HTTP/1.1",
            "host: c.localhost\r\norigin: https://www.a.example\r\n",
        ),
        ("DELETE /session HTTP/1.1", "host: c.localhost\r\n"),
    ] {
        let head = format!("{line}\r\n{host}cookie: {cookie}\r\nconnection: close\r\n\r\n");
        let answer = gateway.send_raw(&head, "");
        assert_eq!(answer.status, 421, "{line} {host}");
        assert!(answer.body.is_empty());
        for (name, _) in &answer.headers {
            let plain = ["date", "content-length", "connection"].contains(&name.as_str());
            assert!(plain, "{name} in the answer to {line} {host}");
        }
    }
    let posted = gateway.request(
        "POST",
        "c.localhost",
        "/links",
        "",
        "{\"consumer_id\":\"C\"}",
    );
    assert_eq!(posted.status, 421);
    assert!(
        gateway
            .ops("/metrics")
            .contains("gateway_misdirected_total 15")
    );
    assert!(gateway.ops("/readyz").contains("ready"));
}

#[test]
fn an_offices_page_says_what_it_is_and_is_cached_and_compressed_for_itself() {
    let upstream = accelerate(&[]);
    let gateway = Gateway::start(&two_offices(upstream.address, upstream.address));
    let page = gateway.get("a.localhost", "/", "");
    let element = "<p class=\"office\"><img src=\"/logo-a.svg\" \
        alt=\"Bakker &quot;&amp;&quot; &lt;b&gt;Zn&lt;/b&gt;\" /></p>\n      \
        <consumer-portal lang=\"en\" address=\"je\" \
        broker=\"Bakker &quot;&amp;&quot; &lt;b&gt;Zn&lt;/b&gt;\" logo=\"/logo-a.svg\" phone=\"020 123 45 67\" \
        email=\"info@a.example\" style=\"--portal-accent:#fc0;--portal-on-accent:#000\" standalone>";
    // What is left when the portal cannot start.
    let contact = "<p>Bakker &quot;&amp;&quot; &lt;b&gt;Zn&lt;/b&gt;: <a href=\"tel:0201234567\">020 123 45 67</a>, \
        <a href=\"mailto:info@a.example\">info@a.example</a></p>\n</consumer-portal>";
    assert_eq!(
        page.text(),
        PAGE.replace("<consumer-portal standalone>", element)
            .replace("</consumer-portal>", contact)
    );
    let other = gateway.get("b.localhost", "/index.html", "");
    let element = "<consumer-portal lang=\"nl\" address=\"u\" standalone>";
    assert_eq!(
        other.text(),
        PAGE.replace("<consumer-portal standalone>", element)
    );

    // The policy allows the page's own style sheets, and no more than before.
    let policy = page.header("content-security-policy").unwrap();
    for hash in gateway::inline_hashes::InlineHashes::of(page.text()).styles {
        assert!(policy.contains(&hash));
    }
    assert!(policy.contains("style-src-attr 'unsafe-inline'; img-src 'self' data: blob:;"));
    assert!(policy.ends_with("frame-ancestors 'self' https://www.a.example"));
    assert!(
        !other
            .header("content-security-policy")
            .unwrap()
            .contains("a.example")
    );

    // Of each coding and each office the tag is another one, and answers 304 at its own office alone.
    let mut tags = std::collections::BTreeSet::new();
    for host in ["a.localhost", "b.localhost"] {
        let plain = gateway.get(host, "/", "").body;
        for coding in ["identity", "gzip", "br"] {
            let accept = format!("accept-encoding: {coding}\r\n");
            let answer = gateway.get(host, "/", &accept);
            let coded = answer.header("content-encoding").unwrap_or("identity");
            assert_eq!(coded, coding);
            let mut read = Vec::new();
            match coding {
                "gzip" => flate2::read::GzDecoder::new(&answer.body[..]).read_to_end(&mut read),
                "br" => brotli::Decompressor::new(&answer.body[..], 4_096).read_to_end(&mut read),
                _ => (&answer.body[..]).read_to_end(&mut read),
            }
            .unwrap();
            assert_eq!(read, plain, "{coding} at {host}");
            let tag = answer.header("etag").unwrap().to_owned();
            let again = |host| {
                let more = format!("if-none-match: {tag}\r\n{accept}");
                gateway.get(host, "/", &more).status
            };
            assert_eq!(again(host), 304);
            let elsewhere = if host.starts_with('a') {
                "b.localhost"
            } else {
                "a.localhost"
            };
            assert_eq!(again(elsewhere), 200);
            tags.insert(tag);
        }
    }
    assert_eq!(tags.len(), 6);
    let file = |host| {
        gateway
            .get(host, "/portal.js", "")
            .header("etag")
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        file("a.localhost"),
        file("b.localhost"),
        "other files are the same"
    );

    // The gateway's own page speaks and looks as the office does.
    let link = gateway.get("a.localhost", &gateway.link("a", CONSUMER), "");
    for part in [
        "<html lang=\"en\">",
        "Bakker &quot;&amp;&quot; &lt;b&gt;Zn&lt;/b&gt;",
        "src=\"/logo-a.svg\"",
        "--accent:#fc0;--on-accent:#000",
    ] {
        assert!(link.text().contains(part), "{part}");
    }
    let policy = link.header("content-security-policy").unwrap();
    assert!(policy.contains("img-src 'self'"));
    let link = gateway.get("b.localhost", &gateway.link("b", CONSUMER), "");
    assert!(link.text().contains("<html lang=\"nl\">") && !link.text().contains("Bakker"));
}

#[test]
fn a_configuration_without_offices_is_one_office_at_every_host() {
    let upstream = accelerate(&[ACTION]);
    let file = format!(
        "gateway_secret = 'a-secret-that-is-only-of-this-test-0123456789'
        gateway_assets = '{}'
        gateway_listen = '127.0.0.1:0'
        gateway_ops_listen = '127.0.0.1:0'
        gateway_public_url = 'http://a.localhost'
        accelerate_url = 'http://{}/api'
        accelerate_domain = 'licence'
        accelerate_salt = 'SALT_A'
        [page]
        broker = 'Jansen'
        accent = '#b00020'
        ",
        site().display(),
        upstream.address
    );
    let mut gateway = Gateway::start(&file);
    for host in ["a.localhost", "127.0.0.1", "c.localhost"] {
        let page = gateway.get(host, "/", "");
        assert_eq!((page.status, page.text()), (200, PAGE), "{host}");
    }
    let settings = &gateway.offices[0];
    let link = gateway::links::mint(settings, CONSUMER, None, SystemTime::now()).unwrap();
    let opened = gateway.press("a.localhost", link.path());
    assert_eq!(opened.header("location"), Some("http://a.localhost/"));
    let cookie = opened.cookie();
    let metrics = gateway.ops("/metrics");
    for line in [
        "gateway_accelerate_up 1",
        "gateway_uploads_running 0",
        "{route=\"open\",status=\"303\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    assert!(!metrics.contains("office="));

    // As one of several offices it has the same address, licence and salt: sessions and links stay good.
    gateway.reload(&two_offices(upstream.address, upstream.address));
    assert_eq!(
        gateway
            .with_cookie("GET", "a.localhost", GETSESSION, &cookie)
            .status,
        200
    );
    assert_eq!(
        gateway
            .with_cookie("GET", "b.localhost", GETSESSION, &cookie)
            .status,
        401
    );
    assert_eq!(gateway.press("a.localhost", link.path()).status, 303);
}

#[test]
fn a_reload_adds_changes_and_removes_offices_and_no_connection_is_lost() {
    let upstream = accelerate(&[ACTION]);
    let both = two_offices(upstream.address, upstream.address);
    let (_, of_b) = both.rsplit_once("[[office]]").unwrap();
    let without_b = both.replace(&["[[office]]", of_b].concat(), "");
    let mut gateway = Gateway::start(&without_b);
    assert_eq!(gateway.get("b.localhost", "/", "").status, 421);
    let cookie = gateway.sign_in("a", CONSUMER);
    let mut kept = harness::connect(gateway.server.address());
    let mut status = |host: &str, path: &str, cookie: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n");
        kept.write_all(head.as_bytes()).unwrap();
        Answer::read(&kept).status
    };
    assert_eq!(status("a.localhost", GETSESSION, &cookie), 200);

    gateway.reload(&both);
    let cookie_b = gateway.sign_in("b", CONSUMER);
    assert_eq!(status("b.localhost", GETSESSION, &cookie_b), 200);
    assert_eq!(status("a.localhost", GETSESSION, &cookie), 200);

    // Another name on its page and another salt for b; a stays as it is.
    let changed = both
        .replace("Bakker", "Bakkers")
        .replace("SALT_B", "SALT_B2");
    gateway.reload(&changed);
    assert!(
        gateway
            .get("a.localhost", "/", "")
            .text()
            .contains("Bakkers")
    );
    assert_eq!(status("a.localhost", GETSESSION, &cookie), 200);

    // An upload to an office that is removed meanwhile arrives.
    let document = harness::multipart(&harness::pdf(100_000));
    let url = "http://b.localhost/".parse().unwrap();
    let mut browser = harness::connect(gateway.server.address());
    let head = harness::upload_head(
        &url,
        &gateway.sign_in("b", CONSUMER),
        "upload-0009",
        document.len(),
    );
    browser.write_all(head.as_bytes()).unwrap();
    browser.write_all(&document[..50_000]).unwrap();
    upstream.wait_for(40_000);
    gateway.reload(&without_b);
    assert_eq!(status("b.localhost", "/", ""), 421);
    assert_eq!(status("a.localhost", GETSESSION, &cookie), 200);
    assert!(
        !gateway
            .ops("/metrics")
            .contains("gateway_uploads_running{office=\"b\"}")
    );
    let Gateway {
        runtime, server, ..
    } = gateway;
    let stopping = runtime.spawn(server.stop());
    std::thread::sleep(Duration::from_millis(100));
    browser.write_all(&document[50_000..]).unwrap();
    assert_eq!(Answer::read(browser).status, 200);
    runtime.block_on(stopping).unwrap();
}

#[test]
fn every_mistake_in_an_office_is_told_with_its_name() {
    let address = "127.0.0.1:1".parse().unwrap();
    let good = two_offices(address, address);
    assert!(read(&good).is_ok());
    let mistakes = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        read(&good.replacen(from, to, 1)).unwrap_err().join("\n")
    };
    for (from, to, expected) in [
        (
            "name = 'b'",
            "name = 'A'",
            "office A: another office has this name",
        ),
        ("name = 'b'", "", "office number 2: name is not given"),
        (
            "name = 'b'",
            "name = 'b\"'",
            "office number 2: name must be a text of one line",
        ),
        (
            "'http://b.localhost'",
            "'http://A.localhost:99'",
            "office b: a.localhost is the host of office a too",
        ),
        (
            "'http://b.localhost'",
            "['http://b.localhost', 'http://old.localhost']",
            "office b: old.localhost is the host of",
        ),
        (
            "'http://b.localhost'",
            "['http://b.localhost', 'http://b.localhost:81']",
            "office b: gateway_public_url names b.localhost twice",
        ),
        (
            "'http://b.localhost'",
            "'http://b.localhost/x'",
            "office b: gateway_public_url must be without a path",
        ),
        (
            "'http://b.localhost'",
            "'http://b.example'",
            "gateway.toml, office b: gateway_public_url must be https",
        ),
        (
            "'http://b.localhost'",
            "['https://b.example', 'http://b.localhost']",
            "office b: the addresses of gateway_public_url must all be https",
        ),
        (
            "'http://b.localhost'",
            "[]",
            "office b: gateway_public_url must be a text",
        ),
        (
            "accelerate_salt = 'SALT_B'",
            "",
            "office b: accelerate_salt is not given",
        ),
        (
            "accelerate_salt = 'SALT_B'",
            "accelerate_salt_file = '/nowhere'",
            "office b: the file of accelerate_salt cannot be read",
        ),
        (
            "accelerate_salt = 'SALT_B'",
            "accelerate_salt = 'SALT_A'",
            "office b: accelerate_salt is that of office a too",
        ),
        (
            KEY_B,
            KEY_A,
            "office b: gateway_links_key is that of office a too",
        ),
        (
            KEY_B,
            "short",
            "office b: gateway_links_key must have at least 32 characters",
        ),
        (
            "accelerate_domain = 'licence'\n        accelerate_salt = 'SALT_B'",
            "accelerate_salt = 'SALT_B'",
            "office b: accelerate_domain is not given",
        ),
        (
            "consumer_per_minute = 60",
            "connections = 60",
            "office a: an office has no setting limits.connections; did you mean",
        ),
        (
            "accent = '#fc0'",
            "accent = 'red;x:y'",
            "office a: page.accent must be a colour",
        ),
        (
            "accent = '#fc0'",
            "acent = '#fc0'",
            "did you mean page.accent?",
        ),
        (
            "logo = '/logo-a.svg'",
            "logo = '//evil.example/a.svg'",
            "office a: page.logo must be",
        ),
        (
            "logo = '/logo-a.svg'",
            "logo = 'javascript:alert(1)'",
            "office a: page.logo must be",
        ),
        (
            "logo = '/logo-a.svg'",
            "logo = 'http://a.example/a.svg'",
            "office a: page.logo must be",
        ),
        (
            "lang = 'en'",
            "lang = 'fr'",
            "office a: page.lang must be nl or en",
        ),
        (
            "gateway_listen",
            "accelerate_salt = 'S'\ngateway_listen",
            "accelerate_salt is one office's",
        ),
        (
            "gateway_secret",
            "gateway_secretx",
            "GATEWAY_SECRET is not given",
        ),
        (
            "gateway_links_key = 'links-key-of-b-0123456789-0123456789'",
            "gateway_page = 'https://www.b.example/'",
            "office b: session.page is of https://www.b.example",
        ),
    ] {
        let found = mistakes(from, to);
        assert!(found.contains(expected), "{expected} is not in {found}");
        for secret in ["SALT_A", "SALT_B", KEY_A, KEY_B] {
            assert!(!found.contains(secret), "{found}");
        }
    }
    let same = mistakes("gateway_secret", "gateway_secretx");
    assert_eq!(
        same.matches("GATEWAY_SECRET is not given").count(),
        1,
        "told once: {same}"
    );
    assert!(
        read("office = []")
            .unwrap_err()
            .concat()
            .contains("[[office]]")
    );
    assert!(
        read("[office]\nname = 'a'")
            .unwrap_err()
            .concat()
            .contains("[[office]]")
    );
    let in_file = good.replace(
        "accelerate_salt = 'SALT_B'",
        "ACCELERATE_SALT_FILE = '/run/salt'",
    );
    assert!(read(&in_file).is_ok());
    let https = "logo = 'https://cdn.example/logo.svg'";
    let settings = read(&good.replace("logo = '/logo-a.svg'", https)).unwrap();
    let warnings = settings.warnings.join("\n");
    assert!(
        warnings.contains("office a: page.accent is too light"),
        "{warnings}"
    );
    assert!(
        settings
            .office(None)
            .unwrap_err()
            .contains("--office with one of a, b")
    );
    assert!(
        settings
            .office(Some("c"))
            .unwrap_err()
            .contains("no office c")
    );
    assert_eq!(
        settings.office(Some("b")).unwrap().office.as_deref(),
        Some("b")
    );
}

/// A configuration that the real program reads, in a file.
fn config_file(name: &str, text: &str) -> PathBuf {
    let file = programs::folder("offices").join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn the_commands_are_about_one_office_and_say_so_when_it_is_not_given() {
    let upstream = accelerate(&[ACTION]);
    let folder = programs::folder("offices");
    let (store, trail) = (folder.join("commands.redb"), folder.join("commands.jsonl"));
    for file in [&store, &trail] {
        let _ = std::fs::remove_file(file);
    }
    let address = programs::free_address();
    let listen = format!("gateway_listen = '{address}'");
    let text = two_offices(upstream.address, upstream.address)
        .replace("gateway_listen = '127.0.0.1:0'", &listen);
    let text = format!(
        "gateway_store = 'file:{}'\ngateway_audit = 'file:{}'\n{text}",
        store.display(),
        trail.display()
    );
    let file = config_file("commands.toml", &text);
    let run = |command: &str, more: &[&str]| {
        let mut program = programs::gateway(command);
        let done = program
            .arg("--config")
            .arg(&file)
            .args(more)
            .output()
            .unwrap();
        let said = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), said(done.stdout), said(done.stderr))
    };
    let consumer = ["--consumer", CONSUMER];
    fn of(office: &str) -> [&str; 4] {
        ["--consumer", CONSUMER, "--office", office]
    }
    for command in ["link", "revoke", "audit"] {
        let (code, out, error) = run(command, &consumer);
        assert_eq!((code, &*out), (Some(2), ""), "{command}");
        assert!(error.contains("give --office with one of a, b"), "{error}");
        let (code, _, error) = run(command, &of("c"));
        assert_eq!(code, Some(2));
        assert!(
            error.contains("there is no office c; there are a, b"),
            "{error}"
        );
    }
    let (code, out, error) = run("check", &[]);
    assert_eq!(code, Some(0), "{error}");
    assert!(
        out.starts_with("no mistakes found: 2 offices, listening on "),
        "{out}"
    );
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(error.contains("office a: page.accent is too light"));

    // The program that runs, asked and written to by the commands.
    let gateway = Gateway::start(&text);
    let links = ["a", "b"].map(|office| {
        let (code, link, error) = run("link", &of(office));
        assert_eq!(code, Some(0), "{error}");
        let link = link.trim_end().to_owned();
        assert!(link.starts_with(&format!("http://{office}.localhost/open/")));
        link
    });
    let cookies = [("a", &links[0]), ("b", &links[1])].map(|(office, link)| {
        let host = format!("{office}.localhost");
        let path = link.split_once("localhost").unwrap().1;
        gateway.press(&host, path).cookie()
    });
    let (code, _, error) = run("revoke", &of("a"));
    assert_eq!(code, Some(0), "{error}");
    let status = |host, cookie: &str| gateway.with_cookie("GET", host, GETSESSION, cookie).status;
    assert_eq!(status("a.localhost", &cookies[0]), 401);
    assert_eq!(status("b.localhost", &cookies[1]), 200);
    drop(gateway);

    let lines = |office: &str| -> Vec<Value> {
        let (code, out, error) = run("audit", &of(office));
        assert_eq!(code, Some(0), "{error}");
        out.lines()
            .map(|it| serde_json::from_str(it).unwrap())
            .collect()
    };
    let (of_a, of_b) = (lines("a"), lines("b"));
    assert_eq!(
        (of_a.len(), of_b.len()),
        (2, 1),
        "sign-in and closing; sign-in"
    );
    assert!(of_a.iter().all(|it| it["office"] == "a"));
    assert!(of_b.iter().all(|it| it["office"] == "b"));
}

#[cfg(target_os = "linux")]
#[test]
fn two_hundred_offices_need_little_memory() {
    let offices = |count: usize| -> String {
        let offices = (1..=count).map(|number| {
            format!(
                "[[office]]\nname = 'office-{number}'\ngateway_public_url = 'https://o{number}.example.nl'\n\
                 accelerate_domain = 'd{number}'\naccelerate_salt = 'SALT_{number}'\n\
                 [office.page]\nbroker = 'Office {number}'\naccent = '#0a5c7a'\n"
            )
        });
        offices.collect()
    };
    let text = |count: usize| {
        format!(
            "gateway_secret = 'a-secret-that-is-only-of-this-test-0123456789'\ngateway_assets = '{}'\n\
             gateway_listen = '127.0.0.1:0'\ngateway_ops_listen = '127.0.0.1:0'\n\
             accelerate_url = 'https://accelerate.example'\n{}",
            site().display(),
            offices(count)
        )
    };
    let memory_of = |count: usize| {
        let file = config_file(&format!("{count}.toml"), &text(count));
        let mut serve = programs::gateway("serve");
        serve
            .arg("--config")
            .arg(file)
            .stderr(std::process::Stdio::piped());
        let began = std::time::Instant::now();
        let mut program = serve.spawn().unwrap();
        let mut log = std::io::BufReader::new(program.stderr.take().unwrap()).lines();
        assert!(log.any(|line| line.unwrap().contains("\"message\":\"listening\"")));
        let took = began.elapsed();
        let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
        program.kill().unwrap();
        program.wait().unwrap();
        let line = status.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
        let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        println!("{count} offices: {kib} KiB resident, started in {took:?}");
        kib
    };
    let (one, many) = (memory_of(1), memory_of(200));
    let each = many.saturating_sub(one) / 199;
    println!("{each} KiB for each more");
    assert!(each < 400, "{each} KiB for each office");
}
