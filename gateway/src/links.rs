//! Links: how a consumer signs in. One kind the office sends; the other continues a session of the desktop
//! on the consumer's phone. A link holds a signed token. The gateway remembers only which links for phones
//! were used.

use crate::qr;
use crate::refusal::{Refusal, error_response};
use crate::session::{Session, Sessions, random_id, unix_seconds};
use crate::settings::Settings;
use crate::token::{Keys, Purpose};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use subtle::ConstantTimeEq as _;
use url::Url;

/// The longest lifetime of a link.
const MAX_LIFETIME: Duration = Duration::from_secs(90 * 24 * 3600);
/// The largest body of a request that is no upload, in bytes.
pub const MAX_BODY_BYTES: u64 = 8 * 1024;
/// How many used links for phones are remembered.
const USED_CAPACITY: u64 = 100_000;

/// Makes and checks links.
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

/// The content of an office's link.
#[derive(Serialize, Deserialize)]
struct LinkClaims {
    #[serde(rename = "c")]
    consumer_id: String,
    /// When the link expires, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
}

/// The content of a link for a phone.
#[derive(Serialize, Deserialize)]
struct PhoneLinkClaims {
    #[serde(rename = "c")]
    consumer_id: String,
    /// When the link expires, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
    /// The link's own id: it is good once.
    #[serde(rename = "n")]
    id: String,
    /// The id of the desktop's session. When that is logged out, the link is worth nothing.
    #[serde(rename = "s")]
    session: String,
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
            LinkError::Unknown => "LINK_UNKNOWN",
        }
    }

    /// The fragment with which the portal's page says so.
    fn fragment(self) -> &'static str {
        match self {
            LinkError::Expired => "portal/link-expired",
            LinkError::CodeExpired => "portal/code-expired",
            LinkError::CodeUsed => "portal/code-used",
            LinkError::Unknown => "portal/link-unknown",
        }
    }
}

/// What a valid link says: whom it signs in.
struct SignIn {
    consumer_id: String,
    /// When the session must end at the latest.
    until: Option<SystemTime>,
    /// The portal's page to open; empty for the overview.
    route: String,
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
    office_link(settings, &keys, consumer_id, lifetime, now).map(|(url, _)| url)
}

/// An office's link, and when it expires in Unix seconds.
fn office_link(
    settings: &Settings,
    keys: &Keys,
    consumer_id: &str,
    lifetime: Option<Duration>,
    now: SystemTime,
) -> Result<(Url, u64), InvalidConsumerId> {
    let fits = (1..=64).contains(&consumer_id.len())
        && consumer_id.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        return Err(InvalidConsumerId);
    }
    let lifetime = lifetime.unwrap_or(settings.session.link).min(MAX_LIFETIME);
    let expires = unix_seconds(now) + lifetime.as_secs();
    let claims = LinkClaims {
        consumer_id: consumer_id.to_owned(),
        expires,
    };
    let token = keys.seal(Purpose::Link, &claims).ok_or(InvalidConsumerId)?;
    Ok((link_with(settings, &token), expires))
}

