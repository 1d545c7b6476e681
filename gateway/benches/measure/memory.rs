//! What many documents at once take of the gateway's memory: browsers on one side of it, an
//! AccelerateConnect on the other, both of a few lines, and both able to stand still.

use crate::programs::{Gateway, ORIGIN, Outcome, Tools};
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

/// The largest document that the gateway takes, in bytes.
const DOCUMENT: usize = 25 * 1024 * 1024;
/// What is sent at a time, over and over: nobody holds a document.
static PIECE: [u8; 64 * 1024] = [b'%'; 64 * 1024];
/// How long all stand still, so that every buffer on the way is full.
const STILL: Duration = Duration::from_secs(3);
/// How long anyone waits for the others: one that failed does not hold them up for ever.
const PATIENCE: Duration = Duration::from_secs(50);

/// Where the documents go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From browsers to AccelerateConnect.
    Up,
    /// From AccelerateConnect to browsers.
    Down,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Up => "sent",
            Way::Down => "fetched",
        })
    }
}

/// What was measured; memory in bytes.
pub struct Held {
    /// Resident before the first request.
    pub before: u64,
    /// Resident while all had begun and nobody went on.
    pub still: u64,
    /// The most that was ever resident.
    pub most: u64,
    /// Documents that did not arrive whole, or whose answer was none.
    pub failed: u64,
    /// From the first request to the last answer, the time of standing still included.
    pub took: Duration,
}

/// Sends or fetches so many documents at once through a gateway of its own.
pub fn measure(tools: &Tools, way: Way, count: usize) -> Outcome<Held> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let all = Arc::new(Together::new(count));
        // All knock at the same moment, and none is to be turned away by the system.
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(4 * count as u32)?;
        let accelerate = listener.local_addr()?.port();
        tokio::spawn(accelerate_connect(listener, all.clone()));
        let gateway = Gateway::start(&tools.site, accelerate, &[])?;
        let before = gateway.memory("VmRSS")?;
        let began = Instant::now();
        let mut browsers = tokio::task::JoinSet::new();
        for number in 0..count {
            let consumer = format!("CNSR{number}");
            let browser = Browser {
                port: gateway.port(),
                cookie: gateway.cookie(&consumer)?,
                number,
                all: all.clone(),
            };
            browsers.spawn(async move {
                match way {
                    Way::Up => browser.sends().await,
                    Way::Down => browser.fetches().await,
                }
            });
        }
        all.have_begun().await;
        tokio::time::sleep(STILL).await;
        let still = gateway.memory("VmRSS")?;
        all.go_on();
        let outcomes = browsers.join_all().await;
        let failures = outcomes.into_iter().filter_map(Result::err);
        let failed = failures
            .inspect(|error| println!("failed: {error}"))
            .count();
        Ok(Held {
            before,
            still,
            // The system counts the two apart, and the most lags behind a little.
            most: gateway.memory("VmHWM")?.max(still),
            failed: failed as u64,
            took: began.elapsed(),
        })
    })
}

/// Those who wait for each other.
struct Together {
    count: usize,
    begun: watch::Sender<usize>,
    going: watch::Sender<bool>,
    arrived: watch::Sender<usize>,
}

impl Together {
    fn new(count: usize) -> Together {
        Together {
            count,
            begun: watch::Sender::new(0),
            going: watch::Sender::new(false),
            arrived: watch::Sender::new(0),
        }
    }

    async fn have_begun(&self) {
        let mut begun = self.begun.subscribe();
        let all = begun.wait_for(|begun| *begun >= self.count);
        let _ = tokio::time::timeout(PATIENCE, all).await;
    }

    fn go_on(&self) {
        self.going.send_replace(true);
    }

    /// One has begun, and stands still until all go on.
    async fn begin(&self) {
        self.begun.send_modify(|begun| *begun += 1);
        let _ = self.going.subscribe().wait_for(|going| *going).await;
    }

    /// One has all of its document, and says so to nobody until all have.
    async fn arrive(&self) {
        self.arrived.send_modify(|arrived| *arrived += 1);
        let mut arrived = self.arrived.subscribe();
        let all = arrived.wait_for(|arrived| *arrived >= self.count);
        let _ = tokio::time::timeout(PATIENCE, all).await;
    }
}

/// A consumer with a document.
struct Browser {
    port: u16,
    cookie: String,
    number: usize,
    all: Arc<Together>,
}

impl Browser {
    /// The head of a request; the consumer's address is their own, as a proxy in front would say.
    fn head(&self, method: &str, path: &str, more: &str) -> String {
        format!(
            "{method} /consumerportal/{path} HTTP/1.1\r\nhost: bench\r\ncookie: {}\r\nconnection: close\r\n\
             x-forwarded-for: 10.0.{}.{}\r\n{more}\r\n",
            self.cookie,
            self.number / 250,
            self.number % 250,
        )
    }

