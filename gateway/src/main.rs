//! `gateway`: serves the portal, mints links to it, and checks its own configuration.
#![forbid(unsafe_code)]

use clap::{Args, Parser, Subcommand};
use gateway::assets::Assets;
use gateway::config::{self, Configuration, SiteCheck, Sources};
use gateway::deployment::{self, Deployment};
use gateway::health::{self, Probe};
use gateway::settings::{AuditSettings, Settings};
use gateway::{audit, links, log, revocation, server};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

/// A thousand documents pass in 64 MB of memory with it (docs/decisions/0014).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The server that may talk to AccelerateConnect on a consumer's behalf.
#[derive(Parser)]
#[command(name = "gateway", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portal until SIGTERM, then finish the requests that are under way.
    Serve {
        #[command(flatten)]
        flags: Flags,
    },
    /// Read the configuration and report every mistake in it.
    Check {
        /// How many copies of the gateway serve the same consumers.
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        copies: usize,
        /// How often the load balancer in front asks for /readyz, such as 10s.
        #[arg(long, value_name = "TIME", value_parser = config::duration)]
        readiness_interval: Option<std::time::Duration>,
        #[command(flatten)]
        flags: Flags,
    },
    /// Ask the gateway that runs on this machine whether it does, at gateway_ops_listen.
    Health {
        /// Ask whether it takes requests: no while it ends.
        #[arg(long)]
        ready: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Print a link that signs a consumer in.
    Link {
        /// The consumer's id at AccelerateConnect.
        #[arg(long, value_name = "ID")]
        consumer: String,
        /// How long the link is good, such as 14d; at most 90d.
        #[arg(long, value_parser = config::duration)]
        lifetime: Option<std::time::Duration>,
        #[command(flatten)]
        office: OfficeFlag,
        #[command(flatten)]
        flags: Flags,
    },
    /// Print what the audit trail has about a consumer, from its file or from standard input.
    Audit {
        /// The consumer's id at AccelerateConnect.
        #[arg(long, value_name = "ID")]
        consumer: String,
        #[command(flatten)]
        office: OfficeFlag,
        #[command(flatten)]
        flags: Flags,
    },
    /// Close all links of a consumer, and end all their sessions.
    Revoke {
        /// The consumer's id at AccelerateConnect.
        #[arg(long, value_name = "ID")]
        consumer: String,
        #[command(flatten)]
        office: OfficeFlag,
        #[command(flatten)]
        flags: Flags,
    },
}

/// Which office a command is about.
#[derive(Args)]
struct OfficeFlag {
    /// The name of the office, when the configuration has several.
    #[arg(long, value_name = "NAME")]
    office: Option<String>,
}

/// The flags, which win over environment and file. Secrets are never flags: everyone on the machine can
/// read them.
#[derive(Args, Clone)]
struct Flags {
    /// The configuration, in TOML.
    #[arg(long, env = "GATEWAY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The address of the portal for consumers.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The folder of the site.
    #[arg(long, value_name = "FOLDER")]
    assets: Option<String>,
    /// The address that consumerportal/getsession is appended to.
    #[arg(long, value_name = "URL")]
    accelerate_url: Option<String>,
    /// The licence's name.
    #[arg(long, value_name = "NAME")]
    accelerate_domain: Option<String>,
    /// Any other setting, such as limits.uploads=200; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve { flags } => {
            let again = flags.clone();
            with_configuration(flags, Some(check_site), |configuration| {
                serve(configuration, || read(again.clone(), Some(check_site)).ok())
            })
        }
        Command::Check {
            copies,
            readiness_interval,
            flags,
        } => with_configuration(flags, Some(check_site), |configuration| {
            let deployment = Deployment {
                copies,
                readiness_interval,
                open_files: deployment::open_files_limit(),
            };
            check(&configuration.offices, deployment)
        }),
        Command::Health { ready, flags } => {
            let probe = if ready { Probe::Ready } else { Probe::Alive };
            match ask_health(flags, probe) {
                Ok(answer) => {
                    println!("{answer}");
                    ExitCode::SUCCESS
                }
                Err(sentence) => {
                    eprintln!("gateway: {sentence}");
                    ExitCode::FAILURE
                }
            }
        }
        Command::Link {
            consumer,
            lifetime,
            office,
            flags,
        } => with_office(flags, &office, |settings| {
            match links::mint(settings, &consumer, lifetime, SystemTime::now()) {
                Ok(link) => {
                    println!("{link}");
                    ExitCode::SUCCESS
                }
                Err(error) => {
                    eprintln!("gateway: {error}");
                    ExitCode::from(2)
                }
            }
        }),
        Command::Audit {
            consumer,
            office,
            flags,
        } => with_office(flags, &office, |settings| audit(settings, &consumer)),
        Command::Revoke {
            consumer,
            office,
            flags,
        } => with_office(flags, &office, |settings| revoke(settings, &consumer)),
    }
}

/// Tells what is unsafe for that deployment, or in one line that nothing is wrong.
fn check(offices: &[Settings], deployment: Deployment) -> ExitCode {
    let found = deployment::check_all(offices, deployment);
    for warning in &found.warnings {
        eprintln!("gateway: mind: {warning}");
    }
    for mistake in &found.mistakes {
        eprintln!("gateway: {mistake}");
    }
    if !found.mistakes.is_empty() {
        return ExitCode::FAILURE;
    }
    println!("{}", no_mistakes(offices));
    ExitCode::SUCCESS
}

