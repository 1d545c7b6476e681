//! Carries what a page is made of from one PDF into another: its contents, fonts and pictures as they are packed,
//! and what stands beside the contents, such as the fields of a form. Links, scripts, metadata and whatever belongs
//! to other pages stay behind.

use super::existing::{Existing, FAR, annotation, annotations, is_name, shown};
use super::jpeg;
use super::jpx;
use super::unpack::{self, Budget, Rows, UnpackProblem};
use super::{MAX_OUTPUT, PdfProblem};
use hayro_syntax::Filter;
use hayro_syntax::object::dict::keys::{
    AF, AP, AS, BASE_STATE, BBOX, CHAR_PROCS, COLORSPACE, CONTENTS, D, DCT_DECODE, DECODE_PARMS,
    DP, EXT_G_STATE, F, FILTER, FONT, G, IMAGE, JPX_DECODE, LAST_MODIFIED, LENGTH, MATRIX,
    METADATA, N, OC, OCG, OCGS, OCMD, OCPROPERTIES, OFF, ON, OPI, PAGE, PAGES, PATTERN, PIECE_INFO,
    PROPERTIES, PT_DATA, RECT, REF, RESOURCES, SHADING, SMASK, STRUCT_PARENT, STRUCT_PARENTS,
    SUBTYPE, TYPE, TYPE3, USAGE, XOBJECT,
};
use hayro_syntax::object::{
    self, Array, Dict, MaybeRef, Name, ObjRef, Object, Rect, Stream, dict_or_stream,
};
use hayro_syntax::page::Page;
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Null, Obj, Pdf, Ref};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// The most that the contents of a page may unpack to, in bytes.
const MAX_CONTENTS: usize = 64 << 20;
/// What a byte costs that is packed anew, that the library unpacks, or that is in a list of names, in bytes that are
/// unpacked.
const PACKED: usize = 32;
const BY_LIBRARY: usize = 16;
const LISTED: usize = 8;
/// What a name costs that is looked up, one that is kept, and an object that is carried over.
const LOOKED_UP: usize = 64;
const KEPT_NAME: usize = 512;
const CARRIED: usize = 512;
/// The most objects that are carried over.
const MAX_OBJECTS: usize = 500_000;
/// The most names that contents may use, of which a page has a few dozen. What is over it is taken for contents that are
/// not understood.
const MAX_NAMES_HERE: usize = 5_000;
/// How often its length a stream of LZW can unpack to: 12 bits give at most 4,096 bytes.
const MOST_UNPACKED: usize = 2_731;
/// How deep dictionaries and lists may stand in each other, and drawings. Usual ones stand five deep.
const MAX_DEPTH: usize = 48;
/// How hard contents are packed: zlib's usual level, and its quickest for what is longer than usual contents.
const LEVEL: u8 = 6;
const QUICKEST: u8 = 1;
const USUAL_CONTENTS: usize = 1 << 20;

/// What is kept of a stream: of pictures, drawings, patterns, functions, shadings, profiles of colours, fonts and their
/// tables, and halftones (ISO 32000-1). Programs write other things beside it, such as the name of a file.
const KEPT: &[u8] = b"Alternate AntiAlias BBox Background BitsPerComponent BitsPerCoordinate BitsPerFlag BitsPerSample \
    CIDSystemInfo CMapName ColorSpace Decode DP DecodeParms Domain Encode Filter FormType Function \
    FunctionType Group HalftoneType Height ImageMask Intent Interpolate Length1 Length2 Length3 Mask \
    Matrix Matte N OC Order PaintType PatternType Range SMask SMaskInData ShadingType Size Subtype \
    TilingType TransferFunction Type UseCMap VerticesPerRow WMode Width XStep Xsquare YStep Ysquare";

/// What is kept of a layer or of a rule about layers.
const KEPT_OF_LAYERS: [&[u8]; 6] = [b"Type", b"Name", b"Intent", b"OCGs", b"P", b"VE"];
/// What is kept of what a layer says of its use: some viewers go by it.
const KEPT_OF_USAGE: [&[u8]; 2] = [b"View", b"Print"];

/// What stays behind of a dictionary that says what it is: it is of other pages, or of the program that wrote it.
const LEFT_BEHIND: [&[u8]; 9] = [
    METADATA,
    STRUCT_PARENT,
    STRUCT_PARENTS,
    AF,
    PT_DATA,
    REF,
    LAST_MODIFIED,
    PIECE_INFO,
    OPI,
];

/// Notes that poppler or MuPDF draw when they have no look. They do so too with the sign of a sticky note and the frame
/// of a link, which say nothing.
const DRAWN_BY_VIEWERS: [&[u8]; 14] = [
    b"Caret",
    b"Circle",
    b"FreeText",
    b"Highlight",
    b"Ink",
    b"Line",
    b"Polygon",
    b"PolyLine",
    b"Redact",
    b"Square",
    b"Squiggly",
    b"Stamp",
    b"StrikeOut",
    b"Underline",
];

/// The lists of a page or a drawing.
const KINDS: [&[u8]; 7] = [
    EXT_G_STATE,
    SHADING,
    PATTERN,
    XOBJECT,
    COLORSPACE,
    FONT,
    PROPERTIES,
];

type Names = BTreeSet<Vec<u8>>;

/// What contents use of the lists beside them.
enum Used {
    /// They are packed in a way that is not known here, or are too long: whatever is in the lists.
    Anything,
    /// These names, each behind the place of its list in [`KINDS`].
    Names(Names),
}

