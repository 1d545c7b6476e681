//! The program itself, started as an office starts it: what it reads from flags, environment and files,
//! what it prints, how it serves and how it ends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod harness;

use gateway::settings::Settings;
use harness::{
    ACTION, Answer, CONSUMER, FakeAccelerate, SALT, TIMEOUT, answer_getsession, send_answer,
    send_json,
};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};
use url::Url;

const PUBLIC_URL: &str = "http://portal.localhost/";
const DOMAIN: &str = "kantoor";
const SECRET: &str = "a-secret-that-is-only-of-this-test-0123456789";
const LINKS_KEY: &str = "a-key-that-is-only-of-this-test-0123456789";

#[test]
fn every_environment_setting_is_read_from_the_environment() {
    let upstream = accepts_uploads();
    assert_serves(
        &upstream,
        gateway("serve").envs(required_settings(&upstream)),
    );
}

#[test]
fn every_environment_setting_is_read_from_a_file_of_its_own() {
    let upstream = accepts_uploads();
    let folder = folder("names");
    let files = required_settings(&upstream).map(|(name, value)| {
        let file = folder.join(name);
        fs::write(&file, format!("{value}\n")).unwrap();
        (format!("{name}_FILE"), file)
    });
    assert_serves(&upstream, gateway("serve").envs(files));
}

#[test]
fn every_environment_setting_is_a_key_of_the_configuration_file_in_either_case() {
    let upstream = accepts_uploads();
    let folder = folder("keys");
    for (file, in_case) in [
        ("upper.toml", str::to_ascii_uppercase as fn(&str) -> String),
        ("lower.toml", str::to_ascii_lowercase),
    ] {
        let file = folder.join(file);
        let lines = required_settings(&upstream)
            .map(|(name, value)| format!("{} = '{value}'\n", in_case(name)));
        fs::write(&file, lines.concat()).unwrap();
        assert_serves(&upstream, gateway("serve").arg("--config").arg(file));
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = folder("precedence").join("gateway.toml");
    fs::write(&file, "gateway_public_url = 'https://file.example'").unwrap();
    let link = |more: &mut dyn FnMut(&mut Command)| {
        let mut command = gateway("link");
        command
            .args(["--consumer", CONSUMER, "--config"])
            .arg(&file)
            .envs(settings_for_no_upstream())
            .env_remove("GATEWAY_PUBLIC_URL");
        more(&mut command);
        text(command.output().unwrap().stdout)
    };
    assert!(link(&mut |_| {}).starts_with("https://file.example/open/"));
    let environment = |command: &mut Command| {
        command.env("GATEWAY_PUBLIC_URL", "https://environment.example");
    };
    assert!(link(&mut { environment }).starts_with("https://environment.example/open/"));
    let flag = link(&mut |command| {
        environment(command);
        command.args(["--public-url", "https://flag.example"]);
    });
    assert!(flag.starts_with("https://flag.example/open/"));
}

#[test]
fn a_link_is_printed_alone_and_signs_in() {
    let upstream = accepts_uploads();
    let contract = required_settings(&upstream);
    let printed = gateway("link")
        .args(["--consumer", CONSUMER])
        .envs(contract.clone())
        .output()
        .unwrap();
    assert!(printed.status.success());
    assert!(
        text(printed.stderr).contains("without TLS"),
        "warnings go elsewhere"
    );
    let link = text(printed.stdout);
    assert_eq!(link.lines().count(), 1);
    let link: Url = link.trim_end().parse().unwrap();
    let process = GatewayProcess::start(gateway("serve").envs(contract));
    assert!(!process.sign_in(&link).is_empty());
}

#[test]
fn a_link_for_an_impossible_id_ends_with_its_own_exit_code() {
    let refused = gateway("link")
        .args(["--consumer", "not an id"])
        .envs(settings_for_no_upstream())
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    assert!(text(refused.stderr).contains("64 visible ASCII characters"));
}

#[test]
fn check_reports_every_mistake_at_once_and_no_secret() {
    let folder = folder("mistakes");
    let file = folder.join("gateway.toml");
    fs::write(
        &file,
        format!("gateway_links_key = ['{LINKS_KEY}']\n[limits]\nuplods = 3"),
    )
    .unwrap();
    for command in ["check", "serve"] {
        let checked = gateway(command)
            .arg("--config")
            .arg(&file)
            .env("GATEWAY_PUBLIC_URL", "http://portal.example.nl")
            .env("GATEWAY_ASSETS", &folder)
            .env("GATEWAY_SECRET", "too-short")
            .env("ACCELERATE_URL", "nowhere")
            .env("ACCELERATE_SALT", SALT)
            .output()
            .unwrap();
        assert_eq!(checked.status.code(), Some(1));
        let printed = printed(checked);
        for mistake in [
            "gateway_public_url must be https",
            "gateway_assets holds no site: there is no index.html",
            "at least 32 characters",
            "accelerate_url must be an address",
            "ACCELERATE_DOMAIN is not given",
            "gateway_links_key must be a text",
            "did you mean limits.uploads?",
        ] {
            assert!(printed.contains(mistake), "{mistake} is not in {printed}");
        }
        for secret in ["too-short", SALT, LINKS_KEY, "panicked"] {
            assert!(!printed.contains(secret), "{secret} is in {printed}");
        }
    }
}

#[test]
fn check_reports_a_site_folder_that_does_not_exist() {
    let checked = gateway("check")
        .envs(settings_for_no_upstream())
        .env("GATEWAY_ASSETS", folder("assets").join("nowhere"))
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(1));
    let printed = printed(checked);
    assert!(
        printed.contains("gateway_assets holds no site: No such file"),
        "{printed}"
    );
    assert_eq!(
        printed
            .lines()
            .filter(|line| !line.contains("mind:"))
            .count(),
        1
    );
}

