//! All tests, cheapest first: form, structure, lints and licences, native tests, tests in a browser,
//! whole flows. The first part that fails ends the run. What the later parts need is installed while
//! the earlier ones run.

use std::fmt;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::browsers::{self, Browser, Variables};
use crate::flags::{Part, Test};
use crate::install::{self, WASM};
use crate::{build, circles, paths, run};

/// The package of the portal.
const PORTAL: &str = "consumer-portal";
/// What the names of the flows begin with that a quick run has.
const SMOKE: &str = "smoke::";

impl Test {
    fn has(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
            // Who asks for one browser does not ask for the tests without any.
            && (part != Part::Native || self.browser.is_none())
    }

    fn browsers(&self) -> Vec<Browser> {
        match self.browser {
            Some(browser) => vec![browser],
            None if self.quick => vec![Browser::Chromium],
            None => Browser::ALL.into(),
        }
    }
}

/// `cargo xtask test`.
pub fn command(choice: &Test) -> Result<ExitCode> {
    let started = Instant::now();
    let mut tally = Tally::default();
    let outcome = run_parts(choice, &mut tally);
    tally.finished = started.elapsed();
    tally.failing |= outcome.is_err();
    if let Err(error) = outcome {
        eprintln!("\nerror: {error:#}");
    }
    println!("\n{tally}");
    Ok(ExitCode::from(u8::from(tally.failing)))
}

fn run_parts(choice: &Test, tally: &mut Tally) -> Result<()> {
    install::toolchain()?;
    let shell = paths::shell()?;
    // Before the browsers: Debian's installer runs once at a time.
    let is_native = choice.has(Part::Native);
    let servers = || {
        let readers = install::pdf_readers()?;
        anyhow::Ok((install::proxies()?, install::redis()?, readers))
    };
    let servers = is_native.then(servers).transpose()?;
    if choice.has(Part::EndToEnd) {
        install::pdf_readers()?;
    }
    let mut browsers = choice.browsers();
    if choice.only == Some(Part::Native) {
        browsers.clear();
    }
    let installing = thread::spawn(|| install_all(browsers));
    if let Some(([nginx, caddy], redis, readers)) = servers {
        if choice.filter.is_none() {
            check_form(&shell, choice)?;
        }
        let tests = cmd!(shell, "cargo test --no-fail-fast --workspace --exclude e2e");
        let tests = tests.env("NGINX", nginx).env("CADDY", caddy);
        let tests = tests.env("REDIS_SERVER", redis);
        let tests = tests.envs(["QPDF", "PDFTOPPM", "MUTOOL"].into_iter().zip(readers));
        tally.test("native tests", tests.args(&choice.filter))?;
    }
    let broken_off = "an installation broke off";
    let browsers = installing.join().ok().context(broken_off)??;
    if choice.has(Part::Browser) {
        test_in_browsers(&shell, choice, tally, &browsers)?;
    }
    if choice.has(Part::EndToEnd) {
        test_end_to_end(&shell, choice, tally, &browsers)?;
    }
    Ok(())
}

/// Browsers that are there, each with its driver.
type Installed = Vec<(Browser, Variables)>;

/// Installs the browsers, and when there are any the tools that make the site.
fn install_all(browsers: Vec<Browser>) -> Result<Installed> {
    if browsers.is_empty() {
        return Ok(Vec::new());
    }
    install::node()?;
    let install = |browser: Browser| Ok((browser, browser.install()?));
    let installed = browsers.into_iter().map(install).collect();
    install::site_tools()?;
    installed
}

fn check_form(shell: &Shell, choice: &Test) -> Result<()> {
    let strict = ["--", "--deny", "warnings"];
    let all = ["--workspace", "--all-targets"];
    let portal = ["--package", PORTAL, "--all-targets", "--target", WASM];
    check("form", cmd!(shell, "cargo fmt --all --check"))?;
    circles::check()?;
    eprintln!("structure: ok");
    check("lints", cmd!(shell, "cargo clippy {all...} {strict...}"))?;
    let lints = cmd!(shell, "cargo clippy {portal...} {strict...}");
    check("lints in the browser", lints)?;
    let deny = install::cargo_deny()?;
    let checks = ["licenses", "bans", "sources"];
    let deny = cmd!(shell, "{deny} --workspace -L error check {checks...}");
    let advisories = choice.advisories.then_some("advisories");
    check("licences and sources", deny.args(advisories))
}

/// Runs a check that says nothing when all is well.
fn check(title: &str, command: Cmd<'_>) -> Result<()> {
    let started = Instant::now();
    run::quietly(title, command)?;
    eprintln!("{title}: ok ({:.1} s)", started.elapsed().as_secs_f32());
    Ok(())
}

