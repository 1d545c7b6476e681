//! Files as people have them, made on the spot, for trying and for tests.

use crate::pdf::{self, LargePdf};

const PHOTO_JPEG: &[u8] = include_bytes!("photo.jpg");
const PHOTO_PNG: &[u8] = include_bytes!("photo.png");

/// A PDF of so many pages (at least one), a line of text on each.
pub fn pdf(pages: usize) -> Vec<u8> {
    let pages: Vec<Vec<String>> = (1..=pages.max(1))
        .map(|page| {
            vec![
                format!("Bladzijde {page}"),
                "Een voorbeeld van een document.".to_owned(),
            ]
        })
        .collect();
    pdf::document("Voorbeeld", &pages)
}

/// A PDF that opens, of exactly so many bytes; at least 4,096.
pub fn pdf_of(bytes: usize) -> Vec<u8> {
    let mut pdf = Vec::with_capacity(bytes);
    for piece in LargePdf::of("Voorbeeld", bytes as u64).pieces() {
        pdf.extend_from_slice(&piece);
    }
    pdf
}

/// A photo of a document as a JPEG.
pub fn jpeg() -> Vec<u8> {
    PHOTO_JPEG.to_vec()
}

/// The same photo in exactly so many bytes, as a phone's would be; at least what [`jpeg`] has and 4.
/// Comment segments (ITU T.81, B.2.4.5) make up the difference.
pub fn jpeg_of(bytes: usize) -> Vec<u8> {
    const LONGEST: usize = 65_535;
    let mut missing = bytes.saturating_sub(PHOTO_JPEG.len());
    let (start, rest) = PHOTO_JPEG.split_at(2);
    let mut photo = start.to_vec();
    while missing >= 4 {
        // Marker (2), length (2, counting itself) and filling; never leaves 1 to 3 bytes over.
        let mut segment = missing.min(LONGEST + 2);
        if (1..4).contains(&(missing - segment)) {
            segment -= 4;
        }
        photo.extend_from_slice(&[0xff, 0xfe]);
        photo.extend_from_slice(&((segment - 2) as u16).to_be_bytes());
        photo.resize(photo.len() + segment - 4, b' ');
        missing -= segment;
    }
    photo.extend_from_slice(rest);
    photo
}

/// The same photo as a PNG.
pub fn png() -> Vec<u8> {
    PHOTO_PNG.to_vec()
}

#[cfg(test)]
mod tests {
    use super::{jpeg, jpeg_of, pdf_of};

    #[test]
    fn a_file_has_exactly_the_requested_size() {
        assert_eq!(pdf_of(200_001).len(), 200_001);
        let least = jpeg().len() + 4;
        for size in [least, least + 1, least + 65_537, least + 65_538, 3_000_000] {
            assert_eq!(jpeg_of(size).len(), size);
        }
    }
}
