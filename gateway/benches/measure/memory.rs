//! Measures the gateway's memory for many documents at once. Small browsers stand on one side of it, a small
//! AccelerateConnect on the other, and both can stop reading.

use crate::programs::{BenchResult, Gateway, ORIGIN, Tools};
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

/// The size of a document, in bytes: the largest that the gateway takes.
const DOCUMENT_BYTES: usize = 25 * 1024 * 1024;
/// A piece of a document. It is sent over and over, so that nobody holds a whole document.
static PIECE: [u8; 64 * 1024] = {
    let mut piece = [b'%'; 64 * 1024];
    // The gateway looks at the first bytes of a document.
    [piece[1], piece[2], piece[3], piece[4]] = *b"PDF-";
    piece
};
/// How long all wait, so that every buffer on the way is full.
const WAIT: Duration = Duration::from_secs(3);
/// How long each waits for the others at most: one may have failed.
const TIMEOUT: Duration = Duration::from_secs(50);

/// Which way the documents go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From browsers to AccelerateConnect.
    Upload,
    /// From AccelerateConnect to browsers.
    Download,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Upload => "sent",
            Direction::Download => "fetched",
        })
    }
}

/// What was measured, with memory in bytes.
pub struct MemoryFigures {
    /// Resident before the first request.
    pub before: u64,
    /// Resident while all had begun and waited.
    pub waiting: u64,
    /// Resident at the peak.
    pub peak: u64,
    /// Documents that did not arrive complete, or had no good answer.
    pub failed: u64,
    /// From the first request to the last answer, with the wait.
    pub took: Duration,
}

/// Uploads or downloads that many documents at once, through a new gateway.
pub fn measure(tools: &Tools, direction: Direction, count: usize) -> BenchResult<MemoryFigures> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let all = Arc::new(Rendezvous::new(count));
        // All connect at the same moment, so the system must queue them all.
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
                match direction {
                    Direction::Upload => browser.upload().await,
                    Direction::Download => browser.download().await,
                }
            });
        }
        all.wait_for_all_to_begin().await;
        tokio::time::sleep(WAIT).await;
        let waiting = gateway.memory("VmRSS")?;
        all.release();
        let outcomes = browsers.join_all().await;
        let failures = outcomes.into_iter().filter_map(Result::err);
        let failed = failures
            .inspect(|error| println!("failed: {error}"))
            .count();
        Ok(MemoryFigures {
            before,
            waiting,
            // The system updates the peak a little later.
            peak: gateway.memory("VmHWM")?.max(waiting),
            failed: failed as u64,
            took: began.elapsed(),
        })
    })
}

/// Lets all browsers wait for each other.
pub struct Rendezvous {
    count: usize,
    begun: watch::Sender<usize>,
    going: watch::Sender<bool>,
    arrived: watch::Sender<usize>,
}

impl Rendezvous {
    /// For that many browsers.
    pub fn new(count: usize) -> Rendezvous {
        Rendezvous {
            count,
            begun: watch::Sender::new(0),
            going: watch::Sender::new(false),
            arrived: watch::Sender::new(0),
        }
    }

    async fn wait_for_all_to_begin(&self) {
        let mut begun = self.begun.subscribe();
        let all = begun.wait_for(|begun| *begun >= self.count);
        let _ = tokio::time::timeout(TIMEOUT, all).await;
    }

    /// Lets all go on.
    pub fn release(&self) {
        self.going.send_replace(true);
    }

    /// Reports that one has begun, and waits until all are released.
    async fn begin(&self) {
        self.begun.send_modify(|begun| *begun += 1);
        let _ = self.going.subscribe().wait_for(|going| *going).await;
    }

    /// Reports that one document has arrived, and waits until all have.
    async fn arrive(&self) {
        self.arrived.send_modify(|arrived| *arrived += 1);
        let mut arrived = self.arrived.subscribe();
        let all = arrived.wait_for(|arrived| *arrived >= self.count);
        let _ = tokio::time::timeout(TIMEOUT, all).await;
    }
}

/// A consumer with a document.
struct Browser {
    port: u16,
    cookie: String,
    number: usize,
    all: Arc<Rendezvous>,
}

