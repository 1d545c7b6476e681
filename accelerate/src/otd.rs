//! Turns an answer of `get_otd_pdf` into a PDF while it arrives. `raw_pdf_data` is lifted out of the JSON
//! and decoded block by block, so an OTD of 50 MB on a phone costs the PDF and one block, not four copies.
//!
//! serde_json hands over a string only when all of it is there. So a small scanner follows the JSON, only
//! to find where the string `raw_pdf_data` begins and ends. Everything else is short, is kept, and is read
//! by serde_json at the end.
//!
//! Tolerated in the data: `\/` and other escapes, percent-encoding, the URL alphabet, line breaks and spaces,
//! missing padding, a `data:` URL's prefix, and spaces that were a `+` ([`Space`]). Anything else that is not
//! base64, and data that is not a PDF from its signature to its end, is a problem.

use std::mem;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::filename;
use crate::json::{self, Map};
use crate::problem::{self, ErrorBody, Problem, ProblemKind};

/// Standard base64, with or without its padding.
pub(crate) static BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How much base64 is decoded at once.
const BLOCK: usize = 32 * 1024;
/// How much may stand beside the PDF.
const REST_MAX: usize = 64 * 1024;
/// In how many bytes a PDF's signature is looked for, in base64.
const SIGNED_WITHIN: usize = 1024 / 3 * 4 + 8;

/// What came with the PDF.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Otd {
    /// The name that the server gave it, safe to save under.
    pub filename: Option<String>,
}

/// Decodes an answer of `get_otd_pdf` as it arrives. After a problem there is nothing more to push.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The JSON without the data.
    rest: Vec<u8>,
    depth: usize,
    state: ScanState,
    /// Whether a string that starts now, in the outermost object, is a key.
    key_next: bool,
    /// Whether the key just read is `raw_pdf_data`.
    data_next: bool,
    data: Data,
}

/// What the next byte belongs to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum ScanState {
    /// What stands between strings.
    #[default]
    BetweenStrings,
    /// A string whose opening quote is this byte of the rest.
    String { quote: usize },
    /// An escape in such a string.
    Escape { quote: usize },
    /// The data.
    Data,
}

impl Decoder {
    /// Before the first byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the answer, cut anywhere; gives the next bytes of the PDF to `out`, which
    /// are worth nothing before [`Decoder::finish`] has said so.
    pub fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        let mut chunk = chunk;
        while let Some((&byte, after)) = chunk.split_first() {
            if self.state == ScanState::Data {
                chunk = self.data.push(chunk, out)?;
                if self.data.ended {
                    self.state = ScanState::BetweenStrings;
                }
                continue;
            }
            chunk = after;
            if self.rest.len() == REST_MAX {
                return Err(Problem::new(
                    ProblemKind::NotUnderstood,
                    "more than 64 KB beside the PDF",
                ));
            }
            self.rest.push(byte);
            self.step(byte)?;
        }
        Ok(())
    }

    /// Follows one byte that does not belong to the data.
    fn step(&mut self, byte: u8) -> Result<(), Problem> {
        match self.state {
            ScanState::Escape { quote } => self.state = ScanState::String { quote },
            ScanState::String { quote } => match byte {
                b'\\' => self.state = ScanState::Escape { quote },
                b'"' => {
                    self.state = ScanState::BetweenStrings;
                    let key = &self.rest[quote..];
                    self.data_next = self.depth == 1 && self.key_next && is_data_key(key);
                }
                _ => {}
            },
            ScanState::BetweenStrings | ScanState::Data => match byte {
                b' ' | b'\n' | b'\r' | b'\t' => {}
                b':' => self.key_next = false,
                b'"' if self.data_next && !self.key_next => {
                    if self.data.ended {
                        return Err(Problem::new(
                            ProblemKind::NotUnderstood,
                            "raw_pdf_data comes twice",
                        ));
                    }
                    // In the rest it becomes an empty string.
                    self.rest.push(b'"');
                    self.data_next = false;
                    self.state = ScanState::Data;
                }
                b'"' => {
                    self.state = ScanState::String {
                        quote: self.rest.len() - 1,
                    }
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.key_next = byte == b'{' && self.depth == 1;
                    self.data_next = false;
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                b',' => {
                    self.key_next = self.depth == 1;
                    self.data_next = false;
                }
                // Before the outermost object only a byte order mark may stand; a web page ends here.
                _ if self.depth == 0 && !b"\xEF\xBB\xBF".starts_with(&self.rest) => {
                    return Err(Problem::new(ProblemKind::NotUnderstood, "not JSON"));
                }
                _ => {}
            },
        }
        Ok(())
    }

    /// The answer is complete: what came with the PDF, all of which `out` has had by now.
    pub fn finish(self) -> Result<Otd, Problem> {
        let rest = json::clean(&self.rest);
        let rest = Map::parse(&rest).map_err(Problem::not_json)?;
        match ErrorBody::read(&rest["error"]) {
            Some(error) => Err(error.into_problem(None)),
            None if !self.data.signed => Err(not_a_document("no raw_pdf_data, or an empty one")),
            None if !problem::has_pdf_end(&self.data.tail) => {
                Err(not_a_document("raw_pdf_data is a PDF without its end"))
            }
            None => Ok(Otd {
                filename: rest["filename"].id().and_then(filename::safe),
            }),
        }
    }
}

