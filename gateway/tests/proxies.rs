//! The recipes for nginx and Caddy in `gateway/deploy/`, and the configurations of `docs/running/`: the real
//! programs run with them in front of a gateway, and are called over TLS. `cargo xtask test` installs the programs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod harness;
mod programs;

use gateway::settings::Settings;
use harness::{
    ACTION, Answer, CONSUMER, FakeAccelerate, TIMEOUT, TestGateway, answer_getsession, send_json,
    send_session,
};
use programs::{Copy, Proxy, Redis};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::SystemTime;
use url::Url;

const NGINX: &str = include_str!("../deploy/nginx.conf");
const ONE_MACHINE: &str = include_str!("../../docs/running/one-machine.md");
const TWO_MACHINES: &str = include_str!("../../docs/running/two-machines.md");
const CADDYFILE: &str = include_str!("../deploy/Caddyfile");
/// The name in the recipes, which stays as it is.
const NAME: &str = "portal.example.nl";
const DOCUMENT: &[u8] =
    b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n%PDF-1.7 bytes\r\n--b--\r\n";

/// Makes each of these a test behind both proxies.
macro_rules! behind_both {
    ($($test:ident,)*) => {
        mod nginx {
            $(#[test]
            fn $test() {
                super::$test(super::nginx_with_recipe);
            })*
        }
        mod caddy {
            $(#[test]
            fn $test() {
                super::$test(super::caddy_with_recipe);
            })*
        }
    };
}

behind_both! {
    a_link_signs_in_and_its_cookie_travels_over_tls_only,
    accelerate_gets_the_consumers_real_address,
    an_upload_arrives_signed_with_all_its_parameters,
    the_longest_comment_arrives,
    an_upload_is_passed_on_while_it_is_sent,
    a_document_that_is_too_large_is_refused_by_the_gateway_itself,
    a_download_begins_before_it_is_complete,
    precompressed_files_are_passed_on_unchanged,
    the_counters_cannot_be_read_from_outside,
    the_proxys_log_holds_no_link_and_no_file_name,
}

fn a_link_signs_in_and_its_cookie_travels_over_tls_only(recipe: Recipe) {
    let upstream = FakeAccelerate::new(|_, stream| send_session(stream));
    let mut front = Front::new(recipe, &upstream);
    let shown = front.get(&front.link());
    assert_eq!((shown.status, shown.header("set-cookie")), (200, None));
    let opened = front.press(&front.link());
    assert_eq!(opened.status, 303);
    assert_eq!(
        opened.header("location"),
        Some("https://portal.example.nl/")
    );
    let cookie = opened.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-") && cookie.contains("; Secure"),
        "{cookie}"
    );
    front.gateway.cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(front.get("/consumerportal/getsession").status, 200);
}

fn accelerate_gets_the_consumers_real_address(recipe: Recipe) {
    let upstream = FakeAccelerate::new(|_, stream| send_session(stream));
    let front = Front::new(recipe, &upstream);
    // An address other than the proxy's, where the system has one.
    let from = if cfg!(target_os = "linux") {
        "127.0.0.2"
    } else {
        "127.0.0.1"
    };
    let forged = "x-forwarded-for: 203.0.113.9\r\nx-forwarded-for: 203.0.113.10\r\n\
        x-real-ip: 203.0.113.11\r\nforwarded: for=203.0.113.12\r\n";
    let head = front
        .gateway
        .head("GET", "/consumerportal/getsession", forged);
    let mut browser = front.connect_from(from);
    browser.write_all(head.as_bytes()).unwrap();
    assert_eq!(Answer::read(browser).status, 200);
    let request = upstream.received("getsession").pop().unwrap();
    assert_eq!(request.parameter("ip_address").as_deref(), Some(from));
    assert!(request.is_signed());
}