impl Used {
    fn contains(&self, kind: u8, key: &[u8], name: &[u8]) -> bool {
        match self {
            Self::Anything => true,
            // `DefaultRGB` and the like are used without being named.
            Self::Names(names) => {
                key == COLORSPACE && name.starts_with(b"Default")
                    || names.contains(&[&[kind], name].concat())
            }
        }
    }
}

/// The six numbers of a transformation, as PDF writes them.
pub type Matrix = [f32; 6];

/// A page that was carried over, as objects that another page can draw.
pub struct Carried {
    /// The contents.
    pub contents: Ref,
    /// What stands beside the contents, in its order.
    pub beside: Vec<Beside>,
    /// How the page's transparent parts are blended, when it says so.
    pub group: Option<Ref>,
}

/// Something that stands beside a page's contents.
pub struct Beside {
    /// What is drawn.
    pub drawing: Ref,
    /// Where it is drawn.
    pub place: Matrix,
    /// On which layer, or by which rule about layers.
    pub layer: Option<Ref>,
}

/// Carries pages of one PDF. What several pages share is carried once.
pub struct Carrier<'a> {
    from: &'a Existing,
    known: HashMap<ObjRef, Known>,
    queue: Vec<(ObjRef, Ref)>,
    /// The lists of the page whose notes are carried over.
    around: Vec<Dict<'a>>,
    /// Layers that were carried over, with whether they are hidden.
    pub layers: Vec<(Ref, bool)>,
    budget: Budget,
    /// How hard contents are packed.
    level: u8,
}

/// What is known of an object.
#[derive(Default)]
struct Known {
    /// Its new reference.
    new: Option<Ref>,
    /// Whether it stands beside the contents: a drawing that may not say that it is.
    is_beside: bool,
    /// Whether it is hidden, when it is a layer that the PDF lists. Viewers show what is on others.
    is_hidden: Option<bool>,
    /// What it uses, when it is a drawing that was looked at.
    used: Option<Rc<Used>>,
}

impl<'a> Carrier<'a> {
    /// For pages of this PDF.
    pub fn new(from: &'a Existing) -> Self {
        let xref = from.pdf.xref();
        let catalog: Dict<'_> = xref.get(xref.root_id()).unwrap_or_default();
        let mut budget = Budget::new();
        // When it is spent here, no page is carried over.
        let mut dict = |dict: &Dict<'a>, key| -> Dict<'a> {
            let found = budget.get(dict, key).ok().flatten();
            found.unwrap_or_default()
        };
        let layers = dict(&catalog, OCPROPERTIES);
        let usual = dict(&layers, D);
        let base = budget.get::<Name<'_>>(&usual, BASE_STATE).ok().flatten();
        let is_off = base.is_some_and(|it| it.as_ref() == OFF);
        let mut known: HashMap<ObjRef, Known> = HashMap::new();
        // A layer in both is hidden, as viewers have it.
        for (dict, key, is_off) in [
            (&layers, OCGS, is_off),
            (&usual, ON, false),
            (&usual, OFF, true),
        ] {
            let list = budget.get::<Array<'_>>(dict, key).ok().flatten();
            let list = list.iter().flat_map(|it| it.raw_iter());
            for layer in list {
                if let Some(id) = layer.as_obj_ref()
                    && (key == OCGS && known.len() <= MAX_OBJECTS || known.contains_key(&id))
                {
                    known.entry(id).or_default().is_hidden = Some(is_off);
                }
            }
        }
        Self {
            from,
            known,
            queue: Vec::new(),
            around: Vec::new(),
            layers: Vec::new(),
            budget,
            level: LEVEL,
        }
    }

    /// Carries all pages over and forgets them, so that what is wrong with one is known before a document is made of it.
    ///
    /// # Errors
    ///
    /// When a page is damaged or too large, or all of them are, or one has notes that are not drawn.
    pub fn check(from: &'a Existing) -> Result<(), PdfProblem> {
        let mut carrier = Self::new(from);
        carrier.level = 0;
        let (mut next, mut length) = (Ref::new(1), 0);
        for index in 0..from.pdf.pages().len() {
            let mut out = Pdf::new();
            carrier.page(index, &mut out, &mut next)?;
            length += out.len();
            if length > MAX_OUTPUT {
                return Err(PdfProblem::TooLarge);
            }
        }
        Ok(())
    }

    /// Carries a page over. `next` gives the references of new objects.
    ///
    /// # Errors
    ///
    /// When it is damaged or too large, or has notes that are not drawn.
    pub fn page(
        &mut self,
        index: usize,
        out: &mut Pdf,
        next: &mut Ref,
    ) -> Result<Carried, PdfProblem> {
        let pages = self.from.pdf.pages();
        let page = pages.get(index).ok_or(PdfProblem::NoSuchPage)?;
        let contents = next.bump();
        self.write_contents(page, contents, out, next)?;
        let mut beside = Vec::new();
        for part in annotations(page, &mut self.budget)? {
            let Some(annotation) = annotation(page, part, &mut self.budget)? else {
                continue;
            };
            if is_left_to_viewers(&annotation, &mut self.budget)? {
                return Err(PdfProblem::Form);
            }
            beside.extend(self.drawing(&annotation, out, next)?);
        }
        let group = self.budget.get::<Dict<'_>>(page.raw(), b"Group")?;
        let group = group.map(|group| {
            let id = next.bump();
            self.write(&Object::Dict(group), out.indirect(id), next, 0);
            id
        });
        self.write_queue(out, next)?;
        // What was not written for want of it.
        self.budget.charge(1)?;
        Ok(Carried {
            contents,
            beside,
            group,
        })
    }

