//! PDFs in, one PDF out: what is kept, what is left behind, and what is refused. The files are made by
//! `corpus/make.py`; corpus/README.md says what each is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use document::message::Turn;
use document::pdf::{
    A4, Contents, Existing, Jpeg, JpegProblem, MAX_PAGES, Page, PdfProblem, assemble, inspect, open,
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
fn signatures_and_attachments_are_told_wherever_they_are() {
    let told = |catalog: &str, page: &str| {
        let catalog = format!("<</Type/Catalog/Pages 2 0 R{catalog}>>");
        let page = format!("<</Type/Page/Parent 2 0 R{page}>>");
        let bytes = of_objects(&[
            catalog.as_bytes(),
            b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 400]>>",
            page.as_bytes(),
            b"<</Subtype/Widget/FT/Sig/T(a)/Rect[0 0 0 0]/V<</Type/Sig/Contents<00>>>>>",
            b"<</Subtype/Widget/Parent 4 0 R/Rect[0 0 0 0]>>",
            b"<</Subtype/Widget/FT/Sig/T(a)/Rect[0 0 0 0]>>",
        ]);
        let info = inspect(&bytes).unwrap();
        (info.is_signed, info.has_attachments)
    };
    let form = |field: u32| format!("/AcroForm<</Fields[{field} 0 R]>>");
    assert_eq!(told(&form(4), ""), (true, false));
    assert_eq!(told(&form(6), "/Annots[6 0 R]"), (false, false), "not yet");
    assert_eq!(told("", "/Annots[4 0 R]"), (true, false));
    assert_eq!(told("", "/Annots[5 0 R]"), (true, false));
    let files = "/AF[<</Type/Filespec/F(a.xml)>>]";
    let note = |what: &str| format!("/Annots[<<{what}/Rect[0 0 9 9]>>]");
    assert_eq!(told(files, ""), (false, true));
    assert_eq!(told("", files), (false, true));
    assert_eq!(told("", &note("/Subtype/FileAttachment")), (false, true));
    assert_eq!(
        told("", &note(&format!("/Subtype/Text{files}"))),
        (false, true)
    );
    assert_eq!(told("", &note("/Subtype/Text")), (false, false));
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
    // The second page's picture.
    let picture: Vec<u8> = (0..=255).collect();
    assert!(!contains(&first, &picture) && contains(&first, b"/Helvetica"));
    let second = assemble(&CONTENTS, &[pdf("inherited")], &[existing(1)]).unwrap();
    assert!(contains(&second, &picture) && !contains(&second, b"/Helvetica"));
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

/// A PDF of these objects, the first of which is its catalog.
fn of_objects(objects: &[&[u8]]) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", index + 1).bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let (table, count) = (pdf.len(), objects.len() + 1);
    pdf.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").bytes());
    for place in places {
        pdf.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let end = format!("trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n");
    pdf.extend(end.bytes());
    pdf
}

/// A PDF of one page. `page` is what it says besides its size, and `others` are the objects from 4 on.
fn of_page(page: &str, others: &[&[u8]]) -> Vec<u8> {
    let page = format!("<</Type/Page/Parent 2 0 R {page}>>");
    let objects = [
        &b"<</Type/Catalog/Pages 2 0 R>>"[..],
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 400]>>",
        page.as_bytes(),
    ];
    of_objects(&[&objects, others].concat())
}

/// A stream with this in its dictionary.
fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{dict}/Length {}>>stream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// Packed as LZW does it, without ever using a longer code.
fn lzw(data: &[u8]) -> Vec<u8> {
    let parts = data.chunks(200).map(|part| {
        let bytes = part.iter().map(|byte| format!("{byte:09b}"));
        [vec![format!("{:09b}", 256)], bytes.collect()]
            .concat()
            .concat()
    });
    let bits = [parts.collect::<Vec<_>>().concat(), format!("{:09b}", 257)].concat();
    let bytes = bits.as_bytes().chunks(8);
    let byte = |bits: &[u8]| {
        let bits = String::from_utf8(bits.to_vec()).unwrap();
        u8::from_str_radix(&format!("{bits:0<8}"), 2).unwrap()
    };
    bytes.map(byte).collect()
}

