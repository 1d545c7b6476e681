//! The hashes of a page's inline style sheets and scripts, for its Content Security Policy.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use sha2::{Digest as _, Sha256};

/// What a page has in itself, as sources of its policy (CSP level 3, 2.3.1), such as `'sha256-…'`: the hash
/// of all that stands between two tags. Each stands there once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InlineHashes {
    /// For `style-src`: of each `<style>`. Those inside `<template>` and `<noscript>` count too: browsers
    /// apply them under the same policy.
    pub styles: Vec<String>,
    /// For `script-src`: of each `<script>` without `src`.
    pub scripts: Vec<String>,
}

impl InlineHashes {
    /// The hashes of a page.
    pub fn of(html: &str) -> InlineHashes {
        let mut emitter = DefaultEmitter::default();
        // The text of `<style>`, `<script>` and their like holds no tags.
        emitter.naively_switch_states(true);
        let mut hashes = InlineHashes::default();
        let mut open_tag: Option<Vec<u8>> = None;
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(token) = token;
            match (token, open_tag.as_deref()) {
                (Token::StartTag(tag), _) => {
                    let has_source = tag.attributes.contains_key(b"src".as_slice());
                    open_tag = (!has_source).then(|| tag.name.to_vec());
                }
                (Token::EndTag(_), _) => open_tag = None,
                (Token::String(text), Some(b"style")) => add(&mut hashes.styles, source(&text)),
                (Token::String(text), Some(b"script")) => add(&mut hashes.scripts, source(&text)),
                // Text for a browser that runs scripts, and elements for one that does not.
                (Token::String(html), Some(b"noscript")) => {
                    for style in Self::of(&String::from_utf8_lossy(&html)).styles {
                        add(&mut hashes.styles, style);
                    }
                }
                _ => {}
            }
        }
        hashes
    }
}

fn source(text: &[u8]) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn add(sources: &mut Vec<String>, source: String) {
    if !sources.contains(&source) {
        sources.push(source);
    }
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
            InlineHashes::of("<!doctype html><style>body{color:red}</style>").styles,
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
                assert_eq!(InlineHashes::of(&html).styles, [hash_of(css)], "{html}");
            }
        }
    }

    #[test]
    fn every_style_sheet_counts_wherever_it_stands() {
        let html = "<style>a{}</style><template shadowrootmode=\"open\"><style>b{}</style><p>x</p></template>\
            <noscript><style>c{}</style></noscript><svg><style>d{}</style></svg><style>a{}</style>";
        assert_eq!(
            InlineHashes::of(html).styles,
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
            assert_eq!(
                InlineHashes::of(html).styles,
                Vec::<String>::new(),
                "{html}"
            );
        }
    }

    #[test]
    fn a_script_counts_when_it_stands_in_the_page() {
        let html = "<script>a()</script><script type=module>b('<style>')</script><script src=c.js></script>\
            <style>a{}</style><template><script>a()</script></template><noscript><script>d()</script></noscript>\
            <!-- <script>e()</script> --><script src=f.js>f()</script>";
        let hashes = InlineHashes::of(html);
        assert_eq!(hashes.scripts, ["a()", "b('<style>')"].map(hash_of));
        assert_eq!(hashes.styles, ["a{}"].map(hash_of));
    }

    proptest! {
        #[test]
        fn any_style_sheet_or_script_is_hashed_whole(css in "[^<\\r\\x00]{1,200}") {
            let html = format!("<p>a</p><style>{css}</style><script>{css}</script><p>b</p>");
            let hashes = InlineHashes::of(&html);
            prop_assert_eq!(hashes.styles, [hash_of(&css)]);
            prop_assert_eq!(hashes.scripts, [hash_of(&css)]);
        }

        #[test]
        fn no_text_makes_it_panic(html in "(<style>|</style>|<script|</script>|<noscript>|[<>/!\\-a-z\"' ]){0,40}") {
            let _ = InlineHashes::of(&html);
        }
    }
}
