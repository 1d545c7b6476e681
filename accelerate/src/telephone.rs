//! Telephone numbers as people at an office write them, made to be dialled.

/// From how many digits on a number may be complete: what stands behind it can be something else.
const COMPLETE: usize = 9;

/// The digits to dial, and a leading plus: of several numbers those of the first one, without an extension
/// or a word behind it. The zero of `+31 (0)6` is dialled within the country only, and is left out.
pub fn to_dial(number: &str) -> String {
    let number = match number.split_once("(0)") {
        Some((country, rest)) if country.contains('+') || country.starts_with("00") => {
            [country, rest].concat()
        }
        _ => number.to_owned(),
    };
    let mut dial = String::new();
    for byte in number.bytes() {
        match byte {
            b'0'..=b'9' => dial.push(byte.into()),
            b'+' if dial.is_empty() => dial.push('+'),
            // `0475/12.34.56` is one number, `06-12345678 / 0570-123456` are two.
            b'/' | b',' | b';' | b'+' | b'A'..=b'Z' | b'a'..=b'z' if dial.len() >= COMPLETE => {
                break;
            }
            _ => {}
        }
    }
    dial
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_dialled_as_it_is_meant() {
        for (written, dialled) in [
            ("0570-665144 (werk)", "0570665144"),
            ("tel. 0570 – 665 144", "0570665144"),
            ("+31 (0)570 665 144", "+31570665144"),
            ("+31(0)6-12345678", "+31612345678"),
            ("+31 (0) 6 12345678", "+31612345678"),
            ("0031 (0)6 12345678", "0031612345678"),
            ("(0)570 665144", "0570665144"),
            ("06-12345678 / 0570-123456", "0612345678"),
            ("06 12345678 of 0570 123456", "0612345678"),
            ("+31 6 12345678, +31 570 123456", "+31612345678"),
            ("+31 6 12345678 +31 570 123456", "+31612345678"),
            ("0570-665144 tst. 12", "0570665144"),
            ("0475/12.34.56", "0475123456"),
            ("0800 1234567", "08001234567"),
            ("onbekend", ""),
        ] {
            assert_eq!(to_dial(written), dialled, "{written}");
        }
    }

    proptest! {
        #[test]
        fn what_cannot_be_dialled_is_left_out(written in ".*") {
            let dial = to_dial(&written);
            let digits = dial.strip_prefix('+').unwrap_or(&dial);
            prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
}
