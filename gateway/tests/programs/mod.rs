//! The real programs of a test with several machines: copies of the gateway, Redis, and nginx in front.

#![allow(dead_code, reason = "each file of tests uses a part of it")]

use crate::harness::{self, Answer, FakeAccelerate, SALT, TIMEOUT};
use gateway::settings::Settings;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};
use url::Url;

pub const PUBLIC_URL: &str = "http://portal.localhost/";
pub const DOMAIN: &str = "kantoor";
pub const SECRET: &str = "a-secret-that-is-only-of-this-test-0123456789";

pub fn public_url() -> Url {
    PUBLIC_URL.parse().unwrap()
}

/// The program, without the settings that the environment of the tests may have.
pub fn gateway(command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_gateway"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("GATEWAY_") || name.starts_with("ACCELERATE_") {
            program.env_remove(&*name);
        }
    }
    program.arg(command).stdin(Stdio::null());
    program
}

/// The settings of a copy with that store.
pub fn settings(upstream: &FakeAccelerate, store: &str) -> [(&'static str, String); 9] {
    [
        ("GATEWAY_LISTEN", "127.0.0.1:0".to_owned()),
        ("GATEWAY_OPS_LISTEN", "127.0.0.1:0".to_owned()),
        ("GATEWAY_PUBLIC_URL", PUBLIC_URL.to_owned()),
        ("GATEWAY_ASSETS", harness::site().display().to_string()),
        ("GATEWAY_SECRET", SECRET.to_owned()),
        ("GATEWAY_STORE", store.to_owned()),
        ("ACCELERATE_URL", format!("http://{}/api", upstream.address)),
        ("ACCELERATE_DOMAIN", DOMAIN.to_owned()),
        ("ACCELERATE_SALT", SALT.to_owned()),
    ]
}

/// The same for what is made without the program: links and sessions.
pub fn typed_settings() -> Settings {
    let accelerate = (public_url(), DOMAIN.to_owned(), SALT.into());
    let secrets = vec![SECRET.into()];
    Settings::new(public_url(), PathBuf::new(), secrets, accelerate)
}

/// A link of a consumer that fits [`settings`].
pub fn link_of(consumer: &str) -> String {
    let settings = typed_settings();
    let link = gateway::links::mint(&settings, consumer, None, SystemTime::now());
    link.unwrap().into()
}

/// The cookie that an answer sets.
pub fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").expect("it signs in");
    cookie.split(';').next().unwrap().to_owned()
}

/// A folder for the files of tests.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn eventually(what: &str, is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < TIMEOUT, "{what}, but not in time");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The path of a program: what `cargo xtask test` says, or else one of the system.
pub fn program(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not on this machine: `cargo xtask test` brings it"))
}

/// An address that nobody listens on at this moment.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A copy of the gateway, until it is killed or dropped.
pub struct Copy {
    program: Option<Child>,
    pub address: SocketAddr,
    pub ops_address: SocketAddr,
    settings: Vec<(&'static str, String)>,
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Copy {
    /// Starts a copy, and reads in its log where it listens.
    pub fn start(upstream: &FakeAccelerate, store: &str, set: &[&str]) -> Copy {
        Copy::start_at("127.0.0.1:0", upstream, store, set)
    }

    /// The same at an address.
    pub fn start_at(listen: &str, upstream: &FakeAccelerate, store: &str, set: &[&str]) -> Copy {
        Copy::start_with(upstream, store, set, &[("GATEWAY_LISTEN", listen)])
    }

    /// The same with more variables in the environment. Without a store it remembers in memory.
    pub fn start_with(
        upstream: &FakeAccelerate,
        store: &str,
        set: &[&str],
        variables: &[(&'static str, &str)],
    ) -> Copy {
        let mut settings: Vec<(&str, String)> = settings(upstream, store).into();
        settings.retain(|(name, value)| *name != "GATEWAY_STORE" || !value.is_empty());
        for (name, value) in variables {
            settings.retain(|(it, _)| it != name);
            settings.push((*name, (*value).to_owned()));
        }
        let mut serve = gateway("serve");
        serve.args(["--set", "limits.lame_duck=0s"]);
        serve.envs(settings.iter().cloned());
        for set in set {
            serve.args(["--set", set]);
        }
        let mut copy = Copy::spawn(&mut serve);
        settings.retain(|(name, _)| *name != "GATEWAY_LISTEN");
        settings.push(("GATEWAY_LISTEN", copy.address.to_string()));
        copy.settings = settings;
        copy
    }

    /// Starts the program, and reads in its log where it listens.
    pub fn spawn(serve: &mut Command) -> Copy {
        let mut program = serve.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(program.stderr.take().unwrap()).lines();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut log, mut listens) = (String::new(), Vec::<SocketAddr>::new());
            for line in lines.map_while(Result::ok) {
                if line.contains("\"message\":\"listening") {
                    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
                    listens.push(line["address"].as_str().unwrap().parse().unwrap());
                    // The address for operations is told first.
                    if let [ops_address, address] = listens[..] {
                        let _ = sender.send(Ok((address, ops_address)));
                    }
                }
                log += &line;
                log += "\n";
            }
            let _ = sender.send(Err(log));
        });
        let (address, ops_address): (SocketAddr, SocketAddr) = match receiver.recv_timeout(TIMEOUT)
        {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(log)) => panic!("the gateway ended: {log}"),
            Err(_) => {
                let _ = program.kill();
                panic!("the gateway does not listen");
            }
        };
        Copy {
            program: Some(program),
            address,
            ops_address,
            settings: Vec::new(),
        }
    }

