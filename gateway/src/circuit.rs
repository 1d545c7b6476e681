//! Stops asking AccelerateConnect for a while when it has failed several times in a row, so that
//! consumers hear it at once instead of waiting for a timeout. A state and the time: it asks nobody.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Whether to ask.
#[derive(Debug)]
pub struct Circuit {
    failures: u32,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Asked as usual; so many failures in a row.
    Closed(u32),
    /// Not asked until then.
    Open(Instant),
    /// One request went out to see; the others wait for what becomes of it, at most until then.
    Probing(Instant),
}

impl Circuit {
    /// One that opens after so many failures in a row, for so long.
    pub fn new(failures: u32, pause: Duration) -> Circuit {
        Circuit {
            failures: failures.max(1),
            pause,
            state: Mutex::new(State::Closed(0)),
        }
    }

    /// Whether a request may go out now.
    ///
    /// # Errors
    /// How long to wait, when it may not.
    pub fn admit(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        match *state {
            State::Closed(_) => Ok(()),
            State::Open(until) | State::Probing(until) if now < until => Err(until - now),
            State::Open(_) | State::Probing(_) => {
                *state = State::Probing(now + self.pause);
                Ok(())
            }
        }
    }

    /// A request was answered, whatever the answer.
    pub fn answered(&self) {
        *self.state() = State::Closed(0);
    }

    /// A request was not answered, or by something in front that says so.
    pub fn failed(&self, now: Instant) {
        let mut state = self.state();
        *state = match *state {
            State::Closed(before) if before + 1 < self.failures => State::Closed(before + 1),
            // An answer to something asked before does not prolong the pause.
            State::Open(until) => State::Open(until),
            State::Closed(_) | State::Probing(_) => State::Open(now + self.pause),
        };
    }

    /// Whether requests go out as usual.
    pub fn is_closed(&self) -> bool {
        matches!(*self.state(), State::Closed(_))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(10);

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
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
    fn after_the_pause_one_request_goes_out_to_see() {
        let (circuit, now) = (Circuit::new(1, PAUSE), Instant::now());
        circuit.failed(now);
        let later = now + PAUSE;
        assert_eq!(circuit.admit(later), Ok(()));
        assert_eq!(circuit.admit(later), Err(PAUSE), "one is enough");
        circuit.answered();
        assert_eq!(circuit.admit(later), Ok(()));
    }

    #[test]
    fn a_failed_look_waits_again_and_one_that_never_ends_does_not_block_for_ever() {
        let (circuit, now) = (Circuit::new(1, PAUSE), Instant::now());
        circuit.failed(now);
        assert_eq!(circuit.admit(now + PAUSE), Ok(()));
        circuit.failed(now + PAUSE);
        assert_eq!(circuit.admit(now + PAUSE), Err(PAUSE));
        assert_eq!(circuit.admit(now + 2 * PAUSE), Ok(()));
        assert_eq!(
            circuit.admit(now + 3 * PAUSE),
            Ok(()),
            "nothing was heard of the first"
        );
    }
}
