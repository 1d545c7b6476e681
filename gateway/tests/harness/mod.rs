//! What the tests share: a gateway in this process, an AccelerateConnect that answers as a test tells it to,
//! and a small HTTP client that can send what no browser would.

#![allow(dead_code, reason = "each file of tests uses a part of it")]

use gateway::server::ServerHandle;
use gateway::settings::Settings;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime};
use tokio::runtime::Runtime;

pub const SALT: &str = "PRIVATE_SALT";
pub const CONSUMER: &str = "CNSR22966DC6C1D2E53D861B2794F6A20E";
pub const ACTION: &str = "PRA433FB8570F2C0F6D816F1A0A283BFE";
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// A request as it arrived at AccelerateConnect.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
    /// Whether all of the body arrived.
    pub is_complete: bool,
}

impl ReceivedRequest {
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_slice())
    }

    pub fn is(&self, endpoint: &str) -> bool {
        self.target
            .starts_with(&format!("/api/consumerportal/{endpoint}"))
    }

    /// The parameters, from the query or the headers.
    pub fn parameters(&self) -> Vec<(String, String)> {
        if let Some((_, query)) = self.target.split_once('?') {
            return url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect();
        }
        const NAMES: [&str; 9] = [
            "productaction_id",
            "is_reupload",
            "filename",
            "mimetype",
            "comment",
            "domain",
            "timestamp",
            "date",
            "token",
        ];
        self.headers
            .iter()
            .filter(|(name, _)| NAMES.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), String::from_utf8(value.clone()).unwrap()))
            .collect()
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        let found = self.parameters().into_iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value)
    }

    /// The document in an upload's body, which is one part between boundaries of the gateway's.
    pub fn document(&self) -> &[u8] {
        let content_type =
            String::from_utf8(self.header("content-type").unwrap().to_vec()).unwrap();
        let boundary = content_type
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap();
        let name = String::from_utf8(self.header("filename").unwrap().to_vec()).unwrap();
        let mimetype = String::from_utf8(self.header("mimetype").unwrap().to_vec()).unwrap();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: {mimetype}\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--");
        let document = self.body.strip_prefix(head.as_bytes()).unwrap();
        document
            .trim_ascii_end()
            .strip_suffix(tail.as_bytes())
            .unwrap()
    }

    /// Whether the token is right for the parameters.
    pub fn is_signed(&self) -> bool {
        let parameters = self.parameters();
        let others: Vec<(&str, &str)> = parameters
            .iter()
            .filter(|(name, _)| name != "token")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.parameter("token") == Some(accelerate::signing::token(&others, SALT))
    }
}

type Handler = dyn Fn(&ReceivedRequest, &mut TcpStream) + Send + Sync;

/// An AccelerateConnect that answers as a test tells it to.
pub struct FakeAccelerate {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    body_bytes: Arc<ByteCount>,
}

/// How many bytes of bodies have arrived, complete or not.
#[derive(Default)]
struct ByteCount(Mutex<u64>, Condvar);

impl ByteCount {
    fn add(&self, bytes: usize) {
        *self.0.lock().unwrap() += bytes as u64;
        self.1.notify_all();
    }
}

