//! What is checked of a PDF before the library reads it: the library unpacks cross-references and object streams
//! without a limit, and mends what is cut off without saying so. It looks at every object of the file in one pass,
//! and never trusts the file's own table of them.
//!
//! What it relies on in the library (version 0.9); the tests named `the_library_…` look at each:
//! - An object starts with two numbers and `obj`. White space and comments may stand around them and behind `obj`.
//! - A stream's dictionary stands behind `obj`. While it mends a file, the library also takes one that stands behind
//!   white space, `obj` or another dictionary, whatever comes before.
//! - It unpacks cross-reference streams, which have `W` and `Size`; streams that mended files call `ObjStm`; and
//!   streams that a table names as holding objects. A table gives the place of such a stream, which may be within
//!   its number: the last digits count then.
//! - Of a cross-reference stream it reads whole rows, and what a flush gives that nothing follows.

use super::PdfProblem;
use super::unpack::{self, Ending, Rows, UnpackProblem};
use hayro_syntax::object::dict::keys::{
    DECODE_PARMS, DP, ENCRYPT, F, FILTER, FIRST, LENGTH, N, ROOT, SIZE, TYPE, W,
};
use hayro_syntax::object::{Dict, FromBytes as _, MaybeRef, Null, Object, Stream};
use hayro_syntax::reader::{Reader, Skippable as _};
use std::collections::HashSet;

/// The largest file that is read, in bytes.
const MAX_FILE: usize = 100 << 20;
/// The most that an object stream may unpack to, in bytes. Usual ones have some ten thousand.
const MAX_UNPACKED: usize = 16 << 20;
/// The most that all object streams together may unpack to, in bytes.
const MAX_UNPACKED_TOGETHER: usize = 64 << 20;
/// The most bytes of object streams that cannot be looked into, because they are encrypted: packing makes things at
/// most a thousand times smaller.
const MAX_ENCRYPTED: usize = 256 << 10;
/// The most dictionaries in a file. A page costs at least one.
const MAX_DICTIONARIES: usize = 300_000;
/// The longest dictionary that stands directly in an object, in bytes.
const MAX_DICTIONARY: usize = 1 << 20;
/// The most rows that all cross-reference streams together may have.
const MAX_ROWS: usize = 1_000_000;

/// What the pass found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Whether it is encrypted, with whatever password.
    pub is_encrypted: bool,
}

/// Looks a PDF through, from its signature on.
///
/// # Errors
///
/// What is cut off, or would cost too much time or memory to read.
pub fn check(file: &[u8]) -> Result<Checked, PdfProblem> {
    if file.len() > MAX_FILE {
        return Err(PdfProblem::TooLarge);
    }
    let mut pass = Pass::new(file);
    pass.run()?;
    pass.check_streams()?;
    Ok(Checked {
        is_encrypted: pass.is_encrypted,
    })
}

/// A stream that may be a cross-reference or hold other objects.
///
/// There may be many, so that the dictionary is read again for each that matters.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// The number of its object; `None` when that is written in an unusual way.
    number: Option<u32>,
    /// Where its dictionary starts, and where that ends.
    dictionary: (usize, usize),
    /// Where its data starts.
    start: usize,
}

struct Pass<'a> {
    file: &'a [u8],
    candidates: Vec<Candidate>,
    /// The last object: where what it holds starts, and its number as in a [`Candidate`].
    object: (usize, Option<u32>),
    /// The numbers that tables find within the numbers of objects.
    misread: HashSet<u32>,
    dictionaries: usize,
    rows: usize,
    is_encrypted: bool,
    /// How many bytes may still be read, as dictionaries, comments and the like. Each is usually read once.
    budget: usize,
    /// How many bytes were unpacked.
    unpacked: usize,
}

/// Objects or streams whose end has not come yet. Readers look for a missing end up to the end of the file, for each
/// of them anew.
#[derive(Default)]
struct Open {
    starts: usize,
    count: usize,
    looked_at: usize,
}

