//! Reads JSON as it passes, without building a tree: the caller says what it wants of each value, and
//! what nobody wants is skipped at the speed of a scan. Numbers keep their digits, strings are borrowed
//! when they hold no escape.
//!
//! It is a reader, not a validator: what it skips it checks only for ending. It never recurses, so no
//! depth of nesting harms it.
//!
//! Why not serde_json: two thirds of a long session repeat the first, and all of it is compiled for
//! phones. Measured as WebAssembly, this takes 4 KB where serde_json takes 15, and a session of 5,000
//! actions is in its types in the time that serde_json needs for a tree. The tests hold the two against
//! each other.

use std::borrow::Cow;

/// The JSON ends too early or is none, at this byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken(pub usize);

/// A value that is no container.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// `true` or `false`.
    Bool(bool),
    /// A number, with its digits as they came.
    Number(&'a str),
    /// A string.
    Text(Cow<'a, str>),
    /// `null`, or an object or list where the caller could use neither.
    Nothing,
}

/// A place in a JSON text.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What [`Reader::each`] does with one member: it must read or skip exactly its value.
pub(crate) type Each<'f, 'a> =
    &'f mut dyn FnMut(Cow<'a, str>, &mut Reader<'a>) -> Result<(), Broken>;

impl<'a> Reader<'a> {
    /// Starts at the beginning, behind a byte order mark.
    pub fn new(bytes: &'a [u8]) -> Self {
        let at = if bytes.starts_with(b"\xEF\xBB\xBF") {
            3
        } else {
            0
        };
        Reader { bytes, at }
    }

    /// The next byte that is no white space, not consumed.
    fn peek(&mut self) -> Result<u8, Broken> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Broken(self.at))
    }

    /// Whether the next value is an object.
    pub fn is_object(&mut self) -> bool {
        self.peek() == Ok(b'{')
    }

    /// Nothing but white space may follow.
    pub fn end(&mut self) -> Result<(), Broken> {
        match self.peek() {
            Ok(_) => Err(Broken(self.at)),
            Err(_) => Ok(()),
        }
    }

    /// Calls `f` for every member of the next value, with its key, which is empty in a list: PHP sends
    /// lists for maps. A value that is neither object nor list is skipped: it has no members.
    pub fn each(&mut self, f: Each<'_, 'a>) -> Result<(), Broken> {
        let close = match self.peek()? {
            b'{' => b'}',
            b'[' => b']',
            _ => return self.skip(),
        };
        self.at += 1;
        if self.peek()? == close {
            self.at += 1;
            return Ok(());
        }
        loop {
            let mut key = Cow::Borrowed("");
            if close == b'}' {
                if self.peek()? != b'"' {
                    return Err(Broken(self.at));
                }
                key = self.string()?;
                if self.peek()? != b':' {
                    return Err(Broken(self.at));
                }
                self.at += 1;
            }
            f(key, self)?;
            let next = self.peek()?;
            if next != close && next != b',' {
                return Err(Broken(self.at));
            }
            self.at += 1;
            if next == close {
                return Ok(());
            }
        }
    }

    /// Reads the next value; of a container only that it was one.
    pub fn value(&mut self) -> Result<Value<'a>, Broken> {
        match self.peek()? {
            b'"' => Ok(Value::Text(self.string()?)),
            b'{' | b'[' => {
                self.skip()?;
                Ok(Value::Nothing)
            }
            _ => {
                let start = self.at;
                match self.word() {
                    "true" => Ok(Value::Bool(true)),
                    "false" => Ok(Value::Bool(false)),
                    "null" => Ok(Value::Nothing),
                    number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                        Ok(Value::Number(number))
                    }
                    _ => Err(Broken(start)),
                }
            }
        }
    }

    /// Skips the next value and returns it as it stands in the text.
    pub fn raw(&mut self) -> Result<&'a [u8], Broken> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(self.slice(start, self.at))
    }

    /// Skips the next value.
    pub fn skip(&mut self) -> Result<(), Broken> {
        if !matches!(self.peek()?, b'{' | b'[') {
            return self.value().map(drop);
        }
        let mut depth = 0usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => _ = self.string_end()?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(Broken(self.at))
    }

    /// The bytes from `start` to `end`, both passed already.
    fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// A run of characters up to a delimiter: a number, `true`, `false` or `null`.
    fn word(&mut self) -> &'a str {
        let start = self.at;
        while let Some(byte) = self.bytes.get(self.at)
            && (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
        {
            self.at += 1;
        }
        std::str::from_utf8(self.slice(start, self.at)).unwrap_or_default()
    }

    /// Goes from inside a string to behind its closing quote; whether it met a backslash.
    fn string_end(&mut self) -> Result<bool, Broken> {
        let bytes = self.bytes;
        let mut escaped = false;
        loop {
            self.at += plain_run(bytes, self.at);
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                _ => return Err(Broken(bytes.len())),
            }
        }
    }

    /// Reads a string, standing on its opening quote. Bytes that are no UTF-8 become U+FFFD: they cost
    /// their field, nothing more.
    fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        self.at += 1;
        let start = self.at;
        let escaped = self.string_end()?;
        let text = String::from_utf8_lossy(self.slice(start, self.at - 1));
        Ok(if escaped {
            Cow::Owned(unescape(&text))
        } else {
            text
        })
    }
}

