//! Writes texts of an office into HTML. What it writes is text and never markup, whatever the office's name is.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use std::fmt::Write as _;

/// A text as HTML, inside an element or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(it),
        }
    }
    html
}

/// The page with these attributes in the first element of that name. They count in place of those that the
/// element has: of two attributes with one name, browsers take the first. `None` when the page has no such
/// element.
pub fn with_attributes(html: &str, element: &str, attributes: &[(&str, String)]) -> Option<String> {
    let start = start_of(html, element)?;
    let (before, after) = html.split_at_checked(start + 1 + element.len())?;
    let mut page = before.to_owned();
    for (name, value) in attributes {
        // Writing to a String does not fail.
        let _ = write!(page, " {name}=\"{}\"", escape(value));
    }
    page.push_str(after);
    Some(page)
}

/// The page with a piece of HTML before the first element of that name. `None` when the page has no such element.
pub fn with_before(html: &str, element: &str, piece: &str) -> Option<String> {
    let (before, after) = html.split_at_checked(start_of(html, element)?)?;
    Some([before, piece, after].concat())
}

/// Where the tag of the first element of that name starts, in bytes.
fn start_of(html: &str, element: &str) -> Option<usize> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    // The text of `<style>`, `<script>` and their like holds no tags.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).find_map(|token| match token {
        Ok(Token::StartTag(tag)) if *tag.name == element.as_bytes() => Some(tag.span.start),
        _ => None,
    })
}

/// The page with more HTML at the end of the first element of that name. `None` when the page has no such
/// element.
pub fn with_content(html: &str, element: &str, content: &str) -> Option<String> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let end = Tokenizer::new_with_emitter(html, emitter).find_map(|token| match token {
        Ok(Token::EndTag(tag)) if *tag.name == element.as_bytes() => Some(tag.span.start),
        _ => None,
    })?;
    let (before, after) = html.split_at_checked(end)?;
    Some([before, content, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inline_hashes::InlineHashes;
    use proptest::prelude::*;

    const PAGE: &str = "<!doctype html><title>é <consumer-portal></title><style>a{}</style>\
        <!-- <consumer-portal> --><script>'<consumer-portal>'</script>\
        <Consumer-Portal standalone lang='nl'><template><style>b{}</style></template></Consumer-Portal>";

    /// The attributes of the element, as a browser reads them.
    fn attributes_in(html: &str) -> Vec<(String, String)> {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Tokenizer::new_with_emitter(html, emitter)
            .find_map(|token| match token {
                Ok(Token::StartTag(tag)) if *tag.name == *b"consumer-portal" => Some(
                    tag.attributes
                        .iter()
                        .map(|(name, value)| (text(name), text(value)))
                        .collect(),
                ),
                _ => None,
            })
            .unwrap()
    }

    #[test]
    fn the_element_says_what_it_is_told_and_keeps_the_rest() {
        let attributes = [
            ("broker", "Jansen & Zn".to_owned()),
            ("lang", "en".to_owned()),
        ];
        let page = with_attributes(PAGE, "consumer-portal", &attributes).unwrap();
        let read = attributes_in(&page);
        let expected = [
            ("broker", "Jansen & Zn"),
            ("lang", "en"),
            ("standalone", ""),
        ];
        assert_eq!(
            read,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        let written = " broker=\"Jansen &amp; Zn\" lang=\"en\"";
        assert_eq!(page.replacen(written, "", 1), PAGE, "nothing else changes");
        assert_eq!(InlineHashes::of(&page), InlineHashes::of(PAGE));
        assert_eq!(with_attributes("<p>", "consumer-portal", &attributes), None);
    }

    #[test]
    fn a_piece_stands_before_the_element_and_nowhere_else() {
        let page = with_before(PAGE, "consumer-portal", "<hr>").unwrap();
        let (before, after) = page.split_once("<hr>").unwrap();
        assert!(after.starts_with("<Consumer-Portal "));
        assert_eq!([before, after].concat(), PAGE, "nothing else changes");
        assert_eq!(with_before("<p>", "consumer-portal", "<hr>"), None);
    }

    #[test]
    fn more_stands_at_the_elements_end() {
        let page = with_content(PAGE, "consumer-portal", "<p>x</p>").unwrap();
        assert!(page.ends_with("</template><p>x</p></Consumer-Portal>"));
        assert_eq!(
            page.replacen("<p>x</p>", "", 1),
            PAGE,
            "nothing else changes"
        );
        let noscript = "<p></p><noscript><style>a{}</style></noscript>";
        let more = with_content(noscript, "noscript", "x").unwrap();
        assert_eq!(more, "<p></p><noscript><style>a{}</style>x</noscript>");
        assert_eq!(with_content("<p>", "consumer-portal", "x"), None);
    }

    proptest! {
        #[test]
        fn a_hostile_value_is_a_value(value in "[\"'<>&;/=a-z \\\\`{}\u{202e}\u{fffd}-]{0,60}") {
            let attributes = [("broker", value.clone())];
            let page = with_attributes(PAGE, "consumer-portal", &attributes).unwrap();
            let read = attributes_in(&page);
            prop_assert!(read.contains(&("broker".to_owned(), value)));
            prop_assert_eq!(read.len(), 3);
            prop_assert_eq!(InlineHashes::of(&page), InlineHashes::of(PAGE));
        }
    }
}
