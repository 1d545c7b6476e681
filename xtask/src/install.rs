//! What the commands need on this machine, and how it gets here. A tool counts as there when its
//! file is in its place or the right version is on the PATH, so asking again costs nothing. Tools
//! of our own go below `target/`; browsers and their drivers come from the system's packages, servers
//! from packages that are unpacked and not installed. Nothing is replaced, removed or upgraded.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use crate::{places, progress};

/// The compilation target of the portal.
pub const WASM: &str = "wasm32-unknown-unknown";

/// A program of Rust's registry, at the one version that is known to work here.
struct Crate<'a> {
    name: &'static str,
    version: &'a str,
    /// The program that shows it is there.
    program: &'static str,
    /// What makes it build fast. Unoptimised builds suffice: these tools run for seconds.
    features: &'static [&'static str],
}

/// trunk 0.22 asks for a newer compiler than ours.
const TRUNK: Crate<'static> = Crate {
    name: "trunk",
    version: "0.21.14",
    program: "trunk",
    features: &["--no-default-features", "--features", "rustls"],
};

const WASM_SPLIT: Crate<'static> = Crate {
    name: "wasm_split_cli_support",
    version: "0.2.4",
    program: "wasm-split-cli",
    features: &["--features", "build-binary"],
};

const GECKODRIVER: Crate<'static> = Crate {
    name: "geckodriver",
    version: "0.36.0",
    program: "geckodriver",
    features: &[],
};

const CARGO_DENY: Crate<'static> = Crate {
    name: "cargo-deny",
    version: "0.20.2",
    program: "cargo-deny",
    features: &[],
};

/// A package of npm, at the one version that is known to work here.
struct NodePackage {
    name: &'static str,
    version: &'static str,
    /// The file that shows it is there, inside `node_modules`.
    file: &'static str,
    /// What `--version` of the same tool on the PATH would say, when it may be used instead.
    on_path: Option<(&'static str, &'static str)>,
}

/// wasm-opt. Debian's version 108 breaks the module; building it takes 12 minutes.
const BINARYEN: NodePackage = NodePackage {
    name: "binaryen",
    version: "132.0.0",
    file: ".bin/wasm-opt",
    on_path: Some(("wasm-opt", "132")),
};

const ESBUILD: NodePackage = NodePackage {
    name: "esbuild",
    version: "0.28.2",
    file: ".bin/esbuild",
    on_path: Some(("esbuild", "0.28.2")),
};

const AXE: NodePackage = NodePackage {
    name: "axe-core",
    version: "4.14.1",
    file: "axe-core/axe.min.js",
    on_path: None,
};

/// A program of the system: one of several names will do, and a Debian package brings it.
struct Packaged {
    programs: &'static [&'static str],
    package: &'static str,
}

const NODE: Packaged = Packaged {
    programs: &["node", "nodejs"],
    package: "nodejs",
};
const NPM: Packaged = Packaged {
    programs: &["npm"],
    package: "npm",
};
const CHROMIUM: Packaged = Packaged {
    programs: &["chromium", "chromium-browser", "google-chrome"],
    package: "chromium",
};
const CHROMEDRIVER: Packaged = Packaged {
    programs: &["chromedriver"],
    package: "chromium-driver",
};
const FIREFOX: Packaged = Packaged {
    programs: &["firefox-esr", "firefox"],
    package: "firefox-esr",
};
const WEBKIT_DRIVER: Packaged = Packaged {
    programs: &["WebKitWebDriver"],
    package: "webkit2gtk-driver",
};
const XVFB: Packaged = Packaged {
    programs: &["Xvfb"],
    package: "xvfb",
};

const WRK: Packaged = Packaged {
    programs: &["wrk"],
    package: "wrk",
};

/// A server of the system's, of which only the program is wanted: installing its package would start it.
struct Server {
    package: &'static str,
    program: &'static str,
    /// Where the program lies inside the package.
    file: &'static str,
    /// What it is asked to show that it runs here.
    version: &'static str,
}