#[test]
fn a_drawing_does_not_bring_what_only_another_page_uses() {
    let size = "/Subtype/Image/Width 8/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray";
    let list = "<</XObject<</I1 6 0 R/I2 7 0 R/Fm 8 0 R>>/Pattern<</P 9 0 R>>\
        /Font<</I2 10 0 R/F 11 0 R>>/ExtGState<</G<</SMask<</S/Alpha/G 8 0 R>>>>>>>>";
    let shared = "/BBox[0 0 99 99]/Resources 5 0 R";
    let form = stream(&format!("/Subtype/Form{shared}"), b"/I1 Do");
    let borrowing = stream("/Subtype/Form/BBox[0 0 99 99]", b"/I1 Do");
    let pattern = format!("/PatternType 1/PaintType 1/TilingType 1/XStep 9/YStep 9{shared}");
    let glyphs =
        b"<</Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 12 0 R>>\
        /Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[9]/Resources 5 0 R>>";
    let carried_over = |contents: &[u8], form: &[u8], page: &str| {
        let others = [
            contents,
            list.as_bytes(),
            &stream(size, b"expected"),
            &stream(size, b"secret.."),
            form,
            &stream(&pattern, b"/I1 Do"),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            glyphs,
            &stream("", b"9 0 d0 q /I1 Do Q"),
        ];
        let page = format!("/Contents 4 0 R/Resources 5 0 R{page}");
        carried(Existing::read(of_page(&page, &others)).unwrap())
    };
    let beside = "/Annots[<</Subtype/Stamp/Rect[0 0 99 99]/AP<</N 8 0 R>>>>]";
    let predicted = [b"\x02", &b"/I1 Do"[..]].concat();
    let predicted = compress_to_vec_zlib(&predicted, 6);
    for (why, contents, form, page) in [
        ("a form", stream("", b"/Fm Do"), &form, ""),
        ("a form that borrows", stream("", b"/Fm Do"), &borrowing, ""),
        (
            "a pattern",
            stream("", b"/Pattern cs/P scn 0 0 9 9 re f"),
            &form,
            "",
        ),
        ("a font", stream("", b"BT /F 12 Tf (a) Tj ET"), &form, ""),
        ("a mask", stream("", b"/G gs 0 0 9 9 re f"), &form, ""),
        ("a stamp", stream("", b""), &form, beside),
        ("a stamp that borrows", stream("", b""), &borrowing, beside),
        (
            "another list",
            stream("", b"BT/I2 12 Tf(x)Tj ET/I1 Do"),
            &form,
            "",
        ),
        (
            "LZW",
            stream("/Filter/LZWDecode", &lzw(b"/I1 Do")),
            &form,
            "",
        ),
        (
            "a predictor",
            stream(
                "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 6>>",
                &predicted,
            ),
            &form,
            "",
        ),
    ] {
        let made = carried_over(&contents, form, page);
        assert!(contains(&made, b"expected"), "{why}");
        assert!(!contains(&made, b"secret"), "{why}");
    }
    // What is not understood may use anything.
    let unknown = stream("/Filter/JBIG2Decode", b"");
    assert!(contains(&carried_over(&unknown, &form, ""), b"secret"));
}

#[test]
fn what_programs_write_beside_what_is_drawn_stays_behind() {
    let secret = "/PTEX.FileName(/home/secret)/Author(secret)/Private<</A(secret)>>";
    let form = format!("/Subtype/Form/BBox[0 0 9 9]/Metadata 9 0 R{secret}/Matrix[1 0 0 1 0 7]");
    let image = format!(
        "/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray\
        /Alternates[<</Image 9 0 R>>]/Decode[1 0]{secret}"
    );
    let others = [
        &stream(
            "",
            b"/F Do /I Do /OC/L BDC EMC /OC/R BDC EMC /Span/S BDC EMC",
        )[..],
        &stream(&form, b""),
        &stream(&image, b"x"),
        b"<</Type/OCG/Name(Laag)/Usage<</CreatorInfo<</Creator(secret)>>/View<</ViewState/ON>>\
            /User<</Name(secret)>>>>>>",
        b"<</Type/OCMD/OCGs 7 0 R/P/AnyOff/Author(secret)>>",
        &stream("/Type/Metadata/Subtype/XML", b"<secret/>"),
        b"<</ActualText(secret)/File 11 0 R/Metadata 9 0 R>>",
        &stream("/Type/EmbeddedFile", b"secret"),
    ];
    let page = "/Contents 4 0 R/Resources<</XObject<</F 5 0 R/I 6 0 R>>\
        /Properties<</L 7 0 R/R 8 0 R/S 10 0 R>>>>";
    let made = carried(Existing::read(of_page(page, &others)).unwrap());
    assert!(!contains(&made, b"secret"), "{}", made.escape_ascii());
    for kept in [
        "/Decode[1 0]",
        "/Matrix[1 0 0 1 0 7]",
        "/AnyOff",
        "/ViewState",
    ] {
        assert!(contains(&made, kept.as_bytes()), "{kept}");
    }
}

