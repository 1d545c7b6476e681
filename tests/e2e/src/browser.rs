//! The three browsers: where they are, how their drivers are started, and a clean session in each.
//!
//! | variable | what | default |
//! |---|---|---|
//! | `CHROMEDRIVER`, `CHROMIUM` | Chromium and its driver | `/usr/bin/chromedriver`, `/usr/bin/chromium` |
//! | `GECKODRIVER`, `FIREFOX` | Firefox and its driver | `geckodriver` on the path, `/usr/bin/firefox-esr` |
//! | `WEBKIT_DRIVER`, `MINIBROWSER` | WebKitGTK's driver and browser | `/usr/bin/WebKitWebDriver`, Debian's MiniBrowser |
//! | `DISPLAY` | where WebKit shows its window | an Xvfb of our own |
//!
//! Starting a browser costs more than most tests do. So a test that passed hands its browser on, after a
//! reset: a new tab in place of the old ones, and nothing stored, cached or downloaded. A test that failed
//! closes its browser. WebKit is started for each test: it has no command that clears everything, and a
//! new tab takes it as long as a new process.

use crate::child_guard::ChildGuard;
use crate::device::Device;
use crate::webdriver::{ASK_BEFORE_LEAVING_OFF, COMMAND_TIMEOUT, PostCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fmt, fs, thread};
use tempfile::TempDir;
use tokio::time::timeout;

/// How many tests a browser runs at most: what it does not give back does not add up for long.
const TESTS_PER_BROWSER: usize = 25;

/// How long a driver or a screen may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The engines a consumer may come with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they say what they are")]
pub enum Browser {
    Chromium,
    Firefox,
    WebKit,
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A running driver. It serves one session at a time.
#[derive(Debug)]
struct Driver {
    browser: Browser,
    address: String,
    home: TempDir,
    _process: ChildGuard,
}

/// A running browser that one test has to itself.
#[derive(Debug)]
pub struct Session {
    driver: Driver,
    client: Client,
    device: Device,
    /// How many tests it has run.
    tests: usize,
}

/// Drivers without a session.
static IDLE_DRIVERS: Mutex<Vec<Driver>> = Mutex::new(Vec::new());

/// Browsers that were reset and wait for their next test.
static IDLE_SESSIONS: Mutex<Vec<Session>> = Mutex::new(Vec::new());

fn lock<T>(list: &'static Mutex<Vec<T>>) -> MutexGuard<'static, Vec<T>> {
    // Nothing is changed by halves in here: the list is whole, even after a panic.
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Driver {
    /// A driver for `browser`: an idle one, or a new one.
    fn idle_or_new(browser: Browser) -> Driver {
        let idle = {
            let mut drivers = lock(&IDLE_DRIVERS);
            let found = drivers.iter().position(|driver| driver.browser == browser);
            found.map(|index| drivers.swap_remove(index))
        };
        idle.unwrap_or_else(|| Driver::start(browser))
    }

    fn start(browser: Browser) -> Driver {
        let port = free_port();
        let (program, arguments) = match browser {
            Browser::Chromium => (
                path("CHROMEDRIVER", "/usr/bin/chromedriver"),
                vec![format!("--port={port}")],
            ),
            Browser::Firefox => (
                path("GECKODRIVER", "geckodriver"),
                vec![
                    format!("--port={port}"),
                    "--websocket-port=0".to_owned(),
                    // For the reset, which is a script of the browser's own.
                    "--allow-system-access".to_owned(),
                ],
            ),
            Browser::WebKit => (
                path("WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver"),
                vec![format!("--port={port}")],
            ),
        };
        let home = home();
        let process = ChildGuard::start(&program, &arguments, &environment(browser, home.path()))
            .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let deadline = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                Instant::now() < deadline,
                "{program} does not listen within {START_TIMEOUT:?}: is it installed?"
            );
            thread::sleep(Duration::from_millis(10));
        }
        Driver {
            browser,
            address: format!("http://127.0.0.1:{port}"),
            home,
            _process: process,
        }
    }

    /// The folder in which the browser saves downloads.
    fn downloads(&self) -> PathBuf {
        self.home.path().join("downloads")
    }

    fn empty_downloads(&self) {
        let downloads = self.downloads();
        // When there is no such folder yet, there is nothing to remove.
        let _ = fs::remove_dir_all(&downloads);
        fs::create_dir_all(&downloads).expect("there is room for downloads");
    }

    /// Starts the browser.
    async fn new_session(&self, device: &Device) -> Result<Client, String> {
        self.empty_downloads();
        let capabilities = match self.browser {
            Browser::Chromium => chromium(device, &self.downloads()),
            Browser::Firefox => firefox(device, &self.downloads()),
            Browser::WebKit => webkit(),
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(capabilities).connect(&self.address);
        match timeout(COMMAND_TIMEOUT, connecting).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no session within {COMMAND_TIMEOUT:?}")),
        }
    }
}

impl Session {
    /// A browser that was reset, or a new one.
    pub async fn idle_or_new(browser: Browser, device: &Device) -> Session {
        let idle = {
            let mut sessions = lock(&IDLE_SESSIONS);
            let found = sessions
                .iter()
                .position(|it| it.driver.browser == browser && it.device == *device);
            found.map(|index| sessions.swap_remove(index))
        };
        match idle {
            Some(session) => session,
            None => Session::new(browser, device).await,
        }
    }

