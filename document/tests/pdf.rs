//! PDFs in, one PDF out: what is kept, what is left behind, and what is refused. The files are made by
//! `corpus/make.py`; corpus/README.md says what each is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use document::message::Turn;
use document::pdf::{
    A4, Contents, Existing, JpegProblem, MAX_PAGES, Page, PdfProblem, assemble, inspect,
};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const CONTENTS: Contents<'_> = Contents {
    title: "Loonstrook – één",
    language: "nl",
};

/// PDFs whose pages are carried over. The last takes a third of a second without optimisation: its cipher is slow
/// by intent.
const GOOD: [&str; 19] = [
    "chromium",
    "circle-of-drawings",
    "fax",
    "form",
    "garbage-before",
    "holder",
    "inherited",
    "jbig2",
    "layers",
    "linear",
    "objects",
    "owner-aes-128",
    "owner-rc4-128",
    "owner-rc4-40",
    "photo",
    "plain",
    "signed",
    "turned",
    "owner-aes-256",
];
/// Those that are read in a millisecond or so.
const QUICK: &[&str] = GOOD.split_last().unwrap().1;

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    fs::read(folder.join(name)).unwrap()
}

fn pdf(name: &str) -> Existing {
    Existing::read(file(&[name, ".pdf"].concat()))
        .unwrap_or_else(|problem| panic!("{name}: {problem:?}"))
}

fn refused(bytes: Vec<u8>) -> PdfProblem {
    match Existing::read(bytes) {
        Ok(it) => panic!("not refused: {:?}", it.info()),
        Err(problem) => problem,
    }
}

fn existing(page: usize) -> Page<'static> {
    Page::Existing {
        pdf: 0,
        page,
        turn: Turn::None,
        watermark: None,
    }
}

/// All pages of a PDF, as a new one.
fn carried(pdf: Existing) -> Vec<u8> {
    let pages: Vec<_> = (0..pdf.info().pages.len()).map(existing).collect();
    assemble(&CONTENTS, &[pdf], &pages).unwrap()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|it| it == part)
}

/// A PDF with everything in it that is packed as zlib does it unpacked beside it, to look for words.
fn readable(pdf: &[u8]) -> Vec<u8> {
    let starts = (0..pdf.len()).filter(|at| pdf[*at..].starts_with(b"stream\n"));
    let unpacked = starts.filter_map(|at| decompress_to_vec_zlib(&pdf[at + 7..]).ok());
    [pdf.to_vec(), unpacked.collect::<Vec<_>>().concat()].concat()
}

/// The sizes of a PDF's pages in whole points.
fn sizes(pdf: &[u8]) -> Vec<(u32, u32)> {
    let pages = inspect(pdf).unwrap().pages;
    pages
        .iter()
        .map(|it| (it.width.round() as u32, it.height.round() as u32))
        .collect()
}

#[test]
fn every_pdf_without_a_password_is_carried_over() {
    for name in GOOD {
        let pdf = pdf(name);
        let sizes: Vec<_> = pdf.info().pages.clone();
        let is_owners = name.starts_with("owner");
        assert_eq!(pdf.info().is_encrypted, is_owners, "{name}");
        let made = carried(pdf);
        let info = inspect(&made).unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        assert_eq!(info.pages, sizes, "{name}");
        assert!(!info.is_encrypted && !info.is_signed && !info.has_attachments);
        // Carried over again it is still the same.
        let again = carried(Existing::read(made).unwrap());
        assert_eq!(inspect(&again).unwrap(), info, "{name}");
    }
}

#[test]
fn a_password_is_told_whatever_the_cipher() {
    for cipher in ["rc4-40", "rc4-128", "aes-128", "aes-256"] {
        let locked = file(&format!("password-{cipher}.pdf"));
        assert_eq!(refused(locked), PdfProblem::NeedsPassword, "{cipher}");
    }
}

#[test]
fn what_is_cut_off_is_damaged_wherever_it_is_cut() {
    assert_eq!(refused(file("cut-off.pdf")), PdfProblem::Damaged);
    for name in [
        "plain.pdf",
        "linear.pdf",
        "objects.pdf",
        "owner-aes-128.pdf",
    ] {
        let whole = file(name);
        for length in (0..whole.len() - 12).step_by(7) {
            let problem = refused(whole[..length].to_vec());
            assert_eq!(problem, PdfProblem::Damaged, "{name} after {length} bytes");
        }
    }
    assert_eq!(refused(b"<html>".to_vec()), PdfProblem::Damaged);
}

#[test]
fn a_form_that_others_draw_is_refused_and_a_signature_is_told() {
    assert_eq!(refused(file("form-not-drawn.pdf")), PdfProblem::Form);
    let signed = pdf("signed");
    assert!(signed.info().is_signed && signed.info().has_attachments);
    assert!(!pdf("form").info().is_signed && !pdf("form").info().has_attachments);
}

