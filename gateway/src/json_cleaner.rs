//! Makes a body readable for a strict JSON parser, one byte at a time. The rule is that of the portal's
//! reader (`clean` in the `accelerate` package): what the portal can read, the gateway can read too.
//!
//! - A byte order mark in front of the JSON is left out.
//! - Control characters inside a string, such as a tab, a line break or 0x02, are escaped.
//! - Half a surrogate pair (`\ud800`) and `\u` without four digits become U+FFFD.
//! - An escape that JSON does not know stands for its own character.
//!
//! Everything else stays as it is, and what is no JSON remains so. Bytes that are no UTF-8 stay too: the
//! parser does not look at them.

/// The UTF-8 form of U+FEFF.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// U+FFFD, as JSON escapes it.
const REPLACEMENT_CHARACTER: &[u8] = b"\\ufffd";

/// Cleans a body that comes in pieces.
#[derive(Debug, Default)]
pub struct JsonCleaner {
    position: Position,
    /// The digits of the first half of a surrogate pair, until it is known whether the second half follows.
    high_surrogate: Option<[u8; 4]>,
}

/// Where the next byte stands.
#[derive(Debug, Clone, Copy)]
enum Position {
    /// Before the JSON, after so many bytes of a byte order mark.
    Start(usize),
    /// Outside a string.
    Structure,
    /// Inside a string.
    String,
    /// After a backslash.
    Escape,
    /// After `\u` and so many of its four digits.
    Unicode([u8; 4], usize),
}

impl Default for Position {
    fn default() -> Position {
        Position::Start(0)
    }
}

impl JsonCleaner {
    /// Cleans the next piece, and appends the result to `cleaned`. The beginning of an escape is held
    /// back until its end is there.
    pub fn clean(&mut self, piece: &[u8], cleaned: &mut Vec<u8>) {
        cleaned.reserve(piece.len());
        for byte in piece {
            self.clean_byte(*byte, cleaned);
        }
    }

    fn clean_byte(&mut self, byte: u8, cleaned: &mut Vec<u8>) {
        self.position = match self.position {
            Position::Start(length) if BYTE_ORDER_MARK[length] == byte => {
                Position::Start((length + 1) % BYTE_ORDER_MARK.len())
            }
            Position::Start(0) if byte.is_ascii_whitespace() => Position::Start(0),
            Position::Start(length) => {
                cleaned.extend_from_slice(&BYTE_ORDER_MARK[..length]);
                structure(byte, cleaned)
            }
            Position::Structure => structure(byte, cleaned),
            Position::String if byte == b'\\' => Position::Escape,
            Position::String => self.character(byte, cleaned),
            Position::Escape if byte == b'u' => Position::Unicode([0; 4], 0),
            Position::Escape => self.short_escape(byte, cleaned),
            Position::Unicode(mut digits, count) if byte.is_ascii_hexdigit() => {
                digits[count] = byte;
                match count {
                    3 => self.unicode_escape(digits, cleaned),
                    _ => Position::Unicode(digits, count + 1),
                }
            }
            Position::Unicode(digits, count) => {
                self.end_pair(cleaned);
                cleaned.extend_from_slice(REPLACEMENT_CHARACTER);
                cleaned.extend_from_slice(&digits[..count]);
                match byte {
                    b'\\' => Position::Escape,
                    _ => self.character(byte, cleaned),
                }
            }
        };
    }

    /// A byte of a string that belongs to no escape.
    fn character(&mut self, byte: u8, cleaned: &mut Vec<u8>) -> Position {
        self.end_pair(cleaned);
        match byte {
            0..b' ' => cleaned.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => cleaned.push(byte),
        }
        match byte {
            b'"' => Position::Structure,
            _ => Position::String,
        }
    }

    /// An escape of one character, such as `\n`.
    fn short_escape(&mut self, byte: u8, cleaned: &mut Vec<u8>) -> Position {
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.end_pair(cleaned);
                cleaned.extend_from_slice(&[b'\\', byte]);
                Position::String
            }
            _ => self.character(byte, cleaned),
        }
    }

    /// An escape with all its four digits.
    fn unicode_escape(&mut self, digits: [u8; 4], cleaned: &mut Vec<u8>) -> Position {
        let half = match digits.map(|digit| digit.to_ascii_lowercase()) {
            [b'd', b'8'..=b'9' | b'a'..=b'b', ..] => Some(Half::High),
            [b'd', b'c'..=b'f', ..] => Some(Half::Low),
            _ => None,
        };
        match (half, self.high_surrogate.take()) {
            (Some(Half::Low), Some(high)) => {
                push_unicode_escape(high, cleaned);
                push_unicode_escape(digits, cleaned);
            }
            (half, alone) => {
                if alone.is_some() {
                    cleaned.extend_from_slice(REPLACEMENT_CHARACTER);
                }
                match half {
                    Some(Half::High) => self.high_surrogate = Some(digits),
                    Some(Half::Low) => cleaned.extend_from_slice(REPLACEMENT_CHARACTER),
                    None => push_unicode_escape(digits, cleaned),
                }
            }
        }
        Position::String
    }

    /// Replaces the first half of a surrogate pair: its second half does not follow.
    fn end_pair(&mut self, cleaned: &mut Vec<u8>) {
        if self.high_surrogate.take().is_some() {
            cleaned.extend_from_slice(REPLACEMENT_CHARACTER);
        }
    }
}