/// Ten megabytes of zeros, packed twice.
fn bomb() -> Vec<u8> {
    let once = compress_to_vec_zlib(&vec![0; 10 << 20], 9);
    compress_to_vec_zlib(&once, 9)
}

const PACKED_TWICE: &str = "/Filter[/FlateDecode/FlateDecode]";

/// A PDF without a table, which the library mends: these parts, and a page.
fn to_mend(parts: &[&[u8]]) -> Vec<u8> {
    let page = b"\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
    [b"%PDF-1.7\n", &parts.concat()[..], page].concat()
}

#[test]
fn the_library_mends_with_holders_that_stand_behind_anything() {
    let packed = compress_to_vec_zlib(b"4 0 <</Secret 1>>", 6);
    let good = stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &packed);
    let bad = stream(&format!("/Type/ObjStm/N 1/First 4{PACKED_TWICE}"), &bomb());
    for before in [
        "10 0 obj null ",
        "10 0 obj null\n",
        "10 0 obj<<>>",
        "10 0 obj % ",
        "10 0 obj\n%\n",
        "10 0 obj\n",
    ] {
        let read = Existing::read(to_mend(&[before.as_bytes(), &good]));
        assert_eq!(read.map(|it| it.info().pages.len()), Ok(1), "{before}");
        let problem = refused(to_mend(&[before.as_bytes(), &bad]));
        assert_eq!(problem, PdfProblem::Damaged, "{before}");
    }
    // What one reads as a comment is a part of the other.
    let head =
        format!("10 0 obj null <<{PACKED_TWICE}% 11 0 obj<<\n/Type/ObjStm/Length 9>>stream\n");
    let bytes = to_mend(&[head.as_bytes(), &bomb(), b"\nendstream"]);
    assert_eq!(refused(bytes), PdfProblem::Damaged);
    // Comments behind numbers, each of which goes on to the end.
    assert_eq!(
        refused(to_mend(&[&b"1 % ".repeat(200_000)])),
        PdfProblem::Damaged
    );
}

#[test]
fn what_is_encrypted_may_not_unpack_to_much() {
    let problem = |length: usize| {
        let holder = stream(
            "/Type/ObjStm/N 1/First 4/Filter/FlateDecode",
            &vec![b'x'; length],
        );
        let end = b"\ntrailer<</Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2>>>>\n";
        inspect(&to_mend(&[b"10 0 obj", &holder, b"endobj", end])).err()
    };
    assert_eq!(problem(300 << 10), Some(PdfProblem::TooLarge));
    assert_eq!(problem(200 << 10), None);
}

/// A PDF of a page with a cross-reference stream, by which object 4 is in 10 and 10 is at a word. The stream is made
/// of its rows by `pack`.
fn of_table(holder: &[u8], word: &str, pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut rows = vec![0; 6];
    let page: [&[u8]; 3] = [
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
        b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n",
        b"3 0 obj<</Type/Page/MediaBox[0 0 9 9]/Annots[4 0 R]>>endobj\n",
    ];
    let row = |kind: u8, field: usize| {
        let field = u32::try_from(field).unwrap().to_be_bytes();
        [&[kind][..], &field, &[0]].concat()
    };
    for object in page {
        rows.extend(row(1, pdf.len()));
        pdf.extend_from_slice(object);
    }
    let at = holder
        .windows(word.len())
        .position(|it| it == word.as_bytes());
    rows.extend(row(2, 10));
    rows.extend(row(0, 0).repeat(5));
    rows.extend(row(1, pdf.len() + at.unwrap()));
    pdf.extend_from_slice(holder);
    let table = pdf.len();
    pdf.extend_from_slice(b"\n11 0 obj");
    pdf.extend(pack(&rows));
    pdf.extend(format!("\nendobj\nstartxref\n{}\n%%EOF\n", table + 1).bytes());
    pdf
}

