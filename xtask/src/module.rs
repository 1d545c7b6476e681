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
    let module = cut(&module).context("wasm-bindgen wrote a module that cannot be read")?;
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
        &["--bundle", "--format=esm", site::TARGET],
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

/// What functions of dependencies are called that nobody calls, by parts of their names: the classes of
/// wasm-streams, which comes with Leptos, and what turns a future into a promise, which only those do. No
/// export of the glue's leads there (`no_longer_called`), but the table of functions does, and an
/// optimiser cannot tell that nothing in it is asked for by its number.
const UNCALLED: [&str; 2] = ["wasm_streams::", "js_sys::futures::future_to_promise"];

/// The module with nothing in those functions, so that what only they need goes, too. `None` when it is
/// none.
fn cut(module: &[u8]) -> Option<Vec<u8>> {
    const CUSTOM: u8 = 0;
    const IMPORT: u8 = 2;
    const CODE: u8 = 10;
    /// No locals; `unreachable`; `end`.
    const NOTHING: [u8; 3] = [0, 0, 0x0b];
    let mut sections = Vec::new();
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    while let Some((&kind, after)) = rest.split_first() {
        rest = after;
        let length = number(&mut rest)?;
        sections.push((kind, take(&mut rest, length)?));
    }
    let content = |kind| sections.iter().find(|it| it.0 == kind).map(|it| it.1);
    // Functions are numbered from the imported ones on.
    let imported = content(IMPORT).map_or(Some(0), imported_functions)?;
    let names = sections
        .iter()
        .filter(|(kind, _)| *kind == CUSTOM)
        .find_map(|(_, content)| function_names(content))?;
    let mut made = module[..8].to_vec();
    for (kind, content) in &sections {
        let mut content = content.to_vec();
        if *kind == CODE {
            let mut bodies = content.as_slice();
            let count = number(&mut bodies)?;
            let mut code = leb(count);
            for function in 0..count {
                let length = number(&mut bodies)?;
                let mut body = take(&mut bodies, length)?;
                let name = names.get(&(imported + function));
                if name.is_some_and(|name| UNCALLED.iter().any(|part| name.contains(part))) {
                    body = &NOTHING;
                }
                code.extend(leb(body.len()));
                code.extend(body);
            }
            content = code;
        }
        made.push(*kind);
        made.extend(leb(content.len()));
        made.extend(content);
    }
    Some(made)
}

/// How many functions are imported; `None` when anything else is, which never happens here.
fn imported_functions(mut imports: &[u8]) -> Option<usize> {
    const FUNCTION: u8 = 0;
    let count = number(&mut imports)?;
    for _ in 0..count {
        for _module_and_name in 0..2 {
            let length = number(&mut imports)?;
            take(&mut imports, length)?;
        }
        if take(&mut imports, 1)?[0] != FUNCTION {
            return None;
        }
        let _its_type = number(&mut imports)?;
    }
    Some(count)
}

/// The functions' names by their number, when this is the section of names.
fn function_names(mut section: &[u8]) -> Option<BTreeMap<usize, &str>> {
    const FUNCTIONS: u8 = 1;
    let length = number(&mut section)?;
    if take(&mut section, length)? != b"name" {
        return None;
    }
    while let Some((&kind, mut rest)) = section.split_first() {
        let length = number(&mut rest)?;
        let mut names = take(&mut rest, length)?;
        section = rest;
        if kind == FUNCTIONS {
            let count = number(&mut names)?;
            let named = (0..count).map(|_| {
                let function = number(&mut names)?;
                let length = number(&mut names)?;
                Some((function, str::from_utf8(take(&mut names, length)?).ok()?))
            });
            return named.collect();
        }
    }
    None
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

/// A number in LEB128, as WebAssembly writes them.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let byte = take(rest, 1)?[0];
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// The glue without the lines that make its classes fit for `using`, which nobody writes, and with the
/// registries of its classes marked as what nothing but they need: for the sake of either no bundler
/// leaves a class out, nor what the module has for it.
fn without_disposal(glue: &str) -> String {
    let lines = glue
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("if (Symbol.dispose) "));
    let lines: String = lines.collect();
    lines.replace(
        "new FinalizationRegistry(",
        "/* @__PURE__ */ new FinalizationRegistry(",
    )
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
    fn what_nobody_calls_is_cut_by_its_name_and_nothing_else_is() {
        let named = |names: &[&str]| {
            let mut map = vec![names.len() as u8];
            for (at, name) in names.iter().enumerate() {
                map.extend([at as u8, name.len() as u8]);
                map.extend(name.as_bytes());
            }
            let mut section = vec![4, b'n', b'a', b'm', b'e', 1, map.len() as u8];
            section.extend(map);
            section
        };
        let with_code = |code: &[u8]| {
            let mut module = b"\0asm\x01\0\0\0".to_vec();
            // One imported function, so that the names begin with it.
            module.extend([2, 7, 1, 1, b'm', 1, b'f', 0, 0]);
            module.extend([10, code.len() as u8]);
            module.extend(code);
            let names = named(&["m.f", "ours", "wasm_streams::x"]);
            module.extend([0, names.len() as u8]);
            module.extend(names);
            module
        };
        let module = with_code(&[2, 4, 0, 1, 1, 0x0b, 5, 0, 1, 1, 1, 0x0b]);
        assert_eq!(
            cut(&module),
            Some(with_code(&[2, 4, 0, 1, 1, 0x0b, 3, 0, 0, 0x0b]))
        );
        assert_eq!(cut(&module[..module.len() - 1]), None);
        assert_eq!(cut(b"<html>"), None);
    }

    #[test]
    fn what_the_smaller_glue_does_not_call_is_no_longer_exported() {
        let glue = "f = () => wasm.gone(1); g = () => wasm.kept(2); notwasm.other()";
        let small = "let w;g=()=>w.kept(2);";
        assert_eq!(no_longer_called(glue, small), BTreeSet::from(["gone"]));
    }

    #[test]
    fn a_class_keeps_nothing_that_makes_it_stay() {
        let glue = "class A {\n}\nif (Symbol.dispose) A.prototype[Symbol.dispose] = A.prototype.free;\n\
                    const B = new FinalizationRegistry(x);\n";
        assert_eq!(
            without_disposal(glue),
            "class A {\n}\nconst B = /* @__PURE__ */ new FinalizationRegistry(x);\n"
        );
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
