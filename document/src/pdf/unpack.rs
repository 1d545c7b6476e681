//! Unpacks streams of a PDF within a limit of memory, and counts what a PDF costs. It knows the filters that content
//! streams and cross-references have; the pictures' filters are none of its business.

use super::PdfProblem;
use hayro_syntax::Filter;
use hayro_syntax::object::dict::keys::{
    BITS_PER_COMPONENT, COLORS, COLUMNS, DECODE_PARMS, DP, F, FILTER, PREDICTOR,
};
use hayro_syntax::object::{Array, Dict, Object, Stream};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use std::borrow::Cow;

/// How much room there is at first, in bytes.
const FIRST_ROOM: usize = 64 << 10;

/// Why a stream is not unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnpackProblem {
    /// It would become longer than the limit.
    TooLarge,
    /// It is damaged, or packed in a way that is not known here.
    Unknown,
}

impl From<UnpackProblem> for PdfProblem {
    fn from(problem: UnpackProblem) -> Self {
        match problem {
            UnpackProblem::TooLarge => Self::TooLarge,
            UnpackProblem::Unknown => Self::Damaged,
        }
    }
}

/// How much a PDF may cost in all, in bytes that are unpacked: about a second.
const MAX_COST: usize = 1 << 30;
/// What an object costs that is read, and each byte that it is written in. It is read anew whenever it is named.
const OBJECT: usize = 64;
const OBJECT_BYTE: usize = 16;
/// What an object costs that is not there: it was looked for.
const MISSING: usize = 4 << 10;
/// What a stream costs besides.
const STREAM: usize = 1 << 10;

/// How much a PDF may still cost. When it is spent once it stays so.
#[derive(Debug)]
pub struct Budget(usize);

impl Budget {
    /// For one PDF.
    pub fn new() -> Self {
        Self(MAX_COST)
    }

    /// Takes some of it.
    ///
    /// # Errors
    ///
    /// When less is left.
    pub fn charge(&mut self, cost: usize) -> Result<(), UnpackProblem> {
        let left = self.0.checked_sub(cost);
        self.0 = left.unwrap_or(0);
        left.map(|_| ()).ok_or(UnpackProblem::TooLarge)
    }

    /// Takes what it costs to read an object.
    ///
    /// # Errors
    ///
    /// When less is left.
    pub fn read(&mut self, object: &Object<'_>) -> Result<(), UnpackProblem> {
        let bytes = match object {
            Object::Dict(dict) => dict.data().len(),
            Object::Array(list) => list.data().len(),
            Object::Stream(stream) => stream.dict().data().len(),
            Object::String(text) => text.as_bytes().len(),
            _ => 0,
        };
        self.charge(bytes.saturating_mul(OBJECT_BYTE) + OBJECT)
    }

    /// What stands at a key, or is named there; `None` also when it is something else.
    ///
    /// # Errors
    ///
    /// When less is left than it costs to read it.
    pub fn get<'a, T: TryFrom<Object<'a>>>(
        &mut self,
        dict: &Dict<'a>,
        key: &[u8],
    ) -> Result<Option<T>, UnpackProblem> {
        if !dict.contains_key(key) {
            return Ok(None);
        }
        let object = dict.get::<Object<'a>>(key);
        match &object {
            Some(object) => self.read(object)?,
            None => self.charge(MISSING)?,
        }
        Ok(object.and_then(|it| it.try_into().ok()))
    }

    /// Takes what it costs to read how a stream is packed.
    ///
    /// # Errors
    ///
    /// When less is left.
    pub fn read_packing(&mut self, stream: &Stream<'_>) -> Result<(), UnpackProblem> {
        for key in [F, FILTER, DP, DECODE_PARMS] {
            self.get::<Object<'_>>(stream.dict(), key)?;
        }
        self.charge(stream.dict().data().len() * OBJECT_BYTE + STREAM)
    }
}

/// Whether a broken end is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// What came before it counts, as viewers do it.
    MayBreakOff,
    /// It may stop, but not be broken: some programs only flush what they pack.
    MayStop,
    /// It has to be whole.
    IsWhole,
}

/// The data of a content stream, at most `limit` bytes of it.
///
/// # Errors
///
/// When it is longer, or packed in a way that is not known here.
pub fn content<'a>(
    stream: &Stream<'a>,
    limit: usize,
    budget: &mut Budget,
) -> Result<Cow<'a, [u8]>, UnpackProblem> {
    let data = unfiltered(stream, stream.filters().len(), limit, budget)?;
    // Only pictures and tables have predictors.
    let predicts = |it: &Dict<'_>| it.get::<u8>(PREDICTOR).is_some_and(|it| it > 1);
    let is_predicted = [DECODE_PARMS, DP].iter().any(|key| {
        let one = stream.dict().get::<Dict<'_>>(key);
        let each = stream.dict().get::<Array<'_>>(key);
        let mut each = each.into_iter().flat_map(|it| it.iter::<Object<'_>>());
        one.is_some_and(|it| predicts(&it))
            || each.any(|it| it.into_dict().is_some_and(|it| predicts(&it)))
    });
    if is_predicted {
        Err(UnpackProblem::Unknown)
    } else {
        Ok(data)
    }
}

