//! Turns an answer of `get_otd_pdf` into a PDF while it arrives. `raw_pdf_data` is lifted out of the JSON
//! and decoded block by block, so an OTD of 50 MB on a phone costs the PDF and one block, not four copies.
//!
//! serde_json hands over a string only when all of it is there. So a small scanner follows the JSON, only
//! to find where the string `raw_pdf_data` begins and ends. Everything else is short, is kept, and is read
//! by serde_json at the end.
//!
//! Tolerated in the data: `\/` and other escapes, line breaks and spaces, missing padding, a `data:` URL's
//! prefix. Anything else that is not base64, and data that is not a PDF, is a problem.

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

/// The data between its quotes.
#[derive(Debug, Default)]
struct Data {
    /// Base64 that waits for its block to be full.
    block: Vec<u8>,
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
        self.drop_prefix()?;
        if self.decode(self.block.len() / 4 * 4, out).is_ok() {
            return Ok(());
        }
        self.block.retain(|byte| !byte.is_ascii_whitespace());
        // Of mostly white space too little is left to see a PDF's signature in: wait for more.
        if self.block.len() < BLOCK / 2 {
            return Ok(());
        }
        self.decode(self.block.len() / 4 * 4, out)
    }

    /// Decodes what is left.
    fn decode_end(&mut self, out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        self.drop_prefix()?;
        self.block.retain(|byte| !byte.is_ascii_whitespace());
        self.decode(self.block.len(), out)
    }

    /// A `data:` URL's prefix is no data.
    fn drop_prefix(&mut self) -> Result<(), Problem> {
        if !self.signed && self.block.trim_ascii_start().starts_with(b"data:") {
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

    /// Decodes the first `length` bytes of the block and gives them to `out`.
    fn decode(&mut self, length: usize, out: &mut dyn FnMut(&[u8])) -> Result<(), Problem> {
        if length == 0 {
            return Ok(());
        }
        if self.padded {
            return Err(not_a_document("raw_pdf_data goes on behind its padding"));
        }
        self.plain.resize(base64::decoded_len_estimate(length), 0);
        let encoded = &self.block[..length];
        let decoded = BASE64.decode_slice(encoded, &mut self.plain).map_err(|_| {
            let url_safe = encoded.iter().any(|byte| matches!(byte, b'-' | b'_'));
            not_a_document(if url_safe {
                "raw_pdf_data is in the URL alphabet of base64"
            } else {
                "raw_pdf_data is not base64"
            })
        })?;
        let plain = &self.plain[..decoded];
        if !self.signed && !problem::has_pdf_signature(plain) {
            return Err(not_a_document("raw_pdf_data is not a PDF"));
        }
        self.signed = true;
        self.padded = encoded.ends_with(b"=");
        out(plain);
        self.block.drain(..length);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small PDF, as far as this module looks, and its base64 with a slash and padding in it.
    const PDF: &[u8] = b"%PDF-1.7\n\xff\xff\xff\xff trailer";
    const DATA: &str = "JVBERi0xLjcK\\/\\/\\/\\/\\/yB0cmFpbGVy";

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
        let plain = BASE64.encode(b"%PDF-1.7 ab");
        assert!(plain.ends_with('='));
        for data in [
            plain.clone(),
            plain.replace('=', ""),
            plain.replace('R', "R\\r\\n"),
            plain.replace('R', "\n R\t"),
            plain.replace('=', "\\u003d"),
            plain.replace('J', "\\u004A"),
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
            assert_eq!(pdf, b"%PDF-1.7 ab", "{data}");
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
            "JVBERi0xLjcK_-__",
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
        let url_safe =
            decode(answer("JVBERi0xLjcK_-__").as_bytes()).expect_err("the other alphabet");
        assert!(url_safe.detail.contains("URL alphabet"), "{url_safe}");
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
