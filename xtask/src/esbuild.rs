//! Style sheets and scripts, bundled and made small by esbuild.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// The oldest browsers: those in which the module's reference types came. Nested rules of a style sheet
/// are written out for them.
const TARGET: &str = "--target=chrome96,firefox91,safari15";

/// What esbuild makes of a script or a style sheet and what it imports; readable unless `minify`.
///
/// # Errors
/// When esbuild cannot read the source; what it says is on the screen already.
pub fn bundle(tools: &Shell, source: &Path, minify: bool) -> Result<String> {
    let small = minify.then_some(["--minify", "--legal-comments=none"]);
    let flags = [
        TARGET,
        "--bundle",
        "--format=esm",
        "--loader:.svg=dataurl",
        "--log-level=warning",
    ];
    let esbuild = cmd!(tools, "esbuild {source} {flags...}").args(small.iter().flatten());
    let source = source.display();
    esbuild
        .quiet()
        .read()
        .with_context(|| format!("esbuild could not read {source}"))
}