fn an_upload_arrives_signed_with_all_its_parameters(recipe: Recipe) {
    let upstream = accepts_uploads();
    let front = Front::new(recipe, &upstream);
    let response = front.upload(DOCUMENT);
    assert_eq!(
        (response.status, response.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    let request = upstream.received("upload_file").pop().unwrap();
    assert!(request.is_signed() && request.is_complete);
    assert_eq!(request.document(), b"%PDF-1.7 bytes");
    for (name, value) in [
        ("productaction_id", ACTION),
        ("is_reupload", "0"),
        ("filename", "loonstrook café.pdf"),
        ("mimetype", "application/pdf"),
        ("comment", "Ik heb er één"),
    ] {
        assert_eq!(request.parameter(name).as_deref(), Some(value));
    }
}

fn the_longest_comment_arrives(recipe: Recipe) {
    let upstream = accepts_uploads();
    let front = Front::new(recipe, &upstream);
    let head = front.gateway.upload_head("upload-0001", DOCUMENT.len());
    let head = head.replace("Ik heb er %C3%A9%C3%A9n", &"%C3%A9".repeat(2_000));
    assert_eq!(front.send(&head, DOCUMENT).status, 200);
    let request = upstream.received("upload_file").pop().unwrap();
    assert_eq!(request.parameter("comment"), Some("é".repeat(2_000)));
}

fn an_upload_is_passed_on_while_it_is_sent(recipe: Recipe) {
    let upstream = accepts_uploads();
    let front = Front::new(recipe, &upstream);
    let document = harness::pdf(2 << 20);
    let large = harness::multipart(&document);
    let (first, rest) = large.split_at(1 << 10);
    let mut browser = front.connect();
    let head = front.gateway.upload_head("upload-0001", large.len());
    browser.write_all(head.as_bytes()).unwrap();
    browser.write_all(first).unwrap();
    upstream.wait_for(first.len() as u64);
    browser.write_all(rest).unwrap();
    assert_eq!(Answer::read(browser).status, 200);
    let request = upstream.received("upload_file").pop().unwrap();
    assert_eq!(request.document(), document);
}

fn a_document_that_is_too_large_is_refused_by_the_gateway_itself(recipe: Recipe) {
    let upstream = accepts_uploads();
    let front = Front::new(recipe, &upstream);
    let response = front.upload(&vec![b'x'; 30 << 20]);
    assert_eq!(
        (response.status, response.code().as_str()),
        (413, "FILE_TOO_LARGE")
    );
    assert_eq!(upstream.received("upload_file").len(), 0);
}

fn a_download_begins_before_it_is_complete(recipe: Recipe) {
    let (go_on, going_on) = mpsc::channel::<()>();
    let going_on = std::sync::Mutex::new(going_on);
    let piece = [b'x'; 0x10000];
    let upstream = FakeAccelerate::new(move |request, stream| {
        if answer_getsession(request, stream) {
            return;
        }
        let length = 1_000 + 64 * piece.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: {length}\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&harness::pdf(1_000));
        // The rest is sent when the first piece has arrived.
        if going_on.lock().unwrap().recv_timeout(TIMEOUT).is_ok() {
            for _ in 0..64 {
                let _ = stream.write_all(&piece);
            }
        }
    });
    let front = Front::new(recipe, &upstream);
    let path = format!("/consumerportal/get_product_action_download?productaction_id={ACTION}");
    let mut browser = front.connect();
    browser
        .write_all(front.gateway.head("GET", &path, "").as_bytes())
        .unwrap();
    let (status, _, mut body) = Answer::head(browser);
    assert_eq!(status, 200);
    let mut first = [0; 1_000];
    body.read_exact(&mut first)
        .expect("the first piece arrives before the rest is sent");
    go_on.send(()).unwrap();
    let mut rest = vec![0; 64 * piece.len()];
    body.read_exact(&mut rest).unwrap();
    assert_eq!(first[..], harness::pdf(1_000));
    assert!(rest.iter().all(|byte| *byte == b'x'));
}

fn precompressed_files_are_passed_on_unchanged(recipe: Recipe) {
    let upstream = FakeAccelerate::new(|_, stream| send_session(stream));
    let front = Front::new(recipe, &upstream);
    let page = |more: &str| {
        let accepts = format!("accept-encoding: gzip, br\r\n{more}");
        front.send(&front.gateway.head("GET", "/", &accepts), &[])
    };
    let response = page("");
    assert_eq!(response.header("content-encoding"), Some("br"));
    assert_eq!(response.header("vary"), Some("accept-encoding"));
    assert_eq!(response.body, BROTLI);
    let policy = response.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"));
    let tag = format!("if-none-match: {}\r\n", response.header("etag").unwrap());
    assert_eq!(page(&tag).status, 304);
}

fn the_counters_cannot_be_read_from_outside(recipe: Recipe) {
    let upstream = FakeAccelerate::new(|_, stream| send_session(stream));
    let front = Front::new(recipe, &upstream);
    assert_eq!(front.get("/metrics").status, 404);
    let forged = front
        .gateway
        .head("GET", "/metrics", "x-forwarded-for: ::1\r\n");
    assert_eq!(front.send(&forged, &[]).status, 404);
    assert_eq!(
        front.gateway.ops("/metrics").status,
        200,
        "they are on a listener of their own"
    );
}

fn the_proxys_log_holds_no_link_and_no_file_name(recipe: Recipe) {
    let upstream = accepts_uploads();
    let mut front = Front::new(recipe, &upstream);
    let link = front.link();
    assert_eq!(front.press(&link).status, 303);
    assert_eq!(front.upload(DOCUMENT).status, 200);
    front.gateway.stop();
    assert_eq!(front.get(&link).status, 502);
    assert_eq!(front.upload(DOCUMENT).status, 502);
    let logged = front.proxy.logged();
    for secret in [
        link.rsplit('/').next().unwrap(),
        "loonstrook",
        ACTION,
        "upload-0001",
    ] {
        assert!(!logged.contains(secret), "{secret} is in {logged}");
    }
}

#[test]
fn nginx_without_underscores_in_headers_drops_an_uploads_parameters() {
    let line = "underscores_in_headers on;";
    assert!(NGINX.contains(line));
    let upstream = accepts_uploads();
    let gateway = behind_tls(&upstream);
    let proxy = nginx(&naming(&NGINX.replace(line, ""), gateway.address));
    let response = Front { gateway, proxy }.upload(DOCUMENT);
    assert_eq!(
        (response.status, response.code().as_str()),
        (400, "INVALID_PARAMETER")
    );
    assert_eq!(upstream.received("upload_file").len(), 0);
}

/// What a page of the documentation has in its block of that language.
fn documented(page: &str, language: &str, after: &str) -> String {
    let (_, rest) = page.split_once(after).expect("the page has it");
    let (_, block) = rest.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// An office's machine: its folder, and the files that the documentation names.
struct Machine {
    folder: PathBuf,
    configuration: PathBuf,
    store: Option<String>,
    certificate: PathBuf,
}

impl Machine {
    /// A machine with that configuration. What is of this test alone takes the place of these texts.
    fn new(name: &str, toml: &str, places: &[(&str, &str)], upstream: &FakeAccelerate) -> Machine {
        let folder = programs::folder(name);
        for (file, text) in [("secret", programs::SECRET), ("salt", harness::SALT)] {
            fs::write(folder.join(file), text).unwrap();
        }
        for file in ["gateway.redb", "audit.jsonl"] {
            let _ = fs::remove_file(folder.join(file));
        }
        let accelerate = format!("http://{}/api", upstream.address);
        let site = harness::site();
        let toml = fill_in(
            toml,
            &[
                ("https://accelerate.example.nl/api", &accelerate),
                ("/usr/share/consumer-portal", site.to_str().unwrap()),
            ],
        );
        let toml = fill_in(&toml, places);
        let toml = toml.replace("/var/lib/consumer-portal", folder.to_str().unwrap());
        let configuration = folder.join("gateway.toml");
        fs::write(&configuration, toml).unwrap();
        Machine {
            configuration,
            store: None,
            certificate: PathBuf::new(),
            folder,
        }
    }

    fn gateway(&self, command: &str, flags: &[&str]) -> Command {
        let mut gateway = programs::gateway(command);
        gateway
            .args(flags)
            .env("GATEWAY_CONFIG", &self.configuration)
            .env("GATEWAY_SECRET_FILE", self.folder.join("secret"))
            .env("ACCELERATE_SALT_FILE", self.folder.join("salt"));
        if let Some(store) = &self.store {
            gateway
                .env("GATEWAY_STORE", store)
                .env("SSL_CERT_FILE", &self.certificate);
        }
        gateway
    }

    /// What `gateway check` says on standard error, when it finds no mistake.
    fn checked(&self, flags: &[&str]) -> String {
        let checked = self.gateway("check", flags).output().unwrap();
        let said = String::from_utf8(checked.stderr).unwrap();
        assert!(checked.status.success(), "{said}");
        said
    }

    fn serve(&self, listen: &str) -> Copy {
        let more = [
            "--listen",
            listen,
            "--set",
            "limits.lame_duck=3s",
            "--set",
            "limits.consumer_per_minute=1000000",
            "--set",
            "limits.address_per_minute=1000000",
        ];
        Copy::spawn(&mut self.gateway("serve", &more))
    }
}

/// A browser of a consumer, in front of a proxy.
struct Browser<'a> {
    proxy: &'a Proxy,
    cookie: String,
}

fn portal() -> Url {
    format!("https://{NAME}/").parse().unwrap()
}

impl Browser<'_> {
    /// Signs in by a link of the office `kantoor`.
    fn signed_in(proxy: &Proxy) -> Browser<'_> {
        let accelerate = (portal(), programs::DOMAIN.to_owned(), "".into());
        let secrets = vec![programs::SECRET.into()];
        let settings = Settings::new(portal(), PathBuf::new(), secrets, accelerate);
        let link = gateway::links::mint(&settings, CONSUMER, None, SystemTime::now()).unwrap();
        let mut browser = Browser {
            proxy,
            cookie: String::new(),
        };
        let opened = browser.send(&harness::press_head(&portal(), link.path(), ""));
        browser.cookie = programs::cookie(&opened);
        browser
    }

    fn send(&self, head: &str) -> Answer {
        let mut connection = Tls::connect(self.proxy, "127.0.0.1");
        connection.write_all(head.as_bytes()).unwrap();
        Answer::read(connection)
    }

    fn getsession(&self) -> u16 {
        let path = "/consumerportal/getsession";
        let head = harness::head(&portal(), &self.cookie, "GET", path, "");
        self.send(&head).status
    }

    fn log_out(&self) -> u16 {
        let more = format!("origin: https://{NAME}\r\n");
        let head = harness::head(&portal(), &self.cookie, "DELETE", "/session", &more);
        self.send(&head).status
    }
}

