//! Three copies of the gateway with one Redis behind nginx, round robin, while connections are cut, copies are
//! killed and started again, and the store is stopped: no document is lost, none comes twice, and every
//! consumer hears what became of theirs.
//!
//! The run of every day is small. `CHAOS_UPLOADS=2000 cargo test -p gateway --test chaos` is the large one.
//! `CHAOS_SEED` is a number from which everything random comes; without it each run has another one, and says it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod harness;
mod programs;

use gateway::session::{Sessions, SignIn};
use harness::{Answer, FakeAccelerate, ReceivedRequest, multipart, pdf, send_json};
use programs::{Copy, Proxy, Redis, eventually, public_url};
use std::collections::{BTreeSet, HashMap};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant, SystemTime};

/// How many uploads there are without `CHAOS_UPLOADS`.
const UPLOADS: usize = 90;
/// How many browsers send at the same time.
const BROWSERS: usize = 16;
const ACTIONS_OF_A_CONSUMER: usize = 10;
/// How long a browser waits for an answer, and all tries of one upload may take together.
const PATIENCE: Duration = Duration::from_secs(60);
const DEADLINE: Duration = Duration::from_secs(180);
/// How long an upload may be under way before the next disturbance waits for it. The more are done in a moment, the
/// sooner the next disturbance comes, and some would meet one with each try.
const LONG: Duration = Duration::from_secs(45);
/// For how long the store is away.
const OUTAGE: Duration = Duration::from_secs(2);

const SETTINGS: [&str; 5] = [
    "limits.consumer_per_minute=1000000",
    "limits.address_per_minute=1000000",
    "limits.uploads_per_consumer=100",
    "limits.store_wait=2s",
    "accelerate.circuit_failures=1000000",
];

/// What AccelerateConnect has: for each action, every document that came, in their order.
type Arrived = Arc<Mutex<HashMap<String, Vec<Document>>>>;

/// A document that came.
#[derive(Debug, PartialEq, Eq)]
struct Document {
    bytes: usize,
    /// With which upload it came: it says so itself.
    upload_id: String,
    /// After how many seconds.
    at: String,
}

/// Random enough, and the same again for the same beginning.
struct Dice(u64);

