//! The browser engines and their drivers, and what the tests and the measurements are told about
//! them by environment variables.

use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use serde_json::json;
use xshell::Cmd;

use crate::install::{self, SystemProgram};
use crate::paths;

/// A browser engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browser {
    /// Chromium, or Chrome.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKitGTK's small browser.
    WebKit,
}

const CHROMIUM: SystemProgram = (
    &["chromium", "chromium-browser", "google-chrome"],
    "chromium",
);
const CHROMEDRIVER: SystemProgram = (&["chromedriver"], "chromium-driver");
const FIREFOX: SystemProgram = (&["firefox-esr", "firefox"], "firefox-esr");
const WEBKIT_DRIVER: SystemProgram = (&["WebKitWebDriver"], "webkit2gtk-driver");
const XVFB: SystemProgram = (&["Xvfb"], "xvfb");

/// What keeps Chromium from waiting for its maker's servers on a closed network, and lets it run as
/// root, as in most containers.
const CHROMIUM_FLAGS: [&str; 6] = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
];

/// Browsers take so many changes of an address in ten seconds (200), and leave out the others. All mounted tests are one
/// page, which makes more.
const CHROMIUM_TAKES_ALL: &str = "--disable-ipc-flooding-protection";
const FIREFOX_TAKES_ALL: [&str; 2] = [
    "dom.navigation.navigationRateLimit.count",
    "dom.navigation.locationChangeRateLimit.count",
];

/// Environment variables that say where programs and files are.
pub type Variables = Vec<(&'static str, PathBuf)>;

impl Browser {
    /// All of them.
    pub const ALL: [Browser; 3] = [Browser::Chromium, Browser::Firefox, Browser::WebKit];

    /// Its name on the command line, and of the module that its end-to-end tests are in.
    pub fn name(self) -> &'static str {
        match self {
            Browser::Chromium => "chromium",
            Browser::Firefox => "firefox",
            Browser::WebKit => "webkit",
        }
    }

    /// Installs what is missing of the browser and its driver; gives the two.
    pub fn install(self) -> Result<Variables> {
        let (names, programs) = match self {
            Browser::Chromium => {
                let programs = install::system(&[CHROMIUM, CHROMEDRIVER])?;
                (["CHROMIUM", "CHROMEDRIVER"], programs)
            }
            Browser::Firefox => {
                let mut programs = install::system(&[FIREFOX])?;
                programs.push(install::geckodriver()?);
                (["FIREFOX", "GECKODRIVER"], programs)
            }
            Browser::WebKit => {
                let mut programs = install::system(&[WEBKIT_DRIVER, XVFB])?;
                programs.insert(0, minibrowser()?);
                (["MINIBROWSER", "WEBKIT_DRIVER"], programs)
            }
        };
        Ok(names.into_iter().zip(programs).collect())
    }

    /// What wasm-bindgen's test runner is told to start this browser; nothing for WebKit: it knows none
    /// but Apple's.
    pub fn test_runner(self, installed: &Variables) -> Result<Option<Variables>> {
        let (options, flags, prefs) = match self {
            Browser::Chromium => {
                let flags = CHROMIUM_FLAGS.into_iter().chain([CHROMIUM_TAKES_ALL]);
                ("goog:chromeOptions", flags.collect(), json!({}))
            }
            Browser::Firefox => {
                let [prefs, former] = FIREFOX_TAKES_ALL;
                let prefs = json!({ prefs: 0, former: 0 });
                ("moz:firefoxOptions", Vec::new(), prefs)
            }
            Browser::WebKit => return Ok(None),
        };
        let [(_, browser), driver] = installed.as_slice() else {
            bail!("a browser and its driver are two programs");
        };
        let file = paths::target().join(format!("webdriver-{}.json", self.name()));
        let capabilities = json!({ options: { "binary": browser, "args": flags, "prefs": prefs } });
        fs::write(&file, capabilities.to_string())?;
        let file = ("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
        Ok(Some(vec![file, driver.clone()]))
    }
}

impl FromStr for Browser {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> Result<Self> {
        let mut all = Browser::ALL.into_iter();
        all.find(|browser| browser.name() == word)
            .context("--browser wants chromium, firefox or webkit")
    }
}

/// WebKitGTK's small browser, which comes with the driver and lies outside the PATH.
fn minibrowser() -> Result<PathBuf> {
    let versions = ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"];
    let libraries = paths::shell()?.read_dir("/usr/lib").unwrap_or_default();
    let mut programs = libraries
        .iter()
        .flat_map(|folder| versions.map(|version| folder.join(version).join("MiniBrowser")));
    programs.find(|program| program.is_file()).context(
        "WebKit's MiniBrowser is missing: run `apt-get install --reinstall libwebkit2gtk-4.1-0`",
    )
}

/// `command`, an end-to-end test or a measurement, with what it has to know: the browsers, axe-core
/// and the site. Windows open on a screen in memory, on a desktop, too.
pub fn tell<'a>(command: Cmd<'a>, browsers: &Variables) -> Result<Cmd<'a>> {
    let own = [("AXE_JS", install::axe()?), ("PORTAL_SITE", paths::dist())];
    let all = browsers.iter().chain(&own);
    let command = command.envs(all.map(|(name, path)| (name, path)));
    Ok(command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY"))
}
