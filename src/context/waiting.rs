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
            let is_in = |ids: &Vec<String>| ids.iter().any(|id| id == action_id);
            // The portal may be off the page by now.
            if ids.try_with_untracked(is_in) == Some(!is_it) {
                ids.try_update(|ids| {
                    ids.retain(|id| id != action_id);
                    ids.extend(is_it.then(|| action_id.to_owned()));
                });
            }
        }
    }

    /// Forgets what waits for other actions than these.
    pub fn retain(self, is_wanted: impl Fn(&str) -> bool) {
        for ids in [self.ready, self.in_doubt] {
            let has_others = |ids: &Vec<String>| ids.iter().any(|id| !is_wanted(id));
            if ids.try_with_untracked(has_others) == Some(true) {
                ids.try_update(|ids| ids.retain(|id| is_wanted(id)));
            }
        }
    }

    /// The consumer is another one, or none.
    pub fn clear(self) {
        self.ready.try_set(Vec::new());
        self.in_doubt.try_set(Vec::new());
    }
}

/// The actions for which something waits.
pub fn use_waiting() -> WaitingTasks {
    expect_context()
}
