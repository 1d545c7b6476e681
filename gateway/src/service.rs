//! Answers one request to one office: finds its route, checks who asks and whether they may, and passes it to
//! the part that answers it. It stands above all those parts; only [`offices`](crate::offices) uses it.

use crate::allowed_origins::{AllowedOrigins, RequestOrigin};
use crate::app_state::{AppState, Shared};
use crate::assets::Assets;
use crate::audit::{Event, OK, Subject};
use crate::client_address;
use crate::connections::Place;
use crate::crowd::{self, Crowd};
use crate::endpoints::{self, Caller};
use crate::links::{self, Links};
use crate::metrics::Registered;
use crate::open_page::{Content, OpenPage};
use crate::portal_page;
use crate::refusal::{ErrorCode, Refusal};
use crate::request_context::RequestContext;
use crate::security_headers::SecurityHeaders;
use crate::settings::Settings;
use crate::transfer::{End, Transfer};
use crate::upstream::Endpoint;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};
use tower::ServiceExt as _;

/// The whole gateway of one office, except for listening.
#[derive(Debug)]
pub struct Service {
    /// The office's name, when there are several.
    office: Option<Arc<str>>,
    state: Arc<AppState>,
    assets: Assets,
    security_headers: SecurityHeaders,
    allowed_origins: AllowedOrigins,
    links: Router,
    page: OpenPage,
    stopping: AtomicBool,
    crowd: Crowd,
}

/// What a request is about, for the log and the counters. They never get the path itself, which may hold
/// a token or an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Endpoint(Endpoint),
    UnknownEndpoint,
    Open,
    Session,
    Phone,
    Devices,
    Links,
    Health,
    Ready,
    Site,
}

impl Route {
    fn of(path: &str) -> Route {
        if let Some(name) = path.strip_prefix("/consumerportal/") {
            return Endpoint::named(name).map_or(Route::UnknownEndpoint, Route::Endpoint);
        }
        match path {
            "/session" => Route::Session,
            "/session/phone" => Route::Phone,
            "/session/devices" => Route::Devices,
            "/links" => Route::Links,
            "/healthz" => Route::Health,
            "/readyz" => Route::Ready,
            // They are on a listener of their own.
            "/metrics" => Route::UnknownEndpoint,
            _ if path.starts_with("/open/") => Route::Open,
            _ => Route::Site,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Route::Endpoint(endpoint) => endpoint.name(),
            Route::UnknownEndpoint => "unknown",
            Route::Open => "open",
            Route::Session => "session",
            Route::Phone => "phone",
            Route::Devices => "devices",
            Route::Links => "links",
            Route::Health => "healthz",
            Route::Ready => "readyz",
            Route::Site => "site",
        }
    }
}

impl Service {
    /// The gateway of an office that is new to this process. `site` is what all offices have.
    pub fn new(settings: Settings, shared: &Shared, site: &Assets) -> Service {
        Service::of(AppState::new(settings, shared), site)
    }

    /// The same office with other settings, and with the site as it is now. What is remembered and counted
    /// stays.
    pub fn with_settings(&self, settings: Settings, shared: &Shared, site: &Assets) -> Service {
        Service::of(self.state.with_settings(settings, shared), site)
    }

    fn of(state: AppState, site: &Assets) -> Service {
        let state = Arc::new(state);
        let settings = &state.settings;
        let links = Arc::new(Links::new(state.clone()));
        Service {
            office: settings.office.as_deref().map(Arc::from),
            security_headers: SecurityHeaders::new(settings),
            allowed_origins: AllowedOrigins::new(settings),
            links: links::router(links),
            page: OpenPage::new(settings),
            stopping: AtomicBool::new(false),
            crowd: Crowd::default(),
            assets: portal_page::site_of(settings, site),
            state,
        }
    }

    /// What the endpoints share.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// From now on `/readyz` answers no, so that requests go to another instance.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Answers a request that came over a connection from that peer.
    pub async fn answer(&self, peer: SocketAddr, request: Box<Request<Body>>) -> Response {
        let began = Instant::now();
        let route = Route::of(request.uri().path());
        let method = request.method().clone();
        let context = RequestContext::of(request.headers(), self.office.clone());
        let answering = self.answer_route(route, peer, request);
        let mut response = context.clone().scope(answering).await;
        let took = began.elapsed();
        let status = response.status();
        self.state
            .metrics
            .answered(route.name(), status.as_u16(), took);
        if route == Route::Site {
            return response;
        }
        tracing::info!(
            request = context.id(),
            office = self.office.as_deref(),
            trace = context.trace(),
            method = method_for_log(&method),
            route = route.name(),
            status = status.as_u16(),
            ms = took.as_millis() as u64,
            "answered"
        );
        if let Ok(request_id) = HeaderValue::try_from(context.id()) {
            response.headers_mut().insert("x-request-id", request_id);
        }
        response
    }

