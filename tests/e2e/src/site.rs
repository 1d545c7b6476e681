//! The built site with the tests' hook in front of it.
//!
//! The portal under test is the deployed one, file by file. One script runs before it and listens to the
//! console (`hook.js`): no browser reports policy violations to its driver, and only some report the console.

use crate::output;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, io, process};

/// The site as `cargo xtask build` made it: `PORTAL_SITE`, or `dist/`.
pub fn built() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    env::var_os("PORTAL_SITE").map_or(dist, PathBuf::from)
}

/// A copy of the site with the hook, made once.
pub fn with_hook() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        remove_earlier_copies();
        let copy = output::folder().join(format!("site-{}", process::id()));
        copy_of(&built(), &copy)
            .and_then(|()| hook(&copy))
            .unwrap_or_else(|error| {
                panic!(
                    "no copy of the site in {} (`cargo xtask build` makes it): {error}",
                    built().display()
                )
            });
        copy
    })
}

/// A copy of the site in which a script runs before the portal: what an old library of the office's page, an
/// extension or a setting of the browser does there.
pub fn with_script(script: &str) -> PathBuf {
    let copy = copy_for_one_test();
    let file = copy.join("e2e-hook.js");
    let hook = fs::read_to_string(&file).expect("the hook is there");
    fs::write(
        file,
        format!("{hook}\nif (!e2e.changed) {{ e2e.changed = true; {script}\n}}"),
    )
    .expect("a file of our own can be written");
    copy
}

/// The same site as another version of it would be: every file that may be cached for ever has another name,
/// and those of before are gone.
pub fn deploy_another_version(site: &Path) {
    let files = || {
        let files = fs::read_dir(site).expect("the site is there").flatten();
        files.map(|file| file.path()).collect::<Vec<_>>()
    };
    let name = |path: &Path| {
        path.file_name()
            .and_then(OsStr::to_str)
            .unwrap_or_default()
            .to_owned()
    };
    // `portal-0123456789ab.css`; its precompressed copies are left out.
    let hash = |name: &str| {
        let (_, rest) = name.rsplit_once('-')?;
        let hash = rest.split('.').next()?;
        let is_hash = hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| hash.to_owned())
    };
    let hashes: Vec<String> = files()
        .iter()
        .filter_map(|path| hash(&name(path)))
        .collect();
    assert!(
        !hashes.is_empty(),
        "no file of the site has a hash in its name"
    );
    let renamed = |text: &str| {
        hashes.iter().fold(text.to_owned(), |text, hash| {
            text.replace(hash.as_str(), &hash.chars().rev().collect::<String>())
        })
    };
    for path in files() {
        let name = name(&path);
        let kind = name.rsplit('.').next().unwrap_or_default();
        let content = fs::read(&path).expect("a file of our own can be read");
        fs::remove_file(&path).expect("a file of our own can be removed");
        if matches!(kind, "br" | "gz") {
            continue;
        }
        let content = match String::from_utf8(content) {
            Ok(text) => renamed(&text).into_bytes(),
            Err(binary) => binary.into_bytes(),
        };
        fs::write(site.join(renamed(&name)), content).expect("a file of our own can be written");
    }
}

/// A copy of the site with the hook and without the second module, for one test.
pub fn without_second_module() -> PathBuf {
    let copy = copy_for_one_test();
    for file in second_module(&copy) {
        fs::remove_file(file).expect("a file of our own can be removed");
    }
    copy
}

/// A copy of the site with the hook, for one test. In place of the files whose names begin and end so, there
/// is `content`, or nothing.
pub fn with_other(names: &[(&str, &str)], content: Option<&str>) -> PathBuf {
    let copy = copy_for_one_test();
    let mut count = 0;
    for file in fs::read_dir(&copy).expect("the site is there").flatten() {
        let name = file.file_name();
        let name = name.to_str().unwrap_or_default();
        let plain = name.trim_end_matches(".br").trim_end_matches(".gz");
        let is_so =
            |(begins, ends): &(&str, &str)| plain.starts_with(begins) && plain.ends_with(ends);
        if !names.iter().any(is_so) {
            continue;
        }
        count += 1;
        match content {
            Some(content) if name == plain => fs::write(file.path(), content),
            _ => fs::remove_file(file.path()),
        }
        .expect("a file of our own can be changed");
    }
    assert!(count >= names.len(), "the site has not all of {names:?}");
    copy
}