    /// Kills it, as a machine without power does.
    pub fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            let _ = program.kill();
            let _ = program.wait();
        }
    }

    /// Ends it as an office does, and waits.
    pub fn end(self) {
        self.signal("TERM");
        self.ended();
    }

    /// Waits until it has ended well.
    pub fn ended(mut self) {
        let mut program = self.program.take().unwrap();
        assert!(program.wait().unwrap().success());
    }

    /// Sends it a signal, such as `HUP`.
    pub fn signal(&self, name: &str) {
        signal(self.program.as_ref().unwrap(), name);
    }

    /// Asks the listener for health, readiness and metrics.
    pub fn ops(&self, path: &str) -> Answer {
        let mut stream = TcpStream::connect(self.ops_address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let head = harness::head(&public_url(), "", "GET", path, "");
        stream.write_all(head.as_bytes()).unwrap();
        Answer::read(stream)
    }

    /// The counters.
    pub fn metrics(&self) -> String {
        self.ops("/metrics").text().to_owned()
    }

    /// Runs `gateway revoke` with the settings of this copy.
    pub fn revoke(&self, consumer: &str) {
        let revoked = gateway("revoke")
            .args(["--consumer", consumer])
            .envs(self.settings.iter().cloned())
            .output()
            .unwrap();
        let said = String::from_utf8(revoked.stderr).unwrap();
        assert!(revoked.status.success(), "{said}");
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream
    }

    pub fn send(&self, head: &str, body: &[u8]) -> Answer {
        let mut browser = self.connect();
        browser.write_all(head.as_bytes()).unwrap();
        let _ = browser.write_all(body);
        Answer::read(browser)
    }

    pub fn request(&self, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
        let more = format!(
            "origin: {}\r\ncontent-length: {}\r\n",
            public_url().origin().ascii_serialization(),
            body.len()
        );
        let head = harness::head(&public_url(), cookie, method, path, &more);
        self.send(&head, body.as_bytes())
    }

    pub fn getsession(&self, cookie: &str) -> Answer {
        let path = "/consumerportal/getsession";
        self.send(&harness::head(&public_url(), cookie, "GET", path, ""), &[])
    }

    pub fn readiness(&self) -> String {
        let head = harness::head(&public_url(), "", "GET", "/readyz", "");
        self.send(&head, &[]).text().to_owned()
    }

    pub fn log_out(&self, cookie: &str) -> Answer {
        self.request("DELETE", "/session", cookie, "")
    }

    /// Opens a link, as a person does: by the button.
    pub fn open(&self, link: &str) -> Answer {
        let path = link.strip_prefix(PUBLIC_URL).unwrap();
        self.request("POST", &format!("/{path}"), "", "")
    }

    /// Opens a new link of a consumer, and gives the cookie.
    pub fn sign_in(&self, consumer: &str) -> String {
        cookie(&self.open(&link_of(consumer)))
    }

    /// The link of a code for a phone.
    pub fn phone_code(&self, cookie: &str) -> String {
        let code = self.request("POST", "/session/phone", cookie, "{}");
        let code: serde_json::Value = serde_json::from_slice(&code.body).unwrap();
        code["link"].as_str().expect("there is a code").to_owned()
    }

    pub fn begin_upload(&self, cookie: &str, upload_id: &str, length: usize) -> TcpStream {
        let mut browser = self.connect();
        let head = harness::upload_head(&public_url(), cookie, upload_id, length);
        browser.write_all(head.as_bytes()).unwrap();
        browser
    }

    pub fn upload(&self, cookie: &str, upload_id: &str, body: &[u8]) -> Answer {
        let mut browser = self.begin_upload(cookie, upload_id, body.len());
        let _ = browser.write_all(body);
        Answer::read(browser)
    }
}