const TABLE: &str = "/Type/XRef/Size 11/W[1 4 1]/Root 1 0 R";

#[test]
fn the_library_finds_a_holder_by_the_last_digits_of_its_number() {
    let plain = |rows: &[u8]| stream(TABLE, rows);
    let good = stream("/N 1/First 4", b"4 0 <</Subtype/Text>>");
    let bad = stream(PACKED_TWICE, &bomb());
    let of = |head: &str, holder: &[u8]| {
        let holder = [head.as_bytes(), holder, b"\nendobj\n"].concat();
        Existing::read(of_table(&holder, "10 0", plain)).map(|it| it.info().pages.len())
    };
    assert_eq!(of("10 0 obj", &good), Ok(1));
    for head in [
        "10 0 obj",
        "110 0 obj",
        "10 0 obj%20 0 obj\n",
        "10 0 obj%\n",
    ] {
        assert_eq!(of(head, &bad), Err(PdfProblem::Damaged), "{head}");
    }
}

#[test]
fn the_library_reads_a_table_whose_packing_was_only_flushed() {
    let holder = [
        b"10 0 obj",
        &stream("/N 1/First 4", b"4 0 <<>>")[..],
        b"endobj\n",
    ]
    .concat();
    let dict = format!("{TABLE}/Filter/FlateDecode");
    // Blocks as they are, and one that is empty, as a flush writes it. None is the last.
    let flushed = |rows: &[u8]| {
        let length = u16::try_from(rows.len()).unwrap();
        let lengths = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
        let packed = [b"\x78\x9C\0", &lengths[..], rows, b"\0\0\0\xFF\xFF"];
        stream(&dict, &packed.concat())
    };
    let pages = |bytes| Existing::read(bytes).map(|it| it.info().pages.len());
    assert_eq!(pages(of_table(&holder, "10", flushed)), Ok(1));
    let broken = |_: &[u8]| stream(&dict, b"\x78\x9C\xFF\xFF\xFF");
    let broken = of_table(&holder, "10", broken);
    assert_eq!(pages(broken), Err(PdfProblem::Damaged));
    // A row costs a few bits, and the library keeps each.
    let many = compress_to_vec_zlib(&vec![0; 2 << 20], 9);
    let dict = "/Size 9999999/W[0 1 0]/Root 1 0 R/Filter/FlateDecode";
    let many = of_table(&holder, "10", |_| stream(dict, &many));
    assert_eq!(pages(many), Err(PdfProblem::TooLarge));
}

#[test]
fn a_form_that_viewers_draw_anew_is_refused() {
    let form = |settings: &str, value: &str| {
        let catalog = format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]{settings}>>>>");
        let field = format!(
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(naam)/Rect[0 0 90 20]/AP<</N 5 0 R>>{value}>>"
        );
        let look = stream("/Subtype/Form/BBox[0 0 90 20]", b"");
        let bytes = of_objects(&[
            catalog.as_bytes(),
            b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 400]>>",
            b"<</Type/Page/Parent 2 0 R/Annots[4 0 R]>>",
            field.as_bytes(),
            &look,
        ]);
        Existing::read(bytes).map(|it| it.info().pages.len())
    };
    let anew = "/NeedAppearances true";
    assert_eq!(form(anew, "/V(Eva)"), Err(PdfProblem::Form));
    assert_eq!(form(anew, "/V()"), Ok(1), "nothing was filled in");
    assert_eq!(form("/NeedAppearances false", "/V(Eva)"), Ok(1), "as drawn");
}