impl Open {
    fn start(&mut self, at: usize) {
        self.starts += at;
        self.count += 1;
    }

    fn end(&mut self, at: usize) {
        self.looked_at = self
            .looked_at
            .saturating_add((at * self.count).saturating_sub(self.starts));
        *self = Self {
            looked_at: self.looked_at,
            ..Self::default()
        };
    }
}

impl<'a> Pass<'a> {
    fn new(file: &'a [u8]) -> Self {
        Self {
            file,
            candidates: Vec::new(),
            object: (0, None),
            misread: HashSet::new(),
            dictionaries: 0,
            rows: 0,
            is_encrypted: false,
            budget: file.len() * 8 + (8 << 20),
            unpacked: 0,
        }
    }

    fn run(&mut self) -> Result<(), PdfProblem> {
        let file = self.file;
        let (mut last_object, mut last_table) = (0, None);
        let (mut objects, mut streams) = (Open::default(), Open::default());
        for (at, byte) in file.iter().enumerate() {
            // Most bytes are none of these.
            if !matches!(byte, b'<' | b'o' | b's' | b'n' | b'%') {
                continue;
            }
            let rest = &file[at..];
            let is_end = file[..at].ends_with(b"end");
            if rest.starts_with(b"<<") {
                self.dictionaries += 1;
                self.check_dictionaries()?;
                let before = &file[..at];
                let is_read = before.last().is_none_or(|it| is_space(*it))
                    || [&b">>"[..], b"obj", b"trailer"]
                        .iter()
                        .any(|it| before.ends_with(it));
                if is_read {
                    self.read_dictionary(at)?;
                }
            } else if rest.starts_with(b"obj") {
                last_object = at;
                if is_end {
                    objects.end(at);
                } else if self.is_object(at)? {
                    objects.start(at);
                }
            } else if rest.starts_with(b"stream") {
                if is_end {
                    streams.end(at);
                } else if rest[6..].starts_with(b"\n") || rest[6..].starts_with(b"\r") {
                    streams.start(at);
                }
            } else if rest.starts_with(b"startxref") {
                last_table = Some(at);
            } else if *byte == b'n' {
                self.note_place(at);
            } else if *byte == b'%' && is_behind_number(&file[..at]) {
                // It may be the number of an object, so that the library looks behind the comment.
                self.skip_spaces(at)?;
            }
        }
        objects.end(file.len());
        streams.end(file.len());
        let most = file.len() * 8 + (8 << 20);
        if objects.looked_at > most || streams.looked_at > most {
            return Err(PdfProblem::Damaged);
        }
        // A PDF that is cut off has no table behind its last object. The library would make do with the first pages.
        let is_whole = last_table.is_some_and(|table| {
            let number = file[table + 9..].trim_ascii_start();
            table > last_object && number.first().is_some_and(u8::is_ascii_digit)
        });
        if is_whole {
            Ok(())
        } else {
            Err(PdfProblem::Damaged)
        }
    }

    fn check_dictionaries(&self) -> Result<(), PdfProblem> {
        if self.dictionaries > MAX_DICTIONARIES {
            return Err(PdfProblem::TooLarge);
        }
        Ok(())
    }

    /// Looks at what follows the word `obj` at this place. Whether it is an object at all.
    fn is_object(&mut self, at: usize) -> Result<bool, PdfProblem> {
        let before = self.file[..at].last();
        if !before.is_some_and(|it| it.is_ascii_digit() || is_space(*it)) {
            return Ok(false);
        }
        let start = self.skip_spaces(at + 3)?;
        // One of two objects may stand in a comment.
        let number = number_before(self.file, at).filter(|_| self.object.0 != start);
        self.object = (start, number);
        if !self.file[start..].starts_with(b"<<") {
            self.end_of(start)?;
        }
        Ok(true)
    }

