//! The built site with the tests' hook in front of it.
//!
//! The portal under test is the deployed one, file by file. One script runs before it and listens to the
//! console (`hook.js`): no browser reports policy violations to its driver, and only some report the console.

use crate::page::output;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
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
        let copy = output().join(format!("site-{}", process::id()));
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
    // On a broker's page the hook comes with the portal, as the module that runs before it.
    change("portal.js", &|module| {
        format!("import \"./e2e-hook.js\";\n{module}")
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
    for entry in fs::read_dir(output()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("site-"));
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            // Left for the next run when it does not go.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
