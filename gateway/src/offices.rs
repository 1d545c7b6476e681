//! The offices that this gateway serves. The `Host` of a request says which one it is for; nothing else does.
//! A request for a host that no office has gets 421 and nothing else. A configuration without `[[office]]` is
//! one office, at every host.

use crate::app_state::Shared;
use crate::assets::Assets;
use crate::host;
use crate::limits::Limiter;
use crate::links::MAX_BODY_BYTES;
use crate::metrics::Registered;
use crate::refusal::Refusal;
use crate::relay::drain_small;
use crate::service::Service;
use crate::settings::Settings;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{Method, Request, StatusCode};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// The offices, each with a gateway of its own.
#[derive(Debug)]
pub struct Offices {
    shared: Shared,
    /// The office that tells what is the whole process's: it is the same in all.
    first: Arc<Service>,
    others: Vec<Arc<Service>>,
    /// Empty when there is one office, at every host.
    by_host: HashMap<String, Arc<Service>>,
    /// Of offices that are gone, or have another address or salt now: uploads may be under way.
    before: Vec<Arc<Limiter>>,
}

impl Offices {
    /// Loads the site and makes everything ready.
    ///
    /// # Errors
    /// When the site or the system's certificates cannot be read, the file of the store or of the audit trail
    /// cannot be opened, or there is no office.
    pub fn new(offices: Vec<Settings>) -> io::Result<Offices> {
        let shared = Shared::open(first_of(&offices)?)?;
        Offices::of(offices, shared, &[], Vec::new())
    }

    /// The offices of other settings, and the site as it is now. What an office has remembered and counted
    /// stays while its address, its licence and its salt do. Requests under way are not touched.
    ///
    /// # Errors
    /// When the site or the system's certificates cannot be read, or there is no office.
    pub fn with_settings(&self, offices: Vec<Settings>) -> io::Result<Offices> {
        let shared = self.shared.with_settings(first_of(&offices)?)?;
        let present: Vec<&Arc<Service>> = self.services().collect();
        let mut before = self.before.clone();
        before.extend(present.iter().map(|it| it.state().limiter.clone()));
        let offices = Offices::of(offices, shared, &present, before)?;
        let metrics: Vec<_> = offices.services().map(|it| &*it.state().metrics).collect();
        offices.shared.metrics.keep_offices(&metrics);
        Ok(offices)
    }

    fn of(
        offices: Vec<Settings>,
        shared: Shared,
        present: &[&Arc<Service>],
        mut before: Vec<Arc<Limiter>>,
    ) -> io::Result<Offices> {
        let site = Assets::load(&first_of(&offices)?.assets)?;
        let mut by_host = HashMap::new();
        let mut services = Vec::new();
        for settings in offices {
            let hosts: Vec<String> = match &settings.office {
                Some(_) => settings.urls().filter_map(host::of_url).collect(),
                None => Vec::new(),
            };
            let same = present
                .iter()
                .find(|it| it.state().settings.is_same_office(&settings));
            let service = Arc::new(match same {
                Some(service) => service.with_settings(settings, &shared, &site),
                None => Service::new(settings, &shared, &site),
            });
            by_host.extend(hosts.into_iter().map(|host| (host, service.clone())));
            services.push(service);
        }
        before.retain(|limiter| {
            let is_present = |it: &Arc<Service>| Arc::ptr_eq(&it.state().limiter, limiter);
            !services.iter().any(is_present) && limiter.has_uploads()
        });
        let mut services = services.into_iter();
        Ok(Offices {
            shared,
            first: services.next().ok_or_else(no_office)?,
            others: services.collect(),
            by_host,
            before,
        })
    }

    /// All offices.
    pub fn services(&self) -> impl Iterator<Item = &Arc<Service>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The settings of the whole process.
    pub fn settings(&self) -> &Settings {
        &self.first.state().settings
    }

    /// What the offices share.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The counters of all offices.
    pub fn metrics(&self) -> &Arc<Registered> {
        &self.shared.metrics
    }

    /// The office that a request is for.
    pub fn office_of(&self, request: &Request<Body>) -> Option<&Arc<Service>> {
        if self.by_host.is_empty() {
            return Some(&self.first);
        }
        host::of(request.uri(), request.headers()).and_then(|host| self.by_host.get(&host))
    }

    /// The answer to a request for no office. It says nothing: who asks need not know what is here.
    pub fn misdirected(&self, request: Request<Body>) -> Response {
        self.shared.metrics.misdirected.inc();
        let limits = &self.settings().limits;
        // A browser in the middle of sending may finish, so that it reads the answer.
        drain_small(request.into_body(), MAX_BODY_BYTES, limits.body_timeout);
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }

    /// Answers a request to the listener for operations: health, readiness and metrics. Health is that of all
    /// offices.
    pub fn answer_ops(&self, peer: SocketAddr, request: &Request<Body>) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Refusal::MethodNotAllowed.into_response();
        }
        let is_up = |service: &&Arc<Service>| service.state().upstream.is_up();
        match request.uri().path() {
            "/healthz" => {
                let down = self.services().find(|it| !is_up(it));
                down.unwrap_or(&self.first).health()
            }
            "/readyz" => self.first.readiness(),
            "/metrics" => {
                for service in self.services() {
                    service.state().metrics.set_up(is_up(&service));
                }
                self.first.counters(peer.ip(), &self.shared.metrics)
            }
            _ => Refusal::NotFound.into_response(),
        }
    }

    /// From now on `/readyz` answers no, so that requests go to another instance.
    pub fn begin_to_stop(&self) {
        self.services().for_each(|it| it.begin_to_stop());
    }

    /// Waits until the last upload under way is over. From then on no other gets a slot.
    pub async fn all_uploads_done(&self) {
        for limiter in &self.before {
            limiter.all_uploads_done().await;
        }
        for service in self.services() {
            service.state().limiter.all_uploads_done().await;
        }
    }

    /// Drops the counts of consumers and addresses that have been quiet. To be called once a minute.
    pub fn forget_quiet(&self) {
        self.services()
            .for_each(|it| it.state().limiter.forget_quiet());
    }
}

fn first_of(offices: &[Settings]) -> io::Result<&Settings> {
    offices.first().ok_or_else(no_office)
}

/// What a list without an office is.
pub fn no_office() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "there is no office")
}
