//! States that fill the screen: one plain sentence, and a way out.

use leptos::prelude::*;

use super::icon::Icon;

/// Something went wrong. Screen readers read it at once.
#[component]
pub fn ErrorScreen(
    /// What is the matter.
    #[prop(into)]
    title: String,
    /// What to do about it.
    #[prop(into)]
    more: String,
    /// The way out.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="screen" role="alert">
            <Icon name="alert"/>
            <h1 tabindex="-1">{title}</h1>
            <p>{more}</p>
            {children()}
        </div>
    }
}

/// Nothing is wrong; there is just nothing here.
#[component]
pub fn EmptyScreen(
    /// What there is to say.
    #[prop(into)]
    title: String,
    /// What to do about it.
    #[prop(into)]
    more: String,
    /// The way out.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="screen">
            <Icon name="empty"/>
            <h1 tabindex="-1">{title}</h1>
            <p>{more}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// A card that says that there is nothing, and that this is all right.
#[component]
pub fn NothingCard(
    /// Its icon.
    icon: &'static str,
    /// What there is to say.
    title: &'static str,
    /// More about it.
    more: &'static str,
) -> impl IntoView {
    view! {
        <section class="card nothing">
            <Icon name=icon/>
            <div>
                <h2>{title}</h2>
                <p>{more}</p>
            </div>
        </section>
    }
}
