//! A link to a page of the portal.

use crate::{
    browser::dom::{El, el},
    parts::icon::icon,
    portal::Portal,
    route::Page,
};

/// A link to `page`, to be filled.
pub fn link(portal: Portal, page: &Page) -> El {
    el("a").attr("href", &portal.href(page))
}

/// A link to `page` that looks like the button to press.
pub fn button_link(portal: Portal, page: &Page, words: &str) -> El {
    link(portal, page).class("button primary").child(words)
}

/// The link back to the page above this one.
pub fn back(portal: Portal, page: &Page, words: &str) -> El {
    el("p")
        .class("back")
        .child(link(portal, page).child(icon("back")).child(words))
}
