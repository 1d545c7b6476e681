//! Makes the module and its glue small together, for a release. They agree on some 200 names, so a name
//! is changed in both or in neither; which of the module's functions anybody calls, only the glue
//! can tell. Panic messages stay: they are data, not names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::install::SiteTools;
use crate::progress;
use crate::site::{self, GLUE, MODULE};

/// What current Rust compiles to. Named because wasm-bindgen's output no longer says it.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Makes the glue and the module in the folder `work` small, as wasm-bindgen left them there; gives
/// both. The glue still calls the module [`MODULE`].
///
/// # Errors
/// When a tool fails, or the two do not fit each other.
pub fn shrink(tools: &SiteTools, work: &Path) -> Result<(String, Vec<u8>)> {
    let glue = fs::read_to_string(work.join(GLUE))?;
    let module = fs::read(work.join(MODULE))?;
    let (glue, module) = with_plain_names(&without_disposal(&glue), &module);
    fs::write(work.join(GLUE), &glue)?;
    fs::write(work.join(MODULE), module)?;

    // Bundling leaves out what nothing of the entry needs, such as classes of our dependencies.
    let entry = work.join("entry.js");
    fs::write(&entry, entry_to(&glue).context("the glue exports nothing")?)?;
    let small = site::esbuild(
        tools,
        &entry,
        true,
        &[
            "--bundle",
            "--format=esm",
            "--pure:FinalizationRegistry",
            site::TARGET,
        ],
    )?;

    optimise(tools, work, &no_longer_called(&glue, &small))?;
    Ok((small, fs::read(work.join(MODULE))?))
}

/// Optimises for what is sent, which Brotli has been over. So little is inlined, and functions lie by
/// name, which brings the many instances of one generic function together: 5 % less to send than with
/// `-Oz` alone (132.6 and 125.5 KB on 2026-11-23). A second round finds what the first laid open.
fn optimise(tools: &SiteTools, work: &Path, unused: &BTreeSet<&str>) -> Result<()> {
    let module = work.join(MODULE);
    let mut command = Command::new(&tools.wasm_opt);
    command
        .args(WASM_FEATURES)
        .args(unused.iter().map(|name| format!("--remove-exports={name}")))
        // The linker puts the stack there, not data.
        .arg("--low-memory-unused")
        .args([
            "--always-inline-max-function-size=2",
            "--one-caller-inline-max-function-size=20",
        ])
        .args([
            "-Oz",
            "-Oz",
            "--skip-pass=local-cse",
            "--reorder-functions-by-name",
        ])
        .args([
            "--strip-debug",
            "--strip-producers",
            "--strip-target-features",
        ])
        .arg(&module)
        .arg("--output")
        .arg(&module);
    progress::run("wasm-opt", &mut command)?;
    ensure!(
        fs::read(&module)?.starts_with(b"\0asm"),
        "wasm-opt wrote no module"
    );
    Ok(())
}

/// The glue without the lines that make its classes fit for `using`, which nobody writes: for their
/// sake no bundler leaves a class out.
fn without_disposal(glue: &str) -> String {
    let lines = glue
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("if (Symbol.dispose) "));
    lines.collect()
}

/// A script that exports the glue's functions and its initialisation, and nothing else: nobody makes
/// an object of the glue's classes but the functions themselves.
fn entry_to(glue: &str) -> Option<String> {
    let functions: Vec<&str> = glue
        .lines()
        .filter_map(|line| line.strip_prefix("export function "))
        .filter_map(|function| function.split('(').next())
        .collect();
    (!functions.is_empty()).then(|| {
        format!(
            "export {{ default, {} }} from \"./{GLUE}\";\n",
            functions.join(", ")
        )
    })
}

/// The module's exports that the glue called and its smaller version does not.
fn no_longer_called<'a>(glue: &'a str, small: &str) -> BTreeSet<&'a str> {
    let still: BTreeSet<&str> = words(small).collect();
    glue.match_indices("wasm.")
        .filter(|(at, _)| !glue[..*at].ends_with(is_of_a_word))
        .filter_map(|(at, prefix)| words(&glue[at + prefix.len()..]).next())
        .filter(|name| !still.contains(name))
        .collect()
}

