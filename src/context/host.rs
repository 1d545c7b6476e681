//! The element itself, for its events.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{EventTarget, HtmlElement, ShadowRoot};

use crate::platform::window;

/// The `<consumer-portal>` element.
#[derive(Debug, Clone, Copy)]
pub struct Host(StoredValue<HtmlElement, LocalStorage>);

impl Host {
    /// Keeps the element for as long as the reactive owner lives.
    pub fn new(element: HtmlElement) -> Self {
        Self(StoredValue::new_local(element))
    }

    /// The element; `None` when the portal was taken off the page.
    pub fn element(self) -> Option<HtmlElement> {
        self.0.try_get_value()
    }

    /// What is on the screen is in it.
    pub fn root(self) -> Option<ShadowRoot> {
        self.element()?.shadow_root()
    }

    /// Puts the focus on the page's heading, when the page that is being shown is there.
    pub fn focus_heading_soon(self) {
        request_animation_frame(move || {
            if let Some(root) = self.root() {
                window::focus_heading(&root);
            }
        });
    }

    /// Puts the focus on the first element that matches, and shows it.
    pub fn go_to_soon(self, selector: String) {
        request_animation_frame(move || {
            if let Some(root) = self.root() {
                window::go_to(root.unchecked_ref(), &selector);
            }
        });
    }

    /// When what had the focus is gone, puts it back where it was before, else on the page's heading.
    pub fn find_focus_soon(self, before: Option<EventTarget>) {
        request_animation_frame(move || {
            if window::is_focus_lost() && !window::focus_again(before) {
                self.focus_heading_soon();
            }
        });
    }

    /// Sends an event out of the element. Nothing personal may be in it.
    pub fn emit(self, name: &str, detail: &[(&str, &str)]) {
        if let Some(element) = self.element() {
            window::emit(&element, name, detail);
        }
    }
}

/// The element.
pub fn use_host() -> Host {
    expect_context()
}