#[test]
fn one_machine_as_documented_remembers_who_logged_out_over_a_restart() {
    let upstream = accepts_uploads();
    let toml = documented(ONE_MACHINE, "toml", "gateway.toml");
    let places = [("127.0.0.1:8090", "127.0.0.1:0")];
    let machine = Machine::new("one-machine", &toml, &places, &upstream);
    let said = machine.checked(&[]);
    let minds = said
        .lines()
        .filter(|line| !line.contains("files open here"));
    assert_eq!(minds.count(), 0, "{said}");
    let copy = machine.serve("127.0.0.1:0");
    let listen = copy.address.to_string();
    let proxy = nginx_with_recipe(copy.address);
    let (browser, other) = (Browser::signed_in(&proxy), Browser::signed_in(&proxy));
    assert_eq!(browser.getsession(), 200);
    assert_eq!(browser.log_out(), 204);
    copy.end();
    let _copy = machine.serve(&listen);
    assert_eq!((browser.getsession(), other.getsession()), (401, 200));
    let audit = fs::read_to_string(machine.folder.join("audit.jsonl")).unwrap();
    assert!(
        audit.contains("sign-in") && audit.contains("log-out"),
        "{audit}"
    );
}

#[test]
fn two_machines_as_documented_are_upgraded_without_a_lost_request() {
    let upstream = accepts_uploads();
    let redis_at = programs::free_address();
    let redis = Redis::start_at(redis_at, |folder| {
        let (chain, key) = programs::certificate(folder);
        let configuration = folder.join("valkey.conf");
        let documented = documented(TWO_MACHINES, "", "valkey.conf");
        let places = [
            ("bind 10.0.0.10", "bind 127.0.0.1"),
            ("6380", &redis_at.port().to_string()),
            ("/etc/valkey/tls.crt", chain.to_str().unwrap()),
            ("/etc/valkey/tls.key", key.to_str().unwrap()),
            ("/var/lib/valkey", folder.to_str().unwrap()),
        ];
        fs::write(&configuration, fill_in(&documented, &places)).unwrap();
        vec![configuration.to_str().unwrap().to_owned()]
    });
    let store = documented(TWO_MACHINES, "", "consumer-portal/store");
    let at = format!("localhost:{}", redis_at.port());
    let store = fill_in(store.trim(), &[("valkey.example.nl:6380", &at)]);
    let toml = documented(TWO_MACHINES, "toml", "gateway.toml");
    let machines = ["first", "second"].map(|name| {
        let places = [
            ("10.0.0.11:8080", "127.0.0.1:0"),
            ("10.0.0.11:8090", "127.0.0.1:0"),
            ("10.0.0.10", "127.0.0.1"),
        ];
        let name = format!("two-machines-{name}");
        let mut machine = Machine::new(&name, &toml, &places, &upstream);
        machine.store = Some(store.clone());
        machine.certificate.clone_from(&redis.certificate);
        machine
    });
    let said = machines[0].checked(&["--copies", "2", "--readiness-interval", "5s"]);
    let minds = said
        .lines()
        .filter(|line| !line.contains("files open here"));
    assert_eq!(minds.count(), 0, "{said}");
    let mut copies = machines.each_ref().map(|it| Some(it.serve("127.0.0.1:0")));
    let addresses = copies.each_ref().map(|it| it.as_ref().unwrap().address);
    let one = "upstream consumer_portal {\n    server 127.0.0.1:8080;\n}\n";
    let two = documented(TWO_MACHINES, "nginx", "nginx.conf");
    let two = fill_in(
        &two,
        &[
            ("10.0.0.11:8080", &addresses[0].to_string()),
            ("10.0.0.12:8080", &addresses[1].to_string()),
        ],
    );
    let proxy = nginx(&fill_in(NGINX, &[(one, &two)]));
    let browser = Browser::signed_in(&proxy);
    let (is_over, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    assert_eq!(browser.getsession(), 200);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let body = harness::multipart(&harness::pdf(1 << 20));
        for (number, machine) in machines.iter().enumerate() {
            // An upload that is half there when one of the copies is told to end.
            let id = format!("upload-{number:04}");
            let head = harness::upload_head(&portal(), &browser.cookie, &id, body.len());
            let head = match number {
                0 => head,
                _ => harness::reupload(&head),
            };
            let mut upload = Tls::connect(&proxy, "127.0.0.1");
            let before = upstream.body_bytes();
            upload.write_all(head.as_bytes()).unwrap();
            upload.write_all(&body[..1 << 19]).unwrap();
            upstream.wait_for(before + (1 << 18));
            let copy = copies[number].take().unwrap();
            copy.signal("TERM");
            programs::eventually("it takes nothing any more", || {
                TcpStream::connect(copy.address).is_err()
            });
            upload.write_all(&body[1 << 19..]).unwrap();
            assert_eq!(Answer::read(upload).status, 200);
            let listen = copy.address.to_string();
            copy.ended();
            copies[number] = Some(machine.serve(&listen));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(asked.into_inner() > 20);
    assert_eq!(upstream.received("upload_file").len(), 2);
    // What one copy remembers the other knows.
    assert_eq!(browser.log_out(), 204);
    assert_eq!([browser.getsession(), browser.getsession()], [401, 401]);
}

#[test]
fn every_counter_that_is_to_be_watched_is_there() {
    let upstream = accepts_uploads();
    let gateway = TestGateway::new(&upstream);
    assert_eq!(gateway.get("/consumerportal/getsession").status, 200);
    let counters = gateway.ops("/metrics");
    let mut count = 0;
    for page in [ONE_MACHINE, TWO_MACHINES] {
        for line in page.lines() {
            let Some(rest) = line.strip_prefix("| `") else {
                continue;
            };
            let name = rest.split('`').next().unwrap();
            if name.starts_with("gateway_") {
                count += 1;
                let found = counters.text().lines().any(|line| {
                    let rest = line.strip_prefix(name);
                    rest.is_some_and(|rest| rest.starts_with([' ', '{']))
                });
                assert!(found, "{name}");
            }
        }
    }
    assert_eq!(count, 11);
}

fn accepts_uploads() -> FakeAccelerate {
    FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    })
}

