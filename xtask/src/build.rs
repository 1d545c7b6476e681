//! Makes the release site in `dist/`, unless it is there already and its sources have not changed.

use std::thread;

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

use crate::install::{self, WASM};
use crate::{fingerprint, module, paths, run, sizes};

/// `cargo xtask build`.
pub fn command() -> Result<()> {
    if !make(|| Ok(()))? {
        eprintln!("dist/ is up to date");
    }
    print!("{}", sizes::table(&paths::dist())?);
    Ok(())
}

/// Makes the site when its sources have changed, and does `meanwhile` in the time that the tools are
/// being installed. Gives whether it had to be made.
pub fn make(meanwhile: impl FnOnce() -> Result<()>) -> Result<bool> {
    // Taken before the build: a change that is made during it is seen by the next.
    let sources = fingerprint::of_sources()?;
    if fingerprint::is_current(&sources) {
        meanwhile()?;
        return Ok(false);
    }
    install::toolchain()?;
    install::node()?;
    let tools = thread::spawn(install::site_tools);
    // What trunk is going to do with cargo: it needs no tool but Rust.
    let shell = paths::shell()?;
    let compile = cmd!(shell, "cargo build --target {WASM}");
    run::quietly("compiling the portal", as_release(compile))?;
    meanwhile()?;
    let tools = tools.join().ok().context("an installation broke off")??;
    run::quietly("trunk build", as_release(trunk(&tools, "build")))?;
    fingerprint::remember(&sources)?;
    Ok(true)
}

/// A release that can be split. Panic messages name source files: the module says them as everybody
/// has them, not where they lie on this machine. So the same sources make the same module everywhere.
fn as_release(command: Cmd<'_>) -> Cmd<'_> {
    let flags = format!("{} {}", module::RUSTFLAGS, module::remapping());
    // Beside those of .cargo/config.toml.
    let command = command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    command.args(["--release", "--features", "split"])
}

/// A command of trunk's, which finds our tools on its PATH and downloads none.
pub fn trunk<'a>(tools: &'a Shell, command: &str) -> Cmd<'a> {
    cmd!(tools, "trunk {command}")
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // trunk stops at the usual `NO_COLOR=1`: it wants `true`.
        .env_remove("NO_COLOR")
}
