//! How a consumer signs in: by a link that the office sends, or by one that takes them from their desktop
//! to their phone. Links are signed tokens; of those for phones it is remembered which were used.

use crate::qr;
use crate::refusal::{Refusal, error};
use crate::session::{Session, Sessions, random_id, seconds};
use crate::settings::Settings;
use crate::token::{Keys, Purpose};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use subtle::ConstantTimeEq as _;
use url::Url;

/// No link lives longer.
const LONGEST: Duration = Duration::from_secs(90 * 24 * 3600);
/// No body of a request here is longer, in bytes.
const LONGEST_BODY: usize = 8 * 1024;
/// How many used links for phones are remembered.
const REMEMBERED: u64 = 100_000;

/// What signs in, and how.
pub struct Links {
    sessions: Arc<Sessions>,
    settings: Settings,
    used: Cache<String, ()>,
    clock: fn() -> SystemTime,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Links")
    }
}

/// What an office's link holds.
#[derive(Serialize, Deserialize)]
struct Link {
    #[serde(rename = "c")]
    consumer_id: String,
    /// When it lapses, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
}

/// What a link for a phone holds.
#[derive(Serialize, Deserialize)]
struct PhoneLink {
    #[serde(rename = "c")]
    consumer_id: String,
    #[serde(rename = "e")]
    expires: u64,
    /// Which link it is: it is good once.
    #[serde(rename = "n")]
    id: String,
    /// Which session it came from: when that is logged out, the link is worth nothing.
    #[serde(rename = "s")]
    session: String,
    /// When the session it came from ends.
    #[serde(rename = "u")]
    until: u64,
    /// Where in the portal the consumer was.
    #[serde(rename = "r")]
    route: String,
}

/// It cannot be a consumer's id: one is 1 to 64 visible ASCII characters. (Or the system has no randomness
/// to give, which is as unlikely as it is hopeless.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadConsumer;

impl std::fmt::Display for BadConsumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a consumer's id is 1 to 64 visible ASCII characters")
    }
}

impl std::error::Error for BadConsumer {}

/// Why a link does not sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bad {
    Expired,
    /// One for a phone is.
    CodeExpired,
    Used,
    Unknown,
}

impl Bad {
    fn code(self) -> &'static str {
        match self {
            Bad::Expired => "LINK_EXPIRED",
            Bad::CodeExpired => "CODE_EXPIRED",
            Bad::Used => "CODE_USED",
            Bad::Unknown => "LINK_UNKNOWN",
        }
    }

    fn fragment(self) -> &'static str {
        match self {
            Bad::Expired => "portal/link-expired",
            Bad::CodeExpired => "portal/code-expired",
            Bad::Used => "portal/code-used",
            Bad::Unknown => "portal/link-unknown",
        }
    }
}

/// Who a good link signs in.
struct Good {
    consumer_id: String,
    until: Option<SystemTime>,
    route: String,
}

/// A link that signs a consumer in, for `lifetime` or as long as was set, at most 90 days.
///
/// # Errors
/// [`BadConsumer`].
pub fn mint(
    settings: &Settings,
    consumer_id: &str,
    lifetime: Option<Duration>,
    now: SystemTime,
) -> Result<Url, BadConsumer> {
    let keys = crate::session::keys(settings);
    link(settings, &keys, consumer_id, lifetime, now).map(|(url, _)| url)
}

fn link(
    settings: &Settings,
    keys: &Keys,
    consumer_id: &str,
    lifetime: Option<Duration>,
    now: SystemTime,
) -> Result<(Url, u64), BadConsumer> {
    let fits = (1..=64).contains(&consumer_id.len())
        && consumer_id.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        return Err(BadConsumer);
    }
    let lifetime = lifetime.unwrap_or(settings.session.link).min(LONGEST);
    let expires = seconds(now) + lifetime.as_secs();
    let link = Link {
        consumer_id: consumer_id.to_owned(),
        expires,
    };
    let token = keys.seal(Purpose::Link, &link).ok_or(BadConsumer)?;
    Ok((address(settings, &token), expires))
}

/// Where a token is taken: by ourselves, or by the portal in a page of another site, where a cookie of
/// ours can only be set from within that page.
fn address(settings: &Settings, token: &str) -> Url {
    if settings.session.cross_site {
        let mut url = settings.session.page.clone();
        url.set_fragment(Some(&["portal-open=", token].concat()));
        url
    } else {
        own_address(settings, token)
    }
}

