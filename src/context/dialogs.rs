//! Which dialogs are open.

use leptos::prelude::*;

/// The dialogs that come over the page.
#[derive(Debug, Clone, Copy)]
pub struct Dialogs {
    /// The code with which the consumer goes on on their phone.
    pub phone: RwSignal<bool>,
    /// Whether to log out.
    pub log_out: RwSignal<bool>,
}

impl Dialogs {
    /// None is open.
    pub fn new() -> Self {
        Self {
            phone: RwSignal::new(false),
            log_out: RwSignal::new(false),
        }
    }
}

impl Default for Dialogs {
    fn default() -> Self {
        Self::new()
    }
}

/// Which dialogs are open.
pub fn use_dialogs() -> Dialogs {
    expect_context()
}
