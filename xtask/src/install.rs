//! What the commands need on this machine, and how it gets here. A tool counts as there when it is in
//! its place, so asking again costs nothing. Tools of our own go below `target/`, each at the one
//! version that is known to work here; browsers, their drivers and PDF readers come from the system's packages,
//! servers from packages that are unpacked and not installed. Nothing is replaced or removed. What fails
//! says in one sentence what is missing, and the command that gets it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::paths::{self, shell};
use crate::run;

/// The compilation target of the portal.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The library of the same version is what Cargo.toml has.
const WASM_BINDGEN: &str = "0.2.129";

/// wasm-opt is in binaryen: Debian's version 108 breaks the module, and building it takes 12 minutes.
/// axe-core looks for barriers, in the tests.
const NPM_PACKAGES: [&str; 3] = ["axe-core@4.14.1", "binaryen@132.0.0", "esbuild@0.28.2"];

/// Others that find a page's corners, and what they do not run without in Node: OpenCV for jscanify, a canvas for scanic.
const CORNER_PEERS: [&str; 4] = [
    "scanic@1.5.1",
    "jscanify@1.4.3",
    "@techstark/opencv-js@4.5.2",
    "@napi-rs/canvas@1.1.1",
];

/// A program of the system: the names that it may have, and the Debian package that brings it.
pub type SystemProgram = (&'static [&'static str], &'static str);

const NODE: SystemProgram = (&["node"], "nodejs");
const NPM: SystemProgram = (&["npm"], "npm");

/// Installs what is missing of the tools that make the site. Gives a shell with trunk, wasm-bindgen,
/// wasm-split-cli, wasm-opt, esbuild and node on its PATH.
pub fn site_tools() -> Result<Shell> {
    let tools = [
        npm()?.join(".bin"),
        wasm_bindgen()?,
        cargo_install("wasm_split_cli_support", "0.2.4", "--features=build-binary")?,
        // trunk 0.22 asks for a newer compiler than ours.
        cargo_install(
            "trunk",
            "0.21.14",
            "--no-default-features --features=rustls",
        )?,
    ];
    let shell = shell()?;
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = tools.into_iter().chain(env::split_paths(&path));
    shell.set_var("PATH", env::join_paths(folders)?);
    Ok(shell)
}

/// The folder of wasm-bindgen and of the runner of the browser tests.
pub fn wasm_bindgen() -> Result<PathBuf> {
    cargo_install("wasm-bindgen-cli", WASM_BINDGEN, "--no-default-features")
}

/// Firefox's driver, which Debian has not.
pub fn geckodriver() -> Result<PathBuf> {
    Ok(cargo_install("geckodriver", "0.36.0", "")?.join("geckodriver"))
}

/// The program that checks what comes into the tree (deny.toml).
pub fn cargo_deny() -> Result<PathBuf> {
    Ok(cargo_install("cargo-deny", "0.20.2", "")?.join("cargo-deny"))
}

/// axe-core as one script.
pub fn axe() -> Result<PathBuf> {
    Ok(npm()?.join("axe-core/axe.min.js"))
}

/// The packages that the scan's corners are measured beside; gives their `node_modules`.
pub fn corner_peers() -> Result<PathBuf> {
    npm_packages(paths::tools().join("corner-peers"), &CORNER_PEERS)
}

/// nginx and Caddy, which stand in front of the gateway in its tests, and are measured beside it. They
/// are not started.
pub fn proxies() -> Result<[PathBuf; 2]> {
    let nginx = unpacked(&["nginx"], "usr/sbin/nginx", "-v")?;
    Ok([nginx, unpacked(&["caddy"], "usr/bin/caddy", "version")?])
}

/// Redis, in which copies of the gateway remember together in its tests. It is not started.
pub fn redis() -> Result<PathBuf> {
    // With the libraries that a bare machine lacks.
    let packages = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1"];
    unpacked(&packages, "redis-server", "--version")
}

/// qpdf, poppler's pdftoppm, MuPDF's mutool and exiftool, which read the PDFs and pictures that the tests make.
pub fn pdf_readers() -> Result<Vec<PathBuf>> {
    system(&[
        (&["qpdf"], "qpdf"),
        (&["pdftoppm"], "poppler-utils"),
        (&["mutool"], "mupdf-tools"),
        (&["exiftool"], "libimage-exiftool-perl"),
    ])
}

