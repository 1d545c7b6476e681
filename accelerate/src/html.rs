//! What a piece of HTML shows, as far as that can be told without a browser.

/// Whether HTML has anything to look at: a text outside its tags, or a picture or bar.
pub(crate) fn shows_something(html: &str) -> bool {
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        if has_text(before) {
            return true;
        }
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let Some((inside, after)) = tag.split_once(end) else {
            return false;
        };
        let inside = inside.to_ascii_lowercase();
        if ["img", "svg"].iter().any(|name| inside.starts_with(name))
            || inside.contains("progress-bar")
        {
            return true;
        }
        rest = after;
        for name in ["style", "script"] {
            if inside.starts_with(name) {
                let end = rest
                    .split_once("</")
                    .and_then(|(_, end)| end.split_once('>'));
                rest = end.map_or("", |(_, after)| after);
            }
        }
    }
    has_text(rest)
}

fn has_text(text: &str) -> bool {
    !text.replace("&nbsp;", "").trim().is_empty()
}
