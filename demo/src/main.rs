//! `demo`: the stand-in for AccelerateConnect with the portal's site in front of it, for trying and
//! developing. Prints `ready: <address>` when a browser can open it; ends on SIGINT and SIGTERM.
#![forbid(unsafe_code)]

use demo::server::{Config, DemoServer, Gateway, start};
use demo::{HeaderValues, Signing};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: demo [--port 8080] [--broker-port 8081] [--network-port N] [--site dist] [--origin URL]... [--log]
       demo --gateway URL [--port N] [--broker-port N] [--network-port N] [--log]

  --port         where the portal is, on 127.0.0.1 (default 8080; 0: any)
  --broker-port  where the made-up broker's page is, if anywhere (0: any)
  --network-port where the networks with faults are (default: four above the broker's page; any, when
                 that is taken)
  --site         the folder of the built site (default dist)
  --origin       another origin that may call the endpoints; may be repeated
  --gateway      AccelerateConnect alone, strict about signatures, for the gateway at that address; the
                 demo's pages are on the broker's port then. The licence is `demo`; the salt and the
                 key for links are ACCELERATE_SALT and GATEWAY_LINKS_KEY in the environment
  --log          a line per request on standard error";

fn main() -> ExitCode {
    let config = match read(std::env::args().skip(1)) {
        Ok(Some(config)) => config,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(sentence) => {
            eprintln!("demo: {sentence}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("demo: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: Config) -> Result<(), String> {
    if config.gateway.is_none() && !config.site.join("index.html").is_file() {
        eprintln!(
            "demo: there is no site in {} yet; `cargo xtask build` makes it",
            config.site.display()
        );
    }
    let addresses: Vec<SocketAddr> = std::iter::once(config.listen)
        .chain(config.broker_listen)
        .collect();
    let has_gateway = config.gateway.is_some();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    // Before the ready line: whoever reads that may send the signal at once.
    let end = runtime
        .block_on(async { Signals::new() })
        .map_err(|error| format!("cannot listen for signals: {error}"))?;
    let running = start(config).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            let ports: Vec<String> = addresses.iter().map(|it| it.port().to_string()).collect();
            format!(
                "port {} is taken by another program; stop that one or choose another with --port or \
                 --broker-port",
                ports.join(" or ")
            )
        }
        _ => format!("cannot listen: {error}"),
    })?;
    announce(&running, has_gateway).map_err(|error| format!("cannot write: {error}"))?;
    runtime.block_on(end.wait());
    running.stop();
    Ok(())
}

fn announce(running: &DemoServer, has_gateway: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let pages = match running.broker_url() {
        Some(broker) if has_gateway => broker,
        _ => running.url(),
    };
    writeln!(out, "everything there is to try: {pages}demo/")?;
    if let Some(broker) = running.broker_url() {
        writeln!(out, "in a broker's own site: {broker}")?;
    }
    writeln!(out, "ready: {}", running.url())?;
    out.flush()
}

/// The signals that end a program.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }

    #[cfg(not(unix))]
    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// The configuration that the arguments ask for; `None` when they ask how to.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Config>, String> {
    let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let mut config = Config::for_tests("dist");
    config.listen = loopback(8080);
    config.broker_listen = None;
    config.network_listen = None;
    while let Some(flag) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{flag} needs a value"));
        let port = |text: String| text.parse().map_err(|_| format!("{text} is not a port"));
        match flag.as_str() {
            "--port" => config.listen = loopback(port(value()?)?),
            "--broker-port" => config.broker_listen = Some(loopback(port(value()?)?)),
            "--network-port" => config.network_listen = Some(loopback(port(value()?)?)),
            "--site" => config.site = PathBuf::from(value()?),
            "--origin" => config.origins.push(value()?),
            "--log" => config.log = true,
            "--gateway" => {
                let secret = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
                config.gateway = Some(Gateway {
                    url: value()?.trim_end_matches('/').to_owned(),
                    links_key: secret("GATEWAY_LINKS_KEY")?,
                });
                config.conventions.header_values = HeaderValues::RawUtf8;
                config.signing = Some(Signing {
                    domain: "demo".to_owned(),
                    salt: secret("ACCELERATE_SALT")?,
                    covers_domain: true,
                });
            }
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("{flag} is not a flag")),
        }
    }
    if let (None, Some(broker)) = (config.network_listen, config.broker_listen) {
        let default = loopback(broker.port().checked_add(4).unwrap_or_default());
        let is_free = broker.port() != 0 && TcpListener::bind(default).is_ok();
        config.network_listen = Some(if is_free { default } else { loopback(0) });
    }
    Ok(Some(config))
}
