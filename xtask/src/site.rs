//! Puts the site together in trunk's staging folder, for release and development alike: the module
//! and its glue, the loader, the style sheets and the page. Files that may be cached for ever carry a
//! hash of their content in their name, and the loader and the page, which may not, name them. What
//! stands in the page itself, its style and a script, the Content Security Policy allows by its hash.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use sha2::{Digest, Sha256};
use xshell::{Shell, cmd};

use crate::files::{files_below, hex};
use crate::{esbuild, install, module, paths, run, worker};

/// The sources that the site is made of beside the module, from the root. The loader is the file that
/// brokers name in their pages: it keeps its name.
const LOADER: &str = "src/platform/portal.js";
const BEGIN: &str = "src/platform/begin.js";
const OPEN_LINK: &str = "src/platform/open_link.js";
const APOLOGY: &str = "src/platform/apology.js";
const TEXTS: &str = "src/platform/texts.js";
const ENGLISH: &str = "src/i18n/english.txt";
const PORTAL_CSS: &str = "style/portal.css";
const TIMELINE_CSS: &str = "style/timeline.css";
const SKELETON_CSS: &str = "style/skeleton.css";
const PAGE_CSS: &str = "style/page.css";
const SKELETON: &str = "src/platform/skeleton.html";

/// What trunk makes, in its staging folder.
const TRUNK_GLUE: &str = "consumer-portal.js";
const TRUNK_MODULE: &str = "consumer-portal_bg.wasm";
const PAGE: &str = "index.html";

/// trunk's hook after a build: reads from trunk where the staging folder is and what it built.
pub fn assemble_for_trunk() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .context("`cargo xtask site` is trunk's hook: run `cargo xtask build`")?;
    let release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    assemble(Path::new(&staging), release, &install::site_tools()?)
}

fn assemble(staging: &Path, release: bool, tools: &Shell) -> Result<()> {
    let root = paths::root();
    let work = staging.join("work");
    fs::create_dir_all(&work)?;

    // Trunk's own module is not split. It serves development, where nobody waits for a network.
    let (made, module, chunks) = if release {
        let chunks = module::make(tools, &work)?;
        (work.join(module::GLUE), work.join(module::MODULE), chunks)
    } else {
        (staging.join(TRUNK_GLUE), staging.join(TRUNK_MODULE), vec![])
    };
    let mut glue = esbuild::bundle(tools, &made, release)?;
    ensure!(
        !glue.contains("./snippets/"),
        "a dependency brings JavaScript of its own (the glue imports ./snippets/…), which the site \
         does not carry: leave that dependency or its feature out"
    );
    let mut wasm = String::new();
    for file in chunks.iter().chain([&module]) {
        let before = file.file_name().unwrap_or_default().to_string_lossy();
        let name = before.trim_start_matches("split_");
        let name = name.trim_end_matches(".wasm").trim_end_matches("_bg");
        wasm = place(staging, name, "wasm", &fs::read(file)?)?;
        ensure!(glue.contains(&*before), "the glue does not load {before}");
        glue = glue.replace(&*before, wasm.trim_start_matches("./"));
    }

    let place_apart = |package, name, placeholder| {
        let part = worker::make_apart(tools, &work.join(package), release, package)?;
        let module = place(staging, name, "wasm", &fs::read(part.module)?)?;
        let script = fill(&part.script, &[(placeholder, module)], in_quotes)?;
        place(staging, name, "js", script.as_bytes())
    };
    let decoder = place_apart("decoder", "heic", "__HEIC_WASM__")?;
    let renderer = place_apart("renderer", "pdf", "__PDF_WASM__")?;
    let worker = worker::make(tools, &work.join("worker"), release)?;
    let module = place(staging, "document", "wasm", &fs::read(worker.module)?)?;
    let parts = [
        ("__DOCUMENT_WASM__", module),
        ("__HEIC__", decoder),
        ("__PDF__", renderer),
    ];
    let script = fill(&worker.script, &parts, in_quotes)?;
    let worker = place(staging, "document", "js", script.as_bytes())?;

    let place_module = |name, source| {
        let script = esbuild::early_module(tools, &root.join(source), release)?;
        place(staging, name, "js", script.as_bytes())
    };
    let css = |source| esbuild::bundle(tools, &root.join(source), release);
    let place_css = |name, source| place(staging, name, "css", css(source)?.as_bytes());
    let english = fs::read(root.join(ENGLISH))?;
    let skeleton = fs::read_to_string(root.join(SKELETON))?;
    let fills = [
        ("__WASM__", wasm),
        ("__GLUE__", place(staging, "portal", "js", glue.as_bytes())?),
        ("__CSS__", place_css("portal", PORTAL_CSS)?),
        ("__TIMELINE_CSS__", place_css("timeline", TIMELINE_CSS)?),
        ("__OPEN_LINK__", place_module("open-link", OPEN_LINK)?),
        ("__APOLOGY__", place_module("apology", APOLOGY)?),
        ("__TEXTS__", place_module("texts", TEXTS)?),
        ("__WORKER__", worker),
        ("__ENGLISH__", place(staging, "english", "txt", &english)?),
        ("__SKELETON_CSS__", css(SKELETON_CSS)?),
        ("__PAGE_CSS__", css(PAGE_CSS)?),
        ("__SKELETON__", skeleton.lines().map(str::trim).collect()),
    ];
    let begin = esbuild::early_script(tools, &root.join(BEGIN), release)?;
    let page = fs::read_to_string(staging.join(PAGE)).context("trunk made no index.html")?;
    let page = without_trunk_links(&page).replace("__BEGIN__", begin.trim());
    let page = fill(&page, &fills, str::to_owned)?;
    fs::write(staging.join(PAGE), page)?;

    let loader = esbuild::early_script(tools, &root.join(LOADER), release)?;
    let loader = fill(&loader, &fills, in_quotes)?;
    fs::write(staging.join("portal.js"), loader)?;

    for leftover in [TRUNK_MODULE, TRUNK_GLUE] {
        fs::remove_file(staging.join(leftover))?;
    }
    let _ = fs::remove_dir_all(staging.join("snippets"));
    fs::remove_dir_all(&work)?;
    if release {
        compress(tools, staging)?;
    }
    Ok(())
}