/// How many bytes from `at` on are neither a quote nor a backslash. Eight at a time: a session is
/// mostly strings.
pub(crate) fn plain_run(bytes: &[u8], at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let mut end = at;
    while let Some(eight) = bytes.get(end..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*eight);
        let found = zero_in(word ^ (ONES * b'"' as u64)) | zero_in(word ^ (ONES * b'\\' as u64));
        if found != 0 {
            // Of the marks, the lowest is always right: a borrow only runs upwards.
            return end - at + found.trailing_zeros() as usize / 8;
        }
        end += 8;
    }
    while bytes
        .get(end)
        .is_some_and(|byte| !matches!(byte, b'"' | b'\\'))
    {
        end += 1;
    }
    end.saturating_sub(at)
}

/// A string's content with its escapes resolved. An escape that JSON does not know stands for its own
/// character, half a surrogate pair becomes U+FFFD.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = after.chars();
        let escape = chars.next();
        rest = chars.as_str();
        let Some(escape) = escape else {
            break;
        };
        match escape {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'u' => {
                let Some(mut code) = hex4(rest) else {
                    out.push('\u{fffd}');
                    continue;
                };
                rest = rest.get(4..).unwrap_or_default();
                if (0xd800..0xdc00).contains(&code)
                    && let Some(low) = rest.strip_prefix("\\u").and_then(hex4)
                    && (0xdc00..0xe000).contains(&low)
                {
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    rest = rest.get(6..).unwrap_or_default();
                }
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

/// Four hexadecimal digits at the start of `text`.
fn hex4(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value<'_>, Broken> {
        let mut reader = Reader::new(text.as_bytes());
        let value = reader.value()?;
        reader.end().map(|()| value)
    }

    #[test]
    fn scalars_are_read_as_they_stand() {
        assert_eq!(value(" true "), Ok(Value::Bool(true)));
        assert_eq!(value("null"), Ok(Value::Nothing));
        assert_eq!(value("-12.50e+3"), Ok(Value::Number("-12.50e+3")));
        assert_eq!(value(r#""a""#), Ok(Value::Text(Cow::Borrowed("a"))));
        assert_eq!(value(r#"{"a":["]}"]}"#), Ok(Value::Nothing));
    }

    #[test]
    fn escapes_are_resolved_and_broken_ones_cost_a_character() {
        let text = |json| match value(json) {
            Ok(Value::Text(text)) => text.into_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(text(r#""\/\"\\\n\t\r\b\f""#), "/\"\\\n\t\r\u{8}\u{c}");
        assert_eq!(text(r#""\u00e9\ud83c\udfe0""#), "é🏠");
        assert_eq!(
            text(r#""\ud83c \udfe0 \ud83c\u0041 \uzz""#),
            "\u{fffd} \u{fffd} \u{fffd}A \u{fffd}zz"
        );
        assert_eq!(text(r#""12345678\"12345\\""#), "12345678\"12345\\");
    }

    #[test]
    fn what_is_cut_off_or_no_json_is_broken() {
        for text in [
            "", " ", "\"", "\"\\", "\"\\\"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "[1,", "[1 2]",
            "tru", "<html>", "1 2", "{}}", "'a'",
        ] {
            let mut reader = Reader::new(text.as_bytes());
            let read = reader
                .each(&mut |_, value| value.skip())
                .and_then(|()| reader.end());
            assert!(read.is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_of_any_depth_is_skipped() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert_eq!(value(&deep), Ok(Value::Nothing));
        assert_eq!(value(&deep[..1_999_999]), Err(Broken(1_999_999)));
    }

    #[test]
    fn bytes_that_are_no_utf8_cost_their_character() {
        let mut reader = Reader::new(b"\xEF\xBB\xBF\"\xE9\\n\"");
        assert_eq!(reader.value(), Ok(Value::Text(Cow::Borrowed("\u{fffd}\n"))));
    }
}
