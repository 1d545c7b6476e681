//! What is asked of links over HTTP: `/open`, `/session`, `/session/phone`, `/session/devices` and `/links`. It
//! reads requests and writes answers; what a link is and whom it signs in stands in [`links`](super).

use super::{
    ANSWER_NEEDED, ANSWER_WRONG, Attempt, ClientAddress, LinkError, Links, MAX_BODY_BYTES,
    OTHER_CONSUMER, Said, check_consumer_id, link_with, office_link, own_link_with,
};
use crate::allowed_origins::RequestOrigin;
use crate::audit::{Event, OK, Subject};
use crate::open_page::Content;
use crate::qr;
use crate::records::{Kind, LONGEST_LINK};
use crate::refusal::{Refusal, error_response};
use crate::settings::{Question, Settings};
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The routes: `/open/{token}`, `/session`, `/session/phone`, `/session/devices`, `/links`.
pub fn router(links: Arc<Links>) -> Router {
    Router::new()
        .route("/open/{*token}", get(show_link).post(open_link))
        .route(
            "/session",
            get(session_lifetime).post(sign_in).delete(log_out),
        )
        .route("/session/phone", post(phone_code))
        .route("/session/devices", get(devices).delete(end_others))
        .route("/links", post(create_office_link).delete(close_links))
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
    let opened = match links.read(&token, now).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => return bad_link(&links, error),
        Err(refusal) => return links.page.response(Content::Later(refusal.status())),
    };
    links.record(Event::LinkOpened, OK, Some(&opened));
    let question = links.question(&opened);
    links
        .page
        .response(match links.signed_in(&headers, now).await {
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
    match links.read(&token, (links.clock)()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => return bad_link(&links, error),
        Err(refusal) => return refused(refusal),
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
        route => ["portal-", route].concat(),
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
    let page = settings.relative(&page);
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
        Attempt::OtherConsumer(question) => return Ok(unfinished(OTHER_CONSUMER, question)),
        Attempt::AnswerNeeded(question) => return Ok(unfinished(ANSWER_NEEDED, Some(question))),
        Attempt::AnswerWrong(question) => return Ok(unfinished(ANSWER_WRONG, Some(question))),
        Attempt::Bad(error) => {
            return Ok(error_response(StatusCode::UNAUTHORIZED, error.code()));
        }
    };
    let token = links.own_page_token(&session, opened.route.clone(), (links.clock)())?;
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
        let outcome = links
            .sessions
            .log_out(&session)
            .await
            .map_err(Refusal::from);
        links.record_of(Event::LogOut, outcome, &session);
        outcome?;
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
    let outcome = links.sessions.end_others(&session, now).await;
    let outcome = outcome.map(|_| ()).map_err(Refusal::from);
    links.record_of(Event::OthersEnded, outcome, &session);
    outcome?;
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
    body: Body,
) -> Result<Response, Refusal> {
    let now = (links.clock)();
    let session = links.sessions.authenticate(&headers, now).await?;
    let PhoneCodeRequest { route } = read_body(&links, body).await?;
    // The portal's own fragments have no other characters; `/`, `.` and `%` are of its earlier versions.
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
    body: Body,
) -> Result<Response, Refusal> {
    links.check_office(&headers)?;
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
    let made = office_link(&links.settings, keys, &consumer_id, lifetime, now)
        .map_err(|_| Refusal::InvalidParameter)?;
    let subject = Subject {
        consumer_id: &consumer_id,
        link: &made.id,
    };
    links.state.audit.record(Event::LinkMade, OK, subject);
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
    let (outcome, subject) = match (&query.consumer_id, &query.link_id) {
        (Some(id), None) if check_consumer_id(id).is_ok() => {
            let subject = Subject {
                consumer_id: id,
                link: "",
            };
            (records.end_consumer(id, (links.clock)()).await, subject)
        }
        (None, Some(id)) if !id.is_empty() => {
            let subject = Subject {
                consumer_id: "",
                link: id,
            };
            (records.end(Kind::Link, id, LONGEST_LINK).await, subject)
        }
        _ => return Err(Refusal::InvalidParameter),
    };
    let outcome = outcome.map_err(Refusal::from);
    let word = outcome.map_or_else(Refusal::code, |()| OK);
    links.state.audit.record(Event::LinkClosed, word, subject);
    outcome?;
    Ok(no_content(None))
}
