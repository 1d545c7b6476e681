//! What is checked of a PDF before the library reads it: the library unpacks cross-references and object streams
//! without a limit, and mends what is cut off without saying so. It looks at every object of the file in one pass,
//! and never trusts the file's own table of them.

use super::PdfProblem;
use super::unpack::{self, Ending, Rows, UnpackProblem};
use hayro_syntax::object::dict::keys::{
    DECODE_PARMS, DP, ENCRYPT, F, FILTER, FIRST, LENGTH, N, ROOT, SIZE, TYPE, W,
};
use hayro_syntax::object::{Dict, FromBytes as _, MaybeRef, Name, Null, Object};
use std::collections::HashSet;

/// The largest file that is read, in bytes.
const MAX_FILE: usize = 100 << 20;
/// The most that an object stream may unpack to, in bytes. Usual ones have some ten thousand.
const MAX_UNPACKED: usize = 16 << 20;
/// The most that all object streams together may unpack to, in bytes.
const MAX_UNPACKED_TOGETHER: usize = 64 << 20;
/// The most bytes of object streams that cannot be looked into, because they are encrypted: packing makes things at
/// most a thousand times smaller.
const MAX_ENCRYPTED: usize = 512 << 10;
/// The most dictionaries in a file. A page costs at least one.
const MAX_DICTIONARIES: usize = 300_000;
/// The longest dictionary that stands directly in an object, in bytes.
const MAX_DICTIONARY: usize = 1 << 20;
/// How far most dictionaries reach.
const USUAL_DICTIONARY: usize = 4 << 10;

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
    dictionaries: usize,
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
            dictionaries: 0,
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
            if !matches!(byte, b'<' | b'o' | b's' | b't') {
                continue;
            }
            let rest = &file[at..];
            let is_end = file[..at].ends_with(b"end");
            if rest.starts_with(b"<<") {
                self.dictionaries += 1;
                self.check_dictionaries()?;
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
            } else if rest.starts_with(b"trailer") {
                self.read_trailer(at + 7)?;
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
        let Some((dictionary, end)) = self.dictionary(start)? else {
            self.charge_other(start)?;
            return Ok(true);
        };
        self.note_encryption(&dictionary);
        let keyword = self.skip_spaces(end)?;
        if let Some(data) = self.file[keyword..].strip_prefix(b"stream") {
            let line_end = match data {
                [b'\r', b'\n', ..] => 2,
                [b'\r' | b'\n', ..] => 1,
                _ => return Ok(true),
            };
            self.candidates.push(Candidate {
                number: number_before(self.file, at),
                dictionary: (start, end),
                start: keyword + 6 + line_end,
            });
        }
        Ok(true)
    }

    fn read_trailer(&mut self, at: usize) -> Result<(), PdfProblem> {
        let start = self.skip_spaces(at)?;
        if let Some((dictionary, _)) = self.dictionary(start)? {
            self.note_encryption(&dictionary);
        }
        Ok(())
    }

    fn note_encryption(&mut self, dictionary: &Dict<'_>) {
        self.is_encrypted |= dictionary.contains_key(ROOT) && dictionary.contains_key(ENCRYPT);
    }

    /// Takes what it costs to read a text or a list at a place off the budget: one without an end costs the rest of
    /// the file, and there may be many in each other.
    fn charge_other(&mut self, start: usize) -> Result<(), PdfProblem> {
        if !matches!(self.file.get(start), Some(b'(' | b'[' | b'<')) {
            return Ok(());
        }
        for most in [USUAL_DICTIONARY, MAX_DICTIONARY] {
            let end = self.file.len().min(start + most);
            let window = &self.file[start..end];
            let found = Object::from_bytes(window);
            let length = match &found {
                Some(Object::Array(list)) => list.data().len(),
                // A byte of a text is written in up to four.
                Some(Object::String(text)) => text.as_bytes().len() * 2,
                _ => window.len(),
            };
            self.charge(length)?;
            if found.is_some() {
                break;
            }
        }
        Ok(())
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

    /// The dictionary at a place, and where it ends; `None` when there is none.
    fn dictionary(&mut self, start: usize) -> Result<Option<(Dict<'a>, usize)>, PdfProblem> {
        if !self.file[start..].starts_with(b"<<") {
            return Ok(None);
        }
        for most in [USUAL_DICTIONARY, MAX_DICTIONARY] {
            let end = self.file.len().min(start + most);
            let window = &self.file[start..end];
            let found = Dict::from_bytes(window);
            let length = found.as_ref().map_or(window.len(), |it| it.data().len());
            self.charge(length)?;
            // One that fills the window may go on behind it.
            if let Some(found) = found {
                return Ok(Some((found, start + length)));
            }
        }
        // Too long, or broken: the library finds none here either, or finds one that we know nothing of.
        if self.file.len() - start > MAX_DICTIONARY {
            return Err(PdfProblem::Damaged);
        }
        Ok(None)
    }

    /// Unpacks what the library would unpack, and forgets it.
    fn check_streams(&mut self) -> Result<(), PdfProblem> {
        let candidates = std::mem::take(&mut self.candidates);
        let mut holders = HashSet::new();
        for stream in &candidates {
            // What the library cannot read as a table is none.
            holders.extend(self.table(*stream)?);
        }
        let mut encrypted = 0;
        for stream in candidates {
            let dictionary = self.dictionary_of(stream);
            let kind = dictionary.get::<Name<'_>>(TYPE);
            let is_holder = stream.number.is_none_or(|it| holders.contains(&it))
                || kind.is_some_and(|it| it.as_ref() == b"ObjStm")
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

    /// The streams in which objects are, by a cross-reference stream; none when it is something else.
    fn table(&mut self, stream: Candidate) -> Result<HashSet<u32>, PdfProblem> {
        let dictionary = self.dictionary_of(stream);
        let widths = dictionary.get::<[u8; 3]>(W);
        let Some(widths) = widths.filter(|_| dictionary.contains_key(SIZE)) else {
            return Ok(HashSet::new());
        };
        let packing = packing(&dictionary).ok_or(PdfProblem::Damaged)?;
        let data = packing.rows.undo(self.unpacked(stream, packing)?);
        // The library reads a byte of the first field, however wide it is.
        let [first, second, third] = widths.map(usize::from);
        let first = first.min(1);
        let width = first + second + third;
        if width == 0 {
            return Ok(HashSet::new());
        }
        let holders = data.chunks_exact(width).filter_map(|entry| {
            let (kind, fields) = entry.split_at(first);
            let number = |sum: u32, byte: &u8| (sum << 8) | u32::from(*byte);
            (kind == [2]).then(|| fields[..second].iter().fold(0, number))
        });
        Ok(holders.collect())
    }

    /// What a stream unpacks to.
    fn unpacked(&mut self, stream: Candidate, packing: Packing) -> Result<Vec<u8>, PdfProblem> {
        let most = MAX_UNPACKED_TOGETHER - self.unpacked;
        let limit = MAX_UNPACKED.min(most);
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
        let unpacked = unpacked.map_err(|problem| match problem {
            UnpackProblem::TooLarge => PdfProblem::TooLarge,
            UnpackProblem::Unknown => PdfProblem::Damaged,
        })?;
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

/// The number of the object whose word `obj` is at this place: two numbers stand before it.
fn number_before(file: &[u8], at: usize) -> Option<u32> {
    // Longer numbers are written as no writer does.
    let start = at.saturating_sub(40);
    let mut before = file[start..at].trim_ascii_end();
    let digits = |text: &[u8]| {
        text.iter()
            .rev()
            .take_while(|it| it.is_ascii_digit())
            .count()
    };
    let generation = digits(before);
    before = before[..before.len() - generation].trim_ascii_end();
    let number = &before[before.len() - digits(before)..];
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    (generation > 0).then_some(number)
}
