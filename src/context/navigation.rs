//! Which page the consumer is on, and the addresses of pages. The page's fragment says it.

use leptos::prelude::*;

use crate::{platform::window, route::Page};

/// Where the consumer is.
#[derive(Debug, Clone, Copy)]
pub struct Navigation {
    /// The page on the screen.
    pub page: RwSignal<Page>,
    /// What stands before a fragment in every link.
    link_base: StoredValue<String>,
}

impl Navigation {
    /// Begins with the page that the fragment names.
    pub fn new() -> Self {
        Self {
            page: RwSignal::new(Page::of_fragment(&window::fragment()).unwrap_or(Page::Overview)),
            link_base: StoredValue::new(window::link_base()),
        }
    }

    /// The address of a page, for a link.
    pub fn href(self, page: &Page) -> String {
        self.link_base
            .with_value(|base| base.clone() + &page.fragment())
    }

    /// Shows a page, as a link to it would.
    pub fn go_to(self, page: Page) {
        window::set_fragment(&page.fragment());
        self.page.set(page);
    }
}

impl Default for Navigation {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the consumer is.
pub fn use_navigation() -> Navigation {
    expect_context()
}