/// Bytes that are no Brotli, so that nobody on the way can have unpacked or packed them.
const BROTLI: &[u8] = b"\x0b\x00\xffnobody looks into this";

/// A gateway whose public address is that of a proxy with TLS.
fn behind_tls(upstream: &FakeAccelerate) -> TestGateway {
    let site = programs::folder("site-of-proxies");
    // Each file appears complete: another test may be reading it.
    for (name, bytes) in [
        ("index.html", &b"<!doctype html><title>portal</title>"[..]),
        ("index.html.br", BROTLI),
    ] {
        if !site.join(name).exists() {
            let partial = site.join(format!(".{name}-{:?}", std::thread::current().id()));
            fs::write(&partial, bytes).unwrap();
            fs::rename(partial, site.join(name)).unwrap();
        }
    }
    TestGateway::with(upstream.address, |settings| {
        settings.public_url = format!("https://{NAME}/").parse().unwrap();
        settings.session.page = settings.public_url.clone();
        settings.assets = site;
    })
}

/// Starts a proxy in front of the gateway at that address.
type Recipe = fn(SocketAddr) -> Proxy;

/// A gateway behind a proxy.
struct Front {
    gateway: TestGateway,
    proxy: Proxy,
}

/// A TLS connection that can be read when the other side takes nothing any more, as browsers do.
struct Tls {
    connection: ClientConnection,
    stream: TcpStream,
}

