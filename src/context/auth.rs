//! Whether the consumer is signed in: until when, what ended it, and where they were then.
//!
//! Behind our gateway a session expires unless it is used. Only calls count as use, and moving between
//! pages makes none: so what the consumer does on the page renews it now and then
//! ([`SessionStore::renew`](super::SessionStore::renew)). This module only keeps what is known; the
//! session store acts on it.

use accelerate::{
    problem::{Problem, ProblemKind},
    session::{Person, Session},
};
use leptos::prelude::*;

use crate::{
    platform::{storage, window},
    route::{BadLink, Page},
};

/// Why the consumer is signed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedOutReason {
    /// They never signed in.
    NotSignedIn,
    /// Their session is over.
    Expired,
    /// They logged out.
    LoggedOut,
    /// The link that they opened does not work (any more).
    BadLink(BadLink),
    /// Their link works, but the browser keeps no cookie of ours on this page.
    CookieRefused,
    /// Somebody else signed in in this browser.
    OtherConsumer,
}

/// Whether the consumer is signed in.
#[derive(Debug, Clone, Copy)]
pub struct Auth {
    /// Why they are signed out; `None` while they are signed in, and before the first answer.
    pub signed_out: RwSignal<Option<SignedOutReason>>,
    /// Whether our gateway answers. Then one can log out, and go on on a phone.
    pub has_gateway: RwSignal<bool>,
    state: StoredValue<AuthState>,
}

/// What nothing on the screen follows.
#[derive(Debug)]
struct AuthState {
    /// Whose dossier this page shows, or showed last: AccelerateConnect's id.
    consumer_id: Option<String>,
    /// Whom to ask for a new link: the adviser of the last session.
    adviser: Option<Person>,
    /// Where the dossier can be opened when this page keeps no cookie: an address of the gateway's.
    own_page: Option<String>,
    /// From when on use renews the session, in milliseconds since 1970.
    renew_at: f64,
    /// Counts what is known of the session's end, so that an older expectation counts no more.
    expiry_id: u32,
}

/// Where the browser stores the page that the consumer was on.
const PAGE_KEY: &str = "consumer-portal-place";
/// How long that is good, in minutes: who comes back another day begins at the overview.
const PAGE_KEPT: u32 = 12 * 60;
/// How long until renewing is tried again, in milliseconds.
const RENEW_PAUSE: f64 = 60_000.0;

impl Auth {
    /// Nothing is known yet. `own_page` is known when the page was opened with a link that works.
    pub fn new(own_page: Option<String>) -> Self {
        Self {
            signed_out: RwSignal::new(None),
            has_gateway: RwSignal::new(false),
            state: StoredValue::new(AuthState {
                consumer_id: None,
                adviser: None,
                // It becomes a link, and must not be a script.
                own_page: own_page.filter(|address| address.starts_with("http")),
                renew_at: f64::INFINITY,
                expiry_id: 0,
            }),
        }
    }

    /// Whom to ask for a new link, as far as it is known.
    pub fn adviser(self) -> Option<Person> {
        self.state.with_value(|state| state.adviser.clone())
    }

    /// Where the dossier can be opened when this page keeps no cookie.
    pub fn own_page(self) -> Option<String> {
        self.state.with_value(|state| state.own_page.clone())
    }

    /// Whether a session is another consumer's than the one whom this page belongs to.
    pub(super) fn is_others(self, session: &Session) -> bool {
        let of_session = session.consumer.id.as_ref();
        self.state.with_value(|state| {
            let of_page = state.consumer_id.as_ref();
            of_page
                .zip(of_session)
                .is_some_and(|(one, other)| one != other)
        })
    }

    /// This page belongs to nobody any more: whoever signs in next may have it.
    pub(super) fn forget_consumer(self) {
        self.state.update_value(|state| state.consumer_id = None);
    }

    /// The consumer is signed in: a getsession gave `session`, which expires in so many seconds.
    pub(super) fn set_signed_in(self, session: &Session, expires_in: Option<u32>) {
        if self.signed_out.get_untracked().is_some() {
            self.signed_out.set(None);
        }
        if self.has_gateway.get_untracked() != expires_in.is_some() {
            self.has_gateway.set(expires_in.is_some());
        }
        let dossier = &session.dossier;
        let adviser = dossier.advisor.as_ref().or(dossier.owner.as_ref());
        // The gateway gives a new cookie when a quarter of the time is gone.
        let quarter = expires_in.map(|seconds| f64::from(seconds) * 250.0);
        self.state.update_value(|state| {
            state.adviser = adviser.cloned();
            state.consumer_id.clone_from(&session.consumer.id);
            state.renew_at = quarter.map_or(f64::INFINITY, |quarter| window::now() + quarter);
        });
    }

