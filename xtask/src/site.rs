//! Puts the site together in trunk's staging folder, for release and development alike: the module
//! and its glue, the loader, the style sheets and the page. Files that may be cached for ever carry a
//! hash of their content in their name, and the loader and the page, which may not, name them. No
//! script is inlined: the Content Security Policy forbids it; the page's style it allows by its hash.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use xshell::{Shell, cmd};

use crate::files::{files_below, hex};

use crate::{esbuild, install, module, paths, run};

/// The sources that the site is made of beside the module, from the root. The loader is the file that
/// brokers name in their pages: it keeps its name.
const LOADER: &str = "src/platform/portal.js";
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
///
/// # Errors
/// When trunk did not start us, or the site cannot be made; the message says what to change.
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
        let name = before
            .trim_start_matches("split_")
            .trim_end_matches("_bg.wasm");
        wasm = place(
            staging,
            name.trim_end_matches(".wasm"),
            "wasm",
            &fs::read(file)?,
        )?;
        ensure!(glue.contains(&*before), "the glue does not load {before}");
        glue = glue.replace(&*before, wasm.trim_start_matches("./"));
    }

    let css = |source| esbuild::bundle(tools, &root.join(source), release);
    let fills = [
        ("__WASM__", wasm),
        ("__GLUE__", place(staging, "portal", "js", glue.as_bytes())?),
        (
            "__CSS__",
            place(staging, "portal", "css", css(PORTAL_CSS)?.as_bytes())?,
        ),
        (
            "__TIMELINE_CSS__",
            place(staging, "timeline", "css", css(TIMELINE_CSS)?.as_bytes())?,
        ),
        (
            "__ENGLISH__",
            place(staging, "english", "txt", &fs::read(root.join(ENGLISH))?)?,
        ),
        ("__SKELETON_CSS__", css(SKELETON_CSS)?.trim().to_owned()),
        ("__PAGE_CSS__", css(PAGE_CSS)?.trim().to_owned()),
        ("__SKELETON__", skeleton(&root.join(SKELETON))?),
    ];
    let page = fs::read_to_string(staging.join(PAGE)).context("trunk made no index.html")?;
    let page = fill(&without_trunk_links(&page), &fills, str::to_owned)?;
    fs::write(staging.join(PAGE), page)?;

    let loader = esbuild::bundle(tools, &root.join(LOADER), release)?;
    let loader = fill(&loader, &fills, |text| {
        // Inside double quotes.
        text.replace('\\', r"\\")
            .replace('"', r#"\""#)
            .replace('\n', r"\n")
    })?;
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
///
/// # Errors
/// When a placeholder is left that nothing stands for.
fn fill(text: &str, fills: &[(&str, String)], write: impl Fn(&str) -> String) -> Result<String> {
    let filled = fills
        .iter()
        .fold(text.to_owned(), |text, (placeholder, value)| {
            text.replace(placeholder, &write(value))
        });
    let is_name = |word: &&str| {
        let inner = word
            .strip_prefix("__")
            .and_then(|word| word.strip_suffix("__"));
        inner.is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    };
    let mut words = filled.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    if let Some(placeholder) = words.find(is_name) {
        bail!("nothing in the site answers to {placeholder}");
    }
    Ok(filled)
}

/// `html` without the lines that were instructions to trunk: it leaves the module's own behind when
/// it is told to inject no scripts.
fn without_trunk_links(html: &str) -> String {
    let lines = html.split_inclusive('\n');
    lines.filter(|line| !line.contains("data-trunk")).collect()
}

/// The skeleton's elements on one line.
fn skeleton(file: &Path) -> Result<String> {
    let html = fs::read_to_string(file)?;
    Ok(html.lines().map(str::trim).collect())
}

/// What a Content Security Policy has to allow for the styles that are in the page: `'sha256-…'` for
/// each.
pub fn style_hashes(html: &str) -> Vec<String> {
    let styles = html.split("<style>").skip(1);
    let styles = styles.filter_map(|rest| Some(rest.split_once("</style>")?.0));
    let hash = |style| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(style)));
    styles.map(hash).collect()
}

/// Writes a Brotli and a gzip copy beside each file: there are no images but the icon, a text.
fn compress(tools: &Shell, folder: &Path) -> Result<()> {
    let files = files_below(folder)?;
    run::quietly(
        "compressing",
        cmd!(tools, "node xtask/src/compress.mjs {files...}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_none_is_left() {
        let fills = [
            ("__CSS__", "./portal-1.css".to_owned()),
            ("__STYLE__", "a\"b".to_owned()),
        ];
        let quoted = |text: &str| text.replace('"', "\\\"");
        let filled = fill(
            r#"x(at("__CSS__")); y = "__STYLE__"; __wbg_then()"#,
            &fills,
            quoted,
        );
        assert_eq!(
            filled.unwrap(),
            r#"x(at("./portal-1.css")); y = "a\"b"; __wbg_then()"#
        );
        let error = fill(r#"href="__OTHER__""#, &fills, quoted).unwrap_err();
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
        assert_eq!(style_hashes("<p><style></style>"), [empty]);
        let two = style_hashes("<style>p{}</style><p><style></style>");
        assert_eq!((two.len(), two[1].as_str()), (2, empty));
        assert!(style_hashes("<link rel=stylesheet>").is_empty());
    }

    #[test]
    fn instructions_to_trunk_do_not_reach_the_browser() {
        let html = "<head>\n  <link data-trunk rel=\"rust\" data-trunk-id=\"0\">\n  <link rel=icon>\n</head>";
        assert_eq!(
            without_trunk_links(html),
            "<head>\n  <link rel=icon>\n</head>"
        );
    }
}
