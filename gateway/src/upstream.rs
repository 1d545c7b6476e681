//! The client of AccelerateConnect: signs requests, sends them, and tells an answer from an error. Only
//! this file knows the salt and how a request is signed. It knows nothing of browsers or sessions.

use crate::circuit::{Circuit, FailureOf};
use crate::metrics::Metrics;
use crate::refusal::Refusal;
use crate::relay::{RelayBody, RelayError, RelayProgress};
use crate::request_context::{RequestContext, TRACEPARENT, office, request_id};
use crate::settings::{AccelerateSettings, TimeParameter};
use accelerate::problem::{check_answer, check_upload_answer};
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

/// How much of an answer is read to see whether it is an error, in bytes.
const PEEK_BYTES: usize = 8 * 1024;
/// Idle connections are closed before a PHP server closes them (Apache: after 5 s).
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// How many idle connections are kept.
const POOL_SIZE: usize = 64;
/// How much of a body is held at a time, in bytes. Hyper allows no less than 8,192.
const BUFFER_BYTES: usize = 8 * 1024;

/// One of the four endpoints.
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
    const ALL: [Endpoint; 4] = [
        Endpoint::Session,
        Endpoint::Download,
        Endpoint::Otd,
        Endpoint::Upload,
    ];

    /// The endpoint of that name.
    pub fn named(name: &str) -> Option<Endpoint> {
        Endpoint::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The method that it takes.
    pub fn method(self) -> Method {
        match self {
            Endpoint::Session | Endpoint::Download | Endpoint::Otd => Method::GET,
            Endpoint::Upload => Method::POST,
        }
    }

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

/// An answer that does not look like an error.
#[derive(Debug)]
pub struct Answer {
    /// Status and headers.
    pub head: response::Parts,
    /// The first few thousand bytes at most; all bytes when `rest` is `None`.
    pub beginning: Bytes,
    /// The bytes that follow.
    pub rest: Option<Body>,
}

/// Why there is no answer to pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The gateway refuses.
    Refused(Refusal),
    /// AccelerateConnect answered an error: its status (400 or above) and its code.
    Accelerate(StatusCode, String),
}

impl Failure {
    /// The code of the error.
    pub fn code(&self) -> &str {
        match self {
            Failure::Refused(refusal) => refusal.code(),
            Failure::Accelerate(_, code) => code,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

/// The client of AccelerateConnect.
#[derive(Debug)]
pub struct Upstream {
    settings: AccelerateSettings,
    client: Client<Connector, Body>,
    /// Makes a new connection for each request. An upload is never sent again by itself, so it must not
    /// get a connection that the other side has closed.
    unpooled: Client<Connector, Body>,
    /// One for each endpoint.
    circuits: [Circuit; Endpoint::ALL.len()],
    /// How far AccelerateConnect's clock is ahead of ours, in seconds.
    clock_skew: AtomicI64,
    metrics: Arc<Metrics>,
}

/// Connects to AccelerateConnect. The system's certificates, which it trusts, are read once for all offices.
pub type Connector = HttpsConnector<HttpConnector>;

/// Reads the system's certificates, and connects within that time.
///
/// # Errors
/// When the certificates cannot be read.
pub fn connector(connect_timeout: Duration) -> std::io::Result<Connector> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(connect_timeout));
    Ok(HttpsConnectorBuilder::new()
        .with_native_roots()?
        .https_or_http()
        .enable_http1()
        .wrap_connector(http))
}

impl Upstream {
    /// A client with these settings, with connections of its own.
    pub fn new(settings: &AccelerateSettings, https: Connector, metrics: Arc<Metrics>) -> Upstream {
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(BUFFER_BYTES);
        let unpooled = builder
            .clone()
            .pool_max_idle_per_host(0)
            .build(https.clone());
        let client = builder
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(POOL_SIZE)
            .build(https);
        Upstream {
            circuits: Endpoint::ALL
                .map(|_| Circuit::new(settings.circuit_failures, settings.circuit_pause)),
            settings: settings.clone(),
            client,
            unpooled,
            clock_skew: AtomicI64::new(0),
            metrics,
        }
    }

    /// Whether requests are sent as usual.
    pub fn is_up(&self) -> bool {
        self.circuits.iter().all(Circuit::is_closed)
    }

    /// Whether a getsession has to try first whether AccelerateConnect is there again, before an upload is
    /// sent.
    pub fn upload_needs_probe(&self) -> bool {
        self.circuit(Endpoint::Upload).needs_probe(Instant::now())
    }

