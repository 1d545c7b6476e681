//! One PDF of photos and of pages of other PDFs, in the order that the consumer gave them. Pages are carried over as
//! they are packed; nothing is drawn anew, and nothing of a file's own metadata goes along.
//!
//! What is looked at, each including the one above:
//!
//! | call | what it refuses |
//! |---|---|
//! | `bounds::check` | what is cut off, or costs too much before a page is known |
//! | [`Existing::read`] | a password, wrong or too many pages, forms that others draw, too many notes |
//! | [`inspect`] | the same; gives only what is known of it |
//! | `Carrier::check` | a page that cannot be carried over or has notes that others draw, or all of them cost too much |
//! | [`open`] | all of this: what it takes, [`assemble`] makes, each page once |
//!
//! Why these libraries: docs/decisions/0023-one-pdf-of-many.md.

mod beside;
mod bounds;
mod carry;
mod contents;
mod existing;
mod jpeg;
mod jpx;
mod unpack;
mod used;
mod watermark;

pub use existing::Existing;
pub use jpeg::{Jpeg, JpegProblem, MAX_PIXELS};
pub use watermark::not_in_a_pdf;

use crate::message::Turn;
use beside::Matrix;
use carry::{Carried, Carrier};
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, TextStr};
use std::collections::BTreeMap;
use watermark::Watermark;

/// The most pages that a PDF may have, the consumer's or ours.
pub const MAX_PAGES: usize = 500;
/// The longest PDF that is made, in bytes. What an office takes is less.
pub const MAX_OUTPUT: usize = 128 << 20;
/// The sides of an A4 page in points: 210 by 297 mm (ISO 216).
pub const A4: PageSize = PageSize {
    width: 595.276,
    height: 841.89,
};

/// What is known of a PDF before its pages are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct PdfInfo {
    /// The size of each page, as it is shown.
    pub pages: Vec<PageSize>,
    /// Whether it is encrypted, and opens without a password: only its owner has one.
    pub is_encrypted: bool,
    /// Whether it has a signature. That does not hold for pages that are carried over.
    pub is_signed: bool,
    /// Whether files are attached to it, which are not carried over.
    pub has_attachments: bool,
}

/// The size of a page in points, a 72nd of an inch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageSize {
    /// From left to right.
    pub width: f32,
    /// From bottom to top.
    pub height: f32,
}

impl PageSize {
    fn turned(self, quarters: u8) -> Self {
        if quarters.is_multiple_of(2) {
            self
        } else {
            Self {
                width: self.height,
                height: self.width,
            }
        }
    }
}

/// Why a PDF is not read, or not made. A PDF that is not read can still be sent alone, as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PdfProblem {
    /// It opens with a password only.
    NeedsPassword,
    /// It is no PDF, is cut off, or broken.
    Damaged,
    /// It has more than [`MAX_PAGES`] pages.
    TooManyPages {
        /// How many it has.
        pages: usize,
    },
    /// It is too large, or would unpack to too much.
    TooLarge,
    /// It is a form whose values are drawn by some programs only, or has such notes. On a page that is carried over they
    /// would be missing.
    Form,
    /// A photo is not taken.
    Photo {
        /// Its place among the pages, from 0.
        at: usize,
        /// What is wrong with it.
        problem: JpegProblem,
    },
    /// A page is asked for that the PDF has not, or no page at all.
    NoSuchPage,
}

/// A page of the PDF that is made.
#[derive(Debug, Clone, Copy)]
pub enum Page<'a> {
    /// A photo on a page of [`A4`], upright or lying as the turned photo is. It fills the page as far as its shape
    /// allows; it has no margin, since a scan is a page already.
    Photo {
        /// A JPEG file, grey or in three colours. Only its picture is kept.
        jpeg: &'a [u8],
        /// How the picture is turned.
        turn: Turn,
    },
    /// A page of a PDF, in its own size.
    Existing {
        /// Which of the PDFs, from 0.
        pdf: usize,
        /// Which of its pages, from 0.
        page: usize,
        /// How the page is turned.
        turn: Turn,
        /// What is written across it, such as for whom this copy is. Latin letters beyond Windows-1252
        /// go without their marks; [`not_in_a_pdf`] says which characters become `?`.
        watermark: Option<&'a str>,
    },
}

/// What the PDF that is made says of itself. It has no date and does not say what made it, so that the same pages
/// make the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The title, which viewers show.
    pub title: &'a str,
    /// The language, as in BCP 47: `nl`.
    pub language: &'a str,
}

/// Reads a PDF and says what is known of it. Who also needs its pages keeps [`Existing`].
///
/// # Errors
///
/// Why its pages cannot be carried over.
pub fn inspect(bytes: &[u8]) -> Result<PdfInfo, PdfProblem> {
    Existing::read(bytes.to_vec()).map(|it| it.info().clone())
}

