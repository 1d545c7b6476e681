//! A PDF that the consumer chose, read so far that its pages can be shown and carried over. It says what cannot be:
//! a password, damage, too much of it, or what would be lost.

use super::bounds;
use super::unpack::{Budget, UnpackProblem};
use super::{MAX_PAGES, PageSize, PdfInfo, PdfProblem};
use hayro_syntax::object::dict::keys::{
    ACRO_FORM, AF, ANNOTS, AP, COLLECTION, COUNT, EMBEDDED_FILES, FIELDS, FT, N, NAMES, PAGES,
    PARENT, SIG_FLAGS, SUBTYPE, USER_UNIT, V, XFA,
};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Null, Object};
use hayro_syntax::page::{Page, Rotation};
use hayro_syntax::xref::XRef;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

/// How far into a file its signature may stand, as PDF readers look for it.
const SIGNATURE_WITHIN: usize = 1_024;
/// The most notes, stamps and fields that all pages together may have.
const MAX_BESIDE: usize = 50_000;
/// In a form: whether what is drawn of the fields does not count.
const NEED_APPEARANCES: &[u8] = b"NeedAppearances";
/// The sides that a page may have, in points: viewers show no others.
const SIDES: std::ops::RangeInclusive<f32> = 3.0..=14_400.0;

/// No page and nothing on it is as far from its origin, in its units.
pub const FAR: f32 = 1e9;

/// A PDF that was read.
pub struct Existing {
    pub(super) pdf: Pdf,
    info: PdfInfo,
}

impl Existing {
    /// Reads a PDF, up to its pages.
    ///
    /// # Errors
    ///
    /// Why its pages cannot be carried over.
    pub fn read(mut bytes: Vec<u8>) -> Result<Self, PdfProblem> {
        let start = &bytes[..bytes.len().min(SIGNATURE_WITHIN)];
        let signature = start.windows(5).position(|it| it == b"%PDF-");
        // Some scanners and mail programs put a few bytes before a PDF.
        bytes.drain(..signature.ok_or(PdfProblem::Damaged)?);
        let checked = bounds::check(&bytes)?;
        let pdf = Pdf::new(bytes).map_err(|error| match error {
            LoadPdfError::Decryption(
                DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm,
            ) => PdfProblem::NeedsPassword,
            LoadPdfError::Decryption(_) | LoadPdfError::Invalid => PdfProblem::Damaged,
        })?;
        let pages = pdf.pages().len();
        if pages > MAX_PAGES {
            return Err(PdfProblem::TooManyPages { pages });
        }
        let catalog: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap_or_default();
        let tree: Dict<'_> = catalog.get(PAGES).unwrap_or_default();
        // The library leaves out pages that it does not find.
        let said = tree.get::<u32>(COUNT).map(|it| it as usize);
        if pages == 0 || said != Some(pages) {
            return Err(PdfProblem::Damaged);
        }
        let form: Dict<'_> = catalog.get(ACRO_FORM).unwrap_or_default();
        // Viewers draw all values anew then, whatever was drawn before.
        let is_drawn_anew = form.get::<bool>(NEED_APPEARANCES) == Some(true);
        if form.contains_key(XFA) {
            return Err(PdfProblem::Form);
        }
        let names: Dict<'_> = catalog.get(NAMES).unwrap_or_default();
        let attached = [
            (&catalog, COLLECTION),
            (&catalog, AF),
            (&names, EMBEDDED_FILES),
        ];
        let mut has_attachments = attached.iter().any(|(dict, key)| dict.contains_key(key));
        let (mut budget, mut beside) = (Budget::new(), 0);
        let flags = form.get::<u32>(SIG_FLAGS).unwrap_or(0);
        let mut is_signed = flags & 1 != 0;
        let fields = budget.get::<Array<'_>>(&form, FIELDS)?;
        let fields = fields.into_iter().flat_map(|it| it.raw_iter());
        for part in fields.take(MAX_BESIDE) {
            if !is_signed && let Some(field) = dict(pdf.xref(), part, &mut budget)? {
                is_signed = is_signature(&field, &mut budget)?;
            }
        }
        for page in pdf.pages().iter() {
            has_attachments |= page.raw().contains_key(AF);
            for part in annotations(page, &mut budget)? {
                beside += 1;
                if beside > MAX_BESIDE {
                    return Err(PdfProblem::TooLarge);
                }
                let Some(it) = annotation(page, part, &mut budget)? else {
                    continue;
                };
                if has_invisible_value(&it, is_drawn_anew, &mut budget)? {
                    return Err(PdfProblem::Form);
                }
                is_signed |= is_signature(&it, &mut budget)?;
                has_attachments |=
                    it.contains_key(AF) || is_name(&it, SUBTYPE, b"FileAttachment", &mut budget)?;
            }
        }
        let info = PdfInfo {
            pages: pdf
                .pages()
                .iter()
                .map(size)
                .collect::<Option<_>>()
                .ok_or(PdfProblem::Damaged)?,
            is_encrypted: checked.is_encrypted,
            is_signed,
            has_attachments,
        };
        Ok(Self { pdf, info })
    }

    /// What is known of it.
    pub fn info(&self) -> &PdfInfo {
        &self.info
    }
}

/// The size of a page as it is shown; `None` for one that no viewer shows.
fn size(page: &Page<'_>) -> Option<PageSize> {
    let [left, bottom, right, top] = shown(page)?;
    let unit = user_unit(page);
    let size = PageSize {
        width: (right - left) * unit,
        height: (top - bottom) * unit,
    };
    Some(size.turned(quarters(page)))
}