/// What there is to say of settings without mistakes.
fn no_mistakes(offices: &[Settings]) -> String {
    let listen = offices
        .first()
        .map(|office| format!(", listening on {}", office.listen))
        .unwrap_or_default();
    match offices {
        [office] => format!("no mistakes found: {}{listen}", office.public_url),
        offices => format!("no mistakes found: {} offices{listen}", offices.len()),
    }
}

fn ask_health(flags: Flags, probe: Probe) -> Result<String, String> {
    let address = config::ops_listen(flags.sources()?, |path| std::fs::read_to_string(path))?;
    small_runtime().block_on(health::ask(address, probe))
}

fn small_runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("the system gives a program its timers")
}

/// Prints the lines of the audit trail about a consumer.
fn audit(settings: &Settings, consumer: &str) -> ExitCode {
    let printed = match &settings.audit {
        AuditSettings::Off => Err("gateway_audit is not given: there is no audit trail".to_owned()),
        AuditSettings::StandardError => {
            print_lines(settings, consumer, std::io::stdin().lock().lines())
        }
        AuditSettings::File(path) => match std::fs::File::open(path) {
            Ok(file) => print_lines(settings, consumer, BufReader::new(file).lines()),
            Err(error) => Err(format!("{}: {}", path.display(), error.kind())),
        },
    };
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("gateway: {sentence}");
            ExitCode::from(2)
        }
    }
}

fn print_lines(
    settings: &Settings,
    consumer: &str,
    lines: impl Iterator<Item = std::io::Result<String>>,
) -> Result<(), String> {
    let mut to = std::io::stdout().lock();
    for line in audit::lines_of(settings, consumer, lines) {
        line.and_then(|line| writeln!(to, "{line}"))
            .map_err(|error| error.kind().to_string())?;
    }
    Ok(())
}

fn revoke(settings: &Settings, consumer: &str) -> ExitCode {
    match small_runtime().block_on(revocation::revoke(settings, consumer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error}");
            ExitCode::from(2)
        }
    }
}

fn check_site(folder: &Path) -> std::io::Result<()> {
    Assets::load(folder).map(|_| ())
}

/// Reads the configuration and runs a command with it; or reports the mistakes.
fn with_configuration(
    flags: Flags,
    check_site: Option<SiteCheck>,
    command: impl FnOnce(Configuration) -> ExitCode,
) -> ExitCode {
    match read(flags, check_site) {
        Ok(configuration) => command(configuration),
        Err(code) => code,
    }
}

/// Reads the configuration and runs a command with the settings of one office.
fn with_office(
    flags: Flags,
    office: &OfficeFlag,
    command: impl FnOnce(&Settings) -> ExitCode,
) -> ExitCode {
    with_configuration(flags, None, |configuration| {
        match configuration.office(office.office.as_deref()) {
            Ok(settings) => command(settings),
            Err(sentence) => {
                eprintln!("gateway: {sentence}");
                ExitCode::from(2)
            }
        }
    })
}

/// Reads the configuration, and tells warnings and mistakes.
fn read(flags: Flags, check_site: Option<SiteCheck>) -> Result<Configuration, ExitCode> {
    let sources = flags.sources().map_err(|sentence| {
        eprintln!("gateway: {sentence}");
        ExitCode::from(2)
    })?;
    let sources = Sources {
        check_site,
        ..sources
    };
    match config::read(sources, |path| std::fs::read_to_string(path)) {
        Ok(configuration) => {
            for warning in &configuration.warnings {
                eprintln!("gateway: mind: {warning}");
            }
            Ok(configuration)
        }
        Err(mistakes) => {
            for mistake in mistakes {
                eprintln!("gateway: {mistake}");
            }
            Err(ExitCode::FAILURE)
        }
    }
}

fn serve(
    configuration: Configuration,
    mut read_again: impl FnMut() -> Option<Configuration>,
) -> ExitCode {
    if let Some(settings) = configuration.offices.first() {
        log::init(&settings.log);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime.and_then(|runtime| {
        let read_again = || read_again().map(|configuration| configuration.offices);
        runtime.block_on(server::run(configuration.offices, read_again))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: cannot serve: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Flags {
    fn sources(self) -> Result<Sources, String> {
        let file = match self.config {
            Some(path) => {
                let text = std::fs::read_to_string(&path);
                let text = text.map_err(|error| format!("{}: {}", path.display(), error.kind()))?;
                Some((path, text))
            }
            None => None,
        };
        let mut flags = Vec::new();
        for (key, value) in [
            ("listen", self.listen),
            ("public_url", self.public_url),
            ("assets", self.assets),
        ] {
            let flag = format!("--{}", key.replace('_', "-"));
            flags.extend(value.map(|value| (["gateway_", key].concat(), value, flag)));
        }
        for (key, value) in [
            ("accelerate_url", self.accelerate_url),
            ("accelerate_domain", self.accelerate_domain),
        ] {
            let flag = format!("--{}", key.replace('_', "-"));
            flags.extend(value.map(|value| (key.to_owned(), value, flag)));
        }
        for set in self.set {
            let (key, value) = set
                .split_once('=')
                .ok_or("--set takes KEY=VALUE, such as limits.uploads=200")?;
            let key = key.trim().to_ascii_lowercase();
            flags.push((key, value.to_owned(), "--set".to_owned()));
        }
        Ok(Sources {
            file,
            // The variables of other programs are not read: they may be secrets.
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    let name = name.into_string().ok()?;
                    let ours = ["GATEWAY_", "ACCELERATE_"]
                        .iter()
                        .any(|it| name.starts_with(it));
                    Some((name, value.into_string().ok().filter(|_| ours)?))
                })
                .collect(),
            flags,
            check_site: None,
        })
    }
}
