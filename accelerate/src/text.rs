//! Looks for text in text, for the few short words that are looked for here and in the portal.
//!
//! The standard library's search by `&str`, and slicing a `str`, can panic with a message that quotes
//! the text, and bring the tables of what is printable in Unicode for it: 5 KB on every phone. Nothing
//! here can panic.

/// What is before and after the first `part`; `None` when it is not there.
pub fn split_once<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at = text
        .as_bytes()
        .windows(part.len().max(1))
        .position(|window| window == part.as_bytes())?;
    Some((text.get(..at)?, text.get(at + part.len()..)?))
}

/// Whether `part`, which is not empty, is in the text.
pub fn contains(text: &str, part: &str) -> bool {
    split_once(text, part).is_some()
}

/// The text with each `part` replaced.
pub fn replace(text: &str, part: &str, by: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = split_once(rest, part) {
        replaced.push_str(before);
        replaced.push_str(by);
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_the_standard_library_finds(text in "[aé<]{0,12}", part in "[aé<]{1,3}") {
            let part = part.as_str();
            prop_assert_eq!(split_once(&text, part), text.split_once(part));
            prop_assert_eq!(contains(&text, part), text.contains(part));
            prop_assert_eq!(replace(&text, part, "-"), text.replace(part, "-"));
        }
    }
}
