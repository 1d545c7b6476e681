//! Masks AccelerateConnect's own `session_id` in a session on its way to the browser: the page's scripts have
//! no use for it. The length stays, and everything else too. It works on pieces as they come.

/// The name of the field.
const NAME: &[u8] = b"session_id";

/// Masks the values of that field.
#[derive(Debug, Default)]
pub struct SessionIdMask(Position);

/// Where the next byte stands.
#[derive(Debug, Clone, Copy, Default)]
enum Position {
    /// Outside a string.
    #[default]
    Outside,
    /// Inside a string, which is the name so far for so many bytes; `None` when it is another one.
    String(Option<usize>),
    /// After a backslash in a string.
    Escape,
    /// After the name: a colon follows if it is a field.
    Name,
    /// Before the field's value.
    Value,
    /// Inside the value.
    Masked,
    /// After a backslash in the value.
    MaskedEscape,
    /// Inside a value that is a number.
    MaskedNumber,
}

impl SessionIdMask {
    /// Masks what is to be masked in the next piece.
    pub fn mask(&mut self, piece: &mut [u8]) {
        for byte in piece {
            self.0 = next(self.0, byte);
        }
    }
}

fn next(position: Position, byte: &mut u8) -> Position {
    match (position, *byte) {
        (Position::Outside, b'"') => Position::String(Some(0)),
        (Position::Outside, _) => Position::Outside,
        (Position::String(Some(length)), b'"') if length == NAME.len() => Position::Name,
        (Position::String(_), b'"') => Position::Outside,
        (Position::String(_), b'\\') => Position::Escape,
        (Position::String(Some(length)), it) if NAME.get(length) == Some(&it) => {
            Position::String(Some(length + 1))
        }
        (Position::String(_) | Position::Escape, _) => Position::String(None),
        (Position::Name, b':') => Position::Value,
        (Position::Value, b'"') => Position::Masked,
        (Position::Name | Position::Value, it) if it.is_ascii_whitespace() => position,
        (Position::Value | Position::MaskedNumber, b'0'..=b'9') => {
            *byte = b'0';
            Position::MaskedNumber
        }
        (Position::Name | Position::Value | Position::MaskedNumber, _) => {
            next(Position::Outside, byte)
        }
        (Position::Masked, b'"') => Position::Outside,
        (Position::Masked, it) => {
            *byte = b'*';
            if it == b'\\' {
                Position::MaskedEscape
            } else {
                Position::Masked
            }
        }
        (Position::MaskedEscape, _) => {
            *byte = b'*';
            Position::Masked
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masked(body: &str, piece: usize) -> String {
        let mut body = body.as_bytes().to_vec();
        let mut mask = SessionIdMask::default();
        for piece in body.chunks_mut(piece) {
            mask.mask(piece);
        }
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn the_value_of_the_field_is_masked_and_nothing_else() {
        for (body, expected) in [
            (
                r#"{"session_id":"ok1t","a":"b"}"#,
                r#"{"session_id":"****","a":"b"}"#,
            ),
            (
                r#"{"session_id" : "a\"b\\" ,"c":1}"#,
                r#"{"session_id" : "******" ,"c":1}"#,
            ),
            (
                r#"{"session_id":123,"n":456}"#,
                r#"{"session_id":000,"n":456}"#,
            ),
            (
                r#"{"session_id":null,"n":7}"#,
                r#"{"session_id":null,"n":7}"#,
            ),
            (r#"["session_id","a"]"#, r#"["session_id","a"]"#),
            (
                r#"{"my_session_id":"a","session_id2":"b"}"#,
                r#"{"my_session_id":"a","session_id2":"b"}"#,
            ),
            (
                r#"{"a":"\"session_id\":\"x\""}"#,
                r#"{"a":"\"session_id\":\"x\""}"#,
            ),
        ] {
            for piece in 1..=body.len() {
                assert_eq!(masked(body, piece), expected, "in pieces of {piece}");
            }
        }
    }

    proptest! {
        #[test]
        fn json_stays_json_of_the_same_length(id in any::<String>(), other in any::<String>(), piece in 1usize..20) {
            let body = serde_json::json!({ "a": other, "session_id": id, "b": [other] }).to_string();
            let masked = masked(&body, piece);
            prop_assert_eq!(masked.len(), body.len());
            let read: serde_json::Value = serde_json::from_str(&masked).unwrap();
            prop_assert_eq!(&read["a"], &other);
            prop_assert_eq!(&read["b"][0], &other);
            prop_assert!(read["session_id"].as_str().unwrap().chars().all(|it| it == '*'));
        }
    }
}
