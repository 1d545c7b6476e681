//! The counters for Prometheus: requests, AccelerateConnect's answers, uploads. Nothing in them says who
//! asked. When one gateway serves several offices, their counters have a label `office`.

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{
    EncodeLabel as _, EncodeLabelSet, EncodeMetric, LabelSetEncoder, MetricEncoder,
};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::{MetricType, TypedMetric};
use prometheus_client::registry::{Registry, Unit};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper bounds of the histograms, in seconds: from a file of the site to an upload over a slow line.
const BOUNDS: [f64; 11] = [
    0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0,
];

/// The label `office`; none where there is one office without a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Office(Option<Arc<str>>);

impl EncodeLabelSet for Office {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        match &self.0 {
            Some(name) => ("office", &**name).encode(encoder.encode_label()),
            None => Ok(()),
        }
    }
}

/// A metric of each office that has no other label.
#[derive(Debug, Default)]
struct PerOffice<M>(Arc<Mutex<BTreeMap<Office, M>>>);

impl<M> Clone for PerOffice<M> {
    fn clone(&self) -> PerOffice<M> {
        PerOffice(self.0.clone())
    }
}

impl<M: Clone + Default> PerOffice<M> {
    fn of(&self, office: &Office) -> M {
        self.all().entry(office.clone()).or_default().clone()
    }
}

impl<M> PerOffice<M> {
    fn all(&self) -> MutexGuard<'_, BTreeMap<Office, M>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: EncodeMetric + TypedMetric> EncodeMetric for PerOffice<M> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let all = self.all();
        // Without a label there are no braces either.
        if let Some(metric) = all.get(&Office(None)) {
            return metric.encode(encoder);
        }
        for (office, metric) in all.iter() {
            metric.encode(encoder.encode_family(office)?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        M::TYPE
    }
}

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

/// The counters of all offices, and those of the whole process.
#[derive(Debug)]
pub struct Registered {
    registry: Registry,
    requests: Family<(Office, RouteAndStatus), Counter>,
    seconds: Family<(Office, Route), Histogram, fn() -> Histogram>,
    accelerate_requests: Family<(Office, RouteAndStatus), Counter>,
    accelerate_seconds: Family<(Office, Route), Histogram, fn() -> Histogram>,
    uploads: PerOffice<Gauge>,
    repeated: PerOffice<Counter>,
    waited: PerOffice<Counter>,
    /// Open connections.
    pub connections: Gauge,
    /// Connections that were closed for others, or had no place.
    pub connections_refused: Counter,
    /// Requests for a host that no office has.
    pub misdirected: Counter,
    /// Events of the audit trail that could not be written.
    pub audit_lost: Counter,
    events: Family<(Office, EventAndOutcome), Counter>,
    document_bytes: Family<(Office, Direction), Counter>,
    transfers_aborted: Family<(Office, Direction), Counter>,
    up: PerOffice<Gauge>,
    store_up: Gauge,
}

/// The counters of one office.
#[derive(Debug)]
pub struct Metrics {
    all: Arc<Registered>,
    office: Office,
    /// Uploads under way.
    pub uploads: Gauge,
    /// Uploads that were repeats.
    pub repeated: Counter,
    /// Uploads that waited for another one of the same action.
    pub waited: Counter,
    /// Events of the audit trail that could not be written.
    pub audit_lost: Counter,
    up: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

impl Default for Registered {
    fn default() -> Registered {
        let mut registry = Registry::with_prefix("gateway");
        let requests = Family::<(Office, RouteAndStatus), Counter>::default();
        let accelerate_requests = Family::<(Office, RouteAndStatus), Counter>::default();
        let seconds = Family::<(Office, Route), Histogram, fn() -> Histogram>::new_with_constructor(
            histogram,
        );
        let accelerate_seconds =
            Family::<(Office, Route), Histogram, fn() -> Histogram>::new_with_constructor(
                histogram,
            );
        let (uploads, up) = (PerOffice::<Gauge>::default(), PerOffice::<Gauge>::default());
        let connections = Gauge::default();
        let repeated = PerOffice::<Counter>::default();
        let waited = PerOffice::<Counter>::default();
        let (misdirected, connections_refused) = (Counter::default(), Counter::default());
        registry.register(
            "misdirected",
            "Requests for a host that no office has",
            misdirected.clone(),
        );
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
        registry.register(
            "uploads_waited",
            "Uploads that waited for another one of the same action",
            waited.clone(),
        );
        let events = Family::<(Office, EventAndOutcome), Counter>::default();
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
        let document_bytes = Family::<(Office, Direction), Counter>::default();
        registry.register(
            "document_bytes",
            "Bytes of documents that were passed on",
            document_bytes.clone(),
        );
        let transfers_aborted = Family::<(Office, Direction), Counter>::default();
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
        Registered {
            registry,
            requests,
            seconds,
            accelerate_requests,
            accelerate_seconds,
            uploads,
            repeated,
            waited,
            connections,
            connections_refused,
            misdirected,
            audit_lost,
            events,
            document_bytes,
            transfers_aborted,
            up,
            store_up,
        }
    }
}

impl Registered {
    /// All counters, in the text format of OpenMetrics. `store_up` says whether the store can be asked.
    pub fn text(&self, store_up: bool) -> String {
        self.store_up.set(i64::from(store_up));
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Forgets what offices are like that are not served any more. What they had counted stays.
    pub fn keep_offices(&self, are_served: &[&Metrics]) {
        let is_served = |office: &Office| are_served.iter().any(|it| it.office == *office);
        self.uploads.all().retain(|office, _| is_served(office));
        self.repeated.all().retain(|office, _| is_served(office));
        self.waited.all().retain(|office, _| is_served(office));
        self.up.all().retain(|office, _| is_served(office));
    }
}

impl Metrics {
    /// The counters of that office among all.
    pub fn new(all: &Arc<Registered>, office: Option<&str>) -> Metrics {
        let office = Office(office.map(Arc::from));
        // There from the start: an alarm on a counter that appears with its first event misses that event.
        for direction in ["in", "out"] {
            let labels = (office.clone(), Direction { direction });
            let _ = all.transfers_aborted.get_or_create(&labels);
        }
        Metrics {
            uploads: all.uploads.of(&office),
            repeated: all.repeated.of(&office),
            waited: all.waited.of(&office),
            up: all.up.of(&office),
            audit_lost: all.audit_lost.clone(),
            all: all.clone(),
            office,
        }
    }

