//! Whether to log out. It is asked, because there is no password to come back with.

use leptos::{prelude::*, task::spawn_local};

use super::{button::PrimaryButton, dialog::Dialog};
use crate::{
    context::{use_session, use_texts},
    i18n::problem_text,
};

/// The dialog.
#[component]
pub fn LogOutDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let problem = RwSignal::new(None);
    let is_busy = RwSignal::new(false);
    let log_out = move || {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            let result = session.log_out().await;
            // The dialog may be gone by now.
            is_busy.try_set(false);
            problem.try_set(result.err());
        });
    };
    let failure = move || {
        problem.get().map(|problem| {
            view! { <p class="notice">{problem_text(texts, &problem).sentence()}</p> }
        })
    };
    let unsent =
        (session.has_unsent()).then(|| view! { <p class="notice">{texts.log_out_unsent}</p> });
    view! {
        <Dialog
            open
            title=texts.log_out_ask
            close=texts.stay_in
            action=move || view! { <PrimaryButton on_press=log_out>{texts.log_out}</PrimaryButton> }
        >
            <p>{texts.log_out_more}</p>
            {unsent}
            <div role="alert">{failure}</div>
        </Dialog>
    }
}