    fn write_contents(
        &mut self,
        page: &Page<'a>,
        id: Ref,
        out: &mut Pdf,
        next: &mut Ref,
    ) -> Result<(), PdfProblem> {
        let (one, unpacked) = contents(page, &mut self.budget)?;
        // One stream goes over as it is packed.
        let (data, packed_as) = match (one, &unpacked) {
            (Some(one), _) => (one.raw_data().into_owned(), Some(one.dict().clone())),
            (None, all) => {
                let all = all.as_deref().unwrap_or_default();
                self.budget.charge(all.len().saturating_mul(PACKED))?;
                let is_usual = all.len() <= USUAL_CONTENTS;
                let level = if is_usual {
                    self.level
                } else {
                    QUICKEST.min(self.level)
                };
                (compress_to_vec_zlib(all, level), None)
            }
        };
        let lists = lists_of_page(page);
        let used = self.used_in(unpacked, &lists, 0)?;
        let [left, bottom, right, top] = shown(page).ok_or(PdfProblem::Damaged)?;
        let mut form = out.form_xobject(id, &data);
        form.bbox(pdf_writer::Rect::new(left, bottom, right, top));
        match packed_as {
            Some(dict) => {
                self.write_some(&dict, &[FILTER, DECODE_PARMS], &mut form, next);
            }
            None => {
                form.filter(pdf_writer::Filter::FlateDecode);
            }
        }
        let resources = form.insert(pdf_writer::Name(RESOURCES));
        self.write_resources(&lists, &[], &used, resources, next)?;
        self.around = lists;
        Ok(())
    }

    /// What contents use by name, and the drawings within them that borrow from this list: viewers look for a name that
    /// a drawing does not have in the lists of what it stands in.
    fn used_in(
        &mut self,
        contents: Option<Cow<'a, [u8]>>,
        lists: &[Dict<'a>],
        depth: usize,
    ) -> Result<Used, PdfProblem> {
        let contents = contents.filter(|_| depth < MAX_DEPTH);
        let names = match contents {
            Some(contents) => names_in(&contents, &mut self.budget)?,
            None => None,
        };
        let Some(mut names) = names else {
            return Ok(Used::Anything);
        };
        let mut open: Vec<_> = names.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let Some(value) = drawing_in(lists, &name, &mut self.budget)? else {
                continue;
            };
            let id = value.as_obj_ref();
            let drawing = match value {
                MaybeRef::Ref(id) => self.from.pdf.xref().get::<Object<'a>>(id.into()),
                MaybeRef::NotRef(drawing) => Some(drawing),
            };
            let drawing = drawing.unwrap_or(Object::Null(object::Null));
            self.budget.read(&drawing)?;
            let Some((dict, _)) = dict_or_stream(&drawing) else {
                continue;
            };
            match &*self.used_by(&drawing, id, depth + 1)? {
                Used::Anything if !dict.contains_key(RESOURCES) => return Ok(Used::Anything),
                Used::Anything => {}
                Used::Names(within) if within.is_empty() => {}
                Used::Names(within) => {
                    let own = own_lists(dict, &mut self.budget)?;
                    for it in within {
                        self.budget.charge(LOOKED_UP + it.len())?;
                        let is_own = own[usize::from(it[0])].contains_key(&it[1..]);
                        if !is_own && !names.contains(it) {
                            self.budget.charge(KEPT_NAME)?;
                            names.insert(it.clone());
                            open.push(it.clone());
                        }
                    }
                }
            }
            if names.len() > MAX_NAMES_HERE {
                return Ok(Used::Anything);
            }
        }
        Ok(Used::Names(names))
    }

