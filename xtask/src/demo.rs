//! The release portal behind the real gateway, in front of the stand-in for AccelerateConnect: what a
//! person tries. The gateway serves two offices, each with its look.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use crate::run::{self, ChildGuard};
use crate::{build, paths};

/// Signs links and sessions. What is secret in earnest is known to everyone here: it opens made-up dossiers
/// only.
const SECRET: &str = "secret-of-the-demo-known-to-everyone";

/// An office of the demo: its own host, AccelerateConnect, back office and look.
struct Office {
    name: &'static str,
    /// Browsers keep cookies by the host's name, so the port may be the same.
    host: &'static str,
    salt: &'static str,
    links_key: &'static str,
    /// `[office.page]`, in TOML.
    page: &'static str,
}

const OFFICES: [Office; 2] = [
    Office {
        name: "hypotheekhuis",
        host: "127.0.0.1",
        salt: "salt-of-the-demo",
        links_key: "links-key-of-the-demo-known-to-all",
        page: "broker = 'Het Hypotheekhuis'\nphone = '020 123 45 67'\nemail = 'info@hypotheekhuis.example'",
    },
    Office {
        name: "vlot",
        host: "localhost",
        salt: "salt-of-the-second-demo",
        links_key: "links-key-of-the-second-demo-known-to-all",
        page: "broker = 'Vlot Wonen'\naddress = 'je'\naccent = '#8a1538'\nemail = 'hoi@vlotwonen.example'",
    },
];
/// Whose dossier is opened: the specification's example.
const CONSUMER: &str = "voorbeeld";
/// How long the programs may take to listen.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Where an office's servers are.
struct Addresses {
    public: String,
    broker_port: u16,
    accelerate_port: u16,
}

impl Addresses {
    fn broker(&self) -> String {
        format!("http://127.0.0.1:{}", self.broker_port)
    }
}

/// `cargo xtask demo`: ends when one of the servers does.
pub fn command(port: u16) -> Result<()> {
    let ports = ports_from(port)?;
    for port in ports {
        check_free(port)?;
    }
    build::make(compile)?;

    let [
        port,
        broker_port,
        accelerate_port,
        second_broker,
        second_accelerate,
    ] = ports;
    let at = |office: &Office, broker_port, accelerate_port| Addresses {
        public: format!("http://{}:{port}", office.host),
        broker_port,
        accelerate_port,
    };
    let addresses = [
        at(&OFFICES[0], broker_port, accelerate_port),
        at(&OFFICES[1], second_broker, second_accelerate),
    ];
    let file = paths::target().join("demo-gateway.toml");
    fs::write(&file, configuration(port, &addresses))?;

    let shell = paths::shell()?;
    let bin = paths::target().join("debug");
    let gateway = |command: &str| cmd!(shell, "{bin}/gateway {command} --config {file}");
    let mut servers = Vec::new();
    for (office, at) in OFFICES.iter().zip(&addresses) {
        let public = &at.public;
        let [port, broker_port] = [at.accelerate_port, at.broker_port].map(|it| it.to_string());
        let demo = cmd!(shell, "{bin}/demo --gateway {public} --port {port}")
            .args(["--broker-port", &broker_port])
            .env("ACCELERATE_SALT", office.salt)
            .env("GATEWAY_LINKS_KEY", office.links_key);
        let mut demo = Command::from(demo);
        // Its lines are for whoever starts it alone; here they would hide the one that counts.
        demo.stdout(Stdio::null());
        servers.push(("the demo", run::start(demo)?));
    }
    let mut serve = Command::from(gateway("serve"));
    serve.stderr(Stdio::null());
    servers.push(("the gateway", run::start(serve)?));
    for port in ports {
        wait_for(port, &mut servers)?;
    }
    let link = |office: &Office| -> Result<String> {
        let link = gateway("link").args(["--office", office.name, "--consumer", CONSUMER]);
        let link = link.ignore_stderr().read();
        let link = link.context("the gateway gives no link")?;
        let line = link.lines().next().context("the gateway gives no link")?;
        Ok(line.to_owned())
    };
    let [first, second] = addresses.each_ref().map(Addresses::broker);
    println!("everything there is to try: {first}/demo/");
    println!("in a broker's own site: {first}/");
    println!("the same at another office: {second}/demo/");
    println!("another office's page: {}", link(&OFFICES[1])?);
    println!("ready: {}", link(&OFFICES[0])?);
    loop {
        check_running(&mut servers)?;
        thread::sleep(Duration::from_millis(200));
    }
}

/// The gateway's configuration.
fn configuration(port: u16, addresses: &[Addresses; 2]) -> String {
    let mut text = format!(
        "gateway_listen = '127.0.0.1:{port}'\ngateway_secret = '{SECRET}'\ngateway_assets = '{}'\n\
         [log]\nfilter = 'warn'\n",
        paths::dist().display()
    );
    for (office, at) in OFFICES.iter().zip(addresses) {
        let Office {
            name,
            salt,
            links_key,
            page,
            ..
        } = office;
        let (public, broker, accelerate) = (&at.public, at.broker(), at.accelerate_port);
        text += &format!(
            "[[office]]\nname = '{name}'\ngateway_public_url = '{public}'\ngateway_links_key = '{links_key}'\n\
             gateway_origins = ['{broker}']\naccelerate_url = 'http://127.0.0.1:{accelerate}'\n\
             accelerate_domain = 'demo'\naccelerate_salt = '{salt}'\n[office.page]\n{page}\n"
        );
    }
    text
}

/// Where the gateway, and then the broker and AccelerateConnect of each office listen: the port that was asked
/// for and the next four.
fn ports_from(port: u16) -> Result<[u16; 5]> {
    let last = port.checked_add(4);
    last.with_context(|| format!("--port {port} leaves no port for the other servers"))?;
    Ok([0, 1, 2, 3, 4].map(|more| port + more))
}

/// Servers by what they are called in a message.
type Servers<'a> = [(&'a str, ChildGuard)];

/// Waits until something listens on the port.
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
pub fn check_running(servers: &mut Servers<'_>) -> Result<()> {
    for (name, server) in servers {
        if let Some(status) = server.ended() {
            bail!("{name} ended by itself ({status})");
        }
    }
    Ok(())
}

/// Compiles the demo and the gateway.
pub fn compile() -> Result<()> {
    let shell = paths::shell()?;
    let compile = cmd!(shell, "cargo build --package demo --package gateway");
    run::quietly("compiling the gateway and the demo", compile)
}

/// Whether a port is free, asked before long work starts.
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
        assert_eq!(ports_from(8080).unwrap(), [8080, 8081, 8082, 8083, 8084]);
        assert!(ports_from(u16::MAX - 3).is_err());
    }
}
