//! What others make of the PDFs that we make: qpdf finds nothing wrong, poppler and MuPDF show a page that was carried
//! over as they showed it before, and what the consumer sees of it (`renderer`) looks like it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use document::{
    message::Turn,
    pdf::{Contents, Existing, Page, assemble},
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CONTENTS: Contents<'_> = Contents {
    title: "Loonstrook",
    language: "nl",
};

/// PDFs of the corpus that viewers show.
const SHOWN: [&str; 18] = [
    "chromium",
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
    "owner-aes-256",
    "owner-rc4-128",
    "owner-rc4-40",
    "photo",
    "plain",
    "signed",
    "turned",
];

/// How far two pictures of a page may be apart on the average, of 255: edges fall a little differently.
const APART: f64 = 0.6;

/// A program that `cargo xtask test` names in a variable, or one on the PATH.
fn program(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not on this machine: `cargo xtask test` brings it"))
}

/// A page as a viewer shows it: its sides in pixels, and three bytes for each pixel.
#[derive(PartialEq)]
struct Shown {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Shown {
    /// Reads pictures in PPM's form, one after the other.
    fn read(mut ppm: &[u8]) -> Vec<Self> {
        let mut all = Vec::new();
        while !ppm.is_empty() {
            let mut words = [0; 4];
            for word in &mut words {
                let end = ppm.iter().position(u8::is_ascii_whitespace).unwrap();
                let text = String::from_utf8(ppm[..end].to_vec()).unwrap();
                *word = text.trim_start_matches('P').parse().unwrap();
                ppm = &ppm[end + 1..];
            }
            let [kind, width, height, most] = words;
            assert_eq!((kind, most), (6, 255));
            let (pixels, rest) = ppm.split_at(width * height * 3);
            all.push(Self {
                width,
                height,
                pixels: pixels.to_vec(),
            });
            ppm = rest;
        }
        all
    }

    fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        self.pixels[at..at + 3].try_into().unwrap()
    }

    /// Turned by a quarter to the right.
    fn turned(&self) -> Self {
        let pixels = (0..self.width)
            .flat_map(|y| (0..self.height).flat_map(move |x| self.pixel(y, self.height - 1 - x)));
        Self {
            pixels: pixels.collect(),
            width: self.height,
            height: self.width,
        }
    }

    /// Its upper left part.
    fn part(&self, (width, height): (usize, usize)) -> Self {
        let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| self.pixel(x, y)));
        Self {
            pixels: pixels.collect(),
            width,
            height,
        }
    }

    /// How far it is from another of the same size, on the average of all bytes.
    fn apart(&self, other: &Self) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let pairs = self.pixels.iter().zip(&other.pixels);
        let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / self.pixels.len() as f64
    }

    fn is_blank(&self) -> bool {
        self.pixels.iter().all(|byte| *byte == 255)
    }
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output.stdout
}

fn by_poppler(file: &Path) -> Vec<Shown> {
    let mut command = Command::new(program("PDFTOPPM", "pdftoppm"));
    Shown::read(&run(command.args(["-r", "72", "-cropbox"]).arg(file)))
}

fn by_mupdf(file: &Path) -> Vec<Shown> {
    let mut command = Command::new(program("MUTOOL", "mutool"));
    let flags = [
        "draw", "-q", "-r", "72", "-c", "rgb", "-F", "ppm", "-o", "-",
    ];
    Shown::read(&run(command.args(flags).arg(file)))
}

/// Shows all pages of a PDF.
type Show = fn(&Path) -> Vec<Shown>;

const VIEWERS: [(&str, Show); 2] = [("poppler", by_poppler), ("MuPDF", by_mupdf)];

fn corpus(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    folder.join(name)
}

/// Makes a PDF of these pages and has qpdf check it.
fn made(name: &str, pdfs: &[Existing], pages: &[Page<'_>]) -> PathBuf {
    let made = assemble(&CONTENTS, pdfs, pages).unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join([name, ".pdf"].concat());
    fs::write(&file, made).unwrap();
    let mut command = Command::new(program("QPDF", "qpdf"));
    let said = run(command.arg("--check").arg(&file));
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("No syntax or stream encoding errors"),
        "{name}: {said}"
    );
    file
}

