//! Links: how a consumer signs in. One kind the office sends; the other continues a session of the desktop
//! on the consumer's phone. A link holds a signed token. Only the button of our page, or of the portal on a
//! page of another site, signs in: opening a link changes nothing. The store remembers only which links for
//! phones were used, what was closed, and the tries at the second question. What is asked over HTTP stands in
//! [`routes`].

mod routes;

pub use routes::router;

use crate::allowed_origins::AllowedOrigins;
use crate::app_state::AppState;
use crate::audit::{Event, OK, Subject};
use crate::open_page::OpenPage;
use crate::records::{LONGEST_LINK, Origin, unix_milliseconds};
use crate::refusal::Refusal;
use crate::second_question::{Verdict, check_answer, tries_are_used_up};
use crate::session::{Session, Sessions, SignIn, random_id, unix_seconds};
use crate::settings::{Question, Settings};
use crate::token::{Keys, Purpose};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use subtle::ConstantTimeEq as _;
use url::Url;

/// For how much longer than a code is good it is remembered that it was used: clocks differ.
const CODE_MARGIN: Duration = Duration::from_secs(60);
/// How long a token of the gateway's own commands is good.
const COMMAND_LIFETIME: Duration = Duration::from_secs(60);
/// The largest body of a request that is no upload, in bytes.
pub const MAX_BODY_BYTES: u64 = 8 * 1024;

/// The codes of a sign-in that is not finished.
const OTHER_CONSUMER: &str = "OTHER_CONSUMER";
const ANSWER_NEEDED: &str = "ANSWER_NEEDED";
const ANSWER_WRONG: &str = "ANSWER_WRONG";

/// Makes and checks links.
pub struct Links {
    state: Arc<AppState>,
    sessions: Arc<Sessions>,
    settings: Settings,
    page: OpenPage,
    origins: AllowedOrigins,
    clock: fn() -> SystemTime,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Links")
    }
}

/// The content of an office's link.
#[derive(Serialize, Deserialize)]
struct LinkClaims {
    #[serde(rename = "c")]
    consumer_id: String,
    /// When the link expires, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
    /// The link's own id; empty for links from before they had ids.
    #[serde(rename = "n", default)]
    id: String,
    /// When the link was made, in Unix milliseconds.
    #[serde(rename = "m", default)]
    made: u64,
}

/// The content of a token that the gateway's own commands show.
#[derive(Serialize, Deserialize)]
struct CommandClaims {
    /// When it expires, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
}

/// The content of a link for a phone, and of one to our own page for a browser that keeps no cookie on a page
/// of another site.
#[derive(Serialize, Deserialize)]
struct PhoneLinkClaims {
    #[serde(rename = "c")]
    consumer_id: String,
    /// When the link expires, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
    /// The link's own id. A link for a phone is good once.
    #[serde(rename = "n")]
    id: String,
    /// The id of the desktop's session. When that is ended, the link is worth nothing.
    #[serde(rename = "s")]
    session: String,
    /// The family of the desktop's session, which the phone's will be of too.
    #[serde(rename = "f")]
    family: String,
    /// The office's link that the desktop's session began with.
    #[serde(rename = "l", default)]
    link: String,
    /// When the link was made, in Unix milliseconds.
    #[serde(rename = "m", default)]
    made: u64,
    /// When the desktop's session ends, in Unix seconds.
    #[serde(rename = "u")]
    until: u64,
    /// The portal's page that the consumer was on.
    #[serde(rename = "r")]
    route: String,
}

/// The text cannot be a consumer's id, which is 1 to 64 visible ASCII characters. It is given too when the
/// system has no randomness for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidConsumerId;

impl std::fmt::Display for InvalidConsumerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a consumer's id is 1 to 64 visible ASCII characters")
    }
}

impl std::error::Error for InvalidConsumerId {}

/// Why a link does not sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinkError {
    /// The office's link has expired.
    Expired,
    /// The link for a phone has expired.
    CodeExpired,
    /// The link for a phone was used before.
    CodeUsed,
    /// The link was closed after too many wrong answers.
    Closed,
    /// It is no link of ours.
    Unknown,
}

