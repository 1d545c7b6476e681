//! Listens, and passes requests to the [`Offices`]. It deals with what only a
//! server meets: slow browsers, too many connections, and a stop that loses no upload.

use crate::connection::Connection;
use crate::connections::{Connections, Place};
use crate::offices::{Offices, no_office};
use crate::settings::{DEFAULT_OPS_LISTEN, Settings};
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use sd_notify::NotifyState;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How many headers a request may have.
const MAX_HEADERS: usize = 64;
/// The pause after a connection that could not be accepted: the system is out of some resource.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a start waits for its store.
const STORE_WAIT: Duration = Duration::from_secs(2);
/// How often the limiter drops what it need not count any more.
const LIMITER_CLEANUP: Duration = Duration::from_secs(60);
/// How many connections the listener for operations has at the same time.
const OPS_CONNECTIONS: usize = 64;
/// How long a request for operations may take altogether.
const OPS_LIMIT: Duration = Duration::from_secs(10);
/// How long everything but uploads gets at the end.
const FINISH: Duration = Duration::from_secs(5);

/// A gateway that runs until it is stopped, or until the runtime ends.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    ops_address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    server: tokio::task::JoinHandle<()>,
    offices: watch::Sender<Arc<Offices>>,
}

impl ServerHandle {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of health, readiness and metrics.
    pub fn ops_address(&self) -> Option<SocketAddr> {
        self.ops_address
    }

    /// The offices that answer its requests.
    pub fn offices(&self) -> Arc<Offices> {
        self.offices.borrow().clone()
    }

    /// Answers requests by other settings from now on, for these offices, and serves the site as it is now.
    /// Requests under way and connections are not touched. The addresses to listen on, the limits, the store and the audit trail
    /// stay: they need a restart.
    ///
    /// # Errors
    /// When the site or the system's certificates cannot be read. Then everything stays as it was.
    pub fn reload(&self, offices: Vec<Settings>) -> io::Result<()> {
        let offices = self.offices().with_settings(offices)?;
        self.offices.send_replace(Arc::new(offices));
        Ok(())
    }

    /// Ends its readiness, and after `limits.lame_duck` takes no new connections. Returns when the uploads of
    /// consumers are finished, or after `limits.drain`.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // An error means a panic, which is on standard error already.
        let _ = self.server.await;
    }
}

/// Starts a gateway of these offices in the present runtime. It listens when this returns.
///
/// # Errors
/// When an address cannot be listened on, the site or the system's certificates cannot be read, or there is no
/// office.
pub async fn start(offices: Vec<Settings>) -> io::Result<ServerHandle> {
    let settings = offices.first().ok_or_else(no_office)?;
    let listener = TcpListener::bind(settings.listen).await?;
    let ops_listener = match settings.ops_listen {
        Some(address) => Some(TcpListener::bind(address).await?),
        // Several gateways on one machine cannot all have the default.
        None => TcpListener::bind(DEFAULT_OPS_LISTEN)
            .await
            .inspect_err(|error| {
                tracing::warn!(
                    address = %DEFAULT_OPS_LISTEN,
                    %error,
                    "no listener for health, readiness and metrics: set gateway_ops_listen"
                );
            })
            .ok(),
    };
    let server = start_on(listener, ops_listener, offices)?;
    // What comes in the first moments need not meet a store that is not connected yet.
    let offices = server.offices();
    if tokio::time::timeout(STORE_WAIT, offices.shared().store().available())
        .await
        .is_err()
    {
        tracing::warn!(
            "the store is away: nobody can sign in, log out or upload until it is there"
        );
    }
    Ok(server)
}

/// Starts a gateway on listeners that are open already, in place of the addresses of the settings: the
/// caller has the ports for sure. Health, readiness and metrics may be left out.
///
/// # Errors
/// When the site or the system's certificates cannot be read.
pub fn start_on(
    listener: TcpListener,
    ops_listener: Option<TcpListener>,
    offices: Vec<Settings>,
) -> io::Result<ServerHandle> {
    let address = listener.local_addr()?;
    let ops_address = ops_listener.as_ref().map(TcpListener::local_addr);
    let ops_address = ops_address.transpose()?;
    let (offices, current) = watch::channel(Arc::new(Offices::new(offices)?));
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(serve(listener, ops_listener, current, stopped));
    Ok(ServerHandle {
        address,
        ops_address,
        stop,
        server,
        offices,
    })
}

