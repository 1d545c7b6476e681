//! The second module, `rest`: all pages but the overview, uploading, and the dialogs. It is loaded when
//! the dossier is on the screen and the browser is idle, or earlier when one of these is opened.
//!
//! A release build cuts the module in two at [`load_rest`] (feature `split`, see docs/decisions). Without
//! that feature there is one module, and loading succeeds at once.

use std::time::Duration;

use accelerate::session::Session;
use futures::FutureExt;
use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};

use crate::{
    components::{
        button::PrimaryButton, log_out::LogOutDialog, phone::PhoneDialog, screen::ErrorScreen,
        session_ending::SessionEnding,
    },
    context::{SessionObserver, use_config, use_host, use_session, use_texts},
    i18n,
    pages::{action::ActionPage, documents::Documents, me::Me, product::ProductPage},
    platform::{save, window},
    upload::store::{UploadServices, UploadStore},
};

/// Shows a dialog while the signal is `true`.
pub type DialogView = fn(RwSignal<bool>) -> AnyView;

/// What is in the second module.
#[derive(Clone, Copy)]
pub struct Rest {
    pub product_page: fn(String) -> AnyView,
    pub action_page: fn(String) -> AnyView,
    pub documents_page: fn() -> AnyView,
    pub me_page: fn() -> AnyView,
    pub phone_dialog: DialogView,
    pub log_out_dialog: DialogView,
    pub session_ending: fn() -> AnyView,
    /// Provides what only the second module needs. To be called once.
    provide_context: fn(),
}

#[cfg_attr(
    feature = "split",
    expect(unsafe_code, reason = "the macro declares the second module's functions"),
    leptos::wasm_split::wasm_split(rest, wasm_split_path = ::leptos::wasm_split, fallible)
)]
fn load_rest() -> Result<Rest, SplitLoaderError> {
    Ok(Rest {
        product_page: |id| view! { <ProductPage id/> }.into_any(),
        action_page: |id| view! { <ActionPage id/> }.into_any(),
        documents_page: || view! { <Documents/> }.into_any(),
        me_page: || view! { <Me/> }.into_any(),
        phone_dialog: |open| view! { <PhoneDialog open/> }.into_any(),
        log_out_dialog: |open| view! { <LogOutDialog open/> }.into_any(),
        session_ending: || view! { <SessionEnding/> }.into_any(),
        provide_context: provide_context_of_rest,
    })
}

/// Where the second module is.
#[derive(Clone, Copy)]
pub enum RestState {
    /// Nobody has asked for it yet.
    NotLoaded,
    Loading,
    Ready(Rest),
    /// It did not come. Loading it again may work.
    Failed,
}

impl RestState {
    /// Whether it is there.
    pub fn is_ready(self) -> bool {
        matches!(self, Self::Ready(_))
    }
}

/// Loads the second module, once.
#[derive(Clone, Copy)]
pub struct RestLoader {
    /// Where it is.
    pub state: RwSignal<RestState>,
    /// What the module provides belongs to the whole portal.
    owner: StoredValue<Owner>,
    /// Whether it was tried again.
    has_retried: RwSignal<bool>,
}

impl RestLoader {
    /// It is not loaded yet. What it provides belongs to the reactive owner that this is called in.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(RestState::NotLoaded),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            has_retried: RwSignal::new(false),
        }
    }

    /// Loads it, unless it is there or on its way.
    pub fn load(self) {
        if !matches!(self.state.get_untracked(), RestState::NotLoaded) {
            return;
        }
        self.state.set(RestState::Loading);
        spawn_local(async move {
            #[cfg(feature = "split")]
            let loaded = load_rest().await;
            #[cfg(not(feature = "split"))]
            let loaded = load_rest();
            let Some(owner) = self.owner.try_get_value() else {
                return;
            };
            self.state.set(match loaded {
                Ok(rest) => {
                    owner.with(rest.provide_context);
                    RestState::Ready(rest)
                }
                Err(error) => {
                    leptos::logging::error!("consumer-portal: a part could not be loaded: {error}");
                    RestState::Failed
                }
            });
        });
    }

    /// Loads it when the browser has nothing else to do.
    pub fn load_when_idle(self) {
        // Safari has no idle callback.
        if request_idle_callback_with_handle(move || self.load()).is_err() {
            set_timeout(move || self.load(), Duration::from_secs(1));
        }
    }

    fn try_again(self) {
        // What does not come twice may be gone: the site has a new version, and this page is of the old one.
        if self.has_retried.get_untracked() {
            return window::reload();
        }
        self.has_retried.set(true);
        self.state.set(RestState::NotLoaded);
        self.load();
    }
}

/// The second module did not come: a way to try again.
#[component]
pub fn RestFailed() -> impl IntoView {
    let texts = use_texts();
    let loader: RestLoader = expect_context();
    view! {
        <ErrorScreen title=texts.page_not_loaded more=texts.problem_connection_more>
            <PrimaryButton on_press=move || {
                loader.try_again()
            }>{texts.try_again}</PrimaryButton>
        </ErrorScreen>
    }
}

fn provide_context_of_rest() {
    let config = use_config();
    provide_context(i18n::rest_texts(config.language, config.address));
    provide_uploads();
}

fn provide_uploads() {
    let (session, host, config) = (use_session(), use_host(), use_config());
    let uploads = UploadStore::new(UploadServices {
        config,
        refresh: Box::new(move || session.refresh().boxed_local()),
        is_signed_in: Box::new(move || session.get_untracked().is_some()),
        renew: Box::new(move || session.renew()),
        on_arrived: Box::new(move || host.emit("portal-uploaded", &[])),
        on_failed: Box::new(move |problem| {
            host.emit("portal-error", &[("kind", "upload")]);
            session.check_expiry(problem);
        }),
    });
    provide_context(uploads);
    session.add_observer(UploadObserver(uploads));
}

/// Tells the uploads of every session.
struct UploadObserver(UploadStore);

impl SessionObserver for UploadObserver {
    fn on_session(&self, session: &Session) {
        self.0.on_session(session);
    }

    fn has_unsent(&self) -> bool {
        self.0.has_unsent()
    }

    fn on_log_out(&self) {
        self.0.clear();
        save::release_all();
    }
}
