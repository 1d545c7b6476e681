//! A JPEG 2000 picture as it goes into a PDF: without what says where and by whom it was taken.

use std::borrow::Cow;

/// The boxes of a JP2 file that hold metadata: Exif, XMP, IPTC and addresses (ISO/IEC 15444-1, annex I).
const METADATA: [&[u8; 4]; 3] = [b"uuid", b"xml ", b"uinf"];
/// A box that says where others stand in the file.
const FRAGMENTS: &[u8; 4] = b"ftbl";

/// The file without its metadata; as it is, when it is no JP2 file but its picture alone, or not understood.
pub fn cleaned(file: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match boxes(&file) {
        Some(boxes) if boxes.iter().any(is_metadata) => {
            let kept = boxes.into_iter().filter(|it| !is_metadata(it));
            Cow::Owned(kept.flat_map(|(_, bytes)| bytes).copied().collect())
        }
        _ => file,
    }
}

fn is_metadata((kind, _): &(&[u8; 4], &[u8])) -> bool {
    METADATA.contains(kind)
}

/// The boxes that a file is made of, with what each is.
fn boxes(mut rest: &[u8]) -> Option<Vec<(&[u8; 4], &[u8])>> {
    let mut boxes = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        let kind = rest.get(4..)?.first_chunk::<4>()?;
        let length = match length {
            // To the end.
            0 => rest.len(),
            1 => usize::try_from(u64::from_be_bytes(*rest.get(8..)?.first_chunk()?)).ok()?,
            length => length as usize,
        };
        if length < 8 || kind == FRAGMENTS {
            return None;
        }
        let bytes;
        (bytes, rest) = rest.split_at_checked(length)?;
        boxes.push((kind, bytes));
    }
    Some(boxes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len() + 8).unwrap();
        [&length.to_be_bytes(), &kind, data].concat()
    }

    #[test]
    fn metadata_goes_and_the_picture_stays() {
        let head = [part(*b"jP  ", b"\r\n\x87\n"), part(*b"jp2h", b"size")].concat();
        let metadata = [part(*b"uuid", b"GPS"), part(*b"xml ", b"<x:xmpmeta/>")].concat();
        // The last box may reach to the end.
        let picture = b"\0\0\0\0jp2cpicture".to_vec();
        let file = [&*head, &metadata, &picture].concat();
        assert_eq!(*cleaned(file.into()), [head, picture].concat());
    }

    #[test]
    fn what_is_not_understood_stays_as_it_is() {
        let fragments = [part(*b"ftbl", b"12"), part(*b"uuid", b"GPS")].concat();
        for file in [&b"\xFF\x4F\xFF\x51 alone"[..], b"", &fragments] {
            assert_eq!(*cleaned(file.into()), *file);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(file in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(cleaned((&*file).into()).len() <= file.len());
        }
    }
}