    async fn answer_route(
        &self,
        route: Route,
        peer: SocketAddr,
        mut request: Box<Request<Body>>,
    ) -> Response {
        let url_too_long = request
            .uri()
            .path_and_query()
            .is_some_and(|it| it.as_str().len() > self.state.settings.limits.url_bytes);
        let settings = &self.state.settings;
        let client = client_address::of(peer.ip(), request.headers(), &settings.access);
        let place = request.extensions().get::<Arc<Place>>();
        if let Some(Err(refusal)) = place.map(|place| place.belongs_to(client)) {
            return self.refuse(refusal, request);
        }
        request
            .extensions_mut()
            .insert(links::ClientAddress(client));
        match route {
            Route::Site if url_too_long => return self.refuse(Refusal::UrlTooLong, request),
            Route::Site => return self.site(&request),
            Route::Health => return self.health(),
            Route::Ready => return self.readiness(),
            _ => {}
        }
        let origin = if matches!(route, Route::Links | Route::Open) {
            // The office's own systems show a key, and a link in an e-mail is opened from anywhere. Where
            // its button was pressed, `links` checks.
            Ok(RequestOrigin::None)
        } else {
            self.allowed_origins
                .check(request.method(), request.headers())
        };
        let origin = match origin {
            Ok(origin) => origin,
            Err(refusal) => return self.refuse(refusal, request),
        };
        // The origin comes first: a page that may call us may also read why we refuse.
        let limited = self
            .check_limits(
                route,
                url_too_long,
                client,
                request.method(),
                request.headers(),
            )
            .await;
        let is_for_a_tab =
            route == Route::Endpoint(Endpoint::Download) && is_for_a_tab(request.headers());
        let mut response = if let Err(refusal) = limited {
            self.refuse(refusal, request)
        } else if request.method() == Method::OPTIONS
            && !matches!(route, Route::Links | Route::Open | Route::UnknownEndpoint)
        {
            self.allowed_origins.preflight()
        } else {
            match route {
                Route::Endpoint(endpoint) => self.endpoint(endpoint, client, request).await,
                Route::UnknownEndpoint => self.refuse(Refusal::NotFound, request),
                _ => match self.links.clone().oneshot(*request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                },
            }
        };
        if is_for_a_tab && response.extensions().get::<ErrorCode>().is_some() {
            let page = self.page.response(Content::NoDocument(response.status()));
            let (head, body) = page.into_parts();
            response.headers_mut().extend(head.headers);
            *response.body_mut() = body;
        }
        self.security_headers.add_to_api(response.headers_mut());
        self.allowed_origins.allow(&origin, response.headers_mut());
        response
    }

