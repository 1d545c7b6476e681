//! The HTTP server around the rules: the site, the four endpoints and the demo's own pages on one port,
//! a made-up broker's page on another, and networks with faults on a third, all on the loopback interface. It adds what only a server has
//! (time, connections that break) and decides nothing that [`Accelerate`] decides.

mod api;
mod back_office;
mod cors;
mod delay;
mod network;
mod office_pages;
mod pages;
mod recorder;
mod site;

pub use office_pages::OfficePage;
pub use recorder::{RecordedRequest, Recorder};

use crate::{Accelerate, Conventions, Date, Signing};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};
use std::{io, thread};
use tokio::sync::watch as signal;

/// How long responses that are under way may take when the server stops.
const PATIENCE: Duration = Duration::from_secs(5);

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the site, the endpoints and the demo's pages are; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where the broker's page is, if anywhere.
    pub broker_listen: Option<SocketAddr>,
    /// Where the networks are, if anywhere.
    pub network_listen: Option<SocketAddr>,
    /// The folder of the built site.
    pub site: PathBuf,
    /// Origins besides our own and the broker's that may call the endpoints, such as
    /// `http://127.0.0.1:8090` for a development server in front.
    pub origins: Vec<String>,
    /// How long everything takes that is slow on purpose, until [`Recorder::skip_delays`].
    pub delay: Duration,
    /// What the documentation leaves open.
    pub conventions: Conventions,
    /// What requests must be signed with. Then this is AccelerateConnect alone: no site, no cookies, no
    /// pages of other origins; and the demo's own pages are on the broker's port.
    pub signing: Option<Signing>,
    /// How far our clock is ahead of the system's, in seconds: signatures are checked by it.
    pub clock_ahead: i64,
    /// The gateway in front, where the portal is.
    pub gateway: Option<Gateway>,
    /// Whether to write a line per request to standard error: method, endpoint and status, never a
    /// name or an id.
    pub log: bool,
}

impl Config {
    /// Any free ports on the loopback interface, with a broker's page, for that site.
    pub fn for_tests(site: impl Into<PathBuf>) -> Config {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        Config {
            listen: loopback,
            broker_listen: Some(loopback),
            network_listen: Some(loopback),
            site: site.into(),
            origins: Vec::new(),
            delay: Duration::from_secs(4),
            conventions: Conventions::default(),
            signing: None,
            clock_ahead: 0,
            gateway: None,
            log: false,
        }
    }
}

/// The gateway in front: the broker's made-up back office asks it for links.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Where it is, such as `http://127.0.0.1:8080`, without a slash at the end.
    pub url: String,
    /// What it wants to be shown.
    pub links_key: String,
}

/// A server that runs until this value is stopped or dropped.
#[derive(Debug)]
pub struct DemoServer {
    url: String,
    broker_url: Option<String>,
    network_url: Option<String>,
    recorder: Recorder,
    stop: signal::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl DemoServer {
    /// Where the site is, such as `http://127.0.0.1:8080/`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the broker's page is.
    pub fn broker_url(&self) -> Option<&str> {
        self.broker_url.as_deref()
    }

    /// Where the networks are, such as `http://127.0.0.1:8085/`. Each has a folder with its name.
    pub fn network_url(&self) -> Option<&str> {
        self.network_url.as_deref()
    }

    /// What the server has seen and kept.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Takes no new connections from now on; responses under way get five seconds.
    pub fn begin_to_stop(&self) {
        // There is no receiver any more when the thread has already ended.
        let _ = self.stop.send(true);
    }

    /// Stops, and returns when all is over.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.begin_to_stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts a server with fresh dossiers, on a thread of its own; it listens when this returns.
///
/// # Errors
/// When an address cannot be listened on.
pub fn start(config: Config) -> io::Result<DemoServer> {
    let site = TcpListener::bind(config.listen)?;
    let broker = config.broker_listen.map(TcpListener::bind).transpose()?;
    let network = config.network_listen.map(TcpListener::bind).transpose()?;
    let listeners = [Some(&site), broker.as_ref(), network.as_ref()];
    for listener in listeners.into_iter().flatten() {
        listener.set_nonblocking(true)?;
    }
    let origin = format!("http://{}", site.local_addr()?);
    let broker_origin = match &broker {
        Some(listener) => Some(format!("http://{}", listener.local_addr()?)),
        None => None,
    };
    // Under the name of the portal's host, whose cookies go along.
    let portal = config.gateway.as_ref().map_or(&origin, |it| &it.url);
    let network_origin = match (&network, portal.rsplit_once(':')) {
        (Some(listener), Some((host, _port))) => {
            Some(format!("{host}:{}", listener.local_addr()?.port()))
        }
        _ => None,
    };
    let accelerate = Arc::new(Mutex::new(Accelerate::new(config.conventions, today())));
    let recorder = Recorder::new(accelerate.clone(), delay::Delay::new(config.delay));
    let service = Arc::new(Service {
        site: site::Site::new(&config.site),
        origin: origin.clone(),
        broker_origin: broker_origin.clone(),
        network_origin: network_origin.clone(),
        accelerate,
        recorder: recorder.clone(),
        config,
    });
    let (stop, stopped) = signal::channel(false);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let thread = thread::Builder::new()
        .name("demo".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                let site = serve(site, service.clone(), stopped.clone(), Service::respond);
                let broker = broker.map(|it| {
                    serve(
                        it,
                        service.clone(),
                        stopped.clone(),
                        Service::respond_as_broker,
                    )
                });
                let network = network.map(|it| {
                    let respond = Service::respond_through_network;
                    serve(it, service.clone(), stopped.clone(), respond)
                });
                tokio::join!(site, when_some(broker), when_some(network));
            });
            // A slow response that nobody waits for must not hold up the end.
            runtime.shutdown_background();
        })?;
    Ok(DemoServer {
        url: format!("{origin}/"),
        broker_url: broker_origin.map(|origin| format!("{origin}/")),
        network_url: network_origin.map(|origin| format!("{origin}/")),
        recorder,
        stop,
        thread: Some(thread),
    })
}

