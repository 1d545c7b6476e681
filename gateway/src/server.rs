//! Listens, and gives each connection to the [`Service`](crate::service::Service): what only a
//! server has to do with, such as slow browsers, too many of them, and ending without losing anything.

use crate::connection::Connection;
use crate::service::Service;
use crate::settings::Settings;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// No request has more headers.
const MOST_HEADERS: usize = 64;
/// A while, when connections cannot be accepted: the system is out of something.
const BREATH: Duration = Duration::from_millis(100);
/// How often it is forgotten who need not be counted any more.
const FORGET: Duration = Duration::from_secs(60);

/// A gateway that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: tokio::task::JoinHandle<()>,
    service: Arc<Service>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything it holds.
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Takes no new connections, finishes what is under way, at most for as long as was set, and returns.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // It can only have panicked, which is on standard error already.
        let _ = self.server.await;
    }
}

/// Starts a gateway in the present runtime; it listens when this returns.
///
/// # Errors
/// When the address cannot be listened on, or the site or the system's certificates cannot be read.
pub async fn start(settings: Settings) -> io::Result<Running> {
    let listener = TcpListener::bind(settings.listen).await?;
    start_on(listener, settings)
}

/// The same where something listens already, whatever the settings say of where: whoever chose the port
/// has it for sure.
///
/// # Errors
/// When the site or the system's certificates cannot be read.
pub fn start_on(listener: TcpListener, settings: Settings) -> io::Result<Running> {
    let address = listener.local_addr()?;
    let service = Service::new(settings)?;
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(serve(listener, service.clone(), stopped));
    Ok(Running {
        address,
        stop,
        server,
        service,
    })
}

/// Runs a gateway until SIGTERM or SIGINT, and then until what is under way is finished.
///
/// # Errors
/// As [`start`], and when the signals cannot be listened for.
pub async fn run(settings: Settings) -> io::Result<()> {
    let ended = end_signal()?;
    let running = start(settings).await?;
    tracing::info!(address = %running.address(), "listening");
    ended.await;
    tracing::info!("ending: finishing what is under way");
    running.stop().await;
    tracing::info!("ended");
    Ok(())
}

#[cfg(unix)]
fn end_signal() -> io::Result<impl Future<Output = ()>> {
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
fn end_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn serve(listener: TcpListener, service: Arc<Service>, mut stopped: watch::Receiver<bool>) {
    let limits = service.settings.limits.clone();
    let places = Arc::new(Semaphore::new(
        limits.connections.min(Semaphore::MAX_PERMITS),
    ));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.header_bytes.max(8_192))
        .max_headers(MOST_HEADERS);
    let mut forget = tokio::time::interval(FORGET);
    loop {
        // Who comes when all places are taken waits in the system's queue.
        let accept = async {
            let place = places.clone().acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accept => accepted,
            _ = forget.tick() => {
                service.counters.forget();
                continue;
            }
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let connection = http.serve_connection(
            TokioIo::new(Connection::new(stream, limits.idle_timeout)),
            service_fn({
                let service = service.clone();
                move |request: hyper::Request<hyper::body::Incoming>| {
                    let service = service.clone();
                    async move {
                        let request = request.map(Body::new);
                        Ok::<_, Infallible>(service.answer(peer, request).await)
                    }
                }
            }),
        );
        let connection = graceful.watch(connection);
        let service = service.clone();
        tokio::spawn(async move {
            service.metrics.connections.inc();
            // A connection that broke is in nobody's way: what was on it knows.
            let _ = connection.await;
            service.metrics.connections.dec();
            drop(place);
        });
    }
    service.begin_to_end();
    drop(listener);
    let all = async {
        graceful.shutdown().await;
        service.counters.no_more_uploads().await;
    };
    if tokio::time::timeout(limits.drain, all).await.is_err() {
        tracing::warn!("some requests were not finished in time");
    }
}
