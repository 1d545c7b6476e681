//! Links to the portal's own pages.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{context::use_navigation, route::Page};

/// A link to a page.
#[component]
pub fn PageLink(
    /// Where it leads.
    page: Page,
    /// Its classes.
    #[prop(optional)]
    class: Option<&'static str>,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! {
        <a href=use_navigation().href(&page) class=class>
            {children()}
        </a>
    }
}

/// A link to a page that looks like the button that leads on.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    page: Page,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! { <PageLink page class="button primary" children/> }
}

/// The link back to the page above this one.
#[component]
pub fn BackLink(
    /// Where it leads.
    page: Page,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! {
        <p class="back">
            <PageLink page>
                <Icon name="back"/>
                {children()}
            </PageLink>
        </p>
    }
}