/// Runs a gateway until SIGTERM or SIGINT, and then until all requests are finished. On SIGHUP it goes on by
/// what `read_again` gives; `None` when there is a mistake in it, which was told already. systemd hears of all
/// this when it wants to.
///
/// # Errors
/// As [`start`], and when the signals cannot be listened for.
pub async fn run(
    offices: Vec<Settings>,
    mut read_again: impl FnMut() -> Option<Vec<Settings>>,
) -> io::Result<()> {
    let signal = stop_signal()?;
    let mut hangups = Hangups::new()?;
    let server = start(offices).await?;
    if let Some(address) = server.ops_address() {
        tracing::info!(%address, "listening for health, readiness and metrics");
    }
    tracing::info!(address = %server.address(), "listening");
    tell_systemd(&[NotifyState::Ready]);
    let watchdog = tokio::spawn(feed_watchdog());
    tokio::pin!(signal);
    loop {
        tokio::select! {
            () = &mut signal => break,
            () = hangups.next() => reload(&server, &mut read_again),
        }
    }
    tell_systemd(&[NotifyState::Stopping]);
    tracing::info!("ending: finishing what is under way");
    server.stop().await;
    watchdog.abort();
    tracing::info!("ended");
    Ok(())
}

fn reload(server: &ServerHandle, read_again: &mut impl FnMut() -> Option<Vec<Settings>>) {
    let mut reloading = vec![NotifyState::Reloading];
    reloading.extend(NotifyState::monotonic_usec_now().ok());
    tell_systemd(&reloading);
    match read_again().map(|offices| server.reload(offices)) {
        Some(Ok(())) => tracing::info!("reloaded: configuration, secrets and site are read anew"),
        Some(Err(error)) => tracing::error!(%error, "not reloaded: everything stays as it was"),
        None => tracing::error!(
            "not reloaded, for mistakes in the configuration: everything stays as it was"
        ),
    }
    tell_systemd(&[NotifyState::Ready]);
}

/// Tells systemd, when it started us and wants to hear.
fn tell_systemd(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(false, states) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}

/// Says that we are alive, twice as often as systemd wants to hear it. It stops when the runtime stands still.
async fn feed_watchdog() {
    let mut microseconds = 0;
    if !sd_notify::watchdog_enabled(false, &mut microseconds) {
        return;
    }
    let mut beat = tokio::time::interval(Duration::from_micros(microseconds.max(2) / 2));
    loop {
        beat.tick().await;
        tell_systemd(&[NotifyState::Watchdog]);
    }
}

