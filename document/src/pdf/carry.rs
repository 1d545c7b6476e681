//! Carries what a page is made of from one PDF into another: its contents, fonts and pictures as they are packed,
//! and what stands beside the contents, such as the fields of a form. Links, scripts, metadata and whatever belongs
//! to other pages stay behind.

use super::existing::{Existing, annotations, is_name, shown};
use super::jpeg;
use super::jpx;
use super::unpack::{self, Rows, UnpackProblem};
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
    Array, Dict, MaybeRef, Name, ObjRef, Object, Rect, Stream, dict_or_stream,
};
use hayro_syntax::page::Page;
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Null, Obj, Pdf, Ref};
use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

/// The most that the contents of a page may unpack to, in bytes.
const MAX_CONTENTS: usize = 64 << 20;
/// The most that the contents of all pages of a PDF may.
const MAX_CONTENTS_TOGETHER: usize = 512 << 20;
/// What a part of a page's contents costs at least of that.
const LEAST_PART: usize = 1 << 10;
/// The most objects that are carried over.
const MAX_OBJECTS: usize = 500_000;
/// The most names that contents may use, of which a page has a few dozen. What is over it is taken for contents that are
/// not understood.
const MAX_NAMES_HERE: usize = 5_000;
/// The most names that all contents of a PDF may use.
const MAX_NAMES: usize = 500_000;
/// How often its length a stream of LZW can unpack to: 12 bits give at most 4,096 bytes.
const MOST_UNPACKED: usize = 2_731;
/// How deep dictionaries and lists may stand in each other, and drawings. Usual ones stand five deep.
const MAX_DEPTH: usize = 48;
/// How hard contents are packed: zlib's usual level.
const LEVEL: u8 = 6;

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

/// What contents use of the lists beside them.
enum Used {
    /// They are packed in a way that is not known here, or are too long: whatever is in the lists.
    Anything,
    /// These names in their order, each behind the place of its list in [`KINDS`].
    Names(Vec<Vec<u8>>),
}

impl Used {
    fn contains(&self, kind: u8, key: &[u8], name: &[u8]) -> bool {
        match self {
            Self::Anything => true,
            // `DefaultRGB` and the like are used without being named.
            Self::Names(names) => {
                key == COLORSPACE && name.starts_with(b"Default")
                    || names.binary_search(&[&[kind], name].concat()).is_ok()
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
    /// How much the contents may still unpack to.
    room: usize,
    /// How much the contents of drawings may.
    room_within: usize,
    /// How many names may still be used.
    names: usize,
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
        let layers: Dict<'_> = catalog.get(OCPROPERTIES).unwrap_or_default();
        let usual: Dict<'_> = layers.get(D).unwrap_or_default();
        let base = usual.get::<Name<'_>>(BASE_STATE);
        let is_off = base.is_some_and(|it| it.as_ref() == OFF);
        let mut known: HashMap<ObjRef, Known> = HashMap::new();
        // A layer in both is hidden, as viewers have it.
        for (dict, key, is_off) in [
            (&layers, OCGS, is_off),
            (&usual, ON, false),
            (&usual, OFF, true),
        ] {
            let list = dict.get::<Array<'_>>(key);
            for layer in list.iter().flat_map(|it| it.raw_iter()) {
                if let Some(id) = layer.as_obj_ref()
                    && (key == OCGS || known.contains_key(&id))
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
            room: MAX_CONTENTS_TOGETHER,
            room_within: MAX_CONTENTS_TOGETHER,
            names: MAX_NAMES,
        }
    }

    /// Looks at all pages, so that what is wrong with one is known before a document is made of it.
    ///
    /// # Errors
    ///
    /// When a page is damaged or too large, or has notes that are not drawn.
    pub fn check(from: &Existing) -> Result<(), PdfProblem> {
        let mut room = MAX_CONTENTS_TOGETHER;
        for page in from.pdf.pages().iter() {
            contents(&streams(page)?, &mut room)?;
            if annotations(page).iter().any(is_left_to_viewers) {
                return Err(PdfProblem::Form);
            }
        }
        Ok(())
    }

    /// Carries a page over. `next` gives the references of new objects.
    ///
    /// # Errors
    ///
    /// When it is damaged or too large.
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
        for annotation in annotations(page) {
            beside.extend(self.drawing(&annotation, out, next));
        }
        let group = page.raw().get::<Dict<'_>>(b"Group").map(|group| {
            let id = next.bump();
            self.write(&Object::Dict(group), out.indirect(id), next, 0);
            id
        });
        self.write_queue(out, next)?;
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
        let streams = streams(page)?;
        let unpacked = contents(&streams, &mut self.room)?;
        // One stream goes over as it is packed.
        let (data, packed_as) = match (streams.as_slice(), &unpacked) {
            ([one], _) => (one.raw_data().into_owned(), Some(one.dict().clone())),
            (_, all) => {
                let all = all.as_deref().unwrap_or_default();
                (compress_to_vec_zlib(all, LEVEL), None)
            }
        };
        let lists = lists_of_page(page);
        let used = self.used_in(unpacked, &lists, 0);
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
        self.write_resources(&lists, &[], &used, resources, next);
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
    ) -> Used {
        let contents = contents.filter(|_| depth < MAX_DEPTH);
        let names = contents.and_then(|it| names_in(&it, &mut self.names));
        let Some(mut names) = names else {
            return Used::Anything;
        };
        let mut open = names.clone();
        while let Some(name) = open.pop() {
            let Some(value) = drawing_in(lists, &name) else {
                continue;
            };
            let id = value.as_obj_ref();
            let drawing = match value {
                MaybeRef::Ref(id) => self.from.pdf.xref().get::<Object<'a>>(id.into()),
                MaybeRef::NotRef(drawing) => Some(drawing),
            };
            let Some(drawing) = drawing else {
                continue;
            };
            let Some((dict, _)) = dict_or_stream(&drawing) else {
                continue;
            };
            match &*self.used_by(&drawing, id, depth + 1) {
                Used::Anything if !dict.contains_key(RESOURCES) => return Used::Anything,
                Used::Anything => {}
                Used::Names(within) => {
                    let own = own_lists(dict);
                    for it in within {
                        let is_own = own[usize::from(it[0])].contains_key(&it[1..]);
                        if is_own || !insert(&mut names, it.clone(), &mut self.names) {
                            continue;
                        }
                        open.push(it.clone());
                    }
                }
            }
            if self.names == 0 || names.len() > MAX_NAMES_HERE {
                return Used::Anything;
            }
        }
        Used::Names(names)
    }

