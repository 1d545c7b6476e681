//! What an action is to the consumer: the one rule, by which every list, count and mark goes.

use std::sync::Arc;

use crate::conventions::UPLOAD_PREFIX;
use crate::session::{Action, Session, State, Status, Task};

impl Task {
    /// The rule, over where the action stands, what it offers, and the session's state. A document that was
    /// sent back and cannot be uploaded again is the office's to deal with.
    pub fn of(action: &Action, state: State) -> Self {
        let offers = action.offers;
        match (action.status(), offers.upload) {
            (Status::Done, _) => Self::Done,
            (Status::Rejected, Some(_)) => Self::Again,
            (Status::Open, Some(_)) => Self::Upload,
            (_, None) if offers.download || offers.otd => Self::Read,
            (_, None) if state == State::Closed => Self::Closed,
            (_, None) => Self::WithOffice,
        }
    }

    /// Whether the consumer has something to do: to upload a document.
    pub fn is_to_do(self) -> bool {
        matches!(self, Self::Again | Self::Upload)
    }
}

impl Action {
    /// Whether the office has, or had, a document for this action: it takes uploads, and was executed or is
    /// done. Its type says that it takes uploads where the session is closed and nothing can be uploaded.
    pub fn was_uploaded(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or_default();
        let takes_uploads = self.offers.upload.is_some() || kind.starts_with(UPLOAD_PREFIX);
        takes_uploads && self.status() != Status::Open
    }
}

impl Session {
    /// How many tasks the consumer has to do.
    pub fn to_do_count(&self) -> usize {
        self.actions.iter().filter(|it| it.task.is_to_do()).count()
    }

    /// What the consumer does first: what was sent back, then what was never uploaded, then what can be read;
    /// of each the first in the server's order.
    pub fn first_task(&self) -> Option<&Arc<Action>> {
        let first = |task| self.actions.iter().find(|it| it.task == task);
        let to_do = first(Task::Again).or_else(|| first(Task::Upload));
        to_do.or_else(|| first(Task::Read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{DateTime, Document, Offers};

    const STATES: [State; 2] = [State::Running, State::Closed];

    /// An action of each combination that the wire allows, with the session's state.
    fn all() -> Vec<(Action, State)> {
        let mut all = Vec::new();
        for bits in 0..1_u32 << 6 {
            let has = |bit: u32| bits >> bit & 1 == 1;
            for kind in ["UPLOAD_FILE", "DOWNLOAD_FILE", "SIGN_OTD", "NOTARIS", ""] {
                let mut action = Action {
                    id: "A".to_owned(),
                    product_id: None,
                    label: None,
                    kind: Some(kind.to_owned()),
                    comment: has(0).then(|| "Graag opnieuw".to_owned()),
                    is_done: has(1),
                    date_created: None,
                    date_executed: has(2).then(|| DateTime::parse("2026-01-31")).flatten(),
                    document: Document::default(),
                    offers: Offers::default(),
                    task: Task::Done,
                };
                let state = STATES[usize::from(has(3))];
                action.offers = Offers::of(&action, has(4), has(5), state);
                all.push((action, state));
            }
        }
        all
    }

    #[test]
    fn an_action_is_to_do_exactly_when_a_document_of_the_consumer_is_missing() {
        for (action, state) in all() {
            let missing = !action.is_done && action.offers.upload.is_some();
            assert_eq!(Task::of(&action, state).is_to_do(), missing, "{action:?}");
        }
    }

    #[test]
    fn what_is_sent_back_comes_before_what_was_never_sent() {
        for (action, state) in all() {
            let task = Task::of(&action, state);
            let was_sent = action.date_executed.is_some();
            assert_eq!(task == Task::Again, task.is_to_do() && was_sent);
        }
        assert!(Task::Again < Task::Upload);
    }

    #[test]
    fn in_a_closed_dossier_nothing_is_to_do_and_nothing_is_with_the_office() {
        for (action, _) in all().iter().filter(|(_, state)| *state == State::Closed) {
            let task = Task::of(action, State::Closed);
            assert!(!task.is_to_do() && task != Task::WithOffice, "{action:?}");
        }
    }

    #[test]
    fn what_is_done_is_done_whatever_it_offers() {
        for (action, state) in all() {
            assert_eq!(Task::of(&action, state) == Task::Done, action.is_done);
        }
    }

    #[test]
    fn what_is_to_be_read_has_something_to_read_and_nothing_to_upload() {
        for (action, state) in all() {
            let offers = action.offers;
            let reads = (offers.download || offers.otd) && offers.upload.is_none();
            let is_read = Task::of(&action, state) == Task::Read;
            assert_eq!(is_read, reads && !action.is_done, "{action:?}");
        }
    }

    #[test]
    fn the_rest_is_with_the_office_while_the_dossier_runs() {
        for (action, state) in all() {
            let offers_nothing = action.offers == Offers::default();
            let expected = match (action.is_done, offers_nothing, state) {
                (false, true, State::Running) => Some(Task::WithOffice),
                (false, true, State::Closed) => Some(Task::Closed),
                _ => None,
            };
            let task = Task::of(&action, state);
            let is_rest = matches!(task, Task::WithOffice | Task::Closed);
            assert_eq!(is_rest.then_some(task), expected, "{action:?}");
        }
    }

    #[test]
    fn only_what_takes_uploads_was_uploaded() {
        for (action, _) in all() {
            let takes =
                action.offers.upload.is_some() || action.kind.as_deref() == Some("UPLOAD_FILE");
            let was = action.is_done || action.date_executed.is_some();
            assert_eq!(action.was_uploaded(), takes && was, "{action:?}");
        }
    }
}
