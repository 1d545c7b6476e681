//! Buttons that do something here; what leads to another page is a link.

use crate::browser::dom::{El, el};

/// A button.
pub fn button(words: &str, press: impl Fn() + 'static) -> El {
    el("button")
        .attr("type", "button")
        .class("button")
        .child(words)
        .on("click", move |_| press())
}

/// The button that leads on.
pub fn primary(words: &str, press: impl Fn() + 'static) -> El {
    button(words, press).class("button primary")
}
