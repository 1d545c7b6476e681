//! All tests, cheapest first: form, lints and licences, native tests, tests in a browser, whole
//! flows. The first part that fails ends the run. What the later parts need is installed while the
//! earlier ones run.

use std::fmt;
use std::process::{Command, ExitCode};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::browsers::{self, CHROMIUM_FLAGS, Surroundings};
use crate::install::{self, Proxies, SiteTools, TestTools, WASM};
use crate::{build, places, progress};

/// Which tests to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Choice {
    only: Option<Part>,
    browser: Option<Browser>,
    /// Part of the names of the tests to run. Naming tests leaves out form, lints and licences.
    filter: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Native,
    Browser,
    EndToEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Browser {
    Chromium,
    Firefox,
    WebKit,
}

impl Choice {
    /// Reads the arguments of `cargo xtask test`.
    ///
    /// # Errors
    /// When there is something that it does not know.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut choice = Choice::default();
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            match argument {
                "--only" => choice.only = Some(Part::parse(arguments.next())?),
                "--browser" => choice.browser = Some(Browser::parse(arguments.next())?),
                _ if argument.starts_with('-') || choice.filter.is_some() => {
                    bail!("unexpected `{argument}`")
                }
                _ => choice.filter = Some(argument.to_owned()),
            }
        }
        Ok(choice)
    }

    fn has(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
            // Who asks for one browser does not ask for the tests without any.
            && (part != Part::Native || self.browser.is_none())
    }

    fn runs_in(&self, browser: Browser) -> bool {
        self.browser.is_none_or(|only| only == browser)
    }
}

impl Part {
    fn parse(word: Option<&str>) -> Result<Self> {
        match word {
            Some("native") => Ok(Part::Native),
            Some("browser") => Ok(Part::Browser),
            Some("e2e") => Ok(Part::EndToEnd),
            _ => bail!("--only wants native, browser or e2e"),
        }
    }
}

impl Browser {
    const ALL: [Browser; 3] = [Browser::Chromium, Browser::Firefox, Browser::WebKit];

    fn parse(word: Option<&str>) -> Result<Self> {
        Browser::ALL
            .into_iter()
            .find(|browser| word == Some(browser.module()))
            .context("--browser wants chromium, firefox or webkit")
    }

    /// The module that the end-to-end tests in this browser are in.
    fn module(self) -> &'static str {
        match self {
            Browser::Chromium => "chromium",
            Browser::Firefox => "firefox",
            Browser::WebKit => "webkit",
        }
    }
}