    /// What a drawing uses by name, or the drawings that a font is made of.
    fn used_by(&mut self, drawing: &Object<'a>, id: Option<ObjRef>, depth: usize) -> Rc<Used> {
        let known = id.and_then(|id| self.known.get(&id)?.used.clone());
        if let Some(known) = known {
            return known;
        }
        let nothing = || Rc::new(Used::Names(Vec::new()));
        let (dict, streams) = match drawing {
            Object::Stream(it) if !is_name(it.dict(), SUBTYPE, IMAGE) => {
                (it.dict(), vec![it.clone()])
            }
            Object::Dict(font) if is_name(font, SUBTYPE, TYPE3) => {
                let glyphs: Dict<'a> = font.get(CHAR_PROCS).unwrap_or_default();
                (
                    font,
                    glyphs.keys().filter_map(|it| glyphs.get(&it)).collect(),
                )
            }
            _ => return nothing(),
        };
        if let Some(id) = id {
            // It may stand in itself.
            self.known.entry(id).or_default().used = Some(nothing());
        }
        let unpacked = contents(&streams, &mut self.room_within);
        let used = Rc::new(self.used_in(unpacked.ok().flatten(), &own_lists(dict), depth));
        if let Some(id) = id {
            self.known.entry(id).or_default().used = Some(Rc::clone(&used));
        }
        used
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
    ) {
        let mut out = out.dict();
        for (kind, key) in (0u8..).zip(KINDS) {
            let mut entries = Vec::new();
            let own = &own[usize::from(kind)];
            let around = around.get(usize::from(kind));
            for (at, list) in [Some(own), around].into_iter().flatten().enumerate() {
                for (name, value) in list.entries() {
                    let is_hidden_by_own = at > 0 && own.contains_key(&name);
                    if used.contains(kind, key, &name) && !is_hidden_by_own {
                        entries.push((name, value));
                    }
                }
            }
            if entries.is_empty() {
                continue;
            }
            let mut out = out.insert(pdf_writer::Name(key)).dict();
            for (name, value) in entries {
                let out = out.insert(pdf_writer::Name(&name));
                // What contents are marked with, layers apart, is not drawn.
                if key == PROPERTIES && !self.is_layer(&value) {
                    out.dict();
                } else {
                    self.write_maybe(&value, out, next, 0);
                }
            }
        }
    }

