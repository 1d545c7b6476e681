//! Whether to log out: there is no password to come back with, so it is asked.

use leptos::prelude::*;

use super::{button::primary, dialog::dialog};
use crate::{
    browser::dom::{El, View, el},
    portal::Portal,
    texts,
};

/// The dialog.
pub fn view(portal: Portal) -> El {
    let texts = portal.texts;
    let trouble = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let out = primary(texts.log_out, move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let ended = portal.log_out().await;
            // The dialog may be gone by now.
            busy.try_set(false);
            if let Err(problem) = ended {
                trouble.try_set(Some(problem));
            }
        });
    });
    let unsent = portal
        .has_unsent()
        .then(|| el("p").class("notice").child(texts.log_out_unsent));
    let why_not = move || {
        let problem = trouble.get()?;
        let words = texts::plight(texts, &problem).sentence();
        Some(el("p").class("notice").child(words))
    };
    let content: [View; 3] = [
        el("p").child(texts.log_out_more).into(),
        unsent.into(),
        el("div").attr("role", "alert").part(why_not).into(),
    ];
    dialog(
        portal.asks_log_out,
        texts.log_out_ask,
        content,
        Some(out),
        texts.stay_in,
    )
}
