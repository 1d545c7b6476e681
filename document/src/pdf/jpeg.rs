//! A JPEG file as it goes into a PDF: checked, and without anything that is not the picture. It relies on the
//! markers alone and decodes no pixel.

use super::unpack::Ending;

/// What is wrong with a JPEG file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JpegProblem {
    /// It does not start as a JPEG, a marker is broken, or it is cut off.
    Damaged,
    /// It is of a kind that PDF viewers do not show: lossless, hierarchical, arithmetic, or not of 8 bits.
    Kind,
    /// It is neither grey nor in three colours.
    Colours,
    /// It has no pixels, or more than [`MAX_PIXELS`].
    Size,
}

/// The most pixels that a picture may have: more than any phone takes.
pub const MAX_PIXELS: u64 = 120_000_000;

/// How long a JFIF segment is that has no thumbnail, with its marker.
const BARE_JFIF: usize = 18;
/// How long Adobe's segment is, with its marker. It says whether colours were transformed.
const ADOBE: usize = 16;

/// A JPEG file that was read.
#[derive(Debug)]
pub struct Jpeg<'a> {
    /// The width in pixels, at least 1, as it is stored.
    pub width: u32,
    /// The height in pixels, at least 1, as it is stored.
    pub height: u32,
    /// How many colours a pixel has: 1, 3 or 4.
    pub components: u8,
    /// What is kept of the file, in its order.
    kept: Vec<&'a [u8]>,
}

impl<'a> Jpeg<'a> {
    /// Reads a photo: baseline or progressive, grey or in three colours.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn photo(bytes: &'a [u8]) -> Result<Self, JpegProblem> {
        let jpeg = Self::read(bytes, Ending::IsWhole)?;
        if matches!(jpeg.components, 1 | 3) {
            Ok(jpeg)
        } else {
            Err(JpegProblem::Colours)
        }
    }

    /// Whether it ends before its picture does. Some browsers show the rest of it white.
    pub fn is_cut_off(bytes: &'a [u8]) -> bool {
        let whole = Self::read(bytes, Ending::IsWhole).map(|_| ());
        whole == Err(JpegProblem::Damaged) && Self::read(bytes, Ending::MayBreakOff).is_ok()
    }

    fn read(bytes: &'a [u8], ending: Ending) -> Result<Self, JpegProblem> {
        let (start, mut rest) = bytes.split_at_checked(2).ok_or(JpegProblem::Damaged)?;
        if start != b"\xFF\xD8" {
            return Err(JpegProblem::Damaged);
        }
        let mut jpeg = Self {
            width: 0,
            height: 0,
            components: 0,
            kept: vec![start],
        };
        let mut has_scan = false;
        loop {
            let (marker, segment);
            (marker, segment, rest) = match next_segment(rest) {
                Some(next) => next,
                None if has_scan && ending == Ending::MayBreakOff => return Ok(jpeg),
                None => return Err(JpegProblem::Damaged),
            };
            match marker {
                // The end. What comes after it is another picture, or something hidden.
                0xD9 if has_scan => {
                    jpeg.kept.push(segment);
                    return Ok(jpeg);
                }
                0xC0..=0xC2 if jpeg.components == 0 => jpeg.read_frame(segment)?,
                0xC4 | 0xDB | 0xDD => jpeg.kept.push(segment),
                0xDA if jpeg.components > 0 => {
                    jpeg.kept.push(segment);
                    let data;
                    (data, rest) = rest.split_at(scan_length(rest));
                    jpeg.kept.push(data);
                    has_scan = true;
                }
                _ if is_metadata(marker, segment) => {}
                0xE0 | 0xEE => jpeg.kept.push(segment),
                0xC3 | 0xC5..=0xCF | 0xDE => return Err(JpegProblem::Kind),
                0x01 | 0xD0..=0xD7 => {}
                _ => return Err(JpegProblem::Damaged),
            }
        }
    }

    fn read_frame(&mut self, segment: &'a [u8]) -> Result<(), JpegProblem> {
        let header: &[u8; 10] = segment.first_chunk().ok_or(JpegProblem::Damaged)?;
        let [_, _, _, _, bits, h1, h2, w1, w2, components] = *header;
        if bits != 8 {
            return Err(JpegProblem::Kind);
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(JpegProblem::Colours);
        }
        if segment.len() != header.len() + 3 * usize::from(components) {
            return Err(JpegProblem::Damaged);
        }
        self.width = u16::from_be_bytes([w1, w2]).into();
        self.height = u16::from_be_bytes([h1, h2]).into();
        self.components = components;
        let pixels = u64::from(self.width) * u64::from(self.height);
        if pixels == 0 || pixels > MAX_PIXELS {
            return Err(JpegProblem::Size);
        }
        self.kept.push(segment);
        Ok(())
    }

    /// The file without what is not the picture.
    pub fn cleaned(&self) -> Vec<u8> {
        self.kept.concat()
    }
}

