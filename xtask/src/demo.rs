//! The release portal in front of the demo server: what a person tries, and what the tests drive.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{build, places, progress};

/// `cargo xtask demo`: ends when the server does.
///
/// # Errors
/// When a port is taken, a tool is missing, or something does not build.
pub fn command(port: u16) -> Result<()> {
    let broker_port = broker_port(port)?;
    free(port)?;
    free(broker_port)?;
    build::make(compile)?;
    // In our place: its exit code is ours and every signal reaches it, so nothing stays behind.
    let reason = server(port, broker_port, &places::dist()).exec();
    Err(reason).context("the demo could not be started")
}

/// Compiles the demo server.
///
/// # Errors
/// When it does not compile; the reason is on the screen already.
pub fn compile() -> Result<()> {
    let mut command = Command::new("cargo");
    command
        .args(["build", "--package", "demo"])
        .current_dir(places::root());
    progress::run("compiling the demo", &mut command)?;
    Ok(())
}

/// The demo server, ready to start.
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

/// The port after `port`, where the broker's page is.
///
/// # Errors
/// When there is none.
pub fn broker_port(port: u16) -> Result<u16> {
    port.checked_add(1)
        .with_context(|| format!("--port {port} leaves no port for the broker's page"))
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
    fn the_broker_has_the_next_port() {
        assert_eq!(broker_port(8080).unwrap(), 8081);
        assert!(broker_port(u16::MAX).is_err());
    }
}