/// Puts the second module back.
pub fn add_second_module(site: &Path) {
    for file in second_module(with_hook()) {
        let name = file.file_name().expect("a file has a name");
        fs::copy(&file, site.join(name)).expect("a file can be copied");
    }
}

/// A copy of the site with the hook, for one test, whose page is without WebAssembly: some people switch it off,
/// and so does the lockdown mode of a phone.
pub fn without_webassembly() -> PathBuf {
    let copy = copy_for_one_test();
    let hook = copy.join("e2e-hook.js");
    let script = fs::read_to_string(&hook).expect("the hook is there");
    fs::write(hook, script + "\ndelete window.WebAssembly;\n")
        .expect("a file of our own can be changed");
    copy
}

fn copy_for_one_test() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let copy = output::folder().join(format!("site-{}-{number}", process::id()));
    copy_of(with_hook(), &copy).expect("the site can be copied");
    copy
}

/// The files of the second module in a site, compressed ones too.
fn second_module(site: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(site).expect("the site is there").flatten();
    let is_part = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str);
        name.is_some_and(|name| name.contains(".wasm") && !name.starts_with("portal"))
    };
    let parts: Vec<PathBuf> = files.map(|file| file.path()).filter(is_part).collect();
    assert!(!parts.is_empty(), "the site has no second module");
    parts
}

/// Copies a folder with all it holds.
pub fn copy_of(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_of(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn hook(site: &Path) -> io::Result<()> {
    fs::write(site.join("e2e-hook.js"), include_str!("hook.js"))?;
    let change = |name: &str, change: &dyn Fn(String) -> String| -> io::Result<()> {
        let path = site.join(name);
        fs::write(&path, change(fs::read_to_string(&path)?))?;
        for compressed in ["br", "gz"] {
            let stale = site.join(format!("{name}.{compressed}"));
            if stale.exists() {
                fs::remove_file(stale)?;
            }
        }
        Ok(())
    };
    change("index.html", &|page| {
        let (before, after) = page.split_once("<head>").unwrap_or(("", &page));
        format!("{before}<head><script src=\"e2e-hook.js\"></script>{after}")
    })?;
    let page = fs::read_to_string(site.join("index.html"))?;
    for (name, attributes) in VARIANTS {
        fs::write(site.join(name), with_attributes(&page, attributes))?;
    }
    // On a broker's page the hook comes with the portal, which may be a classic script there.
    change("portal.js", &|loader| {
        [include_str!("hook.js"), "\n", &loader].concat()
    })
}

/// The page again, its element with other attributes than the site's own.
const VARIANTS: [(&str, &[(&str, &str)]); 2] = [
    ("en.html", &[("lang", "en")]),
    ("je.html", &[("address", "je")]),
];

/// A page whose `<consumer-portal>` has these attributes, whatever it said of them before.
fn with_attributes(page: &str, attributes: &[(&str, &str)]) -> String {
    const TAG: &str = "<consumer-portal";
    let Some((before, after)) = page.split_once(TAG) else {
        return page.to_owned();
    };
    let (own, after) = after.split_once('>').unwrap_or((after, ""));
    let mut tag = String::new();
    for (name, value) in attributes {
        tag.push_str(&format!(" {name}=\"{value}\""));
    }
    // Of an attribute that is there twice, the first one counts.
    format!("{before}{TAG}{tag}{own}>{after}")
}

/// Removes the copies of earlier test runs.
fn remove_earlier_copies() {
    for entry in fs::read_dir(output::folder())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("site-"));
        let owner = owner.and_then(|owner| owner.split('-').next());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            // Left for the next run when it does not go.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
