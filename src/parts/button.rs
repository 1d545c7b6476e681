//! Buttons that do something here; what leads to another page is a link.

use crate::browser::{
    dom::{El, el},
    page,
};

/// A button.
pub fn button(words: &str, press: impl Fn() + 'static) -> El {
    el("button")
        .attr("type", "button")
        .class("button")
        .child(words)
        .on("click", move |event| {
            // The second half of a double click was meant for what stood here before: who clicks
            // "hand in" twice must not cancel it.
            if !page::is_repeated_click(&event) {
                press();
            }
        })
}

/// The button that leads on.
pub fn primary(words: &str, press: impl Fn() + 'static) -> El {
    button(words, press).class("button primary")
}