    /// Looks at a dictionary at this place, when there is one.
    fn read_dictionary(&mut self, start: usize) -> Result<(), PdfProblem> {
        let Some(end) = self.end_of(start)? else {
            return Ok(());
        };
        if end - start > MAX_DICTIONARY {
            return Err(PdfProblem::Damaged);
        }
        let dictionary = Dict::from_bytes(&self.file[start..end]).unwrap_or_default();
        self.is_encrypted |= dictionary.contains_key(ROOT) && dictionary.contains_key(ENCRYPT);
        let keyword = self.skip_spaces(end)?;
        let (object, number) = self.object;
        let Some(data) = self.file[keyword..].strip_prefix(b"stream") else {
            return Ok(());
        };
        let line_end = match data {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return Ok(()),
        };
        let is_object = object == start;
        if is_object || is_called_holder(&dictionary) {
            self.candidates.push(Candidate {
                number: number.filter(|_| is_object),
                dictionary: (start, end),
                start: keyword + 6 + line_end,
            });
        }
        Ok(())
    }

    /// Where what stands at a place ends; `None` when it is broken. It is taken off the budget: what has no end
    /// costs the rest of the file, and there may be many in each other.
    fn end_of(&mut self, start: usize) -> Result<Option<usize>, PdfProblem> {
        let rest = &self.file[start..];
        let mut reader = Reader::new(rest);
        let is_whole = Object::skip(&mut reader, false).is_some();
        let read = reader.offset();
        // The reader stays before the part that is broken, which is short unless it has an end of its own.
        let cost = match rest.get(read) {
            Some(b'(' | b'[' | b'<') if !is_whole => rest.len(),
            _ => {
                let number = rest[read..].iter();
                let number = number.take_while(|it| matches!(it, b'0'..=b'9' | b'.' | b'-'));
                read + number.count()
            }
        };
        self.charge(cost)?;
        Ok(is_whole.then_some(start + read))
    }

    /// Notes a place that an entry of a table gives, whose letter is here.
    fn note_place(&mut self, letter: usize) {
        let entry = letter
            .checked_sub(17)
            .map(|start| &self.file[start..][..10]);
        if let Some(place) = entry.and_then(number) {
            self.note_misread(place);
        }
    }

    fn note_misread(&mut self, place: u32) {
        let place = place as usize;
        let Some(digits) = self.file.get(place.saturating_sub(1)..) else {
            return;
        };
        let count = digits.iter().take(64);
        let count = count.take_while(|it| it.is_ascii_digit()).count();
        if let Some(digits) = digits.get(1..count) {
            self.misread.extend(number(digits));
        }
    }

    /// The place behind white space and comments.
    fn skip_spaces(&mut self, start: usize) -> Result<usize, PdfProblem> {
        let mut at = start;
        while let Some(&byte) = self.file.get(at) {
            if byte == b'%' {
                let line = self.file[at..].iter();
                at += line.take_while(|it| !matches!(it, b'\r' | b'\n')).count();
            } else if is_space(byte) {
                at += 1;
            } else {
                break;
            }
        }
        self.charge(at - start)?;
        Ok(at)
    }

    fn charge(&mut self, bytes: usize) -> Result<(), PdfProblem> {
        let left = self.budget.checked_sub(bytes);
        self.budget = left.ok_or(PdfProblem::Damaged)?;
        Ok(())
    }

    /// Unpacks what the library would unpack, and forgets it.
    fn check_streams(&mut self) -> Result<(), PdfProblem> {
        let candidates = std::mem::take(&mut self.candidates);
        let mut holders = HashSet::new();
        for stream in &candidates {
            // What the library cannot read as a table is none.
            self.read_table(*stream, &mut holders)?;
        }
        // What stands at such a place was not looked at by that number.
        if holders.iter().any(|it| self.misread.contains(it)) {
            return Err(PdfProblem::Damaged);
        }
        let mut encrypted = 0;
        for stream in candidates {
            let dictionary = self.dictionary_of(stream);
            let is_holder = stream.number.is_none_or(|it| holders.contains(&it))
                || is_called_holder(&dictionary)
                || dictionary.contains_key(N) && dictionary.contains_key(FIRST);
            if !is_holder {
                continue;
            }
            let packing = packing(&dictionary).ok_or(PdfProblem::Damaged)?;
            match self.unpacked(stream, packing) {
                Ok(data) => {
                    self.dictionaries += data.windows(2).filter(|it| it == b"<<").count();
                    self.check_dictionaries()?;
                }
                Err(PdfProblem::Damaged) if self.is_encrypted => {
                    encrypted += self.packed_length(stream);
                }
                Err(problem) => return Err(problem),
            }
            if encrypted > MAX_ENCRYPTED {
                return Err(PdfProblem::TooLarge);
            }
        }
        Ok(())
    }