#[test]
fn notes_that_only_viewers_draw_are_refused() {
    let with = |note: &str| {
        let page = format!("/Annots[<</Subtype{note}>>]");
        let look = stream("/Subtype/Form/BBox[0 0 90 20]", b"");
        open(of_page(&page, &[&look])).map(|it| it.info().pages.len())
    };
    let place = "/Rect[0 0 90 20]";
    for kind in ["FreeText", "Square", "Ink", "Highlight", "Stamp", "Line"] {
        let note = format!("/{kind}{place}");
        assert_eq!(with(&note), Err(PdfProblem::Form), "{kind}");
        assert_eq!(with(&format!("{note}/AP<<>>")), Err(PdfProblem::Form));
        assert_eq!(with(&format!("{note}/AP<</N 4 0 R>>")), Ok(1), "{kind}");
        assert_eq!(with(&format!("{note}/F 2")), Ok(1), "{kind} is hidden");
        assert_eq!(with(&format!("/{kind}/Rect[9 9 9 9]")), Ok(1), "no size");
    }
    // A line that lies flat.
    assert_eq!(with("/Line/Rect[0 9 90 9]"), Err(PdfProblem::Form));
    for kind in ["Link", "Popup", "Text"] {
        assert_eq!(with(&format!("/{kind}{place}")), Ok(1), "{kind}");
    }
}

#[test]
fn a_crop_box_that_shows_nothing_counts_for_none() {
    for (crop, size) in [
        ("[0 0 0 0]", (300, 400)),
        ("[900 900 950 950]", (300, 400)),
        ("[10 10 10.5 390]", (300, 400)),
        ("[50 50 150 250]", (100, 200)),
    ] {
        let page = format!("/CropBox{crop}/Contents 4 0 R");
        let pdf = Existing::read(of_page(&page, &[&stream("", b"0 0 90 90 re f")])).unwrap();
        let shown = pdf.info().pages[0];
        assert_eq!((shown.width as u32, shown.height as u32), size, "{crop}");
        assert_eq!(sizes(&carried(pdf)), [size], "{crop}");
    }
    let nothing = of_page("/MediaBox[0 0 0 0]", &[]);
    assert_eq!(refused(nothing), PdfProblem::Damaged);
}

#[test]
fn what_cannot_be_carried_over_is_known_when_it_is_opened() {
    // A gigabyte in a hundred parts, each of which is allowed.
    let part = file("million-zeros.deflate").repeat(20);
    let part = [b"\x78\xDA", &part[..], b"\x03\0\0\0\0\x01"].concat();
    let part = stream("/Filter/FlateDecode", &part);
    let parts = "4 0 R ".repeat(100);
    let opened = |page: &str, others: &[&[u8]]| {
        let opened = open(of_page(page, others));
        opened.map(|pdf| assert!(!carried(pdf).is_empty()))
    };
    let page = format!("/Contents[{parts}]");
    assert_eq!(opened(&page, &[&part]), Err(PdfProblem::TooLarge));
    let bomb = open(file("bomb-contents.pdf")).map(|_| ());
    assert_eq!(bomb, Err(PdfProblem::TooLarge));
    // Parts have to be put together, and one of them is packed in a way that is not known here.
    let (known, unknown) = (stream("", b"q Q"), stream("/Filter/JBIG2Decode", b"q Q"));
    let others = [&known[..], &unknown];
    assert_eq!(
        opened("/Contents[4 0 R 5 0 R]", &others),
        Err(PdfProblem::Damaged)
    );
    assert_eq!(opened("/Contents[4 0 R 4 0 R]", &others), Ok(()));
    assert_eq!(opened("/Contents[5 0 R]", &others), Ok(()));
    // More notes than anybody writes.
    let notes = format!("/Annots[{}]", "4 0 R ".repeat(60_000));
    let opened = opened(&notes, &[b"<</Subtype/Text/Rect[0 0 9 9]>>"]);
    assert_eq!(opened, Err(PdfProblem::TooLarge));
}