async fn when_some(future: Option<impl Future<Output = ()>>) {
    if let Some(future) = future {
        future.await;
    }
}

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// `Err` closes the connection without a response.
type Outcome = Result<Response<Body>, ConnectionClosed>;

/// The connection is closed on purpose, or was closed by the browser.
#[derive(Debug)]
struct ConnectionClosed;

impl std::fmt::Display for ConnectionClosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is closed")
    }
}

impl std::error::Error for ConnectionClosed {}

/// What every request needs.
struct Service {
    config: Config,
    site: site::Site,
    origin: String,
    broker_origin: Option<String>,
    network_origin: Option<String>,
    accelerate: Arc<Mutex<Accelerate>>,
    recorder: Recorder,
}

impl Service {
    async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Outcome {
        let path = request.uri().path().to_owned();
        if self.config.signing.is_some() && !path.starts_with("/consumerportal/") {
            return Ok(text_response(404, "Niet gevonden"));
        }
        if let Some(endpoint) = path.strip_prefix("/consumerportal/") {
            return self.respond_to_endpoint(endpoint, request).await;
        }
        if let Some(name) = path.strip_prefix("/open/") {
            return Ok(self.open(name));
        }
        if path.starts_with("/demo/caught") {
            self.recorder.record_caught(request.uri().to_string());
            return Ok(text_response(204, ""));
        }
        match path.as_str() {
            "/demo/" => Ok(self.overview()),
            "/demo" => Ok(redirect("/demo/")),
            _ => Ok(self.site.respond(request).await),
        }
    }

    async fn respond_as_broker(self: Arc<Self>, request: Request<Incoming>) -> Outcome {
        let path = request.uri().path();
        Ok(match (path.strip_prefix("/open/"), &self.config.gateway) {
            (Some(name), Some(gateway)) => self.redirect_to_link(name, gateway).await,
            (Some(name), None) => self.open(name),
            (None, Some(_)) if path == "/demo/" => self.overview(),
            _ => match OfficePage::of_path(path) {
                Some(page) => self.office_page(page, request.uri().query()),
                None => (self.office_script(path))
                    .unwrap_or_else(|| text_response(404, "Niet gevonden")),
            },
        })
    }

    fn accelerate(&self) -> MutexGuard<'_, Accelerate> {
        lock(&self.accelerate)
    }
}

/// A lock whose holder panicked still holds the truth: nothing is changed by halves here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Today, by the world's clock; the office's is at most two hours ahead of it.
fn today() -> Date {
    Date::from_days(now() / 86_400)
}

/// Unix time, in seconds.
fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    since.as_secs() as i64
}

fn text_response(status: u16, text: impl Into<Bytes>) -> Response<Body> {
    let body = Full::new(text.into()).map_err(|never| match never {});
    Response::builder()
        .status(status)
        .header("content-type", "text/plain; charset=utf-8")
        .header("cache-control", "no-store")
        .body(body.boxed_unsync())
        .expect("these headers are valid")
}

/// A page, under a policy if it has one.
fn html(page: String, policy: Option<&'static str>) -> Response<Body> {
    let mut response = text_response(200, page);
    let headers = response.headers_mut();
    headers.insert(
        "content-type",
        hyper::header::HeaderValue::from_static("text/html; charset=utf-8"),
    );
    if let Some(policy) = policy {
        headers.insert(
            "content-security-policy",
            hyper::header::HeaderValue::from_static(policy),
        );
    }
    response
}

fn redirect(to: &str) -> Response<Body> {
    let mut response = text_response(303, "");
    response.headers_mut().insert(
        "location",
        hyper::header::HeaderValue::from_str(to).expect("addresses are ASCII"),
    );
    response
}

/// Accepts connections until told to stop, then waits for those that are open.
async fn serve<F>(
    listener: TcpListener,
    service: Arc<Service>,
    mut stopped: signal::Receiver<bool>,
    respond: fn(Arc<Service>, Request<Incoming>) -> F,
) where
    F: Future<Output = Outcome> + Send + 'static,
{
    let listener = tokio::net::TcpListener::from_std(listener)
        .expect("the listener does not block, and a runtime is running");
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        // A connection that broke before it was accepted is nobody's loss.
        let Ok((stream, _)) = stream else { continue };
        let _ = stream.set_nodelay(true);
        let (service, mut stopped) = (service.clone(), stopped.clone());
        connections.spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(
                TokioIo::new(stream),
                service_fn(|request| respond(service.clone(), request)),
            );
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                _ = stopped.changed() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        });
        while connections.try_join_next().is_some() {}
    }
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(PATIENCE, all).await;
}
