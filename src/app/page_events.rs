//! Follows the page that the element is on: its fragment, its visibility, the connection, and the
//! consumer leaving it.

use std::collections::HashMap;

use leptos::{ev, prelude::*};
use web_sys::{Event, HtmlElement, ShadowRoot};

use crate::{
    context::{use_navigation, use_session},
    platform::window,
    route::Page,
};

/// Follows them until the reactive owner goes.
pub fn follow_page_events(host: HtmlElement, root: ShadowRoot) {
    let session = use_session();
    follow_fragment(host, root);
    // What the consumer does anywhere on the page renews their session: who reads on by the keyboard
    // does it outside of the element.
    let renew = move || session.renew();
    on_window(ev::pointerdown, move |_| renew());
    on_window(ev::keydown, move |_| renew());
    on_window(ev::wheel, move |_| renew());
    on_window(ev::visibilitychange, move |_| {
        let is_answered =
            session.get_untracked().is_some() || session.auth.signed_out.get_untracked().is_some();
        if window::is_visible() && is_answered {
            session.refresh_soon();
        }
    });
    on_window(ev::online, move |_| {
        session.online.set(true);
        session.refresh_soon();
    });
    on_window(ev::offline, move |_| session.online.set(false));
    // The browser asks before the consumer leaves the page.
    on_window(ev::beforeunload, move |event| {
        if session.has_unsent() {
            event.prevent_default();
        }
    });
}

/// Shows the page that the fragment names. Like a browser, it begins a page that a link leads to at its
/// top, and goes back to where the consumer was on a page that they had seen.
fn follow_fragment(host: HtmlElement, root: ShadowRoot) {
    let navigation = use_navigation();
    let by_link = StoredValue::new(false);
    let scrolled = StoredValue::new(HashMap::<Page, f64>::new());
    let clicked = gloo_events::EventListener::new(&root, "click", move |event: &Event| {
        if window::comes_from_link(event) {
            by_link.set_value(true);
            let here = navigation.page.get_untracked();
            scrolled.update_value(|scrolled| {
                scrolled.insert(here, window::scroll_position());
            });
        }
    });
    let listener = StoredValue::new_local(clicked);
    on_cleanup(move || listener.dispose());

    let (host, root) = (StoredValue::new_local(host), StoredValue::new_local(root));
    on_window(ev::hashchange, move |_| {
        let comes_by_link = by_link.get_value();
        by_link.set_value(false);
        let fragment = window::fragment();
        let next = match fragment.is_empty() {
            true => Some(Page::Overview),
            false => Page::of_fragment(&fragment),
        };
        let Some(next) = next.filter(|next| *next != navigation.page.get_untracked()) else {
            return;
        };
        let scroll_to = scrolled
            .with_value(|scrolled| scrolled.get(&next).copied())
            .filter(|_| !comes_by_link);
        navigation.page.set(next);
        // After the new page is there.
        request_animation_frame(move || {
            root.try_with_value(window::focus_heading);
            match scroll_to {
                Some(top) => window::scroll_to(top),
                None => {
                    host.try_with_value(window::scroll_to_top_of);
                }
            }
        });
    });
}

/// Calls `react` on each event of the window, until the reactive owner goes.
fn on_window<E>(event: E, react: impl Fn(E::EventType) + 'static)
where
    E: ev::EventDescriptor + 'static,
    E::EventType: wasm_bindgen::JsCast,
{
    let handle = window_event_listener(event, react);
    on_cleanup(move || handle.remove());
}