/// Redis writes down what it has, at once.
const DURABLE: [&str; 4] = ["--save", "", "--appendonly", "yes"];

/// Writes a certificate of `localhost` and its key into a folder.
pub fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    fs::write(&chain, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (chain, key)
}

/// A Redis, which writes what it has to its folder.
pub struct Redis {
    program: Option<Child>,
    pub address: SocketAddr,
    folder: PathBuf,
    flags: Vec<String>,
    /// Where to find the certificate to trust, of one with TLS.
    pub certificate: PathBuf,
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Redis {
    pub fn start() -> Redis {
        let address = free_address();
        let port = address.port().to_string();
        let flags = [&["--bind", "127.0.0.1", "--port", &port][..], &DURABLE].concat();
        let redis = Redis::start_at(address, |_| flags.into_iter().map(str::to_owned).collect());
        eventually("Redis answers", || redis.ask(&["PING"]) == ["PONG"]);
        redis
    }

    /// Starts one with the flags that are made from its folder.
    pub fn start_at(address: SocketAddr, flags: impl FnOnce(&Path) -> Vec<String>) -> Redis {
        let folder = folder(&format!("redis-{}", address.port()));
        let mut redis = Redis {
            program: None,
            address,
            flags: flags(&folder),
            certificate: folder.join("chain.pem"),
            folder,
        };
        redis.start_again();
        eventually("Redis listens", || TcpStream::connect(address).is_ok());
        redis
    }

    /// Starts one that wants TLS and a password.
    pub fn with_tls(password: &str) -> Redis {
        let address = free_address();
        Redis::start_at(address, |folder| {
            let (chain, key) = certificate(folder);
            let port = address.port().to_string();
            let flags = [
                ["--port", "0"],
                ["--tls-port", &port],
                ["--tls-cert-file", chain.to_str().unwrap()],
                ["--tls-key-file", key.to_str().unwrap()],
                ["--tls-auth-clients", "no"],
                ["--requirepass", password],
                ["--bind", "127.0.0.1"],
            ];
            let flags = [&flags.concat()[..], &DURABLE].concat();
            flags.into_iter().map(str::to_owned).collect()
        })
    }

    /// The address for `gateway_store`.
    pub fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    /// Starts it with what it had before.
    pub fn start_again(&mut self) {
        let started = Command::new(program("REDIS_SERVER", "redis-server"))
            .args(&self.flags)
            .arg("--dir")
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.program = Some(started);
    }

    /// Stops it at once.
    pub fn stop(&mut self) {
        if let Some(mut program) = self.program.take() {
            let _ = program.kill();
            let _ = program.wait();
        }
    }

    /// Sends a command, and gives the lines of the answer that are no lengths.
    fn ask(&self, words: &[&str]) -> Vec<String> {
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return Vec::new();
        };
        let command = format!("{}\r\nQUIT\r\n", words.join(" "));
        let mut answer = String::new();
        if stream.write_all(command.as_bytes()).is_err()
            || stream.read_to_string(&mut answer).is_err()
        {
            return Vec::new();
        }
        let answer = answer.strip_suffix("+OK\r\n").unwrap_or(&answer);
        answer
            .lines()
            .filter(|line| !line.starts_with(['*', '$']))
            .map(|line| line.trim_start_matches(['+', ':']).to_owned())
            .collect()
    }

    pub fn keys(&self) -> Vec<String> {
        self.ask(&["KEYS", "*"])
    }