    /// The consumer is signed out.
    pub(super) fn set_signed_out(self, reason: SignedOutReason) {
        self.next_expiry_id();
        self.state
            .update_value(|state| state.renew_at = f64::INFINITY);
        self.signed_out.set(Some(reason));
    }

    /// Why the consumer is signed out when a getsession ended in `problem` on the page `here`.
    pub(super) fn reason(
        self,
        problem: &Problem,
        was_signed_in: bool,
        here: &Page,
    ) -> SignedOutReason {
        match (self.signed_out.get_untracked(), here) {
            _ if was_signed_in => SignedOutReason::Expired,
            // What was said stays true.
            (Some(reason), _) => reason,
            (None, Page::BadLink(bad)) => SignedOutReason::BadLink(*bad),
            _ if self.own_page().is_some() => SignedOutReason::CookieRefused,
            _ if problem.kind == ProblemKind::NotSignedIn => SignedOutReason::NotSignedIn,
            _ => SignedOutReason::Expired,
        }
    }

    /// Whether the session is to be renewed now. After a `true` it is not for a while.
    pub(super) fn renewal_is_due(self) -> bool {
        let now = window::now();
        let is_due = |state: &mut AuthState| {
            let is_due = now >= state.renew_at;
            if is_due {
                state.renew_at = now + RENEW_PAUSE;
            }
            is_due
        };
        self.state.try_update_value(is_due).unwrap_or(false)
    }

    /// Begins a new expectation of the session's end; gives its id.
    pub(super) fn next_expiry_id(self) -> u32 {
        let next = |state: &mut AuthState| {
            state.expiry_id += 1;
            state.expiry_id
        };
        self.state.try_update_value(next).unwrap_or_default()
    }

    /// Whether no newer expectation was begun. `false` when the portal was taken off the page.
    pub(super) fn is_current_expiry(self, id: u32) -> bool {
        self.state.try_with_value(|state| state.expiry_id == id) == Some(true)
    }

    /// Stores the page that the consumer is on, for when they sign in again.
    pub(super) fn remember_page(self, here: &Page) {
        if !matches!(here, Page::Overview | Page::Unknown | Page::BadLink(_)) {
            let until = minutes() + PAGE_KEPT;
            storage::set(PAGE_KEY, &format!("{until}{}", here.fragment()));
        }
    }

    /// Forgets that page.
    pub(super) fn forget_page(self) {
        storage::remove(PAGE_KEY);
    }

    /// The page to show to a consumer who has just signed in: where they were, when their link leads
    /// nowhere in particular. `None` when the page on the screen is right.
    pub(super) fn page_to_return_to(self, session: &Session) -> Option<Page> {
        let stored = storage::take(PAGE_KEY).and_then(|stored| read_page(&stored, minutes()));
        let here = Page::of_fragment(&window::fragment());
        let was_signed_out = self.signed_out.get_untracked().is_some();
        let next = match here {
            // The consumer signed in elsewhere meanwhile, so the bad link is no matter.
            Some(Page::BadLink(_)) if was_signed_out => stored,
            None => stored,
            Some(_) => return None,
        };
        let next = next
            .filter(|page| page.is_in(session))
            .unwrap_or(Page::Overview);
        let is_another = Some(&next) != here.as_ref();
        (is_another && (here.is_some() || next != Page::Overview)).then_some(next)
    }
}

/// The time, in minutes since 1970.
fn minutes() -> u32 {
    (window::now() / 60_000.0) as u32
}

/// The page in what [`Auth::remember_page`] stored, unless that is too long ago.
fn read_page(stored: &str, now: u32) -> Option<Page> {
    let (until, _) = stored.split_once('#')?;
    let is_fresh = until.parse::<u32>().is_ok_and(|until| now < until);
    let fragment = stored.get(until.len()..)?;
    Page::of_fragment(fragment).filter(|_| is_fresh)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_stored_page_is_good_until_its_time() {
        let stored = "1000#portal-action-PRA1";
        let action = Page::Action("PRA1".to_owned());
        assert_eq!(read_page(stored, 999), Some(action));
        assert_eq!(read_page(stored, 1_000), None);
    }

    proptest! {
        #[test]
        fn anything_else_that_is_stored_is_no_page(text in "[^#]*", after in ".*") {
            prop_assert_eq!(read_page(&text, 0), None);
            let other = [&text, "#x", &after].concat();
            prop_assert_eq!(read_page(&other, 0), None);
        }
    }
}