/// Reads a PDF whose pages a document is going to be made of.
///
/// # Errors
///
/// Why they cannot be carried over.
pub fn open(bytes: Vec<u8>) -> Result<Existing, PdfProblem> {
    let existing = Existing::read(bytes)?;
    Carrier::check(&existing)?;
    Ok(existing)
}

/// Makes one PDF of these pages. Besides the files it needs memory for the PDF that is made and for one page.
///
/// # Errors
///
/// Which page cannot be taken, or that there are too many, or none.
pub fn assemble(
    contents: &Contents<'_>,
    pdfs: &[Existing],
    pages: &[Page<'_>],
) -> Result<Vec<u8>, PdfProblem> {
    if pages.is_empty() {
        return Err(PdfProblem::NoSuchPage);
    }
    if pages.len() > MAX_PAGES {
        return Err(PdfProblem::TooManyPages { pages: pages.len() });
    }
    let mut assembly = Assembly::new(pdfs, pages);
    for (at, page) in pages.iter().enumerate() {
        match *page {
            Page::Photo { jpeg, turn } => {
                let photo = Jpeg::photo(jpeg);
                let photo = photo.map_err(|problem| PdfProblem::Photo { at, problem })?;
                assembly.add_photo(&photo, turn);
            }
            Page::Existing {
                pdf,
                page,
                turn,
                watermark,
            } => assembly.add_existing(pdf, page, turn, watermark)?,
        }
        if assembly.out.len() > MAX_OUTPUT {
            return Err(PdfProblem::TooLarge);
        }
    }
    Ok(assembly.finish(contents))
}

struct Assembly<'a> {
    pdfs: &'a [Existing],
    /// Those of which a page was taken.
    carriers: BTreeMap<usize, Carrier<'a>>,
    out: Pdf,
    next: Ref,
    catalog: Ref,
    tree: Ref,
    pages: Vec<Ref>,
    watermark: Option<Watermark>,
}

