//! Something that comes over the page, to be dealt with first. It is the browser's own `<dialog>`, which
//! keeps the focus inside, closes with Escape, and gives the focus back to what opened it.

use leptos::{html, prelude::*};

use super::button::Button;
use crate::platform::window;

/// A dialog, which is open for as long as it is shown.
#[component]
pub fn Dialog(
    /// Whether it is open. The dialog sets it to `false` when it is closed, in whatever way.
    open: RwSignal<bool>,
    /// Its heading.
    title: &'static str,
    /// What the last button says, which closes the dialog.
    close: &'static str,
    /// The button that does what the dialog is for.
    #[prop(optional, into)]
    action: ViewFnOnce,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| {
        // It can be shown when it is part of the page, which is after this.
        request_animation_frame(move || {
            let _ = dialog.show_modal();
            // The focus begins at the top, not at the first button.
            window::focus_within(&dialog, "h2");
        });
    });
    let close_dialog = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-label=title
            // Where browsers know it, a click beside the dialog closes it too.
            closedby="any"
            on:close=move |_| open.set(false)
        >
            <h2 tabindex="-1">{title}</h2>
            {children()}
            <p class="buttons">
                {action.run()}
                <Button on_press=close_dialog>{close}</Button>
            </p>
        </dialog>
    }
}