/// The data of a stream as its last filter has it, at most `limit` bytes of it: a picture's file, for example.
///
/// # Errors
///
/// When it is longer, or packed in a way that is not known here.
pub fn before_last<'a>(
    stream: &Stream<'a>,
    limit: usize,
    budget: &mut Budget,
) -> Result<Cow<'a, [u8]>, UnpackProblem> {
    let filters = stream.filters().len().saturating_sub(1);
    unfiltered(stream, filters, limit, budget)
}

/// The data without so many of its filters, each of which costs what it takes and what it gives.
fn unfiltered<'a>(
    stream: &Stream<'a>,
    filters: usize,
    limit: usize,
    budget: &mut Budget,
) -> Result<Cow<'a, [u8]>, UnpackProblem> {
    let mut data = stream.raw_data();
    budget.charge(data.len())?;
    if data.len() > limit {
        return Err(UnpackProblem::TooLarge);
    }
    for filter in &stream.filters()[..filters] {
        budget.charge(data.len())?;
        let limit = limit.min(budget.0);
        let unpacked = match filter {
            Filter::FlateDecode => inflate(&data, limit, Ending::MayBreakOff),
            Filter::AsciiHexDecode => Ok(from_hex(&data)),
            Filter::Ascii85Decode => from_ascii85(&data, limit),
            Filter::RunLengthDecode => from_runs(&data, limit),
            _ => Err(UnpackProblem::Unknown),
        };
        let cost = match &unpacked {
            Ok(unpacked) => unpacked.len(),
            Err(UnpackProblem::TooLarge) => limit,
            Err(UnpackProblem::Unknown) => 0,
        };
        budget.charge(cost)?;
        data = Cow::Owned(unpacked?);
    }
    Ok(data)
}

/// Unpacks zlib's form, at most `limit` bytes. The checksum is not looked at: writers get it wrong.
///
/// # Errors
///
/// When it is longer, or damaged.
pub fn inflate(data: &[u8], limit: usize, ending: Ending) -> Result<Vec<u8>, UnpackProblem> {
    let header = data.first_chunk::<2>().ok_or(UnpackProblem::Unknown)?;
    let is_zlib = header[0] & 0x0F == 8
        && u16::from_be_bytes(*header).is_multiple_of(31)
        && header[1] & 0x20 == 0;
    if !is_zlib {
        return Err(UnpackProblem::Unknown);
    }
    let mut packed = &data[2..];
    let mut unpacked = vec![0; FIRST_ROOM.min(limit)];
    let mut length = 0;
    let mut state = Box::new(DecompressorOxide::new());
    let status = loop {
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, written) = decompress(&mut state, packed, &mut unpacked, length, flags);
        packed = packed.get(read..).unwrap_or_default();
        length += written;
        if status != TINFLStatus::HasMoreOutput {
            break status;
        }
        if unpacked.len() >= limit {
            return Err(UnpackProblem::TooLarge);
        }
        unpacked.resize(unpacked.len().saturating_mul(2).min(limit), 0);
    };
    let is_known = match ending {
        Ending::MayBreakOff => true,
        Ending::MayStop => status != TINFLStatus::Failed,
        Ending::IsWhole => status == TINFLStatus::Done,
    };
    if !is_known {
        return Err(UnpackProblem::Unknown);
    }
    unpacked.truncate(length);
    Ok(unpacked)
}

fn from_hex(data: &[u8]) -> Vec<u8> {
    let digits = data.iter().take_while(|byte| **byte != b'>');
    let digits = digits.filter_map(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits.filter_map(|it| u8::try_from(it).ok()).collect();
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0))
        .collect()
}

fn from_ascii85(data: &[u8], limit: usize) -> Result<Vec<u8>, UnpackProblem> {
    let mut unpacked = Vec::new();
    let mut group = Vec::with_capacity(5);
    let start = data.strip_prefix(b"<~").unwrap_or(data);
    for byte in start.iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'z' if group.is_empty() => unpacked.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => {}
        }
        if group.len() == 5 {
            unpacked.extend_from_slice(&base85(&group).to_be_bytes());
            group.clear();
        }
        if unpacked.len() > limit {
            return Err(UnpackProblem::TooLarge);
        }
    }
    if let last @ 2.. = group.len() {
        group.resize(5, 84);
        unpacked.extend_from_slice(&base85(&group).to_be_bytes()[..last - 1]);
    }
    Ok(unpacked)
}

fn base85(digits: &[u32]) -> u32 {
    let step = |sum: u32, digit: &u32| sum.wrapping_mul(85).wrapping_add(*digit);
    digits.iter().fold(0, step)
}

