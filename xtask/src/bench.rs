//! The figures: installs and builds what they need, and leaves the measuring to `tests/e2e`, or to
//! the gateway's own `benches/measure`.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use xshell::{Cmd, cmd};

use crate::browsers::{self, Browser};
use crate::{build, install, paths, run};

/// `cargo xtask bench`, with the arguments that the measuring program is to get: the gateway's when
/// the first is `gateway`.
pub fn command(arguments: &[OsString]) -> Result<ExitCode> {
    if let [first, rest @ ..] = arguments
        && first == "gateway"
    {
        return gateway(rest);
    }
    let programs = Browser::Chromium.install()?;
    build::make(|| Ok(()))?;
    let shell = paths::shell()?;
    let compile = cmd!(shell, "cargo build --package e2e --bin bench");
    run::quietly("compiling the measurements", compile)?;
    let measure = cmd!(
        shell,
        "cargo run --quiet --package e2e --bin bench -- {arguments...}"
    );
    exit_code(browsers::tell(measure, &programs)?)
}

/// A thousand uploads are two thousand connections.
const WITH_MANY_FILES: &str = "ulimit -n \"$(ulimit -Hn)\"; exec \"$@\"";

/// The gateway beside nginx, asked by wrk, all as a server runs them.
fn gateway(arguments: &[OsString]) -> Result<ExitCode> {
    let wrk = install::system(&[(&["wrk"], "wrk")])?;
    let ([nginx, _caddy], redis) = (install::proxies()?, install::redis()?);
    build::make(|| Ok(()))?;
    let shell = paths::shell()?;
    let compile = cmd!(shell, "cargo build --profile server --package demo");
    run::quietly("compiling the demo", compile)?;
    let bench = [
        "--profile",
        "server",
        "--package",
        "gateway",
        "--bench",
        "measure",
    ];
    let compile = cmd!(shell, "cargo bench {bench...} --no-run");
    run::quietly("compiling the gateway and its measurements", compile)?;
    let (demo, site) = (paths::target().join("server/demo"), paths::dist());
    let measure = cmd!(
        shell,
        "sh -c {WITH_MANY_FILES} sh cargo bench {bench...} --quiet -- --nginx {nginx} --wrk {wrk...}"
    );
    exit_code(
        measure
            .arg("--demo")
            .arg(demo)
            .arg("--redis")
            .arg(redis)
            .arg("--site")
            .arg(site)
            .args(arguments),
    )
}

fn exit_code(command: Cmd<'_>) -> Result<ExitCode> {
    let succeeded = run::start(command)?.wait()?.success();
    Ok(ExitCode::from(u8::from(!succeeded)))
}