#[test]
fn hostile_files_are_refused_in_bounded_time() {
    let started = Instant::now();
    let pages = PdfProblem::TooManyPages { pages: 10_000 };
    assert_eq!(refused(file("many-pages.pdf")), pages);
    assert_eq!(refused(file("circle.pdf")), PdfProblem::Damaged);
    assert_eq!(refused(file("bomb-objects.pdf")), PdfProblem::Damaged);
    let bomb = pdf("bomb-contents");
    let made = assemble(&CONTENTS, &[bomb], &[existing(0)]).map(|it| it.len());
    assert_eq!(made, Err(PdfProblem::TooLarge));
    // A gigabyte, packed once.
    let gigabyte = file("million-zeros.deflate").repeat(1_024);
    let gigabyte = [b"\x78\xDA", &gigabyte[..], b"\x03\0\0\0\0\x01"].concat();
    let holder = b"%PDF-1.7\n4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n";
    let bomb = [
        holder,
        &gigabyte[..],
        b"\nendstream\nendobj\nstartxref\n9\n%%EOF",
    ]
    .concat();
    assert_eq!(refused(bomb), PdfProblem::TooLarge);
    // A million pages that cost five bytes each.
    let pages = "<<>>".repeat(1_000_000);
    let many = format!("%PDF-1.7\n1 0 obj\n<</Kids[{pages}]>>\nendobj\nstartxref\n9\n%%EOF");
    assert!(matches!(
        refused(many.into_bytes()),
        PdfProblem::TooLarge | PdfProblem::Damaged
    ));
    // Dictionaries in dictionaries, streams and texts without an end.
    for part in [
        "<</A ",
        "[",
        "1 0 obj<<",
        "1 0 obj(",
        "1 0 obj(endobj ",
        "1 0 obj%",
        "1 0 obj<a",
        "1 0 obj<<>>stream\n",
        "trailer<</A(",
    ] {
        let deep = part.repeat(300_000);
        let deep = format!("%PDF-1.7\n1 0 obj\n{deep}\nendobj\nstartxref\n9\n%%EOF");
        let problem = refused(deep.into_bytes());
        assert!(
            matches!(problem, PdfProblem::TooLarge | PdfProblem::Damaged),
            "{part}"
        );
    }
    // Without optimisation, on a slow machine.
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn pages_come_in_the_order_and_turned_as_they_are_asked_for() {
    let photo = file("exif.jpg");
    let grey = file("grey.jpg");
    let pdfs = [pdf("turned"), pdf("inherited")];
    let of = |pdf, page, turn| Page::Existing {
        pdf,
        page,
        turn,
        watermark: None,
    };
    let pages = [
        Page::Photo {
            jpeg: &photo,
            turn: Turn::None,
        },
        of(1, 1, Turn::None),
        of(0, 0, Turn::None),
        of(0, 0, Turn::Left),
        of(0, 1, Turn::None),
        Page::Photo {
            jpeg: &grey,
            turn: Turn::Right,
        },
    ];
    let made = assemble(&CONTENTS, &pdfs, &pages).unwrap();
    let (long, short) = (A4.height.round() as u32, A4.width.round() as u32);
    let expected = [
        (long, short),
        (300, 400),
        (350, 700),
        (700, 350),
        (700, 350),
        (short, long),
    ];
    assert_eq!(sizes(&made), expected);
    assert_eq!(
        assemble(&CONTENTS, &pdfs, &pages).unwrap(),
        made,
        "the same bytes again"
    );
    let text = readable(&made);
    assert!(contains(&text, b"/DeviceGray") && contains(&text, b"/DeviceRGB"));
    assert!(contains(&text, b"/Lang(nl)") && contains(&text, b"/Title"));
}

#[test]
fn a_page_that_was_taken_out_does_not_come_along() {
    let first = assemble(&CONTENTS, &[pdf("inherited")], &[existing(0)]).unwrap();
    assert!(!contains(&first, b"secret") && contains(&first, b"/Helvetica"));
    let second = assemble(&CONTENTS, &[pdf("inherited")], &[existing(1)]).unwrap();
    assert!(contains(&second, b"secret") && !contains(&second, b"/Helvetica"));
    // A drawing that points to a page does not bring it.
    let drawing = assemble(&CONTENTS, &[pdf("circle-of-drawings")], &[existing(0)]).unwrap();
    let text = String::from_utf8_lossy(&drawing).into_owned();
    assert_eq!(text.matches("/Type/Page/").count(), 1, "{text}");
}

#[test]
fn nothing_of_the_files_own_metadata_goes_along() {
    for name in ["plain", "photo", "form"] {
        let made = readable(&carried(pdf(name)));
        for word in [
            "secret",
            "Exif",
            "Producer",
            "Creator",
            "CreationDate",
            "ReportLab",
            "xmp",
            "example.org",
        ] {
            assert!(!contains(&made, word.as_bytes()), "{name}: {word}");
        }
    }
    let photo = file("exif.jpg");
    let page = Page::Photo {
        jpeg: &photo,
        turn: Turn::None,
    };
    let made = assemble(&CONTENTS, &[], &[page]).unwrap();
    assert!(!contains(&made, b"secret") && !contains(&made, b"Exif"));
}

#[test]
fn a_hidden_layer_stays_hidden() {
    let made = carried(pdf("layers"));
    let text = String::from_utf8_lossy(&made);
    let (_, off) = text.split_once("/OFF[").unwrap();
    let (off, _) = off.split_once(" 0 R]").unwrap();
    let (layer, _) = text
        .split_once("/Verborgen")
        .unwrap_or_else(|| text.split_once("(Verborgen)").unwrap());
    let number = layer.rsplit_once(" 0 obj").unwrap().0;
    assert!(number.ends_with(&["\n", off].concat()), "{off}");
}

#[test]
fn what_is_asked_for_and_is_not_there_is_an_error() {
    let none = assemble(&CONTENTS, &[], &[]);
    assert_eq!(none, Err(PdfProblem::NoSuchPage));
    let missing = assemble(&CONTENTS, &[pdf("plain")], &[existing(3)]);
    assert_eq!(missing, Err(PdfProblem::NoSuchPage));
    let text = Page::Photo {
        jpeg: b"%PDF-",
        turn: Turn::None,
    };
    let problem = PdfProblem::Photo {
        at: 1,
        problem: JpegProblem::Damaged,
    };
    assert_eq!(
        assemble(&CONTENTS, &[pdf("plain")], &[existing(0), text]),
        Err(problem)
    );
    let many = vec![existing(0); MAX_PAGES + 1];
    let problem = PdfProblem::TooManyPages {
        pages: MAX_PAGES + 1,
    };
    assert_eq!(assemble(&CONTENTS, &[pdf("plain")], &many), Err(problem));
}

/// Reads bytes as a PDF and carries over what it can; no answer is wrong, but there has to be one. Gives what was
/// made, and of how many pages.
fn survive(bytes: Vec<u8>) -> Option<(Vec<u8>, usize)> {
    let pdf = Existing::read(bytes).ok()?;
    let pages: Vec<_> = (0..pdf.info().pages.len()).map(existing).collect();
    let made = assemble(&CONTENTS, &[pdf], &pages).ok()?;
    Some((made, pages.len()))
}

/// What is made of a damaged file is no damaged file.
fn survive_well(bytes: Vec<u8>) {
    if let Some((made, pages)) = survive(bytes) {
        let again = inspect(&made).map(|it| it.pages.len());
        assert_eq!(again, Ok(pages));
    }
}

/// Changes a few bytes of a file.
fn damaged(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    bytes
}

/// How many changed files each test reads.
fn cases() -> u32 {
    let told = std::env::var("PROPTEST_CASES").ok();
    told.and_then(|it| it.parse().ok()).unwrap_or(500)
}

proptest! {
    // More with PROPTEST_CASES.
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_damaged_pdf_is_read_or_refused(
        name in prop::sample::select(QUICK),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        survive_well(damaged(file(&[name, ".pdf"].concat()), &changes));
    }

    #[test]
    fn a_pdf_with_other_numbers_is_read_or_refused(
        name in prop::sample::select(QUICK),
        changes in prop::collection::vec((any::<prop::sample::Index>(), b'0'..=b'9'), 1..6),
    ) {
        let bytes = file(&[name, ".pdf"].concat());
        let digits: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
        let mut changed = bytes.clone();
        for (at, digit) in &changes {
            changed[digits[at.index(digits.len())]] = *digit;
        }
        survive_well(changed);
    }

    #[test]
    fn pieces_of_pdfs_are_read_or_refused(
        pieces in prop::collection::vec(
            (prop::sample::select(QUICK), any::<prop::sample::Index>(), 0..900usize), 1..6),
    ) {
        let pieces = pieces.iter().map(|(name, at, length)| {
            let bytes = file(&[name, ".pdf"].concat());
            let at = at.index(bytes.len());
            bytes[at..bytes.len().min(at + length)].to_vec()
        });
        let pieces: Vec<_> = pieces.collect();
        // A file within a stream of the made one may look damaged, and then is refused: no second look here.
        let end = b"\nstartxref\n9\n%%EOF".to_vec();
        _ = survive([b"%PDF-1.7\n".to_vec(), pieces.concat(), end].concat());
    }

    #[test]
    fn what_a_holder_of_objects_holds_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let held = b"1 0 2 33 3 75 <</Type/Catalog/Pages 2 0 R    >> <</Type/Pages/Kids[3 0 R]/Count 1     >> <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Rotate 90>>";
        let packed = compress_to_vec_zlib(&damaged(held.to_vec(), &changes), 6);
        let start = format!("%PDF-1.7\n4 0 obj\n<</Type/ObjStm/N 3/First 14/Filter/FlateDecode/Length {}>>stream\n", packed.len());
        let end = b"\nendstream\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF".to_vec();
        _ = survive([start.into_bytes(), packed, end].concat());
    }
}
