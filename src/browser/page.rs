//! The page that the element is on: its fragment, title, focus and scroll position, and the events
//! that come from it and go to it. The page may be a broker's: nothing here takes it over.

use gloo_events::{EventListener, EventListenerOptions};
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    CustomEvent, CustomEventInit, Document, Element, Event, EventTarget, HtmlDialogElement,
    HtmlElement, ScrollToOptions, ShadowRoot, UiEvent, VisibilityState, Window,
};

/// The window: there always is one, the module runs nowhere else.
pub fn window() -> Window {
    web_sys::window().expect("the module runs in a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The page's fragment, `#` included; empty when there is none.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// Changes the page's fragment, as a link would.
pub fn set_fragment(fragment: &str) {
    // Only an address that is none could be refused.
    let _ = window().location().set_hash(fragment);
}

/// Loads the page anew.
pub fn reload() {
    let _ = window().location().reload();
}

/// The time, in milliseconds since 1970.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// What to put before a fragment in a link, so that it stays on this page: nothing, unless the
/// page's `<base>` would lead a bare fragment elsewhere.
pub fn link_base() -> String {
    let here = window().location().href().unwrap_or_default();
    let here = here.split('#').next().unwrap_or_default();
    match document().base_uri() {
        Ok(Some(base)) if base.split('#').next() != Some(here) => here.to_owned(),
        _ => String::new(),
    }
}

/// An address as it is meant on this page: relative to its `<base>`.
pub fn absolute(address: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(address, &base)
        .map_or_else(|_| address.to_owned(), |url| url.href())
}

/// Sets the page's title.
pub fn set_title(title: &str) {
    document().set_title(title);
}

/// Whether the browser believes it has a connection.
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

/// The language that is in force around the element: the nearest `lang` above it.
pub fn language_around(host: &HtmlElement) -> Option<String> {
    let parent = host.parent_element()?;
    parent.closest("[lang]").ok()??.get_attribute("lang")
}

/// How far the page is scrolled, in CSS pixels.
pub fn scrolled() -> f64 {
    window().scroll_y().unwrap_or_default()
}

/// Scrolls the page to where it was.
pub fn scroll_back(top: f64) {
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

/// Puts the focus on the first element in `root` that matches, without scrolling.
pub fn focus_first(root: &ShadowRoot, selector: &str) {
    if let Ok(Some(element)) = root.query_selector(selector) {
        focus(&element);
    }
}

/// The same, in an element.
pub fn focus_within(element: &Element, selector: &str) {
    if let Ok(Some(found)) = element.query_selector(selector) {
        focus(&found);
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Shows a `<dialog>` over the page: the browser keeps the focus in it, closes it with Escape, and gives
/// the focus back then.
pub fn show_modal(dialog: &Element) {
    if let Some(dialog) = dialog.dyn_ref::<HtmlDialogElement>() {
        let _ = dialog.show_modal();
    }
}

/// Closes it.
pub fn close(dialog: &Element) {
    if let Some(dialog) = dialog.dyn_ref::<HtmlDialogElement>() {
        dialog.close();
    }
}

/// Has the consumer asked before they leave the page, while `unsaved` says so.
pub fn ask_before_leaving(unsaved: impl Fn() -> bool + 'static) -> EventListener {
    EventListener::new_with_options(
        &window(),
        "beforeunload",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            if unsaved() {
                event.prevent_default();
            }
        },
    )
}

/// Calls `react` on each `event` of the window.
pub fn on_window(event: &'static str, react: impl FnMut(&Event) + 'static) -> EventListener {
    EventListener::new(&window(), event, react)
}

/// Calls `react` on each `event` of the document.
pub fn on_document(event: &'static str, react: impl FnMut(&Event) + 'static) -> EventListener {
    EventListener::new(&document(), event, react)
}

/// Sends an event out of the element: it bubbles, and carries `detail` as an object of texts. Never
/// put a name, a file name or anything else personal in it: a broker's page may log it.
pub fn emit(host: &EventTarget, name: &str, detail: &[(&str, &str)]) {
    let object = Object::new();
    for (key, value) in detail {
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

/// Whether a click is the second or later of several in quick succession at the same place.
pub fn is_repeated_click(event: &Event) -> bool {
    event
        .dyn_ref::<UiEvent>()
        .is_some_and(|event| event.detail() > 1)
}

/// What a field now holds, from its event.
pub fn value_of(event: &Event) -> String {
    let field = event
        .target()
        .unwrap_or_else(|| EventTarget::from(JsValue::UNDEFINED));
    Reflect::get(&field, &JsValue::from_str("value"))
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// A text in lower case, by the browser: tables of all the world's letters would be downloaded else.
pub fn lower_case(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// A text as it may stand in an address: percent-encoded.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// A text in upper case.
pub fn upper_case(text: &str) -> String {
    js_sys::JsString::from(text).to_upper_case().into()
}

/// Whether an event comes from a link, so that the page it leads to starts at its top.
pub fn comes_from_link(event: &Event) -> bool {
    event
        .composed_path()
        .iter()
        .filter_map(|node| node.dyn_into::<Element>().ok())
        .any(|element| element.local_name() == "a")
}