    fn is_hidden(&self, layer: ObjRef) -> Option<bool> {
        self.known.get(&layer)?.is_hidden
    }

    /// Whether it is a layer or a rule about layers.
    fn is_layer(&self, value: &MaybeRef<Object<'a>>) -> bool {
        let dict = match value {
            MaybeRef::Ref(id) => self.from.pdf.xref().get::<Dict<'a>>((*id).into()),
            MaybeRef::NotRef(Object::Dict(dict)) => Some(dict.clone()),
            MaybeRef::NotRef(_) => None,
        };
        dict.is_some_and(|it| is_name(&it, TYPE, OCG) || is_name(&it, TYPE, OCMD))
            || value
                .as_obj_ref()
                .and_then(|it| self.is_hidden(it))
                .is_some()
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
    fn drawing(&mut self, annotation: &Dict<'a>, out: &mut Pdf, next: &mut Ref) -> Option<Beside> {
        let layer = annotation.get_ref(OC);
        if is_never_shown(annotation)
            || is_name(annotation, SUBTYPE, b"Popup")
            || layer.and_then(|it| self.is_hidden(it)) == Some(true)
        {
            return None;
        }
        let looks: Dict<'_> = annotation.get(AP)?;
        let state = annotation.get::<Name<'_>>(AS);
        // One look, or one for each state of a checkbox.
        let (id, look) = match looks.get::<Object<'_>>(N)? {
            Object::Stream(look) => (looks.get_ref(N)?, look),
            Object::Dict(states) => {
                let state = state?;
                (states.get_ref(&state)?, states.get::<Stream<'_>>(&state)?)
            }
            _ => return None,
        };
        let place: Rect = annotation.get(RECT)?;
        let bbox: Rect = look.dict().get(BBOX)?;
        let matrix = look.dict().get::<Array<'_>>(MATRIX);
        let place = fit(bbox, matrix.and_then(|it| numbers(&it)), place)?;
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
        Some(Beside {
            drawing: self.carried(id, next),
            place,
            layer,
        })
    }

    /// The new reference of an object, which is carried over sooner or later.
    fn carried(&mut self, id: ObjRef, next: &mut Ref) -> Ref {
        let known = self.known.entry(id).or_default();
        *known.new.get_or_insert_with(|| {
            let new = next.bump();
            self.queue.push((id, new));
            new
        })
    }

    fn write_queue(&mut self, out: &mut Pdf, next: &mut Ref) -> Result<(), PdfProblem> {
        while let Some((id, new)) = self.queue.pop() {
            if out.len() > MAX_OUTPUT || self.known.len() > MAX_OBJECTS {
                return Err(PdfProblem::TooLarge);
            }
            let object = self.from.pdf.xref().get::<Object<'_>>(id.into());
            match object {
                // A reference to nothing is null.
                None => out.indirect(new).primitive(Null),
                Some(object) if is_of_document(&object) => out.indirect(new).primitive(Null),
                Some(Object::Stream(stream)) => self.write_stream(&stream, id, new, out, next)?,
                Some(Object::Dict(dict)) if self.is_layer(&MaybeRef::Ref(id)) => {
                    if let Some(is_hidden) = self.is_hidden(id) {
                        self.layers.push((new, is_hidden));
                    }
                    let mut out = out.indirect(new).dict();
                    self.write_some(&dict, &KEPT_OF_LAYERS, &mut out, next);
                    if let Some(usage) = dict.get::<Dict<'a>>(USAGE) {
                        let mut out = out.insert(pdf_writer::Name(USAGE)).dict();
                        self.write_some(&usage, &KEPT_OF_USAGE, &mut out, next);
                    }
                }
                Some(object) => self.write(&object, out.indirect(new), next, 0),
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
        let filters = stream.filters();
        if dict.contains_key(F) || filters.first() == Some(&Filter::Crypt) {
            return Err(PdfProblem::Damaged);
        }
        let mut data = stream.raw_data();
        if out.len() + data.len() > MAX_OUTPUT {
            return Err(PdfProblem::TooLarge);
        }
        // Photos in a PDF have the metadata of photos, also where they are packed once more.
        let cleaned = match filters.last() {
            Some(Filter::DctDecode) => picture(stream).and_then(|it| jpeg::cleaned_in_pdf(&it)),
            Some(Filter::JpxDecode) => picture(stream).map(|it| jpx::cleaned(it).into_owned()),
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
                    let each = dict.get::<Array<'_>>(DECODE_PARMS);
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
            let used = self.used_by(&Object::Stream(stream.clone()), Some(id), 0);
            let takes_all = has_list && matches!(*used, Used::Anything);
            let around = std::mem::take(&mut self.around);
            let lent: &[Dict<'a>] = if is_beside && !takes_all {
                &around
            } else {
                &[]
            };
            let out = out.insert(pdf_writer::Name(RESOURCES));
            self.write_resources(&own_lists(dict), lent, &used, out, next);
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
                    if name.as_ref() == RESOURCES && is_name(dict, SUBTYPE, TYPE3) {
                        let used = self.used_by(object, None, 0);
                        let out = out.insert(pdf_writer::Name(RESOURCES));
                        self.write_resources(&own_lists(dict), &[], &used, out, next);
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
}

/// Whether a note has no look, so that each viewer draws it in its own way.
fn is_left_to_viewers(note: &Dict<'_>) -> bool {
    let kind = note.get::<Name<'_>>(SUBTYPE);
    let looks: Dict<'_> = note.get(AP).unwrap_or_default();
    let look = looks.get::<Object<'_>>(N);
    let place = note.get::<Rect>(RECT);
    kind.is_some_and(|it| DRAWN_BY_VIEWERS.contains(&it.as_ref()))
        && look.as_ref().and_then(dict_or_stream).is_none()
        && place.is_none_or(|it| it.x0 != it.x1 || it.y0 != it.y1)
        && !is_never_shown(note)
}

fn is_never_shown(annotation: &Dict<'_>) -> bool {
    const HIDDEN: u32 = 1 << 1;
    const NO_VIEW: u32 = 1 << 5;
    let flags = annotation.get::<u32>(F).unwrap_or(0);
    flags & (HIDDEN | NO_VIEW) != 0
}

/// The streams that a page's contents are made of.
fn streams<'a>(page: &Page<'a>) -> Result<Vec<Stream<'a>>, PdfProblem> {
    let dict = page.raw();
    let streams = match dict.get::<Object<'_>>(CONTENTS) {
        Some(Object::Stream(stream)) => vec![stream],
        Some(Object::Array(parts)) => {
            let parts = parts.raw_iter().filter_map(|part| part.as_obj_ref());
            let parts = parts.map(|part| page.xref().get::<Stream<'_>>(part.into()));
            parts.collect::<Option<_>>().ok_or(PdfProblem::Damaged)?
        }
        Some(Object::Null(_)) => Vec::new(),
        None if !dict.contains_key(CONTENTS) => Vec::new(),
        _ => return Err(PdfProblem::Damaged),
    };
    // Data in another file, or locked in a way of its own.
    let is_foreign = |stream: &Stream<'_>| {
        stream.dict().contains_key(F) || stream.filters().first() == Some(&Filter::Crypt)
    };
    if streams.iter().any(is_foreign) {
        return Err(PdfProblem::Damaged);
    }
    Ok(streams)
}

/// The file of a picture, without the filters around it; `None` when one of them is not known here.
fn picture<'a>(stream: &Stream<'a>) -> Option<Cow<'a, [u8]>> {
    let data = unpack::before_last(stream, MAX_CONTENTS).ok()?;
    match rows(stream)?.as_slice() {
        [rows, Rows::Plain] if stream.filters().len() == 2 => {
            let mut data = data.into_owned();
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

/// What they unpack to together, which has to be in the `room` that is left; `None` when a single one is packed in a way
/// that is not known here.
fn contents<'a>(
    streams: &[Stream<'a>],
    room: &mut usize,
) -> Result<Option<Cow<'a, [u8]>>, PdfProblem> {
    let mut here = MAX_CONTENTS.min(*room);
    let mut parts = Vec::new();
    for stream in streams {
        let part = match unpack::content(stream, here) {
            Ok(part) => part,
            Err(UnpackProblem::Unknown) => match by_library(stream, here) {
                Some(part) => part,
                None if streams.len() == 1 => return Ok(None),
                None => return Err(PdfProblem::Damaged),
            },
            Err(UnpackProblem::TooLarge) => return Err(PdfProblem::TooLarge),
        };
        let cost = part.len().max(LEAST_PART);
        here = here.checked_sub(cost).ok_or(PdfProblem::TooLarge)?;
        *room -= cost;
        parts.push(part);
    }
    Ok(Some(match parts.len() {
        1 => parts.swap_remove(0),
        _ => Cow::Owned(parts.join(&b'\n')),
    }))
}

/// What the library unpacks: LZW, and predictors. It has no limit, so that only what is short enough is given to it, and
/// it panics at parameters that no writer has.
fn by_library<'a>(stream: &Stream<'a>, limit: usize) -> Option<Cow<'a, [u8]>> {
    let filters = stream.filters();
    let is_text = |it: &&Filter| matches!(it, Filter::AsciiHexDecode | Filter::Ascii85Decode);
    let is_short = stream.raw_data().len() <= limit / MOST_UNPACKED;
    if is_short
        && rows(stream).is_some()
        && filters.iter().filter(is_text).count() + 1 == filters.len()
    {
        stream.decoded().ok()
    } else {
        None
    }
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
fn own_lists<'a>(drawing: &Dict<'a>) -> Vec<Dict<'a>> {
    let all: Dict<'a> = drawing.get(RESOURCES).unwrap_or_default();
    let lists = KINDS.iter().map(|key| all.get(key).unwrap_or_default());
    lists.collect()
}

