//! A photo's page with what is made black in it. Areas are drawn, moved and resized with a thumb, a mouse and the arrow
//! keys; who cannot drag taps two corners.

use document::{
    covered::PageInPhoto,
    message::{Area, Edit},
};
use leptos::{ev, html, prelude::*};
use web_sys::{Blob, KeyboardEvent, PointerEvent};

use super::{
    busy::Busy,
    page_list::say,
    picture::{Picture, shape},
};
use crate::{
    components::{
        button::{Button, PrimaryButton},
        icon::Icon,
    },
    context::{use_formats, use_scan_texts},
    i18n::fill,
    platform::window,
    scan::{
        covered::Bounds,
        draft::{Made, Making, Source},
        store::Composition,
    },
};

/// How far an arrow key moves something, in parts of the page; ten times that with Shift.
const STEP: f32 = 0.005;
/// From how many pixels on a press is a drag and not a tap.
const DRAG: f64 = 8.0;

/// What a pointer holds.
#[derive(Debug, Clone, Copy)]
enum Held {
    /// A corner of a new area.
    New,
    /// An area.
    Area(usize, Bounds),
    /// The lower right corner of one.
    Corner(usize, Bounds),
}

/// A pointer that is down.
#[derive(Debug, Clone, Copy)]
struct Press {
    held: Held,
    /// Where it went down, on the page and in the window.
    from: (f32, f32),
    client: (i32, i32),
    /// Where it is now.
    at: (f32, f32),
}

/// What is on the page.
#[derive(Debug, Clone, Default)]
struct Areas {
    /// What is black.
    areas: Vec<Area>,
    press: Option<Press>,
    /// The first of two corners that are tapped.
    tapped: Option<(f32, f32)>,
}

