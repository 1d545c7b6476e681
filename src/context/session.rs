//! The newest session, and keeping it up to date.
//!
//! The session is read when the portal starts, when the consumer comes back to the tab, when the
//! connection comes back, and after an upload. Moving between pages reads nothing. The last good session
//! stays on the screen when a later getsession fails, unless the consumer is signed out.

use std::sync::Arc;

use accelerate::{
    problem::{Problem, ProblemKind},
    session::{Action, Product, Session},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use leptos::{prelude::*, task::spawn_local};

use super::{Auth, Host, Navigation, SignedOutReason};
use crate::{
    api::{
        gateway, http,
        session::{self, SessionResponse},
    },
    config::Config,
    platform::window,
    route::Page,
};

/// How long before the session's end the consumer is asked whether they stay, in seconds. A session of less than four
/// times as long is asked about in its last quarter.
const WARNING: u32 = 120;
/// How long until the session's end is checked again when nobody could say it, in seconds.
const CHECK_AGAIN: u32 = 60;
/// How often the clock is looked at while a session's end is waited for, in milliseconds: while a computer
/// sleeps its timers stand still, and its clock does not.
const CLOCK_CHECK: u32 = 60_000;

/// Something outside this room that follows the session: what is being uploaded.
pub trait SessionObserver: Send + Sync {
    /// A getsession gave this.
    fn on_session(&self, session: &Session);
    /// Whether leaving the page would lose a document or a comment.
    fn has_unsent(&self) -> bool;
    /// The page is not this consumer's any more: everything of theirs goes from memory.
    fn on_forget(&self);
    /// The consumer logged out: what is kept of theirs on the device goes, too. [`Self::on_forget`] follows.
    fn on_log_out(&self) {}
}

/// The newest session, and why there is none. Cheap to copy; lives as long as the element.
#[derive(Clone, Copy)]
pub struct SessionStore {
    /// Why the newest getsession failed, if it did.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether there is a connection, as far as is known: see [`http::online`].
    pub online: RwSignal<bool>,
    /// In how many seconds the session ends, when that is soon and the consumer is to be asked whether they stay.
    pub ends_in: RwSignal<Option<u32>>,
    /// Whether the consumer is signed in.
    pub auth: Auth,
    session: RwSignal<Option<Arc<Session>>>,
    navigation: Navigation,
    host: Host,
    state: StoredValue<StoreState>,
}

/// What nothing on the screen follows.
struct StoreState {
    config: Arc<Config>,
    observers: Vec<Box<dyn SessionObserver>>,
    /// Counts the requests: of several under way only the newest counts.
    request_id: u32,
    /// The keys of the consumer's drafts; `None` when the newest session gave none.
    draft_keys: Option<String>,
}

impl SessionStore {
    /// No session yet.
    pub fn new(config: Arc<Config>, auth: Auth, navigation: Navigation, host: Host) -> Self {
        Self {
            problem: RwSignal::new(None),
            online: http::online().into(),
            ends_in: RwSignal::new(None),
            auth,
            session: RwSignal::new(None),
            navigation,
            host,
            state: StoredValue::new(StoreState {
                config,
                observers: Vec::new(),
                request_id: 0,
                draft_keys: None,
            }),
        }
    }

    /// The session, for whoever follows it.
    pub fn get(self) -> Option<Arc<Session>> {
        self.session.get()
    }

    /// The session as it is now.
    pub fn get_untracked(self) -> Option<Arc<Session>> {
        self.session.try_get_untracked().flatten()
    }

    /// Whether there is a session, for whoever follows it.
    pub fn is_some(self) -> bool {
        self.session.with(Option::is_some)
    }

    /// Something of the session, for whoever follows it; the default when there is no session.
    pub fn read<T: Default>(self, part: impl FnOnce(&Session) -> T) -> T {
        self.session
            .with(|session| session.as_deref().map(part))
            .unwrap_or_default()
    }

    /// A part of the session, for views that are to be made anew only when it changes: `is_same` says
    /// whether two sessions have the same.
    pub fn part(self, is_same: fn(&Session, &Session) -> bool) -> SessionPart {
        SessionPart(Memo::new(move |_| Snapshot {
            session: self.get(),
            is_same,
        }))
    }

    /// The product with this id, for whoever follows it.
    pub fn product(self, id: &str) -> Option<Product> {
        self.read(|session| session.products.iter().find(|it| it.id == id).cloned())
    }

    /// The action with this id, for whoever follows it.
    pub fn action(self, id: &str) -> Option<Arc<Action>> {
        self.read(|session| session.actions.iter().find(|it| it.id == id).cloned())
    }

    /// The action as the newest session has it; as it was last when the session no longer has it.
    pub fn follow_action(self, action: Arc<Action>) -> Memo<Arc<Action>> {
        Memo::new(move |last: Option<&Arc<Action>>| {
            let now = self.action(&action.id);
            now.unwrap_or_else(|| Arc::clone(last.unwrap_or(&action)))
        })
    }

    /// Has `observer` told of every session from now on.
    pub fn add_observer(self, observer: impl SessionObserver + 'static) {
        self.state
            .update_value(|state| state.observers.push(Box::new(observer)));
    }

    /// Whether leaving the page would lose a document or a comment.
    pub fn has_unsent(self) -> bool {
        self.state
            .with_value(|state| state.observers.iter().any(|observer| observer.has_unsent()))
    }

    /// Reads the session that the loader asked for.
    pub fn read_first(self, response: Promise) {
        let request_id = self.next_request_id();
        spawn_local(async move {
            let response = session::first_session(response).await;
            // The store has it; nobody waits for it here.
            let _ = self.apply(request_id, response);
        });
    }

    /// Reads the session again; gives it as well.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn refresh(self) -> Result<Arc<Session>, Problem> {
        let request_id = self.next_request_id();
        let config = self.config();
        let response = session::getsession(&config).await;
        self.apply(request_id, response)
    }

    /// Reads the session again, for whoever need not wait for it.
    pub fn refresh_soon(self) {
        spawn_local(async move {
            // The portal may be off the page by then.
            if !self.state.is_disposed() {
                let _ = self.refresh().await;
            }
        });
    }

    /// The consumer does something: a session that would expire in a while is renewed.
    pub fn renew(self) {
        if self.auth.renewal_is_due() {
            self.refresh_soon();
        }
    }

    /// Something went wrong: when it sounds as if the session were over, checks whether it is.
    pub fn check_expiry(self, problem: &Problem) {
        if problem.is_signed_out() {
            self.watch_expiry(0);
        }
    }

    /// Logs out, and forgets everything.
    ///
    /// # Errors
    /// When the gateway could not be told. Then the consumer is still signed in.
    pub async fn log_out(self) -> Result<(), Problem> {
        let config = self.config();
        gateway::log_out(&config).await?;
        if self.state.is_disposed() {
            return Ok(());
        }
        // An answer that is still on its way is about somebody who was signed in.
        self.next_request_id();
        self.each_observer(|observer| observer.on_log_out());
        self.forget_consumer();
        self.sign_out(SignedOutReason::LoggedOut);
        Ok(())
    }

    /// Forgets the consumer whom this page belonged to, with everything of theirs. Whoever is signed in may
    /// have it.
    pub fn forget_consumer(self) {
        self.each_observer(|observer| observer.on_forget());
        self.state.update_value(|state| state.draft_keys = None);
        self.auth.forget_page();
        self.auth.forget_consumer();
        self.navigation.go_to(Page::Overview);
    }

    /// The keys with which the consumer's drafts are encrypted, as the newest session gave them.
    pub fn draft_keys(self) -> Option<String> {
        self.state.with_value(|state| state.draft_keys.clone())
    }

    fn config(self) -> Arc<Config> {
        self.state.with_value(|state| Arc::clone(&state.config))
    }

    fn each_observer(self, tell: impl Fn(&dyn SessionObserver)) {
        self.state.with_value(|state| {
            state
                .observers
                .iter()
                .for_each(|observer| tell(&**observer));
        });
    }

    fn next_request_id(self) -> u32 {
        let next = |state: &mut StoreState| {
            state.request_id += 1;
            state.request_id
        };
        self.state.try_update_value(next).unwrap_or_default()
    }

    /// Shows the answer of the getsession with this request id. What is on the screen stays when the
    /// answer says the same. An answer that does not count is only handed back.
    fn apply(
        self,
        request_id: u32,
        response: Result<SessionResponse, Problem>,
    ) -> Result<Arc<Session>, Problem> {
        // It does not count either when the portal was taken off the page meanwhile.
        let newest = self.state.try_with_value(|state| state.request_id);
        let counts = newest == Some(request_id);
        match response {
            Ok(response) => {
                let session = Arc::new(response.session);
                if counts && self.auth.is_others(&session) {
                    self.sign_out(SignedOutReason::OtherConsumer);
                    return Err(Problem::new(ProblemKind::NotSignedIn, "another consumer"));
                }
                if counts {
                    let keys = response.draft_keys;
                    self.state.update_value(|state| state.draft_keys = keys);
                    self.apply_session(&session, response.expires_in);
                }
                Ok(session)
            }
            Err(problem) => {
                if counts {
                    if problem.is_signed_out() {
                        self.end_session(&problem);
                    }
                    self.problem.set(Some(problem.clone()));
                    self.host.emit("portal-error", &[("kind", "session")]);
                }
                Err(problem)
            }
        }
    }

    fn apply_session(self, session: &Arc<Session>, expires_in: Option<u32>) {
        let before = self.get_untracked();
        if before.is_none()
            && let Some(page) = self.auth.page_to_return_to(session)
        {
            self.navigation.go_to(page);
        }
        self.auth.set_signed_in(session, expires_in);
        if let Some(seconds) = expires_in {
            self.watch_expiry(seconds);
        } else {
            self.auth.next_expiry_id();
        }
        if before.as_ref() != Some(session) {
            self.session.set(Some(Arc::clone(session)));
        }
        self.problem.set(None);
        self.each_observer(|observer| observer.on_session(session));
        if before.is_none() {
            self.host.emit("portal-ready", &[]);
        }
    }

    /// A getsession says that the consumer is not signed in (any more).
    fn end_session(self, problem: &Problem) {
        let here = self.navigation.page.get_untracked();
        let was_signed_in = self.get_untracked().is_some();
        let reason = self.auth.reason(problem, was_signed_in, &here);
        if reason != SignedOutReason::LoggedOut {
            self.auth.remember_page(&here);
        }
        self.sign_out(reason);
    }

    /// Takes the dossier off the screen.
    fn sign_out(self, reason: SignedOutReason) {
        self.ends_in.set(None);
        self.auth.set_signed_out(reason);
        self.session.set(None);
    }

    /// Shortly before so many seconds are over, and then again, asks the gateway whether the session ends: it does
    /// not when it was used in another tab. Before it ends the consumer is asked whether they stay.
    fn watch_expiry(self, mut seconds: u32) {
        let id = self.auth.next_expiry_id();
        if self.state.is_disposed() {
            return;
        }
        self.ends_in.set(None);
        let warning = WARNING.min(seconds / 4);
        let config = self.config();
        spawn_local(async move {
            loop {
                // At the end a second later, so that it is over by the gateway's clock.
                let mut wait = match seconds > warning {
                    true => seconds - warning,
                    false => seconds.saturating_add(1),
                };
                let end = window::now() + f64::from(wait) * 1000.0;
                while wait > 0 {
                    let milliseconds = wait.saturating_mul(1000);
                    TimeoutFuture::new(milliseconds.min(CLOCK_CHECK)).await;
                    if !self.auth.is_current_expiry(id) {
                        return;
                    }
                    // A clock that was set back does not prolong it.
                    let by_clock = ((end - window::now()) / 1000.0).ceil().max(0.0) as u32;
                    wait = wait.saturating_sub(CLOCK_CHECK / 1000).min(by_clock);
                }
                seconds = match gateway::session_expires_in(&config).await {
                    Ok(seconds) => {
                        self.ends_in
                            .set(Some(seconds).filter(|left| *left <= warning));
                        seconds
                    }
                    Err(problem) if problem.is_signed_out() => {
                        if self.auth.is_current_expiry(id) {
                            self.end_session(&problem);
                        }
                        return;
                    }
                    Err(_) => CHECK_AGAIN,
                };
            }
        });
    }
}

/// A part of the session. All parts share one type of memo: each type is code to download.
#[derive(Debug, Clone, Copy)]
pub struct SessionPart(Memo<Snapshot>);

impl SessionPart {
    /// Something of this part, for whoever follows it; the default when there is no session.
    pub fn read<T: Default>(self, part: impl FnOnce(&Session) -> T) -> T {
        let snapshot = self.0.read();
        snapshot.session.as_deref().map(part).unwrap_or_default()
    }
}

/// A session that equals another one when both have the same of one part.
#[derive(Debug)]
struct Snapshot {
    session: Option<Arc<Session>>,
    is_same: fn(&Session, &Session) -> bool,
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        match (&self.session, &other.session) {
            (Some(one), Some(other)) => (self.is_same)(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

/// The newest session.
pub fn use_session() -> SessionStore {
    expect_context()
}