impl FakeAccelerate {
    /// Calls `handler` for each request that has arrived, complete or broken off. The handler writes the
    /// answer, and then the connection is closed.
    pub fn new(
        handler: impl Fn(&ReceivedRequest, &mut TcpStream) + Send + Sync + 'static,
    ) -> FakeAccelerate {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<ReceivedRequest>>> = Arc::default();
        let body_bytes: Arc<ByteCount> = Arc::default();
        let handler: Arc<Handler> = Arc::new(handler);
        let (kept, count) = (requests.clone(), body_bytes.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, kept, count) = (handler.clone(), kept.clone(), count.clone());
                std::thread::spawn(move || {
                    if let Some((request, mut stream)) = receive(stream, &count) {
                        kept.lock().unwrap().push(request.clone());
                        handler(&request, &mut stream);
                    }
                });
            }
        });
        FakeAccelerate {
            address,
            requests,
            body_bytes,
        }
    }

    /// Waits until so many bytes of bodies have arrived. Their requests need not be complete.
    pub fn wait_for(&self, bytes: u64) {
        let arrived = self.body_bytes.0.lock().unwrap();
        let waited = self
            .body_bytes
            .1
            .wait_timeout_while(arrived, TIMEOUT, |it| *it < bytes);
        let (arrived, timeout) = waited.unwrap();
        assert!(!timeout.timed_out(), "of {bytes} bytes only {arrived} came");
    }

    /// How many bytes of bodies have arrived so far.
    pub fn body_bytes(&self) -> u64 {
        *self.body_bytes.0.lock().unwrap()
    }

    /// The requests to an endpoint so far.
    pub fn received(&self, endpoint: &str) -> Vec<ReceivedRequest> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .filter(|it| it.is(endpoint))
            .cloned()
            .collect()
    }
}

fn receive(stream: TcpStream, body_bytes: &ByteCount) -> Option<(ReceivedRequest, TcpStream)> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).ok()?;
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = String::from_utf8(line[..colon].to_vec()).ok()?;
        headers.push((
            name.to_ascii_lowercase(),
            line[colon + 1..].trim_ascii().to_vec(),
        ));
    }
    let value = |name: &str| {
        headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, it)| it.clone())
    };
    let (mut body, mut is_complete) = (Vec::new(), true);
    if let Some(length) = value("content-length") {
        let length: usize = String::from_utf8(length).ok()?.parse().ok()?;
        while body.len() < length {
            let Some(piece) = reader.fill_buf().ok().filter(|it| !it.is_empty()) else {
                break;
            };
            let taken = piece.len().min(length - body.len());
            body.extend_from_slice(&piece[..taken]);
            reader.consume(taken);
            body_bytes.add(taken);
        }
        is_complete = body.len() == length;
    } else if value("transfer-encoding").is_some() {
        is_complete = read_chunks(&mut reader, &mut body, |bytes| body_bytes.add(bytes)).is_some();
    }
    let request = ReceivedRequest {
        method,
        target,
        headers,
        body,
        is_complete,
    };
    Some((request, stream))
}

fn read_chunks(
    reader: &mut impl std::io::BufRead,
    body: &mut Vec<u8>,
    each: impl Fn(usize),
) -> Option<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = u64::from_str_radix(line.trim(), 16).ok()?;
        let before = body.len() as u64;
        reader.take(length).read_to_end(body).ok()?;
        if body.len() as u64 - before < length {
            return None;
        }
        each(body.len() - before as usize);
        line.clear();
        reader.read_line(&mut line).ok()?;
        if length == 0 {
            return Some(());
        }
    }
}

/// Writes an answer with its length.
pub fn send_answer(stream: &mut TcpStream, status: u16, content_type: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}

pub fn send_json(stream: &mut TcpStream, body: &str) {
    send_answer(stream, 200, "application/json", body.as_bytes());
}

/// The documentation's session, whose one action is [`ACTION`].
pub fn send_session(stream: &mut TcpStream) {
    send_json(
        stream,
        &format!(
            "{{\"consumerportalsession\":{{\"dossier\":{{\"products\":{{\"P\":{{\"productactions\":{{\"{ACTION}\":{{\"id\":\"{ACTION}\"}}}}}}}}}}}}}}"
        ),
    );
}

/// Answers `getsession` with [`send_session`]. It gives `false` for a request to another endpoint.
pub fn answer_getsession(request: &ReceivedRequest, stream: &mut TcpStream) -> bool {
    let is = request.is("getsession");
    if is {
        send_session(stream);
    }
    is
}