    /// A getsession was answered in place of an upload.
    pub fn upload_was_probed(&self) {
        self.circuit(Endpoint::Upload).answered();
    }

    fn circuit(&self, endpoint: Endpoint) -> &Circuit {
        &self.circuits[endpoint as usize]
    }

    /// Sends a GET request. When AccelerateConnect finds the token too old, the request is sent once more
    /// with its clock's time.
    ///
    /// # Errors
    /// When there is no answer, or the answer is an error.
    pub async fn get(
        &self,
        endpoint: Endpoint,
        consumer_id: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let (server_time, first) = self.get_once(endpoint, consumer_id, parameters).await;
        let expired =
            matches!(&first, Err(Failure::Accelerate(_, code)) if code == "TOKEN_EXPIRED");
        if !expired {
            return first;
        }
        self.learn_clock(server_time);
        self.get_once(endpoint, consumer_id, parameters).await.1
    }

    fn learn_clock(&self, server_time: Option<i64>) {
        if let Some(server_time) = server_time {
            self.clock_skew
                .store(server_time - unix_time(), Ordering::Relaxed);
        }
    }

    /// Also gives the time of the answer's `Date` header, in Unix seconds.
    async fn get_once(
        &self,
        endpoint: Endpoint,
        consumer_id: &str,
        parameters: &[(&str, &str)],
    ) -> (Option<i64>, Result<Answer, Failure>) {
        let mut url = self.url_of(endpoint);
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in &self.sign(parameters) {
                query.append_pair(name, value);
            }
        }
        let request = || {
            in_trace(Request::builder())
                .method(Method::GET)
                .uri(url.as_str())
                .header(header::ACCEPT, "*/*")
                // What passes is read here. Without this header a server may compress it.
                .header(header::ACCEPT_ENCODING, "identity")
                .body(Body::empty())
        };
        let (Ok(first), Ok(second)) = (request(), request()) else {
            return (None, Err(Refusal::Internal.into()));
        };
        let sent_at = Instant::now();
        if let Err(wait) = self.circuit(endpoint).admit(sent_at) {
            return (None, Err(Refusal::AccelerateUnavailable(wait).into()));
        }
        let request = async {
            match self.client.request(first).await {
                // AccelerateConnect closed an idle connection just as this request went out on it.
                Err(error) if !error.is_connect() => self.unpooled.request(second).await,
                result => result,
            }
        };
        let answer = tokio::time::timeout(self.settings.answer_timeout, request).await;
        let response = match self.record(endpoint, consumer_id, sent_at, answer) {
            Ok(response) => response,
            Err(refusal) => return (None, Err(refusal.into())),
        };
        let (head, body) = response.into_parts();
        let server_time = server_time(&head.headers);
        (server_time, self.check(head, Body::new(body)).await)
    }

    /// Sends a document, once. `parameters` become headers as they are. The answer may take as long as the
    /// body moves, and then `upload_answer_timeout`.
    ///
    /// # Errors
    /// When there is no answer. If the body was complete, nobody knows then whether the document arrived.
    pub async fn upload(
        &self,
        consumer_id: &str,
        parameters: &[(&str, &str)],
        content_type: HeaderValue,
        body: Body,
        progress: &RelayProgress,
    ) -> Result<(StatusCode, Bytes), Refusal> {
        let mut request = in_trace(Request::builder())
            .method(Method::POST)
            .uri(self.url_of(Endpoint::Upload).as_str())
            .header(header::CONTENT_TYPE, content_type)
            .header(header::ACCEPT_ENCODING, "identity");
        for (name, value) in &self.sign(parameters) {
            let value = HeaderValue::from_bytes(value.as_bytes());
            request = request.header(*name, value.map_err(|_| Refusal::InvalidParameter)?);
        }
        let request = request.body(body).map_err(|_| Refusal::Internal)?;
        let sent_at = Instant::now();
        self.circuit(Endpoint::Upload)
            .admit(sent_at)
            .map_err(Refusal::AccelerateUnavailable)?;
        let answer = {
            let sending = self.unpooled.request(request);
            tokio::pin!(sending);
            tokio::select! {
                answer = &mut sending => Ok(answer),
                () = progress.finished() => {
                    tokio::time::timeout(self.settings.upload_answer_timeout, sending).await
                }
            }
        };
        let (head, body) = self
            .record(Endpoint::Upload, consumer_id, sent_at, answer)?
            .into_parts();
        let body = http_body_util::Limited::new(body, PEEK_BYTES);
        let body = tokio::time::timeout(self.settings.idle_timeout, body.collect())
            .await
            .map_err(|_| Refusal::AccelerateTimeout)?
            .map_err(|_| Refusal::BadAnswer)?
            .to_bytes();
        // The next one is signed with AccelerateConnect's time. This one is the portal's to send again.
        let problem = check_upload_answer(head.status.as_u16(), &body).err();
        if problem.and_then(|it| it.code).as_deref() == Some("TOKEN_EXPIRED") {
            self.learn_clock(server_time(&head.headers));
        }
        Ok((head.status, body))
    }

