//! Splits cargo's release module into what the first view needs and what is loaded later, and makes
//! each part small: wasm-split, wasm-bindgen, wasm-opt, and esbuild for the scripts around them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::files::{files_below, is_kind};
use crate::install::WASM;
use crate::{paths, run};

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
/// `-Oz` alone (131.1 and 124.0 KB on 2026-11-25). A second round finds what the first laid open. The
/// exports are classes of wasm-streams, which comes with Leptos: nothing here calls them.
const OPTIMISE: &str = "--remove-exports=*intounderlying* -Oz -Oz --low-memory-unused --always-inline-max-function-size=2 \
    --one-caller-inline-max-function-size=20 --skip-pass=local-cse --reorder-functions-by-name \
    --strip-debug --strip-producers --strip-target-features";

/// The script that loads the chunks, and how it starts one: only when the server calls it `application/wasm`,
/// which not every web server does. wasm-bindgen's own glue starts the module whatever it is called.
const LOADER: &str = "__wasm_split.js";
const STRICT: &str = "WebAssembly.instantiateStreaming(src, imports)";
const LENIENT: &str =
    "src.then((it) => it.arrayBuffer()).then((it) => WebAssembly.instantiate(it, imports))";

/// Makes [`MODULE`], its [`GLUE`] and the chunks in the folder `work`, from what cargo has compiled;
/// gives the chunks.
pub fn make(tools: &Shell, work: &Path) -> Result<Vec<PathBuf>> {
    let compiled = paths::target()
        .join(WASM)
        .join("release/consumer_portal.wasm");
    // Writes portal.wasm, a module for each chunk, and __wasm_split.js, which loads them.
    let split = cmd!(tools, "wasm-split-cli {compiled} {work} --out-name portal");
    run::quietly("wasm-split", split)?;
    let loader = work.join(LOADER);
    let script = fs::read_to_string(&loader)?;
    ensure!(
        script.contains(STRICT),
        "{LOADER} starts the chunks in another way"
    );
    fs::write(loader, script.replace(STRICT, LENIENT))?;
    let main = work.join("portal.wasm");
    let flags = ["--target=web", "--keep-lld-exports", "--no-typescript"];
    let bind = cmd!(tools, "wasm-bindgen {flags...} --out-dir {work} {main}");
    run::quietly("wasm-bindgen", bind)?;
    fs::remove_file(main)?;
    let mut names = Names::default();
    for file in [GLUE, MODULE].map(|name| work.join(name)) {
        let mut content = fs::read(&file)?;
        names.number(&mut content);
        fs::write(file, content)?;
    }

    let mut chunks = Vec::new();
    for file in files_below(work)? {
        if !is_kind(&file, "wasm") {
            continue;
        }
        let flags = FEATURES
            .split_whitespace()
            .chain(OPTIMISE.split_whitespace());
        let optimise = cmd!(tools, "wasm-opt {file} --output {file}").args(flags);
        run::quietly("wasm-opt", optimise)?;
        if !file.ends_with(MODULE) {
            chunks.push(file);
        }
    }
    Ok(chunks)
}

/// The names by which wasm-bindgen's glue and its module know each other's functions. Each ends in a hash, which
/// cannot be compressed: 5 KB of the first load. So they become numbers, as long as the names were.
#[derive(Default)]
struct Names(HashMap<Vec<u8>, usize>);

impl Names {
    /// Writes in `file`, the glue or the module, each name's number in its place.
    fn number(&mut self, file: &mut [u8]) {
        for word in file.split_mut(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_') {
            // In the module a name's length stands before it, which may be a letter or a digit.
            let Some(start) = word.windows(6).position(|part| part == b"__wbg_") else {
                continue;
            };
            let name = &mut word[start..];
            if !ends_in_hash(name) {
                continue;
            }
            let next = self.0.len();
            let number = self.0.entry(name.to_vec()).or_insert(next);
            let numbered = format!("{number:_>width$}", width = name.len());
            name.copy_from_slice(numbered.as_bytes());
        }
    }
}

/// Whether a name ends in `_` and 16 hexadecimal digits.
fn ends_in_hash(name: &[u8]) -> bool {
    match name.iter().rev().position(|byte| *byte == b'_') {
        Some(16) => name[name.len() - 16..].iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glue_and_module_number_the_same_names_alike() {
        let mut glue = *b"__wbg_of_0123456789abcdef: f(__wbg_ptr), __wbg_at_0123456789abcdef: g";
        let mut module = *b"\x19__wbg_at_0123456789abcdef\x00\x17A__wbg_of_0123456789abcdef\x00";
        let mut names = Names::default();
        names.number(&mut glue);
        names.number(&mut module);
        assert_eq!(
            glue.escape_ascii().to_string(),
            "________________________0: f(__wbg_ptr), ________________________1: g"
        );
        assert_eq!(
            module.escape_ascii().to_string(),
            "\\x19________________________1\\x00\\x17A________________________0\\x00"
        );
    }
}
