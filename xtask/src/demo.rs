//! The release portal behind the real gateway, in front of the stand-in for AccelerateConnect: what a
//! person tries.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{build, places, process, progress};

/// What is secret in earnest, and known to everyone here: it opens made-up dossiers only.
const SECRETS: [(&str, &str); 3] = [
    ("ACCELERATE_SALT", "salt-of-the-demo"),
    ("GATEWAY_SECRET", "secret-of-the-demo-known-to-everyone"),
    (
        "GATEWAY_LINKS_KEY",
        "links-key-of-the-demo-known-to-everyone",
    ),
];
/// Whose dossier is opened: the specification's example.
const CONSUMER: &str = "voorbeeld";
/// How long the programs may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// `cargo xtask demo`: ends when one of the two servers does.
///
/// # Errors
/// When a port is taken, a tool is missing, or something does not build.
pub fn command(port: u16) -> Result<()> {
    let (broker, accelerate) = (port_after(port, 1)?, port_after(port, 2)?);
    for port in [port, broker, accelerate] {
        free(port)?;
    }
    build::make(compile)?;
    let gateway_url = format!("http://127.0.0.1:{port}");
    let mut demo = Command::new(places::target().join("debug/demo"));
    demo.args(["--gateway", &gateway_url])
        .args(["--port", &accelerate.to_string()])
        .args(["--broker-port", &broker.to_string()])
        .envs(SECRETS)
        .stdout(Stdio::null());
    let mut demo = process::start(&mut demo)?;
    let mut gateway = gateway("serve", port, broker, accelerate);
    // Its lines are for an office's machine; here they would hide the one that counts.
    gateway
        .args(["--set", "log.filter=warn"])
        .stderr(Stdio::null());
    let mut gateway_runs = process::start(&mut gateway)?;
    for port in [accelerate, broker, port] {
        wait_for(port, || {
            demo.ended().is_some() || gateway_runs.ended().is_some()
        })?;
    }
    let link = self::gateway("link", port, broker, accelerate)
        .args(["--consumer", CONSUMER])
        .stderr(Stdio::null())
        .output()
        .context("the gateway gives no link")?;
    ensure!(link.status.success(), "the gateway gives no link");
    let link = BufReader::new(link.stdout.as_slice()).lines().next();
    let link = link.context("the gateway gives no link")??;
    progress::print(&format!(
        "everything there is to try: http://127.0.0.1:{broker}/demo/"
    ));
    progress::print(&format!(
        "in a broker's own site: http://127.0.0.1:{broker}/"
    ));
    progress::print(&format!("ready: {link}"));
    loop {
        if let Some(status) = demo.ended() {
            bail!("the demo ended by itself ({status})");
        }
        if let Some(status) = gateway_runs.ended() {
            bail!("the gateway ended by itself ({status})");
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// The gateway with that command, for the demo.
fn gateway(command: &str, port: u16, broker: u16, accelerate: u16) -> Command {
    let mut gateway = Command::new(places::target().join("debug/gateway"));
    gateway
        .arg(command)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(["--public-url", &format!("http://127.0.0.1:{port}")])
        .arg("--assets")
        .arg(places::dist())
        .args([
            "--accelerate-url",
            &format!("http://127.0.0.1:{accelerate}"),
        ])
        .args(["--accelerate-domain", "demo"])
        .args([
            "--set",
            &format!("access.origins=http://127.0.0.1:{broker}"),
        ])
        .current_dir(places::root())
        .envs(SECRETS);
    gateway
}

fn wait_for(port: u16, mut ended: impl FnMut() -> bool) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        ensure!(!ended(), "a server of the demo ended before it listened");
        ensure!(Instant::now() < until, "nothing listens on port {port}");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Compiles the demo and the gateway.
///
/// # Errors
/// When they do not compile; the reason is on the screen already.
pub fn compile() -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args(["build", "--package", "demo", "--package", "gateway"])
        .current_dir(places::root());
    progress::run("compiling the gateway and the demo", &mut command)?;
    Ok(())
}

/// The demo server with the site and no gateway, for development, ready to start.
pub fn server(port: u16, broker_port: u16, site: &Path) -> Command {
    let mut command = Command::new(program());
    command
        .args([
            "--port",
            &port.to_string(),
            "--broker-port",
            &broker_port.to_string(),
            "--site",
        ])
        .arg(site)
        .current_dir(places::root());
    command
}

fn program() -> PathBuf {
    places::target().join("debug/demo")
}

/// The port so many after `port`: the next is the broker's, the one after it AccelerateConnect's.
fn port_after(port: u16, count: u16) -> Result<u16> {
    port.checked_add(count)
        .with_context(|| format!("--port {port} leaves no port for the other servers"))
}

/// Whether a port is free, asked before long work starts.
///
/// # Errors
/// When it is not.
pub fn free(port: u16) -> Result<()> {
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        bail!("port {port} is taken: end what uses it, or choose another with --port");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(
            free(port)
                .unwrap_err()
                .to_string()
                .contains(&port.to_string())
        );
    }

    #[test]
    fn the_others_have_the_next_ports() {
        assert_eq!(port_after(8080, 1).unwrap(), 8081);
        assert!(port_after(u16::MAX, 1).is_err());
    }
}