impl LinkError {
    /// The code for the portal.
    fn code(self) -> &'static str {
        match self {
            LinkError::Expired => "LINK_EXPIRED",
            LinkError::CodeExpired => "CODE_EXPIRED",
            LinkError::CodeUsed => "CODE_USED",
            LinkError::Closed => "LINK_CLOSED",
            LinkError::Unknown => "LINK_UNKNOWN",
        }
    }

    /// The fragment with which the portal's page says so.
    fn fragment(self) -> &'static str {
        match self {
            LinkError::Expired | LinkError::Closed => "portal-link-expired",
            LinkError::CodeExpired => "portal-code-expired",
            LinkError::CodeUsed => "portal-code-used",
            LinkError::Unknown => "portal-link-unknown",
        }
    }
}

/// What a valid link says: whom it signs in.
#[derive(Clone)]
struct Opened {
    consumer_id: String,
    /// When the session must end at the latest.
    until: Option<SystemTime>,
    /// The family that the session will be of, when it comes from another one.
    family: Option<String>,
    /// The id of the office's link.
    link: String,
    /// The id of the link itself.
    id: String,
    kind: LinkKind,
    /// The portal's page to open; empty for the overview.
    route: String,
}

impl Opened {
    fn sign_in(&self) -> SignIn<'_> {
        SignIn {
            consumer_id: &self.consumer_id,
            until: self.until,
            family: self.family.as_deref(),
            link: &self.link,
        }
    }
}

/// Which kind of link it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinkKind {
    /// The office's: good any number of times. The second question is asked.
    Office,
    /// For a phone: good once.
    Phone,
    /// To our own page, from a page of another site where no cookie is kept: as good as the session.
    OwnPage,
}

/// What came of an attempt to sign in.
enum Attempt {
    /// The consumer is signed in.
    SignedIn(Box<(Opened, Session, HeaderValue)>),
    /// Another consumer is signed in in this browser, and was not given up. The second question is still to
    /// be asked, if there is one.
    OtherConsumer(Option<Question>),
    /// The answer to the second question is missing.
    AnswerNeeded(Question),
    /// The answer to the second question is wrong.
    AnswerWrong(Question),
    /// The link does not sign in.
    Bad(LinkError),
}

/// What a consumer says when they sign in.
#[derive(Default, Deserialize)]
struct Said {
    /// The answer to the second question.
    #[serde(default)]
    answer: String,
    /// Whether another consumer's session may be given up.
    #[serde(default)]
    replace: bool,
}

/// The client's address, for AccelerateConnect, as an extension of a request.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// An office's link that was made.
struct MadeLink {
    url: Url,
    id: String,
    /// When it expires, in Unix seconds.
    expires: u64,
}

/// Makes a link that signs a consumer in. It is good for `lifetime`, or as long as the settings say, and at
/// most for 90 days.
///
/// # Errors
/// [`InvalidConsumerId`].
pub fn mint(
    settings: &Settings,
    consumer_id: &str,
    lifetime: Option<Duration>,
    now: SystemTime,
) -> Result<Url, InvalidConsumerId> {
    let keys = crate::session::keys(settings);
    office_link(settings, &keys, consumer_id, lifetime, now).map(|made| made.url)
}

/// A token with which a command of the gateway's own asks the gateway that runs. `None` when the system has
/// no randomness to give.
pub fn command_token(settings: &Settings, now: SystemTime) -> Option<String> {
    let expires = unix_seconds(now) + COMMAND_LIFETIME.as_secs();
    crate::session::keys(settings).seal(Purpose::Command, &CommandClaims { expires })
}

/// Checks that a text can be a consumer's id.
///
/// # Errors
/// [`InvalidConsumerId`].
pub fn check_consumer_id(text: &str) -> Result<(), InvalidConsumerId> {
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(()) } else { Err(InvalidConsumerId) }
}

/// Makes an office's link.
fn office_link(
    settings: &Settings,
    keys: &Keys,
    consumer_id: &str,
    lifetime: Option<Duration>,
    now: SystemTime,
) -> Result<MadeLink, InvalidConsumerId> {
    check_consumer_id(consumer_id)?;
    let lifetime = lifetime.unwrap_or(settings.session.link).min(LONGEST_LINK);
    let expires = unix_seconds(now) + lifetime.as_secs();
    let claims = LinkClaims {
        consumer_id: consumer_id.to_owned(),
        expires,
        id: random_id().map_err(|_| InvalidConsumerId)?,
        made: unix_milliseconds(now),
    };
    let token = keys.seal(Purpose::Link, &claims).ok_or(InvalidConsumerId)?;
    Ok(MadeLink {
        url: link_with(settings, &token),
        id: claims.id,
        expires,
    })
}