fn existing(page: usize, turn: Turn) -> Page<'static> {
    Page::Existing {
        pdf: 0,
        page,
        turn,
        watermark: None,
    }
}

#[test]
fn a_page_looks_the_same_when_it_was_carried_over() {
    for name in SHOWN {
        let file = corpus(&[name, ".pdf"].concat());
        let pdf = Existing::read(fs::read(&file).unwrap()).unwrap();
        let pages = 0..pdf.info().pages.len();
        let pages: Vec<_> = pages.map(|page| existing(page, Turn::None)).collect();
        let made = made(name, &[pdf], &pages);
        for (viewer, show) in VIEWERS {
            let (before, after) = (show(&file), show(&made));
            assert_eq!(before.len(), pages.len(), "{name}");
            assert_eq!(after.len(), pages.len(), "{name}");
            // Only this one has nothing on its page.
            assert_eq!(
                before.iter().all(Shown::is_blank),
                name == "holder",
                "{name}"
            );
            for (page, (before, after)) in before.iter().zip(&after).enumerate() {
                let apart = before.apart(after);
                assert!(apart < APART, "{name}, page {page}: {viewer} {apart}");
            }
        }
    }
}

/// A PDF of one page. The catalog and the page say this besides, and `others` are the objects from 4 on.
fn by_hand(name: &str, catalog: &str, page: &str, others: &[String]) -> PathBuf {
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalog}>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 200]>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R{page}>>"),
    ];
    objects.extend_from_slice(others);
    let (mut pdf, mut table) = ("%PDF-1.7\n".to_owned(), String::new());
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let (at, count) = (pdf.len(), objects.len() + 1);
    pdf += &format!("xref\n0 {count}\n0000000000 65535 f \n{table}");
    pdf += &format!("trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join([name, "-before.pdf"].concat());
    fs::write(&file, pdf).unwrap();
    file
}

/// A stream with this in its dictionary.
fn stream(dict: &str, data: &str) -> String {
    format!("<<{dict}/Length {}>>stream\n{data}\nendstream", data.len())
}

/// Carries the one page of a PDF over and has each viewer show it before and after. Gives whether it is blank.
fn looks_the_same(name: &str, file: &Path) -> Vec<bool> {
    let pdf = Existing::read(fs::read(file).unwrap()).unwrap();
    let made = made(name, &[pdf], &[existing(0, Turn::None)]);
    let viewers = VIEWERS.iter().map(|(viewer, show)| {
        let (before, after) = (show(file).swap_remove(0), show(&made).swap_remove(0));
        assert!(before == after, "{name}: {viewer} {}", before.apart(&after));
        before.is_blank()
    });
    viewers.collect()
}

#[test]
fn a_drawing_has_the_fonts_of_what_it_stands_in() {
    let text = "BT /F1 24 Tf 20 100 Td (Bedrag) Tj ET";
    let form = "/Subtype/Form/BBox[0 0 200 200]";
    let pattern = "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 200 200]/XStep 200/YStep 200";
    let beside = "/Annots[<</Subtype/Stamp/Rect[0 0 200 200]/AP<</N 6 0 R>>>>]";
    let within = stream(
        &[form, "/Resources<</XObject<</Y 7 0 R>>>>"].concat(),
        "/Y Do",
    );
    for (name, contents, page, drawing) in [
        (
            "form",
            "/X Do",
            "",
            stream(&[form, "/Resources<<>>"].concat(), text),
        ),
        ("form-within", "/X Do", "", within),
        (
            "pattern",
            "/Pattern cs /X scn 0 0 200 200 re f",
            "",
            stream(&[pattern, "/Resources<<>>"].concat(), text),
        ),
        ("stamp", "0 0 m", beside, stream(form, text)),
    ] {
        let list = "/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>\
            /XObject<</X 6 0 R>>/Pattern<</X 6 0 R>>>>";
        let others = [
            stream("", contents),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
            drawing,
            stream(form, text),
        ];
        let file = by_hand(name, "", &[list, page].concat(), &others);
        let is_blank = looks_the_same(name, &file);
        assert!(is_blank.contains(&false), "{name}");
    }
}