/// A picture that is in a PDF already, without its metadata; `None` when it is no JPEG. What is not understood stays:
/// viewers show a picture that breaks off, has more pixels than a photo, or other colours.
pub fn cleaned_in_pdf(bytes: &[u8]) -> Option<Vec<u8>> {
    let start = bytes.windows(2).position(|it| it == b"\xFF\xD8")?;
    let mut rest = &bytes[start..];
    let mut kept = Vec::with_capacity(rest.len());
    let mut has_scan = false;
    while !rest.is_empty() {
        let (data, marked) = rest.split_at(scan_length(rest));
        if has_scan {
            kept.extend_from_slice(data);
        }
        if let Some((marker, segment, after)) = next_segment(marked) {
            if !is_metadata(marker, segment) {
                kept.extend_from_slice(segment);
            }
            if marker == 0xD9 && has_scan {
                break;
            }
            has_scan |= marker == 0xDA;
            rest = after;
        } else {
            let fill = marked.iter().take_while(|byte| **byte == 0xFF).count();
            let (unknown, after) = marked.split_at(marked.len().min(fill + 1));
            kept.extend_from_slice(unknown);
            rest = after;
        }
    }
    Some(kept)
}

/// EXIF, GPS, XMP, IPTC, maker notes, thumbnails, comments.
fn is_metadata(marker: u8, segment: &[u8]) -> bool {
    match marker {
        0xE0 => segment.len() != BARE_JFIF || !segment[4..].starts_with(b"JFIF\0"),
        0xEE => segment.len() != ADOBE || !segment[4..].starts_with(b"Adobe"),
        0xE1..=0xFE => true,
        _ => false,
    }
}

/// The next marker, its whole segment with the marker, and what follows.
fn next_segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    // A marker may have any number of 0xFF before it.
    let fill = bytes.iter().take_while(|byte| **byte == 0xFF).count();
    let at = &bytes[fill.checked_sub(1)?..];
    let marker = *at.get(1)?;
    let length = match marker {
        0x00 => return None,
        0x01 | 0xD0..=0xD9 => 2,
        _ => 2 + usize::from(u16::from_be_bytes([*at.get(2)?, *at.get(3)?])),
    };
    if length == 3 || (length == 2 && !matches!(marker, 0x01 | 0xD0..=0xD9)) {
        return None;
    }
    let (segment, rest) = at.split_at_checked(length)?;
    Some((marker, segment, rest))
}

