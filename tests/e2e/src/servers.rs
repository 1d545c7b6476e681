//! The servers that a test has to itself: the gateway, and behind it the demo. The demo's dossiers are
//! fresh, it checks every signature, and a test can read what it received.

use demo::server::{Config, DemoServer, Gateway, Recorder, start};
use demo::{Conventions, HeaderValues, Signing, Upload};
use gateway::links;
use gateway::settings::Settings;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::runtime::Runtime;

/// The delay of what the demo does slowly on purpose: until the test ends it ([`Recorder::skip_delays`]). No
/// number of seconds would be long enough on a busy machine.
const DELAY: Duration = Duration::from_secs(3600);

const SALT: &str = "salt-of-the-tests";
const LINKS_KEY: &str = "links-key-of-the-tests-0123456789";

/// Changes the gateway's settings for a test.
pub type ChangeSettings = fn(&TestServers, &mut Settings);

/// The gateway and the demo. Their addresses stay the same when they stop and start again.
#[derive(Debug)]
pub struct TestServers {
    site: PathBuf,
    portal: SocketAddr,
    /// The demo's addresses, once it has started.
    broker: OnceLock<SocketAddr>,
    accelerate: OnceLock<SocketAddr>,
    networks: OnceLock<SocketAddr>,
    change: ChangeSettings,
    running: Mutex<Option<RunningServers>>,
}

#[derive(Debug)]
struct RunningServers {
    demo: DemoServer,
    gateway: gateway::server::ServerHandle,
    runtime: Runtime,
}

impl TestServers {
    /// Starts the servers for the built site with the tests' hook.
    #[expect(
        clippy::new_without_default,
        reason = "starting a server is no default"
    )]
    pub fn new() -> TestServers {
        TestServers::with(crate::site::with_hook(), |_, _| {})
    }

    /// The same with other settings of the gateway.
    pub fn with_settings(change: ChangeSettings) -> TestServers {
        TestServers::with(crate::site::with_hook(), change)
    }

    /// Starts the servers for a folder.
    pub fn with_site(site: impl AsRef<Path>) -> TestServers {
        TestServers::with(site, |_, _| {})
    }

    fn with(site: impl AsRef<Path>, change: ChangeSettings) -> TestServers {
        // The listener keeps the port: other tests run at the same time.
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("127.0.0.1 has a free port");
        let servers = TestServers {
            site: site.as_ref().to_owned(),
            portal: listener.local_addr().expect("it listens somewhere"),
            broker: OnceLock::new(),
            accelerate: OnceLock::new(),
            networks: OnceLock::new(),
            change,
            running: Mutex::new(None),
        };
        servers.start_on(listener);
        servers
    }

    /// Starts the servers again, at the same addresses and with fresh dossiers.
    pub fn start(&self) {
        let listener = TcpListener::bind(self.portal).expect("the address is free again");
        self.start_on(listener);
    }

    fn start_on(&self, listener: TcpListener) {
        let known_or_any = |address: &OnceLock<SocketAddr>| {
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            address.get().copied().unwrap_or(any)
        };
        let config = Config {
            listen: known_or_any(&self.accelerate),
            broker_listen: Some(known_or_any(&self.broker)),
            network_listen: Some(known_or_any(&self.networks)),
            delay: DELAY,
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
        let address_in = |url: &str| {
            let address = url.trim_start_matches("http://").trim_end_matches('/');
            address.parse().expect("this is an address")
        };
        self.accelerate.get_or_init(|| address_in(demo.url()));
        self.broker
            .get_or_init(|| address_in(demo.broker_url().expect("it has a broker's page")));
        self.networks
            .get_or_init(|| address_in(demo.network_url().expect("it has networks")));
        // One worker: while the gateway is taken down, no other can respond for it.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let gateway = runtime
            .block_on_thread(async {
                listener.set_nonblocking(true)?;
                let listener = tokio::net::TcpListener::from_std(listener)?;
                gateway::server::start_on(listener, None, vec![self.settings()])
            })
            .expect("the gateway starts");
        *self.running() = Some(RunningServers {
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
                url(format!("http://{}/", address_of(&self.accelerate))),
                "demo".to_owned(),
                SALT.into(),
            ),
        );
        settings.listen = self.portal;
        settings.session.links_key = Some(LINKS_KEY.into());
        settings.access.origins = vec![format!("http://{}", address_of(&self.broker))];
        // A test sends requests faster than a consumer.
        settings.limits.consumer_per_minute = 100_000;
        settings.limits.address_per_minute = 100_000;
        (self.change)(self, &mut settings);
        settings
    }

    /// Stops the servers: requests under way break off, and new connections are refused.
    pub fn stop(&self) {
        let running = self.running().take();
        if let Some(running) = running {
            drop(running.gateway);
            // Not within a task of another runtime, which may not wait.
            let runtime = running.runtime;
            let gone = std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(5)));
            gone.join().expect("ending does not panic");
            running.demo.stop();
        }
    }

    /// The folder of the site.
    pub fn site(&self) -> &Path {
        &self.site
    }

    /// The portal's page, without a slash at the end.
    pub fn address(&self) -> String {
        format!("http://{}", self.portal)
    }

    /// The address that redirects to a fresh sign-in link: the broker's made-up back office asks for it.
    pub fn link(&self, consumer: &str) -> String {
        format!("http://{}/open/{consumer}", address_of(&self.broker))
    }

    /// The token with which a script of the portal's page signs in (`POST /session`), without opening the
    /// dossier.
    pub fn token(&self, consumer: &str) -> String {
        let link = links::mint(&self.settings(), consumer, None, SystemTime::now());
        let link = link.expect("the demo's names are good ids");
        // Of a page of another site it is in the fragment.
        if let Some((_, token)) = link.as_str().split_once("#portal-open-") {
            return token.replace("_2e", ".").replace("_5f", "_");
        }
        let token = link.as_str().rsplit('/').next();
        token.expect("a link ends with its token").to_owned()
    }

    /// The broker's page.
    pub fn broker(&self) -> String {
        format!("http://{}/", address_of(&self.broker))
    }

    /// One of the broker's pages that do something to the portal (`demo::server::OfficePage`).
    pub fn office_page(&self, name: &str) -> String {
        self.broker() + name
    }

    /// The portal's page as it comes through a network with a fault.
    pub fn through(&self, network: &str) -> String {
        format!("http://{}/{network}/", address_of(&self.networks))
    }

    /// The broker's page, whose portal comes through a network with a fault.
    pub fn broker_through(&self, network: &str) -> String {
        format!("{}?netwerk={network}", self.broker())
    }

    /// The broker's page under another name of this machine, which makes it a page of another site.
    pub fn broker_on_another_site(&self) -> String {
        format!("http://localhost:{}/", address_of(&self.broker).port())
    }

    /// Every document that the demo keeps, oldest first.
    pub fn uploads(&self) -> Vec<Upload> {
        self.demo().uploads()
    }

    /// What the demo recorded, and its delays.
    pub fn demo(&self) -> Recorder {
        let running = self.running();
        let running = running
            .as_ref()
            .expect("the server was not stopped by this test");
        running.demo.recorder().clone()
    }

    fn running(&self) -> MutexGuard<'_, Option<RunningServers>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TestServers {
    fn drop(&mut self) {
        self.stop();
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

fn address_of(address: &OnceLock<SocketAddr>) -> SocketAddr {
    *address.get().expect("the demo has run")
}
