//! The hashes of a page's inline style sheets, for its Content Security Policy.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use sha2::{Digest as _, Sha256};

/// A source for `style-src` (CSP level 3, 2.3.1) for each `<style>` of a page, such as `'sha256-…'`: the
/// hash of all that stands between its tags. Those inside `<template>` and `<noscript>` count too: browsers
/// apply them under the same policy.
pub fn style_hashes(html: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::default();
    // The text of `<style>`, `<script>` and their like holds no tags.
    emitter.naively_switch_states(true);
    let mut hashes = Vec::new();
    let mut open_tag: Option<Vec<u8>> = None;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match (token, open_tag.as_deref()) {
            (Token::StartTag(tag), _) => open_tag = Some(tag.name.to_vec()),
            (Token::EndTag(_), _) => open_tag = None,
            (Token::String(css), Some(b"style")) => {
                let hash = BASE64_STANDARD.encode(Sha256::digest(css.as_slice()));
                let source = format!("'sha256-{hash}'");
                if !hashes.contains(&source) {
                    hashes.push(source);
                }
            }
            // Text for a browser that runs scripts, and elements for one that does not.
            (Token::String(html), Some(b"noscript")) => {
                for source in style_hashes(&String::from_utf8_lossy(&html)) {
                    if !hashes.contains(&source) {
                        hashes.push(source);
                    }
                }
            }
            _ => {}
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `printf '%s' 'body{color:red}' | openssl dgst -sha256 -binary | base64`
    const OF_BODY_RED: &str = "'sha256-FcQqt3aNlV7AZnGV4zkQRVeCeJOxbMPnQSx258L803E='";

    fn hash_of(css: &str) -> String {
        format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(css)))
    }

    #[test]
    fn a_hash_covers_exactly_what_stands_between_the_tags() {
        assert_eq!(
            style_hashes("<!doctype html><style>body{color:red}</style>"),
            [OF_BODY_RED]
        );
        for css in [
            " body { color: red } ",
            "\n a > b::before { content: \"</p>&amp;<!-- é\" }\n",
        ] {
            for html in [
                format!("<style>{css}</style>"),
                format!(
                    "<!DOCTYPE html><html><head><STYLE nonce=x media='screen'\n>{css}</style \n>"
                ),
            ] {
                assert_eq!(style_hashes(&html), [hash_of(css)], "{html}");
            }
        }
    }

    #[test]
    fn every_style_sheet_counts_wherever_it_stands() {
        let html = "<style>a{}</style><template shadowrootmode=\"open\"><style>b{}</style><p>x</p></template>\
            <noscript><style>c{}</style></noscript><svg><style>d{}</style></svg><style>a{}</style>";
        assert_eq!(
            style_hashes(html),
            ["a{}", "b{}", "c{}", "d{}"].map(hash_of)
        );
    }

    #[test]
    fn what_is_no_style_sheet_does_not_count() {
        for html in [
            "",
            "<p style=\"color:red\">style</p>",
            "<link rel=stylesheet href=a.css>",
            "<!-- <style>a{}</style> -->",
            "<script>const s = '<style>a{}</style>'</script>",
            "<title><style>a{}</style></title>",
            "<textarea><style>a{}</style></textarea>",
            "<styles>a{}</styles>",
            "<p title=\"<style>a{}</style>\">",
            "&lt;style>a{}&lt;/style>",
        ] {
            assert_eq!(style_hashes(html), Vec::<String>::new(), "{html}");
        }
    }

    proptest! {
        #[test]
        fn any_style_sheet_is_hashed_whole(css in "[^<\\r\\x00]{1,200}") {
            let html = format!("<p>a</p><style>{css}</style><p>b</p>");
            prop_assert_eq!(style_hashes(&html), [hash_of(&css)]);
        }

        #[test]
        fn no_text_makes_it_panic(html in "(<style>|</style>|<noscript>|[<>/!\\-a-z\"' ]){0,40}") {
            let _ = style_hashes(&html);
        }
    }
}
