//! Puts the site together in trunk's staging folder, for release and development alike: the module
//! and its glue as trunk built them, the loader, the style sheets and the page. Files that may be
//! cached for ever carry a hash of their content in their name, and the loader and the page, which
//! may not, name them. Nothing is inlined: the Content Security Policy allows no inline script.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::install::{self, SiteTools};
use crate::{module, places, progress};

/// The module, as trunk calls it after the root package.
pub const MODULE: &str = "consumer-portal_bg.wasm";
/// The script that loads the module and calls it.
pub const GLUE: &str = "consumer-portal.js";
/// The file that brokers name in their pages: it keeps its name.
const LOADER: &str = "portal.js";
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

fn assemble(staging: &Path, release: bool, tools: &SiteTools) -> Result<()> {
    let work = staging.join("work");
    fs::create_dir_all(&work)?;

    let mut names = Names::default();

    let glue = fs::read_to_string(staging.join(GLUE)).context("trunk made no glue")?;
    ensure!(
        !glue.contains("./snippets/"),
        "a dependency brings JavaScript of its own (the glue imports ./snippets/…), which the site \
         does not carry: leave that dependency or its feature out"
    );
    fs::write(work.join(GLUE), glue)?;
    // As wasm-bindgen made it, names and all: trunk's own call of wasm-opt makes it smaller as it lies
    // there and larger as it is sent.
    let profile = if release { "release" } else { "debug" };
    let made = places::target().join("wasm-bindgen").join(profile);
    fs::copy(made.join(MODULE), work.join(MODULE)).context("trunk made no module")?;
    let (glue, wasm) = if release {
        module::shrink(tools, &work)?
    } else {
        let glue = esbuild(tools, &work.join(GLUE), false, &[TARGET])?;
        (glue, fs::read(work.join(MODULE))?)
    };
    names.wasm = place(staging, "portal", "wasm", &wasm)?;
    // The glue's own idea of where its module is stays true.
    let glue = glue.replace(MODULE, names.wasm.trim_start_matches("./"));
    names.glue = place(staging, "portal", "js", glue.as_bytes())?;

    for (sheet, name) in [
        ("portal", &mut names.css),
        ("timeline", &mut names.timeline_css),
    ] {
        let source = places::root()
            .join("style")
            .join(sheet)
            .with_extension("css");
        let css = esbuild(
            tools,
            &source,
            release,
            &["--bundle", "--loader:.svg=dataurl", TARGET],
        )?;
        *name = place(staging, sheet, "css", css.as_bytes())?;
    }

    let english = fs::read(places::root().join("src/texts/english.txt"))?;
    names.english = place(staging, "english", "txt", &english)?;

    let loader = places::root().join("src/browser").join(LOADER);
    let externals = PLACEHOLDERS.map(|placeholder| format!("--external:{placeholder}"));
    let mut flags = vec!["--bundle", "--format=esm", TARGET];
    flags.extend(externals.iter().map(String::as_str));
    let loader = names.fill(&esbuild(tools, &loader, release, &flags)?);
    fs::write(staging.join(LOADER), loader)?;

    let page = fs::read_to_string(staging.join(PAGE)).context("trunk made no index.html")?;
    let mut page = names.fill(&without_trunk_links(&page));
    if release {
        page = without_comments(&page);
    }
    fs::write(staging.join(PAGE), page)?;

    for file in [LOADER, PAGE] {
        let text = fs::read_to_string(staging.join(file))?;
        if let Some(placeholder) = PLACEHOLDERS.into_iter().find(|name| text.contains(name)) {
            bail!("{file} still says {placeholder}: nothing in the site answers to it");
        }
    }

    for leftover in [MODULE, GLUE] {
        fs::remove_file(staging.join(leftover))?;
    }
    let _ = fs::remove_dir_all(staging.join("snippets"));
    fs::remove_dir_all(&work)?;
    if release {
        compress(tools, staging)?;
    }
    Ok(())
}

/// The oldest browsers: those in which the module's reference types came. Nested rules of a style sheet
/// are written out for them.
pub const TARGET: &str = "--target=chrome96,firefox91,safari15";

/// What esbuild makes of a script or a style sheet; readable unless `minify`.
///
/// # Errors
/// When esbuild cannot read the source; what it says is on the screen already.
pub fn esbuild(tools: &SiteTools, source: &Path, minify: bool, flags: &[&str]) -> Result<String> {
    let mut command = Command::new(&tools.esbuild);
    command.arg(source).args(flags).arg("--log-level=warning");
    if minify {
        command.arg("--minify").arg("--legal-comments=none");
    }
    let output = command.output().context("esbuild could not be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !said.trim().is_empty() {
        progress::say(said.trim_end());
    }
    ensure!(
        output.status.success(),
        "esbuild could not read {}",
        source.display()
    );
    String::from_utf8(output.stdout).context("esbuild printed something that is not UTF-8")
}

