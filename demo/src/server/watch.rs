//! What a test may know about a running server: the requests as they came, the documents it keeps, and
//! whatever hostile content managed to fetch.

use crate::{Accelerate, Upload};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::lock;
use super::pace::Pace;

/// One request to an endpoint, in the order of arrival.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Since the server started.
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

/// A view on a running server that outlives nothing and costs nothing to clone.
#[derive(Debug, Clone)]
pub struct Watch {
    accelerate: Arc<Mutex<Accelerate>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    caught: Arc<Mutex<Vec<String>>>,
    pace: Pace,
    started: Instant,
}

impl Watch {
    pub(super) fn new(accelerate: Arc<Mutex<Accelerate>>, pace: Pace) -> Watch {
        Watch {
            accelerate,
            seen: Arc::default(),
            caught: Arc::default(),
            pace,
            started: Instant::now(),
        }
    }

    /// How many requests an endpoint got, preflights not counted.
    pub fn count(&self, endpoint: &str) -> usize {
        lock(&self.seen)
            .iter()
            .filter(|seen| seen.endpoint == endpoint && seen.method != "OPTIONS")
            .count()
    }

    /// Every request to the endpoints so far.
    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }

    /// Every document that is kept, oldest first.
    pub fn uploads(&self) -> Vec<Upload> {
        lock(&self.accelerate).uploads().to_vec()
    }

    /// What hostile content fetched: the paths under `/demo/caught` that were asked for.
    pub fn caught(&self) -> Vec<String> {
        lock(&self.caught).clone()
    }

    /// Nothing is slow on purpose any more; what is on its way slowly gets there at once.
    pub fn hurries(&self) {
        self.pace.hurry();
    }

    pub(super) fn pace(&self) -> &Pace {
        &self.pace
    }

    pub(super) fn catch(&self, uri: String) {
        lock(&self.caught).push(uri);
    }

    /// Notes a request's arrival; the number is for the two below.
    pub(super) fn arrived(&self, seen: Seen) -> usize {
        let mut all = lock(&self.seen);
        all.push(Seen {
            at: self.started.elapsed(),
            ..seen
        });
        all.len() - 1
    }

    pub(super) fn read(&self, number: usize, bytes: u64) {
        lock(&self.seen)[number].body_bytes = bytes;
    }

    pub(super) fn answered(&self, number: usize, status: u16) {
        lock(&self.seen)[number].status = Some(status);
    }
}
