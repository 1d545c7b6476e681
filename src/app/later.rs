//! The parts of the portal that are loaded later: `rest`, when the dossier is on the screen and the browser is idle,
//! or earlier when one of its pages is opened; `aside`, when something of it is opened, which few consumers see; and
//! `scan`, when a file is chosen.
//!
//! A release build cuts the module at [`load_rest`], [`load_aside`] and [`load_scan`] (feature `split`, see docs/decisions). Without
//! that feature there is one module, and loading succeeds at once.

#[cfg(not(feature = "split"))]
use std::future::ready;
use std::time::Duration;

use accelerate::session::Session;
use futures::{FutureExt, future::LocalBoxFuture};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};

use super::page_events::follow_consumer;
use crate::{
    components::{
        button::PrimaryButton, icon::Icon, log_out::LogOutDialog, phone::PhoneDialog,
        screen::ErrorScreen, session_ending::SessionEnding,
    },
    context::{
        Composer, SessionObserver, SignedOutReason, WaitingTasks, use_config, use_host,
        use_session, use_texts, use_waiting,
    },
    i18n,
    keep::keeper::provide_keeper,
    pages::{
        action::ActionPage,
        documents::Documents,
        me::Me,
        product::ProductPage,
        signed_out::{NeedlessLink, SignedOut},
    },
    platform::{
        save,
        storage::{self, Drafts},
        window,
    },
    route::{BadLink, Page},
    scan::{components::composer::ComposerView, store::provide_drafts},
    upload::store::{UploadServices, UploadStore},
};

/// What a part can show.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// A page of the dossier, of `rest`.
    Page(Page),
    /// The question before the session ends, of `rest`.
    SessionEnding,
    /// Why the consumer is signed out, of `aside`.
    SignedOut(SignedOutReason),
    /// That a link was not needed, of `aside`.
    NeedlessLink(BadLink),
    /// The code for the phone, of `aside`, while it is `true`.
    PhoneDialog(RwSignal<bool>),
    /// Whether to log out, of `aside`, while it is `true`.
    LogOutDialog(RwSignal<bool>),
    /// The document that is put together for an action, of `scan`.
    Composer(String),
}

/// What is in a part.
#[derive(Clone, Copy)]
pub struct Part {
    /// Shows something of it.
    show: fn(Shown) -> AnyView,
    /// Provides what only this part needs. To be called once.
    provide_context: fn(),
}

#[cfg_attr(
    feature = "split",
    expect(unsafe_code, reason = "the macro declares the part's functions"),
    leptos::wasm_split::wasm_split(rest, wasm_split_path = ::leptos::wasm_split, fallible)
)]
fn load_rest() -> Result<Part, SplitLoaderError> {
    Ok(Part {
        show: |shown| match shown {
            Shown::Page(Page::Product(id)) => view! { <ProductPage id/> }.into_any(),
            Shown::Page(Page::Action(id)) => view! { <ActionPage id/> }.into_any(),
            Shown::Page(Page::Documents) => view! { <Documents/> }.into_any(),
            Shown::Page(_) => view! { <Me/> }.into_any(),
            Shown::SessionEnding => view! { <SessionEnding/> }.into_any(),
            _ => ().into_any(),
        },
        provide_context: || {
            provide_texts();
            provide_uploads();
            follow_consumer();
        },
    })
}

#[cfg_attr(
    feature = "split",
    expect(unsafe_code, reason = "the macro declares the part's functions"),
    leptos::wasm_split::wasm_split(aside, wasm_split_path = ::leptos::wasm_split, fallible)
)]
fn load_aside() -> Result<Part, SplitLoaderError> {
    Ok(Part {
        show: |shown| match shown {
            Shown::SignedOut(reason) => view! { <SignedOut reason/> }.into_any(),
            Shown::NeedlessLink(bad) => view! { <NeedlessLink bad/> }.into_any(),
            Shown::PhoneDialog(open) => view! { <PhoneDialog open/> }.into_any(),
            Shown::LogOutDialog(open) => view! { <LogOutDialog open/> }.into_any(),
            _ => ().into_any(),
        },
        provide_context: provide_texts,
    })
}

