//! A server of a test's own and the few ways in which a test talks to it.

use demo::server::{Config, DemoServer, start};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A running server, with a site that is there for its headers only.
pub struct TestServer {
    pub server: DemoServer,
    site: PathBuf,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("the header is ASCII"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the response is JSON")
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or("")
            .to_owned()
    }
}

/// The headers of an upload, to be changed one at a time.
#[derive(Clone)]
pub struct UploadRequest {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl UploadRequest {
    /// A first upload of a small PDF. The name is encoded as a browser must send it.
    pub fn new(action: &str, filename: &str) -> UploadRequest {
        UploadRequest::of(action, filename, &demo::files::pdf(1))
    }

    pub fn of(action: &str, filename: &str, bytes: &[u8]) -> UploadRequest {
        UploadRequest {
            headers: vec![
                ("productaction_id", action.to_owned()),
                ("is_reupload", "0".to_owned()),
                ("filename", filename.to_owned()),
                ("mimetype", "application/pdf".to_owned()),
                ("upload-id", "5d1e".to_owned()),
                (
                    "content-type",
                    "multipart/form-data; boundary=----b".to_owned(),
                ),
            ],
            body: multipart("file", bytes),
        }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> UploadRequest {
        self = self.without(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> UploadRequest {
        self.headers.retain(|(key, _)| *key != name);
        self
    }

    pub fn as_reupload(self) -> UploadRequest {
        self.with("is_reupload", "1")
    }
}

/// A multipart body with one part of that name.
pub fn multipart(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "------b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n------b--\r\n"].concat()
}

impl TestServer {
    pub fn start() -> TestServer {
        TestServer::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> TestServer {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let site = std::env::temp_dir().join(format!("demo-site-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&site).unwrap();
        for (name, content) in [
            ("index.html", "<!doctype html><title>x</title>"),
            ("portal.js", "export {}"),
            ("portal.js.br", "brotli"),
            ("portal.js.gz", "gzip"),
            ("portal-0123456789abcdef_bg.wasm", "\0asm"),
        ] {
            std::fs::write(site.join(name), content).unwrap();
        }
        let mut config = Config::for_tests(&site);
        config.delay = Duration::from_millis(300);
        change(&mut config);
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        TestServer {
            server: start(config).expect("a loopback port is free"),
            site,
            agent,
        }
    }

    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Reply, ureq::Error> {
        let mut request = self.agent.get(format!("{}{path}", self.server.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        reply(request.call()?)
    }

    /// An endpoint, as that consumer.
    pub fn endpoint(&self, consumer: &str, call: &str) -> Result<Reply, ureq::Error> {
        let cookie = format!("other=1; demo_consumer={consumer}");
        self.get(&format!("consumerportal/{call}"), &[("cookie", &cookie)])
    }

    pub fn session(&self, consumer: &str) -> Value {
        self.endpoint(consumer, "getsession").unwrap().json()["consumerportalsession"].clone()
    }

    /// The id of the action of that label.
    pub fn action(&self, consumer: &str, label: &str) -> String {
        let session = self.session(consumer);
        session["duplicate_comfort_data"]["productactions"]
            .as_object()
            .unwrap()
            .values()
            .find(|action| action["label"] == label)
            .and_then(|action| action["id"].as_str())
            .expect("there is an action of that label")
            .to_owned()
    }

    pub fn send(&self, consumer: &str, upload: &UploadRequest) -> Result<Reply, ureq::Error> {
        let mut request = self
            .agent
            .post(format!("{}consumerportal/upload_file", self.server.url()))
            .header("cookie", format!("demo_consumer={consumer}"));
        for (name, value) in &upload.headers {
            request = request.header(*name, value);
        }
        reply(request.send(&upload.body[..])?)
    }

    /// Sends these bytes on a connection of their own, and gives what comes until it is closed.
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let address = self
            .server
            .url()
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut response = Vec::new();
        // A reset is an end too.
        let _ = stream.read_to_end(&mut response);
        response
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.site);
    }
}

fn reply(response: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let (head, body) = response.into_parts();
    Ok(Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.into_with_config().limit(200_000_000).read_to_vec()?,
    })
}