impl Dice {
    /// One of many for the same seed.
    fn new(seed: u64, number: u64) -> Dice {
        // What is next to each other must not begin alike (splitmix64).
        let mut state = seed.wrapping_add((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Dice((state ^ (state >> 31)).max(1))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn chance(&mut self, of_a_hundred: u64) -> bool {
        self.below(100) < of_a_hundred
    }
}

/// How the browsers came to know what became of their documents.
#[derive(Default)]
struct Tally {
    uploads: AtomicUsize,
    cut: AtomicUsize,
    lost_connections: AtomicUsize,
    store_away: AtomicUsize,
    under_way: AtomicUsize,
    already: AtomicUsize,
    unknown: AtomicUsize,
}

/// What everything random comes from.
fn seed() -> u64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let new = || now.as_nanos() as u64 % 1_000_000_000;
    std::env::var("CHAOS_SEED").map_or_else(|_| new(), |it| it.parse().unwrap())
}

#[test]
fn no_upload_is_lost_or_doubled_or_without_an_outcome() {
    let uploads = std::env::var("CHAOS_UPLOADS").map_or(UPLOADS, |it| it.parse().unwrap());
    let seed = seed();
    println!("CHAOS_SEED={seed}");
    let arrived = Arrived::default();
    let upstream = accelerate(arrived.clone());
    let mut redis = Redis::start();
    let url = redis.url();
    let start = |listen: &str| Copy::start_at(listen, &upstream, &url, &SETTINGS);
    let mut copies = [(); 3].map(|()| start("127.0.0.1:0"));
    let nginx = Proxy::of_copies(&copies.each_ref().map(|copy| copy.address));
    let sessions = Sessions::new(&programs::typed_settings());
    let (next, tally) = (AtomicUsize::new(0), Tally::default());
    let (done, finished) = mpsc::channel();
    let under_way = Mutex::new(BTreeSet::new());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..BROWSERS {
            let (next, tally, sessions, done) = (&next, &tally, &sessions, done.clone());
            let under_way = &under_way;
            let address = nginx.address;
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= uploads {
                        return;
                    }
                    let browser = Browser::new(number, address, sessions, tally, seed);
                    let upload = (Instant::now(), number);
                    under_way.lock().unwrap().insert(upload);
                    browser.hand_in();
                    under_way.lock().unwrap().remove(&upload);
                    let _ = done.send(());
                }
            });
        }
        drop(done);
        // A disturbance each time that so many are done, and more at the same time are under way.
        let mut dice = Dice::new(seed, u64::MAX - 1);
        for number in 0.. {
            if finished.iter().take(15).count() < 15 {
                break;
            }
            let oldest = || under_way.lock().unwrap().first().map(|(began, _)| *began);
            while oldest().is_some_and(|began| began.elapsed() > LONG) && finished.recv().is_ok() {}
            match number % 4 {
                1 => {
                    redis.stop();
                    std::thread::sleep(OUTAGE);
                    redis.start_again();
                }
                3 => {
                    redis.pause();
                    std::thread::sleep(OUTAGE);
                    redis.resume();
                }
                _ => {
                    let copy = &mut copies[dice.below(3) as usize];
                    let listen = copy.address.to_string();
                    copy.kill();
                    *copy = start(&listen);
                }
            }
        }
    });
    let arrived = arrived.lock().unwrap();
    let count = |it: &AtomicUsize| it.load(Ordering::Relaxed);
    println!(
        "{uploads} uploads in {:.0} s: {} cut on purpose, {} lost connections, {} refused without the \
         store, {} while another was under way, {} that were there already, {} of which nobody knew; {} \
         documents arrived",
        began.elapsed().as_secs_f64(),
        count(&tally.cut),
        count(&tally.lost_connections),
        count(&tally.store_away),
        count(&tally.under_way),
        count(&tally.already),
        count(&tally.unknown),
        arrived.len(),
    );
    assert_eq!(count(&tally.uploads), uploads, "each has an outcome");
    for number in 0..uploads {
        let action = action_of(number);
        let documents = arrived.get(&action).map_or(&[][..], |it| it);
        let sizes: Vec<usize> = documents.iter().map(|it| it.bytes).collect();
        assert_eq!(
            sizes,
            [length_of(number)],
            "how often {action} arrived: {documents:?}, with CHAOS_SEED={seed}"
        );
    }
    drop(arrived);
    log_out_holds_everywhere_within_a_second(&nginx, &copies, &sessions);
}

fn log_out_holds_everywhere_within_a_second(
    nginx: &Proxy,
    copies: &[Copy; 3],
    sessions: &Sessions,
) {
    let cookie = cookie_of(sessions, "CNSR0");
    for copy in copies {
        // The last disturbance was a moment ago.
        eventually("the copy has its store", || copy.readiness().contains("up"));
        assert_eq!(copy.getsession(&cookie).status, 200);
    }
    let head = harness::head(
        &public_url(),
        &cookie,
        "DELETE",
        "/session",
        "origin: http://portal.localhost\r\n",
    );
    let mut browser = connect(nginx.address).unwrap();
    browser.write_all(head.as_bytes()).unwrap();
    assert_eq!(Answer::read(browser).status, 204);
    let logged_out = Instant::now();
    for copy in copies {
        assert_eq!(copy.getsession(&cookie).status, 401);
    }
    assert!(logged_out.elapsed() < Duration::from_secs(1));
}

/// A browser with the portal in it, which hands one document in.
struct Browser<'a> {
    number: usize,
    nginx: SocketAddr,
    cookie: String,
    dice: Dice,
    tally: &'a Tally,
    /// What came last, for the message of a failure.
    last: String,
}

/// What came of one request.
enum Sent {
    Answered(Answer),
    /// No answer came.
    Lost,
}