#[test]
fn what_is_hidden_stays_hidden_and_nothing_else_is() {
    let off = "/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]/Order[5 0 R]>>>>";
    let both = "/OCProperties<</OCGs[5 0 R]/D<</BaseState/OFF/ON[5 0 R]/OFF[5 0 R]>>>>";
    let on = "/OCProperties<</OCGs[5 0 R]/D<</BaseState/OFF/ON[5 0 R]>>>>";
    let unlisted = "/OCProperties<</OCGs[]/D<</OFF[5 0 R]>>>>";
    let contents = "/OC /L BDC 1 0 0 rg 0 0 99 99 re f EMC";
    let beside = |layer: &str| {
        let place = "/Rect[0 0 99 99]/AP<</N 7 0 R>>";
        format!("/Annots[<</Subtype/Stamp{place}/OC {layer}>>]")
    };
    let layer = "<</Type/OCG/Name(L)>>";
    for (name, catalog, contents, page, layer, is_blank) in [
        ("off", off, contents, "", layer, [true; 2]),
        ("off-and-on", both, contents, "", layer, [true; 2]),
        ("on", on, contents, "", layer, [false; 2]),
        // Only poppler takes this for a layer.
        ("no-type", off, contents, "", "<</Name(L)>>", [true, false]),
        ("unlisted", unlisted, contents, "", layer, [false; 2]),
        ("no-layers", "", contents, "", layer, [false; 2]),
        ("stamp", off, "", &beside("5 0 R"), layer, [true; 2]),
        ("stamp-by-rule", off, "", &beside("6 0 R"), layer, [true; 2]),
        (
            "stamp-by-its-rule",
            off,
            "",
            &beside("<</Type/OCMD/OCGs[5 0 R]>>"),
            layer,
            [true; 2],
        ),
        ("stamp-on", on, "", &beside("6 0 R"), layer, [false; 2]),
    ] {
        let list = "/Contents 4 0 R/Resources<</Properties<</L 5 0 R>>>>";
        let others = [
            stream("", contents),
            layer.to_owned(),
            "<</Type/OCMD/OCGs 5 0 R>>".to_owned(),
            stream("/Subtype/Form/BBox[0 0 99 99]", "0 0 1 rg 0 0 99 99 re f"),
        ];
        let name = format!("layer-{name}");
        let file = by_hand(&name, catalog, &[list, page].concat(), &others);
        assert_eq!(looks_the_same(&name, &file), is_blank, "{name}");
    }
    let rule = |catalog: &str| {
        let list = "/Contents 4 0 R/Resources<</Properties<</L 6 0 R>>>>";
        let others = [
            stream("", contents),
            layer.to_owned(),
            "<</Type/OCMD/OCGs[5 0 R]>>".to_owned(),
        ];
        looks_the_same("rule", &by_hand("rule", catalog, list, &others))
    };
    assert_eq!(rule(off), [true; 2]);
    assert_eq!(rule(""), [false; 2]);
}

#[test]
fn what_the_consumer_sees_of_a_page_is_what_viewers_show() {
    // There is nothing on that page, and it has 81 pixels.
    for name in SHOWN.iter().filter(|name| **name != "holder") {
        let bytes = fs::read(corpus(&[name, ".pdf"].concat())).unwrap();
        let pdf = Existing::read(bytes).unwrap();
        let page = Page::Existing {
            pdf: 0,
            // Of a blank page only the watermark would be compared, in whatever font the machine has.
            page: pdf.info().pages.len() - 1,
            turn: Turn::Right,
            watermark: Some("Kopie"),
        };
        let file = made(&format!("{name}-drawn"), &[pdf], &[page]);
        let expected = by_poppler(&file).swap_remove(0);
        let longest = expected.width.max(expected.height) as u16;
        let drawn = renderer::draw(fs::read(&file).unwrap(), longest).unwrap();
        let pixels = drawn.pixels.chunks_exact(4).flat_map(|it| &it[..3]);
        let drawn = Shown {
            pixels: pixels.copied().collect(),
            width: drawn.width,
            height: drawn.height,
        };
        // One rounds a page's sides up, the other down.
        let size = (drawn.width, drawn.height);
        let wider = [expected.width - size.0, expected.height - size.1];
        assert!(wider.iter().all(|it| *it <= 1), "{name}: {size:?}");
        let expected = expected.part(size);
        let blank = Shown {
            pixels: vec![255; drawn.pixels.len()],
            ..drawn
        };
        let (apart, of_blank) = (drawn.apart(&expected), blank.apart(&expected));
        // Each smooths edges and small photos in its own way.
        assert!(apart < of_blank / 2.0, "{name}: {apart} of {of_blank}");
    }
}

