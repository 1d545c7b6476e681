//! Progress: in words, as a number and as a bar.

use accelerate::session::Counters;

use crate::{
    browser::dom::{El, el},
    portal::Portal,
    texts::fill,
};

/// Counters in words, such as *3 van de 16 taken klaar*.
pub fn words(portal: Portal, counters: Counters) -> String {
    let texts = portal.texts;
    if counters.total > 0 && counters.done >= counters.total {
        return texts.progress_all_done.to_owned();
    }
    let text = if counters.total == 1 {
        texts.progress_words_one
    } else {
        texts.progress_words
    };
    let (done, total) = (
        portal.count(counters.done as usize),
        portal.count(counters.total as usize),
    );
    fill(text, &[("done", &done), ("total", &total)])
}

/// Words, percentage and bar.
pub fn progress(portal: Portal, counters: Counters, label: &str) -> El {
    let percent =
        portal.formatted(|formats| formats.percent(counters.done.into(), counters.total.into()));
    el("div")
        .class("progress")
        .child(
            el("p")
                .class("progress-words")
                .child(el("span").child(words(portal, counters)))
                .child(el("strong").child(percent)),
        )
        .child(
            bar(label)
                .attr("max", &counters.total.to_string())
                .attr("value", &counters.done.to_string()),
        )
}

/// A bar, to be told how far it is.
pub fn bar(label: &str) -> El {
    el("progress").attr("aria-label", label)
}