impl Browser<'_> {
    fn new<'a>(
        number: usize,
        nginx: SocketAddr,
        sessions: &Sessions,
        tally: &'a Tally,
        seed: u64,
    ) -> Browser<'a> {
        Browser {
            number,
            nginx,
            cookie: cookie_of(sessions, &consumer_of(number)),
            dice: Dice::new(seed, number as u64),
            tally,
            last: "nothing".to_owned(),
        }
    }

    /// Hands the document in as the portal and a browser do: a lost request is sent again with the same id, and
    /// after an answer that leaves it open, getsession says whether the document is there.
    fn hand_in(mut self) {
        let began = Instant::now();
        for attempt in 0.. {
            let upload_id = format!("upload-{}-{attempt}", self.number);
            let body = multipart(&document(length_of(self.number), &upload_id));
            let answer = loop {
                let last = &self.last;
                assert!(
                    began.elapsed() < DEADLINE,
                    "{upload_id}: no outcome, {last}"
                );
                match self.send(&upload_id, &body) {
                    Sent::Answered(answer) if is_from_gateway(&answer) => break answer,
                    other => {
                        self.last = match other {
                            Sent::Answered(answer) => format!("status {} of nginx", answer.status),
                            Sent::Lost => "no answer".to_owned(),
                        };
                        self.tally.lost_connections.fetch_add(1, Ordering::Relaxed);
                        self.pause();
                    }
                }
            };
            let code = if answer.status == 200 {
                String::new()
            } else {
                answer.code()
            };
            self.last = format!("{} {code}", answer.status);
            match (answer.status, code.as_str()) {
                (200, _) => break,
                // The portal asks after every answer of this kind, and then the consumer tries again.
                (500.., code) | (409, code @ "ALREADY_UPLOADED") => {
                    let count = match code {
                        "STORE_UNAVAILABLE" => &self.tally.store_away,
                        "UPLOAD_UNDER_WAY" => &self.tally.under_way,
                        "ALREADY_UPLOADED" => &self.tally.already,
                        _ => &self.tally.unknown,
                    };
                    count.fetch_add(1, Ordering::Relaxed);
                    if self.is_there(began) {
                        break;
                    }
                    self.pause();
                }
                (status, code) => panic!("{upload_id}: {status} {code}"),
            }
        }
        self.tally.uploads.fetch_add(1, Ordering::Relaxed);
    }

    fn send(&mut self, upload_id: &str, body: &[u8]) -> Sent {
        let Ok(mut stream) = connect(self.nginx) else {
            return Sent::Lost;
        };
        let head = harness::upload_head(&public_url(), &self.cookie, upload_id, body.len());
        let head = head.replace(harness::ACTION, &action_of(self.number));
        if stream.write_all(head.as_bytes()).is_err() {
            return Sent::Lost;
        }
        let cut = self.dice.chance(20);
        let sent = if cut {
            self.dice.below(body.len() as u64 + 1) as usize
        } else {
            body.len()
        };
        for piece in body[..sent].chunks(32 * 1024) {
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        if cut {
            self.tally.cut.fetch_add(1, Ordering::Relaxed);
            let _ = stream.shutdown(Shutdown::Both);
            return Sent::Lost;
        }
        answer(stream).map_or(Sent::Lost, Sent::Answered)
    }

    /// Asks getsession whether the action is done.
    fn is_there(&mut self, began: Instant) -> bool {
        let path = "/consumerportal/getsession";
        let head = harness::head(&public_url(), &self.cookie, "GET", path, "");
        let done = format!("\"{}\":{{\"is_done\":1", action_of(self.number));
        loop {
            assert!(began.elapsed() < DEADLINE, "getsession: {}", self.last);
            if let Ok(mut stream) = connect(self.nginx)
                && stream.write_all(head.as_bytes()).is_ok()
                && let Some(answer) = answer(stream)
            {
                if answer.status == 200 {
                    return answer.text().contains(&done);
                }
                self.last = answer.text().to_owned();
            }
            self.pause();
        }
    }

    /// A moment, as people and browsers take one.
    fn pause(&mut self) {
        std::thread::sleep(Duration::from_millis(50 + self.dice.below(200)));
    }
}