const NGINX: Server = Server {
    package: "nginx",
    program: "nginx",
    file: "usr/sbin/nginx",
    version: "-v",
};
const CADDY: Server = Server {
    package: "caddy",
    program: "caddy",
    file: "usr/bin/caddy",
    version: "version",
};

/// The tools that make the site.
#[derive(Debug, Clone)]
pub struct SiteTools {
    /// Builds the module and puts the site together.
    pub trunk: PathBuf,
    /// Makes the module's glue; the runner of the browser tests lies beside it.
    pub wasm_bindgen: PathBuf,
    /// Splits the module into parts.
    pub wasm_split: PathBuf,
    /// Makes the module smaller.
    pub wasm_opt: PathBuf,
    /// Bundles and minifies style sheets and scripts.
    pub esbuild: PathBuf,
    /// Compresses.
    pub node: PathBuf,
}

impl SiteTools {
    /// The PATH with our own tools in front, so that trunk downloads none.
    ///
    /// # Errors
    /// When the PATH cannot be put together.
    pub fn path(&self) -> Result<OsString> {
        let own = [&self.wasm_bindgen, &self.wasm_opt]
            .into_iter()
            .filter_map(|tool| tool.parent());
        let before = env::var_os("PATH").unwrap_or_default();
        let all = own.map(Path::to_owned).chain(env::split_paths(&before));
        Ok(env::join_paths(all)?)
    }
}

/// The three browsers with their drivers, and what the tests need beside them.
#[derive(Debug, Clone)]
pub struct TestTools {
    /// Chromium, or Chrome.
    pub chromium: PathBuf,
    /// Chromium's driver.
    pub chromedriver: PathBuf,
    /// Firefox.
    pub firefox: PathBuf,
    /// Firefox's driver.
    pub geckodriver: PathBuf,
    /// The driver of WebKitGTK.
    pub webkit_driver: PathBuf,
    /// The browser that the driver of WebKitGTK drives.
    pub minibrowser: PathBuf,
    /// A screen without a monitor.
    pub xvfb: PathBuf,
    /// axe-core, which looks for barriers, as one script.
    pub axe: PathBuf,
}

/// The web servers that stand in front of the gateway in its tests.
#[derive(Debug, Clone)]
pub struct Proxies {
    /// nginx.
    pub nginx: PathBuf,
    /// Caddy.
    pub caddy: PathBuf,
}

/// Gets what is missing of the web servers. None is installed and none is started.
///
/// # Errors
/// One sentence that says what is missing, and the command that gets it.
pub fn proxies() -> Result<Proxies> {
    let _one_at_a_time = APT.lock();
    Ok(Proxies {
        nginx: NGINX.get()?,
        caddy: CADDY.get()?,
    })
}

/// nginx, which the gateway is measured beside, and wrk, which asks both; what is missing is got.
///
/// # Errors
/// One sentence that says what is missing, and the command that gets it.
pub fn measuring_tools() -> Result<(PathBuf, PathBuf)> {
    system(&[&WRK])?;
    let wrk = WRK.find().context("wrk is missing")?;
    let _one_at_a_time = APT.lock();
    Ok((NGINX.get()?, wrk))
}

/// Installs what is missing of the tools that make the site.
///
/// # Errors
/// One sentence that says what is missing, and the command that gets it.
pub fn site_tools() -> Result<SiteTools> {
    wasm_target()?;
    system(&SITE_PACKAGES)?;
    let wasm_bindgen_version = locked_version("wasm-bindgen")?;
    let wasm_bindgen = Crate {
        name: "wasm-bindgen-cli",
        version: &wasm_bindgen_version,
        program: "wasm-bindgen",
        features: &["--no-default-features"],
    };
    thread::scope(|scope| {
        let trunk = scope.spawn(|| TRUNK.get());
        let wasm_bindgen = scope.spawn(|| wasm_bindgen.get());
        let wasm_split = scope.spawn(|| WASM_SPLIT.get());
        let wasm_opt = BINARYEN.get();
        let esbuild = ESBUILD.get();
        Ok(SiteTools {
            trunk: joined(trunk)?,
            wasm_bindgen: joined(wasm_bindgen)?,
            wasm_split: joined(wasm_split)?,
            wasm_opt: wasm_opt?,
            esbuild: esbuild?,
            node: NODE.find().context("node is missing")?,
        })
    })
}