    /// Counts an answer, or that there was none, and tells the circuit.
    fn record<T>(
        &self,
        endpoint: Endpoint,
        consumer_id: &str,
        sent_at: Instant,
        answer: Result<
            Result<http::Response<T>, hyper_util::client::legacy::Error>,
            tokio::time::error::Elapsed,
        >,
    ) -> Result<http::Response<T>, Refusal> {
        let now = Instant::now();
        let circuit = self.circuit(endpoint);
        let mut of = FailureOf::Consumer(consumer_id);
        let (status, result) = match answer {
            Ok(Ok(response)) => (response.status().as_u16(), Ok(response)),
            Ok(Err(error)) => {
                // A browser that leaves in the middle of its upload is not AccelerateConnect's fault.
                if caused_by_browser(&error) {
                    return Err(Refusal::UploadInterrupted);
                }
                let what = if error.is_connect() {
                    of = FailureOf::Everybody;
                    "connect"
                } else {
                    "lost"
                };
                tracing::warn!(
                    request = %request_id(),
                    office = office().as_deref(),
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
                    request = %request_id(),
                    office = office().as_deref(),
                    endpoint = endpoint.name(),
                    what = "timeout",
                    "AccelerateConnect did not answer"
                );
                (0, Err(Refusal::AccelerateTimeout))
            }
        };
        self.metrics
            .upstream_answered(endpoint.name(), status, now.duration_since(sent_at));
        match status {
            0 | 502..=504 => {
                circuit.failed(of, now);
                if !circuit.is_closed() {
                    tracing::warn!(
                        request = %request_id(),
                        office = office().as_deref(),
                        "AccelerateConnect is down: not asked for a while"
                    );
                }
            }
            _ => circuit.answered(),
        }
        result
    }

