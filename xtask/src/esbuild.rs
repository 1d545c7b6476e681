//! Style sheets and scripts, bundled and made small by esbuild.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// The oldest browsers: those in which the module's reference types came. Nested rules of a style sheet
/// are written out for them.
const TARGET: &str = "--target=chrome96,firefox91,safari15";

/// The scripts that come before the module can be read by older browsers, from 2019 on: they tell these that
/// they are too old.
const EARLY: [&str; 2] = ["--target=es2018", "--supported:dynamic-import=true"];

/// What esbuild makes of a script or a style sheet and what it imports; readable unless `minify`.
pub fn bundle(tools: &Shell, source: &Path, minify: bool) -> Result<String> {
    run(tools, source, minify, &[TARGET, "--format=esm"])
}

/// The same for a script that comes before the module, as a module of its own.
pub fn early_module(tools: &Shell, source: &Path, minify: bool) -> Result<String> {
    run(
        tools,
        source,
        minify,
        &[&EARLY[..], &["--format=esm"]].concat(),
    )
}

/// The same for one that may be a module or a classic script: none of its names is seen outside.
pub fn early_script(tools: &Shell, source: &Path, minify: bool) -> Result<String> {
    run(
        tools,
        source,
        minify,
        &[&EARLY[..], &["--format=iife"]].concat(),
    )
}

fn run(tools: &Shell, source: &Path, minify: bool, form: &[&str]) -> Result<String> {
    let small = minify.then_some(["--minify", "--legal-comments=none"]);
    let flags = ["--bundle", "--loader:.svg=dataurl", "--log-level=warning"];
    let esbuild = cmd!(tools, "esbuild {source} {form...} {flags...}").args(small.iter().flatten());
    let source = source.display();
    esbuild
        .read()
        .with_context(|| format!("esbuild could not read {source}"))
}