/// The link with that token. It leads to the gateway; or to a page of another site, whose portal passes
/// the token on, because only a request of that page can set a cookie for it.
fn link_with(settings: &Settings, token: &str) -> Url {
    if settings.session.cross_site {
        let mut url = settings.session.page.clone();
        url.set_fragment(Some(&["portal-open-", &in_fragment(token)].concat()));
        url
    } else {
        own_link_with(settings, token)
    }
}

/// The link with that token that leads to the gateway.
fn own_link_with(settings: &Settings, token: &str) -> Url {
    let mut url = settings.public_url.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push("open").push(token);
    }
    url
}

impl Links {
    /// Links of that gateway, by the system's clock.
    pub fn new(state: Arc<AppState>) -> Links {
        Links::with_clock(state, SystemTime::now)
    }

    /// The same by another clock.
    pub fn with_clock(state: Arc<AppState>, clock: fn() -> SystemTime) -> Links {
        let settings = &state.settings;
        Links {
            sessions: state.sessions.clone(),
            page: OpenPage::new(settings),
            origins: AllowedOrigins::new(settings),
            settings: settings.clone(),
            clock,
            state,
        }
    }

    /// Reads a token, with whatever a mail program put behind it. That changes nothing. The inner error is the
    /// consumer's to read, the outer one says that nobody can tell now.
    async fn read(
        &self,
        token: &str,
        now: SystemTime,
    ) -> Result<Result<Opened, LinkError>, Refusal> {
        let token = &token_in(token);
        let keys = self.sessions.keys();
        let records = self.sessions.records();
        if let Ok(link) = keys.open::<LinkClaims>(Purpose::Link, token) {
            let origin = Origin {
                consumer_id: &link.consumer_id,
                session: None,
                family: None,
                link: Some(&link.id),
                since: link.made,
            };
            if link.expires <= unix_seconds(now) || records.has_ended(origin).await? {
                return Ok(Err(LinkError::Expired));
            }
            let id = if link.id.is_empty() {
                BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
            } else {
                link.id.clone()
            };
            if self.settings.session.ask.is_some() && tries_are_used_up(records, &id).await? {
                return Ok(Err(LinkError::Closed));
            }
            return Ok(Ok(Opened {
                consumer_id: link.consumer_id,
                until: None,
                family: None,
                link: link.id,
                id,
                kind: LinkKind::Office,
                route: String::new(),
            }));
        }
        let (kind, link) = match keys.open::<PhoneLinkClaims>(Purpose::Phone, token) {
            Ok(link) => (LinkKind::Phone, link),
            Err(_) => match keys.open::<PhoneLinkClaims>(Purpose::OwnPage, token) {
                Ok(link) => (LinkKind::OwnPage, link),
                Err(_) => return Ok(Err(LinkError::Unknown)),
            },
        };
        let origin = Origin {
            consumer_id: &link.consumer_id,
            session: Some(&link.session),
            family: Some(&link.family),
            link: Some(&link.link),
            since: link.made,
        };
        let is_code = kind == LinkKind::Phone;
        let has_expired = link.expires <= unix_seconds(now);
        if is_code && !has_expired && records.code_was_used(&link.id).await? {
            return Ok(Err(LinkError::CodeUsed));
        }
        if has_expired || records.has_ended(origin).await? {
            return Ok(Err(match kind {
                LinkKind::Phone => LinkError::CodeExpired,
                _ => LinkError::Expired,
            }));
        }
        Ok(Ok(Opened {
            consumer_id: link.consumer_id,
            until: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(link.until)),
            family: Some(link.family),
            link: link.link,
            id: link.id,
            kind,
            route: link.route,
        }))
    }

    /// Records what somebody did with a link.
    fn record(&self, event: Event, outcome: &str, opened: Option<&Opened>) {
        let subject = opened.map_or(Subject::default(), |opened| Subject {
            consumer_id: &opened.consumer_id,
            link: &opened.link,
        });
        self.state.audit.record(event, outcome, subject);
    }

    /// Records what a consumer did who is signed in.
    fn record_of(&self, event: Event, outcome: Result<(), Refusal>, session: &Session) {
        let subject = Subject {
            consumer_id: &session.consumer_id,
            link: &session.link,
        };
        let outcome = outcome.map_or_else(Refusal::code, |()| OK);
        self.state.audit.record(event, outcome, subject);
    }

    /// Uses a code up. When two use it at once, one of them is the first.
    async fn use_up(&self, opened: &Opened) -> Result<Result<(), LinkError>, Refusal> {
        if opened.kind != LinkKind::Phone {
            return Ok(Ok(()));
        }
        let lifetime = self.settings.session.phone_link + CODE_MARGIN;
        let is_first = self.sessions.records().use_code(&opened.id, lifetime);
        Ok(is_first.await?.then_some(()).ok_or(LinkError::CodeUsed))
    }

    /// The second question, when this link asks one.
    fn question(&self, opened: &Opened) -> Option<Question> {
        let asks = opened.kind == LinkKind::Office;
        self.settings.session.ask.filter(|_| asks)
    }

    /// Whom the browser's cookie signs in, other than the link's consumer.
    async fn signed_in(&self, headers: &HeaderMap, now: SystemTime) -> Option<Session> {
        self.sessions.authenticate(headers, now).await.ok()
    }

    /// Signs in with what a token and a consumer say.
    async fn attempt(
        &self,
        token: &str,
        said: &Said,
        headers: &HeaderMap,
        address: IpAddr,
    ) -> Result<Attempt, Refusal> {
        let now = (self.clock)();
        let opened = match self.read(token, now).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => {
                self.record(Event::SignIn, error.code(), None);
                return Ok(Attempt::Bad(error));
            }
            Err(refusal) => {
                self.record(Event::SignIn, refusal.code(), None);
                return Err(refusal);
            }
        };
        let subject = opened.clone();
        let attempt = self.sign_in(opened, said, headers, address, now).await;
        let outcome = match &attempt {
            Ok(Attempt::SignedIn(_)) => OK,
            Ok(Attempt::OtherConsumer(_)) => OTHER_CONSUMER,
            Ok(Attempt::AnswerNeeded(_)) => ANSWER_NEEDED,
            Ok(Attempt::AnswerWrong(_)) => ANSWER_WRONG,
            Ok(Attempt::Bad(error)) => error.code(),
            Err(refusal) => refusal.code(),
        };
        self.record(Event::SignIn, outcome, Some(&subject));
        attempt
    }

    /// The same for a link that is good.
    async fn sign_in(
        &self,
        opened: Opened,
        said: &Said,
        headers: &HeaderMap,
        address: IpAddr,
        now: SystemTime,
    ) -> Result<Attempt, Refusal> {
        let present = self.signed_in(headers, now).await;
        let is_same = |session: &Session| session.consumer_id == opened.consumer_id;
        let question = self
            .question(&opened)
            .filter(|_| !present.as_ref().is_some_and(is_same));
        if present.as_ref().is_some_and(|it| !is_same(it)) && !said.replace {
            return Ok(Attempt::OtherConsumer(question));
        }
        if let Some(question) = question {
            let answer = said.answer.trim();
            if answer.is_empty() {
                return Ok(Attempt::AnswerNeeded(question));
            }
            let verdict = check_answer(
                &self.state,
                question,
                answer,
                &opened.id,
                &opened.consumer_id,
                address,
            )
            .await?;
            match verdict {
                Verdict::Right => {}
                Verdict::Wrong => return Ok(Attempt::AnswerWrong(question)),
                Verdict::Closed => return Ok(Attempt::Bad(LinkError::Closed)),
            }
        }
        if let Err(error) = self.use_up(&opened).await? {
            return Ok(Attempt::Bad(error));
        }
        let (session, cookie) = self.start(&opened, now).await?;
        // A request of the session before may still be under way. Its answer must not put the old cookie back.
        if let Some(before) = present {
            self.sessions.end(&before).await?;
        }
        Ok(Attempt::SignedIn(Box::new((opened, session, cookie))))
    }

    /// Signs in, and gives the session with its cookie.
    async fn start(
        &self,
        opened: &Opened,
        now: SystemTime,
    ) -> Result<(Session, HeaderValue), Refusal> {
        let (session, cookie) = self.sessions.start(opened.sign_in(), now)?;
        self.sessions.list_device(&session, now).await?;
        Ok((session, cookie))
    }

    /// Refuses who shows neither the office's key nor a token of the gateway's own commands.
    fn check_office(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let shown = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let key = self.settings.session.links_key.as_ref();
        let is_command = |shown: &str| {
            let command = self
                .sessions
                .keys()
                .open::<CommandClaims>(Purpose::Command, shown);
            command.is_ok_and(|it| it.expires > unix_seconds((self.clock)()))
        };
        match (shown, key) {
            (Some(shown), Some(key)) if key_matches(key, shown) => Ok(()),
            (Some(shown), _) if is_command(shown) => Ok(()),
            (_, None) => Err(Refusal::NotFound),
            (_, Some(_)) => Err(Refusal::KeyRefused),
        }
    }

    /// A token that continues a session on another device, once, and for how many seconds it is good.
    fn phone_token(
        &self,
        session: &Session,
        route: String,
        now: SystemTime,
    ) -> Result<(String, u64), Refusal> {
        let made = unix_milliseconds(now);
        let now = unix_seconds(now);
        let until = unix_seconds(session.until());
        let session_left = until.saturating_sub(now);
        let lifetime = self.settings.session.phone_link.as_secs().min(session_left);
        let claims = PhoneLinkClaims {
            expires: now + lifetime,
            session: session.id.clone(),
            family: session.family.clone(),
            link: session.link.clone(),
            made,
            id: random_id()?,
            until,
            consumer_id: session.consumer_id.clone(),
            route,
        };
        let token = self.sessions.keys().seal(Purpose::Phone, &claims);
        Ok((token.ok_or(Refusal::Internal)?, lifetime))
    }

    /// A token that opens our own page, as long as the session is good.
    fn own_page_token(
        &self,
        session: &Session,
        route: String,
        now: SystemTime,
    ) -> Result<String, Refusal> {
        let until = unix_seconds(session.until());
        let claims = PhoneLinkClaims {
            expires: until,
            session: session.id.clone(),
            family: session.family.clone(),
            link: session.link.clone(),
            made: unix_milliseconds(now),
            id: random_id()?,
            until,
            consumer_id: session.consumer_id.clone(),
            route,
        };
        let token = self.sessions.keys().seal(Purpose::OwnPage, &claims);
        token.ok_or(Refusal::Internal)
    }
}