/// Starts a server with the libraries that were unpacked beside it. It is the same process then.
const WITH_OWN_LIBRARIES: &str = r#"#!/bin/sh
here=$(dirname "$0")
LD_LIBRARY_PATH=$(echo "$here"/usr/lib/*-linux-gnu) exec "$here/usr/bin/$(basename "$0")" "$@"
"#;

/// Adds the portal's compilation target to the toolchain, and what checks the code's form: a minimal
/// installation leaves them out.
pub fn toolchain() -> Result<()> {
    let shell = shell()?;
    let succeeds = |command: Cmd<'_>| command.ignore_stderr().read().is_ok();
    let libraries = cmd!(shell, "rustc --print target-libdir --target {WASM}").read();
    if libraries.is_ok_and(|folder| Path::new(&folder).is_dir())
        && succeeds(cmd!(shell, "cargo fmt --version"))
        && succeeds(cmd!(shell, "cargo clippy --version"))
    {
        return Ok(());
    }
    ensure!(
        find(&["rustup"]).is_some(),
        "the Rust target {WASM}, rustfmt or clippy is missing: install Rust with rustup (https://rustup.rs)"
    );
    install(WASM, cmd!(shell, "rustup target add {WASM}"))?;
    let checkers = cmd!(shell, "rustup component add rustfmt clippy");
    install("rustfmt and clippy", checkers)
}

/// Installs a program of Rust's registry when it is missing; gives its folder. Unoptimised builds
/// suffice: these tools run for seconds.
fn cargo_install(name: &str, version: &str, features: &str) -> Result<PathBuf> {
    let home = paths::tools().join(format!("{name}-{version}"));
    let folder = home.join("bin"); // made when all is compiled
    if !folder.is_dir() {
        let shell = shell()?;
        // Kept until all is there: an installation that was cut off goes on where it was.
        let build = paths::tools().join("build").join(name);
        shell.set_var("CARGO_TARGET_DIR", &build);
        // Debug information is most of what an unoptimised build writes.
        shell.set_var("CARGO_PROFILE_DEV_DEBUG", "0");
        let command = cmd!(
            shell,
            "cargo install --locked --debug --root {home} {name}@{version}"
        );
        install(name, command.args(features.split_whitespace()))?;
        shell.remove_path(build)?;
    }
    Ok(folder)
}

/// Installs our packages of npm when they are missing, or not these versions; gives `node_modules`.
fn npm() -> Result<PathBuf> {
    npm_packages(paths::tools(), &NPM_PACKAGES)
}

/// The same with other packages, in a folder of their own.
fn npm_packages(home: PathBuf, packages: &[&str]) -> Result<PathBuf> {
    let list = home.join("npm-packages"); // written when they are all there
    let wanted = packages.join(" ");
    if fs::read_to_string(&list).ok().as_ref() != Some(&wanted) {
        system(&[NODE, NPM])?;
        fs::create_dir_all(&home)?;
        let shell = shell()?;
        let flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
        let command = cmd!(shell, "npm install {flags...} --prefix {home}");
        install(&wanted, command.args(packages))?;
        fs::write(list, wanted)?;
    }
    Ok(home.join("node_modules"))
}

/// Installs Node and npm when they are missing, before long work starts.
pub fn node() -> Result<()> {
    system(&[NODE, NPM]).map(|_| ())
}

/// Where the programs are, after installing the system's packages that are missing, all in one go.
pub fn system(programs: &[SystemProgram]) -> Result<Vec<PathBuf>> {
    let missing = programs.iter().filter(|(names, _)| find(names).is_none());
    let missing: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if !missing.is_empty() {
        let what = missing.join(", ");
        check_apt(&what)?;
        let shell = &shell()?;
        let flags = &["--yes", "--quiet", "--no-install-recommends"];
        let packages = &missing;
        let command = || cmd!(shell, "apt-get install {flags...} {packages...}");
        ensure!(
            rustix::process::geteuid().is_root(),
            "missing on this machine, and only root can install it: {what}. Run `sudo {}`",
            command()
        );
        shell.set_var("DEBIAN_FRONTEND", "noninteractive");
        with_package_lists(|| install(&what, command()))?;
    }
    let found = programs.iter().map(|(names, package)| {
        find(names).with_context(|| format!("{package} brings no {}", names.join(" or ")))
    });
    found.collect()
}

/// A server of the system's, of which only the program is wanted: installing its package would start
/// it. Other packages are what it does not run without. `file` is where the program is in its package, or
/// a name for what starts it with the other packages. `version` is what it is asked to show that it runs.
fn unpacked(packages: &[&str], file: &str, version: &str) -> Result<PathBuf> {
    let package = packages[0];
    let home = paths::tools().join(package);
    let program = home.join(file);
    if program.is_file() {
        return Ok(program);
    }
    if let Some(found) = find(&[package]) {
        return Ok(found);
    }
    check_apt(package)?;
    // Not in its place until it is whole.
    let partial = home.with_extension("partial");
    let shell = shell()?;
    with_package_lists(|| {
        shell.remove_path(&partial)?;
        shell.change_dir(shell.create_dir(&partial)?);
        // Root's apt-get would give up its rights, and then may not write here.
        let rights = "APT::Sandbox::User=root";
        let download = cmd!(shell, "apt-get -o {rights} download {packages...}");
        install(&format!("{package} (unpacked, not started)"), download)?;
        for archive in shell.read_dir(&partial)? {
            run::quietly("dpkg", cmd!(shell, "dpkg -x {archive} ."))?;
        }
        Ok(())
    })?;
    if packages.len() > 1 {
        let start = partial.join(file);
        fs::write(&start, WITH_OWN_LIBRARIES)?;
        run::quietly("chmod", cmd!(shell, "chmod +x {start}"))?;
    }
    let runs = cmd!(shell, "./{file} {version}").ignore_stderr();
    ensure!(
        runs.read().is_ok(),
        "{package} does not run here without what it depends on. Get it with `apt-get install \
         --no-install-recommends {package}`"
    );
    fs::rename(&partial, &home)?;
    Ok(program)
}

fn check_apt(what: &str) -> Result<()> {
    ensure!(
        find(&["apt-get"]).is_some(),
        "missing on this machine: {what} (Debian's names). Install it with the system's package manager"
    );
    Ok(())
}

/// Does what needs the list of Debian's packages, which may be missing or name packages that are gone.
fn with_package_lists(work: impl Fn() -> Result<()>) -> Result<()> {
    let shell = shell()?;
    let lists = shell.read_dir("/var/lib/apt/lists").unwrap_or_default();
    let is_list = |file: &PathBuf| file.display().to_string().contains("_Packages");
    let has_lists = lists.iter().any(is_list);
    if has_lists && work().is_ok() {
        return Ok(());
    }
    let update = cmd!(shell, "apt-get update --quiet");
    install("the list of Debian's packages", update)?;
    work()
}

/// The first of these programs that is on the PATH, or where Debian keeps servers.
fn find(names: &[&str]) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    folders.push("/usr/sbin".into());
    let path = env::join_paths(folders).ok()?;
    let find = |name| which::which_in(name, Some(&path), paths::root()).ok();
    names.iter().find_map(find)
}

/// Runs an installation, and says what was installed in how much time.
fn install(what: &str, command: Cmd<'_>) -> Result<()> {
    let started = Instant::now();
    let by_hand = command.to_string();
    if let Err(error) = run::quietly(what, command) {
        bail!("{what} could not be installed ({error:#}). Get it with `{by_hand}`");
    }
    eprintln!("installed {what} in {} s", started.elapsed().as_secs());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wasm_bindgen_tool_has_the_version_of_the_library() {
        let lock = fs::read_to_string(paths::root().join("Cargo.lock")).unwrap();
        let package = format!("name = \"wasm-bindgen\"\nversion = \"{WASM_BINDGEN}\"");
        assert!(lock.contains(&package));
    }

    #[test]
    fn a_failed_installation_names_the_command_to_type() {
        let shell = shell().unwrap();
        let error = install("a tool", cmd!(shell, "false --locked tool@1"));
        let error = error.unwrap_err().to_string();
        assert!(
            error.ends_with("Get it with `false --locked tool@1`"),
            "{error}"
        );
    }
}
