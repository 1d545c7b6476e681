//! What a document is, by its first bytes. Names and types that a browser sends are not believed: they only
//! choose between kinds that begin alike. The gateway decides by it, and the portal says the same before sending.
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

/// Kinds that are known by their first bytes alone, with the endings that their names have. The first ending is what
/// a name gets that has none.
const PLAIN_KINDS: [(&str, &[&str]); 6] = [
    ("application/pdf", &["pdf"]),
    ("image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("image/png", &["png"]),
    ("image/tiff", &["tif", "tiff"]),
    ("image/webp", &["webp"]),
    ("image/heic", &["heic", "heif", "hif"]),
];

/// Endings of what no office takes, but which is often named so by mistake: a web page in place of a download, a
/// text, an archive.
const OTHER_ENDINGS: [&str; 10] = [
    "htm", "html", "php", "aspx", "txt", "zip", "tmp", "bin", "gif", "bmp",
];

/// The endings that a name of this media type may have, the usual one first. None for a type that no office takes.
pub fn endings(media_type: &str) -> &'static [&'static str] {
    let plain = PLAIN_KINDS.iter().find(|(kind, _)| *kind == media_type);
    let zip = ZIP_KINDS.iter().find(|(kind, ..)| *kind == media_type);
    let ole = OLE_KINDS.iter().find(|(kind, _)| *kind == media_type);
    plain
        .map(|(_, endings)| *endings)
        .or_else(|| zip.map(|(_, ending, _)| std::slice::from_ref(ending)))
        .or_else(|| ole.map(|(_, ending)| std::slice::from_ref(ending)))
        .unwrap_or_default()
}

/// Whether an ending is one of a document's kind, an office's or another, and not the end of a title such as
/// `jaaropgave 2.2026`.
pub fn is_ending(ending: &str) -> bool {
    let plain = PLAIN_KINDS.iter().flat_map(|(_, endings)| *endings);
    let zip = ZIP_KINDS.iter().map(|(_, ending, _)| ending);
    let ole = OLE_KINDS.iter().map(|(_, ending)| ending);
    let mut all = plain.chain(zip).chain(ole).chain(&OTHER_ENDINGS);
    all.any(|known| known.eq_ignore_ascii_case(ending))
}

/// What a document turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A media type that an office takes, as [`media_type`] gives it.
    Kind(&'static str),
    /// No bytes at all.
    Empty,
    /// A web page: often a page that asks to sign in, saved under the name of a document.
    WebPage,
    /// Text of another kind: plain, JSON, XML, a saved mail, RTF.
    Text,
    /// Nothing that is known.
    Unknown,
}

/// What a document with these first bytes ([`HEAD_BYTES`] are enough) is, to tell the consumer before sending. What
/// is no [`Seen::Kind`] is what the gateway refuses.
pub fn seen(head: &[u8], mimetype: &str, filename: &str) -> Seen {
    let head = &head[..head.len().min(HEAD_BYTES)];
    if let Some(kind) = media_type(head, mimetype, filename) {
        return Seen::Kind(kind);
    }
    if head.is_empty() {
        Seen::Empty
    } else if !is_text(head) {
        Seen::Unknown
    } else if is_web_page(head) {
        Seen::WebPage
    } else {
        Seen::Text
    }
}

/// Whether these are the first bytes of a text: none that texts do not have, or the mark of UTF-16.
fn is_text(head: &[u8]) -> bool {
    let is_wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    is_wide
        || head
            .iter()
            .all(|byte| matches!(byte, b'\t' | b'\n' | b'\x0C' | b'\r' | b' '..=b'~' | 0x80..))
}

/// Whether a text starts as a web page does. In UTF-16 every second byte is zero.
fn is_web_page(head: &[u8]) -> bool {
    const STARTS: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<script"];
    let mut text: Vec<u8> = head.to_ascii_lowercase();
    text.retain(|byte| *byte != 0);
    let start = text.iter().find(|byte| byte.is_ascii_graphic());
    // A page may start with a comment, or as XHTML does with a line of XML.
    start == Some(&b'<') && STARTS.iter().any(|start| contains(&text, start))
}

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

    #[test]
    fn what_is_no_document_is_told_for_what_it_is() {
        let seen = |head: &[u8]| seen(head, "application/pdf", "loonstrook.pdf");
        assert_eq!(seen(b""), Seen::Empty);
        for page in [
            &b"<!DOCTYPE html><title>Inloggen</title>"[..],
            b"\xEF\xBB\xBF\r\n <HTML lang=nl>",
            b"<!-- saved --><html>%PDF-1.7",
            b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">",
            b"\xFF\xFE<\0h\0t\0m\0l\0>\0",
        ] {
            assert_eq!(seen(page), Seen::WebPage, "{}", page.escape_ascii());
        }
        for text in [
            &b"Loonstrook maart\n"[..],
            "€ 3.000,-".as_bytes(),
            b"{\"error\": \"<html>\"}",
            b"{\\rtf1\\ansi",
            b"<?xml version=\"1.0\"?><xbrl>",
            b"From: bank@example.org\r\nContent-Type: text/plain",
            b"\xFF\xFEa\0",
        ] {
            assert_eq!(seen(text), Seen::Text, "{}", text.escape_ascii());
        }
        for unknown in [&b"MZ\x90\0"[..], b"\0\0\0", b"GIF89a\x01\0"] {
            assert_eq!(seen(unknown), Seen::Unknown, "{}", unknown.escape_ascii());
        }
    }

    #[test]
    fn a_document_is_what_it_is_whatever_its_name_says() {
        assert_eq!(
            seen(b"\xFF\xD8\xFF\xE0", "application/pdf", "scan.pdf"),
            Seen::Kind("image/jpeg")
        );
        assert_eq!(
            seen(b"mail server\r\n%PDF-1.7", "text/html", "a.html"),
            Seen::Kind("application/pdf")
        );
    }

    #[test]
    fn each_kind_has_an_ending() {
        assert_eq!(endings("application/pdf"), ["pdf"]);
        assert_eq!(endings("image/jpeg")[0], "jpg");
        assert_eq!(endings(ZIP_KINDS[0].0), ["docx"]);
        assert_eq!(endings("application/msword"), ["doc"]);
        assert!(endings("text/html").is_empty());
        assert!(is_ending("PDF") && is_ending("ods") && is_ending("xls") && is_ending("html"));
        assert!(!is_ending("2026") && !is_ending(""));
    }

    proptest! {
        #[test]
        fn the_portal_and_the_gateway_agree(
            head in proptest::collection::vec(any::<u8>(), 0..40),
            name in "\\PC{0,12}(\\.(pdf|docx|doc))?",
        ) {
            for before in [&b""[..], b"PK\x03\x04", b"%PDF-", b"<html"] {
                let head = [before, &head].concat();
                let kind = match seen(&head, "", &name) {
                    Seen::Kind(kind) => Some(kind),
                    _ => None,
                };
                prop_assert_eq!(kind, media_type(&head, "", &name));
                prop_assert!(kind.is_none_or(|kind| !endings(kind).is_empty()));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(head in proptest::collection::vec(any::<u8>(), 0..40)) {
            for before in [&b""[..], b"PK\x03\x04", b"\0\0\0\x18ftyp", b"RIFF"] {
                let _ = of(&[before, &head].concat());
            }
        }
    }
}
