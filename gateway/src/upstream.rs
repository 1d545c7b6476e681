//! AccelerateConnect: signs what is asked, asks it, and tells an answer from an error. The salt and the
//! names of the parameters are known here only. It knows nothing of browsers or sessions.

use crate::circuit::Circuit;
use crate::flow::{Cut, Flow, Progress};
use crate::metrics::Metrics;
use crate::refusal::Refusal;
use crate::settings::{AccelerateSettings, TimeParameter};
use accelerate::problem::check_answer;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, Request, StatusCode, header, response};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::ExposeSecret as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Of an answer that may be an error so much is read before it is passed on, in bytes.
const PEEK: usize = 8 * 1024;
/// Idle connections are closed before a PHP server closes them (Apache: after 5 s).
const POOL_IDLE: Duration = Duration::from_secs(4);
/// No more idle connections are kept: a thousand consumers who ask at once need not be followed by a
/// thousand who do.
const POOL_SIZE: usize = 64;
/// How much of a body is held at a time, in bytes; hyper takes no less than 8,192.
const BUFFER: usize = 8 * 1024;

/// What may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `getsession`
    Session,
    /// `get_product_action_download`
    Download,
    /// `get_otd_pdf`
    Otd,
    /// `upload_file`
    Upload,
}

impl Endpoint {
    /// Its name in the address.
    pub fn name(self) -> &'static str {
        match self {
            Endpoint::Session => "getsession",
            Endpoint::Download => "get_product_action_download",
            Endpoint::Otd => "get_otd_pdf",
            Endpoint::Upload => "upload_file",
        }
    }
}

/// An answer that is no error, as far as can be seen.
#[derive(Debug)]
pub struct Answer {
    /// Status and headers.
    pub head: response::Parts,
    /// The first bytes, at most a few thousand; all of them when `rest` is `None`.
    pub beginning: Bytes,
    /// What follows.
    pub rest: Option<Body>,
}

/// Why there is no answer to pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// We say no.
    Refused(Refusal),
    /// AccelerateConnect says no: its status (400 or above) and its code.
    Told(StatusCode, String),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

/// AccelerateConnect.
#[derive(Debug)]
pub struct Upstream {
    settings: AccelerateSettings,
    client: Client<HttpsConnector<HttpConnector>, Body>,
    /// An upload is not sent again by itself, so it gets a connection that nobody can have closed.
    fresh: Client<HttpsConnector<HttpConnector>, Body>,
    circuit: Circuit,
    /// How far their clock is ahead of ours, in seconds.
    skew: AtomicI64,
    metrics: Arc<Metrics>,
}

