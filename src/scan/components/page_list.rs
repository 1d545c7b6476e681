//! The pages in their order: each can be turned, edited, moved and removed, and there can be more.

use std::time::Duration;

use document::message::Advice;
use gloo_events::{EventListener, EventListenerOptions};
use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Blob, Element, File, PointerEvent};

use super::{busy::Busy, pdf_page::PdfPage, picture::Picture, safe_copy::SafeCopy};
use crate::{
    components::{
        button::{Button, PrimaryButton},
        icon::Icon,
    },
    context::{flag, use_formats, use_host, use_scan_texts},
    i18n::fill,
    platform::{file, window},
    scan::{
        draft::{Draft, Making, Source},
        store::Composition,
    },
    upload::{
        components::{file_button::FileButton, form::UploadForm},
        machine::UploadMachine,
    },
};

/// The list, and the way on.
#[component]
pub(super) fn PageList(
    composition: Composition,
    /// Which page is being edited.
    edited: RwSignal<Option<u32>>,
    /// The document's title.
    title: StoredValue<String>,
    /// Whether the document proves who somebody is.
    is_identity: bool,
) -> impl IntoView {
    let (texts, formats) = (use_scan_texts(), use_formats());
    let draft = composition.draft;
    let form = UploadForm::new(composition.upload());
    let machine = form.upload.machine;
    let list = NodeRef::<html::Ol>::new();
    let said = RwSignal::new(String::new());
    let dragged = RwSignal::new(None::<u32>);
    follow_pointer(composition, list, dragged);
    let ids = move || {
        let draft = draft.read();
        draft.pages().iter().map(|page| page.id).collect::<Vec<_>>()
    };
    // Who cannot see it is told that there is one more.
    let count = Memo::new(move |_| draft.with(|draft| draft.pages().len()));
    Effect::watch(
        move || count.get(),
        move |now, before, _| {
            if before.is_some_and(|before| now > before) {
                say(
                    said,
                    fill(texts.page_added, &[("number", &formats.count(*now))]),
                );
            }
        },
        false,
    );
    let is_ready = composition.is(Draft::is_ready);
    let is_reading = flag(move || !composition.reading.read().is_empty());
    // Who presses it while pages are being made goes on when they are.
    let wants_on = RwSignal::new(false);
    let has_failed = composition.is(Draft::has_failed);
    Effect::new(move |_| {
        if !wants_on.get() || is_reading.get() {
            return;
        }
        if !composition.refused.read().is_empty() {
            // A file is not among the pages: who has read that goes on without it.
            wants_on.set(false);
        } else if is_ready.get() {
            wants_on.set(false);
            composition.finish(title.get_value());
        } else if has_failed.get() {
            wants_on.set(false);
        }
    });
    let busy = Signal::derive(move || {
        let reading = composition.reading.read();
        match &**reading {
            [file] => fill(texts.reading, &[("name", &file::name(file))]),
            [file, more @ ..] => fill(
                texts.reading_more,
                &[
                    ("name", &file::name(file)),
                    ("count", &formats.count(more.len())),
                ],
            ),
            [] if composition.is_finishing.get() || wants_on.get() => {
                texts.making_document.to_owned()
            }
            [] => String::new(),
        }
    });
    let loses_more = composition.is(Draft::loses_more);
    let has_pages = composition.is(|draft| !draft.pages().is_empty());
    let finish_words = move || match draft.read().pages().len() {
        1 => texts.finish_one.to_owned(),
        count => fill(texts.finish, &[("count", &formats.count(count))]),
    };
    let size = move || {
        let size = formats.size(draft.read().size(Blob::size)?);
        Some(fill(texts.document_size, &[("size", &size)]))
    };
    let go_on = move || {
        if has_failed.get_untracked() {
            if let Some(list) = list.get_untracked() {
                window::go_to(&list, ".failed");
            }
            return;
        }
        if !is_reading.get_untracked() {
            composition.refused.set(Vec::new());
        }
        wants_on.set(true);
    };
    let limits = form.upload.limits();
    let more = move || match machine.with(UploadMachine::was_sent) {
        true => texts.pages_more_again,
        false => texts.pages_more,
    };
    // Each has its place before it is a page: what is below moves as little as can be.
    let places = move || {
        let reading = composition.reading.read();
        let place = |file: &File| {
            view! {
                <li class="place" aria-hidden="true">
                    <div class="leaf">
                        <div class="sheet">
                            <Icon name="busy"/>
                        </div>
                        <bdi class="hint file-name" translate="no">{file::name(file)}</bdi>
                    </div>
                </li>
            }
        };
        reading.iter().map(place).collect_view()
    };
    // It would move while the first file is read.
    let way_on = move || {
        view! {
            <SafeCopy composition is_identity/>
            <p class="hint">{move || size()}</p>
            <p class="buttons">
                <PrimaryButton
                    attr:aria-disabled=move || has_failed.get().then_some("true")
                    on_press=go_on
                >
                    {move || finish_words()}
                </PrimaryButton>
            </p>
        }
        .into_any()
    };
    view! {
        <h3 data-focus="" tabindex="-1">
            {texts.pages}
        </h3>
        <p class="hint">{move || (has_pages.get() || is_reading.get()).then(more)}</p>
        <ol class="pages" node_ref=list>
            <For each=ids key=|id| *id let:id>
                <PageRow composition id edited dragged said/>
            </For>
            {places}
        </ol>
        <p class="visually-hidden" role="status">
            {said}
        </p>
        <div role="status">
            {move || loses_more.get().then(|| view! { <p class="notice">{texts.pdf_loses_more}</p> })}
        </div>
        <Busy words=busy/>
        <p class="buttons">
            <FileButton
                form
                class="button camera"
                icon="camera"
                words=texts.another_photo
                accept="image/*"
                camera=true
            />
            <FileButton form class="button" words=texts.add_file accept=limits.accept()/>
        </p>
        {move || has_pages.get().then(way_on)}
    }
}

