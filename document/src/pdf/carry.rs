//! Carries what a page is made of from one PDF into another: its contents, fonts and pictures as they are packed,
//! and what stands beside the contents, such as the fields of a form. Links, scripts, metadata and whatever belongs
//! to other pages stay behind.

use super::beside::{Look, Matrix, is_left_to_viewers, look};
use super::contents::{PACKED, contents, picture};
use super::existing::{Existing, annotation, annotations, is_name, shown};
use super::jpeg;
use super::jpx;
use super::unpack::Budget;
use super::used::{KINDS, Search, Used, lists_of_page, own_lists};
use super::{MAX_OUTPUT, PdfProblem};
use hayro_syntax::Filter;
use hayro_syntax::object::dict::keys::{
    AF, BASE_STATE, D, DCT_DECODE, DECODE_PARMS, F, FILTER, JPX_DECODE, LAST_MODIFIED, LENGTH,
    METADATA, OC, OCG, OCGS, OCMD, OCPROPERTIES, OFF, ON, OPI, PAGE, PAGES, PIECE_INFO, PROPERTIES,
    PT_DATA, REF, RESOURCES, STRUCT_PARENT, STRUCT_PARENTS, SUBTYPE, TYPE, TYPE3, USAGE,
};
use hayro_syntax::object::{
    self, Array, Dict, MaybeRef, Name, ObjRef, Object, Stream, dict_or_stream,
};
use hayro_syntax::page::Page;
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Null, Obj, Pdf, Ref};
use std::collections::HashMap;

/// What a byte costs of a list of names that is looked through, and an object that is carried over, in bytes that are
/// unpacked.
const LISTED: usize = 8;
const CARRIED: usize = 512;
/// The most objects that are carried over.
const MAX_OBJECTS: usize = 500_000;
/// How deep dictionaries and lists may stand in each other. Usual ones stand five deep.
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
    search: Search<'a>,
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
            search: Search::new(xref),
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
            beside.extend(self.beside(&annotation, out, next)?);
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
        let used = self.search.by_page(unpacked, &lists, &mut self.budget)?;
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

    /// What is drawn of what stands beside the contents. `None` for what is hidden or has no look, as a link.
    fn beside(
        &mut self,
        annotation: &Dict<'a>,
        out: &mut Pdf,
        next: &mut Ref,
    ) -> Result<Option<Beside>, PdfProblem> {
        let layer = annotation.get_ref(OC);
        if layer.and_then(|it| self.is_hidden(it)) == Some(true) {
            return Ok(None);
        }
        let Some(Look { drawing, place }) = look(annotation, &mut self.budget)? else {
            return Ok(None);
        };
        self.known.entry(drawing).or_default().is_beside = true;
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
            drawing: self.carried(drawing, next),
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
            let drawing = Object::Stream(stream.clone());
            let used = self
                .search
                .by_drawing(&drawing, Some(id), &mut self.budget)?;
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
        let used = self.search.by_drawing(font, None, &mut self.budget);
        let own = own_lists(dict, &mut self.budget);
        if let (Ok(used), Ok(own)) = (used, own) {
            _ = self.write_resources(&own, &[], &used, out, next);
        } else {
            out.primitive(Null);
        }
    }
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