/// The part of a page that is shown: left, bottom, right and top in its own units. A crop box that shows nothing counts
/// for none, as viewers have it. `None` when no viewer shows the page.
pub fn shown(page: &Page<'_>) -> Option<[f32; 4]> {
    let unit = user_unit(page);
    let is_shown = |area: &[f32; 4]| {
        let [left, bottom, right, top] = area;
        area.iter().all(|it| it.abs() < FAR)
            && [right - left, top - bottom].map(|side| SIDES.contains(&(side * unit))) == [true; 2]
    };
    let boxes = [page.intersected_crop_box(), page.media_box()];
    let mut boxes = boxes
        .map(|it| [it.x0, it.y0, it.x1, it.y1].map(|it| it as f32))
        .into_iter();
    boxes.find(is_shown)
}

/// How many points a unit of the page has: 1, except on huge plans.
pub fn user_unit(page: &Page<'_>) -> f32 {
    match page.raw().get_raw::<Object<'_>>(USER_UNIT) {
        Some(MaybeRef::NotRef(Object::Number(unit)))
            if (0.01..=1_000.0).contains(&unit.as_f64()) =>
        {
            unit.as_f32()
        }
        _ => 1.0,
    }
}

/// How many quarters of a turn clockwise a page is shown turned.
pub fn quarters(page: &Page<'_>) -> u8 {
    match page.rotation() {
        Rotation::None => 0,
        Rotation::Horizontal => 1,
        Rotation::Flipped => 2,
        Rotation::FlippedHorizontal => 3,
    }
}

/// What stands on a page beside its contents: notes, stamps, fields of a form. Each is to be read with [`annotation`].
///
/// # Errors
///
/// When the list costs too much.
pub fn annotations<'a>(
    page: &Page<'a>,
    budget: &mut Budget,
) -> Result<impl Iterator<Item = MaybeRef<Object<'a>>> + use<'a>, PdfProblem> {
    let all = budget.get::<Array<'a>>(page.raw(), ANNOTS)?;
    Ok(all.into_iter().flat_map(|all| all.raw_iter()))
}

/// Reads one of [`annotations`]; `None` when it is none.
///
/// # Errors
///
/// When it costs too much.
pub fn annotation<'a>(
    page: &Page<'a>,
    part: MaybeRef<Object<'a>>,
    budget: &mut Budget,
) -> Result<Option<Dict<'a>>, PdfProblem> {
    dict(page.xref(), part, budget)
}

fn dict<'a>(
    xref: &'a XRef,
    part: MaybeRef<Object<'a>>,
    budget: &mut Budget,
) -> Result<Option<Dict<'a>>, PdfProblem> {
    let object = match part {
        MaybeRef::Ref(id) => xref.get::<Object<'a>>(id.into()),
        MaybeRef::NotRef(object) => Some(object),
    };
    let object = object.unwrap_or(Object::Null(Null));
    budget.read(&object)?;
    Ok(object.into_dict())
}

/// Whether a field, or the field whose look it is, holds a signature.
fn is_signature(field: &Dict<'_>, budget: &mut Budget) -> Result<bool, PdfProblem> {
    let parent = budget.get::<Dict<'_>>(field, PARENT)?.unwrap_or_default();
    for it in [field, &parent] {
        if it.contains_key(V) && is_name(it, FT, b"Sig", budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a dictionary says this by a name.
///
/// # Errors
///
/// When it costs too much to read it.
pub fn is_name(
    dict: &Dict<'_>,
    key: &[u8],
    name: &[u8],
    budget: &mut Budget,
) -> Result<bool, UnpackProblem> {
    let told = budget.get::<Name<'_>>(dict, key)?;
    Ok(told.is_some_and(|it| it.as_ref() == name))
}

/// Whether a field of a form was filled in by a program that left it to the viewer to draw the value.
fn has_invisible_value(
    field: &Dict<'_>,
    is_drawn_anew: bool,
    budget: &mut Budget,
) -> Result<bool, PdfProblem> {
    let kind = budget.get::<Name<'_>>(field, SUBTYPE)?;
    if kind.is_none_or(|it| it.as_ref() != b"Widget") {
        return Ok(false);
    }
    let looks = budget.get::<Dict<'_>>(field, AP)?;
    let is_drawn = looks.is_some_and(|it| it.contains_key(N));
    Ok((is_drawn_anew || !is_drawn) && has_value(field, budget)?)
}

/// Whether a field or one that it is part of has a value. A button's value is drawn or is none.
fn has_value(field: &Dict<'_>, budget: &mut Budget) -> Result<bool, PdfProblem> {
    let mut field = field.clone();
    // Fields are nested a few levels deep; a circle is broken.
    for _ in 0..16 {
        let kind = budget.get::<Name<'_>>(&field, FT)?;
        if kind.is_some_and(|it| matches!(it.as_ref(), b"Btn" | b"Sig")) {
            return Ok(false);
        }
        match budget.get::<Object<'_>>(&field, V)? {
            Some(Object::String(text)) => return Ok(!text.as_bytes().trim_ascii().is_empty()),
            Some(Object::Null(_)) | None => {}
            Some(_) => return Ok(true),
        }
        match budget.get::<Dict<'_>>(&field, PARENT)? {
            Some(parent) => field = parent,
            None => break,
        }
    }
    Ok(false)
}
