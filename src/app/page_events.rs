//! Follows the page that the element is on: its fragment, its visibility, the connection, and the
//! consumer leaving it.

use gloo_events::{EventListener, EventListenerOptions};
use leptos::{ev, prelude::*};
use web_sys::{DragEvent, EventTarget};

use crate::{
    api::http,
    context::{use_config, use_host, use_navigation, use_session},
    platform::{file, storage, window},
    route::Page,
};

/// Follows what changes what is on the screen, until the reactive owner goes.
pub fn follow_page_events() {
    let session = use_session();
    follow_fragment();
    let ask = move || {
        let is_answered =
            session.get_untracked().is_some() || session.auth.signed_out.get_untracked().is_some();
        if is_answered {
            session.refresh_soon();
        }
    };
    let returned = EventListener::new(&document(), "visibilitychange", move |_| {
        if window::is_visible() {
            ask();
        }
    });
    keep(returned);
    on_window(ev::online, move |_| {
        http::connected();
        session.refresh_soon();
    });
    // That there is no connection is said when a call fails too.
    on_window(ev::offline, move |_| ask());
}

/// Follows what the consumer does on the page, until the reactive owner goes. A session is renewed minutes after it
/// began, and nothing can be lost before a document was chosen, so this comes with the second part.
pub fn follow_consumer() {
    let session = use_session();
    keep_page_on_drop();
    // What the consumer does anywhere on the page renews their session: who reads on by the keyboard
    // does it outside of the element.
    let renew = move || session.renew();
    // Whoever does something here has come back from choosing a file.
    let is_back = move || {
        storage::say_choosing(false);
        session.renew();
    };
    on_window(ev::pointerdown, move |_| is_back());
    on_window(ev::keydown, move |_| is_back());
    // The loader keeps the keys of a field from the page around.
    on_window(ev::input, move |_| renew());
    on_window(ev::wheel, move |_| renew());
    // The browser asks before the consumer leaves the page, and the loader when the element was taken out of it.
    let asks = |target: &EventTarget, event: &'static str| {
        let options = EventListenerOptions::enable_prevent_default();
        keep(EventListener::new_with_options(
            target,
            event,
            options,
            move |event| {
                if session.has_unsent() {
                    event.prevent_default();
                }
            },
        ));
    };
    asks(&window(), "beforeunload");
    if let Some(element) = use_host().element() {
        asks(&element, "portal-away");
    }
}

/// A file that is dropped where nobody takes it would be opened in place of the page. On our own page and in
/// the element nothing happens instead; elsewhere on an office's page that goes only for as long as a document
/// would be lost with the page, and only where the office's page does nothing with the file itself.
fn keep_page_on_drop() {
    let (config, host, session) = (use_config(), use_host(), use_session());
    let is_standalone = config.standalone;
    let keep_page = move |event: &DragEvent| {
        if event.default_prevented() || !file::are_dragged(event) {
            return;
        }
        let is_inside = || {
            host.element()
                .is_some_and(|host| file::is_inside(event, &host))
        };
        let is_ours = is_standalone || is_inside();
        if is_ours || (session.has_unsent() && !file::is_over_field(event)) {
            event.prevent_default();
        }
    };
    on_window(ev::dragover, move |event| keep_page(&event));
    on_window(ev::drop, move |event| keep_page(&event));
}

/// Shows the page that the fragment names. Like a browser, it begins a page that a link leads to at its
/// top, and goes back to where the consumer was on a page that they had seen.
fn follow_fragment() {
    let (navigation, host) = (use_navigation(), use_host());
    let trail = StoredValue::new(Trail::default());
    if let Some(root) = host.root() {
        keep(EventListener::new(&root, "click", move |event| {
            if window::comes_from_link(event) {
                let here = navigation.page.get_untracked();
                trail.update_value(|trail| {
                    trail.by_link = true;
                    trail.scrolled.retain(|(page, _)| *page != here);
                    trail.scrolled.push((here, window::scroll_position()));
                });
            }
        }));
    }

    on_window(ev::hashchange, move |_| {
        let take_by_link = |trail: &mut Trail| std::mem::take(&mut trail.by_link);
        let comes_by_link = trail.try_update_value(take_by_link).unwrap_or_default();
        let fragment = window::fragment();
        let next = match fragment.is_empty() {
            true => Some(Page::Overview),
            false => Page::of_fragment(&fragment),
        };
        let Some(next) = next.filter(|next| *next != navigation.page.get_untracked()) else {
            return;
        };
        let scroll_to = trail
            .with_value(|trail| {
                (trail.scrolled.iter())
                    .find(|(page, _)| *page == next)
                    .map(|it| it.1)
            })
            .filter(|_| !comes_by_link);
        navigation.show(next);
        host.focus_heading_soon();
        // After the new page is there.
        request_animation_frame(move || match (scroll_to, host.element()) {
            (Some(top), _) => window::scroll_to(top),
            (None, Some(element)) => window::scroll_to_top_of(&element),
            (None, None) => {}
        });
    });
}

/// How the consumer came where they are.
#[derive(Default)]
struct Trail {
    /// They clicked on a link, just now.
    by_link: bool,
    /// How far down they were on each page that they left by a link.
    scrolled: Vec<(Page, f64)>,
}

/// Keeps a listener until the reactive owner goes.
fn keep(listener: EventListener) {
    let listener = StoredValue::new_local(listener);
    on_cleanup(move || listener.dispose());
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