fn from_runs(mut data: &[u8], limit: usize) -> Result<Vec<u8>, UnpackProblem> {
    let mut unpacked = Vec::new();
    while let Some((&length, rest)) = data.split_first() {
        let length = usize::from(length);
        data = match length {
            0..=127 => {
                let (run, rest) = rest.split_at(rest.len().min(length + 1));
                unpacked.extend_from_slice(run);
                rest
            }
            128 => break,
            _ => {
                let Some((&byte, rest)) = rest.split_first() else {
                    break;
                };
                unpacked.resize(unpacked.len() + 257 - length, byte);
                rest
            }
        };
        if unpacked.len() > limit {
            return Err(UnpackProblem::TooLarge);
        }
    }
    Ok(unpacked)
}

/// The widest row of a table that is looked at, in bytes.
const MAX_COLUMNS: usize = 1_000;

/// How the rows of a packed table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// As they are.
    Plain,
    /// By the filters of PNG, with this many bytes in a row.
    Png(usize),
}

impl Rows {
    /// Reads a stream's parameters; `None` for what no writer does.
    pub fn read(parameters: &Dict<'_>) -> Option<Self> {
        let number = |key: &[u8], usual: u32| {
            if parameters.contains_key(key) {
                parameters.get::<u32>(key)
            } else {
                Some(usual)
            }
        };
        let columns = number(COLUMNS, 1)? as usize;
        let is_bytes = number(COLORS, 1)? == 1 && number(BITS_PER_COMPONENT, 8)? == 8;
        match number(PREDICTOR, 1)? {
            0 | 1 => Some(Self::Plain),
            10..=15 if is_bytes && (1..=MAX_COLUMNS).contains(&columns) => Some(Self::Png(columns)),
            _ => None,
        }
    }

    /// The table that was packed so; `None` when its last row is not whole.
    pub fn undo(self, data: Vec<u8>) -> Option<Vec<u8>> {
        let Self::Png(columns) = self else {
            return Some(data);
        };
        if !data.len().is_multiple_of(columns + 1) {
            return None;
        }
        let mut table = Vec::with_capacity(data.len());
        let mut above = vec![0; columns];
        for row in data.chunks_exact(columns + 1) {
            let mut row = row.to_vec();
            let filter = row.remove(0);
            for at in 0..columns {
                let left = at.checked_sub(1).map_or(0, |left| row[left]);
                let corner = at.checked_sub(1).map_or(0, |left| above[left]);
                let guess = match filter {
                    1 => left,
                    2 => above[at],
                    3 => left.midpoint(above[at]),
                    4 => paeth(left, above[at], corner),
                    _ => 0,
                };
                row[at] = row[at].wrapping_add(guess);
            }
            table.extend_from_slice(&row);
            above = row;
        }
        Some(table)
    }
}

/// PNG's guess by the neighbour that is nearest to where a plane would be.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let plane = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |neighbour: u8| (plane - i16::from(neighbour)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(corner) {
        left
    } else if distance(above) <= distance(corner) {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec_zlib;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_unpacked_beyond_the_limit() {
        let bomb = compress_to_vec_zlib(&vec![0; 1_000_000], 9);
        let whole = |limit| inflate(&bomb, limit, Ending::IsWhole).map(|it| it.len());
        assert_eq!(whole(1_000_000), Ok(1_000_000));
        assert_eq!(whole(999_999), Err(UnpackProblem::TooLarge));
        assert_eq!(
            from_runs(&[129, 0].repeat(99), 1_000),
            Err(UnpackProblem::TooLarge)
        );
        assert_eq!(
            from_ascii85(&[b'z'; 999], 1_000),
            Err(UnpackProblem::TooLarge)
        );
    }

    #[test]
    fn a_stream_that_breaks_off_gives_what_came_before() {
        let text: Vec<u8> = (0..10_000u32)
            .flat_map(|it| it.to_string().into_bytes())
            .collect();
        let packed = compress_to_vec_zlib(&text, 6);
        let half = &packed[..packed.len() / 2];
        let read = inflate(half, 1 << 20, Ending::MayBreakOff).unwrap();
        assert!(!read.is_empty() && text.starts_with(&read));
        assert_eq!(
            inflate(half, 1 << 20, Ending::IsWhole),
            Err(UnpackProblem::Unknown)
        );
    }

    #[test]
    fn older_forms_are_read() {
        assert_eq!(from_hex(b"48 65 6C6C6f7>"), b"Hellop");
        assert_eq!(
            from_ascii85(b"<~87cURD]i,\"Ebo80~>", 99).unwrap(),
            b"Hello World!"
        );
        assert_eq!(
            from_runs(&[2, b'a', b'b', b'c', 254, b'd', 128], 99).unwrap(),
            b"abcddd"
        );
    }

    #[test]
    fn rows_are_read_by_the_row_above() {
        let rows = vec![2, 1, 2, 3, 2, 1, 1, 1, 1, 5, 1, 1];
        assert_eq!(
            Rows::Png(3).undo(rows).unwrap(),
            [1, 2, 3, 2, 3, 4, 5, 6, 7]
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(data in proptest::collection::vec(any::<u8>(), 0..200), columns in 1..9usize) {
            _ = inflate(&data, 1_000, Ending::MayBreakOff);
            _ = from_hex(&data);
            _ = from_ascii85(&data, 1_000);
            _ = from_runs(&data, 1_000);
            _ = Rows::Png(columns).undo(data);
        }
    }
}