/// A token as it stands in the fragment of a link to a page of another site. Many themes look for the element
/// that a fragment names: it must be a selector, which has no dots.
fn in_fragment(token: &str) -> String {
    token.replace('_', "_5f").replace('.', "_2e")
}

/// The token at the beginning of a text, as it is or from a fragment. Mail programs and people put dots,
/// brackets and more behind a link: what no token has is no part of it.
fn token_in(text: &str) -> String {
    let in_token = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    let end = text.find(|it| !in_token(it)).unwrap_or(text.len());
    let token = text[..end].trim_end_matches('.');
    if token.contains('.') {
        return token.to_owned();
    }
    let token = token.trim_end_matches('_');
    token.replace("_2e", ".").replace("_5f", "_")
}

/// Compares keys. The time that it takes tells nothing, not even the length.
fn key_matches(key: &SecretString, shown: &str) -> bool {
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    hash(key.expose_secret())
        .as_slice()
        .ct_eq(hash(shown).as_slice())
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_is_found_in_a_link_whatever_stands_behind_it(
            token in "v4[.]local[.][A-Za-z0-9_-]{20,80}",
            behind in "([.]{0,2}[)>,;!\" ].*|[.]{0,3})",
        ) {
            prop_assert_eq!(token_in(&[&*token, &behind].concat()), &*token);
            let fragment = in_fragment(&token);
            let in_name = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
            prop_assert!(fragment.bytes().all(in_name));
            prop_assert_eq!(token_in(&[&*fragment, &behind].concat()), &*token);
            prop_assert_eq!(token_in(&[&*fragment, "_", &behind].concat()), token);
        }
    }
}
