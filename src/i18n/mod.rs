//! Every sentence the consumer reads, in Dutch (formal and informal) and in English.
//!
//! A view takes its words from [`Texts`] and nowhere else; what is in the second module may use [`RestTexts`].
//! Words for what goes wrong are chosen in [`problem_text`].

mod problem;
mod table;

use std::cell::Cell;

pub use problem::{ProblemText, document_problem_text, problem_text, sends_to_adviser};
pub use table::{RestTexts, ScanTexts, Texts};

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

/// The English texts, and the lines of [`RestTexts`], which are read when they are first wanted.
type English = (Texts, &'static str);

thread_local! {
    static ENGLISH: Cell<Option<&'static English>> = const { Cell::new(None) };
}

/// Takes the English texts: what is in `english.txt`, which the loader fetches where they are wanted.
/// `false` when these are others.
pub fn set_english(lines: String) -> bool {
    if ENGLISH.get().is_none() {
        // Kept for as long as the page: they are read once.
        let english = Texts::read(lines.leak()).map(|english| &*Box::leak(Box::new(english)));
        ENGLISH.set(english);
    }
    ENGLISH.get().is_some()
}

/// The texts of the first module in a language and a form of address; Dutch, while [English](set_english) is
/// not there.
pub fn texts(language: Language, address: Address) -> &'static Texts {
    match (english(language), address) {
        (Some((texts, _)), _) => texts,
        (None, Address::Formal) => &table::FORMAL,
        (None, Address::Informal) => &table::INFORMAL,
    }
}

/// All texts. To be called once, by the second module only: what it gives is kept for as long as the page.
pub fn rest_texts(language: Language, address: Address) -> &'static RestTexts {
    let english = english(language).and_then(|(texts, lines)| RestTexts::read(texts, lines));
    match (english, address) {
        (Some((texts, _)), _) => Box::leak(Box::new(texts)),
        (None, Address::Formal) => &table::REST_FORMAL,
        (None, Address::Informal) => &table::REST_INFORMAL,
    }
}

/// The texts of the part in which a document is put together. To be called once, by that part only.
pub fn scan_texts(language: Language, address: Address) -> &'static ScanTexts {
    let english = english(language).and_then(|(texts, lines)| {
        let (_, lines) = RestTexts::read(texts, lines)?;
        ScanTexts::read(lines)
    });
    match (english, address) {
        (Some(texts), _) => Box::leak(Box::new(texts)),
        (None, Address::Formal) => &table::SCAN_FORMAL,
        (None, Address::Informal) => &table::SCAN_INFORMAL,
    }
}

fn english(language: Language) -> Option<&'static English> {
    ENGLISH.get().filter(|_| language == Language::English)
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

    /// Each text's name and words, in the table's order.
    fn of(language: Language, address: Address) -> Vec<(&'static str, &'static str)> {
        let rest = rest_texts(language, address);
        let scan = scan_texts(language, address);
        [texts(language, address).all(), rest.all(), scan.all()].concat()
    }

    /// Each text's name, with its English, formal and informal edition.
    fn all() -> impl Iterator<Item = (&'static str, [&'static str; 3])> {
        assert!(set_english(LINES.to_owned()));
        let english = of(Language::English, Address::Formal);
        let formal = of(Language::Dutch, Address::Formal);
        let informal = of(Language::Dutch, Address::Informal);
        (english.into_iter().zip(formal).zip(informal))
            .map(|(((name, english), formal), informal)| (name, [english, formal.1, informal.1]))
    }

    #[test]
    fn the_english_texts_are_those_of_the_table_in_its_order() {
        let names: Vec<_> = LINES
            .lines()
            .map(|line| line.split_once(": ").map(|(name, _)| name))
            .collect();
        let table: Vec<_> = all().map(|(name, _)| Some(name)).collect();
        assert_eq!(names, table);
    }

    #[test]
    fn without_english_there_is_dutch() {
        assert!(!set_english("no text".to_owned()));
        let english = texts(Language::English, Address::Informal);
        assert_eq!(english.overview, "Overzicht");
        assert!(set_english(LINES.to_owned()));
        assert_eq!(
            texts(Language::English, Address::Informal).overview,
            "Overview"
        );
        assert_eq!(
            texts(Language::Dutch, Address::Informal).overview,
            "Overzicht"
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
