//! Makes the release site in `dist/`, unless it is there already and its sources have not changed.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Result, anyhow};

use crate::install::{self, SiteTools, WASM};
use crate::{fingerprint, module, places, progress, sizes};

/// `cargo xtask build`.
///
/// # Errors
/// When a tool is missing or the portal does not build.
pub fn command() -> Result<()> {
    if !make(|| Ok(()))? {
        progress::say("dist/ is up to date");
        progress::print(sizes::table(&places::dist())?.trim_end());
    }
    Ok(())
}

/// Makes the site when its sources have changed, and does `meanwhile` in the time that the tools are
/// being installed. Gives whether it had to be made.
///
/// # Errors
/// When a tool is missing, the portal does not build, or `meanwhile` fails.
pub fn make(meanwhile: impl FnOnce() -> Result<()> + Send) -> Result<bool> {
    if fingerprint::is_current()? {
        meanwhile()?;
        return Ok(false);
    }
    // Taken before the build: a change that is made during it is seen by the next.
    let sources = fingerprint::of_sources()?;
    install::site_is_possible()?;
    install::wasm_target()?;
    let tools = thread::scope(|scope| {
        let compiled = scope.spawn(|| compile().and_then(|()| meanwhile()));
        let tools = install::site_tools();
        compiled
            .join()
            .unwrap_or_else(|_| Err(anyhow!("the build broke off")))?;
        tools
    })?;
    let mut command = trunk(&tools)?;
    as_release(command.args(["build", "--release"]));
    progress::run("trunk build", &mut command)?;
    fingerprint::remember(&sources)?;
    progress::print(sizes::table(&places::dist())?.trim_end());
    Ok(true)
}

/// Compiles the module as trunk is going to, so that it finds the work done: this needs no tool but
/// Rust, and so goes on while the tools are being installed.
///
/// # Errors
/// When it does not compile; the reason is on the screen already.
pub fn compile() -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args(["build", "--release", "--target", WASM, "--manifest-path"])
        .arg(places::root().join("Cargo.toml"))
        .current_dir(places::root());
    as_release(&mut command);
    progress::run("compiling the portal", &mut command)?;
    Ok(())
}

/// Asks for a module that can be split. Panic messages name source files: the module says them as everybody has them, not where they lie
/// on this machine. So the same sources also make the same module everywhere.
fn as_release(command: &mut Command) {
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    let cargo = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or(home)
        .unwrap_or_default();
    let flags = [cargo.join("registry/src"), places::root().to_owned()]
        .map(|folder| format!("--remap-path-prefix={}/=", folder.display()));
    command.args(["--features", "split"]).env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        [module::RUSTFLAGS, &flags.join(" ")].join(" "),
    );
}

/// trunk, which finds our tools on its PATH and downloads none.
///
/// # Errors
/// When the PATH cannot be put together.
pub fn trunk(tools: &SiteTools) -> Result<Command> {
    let mut command = Command::new(&tools.trunk);
    command
        .current_dir(places::root())
        .env("PATH", tools.path()?)
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // trunk stops at the usual `NO_COLOR=1`: it wants `true`.
        .env_remove("NO_COLOR");
    Ok(command)
}
