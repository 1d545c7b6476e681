//! The gateway's figures: brings nginx and wrk, builds the programs as a server runs them, and leaves
//! the measuring to `gateway/benches/measure`.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{build, install, places, process, progress};

/// A thousand uploads are two thousand connections.
const MOST_FILES: &str = "ulimit -n \"$(ulimit -Hn)\"; exec \"$@\"";

/// `cargo xtask bench gateway`, with the arguments that the measuring program is to get.
///
/// # Errors
/// When a program is missing or something does not build.
pub fn command(arguments: &[String]) -> Result<ExitCode> {
    let (nginx, wrk) = install::measuring_tools()?;
    build::make(|| Ok(()))?;
    let mut demo = Command::new("cargo");
    demo.args(["build", "--profile", "server", "--package", "demo"])
        .current_dir(places::root());
    progress::run("compiling the demo", &mut demo)?;
    let bench = [
        "bench",
        "--profile",
        "server",
        "--package",
        "gateway",
        "--bench",
        "measure",
    ];
    let mut compile = Command::new("cargo");
    compile
        .args(bench)
        .arg("--no-run")
        .current_dir(places::root());
    progress::run("compiling the gateway and its measurements", &mut compile)?;

    let mut measure = Command::new("sh");
    measure
        .args(["-c", MOST_FILES, "sh", "cargo"])
        .args(bench)
        .args(["--quiet", "--", "--nginx"])
        .arg(nginx)
        .arg("--wrk")
        .arg(wrk)
        .arg("--demo")
        .arg(places::target().join("server/demo"))
        .arg("--site")
        .arg(places::dist())
        .args(arguments)
        .current_dir(places::root());
    let status = process::start(&mut measure)?.wait()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
