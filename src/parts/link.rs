//! A link to a page of the portal.

use leptos::prelude::*;

use crate::{portal::Portal, route::Page};

/// A link to `page` that says `words`.
pub fn link(portal: Portal, page: &Page, class: &'static str, words: &str) -> AnyView {
    view! {
        <a href=portal.href(page) class=class>
            {words.to_owned()}
        </a>
    }
    .into_any()
}

/// The link back to the page above this one.
pub fn back(portal: Portal, page: &Page, words: &str) -> AnyView {
    view! {
        <p class="back">
            <a href=portal.href(page)>
                <span class="icon icon-back" aria-hidden="true"></span>
                {words.to_owned()}
            </a>
        </p>
    }
    .into_any()
}
