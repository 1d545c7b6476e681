//! The delay of everything that is slow on purpose. It can be ended from outside.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch as signal;

/// A delay that can be ended for requests that are already waiting.
#[derive(Debug, Clone)]
pub(super) struct Delay(Arc<signal::Sender<Duration>>);

impl Delay {
    pub(super) fn new(length: Duration) -> Delay {
        Delay(Arc::new(signal::Sender::new(length)))
    }

    /// Ends the delay: what waits goes on at once, and nothing waits from now on.
    pub(super) fn skip(&self) {
        self.0.send_replace(Duration::ZERO);
    }

    /// Waits for a share (0.0 to 1.0) of the delay.
    pub(super) async fn wait(&self, share: f64) {
        let mut delay = self.0.subscribe();
        let length = *delay.borrow_and_update();
        if !length.is_zero() {
            // Ends when the time is over, or when the delay was skipped.
            let _ = tokio::time::timeout(length.mul_f64(share), delay.changed()).await;
        }
    }
}