/// Writes a file under a name that holds its content's hash; gives its relative address.
fn place(staging: &Path, name: &str, kind: &str, content: &[u8]) -> Result<String> {
    let name = format!("{name}-{}.{kind}", hash(content));
    fs::write(staging.join(&name), content)?;
    Ok(format!("./{name}"))
}

/// The first 12 hexadecimal digits of the content's SHA-256: enough to tell versions apart.
fn hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..6])
}

/// `text` with each placeholder replaced by what it stands for, written as the language there has it.
fn fill(text: &str, fills: &[(&str, String)], write: impl Fn(&str) -> String) -> Result<String> {
    let mut filled = text.to_owned();
    for (placeholder, value) in fills {
        filled = filled.replace(placeholder, &write(value));
    }
    let is_placeholder = |word: &&str| {
        let is_upper = word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        is_upper && word.starts_with("__") && word.ends_with("__")
    };
    let mut words = filled.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    if let Some(placeholder) = words.find(is_placeholder) {
        bail!("nothing in the site answers to {placeholder}");
    }
    Ok(filled)
}

/// `text` as it is written between double quotes in a script.
fn in_quotes(text: &str) -> String {
    let quoted = json!(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// `html` without the lines that were instructions to trunk: it leaves the module's own behind when
/// it is told to inject no scripts.
fn without_trunk_links(html: &str) -> String {
    let lines = html.split_inclusive('\n');
    lines.filter(|line| !line.contains("data-trunk")).collect()
}

/// What a Content Security Policy has to allow for what stands in the page itself, between `<style>` or
/// `<script>` tags without attributes: `'sha256-…'` for each.
pub fn inline_hashes(html: &str, tag: &str) -> Vec<String> {
    let (start, end) = (format!("<{tag}>"), format!("</{tag}>"));
    let texts = html.split(&start).skip(1);
    let texts = texts.filter_map(|rest| Some(rest.split_once(&end)?.0));
    let hash = |text| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    texts.map(hash).collect()
}

/// Writes a Brotli and a gzip copy beside each file: there are no images but the icon, a text.
fn compress(tools: &Shell, folder: &Path) -> Result<()> {
    let files = files_below(folder)?;
    let compress = cmd!(tools, "node xtask/src/compress.mjs {files...}");
    run::quietly("compressing", compress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_none_is_left() {
        let fills = [
            ("__CSS__", "./1.css".to_owned()),
            ("__STYLE__", "a\"b".to_owned()),
        ];
        let text = r#"x(at("__CSS__")); y = "__STYLE__"; __wbg_then()"#;
        let filled = r#"x(at("./1.css")); y = "a\"b"; __wbg_then()"#;
        assert_eq!(fill(text, &fills, in_quotes).unwrap(), filled);
        let error = fill("href=__OTHER__", &fills, in_quotes).unwrap_err();
        assert!(error.to_string().contains("__OTHER__"));
    }

    #[test]
    fn a_hash_follows_the_content() {
        assert_eq!(hash(b""), "e3b0c44298fc");
        assert_ne!(hash(b"a"), hash(b"b"));
    }

    #[test]
    fn the_policy_allows_the_text_between_the_tags() {
        // Chromium's own words about an empty inline style.
        let empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
        assert_eq!(inline_hashes("<p><style></style>", "style"), [empty]);
        assert_eq!(inline_hashes("<script></script>", "script"), [empty]);
        let two = inline_hashes("<style>p{}</style><p><style></style>", "style");
        assert_eq!((two.len(), two[1].as_str()), (2, empty));
        assert!(inline_hashes("<link rel=stylesheet>", "style").is_empty());
    }

    #[test]
    fn instructions_to_trunk_do_not_reach_the_browser() {
        let html = "<head>\n  <link data-trunk rel=\"rust\">\n  <link rel=icon>\n</head>";
        assert_eq!(
            without_trunk_links(html),
            "<head>\n  <link rel=icon>\n</head>"
        );
    }
}
