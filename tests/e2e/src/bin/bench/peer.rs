//! The site that is measured: the portal as it is built, and beside it a bare page and the peer, which is
//! built anew (`tests/e2e/peer`). All three are served by the same gateway, compressed alike.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::subject::{Subject, appears, click, focus, sign_in, visit};
use e2e::fixtures::{self, Folder};
use e2e::servers::TestServers;
use e2e::{containing, site};

/// The files that make the peer, and nothing that npm puts beside them.
const SOURCES: [&str; 6] = [
    "package.json",
    "package-lock.json",
    ".npmrc",
    "index.html",
    "photos.html",
    "src",
];

/// The page that does nothing but fetch the session and print the code.
const BARE: [(&str, &str); 2] = [
    (
        "bare.html",
        "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\"><title>Dossier</title>\
         <script src=\"bare.js\" async></script></head>\
         <body><h1>Mijn dossier</h1><p id=\"code\"></p></body></html>",
    ),
    (
        "bare.js",
        "fetch(\"consumerportal/getsession\", { credentials: \"include\" })\n  \
         .then((answer) => answer.json())\n  .then(({ consumerportalsession }) => {\n    \
         document.getElementById(\"code\").textContent = consumerportalsession.dossier.code;\n  });\n",
    ),
];

/// The page on which pdf-lib makes one PDF of photos.
pub const PHOTOS: &str = "/photos.html";

/// The page on which a visit signs in before it begins: nothing of the others is loaded there.
const DOOR: (&str, &str) = (
    "door.html",
    "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\"><title>-</title></head></html>",
);

/// The portal's site with the other two pages in it, gone when dropped.
///
/// # Panics
/// When the portal is not built, or the peer cannot be.
pub fn site_with_peers() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("there is room for a copy of the site");
    site::copy_of(&site::built(), copy.path())
        .unwrap_or_else(|error| panic!("no site in {}: {error}", site::built().display()));
    for (name, content) in BARE.into_iter().chain([DOOR]) {
        place(copy.path(), name, content.as_bytes());
    }
    build(copy.path());
    copy
}

/// Writes a file of the site with its compressed copy.
fn place(site: &Path, name: &str, content: &[u8]) {
    let file = site.join(name);
    fs::create_dir_all(file.parent().unwrap_or(site))
        .and_then(|()| fs::write(&file, content))
        .and_then(|()| fs::write(site.join(format!("{name}.br")), brotli(content)))
        .unwrap_or_else(|error| panic!("{name} cannot be written: {error}"));
}

/// What `content` is with Brotli at its strongest.
fn brotli(content: &[u8]) -> Vec<u8> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 11, 24);
    writer
        .write_all(content)
        .expect("memory takes what is written");
    writer.into_inner()
}

/// Builds the peer into the site, with npm and with esbuild, which its lock file brings.
fn build(site: &Path) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer");
    let work = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peer");
    refresh(&sources, &work);
    let out = work.join("out");
    let _ = fs::remove_dir_all(&out);
    let mut bundle = Command::new(work.join("node_modules/.bin/esbuild"));
    bundle
        .args([
            "src/main.jsx",
            "src/photos.js",
            "--bundle",
            "--splitting",
            "--format=esm",
        ])
        .args(["--minify", "--legal-comments=none", "--jsx=automatic"])
        .args(["--target=chrome96,firefox91,safari15", "--outdir=out"])
        .args(["--metafile=out/meta.json", "--log-level=warning"])
        .current_dir(&work);
    run(&mut bundle);
    let meta = fs::read(out.join("meta.json")).expect("esbuild writes what was asked for");
    let meta: Value = serde_json::from_slice(&meta).expect("esbuild writes JSON");
    for entry in fs::read_dir(&out).expect("esbuild made the folder") {
        let path = entry.expect("a folder can be read").path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.expect("esbuild's names are UTF-8");
        if name != "meta.json" {
            let content = fs::read(&path).expect("what esbuild made can be read");
            place(site, &format!("peer/{name}"), &content);
        }
    }
    let page = fs::read_to_string(sources.join("index.html")).expect("the peer has a page");
    place(site, "peer.html", with_preloads(&page, &meta).as_bytes());
    let photos = fs::read(sources.join("photos.html")).expect("the peer has a page for photos");
    place(site, PHOTOS.trim_start_matches('/'), &photos);
}

