//! The project's commands, the same on every machine: `cargo xtask` lists them. Each installs what
//! it needs, says so, and is quick the second time. Works on Linux and macOS.

mod bench;
mod browsers;
mod build;
mod demo;
mod dev;
mod esbuild;
mod fingerprint;
mod install;
mod module;
mod places;
mod process;
mod progress;
mod site;
mod sizes;
mod test;

use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};

const USAGE: &str = "\
usage: cargo xtask <command>

  demo [--port 8080]   the release portal with made-up dossiers, to try in a browser
  dev [--port 8080]    the same, rebuilt and reloaded at every change
  build                the release site in dist/, ready for any static host
  test [--only native|browser|e2e] [--browser chromium|firefox|webkit] [FILTER]
                       all tests, or a part of them
  bench [ARGUMENT…]    sizes and times, as a table
  bench gateway [--quick]
                       the gateway beside nginx, and its memory with 1,000 uploads

Each command installs what it needs and says what it installed.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = process::end_all_on_signal().and_then(|()| run(&arguments));
    let code = outcome.unwrap_or_else(|error| {
        progress::say(&format!("error: {error:#}"));
        ExitCode::FAILURE
    });
    process::end_all();
    code
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = arguments.split_first() else {
        progress::say(USAGE);
        return Ok(ExitCode::from(2));
    };
    if ["help", "--help", "-h"].contains(&command.as_str())
        || rest.iter().any(|arg| arg == "--help")
    {
        progress::print(USAGE);
        return Ok(ExitCode::SUCCESS);
    }
    match command.as_str() {
        "demo" => demo::command(port(rest)?)?,
        "build" => {
            none(rest)?;
            build::command()?;
        }
        "dev" => dev::command(port(rest)?)?,
        "test" => return test::command(&test::Choice::parse(rest)?),
        "bench" => return bench::command(rest),
        // trunk's hook (Trunk.toml), not for people.
        "site" => site::assemble_for_trunk()?,
        _ => {
            progress::say(USAGE);
            bail!("there is no command `{command}`");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The value of `--port`.
fn port(arguments: &[String]) -> Result<u16> {
    let given = match arguments {
        [] => return Ok(8080),
        [flag, port] if flag == "--port" => port,
        [flag] => flag
            .strip_prefix("--port=")
            .with_context(|| format!("unexpected `{flag}`"))?,
        [unexpected, ..] => bail!("unexpected `{unexpected}`: the only option is --port"),
    };
    given
        .parse()
        .ok()
        .filter(|port| *port > 0)
        .with_context(|| format!("`{given}` is no port"))
}

fn none(arguments: &[String]) -> Result<()> {
    ensure!(arguments.is_empty(), "unexpected `{}`", arguments.join(" "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_port_is_8080_unless_given() {
        assert_eq!(port(&[]).unwrap(), 8080);
        assert_eq!(port(&words("--port 9000")).unwrap(), 9000);
        assert_eq!(port(&words("--port=9000")).unwrap(), 9000);
        for wrong in ["--port", "--port 0", "--port 70000", "--prot 8080", "8080"] {
            assert!(port(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
