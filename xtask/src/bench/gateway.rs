//! The gateway's figures: brings nginx and wrk, builds the programs as a server runs them, and leaves
//! the measuring to `gateway/benches/measure`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::{build, places, process, progress};

/// A thousand uploads are two thousand connections.
const MOST_FILES: &str = "ulimit -n \"$(ulimit -Hn)\"; exec \"$@\"";
/// What wrk needs beside it.
const WRK: [&str; 3] = ["wrk", "libluajit-5.1-2", "libluajit-5.1-common"];
const NGINX: [&str; 1] = ["nginx"];

/// `cargo xtask bench gateway`, with the arguments that the measuring program is to get.
///
/// # Errors
/// When a program is missing or something does not build.
pub fn command(arguments: &[String]) -> Result<ExitCode> {
    let (nginx, _) = program("nginx", &NGINX)?;
    let (wrk, libraries) = program("wrk", &WRK)?;
    build::make(|| Ok(()))?;
    let mut demo = Command::new("cargo");
    demo.args(["build", "--profile", "server", "--package", "demo"])
        .current_dir(places::root());
    progress::run("compiling the demo", &mut demo)?;
    let bench = [
        "bench",
        "--profile",
        "server",
        "--package",
        "gateway",
        "--bench",
        "measure",
    ];
    let mut compile = Command::new("cargo");
    compile
        .args(bench)
        .arg("--no-run")
        .current_dir(places::root());
    progress::run("compiling the gateway and its measurements", &mut compile)?;

    let mut measure = Command::new("sh");
    measure
        .args(["-c", MOST_FILES, "sh", "cargo"])
        .args(bench)
        .args(["--quiet", "--", "--nginx"])
        .arg(nginx)
        .arg("--wrk")
        .arg(wrk)
        .arg("--demo")
        .arg(places::target().join("server/demo"))
        .arg("--site")
        .arg(places::dist())
        .args(arguments)
        .current_dir(places::root());
    if let Some(libraries) = libraries {
        measure.env("LD_LIBRARY_PATH", libraries);
    }
    let status = process::start(&mut measure)?.wait()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A program of the system's, or of Debian's packages unpacked below `target/` and not installed; then
/// also the folder of its libraries.
fn program(name: &str, packages: &[&str]) -> Result<(PathBuf, Option<OsString>)> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let there = env::split_paths(&folders)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if let Some(there) = there {
        return Ok((there, None));
    }
    let home = places::tools().join(format!("{name}-debian"));
    if !home.is_dir() {
        unpack(name, packages, &home)?;
    }
    let program = ["usr/bin", "usr/sbin"]
        .map(|folder| home.join(folder).join(name))
        .into_iter()
        .find(|path| path.is_file());
    let program = program.with_context(|| format!("Debian's package has no {name} in it"))?;
    let libraries = fs::read_dir(home.join("usr/lib"))
        .into_iter()
        .flatten()
        .flatten();
    let libraries = libraries.map(|entry| entry.path());
    let libraries = env::join_paths(libraries.filter(|path| path.is_dir()))?;
    Ok((program, Some(libraries).filter(|paths| !paths.is_empty())))
}

fn unpack(name: &str, packages: &[&str], home: &Path) -> Result<()> {
    let missing = format!("{name} is missing. Get it with `apt-get install {name}`");
    // Not in its place until it is whole.
    let partial = home.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial)?;
    let mut download = Command::new("apt-get");
    download
        .args(["download", "--quiet"])
        .args(packages)
        .current_dir(&partial);
    let status = process::run(&mut download, |_| {}).context(missing.clone())?;
    ensure!(status.success(), missing);
    for entry in fs::read_dir(&partial)?.flatten() {
        if entry.path().extension().is_some_and(|it| it == "deb") {
            let mut unpack = Command::new("dpkg");
            unpack.arg("-x").arg(entry.path()).arg(&partial);
            let status = process::run(&mut unpack, |_| {})?;
            ensure!(status.success(), missing);
            fs::remove_file(entry.path())?;
        }
    }
    fs::rename(&partial, home)?;
    progress::say(&format!("unpacked {}", packages.join(", ")));
    Ok(())
}