/// Decodes a whole answer of `get_otd_pdf`.
pub fn decode(body: &[u8]) -> Result<(Vec<u8>, Otd), Problem> {
    let mut pdf = Vec::with_capacity(body.len() / 4 * 3);
    let mut decoder = Decoder::new();
    decoder.push(body, &mut |bytes| pdf.extend_from_slice(bytes))?;
    let otd = decoder.finish()?;
    Ok((pdf, otd))
}

/// Whether a string, quotes and escapes included, is the name of the data.
fn is_data_key(string: &[u8]) -> bool {
    string == br#""raw_pdf_data""#
        || (string.contains(&b'\\')
            && (str::from_utf8(string).ok())
                .and_then(json::string)
                .is_some_and(|key| key == "raw_pdf_data"))
}

fn not_a_document(why: &str) -> Problem {
    Problem::new(ProblemKind::NotADocument, why)
}

/// What the spaces in the data are.
///
/// Some writers break lines by spaces. And whoever reads base64 as a part of an address makes a space of each
/// `+`. The two are told apart by where they stand: no line breaks where there is not also a `+` are of different
/// lengths. Where that is wrong the rest is out of step, and has no PDF's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    /// They are between lines.
    Break,
    /// Each was a `+`.
    Plus,
}

/// The data between its quotes.
#[derive(Debug, Default)]
struct Data {
    /// What came and waits for its block to be full.
    block: Vec<u8>,
    /// The same as plain base64, where it was not that before.
    mended: Vec<u8>,
    /// What the spaces are, once there were some.
    space: Option<Space>,
    /// Whether a `+` has come.
    has_plus: bool,
    /// The last bytes of the PDF.
    tail: Vec<u8>,
    /// Where a block is decoded to.
    plain: Vec<u8>,
    /// An escape that has begun, from its backslash on.
    escape: Vec<u8>,
    /// Whether the data has begun, as a PDF does.
    signed: bool,
    /// Whether padding has come: it ends the data.
    padded: bool,
    /// Whether the closing quote has come.
    ended: bool,
}