#[cfg_attr(
    feature = "split",
    expect(unsafe_code, reason = "the macro declares the part's functions"),
    leptos::wasm_split::wasm_split(scan, wasm_split_path = ::leptos::wasm_split, fallible)
)]
fn load_scan() -> Result<Part, SplitLoaderError> {
    Ok(Part {
        show: |shown| match shown {
            Shown::Composer(action_id) => view! { <ComposerView action_id/> }.into_any(),
            _ => ().into_any(),
        },
        provide_context: || {
            let config = use_config();
            provide_context(i18n::scan_texts(config.language, config.address));
            provide_drafts();
            provide_keeper();
        },
    })
}

/// How long a page may take to be gone when it is left, in milliseconds.
const LEAVING: u32 = 1_000;

/// A part on its way.
type Loaded = LocalBoxFuture<'static, Result<Part, SplitLoaderError>>;

/// Where a part is.
#[derive(Clone, Copy)]
pub enum PartState {
    /// Nobody has asked for it yet.
    NotLoaded,
    Loading,
    Ready(Part),
    /// It did not come. Loading it again may work.
    Failed,
}

/// Loads a part, once.
#[derive(Clone, Copy)]
pub struct Loader {
    /// Where it is.
    pub state: RwSignal<PartState>,
    load: fn() -> Loaded,
    /// What the part provides belongs to the whole portal.
    owner: StoredValue<Owner>,
    /// Whether it was tried again.
    has_retried: RwSignal<bool>,
}

/// The loaders of both parts.
#[derive(Clone, Copy)]
pub struct Parts {
    pub rest: Loader,
    pub aside: Loader,
}

impl Parts {
    /// None is loaded yet. What they provide belongs to the reactive owner that this is called in.
    pub fn new() -> Self {
        #[cfg(feature = "split")]
        let loads: [fn() -> Loaded; 2] =
            [|| load_rest().boxed_local(), || load_aside().boxed_local()];
        #[cfg(not(feature = "split"))]
        let loads: [fn() -> Loaded; 2] = [
            || ready(load_rest()).boxed_local(),
            || ready(load_aside()).boxed_local(),
        ];
        let [rest, aside] = loads.map(Loader::new);
        Self { rest, aside }
    }
}

/// The loaders of both parts.
pub fn use_parts() -> Parts {
    expect_context()
}

impl Loader {
    fn new(load: fn() -> Loaded) -> Self {
        Self {
            state: RwSignal::new(PartState::NotLoaded),
            load,
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            has_retried: RwSignal::new(false),
        }
    }

    /// Loads it, unless it is there or on its way.
    pub fn load(self) {
        // Nothing is loaded for a portal that was taken off the page before the browser was idle.
        if !matches!(self.state.try_get_untracked(), Some(PartState::NotLoaded)) {
            return;
        }
        self.state.set(PartState::Loading);
        spawn_local(self.loaded());
    }

    /// Loads it, and waits until it is there or did not come.
    async fn loaded(self) {
        let loaded = (self.load)().await;
        let Some(owner) = self.owner.try_get_value() else {
            return;
        };
        // Somebody else who waited for it may have been faster.
        if matches!(self.state.get_untracked(), PartState::Ready(_)) {
            return;
        }
        self.state.set(match loaded {
            Ok(part) => {
                owner.with(part.provide_context);
                PartState::Ready(part)
            }
            Err(error) => {
                // A page that is being left breaks off what it fetches, too. It is gone before this is over.
                TimeoutFuture::new(LEAVING).await;
                leptos::logging::error!("consumer-portal: a part could not be loaded: {error}");
                PartState::Failed
            }
        });
    }

    /// Loads it when the browser has nothing else to do.
    pub fn load_when_idle(self) {
        // Safari has no idle callback.
        if request_idle_callback_with_handle(move || self.load()).is_err() {
            set_timeout(move || self.load(), Duration::from_secs(1));
        }
    }

    /// Shows something of it when it is there.
    pub fn show(self, shown: Shown) -> AnyView {
        match self.state.get() {
            PartState::Ready(part) => (part.show)(shown),
            _ => ().into_any(),
        }
    }