#[test]
fn a_page_that_the_consumer_turned_is_turned() {
    let file = corpus("turned.pdf");
    let pdf = || Existing::read(fs::read(&file).unwrap()).unwrap();
    for page in 0..4 {
        let turns = [Turn::Right, Turn::Half, Turn::Left];
        let pages = turns.map(|turn| existing(page, turn));
        let made = made(&format!("turned-{page}"), &[pdf()], &pages);
        for (viewer, show) in VIEWERS {
            let mut expected = show(&file).swap_remove(page);
            for after in show(&made) {
                expected = expected.turned();
                let apart = expected.apart(&after);
                // Letters are fitted to the pixels across, and not along.
                assert!(apart < 2.0 * APART, "page {page}: {viewer} {apart}");
            }
        }
    }
}

#[test]
fn a_photo_fills_its_page_and_is_turned() {
    // A red field at its upper left.
    let photo = fs::read(corpus("exif.jpg")).unwrap();
    let turns = [Turn::None, Turn::Right, Turn::Half, Turn::Left];
    let pages = turns.map(|turn| Page::Photo { jpeg: &photo, turn });
    let file = made("photos", &[], &pages);
    for (viewer, show) in VIEWERS {
        for (turn, page) in show(&file).iter().enumerate() {
            let is_lying = page.width > page.height;
            assert_eq!(is_lying, turn % 2 == 0);
            let (x, y) = (page.width / 5, page.height / 5);
            let (far_x, far_y) = (page.width - x, page.height - y);
            let corners = [(x, y), (far_x, y), (far_x, far_y), (x, far_y)];
            let is_red = |(x, y): (usize, usize)| {
                let [red, green, blue] = page.pixel(x, y);
                red > 180 && green < 80 && blue < 80
            };
            let red = corners.map(is_red);
            assert!(
                red[turn] && red.iter().filter(|it| **it).count() == 1,
                "{viewer}: {red:?}"
            );
            // As wide or as high as the page.
            assert_ne!(page.pixel(x, page.height / 2 + 2), [0, 0, 0]);
        }
    }
}

#[test]
fn a_watermark_is_all_over_the_page_and_lets_it_show_through() {
    let file = corpus("plain.pdf");
    let pdf = Existing::read(fs::read(&file).unwrap()).unwrap();
    let text = "Kopie voor één adviseur, 29-11-2026";
    let page = Page::Existing {
        pdf: 0,
        page: 0,
        turn: Turn::None,
        watermark: Some(text),
    };
    let made = made("watermark", &[pdf], &[page, existing(1, Turn::None)]);
    for (viewer, show) in VIEWERS {
        let (before, after) = (show(&file), show(&made));
        assert!(before[1].apart(&after[1]) < APART);
        // In each ninth of the page some pixels are darker, and none is black that was white.
        for part in 0..9 {
            let (x, y) = (part % 3, part / 3);
            let page = &after[0];
            let (wide, high) = (page.width / 3, page.height / 3);
            let places = (0..high).flat_map(|dy| (0..wide).map(move |dx| (dx, dy)));
            let places = places.map(|(dx, dy)| (x * wide + dx, y * high + dy));
            let changed = places.filter(|(x, y)| {
                let (before, after) = (before[0].pixel(*x, *y), page.pixel(*x, *y));
                assert!(before[0] < 255 || after[0] > 120, "{viewer}");
                before != after
            });
            let changed = changed.count();
            assert!(
                changed > wide * high / 200,
                "{viewer}: {changed} in part {part}"
            );
        }
    }
}
