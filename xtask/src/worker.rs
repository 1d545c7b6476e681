//! Makes the modules of the Web Worker: the one that puts documents together (`document/`), and those that it loads only
//! when they are needed: the decoder of photos that the browser cannot read (`document/decoder/`), and what draws pages
//! of PDFs (`document/renderer/`). Each goes through cargo, wasm-bindgen, wasm-opt, and esbuild for its script.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::install::WASM;
use crate::{esbuild, module, paths, run};

/// The script that the browser starts.
const SCRIPT: &str = "document/src/worker.js";
/// What the scripts of the modules have in common that the worker loads when they are needed.
const APART_SCRIPT: &str = "document/src/apart.js";

/// Pixels are worked on four at a time. Browsers without it have no canvas in a worker either (Safari before 16.4).
const RUSTFLAGS: &str = "-Ctarget-feature=+simd128";
const SIMD: &str = "--enable-simd";

/// A script of the worker, and the module that it loads.
pub struct Part {
    /// The script. It names the module by a placeholder.
    pub script: String,
    /// The module.
    pub module: PathBuf,
}

/// Makes the worker in the folder `work`.
pub fn make(tools: &Shell, work: &Path, release: bool) -> Result<Part> {
    let module = compile(tools, work, release, "document", "web")?;
    let script = work.join("worker.js");
    paths::shell()?.copy_file(paths::root().join(SCRIPT), &script)?;
    Ok(Part {
        script: esbuild::bundle(tools, &script, release)?,
        module,
    })
}

/// Makes the `decoder` or the `renderer` in the folder `work`.
pub fn make_apart(tools: &Shell, work: &Path, release: bool, package: &str) -> Result<Part> {
    let module = compile(tools, work, release, package, "no-modules")?;
    // A function that gives the glue anew: there is no other way to start a module twice.
    let script = work.join(format!("{package}.js"));
    let glue = fs::read_to_string(&script)?;
    let glue = format!("export default () => {{\n{glue}\nreturn wasm_bindgen;\n}};\n");
    fs::write(work.join("glue.js"), glue)?;
    let (shell, root) = (paths::shell()?, paths::root());
    shell.copy_file(root.join(APART_SCRIPT), work.join("apart.js"))?;
    let own = format!("document/{package}/src/{package}.js");
    shell.copy_file(root.join(own), &script)?;
    Ok(Part {
        script: esbuild::bundle(tools, &script, release)?,
        module,
    })
}

/// Compiles a package; gives its module, with its glue beside it.
fn compile(
    tools: &Shell,
    work: &Path,
    release: bool,
    package: &str,
    target: &str,
) -> Result<PathBuf> {
    let shell = paths::shell()?;
    let flags = format!("{RUSTFLAGS} {}", module::remapping());
    // Without it `document` has the messages alone, for the portal.
    let features = (package == "document").then_some(["--features", "worker"]);
    let compile = cmd!(
        shell,
        "cargo build --package {package} --lib --profile worker --target {WASM}"
    )
    .args(features.iter().flatten())
    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    run::quietly(&format!("compiling {package} for the worker"), compile)?;
    let compiled = paths::target()
        .join(WASM)
        .join(format!("worker/{package}.wasm"));
    let bind = cmd!(
        tools,
        "wasm-bindgen --target={target} --no-typescript --out-dir {work} {compiled}"
    );
    run::quietly("wasm-bindgen", bind)?;
    let module = work.join(format!("{package}_bg.wasm"));
    if release {
        module::optimise(tools, &module, &format!("{SIMD} {}", module::SMALL))?;
    }
    Ok(module)
}