/// Installs what is missing of the browsers, their drivers and axe-core, and of the tools that make
/// the site.
///
/// # Errors
/// One sentence that says what is missing, and the command that gets it.
pub fn test_tools() -> Result<(SiteTools, TestTools)> {
    system(&TEST_PACKAGES)?;
    let found = |packaged: &Packaged| {
        packaged
            .find()
            .with_context(|| format!("{} is missing", packaged.package))
    };
    let tools = TestTools {
        axe: AXE.get()?,
        chromium: found(&CHROMIUM)?,
        chromedriver: found(&CHROMEDRIVER)?,
        firefox: found(&FIREFOX)?,
        webkit_driver: found(&WEBKIT_DRIVER)?,
        minibrowser: minibrowser()?,
        xvfb: found(&XVFB)?,
        geckodriver: GECKODRIVER.get()?,
    };
    Ok((site_tools()?, tools))
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread
        .join()
        .unwrap_or_else(|_| Err(anyhow!("an installation broke off")))
}

/// Adds the portal's compilation target to the toolchain.
///
/// # Errors
/// When it is missing and rustup cannot get it.
pub fn wasm_target() -> Result<()> {
    let has_target = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
    if has_target {
        return Ok(());
    }
    if find(&["rustup"]).is_none() {
        bail!(
            "the Rust target {WASM} is missing: install Rust with rustup (https://rustup.rs), then \
             run `rustup target add {WASM}`"
        );
    }
    let mut command = Command::new("rustup");
    command.args(["target", "add", WASM]);
    install(&format!("the Rust target {WASM}"), &mut command)
}

/// Adds the toolchain's formatter and linter, which a minimal installation leaves out.
///
/// # Errors
/// When one is missing and rustup cannot get it.
pub fn checkers() -> Result<()> {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        let there = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !there {
            let mut command = Command::new("rustup");
            command.args(["component", "add", component]);
            install(component, &mut command)?;
        }
    }
    Ok(())
}

/// The program that checks what comes into the tree (deny.toml), after installing it when needed.
///
/// # Errors
/// One sentence that says what is missing, and the command that gets it.
pub fn cargo_deny() -> Result<PathBuf> {
    CARGO_DENY.get()
}

impl Crate<'_> {
    /// The program's path, after installing it when neither we nor the PATH have it.
    fn get(&self) -> Result<PathBuf> {
        let home = places::tools().join(format!("{}-{}", self.name, self.version));
        let program = home.join("bin").join(self.program);
        if program.is_file() {
            return Ok(program);
        }
        if let Some(found) = find_version(self.program, self.version) {
            return Ok(found);
        }
        // A target directory of its own: installs run side by side, and one that was cut off goes
        // on where it was.
        let build = places::tools().join("build").join(self.name);
        let mut command = Command::new("cargo");
        command
            .args(["install", "--locked", "--debug", "--version", self.version])
            .args(self.features)
            .arg("--root")
            .arg(&home)
            .arg(self.name)
            .env("CARGO_TARGET_DIR", &build)
            // Debug information is most of what an unoptimised build writes.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_DEV_INCREMENTAL", "false")
            .current_dir(env::temp_dir());
        install(&format!("{} {}", self.name, self.version), &mut command)?;
        let _ = fs::remove_dir_all(&build);
        Ok(program)
    }
}

