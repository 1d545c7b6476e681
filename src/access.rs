//! Whether the consumer is let in: for how long, what ends it, and where they were when it did.
//!
//! Behind our gateway a session lasts for a while unless it is used. Only calls count there, and moving
//! between pages makes none: so whatever the consumer does here asks for news now and then. When the
//! time is over it is asked whether the session is, which does not make it last longer, and the dossier
//! leaves the screen. What is being handed in stays at the desk: signed in again, everything is where it
//! was.

use accelerate::{
    problem::{Problem, ProblemKind},
    session::{Person, Session},
};
use leptos::prelude::*;

use crate::{
    browser::{gateway, kept, page, wait::wait},
    portal::Portal,
    route::{BadLink, Page},
};

/// Why the consumer is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out {
    /// They never were.
    NotSignedIn,
    /// They were, and it is over.
    Over,
    /// They logged out.
    ByChoice,
    /// The link that they opened is no good (any more).
    BadLink(BadLink),
    /// Their link was good, but the browser does not keep a cookie of ours on this page.
    CookieRefused,
}

/// What is on the screen of the consumer's access.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// Whether they are out; [`Known::why`] says why.
    pub is_out: RwSignal<bool>,
    /// Whether a gateway of ours answers: then one can log out, and go on on a phone.
    pub by_gateway: RwSignal<bool>,
}

/// What else is known of it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Why they are out, when they are.
    pub why: Out,
    /// Who to ask for a new link, as far as it was known before.
    pub adviser: Option<Person>,
    /// Where the dossier can be opened when this page cannot keep a cookie: an address of the gateway's.
    pub own_page: Option<String>,
    /// From when on using the session makes it last longer, in milliseconds since 1970.
    renew_at: f64,
    /// Which answer the end of the session was reckoned from: an older one counts no more.
    turn: u32,
}

/// Where the browser keeps where they were.
const PLACE: &str = "consumer-portal-place";
/// How long that is kept, in minutes: who comes back another day begins at the overview.
const PLACE_KEPT: u32 = 12 * 60;
/// How long until it is tried again to make the session last longer, in milliseconds.
const NOT_AGAIN: f64 = 60_000.0;
/// How long until it is asked once more whether the session is over, when that is not to be known, in
/// seconds.
const NOT_KNOWN: u32 = 60;
/// The longest wait that browsers know, in milliseconds.
const LONGEST: u32 = i32::MAX as u32;

impl Access {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            is_out: RwSignal::new(false),
            by_gateway: RwSignal::new(false),
        }
    }
}

impl Known {
    /// Nothing is, but for `own_page` when the page was opened with a good link.
    pub fn new(own_page: Option<String>) -> Self {
        Self {
            why: Out::NotSignedIn,
            adviser: None,
            // It becomes a link, and may not be a script.
            own_page: own_page.filter(|address| address.starts_with("http")),
            renew_at: f64::INFINITY,
            turn: 0,
        }
    }
}

impl Portal {
    /// They are in, for so many seconds unless they do something; before `session` is on the screen.
    pub(crate) fn let_in(self, session: &Session, lasts: Option<u32>) {
        let access = self.access;
        if self.session_now().is_none() {
            self.return_to_place(session);
        }
        access.is_out.set(false);
        // Set where it is another: what follows it would be made anew, focus and all.
        if access.by_gateway.get_untracked() != lasts.is_some() {
            access.by_gateway.set(lasts.is_some());
        }
        let dossier = &session.dossier;
        let adviser = dossier.advisor.as_ref().or(dossier.owner.as_ref());
        let backstage = self.backstage();
        let mut known = backstage.known.borrow_mut();
        known.adviser = adviser.cloned();
        known.turn += 1;
        // The gateway gives a new cookie when a quarter of the time is gone.
        let quarter = lasts.map(|seconds| f64::from(seconds) * 250.0);
        known.renew_at = quarter.map_or(f64::INFINITY, |quarter| page::now() + quarter);
        if let Some(seconds) = lasts {
            self.look_when_over(known.turn, seconds);
        }
    }

    /// They are not in (any more).
    pub(crate) fn let_out(self, problem: &Problem) {
        let was_in = self.session_now().is_some();
        let here = self.page.get_untracked();
        let known = self.backstage().known.borrow().clone();
        let why = match here {
            _ if was_in => Out::Over,
            // What was told stays true.
            _ if self.access.is_out.get_untracked() => known.why,
            Page::BadLink(bad) => Out::BadLink(bad),
            _ if known.own_page.is_some() => Out::CookieRefused,
            _ if problem.kind == ProblemKind::NotSignedIn => Out::NotSignedIn,
            _ => Out::Over,
        };
        if why != Out::ByChoice {
            self.keep_place();
        }
        self.leave(why);
    }

