//! Listens, and passes requests to the [`Service`](crate::service::Service). It deals with what only a
//! server meets: slow browsers, too many connections, and a stop that loses no upload.

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

/// How many headers a request may have.
const MAX_HEADERS: usize = 64;
/// The pause after a connection that could not be accepted: the system is out of some resource.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a start waits for its store.
const STORE_WAIT: Duration = Duration::from_secs(2);
/// How often the limiter drops what it need not count any more.
const LIMITER_CLEANUP: Duration = Duration::from_secs(60);

/// A gateway that runs until it is stopped, or until the runtime ends.
#[derive(Debug)]
pub struct ServerHandle {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: tokio::task::JoinHandle<()>,
    service: Arc<Service>,
}

impl ServerHandle {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The service that answers its requests.
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Takes no new connections, and returns when all requests are finished, or after `limits.drain`.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // An error means a panic, which is on standard error already.
        let _ = self.server.await;
    }
}

/// Starts a gateway in the present runtime. It listens when this returns.
///
/// # Errors
/// When the address cannot be listened on, or the site or the system's certificates cannot be read.
pub async fn start(settings: Settings) -> io::Result<ServerHandle> {
    let listener = TcpListener::bind(settings.listen).await?;
    let server = start_on(listener, settings)?;
    // What comes in the first moments need not meet a store that is not connected yet.
    let store = server.service.state().records.store();
    if tokio::time::timeout(STORE_WAIT, store.available())
        .await
        .is_err()
    {
        tracing::warn!(
            "the store is away: nobody can sign in, log out or upload until it is there"
        );
    }
    Ok(server)
}

/// Starts a gateway on a listener that is open already, in place of the address of the settings: the caller
/// has the port for sure.
///
/// # Errors
/// When the site or the system's certificates cannot be read.
pub fn start_on(listener: TcpListener, settings: Settings) -> io::Result<ServerHandle> {
    let address = listener.local_addr()?;
    let service = Arc::new(Service::new(settings)?);
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(serve(listener, service.clone(), stopped));
    Ok(ServerHandle {
        address,
        stop,
        server,
        service,
    })
}

/// Runs a gateway until SIGTERM or SIGINT, and then until all requests are finished.
///
/// # Errors
/// As [`start`], and when the signals cannot be listened for.
pub async fn run(settings: Settings) -> io::Result<()> {
    let signal = stop_signal()?;
    let server = start(settings).await?;
    tracing::info!(address = %server.address(), "listening");
    signal.await;
    tracing::info!("ending: finishing what is under way");
    server.stop().await;
    tracing::info!("ended");
    Ok(())
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

async fn serve(listener: TcpListener, service: Arc<Service>, mut stopped: watch::Receiver<bool>) {
    let limits = service.state().settings.limits.clone();
    let slots = Arc::new(Semaphore::new(
        limits.connections.min(Semaphore::MAX_PERMITS),
    ));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.header_bytes.max(8_192))
        .max_headers(MAX_HEADERS);
    let mut cleanup = tokio::time::interval(LIMITER_CLEANUP);
    loop {
        // While all slots are taken, new connections wait in the system's queue.
        let accept = async {
            let slot = slots.clone().acquire_owned().await;
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            accepted = accept => accepted,
            _ = cleanup.tick() => {
                service.state().limiter.forget_quiet();
                continue;
            }
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
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
            service.state().metrics.connections.inc();
            // Nobody needs to hear of a broken connection: its request has failed already.
            let _ = connection.await;
            service.state().metrics.connections.dec();
            drop(slot);
        });
    }
    service.begin_to_stop();
    drop(listener);
    let all_done = async {
        graceful.shutdown().await;
        service.state().limiter.all_uploads_done().await;
    };
    if tokio::time::timeout(limits.drain, all_done).await.is_err() {
        tracing::warn!("some requests were not finished in time");
    }
}