    /// A new browser. A driver that cannot start one is replaced: a browser that died may have left it
    /// confused.
    pub async fn new(browser: Browser, device: &Device) -> Session {
        let mut reason = String::new();
        for _ in 0..3 {
            let driver = Driver::idle_or_new(browser);
            match driver.new_session(device).await {
                Ok(client) => {
                    return Session {
                        driver,
                        client,
                        device: device.clone(),
                        tests: 0,
                    };
                }
                Err(error) => reason = error,
            }
        }
        panic!("{browser} does not start: {reason}");
    }

    /// The WebDriver client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The folder in which the browser saves downloads.
    pub fn downloads(&self) -> PathBuf {
        self.driver.downloads()
    }

    /// Hands the browser on to the next test after a reset, or closes it when that does not work.
    pub async fn release(mut self) {
        self.tests += 1;
        let reusable = self.driver.browser != Browser::WebKit
            && self.device == Device::default()
            && self.tests < TESTS_PER_BROWSER;
        if reusable && let Ok(Ok(())) = timeout(COMMAND_TIMEOUT, self.reset()).await {
            lock(&IDLE_SESSIONS).push(self);
        } else {
            self.close().await;
        }
    }

    /// Ends the browser. Its driver is used again, unless it does not answer: then it ends as well.
    pub async fn close(self) {
        let Session { driver, client, .. } = self;
        let _ = timeout(
            COMMAND_TIMEOUT,
            client.execute(ASK_BEFORE_LEAVING_OFF, vec![]),
        )
        .await;
        if let Ok(Ok(())) = timeout(COMMAND_TIMEOUT, client.close()).await {
            lock(&IDLE_DRIVERS).push(driver);
        }
    }

    /// A new tab in place of the old ones, and nothing stored, cached or downloaded.
    async fn reset(&self) -> Result<(), String> {
        let client = &self.client;
        let old = client.windows().await.map_err(say)?;
        let new = client.new_window(true).await.map_err(say)?.handle;
        for handle in old {
            client.switch_to_window(handle).await.map_err(say)?;
            let asked = client.execute(ASK_BEFORE_LEAVING_OFF, vec![]).await;
            asked.map_err(say)?;
            client.close_window().await.map_err(say)?;
        }
        client.switch_to_window(new).await.map_err(say)?;
        match self.driver.browser {
            Browser::Chromium => {
                for method in ["Network.clearBrowserCookies", "Network.clearBrowserCache"] {
                    let command = json!({ "cmd": method, "params": {} });
                    self.post("goog/cdp/execute", command).await?;
                }
                // The console's messages that nobody has read.
                self.post("se/log", json!({ "type": "browser" })).await?;
            }
            Browser::Firefox => {
                let clear = "const [done] = arguments;
                    const { CLEAR_ALL } = Components.interfaces.nsIClearDataService;
                    Services.clearData.deleteData(CLEAR_ALL, { onDataDeleted: done });";
                self.post("moz/context", json!({ "context": "chrome" }))
                    .await?;
                let failed = client.execute_async(clear, vec![]).await.map_err(say)?;
                self.post("moz/context", json!({ "context": "content" }))
                    .await?;
                if failed != 0 {
                    return Err(format!("Firefox kept something: {failed}"));
                }
            }
            Browser::WebKit => return Err("WebKit cannot be reset".to_owned()),
        }
        self.driver.empty_downloads();
        Ok(())
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        let command = PostCommand::new(path, body);
        self.client.issue_cmd(command).await.map_err(say)
    }
}

fn say(error: impl fmt::Display) -> String {
    error.to_string()
}

fn chromium(device: &Device, downloads: &Path) -> Map<String, Value> {
    object(json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": path("CHROMIUM", "/usr/bin/chromium"),
            "args": [
                "--headless=new",
                // Chromium has no sandbox for root, which is who runs in most containers.
                "--no-sandbox",
                "--disable-dev-shm-usage",
                // Nothing of these answers on a closed network; each costs seconds of waiting.
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--disable-quic",
                "--disable-gpu",
                "--hide-scrollbars",
                format!("--window-size={},{}", device.width.max(500), device.height),
                "--lang=nl",
            ],
            "prefs": {
                "download.default_directory": downloads,
                "download.prompt_for_download": false,
                "plugins.always_open_pdf_externally": false,
                "intl.accept_languages": "nl",
                "webkit.webprefs.default_font_size": 16 * device.text_percent / 100,
            },
        },
    }))
}