impl Data {
    /// Takes bytes up to the closing quote; gives back what follows it.
    fn push<'c>(
        &mut self,
        chunk: &'c [u8],
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<&'c [u8], Problem> {
        if !self.escape.is_empty() {
            let (&byte, after) = chunk.split_first().expect("push is called with bytes");
            self.escape.push(byte);
            self.escaped()?;
            return Ok(after);
        }
        // A block and a little more, so that one decoding never has much more than a block before it.
        let block = &chunk[..chunk.len().min(BLOCK)];
        let run = memchr::memchr2(b'"', b'\\', block).unwrap_or(block.len());
        self.block.extend_from_slice(&chunk[..run]);
        if self.block.len() >= BLOCK {
            self.decode_block(out)?;
        }
        let Some((&byte, after)) = chunk[run..].split_first() else {
            return Ok(&[]);
        };
        match byte {
            b'"' => {
                self.ended = true;
                self.decode_end(out)?;
                Ok(after)
            }
            b'\\' => {
                self.escape.push(byte);
                Ok(after)
            }
            _ => Ok(&chunk[run..]),
        }
    }

    /// Resolves the escape, once it is complete.
    fn escaped(&mut self) -> Result<(), Problem> {
        let byte = match self.escape.as_slice() {
            [_, b'/'] => b'/',
            [_, b'n' | b'r' | b't'] => b'\n',
            [_, b'u', digits @ ..] if digits.len() < 4 => return Ok(()),
            [_, b'u', b'0', b'0', high, low] => {
                let digit = |digit: &u8| char::from(*digit).to_digit(16);
                match (digit(high), digit(low)) {
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => return Err(not_a_document("raw_pdf_data has a broken escape")),
                }
            }
            _ => {
                return Err(not_a_document(
                    "raw_pdf_data has an escape that is no base64",
                ));
            }
        };
        self.escape.clear();
        self.block.push(byte);
        Ok(())
    }

    /// Decodes the whole groups of a full block.
    fn decode_block(&mut self, out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        decode_percent(&mut self.block);
        self.drop_prefix()?;
        let whole = self.block.len() / 4 * 4;
        if self.mended.is_empty() && decode_all(&self.block[..whole], &mut self.plain).is_ok() {
            let block = mem::take(&mut self.block);
            self.give(&block[..whole], out)?;
            self.block = block;
            self.block.drain(..whole);
            return Ok(());
        }
        self.mend(false)?;
        self.decode_mended(false, out)
    }

    /// Decodes what is left.
    fn decode_end(&mut self, out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        decode_percent(&mut self.block);
        self.drop_prefix()?;
        self.mend(true)?;
        self.decode_mended(true, out)
    }

    /// A `data:` URL's prefix is no data.
    fn drop_prefix(&mut self) -> Result<(), Problem> {
        let begins = !self.signed && self.mended.is_empty();
        if begins && self.block.trim_ascii_start().starts_with(b"data:") {
            let head = &self.block[..self.block.len().min(256)];
            let comma = head
                .iter()
                .position(|byte| *byte == b',')
                .filter(|comma| head[..*comma].ends_with(b";base64"));
            let comma =
                comma.ok_or_else(|| not_a_document("raw_pdf_data is a data URL without base64"))?;
            self.block.drain(..=comma);
        }
        Ok(())
    }

    /// Makes plain base64 of the block, as far as it is certain what was meant.
    fn mend(&mut self, is_end: bool) -> Result<(), Problem> {
        let begins = !self.signed && self.mended.is_empty();
        let mut block = mem::take(&mut self.block);
        // What may be half of an escape waits for the other half.
        let last = block.len().saturating_sub(2);
        let escape = block[last..].iter().position(|byte| *byte == b'%');
        let escape = match escape.filter(|_| !is_end) {
            Some(at) => block.split_off(last + at),
            None => Vec::new(),
        };
        let mut text = block.as_slice();
        // No PDF's first or last bytes have a `+` in their base64.
        if begins {
            text = text.trim_ascii_start();
        }
        if is_end {
            text = text.trim_ascii_end();
        }
        self.has_plus |= text.iter().any(|byte| matches!(byte, b'+' | b'-'));
        if self.space.is_none() && text.contains(&b' ') {
            self.space = Some(match self.has_plus || has_lines(text, begins, is_end) {
                true => Space::Break,
                false => Space::Plus,
            });
        }
        if self.space == Some(Space::Plus) && self.has_plus {
            return Err(not_a_document("raw_pdf_data has spaces for some + only"));
        }
        let space = self.space;
        let mended = text.iter().filter_map(|byte| match byte {
            b' ' if space == Some(Space::Plus) => Some(b'+'),
            // RFC 4648's other alphabet.
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            byte if byte.is_ascii_whitespace() => None,
            byte => Some(*byte),
        });
        self.mended.extend(mended);
        self.block = escape;
        Ok(())
    }

    /// Decodes what was mended: whole groups, and at the end everything.
    fn decode_mended(&mut self, is_end: bool, out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        let length = match is_end {
            true => self.mended.len(),
            // Of mostly white space too little is left to see a PDF's signature in: wait for more.
            false if !self.signed && self.mended.len() < SIGNED_WITHIN => return Ok(()),
            false => self.mended.len() / 4 * 4,
        };
        if length == 0 {
            return Ok(());
        }
        let mut mended = mem::take(&mut self.mended);
        let encoded = &mended[..length];
        decode_all(encoded, &mut self.plain)?;
        self.give(encoded, out)?;
        mended.drain(..length);
        self.mended = mended;
        Ok(())
    }

    /// Gives what was decoded from `encoded` to `out`.
    fn give(&mut self, encoded: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        if encoded.is_empty() {
            return Ok(());
        }
        if self.padded {
            return Err(not_a_document("raw_pdf_data goes on behind its padding"));
        }
        if !self.signed && !problem::has_pdf_signature(&self.plain) {
            return Err(not_a_document("raw_pdf_data is not a PDF"));
        }
        self.signed = true;
        self.has_plus |= memchr::memchr(b'+', encoded).is_some() && self.space != Some(Space::Plus);
        self.padded = encoded.ends_with(b"=");
        out(&self.plain);
        self.tail.extend_from_slice(&self.plain);
        if self.tail.len() > 2 * problem::PDF_END_WITHIN {
            let more = self.tail.len() - problem::PDF_END_WITHIN;
            self.tail.drain(..more);
        }
        Ok(())
    }
}