    fn dictionary_of(&self, stream: Candidate) -> Dict<'a> {
        let (start, end) = stream.dictionary;
        Dict::from_bytes(&self.file[start..end]).unwrap_or_default()
    }

    /// Adds the streams in which objects are, by a cross-reference stream; none when it is something else.
    fn read_table(
        &mut self,
        stream: Candidate,
        holders: &mut HashSet<u32>,
    ) -> Result<(), PdfProblem> {
        let dictionary = self.dictionary_of(stream);
        let widths = dictionary.get::<[u8; 3]>(W);
        let widths = widths.filter(|_| dictionary.contains_key(SIZE));
        let table = widths.and_then(|widths| {
            let table = Stream::from_bytes(&self.file[stream.dictionary.0..])?;
            Some((widths, table.raw_data()))
        });
        let Some((widths, data)) = table else {
            return Ok(());
        };
        let packing = packing(&dictionary).ok_or(PdfProblem::Damaged)?;
        let limit = self.limit();
        let data = if packing.is_packed {
            unpack::inflate(&data, limit, Ending::MayStop)?
        } else if data.len() <= limit {
            data.into_owned()
        } else {
            return Err(PdfProblem::TooLarge);
        };
        self.unpacked += data.len();
        let data = packing.rows.undo(data).ok_or(PdfProblem::Damaged)?;
        // The library reads a byte of the first field, however wide it is.
        let [first, second, third] = widths.map(usize::from);
        let first = first.min(1);
        let width = first + second + third;
        if width == 0 {
            return Ok(());
        }
        self.rows += data.len() / width;
        if self.rows > MAX_ROWS {
            return Err(PdfProblem::TooLarge);
        }
        for entry in data.chunks_exact(width) {
            let (kind, fields) = entry.split_at(first);
            let step = |sum: u32, byte: &u8| (sum << 8) | u32::from(*byte);
            let field = fields[..second].iter().fold(0, step);
            if kind == [2] {
                holders.insert(field);
            } else if kind != [0] {
                self.note_misread(field);
            }
        }
        Ok(())
    }

    /// How much a stream may unpack to.
    fn limit(&self) -> usize {
        MAX_UNPACKED.min(MAX_UNPACKED_TOGETHER - self.unpacked)
    }

    /// What a stream unpacks to.
    fn unpacked(&mut self, stream: Candidate, packing: Packing) -> Result<Vec<u8>, PdfProblem> {
        let limit = self.limit();
        // The data ends by itself; where the dictionary says it ends is not believed.
        let data = &self.file[stream.start..];
        let unpacked = if packing.is_packed {
            unpack::inflate(data, limit, Ending::IsWhole)
        } else {
            match self.packed_length(stream) {
                length if length <= limit => Ok(data[..length].to_vec()),
                _ => Err(UnpackProblem::TooLarge),
            }
        };
        let unpacked = unpacked?;
        self.unpacked += unpacked.len();
        Ok(unpacked)
    }

    /// The most bytes that a stream's data has in the file.
    fn packed_length(&self, stream: Candidate) -> usize {
        let data = &self.file[stream.start..];
        let said = self.dictionary_of(stream).get::<u32>(LENGTH).unwrap_or(0) as usize;
        let mut words = data.windows(9);
        let found = words.position(|it| it == b"endstream");
        said.min(data.len()).max(found.unwrap_or(data.len()))
    }
}

