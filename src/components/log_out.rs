//! Whether to log out. It is asked, because there is no password to come back with, and because it ends what
//! goes on on the phone too.

use leptos::{prelude::*, task::spawn_local};

use super::{
    button::{Button, PrimaryButton},
    dialog::Dialog,
};
use crate::{
    api::gateway::{devices, end_other_devices},
    context::{use_config, use_formats, use_rest_texts, use_session},
    i18n::{fill, problem_text},
    platform::storage::{self, Drafts},
};

/// The dialog.
#[component]
pub fn LogOutDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
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
    let has_unsent = session.has_unsent() || storage::drafts() == Drafts::Own;
    let unsent = has_unsent.then(|| view! { <p class="notice">{texts.log_out_unsent}</p> });
    view! {
        <Dialog
            open
            title=texts.log_out_ask
            close=texts.stay_in
            action=move || view! { <PrimaryButton on_press=log_out>{texts.log_out}</PrimaryButton> }
        >
            <p>{texts.log_out_more}</p>
            {unsent}
            <OtherDevices/>
            <div role="alert">{move || failure()}</div>
        </Dialog>
    }
}

/// On how many devices the consumer is signed in, when there are others, and a way to end those alone.
#[component]
fn OtherDevices() -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let config = StoredValue::new(use_config());
    let count = RwSignal::new(1);
    let said = RwSignal::new(None);
    // Who cannot be told the number can log out all the same.
    spawn_local(async move {
        if let Ok(devices) = devices(&config.get_value()).await {
            count.try_set(devices);
        }
    });
    let end_others = move || {
        spawn_local(async move {
            match end_other_devices(&config.get_value()).await {
                Ok(()) => {
                    count.try_set(1);
                    said.try_set(Some(texts.others_logged_out.to_owned()));
                }
                Err(problem) => {
                    said.try_set(Some(problem_text(texts, &problem).sentence()));
                }
            }
        });
    };
    let others = move || {
        (count.get() > 1).then(|| {
            let count = formats.count(count.get() as usize);
            view! {
                <p>{fill(texts.logged_in_on, &[("count", &count)])}</p>
                <p class="buttons">
                    <Button class="button" on_press=end_others>{texts.log_out_others}</Button>
                </p>
            }
        })
    };
    view! {
        {others}
        <div role="status">{move || said.get().map(|said| view! { <p>{said}</p> })}</div>
    }
}
