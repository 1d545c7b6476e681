//! What the tests and the measurements are told about this machine: where the browsers and their
//! drivers are, where the site is, and a screen without a monitor for the one browser that wants one.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::install::TestTools;
use crate::places;
use crate::process::{self, Running};

/// The environment of the end-to-end tests and of the measurements; its screen goes when it does.
#[derive(Debug)]
pub struct Surroundings {
    variables: Vec<(&'static str, OsString)>,
    _screen: Running,
}

impl Surroundings {
    /// Starts the screen and names everything.
    ///
    /// # Errors
    /// When the screen does not start.
    pub fn new(tools: &TestTools) -> Result<Self> {
        let (screen, display) = screen(&tools.xvfb)?;
        let programs = [
            ("CHROMIUM", &tools.chromium),
            ("CHROMEDRIVER", &tools.chromedriver),
            ("FIREFOX", &tools.firefox),
            ("GECKODRIVER", &tools.geckodriver),
            ("WEBKIT_DRIVER", &tools.webkit_driver),
            ("MINIBROWSER", &tools.minibrowser),
            ("AXE_JS", &tools.axe),
            ("PORTAL_SITE", &places::dist()),
        ];
        let mut variables: Vec<_> = programs
            .map(|(name, path)| (name, path.clone().into_os_string()))
            .into();
        variables.push(("DISPLAY", format!(":{display}").into()));
        Ok(Surroundings {
            variables,
            _screen: screen,
        })
    }

    /// Tells `command` all of it.
    pub fn surround(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        // A desktop would be preferred to our screen.
        command.env_remove("WAYLAND_DISPLAY");
    }
}

/// A screen in memory, on a number that is free.
fn screen(xvfb: &Path) -> Result<(Running, u32)> {
    let mut command = Command::new(xvfb);
    command
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x1024x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut screen = process::start(&mut command)?;
    let mut number = String::new();
    if let Some(said) = screen.take_stdout() {
        BufReader::new(said).read_line(&mut number)?;
    }
    let number = number.trim().parse().context("Xvfb did not start")?;
    Ok((screen, number))
}

/// The capabilities with which wasm-bindgen's test runner starts a browser, as a file.
///
/// # Errors
/// When the file cannot be written.
pub fn capabilities(name: &str, options: &str, program: &Path, flags: &[&str]) -> Result<OsString> {
    let file = places::target().join(format!("webdriver-{name}.json"));
    let program = program.to_str().context("a browser's path is not UTF-8")?;
    ensure!(
        !program.contains(['"', '\\']),
        "a browser's path has a quote or a backslash in it"
    );
    std::fs::write(&file, capabilities_json(options, program, flags))?;
    Ok(file.into_os_string())
}

fn capabilities_json(options: &str, program: &str, flags: &[&str]) -> String {
    let flags: Vec<String> = flags.iter().map(|flag| format!("\"{flag}\"")).collect();
    format!(
        r#"{{"{options}": {{"binary": "{program}", "args": [{}]}}}}"#,
        flags.join(", ")
    )
}

/// What keeps Chromium from waiting for its maker's servers on a closed network, and lets it run as
/// root, as in most containers.
pub const CHROMIUM_FLAGS: [&str; 6] = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_json() {
        assert_eq!(
            capabilities_json("goog:chromeOptions", "/usr/bin/chromium", &["--a", "--b"]),
            r#"{"goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": ["--a", "--b"]}}"#
        );
    }
}