/// A gateway, and the cookie of a consumer who is signed in.
pub struct TestGateway {
    runtime: Runtime,
    server: Option<ServerHandle>,
    pub address: SocketAddr,
    pub ops_address: SocketAddr,
    pub settings: Settings,
    pub cookie: String,
}

impl TestGateway {
    pub fn new(upstream: &FakeAccelerate) -> TestGateway {
        TestGateway::with(upstream.address, |_| {})
    }

    pub fn with(upstream: SocketAddr, change: impl FnOnce(&mut Settings)) -> TestGateway {
        let mut gateway = TestGateway::signed_out(upstream, change);
        gateway.cookie = gateway.sign_in(CONSUMER);
        gateway
    }

    /// The same without a consumer.
    pub fn signed_out(upstream: SocketAddr, change: impl FnOnce(&mut Settings)) -> TestGateway {
        // The port is needed first: links and origins contain it.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let free = listener.local_addr().unwrap();
        let mut settings = Settings::new(
            format!("http://{free}/").parse().unwrap(),
            site(),
            vec!["0123456789abcdef0123456789abcdef".into()],
            (
                format!("http://{upstream}/api/").parse().unwrap(),
                "demo".to_owned(),
                SALT.into(),
            ),
        );
        settings.listen = free;
        settings.limits.lame_duck = Duration::ZERO;
        change(&mut settings);
        let runtime = runtime();
        let server = runtime
            .block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let ops = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
                gateway::server::start_on(listener, Some(ops), vec![settings.clone()])
            })
            .unwrap();
        TestGateway {
            runtime,
            ops_address: server.ops_address().unwrap(),
            server: Some(server),
            address: free,
            settings,
            cookie: String::new(),
        }
    }

    /// Opens a link of a consumer, presses the button, and gives the cookie.
    pub fn sign_in(&self, consumer: &str) -> String {
        let link = gateway::links::mint(&self.settings, consumer, None, SystemTime::now()).unwrap();
        let opened = self.press(link.path(), "");
        assert_eq!(opened.status, 303);
        opened.cookie()
    }

    /// Presses the button of the page at that path, with what was filled in.
    pub fn press(&self, path: &str, form: &str) -> Answer {
        let url = &self.settings.public_url;
        self.send(&press_head(url, path, form), form.as_bytes())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(&self.head("GET", path, ""), &[])
    }

    /// Asks the listener for health, readiness and metrics.
    pub fn ops(&self, path: &str) -> Answer {
        ask_ops(self.ops_address, path)
    }

    /// A request's head, signed in.
    pub fn head(&self, method: &str, path: &str, more: &str) -> String {
        head(&self.settings.public_url, &self.cookie, method, path, more)
    }

    /// An upload's head for a body of that length.
    pub fn upload_head(&self, upload_id: &str, length: usize) -> String {
        upload_head(&self.settings.public_url, &self.cookie, upload_id, length)
    }

    pub fn upload(&self, upload_id: &str, body: &[u8]) -> Answer {
        self.send(&self.upload_head(upload_id, body.len()), body)
    }

    pub fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    pub fn send(&self, head: &str, body: &[u8]) -> Answer {
        send(self.address, head, body)
    }

    /// Stops the gateway as SIGTERM does, and waits.
    pub fn stop(&mut self) {
        let server = self.server.take().unwrap();
        self.runtime.block_on(server.stop());
    }

    /// Begins to stop the gateway; the handle ends when it has stopped.
    pub fn begin_to_stop(&mut self) -> tokio::task::JoinHandle<()> {
        let server = self.server.take().unwrap();
        self.runtime.spawn(server.stop())
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

/// A runtime for a gateway.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

/// Sends a request to a gateway, and reads the answer.
pub fn send(address: SocketAddr, head: &str, body: &[u8]) -> Answer {
    let mut stream = connect(address);
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    Answer::read(stream)
}

/// Asks a gateway's listener for health, readiness and metrics.
pub fn ask_ops(address: SocketAddr, path: &str) -> Answer {
    let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    send(address, &head, &[])
}

/// A request's head, signed in by that cookie, from a page of our own.
pub fn head(public_url: &url::Url, cookie: &str, method: &str, path: &str, more: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\ncookie: {cookie}\r\nconnection: close\r\n{more}\r\n",
        public_url.authority()
    )
}

