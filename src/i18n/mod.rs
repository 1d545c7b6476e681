//! Every sentence the consumer reads, in Dutch (formal and informal) and in English.
//!
//! A view takes its words from [`Texts`] and nowhere else. Words for what goes wrong are chosen in
//! [`problem_text`].

mod problem;
mod table;

use std::cell::Cell;

pub use problem::{ProblemText, problem_text};
pub use table::{Texts, UploadTexts};

/// The language on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Nederlands.
    Dutch,
    /// English.
    English,
}

impl Language {
    /// The language of a tag such as `nl`, `nl-BE` or `EN_gb`, when it is one of ours.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        if primary.eq_ignore_ascii_case("nl") {
            Some(Self::Dutch)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else {
            None
        }
    }

    /// The tag for `lang` attributes and for `Intl`: amounts and dates are the Dutch way, in English
    /// too, where day comes before month.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl-NL",
            Self::English => "en-GB",
        }
    }
}

/// How Dutch addresses the consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// With *u*.
    Formal,
    /// With *je*.
    Informal,
}

thread_local! {
    static ENGLISH: Cell<Option<&'static Texts>> = const { Cell::new(None) };
    static ENGLISH_UPLOAD: Cell<Option<&'static UploadTexts>> = const { Cell::new(None) };
    static ENGLISH_LINES: Cell<&'static str> = const { Cell::new("") };
}

/// Takes the English texts: what is in `english.txt`, which the loader fetches where they are wanted.
/// `false` when these are others.
pub fn set_english(lines: String) -> bool {
    if ENGLISH.get().is_none() {
        // Kept for as long as the page: they are read once.
        let lines: &'static str = lines.leak();
        let texts = Texts::read(part(lines, 0).chain(part(lines, 2)));
        ENGLISH.set(texts.map(|texts| &*Box::leak(Box::new(texts))));
        ENGLISH_LINES.set(lines);
    }
    ENGLISH.get().is_some()
}

/// The lines of a part of `english.txt`, between empty lines. The texts for uploads are the second part.
fn part(lines: &'static str, number: usize) -> std::str::Lines<'static> {
    lines.split("\n\n").nth(number).unwrap_or_default().lines()
}

/// The texts in a language and a form of address; Dutch, while [English](set_english) is not there.
pub fn texts(language: Language, address: Address) -> &'static Texts {
    let english = ENGLISH.get().filter(|_| language == Language::English);
    english.unwrap_or(match address {
        Address::Formal => &table::DUTCH_FORMAL,
        Address::Informal => &table::DUTCH_INFORMAL,
    })
}

/// The same for the texts that uploads need, which are in the second module.
pub fn upload_texts(language: Language, address: Address) -> &'static UploadTexts {
    if language == Language::English && ENGLISH_UPLOAD.get().is_none() {
        let texts = UploadTexts::read(part(ENGLISH_LINES.get(), 1));
        ENGLISH_UPLOAD.set(texts.map(|texts| &*Box::leak(Box::new(texts))));
    }
    let english = ENGLISH_UPLOAD
        .get()
        .filter(|_| language == Language::English);
    english.unwrap_or(match address {
        Address::Formal => &table::UPLOAD_FORMAL,
        Address::Informal => &table::UPLOAD_INFORMAL,
    })
}

/// Puts values in a text's `{places}`. Values are put in as they are, and not read for places again.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) {
            filled.push_str(value);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = include_str!("english.txt");

    /// Each text's name, with its English, formal and informal edition.
    fn all() -> impl Iterator<Item = (&'static str, [&'static str; 3])> {
        assert!(set_english(LINES.to_owned()));
        let all = |language, address| {
            let upload = upload_texts(language, address).all();
            texts(language, address).all().into_iter().chain(upload)
        };
        let english = all(Language::English, Address::Formal);
        let formal = all(Language::Dutch, Address::Formal);
        let informal = all(Language::Dutch, Address::Informal);
        (english.zip(formal).zip(informal))
            .map(|(((name, english), formal), informal)| (name, [english, formal.1, informal.1]))
    }

    #[test]
    fn the_english_texts_are_those_of_the_table_in_its_order() {
        let lines = part(LINES, 0).chain(part(LINES, 2)).chain(part(LINES, 1));
        let names: Vec<_> = lines
            .map(|line| line.split_once(": ").map(|(name, _)| name))
            .collect();
        let table: Vec<_> = all().map(|(name, _)| Some(name)).collect();
        assert_eq!(names, table);
        assert_eq!(LINES.split("\n\n").count(), 3);
    }

    #[test]
    fn without_english_there_is_dutch() {
        assert!(!set_english("no text".to_owned()));
        let english = texts(Language::English, Address::Informal);
        assert_eq!(english.progress, "Je voortgang");
        assert!(set_english(LINES.to_owned()));
        assert_eq!(
            texts(Language::English, Address::Informal).progress,
            "Your progress"
        );
        assert_eq!(
            texts(Language::Dutch, Address::Informal).progress,
            "Je voortgang"
        );
    }

    #[test]
    fn a_language_tag_is_read_by_its_first_part() {
        assert_eq!(Language::of_tag("nl-BE"), Some(Language::Dutch));
        assert_eq!(Language::of_tag(" EN_us"), Some(Language::English));
        assert_eq!(Language::of_tag("fy"), None);
        assert_eq!(Language::of_tag(""), None);
    }

    #[test]
    fn a_value_that_looks_like_a_place_is_left_alone() {
        assert_eq!(
            fill("{a} van {b}", &[("a", "{b}"), ("b", "2")]),
            "{b} van 2"
        );
    }

    #[test]
    fn every_text_has_the_same_places_in_every_language() {
        let places = |text: &str| {
            let mut names: Vec<_> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect();
            names.sort();
            names
        };
        for (name, texts) in all() {
            for text in texts {
                assert!(!text.trim().is_empty(), "{name} is empty");
                assert_eq!(places(text), places(texts[0]), "{name}: {text}");
            }
        }
    }

    #[test]
    fn the_informal_form_never_says_u() {
        for (name, [_, formal, informal]) in all() {
            let says_u = |text: &str| {
                text.split(|c: char| !c.is_alphabetic())
                    .any(|word| matches!(word.to_lowercase().as_str(), "u" | "uw"))
            };
            assert!(!says_u(informal), "{name} says u: {informal}");
            let says_je = |text: &str| {
                text.split(|c: char| !c.is_alphabetic())
                    .any(|word| matches!(word.to_lowercase().as_str(), "je" | "jij" | "jouw"))
            };
            assert!(!says_je(formal), "{name} says je: {formal}");
        }
    }

    /// The loader shows some of them before the module, and with it the texts, is there.
    #[test]
    fn the_loader_says_the_same_as_the_texts() {
        let loader = include_str!("../platform/portal.js");
        assert!(set_english(LINES.to_owned()));
        for language in [Language::Dutch, Language::English] {
            let texts = texts(language, Address::Formal);
            for text in [
                texts.overview,
                texts.documents,
                texts.my_details,
                texts.loading,
                texts.greeting,
                texts.dossier_code,
                texts.dossier_since,
            ] {
                assert!(loader.contains(&format!("\"{text}\"")), "{text}");
            }
        }
    }
}
