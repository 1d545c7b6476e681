//! The page that the element is on: its fragment, title, focus and scroll position, and the element's
//! events. The page may be a broker's, so nothing here takes it over.

use js_sys::{Object, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    CustomEvent, CustomEventInit, Element, Event, EventTarget, FocusOptions, HtmlElement,
    ScrollIntoViewOptions, ScrollLogicalPosition, ScrollToOptions, ShadowRoot, UiEvent,
    VisibilityState,
};

/// The page's fragment, `#` included; empty when there is none.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// Changes the page's fragment, as a link would.
pub fn set_fragment(fragment: &str) {
    // Only an invalid address could be refused.
    let _ = window().location().set_hash(fragment);
}

/// Loads the page again.
pub fn reload() {
    let _ = window().location().reload();
}

/// The time, in milliseconds since 1970.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// What to put before a fragment in a link, so that the link stays on this page. It is empty, unless
/// the page's `<base>` would lead a bare fragment elsewhere.
pub fn link_base() -> String {
    let here = window().location().href().unwrap_or_default();
    let here = here.split('#').next().unwrap_or_default();
    match document().base_uri() {
        Ok(Some(base)) if base.split('#').next() != Some(here) => here.to_owned(),
        _ => String::new(),
    }
}

/// An absolute address: `address` relative to the page's `<base>`.
pub fn absolute(address: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(address, &base)
        .map_or_else(|_| address.to_owned(), |url| url.href())
}

/// Whether an address is at this page's origin.
pub fn is_same_origin(address: &str) -> bool {
    let here = window().location().origin().unwrap_or_default();
    web_sys::Url::new(address).is_ok_and(|there| there.origin() == here)
}

/// Whether an address is at this page's site, so that a link to it takes the consumer's cookies along:
/// at the same host, or one below it.
pub fn is_same_site(address: &str) -> bool {
    let here = window().location();
    let here = (
        here.protocol().unwrap_or_default(),
        here.hostname().unwrap_or_default(),
    );
    let Ok(there) = web_sys::Url::new(&absolute(address)) else {
        return false;
    };
    let site = here.1.strip_prefix("www.").unwrap_or(&here.1);
    let there_at = there.hostname();
    here.0 == there.protocol()
        && (there_at.strip_suffix(site))
            .is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// Sets the page's title.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Whether the browser believes that it has a connection.
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// Whether the consumer can see the page.
pub fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// The languages that the browser prefers, best first.
pub fn browser_languages() -> Vec<String> {
    let languages = window().navigator().languages();
    languages.iter().filter_map(|tag| tag.as_string()).collect()
}

/// The language of the page around the element: the nearest `lang` above it.
pub fn language_around(host: &HtmlElement) -> Option<String> {
    let parent = host.parent_element()?;
    parent.closest("[lang]").ok()??.get_attribute("lang")
}

/// How far the page is scrolled, in CSS pixels.
pub fn scroll_position() -> f64 {
    window().scroll_y().unwrap_or_default()
}

/// Scrolls the page to `top`, in CSS pixels.
pub fn scroll_to(top: f64) {
    let options = ScrollToOptions::new();
    options.set_top(top);
    window().scroll_to_with_scroll_to_options(&options);
}

/// Brings the element's top into view when it is above the window.
pub fn scroll_to_top_of(host: &HtmlElement) {
    if host.get_bounding_client_rect().top() < 0.0 {
        host.scroll_into_view();
    }
}

/// Removes the loader's skeleton.
pub fn remove_skeleton(root: &ShadowRoot) {
    if let Ok(Some(skeleton)) = root.query_selector(".skeleton") {
        skeleton.remove();
    }
}

/// Where on the screen a step begins, so that what is said above it and what it asks are seen, too: at least so many
/// pixels from the top, and at most at this part of the height.
const STEP_TOP: f64 = 96.0;
const STEP_BOTTOM: f64 = 0.6;

/// Puts the focus on the first heading of level 1 in `root`, without scrolling.
pub fn focus_heading(root: &ShadowRoot) {
    if let Ok(Some(heading)) = root.query_selector("h1") {
        focus(&heading);
    }
}

/// Puts the focus on the first element in `parent` that matches `selector`, without scrolling. Gives whether there is
/// one.
pub fn focus_within(parent: &Element, selector: &str) -> bool {
    let found = parent.query_selector(selector).ok().flatten();
    found.as_ref().inspect(|found| focus(found)).is_some()
}

/// Puts the focus on the first element in `parent` that matches `selector`, and shows it. With what begins a step
/// (`data-focus`) all of its section is to be seen, from its first line on. Gives whether there is such an element.
pub fn go_to(parent: &Element, selector: &str) -> bool {
    let Ok(Some(found)) = parent.query_selector(selector) else {
        return false;
    };
    focus(&found);
    if !found.has_attribute("data-focus") {
        show_nearest(&found);
        return true;
    }
    let top = found.get_bounding_client_rect().top();
    let height = window().inner_height().ok().and_then(|it| it.as_f64());
    let bottom = height.unwrap_or(f64::INFINITY) * STEP_BOTTOM;
    if !(STEP_TOP..bottom).contains(&top)
        && let Ok(Some(section)) = found.closest("section")
    {
        section.scroll_into_view();
        show_nearest(&found);
    }
    true
}

/// Scrolls no further than is needed to show the element.
pub fn show_nearest(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Whether the focus is on an element in `parent` that matches `selector`.
pub fn has_focus_within(parent: &Element, selector: &str) -> bool {
    // Not by `:focus`: in a window that is not in front it is on nothing.
    let root = parent.get_root_node().dyn_into::<ShadowRoot>().ok();
    let focused = root.and_then(|root| root.active_element());
    focused.is_some_and(|it| parent.contains(Some(&it)) && it.matches(selector) == Ok(true))
}

/// Puts the focus back where it was, without scrolling; gives whether that is still on the page.
pub fn focus_again(before: Option<EventTarget>) -> bool {
    let before = before.and_then(|it| it.dyn_into::<Element>().ok());
    let before = before.filter(|it| it.is_connected());
    before.inspect(focus).is_some()
}

/// Whether nothing has the focus: what had it is gone.
pub fn is_focus_lost() -> bool {
    let focused = document().active_element();
    focused.is_none_or(|focused| focused.local_name() == "body")
}

/// The element before the one in `root` that has the focus.
pub fn before_focus(root: &ShadowRoot) -> Option<Element> {
    root.active_element()?.previous_element_sibling()
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Sends an event out of the element. It bubbles, and its `detail` is an object of texts. Never put a
/// name, a file name or anything else personal in it: a broker's page may log it.
pub fn emit(host: &EventTarget, name: &str, detail: &[(&str, &str)]) {
    let object = Object::new();
    for (key, value) in detail {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), &JsValue::from_str(value));
    }
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_detail(&object);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &init) {
        let _ = host.dispatch_event(&event);
    }
}

/// Whether a click is the second or later of several in quick succession at one place.
pub fn is_repeated_click(event: &UiEvent) -> bool {
    event.detail() > 1
}

/// Whether an event comes from a link.
pub fn comes_from_link(event: &Event) -> bool {
    event
        .composed_path()
        .iter()
        .filter_map(|node| node.dyn_into::<Element>().ok())
        .any(|element| element.local_name() == "a")
}

/// Whether the consumer asked the browser to save data. Browsers that have no such wish say nothing.
pub fn saves_data() -> bool {
    let connection = Reflect::get(&window().navigator(), &"connection".into());
    let saves = connection.and_then(|it| Reflect::get(&it, &"saveData".into()));
    saves.is_ok_and(|it| it.is_truthy())
}