/// Tells a screen reader something, also when it is what was told before.
pub(super) fn say(said: RwSignal<String>, words: String) {
    said.set(String::new());
    request_animation_frame(move || {
        said.try_set(words);
    });
}

/// How long a thumb rests on a page before it takes it.
const LONG_PRESS: Duration = Duration::from_millis(350);

/// Whether a thumb has moved, and does not rest.
fn is_far(from: (i32, i32), to: (i32, i32)) -> bool {
    (from.0 - to.0).abs().max((from.1 - to.1).abs()) > 8
}

/// A page.
#[component]
fn PageRow(
    composition: Composition,
    id: u32,
    edited: RwSignal<Option<u32>>,
    /// Which page is being dragged.
    dragged: RwSignal<Option<u32>>,
    /// What a screen reader is told.
    said: RwSignal<String>,
) -> impl IntoView {
    let (texts, formats, host) = (use_scan_texts(), use_formats(), use_host());
    let draft = composition.draft;
    // The draft changes whenever one of its pages does. A row follows what is its own.
    let number = Memo::new(move |_| draft.with(|draft| draft.place(id)).map_or(0, |it| it + 1));
    let numbered =
        move |text: &'static str| move || fill(text, &[("number", &formats.count(number.get()))]);
    let count = Memo::new(move |_| draft.with(|draft| draft.pages().len()));
    let name = Memo::new(move |_| {
        let count = formats.count(count.get());
        let number = formats.count(number.get());
        fill(texts.page_of, &[("number", &number), ("count", &count)])
    });
    let is_photo = draft.with_untracked(|draft| draft.edit(id).is_some());
    let of_file = draft.with_untracked(|draft| {
        let page = draft.page(id)?;
        Some(match page.source {
            Source::Photo { .. } => page.file_name.clone(),
            Source::Pdf { page: at, .. } => fill(
                texts.page_of_pdf,
                &[
                    ("number", &formats.count(at + 1)),
                    ("name", &page.file_name),
                ],
            ),
        })
    });
    let advice = draft.with_untracked(|draft| match &draft.page(id)?.source {
        Source::Photo { photo, .. } => Some(photo.advice.clone()),
        Source::Pdf { .. } => None,
    });
    let advice = advice.unwrap_or_default().into_iter().map(|advice| {
        let words = match advice {
            Advice::Blurred => texts.advice_blurred,
            Advice::Dark => texts.advice_dark,
            Advice::Small => texts.advice_small,
            Advice::Glare => texts.advice_glare,
            Advice::CornerMissing => texts.advice_corner,
        };
        view! {
            <p class="advice">
                <Icon name="alert"/>
                {words}
            </p>
        }
    });
    let advice = advice.collect_view();
    let covered = move || match draft.read().edit(id)?.covered.len() {
        0 => None,
        1 => Some(texts.covered_one.to_owned()),
        count => Some(fill(texts.covered, &[("count", &formats.count(count))])),
    };
    let covered = move || covered().map(|words| view! { <p class="hint">{words}</p> });
    let thumbnail = Signal::derive_local(move || match draft.read().making(id)? {
        Making::Made(made) => Some(made.thumbnail.clone()),
        Making::UnderWay | Making::Failed => None,
    });
    let picture = match is_photo {
        true => view! { <Picture blob=thumbnail alt=name/> }.into_any(),
        false => view! { <PdfPage composition id alt=name/> }.into_any(),
    };
    let is_making = composition.is(move |draft| matches!(draft.making(id), Some(Making::UnderWay)));
    let has_failed = composition.is(move |draft| matches!(draft.making(id), Some(Making::Failed)));
    let move_by = move |further: bool| {
        let place = number.get_untracked() - 1;
        let place = if further {
            place + 1
        } else {
            place.saturating_sub(1)
        };
        draft.update(|draft| draft.move_to(id, place));
        say(said, numbered(texts.page_moved)());
        let button = if further { "down" } else { "up" };
        // The button was moved with its page, which takes the focus from it.
        host.go_to_soon(format!("[data-page=\"{id}\"] .{button}"));
    };
    let remove = move || {
        let removed = numbered(texts.page_removed)();
        let next = draft.try_update(|draft| draft.remove(id)).flatten();
        say(said, removed);
        let target = next.map(|next| format!("[data-page=\"{next}\"] .remove"));
        host.go_to_soon(target.unwrap_or_else(|| ".scan [data-focus]".to_owned()));
    };
    // A thumb that moves at once scrolls: it takes the page when it has rested on it.
    let pressed = StoredValue::new(None::<(TimeoutHandle, (i32, i32))>);
    let give_up = move || {
        if let Some((handle, _)) = pressed.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    let press = move |event: &PointerEvent| {
        if event.pointer_type() == "touch" {
            let handle = set_timeout_with_handle(move || dragged.set(Some(id)), LONG_PRESS).ok();
            let at = (event.client_x(), event.client_y());
            pressed.set_value(handle.map(|handle| (handle, at)));
        } else if event.button() == 0 {
            event.prevent_default();
            dragged.set(Some(id));
        }
    };
    on_cleanup(give_up);
    let edit = is_photo.then(|| {
        view! {
            <Button
                class="button edit"
                attr:aria-label=numbered(texts.edit_page)
                on_press=move || edited.set(Some(id))
            >
                {texts.edit}
            </Button>
        }
    });
    let tool = move |icon, label: &'static str, class, on_press: Callback<()>| {
        // The first page goes no further up, the last one no further down.
        let is_end = move || match icon {
            "up" => number.get() == 1,
            "down" => number.get() == count.get(),
            _ => false,
        };
        view! {
            <Button
                class
                attr:aria-label=numbered(label)
                attr:aria-disabled=move || is_end().then_some("true")
                on_press
            >
                <Icon name=icon/>
            </Button>
        }
    };
    let moves = move || {
        (count.get() > 1).then(|| {
            view! {
                {tool("up", texts.page_up, "button up", Callback::new(move |()| move_by(false)))}
                {tool("down", texts.page_down, "button down", Callback::new(move |()| move_by(true)))}
            }
            .into_any()
        })
    };
    view! {
        <li
            class=move || if dragged.get() == Some(id) { "dragged" } else { "" }
            data-page=id.to_string()
        >
          <div class="leaf" role="group" aria-label=name>
            <div
                class="sheet"
                title=numbered(texts.move_page)
                on:pointerdown=move |event| press(&event)
                on:pointermove=move |event| {
                    let at = (event.client_x(), event.client_y());
                    let has_moved = pressed.with_value(|pressed| {
                        pressed.is_some_and(|(_, from)| is_far(from, at))
                    });
                    if has_moved {
                        give_up();
                    }
                }
                on:pointerup=move |_| give_up()
                on:pointercancel=move |_| give_up()
                on:contextmenu=move |event| event.prevent_default()
            >
                {picture}
                {move || is_making.get().then(|| view! { <Icon name="busy"/> })}
            </div>
            <div class="about">
                <p>
                    <b>{name}</b>
                    <bdi class="hint file-name" translate="no">{of_file}</bdi>
                </p>
                {move || has_failed.get().then(|| view! {
                    <p class="notice failed" role="alert" tabindex="-1">{texts.page_failed}</p>
                })}
                {advice}
                {covered}
                <p class="tools">
                    {edit}
                    <Button
                        class="button"
                        attr:aria-label=move || format!("{}: {}", name.get(), texts.turn)
                        on_press=move || {
                            composition.turn(id);
                            say(said, numbered(texts.page_turned)());
                        }
                    >
                        <Icon name="turn"/>
                    </Button>
                    {move || moves()}
                    {tool("remove", texts.remove_page, "button remove", Callback::new(move |()| remove()))}
                </p>
            </div>
          </div>
        </li>
    }
}