/// How many bytes of a scan's data come before the next marker. Restart markers belong to the data.
fn scan_length(bytes: &[u8]) -> usize {
    bytes
        .windows(2)
        .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7))
        .unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GREY: &[u8] = include_bytes!("../../tests/corpus/grey.jpg");
    const COLOUR: &[u8] = include_bytes!("../../tests/corpus/exif.jpg");
    const PROGRESSIVE: &[u8] = include_bytes!("../../tests/corpus/progressive.jpg");

    fn contains(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|it| it == part)
    }

    #[test]
    fn a_photo_keeps_its_picture_and_loses_the_rest() {
        assert!(contains(COLOUR, b"Exif") && contains(COLOUR, b"secret"));
        let jpeg = Jpeg::photo(COLOUR).unwrap();
        assert_eq!((jpeg.width, jpeg.height, jpeg.components), (40, 30, 3));
        let cleaned = jpeg.cleaned();
        for part in [&b"Exif"[..], b"secret", b"adobe:ns:meta", b"Photoshop"] {
            assert!(!contains(&cleaned, part), "{}", part.escape_ascii());
        }
        // What is clean stays as it is.
        let again = Jpeg::photo(&cleaned).unwrap();
        assert_eq!(again.cleaned(), cleaned);
    }

    #[test]
    fn grey_and_progressive_pictures_are_taken() {
        assert_eq!(Jpeg::photo(GREY).unwrap().components, 1);
        assert_eq!(Jpeg::photo(PROGRESSIVE).unwrap().components, 3);
    }

    #[test]
    fn a_second_picture_behind_the_first_is_left_out() {
        let clean = Jpeg::photo(GREY).unwrap().cleaned();
        let two = [GREY, COLOUR].concat();
        assert_eq!(Jpeg::photo(&two).unwrap().cleaned(), clean);
    }

    #[test]
    fn a_picture_in_a_pdf_loses_its_metadata_whatever_else_it_has() {
        let clean = Jpeg::photo(COLOUR).unwrap().cleaned();
        assert_eq!(cleaned_in_pdf(COLOUR).unwrap(), clean);
        assert_eq!(
            cleaned_in_pdf(PROGRESSIVE),
            Jpeg::photo(PROGRESSIVE).ok().map(|it| it.cleaned())
        );
        let middle = clean.len() - 200;
        let scan = clean.windows(2).position(|it| it == b"\xFF\xDA").unwrap();
        assert!(middle > scan + 20);
        let with = |at: usize, part: &[u8]| [&clean[..at], part, &clean[at..]].concat();
        for (why, file, expected) in [
            ("bytes before it", with(0, b"\n secret"), clean.clone()),
            ("a long fill", with(2, b"\xFF\xFF"), clean.clone()),
            ("no marker", with(2, b"secret"), clean.clone()),
            (
                "a marker that is reserved",
                with(2, b"\xFF\x02\0\x04ab"),
                with(2, b"\xFF\x02\0\x04ab"),
            ),
            (
                "its height behind it",
                with(clean.len() - 2, b"\xFF\xDC\0\x04\0\x1E"),
                with(clean.len() - 2, b"\xFF\xDC\0\x04\0\x1E"),
            ),
            (
                "a fill before a zero",
                with(middle, b"\xFF\xFF\0"),
                with(middle, b"\xFF\xFF\0"),
            ),
            (
                "a segment over its end",
                with(middle, b"\xFF\xE1\x7F\xFF"),
                with(middle, b"\xFF\xE1\x7F\xFF"),
            ),
            ("no end", clean[..middle].to_vec(), clean[..middle].to_vec()),
        ] {
            assert!(cleaned_in_pdf(&file).unwrap() == expected, "{why}");
            let start = file.windows(2).position(|it| it == b"\xFF\xD8").unwrap() + 2;
            let comment = &b"\xFF\xFE\0\x08secret"[..];
            let file = [&file[..start], comment, &file[start..]].concat();
            assert!(cleaned_in_pdf(&file).unwrap() == expected, "{why}");
        }
        assert_eq!(cleaned_in_pdf(b"GIF89a"), None);
    }

    #[test]
    fn what_viewers_do_not_show_is_refused() {
        let of = |marker: u8, bits: u8, width: u8, components: u8| {
            let frame = [
                0xFF,
                0xD8,
                0xFF,
                marker,
                0,
                8 + 3 * components,
                bits,
                0,
                1,
                0,
                width,
                components,
            ];
            let all = [&frame[..], &vec![1; 3 * usize::from(components)]].concat();
            Jpeg::photo(&all).unwrap_err()
        };
        assert_eq!(of(0xC3, 8, 1, 3), JpegProblem::Kind);
        assert_eq!(of(0xC9, 8, 1, 3), JpegProblem::Kind);
        assert_eq!(of(0xC0, 12, 1, 3), JpegProblem::Kind);
        assert_eq!(of(0xC0, 8, 1, 2), JpegProblem::Colours);
        assert_eq!(of(0xC0, 8, 0, 3), JpegProblem::Size);
        // No scan follows.
        assert_eq!(of(0xC0, 8, 1, 3), JpegProblem::Damaged);
    }

    #[test]
    fn a_picture_without_its_end_is_cut_off() {
        let exif = include_bytes!("../../tests/corpus/exif.jpg");
        for whole in [
            GREY,
            exif,
            include_bytes!("../../tests/corpus/progressive.jpg"),
        ] {
            assert!(!Jpeg::is_cut_off(whole));
            // Another picture behind it has an end, too.
            assert!(!Jpeg::is_cut_off(&[whole, b"trailer"].concat()));
            let alone = Jpeg::photo(whole).unwrap().cleaned();
            assert!(!Jpeg::is_cut_off(&alone));
            for missing in [2, 10] {
                assert!(Jpeg::is_cut_off(&alone[..alone.len() - missing]));
            }
        }
        assert!(!Jpeg::is_cut_off(b"%PDF-1.7"));
    }

    proptest! {
        #[test]
        fn what_is_cut_off_is_damaged(length in 0..COLOUR.len() - 2) {
            // The fixture has a picture behind its end, which may be cut off.
            let end = COLOUR.windows(2).position(|it| it == b"\xFF\xD9").unwrap() + 2;
            prop_assert_eq!(Jpeg::photo(&COLOUR[..length]).is_ok(), length >= end);
        }

        #[test]
        fn no_bytes_make_it_panic(at in 0..GREY.len(), byte: u8, tail in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut bytes = GREY.to_vec();
            bytes[at] = byte;
            _ = Jpeg::photo(&bytes).map(|it| it.cleaned());
            _ = Jpeg::photo(&[b"\xFF\xD8", &tail[..]].concat());
            for bytes in [bytes, [b"\xFF\xD8", &tail[..]].concat(), tail] {
                assert!(cleaned_in_pdf(&bytes).is_none_or(|it| it.len() <= bytes.len()));
            }
        }
    }
}