impl Tls {
    /// Connects to a proxy from that address.
    fn connect(proxy: &Proxy, from: &str) -> Tls {
        let from: SocketAddr = format!("{from}:0").parse().unwrap();
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&from.into()).unwrap();
        socket.connect(&proxy.address.into()).unwrap();
        let stream: TcpStream = socket.into();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        let trust = Certificate::of_this_run().trust.clone();
        let connection = ClientConnection::new(trust, name).unwrap();
        Tls { connection, stream }
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        rustls::Stream::new(&mut self.connection, &mut self.stream).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        rustls::Stream::new(&mut self.connection, &mut self.stream).flush()
    }
}

impl Read for Tls {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.connection.reader().read(into) {
                Err(nothing_yet) if nothing_yet.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            self.connection.read_tls(&mut self.stream)?;
            self.connection
                .process_new_packets()
                .map_err(io::Error::other)?;
        }
    }
}

impl Front {
    fn new(recipe: Recipe, upstream: &FakeAccelerate) -> Front {
        let gateway = behind_tls(upstream);
        let proxy = recipe(gateway.address);
        Front { gateway, proxy }
    }

    /// Presses the button of the page at that path.
    fn press(&self, path: &str) -> Answer {
        let url = &self.gateway.settings.public_url;
        self.send(&harness::press_head(url, path, ""), &[])
    }

