//! What stands beside a page's contents, such as notes, stamps and fields of a form: which of it is drawn, and where.

use super::PdfProblem;
use super::existing::{FAR, is_name};
use super::unpack::Budget;
use hayro_syntax::object::dict::keys::{AP, AS, BBOX, F, MATRIX, N, RECT, SUBTYPE};
use hayro_syntax::object::{Array, Dict, Name, ObjRef, Object, Rect, dict_or_stream};

/// The six numbers of a transformation, as PDF writes them.
pub type Matrix = [f32; 6];

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

/// Whether a note has no look, so that each viewer draws it in its own way.
///
/// # Errors
///
/// When it costs too much to read it.
pub fn is_left_to_viewers(note: &Dict<'_>, budget: &mut Budget) -> Result<bool, PdfProblem> {
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

/// How a note or a field is drawn.
pub struct Look {
    /// What is drawn.
    pub drawing: ObjRef,
    /// Where.
    pub place: Matrix,
}

/// Reads how a note or a field is drawn; `None` for what is hidden or has no look, as a link.
///
/// # Errors
///
/// When it costs too much.
pub fn look(annotation: &Dict<'_>, budget: &mut Budget) -> Result<Option<Look>, PdfProblem> {
    if is_never_shown(annotation, budget)? || is_name(annotation, SUBTYPE, b"Popup", budget)? {
        return Ok(None);
    }
    let looks = budget.get::<Dict<'_>>(annotation, AP)?.unwrap_or_default();
    let state = budget.get::<Name<'_>>(annotation, AS)?;
    // One look, or one for each state of a checkbox.
    let (drawing, look) = match (budget.get::<Object<'_>>(&looks, N)?, state) {
        (Some(Object::Dict(states)), Some(state)) => {
            (states.get_ref(&state), budget.get(&states, &state)?)
        }
        (look, _) => (looks.get_ref(N), look),
    };
    let (Some(drawing), Some(Object::Stream(look))) = (drawing, look) else {
        return Ok(None);
    };
    let place = numbers(annotation, RECT, budget)?;
    let bbox = numbers(look.dict(), BBOX, budget)?;
    let matrix = numbers(look.dict(), MATRIX, budget)?;
    let place = place
        .zip(bbox)
        .and_then(|(place, bbox)| fit(rect(bbox), matrix, rect(place)));
    Ok(place.map(|place| Look { drawing, place }))
}

fn is_never_shown(annotation: &Dict<'_>, budget: &mut Budget) -> Result<bool, PdfProblem> {
    const HIDDEN: u32 = 1 << 1;
    const NO_VIEW: u32 = 1 << 5;
    let flags = budget.get::<u32>(annotation, F)?.unwrap_or(0);
    Ok(flags & (HIDDEN | NO_VIEW) != 0)
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