fn own_address(settings: &Settings, token: &str) -> Url {
    let mut url = settings.public_url.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push("open").push(token);
    }
    url
}

impl Links {
    /// Links as they were set, by the system's clock.
    pub fn new(sessions: Arc<Sessions>, settings: &Settings) -> Links {
        Links::at(sessions, settings, SystemTime::now)
    }

    /// The same by another clock.
    pub fn at(sessions: Arc<Sessions>, settings: &Settings, clock: fn() -> SystemTime) -> Links {
        Links {
            sessions,
            used: Cache::builder()
                .time_to_live(settings.session.phone_link + Duration::from_secs(60))
                .max_capacity(REMEMBERED)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            settings: settings.clone(),
            clock,
        }
    }

    fn check(&self, token: &str, now: SystemTime) -> Result<Good, Bad> {
        let keys = self.sessions.keys();
        if let Ok(link) = keys.open::<Link>(Purpose::Link, token) {
            if link.expires <= seconds(now) {
                return Err(Bad::Expired);
            }
            return Ok(Good {
                consumer_id: link.consumer_id,
                until: None,
                route: String::new(),
            });
        }
        let link = keys
            .open::<PhoneLink>(Purpose::Phone, token)
            .map_err(|_| Bad::Unknown)?;
        if link.expires <= seconds(now) || self.sessions.is_ended(&link.session) {
            return Err(Bad::CodeExpired);
        }
        // One step, so that of two who open it at once only one is the first.
        if !self.used.entry(link.id).or_default().is_fresh() {
            return Err(Bad::Used);
        }
        Ok(Good {
            consumer_id: link.consumer_id,
            until: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(link.until)),
            route: link.route,
        })
    }

    /// A token that goes on with a session elsewhere, once, and for how many seconds it can be used.
    fn phone_token(
        &self,
        session: &Session,
        route: String,
        now: SystemTime,
    ) -> Result<(String, u64), Refusal> {
        let now = seconds(now);
        let until = seconds(session.until());
        let longest = until.saturating_sub(now);
        let lifetime = self.settings.session.phone_link.as_secs().min(longest);
        let link = PhoneLink {
            expires: now + lifetime,
            session: session.id.clone(),
            id: random_id()?,
            until,
            consumer_id: session.consumer_id.clone(),
            route,
        };
        let token = self.sessions.keys().seal(Purpose::Phone, &link);
        Ok((token.ok_or(Refusal::Internal)?, lifetime))
    }
}