/// nginx answers by itself, as a web page, when a copy is gone.
fn is_from_gateway(answer: &Answer) -> bool {
    answer.header("content-type") == Some("application/json")
}

fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// The answer, if one comes whole.
fn answer(mut stream: TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let is_whole = bytes.windows(4).any(|it| it == b"\r\n\r\n");
    let answer = is_whole.then(|| Answer::read(bytes.as_slice()))?;
    answer.is_complete.then_some(answer)
}

fn cookie_of(sessions: &Sessions, consumer_id: &str) -> String {
    let sign_in = SignIn {
        consumer_id,
        ..SignIn::default()
    };
    let (_, cookie) = sessions.start(sign_in, SystemTime::now()).unwrap();
    let cookie = cookie.to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn consumer_of(number: usize) -> String {
    format!("CNSR{}", number / ACTIONS_OF_A_CONSUMER)
}

fn action_of(number: usize) -> String {
    format!("PRA{number}")
}

/// A document of that many bytes, which says with which upload it comes.
fn document(bytes: usize, upload_id: &str) -> Vec<u8> {
    let mut document = pdf(bytes);
    let note = format!("\n%{upload_id}\n");
    let at = document.len() - note.len();
    document[at..].copy_from_slice(note.as_bytes());
    document
}

/// With which upload a document comes.
fn upload_id_in(document: &[u8]) -> String {
    let lines = document.split(|byte| *byte == b'\n');
    let note = lines.rev().find(|line| line.starts_with(b"%upload-"));
    String::from_utf8_lossy(note.unwrap_or_default()).replace('%', "")
}

/// The length of a document in bytes: most are small, some are large.
fn length_of(number: usize) -> usize {
    let mut dice = Dice::new(0xd0c5, number as u64);
    let bytes = match dice.below(20) {
        0 => 1_000_000 + dice.below(2_000_000),
        1..=5 => 20_000 + dice.below(280_000),
        _ => 1_000 + dice.below(19_000),
    };
    bytes as usize
}

/// An AccelerateConnect that takes every document, however often it comes, and counts. Now and then it gives no
/// answer.
fn accelerate(arrived: Arrived) -> FakeAccelerate {
    let (number, began) = (AtomicUsize::new(0), Instant::now());
    FakeAccelerate::new(move |request: &ReceivedRequest, stream| {
        if request.is("getsession") {
            let consumer = request.parameter("consumer_id").unwrap();
            let first = consumer[4..].parse::<usize>().unwrap() * ACTIONS_OF_A_CONSUMER;
            let arrived = arrived.lock().unwrap();
            let actions: Vec<String> = (first..first + ACTIONS_OF_A_CONSUMER)
                .map(action_of)
                .map(|id| {
                    let is_done = u8::from(arrived.contains_key(&id));
                    format!("\"{id}\":{{\"is_done\":{is_done},\"id\":\"{id}\"}}")
                })
                .collect();
            let actions = actions.join(",");
            send_json(
                stream,
                &format!(
                    "{{\"consumerportalsession\":{{\"dossier\":{{\"products\":{{\"P\":{{\"productactions\":{{{actions}}}}}}}}}}}}}"
                ),
            );
        } else if request.is_complete {
            let action = request.parameter("productaction_id").unwrap();
            let mut arrived = arrived.lock().unwrap();
            let document = request.document();
            arrived.entry(action).or_default().push(Document {
                bytes: document.len(),
                upload_id: upload_id_in(document),
                at: format!("{:.1}", began.elapsed().as_secs_f64()),
            });
            drop(arrived);
            if number.fetch_add(1, Ordering::Relaxed) % 50 != 49 {
                send_json(stream, "{\"operation_result\":\"ok\"}");
            }
        }
    })
}
