//! A state that fills the screen: one plain sentence, and a way out.

use std::rc::Rc;

use leptos::prelude::*;

/// What a state says and offers.
pub struct Screen {
    /// What is the matter.
    pub title: &'static str,
    /// What to do about it.
    pub more: &'static str,
    /// The button that leads on.
    pub way: Option<Way>,
    /// Whether it is read out at once: for what went wrong, not for what is merely empty.
    pub alert: bool,
}

/// A button that leads out of a state.
pub struct Way {
    /// What it says.
    pub label: &'static str,
    /// What it does.
    pub go: Rc<dyn Fn()>,
}

/// Shows a state.
pub fn screen(screen: Screen) -> AnyView {
    let role = screen.alert.then_some("alert");
    let icon = if screen.alert { "icon icon-alert" } else { "icon icon-empty" };
    let way = screen.way.map(|way| {
        view! {
            <button type="button" class="button primary" on:click=move |_| (way.go)()>
                {way.label}
            </button>
        }
    });
    view! {
        <div class="screen" role=role>
            <span class=icon aria-hidden="true"></span>
            <h1 tabindex="-1">{screen.title}</h1>
            <p>{screen.more}</p>
            {way}
        </div>
    }
    .into_any()
}