/// The routes: `/open/{token}`, `/session`, `/session/phone`, `/links`.
pub fn router(links: Arc<Links>) -> Router {
    Router::new()
        .route("/open/{*token}", get(open))
        .route("/session", get(lasts).post(begin).delete(end))
        .route("/session/phone", post(phone))
        .route("/links", post(mint_for_office))
        .fallback(|| async { Refusal::NotFound })
        .method_not_allowed_fallback(|| async { Refusal::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(links)
}

/// A link in an e-mail or a QR code.
async fn open(
    State(links): State<Arc<Links>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    // A picture or a script of a stranger's page signs nobody in; nor is a code used up by who only looks
    // at what an address is, or fetches a page that is perhaps opened next.
    let is = |name: &str, word: &str| headers.get(name).is_none_or(|value| value == word);
    let looks = method != Method::GET || headers.contains_key("sec-purpose");
    if looks || !is("sec-fetch-mode", "navigate") || !is("sec-fetch-dest", "document") {
        return Refusal::InvalidParameter.into_response();
    }
    let now = (links.clock)();
    let good = match links.check(&token, now) {
        Ok(good) => good,
        Err(bad) => return to_page(&links.settings, bad.fragment()),
    };
    let cookie = match links.sessions.begin(&good.consumer_id, good.until, now) {
        Ok((_, cookie)) => cookie,
        Err(refusal) => return refusal.into_response(),
    };
    let fragment = match good.route.as_str() {
        "" => String::new(),
        route => ["portal/", route].concat(),
    };
    let mut response = to_page(&links.settings, &fragment);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// To the page with the portal in it. When that is of another site, to ours: this came as a navigation
/// to us, and a cookie set by it is none that a page of another site may use.
fn to_page(settings: &Settings, fragment: &str) -> Response {
    let mut page = if settings.session.cross_site {
        settings.public_url.clone()
    } else {
        settings.session.page.clone()
    };
    if !fragment.is_empty() {
        page.set_fragment(Some(fragment));
    }
    let headers = [
        (header::LOCATION, page.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn read<'a, T: Deserialize<'a>>(body: &'a Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::InvalidParameter)
}

fn said(status: StatusCode, what: impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(what)).into_response()
}

#[derive(Deserialize)]
struct Begin {
    token: String,
}

#[derive(Serialize)]
struct Begun {
    /// Where in the portal to go; empty for the overview.
    route: String,
    /// For a browser that will not keep our cookie in a page of another site: a link that signs in to our
    /// own page, in the manner of a code for the phone.
    own_page: String,
}

/// A link that a page of another site was opened with.
async fn begin(State(links): State<Arc<Links>>, body: Bytes) -> Result<Response, Refusal> {
    let Begin { token } = read(&body)?;
    let now = (links.clock)();
    let good = match links.check(&token, now) {
        Ok(good) => good,
        Err(bad) => return Ok(error(StatusCode::UNAUTHORIZED, bad.code())),
    };
    let (session, cookie) = links.sessions.begin(&good.consumer_id, good.until, now)?;
    let (token, _) = links.phone_token(&session, good.route.clone(), now)?;
    let begun = Begun {
        own_page: own_address(&links.settings, &token).into(),
        route: good.route,
    };
    let mut response = said(StatusCode::OK, begun);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

fn nothing(cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Serialize)]
struct Lasts {
    seconds: u64,
}

/// How long the session lasts unless it is used: asking is no use of it, so that a page that was left
/// open does not keep it alive.
async fn lasts(State(links): State<Arc<Links>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let session = links.sessions.of(&headers, (links.clock)())?;
    let seconds = session.seconds_left_unused();
    Ok(said(StatusCode::OK, Lasts { seconds }))
}

/// Log-out. Who is not signed in is out already.
async fn end(State(links): State<Arc<Links>>, headers: HeaderMap) -> Response {
    if let Ok(session) = links.sessions.of(&headers, (links.clock)()) {
        links.sessions.end(&session);
    }
    nothing(links.sessions.clearing())
}

#[derive(Deserialize)]
struct Phone {
    #[serde(default)]
    route: String,
}

#[derive(Serialize)]
struct Code {
    link: String,
    svg: String,
    seconds: u64,
}

/// A link for the consumer's phone, to the page they are on.
async fn phone(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let now = (links.clock)();
    let session = links.sessions.of(&headers, now)?;
    let Phone { route } = read(&body)?;
    // What the portal's own fragments are made of.
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.' | b'%');
    if route.len() > 200 || route.contains("..") || !route.bytes().all(plain) {
        return Err(Refusal::InvalidParameter);
    }
    let (token, lifetime) = links.phone_token(&session, route, now)?;
    let link = address(&links.settings, &token).to_string();
    let svg = qr::svg(&link).ok_or(Refusal::Internal)?;
    let code = Code {
        link,
        svg,
        seconds: lifetime,
    };
    Ok(said(StatusCode::OK, code))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mint {
    consumer_id: String,
    lifetime: Option<String>,
}

#[derive(Serialize)]
struct Minted {
    link: String,
    expires: u64,
}

/// A link for the broker's own systems, which show the key.
async fn mint_for_office(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let key = links.settings.session.links_key.as_ref();
    let key = key.ok_or(Refusal::NotFound)?;
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if !shown.is_some_and(|shown| is_key(key, shown)) {
        return Err(Refusal::KeyRefused);
    }
    let Mint {
        consumer_id,
        lifetime,
    } = read(&body)?;
    let lifetime = match lifetime {
        Some(text) => Some(crate::config::duration(&text).map_err(|_| Refusal::InvalidParameter)?),
        None => None,
    };
    let now = (links.clock)();
    let keys = links.sessions.keys();
    let (link, expires) = link(&links.settings, keys, &consumer_id, lifetime, now)
        .map_err(|_| Refusal::InvalidParameter)?;
    let link = link.to_string();
    Ok(said(StatusCode::CREATED, Minted { link, expires }))
}

/// Compared in a time that tells nothing, not even the length.
fn is_key(key: &SecretString, shown: &str) -> bool {
    let of = |text: &str| Sha256::digest(text.as_bytes());
    of(key.expose_secret())
        .as_slice()
        .ct_eq(of(shown).as_slice())
        .into()
}
