//! Progress: in words, as a percentage and as a bar.

use accelerate::session::Counters;
use leptos::prelude::*;

use crate::{
    context::{use_formats, use_texts},
    i18n::fill,
    platform::intl::Formats,
};

/// Counters in words, such as *3 van de 16 onderdelen klaar*. They are the server's, over all actions: what the
/// consumer has to do is counted by [`Task`](accelerate::session::Task).
pub fn progress_words(counters: Counters, formats: Formats) -> String {
    let texts = use_texts();
    if counters.total > 0 && counters.done >= counters.total {
        return texts.progress_all_done.to_owned();
    }
    let text = if counters.total == 1 {
        texts.progress_words_one
    } else {
        texts.progress_words
    };
    let done = formats.count(counters.done as usize);
    let total = formats.count(counters.total as usize);
    fill(text, &[("done", &done), ("total", &total)])
}

/// What it is about, words, percentage and bar.
#[component]
pub fn Progress(
    /// How many actions there are, and are done.
    counters: Counters,
    /// What it is about.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let formats = use_formats();
    view! {
        <div class="progress">
            <p>{label.clone()}</p>
            <p class="progress-words">
                <span>{progress_words(counters, formats)}</span>
                <strong>{formats.percent(counters.done.into(), counters.total.into())}</strong>
            </p>
            <progress
                aria-label=label
                max=counters.total.to_string()
                value=counters.done.to_string()
            ></progress>
        </div>
    }
}
