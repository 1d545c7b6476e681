//! Buttons that do something here. What leads to another page is a link.

use leptos::prelude::*;

use crate::platform::window;

/// A button.
#[component]
pub fn Button(
    /// Its classes.
    #[prop(default = "button")]
    class: &'static str,
    /// What a click does.
    #[prop(into)]
    on_press: Callback<()>,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=class
            on:click=move |event| {
                // The second half of a double click was meant for what stood here before: who clicks
                // "Aanleveren" twice must not cancel it.
                if !window::is_repeated_click(&event) {
                    on_press.run(());
                }
            }
        >
            {children()}
        </button>
    }
}

/// A button whose work takes a while. Meanwhile it takes no presses, and keeps the focus: a browser takes
/// the focus off a button that becomes `disabled`.
#[component]
pub fn BusyButton(
    /// What a screen reader calls it.
    label: impl Fn() -> String + Send + 'static,
    /// Whether it is the button that leads on.
    #[prop(optional, into)]
    is_primary: Signal<bool>,
    /// Whether its work is under way.
    is_busy: Memo<bool>,
    /// What a click does.
    #[prop(into)]
    on_press: Callback<()>,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=move || if is_primary.get() { "button primary" } else { "button" }
            aria-label=move || label()
            aria-disabled=move || is_busy.get().then_some("true")
            on:click=move |_| {
                if !is_busy.get_untracked() {
                    on_press.run(());
                }
            }
        >
            {children()}
        </button>
    }
}

/// The button that leads on.
#[component]
pub fn PrimaryButton(
    /// What a click does.
    #[prop(into)]
    on_press: Callback<()>,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    view! { <Button class="button primary" on_press children/> }
}