    /// What a drawing uses by name, or the drawings that a font is made of.
    fn used_by(
        &mut self,
        drawing: &Object<'a>,
        id: Option<ObjRef>,
        depth: usize,
    ) -> Result<Rc<Used>, PdfProblem> {
        let known = id.and_then(|id| self.known.get(&id)?.used.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let nothing = || Rc::new(Used::Names(Names::new()));
        let Some((dict, _)) = dict_or_stream(drawing) else {
            return Ok(nothing());
        };
        let kind = self.budget.get::<Name<'_>>(dict, SUBTYPE)?;
        let is_image = kind.as_deref() == Some(IMAGE);
        let is_glyphs = kind.as_deref() == Some(TYPE3);
        if is_image || !is_glyphs && matches!(drawing, Object::Dict(_)) {
            return Ok(nothing());
        }
        if let Some(id) = id {
            // It may stand in itself.
            self.known.entry(id).or_default().used = Some(nothing());
        }
        let unpacked = match drawing {
            Object::Stream(stream) => unpacked(stream, MAX_CONTENTS, &mut self.budget),
            _ => self.glyphs(dict),
        };
        if unpacked.is_err() {
            // Whether it is only this one that is too large.
            self.budget.charge(1)?;
        }
        let own = own_lists(dict, &mut self.budget)?;
        let used = Rc::new(self.used_in(unpacked.ok().flatten(), &own, depth)?);
        if let Some(id) = id {
            self.known.entry(id).or_default().used = Some(Rc::clone(&used));
        }
        Ok(used)
    }

    /// What the drawings of a font unpack to together; `None` when one is packed in a way that is not known here.
    fn glyphs(&mut self, font: &Dict<'a>) -> Result<Option<Cow<'a, [u8]>>, PdfProblem> {
        let glyphs = self.budget.get::<Dict<'a>>(font, CHAR_PROCS)?;
        let glyphs = glyphs.unwrap_or_default();
        let (mut room, mut all) = (MAX_CONTENTS, Vec::new());
        for name in glyphs.keys() {
            let Some(glyph) = self.budget.get::<Object<'a>>(&glyphs, &name)? else {
                continue;
            };
            if let Object::Stream(glyph) = glyph {
                let Some(part) = unpacked(&glyph, room, &mut self.budget)? else {
                    return Ok(None);
                };
                room = room.checked_sub(part.len()).ok_or(PdfProblem::TooLarge)?;
                add(&mut all, &part);
            }
        }
        Ok(Some(Cow::Owned(all)))
    }

    /// Writes what contents use of the lists beside them, and of the lists around when a name is not in their own. Pages
    /// often share one list of all that any of them uses, and so do drawings; a page that the consumer took out must not
    /// come along.
    fn write_resources(
        &mut self,
        own: &[Dict<'a>],
        around: &[Dict<'a>],
        used: &Used,
        out: Obj<'_>,
        next: &mut Ref,
    ) -> Result<(), PdfProblem> {
        let mut out = out.dict();
        for (kind, key) in (0u8..).zip(KINDS) {
            let mut entries = Vec::new();
            let own = &own[usize::from(kind)];
            let around = around.get(usize::from(kind));
            for (at, list) in [Some(own), around].into_iter().flatten().enumerate() {
                self.budget.charge(list.data().len() * LISTED)?;
                for name in list.keys() {
                    let is_hidden_by_own = at > 0 && own.contains_key(&name);
                    if used.contains(kind, key, &name)
                        && !is_hidden_by_own
                        && let Some(value) = list.get_raw::<Object<'a>>(&name)
                    {
                        entries.push((name, value));
                    }
                }
            }
            if entries.is_empty() {
                continue;
            }
            entries.sort_by(|(one, _), (other, _)| one.as_ref().cmp(other.as_ref()));
            let mut out = out.insert(pdf_writer::Name(key)).dict();
            for (name, value) in entries {
                let out = out.insert(pdf_writer::Name(&name));
                // What contents are marked with, layers apart, is not drawn.
                if key == PROPERTIES && !self.names_layer(&value)? {
                    out.dict();
                } else {
                    self.write_maybe(&value, out, next, 0);
                }
            }
        }
        Ok(())
    }

    fn is_hidden(&self, layer: ObjRef) -> Option<bool> {
        self.known.get(&layer)?.is_hidden
    }

    /// Whether a layer or a rule about layers is named.
    fn names_layer(&mut self, value: &MaybeRef<Object<'a>>) -> Result<bool, PdfProblem> {
        let dict = match value {
            MaybeRef::Ref(id) => {
                let object = self.from.pdf.xref().get::<Object<'a>>((*id).into());
                let object = object.unwrap_or(Object::Null(object::Null));
                self.budget.read(&object)?;
                object.into_dict()
            }
            MaybeRef::NotRef(Object::Dict(dict)) => Some(dict.clone()),
            MaybeRef::NotRef(_) => None,
        };
        match dict {
            Some(dict) => self.is_layer(&dict, value.as_obj_ref()),
            None => Ok(false),
        }
    }

    /// Whether it is a layer or a rule about layers.
    fn is_layer(&mut self, dict: &Dict<'a>, id: Option<ObjRef>) -> Result<bool, PdfProblem> {
        let kind = self.budget.get::<Name<'_>>(dict, TYPE)?;
        Ok(kind.is_some_and(|it| [OCG, OCMD].contains(&it.as_ref()))
            || id.and_then(|it| self.is_hidden(it)).is_some())
    }

    /// Writes these entries of a dictionary.
    fn write_some(
        &mut self,
        dict: &Dict<'a>,
        keys: &[&[u8]],
        out: &mut pdf_writer::Dict<'_>,
        next: &mut Ref,
    ) {
        for key in keys {
            if let Some(value) = dict.get_raw::<Object<'a>>(key) {
                self.write_maybe(&value, out.insert(pdf_writer::Name(key)), next, 0);
            }
        }
    }

    /// How what stands beside the contents is drawn, and where. None for what is hidden or has no look, as a link.
    fn drawing(
        &mut self,
        annotation: &Dict<'a>,
        out: &mut Pdf,
        next: &mut Ref,
    ) -> Result<Option<Beside>, PdfProblem> {
        let layer = annotation.get_ref(OC);
        if is_never_shown(annotation, &mut self.budget)?
            || is_name(annotation, SUBTYPE, b"Popup", &mut self.budget)?
            || layer.and_then(|it| self.is_hidden(it)) == Some(true)
        {
            return Ok(None);
        }
        let budget = &mut self.budget;
        let looks = budget.get::<Dict<'_>>(annotation, AP)?.unwrap_or_default();
        let state = budget.get::<Name<'_>>(annotation, AS)?;
        // One look, or one for each state of a checkbox.
        let (id, look) = match (budget.get::<Object<'_>>(&looks, N)?, state) {
            (Some(Object::Dict(states)), Some(state)) => {
                (states.get_ref(&state), budget.get(&states, &state)?)
            }
            (look, _) => (looks.get_ref(N), look),
        };
        let (Some(id), Some(Object::Stream(look))) = (id, look) else {
            return Ok(None);
        };
        let place = numbers(annotation, RECT, budget)?;
        let bbox = numbers(look.dict(), BBOX, budget)?;
        let matrix = numbers(look.dict(), MATRIX, budget)?;
        let (Some(place), Some(bbox)) = (place, bbox) else {
            return Ok(None);
        };
        let Some(place) = fit(rect(bbox), matrix, rect(place)) else {
            return Ok(None);
        };
        self.known.entry(id).or_default().is_beside = true;
        let layer = annotation
            .get_raw::<Object<'a>>(OC)
            .map(|layer| match layer {
                MaybeRef::Ref(id) => self.carried(id, next),
                MaybeRef::NotRef(rule) => {
                    let id = next.bump();
                    self.write(&rule, out.indirect(id), next, 0);
                    id
                }
            });
        Ok(Some(Beside {
            drawing: self.carried(id, next),
            place,
            layer,
        }))
    }

    /// The new reference of an object, which is carried over sooner or later.
    fn carried(&mut self, id: ObjRef, next: &mut Ref) -> Ref {
        if let Some(new) = self.known.get(&id).and_then(|it| it.new) {
            return new;
        }
        let new = next.bump();
        if self.budget.charge(CARRIED).is_ok() {
            self.known.entry(id).or_default().new = Some(new);
            self.queue.push((id, new));
        }
        new
    }

    fn write_queue(&mut self, out: &mut Pdf, next: &mut Ref) -> Result<(), PdfProblem> {
        while let Some((id, new)) = self.queue.pop() {
            if out.len() > MAX_OUTPUT || self.known.len() > MAX_OBJECTS {
                return Err(PdfProblem::TooLarge);
            }
            let object = self.from.pdf.xref().get::<Object<'_>>(id.into());
            // A reference to nothing is null.
            let object = object.unwrap_or(Object::Null(object::Null));
            self.budget.read(&object)?;
            if is_of_document(&object, &mut self.budget)? {
                out.indirect(new).primitive(Null);
                continue;
            }
            match object {
                Object::Stream(stream) => self.write_stream(&stream, id, new, out, next)?,
                Object::Dict(dict) if self.is_layer(&dict, Some(id))? => {
                    if let Some(is_hidden) = self.is_hidden(id) {
                        self.layers.push((new, is_hidden));
                    }
                    let mut out = out.indirect(new).dict();
                    self.write_some(&dict, &KEPT_OF_LAYERS, &mut out, next);
                    if let Some(usage) = self.budget.get::<Dict<'a>>(&dict, USAGE)? {
                        let mut out = out.insert(pdf_writer::Name(USAGE)).dict();
                        self.write_some(&usage, &KEPT_OF_USAGE, &mut out, next);
                    }
                }
                object => self.write(&object, out.indirect(new), next, 0),
            }
        }
        Ok(())
    }

    fn write_stream(
        &mut self,
        stream: &Stream<'a>,
        id: ObjRef,
        new: Ref,
        out: &mut Pdf,
        next: &mut Ref,
    ) -> Result<(), PdfProblem> {
        let dict = stream.dict();
        self.budget.read_packing(stream)?;
        let filters = stream.filters();
        if dict.contains_key(F) || filters.first() == Some(&Filter::Crypt) {
            return Err(PdfProblem::Damaged);
        }
        let mut data = stream.raw_data();
        self.budget.charge(data.len())?;
        if out.len() + data.len() > MAX_OUTPUT {
            return Err(PdfProblem::TooLarge);
        }
        // Photos in a PDF have the metadata of photos, also where they are packed once more.
        let cleaned = match filters.last() {
            Some(Filter::DctDecode) => {
                picture(stream, &mut self.budget).and_then(|it| jpeg::cleaned_in_pdf(&it))
            }
            Some(Filter::JpxDecode) => {
                picture(stream, &mut self.budget).map(|it| jpx::cleaned(it).into_owned())
            }
            _ => None,
        };
        let is_cleaned = cleaned.is_some();
        if let Some(cleaned) = cleaned {
            data = cleaned.into();
        }
        let mut out = out.stream(new, &data);
        for (name, value) in dict.entries() {
            let key = pdf_writer::Name(&name);
            match name.as_ref() {
                LENGTH | RESOURCES => {}
                FILTER if is_cleaned => {
                    let is_jpeg = filters.last() == Some(&Filter::DctDecode);
                    let filter = if is_jpeg { DCT_DECODE } else { JPX_DECODE };
                    out.pair(key, pdf_writer::Name(filter));
                }
                DECODE_PARMS if is_cleaned => {
                    // Of each filter one: that of the photo is the last.
                    let each = self.budget.get::<Array<'_>>(dict, DECODE_PARMS)?;
                    let last = each.map(|each| each.raw_iter().last());
                    if let Some(value) = last.unwrap_or(Some(value)) {
                        self.write_maybe(&value, out.insert(key), next, 0);
                    }
                }
                other if KEPT.split(|it| *it == b' ').all(|it| it != other) => {}
                _ => self.write_maybe(&value, out.insert(key), next, 0),
            }
        }
        let is_beside = self.known.get(&id).is_some_and(|it| it.is_beside);
        if is_beside && !dict.contains_key(SUBTYPE) {
            out.pair(pdf_writer::Name(SUBTYPE), pdf_writer::Name(b"Form"));
        }
        let has_list = dict.contains_key(RESOURCES);
        if has_list || is_beside {
            let used = self.used_by(&Object::Stream(stream.clone()), Some(id), 0)?;
            let takes_all = has_list && matches!(*used, Used::Anything);
            let around = std::mem::take(&mut self.around);
            let lent: &[Dict<'a>] = if is_beside && !takes_all {
                &around
            } else {
                &[]
            };
            let out = out.insert(pdf_writer::Name(RESOURCES));
            let own = own_lists(dict, &mut self.budget)?;
            self.write_resources(&own, lent, &used, out, next)?;
            self.around = around;
        }
        Ok(())
    }

    fn write_maybe(
        &mut self,
        value: &MaybeRef<Object<'a>>,
        out: Obj<'_>,
        next: &mut Ref,
        depth: usize,
    ) {
        match value {
            MaybeRef::Ref(id) => out.primitive(self.carried(*id, next)),
            MaybeRef::NotRef(object) => self.write(object, out, next, depth),
        }
    }

    fn write(&mut self, object: &Object<'a>, out: Obj<'_>, next: &mut Ref, depth: usize) {
        if self.budget.read(object).is_err() {
            return out.primitive(Null);
        }
        match object {
            Object::Boolean(it) => out.primitive(*it),
            Object::Number(it) => write_number(it.as_f64(), out),
            Object::String(it) => out.primitive(pdf_writer::Str(it.as_bytes())),
            Object::Name(it) => out.primitive(pdf_writer::Name(it)),
            Object::Array(items) if depth < MAX_DEPTH => {
                let mut out = out.array();
                for item in items.raw_iter() {
                    self.write_maybe(&item, out.push(), next, depth + 1);
                }
            }
            Object::Dict(dict) if depth < MAX_DEPTH => {
                // In a list of fonts or pictures each key is a name that was given.
                let says_what = dict.contains_key(TYPE) || dict.contains_key(SUBTYPE);
                let mut out = out.dict();
                for (name, value) in dict.entries() {
                    if name.as_ref() == RESOURCES
                        && matches!(is_name(dict, SUBTYPE, TYPE3, &mut self.budget), Ok(true))
                    {
                        let out = out.insert(pdf_writer::Name(RESOURCES));
                        self.write_list_of_font(object, dict, out, next);
                    } else if !says_what || !LEFT_BEHIND.contains(&name.as_ref()) {
                        let out = out.insert(pdf_writer::Name(&name));
                        self.write_maybe(&value, out, next, depth + 1);
                    }
                }
            }
            // A stream has to be an object of its own.
            Object::Null(_) | Object::Stream(_) | Object::Array(_) | Object::Dict(_) => {
                out.primitive(Null);
            }
        }
    }

    /// Writes what the drawings of a font use. What the budget has nothing left for is missed by [`Self::page`].
    fn write_list_of_font(
        &mut self,
        font: &Object<'a>,
        dict: &Dict<'a>,
        out: Obj<'_>,
        next: &mut Ref,
    ) {
        let used = self.used_by(font, None, 0);
        let own = own_lists(dict, &mut self.budget);
        if let (Ok(used), Ok(own)) = (used, own) {
            _ = self.write_resources(&own, &[], &used, out, next);
        } else {
            out.primitive(Null);
        }
    }
}

/// Whether a note has no look, so that each viewer draws it in its own way.
fn is_left_to_viewers(note: &Dict<'_>, budget: &mut Budget) -> Result<bool, PdfProblem> {
    let kind = budget.get::<Name<'_>>(note, SUBTYPE)?;
    if !kind.is_some_and(|it| DRAWN_BY_VIEWERS.contains(&it.as_ref())) {
        return Ok(false);
    }
    let looks = budget.get::<Dict<'_>>(note, AP)?.unwrap_or_default();
    let look = budget.get::<Object<'_>>(&looks, N)?;
    if look.as_ref().and_then(dict_or_stream).is_some() || is_never_shown(note, budget)? {
        return Ok(false);
    }
    let place = numbers::<4>(note, RECT, budget)?;
    Ok(place.is_none_or(|[left, bottom, right, top]| left != right || bottom != top))
}

fn is_never_shown(annotation: &Dict<'_>, budget: &mut Budget) -> Result<bool, PdfProblem> {
    const HIDDEN: u32 = 1 << 1;
    const NO_VIEW: u32 = 1 << 5;
    let flags = budget.get::<u32>(annotation, F)?.unwrap_or(0);
    Ok(flags & (HIDDEN | NO_VIEW) != 0)
}

/// What a stream of contents unpacks to; `None` when it is packed in a way that is not known here.
fn unpacked<'a>(
    stream: &Stream<'a>,
    limit: usize,
    budget: &mut Budget,
) -> Result<Option<Cow<'a, [u8]>>, PdfProblem> {
    budget.read_packing(stream)?;
    // Data in another file, or locked in a way of its own.
    if stream.dict().contains_key(F) || stream.filters().first() == Some(&Filter::Crypt) {
        return Err(PdfProblem::Damaged);
    }
    match unpack::content(stream, limit, budget) {
        Ok(data) => Ok(Some(data)),
        Err(UnpackProblem::Unknown) => by_library(stream, limit, budget),
        Err(UnpackProblem::TooLarge) => Err(PdfProblem::TooLarge),
    }
}

