//! The project's commands, the same on every machine: `cargo xtask help` lists them. Each installs
//! what it needs, says so, and is quick the second time. Works on Linux and macOS.

mod bench;
mod browsers;
mod build;
mod circles;
mod demo;
mod dev;
mod esbuild;
mod files;
mod fingerprint;
mod flags;
mod install;
mod module;
mod paths;
mod run;
mod site;
mod sizes;
mod test;
mod worker;

use std::num::NonZeroU16;
use std::process::ExitCode;

use anyhow::Result;

use crate::flags::XtaskCmd;

fn main() -> ExitCode {
    let command = flags::from_env();
    let outcome = run::end_all_on_signal().and_then(|()| run(command));
    run::end_all();
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(command: XtaskCmd) -> Result<ExitCode> {
    let port = |given: Option<NonZeroU16>| given.map_or(8080, NonZeroU16::get);
    match command {
        XtaskCmd::Demo(demo) => demo::command(port(demo.port))?,
        XtaskCmd::Dev(dev) => dev::command(port(dev.port))?,
        XtaskCmd::Build(_) => build::command()?,
        XtaskCmd::Test(choice) => return test::command(&choice),
        XtaskCmd::Bench(bench) => return bench::command(&bench.arguments),
        XtaskCmd::Site(_) => site::assemble_for_trunk()?,
    }
    Ok(ExitCode::SUCCESS)
}
