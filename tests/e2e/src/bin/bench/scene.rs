//! Ten photos of 12 million pixels, as phones make them: drawn by the browser, so that their text is text, and kept
//! below `target/` until what draws them changes. The same pictures on a machine with the same fonts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::Page;
use e2e::servers::TestServers;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::subject::visit;

/// How many are chosen.
pub const COUNT: usize = 10;

/// What is drawn.
const SCENE: &str = include_str!("scene.js");

/// How the browser packs them: phones make 3 to 6 MB of 12 million pixels.
const QUALITY: u32 = 95;

/// What the photos show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A letter on a table: the portal finds it, cuts it out, and evens its light.
    Letters,
    /// A letter so near that no edge of it is seen: nothing is cut and nothing evened, as pdf-lib does it.
    CloseUps,
}

impl Kind {
    /// What they are in the table.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Letters => "10 photos of letters",
            Kind::CloseUps => "10 photos without edges",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Letters => "letter",
            Kind::CloseUps => "close-up",
        }
    }
}

/// The folder for what this part of the measurements leaves behind.
pub fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench/photos");
    fs::create_dir_all(&folder).expect("there is room for photos");
    folder.canonicalize().expect("the folder was just made")
}

/// The photos' files, drawn when they are not there yet.
pub fn photos(servers: &Arc<TestServers>, kind: Kind) -> Vec<PathBuf> {
    let folder = folder();
    // Written when all are there: what was cut off is drawn again.
    let drawn = folder.join(format!("{}.drawn", kind.name()));
    let file = |number| folder.join(format!("{}-{number}.jpg", kind.name()));
    let files: Vec<_> = (1..=COUNT).map(file).collect();
    let by = format!("{QUALITY}\n{SCENE}");
    if fs::read_to_string(&drawn).is_ok_and(|drawn| drawn == by) {
        return files;
    }
    println!("drawing {}", kind.words());
    visit(servers, async |page| {
        page.open("about:blank").await;
        for (number, file) in (1..).zip(&files) {
            // A phone stores most of what it took upright on its side, and says so.
            let is_turned = number % 3 != 0;
            let picture = picture(page, kind, number, is_turned).await;
            fs::write(file, picture).expect("there is room for a photo");
        }
    });
    fs::write(drawn, by).expect("there is room for a note");
    files
}

async fn picture(page: &Page, kind: Kind, seed: usize, is_turned: bool) -> Vec<u8> {
    let (width, height) = if is_turned {
        (4032, 3024)
    } else {
        (3024, 4032)
    };
    page.resize(width, height).await;
    let wanted = json!({ "seed": seed, "fills": kind == Kind::CloseUps, "turned": is_turned });
    page.script(SCENE, vec![wanted]).await;
    let shot = json!({ "format": "jpeg", "quality": QUALITY });
    let shot = page.devtools("Page.captureScreenshot", shot).await;
    let shot = shot["data"].as_str().expect("the browser takes a picture");
    let picture = STANDARD.decode(shot).expect("the browser writes Base64");
    if is_turned {
        on_its_side(&picture)
    } else {
        picture
    }
}

/// The JPEG with a note that it is seen a quarter turn clockwise (Exif, orientation 6).
fn on_its_side(jpeg: &[u8]) -> Vec<u8> {
    let exif =
        b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let (start, rest) = jpeg.split_at(2);
    [start, exif, rest].concat()
}
