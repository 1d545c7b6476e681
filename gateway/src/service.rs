//! One request, one answer: who asks, whether they may, and which room answers. Everything a copy of the
//! gateway holds hangs here; it listens nowhere itself.

use crate::address;
use crate::assets::Assets;
use crate::endpoints::{self, Caller};
use crate::headers::Policy;
use crate::limits::Counters;
use crate::links::{self, Links};
use crate::metrics::Metrics;
use crate::once::Once;
use crate::origin::{self, Origins};
use crate::owned::Owned;
use crate::refusal::Refusal;
use crate::session::Sessions;
use crate::settings::Settings;
use crate::upstream::{Endpoint, Upstream};
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, Request, StatusCode, header};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};
use tower::ServiceExt as _;

/// Everything a copy of the gateway holds.
#[derive(Debug)]
pub struct Service {
    /// What was set.
    pub settings: Settings,
    /// Who is signed in.
    pub sessions: Arc<Sessions>,
    /// AccelerateConnect.
    pub upstream: Upstream,
    /// Whose action is whose.
    pub owned: Owned,
    /// Uploads that came before.
    pub once: Arc<Once>,
    /// How much is asked.
    pub counters: Counters,
    /// What Prometheus reads.
    pub metrics: Arc<Metrics>,
    assets: Assets,
    policy: Policy,
    origins: Origins,
    links: Router,
    ending: AtomicBool,
}

/// What a request is about, for the log and the counters: never the address itself, which may hold a
/// token or an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Endpoint(Endpoint),
    Open,
    Session,
    Phone,
    Links,
    Health,
    Ready,
    Metrics,
    Unknown,
    Site,
}

impl Route {
    fn of(path: &str) -> Route {
        if let Some(name) = path.strip_prefix("/consumerportal/") {
            return endpoints::named(name).map_or(Route::Unknown, |(it, _)| Route::Endpoint(it));
        }
        match path {
            "/session" => Route::Session,
            "/session/phone" => Route::Phone,
            "/links" => Route::Links,
            "/healthz" => Route::Health,
            "/readyz" => Route::Ready,
            "/metrics" => Route::Metrics,
            _ if path.starts_with("/open/") => Route::Open,
            _ => Route::Site,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Route::Endpoint(endpoint) => endpoint.name(),
            Route::Open => "open",
            Route::Session => "session",
            Route::Phone => "phone",
            Route::Links => "links",
            Route::Health => "healthz",
            Route::Ready => "readyz",
            Route::Metrics => "metrics",
            Route::Unknown => "unknown",
            Route::Site => "site",
        }
    }
}

impl Service {
    /// Gets everything ready.
    ///
    /// # Errors
    /// When the site or the system's certificates cannot be read.
    pub fn new(settings: Settings) -> std::io::Result<Arc<Service>> {
        let assets = Assets::load(&settings.assets)?;
        let metrics = Arc::new(Metrics::default());
        let sessions = Arc::new(Sessions::new(&settings));
        Ok(Arc::new(Service {
            upstream: Upstream::new(&settings.accelerate, metrics.clone())?,
            owned: Owned::default(),
            once: Arc::default(),
            counters: Counters::new(&settings.limits),
            metrics,
            policy: Policy::new(&settings),
            origins: Origins::new(&settings),
            links: links::router(Arc::new(Links::new(sessions.clone(), &settings))),
            ending: AtomicBool::new(false),
            sessions,
            assets,
            settings,
        }))
    }