impl NodePackage {
    /// The file's path, after installing the package when neither we nor the PATH have it.
    fn get(&self) -> Result<PathBuf> {
        let home = places::tools().join(format!("{}-{}", self.name, self.version));
        let file = home.join("node_modules").join(self.file);
        if file.is_file() {
            return Ok(file);
        }
        if let Some((program, version)) = self.on_path
            && let Some(found) = find_version(program, version)
        {
            return Ok(found);
        }
        // Not in its place until it is whole.
        let partial = home.with_extension("partial");
        let _ = fs::remove_dir_all(&partial);
        fs::create_dir_all(&partial)?;
        let into = |folder: &Path| {
            let mut command = Command::new("npm");
            command
                .args([
                    "install",
                    "--no-save",
                    "--no-audit",
                    "--no-fund",
                    "--ignore-scripts",
                ])
                .args([
                    "--no-update-notifier",
                    "--prefer-offline",
                    "--fetch-retries=1",
                ])
                .arg("--prefix")
                .arg(folder)
                .arg(format!("{}@{}", self.name, self.version));
            command
        };
        let what = format!("{} {}", self.name, self.version);
        install_as(
            &what,
            into(&partial).current_dir(&partial),
            &by_hand(&into(&home)),
        )?;
        fs::rename(&partial, &home)?;
        Ok(file)
    }
}