#[test]
fn what_costs_too_much_is_known_when_it_is_opened() {
    let started = Instant::now();
    let page = "/Contents 4 0 R/Resources<<";
    let nothing = stream("", b"");
    let opened = |page: &str, others: &[&[u8]]| open(of_page(page, others)).map(|_| ());
    let too_large = Err(PdfProblem::TooLarge);
    // Unpacks to 20 MB of spaces, and these to nothing.
    let spaces = compress_to_vec_zlib(&vec![b' '; 20 << 20], 6);
    let spaces = stream("/Filter[/FlateDecode/ASCIIHexDecode]", &spaces);
    let parts = format!("/Contents[{}]", "4 0 R ".repeat(200));
    assert_eq!(opened(&parts, &[&spaces]), too_large, "free work");
    // A dictionary that is read for each time that it is named.
    let keys: String = (0..9_999).map(|it| format!("/{it} 0")).collect();
    let note = format!("<</Subtype/Widget/Rect[0 0 9 9]{keys}>>");
    let notes = format!("/Annots[{}]", "4 0 R ".repeat(10_000));
    assert_eq!(opened(&notes, &[note.as_bytes()]), too_large, "notes");
    let part = stream(&keys, b"");
    let parts = format!("/Contents[{}]", "4 0 R ".repeat(10_000));
    assert_eq!(opened(&parts, &[&part]), too_large, "parts");
    // A list that is named as something else.
    let list = format!("[{}]", "0 ".repeat(200_000));
    let notes = format!("/Annots[{}]", "4 0 R ".repeat(10_000));
    for key in ["Subtype", "Rect", "AP", "F"] {
        let note = format!("<</AP<</N 6 0 R>>/{key} 5 0 R>>");
        let look = stream("/BBox[0 0 9 9]", b"");
        let others = [note.as_bytes(), list.as_bytes(), &look];
        assert_eq!(opened(&notes, &others), too_large, "{key}");
    }
    // Names, of which the page has none.
    let names: String = (0..9_999_999).map(|it| format!("/{it}")).collect();
    let names = stream(
        "/Filter/FlateDecode",
        &compress_to_vec_zlib(&names.as_bytes()[..60 << 20], 1),
    );
    let contents = format!("/Contents[{}]", "4 0 R ".repeat(9));
    assert_eq!(opened(&contents, &[&names]), too_large, "names");
    let others = [&names[..], b"<<>>"];
    let font = "/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>";
    assert_eq!(opened(font, &others), Ok(()), "names that are looked up");
    // Photos that become small when they are cleaned.
    let photo = [b"\xFF\xD8\xFF\xFE\0\x04ab", &vec![0xFF; 30 << 20][..]].concat();
    let photo = compress_to_vec_zlib(&photo, 6);
    let photo = stream("/Subtype/Image/Filter[/FlateDecode/DCTDecode]", &photo);
    let photos: String = (5..55).map(|it| format!("/P{it} {it} 0 R")).collect();
    let draw: String = (5..55).map(|it| format!("/P{it} Do ")).collect();
    let draw = stream("", draw.as_bytes());
    let others: Vec<&[u8]> = [&draw[..]].into_iter().chain([&photo[..]; 50]).collect();
    let photos = format!("{page}/XObject<<{photos}>>>>");
    assert_eq!(opened(&photos, &others), too_large, "photos");
    // Drawings in each other, each of which borrows what those within it do.
    let names: String = (0..4_900).map(|it| format!("/{it} Do ")).collect();
    let drawings: Vec<Vec<u8>> = (6..1_006)
        .map(|within| {
            let within = format!("/Subtype/Form/Resources<</XObject<</D {within} 0 R>>>>");
            stream(&within, format!("{names}/D Do").as_bytes())
        })
        .collect();
    let list: String = (5..1_005).map(|it| format!("/D{it} {it} 0 R")).collect();
    let draw: String = (5..1_005).map(|it| format!("/D{it} Do ")).collect();
    let draw = stream("", draw.as_bytes());
    let drawings = drawings.iter().map(|it| &it[..]);
    let others: Vec<&[u8]> = [&draw[..]].into_iter().chain(drawings).collect();
    let list = format!("{page}/XObject<<{list}>>>>");
    assert_eq!(opened(&list, &others), too_large, "drawings");
    // Lists in each other are read at each depth.
    let deep = format!(
        "{}{}{}",
        "[".repeat(40),
        "0 ".repeat(1_000_000),
        "]".repeat(40)
    );
    let font = stream("", b"/F 1 Tf");
    let others = [&font[..], deep.as_bytes()];
    let font = format!("{page}/Font<</F 5 0 R>>>>");
    assert_eq!(opened(&font, &others), too_large, "lists");
    assert_eq!(
        opened(&font, &[&nothing, deep.as_bytes()]),
        Ok(()),
        "not used"
    );
    // Contents of several parts are packed anew.
    let long = compress_to_vec_zlib(&vec![b' '; 40 << 20], 6);
    let others = [&stream("/Filter/FlateDecode", &long)[..], &nothing];
    assert_eq!(opened("/Contents[4 0 R]", &others), Ok(()), "as it is");
    assert_eq!(
        opened("/Contents[4 0 R 5 0 R]", &others),
        too_large,
        "packed"
    );
    // Without optimisation, on a slow machine.
    let taken = started.elapsed();
    assert!(taken < Duration::from_secs(120), "{taken:?}");
}