/// The link with that token. It leads to the gateway; or to a page of another site, whose portal passes
/// the token on, because only a request of that page can set a cookie for it.
fn link_with(settings: &Settings, token: &str) -> Url {
    if settings.session.cross_site {
        let mut url = settings.session.page.clone();
        url.set_fragment(Some(&["portal-open=", token].concat()));
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
    /// Links of these settings, by the system's clock.
    pub fn new(sessions: Arc<Sessions>, settings: &Settings) -> Links {
        Links::with_clock(sessions, settings, SystemTime::now)
    }

    /// The same by another clock.
    pub fn with_clock(
        sessions: Arc<Sessions>,
        settings: &Settings,
        clock: fn() -> SystemTime,
    ) -> Links {
        Links {
            sessions,
            used: Cache::builder()
                .time_to_live(settings.session.phone_link + Duration::from_secs(60))
                .max_capacity(USED_CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            settings: settings.clone(),
            clock,
        }
    }

    /// Checks a token. The token of a link for a phone is used up by that.
    fn check(&self, token: &str, now: SystemTime) -> Result<SignIn, LinkError> {
        let keys = self.sessions.keys();
        if let Ok(link) = keys.open::<LinkClaims>(Purpose::Link, token) {
            if link.expires <= unix_seconds(now) {
                return Err(LinkError::Expired);
            }
            return Ok(SignIn {
                consumer_id: link.consumer_id,
                until: None,
                route: String::new(),
            });
        }
        let link = keys
            .open::<PhoneLinkClaims>(Purpose::Phone, token)
            .map_err(|_| LinkError::Unknown)?;
        if link.expires <= unix_seconds(now) || self.sessions.is_revoked(&link.session) {
            return Err(LinkError::CodeExpired);
        }
        // One step: when two open the link at once, one of them is the first.
        if !self.used.entry(link.id).or_default().is_fresh() {
            return Err(LinkError::CodeUsed);
        }
        Ok(SignIn {
            consumer_id: link.consumer_id,
            until: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(link.until)),
            route: link.route,
        })
    }

    /// A token that continues a session on another device, once, and for how many seconds it is good.
    fn phone_token(
        &self,
        session: &Session,
        route: String,
        now: SystemTime,
    ) -> Result<(String, u64), Refusal> {
        let now = unix_seconds(now);
        let until = unix_seconds(session.until());
        let session_left = until.saturating_sub(now);
        let lifetime = self.settings.session.phone_link.as_secs().min(session_left);
        let claims = PhoneLinkClaims {
            expires: now + lifetime,
            session: session.id.clone(),
            id: random_id()?,
            until,
            consumer_id: session.consumer_id.clone(),
            route,
        };
        let token = self.sessions.keys().seal(Purpose::Phone, &claims);
        Ok((token.ok_or(Refusal::Internal)?, lifetime))
    }
}

/// The routes: `/open/{token}`, `/session`, `/session/phone`, `/links`.
pub fn router(links: Arc<Links>) -> Router {
    Router::new()
        .route("/open/{*token}", get(open_link))
        .route(
            "/session",
            get(session_lifetime).post(sign_in).delete(log_out),
        )
        .route("/session/phone", post(phone_code))
        .route("/links", post(create_office_link))
        .fallback(|| async { Refusal::NotFound })
        .method_not_allowed_fallback(|| async { Refusal::MethodNotAllowed })
        .with_state(links)
}

/// `GET /open/{token}`: a link in an e-mail or a QR code.
async fn open_link(
    State(links): State<Arc<Links>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    // Only a person who opens the link signs in: no picture or script of another page. And neither a HEAD
    // request nor a prefetch of the browser uses a code up.
    let is = |name: &str, word: &str| headers.get(name).is_none_or(|value| value == word);
    let is_opened = method == Method::GET
        && !headers.contains_key("sec-purpose")
        && is("sec-fetch-mode", "navigate")
        && is("sec-fetch-dest", "document");
    if !is_opened {
        return Refusal::InvalidParameter.into_response();
    }
    let now = (links.clock)();
    let sign_in = match links.check(&token, now) {
        Ok(sign_in) => sign_in,
        Err(error) => return redirect_to_page(&links.settings, error.fragment()),
    };
    let cookie = match links
        .sessions
        .start(&sign_in.consumer_id, sign_in.until, now)
    {
        Ok((_, cookie)) => cookie,
        Err(refusal) => return refusal.into_response(),
    };
    let fragment = match sign_in.route.as_str() {
        "" => String::new(),
        route => ["portal/", route].concat(),
    };
    let mut response = redirect_to_page(&links.settings, &fragment);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// Redirects to the page with the portal in it. When that page is of another site, to our own: a cookie that
/// is set by a navigation to us cannot be used by a page of another site.
fn redirect_to_page(settings: &Settings, fragment: &str) -> Response {
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

/// Reads a body of ours: small, and within seconds altogether. To be called when everything that can be
/// refused was refused.
async fn read_body<T: DeserializeOwned>(links: &Links, body: Body) -> Result<T, Refusal> {
    if body.size_hint().lower() > MAX_BODY_BYTES {
        return Err(Refusal::BodyTooLarge);
    }
    let body = Limited::new(body, MAX_BODY_BYTES as usize).collect();
    let body = tokio::time::timeout(links.settings.limits.body_timeout, body)
        .await
        .map_err(|_| Refusal::TooSlow)?
        .map_err(|error| match error.is::<LengthLimitError>() {
            true => Refusal::BodyTooLarge,
            false => Refusal::InvalidParameter,
        })?;
    serde_json::from_slice(&body.to_bytes()).map_err(|_| Refusal::InvalidParameter)
}

fn json_response(status: StatusCode, content: impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(content)).into_response()
}

#[derive(Deserialize)]
struct SignInRequest {
    token: String,
}

#[derive(Serialize)]
struct SignInResponse {
    /// The portal's page to open; empty for the overview.
    route: String,
    /// A link that signs in to our own page, once. It is for a browser that keeps no cookie for a page of
    /// another site.
    own_page: String,
}

/// `POST /session`: signs in with the token of a link that led to a page of another site.
async fn sign_in(State(links): State<Arc<Links>>, body: Body) -> Result<Response, Refusal> {
    let SignInRequest { token } = read_body(&links, body).await?;
    let now = (links.clock)();
    let sign_in = match links.check(&token, now) {
        Ok(sign_in) => sign_in,
        Err(error) => return Ok(error_response(StatusCode::UNAUTHORIZED, error.code())),
    };
    let (session, cookie) = links
        .sessions
        .start(&sign_in.consumer_id, sign_in.until, now)?;
    let (token, _) = links.phone_token(&session, sign_in.route.clone(), now)?;
    let content = SignInResponse {
        own_page: own_link_with(&links.settings, &token).into(),
        route: sign_in.route,
    };
    let mut response = json_response(StatusCode::OK, content);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

fn no_content(cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Serialize)]
struct SessionLifetime {
    seconds: u64,
}

/// `GET /session`: for how many more seconds the session is good if nobody uses it. This call is no use: a
/// page that was left open does not keep the session alive.
async fn session_lifetime(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let session = links.sessions.authenticate(&headers, (links.clock)())?;
    let seconds = session.seconds_left_unused();
    Ok(json_response(StatusCode::OK, SessionLifetime { seconds }))
}

/// `DELETE /session`: logs out. It succeeds without a session too.
async fn log_out(State(links): State<Arc<Links>>, headers: HeaderMap) -> Response {
    if let Ok(session) = links.sessions.authenticate(&headers, (links.clock)()) {
        links.sessions.revoke(&session);
    }
    no_content(links.sessions.removal_cookie())
}

#[derive(Deserialize)]
struct PhoneCodeRequest {
    #[serde(default)]
    route: String,
}

#[derive(Serialize)]
struct PhoneCode {
    link: String,
    svg: String,
    seconds: u64,
}

/// `POST /session/phone`: a link for the consumer's phone, to the page that they are on, and its QR code.
async fn phone_code(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let now = (links.clock)();
    let session = links.sessions.authenticate(&headers, now)?;
    let PhoneCodeRequest { route } = read_body(&links, body).await?;
    // The portal's own fragments have no other characters.
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.' | b'%');
    if route.len() > 200 || route.contains("..") || !route.bytes().all(allowed) {
        return Err(Refusal::InvalidParameter);
    }
    let (token, lifetime) = links.phone_token(&session, route, now)?;
    let link = link_with(&links.settings, &token).to_string();
    let svg = qr::svg(&link).ok_or(Refusal::Internal)?;
    let code = PhoneCode {
        link,
        svg,
        seconds: lifetime,
    };
    Ok(json_response(StatusCode::OK, code))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeLinkRequest {
    consumer_id: String,
    lifetime: Option<String>,
}

#[derive(Serialize)]
struct OfficeLink {
    link: String,
    expires: u64,
}

/// `POST /links`: a link for the office's own systems, which show the key.
async fn create_office_link(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let key = links.settings.session.links_key.as_ref();
    let key = key.ok_or(Refusal::NotFound)?;
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if !shown.is_some_and(|shown| key_matches(key, shown)) {
        return Err(Refusal::KeyRefused);
    }
    let OfficeLinkRequest {
        consumer_id,
        lifetime,
    } = read_body(&links, body).await?;
    let lifetime = match lifetime {
        Some(text) => Some(crate::config::duration(&text).map_err(|_| Refusal::InvalidParameter)?),
        None => None,
    };
    let now = (links.clock)();
    let keys = links.sessions.keys();
    let (link, expires) = office_link(&links.settings, keys, &consumer_id, lifetime, now)
        .map_err(|_| Refusal::InvalidParameter)?;
    let link = link.to_string();
    Ok(json_response(
        StatusCode::CREATED,
        OfficeLink { link, expires },
    ))
}

/// Compares keys. The time that it takes tells nothing, not even the length.
fn key_matches(key: &SecretString, shown: &str) -> bool {
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    hash(key.expose_secret())
        .as_slice()
        .ct_eq(hash(shown).as_slice())
        .into()
}