fn test_in_browsers(
    shell: &Shell,
    choice: &Test,
    tally: &mut Tally,
    all: &Installed,
) -> Result<()> {
    let runner = install::wasm_bindgen()?.join("wasm-bindgen-test-runner");
    for (browser, installed) in all {
        let Some(variables) = browser.test_runner(installed)? else {
            continue;
        };
        let package = ["--package", PORTAL, "--target", WASM];
        let tests = cmd!(shell, "cargo test --no-fail-fast {package...}")
            // By its path: rustup puts a folder of its own in front of the PATH.
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner)
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            // All tests of a browser together, in seconds.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "600")
            .env_remove("CHROMEDRIVER")
            .env_remove("GECKODRIVER")
            .envs(variables);
        let title = format!("tests in a browser: {}", browser.name());
        tally.test(&title, tests.args(&choice.filter))?;
    }
    Ok(())
}

fn test_end_to_end(shell: &Shell, choice: &Test, tally: &mut Tally, all: &Installed) -> Result<()> {
    build::make(|| Ok(()))?;
    let smoke = choice.quick.then(|| SMOKE.to_owned());
    let filter = choice.filter.clone().or(smoke);
    let all_of_them = Browser::ALL.into_iter();
    let others = all_of_them.filter(|other| all.iter().all(|(browser, _)| browser != other));
    let skips = others.flat_map(|other| ["--skip".to_owned(), format!("{}::", other.name())]);
    let tests = cmd!(
        shell,
        "cargo test --no-fail-fast --package e2e {filter...} -- {skips...}"
    );
    let variables = all.iter().flat_map(|(_, variables)| variables.clone());
    // A flow that fails says what the page showed; the runtime's frames would only hide it.
    let tests = tests.env("RUST_BACKTRACE", "0");
    tally.test("end to end", browsers::tell(tests, &variables.collect())?)
}

/// What cargo counts, in its order.
const COUNTED: [&str; 5] = ["passed", "failed", "ignored", "measured", "filtered out"];

/// What all parts together came to.
#[derive(Debug, Default)]
struct Tally {
    /// Of [`COUNTED`].
    counts: [u64; 5],
    /// Set by tests that failed, and by whatever else went wrong.
    failing: bool,
    finished: Duration,
}

impl Tally {
    /// Runs a part whose tests are counted. What it prints is shown as it comes.
    fn test(&mut self, title: &str, command: Cmd<'_>) -> Result<()> {
        eprintln!("\n== {title}");
        let started = Instant::now();
        let status = run::follow(title, command, |line| {
            println!("{line}");
            self.add(line);
        })?;
        ensure!(status.success(), "{title} failed");
        eprintln!("== {title}: ok ({} s)", started.elapsed().as_secs());
        Ok(())
    }

    /// Adds up a line such as `test result: ok. 3 passed; 0 failed; …`; any other line is none.
    fn add(&mut self, line: &str) {
        let result = line.trim().strip_prefix("test result: ");
        let (_, counts) = result
            .and_then(|rest| rest.split_once(". "))
            .unwrap_or_default();
        for count in counts.split("; ") {
            let (number, what) = count.split_once(' ').unwrap_or_default();
            if let Some(at) = COUNTED.iter().position(|counted| *counted == what) {
                self.counts[at] += number.parse::<u64>().unwrap_or_default();
            }
        }
        self.failing |= self.counts[1] > 0;
    }
}

/// In cargo's own form, so that whatever reads that reads this.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.failing { "FAILED" } else { "ok" };
        write!(f, "test result: {outcome}. ")?;
        for (count, what) in self.counts.iter().zip(COUNTED) {
            write!(f, "{count} {what}; ")?;
        }
        write!(f, "finished in {:.2}s", self.finished.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(only: Option<Part>, browser: Option<Browser>, quick: bool) -> Test {
        Test {
            only,
            browser,
            quick,
            advisories: false,
            filter: None,
        }
    }

    #[test]
    fn without_arguments_every_part_runs_in_every_browser() {
        let all = choice(None, None, false);
        let parts = [Part::Native, Part::Browser, Part::EndToEnd];
        assert!(parts.into_iter().all(|part| all.has(part)));
        assert_eq!(all.browsers(), Browser::ALL);
    }

    #[test]
    fn one_browser_leaves_the_others_and_the_native_tests_out() {
        let firefox = choice(None, Some(Browser::Firefox), false);
        assert!(!firefox.has(Part::Native) && firefox.has(Part::EndToEnd));
        assert_eq!(firefox.browsers(), [Browser::Firefox]);
    }

    #[test]
    fn a_quick_run_has_every_part_in_one_browser() {
        let quick = choice(None, None, true);
        assert!(quick.has(Part::Native) && quick.has(Part::EndToEnd));
        assert_eq!(quick.browsers(), [Browser::Chromium]);
    }

    #[test]
    fn the_parts_add_up_in_cargos_form() {
        let mut tally = Tally::default();
        tally.add("running 2 tests");
        let line = "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.31s";
        tally.add(line);
        // wasm-bindgen's runner measures nothing, and says so by leaving it out.
        tally.add(
            "test result: ok. 5 passed; 0 failed; 0 ignored; 4 filtered out; finished in 1.00s",
        );
        tally.finished = Duration::from_millis(2_500);
        let sum = "test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 2.50s";
        assert_eq!(tally.to_string(), sum);
        tally.add("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 filtered out");
        let sum = tally.to_string();
        assert!(
            sum.starts_with("test result: FAILED. 8 passed; 2 failed;"),
            "{sum}"
        );
    }
}