#[test]
fn numbers_that_are_too_large_are_written_as_others() {
    let least = "-2147483648 -2147483648.4 -2147483700";
    let numbers = format!("{least} 2147483648 {}", "9".repeat(60));
    let font = format!("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Widths[{numbers}]>>");
    let others = [&stream("", b"/F 1 Tf")[..], font.as_bytes()];
    let page = "/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>";
    let made = carried(open(of_page(page, &others)).unwrap());
    let made = String::from_utf8_lossy(&made).into_owned();
    let widths = made.split_once("/Widths[").unwrap().1;
    let widths = widths.split_once(']').unwrap().0;
    assert!(widths.starts_with("-2147483647 -2147483647 "), "{widths}");
    assert!(!widths.contains("inf"), "{widths}");
    // As the place of a page, too.
    let far = "/MediaBox[-2147483648 0 -2147479552 400]";
    assert_eq!(refused(of_page(far, &[])), PdfProblem::Damaged);
}

#[test]
fn a_watermark_on_a_long_strip_is_not_written_a_million_times() {
    let strip = Existing::read(of_page("/MediaBox[0 0 10 14400]", &[])).unwrap();
    let page = Page::Existing {
        pdf: 0,
        page: 0,
        turn: Turn::None,
        watermark: Some("Kopie"),
    };
    let made = assemble(&CONTENTS, &[strip], &[page]).unwrap();
    assert!(made.len() < 1 << 20, "{} bytes", made.len());
}

#[test]
fn a_photo_in_a_pdf_loses_its_metadata_however_it_is_packed() {
    let photo = file("exif.jpg");
    assert!(contains(&photo, b"secret"));
    let packed = compress_to_vec_zlib(&photo, 6);
    let rows: Vec<u8> = photo
        .chunks(9)
        .flat_map(|row| {
            let filled = row.iter().copied().chain([0; 9]).take(9);
            std::iter::once(0).chain(filled)
        })
        .collect();
    let broken_off = rows.len() + photo.len() % 9 - 9;
    assert!(broken_off < rows.len());
    let last_broken_off = compress_to_vec_zlib(&rows[..broken_off], 6);
    let rows = compress_to_vec_zlib(&rows, 6);
    let behind = [b"\n secret", &photo[..]].concat();
    let hex: String = photo.iter().map(|byte| format!("{byte:02x}")).collect();
    let size = "/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceRGB";
    let cleaned = Jpeg::photo(&photo).unwrap().cleaned();
    // Before its end mark.
    let end = &cleaned[cleaned.len() - 100..cleaned.len() - 2];
    let at = photo.windows(end.len()).position(|it| it == end).unwrap();
    let broken_off = &photo[..at + end.len()];
    for (filter, data) in [
        ("/Filter/DCTDecode", &photo[..]),
        ("/Filter/DCTDecode", broken_off),
        ("/Filter[/DCTDecode]/DecodeParms[null]", &photo),
        ("/Filter[/FlateDecode/DCTDecode]", &packed),
        (
            "/Filter[/FlateDecode/DCTDecode]/DecodeParms[null<</ColorTransform 1>>]",
            &packed,
        ),
        ("/Filter[/ASCIIHexDecode/DCTDecode]", hex.as_bytes()),
        (
            "/Filter[/FlateDecode/DCTDecode]/DecodeParms[<</Predictor 12/Columns 9>>null]",
            &rows,
        ),
        (
            "/Filter[/FlateDecode/DCTDecode]/DecodeParms[<</Predictor 12/Columns 9>>null]",
            &last_broken_off,
        ),
        ("/Filter/DCTDecode", &behind),
    ] {
        let picture = stream(&format!("{size}{filter}"), data);
        let others = [&stream("", b"/P Do")[..], &picture];
        let page = "/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>";
        let made = carried(Existing::read(of_page(page, &others)).unwrap());
        for word in [&b"secret"[..], b"Exif", b"FlateDecode/DCT", b"null<<"] {
            assert!(!contains(&made, word), "{filter}");
        }
        assert!(contains(&made, b"/DCTDecode"), "{filter}");
        assert!(contains(&made, end), "{filter}");
    }
}