    /// Whether this request is one too many or its address too long. The calls of the four endpoints are
    /// counted for each consumer in [`Service::endpoint`].
    async fn check_limits(
        &self,
        route: Route,
        url_too_long: bool,
        client: IpAddr,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<(), Refusal> {
        if url_too_long {
            return Err(Refusal::UrlTooLong);
        }
        // Opening a link does not count: a person at their browser would see bare JSON in place of a
        // page, and it costs no more than a file.
        if route != Route::Open {
            self.state.limiter.check_address(client)?;
        }
        let log_out = method == Method::DELETE;
        if matches!(route, Route::Session | Route::Phone | Route::Devices)
            && !log_out
            && let Ok(session) = self
                .state
                .sessions
                .authenticate(headers, SystemTime::now())
                .await
        {
            self.state.limiter.check_consumer(&session.consumer_id)?;
        }
        Ok(())
    }

    async fn endpoint(
        &self,
        endpoint: Endpoint,
        address: IpAddr,
        request: Box<Request<Body>>,
    ) -> Response {
        let method = endpoint.method();
        if method != *request.method() {
            let mut response = self.refuse(Refusal::MethodNotAllowed, request);
            if let Ok(allow) = HeaderValue::try_from(method.as_str()) {
                response.headers_mut().insert(header::ALLOW, allow);
            }
            return response;
        }
        let session = self
            .state
            .sessions
            .authenticate(request.headers(), SystemTime::now())
            .await
            .and_then(|session| {
                self.state.limiter.check_consumer(&session.consumer_id)?;
                Ok(session)
            });
        let session = match session {
            Ok(session) => session,
            Err(refusal) => return self.refuse(refusal, request),
        };
        // The connection of a consumer who is signed in is not closed for others.
        let place = request.extensions().get::<Arc<Place>>();
        let kept = place.map(|place| place.activity().keep());
        if self.crowd.gathers(address, &session.consumer_id) {
            tracing::warn!(
                office = self.office.as_deref(),
                consumers = crowd::MANY,
                "very many consumers have one address: a proxy in front may not say whom it forwards for, \
                 see access.trusted_proxies"
            );
        }
        let renewal = session.renewal();
        let caller = Caller { session, address };
        let mut response = endpoints::answer(&self.state, endpoint, &caller, request).await;
        if matches!(endpoint, Endpoint::Download | Endpoint::Otd) {
            response = self.watched(response, &caller);
        }
        // A consumer who logged out in the meantime stays logged out.
        if let Some(cookie) = renewal
            && !self.state.sessions.has_ended(&caller.session).await
        {
            // While the store is away the device is listed until it would have been over by itself.
            let now = SystemTime::now();
            let _ = self.state.sessions.list_device(&caller.session, now).await;
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        match kept {
            Some(kept) => response.map(|body| kept.until_the_end_of(body)),
            None => response,
        }
    }

    /// The answer to a request for a document. What became of it is known at its end.
    fn watched(&self, response: Response, caller: &Caller) -> Response {
        let (audit, metrics) = (self.state.audit.clone(), self.state.metrics.clone());
        let consumer_id = caller.session.consumer_id.clone();
        let link = caller.session.link.clone();
        let record = move |outcome: &str| {
            let subject = Subject {
                consumer_id: &consumer_id,
                link: &link,
            };
            audit.record(Event::DocumentOut, outcome, subject);
        };
        if let Some(ErrorCode(code)) = response.extensions().get::<ErrorCode>() {
            record(code);
            return response;
        }
        // The end comes when this request's work is over.
        let context = RequestContext::present();
        response.map(|body| {
            Body::new(Transfer::new(body, move |end, bytes| {
                metrics.passed_on("out", bytes);
                let record = || match end {
                    End::Complete => record(OK),
                    End::BrokenOff => {
                        metrics.aborted("out");
                        record("BROKEN_OFF");
                    }
                };
                match context {
                    Some(context) => context.sync_scope(record),
                    None => record(),
                }
            }))
        })
    }

    fn site(&self, request: &Request<Body>) -> Response {
        let path = request.uri().path();
        let mut response = self
            .assets
            .answer(request.method(), path, request.headers());
        self.security_headers
            .add_to_site(self.assets.inline_hashes(path), response.headers_mut());
        response
    }

    /// Says that the gateway runs, and whether this office's AccelerateConnect answers.
    pub fn health(&self) -> Response {
        let accelerate = if self.state.upstream.is_up() {
            "up"
        } else {
            "down"
        };
        let json = format!("{{\"status\":\"ok\",\"accelerate\":\"{accelerate}\"}}");
        self.json(StatusCode::OK, json)
    }

    /// Says whether to send this gateway requests.
    pub fn readiness(&self) -> Response {
        let (status, word) = if self.stopping.load(Ordering::Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "ending")
        } else {
            (StatusCode::OK, "ready")
        };
        // A store that is away is no reason to send consumers elsewhere: all copies have the same one, and
        // what can be read without it is.
        let store = if self.state.records.store().is_away() {
            "away"
        } else {
            "up"
        };
        let json = format!("{{\"status\":\"{word}\",\"store\":\"{store}\"}}");
        self.json(status, json)
    }

    /// The counters of all offices. Who may not read them is told that there are none.
    pub fn counters(&self, peer: IpAddr, all: &Registered) -> Response {
        let peer = peer.to_canonical();
        let allowed = &self.state.settings.access.metrics_from;
        if !allowed.iter().any(|net| net.contains(&peer)) {
            return Refusal::NotFound.into_response();
        }
        let text = all.text(!self.state.records.store().is_away());
        let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        let mut response = ([(header::CONTENT_TYPE, content_type)], text).into_response();
        self.security_headers.add_to_api(response.headers_mut());
        response
    }

    fn json(&self, status: StatusCode, json: String) -> Response {
        let content_type = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (status, content_type, json).into_response();
        self.security_headers.add_to_api(response.headers_mut());
        response
    }

    /// Refuses a request. A browser in the middle of sending may finish, so that it reads the answer.
    fn refuse(&self, refusal: Refusal, request: Box<Request<Body>>) -> Response {
        let limits = &self.state.settings.limits;
        let is_upload = Route::of(request.uri().path()) == Route::Endpoint(Endpoint::Upload);
        let body = request.into_body();
        if is_upload {
            crate::relay::drain(body, limits.upload_bytes, limits.idle_timeout);
        } else {
            crate::relay::drain_small(body, links::MAX_BODY_BYTES, limits.body_timeout);
        }
        let mut response = refusal.into_response();
        self.security_headers.add_to_api(response.headers_mut());
        response
    }
}

/// Whether a person sees the answer in a tab: they followed a link, and no script reads it.
fn is_for_a_tab(headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).and_then(|it| it.to_str().ok());
    match value("sec-fetch-dest") {
        Some(destination) => destination == "document",
        // A browser of before 2023 says only what it would like to have.
        None => value("accept").is_some_and(|it| it.contains("text/html")),
    }
}

/// The method for the log: a stranger may write anything for one.
fn method_for_log(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