/// Whether a stream says that it holds objects, or may say it elsewhere.
fn is_called_holder(dictionary: &Dict<'_>) -> bool {
    match dictionary.get_raw::<Object<'_>>(TYPE) {
        Some(MaybeRef::NotRef(Object::Name(name))) => name.as_ref() == b"ObjStm",
        Some(MaybeRef::Ref(_)) => true,
        _ => false,
    }
}

/// How a table or a holder of objects is packed.
#[derive(Debug, Clone, Copy)]
struct Packing {
    is_packed: bool,
    rows: Rows,
}

/// How a stream is packed; `None` when it is as no writer packs tables and objects.
fn packing(dictionary: &Dict<'_>) -> Option<Packing> {
    if dictionary.contains_key(F) || dictionary.contains_key(DP) {
        return None;
    }
    let is_packed = match only(dictionary, FILTER)? {
        Object::Null(_) => false,
        Object::Name(name) => matches!(name.as_ref(), b"FlateDecode" | b"Fl").then_some(true)?,
        _ => return None,
    };
    let rows = match only(dictionary, DECODE_PARMS)? {
        Object::Null(_) => Rows::Plain,
        Object::Dict(parameters) => Rows::read(&parameters)?,
        _ => return None,
    };
    Some(Packing { is_packed, rows })
}

/// What stands at a key, alone or as the only one of a list; null for nothing. `None` for several, or a reference.
fn only<'a>(dictionary: &Dict<'a>, key: &[u8]) -> Option<Object<'a>> {
    let direct = |it| match it {
        None => Some(Object::Null(Null)),
        Some(MaybeRef::NotRef(object)) => Some(object),
        Some(MaybeRef::Ref(_)) => None,
    };
    match direct(dictionary.get_raw::<Object<'a>>(key))? {
        Object::Array(each) => {
            let mut each = each.raw_iter();
            let first = direct(each.next())?;
            each.next().is_none().then_some(first)
        }
        object => Some(object),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

/// Whether the last word of a text is a number.
fn is_behind_number(text: &[u8]) -> bool {
    let mut before = text.iter().rev().skip_while(|it| is_space(**it)).peekable();
    let is_part = |it: &&u8| matches!(it, b'0'..=b'9' | b'.' | b'+' | b'-');
    before.peek().is_some_and(is_part)
        && before
            .find(|it| !is_part(it))
            .is_none_or(|it| is_space(*it) || matches!(it, b'j' | b'>'))
}

/// The number of the object whose word `obj` is at this place: two numbers stand before it. `None` when they are
/// written as no writer does.
fn number_before(file: &[u8], at: usize) -> Option<u32> {
    let before = &file[at.saturating_sub(40)..at];
    let (before, _) = last_digits(before.trim_ascii_end())?;
    let (before, digits) = last_digits(before.trim_ascii_end())?;
    // It may go on before, or be part of another.
    if matches!(before.last(), None | Some(b'.' | b'+' | b'-')) {
        return None;
    }
    number(digits)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum: u32, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// The digits at the end of a text, and what comes before; `None` when there are none.
fn last_digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let digits = text.iter().rev().take_while(|it| it.is_ascii_digit());
    let digits = digits.count();
    (digits > 0).then(|| text.split_at(text.len() - digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_plain_is_none() {
        let number = |text: &str| {
            let file = [" ", text, " obj"].concat();
            number_before(file.as_bytes(), file.len() - 3)
        };
        for plain in ["10 0", "10\n00", "x>>10 0"] {
            assert_eq!(number(plain), Some(10), "{plain}");
        }
        let far = format!("110{}0", " ".repeat(36));
        for unusual in [
            "10.0 0", "+10 0", "0.10 0", "10 0.0", "10%\n0", "1-10 0", &far,
        ] {
            assert_eq!(number(unusual), None, "{unusual}");
        }
    }
}
