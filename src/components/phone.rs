//! On to the phone: a code on the screen for its camera, for whoever has the paper on the table and the
//! camera in the hand. While the code is good, the page shows what arrives.

use std::sync::Arc;

use accelerate::{
    problem::Problem,
    session::{Action, Session, Status},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use super::{button::PrimaryButton, dialog::Dialog, icon::Icon, task_list::action_name};
use crate::{
    api::gateway::{PhoneCode, phone_code},
    context::{use_config, use_formats, use_navigation, use_rest_texts, use_session},
    i18n::{fill, problem_text},
};

/// How often the session is read to see what arrived, in seconds.
const REFRESH: u32 = 10;

/// Where the code is.
#[derive(Debug, Clone, PartialEq)]
enum Code {
    Loading,
    Ready(PhoneCode),
    Expired,
    Failed(Problem),
}

/// The dialog.
#[component]
pub fn PhoneDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (texts, session, navigation) = (use_rest_texts(), use_session(), use_navigation());
    let config = StoredValue::new(use_config());
    let code = RwSignal::new(Code::Loading);
    // It ends when the dialog is gone.
    let make_code = move || {
        code.set(Code::Loading);
        spawn_local(async move {
            let route = navigation.page.get_untracked().path();
            let mut left = match phone_code(&config.get_value(), &route).await {
                Ok(ready) => {
                    let seconds = ready.seconds;
                    code.try_set(Code::Ready(ready));
                    seconds
                }
                Err(problem) => {
                    session.check_expiry(&problem);
                    code.try_set(Code::Failed(problem));
                    return;
                }
            };
            while left > 0 {
                let next = left.min(REFRESH);
                TimeoutFuture::new(next * 1000).await;
                left -= next;
                if code.is_disposed() {
                    return;
                }
                session.refresh_soon();
            }
            code.try_set(Code::Expired);
        });
    };
    make_code();

    let before = session.get_untracked();
    let arrived = Memo::new(move |_| session.read(|now| arrived_since(before.as_deref(), now)));
    view! {
        <Dialog open title=texts.to_phone close=texts.close>
            <p>{texts.phone_more}</p>
            {move || view! { <CodeView code=code.get() on_retry=make_code/> }}
            <div role="status">
                <For each=move || arrived.get() key=|action| action.id.clone() let:action>
                    <p class="arrived">
                        <Icon name="done"/>
                        {fill(texts.phone_arrived, &[("task", &action_name(texts, &action))])}
                    </p>
                </For>
            </div>
        </Dialog>
    }
}

/// The code, or where it is.
#[component]
fn CodeView(code: Code, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let retry = move |title: &'static str, more: &'static str| {
        view! {
            <div class="ask" role="alert">
                <p>{title}</p>
                <p>{more}</p>
                <PrimaryButton on_press=on_retry>{texts.phone_again}</PrimaryButton>
            </div>
        }
        .into_any()
    };
    match code {
        Code::Loading => view! {
            <div class="code waiting" role="status">
                <Icon name="busy"/>
                <p>{texts.phone_making}</p>
            </div>
        }
        .into_any(),
        Code::Ready(code) => {
            let minutes = formats.count(code.seconds.div_ceil(60) as usize);
            view! {
                <img class="code" src=code.picture alt=texts.phone_code/>
                <p class="hint">{fill(texts.phone_until, &[("count", &minutes)])}</p>
            }
            .into_any()
        }
        Code::Expired => retry(texts.phone_over, texts.code_more),
        Code::Failed(problem) => {
            let text = problem_text(texts, &problem);
            retry(text.title, text.more)
        }
    }
}

/// The actions that were done between two sessions.
fn arrived_since(before: Option<&Session>, now: &Session) -> Vec<Arc<Action>> {
    let before = before.map_or(&[][..], |before| &before.actions);
    let is_new = |(index, action): (usize, &Arc<Action>)| {
        // Mostly each action is where it was.
        let is_same = |it: &&Arc<Action>| it.id == action.id;
        let earlier = before.get(index).filter(is_same);
        let earlier = earlier.or_else(|| before.iter().find(is_same));
        let is_known = earlier.is_some_and(|earlier| {
            earlier.status() == Status::Done && earlier.date_executed == action.date_executed
        });
        (action.status() == Status::Done && !is_known).then(|| Arc::clone(action))
    };
    now.actions.iter().enumerate().filter_map(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(actions: &[(&str, u8)]) -> Session {
        let actions: Vec<String> = actions
            .iter()
            .map(|(id, done)| {
                format!("\"{id}\":{{\"id\":\"{id}\",\"label\":\"{id}\",\"is_done\":{done}}}")
            })
            .collect();
        let json = format!(
            "{{\"consumerportalsession\":{{\"dossier\":{{\"products\":{{\"P\":{{\"id\":\"P\",\"productactions\":{{{}}}}}}}}}}}}}",
            actions.join(",")
        );
        accelerate::decode::session(json.as_bytes()).expect("this is a session")
    }

    #[test]
    fn only_what_was_done_meanwhile_has_arrived() {
        let before = session(&[("A", 1), ("B", 0), ("C", 0)]);
        let now = session(&[("N", 0), ("A", 1), ("B", 1), ("C", 0)]);
        let ids = |before, now| -> Vec<String> {
            let arrived = arrived_since(before, now);
            arrived.iter().map(|action| action.id.clone()).collect()
        };
        assert_eq!(ids(Some(&before), &now), ["B"]);
        assert!(ids(Some(&now), &now).is_empty());
    }
}
