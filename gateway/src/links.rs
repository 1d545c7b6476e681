//! Links: how a consumer signs in. One kind the office sends; the other continues a session of the desktop
//! on the consumer's phone. A link holds a signed token. Only the button of our page, or of the portal on a
//! page of another site, signs in: opening a link changes nothing. The gateway remembers only which links for
//! phones were used, and the tries at the second question.

use crate::allowed_origins::{AllowedOrigins, RequestOrigin};
use crate::app_state::AppState;
use crate::open_page::{Content, OpenPage};
use crate::qr;
use crate::refusal::{Refusal, error_response};
use crate::second_question::{Tries, Verdict};
use crate::session::{Session, Sessions, random_id, unix_seconds};
use crate::settings::{Question, Settings};
use crate::token::{Keys, Purpose};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::net::{IpAddr, Ipv4Addr};
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
    state: Arc<AppState>,
    sessions: Arc<Sessions>,
    settings: Settings,
    page: OpenPage,
    origins: AllowedOrigins,
    used: Cache<String, ()>,
    tries: Tries,
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
            LinkError::Expired | LinkError::Closed => "portal/link-expired",
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
    /// The link's own id.
    link: String,
    kind: LinkKind,
    /// The portal's page to open; empty for the overview.
    route: String,
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
        id: random_id().map_err(|_| InvalidConsumerId)?,
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
            used: Cache::builder()
                .time_to_live(settings.session.phone_link + Duration::from_secs(60))
                .max_capacity(USED_CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            tries: Tries::default(),
            settings: settings.clone(),
            clock,
            state,
        }
    }

    /// Reads a token, with whatever a mail program put behind it. That changes nothing.
    fn read(&self, token: &str, now: SystemTime) -> Result<Opened, LinkError> {
        let token = token_in(token);
        let keys = self.sessions.keys();
        if let Ok(link) = keys.open::<LinkClaims>(Purpose::Link, token) {
            if link.expires <= unix_seconds(now) {
                return Err(LinkError::Expired);
            }
            let id = if link.id.is_empty() {
                BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
            } else {
                link.id
            };
            if self.tries.are_used_up(&id) {
                return Err(LinkError::Closed);
            }
            return Ok(Opened {
                consumer_id: link.consumer_id,
                until: None,
                link: id,
                kind: LinkKind::Office,
                route: String::new(),
            });
        }
        let (kind, link) = match keys.open::<PhoneLinkClaims>(Purpose::Phone, token) {
            Ok(link) => (LinkKind::Phone, link),
            Err(_) => {
                let link = keys.open::<PhoneLinkClaims>(Purpose::OwnPage, token);
                (LinkKind::OwnPage, link.map_err(|_| LinkError::Unknown)?)
            }
        };
        if link.expires <= unix_seconds(now) || self.sessions.is_revoked(&link.session) {
            return Err(match kind {
                LinkKind::Phone => LinkError::CodeExpired,
                _ => LinkError::Expired,
            });
        }
        if kind == LinkKind::Phone && self.used.contains_key(&link.id) {
            return Err(LinkError::CodeUsed);
        }
        Ok(Opened {
            consumer_id: link.consumer_id,
            until: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(link.until)),
            link: link.id,
            kind,
            route: link.route,
        })
    }

    /// Uses a code up. When two use it at once, one of them is the first.
    fn use_up(&self, opened: &Opened) -> Result<(), LinkError> {
        let is_first = opened.kind != LinkKind::Phone
            || self.used.entry_by_ref(&opened.link).or_default().is_fresh();
        is_first.then_some(()).ok_or(LinkError::CodeUsed)
    }

    /// The second question, when this link asks one.
    fn question(&self, opened: &Opened) -> Option<Question> {
        let asks = opened.kind == LinkKind::Office;
        self.settings.session.ask.filter(|_| asks)
    }

    /// Whom the browser's cookie signs in, other than the link's consumer.
    fn signed_in(&self, headers: &HeaderMap, now: SystemTime) -> Option<Session> {
        self.sessions.authenticate(headers, now).ok()
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
        let opened = match self.read(token, now) {
            Ok(opened) => opened,
            Err(error) => return Ok(Attempt::Bad(error)),
        };
        let present = self.signed_in(headers, now);
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
            let verdict = self
                .tries
                .check(
                    &self.state,
                    question,
                    answer,
                    &opened.link,
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
        if let Err(error) = self.use_up(&opened) {
            return Ok(Attempt::Bad(error));
        }
        let (session, cookie) = self
            .sessions
            .start(&opened.consumer_id, opened.until, now)?;
        Ok(Attempt::SignedIn(Box::new((opened, session, cookie))))
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

    /// A token that opens our own page, as long as the session is good.
    fn own_page_token(&self, session: &Session, route: String) -> Result<String, Refusal> {
        let until = unix_seconds(session.until());
        let claims = PhoneLinkClaims {
            expires: until,
            session: session.id.clone(),
            id: random_id()?,
            until,
            consumer_id: session.consumer_id.clone(),
            route,
        };
        let token = self.sessions.keys().seal(Purpose::OwnPage, &claims);
        token.ok_or(Refusal::Internal)
    }
}

/// The token at the beginning of a text. Mail programs and people put dots, brackets and more behind a link:
/// what no token has is no part of it.
fn token_in(text: &str) -> &str {
    let in_token = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    let end = text.find(|it| !in_token(it)).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// The routes: `/open/{token}`, `/session`, `/session/phone`, `/links`.
pub fn router(links: Arc<Links>) -> Router {
    Router::new()
        .route("/open/{*token}", get(show_link).post(open_link))
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

/// `GET /open/{token}`: a link in an e-mail or a QR code. It shows a page with a button, and signs nobody in.
async fn show_link(
    State(links): State<Arc<Links>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = (links.clock)();
    let opened = match links.read(&token, now) {
        Ok(opened) => opened,
        Err(LinkError::Closed) => return links.page.response(Content::Closed),
        Err(error) => return redirect_to_page(&links.settings, error.fragment()),
    };
    let question = links.question(&opened);
    links.page.response(match links.signed_in(&headers, now) {
        Some(session) if session.consumer_id != opened.consumer_id => {
            Content::OtherConsumer(question)
        }
        Some(_) => Content::Button(None),
        None => Content::Button(question),
    })
}

/// `POST /open/{token}`: the button. Only our own page has it.
async fn open_link(
    State(links): State<Arc<Links>>,
    Path(token): Path<String>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let refused = |refusal: Refusal| links.page.response(Content::Later(refusal.status()));
    if links.origins.check(&Method::POST, &headers) != Ok(RequestOrigin::Own) {
        return links.page.response(Content::FromElsewhere);
    }
    // A body is read for those only who have a link.
    if let Err(error) = links.read(&token, (links.clock)()) {
        return bad_link(&links, error);
    }
    let said = match read_bytes(&links, body).await {
        Ok(body) => said_in_form(&body),
        Err(refusal) => return refused(refusal),
    };
    let attempt = links.attempt(&token, &said, &headers, address_of(address));
    let (opened, _, cookie) = match attempt.await {
        Ok(Attempt::SignedIn(signed_in)) => *signed_in,
        Ok(Attempt::OtherConsumer(question)) => {
            return links.page.response(Content::OtherConsumer(question));
        }
        Ok(Attempt::AnswerNeeded(question)) => {
            return links.page.response(Content::Button(Some(question)));
        }
        Ok(Attempt::AnswerWrong(question)) => {
            return links.page.response(Content::Again(question));
        }
        Ok(Attempt::Bad(error)) => return bad_link(&links, error),
        Err(refusal) => return refused(refusal),
    };
    let fragment = match opened.route.as_str() {
        "" => String::new(),
        route => ["portal/", route].concat(),
    };
    let mut response = redirect_to_page(&links.settings, &fragment);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// Says on the portal's page, or on ours, why a link does not sign in.
fn bad_link(links: &Links, error: LinkError) -> Response {
    match error {
        LinkError::Closed => links.page.response(Content::Closed),
        error => redirect_to_page(&links.settings, error.fragment()),
    }
}

/// What the form of our page sent.
fn said_in_form(body: &[u8]) -> Said {
    let mut said = Said::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        match &*name {
            "answer" => said.answer = value.into_owned(),
            "replace" => said.replace = value == "yes",
            _ => {}
        }
    }
    said
}

fn address_of(address: Option<Extension<ClientAddress>>) -> IpAddr {
    address.map_or(Ipv4Addr::LOCALHOST.into(), |Extension(it)| it.0)
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
async fn read_bytes(links: &Links, body: Body) -> Result<Bytes, Refusal> {
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
    Ok(body.to_bytes())
}

/// Reads such a body as JSON.
async fn read_body<T: DeserializeOwned>(links: &Links, body: Body) -> Result<T, Refusal> {
    let body = read_bytes(links, body).await?;
    serde_json::from_slice(&body).map_err(|_| Refusal::InvalidParameter)
}

fn json_response(status: StatusCode, content: impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(content)).into_response()
}

#[derive(Deserialize)]
struct SignInRequest {
    token: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Serialize)]
struct SignInResponse {
    /// The portal's page to open; empty for the overview.
    route: String,
    /// A link that signs in to our own page, as long as the session is good. It is for a browser that keeps
    /// no cookie for a page of another site.
    own_page: String,
}

/// `POST /session`: signs in with the token of a link that led to a page of another site. The portal there
/// shows the button, and asks what it is told to ask.
async fn sign_in(
    State(links): State<Arc<Links>>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let SignInRequest { token, said } = read_body(&links, body).await?;
    let attempt = links.attempt(&token, &said, &headers, address_of(address));
    let (opened, session, cookie) = match attempt.await? {
        Attempt::SignedIn(signed_in) => *signed_in,
        Attempt::OtherConsumer(question) => return Ok(unfinished("OTHER_CONSUMER", question)),
        Attempt::AnswerNeeded(question) => return Ok(unfinished("ANSWER_NEEDED", Some(question))),
        Attempt::AnswerWrong(question) => return Ok(unfinished("ANSWER_WRONG", Some(question))),
        Attempt::Bad(error) => {
            return Ok(error_response(StatusCode::UNAUTHORIZED, error.code()));
        }
    };
    let token = links.own_page_token(&session, opened.route.clone())?;
    let content = SignInResponse {
        own_page: own_link_with(&links.settings, &token).into(),
        route: opened.route,
    };
    let mut response = json_response(StatusCode::OK, content);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The sign-in is not finished: what the portal is to ask.
fn unfinished(code: &'static str, question: Option<Question>) -> Response {
    let ask = question.map(Question::name);
    let content = serde_json::json!({ "error": { "code": code }, "ask": ask });
    json_response(StatusCode::CONFLICT, content)
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