    /// From now on `/readyz` says no: requests should go to another copy.
    pub fn begin_to_end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Answers a request from that peer.
    pub async fn answer(self: Arc<Self>, peer: SocketAddr, request: Request<Body>) -> Response {
        let began = Instant::now();
        let route = Route::of(request.uri().path());
        let method = request.method().clone();
        let mut response = self.route(route, peer, request).await;
        let took = began.elapsed();
        let status = response.status();
        self.metrics.answered(route.name(), status.as_u16(), took);
        if route == Route::Site {
            return response;
        }
        let id = request_id();
        tracing::info!(
            request = %id,
            method = known(&method),
            route = route.name(),
            status = status.as_u16(),
            ms = took.as_millis() as u64,
            "answered"
        );
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert("x-request-id", id);
        }
        response
    }

    async fn route(
        self: &Arc<Self>,
        route: Route,
        peer: SocketAddr,
        request: Request<Body>,
    ) -> Response {
        let too_long = request
            .uri()
            .path_and_query()
            .is_some_and(|it| it.as_str().len() > self.settings.limits.url_bytes);
        match route {
            Route::Site if too_long => return self.refuse(Refusal::UrlTooLong, request),
            Route::Site => return self.site(&request),
            Route::Health => return self.health(),
            Route::Ready => {
                let ending = self.ending.load(Ordering::Relaxed);
                let status = if ending { 503 } else { 200 };
                let word = if ending { "ending" } else { "ready" };
                return self.plain(status, format!("{{\"status\":\"{word}\"}}"));
            }
            _ => {}
        }
        let client = address::client(peer.ip(), request.headers(), &self.settings.access);
        if route == Route::Metrics {
            // Forwarded, and nobody knows for whom: that is a stranger, not the proxy's own machine.
            let forwarded = ["x-forwarded-for", "forwarded"]
                .iter()
                .any(|name| request.headers().contains_key(*name));
            if forwarded && client == peer.ip().to_canonical() {
                return self.refuse(Refusal::NotFound, request);
            }
            return self.metrics(client);
        }
        let caller = if matches!(route, Route::Links | Route::Open) {
            // A broker's own systems, which show a key; and a link in an e-mail, from anywhere.
            Ok(origin::Caller::None)
        } else {
            self.origins.check(request.method(), request.headers())
        };
        let caller = match caller {
            Ok(caller) => caller,
            Err(refusal) => return self.refuse(refusal, request),
        };
        // After who calls is known: a page that may call us may also read why not.
        let refused = match route {
            _ if too_long => Some(Refusal::UrlTooLong),
            // Somebody at their browser, who would read no sentence; it costs no more than a file.
            Route::Open => None,
            _ => self.counters.address(client).err(),
        };
        let refused = refused.or_else(|| match route {
            Route::Session | Route::Phone if request.method() != Method::DELETE => {
                let session = self
                    .sessions
                    .of(request.headers(), SystemTime::now())
                    .ok()?;
                self.counters.session(&session.id).err()
            }
            _ => None,
        });
        let mut response = if let Some(refusal) = refused {
            self.refuse(refusal, request)
        } else if request.method() == Method::OPTIONS
            && !matches!(route, Route::Links | Route::Open | Route::Unknown)
        {
            self.origins.preflight()
        } else {
            match route {
                Route::Endpoint(endpoint) => self.endpoint(endpoint, client, request).await,
                Route::Unknown => self.refuse(Refusal::NotFound, request),
                _ => match self.links.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                },
            }
        };
        self.policy.for_api(response.headers_mut());
        self.origins.allow(&caller, response.headers_mut());
        response
    }

    async fn endpoint(
        self: &Arc<Self>,
        endpoint: Endpoint,
        address: IpAddr,
        request: Request<Body>,
    ) -> Response {
        let method = endpoints::named(endpoint.name()).map(|(_, method)| method);
        if method.as_ref() != Some(request.method()) {
            let mut response = self.refuse(Refusal::MethodNotAllowed, request);
            if let Some(method) = method
                && let Ok(allow) = HeaderValue::try_from(method.as_str())
            {
                response.headers_mut().insert(header::ALLOW, allow);
            }
            return response;
        }
        let session = self.sessions.of(request.headers(), SystemTime::now());
        let session = session.and_then(|session| {
            self.counters.session(&session.id)?;
            Ok(session)
        });
        let session = match session {
            Ok(session) => session,
            Err(refusal) => return self.refuse(refusal, request),
        };
        let renewal = session.renewal();
        let caller = Caller { session, address };
        let mut response = endpoints::answer(self, endpoint, &caller, request).await;
        // Who logged out while this was under way stays logged out.
        if let Some(cookie) = renewal
            && self.sessions.goes_on(&caller.session)
        {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    fn site(&self, request: &Request<Body>) -> Response {
        let mut response =
            self.assets
                .answer(request.method(), request.uri().path(), request.headers());
        self.policy.for_site(response.headers_mut());
        response
    }

    fn health(&self) -> Response {
        let accelerate = if self.upstream.is_up() { "up" } else { "down" };
        self.plain(
            200,
            format!("{{\"status\":\"ok\",\"accelerate\":\"{accelerate}\"}}"),
        )
    }

    /// Whoever may not read them is told that there are none.
    fn metrics(&self, client: IpAddr) -> Response {
        let may = &self.settings.access.metrics_from;
        if !may.iter().any(|net| net.contains(&client)) {
            return Refusal::NotFound.into_response();
        }
        let text = self.metrics.text(self.upstream.is_up());
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        let mut response = ([(header::CONTENT_TYPE, kind)], text).into_response();
        self.policy.for_api(response.headers_mut());
        response
    }

    fn plain(&self, status: u16, json: String) -> Response {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (status, kind, json).into_response();
        self.policy.for_api(response.headers_mut());
        response
    }

    /// Says no, and lets a browser in the middle of sending finish so that it reads it.
    fn refuse(&self, refusal: Refusal, request: Request<Body>) -> Response {
        let limits = &self.settings.limits;
        crate::flow::drain(
            request.into_body(),
            limits.upload_bytes,
            limits.idle_timeout,
        );
        let mut response = refusal.into_response();
        self.policy.for_api(response.headers_mut());
        response
    }
}

/// A stranger may write anything for a method.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Finds one request in the log; says nothing of who made it.
fn request_id() -> String {
    let mut bytes = [0; 8];
    // Without randomness the log is poorer, and nothing else.
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}
