//! What the endpoints share: the settings, who is signed in, AccelerateConnect, and what is remembered and
//! counted. It knows nothing of requests; everything that answers one uses it.

use crate::action_cache::ActionCache;
use crate::audit::Auditor;
use crate::dedup::Dedup;
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::records::Records;
use crate::session::Sessions;
use crate::settings::Settings;
use crate::store;
use crate::upstream::Upstream;
use std::sync::Arc;

/// What the endpoints share.
#[derive(Debug)]
pub struct AppState {
    /// All settings.
    pub settings: Settings,
    /// What is remembered.
    pub records: Arc<Records>,
    /// Makes, reads and ends sessions.
    pub sessions: Arc<Sessions>,
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

impl AppState {
    /// The state of a gateway that starts.
    ///
    /// # Errors
    /// When the system's certificates cannot be read, or the file of the store or of the audit trail
    /// cannot be opened.
    pub fn new(settings: Settings) -> std::io::Result<AppState> {
        let metrics = Arc::new(Metrics::default());
        let records = Arc::new(Records::new(store::open(&settings.store)?, &settings));
        let limits = &settings.limits;
        Ok(AppState {
            audit: Arc::new(Auditor::new(&settings, metrics.clone())?),
            sessions: Arc::new(Sessions::with_records(&settings, records.clone())),
            upstream: Upstream::new(&settings.accelerate, metrics.clone())?,
            action_cache: ActionCache::default(),
            dedup: Arc::new(Dedup::new(records.clone(), limits.store_wait)),
            limiter: Arc::new(Limiter::new(limits, records.clone())),
            records,
            metrics,
            settings,
        })
    }

    /// The state of the same gateway with other settings. What is remembered and counted stays, and so do the
    /// store, the audit trail and the limits: those need a restart.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn with_settings(&self, settings: Settings) -> std::io::Result<AppState> {
        let records = Arc::new(Records::new(self.records.store().clone(), &settings));
        Ok(AppState {
            audit: self.audit.clone(),
            sessions: Arc::new(Sessions::with_records(&settings, records.clone())),
            upstream: Upstream::new(&settings.accelerate, self.metrics.clone())?,
            action_cache: ActionCache::default(),
            dedup: self.dedup.clone(),
            limiter: self.limiter.clone(),
            metrics: self.metrics.clone(),
            records,
            settings,
        })
    }
}