    /// Loads it once more.
    pub fn try_again(self) {
        // What does not come twice may be gone: the site has a new version, and this page is of the old one.
        if self.has_retried.get_untracked() {
            return window::reload();
        }
        self.has_retried.set(true);
        self.state.set(PartState::NotLoaded);
        self.load();
    }
}

/// Something of a part, or where that part is.
#[component]
pub fn Later(
    /// The part.
    loader: Loader,
    /// What of it.
    shown: Shown,
    /// Whether the focus goes to its heading when it was waited for.
    takes_focus: bool,
) -> impl IntoView {
    let (texts, host) = (use_texts(), use_host());
    loader.load();
    let is_ready = move || matches!(loader.state.get(), PartState::Ready(_));
    Effect::new(move |was_ready: Option<bool>| {
        let is_ready = is_ready();
        if is_ready && was_ready == Some(false) && takes_focus {
            host.focus_heading_soon();
        }
        is_ready
    });
    view! { {move || match loader.state.get() {
        PartState::NotLoaded | PartState::Loading => view! {
            <p class="page waiting" role="status">
                <Icon name="busy"/>
                {texts.page_loading}
            </p>
        }
        .into_any(),
        PartState::Failed => view! { <LoadFailed loader/> }.into_any(),
        PartState::Ready(part) => (part.show)(shown.clone()),
    }} }
}

/// A part did not come: a way to try again.
#[component]
fn LoadFailed(
    /// The part.
    loader: Loader,
) -> impl IntoView {
    let texts = use_texts();
    view! {
        <ErrorScreen title=texts.page_not_loaded more=texts.problem_connection_more>
            <PrimaryButton on_press=move || {
                loader.try_again()
            }>{texts.try_again}</PrimaryButton>
        </ErrorScreen>
    }
}

/// The loader of the part in which documents are put together.
fn scan_loader() -> Loader {
    #[cfg(feature = "split")]
    let load: fn() -> Loaded = || load_scan().boxed_local();
    #[cfg(not(feature = "split"))]
    let load: fn() -> Loaded = || ready(load_scan()).boxed_local();
    Loader::new(load)
}

fn provide_texts() {
    let config = use_config();
    provide_context(i18n::rest_texts(config.language, config.address));
}

fn provide_uploads() {
    let (session, host, config) = (use_session(), use_host(), use_config());
    let scan = scan_loader();
    provide_context(scan);
    provide_context(Composer(|action_id| {
        let (loader, shown) = (expect_context(), Shown::Composer(action_id));
        view! { <Later loader shown takes_focus=false/> }.into_any()
    }));
    let uploads = UploadStore::new(UploadServices {
        config,
        waiting: use_waiting(),
        refresh: Box::new(move || session.refresh().boxed_local()),
        is_signed_in: Box::new(move || session.get_untracked().is_some()),
        renew: Box::new(move || session.renew()),
        on_arrived: Box::new(move || host.emit("portal-uploaded", &[])),
        on_failed: Box::new(move |problem| {
            host.emit("portal-error", &[("kind", "upload")]);
            session.check_expiry(problem);
        }),
        load_preparation: Box::new(move || scan.loaded().boxed_local()),
        preparation: None,
        keeper: None,
    });
    provide_context(uploads);
    session.add_observer(UploadObserver(uploads, use_waiting()));
    // What is too old goes, and who logs out leaves nothing behind, whether or not they open its task.
    if storage::drafts() != Drafts::None {
        uploads.load_preparation();
    }
}

/// Tells the uploads of every session.
struct UploadObserver(UploadStore, WaitingTasks);

impl SessionObserver for UploadObserver {
    fn on_session(&self, session: &Session) {
        self.0.on_session(session);
    }

    fn on_log_out(&self) {
        // Nobody is there yet who could tell whose drafts there are.
        if storage::drafts() != Drafts::None && !self.0.has_keeper() {
            storage::say_drafts(Drafts::ToRemove);
            self.0.load_preparation();
        }
    }

    fn has_unsent(&self) -> bool {
        self.0.has_unsent()
    }

    fn on_forget(&self) {
        self.0.clear();
        self.1.clear();
        save::release_all();
    }
}