    /// All keys and values, as text.
    pub fn all(&self) -> String {
        let keys = self.keys();
        let values = keys.iter().flat_map(|key| self.ask(&["GET", key]));
        let values: Vec<String> = values.collect();
        [keys.join("\n"), values.join("\n")].join("\n")
    }

    /// Whether a key has an end time.
    pub fn ends(&self, key: &str) -> bool {
        let left = self.ask(&["PTTL", key]);
        left.iter()
            .any(|it| it.parse::<i64>().is_ok_and(|it| it != -1))
    }
}

impl Redis {
    /// Lets it answer nothing, without closing a connection.
    pub fn pause(&self) {
        signal(self.program.as_ref().unwrap(), "STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        signal(self.program.as_ref().unwrap(), "CONT");
    }
}

/// The shell's `kill` needs neither unsafe code nor another dependency.
fn signal(program: &Child, name: &str) {
    let id = program.id().to_string();
    let sent = Command::new("sh")
        .args(["-c", "kill -$1 $2", "sh", name, &id])
        .status();
    assert!(sent.unwrap().success());
}

/// A web server in front of the gateway, which ends when it is dropped.
pub struct Proxy {
    program: Child,
    pub address: SocketAddr,
    folder: PathBuf,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Proxy {
    /// Starts a program in a folder of its own. The program takes the port itself: when another program has
    /// it, the proxy ends and another port is tried.
    pub fn start(command: impl Fn(u16, &Path) -> Command) -> Proxy {
        let mut logged = String::new();
        for _ in 0..5 {
            let address = free_address();
            let folder = folder(&format!("proxy-{}", address.port()));
            let log = File::create(folder.join("standard.log")).unwrap();
            let program = command(address.port(), &folder)
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            let mut proxy = Proxy {
                program,
                address,
                folder,
            };
            if proxy.listens() {
                return proxy;
            }
            logged = proxy.logged();
        }
        panic!("the proxy does not start: {logged}");
    }

    /// Starts nginx with that inside its block `http`.
    pub fn nginx(http: impl Fn(u16, &Path) -> String) -> Proxy {
        Proxy::start(|port, folder| {
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|it| format!("{it}_temp_path temporary-{it};\n"))
                .concat();
            let whole = format!(
                "daemon off; master_process off; pid nginx.pid; error_log all.log;\n\
                 events {{ worker_connections 2048; }}\n\
                 http {{\n{temporary}{}\n}}\n",
                http(port, folder)
            );
            let configuration = folder.join("nginx.conf");
            fs::write(&configuration, whole).unwrap();
            let mut command = Command::new(program("NGINX", "nginx"));
            command.arg("-p").arg(folder).arg("-c").arg(configuration);
            // To nginx this variable names inherited sockets.
            command.env_remove("NGINX");
            command
        })
    }

    /// nginx without TLS in front of copies of the gateway, which it asks in turn.
    pub fn of_copies(copies: &[SocketAddr]) -> Proxy {
        let servers: String = copies.iter().map(|it| format!("server {it};")).collect();
        Proxy::nginx(|port, _| {
            format!(
                "access_log off;\n\
                 upstream gateway {{ {servers} }}\n\
                 server {{\n\
                 listen 127.0.0.1:{port}; underscores_in_headers on; client_max_body_size 0;\n\
                 location / {{\n\
                 proxy_pass http://gateway; proxy_http_version 1.1; proxy_set_header Host $host;\n\
                 proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Connection \"\";\n\
                 proxy_request_buffering off; proxy_buffering off;\n\
                 proxy_read_timeout 90s; proxy_send_timeout 90s; proxy_next_upstream error;\n\
                 }}\n}}"
            )
        })
    }

    fn listens(&mut self) -> bool {
        let began = Instant::now();
        while began.elapsed() < TIMEOUT {
            if self.program.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(self.address).is_ok() {
                // Another program may have the port; then nginx logs so, and tries for a while.
                return !self.logged().contains("bind() ");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// All that the proxy wrote to its logs.
    pub fn logged(&self) -> String {
        let files = fs::read_dir(&self.folder).unwrap().flatten();
        files
            .filter(|file| file.path().extension().is_some_and(|it| it == "log"))
            .map(|file| String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned())
            .collect()
    }
}
