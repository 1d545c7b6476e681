//! What the endpoints of one office share: the settings, who is signed in, AccelerateConnect, and what is
//! remembered and counted. It knows nothing of requests; everything that answers one uses it.

use crate::action_cache::ActionCache;
use crate::audit::{self, Auditor};
use crate::dedup::Dedup;
use crate::draft_keys::DraftKeys;
use crate::limits::Limiter;
use crate::metrics::{Metrics, Registered};
use crate::records::Records;
use crate::session::Sessions;
use crate::settings::Settings;
use crate::store::{self, Store};
use crate::upstream::{self, Connector, Upstream};
use std::sync::Arc;

/// What the endpoints of one office share.
#[derive(Debug)]
pub struct AppState {
    /// All settings.
    pub settings: Settings,
    /// What is remembered.
    pub records: Arc<Records>,
    /// Makes, reads and ends sessions.
    pub sessions: Arc<Sessions>,
    /// Makes the keys of what consumers have not sent yet; `None` where nothing of it is kept.
    pub draft_keys: Option<DraftKeys>,
    /// AccelerateConnect.
    pub upstream: Upstream,
    /// Which actions are whose.
    pub action_cache: ActionCache,
    /// Which uploads came before.
    pub dedup: Arc<Dedup>,
    /// How many requests and uploads are allowed.
    pub limiter: Arc<Limiter>,
    /// Who did what.
    pub audit: Arc<Auditor>,
    /// What Prometheus reads.
    pub metrics: Arc<Metrics>,
}

/// What the offices of one process share: where is written, remembered and counted. Whose something is says
/// its key, its label or its field.
#[derive(Debug)]
pub struct Shared {
    store: Arc<dyn Store>,
    audit: Option<Arc<audit::Writer>>,
    connector: Connector,
    /// The counters of all offices.
    pub metrics: Arc<Registered>,
}

impl Shared {
    /// Opens what these settings name.
    ///
    /// # Errors
    /// When the system's certificates cannot be read, or the file of the store or of the audit trail
    /// cannot be opened.
    pub fn open(settings: &Settings) -> std::io::Result<Shared> {
        let metrics = Arc::<Registered>::default();
        Ok(Shared {
            store: store::open(&settings.store)?,
            audit: audit::Writer::open(&settings.audit, &metrics.audit_lost)?,
            connector: upstream::connector(settings.accelerate.connect_timeout)?,
            metrics,
        })
    }

    /// The same with the certificates as they are now. Another store or audit trail needs a restart.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn with_settings(&self, settings: &Settings) -> std::io::Result<Shared> {
        Ok(Shared {
            store: self.store.clone(),
            audit: self.audit.clone(),
            connector: upstream::connector(settings.accelerate.connect_timeout)?,
            metrics: self.metrics.clone(),
        })
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
}

impl AppState {
    /// The state of an office that is new to this process.
    pub fn new(settings: Settings, shared: &Shared) -> AppState {
        let metrics = Metrics::new(&shared.metrics, settings.office.as_deref());
        let records = Arc::new(Records::new(shared.store.clone(), &settings));
        let limits = &settings.limits;
        let dedup = Arc::new(Dedup::new(records.clone(), limits.store_wait));
        let limiter = Arc::new(Limiter::new(limits, records.clone()));
        AppState::of(settings, shared, Arc::new(metrics), records, dedup, limiter)
    }

    /// The state of the same office with other settings. What is remembered and counted stays, and so do the
    /// limits: those need a restart.
    pub fn with_settings(&self, settings: Settings, shared: &Shared) -> AppState {
        let records = Arc::new(Records::new(shared.store.clone(), &settings));
        let (dedup, limiter) = (self.dedup.clone(), self.limiter.clone());
        AppState::of(
            settings,
            shared,
            self.metrics.clone(),
            records,
            dedup,
            limiter,
        )
    }

    fn of(
        settings: Settings,
        shared: &Shared,
        metrics: Arc<Metrics>,
        records: Arc<Records>,
        dedup: Arc<Dedup>,
        limiter: Arc<Limiter>,
    ) -> AppState {
        let accelerate = &settings.accelerate;
        AppState {
            audit: Arc::new(Auditor::new(
                &settings,
                shared.audit.clone(),
                metrics.clone(),
            )),
            sessions: Arc::new(Sessions::with_records(&settings, records.clone())),
            draft_keys: (settings.session.keep_drafts).then(|| DraftKeys::new(&settings)),
            upstream: Upstream::new(accelerate, shared.connector.clone(), metrics.clone()),
            action_cache: ActionCache::default(),
            dedup,
            limiter,
            records,
            metrics,
            settings,
        }
    }
}
