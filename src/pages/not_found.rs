//! For a link that leads nowhere (any more).

use leptos::prelude::*;

use crate::{
    components::{link::ButtonLink, screen::EmptyScreen},
    context::{set_page_title, use_texts},
    route::Page,
};

/// The page.
#[component]
pub fn NotFound() -> impl IntoView {
    let texts = use_texts();
    set_page_title(texts.page_not_found);
    view! {
        <EmptyScreen title=texts.page_not_found more=texts.page_not_found_more>
            <ButtonLink page=Page::Overview>{texts.back_to_overview}</ButtonLink>
        </EmptyScreen>
    }
}
