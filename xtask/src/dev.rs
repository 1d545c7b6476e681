//! The portal while it is being developed: trunk rebuilds and reloads it at every change, in front of
//! the demo server, so the page and its calls have one origin as they do in production.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::{fs, sync::mpsc};

use anyhow::{Context, Result, bail};

use crate::{build, demo, install, places, process, progress};

/// Where the demo server is; Trunk.toml sends the four calls there.
const DEMO_PORT: u16 = 8091;
const BROKER_PORT: u16 = 8092;

/// `cargo xtask dev`: goes on until it is stopped.
///
/// # Errors
/// When a port is taken, a tool is missing, or the demo or trunk ends by itself.
pub fn command(port: u16) -> Result<()> {
    for port in [port, DEMO_PORT, BROKER_PORT] {
        demo::free(port)?;
    }
    install::wasm_target()?;
    let tools = install::site_tools()?;
    demo::compile()?;
    let site = places::dev_site();
    fs::create_dir_all(&site)?;

    let mut server = demo::server(DEMO_PORT, BROKER_PORT, &site);
    let mut server = process::start(server.stdout(Stdio::piped()))?;
    let said = server.take_stdout().context("the demo says nothing")?;
    wait_until_ready(said)?;

    let mut trunk = build::trunk(&tools)?;
    trunk
        .args([
            "serve",
            "--address",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--dist",
        ])
        .arg(&site);
    let mut trunk = process::start(&mut trunk)?;

    let mut is_told = false;
    loop {
        if let Some(status) = server.ended() {
            bail!("the demo server ended by itself ({status})");
        }
        if let Some(status) = trunk.ended() {
            bail!("trunk ended by itself ({status})");
        }
        if !is_told && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            is_told = true;
            progress::print(&format!("ready: http://127.0.0.1:{port}/"));
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Waits for the demo's own `ready:` line, which names an address that nobody is to open here.
fn wait_until_ready(said: impl Read + Send + 'static) -> Result<()> {
    let (sender, ready) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            if line.starts_with("ready:") {
                let _ = sender.send(());
            } else {
                progress::print(&line);
            }
        }
    });
    ready
        .recv_timeout(Duration::from_secs(30))
        .context("the demo server did not start")
}
