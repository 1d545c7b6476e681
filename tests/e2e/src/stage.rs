//! The servers that a test has to itself: the gateway, and the demo behind it, whose dossiers are fresh
//! and which checks every signature. What the demo received can be looked into.

use demo::server::{Config, Gateway, Running, Watch, start};
use demo::{Conventions, HeaderValues, Signing, Upload};
use gateway::links;
use gateway::settings::Settings;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::runtime::Runtime;

/// How long everything takes that the demo does slowly on purpose: until the test has seen what it wanted
/// to see meanwhile, and says so ([`Watch::hurries`]). No number of seconds would be enough on a machine
/// with much else to do.
const SLOW: Duration = Duration::from_secs(3600);

const SALT: &str = "salt-of-the-tests";
const LINKS_KEY: &str = "links-key-of-the-tests-0123456789";

/// What a stage has set otherwise.
pub type Change = fn(&Stage, &mut Settings);

/// Gateway and demo, and their addresses, which stay the same when they are away for a while.
#[derive(Debug)]
pub struct Stage {
    site: PathBuf,
    portal: SocketAddr,
    /// The demo's, once it has run.
    broker: OnceLock<SocketAddr>,
    accelerate: OnceLock<SocketAddr>,
    change: Change,
    running: Mutex<Option<Both>>,
}

#[derive(Debug)]
struct Both {
    demo: Running,
    gateway: gateway::server::ServerHandle,
    runtime: Runtime,
}

impl Stage {
    /// Starts the servers for the built site with the tests' hook.
    #[expect(
        clippy::new_without_default,
        reason = "starting a server is no default"
    )]
    pub fn new() -> Stage {
        Stage::with(crate::site::with_hook(), |_, _| {})
    }

    /// The same with a gateway that is set otherwise.
    pub fn set(change: Change) -> Stage {
        Stage::with(crate::site::with_hook(), change)
    }

    /// Starts the servers for a folder.
    pub fn with_site(site: impl AsRef<Path>) -> Stage {
        Stage::with(site, |_, _| {})
    }

    fn with(site: impl AsRef<Path>, change: Change) -> Stage {
        // Taken, not only looked up: the tests run side by side.
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("127.0.0.1 has a free port");
        let stage = Stage {
            site: site.as_ref().to_owned(),
            portal: listener.local_addr().expect("it listens somewhere"),
            broker: OnceLock::new(),
            accelerate: OnceLock::new(),
            change,
            running: Mutex::new(None),
        };
        stage.starts_on(listener);
        stage
    }

    /// The servers are there (again), at the same addresses and with fresh dossiers.
    pub fn starts(&self) {
        let listener = TcpListener::bind(self.portal).expect("the address is free again");
        self.starts_on(listener);
    }

    fn starts_on(&self, listener: TcpListener) {
        let known = |address: &OnceLock<SocketAddr>| {
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            address.get().copied().unwrap_or(any)
        };
        let config = Config {
            listen: known(&self.accelerate),
            broker_listen: Some(known(&self.broker)),
            slow: SLOW,
            conventions: Conventions {
                header_values: HeaderValues::RawUtf8,
                ..Conventions::default()
            },
            signing: Some(Signing {
                domain: "demo".to_owned(),
                salt: SALT.to_owned(),
                covers_domain: true,
            }),
            gateway: Some(Gateway {
                url: self.address(),
                links_key: LINKS_KEY.to_owned(),
            }),
            ..Config::for_tests(&self.site)
        };
        let demo = start(config).expect("the demo server starts at a free address");
        let is_at = |url: &str| {
            let address = url.trim_start_matches("http://").trim_end_matches('/');
            address.parse().expect("this is an address")
        };
        self.accelerate.get_or_init(|| is_at(demo.url()));
        self.broker
            .get_or_init(|| is_at(demo.broker_url().expect("it has a broker's page")));
        // One worker: while the gateway is taken down, none is left to answer for it.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let gateway = runtime
            .block_on_thread(async {
                listener.set_nonblocking(true)?;
                let listener = tokio::net::TcpListener::from_std(listener)?;
                gateway::server::start_on(listener, self.settings())
            })
            .expect("the gateway starts");
        *self.running() = Some(Both {
            demo,
            gateway,
            runtime,
        });
    }

    fn settings(&self) -> Settings {
        let url = |address: String| address.parse().expect("this is an address");
        let mut settings = Settings::new(
            url(self.address()),
            self.site.clone(),
            vec!["secret-of-the-tests-0123456789abcdef".into()],
            (
                url(format!("http://{}/", at(&self.accelerate))),
                "demo".to_owned(),
                SALT.into(),
            ),
        );
        settings.listen = self.portal;
        settings.session.links_key = Some(LINKS_KEY.into());
        settings.access.origins = vec![format!("http://{}", at(&self.broker))];
        // A test is quicker than a consumer.
        settings.limits.session_per_minute = 100_000;
        settings.limits.address_per_minute = 100_000;
        (self.change)(self, &mut settings);
        settings
    }

    /// The servers go away: what is under way breaks off, and whoever connects is refused.
    pub fn stops(&self) {
        let both = self.running().take();
        if let Some(both) = both {
            drop(both.gateway);
            // Not within a task of another runtime, which may not wait.
            let runtime = both.runtime;
            let gone = std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(5)));
            gone.join().expect("ending does not panic");
            both.demo.stop();
        }
    }

    /// The portal's page, without a slash at the end.
    pub fn address(&self) -> String {
        format!("http://{}", self.portal)
    }

    /// Where a consumer's fresh link is: the broker's made-up back office gives it.
    pub fn link(&self, consumer: &str) -> String {
        format!("http://{}/open/{consumer}", at(&self.broker))
    }

    /// What a script of the portal's page shows `POST /session` to become a consumer, without a look at
    /// their dossier.
    pub fn token(&self, consumer: &str) -> String {
        let link = links::mint(&self.settings(), consumer, None, SystemTime::now());
        let link = link.expect("the demo's names are good ids");
        // Of a page of another site it is in the fragment.
        let token = link.as_str().rsplit(['/', '=']).next();
        token.expect("a link ends with its token").to_owned()
    }

    /// The broker's page.
    pub fn broker(&self) -> String {
        format!("http://{}/", at(&self.broker))
    }

    /// The broker's page by another name of this machine's, which makes it a page of another site.
    pub fn foreign(&self) -> String {
        format!("http://localhost:{}/", at(&self.broker).port())
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
        running.demo.watch().clone()
    }

    fn running(&self) -> MutexGuard<'_, Option<Both>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stops();
    }
}

/// Waiting for one runtime within a task of another.
trait BlockOnThread {
    fn block_on_thread<F>(&self, future: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send;
}

impl BlockOnThread for Runtime {
    fn block_on_thread<F>(&self, future: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| self.block_on(future));
            waits.join().expect("what is waited for does not panic")
        })
    }
}

fn at(address: &OnceLock<SocketAddr>) -> SocketAddr {
    *address.get().expect("the demo has run")
}