/// A page's contents: the stream when it is only one, and what they unpack to; `None` for that when the only one is packed
/// in a way that is not known here.
type Contents<'a> = (Option<Stream<'a>>, Option<Cow<'a, [u8]>>);

fn contents<'a>(page: &Page<'a>, budget: &mut Budget) -> Result<Contents<'a>, PdfProblem> {
    let dict = page.raw();
    let (only, others) = match budget.get::<Object<'_>>(dict, CONTENTS)? {
        Some(Object::Stream(stream)) => (Some(stream), Vec::new()),
        Some(Object::Array(parts)) => {
            let parts = parts.raw_iter().filter_map(|part| part.as_obj_ref());
            let read = |part: ObjRef| page.xref().get::<Stream<'_>>(part.into());
            match parts.collect::<Vec<_>>().as_slice() {
                [one] => (Some(read(*one).ok_or(PdfProblem::Damaged)?), Vec::new()),
                all => (None, all.to_vec()),
            }
        }
        Some(Object::Null(_)) => (None, Vec::new()),
        None if !dict.contains_key(CONTENTS) => (None, Vec::new()),
        _ => return Err(PdfProblem::Damaged),
    };
    if let Some(stream) = only {
        let part = unpacked(&stream, MAX_CONTENTS, budget)?;
        return Ok((Some(stream), part));
    }
    let (mut room, mut all) = (MAX_CONTENTS, Vec::new());
    for part in others {
        let stream = page.xref().get::<Stream<'_>>(part.into());
        let part = unpacked(&stream.ok_or(PdfProblem::Damaged)?, room, budget)?;
        let part = part.ok_or(PdfProblem::Damaged)?;
        room = room.checked_sub(part.len()).ok_or(PdfProblem::TooLarge)?;
        add(&mut all, &part);
    }
    Ok((None, Some(Cow::Owned(all))))
}