/// The SIGHUPs. Without any of those nothing ever comes.
struct Hangups(#[cfg(unix)] tokio::signal::unix::Signal);

impl Hangups {
    #[cfg(unix)]
    fn new() -> io::Result<Hangups> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Hangups)
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending().await
        }
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Hangups> {
        Ok(Hangups())
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        std::future::pending().await
    }
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn serve(
    listener: TcpListener,
    ops_listener: Option<TcpListener>,
    current: watch::Receiver<Arc<Offices>>,
    mut stopped: watch::Receiver<bool>,
) {
    let ops = ops_listener.map(|listener| tokio::spawn(serve_ops(listener, current.clone())));
    let limits = current.borrow().settings().limits.clone();
    let graceful = GracefulShutdown::new();
    let front = Front::new(current.clone(), graceful);
    tokio::select! {
        () = front.accept(&listener) => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    let offices = current.borrow().clone();
    offices.begin_to_stop();
    // Whoever sends requests here sees first that this instance is not ready.
    let _ = tokio::time::timeout(limits.lame_duck, front.accept(&listener)).await;
    drop(listener);
    let began = Instant::now();
    let shutdown = front.graceful.shutdown();
    tokio::pin!(shutdown);
    // Strangers hold the end for seconds only.
    let connections_done = tokio::time::timeout(FINISH, &mut shutdown).await.is_ok();
    let drain = limits.drain.saturating_sub(began.elapsed());
    let uploads_done = offices.all_uploads_done();
    if tokio::time::timeout(drain, uploads_done).await.is_err() {
        tracing::warn!("some uploads were not finished in time");
    } else if !connections_done {
        // The last upload's answer is on its way.
        let _ = tokio::time::timeout(FINISH, front.connections.unused()).await;
    }
    if let Some(ops) = ops {
        ops.abort();
    }
}

/// What is needed to take connections of browsers.
struct Front {
    current: watch::Receiver<Arc<Offices>>,
    connections: Arc<Connections>,
    graceful: GracefulShutdown,
    http: http1::Builder,
    header_limit: Duration,
    idle_limit: Duration,
}

impl Front {
    fn new(current: watch::Receiver<Arc<Offices>>, graceful: GracefulShutdown) -> Front {
        let offices = current.borrow().clone();
        let settings = offices.settings();
        let limits = &settings.limits;
        let connections = Connections::new(
            limits.connections,
            limits.connections_per_address,
            settings.access.trusted_proxies.clone(),
        );
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            // Hyper counts from the end of the answer before. The headers themselves have a timer of their
            // own, in `Connection`.
            .header_read_timeout(limits.keep_alive.max(limits.header_timeout))
            .max_buf_size(limits.header_bytes.max(8_192))
            .max_headers(MAX_HEADERS);
        Front {
            connections: Arc::new(connections),
            graceful,
            http,
            header_limit: limits.header_timeout,
            idle_limit: limits.idle_timeout,
            current,
        }
    }

    /// Takes connections until this is dropped.
    async fn accept(&self, listener: &TcpListener) {
        let mut cleanup = tokio::time::interval(LIMITER_CLEANUP);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = cleanup.tick() => {
                    self.current.borrow().forget_quiet();
                    continue;
                }
            };
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            // A connection without a place is closed at once.
            if let Some(place) = self.connections.admit(peer.ip()) {
                self.spawn(stream, peer, Arc::new(place));
            } else {
                self.current.borrow().metrics().connections_refused.inc();
            }
        }
    }

    fn spawn(&self, stream: tokio::net::TcpStream, peer: SocketAddr, place: Arc<Place>) {
        let activity = place.activity().clone();
        let stream = Connection::new(stream, activity.clone(), self.header_limit, self.idle_limit);
        let current = self.current.clone();
        let answer = service_fn(move |request: hyper::Request<Incoming>| {
            let (offices, place) = (current.borrow().clone(), place.clone());
            async move {
                let under_way = place.activity().begin_request();
                // In a box: each async function on its way holds what it is given twice.
                let request = request.map(|body| place.activity().track(Body::new(body)));
                let mut request = Box::new(request);
                request.extensions_mut().insert(place);
                let response = match offices.office_of(&request) {
                    Some(office) => office.answer(peer, request).await,
                    None => offices.misdirected(*request),
                };
                Ok::<_, Infallible>(response.map(|body| under_way.until_the_end_of(body)))
            }
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), answer);
        let connection = self.graceful.watch(connection);
        let metrics = self.current.borrow().metrics().clone();
        tokio::spawn(async move {
            metrics.connections.inc();
            tokio::select! {
                // Nobody needs to hear of a broken connection: its request has failed already.
                _ = connection => {}
                () = activity.closed() => {
                    metrics.connections_refused.inc();
                }
            }
            metrics.connections.dec();
        });
    }
}

/// Answers health, readiness and metrics, on a listener that no flood of the other one reaches.
async fn serve_ops(listener: TcpListener, current: watch::Receiver<Arc<Offices>>) {
    let slots = Arc::new(tokio::sync::Semaphore::new(OPS_CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(OPS_LIMIT)
        .keep_alive(false);
    loop {
        let slot = slots.clone().acquire_owned().await;
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let current = current.clone();
        let answer = service_fn(move |request: hyper::Request<Incoming>| {
            let offices = current.borrow().clone();
            async move { Ok::<_, Infallible>(offices.answer_ops(peer, &request.map(Body::new))) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), answer);
        tokio::spawn(async move {
            let _ = tokio::time::timeout(OPS_LIMIT, connection).await;
            drop(slot);
        });
    }
}
