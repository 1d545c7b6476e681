//! How long everything takes that is slow on purpose, until somebody is in a hurry.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch as signal;

/// A pace that changes for what waits already, too.
#[derive(Debug, Clone)]
pub(super) struct Pace(Arc<signal::Sender<Duration>>);

impl Pace {
    pub(super) fn new(slow: Duration) -> Pace {
        Pace(Arc::new(signal::Sender::new(slow)))
    }

    /// Nothing is slow from now on; what waits goes on.
    pub(super) fn hurry(&self) {
        self.0.send_replace(Duration::ZERO);
    }

    /// Waits for a share of what is slow.
    pub(super) async fn pause(&self, share: f64) {
        let mut pace = self.0.subscribe();
        let slow = *pace.borrow_and_update();
        if !slow.is_zero() {
            // Over is over, and in a hurry as well.
            let _ = tokio::time::timeout(slow.mul_f64(share), pace.changed()).await;
        }
    }
}
