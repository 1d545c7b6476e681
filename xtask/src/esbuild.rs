//! Style sheets and scripts, bundled and made small by esbuild.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::install::SiteTools;
use crate::progress;

/// The oldest browsers: those in which the module's reference types came. Nested rules of a style sheet
/// are written out for them.
const TARGET: &str = "--target=chrome96,firefox91,safari15";

/// What esbuild makes of a script or a style sheet and what it imports; readable unless `minify`.
///
/// # Errors
/// When esbuild cannot read the source; what it says is on the screen already.
pub fn bundle(tools: &SiteTools, source: &Path, minify: bool) -> Result<String> {
    let mut command = Command::new(&tools.esbuild);
    command.arg(source).arg(TARGET).args([
        "--bundle",
        "--format=esm",
        "--loader:.svg=dataurl",
        "--log-level=warning",
    ]);
    if minify {
        command.args(["--minify", "--legal-comments=none"]);
    }
    let output = command.output().context("esbuild could not be started")?;
    let warnings = String::from_utf8_lossy(&output.stderr);
    if !warnings.trim().is_empty() {
        progress::say(warnings.trim_end());
    }
    ensure!(
        output.status.success(),
        "esbuild could not read {}",
        source.display()
    );
    String::from_utf8(output.stdout).context("esbuild printed something that is not UTF-8")
}