#[test]
fn check_without_mistakes_prints_one_line_and_no_secret() {
    let checked = gateway("check")
        .envs(settings_for_no_upstream())
        .env("GATEWAY_LINKS_KEY", LINKS_KEY)
        .output()
        .unwrap();
    assert!(checked.status.success());
    let said = String::from_utf8(checked.stdout.clone()).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with("no mistakes found: http://portal.localhost"),
        "{said}"
    );
    let printed = printed(checked);
    assert!(printed.contains("without TLS"));
    for secret in [SECRET, SALT, LINKS_KEY] {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
}

#[test]
fn check_names_what_several_copies_cannot_share() {
    for (copies, code) in [("1", 0), ("2", 1)] {
        let checked = gateway("check")
            .args(["--copies", copies, "--readiness-interval", "10s"])
            .envs(settings_for_no_upstream())
            .output()
            .unwrap();
        assert_eq!(checked.status.code(), Some(code));
        let printed = printed(checked);
        assert_eq!(printed.contains("2 copies need one store"), code == 1);
        assert!(printed.contains("asked every 10 s"), "{printed}");
    }
}

#[test]
fn health_asks_the_gateway_that_runs_whatever_became_of_its_configuration() {
    let upstream = accepts_uploads();
    let folder = folder("health");
    let configuration = folder.join("gateway.toml");
    fs::write(&configuration, "gateway_ops_listen = '127.0.0.1:0'").unwrap();
    let mut process = GatewayProcess::start(
        gateway("serve")
            .args(["--config", configuration.to_str().unwrap()])
            .args(["--set", "limits.lame_duck=600s"])
            .env_remove("GATEWAY_OPS_LISTEN")
            .envs(required_settings(&upstream)),
    );
    let health = |flags: &[&str], ops_listen: SocketAddr| {
        let text = format!(
            "gateway_ops_listen = '{ops_listen}'\ngateway_secret_file = '/nowhere'\nbrokr = 1"
        );
        fs::write(&configuration, text).unwrap();
        let asked = gateway("health")
            .args(flags)
            .args(["--config", configuration.to_str().unwrap()])
            .env_remove("GATEWAY_OPS_LISTEN")
            .output()
            .unwrap();
        (asked.status.code(), printed(asked))
    };
    let address = process.ops_address;
    let everywhere = SocketAddr::from(([0, 0, 0, 0], address.port()));
    let (code, said) = health(&[], everywhere);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said, "{\"status\":\"ok\",\"accelerate\":\"up\"}\n");
    assert_eq!(health(&["--ready"], address).0, Some(0));
    process.terminate();
    eventually("it is not ready", || {
        let (code, said) = health(&["--ready"], address);
        code == Some(1) && said.contains("503")
    });
    assert_eq!(health(&[], address).0, Some(0), "it ends, and runs");
    process.program.kill().unwrap();
    process.program.wait().unwrap();
    let (code, said) = health(&[], address);
    assert_eq!(code, Some(1));
    assert!(said.contains("no gateway answers at 127.0.0.1"), "{said}");
}

