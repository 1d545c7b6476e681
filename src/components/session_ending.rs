//! The end of the consumer's session, before it comes.

use leptos::prelude::*;
use web_sys::EventTarget;

use super::{button::Button, icon::Icon};
use crate::{
    context::{use_formats, use_host, use_rest_texts, use_session},
    i18n::fill,
};

/// Asks whether the consumer stays, before their session ends. It stands at the foot of the window, wherever they
/// are on the page. Whatever they do keeps them signed in; the button is for who waits for a word.
#[component]
pub fn SessionEnding() -> impl IntoView {
    let (texts, formats, session) = (use_rest_texts(), use_formats(), use_session());
    let host = use_host();
    // Where the consumer was before they came to the button. It goes with the banner, and they go back there.
    let came_from = StoredValue::new_local(None::<Option<EventTarget>>);
    Effect::new(move |_| {
        if session.ends_in.get().is_none()
            && let Some(before) = came_from.try_update_value(Option::take).flatten()
        {
            host.find_focus_soon(before);
        }
    });
    let banner = move || {
        let words = match session.ends_in.get()?.div_ceil(60) {
            0 | 1 => texts.ends_in_one.to_owned(),
            count => fill(
                texts.ends_in_many,
                &[("count", &formats.count(count as usize))],
            ),
        };
        Some(
            view! {
                <div class="banner warning">
                    <Icon name="clock"/>
                    <p>{words}</p>
                    <Button on_press=move || session.refresh_soon()>{texts.stay_in}</Button>
                </div>
            }
            .into_any(),
        )
    };
    view! {
        <div
            class="ending"
            role="alert"
            on:focusin=move |event| came_from.set_value(Some(event.related_target()))
        >
            {move || banner()}
        </div>
    }
}
