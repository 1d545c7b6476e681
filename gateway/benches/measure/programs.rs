//! The programs that are measured, and the demo behind them. Each listens on a free port of the loopback
//! interface and ends when its value is dropped.

use gateway::session::{Sessions, SignIn};
use gateway::settings::Settings;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// The result of a step; the error says why something could not be measured.
pub type BenchResult<T> = Result<T, Box<dyn std::error::Error>>;

/// Settings with higher limits: wrk is one session at one address.
pub const RAISED_LIMITS: [&str; 2] = [
    "limits.consumer_per_minute=100000000",
    "limits.address_per_minute=100000000",
];
/// The public origin of the gateway; no proxy with TLS stands in front of it here.
pub const ORIGIN: &str = "https://portal.example.nl";
/// Secrets of this program alone.
const SECRET: &str = "secret-of-the-bench-known-to-everyone";
const SALT: &str = "salt-of-the-bench";
const DOMAIN: &str = "demo";
/// How long a program may take until it listens.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Where the other programs are.
pub struct Tools {
    /// nginx, any that knows gzip_static.
    pub nginx: PathBuf,
    /// Redis or Valkey.
    pub redis: PathBuf,
    /// wrk, 4.1 or later.
    pub wrk: PathBuf,
    /// Our stand-in for AccelerateConnect.
    pub demo: PathBuf,
    /// The built site, precompressed.
    pub site: PathBuf,
}

/// A program that runs until it is dropped.
pub struct Program {
    child: Child,
    port: u16,
}

impl Program {
    fn start(command: &mut Command, port: u16) -> BenchResult<Program> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let mut program = Program { child, port };
        let until = Instant::now() + START_TIMEOUT;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = program.child.try_wait()? {
                let name = command.get_program().display();
                return Err(format!("{name} ended before it listened ({status})").into());
            }
            if Instant::now() > until {
                return Err(format!("{} does not listen", command.get_program().display()).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(program)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGTERM, because nginx ends its workers then.
        let signalled = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if !signalled.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// The gateway's program, and the sessions that it accepts.
pub struct Gateway {
    program: Program,
    sessions: Sessions,
}

impl Gateway {
    /// Starts a gateway in front of the AccelerateConnect on that port, with these settings changed.
    pub fn start(site: &Path, accelerate: u16, set: &[&str]) -> BenchResult<Gateway> {
        let port = free_port()?;
        let accelerate = format!("http://127.0.0.1:{accelerate}/");
        let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--public-url", &format!("{ORIGIN}/")])
            .args(["--accelerate-url", &accelerate])
            .args(["--accelerate-domain", DOMAIN])
            .args(["--set", "log.filter=warn"])
            .arg("--assets")
            .arg(site)
            .env("GATEWAY_SECRET", SECRET)
            .env("ACCELERATE_SALT", SALT);
        for setting in set {
            command.args(["--set", setting]);
        }
        // The same settings make sessions that the gateway accepts, so nobody need open links.
        let settings = Settings::new(
            format!("{ORIGIN}/").parse()?,
            site.to_owned(),
            vec![SECRET.into()],
            (accelerate.parse()?, DOMAIN.to_owned(), SALT.into()),
        );
        Ok(Gateway {
            program: Program::start(&mut command, port)?,
            sessions: Sessions::new(&settings),
        })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.program.port
    }

    /// The cookie of a consumer who is signed in.
    pub fn cookie(&self, consumer: &str) -> BenchResult<String> {
        let sign_in = SignIn {
            consumer_id: consumer,
            ..SignIn::default()
        };
        let cookie = self.sessions.start(sign_in, SystemTime::now());
        let cookie = cookie.map_err(|refusal| format!("no session: {refusal:?}"))?;
        let pair = cookie.1.to_str()?.split(';').next().unwrap_or_default();
        Ok(pair.to_owned())
    }

    /// The memory of the program, in bytes: `VmRSS` is the present, `VmHWM` the peak.
    pub fn memory(&self, which: &str) -> BenchResult<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(which));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        let kib: u64 = number
            .ok_or("the system does not say what a program holds")?
            .parse()?;
        Ok(kib * 1024)
    }
}

/// The stand-in for AccelerateConnect, strict about signatures, with fresh dossiers.
pub fn demo(tools: &Tools, port: u16) -> BenchResult<Program> {
    let mut command = Command::new(&tools.demo);
    command
        .args(["--gateway", "http://127.0.0.1:1"])
        .args(["--port", &port.to_string()])
        .env("ACCELERATE_SALT", SALT)
        .env("GATEWAY_LINKS_KEY", "nobody asks for links here");
    Program::start(&mut command, port)
}

/// The query of a getsession request, signed now; it is good for five minutes.
pub fn signed_query(consumer: &str) -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let timestamp = since.map_or(0, |since| since.as_secs()).to_string();
    let parameters = [
        ("consumer_id", consumer),
        ("ip_address", "127.0.0.1"),
        ("timestamp", &timestamp),
        ("domain", DOMAIN),
    ];
    let token = accelerate::signing::token(&parameters, SALT);
    let mut query = String::new();
    for (name, value) in parameters {
        // Writing to a String does not fail.
        let _ = write!(query, "{name}={value}&");
    }
    query + "token=" + &token
}