    async fn sends(self) -> io::Result<()> {
        let start = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
                     content-type: application/pdf\r\n\r\n";
        let end = "\r\n--b--\r\n";
        let more = format!(
            "origin: {ORIGIN}\r\ncontent-type: multipart/form-data; boundary=b\r\n\
             content-length: {}\r\nproductaction_id: PRA{}\r\nis_reupload: 0\r\nfilename: a.pdf\r\n\
             mimetype: application/pdf\r\nupload-id: upload-{}\r\n",
            start.len() + DOCUMENT + end.len(),
            self.number,
            self.number,
        );
        let mut wire = Wire::connect(self.port).await?;
        wire.send(self.head("POST", "upload_file", &more).as_bytes())
            .await?;
        wire.send(start.as_bytes()).await?;
        wire.send_document().await?;
        wire.send(end.as_bytes()).await?;
        let head = wire.head().await?;
        expect(head.starts_with("HTTP/1.1 200"), &head)
    }

    async fn fetches(self) -> io::Result<()> {
        let path = format!(
            "get_product_action_download?productaction_id=PRA{}",
            self.number
        );
        let mut wire = Wire::connect(self.port).await?;
        wire.send(self.head("GET", &path, "").as_bytes()).await?;
        let head = wire.head().await?;
        expect(head.starts_with("HTTP/1.1 200"), &head)?;
        self.all.begin().await;
        wire.skip(DOCUMENT).await
    }
}

/// What it is no success without.
fn expect(good: bool, head: &str) -> io::Result<()> {
    let line = head.lines().next().unwrap_or_default();
    if good {
        Ok(())
    } else {
        Err(io::Error::other(line.to_owned()))
    }
}

/// Every consumer has one action, named after them.
async fn accelerate_connect(listener: TcpListener, all: Arc<Together>) {
    while let Ok((stream, _)) = listener.accept().await {
        let all = all.clone();
        tokio::spawn(async move {
            let mut wire = Wire::of(stream);
            // A connection that breaks off is seen by the browser.
            while answer(&mut wire, &all).await.is_ok() {}
        });
    }
}

async fn answer(wire: &mut Wire, all: &Together) -> io::Result<()> {
    let head = wire.head().await?;
    if head.contains("/upload_file ") {
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok())
            .ok_or(io::ErrorKind::InvalidData)?;
        all.begin().await;
        wire.skip(length).await?;
        all.arrive().await;
        return wire.send_json("{\"operation_result\":\"ok\"}").await;
    }
    if head.contains("/getsession?") {
        let number = head
            .split_once("consumer_id=CNSR")
            .and_then(|(_, rest)| rest.split(['&', ' ']).next())
            .unwrap_or_default();
        let session = format!(
            "{{\"consumerportalsession\":{{\"dossier\":{{\"products\":{{\"P\":{{\"productactions\":\
             {{\"PRA{number}\":{{\"id\":\"PRA{number}\"}}}}}}}}}}}}}}"
        );
        return wire.send_json(&session).await;
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: {DOCUMENT}\r\n\r\n"
    );
    wire.send(head.as_bytes()).await?;
    wire.send_document().await
}

/// A connection, and what came on it but was not looked at yet.
struct Wire {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Wire {
    fn of(stream: TcpStream) -> Wire {
        Wire {
            stream,
            received: Vec::new(),
        }
    }

    async fn connect(port: u16) -> io::Result<Wire> {
        Ok(Wire::of(
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?,
        ))
    }

    async fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.stream.writable().await?;
            match self.stream.try_write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn send_document(&self) -> io::Result<()> {
        let mut left = DOCUMENT;
        while left > 0 {
            let piece = &PIECE[..left.min(PIECE.len())];
            self.send(piece).await?;
            left -= piece.len();
        }
        Ok(())
    }

    async fn send_json(&self, json: &str) -> io::Result<()> {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
            json.len()
        );
        self.send(head.as_bytes()).await
    }

    /// Reads at least something more.
    async fn receive(&mut self) -> io::Result<()> {
        loop {
            self.stream.readable().await?;
            let mut piece = [0; 16 * 1024];
            match self.stream.try_read(&mut piece) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    self.received.extend_from_slice(&piece[..length]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The head of a request or an answer.
    async fn head(&mut self) -> io::Result<String> {
        loop {
            let end = self.received.windows(4).position(|it| it == b"\r\n\r\n");
            if let Some(end) = end {
                let head: Vec<u8> = self.received.drain(..end + 4).collect();
                return Ok(String::from_utf8_lossy(&head).into_owned());
            }
            self.receive().await?;
        }
    }

    /// Reads so many bytes and forgets them.
    async fn skip(&mut self, length: usize) -> io::Result<()> {
        let mut left = length;
        loop {
            left = left.saturating_sub(self.received.len());
            self.received.clear();
            if left == 0 {
                return Ok(());
            }
            self.receive().await?;
        }
    }
}
