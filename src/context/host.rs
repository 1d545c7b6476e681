//! The element itself, for its events.

use leptos::prelude::*;
use web_sys::HtmlElement;

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
