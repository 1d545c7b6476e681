//! The demo server that a test has to itself: its dossiers are fresh, and what it received can be looked
//! into.

use demo::Upload;
use demo::server::{Config, Running, Watch, start};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long everything takes that the demo does slowly on purpose: long enough to be seen, by a machine
/// with much else to do.
const SLOW: Duration = Duration::from_secs(4);

/// A demo server, and its address, which stays the same when the server is away for a while.
#[derive(Debug)]
pub struct Stage {
    site: PathBuf,
    portal: SocketAddr,
    broker: SocketAddr,
    running: Mutex<Option<Running>>,
}

impl Stage {
    /// Starts a server for the built site with the tests' hook.
    #[expect(
        clippy::new_without_default,
        reason = "starting a server is no default"
    )]
    pub fn new() -> Stage {
        Stage::with_site(crate::site::with_hook())
    }

    /// Starts a server for a folder.
    pub fn with_site(site: impl AsRef<Path>) -> Stage {
        let stage = Stage {
            site: site.as_ref().to_owned(),
            portal: free_address(),
            broker: free_address(),
            running: Mutex::new(None),
        };
        stage.starts();
        stage
    }

    /// The server is there (again), at the same address and with fresh dossiers.
    pub fn starts(&self) {
        self.starts_as_slow_as(SLOW);
    }

    /// The same, and what it does slowly on purpose takes that long.
    pub fn starts_as_slow_as(&self, slow: Duration) {
        let config = Config {
            listen: self.portal,
            broker_listen: Some(self.broker),
            slow,
            ..Config::for_tests(&self.site)
        };
        let running = start(config).expect("the demo server starts at a free address");
        *self.running() = Some(running);
    }

    /// The server goes away: whoever connects is refused. What takes longer than five seconds breaks off.
    pub fn stops(&self) {
        if let Some(running) = self.running().take() {
            running.stop();
        }
    }

    /// The portal's page, without a slash at the end.
    pub fn address(&self) -> String {
        format!("http://{}", self.portal)
    }

    /// The broker's page.
    pub fn broker(&self) -> String {
        format!("http://{}/", self.broker)
    }

    /// Every document the server keeps, oldest first.
    pub fn uploads(&self) -> Vec<Upload> {
        self.watch().uploads()
    }

    /// What the server saw.
    pub fn watch(&self) -> Watch {
        let running = self.running();
        let running = running
            .as_ref()
            .expect("the server was not stopped by this test");
        running.watch().clone()
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("127.0.0.1 has a free port")
}