/// Decodes base64 to `plain`.
fn decode_all(encoded: &[u8], plain: &mut Vec<u8>) -> Result<(), Problem> {
    plain.resize(base64::decoded_len_estimate(encoded.len()), 0);
    let decoded = BASE64
        .decode_slice(encoded, plain)
        .map_err(|_| not_a_document("raw_pdf_data is not base64"))?;
    plain.truncate(decoded);
    Ok(())
}

/// Resolves percent-encoding: base64 has no `%`. An escape that is cut off at the end stays as it is, and is
/// resolved with what follows.
fn decode_percent(text: &mut Vec<u8>) {
    let Some(first) = memchr::memchr(b'%', text) else {
        return;
    };
    let escaped = text.split_off(first);
    let mut rest = escaped.as_slice();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        let resolved = match rest {
            [b'%', high, low, ..] => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match resolved {
            Some((high, low)) => {
                text.push((high * 16 + low) as u8);
                rest = &rest[3..];
            }
            None => {
                text.push(byte);
                rest = after;
            }
        }
    }
}

/// Whether the white space in a text is between lines of one length: the last may be shorter, and the first
/// where the text does not begin with it. White space of more than spaces is always between lines.
fn has_lines(text: &[u8], begins: bool, is_end: bool) -> bool {
    let mut lines = Vec::new();
    let mut breaks = Vec::new();
    for run in text.chunk_by(|one, next| one.is_ascii_whitespace() == next.is_ascii_whitespace()) {
        match run[0].is_ascii_whitespace() {
            true => breaks.push(run),
            false => lines.push(run.len()),
        }
    }
    let is_spaces = |run: &&[u8]| run.iter().all(|byte| *byte == b' ');
    if !breaks.iter().any(is_spaces) {
        return true;
    }
    let last = lines.pop().unwrap_or_default();
    if !begins && !lines.is_empty() {
        lines.remove(0);
    }
    let is_regular = lines.windows(2).all(|pair| pair[0] == pair[1])
        && breaks.windows(2).all(|pair| pair[0] == pair[1]);
    match lines.as_slice() {
        [first, _, ..] => is_regular && last <= *first,
        // Of a single line only the number of characters tells something.
        [first] => is_end && last <= *first && (first + last).is_multiple_of(4),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small PDF, as far as this module looks, and its base64 with a slash and padding in it.
    const PDF: &[u8] = b"%PDF-1.7\n\xff\xff\xff\xff %%EOF";
    const DATA: &str = "JVBERi0xLjcK\\/\\/\\/\\/\\/yAlJUVPRg==";

    fn answer(data: &str) -> String {
        [
            "{\n \"raw_pdf_data\" : \"",
            data,
            "\",\n \"filename\" : \"otd.pdf\"\n}",
        ]
        .concat()
    }

    fn kind(body: &str) -> ProblemKind {
        decode(body.as_bytes()).expect_err(body).kind
    }

    #[test]
    fn the_documentations_answer_becomes_a_pdf_with_its_name() {
        let (pdf, otd) = decode(answer(DATA).as_bytes()).expect("a PDF");
        assert_eq!(
            (pdf.as_slice(), otd.filename.as_deref()),
            (PDF, Some("otd.pdf"))
        );
    }

    #[test]
    fn what_base64_writers_do_is_tolerated() {
        let plain = BASE64.encode(b"%PDF-1.7 <<a>> ???>>>~~~%%EOF");
        assert!(plain.ends_with('=') && plain.contains('+') && plain.contains('/'));
        let lines = |separator: &str| {
            let lines = plain.as_bytes().chunks(8).map(String::from_utf8_lossy);
            lines.collect::<Vec<_>>().join(separator)
        };
        for data in [
            plain.clone(),
            plain.replace('=', ""),
            plain.replace('R', "R\\r\\n"),
            plain.replace('R', "\n R\t"),
            plain.replace('=', "\\u003d"),
            plain.replace('J', "\\u004A"),
            plain.replace('+', "-").replace('/', "_"),
            plain
                .replace('+', "%2B")
                .replace('/', "%2f")
                .replace('=', "%3D"),
            lines("%0D%0A"),
            lines(" "),
            lines(" \n"),
            lines("\n  "),
            [" ", &plain.replace('+', " "), "  "].concat(),
            lines("\n").replace('+', " "),
            ["data:application\\/pdf;base64,", &plain].concat(),
            [
                "\\n data:application/octet-stream;base64,\\n",
                &plain,
                "\\n",
            ]
            .concat(),
        ] {
            let (pdf, _) = decode(answer(&data).as_bytes())
                .unwrap_or_else(|problem| panic!("{data}: {problem}"));
            assert_eq!(pdf, b"%PDF-1.7 <<a>> ???>>>~~~%%EOF", "{data}");
        }
    }

    #[test]
    fn the_data_is_found_wherever_it_stands_and_only_there() {
        for body in [
            r#"{"filename":"a.pdf","raw_pdf_data":"DATA"}"#,
            r#"{"x":{"raw_pdf_data":"no"},"y":["raw_pdf_data","no"],"raw_pdf_data":"DATA","filename":"a.pdf"}"#,
            r#"{"z":"raw_pdf_data","raw\u005fpdf_data":"DATA","filename":"..\/a.pdf","s":"\"raw_pdf_data\":\"no\""}"#,
            "\u{feff}{\"filename\":\"a.pdf\",\"raw_pdf_data\":\"DATA\"}",
        ] {
            let (pdf, otd) = decode(body.replace("DATA", DATA).as_bytes()).expect(body);
            assert_eq!(
                (pdf.as_slice(), otd.filename.as_deref()),
                (PDF, Some("a.pdf")),
                "{body}"
            );
        }
    }

    #[test]
    fn a_name_is_safe_or_none() {
        let body = answer(DATA).replace("otd.pdf", "..\\\\..\\\\x\\u202efdp.exe");
        assert_eq!(
            decode(body.as_bytes())
                .expect("a PDF")
                .1
                .filename
                .as_deref(),
            Some("xfdp.exe")
        );
        let body = answer(DATA).replace("\"otd.pdf\"", "null");
        assert_eq!(decode(body.as_bytes()).expect("a PDF").1.filename, None);
    }

    #[test]
    fn control_characters_beside_the_data_are_tolerated() {
        let body = answer(DATA).replace("otd.pdf", "o\ttd\u{2}.pdf");
        let (_, otd) = decode(body.as_bytes()).expect("a PDF");
        assert_eq!(otd.filename.as_deref(), Some("otd.pdf"));
    }

    #[test]
    fn data_that_is_not_base64_is_no_document() {
        for data in [
            "JVBERi0xLjcK*",
            "JVBERi0xLjcK%2",
            "JVBERi0xLjcK%zz",
            "JVBERi0xLjcK=3D",
            "JVBERi0xLjcKA",
            "JVBERi0xLjcK==AA",
            "JVBERi0xLjcK\\\"",
            "JVBERi0xLjcK\\u00e9",
            "JVBERi0xLjcK\\u0g41",
            "JVBERi0xLjcK\\x",
            "data:application/pdf,JVBERi0xLjcK",
            "data:JVBERi0xLjcK",
        ] {
            assert_eq!(kind(&answer(data)), ProblemKind::NotADocument, "{data}");
        }
    }

    /// A PDF with a `+` in its base64 now and then, as compressed pages have.
    fn long_pdf(size: u32) -> Vec<u8> {
        let noise = (0..size).map(|n| (n.wrapping_mul(0x9E37_79B1) >> 13) as u8);
        let start = b"%PDF-1.7\n".iter().copied();
        start.chain(noise).chain(*b"\n%%EOF\n").collect()
    }

    #[test]
    fn spaces_that_were_pluses_become_pluses_again() {
        for size in [300, 3_000, 30_000, 300_000] {
            let pdf = long_pdf(size);
            let encoded = BASE64.encode(&pdf);
            assert!(encoded.contains('+'), "{size}");
            let (came, _) = decode(answer(&encoded.replace('+', " ")).as_bytes())
                .unwrap_or_else(|problem| panic!("{size}: {problem}"));
            assert!(came == pdf, "{size}");
            let in_lines = encoded.as_bytes().chunks(76).map(String::from_utf8_lossy);
            let in_lines = in_lines.collect::<Vec<_>>().join("\n");
            let (came, _) = decode(answer(&in_lines.replace('+', " ")).as_bytes())
                .unwrap_or_else(|problem| panic!("{size}: {problem}"));
            assert!(came == pdf, "{size}");
            // Some of each were never one `+`.
            let half = encoded.replacen('+', " ", encoded.matches('+').count() / 2);
            assert_eq!(
                kind(&answer(&half)),
                ProblemKind::NotADocument,
                "half of {size}"
            );
        }
    }

    #[test]
    fn a_pdf_that_is_cut_off_is_no_document() {
        let pdf = long_pdf(100_000);
        for size in [9, 20, 50_000, pdf.len() - 8, pdf.len() - 2] {
            let data = BASE64.encode(&pdf[..size]);
            assert_eq!(kind(&answer(&data)), ProblemKind::NotADocument, "{size}");
        }
        let encoded = BASE64.encode(&pdf);
        for size in [100, 1_001, 40_002, encoded.len() - 12, encoded.len() - 5] {
            let data = &encoded[..size];
            assert_eq!(kind(&answer(data)), ProblemKind::NotADocument, "{size}");
        }
    }

    #[test]
    fn data_that_is_no_pdf_is_no_document() {
        assert_eq!(
            kind(&answer(&BASE64.encode("<html>"))),
            ProblemKind::NotADocument
        );
        let late = [&[b' '; 1_020], PDF].concat();
        assert_eq!(
            kind(&answer(&BASE64.encode(late))),
            ProblemKind::NotADocument
        );
        for body in [
            "{}",
            r#"{"raw_pdf_data":""}"#,
            r#"{"raw_pdf_data":" "}"#,
            r#"{"raw_pdf_data":null}"#,
            r#"{"raw_pdf_data":{"raw_pdf_data":"x"}}"#,
        ] {
            assert_eq!(kind(body), ProblemKind::NotADocument, "{body}");
        }
    }

    #[test]
    fn an_error_in_the_answer_is_reported() {
        assert_eq!(
            kind(r#"{"error":{"code":"SESSION_EXPIRED","message":""}}"#),
            ProblemKind::Expired
        );
        assert_eq!(
            kind(r#"{"raw_pdf_data":"","error":"UNKNOWN_PRODUCTACTION"}"#),
            ProblemKind::NotFound
        );
    }

    #[test]
    fn what_is_cut_off_or_no_json_is_not_understood() {
        let whole = answer(DATA);
        for length in 0..whole.len() {
            assert_eq!(
                kind(&whole[..length]),
                ProblemKind::NotUnderstood,
                "{length}"
            );
        }
        for body in [
            "<html>",
            "%PDF-1.7",
            "[\"raw_pdf_data\":\"\"]",
            &(answer(DATA) + "x"),
            &answer(DATA).replace(',', ""),
        ] {
            assert_eq!(kind(body), ProblemKind::NotUnderstood, "{body}");
        }
        let twice = answer(DATA).replace("filename", "raw_pdf_data");
        assert_eq!(kind(&twice), ProblemKind::NotUnderstood);
        let long = answer(DATA).replace("otd", &"o".repeat(REST_MAX));
        assert_eq!(kind(&long), ProblemKind::NotUnderstood);
    }

    #[test]
    fn a_long_pdf_arrives_whole_in_pieces_of_a_block() {
        let pdf: Vec<u8> = PDF
            .iter()
            .copied()
            .chain((0..300_000u32).map(|n| ((n * 7) >> 3) as u8))
            .chain(*b"%%EOF")
            .collect();
        let encoded = BASE64.encode(&pdf);
        let lines = encoded
            .as_bytes()
            .chunks(76)
            .map(|line| str::from_utf8(line).expect("ASCII"))
            .collect::<Vec<_>>();
        for data in [
            encoded.replace('/', "\\/"),
            lines.join("\\r\\n"),
            lines.join("\n"),
            lines.join(&"\n".repeat(200)),
            lines.join(" "),
            encoded.replace('+', "-").replace('/', "_"),
            encoded.replace('/', "%2F").replace('+', "%2b"),
        ] {
            let mut came = Vec::new();
            let mut decoder = Decoder::new();
            for chunk in answer(&data).as_bytes().chunks(40_000) {
                let piece = &mut |bytes: &[u8]| {
                    assert!(bytes.len() <= BLOCK * 3 / 2);
                    came.extend_from_slice(bytes);
                };
                decoder.push(chunk, piece).expect("a PDF");
            }
            decoder.finish().expect("a PDF");
            assert!(came == pdf);
        }
    }
}
