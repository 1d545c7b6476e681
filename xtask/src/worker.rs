//! Makes the module of the Web Worker that puts documents together (`document/`): cargo, wasm-bindgen, wasm-opt, and
//! esbuild for its script. It is loaded when the consumer first chooses a photo.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::install::WASM;
use crate::{esbuild, module, paths, run};

/// The script that the browser starts.
const SCRIPT: &str = "document/src/worker.js";
/// Its module, as wasm-bindgen calls it.
const MODULE: &str = "document_bg.wasm";

/// Pixels are worked on four at a time. Browsers without it have no canvas in a worker either (Safari before 16.4).
const RUSTFLAGS: &str = "-Ctarget-feature=+simd128";
const SIMD: &str = "--enable-simd";

/// The parts of the worker.
pub struct Worker {
    /// Its script. It names the module by a placeholder.
    pub script: String,
    /// Its module.
    pub module: PathBuf,
}

/// Makes the worker in the folder `work`.
pub fn make(tools: &Shell, work: &Path, release: bool) -> Result<Worker> {
    let shell = paths::shell()?;
    let flags = format!("{RUSTFLAGS} {}", module::remapping());
    let package = ["--package", "document", "--lib", "--features", "worker"];
    let compile = cmd!(
        shell,
        "cargo build {package...} --profile worker --target {WASM}"
    )
    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    run::quietly("compiling the worker", compile)?;
    let compiled = paths::target().join(WASM).join("worker/document.wasm");
    let flags = ["--target=web", "--no-typescript"];
    let bind = cmd!(tools, "wasm-bindgen {flags...} --out-dir {work} {compiled}");
    run::quietly("wasm-bindgen", bind)?;
    let module = work.join(MODULE);
    if release {
        module::optimise(tools, &module, &format!("{SIMD} {}", module::SMALL))?;
    }
    let script = work.join("worker.js");
    shell.copy_file(paths::root().join(SCRIPT), &script)?;
    Ok(Worker {
        script: esbuild::bundle(tools, &script, release)?,
        module,
    })
}