/// Root's apt-get would give up its rights, and then may not write here.
const UNPACK: &str = r#"
set -e
apt-get --quiet --option APT::Sandbox::User=root download "$1"
dpkg -x ./*.deb .
rm ./*.deb
"#;

impl Server {
    /// The program's path, after unpacking it when neither we nor the system have it.
    fn get(&self) -> Result<PathBuf> {
        let home = places::tools().join(self.package);
        let program = home.join(self.file);
        if program.is_file() {
            return Ok(program);
        }
        // Debian keeps servers off the PATH of everyone but root.
        let found = find(&[self.program]).or_else(|| {
            let file = Path::new("/usr/sbin").join(self.program);
            file.is_file().then_some(file)
        });
        if let Some(found) = found {
            return Ok(found);
        }
        if find(&["apt-get"]).is_none() {
            bail!(
                "missing on this machine: {} (Debian's name). Install it with the system's package \
                 manager",
                self.package
            );
        }
        let has_lists = has_package_lists();
        if !has_lists {
            update_package_lists()?;
        }
        // Not in its place until it is whole.
        let partial = home.with_extension("partial");
        match self.unpack(&partial) {
            Err(_) if has_lists => {
                // Old lists name packages that are no longer there.
                update_package_lists()?;
                self.unpack(&partial)?;
            }
            outcome => outcome?,
        }
        let runs = Command::new(partial.join(self.file))
            .arg(self.version)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !runs {
            bail!(
                "{0} does not run here without what its package depends on. Get it with `apt-get \
                 install --no-install-recommends {0}`",
                self.package
            );
        }
        fs::rename(&partial, &home)?;
        Ok(program)
    }

    /// Downloads the package and unpacks it there.
    fn unpack(&self, there: &Path) -> Result<()> {
        let _ = fs::remove_dir_all(there);
        fs::create_dir_all(there)?;
        let mut command = Command::new("sh");
        command
            .args(["-c", UNPACK, "sh", self.package])
            .current_dir(there);
        let by_hand = format!("apt-get install --no-install-recommends {}", self.package);
        install_as(
            &format!("{} (unpacked, not started)", self.package),
            &mut command,
            &by_hand,
        )
    }
}

impl Packaged {
    fn find(&self) -> Option<PathBuf> {
        find(self.programs)
    }
}

/// One apt-get at a time: it locks.
static APT: Mutex<()> = Mutex::new(());

/// What the site needs of the system's packages.
const SITE_PACKAGES: [&Packaged; 2] = [&NODE, &NPM];

/// What the tests need of them beside that.
const TEST_PACKAGES: [&Packaged; 7] = [
    &NODE,
    &NPM,
    &CHROMIUM,
    &CHROMEDRIVER,
    &FIREFOX,
    &WEBKIT_DRIVER,
    &XVFB,
];

/// Whether the site can be made on this machine, asked before long work starts.
///
/// # Errors
/// When a package of the system's is missing that we cannot install.
pub fn site_is_possible() -> Result<()> {
    obtainable(&SITE_PACKAGES).map(|_| ())
}

/// Whether the tests can be run on this machine, asked before long work starts.
///
/// # Errors
/// When a package of the system's is missing that we cannot install.
pub fn tests_are_possible() -> Result<()> {
    obtainable(&TEST_PACKAGES).map(|_| ())
}

/// Which of these packages are missing and can be installed.
fn obtainable(needed: &[&Packaged]) -> Result<Vec<&'static str>> {
    let missing: Vec<&str> = needed
        .iter()
        .filter(|packaged| packaged.find().is_none())
        .map(|packaged| packaged.package)
        .collect();
    let by_hand = format!(
        "apt-get install --no-install-recommends {}",
        missing.join(" ")
    );
    if !missing.is_empty() && find(&["apt-get"]).is_none() {
        bail!(
            "missing on this machine: {} (Debian's names). Install them with the system's package \
             manager; on Debian that is `{by_hand}`",
            missing.join(", ")
        );
    }
    if !missing.is_empty() && !is_root() {
        bail!(
            "missing on this machine, and only root can install it: {}. Run `sudo {by_hand}`",
            missing.join(", ")
        );
    }
    Ok(missing)
}

/// Installs the system's packages that are missing, all in one go.
fn system(needed: &[&Packaged]) -> Result<()> {
    let _one_at_a_time = APT.lock();
    let missing = obtainable(needed)?;
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing.join(", ");
    let has_lists = has_package_lists();
    if !has_lists {
        update_package_lists()?;
    }
    let outcome = apt_install(&what, &missing);
    if outcome.is_err() && has_lists {
        // Old lists name packages that are no longer there.
        update_package_lists()?;
        return apt_install(&what, &missing);
    }
    outcome
}

fn apt_install(what: &str, packages: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    install(what, &mut command)
}

fn update_package_lists() -> Result<()> {
    let mut command = Command::new("apt-get");
    command.args(["update", "--quiet"]);
    install("the list of Debian's packages", &mut command)
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn has_package_lists() -> bool {
    fs::read_dir("/var/lib/apt/lists").is_ok_and(|lists| {
        lists
            .flatten()
            .any(|list| list.file_name().to_string_lossy().contains("_Packages"))
    })
}

/// WebKitGTK's small browser, which comes with the driver and lies outside the PATH.
fn minibrowser() -> Result<PathBuf> {
    let libraries = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    libraries
        .flat_map(|folder| {
            ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"]
                .map(|version| folder.path().join(version).join("MiniBrowser"))
        })
        .find(|program| program.is_file())
        .context(
            "WebKit's MiniBrowser is missing: run `apt-get install --reinstall libwebkit2gtk-4.1-0`",
        )
}

/// Runs an installation behind a ticking line, and says what was installed in how much time.
fn install(what: &str, command: &mut Command) -> Result<()> {
    let by_hand = by_hand(command);
    install_as(what, command, &by_hand)
}

/// The same, when a person would do it with another command.
fn install_as(what: &str, command: &mut Command, by_hand: &str) -> Result<()> {
    let (said, elapsed, succeeded) = progress::listen(what, command)
        .with_context(|| format!("{what} is missing. Get it with `{by_hand}`"))?;
    if !succeeded {
        let end: Vec<&str> = said.lines().rev().take(8).collect();
        for line in end.iter().rev() {
            progress::say(&format!("  {line}"));
        }
        let why = if is_offline(&said) {
            " because there is no network"
        } else {
            ""
        };
        bail!("{what} is missing and could not be installed{why}. Get it with `{by_hand}`");
    }
    progress::say(&format!("installed {what} in {}", progress::time(elapsed)));
    Ok(())
}

/// `command` as a person would type it.
fn by_hand(command: &Command) -> String {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<String> = words
        .map(|word| {
            let word = Path::new(word);
            word.strip_prefix(places::root())
                .unwrap_or(word)
                .display()
                .to_string()
        })
        .collect();
    words.join(" ")
}

/// Whether a failed installation speaks of a network that is not there.
fn is_offline(said: &str) -> bool {
    let said = said.to_lowercase();
    [
        "could not resolve",
        "couldn't resolve",
        "couldn't connect",
        "could not connect",
        "temporary failure resolving",
        "enotfound",
        "eai_again",
        "econnrefused",
        "connection refused",
        "network is unreachable",
        "dns error",
        "timed out",
    ]
    .iter()
    .any(|sign| said.contains(sign))
}

/// The first of `names` on the PATH, as an absolute path.
fn find(names: &[&str]) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| {
            file.metadata()
                .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        })
}

/// The program on the PATH when it is that version.
fn find_version(program: &str, version: &str) -> Option<PathBuf> {
    let found = find(&[program])?;
    let output = Command::new(&found)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    says_version(&String::from_utf8_lossy(&output.stdout), version).then_some(found)
}

/// Whether what `--version` printed names this version.
fn says_version(printed: &str, version: &str) -> bool {
    let first = printed.lines().next().unwrap_or_default();
    first
        .split_whitespace()
        .any(|word| word.trim_start_matches('v') == version)
}

/// The version of a dependency that `Cargo.lock` holds the project to.
fn locked_version(name: &str) -> Result<String> {
    let lock = fs::read_to_string(places::root().join("Cargo.lock")).context("no Cargo.lock")?;
    version_in_lock(&lock, name).with_context(|| format!("Cargo.lock does not name {name}"))
}

fn version_in_lock(lock: &str, name: &str) -> Option<String> {
    let name = format!("name = \"{name}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

/// What the site depends on besides the repository: a change of any of these rebuilds it.
///
/// # Errors
/// When there is no compiler.
pub fn versions() -> Result<String> {
    let rustc = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("rustc is missing")?;
    Ok(format!(
        "{}{} {} {} {}",
        String::from_utf8_lossy(&rustc.stdout),
        TRUNK.version,
        WASM_SPLIT.version,
        BINARYEN.version,
        ESBUILD.version
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_off_what_each_tool_prints() {
        assert!(says_version("trunk 0.21.14\n", "0.21.14"));
        assert!(says_version("wasm-opt version 132 (version_132)\n", "132"));
        assert!(says_version(
            "geckodriver 0.36.0 (a1b2c3 2025-02-25)\n\nMozilla",
            "0.36.0"
        ));
        assert!(says_version("v20.20.2\n", "20.20.2"));
        assert!(!says_version("wasm-bindgen 0.2.12\n", "0.2.129"));
        assert!(!says_version("wasm-opt version 108\n", "132"));
        assert!(!says_version("", "1"));
    }

    #[test]
    fn the_lock_file_says_which_wasm_bindgen() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\nsource = \"x\"\n";
        assert_eq!(
            version_in_lock(lock, "wasm-bindgen").as_deref(),
            Some("0.2.129")
        );
        assert_eq!(version_in_lock(lock, "wasm"), None);
    }

    #[test]
    fn a_missing_network_is_recognised() {
        assert!(is_offline("npm error code EAI_AGAIN"));
        assert!(is_offline("Temporary failure resolving 'deb.debian.org'"));
        assert!(is_offline(
            "[6] Couldn't resolve host name (Could not resolve host: index.crates.io)"
        ));
        assert!(!is_offline("error: could not compile `trunk`"));
    }

    #[test]
    fn the_command_by_hand_is_the_one_that_was_tried() {
        let mut command = Command::new("rustup");
        command.args(["target", "add", WASM]);
        assert_eq!(
            by_hand(&command),
            "rustup target add wasm32-unknown-unknown"
        );
    }
}
