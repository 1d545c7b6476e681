//! A JPEG 2000 picture as it goes into a PDF: without what says where and by whom it was taken.

use std::borrow::Cow;

/// The boxes of a JP2 or JPX file that its picture needs (ISO/IEC 15444-1, annex I, and 15444-2, annex M). Others hold
/// Exif, XMP, addresses, labels, or nothing.
const KEPT: [&[u8; 4]; 7] = [
    b"jP  ", b"ftyp", b"rreq", b"jp2h", b"jpch", b"jplh", PICTURE,
];
const PICTURE: &[u8; 4] = b"jp2c";
/// A box that says where others stand in the file.
const FRAGMENTS: &[u8; 4] = b"ftbl";

/// The file without its metadata; as it is, when it is no JP2 file but its picture alone, or not understood.
pub fn cleaned(file: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match boxes(&file) {
        Some(boxes) if boxes.iter().any(|(kind, _)| *kind == PICTURE) => {
            let kept = boxes.into_iter().filter(|(kind, _)| KEPT.contains(kind));
            Cow::Owned(kept.flat_map(|(_, bytes)| bytes).copied().collect())
        }
        _ => file,
    }
}

/// The boxes that a file is made of, with what each is. What is no box behind the picture is left out.
fn boxes(mut rest: &[u8]) -> Option<Vec<(&[u8; 4], &[u8])>> {
    let mut boxes: Vec<(&[u8; 4], &[u8])> = Vec::new();
    while !rest.is_empty() {
        let Some(length) = box_length(rest) else {
            let has_picture = boxes.iter().any(|(kind, _)| *kind == PICTURE);
            return has_picture.then_some(boxes);
        };
        let kind = rest[4..].first_chunk()?;
        if kind == FRAGMENTS {
            return None;
        }
        let bytes;
        (bytes, rest) = rest.split_at(length);
        boxes.push((kind, bytes));
    }
    Some(boxes)
}

/// How long the first box is. A picture may break off.
fn box_length(rest: &[u8]) -> Option<usize> {
    let length = u32::from_be_bytes(*rest.first_chunk()?);
    let length = match length {
        // To the end.
        0 => rest.len(),
        1 => usize::try_from(u64::from_be_bytes(*rest.get(8..)?.first_chunk()?)).ok()?,
        length => length as usize,
    };
    let length = length.min(rest.len());
    (length >= 8).then_some(length)
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
        let metadata = [*b"uuid", *b"xml ", *b"asoc", *b"jumb", *b"free"];
        let metadata = metadata.map(|kind| part(kind, b"GPS")).concat();
        // The last box may reach to the end.
        let picture = b"\0\0\0\0jp2cpicture".to_vec();
        let file = [&*head, &metadata, &picture].concat();
        assert_eq!(*cleaned(file.into()), [&*head, &picture].concat());
        // A picture may break off, and something may stand behind it.
        for (behind, kept) in [
            (&b"\0\0"[..], &b"\0\0\0\x0Fjp2cpicture"[..]),
            (b"", b"\0\0\0\x99jp2cpicture"),
        ] {
            let file = [&*head, &metadata, kept, behind].concat();
            assert_eq!(*cleaned(file.into()), [&*head, kept].concat());
        }
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