/// The page with a preload of every chunk that the entry imports: without them the browser would learn of
/// each only from the one before it, which the usual build tools do not let happen either.
fn with_preloads(page: &str, meta: &Value) -> String {
    let mut found = BTreeSet::new();
    let mut left = vec!["out/main.js".to_owned()];
    while let Some(chunk) = left.pop() {
        let imports = meta["outputs"][&chunk]["imports"].as_array();
        let imports = imports.unwrap_or_else(|| panic!("esbuild does not tell of {chunk}"));
        for import in imports {
            let path = import["path"].as_str().unwrap_or_default().to_owned();
            if import["kind"] == "import-statement" && found.insert(path.clone()) {
                left.push(path);
            }
        }
    }
    let links: String = found
        .iter()
        .filter_map(|path| path.strip_prefix("out/"))
        .map(|name| format!("<link rel=\"modulepreload\" href=\"peer/{name}\" />"))
        .collect();
    let (before, after) = page
        .split_once("</head>")
        .expect("the peer's page has a head");
    format!("{before}{links}</head>{after}")
}

/// The peer's sources in the folder where it is built, and its libraries, fetched again when the lock file
/// has changed.
fn refresh(sources: &Path, work: &Path) {
    // Written when npm is done: what was cut off is no more current than what is old.
    let installed = work.join("node_modules/.installed");
    let lock = fs::read(sources.join("package-lock.json")).expect("the peer has a lock file");
    let is_current = fs::read(&installed).is_ok_and(|installed| installed == lock);
    let _ = fs::remove_dir_all(work.join("src"));
    fs::create_dir_all(work).expect("there is room for the peer");
    for name in SOURCES {
        let (from, to): (PathBuf, PathBuf) = (sources.join(name), work.join(name));
        let copied = if from.is_dir() {
            site::copy_of(&from, &to)
        } else {
            fs::copy(&from, &to).map(|_| ())
        };
        copied.unwrap_or_else(|error| panic!("the peer's {name}: {error}"));
    }
    if !is_current {
        println!("fetching the peer's libraries");
        run(Command::new("npm").arg("ci").current_dir(work));
        fs::write(installed, lock).expect("there is room for a note");
    }
}

fn run(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    assert!(
        output.status.success(),
        "{command:?} fails:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Looks whether the peer does what it is there to be compared for, on servers of its own.
///
/// # Panics
/// When it does not.
pub fn check(site: &Path) {
    let servers = Arc::new(TestServers::with_site(site));
    visit(&servers, async |page| {
        sign_in(page, "eva").await;
        page.open("/peer.html?lang=en").await;
        appears(page, ".portal").await;
        page.text(containing("Hello Eva Bakker")).appears().await;
        page.open(Subject::Peer.path()).await;
        click(page, ".products a").await;
        // The lender's timeline came through, and nothing of it runs.
        appears(page, ".timeline div div").await;
        page.open(&Subject::Peer.page("")).await;
        click(page, ".task-open a").await;
        let folder = Folder::new();
        page.choose_file(&folder.file("afschrift.pdf", &fixtures::pdf(5000)))
            .await;
        appears(page, "textarea").await;
        focus(page, "textarea").await;
        page.type_text("Dit is alles").await;
        click(page, ".send").await;
        page.text(containing("Uw document is aangekomen"))
            .appears()
            .await;
    });
    let uploads = servers.uploads();
    assert!(
        matches!(&uploads[..], [one] if one.comment.as_deref() == Some("Dit is alles")),
        "the peer does not upload what it is given: {} documents",
        uploads.len()
    );
}
