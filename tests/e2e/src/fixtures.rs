//! Files as consumers have them. They are made here: real ones belong to somebody.

use std::path::{Path, PathBuf};
use std::{fs, iter};

/// A PDF that opens, of about `size` bytes.
pub fn pdf(size: usize) -> Vec<u8> {
    let noise = noise(size.saturating_sub(500), 7);
    let objects: [Vec<u8>; 4] = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>".to_vec(),
        [
            format!("<</Length {}>>\nstream\n", noise.len()).into_bytes(),
            noise,
            b"\nendstream".to_vec(),
        ]
        .concat(),
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj", at + 1).bytes());
        file.extend(object);
        file.extend(b"endobj\n");
    }
    let table = file.len();
    file.extend(b"xref\n0 5\n0000000000 65535 f \n");
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    file.extend(format!("trailer<</Size 5/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").bytes());
    file
}

/// A JPEG as a phone makes it: rotated by its Exif data, of about `size` bytes.
pub fn photo(size: usize) -> Vec<u8> {
    let picture = include_bytes!("photo.jpg");
    // Big-endian TIFF with one entry: orientation 6, a quarter turn.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut file = picture[..2].to_vec();
    file.extend(segment(0xE1, exif));
    // Phone makers write data of their own into such segments.
    let mut left = size.saturating_sub(picture.len() + exif.len());
    while left > 4 {
        let part = left.min(60_000);
        file.extend(segment(0xEA, &noise(part - 4, left as u64)));
        left -= part;
    }
    file.extend(&picture[2..]);
    file
}

/// A photo of a letter on a table: nothing but the picture.
pub const LETTER: &[u8] = include_bytes!("letter.jpg");

/// The same with all that phones and programs write beside the picture: each of [`METADATA`],
/// and a second picture behind the first.
pub fn letter() -> Vec<u8> {
    let picture = LETTER;
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0GPSLatitude 52.2";
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPSLongitude</x:xmpmeta>";
    let iptc = b"Photoshop 3.0\08BIM\x04\x04 Herfordstraat 8";
    let mut file = picture[..2].to_vec();
    file.extend(segment(0xE1, exif));
    file.extend(segment(0xE1, xmp));
    file.extend(segment(0xED, iptc));
    file.extend(segment(0xFE, b"a comment of the phone's maker"));
    file.extend(&picture[2..]);
    file.extend(b"MakerNote of a second picture");
    file.extend(picture);
    file
}

/// What is beside the picture in [`letter`].
pub const METADATA: [&str; 7] = [
    "Exif",
    "GPS",
    "xmpmeta",
    "8BIM",
    "Herfordstraat",
    "maker",
    "MakerNote",
];

/// The same letter as an iPhone photographs it (HEIC): tiles that lie on their side and are turned by the file, beside
/// them Exif data with a place. Its picture is 1200 pixels wide and 1600 high.
pub fn iphone_photo() -> Vec<u8> {
    include_bytes!("../../../document/decoder/tests/photos/grid.heic").to_vec()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a segment holds 64 KB");
    [&[0xFF, marker], &length.to_be_bytes()[..], content].concat()
}

/// Random-looking bytes, the same for the same seed.
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(size)
    .collect()
}

/// A folder of files to upload. It is removed with the test.
#[derive(Debug)]
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// An empty folder.
    #[expect(clippy::new_without_default, reason = "making a folder is no default")]
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("there is room for files"))
    }

    /// Where a file of that name is, or would be.
    pub fn file_path(&self, name: &str) -> PathBuf {
        Path::new(self.0.path()).join(name)
    }

    /// Writes a file into the folder and gives its path.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.file_path(name);
        fs::write(&path, bytes).expect("there is room for a file");
        path
    }
}
