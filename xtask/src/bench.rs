//! The figures: installs and builds what they need, and leaves the measuring to `tests/e2e`, to the
//! gateway's own `benches/measure`, or to the document's own `benches/corners`.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use xshell::{Cmd, cmd};

use crate::browsers::{self, Browser};
use crate::{build, install, paths, run};

/// `cargo xtask bench`, with the arguments that the measuring program is to get: the gateway's when
/// the first is `gateway`, that of the scan when it is `corners`.
pub fn command(arguments: &[OsString]) -> Result<ExitCode> {
    if let [first, rest @ ..] = arguments {
        if first == "gateway" {
            return gateway(rest);
        }
        if first == "corners" {
            return corners(rest);
        }
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

/// The scan's finder of corners, as WebAssembly, beside its peers, all on the same pictures.
fn corners(arguments: &[OsString]) -> Result<ExitCode> {
    let (peers, bindgen) = (install::corner_peers()?, install::wasm_bindgen()?);
    install::toolchain()?;
    let shell = paths::shell()?;
    let wasm = install::WASM;
    let module = ["--package", "document", "--example", "corners_module"];
    let compile = cmd!(
        shell,
        "cargo build --profile worker --target {wasm} {module...}"
    );
    run::quietly("compiling the finder of corners", compile)?;
    let built = paths::target().join(wasm).join("worker/examples");
    let (built, folder) = (built.join("corners_module.wasm"), peers.join("ours"));
    let bindgen = bindgen.join("wasm-bindgen");
    let bind = cmd!(
        shell,
        "{bindgen} --target nodejs --out-dir {folder} {built}"
    );
    run::quietly("wasm-bindgen", bind)?;
    let module = folder.join("corners_module.js");
    let bench = ["--package", "document", "--bench", "corners"];
    let measure = cmd!(
        shell,
        "cargo bench --quiet {bench...} -- --peers {peers} --module {module}"
    );
    exit_code(measure.args(arguments))
}

fn exit_code(command: Cmd<'_>) -> Result<ExitCode> {
    let succeeded = run::start(command)?.wait()?.success();
    Ok(ExitCode::from(u8::from(!succeeded)))
}
