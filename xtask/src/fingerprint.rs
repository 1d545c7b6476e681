//! Whether the release site in `dist/` is still the one that its sources make: a hash over the content
//! of every source file, this program's among them, kept below `target/`. Dates of sources play no
//! part, so a fresh checkout of the same sources needs no rebuild.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};
use xshell::cmd;

use crate::files::{files_below, hex};
use crate::paths;

/// Rooms that no byte of the site comes from. Any other room counts, so a new one is never missed.
const OTHER_ROOMS: [&str; 6] = ["demo", "dist", "docs", "gateway", "target", "tests"];

/// Whether `dist/` was made of these sources, and nobody has made another since.
pub fn is_current(sources: &str) -> bool {
    let changed = |file: &Path| fs::metadata(file).and_then(|file| file.modified()).ok();
    let made = changed(&paths::dist().join("index.html"));
    fs::read_to_string(file()).is_ok_and(|known| known == sources)
        && made.is_some()
        && made <= changed(&file())
}

/// Remembers that `dist/` has just been made of these sources.
///
/// # Errors
/// When it cannot be written down.
pub fn remember(sources: &str) -> Result<()> {
    Ok(fs::write(file(), sources)?)
}

fn file() -> PathBuf {
    paths::target().join("site.fingerprint")
}

/// The fingerprint of everything the site is made of.
///
/// # Errors
/// When a source cannot be read.
pub fn of_sources() -> Result<String> {
    let shell = paths::shell()?;
    let compiler = cmd!(shell, "rustc -vV").quiet().read()?;
    let root = paths::root();
    let mut entries = shell.read_dir(root)?;
    entries.retain(|path| counts(path));
    Ok(format!("{compiler}\n{}\n", of_files(root, &entries)?))
}

/// Whether something at the repository's top level has a part in the site.
fn counts(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let is_hidden = name.starts_with('.') && name != ".cargo";
    let is_prose = name.ends_with(".md") || name.starts_with("LICENSE");
    !is_hidden && !is_prose && !OTHER_ROOMS.contains(&name) && path != paths::target()
}

/// The names and contents of these files and of those in these folders.
fn of_files(root: &Path, entries: &[PathBuf]) -> Result<String> {
    let mut hasher = Sha256::new();
    for entry in entries {
        let below = entry.is_dir().then(|| files_below(entry)).transpose()?;
        for file in below.unwrap_or_else(|| vec![entry.clone()]) {
            let name = file.strip_prefix(root)?.as_os_str().as_encoded_bytes();
            // Lengths first, so that no two different trees read the same.
            for part in [name, &fs::read(&file)?] {
                hasher.update(part.len().to_le_bytes());
                hasher.update(part);
            }
        }
    }
    Ok(hex(&hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_count_and_other_rooms_do_not() {
        let counts = |name: &&str| counts(&paths::root().join(name));
        let sources = [
            "src",
            "style",
            "index.html",
            "Cargo.lock",
            ".cargo",
            "xtask",
            "new-room",
        ];
        assert!(sources.iter().all(counts));
        let others = [
            "demo",
            "dist",
            "target",
            ".git",
            "README.md",
            "docs",
            "tests",
        ];
        assert!(!others.iter().any(counts));
    }

    #[test]
    fn a_byte_that_moves_to_another_file_changes_the_fingerprint() {
        let shell = paths::shell().unwrap();
        let folder = shell.create_temp_dir().unwrap();
        let fingerprint = |first: &str, second: &str| {
            shell.write_file(folder.path().join("a"), first).unwrap();
            shell.write_file(folder.path().join("b"), second).unwrap();
            of_files(folder.path(), &[folder.path().to_owned()]).unwrap()
        };
        assert_ne!(fingerprint("xy", "z"), fingerprint("x", "yz"));
    }
}
