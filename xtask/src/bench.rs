//! The figures: installs and builds what they need, and leaves the measuring to `tests/e2e`, or to
//! the gateway's own.

mod gateway;

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::browsers::Surroundings;
use crate::{build, install, places, process, progress};

/// `cargo xtask bench`, with the arguments that the measuring program is to get, the gateway's when
/// the first is `gateway`.
///
/// # Errors
/// When a tool is missing or something does not build.
pub fn command(arguments: &[String]) -> Result<ExitCode> {
    if let [first, rest @ ..] = arguments
        && first == "gateway"
    {
        return gateway::command(rest);
    }
    install::wasm_target()?;
    let (_, tools) = install::test_tools()?;
    build::make(|| Ok(()))?;
    let bench = ["--package", "e2e", "--bin", "bench"];
    let mut compile = Command::new("cargo");
    compile.arg("build").args(bench).current_dir(places::root());
    progress::run("compiling the measurements", &mut compile)?;

    let surroundings = Surroundings::new(&tools)?;
    let mut measure = Command::new("cargo");
    measure
        .args(["run", "--quiet"])
        .args(bench)
        .arg("--")
        .args(arguments);
    surroundings.surround(measure.current_dir(places::root()));
    let status = process::start(&mut measure)?.wait()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