    /// The path of a link that signs the consumer in.
    fn link(&self) -> String {
        let link = gateway::links::mint(&self.gateway.settings, CONSUMER, None, SystemTime::now());
        link.unwrap().path().to_owned()
    }

    fn connect(&self) -> Tls {
        self.connect_from("127.0.0.1")
    }

    fn connect_from(&self, address: &str) -> Tls {
        Tls::connect(&self.proxy, address)
    }

    fn send(&self, head: &str, body: &[u8]) -> Answer {
        let mut browser = self.connect();
        browser.write_all(head.as_bytes()).unwrap();
        // A gateway that refuses a document may stop reading it.
        let _ = browser.write_all(body);
        Answer::read(browser)
    }

    fn get(&self, path: &str) -> Answer {
        self.send(&self.gateway.head("GET", path, ""), &[])
    }

    fn upload(&self, body: &[u8]) -> Answer {
        self.send(&self.gateway.upload_head("upload-0001", body.len()), body)
    }
}

fn nginx_with_recipe(gateway: SocketAddr) -> Proxy {
    nginx(&naming(NGINX, gateway))
}

/// The recipe with the address of one gateway.
fn naming(recipe: &str, gateway: SocketAddr) -> String {
    let line = format!("server {gateway};");
    fill_in(recipe, &[("server 127.0.0.1:8080;", &line)])
}

