//! Something that comes over the page, to be dealt with first. The browser's own `<dialog>`: it keeps
//! the focus inside, closes with Escape, and gives the focus back to what opened it.

use leptos::prelude::*;

use super::button::button;
use crate::browser::{
    dom::{El, View, el},
    page,
};

/// Opens a dialog. `open` says that it is: that is false again when it is closed, by its last button,
/// which says `close`, or however else. `lead` is what it is for, when that is a button.
pub fn dialog(
    open: RwSignal<bool>,
    head: &str,
    content: impl Into<View>,
    lead: Option<El>,
    close: &str,
) -> El {
    let dialog = el("dialog")
        .class("dialog")
        .attr("aria-label", head)
        // Where browsers know it: a click beside the dialog closes it, too.
        .attr("closedby", "any")
        .on("close", move |_| open.set(false));
    let element = dialog.element();
    let opens = element.clone();
    request_animation_frame(move || {
        page::show_modal(&opens);
        // It begins at the top, not at the first button.
        page::focus_within(&opens, "h2");
    });
    let close = button(close, move || page::close(&element));
    dialog
        .child(el("h2").attr("tabindex", "-1").child(head))
        .child(content)
        .child(el("p").class("buttons").child(lead).child(close))
}
