//! Splits cargo's release module into what the first view needs and what is loaded later, and makes
//! each part small: wasm-split, wasm-bindgen, wasm-opt, and esbuild for the scripts around them.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
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
/// `-Oz` alone (131.1 and 124.0 KB on 2026-11-25). A second round finds what the first laid open.
pub const SMALL: &str = "-Oz -Oz --low-memory-unused --always-inline-max-function-size=2 \
    --one-caller-inline-max-function-size=20 --skip-pass=local-cse --reorder-functions-by-name";
/// Leaves out what no browser reads.
const STRIP: [&str; 3] = [
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// What the exports of wasm-streams have in their names. It comes with Leptos, and nothing here calls it.
const UNUSED: &str = "intounderlying";

/// The script that loads the chunks, and how it starts one: only when the server calls it `application/wasm`,
/// which not every web server does. wasm-bindgen's own glue starts the module whatever it is called.
const LOADER: &str = "__wasm_split.js";
const STRICT: &str = "WebAssembly.instantiateStreaming(src, imports)";
const LENIENT: &str =
    "src.then((it) => it.arrayBuffer()).then((it) => WebAssembly.instantiate(it, imports))";
/// A page that is being left breaks off what it fetches, and is gone before this is said. The portal waits as long
/// (`LEAVING` in `src/app/later.rs`).
const SAID_AT_ONCE: &str = "console.error(e);";
const SAID_LATER: &str = "setTimeout(() => console.error(e), 1000);";

/// The compiler's flags for source files' names as everybody has them.
pub fn remapping() -> String {
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
    let folders = [
        cargo.unwrap_or_default().join("registry/src"),
        paths::root().to_owned(),
    ];
    let flags = folders.map(|folder| format!("--remap-path-prefix={}/=", folder.display()));
    flags.join(" ")
}

/// Makes [`MODULE`], its [`GLUE`] and the chunks in the folder `work`, from what cargo has compiled;
/// gives the chunks.
pub fn make(tools: &Shell, work: &Path) -> Result<Vec<PathBuf>> {
    let compiled = paths::target()
        .join(WASM)
        .join("release/consumer_portal.wasm");
    let used = work.join("used.wasm");
    let module = without_exports(&fs::read(compiled)?, UNUSED);
    fs::write(
        &used,
        module.context("cargo made a module that cannot be read")?,
    )?;
    // Writes portal.wasm, a module for each chunk, and __wasm_split.js, which loads them.
    let split = cmd!(tools, "wasm-split-cli {used} {work} --out-name portal");
    run::quietly("wasm-split", split)?;
    fs::remove_file(used)?;
    let loader = work.join(LOADER);
    let script = fs::read_to_string(&loader)?;
    ensure!(
        script.contains(STRICT) && script.contains(SAID_AT_ONCE),
        "{LOADER} starts the chunks in another way"
    );
    let script = script.replace(STRICT, LENIENT);
    fs::write(loader, script.replace(SAID_AT_ONCE, SAID_LATER))?;
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
        optimise(tools, &file, SMALL)?;
        if !file.ends_with(MODULE) {
            chunks.push(file);
        }
    }
    Ok(chunks)
}

/// Makes a module smaller or faster, by these flags of wasm-opt.
pub fn optimise(tools: &Shell, module: &Path, flags: &str) -> Result<()> {
    let flags = FEATURES.split_whitespace().chain(flags.split_whitespace());
    let optimise = cmd!(tools, "wasm-opt {module} --output {module}").args(flags.chain(STRIP));
    run::quietly("wasm-opt", optimise)
}

/// A module without the exports that have `part` in their names. The split leaves out what nothing needs any more;
/// later it would stay, because the parts share a table of functions. `None` when this is no module.
fn without_exports(module: &[u8], part: &str) -> Option<Vec<u8>> {
    const EXPORTS: u8 = 7;
    let mut rest = module;
    let mut kept = rest.split_off(..8)?.to_vec();
    while let Some(id) = rest.split_off_first() {
        let length = take_number(&mut rest)?;
        let mut section = rest.split_off(..length)?;
        let mut exports = Vec::new();
        if *id == EXPORTS {
            let mut count = 0;
            for _ in 0..take_number(&mut section)? {
                let mut after = section;
                let name = take_number(&mut after).and_then(|length| after.split_off(..length))?;
                after.split_off(..1)?; // its kind
                take_number(&mut after)?; // its index
                let export = section.split_off(..section.len() - after.len())?;
                if !str::from_utf8(name).ok()?.contains(part) {
                    exports.extend(export);
                    count += 1;
                }
            }
            exports.splice(..0, number(count));
            section = &exports;
        }
        kept.push(*id);
        kept.extend(number(section.len()));
        kept.extend(section);
    }
    Some(kept)
}

/// Takes a number as WebAssembly writes it (LEB128).
fn take_number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// A number as WebAssembly writes it.
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
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
            let starts = |prefix: &[u8]| word.windows(prefix.len()).position(|it| it == prefix);
            let Some(start) = starts(b"__wbg_").or_else(|| starts(b"wasm_bindgen__")) else {
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

/// Whether a name ends in 16 hexadecimal digits.
fn ends_in_hash(name: &[u8]) -> bool {
    let hash = name.last_chunk::<16>();
    hash.is_some_and(|hash| hash.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exports_that_nobody_calls_are_left_out() {
        let module =
            b"\0asm\x01\0\0\0\x03\x01\0\x07\x10\x02\x05mount\0\x80\x01\x03not\0\x01\x0a\x02xy";
        let kept = b"\0asm\x01\0\0\0\x03\x01\0\x07\x0a\x01\x05mount\0\x80\x01\x0a\x02xy";
        assert_eq!(without_exports(module, "no").as_deref(), Some(&kept[..]));
        assert_eq!(without_exports(&module[..20], "no"), None);
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for value in [0, 127, 128, 5_551_655] {
            assert_eq!(take_number(&mut &*number(value)), Some(value));
        }
        assert_eq!(take_number(&mut &[0x80_u8; 9][..]), None);
    }

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
