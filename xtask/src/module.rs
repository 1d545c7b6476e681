//! Splits cargo's release module into what the first view needs and what is loaded later, and makes
//! each part small: wasm-split, wasm-bindgen, wasm-opt, and esbuild for the scripts around them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::install::{SiteTools, WASM};
use crate::{places, progress};

/// The part that the page starts with.
pub const MODULE: &str = "portal_bg.wasm";
/// What wasm-bindgen writes around it.
pub const GLUE: &str = "portal.js";

/// The linker has to leave in the module what the split goes by.
pub const RUSTFLAGS: &str = "-Clink-args=--emit-relocs";

/// What current Rust compiles to. Named because wasm-bindgen's output no longer says it.
const FEATURES: &str = "--enable-bulk-memory --enable-multivalue --enable-mutable-globals \
    --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext";
/// Optimised for what is sent, which Brotli has been over: so little is inlined, and functions lie by
/// name, which brings the instances of one generic function together. That is 5 % less to send than
/// `-Oz` alone (131.1 and 124.0 KB on 2026-11-25). A second round finds what the first laid open.
const OPTIMISE: &str = "-Oz -Oz --low-memory-unused --always-inline-max-function-size=2 \
    --one-caller-inline-max-function-size=20 --skip-pass=local-cse --reorder-functions-by-name \
    --strip-debug --strip-producers --strip-target-features";

/// Makes [`MODULE`], its [`GLUE`] and the chunks in the folder `work`, from what cargo has compiled;
/// gives the chunks.
///
/// # Errors
/// When a tool fails.
pub fn make(tools: &SiteTools, work: &Path) -> Result<Vec<PathBuf>> {
    let compiled = places::target()
        .join(WASM)
        .join("release/consumer_portal.wasm");
    // Writes portal.wasm, a module for each chunk, and __wasm_split.js, which loads them.
    let mut split = Command::new(&tools.wasm_split);
    split.arg(compiled).arg(work).args(["--out-name", "portal"]);
    progress::run("wasm-split", &mut split)?;

    let mut bind = Command::new(&tools.wasm_bindgen);
    bind.args([
        "--target=web",
        "--keep-lld-exports",
        "--no-typescript",
        "--out-dir",
    ])
    .arg(work)
    .arg(work.join("portal.wasm"));
    progress::run("wasm-bindgen", &mut bind)?;
    fs::remove_file(work.join("portal.wasm"))?;

    let mut chunks = Vec::new();
    for file in fs::read_dir(work)? {
        let file = file?.path();
        if file.extension().is_some_and(|kind| kind == "wasm") {
            let mut optimise = Command::new(&tools.wasm_opt);
            optimise
                .args(FEATURES.split_whitespace())
                .args(OPTIMISE.split_whitespace())
                .arg(&file)
                .arg("--output")
                .arg(&file);
            progress::run("wasm-opt", &mut optimise)?;
            if !file.ends_with(MODULE) {
                chunks.push(file);
            }
        }
    }
    chunks.sort();
    Ok(chunks)
}