    /// Reads the beginning of an answer, and checks whether it is an error.
    async fn check(&self, head: response::Parts, body: Body) -> Result<Answer, Failure> {
        let (body, _) = RelayBody::new(body, u64::MAX, self.settings.idle_timeout);
        let mut body = body.copied();
        let is_large = body.size_hint().lower() > PEEK_BYTES as u64;
        let is_error = head.status.as_u16() >= 400;
        let mut beginning = BytesMut::new();
        let mut is_complete = body.is_end_stream();
        // The first piece of a large answer is enough: an error is short.
        let is_enough = |beginning: &BytesMut| {
            beginning.len() > PEEK_BYTES || (is_large && !is_error && !beginning.is_empty())
        };
        while !is_complete && !is_enough(&beginning) {
            match body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        beginning.extend_from_slice(&data);
                    }
                }
                Some(Err(RelayError::SenderIdle)) => return Err(Refusal::AccelerateTimeout.into()),
                // An error that breaks off is an error all the same.
                Some(Err(_)) if is_error => break,
                Some(Err(_)) => return Err(Refusal::BadAnswer.into()),
                None => is_complete = true,
            }
        }
        let beginning = beginning.freeze();
        if (is_error || is_complete)
            && let Err(problem) = check_answer(head.status.as_u16(), &beginning)
        {
            return Err(error_answer(head.status, problem.code));
        }
        Ok(Answer {
            head,
            beginning,
            rest: (!is_complete).then(|| Body::new(body.piece_by_piece())),
        })
    }

    fn url_of(&self, endpoint: Endpoint) -> url::Url {
        let mut url = self.settings.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .push("consumerportal")
                .push(endpoint.name());
        }
        url
    }

    /// The parameters, with `domain`, the time and the token added.
    fn sign<'a>(&self, parameters: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
        let time = unix_time() + self.clock_skew.load(Ordering::Relaxed);
        let (name, time) = match self.settings.time {
            TimeParameter::Timestamp => ("timestamp", time.to_string()),
            TimeParameter::Date => ("date", date(time, &self.settings.time_zone)),
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

/// AccelerateConnect's error as the gateway passes it on. Only a code is kept of it: a page or a message
/// could show a consumer what is not meant for them.
pub fn error_answer(status: StatusCode, code: Option<String>) -> Failure {
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
    let about_signature = code.starts_with("TOKEN_");
    if about_signature {
        tracing::error!(office = office().as_deref(), %code, "AccelerateConnect refuses our signature: check salt, domain and clock");
    }
    // To a browser a 401 means that the consumer's session is over. Here AccelerateConnect may refuse the
    // gateway, which is something else.
    let about_session = ["SESSION_EXPIRED", "NOT_SIGNED_IN"].contains(&code.as_str());
    if status == StatusCode::UNAUTHORIZED && !about_session {
        tracing::error!(
            office = office().as_deref(),
            "AccelerateConnect refuses the gateway: check salt, domain and its list of addresses"
        );
        let code = if about_signature {
            code
        } else {
            "ACCELERATE_FAILED".to_owned()
        };
        return Failure::Accelerate(StatusCode::BAD_GATEWAY, code);
    }
    Failure::Accelerate(status, code)
}

fn caused_by_browser(error: &(dyn std::error::Error + 'static)) -> bool {
    RelayError::in_chain(error).is_some_and(|error| error != RelayError::ReceiverIdle)
}

/// A request that belongs to the trace of the present one.
fn in_trace(request: http::request::Builder) -> http::request::Builder {
    let context = RequestContext::present();
    match context.as_ref().and_then(RequestContext::traceparent) {
        Some(traceparent) => request.header(TRACEPARENT, traceparent.clone()),
        None => request,
    }
}

/// The time of the answer's `Date` header, in Unix seconds.
fn server_time(headers: &http::HeaderMap) -> Option<i64> {
    let date = headers.get(header::DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(date.timestamp().as_second())
}

fn unix_time() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64)
}

/// AccelerateConnect's `date`: `yyyy-mm-dd hh:mm:ss`.
fn date(unix_time: i64, zone: &jiff::tz::TimeZone) -> String {
    let time = jiff::Timestamp::from_second(unix_time).unwrap_or_default();
    jiff::ZonedDateTime::new(time, zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_in_the_offices_time_zone_in_summer_and_winter() {
        let zone = jiff::tz::TimeZone::get("Europe/Amsterdam").unwrap();
        assert_eq!(date(1_514_804_400, &zone), "2018-01-01 12:00:00");
        assert_eq!(date(1_530_439_200, &zone), "2018-07-01 12:00:00");
    }

    #[test]
    fn only_the_code_of_an_error_is_passed_on() {
        let passed_on = |status, code: &str| {
            error_answer(StatusCode::from_u16(status).unwrap(), Some(code.to_owned()))
        };
        let error = |status, code: &str| {
            Failure::Accelerate(StatusCode::from_u16(status).unwrap(), code.to_owned())
        };
        assert_eq!(
            passed_on(409, "ALREADY_UPLOADED"),
            error(409, "ALREADY_UPLOADED")
        );
        assert_eq!(passed_on(200, "CLOSED"), error(422, "CLOSED"));
        assert_eq!(
            passed_on(500, "Fatal error in /var/www"),
            error(500, "ACCELERATE_FAILED")
        );
        assert_eq!(passed_on(403, "\"},x"), error(403, "REFUSED"));
    }

    #[test]
    fn a_401_for_the_gateway_ends_no_consumers_session() {
        for (code, passed_on) in [
            ("TOKEN_INVALID", "TOKEN_INVALID"),
            ("TOKEN_EXPIRED", "TOKEN_EXPIRED"),
            ("IP_NOT_ALLOWED", "ACCELERATE_FAILED"),
            ("<h1>", "ACCELERATE_FAILED"),
        ] {
            assert_eq!(
                error_answer(StatusCode::UNAUTHORIZED, Some(code.to_owned())),
                Failure::Accelerate(StatusCode::BAD_GATEWAY, passed_on.to_owned())
            );
        }
        let over = "SESSION_EXPIRED".to_owned();
        assert_eq!(
            error_answer(StatusCode::UNAUTHORIZED, Some(over.clone())),
            Failure::Accelerate(StatusCode::UNAUTHORIZED, over)
        );
    }
}