/// What has contents of its own among what is named: a drawing, a pattern, a font of drawings, the mask of a state.
fn drawing_in<'a>(lists: &[Dict<'a>], name: &[u8]) -> Option<MaybeRef<Object<'a>>> {
    let (kind, name) = name.split_first()?;
    let kind = usize::from(*kind);
    let list = &lists[kind];
    match KINDS[kind] {
        XOBJECT | PATTERN | FONT => list.get_raw(name),
        EXT_G_STATE => {
            let mask: Dict<'a> = list.get::<Dict<'a>>(name)?.get(SMASK)?;
            mask.get_raw(G)
        }
        _ => None,
    }
}

/// Whether an object is a page, or of the document: nothing that a page is drawn with.
fn is_of_document(object: &Object<'_>) -> bool {
    let kind = dict_or_stream(object).and_then(|it| it.0.get::<Name<'_>>(TYPE));
    kind.is_some_and(|it| {
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
    })
}

fn write_number(number: f64, out: Obj<'_>) {
    if number.fract() == 0.0 && number.abs() < f64::from(i32::MAX) {
        out.primitive(number as i32);
    } else if number.is_finite() {
        out.primitive(number as f32);
    } else {
        out.primitive(0);
    }
}

/// The six numbers of a transformation; `None` when they are not six.
fn numbers(list: &Array<'_>) -> Option<[f64; 6]> {
    let number = |it| match it {
        MaybeRef::NotRef(Object::Number(number)) => Some(number.as_f64()),
        _ => None,
    };
    let all: Option<Vec<f64>> = list.raw_iter().map(number).collect();
    all?.try_into().ok()
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
    all.iter().all(|it| it.is_finite()).then_some(all)
}

/// All names in contents, each behind the place in [`KINDS`] of the list that the operator behind it looks in. A few that
/// stand in a text or a picture are among them, which does no harm. `None` when there are too many.
fn names_in(contents: &[u8], left: &mut usize) -> Option<Vec<Vec<u8>>> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\0()<>[]{}%".contains(byte);
    let is_number = |byte: &&u8| byte.is_ascii_digit() || b"\0+-. \t\n\x0C\r".contains(byte);
    let until_end = |part: &[u8]| part.iter().position(is_end).unwrap_or(part.len());
    let mut names = Vec::new();
    for part in contents.split(|byte| *byte == b'/').skip(1) {
        let (name, rest) = part.split_at(until_end(part));
        let name = hayro_syntax::object::Name::new_escaped(name)
            .map_or_else(|| name.to_vec(), |name| name.to_vec());
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
            insert(&mut names, [&[kind], name.as_slice()].concat(), left);
        }
        if *left == 0 || names.len() > MAX_NAMES_HERE {
            return None;
        }
    }
    Some(names)
}

/// Puts a name in its place; false when it is there.
fn insert(names: &mut Vec<Vec<u8>>, name: Vec<u8>, left: &mut usize) -> bool {
    let place = names.binary_search(&name);
    if let Err(at) = place {
        names.insert(at, name);
        *left = left.saturating_sub(1);
    }
    place.is_err()
}
