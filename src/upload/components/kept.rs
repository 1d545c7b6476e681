//! How long what is here stays on the device, or why not any more. Nothing is said unless that is known.

use leptos::prelude::*;

use super::form::UploadForm;
use crate::{
    context::{use_formats, use_rest_texts},
    i18n::fill,
    platform::intl::local_day,
    upload::store::Kept,
};

/// The sentence.
#[component]
pub(super) fn KeptHint(form: UploadForm) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let words = Memo::new(move |_| match form.upload.kept.get() {
        Some(Kept::Until(time)) => {
            fill(texts.kept_until, &[("date", &formats.day(local_day(time)))])
        }
        Some(Kept::UnderWay) => texts.being_kept.to_owned(),
        Some(Kept::InTab) => texts.kept_in_tab.to_owned(),
        Some(Kept::OfOtherTab) => texts.kept_of_other_tab.to_owned(),
        Some(Kept::Gone) => texts.kept_no_more.to_owned(),
        None => String::new(),
    });
    let hint = move || {
        let words = words.get();
        (!words.is_empty()).then(|| view! { <p class="hint">{words}</p> }.into_any())
    };
    view! { {move || hint()} }
}
