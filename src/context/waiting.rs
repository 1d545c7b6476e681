//! Which tasks have a document that was chosen and not handed in, for the lists of tasks.

use leptos::prelude::*;

/// What waits for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A document that was not sent.
    Ready,
    /// A document that was sent, and of which nobody knows whether it arrived.
    InDoubt,
}

/// The ids of the actions for which something waits. Cheap to copy.
#[derive(Debug, Clone, Copy, Default)]
pub struct WaitingTasks {
    ready: RwSignal<Vec<String>>,
    in_doubt: RwSignal<Vec<String>>,
}

impl WaitingTasks {
    /// What waits for an action.
    pub fn of(self, action_id: &str) -> Option<Waiting> {
        let is_in = |ids: RwSignal<Vec<String>>| ids.read().iter().any(|id| id == action_id);
        match (is_in(self.ready), is_in(self.in_doubt)) {
            (true, _) => Some(Waiting::Ready),
            (false, true) => Some(Waiting::InDoubt),
            (false, false) => None,
        }
    }

    /// Says what waits for an action now.
    pub fn set(self, action_id: &str, waiting: Option<Waiting>) {
        for (ids, is_it) in [
            (self.ready, waiting == Some(Waiting::Ready)),
            (self.in_doubt, waiting == Some(Waiting::InDoubt)),
        ] {
            let place = ids.read_untracked().iter().position(|id| id == action_id);
            match place {
                Some(place) if !is_it => drop(ids.write().remove(place)),
                None if is_it => ids.write().push(action_id.to_owned()),
                _ => {}
            }
        }
    }

    /// The consumer is another one, or none.
    pub fn clear(self) {
        self.ready.set(Vec::new());
        self.in_doubt.set(Vec::new());
    }
}

/// The actions for which something waits.
pub fn use_waiting() -> WaitingTasks {
    expect_context()
}
