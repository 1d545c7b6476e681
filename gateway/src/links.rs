//! Links: how a consumer signs in. One kind the office sends; the other continues a session of the desktop
//! on the consumer's phone. A link holds a signed token. The store remembers only which links for phones were
//! used, and what was closed.

use crate::qr;
use crate::records::{Kind, LONGEST_LINK, Origin, unix_milliseconds};
use crate::refusal::{Refusal, error_response};
use crate::session::{Session, Sessions, SignIn, random_id, unix_seconds};
use crate::settings::Settings;
use crate::token::{Keys, Purpose};
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use subtle::ConstantTimeEq as _;
use url::Url;

/// For how much longer than a code is good it is remembered that it was used: clocks differ.
const CODE_MARGIN: Duration = Duration::from_secs(60);
/// How long a token of the gateway's own commands is good.
const COMMAND_LIFETIME: Duration = Duration::from_secs(60);
/// The largest body of a request, in bytes.
const MAX_BODY_BYTES: usize = 8 * 1024;

/// Makes and checks links.
pub struct Links {
    sessions: Arc<Sessions>,
    settings: Settings,
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
struct Opened {
    consumer_id: String,
    /// When the session must end at the latest.
    until: Option<SystemTime>,
    /// The family that the session will be of, when it comes from another one.
    family: Option<String>,
    /// The id of the office's link.
    link: String,
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
            settings: settings.clone(),
            clock,
        }
    }

    /// Checks a token. The token of a link for a phone is used up by that. The inner error is the consumer's
    /// to read, the outer one says that nobody can tell now.
    async fn check(
        &self,
        token: &str,
        now: SystemTime,
    ) -> Result<Result<Opened, LinkError>, Refusal> {
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
            return Ok(Ok(Opened {
                consumer_id: link.consumer_id,
                until: None,
                family: None,
                link: link.id,
                route: String::new(),
            }));
        }
        let Ok(link) = keys.open::<PhoneLinkClaims>(Purpose::Phone, token) else {
            return Ok(Err(LinkError::Unknown));
        };
        let origin = Origin {
            consumer_id: &link.consumer_id,
            session: Some(&link.session),
            family: Some(&link.family),
            link: Some(&link.link),
            since: link.made,
        };
        if link.expires <= unix_seconds(now) || records.has_ended(origin).await? {
            return Ok(Err(LinkError::CodeExpired));
        }
        // One step: when two open the link at once, one of them is the first.
        let lifetime = self.settings.session.phone_link + CODE_MARGIN;
        if !records.use_code(&link.id, lifetime).await? {
            return Ok(Err(LinkError::CodeUsed));
        }
        Ok(Ok(Opened {
            consumer_id: link.consumer_id,
            until: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(link.until)),
            family: Some(link.family),
            link: link.link,
            route: link.route,
        }))
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
}

