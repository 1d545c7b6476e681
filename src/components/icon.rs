//! Icons (`style/icons.css`). They only decorate: every page is understood without them.

use leptos::prelude::*;

/// An icon.
#[component]
pub fn Icon(
    /// Its name in `style/icons.css`.
    name: &'static str,
) -> impl IntoView {
    view! { <span class=format!("icon icon-{name}") aria-hidden="true"></span> }
}
