//! The portal while it is being developed: trunk rebuilds and reloads it at every change, in front of
//! the demo server, so the page and its calls have one origin as they do in production.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use xshell::cmd;

use crate::{build, demo, install, paths, run};

/// Where the demo server is; Trunk.toml sends the four calls there.
const DEMO_PORT: u16 = 8091;
const BROKER_PORT: u16 = 8092;

/// `cargo xtask dev`: goes on until it is stopped.
///
/// # Errors
/// When a port is taken, a tool is missing, or the demo or trunk ends by itself.
pub fn command(port: u16) -> Result<()> {
    for port in [port, DEMO_PORT, BROKER_PORT] {
        demo::check_free(port)?;
    }
    install::toolchain()?;
    let tools = install::site_tools()?;
    demo::compile()?;
    let site = paths::dev_site();
    fs::create_dir_all(&site)?;

    let program = paths::target().join("debug/demo");
    let [demo_port, broker_port] = [DEMO_PORT, BROKER_PORT].map(|port| port.to_string());
    let ports = ["--port", &demo_port, "--broker-port", &broker_port];
    let mut server = Command::from(cmd!(tools, "{program} {ports...} --site {site}"));
    server.stdout(Stdio::null()); // it names an address that nobody is to open here
    let server = ("the demo", run::start(server)?);
    let trunk = build::trunk(&tools, "serve").args(["--address", "127.0.0.1", "--port"]);
    let trunk = trunk.arg(port.to_string()).arg("--dist").arg(site);
    let mut servers = [server, ("trunk", run::start(trunk)?)];
    // The first build takes its time.
    while demo::wait_for(port, &mut servers).is_err() {
        demo::check_running(&mut servers)?;
    }
    println!("ready: http://127.0.0.1:{port}/");
    loop {
        demo::check_running(&mut servers)?;
        thread::sleep(Duration::from_millis(200));
    }
}
