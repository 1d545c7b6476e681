//! The counters for Prometheus: requests, AccelerateConnect's answers, uploads. Nothing in them says who
//! asked.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Upper bounds of the histograms, in seconds: from a file of the site to an upload over a slow line.
const BOUNDS: [f64; 11] = [
    0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteAndStatus {
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventAndOutcome {
    event: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Direction {
    direction: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

/// The counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RouteAndStatus, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    accelerate_requests: Family<RouteAndStatus, Counter>,
    accelerate_seconds: Family<Route, Histogram, fn() -> Histogram>,
    /// Uploads under way.
    pub uploads: Gauge,
    /// Uploads that were repeats.
    pub repeated: Counter,
    /// Open connections.
    pub connections: Gauge,
    /// Connections that were closed for others, or had no place.
    pub connections_refused: Counter,
    /// Events of the audit trail that could not be written.
    pub audit_lost: Counter,
    events: Family<EventAndOutcome, Counter>,
    document_bytes: Family<Direction, Counter>,
    transfers_aborted: Family<Direction, Counter>,
    up: Gauge,
    store_up: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("gateway");
        let requests = Family::<RouteAndStatus, Counter>::default();
        let accelerate_requests = Family::<RouteAndStatus, Counter>::default();
        let seconds =
            Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        let accelerate_seconds =
            Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(histogram);
        let (uploads, connections, up) = (Gauge::default(), Gauge::default(), Gauge::default());
        let (repeated, connections_refused) = (Counter::default(), Counter::default());
        registry.register(
            "connections_refused",
            "Connections closed because of limits.connections and connections_per_address",
            connections_refused.clone(),
        );
        registry.register(
            "uploads_repeated",
            "Uploads that came again and were not sent on",
            repeated.clone(),
        );
        let events = Family::<EventAndOutcome, Counter>::default();
        registry.register(
            "events",
            "What consumers and the office did, as in the audit trail",
            events.clone(),
        );
        let audit_lost = Counter::default();
        registry.register(
            "audit_lost",
            "Events that could not be written to the audit trail",
            audit_lost.clone(),
        );
        let document_bytes = Family::<Direction, Counter>::default();
        registry.register(
            "document_bytes",
            "Bytes of documents that were passed on",
            document_bytes.clone(),
        );
        let transfers_aborted = Family::<Direction, Counter>::default();
        registry.register(
            "transfers_aborted",
            "Documents of which not all was passed on",
            transfers_aborted.clone(),
        );
        let store_up = Gauge::default();
        registry.register(
            "store_up",
            "Whether the store can be asked",
            store_up.clone(),
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
            accelerate_requests.clone(),
        );
        registry.register_with_unit(
            "accelerate_duration",
            "From a request to AccelerateConnect to its answer's headers",
            Unit::Seconds,
            accelerate_seconds.clone(),
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
            accelerate_requests,
            accelerate_seconds,
            uploads,
            repeated,
            connections,
            connections_refused,
            audit_lost,
            events,
            document_bytes,
            transfers_aborted,
            up,
            store_up,
        }
    }
}

impl Metrics {
    /// Counts a request that was answered.
    pub fn answered(&self, route: &'static str, status: u16, took: Duration) {
        self.requests
            .get_or_create(&RouteAndStatus { route, status })
            .inc();
        self.seconds
            .get_or_create(&Route { route })
            .observe(took.as_secs_f64());
    }

    /// Counts an event of the audit trail.
    pub fn audited(&self, event: &'static str, is_ok: bool) {
        let outcome = if is_ok { "ok" } else { "refused" };
        self.events
            .get_or_create(&EventAndOutcome { event, outcome })
            .inc();
    }

    /// Counts bytes of documents, `in` from browsers or `out` to them.
    pub fn passed_on(&self, direction: &'static str, bytes: u64) {
        self.document_bytes
            .get_or_create(&Direction { direction })
            .inc_by(bytes);
    }

    /// Counts a document of which not all was passed on.
    pub fn aborted(&self, direction: &'static str) {
        self.transfers_aborted
            .get_or_create(&Direction { direction })
            .inc();
    }

    /// Counts an answer of AccelerateConnect; status 0 means that there was none.
    pub fn upstream_answered(&self, route: &'static str, status: u16, took: Duration) {
        self.accelerate_requests
            .get_or_create(&RouteAndStatus { route, status })
            .inc();
        self.accelerate_seconds
            .get_or_create(&Route { route })
            .observe(took.as_secs_f64());
    }

    /// All counters, in the text format of OpenMetrics. `up` says whether AccelerateConnect is asked as
    /// usual, `store_up` whether the store can be asked.
    pub fn text(&self, up: bool, store_up: bool) -> String {
        self.up.set(i64::from(up));
        self.store_up.set(i64::from(store_up));
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
