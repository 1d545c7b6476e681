//! Progress: in words, as a number and as a bar.

use accelerate::session::Counters;
use leptos::prelude::*;

use crate::{portal::Portal, texts::fill};

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
    portal.formats.with_value(|formats| {
        fill(
            text,
            &[
                ("done", &formats.count(counters.done as usize)),
                ("total", &formats.count(counters.total as usize)),
            ],
        )
    })
}

/// Words, percentage and bar.
pub fn progress(portal: Portal, counters: Counters, label: &str) -> AnyView {
    let percent = portal.formats.with_value(|formats| {
        formats.percent(counters.done.into(), counters.total.into())
    });
    view! {
        <div class="progress">
            <p class="progress-words">
                <span>{words(portal, counters)}</span>
                <strong>{percent}</strong>
            </p>
            <progress max=counters.total.max(1) value=counters.done aria-label=label.to_owned()></progress>
        </div>
    }
    .into_any()
}