/// Adds a part to contents. They are not in one word with what comes before.
fn add(all: &mut Vec<u8>, part: &[u8]) {
    all.extend_from_slice(part);
    all.push(b'\n');
}

/// The file of a picture, without the filters around it; `None` when one of them is not known here.
fn picture<'a>(stream: &Stream<'a>, budget: &mut Budget) -> Option<Cow<'a, [u8]>> {
    let data = unpack::before_last(stream, MAX_CONTENTS, budget).ok()?;
    // It is cleaned.
    budget.charge(data.len()).ok()?;
    match rows(stream)?.as_slice() {
        [rows, Rows::Plain] if stream.filters().len() == 2 => {
            let mut data = data.into_owned();
            budget.charge(data.len().saturating_mul(PACKED)).ok()?;
            // Viewers show a last row that is not whole.
            if let Rows::Png(columns) = rows {
                data.resize(data.len().next_multiple_of(columns + 1), 0);
            }
            rows.undo(data).map(Cow::Owned)
        }
        all => all.iter().all(|it| *it == Rows::Plain).then_some(data),
    }
}

/// How the rows are written that each filter gives; `None` for what no writer does.
fn rows(stream: &Stream<'_>) -> Option<Vec<Rows>> {
    let read = |it: Dict<'_>| Rows::read(&it);
    match stream.dict().get::<Object<'_>>(DECODE_PARMS) {
        _ if stream.dict().contains_key(DP) => None,
        Some(Object::Dict(one)) => Some(vec![read(one)?]),
        Some(Object::Array(each)) => each
            .iter::<Object<'_>>()
            .map(|it| it.into_dict().map_or(Some(Rows::Plain), read))
            .collect(),
        _ => Some(Vec::new()),
    }
}

