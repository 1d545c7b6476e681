//! The three browsers: where they are, how their drivers are started, and a fresh session in each.
//!
//! | variable | what | default |
//! |---|---|---|
//! | `CHROMEDRIVER`, `CHROMIUM` | Chromium and its driver | `/usr/bin/chromedriver`, `/usr/bin/chromium` |
//! | `GECKODRIVER`, `FIREFOX` | Firefox and its driver | `geckodriver` on the path, `/usr/bin/firefox-esr` |
//! | `WEBKIT_DRIVER`, `MINIBROWSER` | WebKitGTK's driver and browser | `/usr/bin/WebKitWebDriver`, Debian's MiniBrowser |
//! | `DISPLAY` | where WebKit shows its window | an Xvfb of our own |
//!
//! A driver serves one session at a time and is kept for the next test; a session is always new,
//! with a profile of its own.

use crate::children::Ward;
use crate::look::Look;
use crate::page::COMMAND;
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

/// A running driver, good for one session at a time.
#[derive(Debug)]
pub struct Driver {
    browser: Browser,
    address: String,
    home: TempDir,
    _process: Ward,
}

/// Drivers waiting for their next session.
static IDLE: Mutex<Vec<Driver>> = Mutex::new(Vec::new());

fn idle() -> MutexGuard<'static, Vec<Driver>> {
    // A test that panicked in here took nothing with it: the list is whole.
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Driver {
    /// A driver for `browser`: one that is idle, or a new one.
    pub fn take(browser: Browser) -> Driver {
        let waiting = {
            let mut idle = idle();
            let found = idle.iter().position(|driver| driver.browser == browser);
            found.map(|at| idle.swap_remove(at))
        };
        waiting.unwrap_or_else(|| Driver::start(browser))
    }

    /// Gives the driver back, its session ended.
    pub fn give_back(self) {
        idle().push(self);
    }

    fn start(browser: Browser) -> Driver {
        let port = free_port();
        let port_text = port.to_string();
        let (program, arguments) = match browser {
            Browser::Chromium => (
                path("CHROMEDRIVER", "/usr/bin/chromedriver"),
                vec![format!("--port={port}")],
            ),
            Browser::Firefox => (
                path("GECKODRIVER", "geckodriver"),
                vec![
                    "--port".to_owned(),
                    port_text,
                    "--websocket-port".to_owned(),
                    "0".to_owned(),
                ],
            ),
            Browser::WebKit => (
                path("WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver"),
                vec![format!("--port={port}")],
            ),
        };
        let home = home();
        let process = Ward::start(&program, &arguments, &environment(browser, home.path()))
            .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                Instant::now() < deadline,
                "{program} does not listen within 20 s: is it there?"
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

    /// Where sessions save what is downloaded.
    pub fn downloads(&self) -> PathBuf {
        self.home.path().join("downloads")
    }

    /// A new session: no cookies, no storage, no downloads.
    async fn session(&self, look: &Look) -> Result<Client, String> {
        let downloads = self.downloads();
        // What was never downloaded need not go.
        let _ = fs::remove_dir_all(&downloads);
        fs::create_dir_all(&downloads).expect("there is room for downloads");
        let wanted = match self.browser {
            Browser::Chromium => chromium(look, &downloads),
            Browser::Firefox => firefox(look, &downloads),
            Browser::WebKit => webkit(),
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(wanted).connect(&self.address);
        match timeout(COMMAND, connecting).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no session within {COMMAND:?}")),
        }
    }
}

/// A driver with a new session. A driver that does not manage is replaced, for a browser that died may
/// have left it confused.
pub async fn session(browser: Browser, look: &Look) -> (Driver, Client) {
    let mut reason = String::new();
    for _ in 0..3 {
        let driver = Driver::take(browser);
        match driver.session(look).await {
            Ok(client) => return (driver, client),
            Err(error) => reason = error,
        }
    }
    panic!("{browser} does not start: {reason}");
}

fn chromium(look: &Look, downloads: &Path) -> Map<String, Value> {
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
                "--hide-scrollbars",
                format!("--window-size={},{}", look.width.max(500), look.height),
                format!("--lang={}", "nl"),
            ],
            "prefs": {
                "download.default_directory": downloads,
                "download.prompt_for_download": false,
                "plugins.always_open_pdf_externally": false,
                "intl.accept_languages": "nl",
                "webkit.webprefs.default_font_size": 16 * look.text_percent / 100,
            },
        },
    }))
}

fn firefox(look: &Look, downloads: &Path) -> Map<String, Value> {
    object(json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": path("FIREFOX", "/usr/bin/firefox-esr"),
            "args": [
                "-headless",
                format!("--width={}", look.width),
                format!("--height={}", look.height + 85),
            ],
            "prefs": {
                "browser.download.folderList": 2,
                "browser.download.dir": downloads,
                "browser.download.alwaysOpenPanel": false,
                "intl.accept_languages": "nl",
                "font.size.variable.x-western": 16 * look.text_percent / 100,
                "layout.css.prefers-color-scheme.content-override": if look.dark { 0 } else { 1 },
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
    static OURS: OnceLock<(String, Ward)> = OnceLock::new();
    if let Ok(given) = env::var("DISPLAY")
        && !given.is_empty()
    {
        return given;
    }
    let (name, _) = OURS.get_or_init(|| {
        let number = (90..600)
            .find(|n| !Path::new(&format!("/tmp/.X11-unix/X{n}")).exists())
            .unwrap_or(600);
        let name = format!(":{number}");
        let screen = ["-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
        let arguments: Vec<String> = std::iter::once(name.as_str())
            .chain(screen)
            .map(str::to_owned)
            .collect();
        let process = Ward::start("Xvfb", &arguments, &[])
            .unwrap_or_else(|error| panic!("Xvfb does not start: {error}"));
        let deadline = Instant::now() + Duration::from_secs(60);
        while !Path::new(&format!("/tmp/.X11-unix/X{number}")).exists() {
            assert!(Instant::now() < deadline, "Xvfb is not ready within 20 s");
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