/// A half of a surrogate pair.
enum Half {
    /// The first.
    High,
    /// The second.
    Low,
}

/// A byte outside a string.
fn structure(byte: u8, cleaned: &mut Vec<u8>) -> Position {
    cleaned.push(byte);
    match byte {
        b'"' => Position::String,
        _ => Position::Structure,
    }
}

fn push_unicode_escape(digits: [u8; 4], cleaned: &mut Vec<u8>) {
    cleaned.extend_from_slice(b"\\u");
    cleaned.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clean(body: &[u8], piece: usize) -> Vec<u8> {
        let mut cleaner = JsonCleaner::default();
        let mut cleaned = Vec::new();
        for piece in body.chunks(piece) {
            cleaner.clean(piece, &mut cleaned);
        }
        cleaned
    }

    #[test]
    fn what_json_forbids_is_replaced() {
        for (body, cleaned) in [
            (&b"\xEF\xBB\xBF{}"[..], &b"{}"[..]),
            (b"\n\xEF\xBB\xBF\xEF\xBB\xBF {}", b"{}"),
            (b"[\"a\tb\n\x02\"]", br#"["a\u0009b\u000a\u0002"]"#),
            (br#"["\ud83d\ude00"]"#, br#"["\ud83d\ude00"]"#),
            (br#"["\ud83d"]"#, br#"["\ufffd"]"#),
            (br#"["\ud83d\n"]"#, br#"["\ufffd\n"]"#),
            (br#"["\ud83d\ud83d\ude00"]"#, br#"["\ufffd\ud83d\ude00"]"#),
            (br#"["\ude00\ud83dx"]"#, br#"["\ufffd\ufffdx"]"#),
            (br#"["\u12","\u"]"#, br#"["\ufffd12","\ufffd"]"#),
            (br#"["\u12\u0041"]"#, br#"["\ufffd12\u0041"]"#),
            (br#"["\ud83d\u12"]"#, br#"["\ufffd\ufffd12"]"#),
            (br#"["\x\'"]"#, br#"["x'"]"#),
            (b"[\"\\\t\"]", br#"["\u0009"]"#),
        ] {
            for piece in 1..=body.len() {
                let got = clean(body, piece);
                assert_eq!(
                    String::from_utf8_lossy(&got),
                    String::from_utf8_lossy(cleaned),
                    "{} in pieces of {piece}",
                    body.escape_ascii()
                );
            }
            let strict = serde_json::from_slice::<serde_json::Value>(cleaned);
            assert!(strict.is_ok(), "{strict:?}");
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for body in [
            &br#"{"a\"b\\":["\/\b\f\n\r\t\u00e9",1.5e3,null]}"#[..],
            b"{ \"caf\xC3\xA9\": \"\xFF\" }\r\n",
            b"<!doctype html>",
            b"\xEF\xBB",
            b"\xEFx",
            b"[\t\x02]",
        ] {
            // The beginning of a byte order mark is held back, as that of an escape.
            let cleaned = clean(body, 3);
            assert!(body.starts_with(&cleaned), "{}", body.escape_ascii());
            assert!(cleaned.len() + 2 >= body.len(), "{}", body.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn a_string_of_any_bytes_becomes_json(
            text in proptest::collection::vec(prop_oneof![
                Just(b'\\'), Just(b'u'), Just(b'd'), Just(b'8'), Just(b'e'), Just(b'0'), any::<u8>(),
            ], 0..40),
            piece in 1usize..20,
        ) {
            // A quote would end the string; bytes that are no UTF-8 are not the cleaner's.
            let text = String::from_utf8_lossy(&text).replace('"', "");
            let body = ["\u{feff}[\"", &text, " \"]"].concat();
            let cleaned = clean(body.as_bytes(), piece);
            let strict = serde_json::from_slice::<Vec<String>>(&cleaned);
            prop_assert!(strict.is_ok(), "{:?}: {:?}", String::from_utf8_lossy(&cleaned), strict);
        }

        #[test]
        fn what_is_json_already_stays_the_same_text(text in any::<String>(), piece in 1usize..20) {
            let json = serde_json::to_vec(&text).unwrap();
            let cleaned = clean(&json, piece);
            prop_assert_eq!(serde_json::from_slice::<String>(&cleaned).unwrap(), text);
        }

        #[test]
        fn cleaning_twice_changes_nothing_more(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            let once = clean(&body, 7);
            // A second byte order mark cannot be left over, but bytes of one can come together.
            prop_assume!(!once.starts_with(b"\xEF"));
            prop_assert_eq!(clean(&once, 7), once);
        }
    }
}
