//! A circuit breaker: after several failures in a row AccelerateConnect is not asked for a while, so that
//! consumers hear it at once and do not wait for a timeout. It holds a state and sends nothing itself.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Decides whether a request may be sent.
#[derive(Debug)]
pub struct Circuit {
    failures: u32,
    pause: Duration,
    state: Mutex<CircuitState>,
}

#[derive(Debug, Clone, Copy)]
enum CircuitState {
    /// Requests are sent as usual; how many have failed in a row.
    Closed(u32),
    /// No request is sent until then.
    Open(Instant),
    /// One request was sent to try. The others are refused until it is answered, or until then.
    Probing(Instant),
}

impl Circuit {
    /// A circuit that opens after so many failures in a row, for that long.
    pub fn new(failures: u32, pause: Duration) -> Circuit {
        Circuit {
            failures: failures.max(1),
            pause,
            state: Mutex::new(CircuitState::Closed(0)),
        }
    }

    /// Whether a request may be sent now.
    ///
    /// # Errors
    /// When it may not: how long to wait.
    pub fn admit(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        match *state {
            CircuitState::Closed(_) => Ok(()),
            CircuitState::Open(until) | CircuitState::Probing(until) if now < until => {
                Err(until - now)
            }
            CircuitState::Open(_) | CircuitState::Probing(_) => {
                *state = CircuitState::Probing(now + self.pause);
                Ok(())
            }
        }
    }

    /// Records that a request was answered, whatever the answer.
    pub fn answered(&self) {
        *self.state() = CircuitState::Closed(0);
    }

    /// Records that a request was not answered, or that something in front said so (502 to 504).
    pub fn failed(&self, now: Instant) {
        let mut state = self.state();
        *state = match *state {
            CircuitState::Closed(before) if before + 1 < self.failures => {
                CircuitState::Closed(before + 1)
            }
            // A failure of an earlier request does not prolong the pause.
            CircuitState::Open(until) => CircuitState::Open(until),
            CircuitState::Closed(_) | CircuitState::Probing(_) => {
                CircuitState::Open(now + self.pause)
            }
        };
    }

    /// Whether requests are sent as usual.
    pub fn is_closed(&self) -> bool {
        matches!(*self.state(), CircuitState::Closed(_))
    }

    fn state(&self) -> MutexGuard<'_, CircuitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);

    #[test]
    fn it_opens_only_after_failures_in_a_row() {
        let (circuit, now) = (Circuit::new(3, PAUSE), Instant::now());
        for _ in 0..5 {
            circuit.failed(now);
            circuit.failed(now);
            circuit.answered();
        }
        assert!(circuit.is_closed());
        for _ in 0..3 {
            assert_eq!(circuit.admit(now), Ok(()));
            circuit.failed(now);
        }
        assert_eq!(circuit.admit(now), Err(PAUSE));
        assert!(!circuit.is_closed());
    }

    #[test]
    fn after_the_pause_one_request_is_sent_to_try() {
        let (circuit, now) = (Circuit::new(1, PAUSE), Instant::now());
        circuit.failed(now);
        let later = now + PAUSE;
        assert_eq!(circuit.admit(later), Ok(()));
        assert_eq!(circuit.admit(later), Err(PAUSE), "one is enough");
        circuit.answered();
        assert_eq!(circuit.admit(later), Ok(()));
    }

    #[test]
    fn a_failed_try_starts_another_pause_and_one_without_an_answer_ends_with_the_pause() {
        let (circuit, now) = (Circuit::new(1, PAUSE), Instant::now());
        circuit.failed(now);
        assert_eq!(circuit.admit(now + PAUSE), Ok(()));
        circuit.failed(now + PAUSE);
        assert_eq!(circuit.admit(now + PAUSE), Err(PAUSE));
        assert_eq!(circuit.admit(now + 2 * PAUSE), Ok(()));
        assert_eq!(
            circuit.admit(now + 3 * PAUSE),
            Ok(()),
            "the try had no answer"
        );
    }
}
