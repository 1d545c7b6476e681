//! The portal as a whole: the context that all pages share, and what is on the screen.
//!
//! Data goes one way: attributes → config → getsession → session store → pages.

mod frame;
mod later;
mod page_events;

use std::sync::Arc;

use accelerate::problem::{Problem, ProblemKind};
use js_sys::Promise;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::{
    components::{
        button::PrimaryButton,
        icon::Icon,
        person::{ContactButtons, contact},
        screen::ErrorScreen,
    },
    config::Config,
    context::{
        Addresses, Auth, Host, Navigation, SessionStore, SignedOutReason, WaitingTasks,
        provide_page_title, use_config, use_session, use_texts,
    },
    i18n::{self, problem_text},
    platform::{intl::Formats, window},
};
use frame::Frame;
use later::{Later, Parts, Shown, use_parts};
use page_events::follow_page_events;

/// How the fragment of a link begins that signs in to a page of another site than the gateway's.
const OPEN: &str = "#portal-open";

/// What is on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Screen {
    Loading,
    Failed,
    SignedOut(SignedOutReason),
    Dossier,
}

/// The portal.
#[component]
pub fn App(
    /// The element's settings.
    config: Config,
    /// The element.
    element: HtmlElement,
    /// The getsession that the loader asked for: a promise of a `Response`.
    first_session: Promise,
    /// Where the files are that are not loaded with the module.
    addresses: Addresses,
    /// Where the dossier can be opened when this page's browser keeps no cookie of the gateway's.
    own_page: Option<String>,
) -> impl IntoView {
    let config = Arc::new(config);
    let host = Host::new(element);
    let navigation = Navigation::new();
    let session = SessionStore::new(Arc::clone(&config), Auth::new(own_page), navigation, host);
    provide_context(i18n::texts(config.language, config.address));
    provide_context(Formats::new(config.language));
    provide_context(Arc::new(addresses));
    provide_context(config);
    provide_context(host);
    provide_context(navigation);
    provide_context(session);
    provide_context(WaitingTasks::default());
    provide_context(Parts::new());
    provide_page_title();
    session.read_first(first_session);
    follow_page_events();

    let screen = Memo::new(move |_| {
        if let Some(reason) = session.auth.signed_out.get() {
            Screen::SignedOut(reason)
        } else if session.is_some() {
            Screen::Dossier
        } else if session.problem.with(Option::is_some) {
            Screen::Failed
        } else {
            Screen::Loading
        }
    });
    // What had the focus is gone when another screen comes, unless it is the first.
    let has_skeleton = RwSignal::new(true);
    Effect::new(move |before: Option<Screen>| {
        let now = screen.get();
        if before.is_some_and(|before| before != now) {
            if has_skeleton.get_untracked() {
                has_skeleton.set(false);
                if let Some(root) = host.root() {
                    window::remove_skeleton(&root);
                }
            }
            if before != Some(Screen::Loading) {
                host.focus_heading_soon();
            }
        }
        now
    });
    // Until something was on the screen, the focus is where the consumer put it: they may be typing in a field of the
    // office's page.
    let is_first = StoredValue::new(true);
    view! { {move || {
        let screen = screen.get();
        let takes_focus = !is_first.get_value();
        if screen != Screen::Loading {
            is_first.set_value(false);
        }
        match screen {
            Screen::Loading => view! { <Loading has_skeleton=has_skeleton.get_untracked()/> }.into_any(),
            Screen::Failed => view! { <Failed/> }.into_any(),
            Screen::SignedOut(reason) => {
                let (loader, shown) = (use_parts().aside, Shown::SignedOut(reason));
                view! { <Later loader shown takes_focus/> }.into_any()
            }
            Screen::Dossier => view! { <Frame/> }.into_any(),
        }
    }} }
}

/// While the session is read again after a failure. At first the loader's skeleton is there.
#[component]
fn Loading(has_skeleton: bool) -> impl IntoView {
    let words = use_texts().loading;
    (!has_skeleton).then(|| {
        view! {
            <div class="screen" role="status">
                <Icon name="busy"/>
                <p>{words}</p>
            </div>
        }
    })
}

/// The first getsession failed: why, and a way on.
#[component]
fn Failed() -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let is_standalone = use_config().standalone;
    let try_again = move || {
        let is_blocked = |problem: &Problem| problem.kind == ProblemKind::Blocked;
        let is_blocked = session
            .problem
            .get_untracked()
            .as_ref()
            .is_some_and(is_blocked);
        // A link that could not be opened yet is opened by the loader. What stands in between, such as a
        // check for robots, shows itself only when the page is loaded.
        if is_blocked || window::fragment().starts_with(OPEN) {
            return window::reload();
        }
        session.problem.set(None);
        session.refresh_soon();
    };
    let words = move |problem: &Problem| match problem.kind {
        ProblemKind::NotFound => (texts.problem_no_dossier, texts.problem_signed_out_more),
        // What was refused was to see the dossier: nothing was handed in.
        ProblemKind::Rejected => (texts.page_not_loaded, texts.problem_refused_more),
        _ => {
            let text = problem_text(texts, problem);
            (text.title, text.more)
        }
    };
    view! { {move || {
        session.problem.get().map(|problem| {
            let (title, more) = words(&problem);
            view! {
                <ErrorScreen title more>
                    <PrimaryButton on_press=try_again>{texts.try_again}</PrimaryButton>
                    {contact(None).map(|person| view! { <ContactButtons person/> })}
                    // The office's own words: the link in them goes another way than this page does.
                    {(!is_standalone).then(|| view! { <slot/> })}
                </ErrorScreen>
            }
            .into_any()
        })
    }} }
}