/// Starts a Redis that writes down what it has, as an office's does.
pub fn redis(tools: &Tools) -> BenchResult<Program> {
    let port = free_port()?;
    let folder = scratch("redis");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let mut command = Command::new(&tools.redis);
    command
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"])
        .args(["--port", &port.to_string()])
        .arg("--dir")
        .arg(&folder);
    Program::start(&mut command, port)
}

/// Starts nginx with the same site and headers as the gateway. It passes the endpoints on.
pub fn nginx(tools: &Tools, gateway: &Gateway, accelerate: u16) -> BenchResult<Program> {
    let port = free_port()?;
    let folder = scratch("nginx");
    std::fs::create_dir_all(&folder)?;
    let config = folder.join("nginx.conf");
    let headers = headers_of_the_site(gateway)?;
    std::fs::write(
        &config,
        nginx_config(&tools.site, &folder, port, accelerate, &headers),
    )?;
    let mut command = Command::new(&tools.nginx);
    command
        .arg("-p")
        .arg(&folder)
        .arg("-e")
        .arg(folder.join("error.log"))
        .arg("-c")
        .arg(&config);
    Program::start(&mut command, port)
}

fn nginx_config(site: &Path, folder: &Path, port: u16, accelerate: u16, headers: &str) -> String {
    let folder = folder.display();
    let site = site.display();
    format!(
        r#"
user root;
daemon off;
pid {folder}/nginx.pid;
worker_processes 2;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{
    text/html html;
    text/css css;
    text/javascript js;
    application/wasm wasm;
  }}
  charset utf-8;
  charset_types text/css text/javascript;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=1000 inactive=1h;
  open_file_cache_valid 1h;
  gzip_static on;
  gzip_vary on;
  keepalive_requests 1000000000;
  map $uri $cache {{
    "~-[0-9a-f]{{12}}" "public, max-age=31536000, immutable";
    default "no-cache";
  }}
  upstream accelerate {{
    server 127.0.0.1:{accelerate};
    keepalive 64;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port};
    root {site};
    index index.html;
    add_header cache-control $cache;
{headers}
    location /consumerportal/ {{
      proxy_pass http://accelerate;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
"#
    )
}

/// The headers that the gateway adds to the page, as a configuration for nginx.
fn headers_of_the_site(gateway: &Gateway) -> BenchResult<String> {
    const OF_A_FILE: [&str; 7] = [
        "accept-ranges",
        "cache-control",
        "content-length",
        "content-type",
        "date",
        "etag",
        "vary",
    ];
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, gateway.port()))?;
    stream.write_all(b"HEAD / HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let mut headers = String::new();
    for (name, value) in answer.lines().filter_map(|line| line.split_once(": ")) {
        if !OF_A_FILE.contains(&name) && name != "connection" {
            // Writing to a String does not fail.
            let _ = writeln!(headers, "    add_header {name} \"{value}\";");
        }
    }
    Ok(headers)
}

/// The version of nginx.
pub fn nginx_version(tools: &Tools) -> BenchResult<String> {
    let said = Command::new(&tools.nginx).arg("-v").output()?.stderr;
    let said = String::from_utf8_lossy(&said);
    let version = said.trim().rsplit('/').next().unwrap_or_default();
    Ok(version.to_owned())
}

/// A port that nothing listens on.
pub fn free_port() -> BenchResult<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// The path of a temporary file.
pub fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}