#[test]
fn a_jpeg_2000_picture_loses_its_metadata_however_it_is_packed() {
    let picture = b"\0\0\0\x0Fjp2cpicture";
    let file = [&b"\0\0\0\x0Euuidsecret"[..], picture].concat();
    let packed = compress_to_vec_zlib(&file, 6);
    for (filter, data) in [("/JPXDecode", &file), ("[/FlateDecode/JPXDecode]", &packed)] {
        let image = format!("/Subtype/Image/Width 8/Height 8/Filter{filter}");
        let others = [&stream("", b"/P Do")[..], &stream(&image, data)];
        let page = "/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>";
        let made = carried(Existing::read(of_page(page, &others)).unwrap());
        assert!(contains(&made, picture), "{filter}");
        assert!(!contains(&made, b"secret"), "{filter}");
    }
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
        // The consumer sees something of it, or nothing.
        _ = renderer::draw(made, 60);
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

/// Words of a PDF, and what is between them. A name has its slash, and a reference is one word.
fn words(bytes: &[u8]) -> Vec<&[u8]> {
    let is_in_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"/.-".contains(byte);
    let mut words: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let is_word = is_in_word(first);
        let end = rest.iter().position(|it| is_in_word(it) != is_word);
        let end = end.unwrap_or(rest.len());
        let is_reference = rest[end..].starts_with(b" 0 R");
        let (word, after) = rest.split_at(if is_reference { end + 4 } else { end });
        words.push(word);
        rest = after;
    }
    words
}

/// Words that mean something where they may come to stand.
const WORDS: &[&[u8]] = &[
    b"<<>>",
    b"[]",
    b"null",
    b"()",
    b"-1",
    b"0",
    b"65536",
    b"1 0 R",
    b"2 0 R",
    b"3 0 R",
    b"4 0 R",
    b"5 0 R",
    b"6 0 R",
    b"7 0 R",
    b"8 0 R",
    b"9 0 R",
    b"10 0 R",
    b"/Type",
    b"/Subtype",
    b"/Form",
    b"/Type3",
    b"/Pattern",
    b"/Resources",
    b"/XObject",
    b"/Font",
    b"/ExtGState",
    b"/SMask",
    b"/G",
    b"/CharProcs",
    b"/Properties",
    b"/OC",
    b"/OCG",
    b"/OCMD",
    b"/OCGs",
    b"/AP",
    b"/N",
    b"/AS",
    b"/Annots",
    b"/Annot",
    b"/Contents",
    b"/Kids",
    b"/Parent",
    b"/Count",
    b"/Page",
    b"/Filter",
    b"/FlateDecode",
    b"/LZWDecode",
    b"/DCTDecode",
    b"/JPXDecode",
    b"/DecodeParms",
    b"/Predictor",
    b"/Length",
    b"/Group",
    b"/Rect",
    b"/BBox",
    b"/Matrix",
    b"/MediaBox",
    b"/Rotate",
    b"/UserUnit",
    b"/Do",
    b"Do",
    b"Tf",
    b"gs",
    b"scn",
    b"BDC",
];

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
    fn a_pdf_with_other_words_is_read_or_refused(
        name in prop::sample::select(QUICK),
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 1..6),
    ) {
        let bytes = file(&[name, ".pdf"].concat());
        let words = words(&bytes);
        let mut changed: Vec<&[u8]> = words.clone();
        for (at, from, is_known) in &changes {
            let all = if *is_known { WORDS } else { words.as_slice() };
            changed[at.index(words.len())] = all[from.index(all.len())];
        }
        survive_well(changed.concat());
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
