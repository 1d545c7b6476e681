//! A state that fills the screen: one plain sentence, and a way out.

use super::icon::icon;
use crate::browser::dom::{El, View, el};

/// Something went wrong: it is read out at once.
pub fn trouble(title: &str, more: &str, way: impl Into<View>) -> El {
    screen("alert", title, more, way.into()).attr("role", "alert")
}

/// Nothing is wrong, there is just nothing here.
pub fn empty(title: &str, more: &str, way: impl Into<View>) -> El {
    screen("empty", title, more, way.into())
}

fn screen(picture: &str, title: &str, more: &str, way: View) -> El {
    el("div")
        .class("screen")
        .child(icon(picture))
        .child(el("h1").attr("tabindex", "-1").child(title))
        .child(el("p").child(more))
        .child(way)
}
