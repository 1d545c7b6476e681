//! What contents use by name of the lists beside them: fonts, pictures, drawings, patterns, layers. Pages often share one
//! list of all that any of them uses, so that this says what belongs to a page that is carried over.

use super::PdfProblem;
use super::contents::{MAX_CONTENTS, add, unpacked};
use super::unpack::Budget;
use hayro_syntax::object::dict::keys::{
    CHAR_PROCS, COLORSPACE, EXT_G_STATE, FONT, G, IMAGE, PATTERN, PROPERTIES, RESOURCES, SHADING,
    SMASK, SUBTYPE, TYPE3, XOBJECT,
};
use hayro_syntax::object::{self, Dict, MaybeRef, Name, ObjRef, Object, dict_or_stream};
use hayro_syntax::page::Page;
use hayro_syntax::xref::XRef;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// What a name costs that is looked up, and one that is kept, in bytes that are unpacked.
const LOOKED_UP: usize = 64;
const KEPT_NAME: usize = 512;
/// The most names that contents may use, of which a page has a few dozen. What is over it is taken for contents that are
/// not understood.
const MAX_NAMES_HERE: usize = 5_000;
/// How deep drawings may stand in each other. Usual ones stand five deep.
const MAX_DEPTH: usize = 48;

/// The lists of a page or a drawing.
pub const KINDS: [&[u8]; 7] = [
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
pub enum Used {
    /// They are packed in a way that is not known here, or are too long: whatever is in the lists.
    Anything,
    /// These names, each behind the place of its list in [`KINDS`].
    Names(Names),
}

impl Used {
    /// Whether this name is among them, of the list at this place in [`KINDS`].
    pub fn contains(&self, kind: u8, key: &[u8], name: &[u8]) -> bool {
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

/// The lists of a page or a drawing, in the order of [`KINDS`].
pub type Lists<'a> = Vec<Dict<'a>>;

/// Looks for what contents use. What stands in several of them is looked at once.
pub struct Search<'a> {
    xref: &'a XRef,
    /// What drawings use, or fonts that are made of drawings.
    known: HashMap<ObjRef, Rc<Used>>,
}

impl<'a> Search<'a> {
    /// In the PDF of this table.
    pub fn new(xref: &'a XRef) -> Self {
        Self {
            xref,
            known: HashMap::new(),
        }
    }

    /// What a page uses by name.
    ///
    /// # Errors
    ///
    /// When it costs too much.
    pub fn by_page(
        &mut self,
        contents: Option<Cow<'a, [u8]>>,
        lists: &[Dict<'a>],
        budget: &mut Budget,
    ) -> Result<Used, PdfProblem> {
        self.used_in(contents, lists, 0, budget)
    }

    /// What a drawing uses by name, or the drawings that a font is made of.
    ///
    /// # Errors
    ///
    /// When it costs too much.
    pub fn by_drawing(
        &mut self,
        drawing: &Object<'a>,
        id: Option<ObjRef>,
        budget: &mut Budget,
    ) -> Result<Rc<Used>, PdfProblem> {
        self.used_by(drawing, id, 0, budget)
    }

    /// What contents use by name, and the drawings within them that borrow from this list: viewers look for a name that
    /// a drawing does not have in the lists of what it stands in.
    fn used_in(
        &mut self,
        contents: Option<Cow<'a, [u8]>>,
        lists: &[Dict<'a>],
        depth: usize,
        budget: &mut Budget,
    ) -> Result<Used, PdfProblem> {
        let contents = contents.filter(|_| depth < MAX_DEPTH);
        let names = match contents {
            Some(contents) => names_in(&contents, budget)?,
            None => None,
        };
        let Some(mut names) = names else {
            return Ok(Used::Anything);
        };
        let mut open: Vec<_> = names.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let Some(value) = drawing_in(lists, &name, budget)? else {
                continue;
            };
            let id = value.as_obj_ref();
            let drawing = match value {
                MaybeRef::Ref(id) => self.xref.get::<Object<'a>>(id.into()),
                MaybeRef::NotRef(drawing) => Some(drawing),
            };
            let drawing = drawing.unwrap_or(Object::Null(object::Null));
            budget.read(&drawing)?;
            let Some((dict, _)) = dict_or_stream(&drawing) else {
                continue;
            };
            match &*self.used_by(&drawing, id, depth + 1, budget)? {
                Used::Anything if !dict.contains_key(RESOURCES) => return Ok(Used::Anything),
                Used::Anything => {}
                Used::Names(within) if within.is_empty() => {}
                Used::Names(within) => {
                    let own = own_lists(dict, budget)?;
                    for it in within {
                        budget.charge(LOOKED_UP + it.len())?;
                        let is_own = own[usize::from(it[0])].contains_key(&it[1..]);
                        if !is_own && !names.contains(it) {
                            budget.charge(KEPT_NAME)?;
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
        budget: &mut Budget,
    ) -> Result<Rc<Used>, PdfProblem> {
        let known = id.and_then(|id| self.known.get(&id).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let nothing = || Rc::new(Used::Names(Names::new()));
        let Some((dict, _)) = dict_or_stream(drawing) else {
            return Ok(nothing());
        };
        let kind = budget.get::<Name<'_>>(dict, SUBTYPE)?;
        let is_image = kind.as_deref() == Some(IMAGE);
        let is_glyphs = kind.as_deref() == Some(TYPE3);
        if is_image || !is_glyphs && matches!(drawing, Object::Dict(_)) {
            return Ok(nothing());
        }
        if let Some(id) = id {
            // It may stand in itself.
            self.known.insert(id, nothing());
        }
        let unpacked = match drawing {
            Object::Stream(stream) => unpacked(stream, MAX_CONTENTS, budget),
            _ => glyphs(dict, budget),
        };
        if unpacked.is_err() {
            // Whether it is only this one that is too large.
            budget.charge(1)?;
        }
        let own = own_lists(dict, budget)?;
        let used = Rc::new(self.used_in(unpacked.ok().flatten(), &own, depth, budget)?);
        if let Some(id) = id {
            self.known.insert(id, Rc::clone(&used));
        }
        Ok(used)
    }
}

/// What the drawings of a font unpack to together; `None` when one is packed in a way that is not known here.
fn glyphs<'a>(font: &Dict<'a>, budget: &mut Budget) -> Result<Option<Cow<'a, [u8]>>, PdfProblem> {
    let glyphs = budget.get::<Dict<'a>>(font, CHAR_PROCS)?;
    let glyphs = glyphs.unwrap_or_default();
    let (mut room, mut all) = (MAX_CONTENTS, Vec::new());
    for name in glyphs.keys() {
        let Some(glyph) = budget.get::<Object<'a>>(&glyphs, &name)? else {
            continue;
        };
        if let Object::Stream(glyph) = glyph {
            let Some(part) = unpacked(&glyph, room, budget)? else {
                return Ok(None);
            };
            room = room.checked_sub(part.len()).ok_or(PdfProblem::TooLarge)?;
            add(&mut all, &part);
        }
    }
    Ok(Some(Cow::Owned(all)))
}

/// The lists of a page.
pub fn lists_of_page<'a>(page: &Page<'a>) -> Lists<'a> {
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

/// The lists of a drawing.
///
/// # Errors
///
/// When it costs too much to read them.
pub fn own_lists<'a>(drawing: &Dict<'a>, budget: &mut Budget) -> Result<Lists<'a>, PdfProblem> {
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
