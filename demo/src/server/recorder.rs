//! What a running server recorded, for tests: the requests as they arrived, the documents it keeps, and
//! what hostile content managed to fetch.

use crate::{Accelerate, Upload};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::delay::Delay;
use super::lock;

/// One request to an endpoint, in the order of arrival.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// When it arrived, since the server started.
    pub at: Duration,
    /// `GET`, `POST` or `OPTIONS`.
    pub method: String,
    /// The endpoint's name, such as `getsession`.
    pub endpoint: String,
    /// The query as it came, without `?`.
    pub query: String,
    /// Header names in lower case, and values byte for byte.
    pub headers: Vec<(String, Vec<u8>)>,
    /// How much of a body was read.
    pub body_bytes: u64,
    /// The status answered with; `None` while it is answered, and when the connection was closed.
    pub status: Option<u16>,
}

/// The record of a running server. Clones share the same record.
#[derive(Debug, Clone)]
pub struct Recorder {
    accelerate: Arc<Mutex<Accelerate>>,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
    caught: Arc<Mutex<Vec<String>>>,
    delay: Delay,
    started: Instant,
}

impl Recorder {
    pub(super) fn new(accelerate: Arc<Mutex<Accelerate>>, delay: Delay) -> Recorder {
        Recorder {
            accelerate,
            requests: Arc::default(),
            caught: Arc::default(),
            delay,
            started: Instant::now(),
        }
    }

    /// How many requests an endpoint got, preflights not counted.
    pub fn request_count(&self, endpoint: &str) -> usize {
        lock(&self.requests)
            .iter()
            .filter(|request| request.endpoint == endpoint && request.method != "OPTIONS")
            .count()
    }

    /// Every request to the endpoints so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.requests).clone()
    }

    /// Every document that is kept, oldest first.
    pub fn uploads(&self) -> Vec<Upload> {
        lock(&self.accelerate).uploads().to_vec()
    }

    /// What hostile content fetched: the paths under `/demo/caught` that were asked for.
    pub fn caught(&self) -> Vec<String> {
        lock(&self.caught).clone()
    }

    /// Ends every delay that is there on purpose: slow responses go on at once.
    pub fn skip_delays(&self) {
        self.delay.skip();
    }

    pub(super) fn delay(&self) -> &Delay {
        &self.delay
    }

    pub(super) fn record_caught(&self, uri: String) {
        lock(&self.caught).push(uri);
    }

    /// Records the arrival of a request. The number identifies it in the two calls below.
    pub(super) fn request_arrived(&self, request: RecordedRequest) -> usize {
        let mut all = lock(&self.requests);
        all.push(RecordedRequest {
            at: self.started.elapsed(),
            ..request
        });
        all.len() - 1
    }

    pub(super) fn body_read(&self, number: usize, bytes: u64) {
        lock(&self.requests)[number].body_bytes = bytes;
    }

    pub(super) fn response_sent(&self, number: usize, status: u16) {
        lock(&self.requests)[number].status = Some(status);
    }
}
