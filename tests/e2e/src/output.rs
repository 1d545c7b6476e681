//! Where the tests leave what they make.

use std::path::{Path, PathBuf};

/// The folder for screenshots of failures and for the site's copy.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/e2e")
}
