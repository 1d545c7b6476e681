//! A circuit breaker for one endpoint: after several failures in a row AccelerateConnect is not asked for a
//! while, so that consumers hear it at once and do not wait for a timeout. The failures of one consumer alone
//! are theirs: a document that AccelerateConnect cannot take stops nobody else. It holds a state and sends
//! nothing itself.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Decides whether a request may be sent.
#[derive(Debug)]
pub struct Circuit {
    failures: u32,
    pause: Duration,
    state: Mutex<CircuitState>,
}

#[derive(Clone)]
enum CircuitState {
    /// Requests are sent as usual.
    Closed(Failures),
    /// No request is sent until then.
    Open(Instant),
    /// One request was sent to try. The others are refused until it is answered, or until then.
    Probing(Instant),
}

impl std::fmt::Debug for CircuitState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            CircuitState::Closed(_) => "Closed",
            CircuitState::Open(_) => "Open",
            CircuitState::Probing(_) => "Probing",
        })
    }
}

/// The failures in a row.
#[derive(Clone, Default)]
struct Failures {
    count: u32,
    /// Whose the first one was.
    first: Option<String>,
    are_of_several: bool,
}

/// Whose a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureOf<'a> {
    /// One consumer's: it may be because of what they asked or sent.
    Consumer(&'a str),
    /// Everybody's: there is no connection.
    Everybody,
}

impl Circuit {
    /// A circuit that opens after so many failures in a row, for that long.
    pub fn new(failures: u32, pause: Duration) -> Circuit {
        Circuit {
            failures: failures.max(1),
            pause,
            state: Mutex::new(CircuitState::Closed(Failures::default())),
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

    /// Whether the pause is over and nobody has tried yet. An upload is no try: it takes long, and may not be
    /// lost.
    pub fn needs_probe(&self, now: Instant) -> bool {
        match *self.state() {
            CircuitState::Closed(_) => false,
            CircuitState::Open(until) | CircuitState::Probing(until) => now >= until,
        }
    }

    /// Records that a request was answered, whatever the answer.
    pub fn answered(&self) {
        *self.state() = CircuitState::Closed(Failures::default());
    }

    /// Records that a request was not answered, or that something in front said so (502 to 504).
    pub fn failed(&self, of: FailureOf<'_>, now: Instant) {
        let mut state = self.state();
        let until = now + self.pause;
        match &mut *state {
            CircuitState::Closed(failures) => {
                failures.count = failures.count.saturating_add(1);
                failures.are_of_several |= match (of, &failures.first) {
                    (FailureOf::Everybody, _) => true,
                    (FailureOf::Consumer(id), Some(first)) => first != id,
                    (FailureOf::Consumer(id), None) => {
                        failures.first = Some(id.to_owned());
                        false
                    }
                };
                let is_enough = self.failures == 1 || failures.are_of_several;
                if failures.count >= self.failures && is_enough {
                    *state = CircuitState::Open(until);
                }
            }
            // A failure of an earlier request does not prolong the pause.
            CircuitState::Open(_) => {}
            CircuitState::Probing(_) => *state = CircuitState::Open(until),
        }
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
            circuit.failed(FailureOf::Everybody, now);
            circuit.failed(FailureOf::Everybody, now);
            circuit.answered();
        }
        assert!(circuit.is_closed());
        for _ in 0..3 {
            assert_eq!(circuit.admit(now), Ok(()));
            circuit.failed(FailureOf::Everybody, now);
        }
        assert_eq!(circuit.admit(now), Err(PAUSE));
        assert!(!circuit.is_closed());
    }

    #[test]
    fn after_the_pause_one_request_is_sent_to_try() {
        let (circuit, now) = (Circuit::new(1, PAUSE), Instant::now());
        circuit.failed(FailureOf::Everybody, now);
        let later = now + PAUSE;
        assert_eq!(circuit.admit(later), Ok(()));
        assert_eq!(circuit.admit(later), Err(PAUSE), "one is enough");
        circuit.answered();
        assert_eq!(circuit.admit(later), Ok(()));
    }

    #[test]
    fn a_failed_try_starts_another_pause_and_one_without_an_answer_ends_with_the_pause() {
        let (circuit, now) = (Circuit::new(1, PAUSE), Instant::now());
        circuit.failed(FailureOf::Everybody, now);
        assert_eq!(circuit.admit(now + PAUSE), Ok(()));
        circuit.failed(FailureOf::Everybody, now + PAUSE);
        assert_eq!(circuit.admit(now + PAUSE), Err(PAUSE));
        assert_eq!(circuit.admit(now + 2 * PAUSE), Ok(()));
        assert_eq!(
            circuit.admit(now + 3 * PAUSE),
            Ok(()),
            "the try had no answer"
        );
    }

    #[test]
    fn the_failures_of_one_consumer_alone_stop_nobody() {
        let (circuit, now) = (Circuit::new(3, PAUSE), Instant::now());
        for _ in 0..20 {
            circuit.failed(FailureOf::Consumer("CNSR1"), now);
        }
        assert!(circuit.is_closed());
        circuit.failed(FailureOf::Consumer("CNSR2"), now);
        assert!(!circuit.is_closed());
    }

    #[test]
    fn an_upload_asks_whether_somebody_has_to_try_first() {
        let (circuit, now) = (Circuit::new(1, PAUSE), Instant::now());
        assert!(!circuit.needs_probe(now));
        circuit.failed(FailureOf::Everybody, now);
        assert!(!circuit.needs_probe(now) && circuit.needs_probe(now + PAUSE));
        circuit.answered();
        assert!(!circuit.needs_probe(now + PAUSE));
    }
}
