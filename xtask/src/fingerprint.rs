//! Whether the release site in `dist/` is still the one that its sources make: a hash over every
//! source file's content and the tools' versions, kept below `target/`. Times and dates of files play
//! no part, so a fresh checkout of the same sources needs no rebuild.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::{install, places, site};

/// Rooms that no byte of the site comes from. Any other room counts, so a new one is never missed.
const OTHER_ROOMS: [&str; 7] = [
    "demo",
    "dist",
    "docs",
    "gateway",
    "node_modules",
    "target",
    "tests",
];

/// Whether `dist/` was made of these very sources, and is untouched since.
///
/// # Errors
/// When a source cannot be read.
pub fn is_current() -> Result<bool> {
    let known = fs::read_to_string(file()).unwrap_or_default();
    Ok(!known.is_empty() && places::dist().join("index.html").is_file() && known == now()?)
}

/// Remembers that `dist/` has just been made of the sources as they are.
///
/// # Errors
/// When a source cannot be read, or the fingerprint not written.
pub fn remember(sources: &str) -> Result<()> {
    fs::write(file(), format!("{sources}\n{}\n", of_dist()?))?;
    Ok(())
}

fn now() -> Result<String> {
    Ok(format!("{}\n{}\n", of_sources()?, of_dist()?))
}

fn file() -> PathBuf {
    places::target().join("site.fingerprint")
}

/// The fingerprint of everything the site is made of.
///
/// # Errors
/// When a source cannot be read.
pub fn of_sources() -> Result<String> {
    let mut hasher = Sha256::new();
    hasher.update(install::versions()?);
    hasher.update(std::env::var("RUSTFLAGS").unwrap_or_default());
    let root = places::root();
    let mut entries: Vec<PathBuf> = fs::read_dir(root)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| counts(path))
        .collect();
    entries.sort();
    for entry in entries {
        let files = if entry.is_dir() {
            site::files_below(&entry)?
        } else {
            vec![entry]
        };
        for file in files {
            add(&mut hasher, root, &file, &fs::read(&file)?);
        }
    }
    Ok(hex(hasher))
}

/// Whether something at the repository's top level has a part in the site.
fn counts(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let is_hidden = name.starts_with('.') && name != ".cargo";
    let is_prose = name.ends_with(".md") || name.starts_with("LICENSE");
    !is_hidden && !is_prose && !OTHER_ROOMS.contains(&name) && path != places::target()
}

/// The names and contents of the site's files.
fn of_dist() -> Result<String> {
    let dist = places::dist();
    let mut hasher = Sha256::new();
    for file in site::files_below(&dist)? {
        add(&mut hasher, &dist, &file, &fs::read(&file)?);
    }
    Ok(hex(hasher))
}

fn add(hasher: &mut Sha256, root: &Path, file: &Path, content: &[u8]) {
    let name = file
        .strip_prefix(root)
        .unwrap_or(file)
        .as_os_str()
        .as_encoded_bytes();
    // Lengths first, so that no two different trees read the same.
    for part in [name, content] {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
}

fn hex(hasher: Sha256) -> String {
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_count_and_other_rooms_do_not() {
        for name in [
            "src",
            "accelerate",
            "style",
            "index.html",
            "Cargo.lock",
            ".cargo",
            "document",
        ] {
            assert!(counts(&places::root().join(name)), "{name}");
        }
        for name in [
            "demo",
            "dist",
            "target",
            ".git",
            "README.md",
            "docs",
            "tests",
        ] {
            assert!(!counts(&places::root().join(name)), "{name}");
        }
    }

    #[test]
    fn a_byte_that_moves_to_another_file_shows() {
        let fingerprint = |first: &[u8], second: &[u8]| {
            let mut hasher = Sha256::new();
            add(&mut hasher, Path::new("/"), Path::new("/a"), first);
            add(&mut hasher, Path::new("/"), Path::new("/b"), second);
            hex(hasher)
        };
        assert_ne!(fingerprint(b"xy", b"z"), fingerprint(b"x", b"yz"));
    }
}