/// The page. It closes itself when the page is no photo, or gone.
#[component]
pub(super) fn CoverEditor(
    composition: Composition,
    id: u32,
    /// Is called when the consumer is ready.
    on_ready: Callback<()>,
) -> impl IntoView {
    let (texts, formats) = (use_scan_texts(), use_formats());
    let draft = composition.draft;
    let opened = draft.with_untracked(|draft| match &draft.page(id)?.source {
        Source::Photo { photo, edit, .. } => Some((photo.size, edit.clone())),
        Source::Pdf { .. } => None,
    });
    let Some((size, edit)) = opened else {
        on_ready.run(());
        return ().into_any();
    };
    let Edit {
        corners,
        turn,
        covered,
        ..
    } = edit;
    let page = PageInPhoto::of(corners, turn, size);
    let state = RwSignal::new(Areas {
        areas: covered,
        ..Areas::default()
    });
    let apply = move || {
        // A button that goes with the page may lose the focus when this is gone already.
        let areas = state.try_with_untracked(|state| state.areas.clone());
        if let Some(areas) = areas {
            composition.set_covered(id, areas);
        }
    };
    let said = RwSignal::new(String::new());
    let numbered = move |text: &'static str, index: usize| {
        fill(text, &[("number", &formats.count(index + 1))])
    };
    let name = Signal::derive(move || {
        let place = draft.with(|draft| draft.place(id)).unwrap_or_default();
        numbered(texts.cover_page, place)
    });
    // The page before stays while the next one is made: what is black is drawn over it.
    let last = StoredValue::new_local(None::<Made<Blob>>);
    let made = move || {
        if let Some(Making::Made(made)) = draft.read().making(id) {
            last.set_value(Some(made.clone()));
        }
        last.get_value()
    };
    let shown = Signal::derive_local(move || made().map(|made| made.page));
    let style = move || made().map(|made| shape(made.size)).unwrap_or_default();
    let is_making = composition.is(move |draft| matches!(draft.making(id), Some(Making::UnderWay)));
    let has_failed = composition.is(move |draft| matches!(draft.making(id), Some(Making::Failed)));
    let busy = Signal::derive(move || match is_making.get() {
        true => texts.making_page.to_owned(),
        false => String::new(),
    });

    let part = NodeRef::<html::Div>::new();
    let focus = move |selector: String| {
        request_animation_frame(move || {
            if let Some(part) = part.try_get_untracked().flatten() {
                window::go_to(&part, &selector);
            }
        });
    };
    let add = move |bounds: Bounds| {
        let index = state.with_untracked(|state| state.areas.len());
        state.update(|state| state.areas.push(bounds.area(&page)));
        say(said, numbered(texts.area_added, index));
        focus(format!("[data-area=\"{index}\"]"));
        apply();
    };
    let remove = move |index: usize| {
        state.update(|state| {
            if index < state.areas.len() {
                state.areas.remove(index);
            }
        });
        say(said, texts.area_removed.to_owned());
        focus(".add-area".to_owned());
        apply();
    };
    let set_bounds = move |index: usize, bounds: Bounds| {
        state.update(|state| {
            if let Some(area) = state.areas.get_mut(index) {
                *area = bounds.fit(area, &page);
            }
        });
    };
    let bounds_of = move |index: usize| {
        state.with(|state| {
            let area = state.areas.get(index);
            area.map_or(Bounds::MIDDLE, |area| Bounds::of(area, &page))
        })
    };

    let stage = NodeRef::<html::Div>::new();
    let place = move |event: &PointerEvent| {
        let area = stage.get_untracked()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        let y = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        Some((x as f32, y as f32))
    };
    let hold = move |event: &PointerEvent, held: Held| {
        event.stop_propagation();
        if let Some(at) = place(event)
            && event.button() == 0
            && event.is_primary()
        {
            let client = (event.client_x(), event.client_y());
            let from = at;
            let press = Press {
                held,
                from,
                client,
                at,
            };
            state.update(|state| state.press = Some(press));
        }
    };
    let on_move = move |event: PointerEvent| {
        let Some(mut now) = state.with_untracked(|state| state.press) else {
            return;
        };
        let Some(at) = place(&event).filter(|_| event.is_primary()) else {
            return;
        };
        now.at = at;
        state.update(|state| state.press = Some(now));
        let by = (at.0 - now.from.0, at.1 - now.from.1);
        match now.held {
            Held::New => {}
            Held::Area(index, start) => set_bounds(index, start.moved(by)),
            Held::Corner(index, start) => set_bounds(index, start.resized(by)),
        }
    };
    // A pointer is let go, or the browser takes it for itself, to zoom in.
    let let_go = move |event: PointerEvent, is_taken: bool| {
        let before = state.with_untracked(|state| (state.press, state.tapped));
        let (Some(now), first) = before else {
            return;
        };
        state.update(|state| (state.press, state.tapped) = (None, None));
        if !matches!(now.held, Held::New) {
            return apply();
        }
        let x = f64::from(event.client_x() - now.client.0);
        let y = f64::from(event.client_y() - now.client.1);
        match first {
            _ if is_taken => {}
            _ if x.hypot(y) >= DRAG => add(Bounds::between(now.from, now.at)),
            Some(first) => add(Bounds::between(first, now.at)),
            None => {
                state.update(|state| state.tapped = Some(now.from));
                said.set(texts.area_other_corner.to_owned());
            }
        }
    };
    let handles = [
        window_event_listener(ev::pointermove, on_move),
        window_event_listener(ev::pointerup, move |event| let_go(event, false)),
        window_event_listener(ev::pointercancel, move |event| let_go(event, true)),
    ];
    on_cleanup(move || {
        for handle in handles {
            handle.remove();
        }
    });

    let percent = move |part: f32| formats.count((part.clamp(0.0, 1.0) * 100.0).round() as usize);
    let label = move |index: usize| {
        let bounds = bounds_of(index);
        let values = [
            ("number", &*formats.count(index + 1)),
            ("x", &*percent(bounds.left)),
            ("y", &*percent(bounds.top)),
        ];
        fill(texts.area, &values)
    };
    let size_label = move |index: usize| {
        let (width, height) = bounds_of(index).size();
        let values = [
            ("number", &*formats.count(index + 1)),
            ("width", &*percent(width)),
            ("height", &*percent(height)),
        ];
        fill(texts.area_size, &values)
    };
    let count = Memo::new(move |_| state.with(|state| state.areas.len()));
    // An area, or the corner that it is resized by.
    let part_of = move |index: usize, is_corner: bool| {
        let label = move || match is_corner {
            true => size_label(index),
            false => label(index),
        };
        let style = move || {
            let bounds = bounds_of(index);
            let (width, height) = bounds.size();
            let percent = |part: f32| part * 100.0;
            match is_corner {
                true => format!(
                    "left: {}%; top: {}%",
                    percent(bounds.right.clamp(0.0, 1.0)),
                    percent(bounds.bottom.clamp(0.0, 1.0))
                ),
                false => format!(
                    "left: {}%; top: {}%; width: {}%; height: {}%",
                    percent(bounds.left),
                    percent(bounds.top),
                    percent(width),
                    percent(height)
                ),
            }
        };
        let on_key = move |event: KeyboardEvent| {
            let step = if event.shift_key() { STEP * 10.0 } else { STEP };
            let by = match event.key().as_str() {
                "ArrowLeft" => (-step, 0.0),
                "ArrowRight" => (step, 0.0),
                "ArrowUp" => (0.0, -step),
                "ArrowDown" => (0.0, step),
                "Delete" | "Backspace" => {
                    event.prevent_default();
                    return remove(index);
                }
                _ => return,
            };
            event.prevent_default();
            let bounds = untrack(|| bounds_of(index));
            let bounds = match is_corner {
                true => bounds.resized(by),
                false => bounds.moved(by),
            };
            set_bounds(index, bounds);
        };
        view! {
            <button
                type="button"
                class=if is_corner { "corner" } else { "area" }
                data-area=(!is_corner).then(|| index.to_string())
                style=style
                aria-label=label
                on:pointerdown=move |event| {
                    let bounds = untrack(|| bounds_of(index));
                    let held = match is_corner {
                        true => Held::Corner(index, bounds),
                        false => Held::Area(index, bounds),
                    };
                    hold(&event, held);
                }
                on:keydown=on_key
                // The key may be let go elsewhere.
                on:blur=move |_| apply()
                on:keyup=move |event| {
                    if event.key().starts_with("Arrow") {
                        said.set(untrack(label));
                        apply();
                    }
                }
            >
                {(!is_corner).then(|| formats.count(index + 1))}
            </button>
        }
        .into_any()
    };
    let parts = move || {
        let both = |index| [part_of(index, false), part_of(index, true)];
        (0..count.get()).flat_map(both).collect_view()
    };
    // All that is black, and what is being drawn.
    let shapes = move || {
        let Areas { areas, press, .. } = state.get();
        let drawn = areas.iter().map(|area| area.map(|at| page.to_page(at)));
        let new = press.filter(|it| matches!(it.held, Held::New));
        let new = new.map(|it| Bounds::between(it.from, it.at).area(&PageInPhoto::WHOLE));
        let mut path = String::new();
        for shape in drawn.chain(new) {
            for (at, (x, y)) in shape.into_iter().enumerate() {
                let command = if at == 0 { "M" } else { "L" };
                path += &format!("{command}{} {}", x * 100.0, y * 100.0);
            }
            path.push('Z');
        }
        path
    };
    let first_corner = move || {
        state.with(|state| state.tapped).map(|(x, y)| {
            let style = format!("left: {}%; top: {}%", x * 100.0, y * 100.0);
            view! { <span class="tapped" style=style aria-hidden="true"></span> }.into_any()
        })
    };
    let removals = move || {
        let button = |index: usize| {
            view! {
                <Button on_press=move || remove(index)>
                    <Icon name="remove"/>
                    {numbered(texts.area_remove, index)}
                </Button>
            }
            .into_any()
        };
        (0..count.get()).map(button).collect_view()
    };
    view! {
        <div class="cover" node_ref=part>
            <h3 data-focus="" tabindex="-1">
                {name}
            </h3>
            <p class="notice">{texts.cover_advice}</p>
            <p class="hint">{texts.cover_more}</p>
            <div
                class="stage"
                style=style
                role="application"
                aria-label=name
                node_ref=stage
                on:pointerdown=move |event| hold(&event, Held::New)
            >
                <Picture blob=shown alt=name/>
                <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
                    <path d=shapes></path>
                </svg>
                {move || parts()}
                {move || first_corner()}
                <Busy words=busy/>
            </div>
            <p class="hint said" role="status">
                {said}
            </p>
            {move || has_failed.get().then(|| view! { <p class="notice" role="alert">{texts.page_failed}</p> }.into_any())}
            <p class="hint">{texts.cover_gone}</p>
            <p class="buttons">
                <PrimaryButton on_press=on_ready>{texts.ready}</PrimaryButton>
                <Button class="button add-area" on_press=move || add(Bounds::MIDDLE)>
                    {texts.cover_add}
                </Button>
                {move || removals()}
            </p>
        </div>
    }
    .into_any()
}