impl Upstream {
    /// One for these settings.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(settings: &AccelerateSettings, metrics: Arc<Metrics>) -> std::io::Result<Upstream> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(settings.connect_timeout));
        let https = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(BUFFER);
        let fresh = builder
            .clone()
            .pool_max_idle_per_host(0)
            .build(https.clone());
        let client = builder
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(POOL_SIZE)
            .build(https);
        Ok(Upstream {
            circuit: Circuit::new(settings.circuit_failures, settings.circuit_pause),
            settings: settings.clone(),
            client,
            fresh,
            skew: AtomicI64::new(0),
            metrics,
        })
    }

    /// Whether requests go out as usual.
    pub fn is_up(&self) -> bool {
        self.circuit.is_closed()
    }

    /// Asks one of the three that give something. A refusal because the token is too old is asked once
    /// more, by their clock.
    ///
    /// # Errors
    /// When there is no answer, or it is an error.
    pub async fn get(
        &self,
        endpoint: Endpoint,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let (theirs, first) = self.get_once(endpoint, parameters).await;
        let expired = matches!(&first, Err(Failure::Told(_, code)) if code == "TOKEN_EXPIRED");
        if !expired {
            return first;
        }
        if let Some(theirs) = theirs {
            self.skew.store(theirs - now(), Ordering::Relaxed);
        }
        self.get_once(endpoint, parameters).await.1
    }

    /// Also gives their clock, in Unix seconds, when they said what it is.
    async fn get_once(
        &self,
        endpoint: Endpoint,
        parameters: &[(&str, &str)],
    ) -> (Option<i64>, Result<Answer, Failure>) {
        let mut url = self.address(endpoint);
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in &self.signed(parameters) {
                query.append_pair(name, value);
            }
        }
        let request = || {
            Request::builder()
                .method(Method::GET)
                .uri(url.as_str())
                .header(header::ACCEPT, "*/*")
                .body(Body::empty())
        };
        let (Ok(first), Ok(second)) = (request(), request()) else {
            return (None, Err(Refusal::Internal.into()));
        };
        let asked = Instant::now();
        if let Err(wait) = self.circuit.admit(asked) {
            return (None, Err(Refusal::AccelerateUnavailable(wait).into()));
        }
        let asking = async {
            match self.client.request(first).await {
                // They closed a connection that was kept for the next request, just as this one went out.
                Err(error) if !error.is_connect() => self.fresh.request(second).await,
                heard => heard,
            }
        };
        let answer = tokio::time::timeout(self.settings.answer_timeout, asking).await;
        let response = match self.heard(endpoint, asked, answer) {
            Ok(response) => response,
            Err(refusal) => return (None, Err(refusal.into())),
        };
        let (head, body) = response.into_parts();
        let theirs = head
            .headers
            .get(header::DATE)
            .and_then(|date| date.to_str().ok())
            .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
            .map(|date| date.timestamp().as_second());
        (theirs, self.look_at(head, Body::new(body)).await)
    }

    /// Sends a document on, once. `parameters` are as they travel, in headers. Waits for the answer as
    /// long as the body moves and then for a while.
    ///
    /// # Errors
    /// When there is no answer: whether the document arrived is not known then, if the body was whole.
    pub async fn upload(
        &self,
        parameters: &[(&str, &str)],
        content_type: HeaderValue,
        body: Body,
        progress: &Progress,
    ) -> Result<(StatusCode, Bytes), Refusal> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.address(Endpoint::Upload).as_str())
            .header(header::CONTENT_TYPE, content_type);
        for (name, value) in &self.signed(parameters) {
            let value = HeaderValue::from_bytes(value.as_bytes());
            request = request.header(*name, value.map_err(|_| Refusal::InvalidParameter)?);
        }
        let request = request.body(body).map_err(|_| Refusal::Internal)?;
        let asked = Instant::now();
        self.circuit
            .admit(asked)
            .map_err(Refusal::AccelerateUnavailable)?;
        let answer = {
            let asking = self.fresh.request(request);
            tokio::pin!(asking);
            tokio::select! {
                answer = &mut asking => Ok(answer),
                () = progress.settled() => tokio::time::timeout(self.settings.upload_answer_timeout, asking).await,
            }
        };
        let (head, body) = self.heard(Endpoint::Upload, asked, answer)?.into_parts();
        let body = http_body_util::Limited::new(body, PEEK);
        let body = tokio::time::timeout(self.settings.idle_timeout, body.collect())
            .await
            .map_err(|_| Refusal::AccelerateTimeout)?
            .map_err(|_| Refusal::BadAnswer)?;
        Ok((head.status, body.to_bytes()))
    }

    fn heard<T>(
        &self,
        endpoint: Endpoint,
        asked: Instant,
        answer: Result<
            Result<http::Response<T>, hyper_util::client::legacy::Error>,
            tokio::time::error::Elapsed,
        >,
    ) -> Result<http::Response<T>, Refusal> {
        let now = Instant::now();
        let (status, result) = match answer {
            Ok(Ok(response)) => (response.status().as_u16(), Ok(response)),
            Ok(Err(error)) => {
                // A browser that left in the middle of its document is no fault of theirs.
                if caused_by_browser(&error) {
                    return Err(Refusal::UploadInterrupted);
                }
                let what = if error.is_connect() {
                    "connect"
                } else {
                    "lost"
                };
                tracing::warn!(
                    endpoint = endpoint.name(),
                    what,
                    "AccelerateConnect did not answer"
                );
                (
                    0,
                    Err(Refusal::AccelerateUnavailable(self.settings.circuit_pause)),
                )
            }
            Err(_) => {
                tracing::warn!(
                    endpoint = endpoint.name(),
                    what = "timeout",
                    "AccelerateConnect did not answer"
                );
                (0, Err(Refusal::AccelerateTimeout))
            }
        };
        self.metrics
            .asked(endpoint.name(), status, now.duration_since(asked));
        match status {
            0 | 502..=504 => {
                self.circuit.failed(now);
                if !self.circuit.is_closed() {
                    tracing::warn!("AccelerateConnect is down: not asked for a while");
                }
            }
            _ => self.circuit.answered(),
        }
        result
    }

    /// Reads the beginning of an answer and tells whether it is an error.
    async fn look_at(&self, head: response::Parts, body: Body) -> Result<Answer, Failure> {
        let (mut flow, _) = Flow::new(body, u64::MAX, self.settings.idle_timeout);
        let large = flow.size_hint().lower() > PEEK as u64;
        let failed = head.status.as_u16() >= 400;
        let mut beginning = BytesMut::new();
        let mut whole = flow.is_end_stream();
        // Of a large answer the first piece is enough to see what it is; an error is short.
        while !whole && beginning.len() <= PEEK && !(large && !failed && !beginning.is_empty()) {
            match flow.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        beginning.extend_from_slice(&data);
                    }
                }
                Some(Err(Cut::Still)) => return Err(Refusal::AccelerateTimeout.into()),
                // Of a failure it is known enough; of a good answer the browser shall see that it broke off.
                Some(Err(_)) if failed => break,
                Some(Err(_)) => return Err(Refusal::BadAnswer.into()),
                None => whole = true,
            }
        }
        let beginning = beginning.freeze();
        if (failed || whole)
            && let Err(problem) = check_answer(head.status.as_u16(), &beginning)
        {
            return Err(told(head.status, problem.code));
        }
        Ok(Answer {
            head,
            beginning,
            rest: (!whole).then(|| Body::new(flow.piece_by_piece())),
        })
    }

    fn address(&self, endpoint: Endpoint) -> url::Url {
        let mut url = self.settings.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .push("consumerportal")
                .push(endpoint.name());
        }
        url
    }

    /// The parameters with `domain`, the time and the token.
    fn signed<'a>(&self, parameters: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
        let at = now() + self.skew.load(Ordering::Relaxed);
        let (name, time) = match self.settings.time {
            TimeParameter::Timestamp => ("timestamp", at.to_string()),
            TimeParameter::Date => ("date", date(at, &self.settings.time_zone)),
        };
        let mut all: Vec<(&str, String)> = parameters
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        all.push((name, time));
        if self.settings.sign_domain {
            all.push(("domain", self.settings.domain.clone()));
        }
        let token = {
            let values: Vec<(&str, &str)> = all
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            accelerate::signing::token(&values, self.settings.salt.expose_secret())
        };
        if !self.settings.sign_domain {
            all.push(("domain", self.settings.domain.clone()));
        }
        all.push(("token", token));
        all
    }
}