/// The glue and the module with the names that end in a hash replaced by numbers of the same length.
/// A hash is all noise, which no compression makes smaller, and it is in both files.
fn with_plain_names(glue: &str, module: &[u8]) -> (String, Vec<u8>) {
    let in_glue: BTreeSet<&str> = words(glue).filter(|word| is_hashed(word)).collect();
    // In the module a name lies between other bytes; its end is where no letter follows.
    let in_module: BTreeSet<&str> = hashed_names(module).map(|(_, name)| name).collect();
    let plain: BTreeMap<&str, String> = in_glue
        .intersection(&in_module)
        .enumerate()
        .map(|(number, name)| (*name, format!("a{number:0width$}", width = name.len() - 1)))
        .collect();

    let mut renamed = module.to_vec();
    for (at, name) in hashed_names(module) {
        if let Some(plain) = plain.get(name) {
            renamed[at..at + name.len()].copy_from_slice(plain.as_bytes());
        }
    }
    let mut text = String::with_capacity(glue.len());
    let mut rest = glue;
    while let Some(start) = rest.find(is_of_a_word) {
        let end = rest[start..]
            .find(|char| !is_of_a_word(char))
            .map_or(rest.len(), |n| start + n);
        let word = &rest[start..end];
        text.push_str(&rest[..start]);
        text.push_str(plain.get(word).map_or(word, String::as_str));
        rest = &rest[end..];
    }
    text.push_str(rest);
    (text, renamed)
}

/// Where the beginnings of wasm-bindgen's names with a hash are in the module, and the names.
fn hashed_names(module: &[u8]) -> impl Iterator<Item = (usize, &str)> {
    (0..module.len()).filter_map(|at| {
        let rest = &module[at..];
        if !PREFIXES
            .iter()
            .any(|prefix| rest.starts_with(prefix.as_bytes()))
        {
            return None;
        }
        let is_end = |byte: &u8| !is_of_a_word(char::from(*byte));
        let name = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
        let name = str::from_utf8(name).ok()?;
        is_hashed(name).then_some((at, name))
    })
}

/// How names that wasm-bindgen makes up begin.
const PREFIXES: [&str; 2] = ["__wb", "wasm_bindgen__"];

/// Whether wasm-bindgen made this name up and put a hash of 16 digits at its end.
fn is_hashed(word: &str) -> bool {
    let hash = word
        .len()
        .checked_sub(16)
        .and_then(|start| word.get(start..));
    PREFIXES.iter().any(|prefix| word.starts_with(prefix))
        && hash.is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char| !is_of_a_word(char))
        .filter(|word| !word.is_empty())
}

fn is_of_a_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_get_the_same_plain_names_of_the_same_length() {
        let glue = "x = { __wbg_then_c949d5a25a4e78f8: f, __wbg_only_here_0123456789abcdef: g }; \
                    wasm.wasm_bindgen__invoke__h854bb4877bf97cb4(); __wbindgen_malloc()";
        let module =
            b"\x20__wbg_then_c949d5a25a4e78f8\0wasm_bindgen__invoke__h854bb4877bf97cb4\x01\
                       __wbindgen_malloc";
        let (small_glue, small_module) = with_plain_names(glue, module);
        assert_eq!(small_glue.len(), glue.len());
        assert_eq!(
            small_module,
            b"\x20a00000000000000000000000000\0a00000000000000000000000000000000000001\x01\
              __wbindgen_malloc"
        );
        assert!(small_glue.contains("{ a00000000000000000000000000: f, __wbg_only_here_"));
        assert!(small_glue.contains("wasm.a00000000000000000000000000000000000001()"));
        assert!(small_glue.ends_with("__wbindgen_malloc()"));
    }

    #[test]
    fn what_the_smaller_glue_does_not_call_is_no_longer_exported() {
        let glue = "f = () => wasm.gone(1); g = () => wasm.kept(2); notwasm.other()";
        let small = "let w;g=()=>w.kept(2);";
        assert_eq!(no_longer_called(glue, small), BTreeSet::from(["gone"]));
    }

    #[test]
    fn a_class_keeps_nothing_that_makes_it_stay() {
        let glue = "class A {\n}\nif (Symbol.dispose) A.prototype[Symbol.dispose] = A.prototype.free;\nx\n";
        assert_eq!(without_disposal(glue), "class A {\n}\nx\n");
    }

    #[test]
    fn the_entry_exports_functions_and_no_classes() {
        let glue = "export class A {\n}\nexport function mount(host, root) {\n}\n\
                    export { initSync, __wbg_init as default };\n";
        assert_eq!(
            entry_to(glue).as_deref(),
            Some("export { default, mount } from \"./consumer-portal.js\";\n")
        );
        assert_eq!(entry_to("export class A {}"), None);
    }
}
