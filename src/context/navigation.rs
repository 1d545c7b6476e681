//! Which page the consumer is on, and the addresses of pages. The page's fragment says it.

use leptos::prelude::*;

use crate::{platform::window, route::Page};

/// Where the consumer is.
#[derive(Debug, Clone, Copy)]
pub struct Navigation {
    /// The page on the screen.
    pub page: RwSignal<Page>,
    /// The page that the consumer came from to the task on the screen: the last one that is no task's.
    pub came_from: RwSignal<Option<Page>>,
    /// What stands before a fragment in every link.
    link_base: StoredValue<String>,
    /// Whether the consumer has left the first page.
    has_moved: RwSignal<bool>,
}

impl Navigation {
    /// Begins with the page that the fragment names.
    pub fn new() -> Self {
        Self {
            page: RwSignal::new(Page::of_fragment(&window::fragment()).unwrap_or(Page::Overview)),
            came_from: RwSignal::new(None),
            link_base: StoredValue::new(window::link_base()),
            has_moved: RwSignal::new(false),
        }
    }

    /// The address of a page, for a link.
    pub fn href(self, page: &Page) -> String {
        self.link_base
            .with_value(|base| base.clone() + &page.fragment())
    }

    /// Goes to a page, as a link to it would.
    pub fn go_to(self, page: Page) {
        window::set_fragment(&page.fragment());
        self.show(page);
    }

    /// Shows the page that the fragment names now.
    pub fn show(self, page: Page) {
        self.has_moved.set(true);
        let before = self.page.get_untracked();
        if before != page {
            if !matches!(before, Page::Action(_)) {
                self.came_from.set(Some(before));
            }
            self.page.set(page);
        }
    }

    /// The section that the page on the screen is in, for whoever follows it: a task's is the one that the
    /// consumer came from.
    pub fn section(self) -> Page {
        match (self.page.get(), self.came_from.get()) {
            (Page::Action(_), Some(Page::Documents)) | (Page::Documents, _) => Page::Documents,
            (Page::Me, _) => Page::Me,
            _ => Page::Overview,
        }
    }

    /// Whether the consumer has left the first page. Until then the focus is where the browser put it.
    pub fn has_moved(self) -> bool {
        self.has_moved.get_untracked()
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