/// Writes a file under a name that holds its content's hash; gives its relative address.
fn place(staging: &Path, name: &str, kind: &str, content: &[u8]) -> Result<String> {
    let name = format!("{name}-{}.{kind}", hash(content));
    fs::write(staging.join(&name), content)?;
    Ok(format!("./{name}"))
}

/// The first 12 hexadecimal digits of the content's SHA-256: enough to tell versions apart.
fn hash(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

const PLACEHOLDERS: [&str; 5] = [
    "__GLUE__",
    "__WASM__",
    "__CSS__",
    "__TIMELINE_CSS__",
    "__ENGLISH__",
];

/// The addresses of the hashed files, relative to the loader and the page.
#[derive(Debug, Default)]
struct Names {
    glue: String,
    wasm: String,
    css: String,
    timeline_css: String,
    english: String,
}

impl Names {
    /// `text` with each placeholder replaced by the address it stands for.
    fn fill(&self, text: &str) -> String {
        PLACEHOLDERS
            .into_iter()
            .zip([
                &self.glue,
                &self.wasm,
                &self.css,
                &self.timeline_css,
                &self.english,
            ])
            .fold(text.to_owned(), |text, (placeholder, name)| {
                text.replace(placeholder, name)
            })
    }
}

/// `html` without the links that were instructions to trunk: it leaves the module's own behind when
/// it is told to inject no scripts.
fn without_trunk_links(html: &str) -> String {
    without(html, "<link", ">", |link| link.contains("data-trunk"))
}

/// `html` without its comments, which are for us.
fn without_comments(html: &str) -> String {
    without(html, "<!--", "-->", |_| true)
}

/// `html` without the parts from `open` to `close` for which `unwanted` holds, and without the lines
/// that this leaves empty.
fn without(html: &str, open: &str, close: &str, unwanted: impl Fn(&str) -> bool) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find(open) {
        let Some(length) = rest[start..].find(close) else {
            break;
        };
        let end = start + length + close.len();
        if unwanted(&rest[start..end]) {
            kept.push_str(&rest[..start]);
            let line_is_empty = kept
                .rsplit('\n')
                .next()
                .is_some_and(|line| line.trim().is_empty());
            rest = &rest[end..];
            if line_is_empty && let Some(next_line) = rest.strip_prefix('\n') {
                kept.truncate(kept.trim_end_matches([' ', '\t']).len());
                rest = next_line;
            }
        } else {
            kept.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    kept.push_str(rest);
    kept
}

/// Writes a Brotli and a gzip copy beside each file that gets smaller by it.
fn compress(tools: &SiteTools, folder: &Path) -> Result<()> {
    let files: Vec<PathBuf> = files_below(folder)?;
    let mut command = Command::new(&tools.node);
    command
        .arg(places::root().join("xtask/src/compress.mjs"))
        .args(files.iter().filter(|file| is_compressible(file)));
    progress::run("compressing", &mut command)?;
    Ok(())
}

fn is_compressible(file: &Path) -> bool {
    let kinds = [
        "css",
        "html",
        "ico",
        "js",
        "json",
        "svg",
        "txt",
        "wasm",
        "webmanifest",
        "xml",
    ];
    file.extension()
        .and_then(OsStr::to_str)
        .is_some_and(|kind| kinds.contains(&kind))
}

/// Every file below `folder`, in a fixed order.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            glue: "./portal-1.js".into(),
            wasm: "./portal-2.wasm".into(),
            css: "./portal-3.css".into(),
            timeline_css: "./timeline-4.css".into(),
            english: "./english-5.txt".into(),
        }
    }

    #[test]
    fn the_loader_and_the_page_name_the_hashed_files() {
        assert_eq!(
            names().fill(r#"import("__GLUE__"); x = ["__WASM__", "__TIMELINE_CSS__"]"#),
            r#"import("./portal-1.js"); x = ["./portal-2.wasm", "./timeline-4.css"]"#
        );
        assert_eq!(
            names().fill(r#"<link rel="stylesheet" href="__CSS__">"#),
            r#"<link rel="stylesheet" href="./portal-3.css">"#
        );
    }

    #[test]
    fn a_hash_follows_the_content() {
        assert_eq!(hash(b""), "e3b0c44298fc");
        assert_ne!(hash(b"a"), hash(b"b"));
    }

    #[test]
    fn instructions_to_trunk_do_not_reach_the_browser() {
        let html = "<head>\n  <link data-trunk rel=\"rust\" data-trunk-id=\"0\">\n  <link rel=icon>\n</head>";
        assert_eq!(
            without_trunk_links(html),
            "<head>\n  <link rel=icon>\n</head>"
        );
    }

    #[test]
    fn comments_go_and_the_text_around_them_stays() {
        assert_eq!(
            without_comments("<p>a<!-- why -->b</p>\n<!-- x\ny -->\n<p>"),
            "<p>ab</p>\n<p>"
        );
        assert_eq!(
            without_comments("<p>a<!-- never closed"),
            "<p>a<!-- never closed"
        );
    }
}