/// The routes: `/open/{token}`, `/session`, `/session/phone`, `/session/devices`, `/links`.
pub fn router(links: Arc<Links>) -> Router {
    Router::new()
        .route("/open/{*token}", get(open_link))
        .route(
            "/session",
            get(session_lifetime).post(sign_in).delete(log_out),
        )
        .route("/session/phone", post(phone_code))
        .route("/session/devices", get(devices).delete(end_others))
        .route("/links", post(create_office_link).delete(close_links))
        .fallback(|| async { Refusal::NotFound })
        .method_not_allowed_fallback(|| async { Refusal::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
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
    let opened = match links.check(&token, now).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => return redirect_to_page(&links.settings, error.fragment()),
        Err(refusal) => return refusal.into_response(),
    };
    let cookie = match links.start(&opened, now).await {
        Ok((_, cookie)) => cookie,
        Err(refusal) => return refusal.into_response(),
    };
    let fragment = match opened.route.as_str() {
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

fn parse_body<'a, T: Deserialize<'a>>(body: &'a Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::InvalidParameter)
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
async fn sign_in(State(links): State<Arc<Links>>, body: Bytes) -> Result<Response, Refusal> {
    let SignInRequest { token } = parse_body(&body)?;
    let now = (links.clock)();
    let opened = match links.check(&token, now).await? {
        Ok(opened) => opened,
        Err(error) => return Ok(error_response(StatusCode::UNAUTHORIZED, error.code())),
    };
    let (session, cookie) = links.start(&opened, now).await?;
    let (token, _) = links.phone_token(&session, opened.route.clone(), now)?;
    let content = SignInResponse {
        own_page: own_link_with(&links.settings, &token).into(),
        route: opened.route,
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
    let session = links
        .sessions
        .authenticate(&headers, (links.clock)())
        .await?;
    let seconds = session.seconds_left_unused();
    Ok(json_response(StatusCode::OK, SessionLifetime { seconds }))
}

/// `DELETE /session`: logs out, on all devices of the family. It succeeds without a session too. While the
/// store is away nobody can log out: the cookie stays, so that it can be tried again.
async fn log_out(State(links): State<Arc<Links>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let session = links.sessions.authenticate(&headers, (links.clock)()).await;
    if let Ok(session) = session {
        links.sessions.log_out(&session).await?;
    }
    Ok(no_content(links.sessions.removal_cookie()))
}

#[derive(Serialize)]
struct Devices {
    devices: usize,
}

/// `GET /session/devices`: on how many devices the consumer is signed in by sessions that came from one
/// another, this device counted. This call is no use, as `GET /session`.
async fn devices(State(links): State<Arc<Links>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let now = (links.clock)();
    let session = links.sessions.authenticate(&headers, now).await?;
    let devices = links.sessions.devices(&session, now).await?;
    Ok(json_response(StatusCode::OK, Devices { devices }))
}

/// `DELETE /session/devices`: ends the sessions of the other devices.
async fn end_others(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let now = (links.clock)();
    let session = links.sessions.authenticate(&headers, now).await?;
    links.sessions.end_others(&session, now).await?;
    Ok(no_content(None))
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
    body: Bytes,
) -> Result<Response, Refusal> {
    let now = (links.clock)();
    let session = links.sessions.authenticate(&headers, now).await?;
    let PhoneCodeRequest { route } = parse_body(&body)?;
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
    /// The link's id, by which it can be closed.
    id: String,
    link: String,
    expires: u64,
}

/// `POST /links`: a link for the office's own systems, which show the key.
async fn create_office_link(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    links.check_office(&headers)?;
    let OfficeLinkRequest {
        consumer_id,
        lifetime,
    } = parse_body(&body)?;
    let lifetime = match lifetime {
        Some(text) => Some(crate::config::duration(&text).map_err(|_| Refusal::InvalidParameter)?),
        None => None,
    };
    let now = (links.clock)();
    let keys = links.sessions.keys();
    let made = office_link(&links.settings, keys, &consumer_id, lifetime, now)
        .map_err(|_| Refusal::InvalidParameter)?;
    let content = OfficeLink {
        id: made.id,
        link: made.url.into(),
        expires: made.expires,
    };
    Ok(json_response(StatusCode::CREATED, content))
}

/// What `DELETE /links` closes: all links and sessions of a consumer, or one link with its sessions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseLinks {
    consumer_id: Option<String>,
    link_id: Option<String>,
}

/// `DELETE /links?consumer_id=ID` or `DELETE /links?link_id=ID`, for the office's own systems.
async fn close_links(
    State(links): State<Arc<Links>>,
    headers: HeaderMap,
    query: Result<Query<CloseLinks>, QueryRejection>,
) -> Result<Response, Refusal> {
    links.check_office(&headers)?;
    let Ok(Query(query)) = query else {
        return Err(Refusal::InvalidParameter);
    };
    let records = links.sessions.records();
    match (query.consumer_id, query.link_id) {
        (Some(id), None) if check_consumer_id(&id).is_ok() => {
            records.end_consumer(&id, (links.clock)()).await?;
        }
        (None, Some(id)) if !id.is_empty() => {
            records.end(Kind::Link, &id, LONGEST_LINK).await?;
        }
        _ => return Err(Refusal::InvalidParameter),
    }
    Ok(no_content(None))
}

/// Compares keys. The time that it takes tells nothing, not even the length.
fn key_matches(key: &SecretString, shown: &str) -> bool {
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    hash(key.expose_secret())
        .as_slice()
        .ct_eq(hash(shown).as_slice())
        .into()
}
