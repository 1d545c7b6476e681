//! Unpacks what a page or a drawing is drawn by, and the files of pictures. What the library unpacks goes through here,
//! too, within limits.

use super::PdfProblem;
use super::unpack::{self, Budget, Rows, UnpackProblem};
use hayro_syntax::Filter;
use hayro_syntax::object::dict::keys::{CONTENTS, DECODE_PARMS, DP, F};
use hayro_syntax::object::{Dict, ObjRef, Object, Stream};
use hayro_syntax::page::Page;
use std::borrow::Cow;

/// The most that the contents of a page may unpack to, in bytes.
pub const MAX_CONTENTS: usize = 64 << 20;
/// What a byte costs that is packed anew, and one that the library unpacks, in bytes that are unpacked.
pub const PACKED: usize = 32;
const BY_LIBRARY: usize = 16;
/// How often its length a stream of LZW can unpack to: 12 bits give at most 4,096 bytes.
const MOST_UNPACKED: usize = 2_731;

/// What a stream of contents unpacks to, at most `limit` bytes of it; `None` when it is packed in a way that is not known
/// here.
///
/// # Errors
///
/// When it is longer or costs too much, lies in another file, or is locked in a way of its own.
pub fn unpacked<'a>(
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
pub type Contents<'a> = (Option<Stream<'a>>, Option<Cow<'a, [u8]>>);

/// Reads the contents of a page.
///
/// # Errors
///
/// When they are damaged or too large.
pub fn contents<'a>(page: &Page<'a>, budget: &mut Budget) -> Result<Contents<'a>, PdfProblem> {
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
pub fn add(all: &mut Vec<u8>, part: &[u8]) {
    all.extend_from_slice(part);
    all.push(b'\n');
}

/// The file of a picture, without the filters around it; `None` when one of them is not known here.
pub fn picture<'a>(stream: &Stream<'a>, budget: &mut Budget) -> Option<Cow<'a, [u8]>> {
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