/// nginx with that recipe in its `conf.d`.
fn nginx(recipe: &str) -> Proxy {
    Proxy::nginx(|port, folder| {
        let (chain, key) = Certificate::of_this_run().write_to(folder);
        let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
        let plain = programs::free_address();
        let recipe = fill_in(
            recipe,
            &[
                ("listen 80;", &format!("listen {plain};")),
                ("listen [::]:80;", ""),
                (
                    "listen 443 ssl http2;",
                    &format!("listen 127.0.0.1:{port} ssl http2;"),
                ),
                (
                    "listen [::]:443 ssl http2;",
                    &if has_ipv6 {
                        format!("listen [::1]:{port} ssl http2;")
                    } else {
                        String::new()
                    },
                ),
                (
                    "/etc/letsencrypt/live/portal.example.nl/fullchain.pem",
                    &chain,
                ),
                ("/etc/letsencrypt/live/portal.example.nl/privkey.pem", &key),
                ("/var/log/nginx/error.log", "error.log"),
            ],
        );
        // As in Debian's nginx.conf, with another site of the office as the default one.
        format!(
            "sendfile on; tcp_nopush on; gzip on; access_log access.log;\n\
             server {{\n\
             listen 127.0.0.1:{port} ssl default_server; server_name www.example.nl;\n\
             ssl_certificate {chain}; ssl_certificate_key {key}; return 404;\n\
             }}\n\
             {recipe}"
        )
    })
}

/// Caddy with the recipe, and with a certificate in place of the one that it would get by itself.
fn caddy_with_recipe(gateway: SocketAddr) -> Proxy {
    let program = programs::program("CADDY", "caddy");
    Proxy::start(|port, folder| {
        let (chain, key) = Certificate::of_this_run().write_to(folder);
        let recipe = fill_in(
            CADDYFILE,
            &[
                (
                    "\n{\n",
                    &format!(
                        "\n{{\n\tadmin off\n\tauto_https disable_redirects\n\thttps_port {port}\n"
                    ),
                ),
                (
                    "portal.example.nl {\n",
                    &format!("portal.example.nl {{\n\tbind 127.0.0.1\n\ttls {chain} {key}\n"),
                ),
                ("127.0.0.1:8080", &gateway.to_string()),
            ],
        );
        let configuration = folder.join("Caddyfile");
        fs::write(&configuration, recipe).unwrap();
        let mut command = Command::new(&program);
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(configuration)
            .env("HOME", folder)
            .env("XDG_DATA_HOME", folder)
            .env("XDG_CONFIG_HOME", folder);
        command
    })
}

/// The recipe with these texts replaced. Each must be in it once.
fn fill_in(recipe: &str, places: &[(&str, &str)]) -> String {
    places.iter().fold(recipe.to_owned(), |text, (here, with)| {
        assert_eq!(
            text.matches(here).count(),
            1,
            "{here} is in the recipe once"
        );
        text.replace(here, with)
    })
}

/// The site's certificate with its key, and a client that trusts it.
struct Certificate {
    chain: String,
    key: String,
    trust: Arc<ClientConfig>,
}

impl Certificate {
    /// The one certificate of all tests.
    fn of_this_run() -> &'static Certificate {
        static CERTIFICATE: std::sync::OnceLock<Certificate> = std::sync::OnceLock::new();
        CERTIFICATE.get_or_init(|| {
            let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
            let mut roots = RootCertStore::empty();
            roots
                .add(CertificateDer::from(made.cert.der().to_vec()))
                .unwrap();
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let trust = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
            Certificate {
                chain: made.cert.pem(),
                key: made.signing_key.serialize_pem(),
                trust: Arc::new(trust),
            }
        })
    }

    /// Writes certificate and key into a folder, and gives the paths in quotes.
    fn write_to(&self, folder: &Path) -> (String, String) {
        let write = |name: &str, text: &str| {
            fs::write(folder.join(name), text).unwrap();
            format!("\"{}\"", folder.join(name).display())
        };
        (write("chain.pem", &self.chain), write("key.pem", &self.key))
    }
}