/// `cargo xtask test`.
///
/// # Errors
/// When a tool is missing. Tests that fail are no error but an exit code.
pub fn command(choice: &Choice) -> Result<ExitCode> {
    let started = Instant::now();
    let mut tally = Tally::default();
    let outcome = run(choice, &mut tally);
    tally.finished = started.elapsed();
    tally.failing |= outcome.is_err();
    if let Err(error) = outcome {
        progress::say(&format!("\nerror: {error:#}"));
    }
    progress::print(&format!("\n{tally}"));
    Ok(if tally.failing {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn run(choice: &Choice, tally: &mut Tally) -> Result<()> {
    let needs_browsers = choice.has(Part::Browser) || choice.has(Part::EndToEnd);
    if needs_browsers {
        install::tests_are_possible()?;
    }
    install::wasm_target()?;
    // Before the browsers: both read the package lists, which one of them may have to get first.
    let proxies = match choice.has(Part::Native) {
        true => Some(install::proxies()?),
        false => None,
    };
    let mut installing = needs_browsers.then(Installing::start);
    if let Some(proxies) = proxies {
        native(choice, tally, &proxies, installing.as_mut())?;
    }
    let Some(mut installing) = installing else {
        return Ok(());
    };
    if !installing.is_done()? {
        compile_ahead(choice)?;
    }
    let (site_tools, test_tools) = installing.wait()?;
    if choice.has(Part::Browser) {
        in_browsers(choice, tally, &site_tools, &test_tools)?;
    }
    if choice.has(Part::EndToEnd) {
        end_to_end(choice, tally, &test_tools)?;
    }
    Ok(())
}

/// The tools, on their way while something else is done.
struct Installing {
    outcome: mpsc::Receiver<Result<(SiteTools, TestTools)>>,
    tools: Option<(SiteTools, TestTools)>,
}

impl Installing {
    fn start() -> Self {
        let (sender, outcome) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more when an earlier part has failed.
            let _ = sender.send(install::test_tools());
        });
        Installing {
            outcome,
            tools: None,
        }
    }

    /// Whether all is there. An installation that has failed is told here, not after minutes of
    /// other work.
    fn is_done(&mut self) -> Result<bool> {
        if let Ok(outcome) = self.outcome.try_recv() {
            self.tools = Some(outcome?);
        }
        Ok(self.tools.is_some())
    }

    fn wait(self) -> Result<(SiteTools, TestTools)> {
        match self.tools {
            Some(tools) => Ok(tools),
            None => self.outcome.recv().context("an installation broke off")?,
        }
    }
}

fn native(
    choice: &Choice,
    tally: &mut Tally,
    proxies: &Proxies,
    mut installing: Option<&mut Installing>,
) -> Result<()> {
    let mut check = |title: &str, command: &mut Command| {
        check(title, command)?;
        installing
            .as_mut()
            .map_or(Ok(false), |installing| installing.is_done())
    };
    if choice.filter.is_none() {
        install::checkers()?;
        check("form", &mut cargo(&["fmt", "--all", "--check"]))?;
        let all = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ];
        check("lints", &mut cargo(&all))?;
        let wasm = [
            "clippy",
            "--package",
            PORTAL,
            "--all-targets",
            "--target",
            WASM,
        ];
        check(
            "lints in the browser",
            cargo(&wasm).args(["--", "--deny", "warnings"]),
        )?;
        let mut deny = Command::new(install::cargo_deny()?);
        deny.args([
            "--workspace",
            "--log-level",
            "error",
            "check",
            "licenses",
            "bans",
            "sources",
        ]);
        check("licences and sources", deny.current_dir(places::root()))?;
    }
    let mut command = cargo(&["test", "--no-fail-fast", "--workspace", "--exclude", "e2e"]);
    command
        .args(&choice.filter)
        .env("NGINX", &proxies.nginx)
        .env("CADDY", &proxies.caddy);
    tally.test("native tests", &mut command)
}

const PORTAL: &str = "consumer-portal";

/// Compiles what is going to be tested while the browsers are still on their way.
fn compile_ahead(choice: &Choice) -> Result<()> {
    if choice.has(Part::Browser) {
        let mut command = cargo(&["test", "--no-run", "--package", PORTAL, "--target", WASM]);
        progress::run("compiling the browser tests", &mut command)?;
    }
    if choice.has(Part::EndToEnd) {
        let mut command = cargo(&["test", "--no-run", "--package", "e2e"]);
        progress::run("compiling the end-to-end tests", &mut command)?;
        build::compile()?;
    }
    Ok(())
}

fn in_browsers(
    choice: &Choice,
    tally: &mut Tally,
    site_tools: &SiteTools,
    tools: &TestTools,
) -> Result<()> {
    let runner = site_tools
        .wasm_bindgen
        .with_file_name("wasm-bindgen-test-runner");
    // It knows no WebKit but Apple's.
    let drivers = [
        (
            Browser::Chromium,
            "CHROMEDRIVER",
            &tools.chromedriver,
            "goog:chromeOptions",
        ),
        (
            Browser::Firefox,
            "GECKODRIVER",
            &tools.geckodriver,
            "moz:firefoxOptions",
        ),
    ];
    for (browser, variable, driver, options) in drivers {
        if !choice.runs_in(browser) {
            continue;
        }
        let (program, flags) = match browser {
            Browser::Chromium => (&tools.chromium, CHROMIUM_FLAGS.as_slice()),
            _ => (&tools.firefox, [].as_slice()),
        };
        let name = browser.module();
        let mut command = cargo(&[
            "test",
            "--no-fail-fast",
            "--package",
            PORTAL,
            "--target",
            WASM,
        ]);
        command
            .args(&choice.filter)
            // By its path: rustup puts a folder of its own in front of the PATH.
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner)
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            .env(
                "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
                browsers::capabilities(name, options, program, flags)?,
            )
            .env_remove("CHROMEDRIVER")
            .env_remove("GECKODRIVER")
            .env(variable, driver);
        tally.test(&format!("tests in a browser: {name}"), &mut command)?;
    }
    Ok(())
}