/// While a page is dragged it goes where the pointer is.
fn follow_pointer(
    composition: Composition,
    list: NodeRef<html::Ol>,
    dragged: RwSignal<Option<u32>>,
) {
    let on_move = move |event: PointerEvent| {
        let (Some(id), Some(list)) = (dragged.get_untracked(), list.get_untracked()) else {
            return;
        };
        let y = f64::from(event.client_y());
        let rows = list.children();
        let others = (0..rows.length())
            .filter_map(|index| rows.item(index))
            .filter(|row| {
                let page = row.get_attribute("data-page");
                page.is_some_and(|page| page != id.to_string())
            });
        let is_above = |row: &Element| {
            let area = row.get_bounding_client_rect();
            area.top() + area.height() / 2.0 < y
        };
        let place = others.filter(is_above).count();
        if composition.draft.with_untracked(|draft| draft.place(id)) != Some(place) {
            composition.draft.update(|draft| draft.move_to(id, place));
            request_animation_frame(move || {
                let row = list.query_selector(".dragged").ok().flatten();
                if let Some(row) = row {
                    window::show_nearest(row.unchecked_ref());
                }
            });
        }
    };
    // The page stays where it is while one of its pages is dragged.
    let scrolling = StoredValue::new_local(None::<EventListener>);
    Effect::new(move |_| {
        let listener = list.get().map(|list| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&list, "touchmove", options, move |event| {
                if dragged.get_untracked().is_some() {
                    event.prevent_default();
                }
            })
        });
        scrolling.set_value(listener);
    });
    let handles = [
        window_event_listener(ev::pointermove, on_move),
        window_event_listener(ev::pointerup, move |_| dragged.set(None)),
        window_event_listener(ev::pointercancel, move |_| dragged.set(None)),
    ];
    on_cleanup(move || {
        for handle in handles {
            handle.remove();
        }
    });
}
