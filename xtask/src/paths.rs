//! Where things are. Everything that is installed for this project alone lies below `target/`, so
//! `cargo clean` takes all of it away again.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::Shell;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this package lies in a folder of the repository")
}

/// A shell in the repository's root: commands of `xshell::cmd!` run there.
///
/// # Errors
/// When this program's own folder is gone.
pub fn shell() -> Result<Shell> {
    let shell = Shell::new().context("the current folder is gone")?;
    shell.change_dir(root());
    Ok(shell)
}

/// Cargo's target directory, read off where cargo has put this very program
/// (`<target>/debug/xtask`), so that every way of setting it is followed.
pub fn target() -> PathBuf {
    env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.parent()?.to_owned()))
        .unwrap_or_else(|| root().join("target"))
}

/// Tools of this project's own, a folder for each version.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// The release site, ready for any static host.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The site that `cargo xtask dev` rebuilds at every change, apart from the release.
pub fn dev_site() -> PathBuf {
    target().join("dev-site")
}
