//! Tests of the upload machine: scenarios, every reachable state with every event, and random runs
//! against a simulated server.

mod every_state;
mod random_runs;
mod scenarios;

use accelerate::session::DateTime;

use super::*;
use crate::upload::limits::FileRefusal;

type UploadMachine = super::UploadMachine<u32>;
type Event = super::Event<u32>;
type Effect = super::Effect<u32>;

// What getsession can say about the action.

fn november(day: u8) -> Option<DateTime> {
    Some(DateTime {
        year: 2026,
        month: 11,
        day,
        time: None,
    })
}

const OPEN: ActionSnapshot = ActionSnapshot {
    status: Status::Open,
    executed: None,
    upload: Some(Upload::First),
};

fn rejected() -> ActionSnapshot {
    ActionSnapshot {
        status: Status::Rejected,
        executed: november(1),
        upload: Some(Upload::Again),
    }
}

/// An action that was done on this day.
fn done(day: u8) -> ActionSnapshot {
    ActionSnapshot {
        status: Status::Done,
        executed: november(day),
        upload: Some(Upload::Again),
    }
}

fn without_upload(snapshot: ActionSnapshot) -> ActionSnapshot {
    ActionSnapshot {
        upload: None,
        ..snapshot
    }
}

// What can happen.

fn file(id: u32) -> SelectedFile<u32> {
    SelectedFile {
        file: id,
        name: format!("{id}.pdf"),
        size: 24_000_000,
        mime: "application/pdf",
        warning: None,
    }
}

/// What was kept when the page was closed: a file, and a comment.
fn unsent(sent: Option<ActionSnapshot>) -> Unsent<u32> {
    Unsent {
        file: Some(file(1)),
        candidate: None,
        is_composing: false,
        comment: "hi".into(),
        sent,
    }
}

fn problem(kind: ProblemKind) -> Problem {
    Problem::new(kind, "")
}

fn failed_with(kind: ProblemKind) -> SendOutcome {
    SendOutcome::Problem(problem(kind))
}

fn connection_lost() -> SendOutcome {
    failed_with(ProblemKind::Connection)
}

impl UploadMachine {
    /// Handles an event that has an effect, and returns the effect.
    fn step_with_effect(&mut self, event: Event) -> Effect {
        self.step(event).expect("the event has an effect")
    }

    /// Handles an event that has no effect.
    fn step_without_effect(&mut self, event: Event) {
        assert_eq!(self.step(event), None);
    }

    /// Selects a file that is prepared without a change.
    fn select_and_prepare(&mut self, file: SelectedFile<u32>) {
        let Effect::Prepare { effect_id, file } = self.step_with_effect(Event::SelectFile(file))
        else {
            panic!("a selected file is prepared");
        };
        self.step_without_effect(Event::Prepared {
            effect_id,
            prepared: Prepared::File(file),
        });
    }

    fn report_progress(&mut self, sent: u64, total: u64) {
        let effect_id = self.effect_id;
        self.step_without_effect(Event::Progress {
            effect_id,
            sent,
            total,
        });
    }

    fn end_send(&mut self, outcome: SendOutcome) -> Option<Effect> {
        let effect_id = self.effect_id;
        self.step(Event::SendEnded { effect_id, outcome })
    }

    /// Answers a getsession after which nothing is in doubt.
    fn answer_check(&mut self, answer: Result<Option<ActionSnapshot>, Problem>) {
        assert_eq!(self.look(answer), None);
    }

    /// Answers a getsession after which it is read again, and returns after how many seconds.
    fn answer_in_doubt(&mut self, answer: Result<Option<ActionSnapshot>, Problem>) -> u32 {
        self.look(answer).expect("it is read again")
    }

    /// Answers a getsession, and returns after how many seconds it is read again.
    fn look(&mut self, answer: Result<Option<ActionSnapshot>, Problem>) -> Option<u32> {
        let effect_id = self.effect_id;
        match self.step(Event::Checked { effect_id, answer }) {
            Some(Effect::LookAgain { pause, .. }) => Some(pause),
            None => None,
            other => panic!("{other:?} is not about getsession"),
        }
    }

    /// Answers getsession until it is not read again.
    fn look_to_the_end(&mut self, snapshot: ActionSnapshot) {
        while self.look(Ok(Some(snapshot))).is_some() {}
    }
}