/// What AccelerateConnect says when it says no. Of its words only a code is kept: a page or a message
/// would show a consumer what is none of theirs.
pub(crate) fn told(status: StatusCode, code: Option<String>) -> Failure {
    let status = if status.as_u16() >= 400 {
        status
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let is_code = |code: &String| {
        (1..=40).contains(&code.len())
            && code
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let code = code.filter(is_code).unwrap_or_else(|| {
        if status.is_server_error() {
            "ACCELERATE_FAILED".to_owned()
        } else {
            "REFUSED".to_owned()
        }
    });
    let about_us = code.starts_with("TOKEN_");
    if about_us {
        tracing::error!(%code, "AccelerateConnect does not take our signature: check salt, domain and clock");
    }
    // A 401 says to a browser that its session is over. What they do not take of ours is no such thing.
    let about_session = ["SESSION_EXPIRED", "NOT_SIGNED_IN"].contains(&code.as_str());
    if status == StatusCode::UNAUTHORIZED && !about_session {
        tracing::error!(
            "AccelerateConnect does not let us in: check salt, domain and its list of addresses"
        );
        let code = if about_us {
            code
        } else {
            "ACCELERATE_FAILED".to_owned()
        };
        return Failure::Told(StatusCode::BAD_GATEWAY, code);
    }
    Failure::Told(status, code)
}

fn caused_by_browser(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(cut) = error.downcast_ref::<Cut>() {
            return *cut != Cut::NotTaken;
        }
        cause = error.source();
    }
    false
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64)
}

/// AccelerateConnect's `date`: `yyyy-mm-dd hh:mm:ss`.
fn date(at: i64, zone: &jiff::tz::TimeZone) -> String {
    let at = jiff::Timestamp::from_second(at).unwrap_or_default();
    jiff::ZonedDateTime::new(at, zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_offices_in_summer_and_winter() {
        let zone = jiff::tz::TimeZone::get("Europe/Amsterdam").unwrap();
        assert_eq!(date(1_514_804_400, &zone), "2018-01-01 12:00:00");
        assert_eq!(date(1_530_439_200, &zone), "2018-07-01 12:00:00");
    }

    #[test]
    fn of_their_words_only_a_code_is_passed_on() {
        let code =
            |status, code: &str| told(StatusCode::from_u16(status).unwrap(), Some(code.to_owned()));
        let kept = |status, code: &str| {
            Failure::Told(StatusCode::from_u16(status).unwrap(), code.to_owned())
        };
        assert_eq!(code(409, "ALREADY_UPLOADED"), kept(409, "ALREADY_UPLOADED"));
        assert_eq!(code(200, "CLOSED"), kept(422, "CLOSED"));
        assert_eq!(
            code(500, "Fatal error in /var/www"),
            kept(500, "ACCELERATE_FAILED")
        );
        assert_eq!(code(403, "\"},x"), kept(403, "REFUSED"));
    }

    #[test]
    fn what_they_do_not_take_of_ours_ends_no_consumers_session() {
        for (code, told_as) in [
            ("TOKEN_INVALID", "TOKEN_INVALID"),
            ("TOKEN_EXPIRED", "TOKEN_EXPIRED"),
            ("IP_NOT_ALLOWED", "ACCELERATE_FAILED"),
            ("<h1>", "ACCELERATE_FAILED"),
        ] {
            assert_eq!(
                told(StatusCode::UNAUTHORIZED, Some(code.to_owned())),
                Failure::Told(StatusCode::BAD_GATEWAY, told_as.to_owned())
            );
        }
        let over = "SESSION_EXPIRED".to_owned();
        assert_eq!(
            told(StatusCode::UNAUTHORIZED, Some(over.clone())),
            Failure::Told(StatusCode::UNAUTHORIZED, over)
        );
    }
}
