//! A copy that says for whom it is: a watermark across its pages. Where a page is made black is in its editor.

use accelerate::session::DateTime;
use document::watermark::{MAX_LETTERS, Watermark, not_in_a_pdf};
use leptos::prelude::*;
use web_sys::Blob;

use crate::{
    components::icon::Icon,
    context::{flag, use_config, use_formats, use_scan_texts},
    i18n::fill,
    scan::{
        draft::{Draft, Source},
        store::Composition,
    },
};

/// The most letters of the office's name: the day has to have room.
const OFFICE: usize = 60;
/// How many letters of the watermark's text are in a line of its field, on the narrowest phones.
const LINE: usize = 22;

/// What is offered: at once for what proves who somebody is, folded for other documents.
#[component]
pub(super) fn SafeCopy(
    composition: Composition,
    /// Whether the document proves who somebody is.
    is_identity: bool,
) -> impl IntoView {
    let texts = use_scan_texts();
    let is_open = is_identity || composition.draft.with_untracked(Draft::is_protected);
    view! {
        <details class="safe-copy" prop:open=is_open>
            <summary>{texts.safe_copy}</summary>
            <Choices composition/>
        </details>
    }
}

#[component]
fn Choices(composition: Composition) -> impl IntoView {
    let (texts, formats, config) = (use_scan_texts(), use_formats(), use_config());
    let draft = composition.draft;
    let office = match &config.broker {
        Some(name) => name.chars().take(OFFICE).collect(),
        None => texts.watermark_office.to_owned(),
    };
    let first_text = StoredValue::new(fill(
        texts.watermark_default,
        &[("office", &office), ("date", &formats.day(today()))],
    ));
    // What is written in the field stays there while the draft changes.
    let is_on = flag(move || draft.read().watermark().is_on);
    let change = move |change: &dyn Fn(&mut Watermark)| {
        let mut watermark = draft.with_untracked(|draft| draft.watermark().clone());
        change(&mut watermark);
        composition.set_watermark(watermark);
    };
    let switch = move |is_on: bool| {
        change(&|watermark| {
            watermark.is_on = is_on;
            if watermark.text.is_empty() {
                watermark.text = first_text.get_value();
            }
        });
    };
    let has = move |is_so: fn(&Source<Blob>) -> bool| {
        let is_so = move |draft: &Draft<Blob>| draft.pages().iter().any(|page| is_so(&page.source));
        flag(move || draft.with(is_so))
    };
    let has_pdf = has(|source| matches!(source, Source::Pdf { .. }));
    let has_photo = has(|source| matches!(source, Source::Photo { .. }));
    let keeps_photo = flag(move || has_photo.get() && draft.with(Draft::is_protected));
    // What the text cannot do, in words.
    let warning = move || {
        let draft = draft.read();
        let Some(text) = draft.watermark().written() else {
            let is_on = draft.watermark().is_on;
            return is_on.then(|| texts.watermark_empty.to_owned());
        };
        let letters = not_in_a_pdf(&text);
        let is_told = has_pdf.get() && !letters.is_empty();
        is_told.then(|| fill(texts.watermark_letters, &[("letters", &letters)]))
    };
    let field = move || {
        is_on.get().then(|| {
            let text = draft.with_untracked(|draft| draft.watermark().text.clone());
            // As many lines as it takes on a phone.
            let rows = move || {
                let letters = draft.with(|draft| draft.watermark().text.chars().count());
                (letters / LINE + 2).clamp(3, 10).to_string()
            };
            view! {
                <label class="field">
                    <span>{texts.watermark_text}</span>
                    <textarea
                        rows=rows
                        maxlength=MAX_LETTERS.to_string()
                        autocomplete="off"
                        prop:value=text
                        on:input=move |event| {
                            let text = event_target_value(&event);
                            change(&|watermark| watermark.text = text.clone());
                        }
                    ></textarea>
                </label>
            }
            .into_any()
        })
    };
    let warning = move || {
        warning().map(|words| {
            view! {
                <p class="advice">
                    <Icon name="alert"/>
                    {words}
                </p>
            }
            .into_any()
        })
    };
    let hint = move |is_shown: Memo<bool>, words: &'static str| {
        move || {
            is_shown
                .get()
                .then(|| view! { <p class="hint">{words}</p> })
        }
    };
    view! {
        <p class="hint">{texts.safe_copy_why}</p>
        <label class="choice">
            <input
                type="checkbox"
                prop:checked=is_on
                on:change=move |event| switch(event_target_checked(&event))
            />
            {texts.watermark_on}
        </label>
        {field}
        <div role="status">{warning}</div>
        {hint(has_photo, texts.cover_where)}
        {hint(has_pdf, texts.cover_not_pdf)}
        {hint(keeps_photo, texts.photos_stay)}
    }
}

/// Today, where the consumer is.
fn today() -> DateTime {
    let now = js_sys::Date::new_0();
    DateTime {
        year: u16::try_from(now.get_full_year()).unwrap_or_default(),
        month: u8::try_from(now.get_month() + 1).unwrap_or_default(),
        day: u8::try_from(now.get_date()).unwrap_or_default(),
        time: None,
    }
}
