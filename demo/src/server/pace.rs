//! How long everything takes that is slow on purpose, until somebody is in a hurry.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch as signal;

/// A pace that may be changed while something waits.
#[derive(Debug, Clone)]
pub(super) struct Pace(Arc<signal::Sender<Duration>>);

impl Pace {
    pub(super) fn new(slow: Duration) -> Pace {
        Pace(Arc::new(signal::Sender::new(slow)))
    }

    /// So slow from now on; what waits meanwhile waits no longer.
    pub(super) fn set(&self, slow: Duration) {
        self.0.send_replace(slow);
    }

    /// Waits for a share of what is slow.
    pub(super) async fn pause(&self, share: f64) {
        let mut pace = self.0.subscribe();
        let slow = *pace.borrow_and_update();
        if slow.is_zero() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(slow.mul_f64(share)) => {}
            _ = pace.changed() => {}
        }
    }
}