impl<'a> Assembly<'a> {
    fn new(pdfs: &'a [Existing], pages: &[Page<'_>]) -> Self {
        let photos = pages.iter().map(|page| match page {
            Page::Photo { jpeg, .. } => jpeg.len() + 1_000,
            Page::Existing { .. } => 0,
        });
        let room = photos.sum::<usize>().min(MAX_OUTPUT) + 10_000;
        let settings = pdf_writer::Settings { pretty: false };
        let mut next = Ref::new(1);
        Self {
            pdfs,
            carriers: BTreeMap::new(),
            out: Pdf::with_settings_and_capacity(settings, room),
            catalog: next.bump(),
            tree: next.bump(),
            next,
            pages: Vec::new(),
            watermark: None,
        }
    }

    fn add_photo(&mut self, photo: &Jpeg<'_>, turn: Turn) {
        let image = self.next.bump();
        let data = photo.cleaned();
        let mut object = self.out.image_xobject(image, &data);
        object.filter(pdf_writer::Filter::DctDecode);
        // A JPEG's sides have 16 bits.
        object.width(photo.width.cast_signed());
        object.height(photo.height.cast_signed());
        object.bits_per_component(8);
        if photo.components == 1 {
            object.color_space().device_gray();
        } else {
            object.color_space().device_rgb();
        }
        object.finish();

        let (width, height) = (photo.width as f32, photo.height as f32);
        let picture = PageSize { width, height }.turned(turn.quarters());
        let page = A4.turned(u8::from(picture.width > picture.height));
        let scale = (page.width / picture.width).min(page.height / picture.height);
        let (width, height) = (picture.width * scale, picture.height * scale);
        let [a, b, c, d, e, f] = turned([0.0, 0.0, 1.0, 1.0], turn.quarters());
        let (left, bottom) = ((page.width - width) / 2.0, (page.height - height) / 2.0);
        let place = [
            a * width,
            b * height,
            c * width,
            d * height,
            e * width + left,
            f * height + bottom,
        ];
        let mut content = Content::new();
        content.transform(place).x_object(Name(b"P"));
        self.add_page(
            page,
            &content.finish(),
            &[(b"P".to_vec(), image, None)],
            None,
            1.0,
            false,
        );
    }

    fn add_existing(
        &mut self,
        pdf: usize,
        index: usize,
        turn: Turn,
        watermark: Option<&str>,
    ) -> Result<(), PdfProblem> {
        let existing = self.pdfs.get(pdf).ok_or(PdfProblem::NoSuchPage)?;
        let pages = existing.pdf.pages();
        let page = pages.get(index).ok_or(PdfProblem::NoSuchPage)?;
        let carrier = self
            .carriers
            .entry(pdf)
            .or_insert_with(|| Carrier::new(existing));
        let Carried {
            contents,
            beside,
            group,
        } = carrier.page(index, &mut self.out, &mut self.next)?;

        let quarters = (existing::quarters(page) + turn.quarters()) % 4;
        let shown = existing::shown(page).ok_or(PdfProblem::Damaged)?;
        let [left, bottom, right, top] = shown;
        let (width, height) = (right - left, top - bottom);
        let size = PageSize { width, height }.turned(quarters);
        let mut content = Content::new();
        content.save_state().transform(turned(shown, quarters));
        content.x_object(Name(b"P"));
        let mut drawn = vec![(b"P".to_vec(), contents, None)];
        for (number, it) in beside.into_iter().enumerate() {
            let name = format!("A{number}").into_bytes();
            if it.layer.is_some() {
                let on_layer = content.begin_marked_content_with_properties(Name(b"OC"));
                on_layer.properties_named(Name(&name));
            }
            content.save_state().transform(it.place);
            content.x_object(Name(&name)).restore_state();
            if it.layer.is_some() {
                content.end_marked_content();
            }
            drawn.push((name, it.drawing, it.layer));
        }
        content.restore_state();
        if let Some(text) = watermark {
            watermark::draw(&mut content, text, size);
        }
        let unit = existing::user_unit(page);
        self.add_page(
            size,
            &content.finish(),
            &drawn,
            group,
            unit,
            watermark.is_some(),
        );
        Ok(())
    }

    fn add_page(
        &mut self,
        size: PageSize,
        content: &[u8],
        drawn: &[(Vec<u8>, Ref, Option<Ref>)],
        group: Option<Ref>,
        unit: f32,
        has_watermark: bool,
    ) {
        let (id, stream) = (self.next.bump(), self.next.bump());
        self.out.stream(stream, content);
        if has_watermark && self.watermark.is_none() {
            self.watermark = Some(Watermark::write(&mut self.out, &mut self.next));
        }
        let mut page = self.out.page(id);
        page.parent(self.tree);
        page.media_box(Rect::new(0.0, 0.0, size.width, size.height));
        page.contents(stream);
        if unit != 1.0 {
            page.user_unit(unit);
        }
        if let Some(group) = group {
            page.pair(Name(b"Group"), group);
        }
        let mut resources = page.resources();
        if let Some(watermark) = self.watermark.as_ref().filter(|_| has_watermark) {
            watermark.name(&mut resources);
        }
        let mut objects = resources.x_objects();
        for (name, object, _) in drawn {
            objects.pair(Name(name), *object);
        }
        objects.finish();
        if drawn.iter().any(|it| it.2.is_some()) {
            let mut layers = resources.insert(Name(b"Properties")).dict();
            for (name, _, layer) in drawn {
                if let Some(layer) = layer {
                    layers.pair(Name(name), *layer);
                }
            }
        }
        resources.finish();
        page.finish();
        self.pages.push(id);
    }

    fn finish(mut self, contents: &Contents<'_>) -> Vec<u8> {
        let mut tree = self.out.pages(self.tree);
        // At most MAX_PAGES.
        tree.count(self.pages.len() as i32);
        tree.kids(self.pages.iter().copied());
        tree.finish();
        let info = self.next.bump();
        self.out.document_info(info).title(TextStr(contents.title));
        let layers = self.carriers.values().flat_map(|it| &it.layers).copied();
        let layers: Vec<(Ref, bool)> = layers.collect();
        let mut catalog = self.out.catalog(self.catalog);
        catalog.pages(self.tree);
        catalog.lang(TextStr(contents.language));
        catalog.viewer_preferences().display_doc_title(true);
        if !layers.is_empty() {
            let mut properties = catalog.insert(Name(b"OCProperties")).dict();
            let mut all = properties.insert(Name(b"OCGs")).array();
            all.items(layers.iter().map(|(layer, _)| *layer));
            all.finish();
            let mut usual = properties.insert(Name(b"D")).dict();
            let mut hidden = usual.insert(Name(b"OFF")).array();
            hidden.items(layers.iter().filter(|it| it.1).map(|(layer, _)| *layer));
        }
        catalog.finish();
        self.out.finish()
    }
}

/// Turns a rectangle by quarters clockwise, and puts its lower left corner at the origin.
fn turned([left, bottom, right, top]: [f32; 4], quarters: u8) -> Matrix {
    match quarters % 4 {
        0 => [1.0, 0.0, 0.0, 1.0, -left, -bottom],
        1 => [0.0, -1.0, 1.0, 0.0, -bottom, right],
        2 => [-1.0, 0.0, 0.0, -1.0, right, top],
        _ => [0.0, 1.0, -1.0, 0.0, top, -left],
    }
}
