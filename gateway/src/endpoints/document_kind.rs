//! What a document is, by its first bytes. Names and types that a browser sends are not believed: they only
//! choose between kinds that begin alike.
//!
//! The kinds are those that an office takes. A table of our own, and not a library: those know hundreds of
//! kinds, look for a PDF at the first byte only, and want a whole Office file to tell it from another.

/// How many bytes at the beginning of a document are looked at: PDF readers look so far for a PDF's signature.
pub const HEAD_BYTES: usize = 1_024;

/// The types of Office documents that are ZIP archives, with their endings and the folder inside them that
/// tells them apart.
const ZIP_KINDS: [(&str, &str, &[u8]); 6] = [
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
        b"word/",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        b"xl/",
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
        b"ppt/",
    ),
    (
        "application/vnd.oasis.opendocument.text",
        "odt",
        b"application/vnd.oasis.opendocument.text",
    ),
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        "ods",
        b"application/vnd.oasis.opendocument.spreadsheet",
    ),
    (
        "application/vnd.oasis.opendocument.presentation",
        "odp",
        b"application/vnd.oasis.opendocument.presentation",
    ),
];

/// The types of older Office documents, with their endings. They begin alike.
const OLE_KINDS: [(&str, &str); 3] = [
    ("application/msword", "doc"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-powerpoint", "ppt"),
];

/// The media type of a document with these first bytes ([`HEAD_BYTES`] are enough). `None` for what no
/// office takes.
pub fn media_type(head: &[u8], mimetype: &str, filename: &str) -> Option<&'static str> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    if head.starts_with(b"\xFF\xD8\xFF") {
        return Some("image/jpeg");
    }
    if head.starts_with(b"\x89PNG\r\n\x1A\n") {
        return Some("image/png");
    }
    if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
        return Some("image/tiff");
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    if head.get(4..8) == Some(b"ftyp") {
        return is_heic(head).then_some("image/heic");
    }
    let named = |kind: &str, ending: &str| {
        mimetype.split(';').next().unwrap_or_default().trim() == kind
            || filename
                .rsplit_once('.')
                .is_some_and(|(_, its)| its.eq_ignore_ascii_case(ending))
    };
    if head.starts_with(b"PK\x03\x04") {
        let inside = ZIP_KINDS
            .iter()
            .find(|(_, _, folder)| contains(head, folder));
        // The folder may come after the first bytes.
        let is_office = [
            &b"[Content_Types].xml"[..],
            b"_rels/",
            b"docProps/",
            b"customXml/",
        ]
        .iter()
        .any(|name| head.get(30..).is_some_and(|rest| rest.starts_with(name)));
        let by_name = || {
            ZIP_KINDS
                .iter()
                .find(|(kind, ending, _)| named(kind, ending))
        };
        let found = inside.or_else(|| by_name().filter(|_| is_office));
        return found.map(|(kind, ..)| *kind);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        let found = OLE_KINDS.iter().find(|(kind, ending)| named(kind, ending));
        return found.map(|(kind, _)| *kind);
    }
    // Some scanners and mail programs put a few bytes before a PDF.
    let is_pdf = contains(head, b"%PDF-") && !starts_like_markup(head);
    is_pdf.then_some("application/pdf")
}

/// Whether one of the brands of an ISO media file is of HEIF pictures.
fn is_heic(head: &[u8]) -> bool {
    const BRANDS: [&[u8; 4]; 8] = [
        b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1",
    ];
    let length = head.first_chunk().map_or(0, |it| u32::from_be_bytes(*it));
    let end = head.len().min(length as usize);
    let brands = head.get(8..end).unwrap_or_default();
    brands
        .chunks_exact(4)
        .any(|brand| BRANDS.iter().any(|it| brand == *it))
}

/// A web page or JSON that speaks of a PDF is none.
fn starts_like_markup(head: &[u8]) -> bool {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let first = start.trim_ascii_start().first();
    matches!(first, Some(b'<' | b'{' | b'['))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|it| it == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(head: &[u8]) -> Option<&'static str> {
        media_type(head, "application/octet-stream", "x")
    }

    #[test]
    fn the_first_bytes_say_what_it_is_and_not_name_or_type() {
        for (head, kind) in [
            (&b"%PDF-1.7"[..], "application/pdf"),
            (b"\r\n\0\0scanner%PDF-1.4", "application/pdf"),
            (b"\xFF\xD8\xFF\xE0", "image/jpeg"),
            (b"\x89PNG\r\n\x1A\n", "image/png"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"II*\0\x08\0\0\0", "image/tiff"),
            (b"MM\0*\0\0\0\x08", "image/tiff"),
        ] {
            assert_eq!(of(head), Some(kind), "{}", head.escape_ascii());
            assert_eq!(media_type(head, "text/html", "x.php"), Some(kind));
        }
    }

    #[test]
    fn what_no_office_takes_is_nothing() {
        for head in [
            &b""[..],
            b"MZ\x90\0",
            b"\x7FELF",
            b"<?php system($_GET['a']); // %PDF-",
            b"\xEF\xBB\xBF <!doctype html>%PDF-",
            b"#!/bin/sh",
            b"GIF89a",
            b"BM\x10\0\0\0",
            b"loonstrook",
            b"\0\0\0\x18ftypisom\0\0\0\0mp42",
            b"RIFF\x10\0\0\0WAVEfmt ",
            b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07\0\0\0a.class",
        ] {
            assert_eq!(
                media_type(head, "application/pdf", "loonstrook.pdf"),
                None,
                "{}",
                head.escape_ascii()
            );
        }
    }

    #[test]
    fn office_documents_are_told_apart_by_what_is_in_them_and_then_by_name() {
        let zip = |name: &str| {
            let mut head = b"PK\x03\x04".to_vec();
            head.resize(30, 0);
            head.extend_from_slice(name.as_bytes());
            head
        };
        let docx = ZIP_KINDS[0].0;
        let word = zip("word/document.xml");
        assert_eq!(media_type(&word, "image/png", "x.xlsx"), Some(docx));
        let types = zip("[Content_Types].xml");
        assert_eq!(media_type(&types, "", "x.DOCX"), Some(docx));
        assert_eq!(media_type(&types, docx, "x"), Some(docx));
        assert_eq!(media_type(&types, "application/zip", "x.zip"), None);
        assert_eq!(media_type(&zip("a.exe"), docx, "x.docx"), None);
        let odt = zip("mimetypeapplication/vnd.oasis.opendocument.textPK");
        assert_eq!(media_type(&odt, "", "x"), Some(ZIP_KINDS[3].0));
        let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
        assert_eq!(media_type(ole, "", "x.doc"), Some("application/msword"));
        assert_eq!(media_type(ole, "application/x-msi", "x.msi"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(head in proptest::collection::vec(any::<u8>(), 0..40)) {
            for before in [&b""[..], b"PK\x03\x04", b"\0\0\0\x18ftyp", b"RIFF"] {
                let _ = of(&[before, &head].concat());
            }
        }
    }
}
