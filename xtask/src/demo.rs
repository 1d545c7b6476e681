//! The release portal behind the real gateway, in front of the stand-in for AccelerateConnect: what a
//! person tries.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use crate::run::{self, ChildGuard};
use crate::{build, paths};

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
const TIMEOUT: Duration = Duration::from_secs(30);

/// `cargo xtask demo`: ends when one of the two servers does.
///
/// # Errors
/// When a port is taken, a tool is missing, or something does not build.
pub fn command(port: u16) -> Result<()> {
    let ports = ports_from(port)?;
    for port in ports {
        check_free(port)?;
    }
    build::make(compile)?;

    let shell = paths::shell()?;
    for (name, value) in SECRETS {
        shell.set_var(name, value);
    }
    let [public, broker, accelerate] = ports.map(|port| format!("http://127.0.0.1:{port}"));
    let [listen, broker_port, port] = ports.map(|port| port.to_string());
    let bin = paths::target().join("debug");
    let mut demo = Command::from(cmd!(
        shell,
        "{bin}/demo --gateway {public} --port {port} --broker-port {broker_port}"
    ));
    let (site, access) = (paths::dist(), format!("access.origins={broker}"));
    let gateway = |command: &str| {
        cmd!(
            shell,
            "{bin}/gateway {command} --listen 127.0.0.1:{listen} --public-url {public}"
        )
        .arg("--assets")
        .arg(&site)
        .args([
            "--accelerate-url",
            &accelerate,
            "--accelerate-domain",
            "demo",
        ])
        .args(["--set", &access])
        .quiet()
    };
    let mut serve = Command::from(gateway("serve").args(["--set", "log.filter=warn"]));
    // Their lines are for an office's machine; here they would hide the one that counts.
    demo.stdout(Stdio::null());
    serve.stderr(Stdio::null());
    let mut servers = [
        ("the demo", run::start(demo)?),
        ("the gateway", run::start(serve)?),
    ];
    for port in ports {
        wait_for(port, &mut servers)?;
    }
    let link = gateway("link")
        .args(["--consumer", CONSUMER])
        .ignore_stderr();
    let link = link.read().context("the gateway gives no link")?;
    let link = link.lines().next().context("the gateway gives no link")?;
    println!("everything there is to try: {broker}/demo/");
    println!("in a broker's own site: {broker}/");
    println!("ready: {link}");
    loop {
        check_running(&mut servers)?;
        thread::sleep(Duration::from_millis(200));
    }
}

/// Where gateway, broker and AccelerateConnect listen: the port that was asked for and the next two.
fn ports_from(port: u16) -> Result<[u16; 3]> {
    let last = port.checked_add(2);
    let last =
        last.with_context(|| format!("--port {port} leaves no port for the other servers"))?;
    Ok([port, port + 1, last])
}

/// Servers by what they are called in a message.
type Servers<'a> = [(&'a str, ChildGuard)];

/// Waits until something listens on the port.
///
/// # Errors
/// When a server ends before that, or it takes too long.
pub fn wait_for(port: u16, servers: &mut Servers<'_>) -> Result<()> {
    let until = Instant::now() + TIMEOUT;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        check_running(servers)?;
        ensure!(Instant::now() < until, "nothing listens on port {port}");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Whether all of the servers run.
///
/// # Errors
/// Names the one that does not.
pub fn check_running(servers: &mut Servers<'_>) -> Result<()> {
    for (name, server) in servers {
        if let Some(status) = server.ended() {
            bail!("{name} ended by itself ({status})");
        }
    }
    Ok(())
}

/// Compiles the demo and the gateway.
///
/// # Errors
/// When they do not compile; the reason is on the screen already.
pub fn compile() -> Result<()> {
    let shell = paths::shell()?;
    let compile = cmd!(shell, "cargo build --package demo --package gateway");
    run::quietly("compiling the gateway and the demo", compile)
}

/// Whether a port is free, asked before long work starts.
///
/// # Errors
/// When it is not.
pub fn check_free(port: u16) -> Result<()> {
    let is_free = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    ensure!(
        is_free,
        "port {port} is taken: end what uses it, or choose another with --port"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = check_free(port).unwrap_err();
        assert!(error.to_string().contains(&port.to_string()));
    }

    #[test]
    fn the_other_servers_have_the_next_ports() {
        assert_eq!(ports_from(8080).unwrap(), [8080, 8081, 8082]);
        assert!(ports_from(u16::MAX - 1).is_err());
    }
}