    fn with<L>(&self, labels: L) -> (Office, L) {
        (self.office.clone(), labels)
    }

    /// Sets whether AccelerateConnect is asked as usual.
    pub fn set_up(&self, up: bool) {
        self.up.set(i64::from(up));
    }

    /// Counts a request that was answered.
    pub fn answered(&self, route: &'static str, status: u16, took: Duration) {
        self.all
            .requests
            .get_or_create(&self.with(RouteAndStatus { route, status }))
            .inc();
        self.all
            .seconds
            .get_or_create(&self.with(Route { route }))
            .observe(took.as_secs_f64());
    }

    /// Counts an event of the audit trail.
    pub fn audited(&self, event: &'static str, is_ok: bool) {
        let outcome = if is_ok { "ok" } else { "refused" };
        self.all
            .events
            .get_or_create(&self.with(EventAndOutcome { event, outcome }))
            .inc();
    }

    /// Counts bytes of documents, `in` from browsers or `out` to them.
    pub fn passed_on(&self, direction: &'static str, bytes: u64) {
        self.all
            .document_bytes
            .get_or_create(&self.with(Direction { direction }))
            .inc_by(bytes);
    }

    /// Counts a document of which not all was passed on.
    pub fn aborted(&self, direction: &'static str) {
        self.all
            .transfers_aborted
            .get_or_create(&self.with(Direction { direction }))
            .inc();
    }

    /// Counts an answer of AccelerateConnect; status 0 means that there was none.
    pub fn upstream_answered(&self, route: &'static str, status: u16, took: Duration) {
        self.all
            .accelerate_requests
            .get_or_create(&self.with(RouteAndStatus { route, status }))
            .inc();
        self.all
            .accelerate_seconds
            .get_or_create(&self.with(Route { route }))
            .observe(took.as_secs_f64());
    }
}
