//! What is written across the pages of a copy: for whom it is, for what, and of which day.

use serde::{Deserialize, Serialize};

pub use crate::pdf::not_in_a_pdf;

/// The most letters of it: for whom, for what, and a day.
pub const MAX_LETTERS: usize = 120;

/// Whether something is written across the pages, and what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Watermark {
    /// Whether it is wanted.
    pub is_on: bool,
    /// The text, as the consumer has it. It stays when it is not wanted any more.
    pub text: String,
}

impl Watermark {
    /// What is written. `None` when it is not wanted, or there is nothing to write.
    pub fn written(&self) -> Option<String> {
        let text = cleaned(&self.text);
        (self.is_on && !text.is_empty()).then_some(text)
    }
}

/// One line of text, with none of the characters that cannot be seen and would change what can: control characters,
/// and those that turn the direction of what is beside them. Not longer than [`MAX_LETTERS`].
pub fn cleaned(text: &str) -> String {
    let is_unseen = |c: char| matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}');
    let mut clean = String::new();
    let seen = text.chars().filter(|c| !is_unseen(*c));
    for c in seen {
        if c.is_whitespace() || c.is_control() {
            if !clean.ends_with(' ') && !clean.is_empty() {
                clean.push(' ');
            }
        } else {
            clean.push(c);
        }
    }
    let end = clean.char_indices().nth(MAX_LETTERS);
    clean.truncate(end.map_or(clean.len(), |(at, _)| at));
    clean.truncate(clean.trim_end().len());
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_one_line_of_what_can_be_seen() {
        assert_eq!(
            cleaned("  Kopie\tvoor\r\n\u{202E}Jan\u{200B}sen \0"),
            "Kopie voor Jansen"
        );
        assert_eq!(cleaned("Ελλάδα Łódź 王"), "Ελλάδα Łódź 王");
        assert_eq!(cleaned("\u{7}\u{2066} \n"), "");
        assert_eq!(cleaned(&"é".repeat(500)), "é".repeat(MAX_LETTERS));
    }

    #[test]
    fn it_is_written_when_it_is_wanted_and_says_something() {
        let written = |is_on, text: &str| {
            let text = text.to_owned();
            Watermark { is_on, text }.written()
        };
        assert_eq!(written(true, " Kopie "), Some("Kopie".to_owned()));
        assert_eq!(written(false, "Kopie"), None);
        assert_eq!(written(true, " \u{202E}"), None);
    }

    proptest! {
        #[test]
        fn a_clean_text_is_clean(text: String) {
            let once = cleaned(&text);
            prop_assert_eq!(cleaned(&once), &*once);
            prop_assert!(once.chars().count() <= MAX_LETTERS && !once.contains(char::is_control));
        }
    }
}
