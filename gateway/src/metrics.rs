//! What is counted for Prometheus: requests, AccelerateConnect's answers, uploads. Nothing in it says
//! who.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Upper bounds in seconds: from a file of the site to an upload over a slow line.
const BOUNDS: [f64; 11] = [
    0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

/// The counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    asked: Family<Labels, Counter>,
    asked_seconds: Family<Route, Histogram, fn() -> Histogram>,
    /// Uploads under way.
    pub uploads: Gauge,
    /// Uploads that a browser sent again.
    pub repeated: Counter,
    /// Connections open.
    pub connections: Gauge,
    up: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("gateway");
        let requests = Family::<Labels, Counter>::default();
        let asked = Family::<Labels, Counter>::default();
        let seconds =
            Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        let asked_seconds =
            Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        let (uploads, connections, up) = (Gauge::default(), Gauge::default(), Gauge::default());
        let repeated = Counter::default();
        registry.register(
            "uploads_repeated",
            "Uploads that came again and were not sent on",
            repeated.clone(),
        );
        registry.register("requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "request_duration",
            "From a request's headers to its answer's",
            Unit::Seconds,
            seconds.clone(),
        );
        registry.register(
            "accelerate_requests",
            "Requests to AccelerateConnect; status 0: no answer",
            asked.clone(),
        );
        registry.register_with_unit(
            "accelerate_duration",
            "From a request to AccelerateConnect to its answer's headers",
            Unit::Seconds,
            asked_seconds.clone(),
        );
        registry.register("uploads_running", "Uploads under way", uploads.clone());
        registry.register("connections", "Connections open", connections.clone());
        registry.register(
            "accelerate_up",
            "Whether AccelerateConnect is asked as usual",
            up.clone(),
        );
        Metrics {
            registry,
            requests,
            seconds,
            asked,
            asked_seconds,
            uploads,
            repeated,
            connections,
            up,
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, route: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Labels { route, status }).inc();
        self.seconds
            .get_or_create(&Route { route })
            .observe(took.as_secs_f64());
    }

    /// AccelerateConnect answered, or with status 0 did not.
    pub fn asked(&self, route: &'static str, status: u16, took: Duration) {
        self.asked.get_or_create(&Labels { route, status }).inc();
        self.asked_seconds
            .get_or_create(&Route { route })
            .observe(took.as_secs_f64());
    }

    /// All of them, in OpenMetrics's text.
    pub fn text(&self, up: bool) -> String {
        self.up.set(i64::from(up));
        let mut text = String::new();
        // A String takes every character.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