/// What the library unpacks: LZW, and predictors. It has no limit, so that only what is short enough is given to it, and
/// it panics at parameters that no writer has.
fn by_library<'a>(
    stream: &Stream<'a>,
    limit: usize,
    budget: &mut Budget,
) -> Result<Option<Cow<'a, [u8]>>, PdfProblem> {
    let filters = stream.filters();
    let is_text = |it: &&Filter| matches!(it, Filter::AsciiHexDecode | Filter::Ascii85Decode);
    let is_short = stream.raw_data().len() <= limit / MOST_UNPACKED;
    if !is_short
        || rows(stream).is_none()
        || filters.iter().filter(is_text).count() + 1 != filters.len()
    {
        return Ok(None);
    }
    let data = stream.decoded().ok();
    let length = data.as_ref().map_or(0, |it| it.len());
    budget.charge(length.saturating_mul(BY_LIBRARY))?;
    Ok(data)
}

/// The lists of a page, in the order of [`KINDS`].
fn lists_of_page<'a>(page: &Page<'a>) -> Vec<Dict<'a>> {
    let all = page.resources();
    let all = [
        &all.ext_g_states,
        &all.shadings,
        &all.patterns,
        &all.x_objects,
        &all.color_spaces,
        &all.fonts,
        &all.properties,
    ];
    all.into_iter().cloned().collect()
}

/// The lists of a drawing, in the order of [`KINDS`].
fn own_lists<'a>(drawing: &Dict<'a>, budget: &mut Budget) -> Result<Vec<Dict<'a>>, PdfProblem> {
    let all = budget
        .get::<Dict<'a>>(drawing, RESOURCES)?
        .unwrap_or_default();
    let mut lists = Vec::new();
    for key in KINDS {
        lists.push(budget.get::<Dict<'a>>(&all, key)?.unwrap_or_default());
    }
    Ok(lists)
}