fn firefox(device: &Device, downloads: &Path) -> Map<String, Value> {
    object(json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": path("FIREFOX", "/usr/bin/firefox-esr"),
            "args": [
                "-headless",
                format!("--width={}", device.width),
                format!("--height={}", device.height + 85),
            ],
            "prefs": {
                "browser.download.folderList": 2,
                "browser.download.dir": downloads,
                "browser.download.alwaysOpenPanel": false,
                "intl.accept_languages": "nl",
                "font.size.variable.x-western": 16 * device.text_percent / 100,
                "layout.css.prefers-color-scheme.content-override": if device.dark { 0 } else { 1 },
            },
        },
    }))
}

fn webkit() -> Map<String, Value> {
    object(json!({
        "browserName": "MiniBrowser",
        "webkitgtk:browserOptions": {
            "binary": path(
                "MINIBROWSER",
                "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
            ),
            "args": ["--automation"],
        },
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => unreachable!("written above as an object"),
    }
}

/// A home of the driver's own. WebKit has no other way to say where downloads go.
fn home() -> TempDir {
    let home = tempfile::tempdir().expect("there is room for a home");
    let config = home.path().join(".config");
    fs::create_dir_all(&config)
        .and_then(|()| {
            let downloads = "XDG_DOWNLOAD_DIR=\"$HOME/downloads\"\n";
            fs::write(config.join("user-dirs.dirs"), downloads)
        })
        .expect("a home can be furnished");
    home
}

/// What the driver, and so its browser, finds in its environment.
fn environment(browser: Browser, home: &Path) -> Vec<(String, String)> {
    let mut variables = vec![("TZ".to_owned(), "Europe/Amsterdam".to_owned())];
    if browser == Browser::WebKit {
        variables.extend([
            ("HOME".to_owned(), home.display().to_string()),
            ("DISPLAY".to_owned(), display()),
            ("LANGUAGE".to_owned(), "nl".to_owned()),
            // Without a network it would say that it is offline.
            ("GIO_USE_NETWORK_MONITOR".to_owned(), "base".to_owned()),
            // No bus, no sandbox of bubblewrap's and no graphics card in a container.
            ("WEBKIT_DISABLE_DMABUF_RENDERER".to_owned(), "1".to_owned()),
            ("GTK_A11Y".to_owned(), "none".to_owned()),
            ("NO_AT_BRIDGE".to_owned(), "1".to_owned()),
        ]);
    }
    variables
}

/// The display that is there, or an Xvfb of our own for as long as this process lives.
fn display() -> String {
    static OWN: OnceLock<(String, ChildGuard)> = OnceLock::new();
    if let Ok(given) = env::var("DISPLAY")
        && !given.is_empty()
    {
        return given;
    }
    let (name, _) = OWN.get_or_init(|| {
        let number = (90..600)
            .find(|n| !Path::new(&format!("/tmp/.X11-unix/X{n}")).exists())
            .unwrap_or(600);
        let name = format!(":{number}");
        let screen = ["-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
        let arguments: Vec<String> = std::iter::once(name.as_str())
            .chain(screen)
            .map(str::to_owned)
            .collect();
        let process = ChildGuard::start("Xvfb", &arguments, &[])
            .unwrap_or_else(|error| panic!("Xvfb does not start: {error}"));
        let deadline = Instant::now() + START_TIMEOUT;
        while !Path::new(&format!("/tmp/.X11-unix/X{number}")).exists() {
            assert!(
                Instant::now() < deadline,
                "Xvfb is not ready within {START_TIMEOUT:?}"
            );
            thread::sleep(Duration::from_millis(10));
        }
        (name, process)
    });
    name.clone()
}

fn path(variable: &str, default: &str) -> String {
    env::var(variable)
        .ok()
        .filter(|given| !given.is_empty())
        .unwrap_or_else(|| default.to_owned())
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("127.0.0.1 has a free port")
        .port()
}