    fn leave(self, why: Out) {
        {
            let backstage = self.backstage();
            let mut known = backstage.known.borrow_mut();
            known.why = why;
            known.turn += 1;
            known.renew_at = f64::INFINITY;
        }
        self.access.is_out.set(true);
        self.shows_phone.set(false);
        self.asks_log_out.set(false);
        self.session.set(None);
    }

    /// The consumer does something: a session that would be over in a while is made to last.
    pub(crate) fn is_used(self) {
        let backstage = self.backstage();
        let mut known = backstage.known.borrow_mut();
        let now = page::now();
        if now >= known.renew_at {
            known.renew_at = now + NOT_AGAIN;
            self.refresh_soon();
        }
    }

    /// Ends the session, and forgets everything.
    ///
    /// # Errors
    /// When the gateway could not be told: then they are still in.
    pub(crate) async fn log_out(self) -> Result<(), Problem> {
        gateway::log_out(&self.backstage().config).await?;
        if self.still_backstage().is_none() {
            return Ok(());
        }
        // What is still on its way is about somebody who was in.
        self.ask();
        self.backstage().desk.borrow_mut().clear();
        kept::keep(PLACE, None);
        self.page.set(Page::Overview);
        page::set_fragment(&Page::Overview.fragment());
        self.leave(Out::ByChoice);
        Ok(())
    }

    /// Something went wrong: when it sounds as if the session were over, asks whether it is.
    pub(crate) fn look_if_over(self, problem: &Problem) {
        let Some(backstage) = self.still_backstage() else {
            return;
        };
        if !problem.is_signed_out() {
            return;
        }
        let mut known = backstage.known.borrow_mut();
        known.turn += 1;
        self.look_when_over(known.turn, 0);
    }

    /// When the session should be over, asks whether it is. It is not when it was used in another tab.
    fn look_when_over(self, turn: u32, mut seconds: u32) {
        leptos::task::spawn_local(async move {
            loop {
                // A moment later, so that it is over by the gateway's clock.
                wait(seconds.saturating_add(1).saturating_mul(1000).min(LONGEST) as i32).await;
                let Some(backstage) = self.still_backstage() else {
                    return;
                };
                if backstage.known.borrow().turn != turn {
                    return;
                }
                seconds = match gateway::session_lasts(&backstage.config).await {
                    Ok(left) => left,
                    Err(problem) if problem.is_signed_out() => {
                        if self.still_backstage().is_some() {
                            self.let_out(&problem);
                        }
                        return;
                    }
                    Err(_) => NOT_KNOWN,
                };
            }
        });
    }

    fn keep_place(self) {
        let here = self.page.get_untracked();
        if matches!(here, Page::Overview | Page::Unknown | Page::BadLink(_)) {
            return;
        }
        let mut place = (minutes() + PLACE_KEPT).to_string();
        place.push_str(&here.fragment());
        kept::keep(PLACE, Some(&place));
    }

    /// Goes where the consumer was, when they come in by a link that leads nowhere in particular.
    fn return_to_place(self, session: &Session) {
        let was_out = self.access.is_out.get_untracked();
        let place = kept::kept(PLACE);
        kept::keep(PLACE, None);
        let here = Page::of_fragment(&page::fragment());
        let next = match here {
            // Signed in elsewhere meanwhile: the bad link is no matter now.
            Some(Page::BadLink(_)) if was_out => {
                place.and_then(|place| read_place(&place, minutes()))
            }
            None => place.and_then(|place| read_place(&place, minutes())),
            Some(_) => return,
        };
        let next = next
            .filter(|page| page.is_in(session))
            .unwrap_or(Page::Overview);
        if Some(&next) != here.as_ref() && (here.is_some() || next != Page::Overview) {
            self.page.set(next.clone());
            page::set_fragment(&next.fragment());
        }
    }
}

/// The time, in minutes since 1970.
fn minutes() -> u32 {
    (page::now() / 60_000.0) as u32
}

/// The page in what [`Portal::keep_place`] wrote, unless that is too long ago.
fn read_place(place: &str, now: u32) -> Option<Page> {
    let (until, _) = place.split_once('#')?;
    let fresh = until.parse::<u32>().is_ok_and(|until| now < until);
    let fragment = place.get(until.len()..)?;
    Page::of_fragment(fragment).filter(|_| fresh)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn where_they_were_is_known_until_it_is_too_long_ago() {
        let place = "1000#portal/action/PRA1";
        let action = Page::Action("PRA1".to_owned());
        assert_eq!(read_place(place, 999), Some(action));
        assert_eq!(read_place(place, 1_000), None);
    }

    proptest! {
        #[test]
        fn whatever_else_is_kept_there_is_no_place(text in "[^#]*", after in ".*") {
            prop_assert_eq!(read_place(&text, 0), None);
            let other = [&text, "#x", &after].concat();
            prop_assert_eq!(read_place(&other, 0), None);
        }
    }
}
