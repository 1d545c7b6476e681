//! Measures what the store costs: getsession and small uploads, one after the other from a few browsers, through
//! gateways that differ in their store alone.

use crate::memory::{HttpConnection, Rendezvous, accelerate_connect};
use crate::programs::{self, BenchResult, Gateway, ORIGIN, Tools};
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// How many browsers ask at the same time, each with a pause after an answer.
const BROWSERS: usize = 8;
const PAUSE: Duration = Duration::from_millis(10);
/// The size of a document, in bytes.
const DOCUMENT_BYTES: usize = 100 * 1024;

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub enum Call {
    /// A getsession.
    GetSession,
    /// An upload of a small document.
    Upload,
}

/// The time of an answer in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// The median.
    pub p50: f64,
    /// What 99 of 100 answers do not exceed.
    pub p99: f64,
}

/// The stores, each with its name.
pub const STORES: [&str; 3] = ["in memory", "in a file", "in Redis"];

/// Measures a call with each of the [`STORES`], for that many rounds of so many requests of each browser. It
/// gives medians of the rounds, and how many requests failed.
pub fn measure(
    tools: &Tools,
    call: Call,
    rounds: usize,
    requests: usize,
) -> BenchResult<([Times; 3], u64)> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let redis = programs::redis(tools)?;
    let file = programs::scratch("stores.redb");
    let _ = std::fs::remove_file(&file);
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let accelerate = listener.local_addr()?.port();
    // Nobody waits for others here.
    let all = Arc::new(Rendezvous::new(0));
    all.release();
    runtime.spawn(accelerate_connect(listener, all));
    let start = |store: Option<String>| {
        let store = store.map(|store| format!("gateway_store={store}"));
        let set: Vec<&str> = programs::RAISED_LIMITS
            .into_iter()
            .chain(store.as_deref())
            .collect();
        Gateway::start(&tools.site, accelerate, &set)
    };
    let gateways = [
        start(None)?,
        start(Some(format!("file:{}", file.display())))?,
        start(Some(format!("redis://127.0.0.1:{}/0", redis.port())))?,
    ];
    let mut measured: [Vec<Times>; 3] = Default::default();
    let mut failed = 0;
    // The first round warms up.
    for round in 0..=rounds {
        for at in 0..gateways.len() {
            let at = (at + round) % gateways.len();
            let (times, failures) =
                runtime.block_on(one_round(&gateways[at], call, requests, round))?;
            failed += failures;
            if round > 0 {
                measured[at].push(times);
            }
        }
    }
    let _ = std::fs::remove_file(file);
    Ok((measured.map(|all| median_of(&all)), failed))
}

fn median_of(all: &[Times]) -> Times {
    let median = |of: fn(&Times) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Times {
        p50: median(|it| it.p50),
        p99: median(|it| it.p99),
    }
}

async fn one_round(
    gateway: &Gateway,
    call: Call,
    requests: usize,
    round: usize,
) -> BenchResult<(Times, u64)> {
    let mut browsers = tokio::task::JoinSet::new();
    for number in 0..BROWSERS {
        let (port, cookie) = (gateway.port(), gateway.cookie(&format!("CNSR{number}"))?);
        browsers.spawn(async move {
            let mut times = Vec::with_capacity(requests);
            let mut failures = 0;
            for request in 0..requests {
                let began = Instant::now();
                let id = format!("upload-{round}-{request}");
                match ask(port, &cookie, call, number, &id).await {
                    Ok(()) => times.push(began.elapsed()),
                    Err(error) => {
                        println!("failed: {error}");
                        failures += 1;
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
            (times, failures)
        });
    }
    let all = browsers.join_all().await;
    let failed = all.iter().map(|(_, failures)| failures).sum();
    let mut times: Vec<Duration> = all.into_iter().flat_map(|(times, _)| times).collect();
    times.sort();
    let at = |part: usize| {
        let found = times.get(times.len() * part / 100);
        found.map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    };
    let times = Times {
        p50: at(50),
        p99: at(99),
    };
    Ok((times, failed))
}

async fn ask(port: u16, cookie: &str, call: Call, number: usize, id: &str) -> io::Result<()> {
    let mut connection = HttpConnection::connect(port).await?;
    match call {
        Call::GetSession => {
            let head = format!(
                "GET /consumerportal/getsession HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\n\
                 connection: close\r\n\r\n"
            );
            connection.send(head.as_bytes()).await?;
        }
        Call::Upload => {
            let start = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
                         content-type: application/pdf\r\n\r\n%PDF-1.7\n";
            let end = "\r\n--b--\r\n";
            let head = format!(
                "POST /consumerportal/upload_file HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\n\
                 connection: close\r\norigin: {ORIGIN}\r\n\
                 content-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\
                 productaction_id: PRA{number}\r\nis_reupload: 1\r\nfilename: a.pdf\r\n\
                 mimetype: application/pdf\r\nupload-id: {id}\r\n\r\n{start}",
                start.len() + DOCUMENT_BYTES + end.len(),
            );
            connection.send(head.as_bytes()).await?;
            connection.send(&[b'%'; DOCUMENT_BYTES]).await?;
            connection.send(end.as_bytes()).await?;
        }
    }
    let head = connection.head().await?;
    if head.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        let line = head.lines().next().unwrap_or_default();
        Err(io::Error::other(line.to_owned()))
    }
}