fn end_to_end(choice: &Choice, tally: &mut Tally, tools: &TestTools) -> Result<()> {
    build::make(|| Ok(()))?;
    let surroundings = Surroundings::new(tools)?;
    let mut command = cargo(&["test", "--no-fail-fast", "--package", "e2e"]);
    surroundings.surround(&mut command);
    command.args(&choice.filter).arg("--");
    for other in Browser::ALL
        .into_iter()
        .filter(|browser| !choice.runs_in(*browser))
    {
        command.args(["--skip", &format!("{}::", other.module())]);
    }
    tally.test("end to end", &mut command)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(places::root());
    command
}

/// Runs a check that says nothing when all is well.
fn check(title: &str, command: &mut Command) -> Result<()> {
    let elapsed = progress::run(title, command)?;
    progress::say(&format!("{title}: ok ({})", progress::time(elapsed)));
    Ok(())
}

/// What all parts together came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
    measured: u64,
    filtered_out: u64,
    /// Set by tests that failed, and by whatever else went wrong.
    failing: bool,
    finished: Duration,
}

impl Tally {
    /// Runs a part whose tests are counted.
    fn test(&mut self, title: &str, command: &mut Command) -> Result<()> {
        progress::say(&format!("\n== {title}"));
        let started = Instant::now();
        let (said, succeeded) = progress::show_all(title, command)?;
        said.lines().for_each(|line| self.add(line));
        let outcome = if succeeded { "ok" } else { "FAILED" };
        progress::say(&format!(
            "== {title}: {outcome} ({})",
            progress::time(started.elapsed())
        ));
        if !succeeded {
            bail!("{title} failed");
        }
        Ok(())
    }

    /// Adds up a line such as `test result: ok. 3 passed; 0 failed; …`; any other line is none.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line
            .trim()
            .strip_prefix("test result:")
            .and_then(|rest| rest.split_once('.'))
        else {
            return;
        };
        for count in counts.split(';') {
            let (number, what) = count.trim().split_once(' ').unwrap_or_default();
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                "measured" => self.measured += number,
                "filtered out" => self.filtered_out += number,
                _ => {}
            }
        }
        self.failing |= self.failed > 0;
    }
}

/// In cargo's own form, so that whatever reads that reads this.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally {
            passed,
            failed,
            ignored,
            measured,
            filtered_out,
            ..
        } = self;
        write!(
            f,
            "test result: {}. {passed} passed; {failed} failed; {ignored} ignored; \
             {measured} measured; {filtered_out} filtered out; finished in {:.2}s",
            if self.failing { "FAILED" } else { "ok" },
            self.finished.as_secs_f64()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(arguments: &str) -> Result<Choice> {
        let words: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
        Choice::parse(&words)
    }

    #[test]
    fn without_arguments_every_part_runs() {
        let all = choice("").unwrap();
        assert!(
            [Part::Native, Part::Browser, Part::EndToEnd]
                .into_iter()
                .all(|p| all.has(p))
        );
        assert!(Browser::ALL.into_iter().all(|browser| all.runs_in(browser)));
    }

    #[test]
    fn one_browser_leaves_the_others_and_the_native_tests_out() {
        let firefox = choice("--browser firefox upload").unwrap();
        assert!(!firefox.has(Part::Native) && firefox.has(Part::EndToEnd));
        assert!(firefox.runs_in(Browser::Firefox) && !firefox.runs_in(Browser::WebKit));
        assert_eq!(firefox.filter.as_deref(), Some("upload"));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for wrong in [
            "--only",
            "--only all",
            "--browser safari",
            "--fast",
            "one two",
        ] {
            assert!(choice(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_parts_add_up_in_cargos_form() {
        let mut tally = Tally::default();
        tally.add("running 2 tests");
        tally.add("test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.31s");
        // wasm-bindgen's runner measures nothing, and says so by leaving it out.
        tally.add(
            "test result: ok. 5 passed; 0 failed; 0 ignored; 4 filtered out; finished in 1.00s",
        );
        tally.finished = Duration::from_millis(2_500);
        assert_eq!(
            tally.to_string(),
            "test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 2.50s"
        );
        tally.add("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0s");
        assert!(
            tally
                .to_string()
                .starts_with("test result: FAILED. 8 passed; 2 failed; 1 ignored;")
        );
    }
}
