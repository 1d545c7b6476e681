//! A photo with the four corners of what is cut out of it. Each can be moved with a thumb, a mouse and the arrow keys.

use document::message::Corners;
use leptos::{ev, html, prelude::*};
use web_sys::{Blob, KeyboardEvent, PointerEvent};

use super::picture::{Picture, shape};
use crate::{
    context::{use_formats, use_scan_texts},
    i18n::fill,
};

/// How far an arrow key moves a corner, in parts of the photo; ten times that with Shift.
const STEP: f32 = 0.005;

/// Where the corners are, before the consumer moves them.
pub(super) const NEARLY_ALL: Corners = [(0.04, 0.04), (0.96, 0.04), (0.96, 0.96), (0.04, 0.96)];

/// The photo with its corners.
#[component]
pub(super) fn CornerPicker(
    /// The photo, upright.
    picture: Blob,
    /// Its width and height in pixels.
    size: (u32, u32),
    /// What the photo is called.
    #[prop(into)]
    name: Signal<String>,
    /// Where the corners are.
    corners: RwSignal<Corners>,
    /// Is called when a corner was moved.
    on_moved: Callback<()>,
) -> impl IntoView {
    let (texts, formats) = (use_scan_texts(), use_formats());
    let stage = NodeRef::<html::Div>::new();
    let held = RwSignal::new(None::<usize>);
    let said = RwSignal::new(String::new());
    let set = move |index: usize, (x, y): (f32, f32)| {
        corners.update(|corners| corners[index] = (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)));
    };
    let on_move = move |event: PointerEvent| {
        let (Some(index), Some(stage)) = (held.get_untracked(), stage.get_untracked()) else {
            return;
        };
        let area = stage.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        let y = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
        set(index, (x as f32, y as f32));
    };
    let let_go = move || {
        if held.get_untracked().is_some() {
            held.set(None);
            on_moved.run(());
        }
    };
    let handles = [
        window_event_listener(ev::pointermove, on_move),
        window_event_listener(ev::pointerup, move |_| let_go()),
        window_event_listener(ev::pointercancel, move |_| let_go()),
    ];
    on_cleanup(move || {
        for handle in handles {
            handle.remove();
        }
    });
    let on_key = move |index: usize, event: &KeyboardEvent| {
        let step = if event.shift_key() { STEP * 10.0 } else { STEP };
        let (x, y) = match event.key().as_str() {
            "ArrowLeft" => (-step, 0.0),
            "ArrowRight" => (step, 0.0),
            "ArrowUp" => (0.0, -step),
            "ArrowDown" => (0.0, step),
            _ => return,
        };
        event.prevent_default();
        let (from_x, from_y) = corners.get_untracked()[index];
        set(index, (from_x + x, from_y + y));
    };
    let points = move || {
        let point = |(x, y): (f32, f32)| format!("{},{}", x * 100.0, y * 100.0);
        corners.get().map(point).join(" ")
    };
    let names = [
        texts.top_left,
        texts.top_right,
        texts.bottom_right,
        texts.bottom_left,
    ];
    let handle = move |(index, name): (usize, &'static str)| {
        let label = move || {
            let (x, y) = corners.get()[index];
            let percent = |part: f32| formats.count((part * 100.0).round() as usize);
            let corner = fill(texts.corner, &[("where", name)]);
            let at = fill(texts.corner_at, &[("x", &percent(x)), ("y", &percent(y))]);
            format!("{corner}: {at}")
        };
        let place = move || {
            let (x, y) = corners.get()[index];
            format!("left: {}%; top: {}%", x * 100.0, y * 100.0)
        };
        view! {
            <button
                type="button"
                class=move || if held.get() == Some(index) { "corner held" } else { "corner" }
                style=place
                aria-label=label
                on:pointerdown=move |event| {
                    if event.button() == 0 {
                        held.set(Some(index));
                    }
                }
                on:keydown=move |event| on_key(index, &event)
                // The key may be let go elsewhere. A corner that goes with the page may lose the focus when this is gone.
                on:blur=move |_| {
                    if !held.is_disposed() {
                        on_moved.run(());
                    }
                }
                on:keyup=move |event: KeyboardEvent| {
                    if event.key().starts_with("Arrow") {
                        said.set(untrack(label));
                        on_moved.run(());
                    }
                }
            ></button>
        }
    };
    view! {
        <div class="stage" style=shape(size) role="application" aria-label=name node_ref=stage>
            <Picture blob=Signal::derive_local(move || Some(picture.clone())) alt=name/>
            <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
                <polygon points=points vector-effect="non-scaling-stroke"></polygon>
            </svg>
            {names.into_iter().enumerate().map(handle).collect_view()}
        </div>
        <p class="visually-hidden" role="status">
            {said}
        </p>
    }
}