#[test]
fn the_trace_log_holds_no_secret_and_a_start_without_tls_is_warned_of() {
    let upstream = accepts_uploads();
    let mut process = GatewayProcess::start(
        gateway("serve")
            .args(["--set", "log.filter=trace"])
            .envs(required_settings(&upstream))
            .env("GATEWAY_LINKS_KEY", LINKS_KEY),
    );
    let cookie = process.sign_in(&link());
    assert_eq!(
        process.get("/consumerportal/getsession", &cookie).status,
        200
    );
    assert_eq!(process.upload(&cookie, b"%PDF-1.7").status, 200);
    let body = format!("{{\"consumer_id\":\"{CONSUMER}\"}}");
    let key = format!(
        "authorization: Bearer {LINKS_KEY}\r\ncontent-length: {}\r\n",
        body.len()
    );
    let head = harness::head(&PUBLIC_URL.parse().unwrap(), "", "POST", "/links", &key);
    assert_eq!(process.send(&head, body.as_bytes()).status, 201);
    process.terminate();
    let (status, log) = process.ended();
    assert_eq!(status.code(), Some(0));
    assert!(
        log.contains("TRACE") && log.contains("without TLS"),
        "{log}"
    );
    for secret in [SECRET, SALT, LINKS_KEY] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

#[test]
fn a_session_that_is_not_quite_json_ends_no_download_and_no_upload() {
    // What servers and what stands before them do to JSON: the portal shows such a session.
    for (before, text) in [
        (&b"\xEF\xBB\xBF"[..], &b"de Vries"[..]),
        (b"\xEF\xBB\xBF\r\n", b"de Vries"),
        (b"", b"de\tVries"),
        (b"", b"de\r\nVries"),
        (b"", b"de\x02Vries"),
        (b"", b"Ren\xE9"),
        (b"", br"\ud83d"),
    ] {
        let session = [
            before,
            br#"{"consumerportalsession":{"consumer":{"surname":""#,
            text,
            br#""},"dossier":{"products":{"P":{"productactions":{""#,
            ACTION.as_bytes(),
            br#"":{"id":""#,
            ACTION.as_bytes(),
            br#""}}}}}}}"#,
        ]
        .concat();
        let upstream = FakeAccelerate::new(move |request, stream| {
            if request.is("getsession") {
                send_answer(stream, 200, "application/json", &session);
            } else {
                send_json(stream, "{\"operation_result\":\"ok\"}");
            }
        });
        let gateway = GatewayProcess::start(gateway("serve").envs(required_settings(&upstream)));
        // Two consumers, so that the session of the second is asked for by the gateway alone.
        let (cookie, other) = (gateway.sign_in(&link()), gateway.sign_in(&link_of("CNSR2")));
        let otd = format!("/consumerportal/get_otd_pdf?productaction_id={ACTION}");
        assert_eq!(
            gateway.get("/consumerportal/getsession", &cookie).status,
            200
        );
        for cookie in [cookie, other] {
            let case = format!("{} {}", before.escape_ascii(), text.escape_ascii());
            assert_eq!(gateway.get(&otd, &cookie).status, 200, "{case}");
            assert_eq!(gateway.upload(&cookie, b"%PDF-1.7").status, 200, "{case}");
        }
    }
}

#[test]
fn sigterm_lets_an_upload_under_way_finish() {
    let upstream = accepts_uploads();
    let mut process = GatewayProcess::start(gateway("serve").envs(required_settings(&upstream)));
    let cookie = process.sign_in(&link());
    let document = harness::pdf(1 << 20);
    let body = harness::multipart(&document);
    let (first, rest) = body.split_at(1_000);
    let head = harness::upload_head(
        &PUBLIC_URL.parse().unwrap(),
        &cookie,
        "upload-0001",
        body.len(),
    );
    let mut browser = process.connect().unwrap();
    browser.write_all(head.as_bytes()).unwrap();
    browser.write_all(first).unwrap();
    upstream.wait_for(first.len() as u64);
    process.terminate();
    eventually("new connections are refused", || process.connect().is_err());
    browser.write_all(rest).unwrap();
    let response = Answer::read(browser);
    assert_eq!(
        (response.status, response.text()),
        (200, "{\"operation_result\":\"ok\"}")
    );
    assert_eq!(
        upstream.received("upload_file").pop().unwrap().document(),
        document
    );
    assert_eq!(process.ended().0.code(), Some(0));
}

#[test]
fn sigterm_with_nothing_under_way_ends_the_program_at_once() {
    let upstream = accepts_uploads();
    let mut process = GatewayProcess::start(gateway("serve").envs(required_settings(&upstream)));
    // An idle connection of a browser or a proxy is no request under way.
    let mut idle = process.connect().unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    assert_eq!(Answer::read(&idle).status, 200);
    process.terminate();
    // `ended` waits for less than the two minutes that a request under way gets.
    assert_eq!(process.ended().0.code(), Some(0));
}

/// Asserts that the program serves by the values of [`required_settings`], wherever it read them.
fn assert_serves(upstream: &FakeAccelerate, serve: &mut Command) {
    let before = upstream.received("getsession").len();
    let process = GatewayProcess::start(serve);
    assert_ne!(process.address.port(), 8080, "8080 is the default");
    let cookie = process.sign_in(&link());
    assert_eq!(
        process.get("/", "").text(),
        "<!doctype html><title>portal</title>"
    );
    assert_eq!(
        process.get("/consumerportal/getsession", &cookie).status,
        200
    );
    let request = &upstream.received("getsession")[before];
    assert_eq!(request.parameter("domain").as_deref(), Some(DOMAIN));
    assert!(request.is_signed());
}

/// The settings that are required, and GATEWAY_LISTEN, each with a value that is no default.
fn required_settings(upstream: &FakeAccelerate) -> [(&'static str, String); 7] {
    [
        ("GATEWAY_LISTEN", "127.0.0.1:0".to_owned()),
        ("GATEWAY_PUBLIC_URL", PUBLIC_URL.to_owned()),
        ("GATEWAY_ASSETS", harness::site().display().to_string()),
        ("GATEWAY_SECRET", SECRET.to_owned()),
        ("ACCELERATE_URL", format!("http://{}/api", upstream.address)),
        ("ACCELERATE_DOMAIN", DOMAIN.to_owned()),
        ("ACCELERATE_SALT", SALT.to_owned()),
    ]
}

/// The same for a test in which nobody calls AccelerateConnect.
fn settings_for_no_upstream() -> [(&'static str, String); 7] {
    required_settings(&FakeAccelerate::new(|_, _| ()))
}

fn accepts_uploads() -> FakeAccelerate {
    FakeAccelerate::new(|request, stream| {
        if !answer_getsession(request, stream) {
            send_json(stream, "{\"operation_result\":\"ok\"}");
        }
    })
}

/// A link that fits [`required_settings`], made without the program.
fn link() -> Url {
    link_of(CONSUMER)
}

/// The same for another consumer.
fn link_of(consumer: &str) -> Url {
    let public_url: Url = PUBLIC_URL.parse().unwrap();
    let accelerate = (public_url.clone(), DOMAIN.to_owned(), "".into());
    let settings = Settings::new(public_url, PathBuf::new(), vec![SECRET.into()], accelerate);
    gateway::links::mint(&settings, consumer, None, SystemTime::now()).unwrap()
}

/// The program, without the settings that the environment of the tests may have.
fn gateway(command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_gateway"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GATEWAY_")
            || name.to_string_lossy().starts_with("ACCELERATE_")
        {
            program.env_remove(name);
        }
    }
    program.arg(command).stdin(Stdio::null());
    // Tests run side by side, and do not wait to be seen as not ready.
    program.args(["--set", "limits.lame_duck=0s"]);
    program.env("GATEWAY_OPS_LISTEN", "127.0.0.1:0");
    program
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("program")
        .join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// What a program printed, on both outputs.
fn printed(output: Output) -> String {
    text(output.stdout) + &text(output.stderr)
}

fn eventually(what: &str, is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < TIMEOUT, "{what}, but not in time");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// `gateway serve`, until it ends or is dropped.
struct GatewayProcess {
    program: Child,
    address: SocketAddr,
    ops_address: SocketAddr,
    log: Option<JoinHandle<String>>,
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl GatewayProcess {
    /// Starts the program, and reads in its log where it listens.
    fn start(serve: &mut Command) -> GatewayProcess {
        let mut program = serve.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(program.stderr.take().unwrap()).lines();
        let (sender, receiver) = mpsc::channel();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            for line in lines.map_while(Result::ok) {
                if line.contains("\"message\":\"listening") {
                    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
                    let _ = sender.send(line["address"].as_str().unwrap().parse().unwrap());
                }
                log += &line;
                log += "\n";
            }
            log
        });
        let mut process = GatewayProcess {
            program,
            address: ([0, 0, 0, 0], 0).into(),
            ops_address: ([0, 0, 0, 0], 0).into(),
            log: Some(log),
        };
        // The address for operations is told first.
        for _ in 0..2 {
            process.ops_address = process.address;
            match receiver.recv_timeout(TIMEOUT) {
                Ok(address) => process.address = address,
                Err(_) => {
                    let _ = process.program.kill();
                    panic!("the gateway does not listen: {}", process.ended().1);
                }
            }
        }
        process
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(stream)
    }

    fn send(&self, head: &str, body: &[u8]) -> Answer {
        let mut browser = self.connect().unwrap();
        browser.write_all(head.as_bytes()).unwrap();
        browser.write_all(body).unwrap();
        Answer::read(browser)
    }

    fn get(&self, path: &str, cookie: &str) -> Answer {
        let head = harness::head(&PUBLIC_URL.parse().unwrap(), cookie, "GET", path, "");
        self.send(&head, &[])
    }

    fn upload(&self, cookie: &str, document: &[u8]) -> Answer {
        let public_url = PUBLIC_URL.parse().unwrap();
        let body = &harness::multipart(document);
        self.send(
            &harness::upload_head(&public_url, cookie, "upload-0001", body.len()),
            body,
        )
    }

    /// Opens the link, and gives the cookie.
    fn sign_in(&self, link: &Url) -> String {
        assert!(link.as_str().starts_with(PUBLIC_URL));
        let head = harness::press_head(&PUBLIC_URL.parse().unwrap(), link.path(), "");
        let opened = self.send(&head, &[]);
        assert_eq!(opened.header("location"), Some(PUBLIC_URL));
        let cookie = opened.header("set-cookie").expect("the link signs in");
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Sends SIGTERM. The shell's `kill` needs neither unsafe code nor another dependency.
    fn terminate(&self) {
        let sent = Command::new("sh")
            .args(["-c", "kill -TERM $1", "sh", &self.program.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits until the program has ended, and gives its exit status and its log.
    fn ended(&mut self) -> (ExitStatus, String) {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < TIMEOUT, "the gateway does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        (status, self.log.take().unwrap().join().unwrap())
    }
}