/// The head of the request that the button of a link's page sends.
pub fn press_head(public_url: &url::Url, path: &str, form: &str) -> String {
    let more = format!(
        "origin: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
        public_url.origin().ascii_serialization(),
        form.len()
    );
    head(public_url, "", "POST", path, &more)
}

/// An upload's head for a body of that length.
pub fn upload_head(public_url: &url::Url, cookie: &str, upload_id: &str, length: usize) -> String {
    let more = format!(
        "origin: {}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {length}\r\n\
         productaction_id: {ACTION}\r\nis_reupload: 0\r\nfilename: loonstrook caf%C3%A9.pdf\r\n\
         mimetype: application/pdf\r\ncomment: Ik heb er %C3%A9%C3%A9n\r\nupload-id: {upload_id}\r\n",
        public_url.origin().ascii_serialization()
    );
    head(
        public_url,
        cookie,
        "POST",
        "/consumerportal/upload_file",
        &more,
    )
}

/// The same upload in place of the document that the action has.
pub fn reupload(head: &str) -> String {
    head.replace("is_reupload: 0", "is_reupload: 1")
}

/// A browser's multipart body with that document in it.
pub fn multipart(document: &[u8]) -> Vec<u8> {
    let head = b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n";
    [&head[..], document, b"\r\n--b--\r\n"].concat()
}

/// A PDF of that length, as far as its first bytes say.
pub fn pdf(length: usize) -> Vec<u8> {
    let mut document = b"%PDF-1.7 ".to_vec();
    document.resize(length, b'x');
    document
}

/// An answer as a client reads it.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether all of the body arrived.
    pub is_complete: bool,
}

impl Answer {
    pub fn read(stream: impl Read) -> Answer {
        let (status, headers, mut reader) = Answer::head(stream);
        let value = |name: &str| {
            headers
                .iter()
                .find(|(it, _)| it == name)
                .map(|(_, it)| it.clone())
        };
        let (mut body, mut is_complete) = (Vec::new(), true);
        if let Some(length) = value("content-length") {
            let length: u64 = length.parse().unwrap();
            let _ = (&mut reader).take(length).read_to_end(&mut body);
            is_complete = body.len() as u64 == length;
        } else if value("transfer-encoding").is_some() {
            is_complete = read_chunks(&mut reader, &mut body, |_| ()).is_some();
        }
        Answer {
            status,
            headers,
            body,
            is_complete,
        }
    }

    /// Reads the status and the headers. The body can be read from the reader.
    pub fn head<R: Read>(stream: R) -> (u16, Vec<(String, String)>, BufReader<R>) {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).expect("there is an answer");
        let status = line
            .split_whitespace()
            .nth(1)
            .expect("there is a status")
            .parse()
            .unwrap();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        (status, headers, reader)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }

    /// The cookie of who is signed in by this answer.
    pub fn cookie(&self) -> String {
        let cookie = self.header("set-cookie").expect("it signs in");
        cookie.split(';').next().unwrap().to_owned()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The code of an error.
    pub fn code(&self) -> String {
        let value: serde_json::Value =
            serde_json::from_slice(&self.body).expect("an error is JSON");
        value["error"]["code"]
            .as_str()
            .expect("an error has a code")
            .to_owned()
    }
}

/// A folder with the smallest site.
pub fn site() -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("site");
    std::fs::create_dir_all(&folder).unwrap();
    let index = folder.join("index.html");
    if !index.exists() {
        std::fs::write(index, "<!doctype html><title>portal</title>").unwrap();
    }
    folder
}