/// What has contents of its own among what is named: a drawing, a pattern, a font of drawings, the mask of a state.
fn drawing_in<'a>(
    lists: &[Dict<'a>],
    name: &[u8],
    budget: &mut Budget,
) -> Result<Option<MaybeRef<Object<'a>>>, PdfProblem> {
    let Some((kind, name)) = name.split_first() else {
        return Ok(None);
    };
    let kind = usize::from(*kind);
    let list = &lists[kind];
    Ok(match KINDS[kind] {
        XOBJECT | PATTERN | FONT => list.get_raw(name),
        EXT_G_STATE => {
            let state = budget.get::<Dict<'a>>(list, name)?.unwrap_or_default();
            let mask = budget.get::<Dict<'a>>(&state, SMASK)?.unwrap_or_default();
            mask.get_raw(G)
        }
        _ => None,
    })
}

/// Whether an object is a page, or of the document: nothing that a page is drawn with.
fn is_of_document(object: &Object<'_>, budget: &mut Budget) -> Result<bool, PdfProblem> {
    let Some((dict, _)) = dict_or_stream(object) else {
        return Ok(false);
    };
    let kind = budget.get::<Name<'_>>(dict, TYPE)?;
    Ok(kind.is_some_and(|it| {
        [
            PAGE,
            PAGES,
            METADATA,
            b"Catalog",
            b"StructElem",
            b"StructTreeRoot",
            b"Annot",
            b"Filespec",
            b"EmbeddedFile",
        ]
        .contains(&it.as_ref())
    }))
}

fn write_number(number: f64, out: Obj<'_>) {
    // The least whole number has no counterpart, and pdf-writer looks for it.
    let least = f64::from(-i32::MAX);
    let single = number as f32;
    if number.fract() == 0.0 && number.abs() < f64::from(i32::MAX) {
        out.primitive(number as i32);
    } else if single == least as f32 {
        out.primitive(-i32::MAX);
    } else if single.is_finite() {
        out.primitive(single);
    } else {
        out.primitive(0);
    }
}

/// The numbers of a rectangle or a transformation; `None` when they are too few.
fn numbers<const COUNT: usize>(
    dict: &Dict<'_>,
    key: &[u8],
    budget: &mut Budget,
) -> Result<Option<[f64; COUNT]>, PdfProblem> {
    let list = budget.get::<Array<'_>>(dict, key)?;
    let mut all = Vec::new();
    for number in list.into_iter().flat_map(|it| it.iter::<Object<'_>>()) {
        budget.read(&number)?;
        match number {
            Object::Number(number) if all.len() < COUNT => all.push(number.as_f64()),
            _ => break,
        }
    }
    Ok(all.try_into().ok())
}

fn rect([left, bottom, right, top]: [f64; 4]) -> Rect {
    Rect::new(
        left.min(right),
        bottom.min(top),
        right.max(left),
        top.max(bottom),
    )
}

/// How a drawing of this extent, transformed so, is put into a rectangle (ISO 32000-1, 12.5.5). None when either has
/// no extent.
fn fit(bbox: Rect, matrix: Option<[f64; 6]>, place: Rect) -> Option<Matrix> {
    let [a, b, c, d, e, f] = matrix.unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    let corners = [
        (bbox.x0, bbox.y0),
        (bbox.x0, bbox.y1),
        (bbox.x1, bbox.y0),
        (bbox.x1, bbox.y1),
    ];
    let corners = corners.map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let least = |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::INFINITY, f64::min);
    let most =
        |of: fn(&(f64, f64)) -> f64| corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    let (left, right) = (least(|it| it.0), most(|it| it.0));
    let (bottom, top) = (least(|it| it.1), most(|it| it.1));
    let (x, y) = (
        (place.x1 - place.x0) / (right - left),
        (place.y1 - place.y0) / (top - bottom),
    );
    let all = [x, 0.0, 0.0, y, place.x0 - left * x, place.y0 - bottom * y].map(|it| it as f32);
    all.iter().all(|it| it.abs() < FAR).then_some(all)
}

/// All names in contents, each behind the place in [`KINDS`] of the list that the operator behind it looks in. A few that
/// stand in a text or a picture are among them, which does no harm. `None` when there are too many.
fn names_in(contents: &[u8], budget: &mut Budget) -> Result<Option<Names>, PdfProblem> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\0()<>[]{}%".contains(byte);
    let is_number = |byte: &&u8| byte.is_ascii_digit() || b"\0+-. \t\n\x0C\r".contains(byte);
    let until_end = |part: &[u8]| part.iter().position(is_end).unwrap_or(part.len());
    let mut names = Names::new();
    let mut behind_kind = Vec::new();
    for part in contents.split(|byte| *byte == b'/').skip(1) {
        let (raw, rest) = part.split_at(until_end(part));
        let name = Name::new(raw);
        let name = name.as_deref().unwrap_or(raw);
        let rest = &rest[rest.iter().take_while(is_number).count()..];
        let kinds = match &rest[..until_end(rest)] {
            b"gs" => 0..1,
            b"sh" => 1..2,
            b"sc" | b"SC" | b"scn" | b"SCN" => 2..3,
            b"Do" => 3..4,
            b"Tf" => 5..6,
            b"BDC" | b"DP" => 6..7,
            // A comment, and who knows what behind it.
            _ if rest.starts_with(b"%") => 0..7,
            // Colours are also named in a picture within the contents.
            _ => 4..5,
        };
        for kind in kinds {
            budget.charge(LOOKED_UP + name.len())?;
            behind_kind.clear();
            behind_kind.push(kind);
            behind_kind.extend_from_slice(name);
            if !names.contains(&behind_kind) {
                budget.charge(KEPT_NAME)?;
                names.insert(behind_kind.clone());
            }
        }
        if names.len() > MAX_NAMES_HERE {
            return Ok(None);
        }
    }
    Ok(Some(names))
}