impl Browser {
    /// The head of a request. Each consumer has an address of their own, as behind a proxy.
    fn head(&self, method: &str, path: &str, more: &str) -> String {
        format!(
            "{method} /consumerportal/{path} HTTP/1.1\r\nhost: bench\r\ncookie: {}\r\nconnection: close\r\n\
             x-forwarded-for: 10.0.{}.{}\r\n{more}\r\n",
            self.cookie,
            self.number / 250,
            self.number % 250,
        )
    }

    async fn upload(self) -> io::Result<()> {
        let start = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
                     content-type: application/pdf\r\n\r\n";
        let end = "\r\n--b--\r\n";
        let more = format!(
            "origin: {ORIGIN}\r\ncontent-type: multipart/form-data; boundary=b\r\n\
             content-length: {}\r\nproductaction_id: PRA{}\r\nis_reupload: 0\r\nfilename: a.pdf\r\n\
             mimetype: application/pdf\r\nupload-id: upload-{}\r\n",
            start.len() + DOCUMENT_BYTES + end.len(),
            self.number,
            self.number,
        );
        let mut connection = HttpConnection::connect(self.port).await?;
        connection
            .send(self.head("POST", "upload_file", &more).as_bytes())
            .await?;
        connection.send(start.as_bytes()).await?;
        connection.send_document().await?;
        connection.send(end.as_bytes()).await?;
        let head = connection.head().await?;
        expect(head.starts_with("HTTP/1.1 200"), &head)
    }

    async fn download(self) -> io::Result<()> {
        let path = format!(
            "get_product_action_download?productaction_id=PRA{}",
            self.number
        );
        let mut connection = HttpConnection::connect(self.port).await?;
        connection
            .send(self.head("GET", &path, "").as_bytes())
            .await?;
        let head = connection.head().await?;
        expect(head.starts_with("HTTP/1.1 200"), &head)?;
        self.all.begin().await;
        connection.skip(DOCUMENT_BYTES).await
    }
}

/// An error with the status line, unless the answer is good.
fn expect(is_good: bool, head: &str) -> io::Result<()> {
    let line = head.lines().next().unwrap_or_default();
    if is_good {
        Ok(())
    } else {
        Err(io::Error::other(line.to_owned()))
    }
}

/// An AccelerateConnect in which every consumer has one action, named after them.
pub async fn accelerate_connect(listener: TcpListener, all: Arc<Rendezvous>) {
    while let Ok((stream, _)) = listener.accept().await {
        let all = all.clone();
        tokio::spawn(async move {
            let mut connection = HttpConnection::of(stream);
            // The browser reports a connection that breaks off.
            while answer(&mut connection, &all).await.is_ok() {}
        });
    }
}

async fn answer(connection: &mut HttpConnection, all: &Rendezvous) -> io::Result<()> {
    let head = connection.head().await?;
    if head.contains("/upload_file ") {
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok())
            .ok_or(io::ErrorKind::InvalidData)?;
        all.begin().await;
        connection.skip(length).await?;
        all.arrive().await;
        return connection.send_json("{\"operation_result\":\"ok\"}").await;
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
        return connection.send_json(&session).await;
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: {DOCUMENT_BYTES}\r\n\r\n"
    );
    connection.send(head.as_bytes()).await?;
    connection.send_document().await
}

/// A connection, and the bytes that were received and not read yet.
pub struct HttpConnection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl HttpConnection {
    fn of(stream: TcpStream) -> HttpConnection {
        HttpConnection {
            stream,
            received: Vec::new(),
        }
    }

    /// A connection to that port of this machine.
    pub async fn connect(port: u16) -> io::Result<HttpConnection> {
        Ok(HttpConnection::of(
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?,
        ))
    }

    /// Sends all of these bytes.
    pub async fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
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
        let mut left = DOCUMENT_BYTES;
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

    /// Receives at least one byte more.
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
    pub async fn head(&mut self) -> io::Result<String> {
        loop {
            let end = self.received.windows(4).position(|it| it == b"\r\n\r\n");
            if let Some(end) = end {
                let head: Vec<u8> = self.received.drain(..end + 4).collect();
                return Ok(String::from_utf8_lossy(&head).into_owned());
            }
            self.receive().await?;
        }
    }

    /// Receives that many bytes and drops them.
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
