//! Rules that hold for every state that the machine can reach, and for every event in it.

use std::{collections::HashMap, sync::LazyLock};

use super::*;

/// One event in one state, and what came of it. `from` and `to` are indexes of [`Reachable::machines`].
struct Transition {
    from: usize,
    event: Event,
    effect: Option<Effect>,
    /// The machine after the event, before [`normalized`].
    after: UploadMachine,
    to: usize,
}

/// Every machine that can be reached from any first session, and every transition between them.
struct Reachable {
    machines: Vec<UploadMachine>,
    transitions: Vec<Transition>,
}

impl Reachable {
    fn explore() -> Self {
        let mut indexes = HashMap::new();
        let mut machines = Vec::new();
        let mut transitions = Vec::new();
        let mut index_of = |machine: UploadMachine, machines: &mut Vec<UploadMachine>| {
            let machine = normalized(machine);
            *indexes.entry(format!("{machine:?}")).or_insert_with(|| {
                machines.push(machine);
                machines.len() - 1
            })
        };
        for snapshot in sessions().into_iter().flatten() {
            index_of(UploadMachine::new(snapshot), &mut machines);
        }
        let mut from = 0;
        while from < machines.len() {
            for event in events(machines[from].effect_id) {
                let mut after = machines[from].clone();
                let effect = after.step(event.clone());
                let to = index_of(after.clone(), &mut machines);
                transitions.push(Transition {
                    from,
                    event,
                    effect,
                    after,
                    to,
                });
            }
            from += 1;
        }
        Self {
            machines,
            transitions,
        }
    }

    /// Calls `check` with each transition, the machine before it, and a text that describes both.
    fn for_each_transition(
        &self,
        check: impl Fn(&UploadMachine, &Transition, &dyn Fn() -> String),
    ) {
        for transition in &self.transitions {
            let before = &self.machines[transition.from];
            check(before, transition, &|| {
                format!(
                    "{before:?}\n--{:?}-->\n{:?}\n{:?}",
                    transition.event, transition.after, transition.effect
                )
            });
        }
    }
}

fn reachable() -> &'static Reachable {
    static REACHABLE: LazyLock<Reachable> = LazyLock::new(Reachable::explore);
    &REACHABLE
}

/// Machines that differ only in the effect's id, the notice, the comment, which file they have, how often it
/// was lost or what may be an earlier one behave alike, so they count as one.
fn normalized(mut machine: UploadMachine) -> UploadMachine {
    machine.effect_id = 7;
    machine.notice = None;
    (machine.is_sent_in_doubt, machine.is_other_in_doubt) = (false, false);
    machine.losses = 0;
    if let Some(doubt) = &mut machine.doubt
        && doubt.looks > 0
    {
        // Only the last look is another one than those before.
        doubt.looks = PAUSES.len() - 1;
    }
    machine.comment = "hi".into();
    for slot in [&mut machine.file, &mut machine.candidate] {
        if slot.is_some() {
            *slot = Some(file(1));
        }
    }
    machine
}

fn sessions() -> Vec<Option<ActionSnapshot>> {
    [
        OPEN,
        rejected(),
        done(1),
        done(2),
        without_upload(OPEN),
        without_upload(done(1)),
    ]
    .into_iter()
    .map(Some)
    .chain([None])
    .collect()
}

/// Every event, about the current effect and about the one before it. There is one outcome of each sort
/// that the machine tells apart.
pub(super) fn events(current_id: u32) -> Vec<Event> {
    let mut events = vec![
        Event::SelectFile(file(2)),
        Event::RefuseFile(FileRefusal::Empty),
        Event::ChangeComment("ho".into()),
        Event::RemoveFile,
        Event::Send,
        Event::ConfirmReplace,
        Event::Back,
        Event::CheckAgain,
        Event::StartOver,
        Event::Compose,
        Event::Composed(file(2)),
        Event::UseAsItIs,
        Event::Restore,
    ];
    for effect_id in [current_id - 1, current_id] {
        let outcomes = [
            Prepared::File(file(2)),
            Prepared::File(SelectedFile {
                warning: Some(Warning::Damaged),
                ..file(2)
            }),
            Prepared::Photo(None),
            Prepared::Photo(Some(file(2))),
            Prepared::Refused(FileRefusal::Unreadable),
        ];
        let prepared = |prepared| Event::Prepared {
            effect_id,
            prepared,
        };
        events.extend(outcomes.map(prepared));
        let kept = [
            None,
            Some(unsent(None)),
            Some(unsent(Some(OPEN))),
            Some(Unsent {
                candidate: Some(file(1)),
                ..unsent(None)
            }),
            Some(Unsent {
                candidate: Some(file(1)),
                is_composing: true,
                ..unsent(Some(done(1)))
            }),
        ];
        events.extend(kept.map(|unsent| Event::Restored { effect_id, unsent }));
        for sent in [0, 12_000_000, 24_000_000] {
            events.push(Event::Progress {
                effect_id,
                sent,
                total: 24_000_000,
            });
        }
        let outcomes = [
            SendOutcome::Stored,
            SendOutcome::Unreadable,
            failed_with(ProblemKind::Connection),
            failed_with(ProblemKind::AlreadyUploaded),
            failed_with(ProblemKind::Offline),
            failed_with(ProblemKind::TooLarge),
            failed_with(ProblemKind::Closed),
            failed_with(ProblemKind::Server),
            failed_with(ProblemKind::Blocked),
            failed_with(ProblemKind::Rejected),
        ];
        events.extend(outcomes.map(|outcome| Event::SendEnded { effect_id, outcome }));
        let answers = sessions().into_iter().map(Ok);
        let answers = answers.chain([Err(problem(ProblemKind::Connection))]);
        events.extend(answers.map(|answer| Event::Checked { effect_id, answer }));
    }
    events.extend(sessions().into_iter().map(Event::SessionRead));
    events
}

/// Whether an event is about an earlier effect.
fn is_stale(event: &Event, current_id: u32) -> bool {
    match event {
        Event::Prepared { effect_id, .. }
        | Event::Restored { effect_id, .. }
        | Event::Progress { effect_id, .. }
        | Event::SendEnded { effect_id, .. }
        | Event::Checked { effect_id, .. } => *effect_id != current_id,
        _ => false,
    }
}

#[test]
fn an_event_of_an_earlier_effect_changes_nothing() {
    reachable().for_each_transition(|before, transition, describe| {
        if is_stale(&transition.event, before.effect_id) {
            assert_eq!(
                (before, &None),
                (&transition.after, &transition.effect),
                "{}",
                describe()
            );
        }
    });
}

#[test]
fn every_transition_keeps_the_file_and_the_comment_unless_the_consumer_changes_them() {
    reachable().for_each_transition(|before, transition, describe| {
        let (event, after) = (&transition.event, &transition.after);
        let starts_over = matches!(before.state, UploadState::Done(_))
            && matches!(
                event,
                Event::StartOver | Event::SelectFile(_) | Event::Compose
            );
        let changes_file = matches!(
            event,
            Event::RemoveFile
                | Event::Composed(_)
                | Event::UseAsItIs
                | Event::Prepared {
                    prepared: Prepared::File(..),
                    ..
                }
        );
        if before.file.is_some() && !starts_over && !changes_file {
            assert_eq!(after.file, before.file, "{}", describe());
        }
        if !starts_over && !matches!(event, Event::ChangeComment(_)) {
            assert_eq!(after.comment, before.comment, "{}", describe());
        }
        if matches!(event, Event::ChangeComment(_)) {
            assert_eq!(after.state, before.state, "{}", describe());
        }
    });
}

#[test]
fn a_file_is_sent_only_when_nothing_runs_and_the_consumer_asks() {
    use UploadState::*;
    reachable().for_each_transition(|before, transition, describe| {
        let Some(Effect::Send { upload, file, .. }) = &transition.effect else {
            return;
        };
        let after = &transition.after;
        let may_send = matches!(
            before.state,
            Review | Failed(_) | Unsure(_) | AskReplace | Done(_)
        );
        assert!(may_send, "{}", describe());
        assert!(
            matches!(transition.event, Event::Send | Event::ConfirmReplace),
            "{}",
            describe()
        );
        assert!(matches!(after.state, Send { .. }), "{}", describe());
        assert_eq!(Some(*upload), before.snapshot.upload, "{}", describe());
        assert_eq!(Some(file), before.file.as_ref(), "{}", describe());
        assert!(
            *upload == Upload::First || after.replace_confirmed,
            "{}",
            describe()
        );
        assert_eq!(after.snapshot_at_send, before.snapshot, "{}", describe());
    });
}

#[test]
fn sending_and_confirming_end_only_by_their_own_events_or_by_cancelling() {
    use UploadState::*;
    reachable().for_each_transition(|before, transition, describe| {
        let (event, after) = (&transition.event, &transition.after);
        if matches!(before.state, Send { .. }) && !matches!(after.state, Send { .. }) {
            assert!(
                matches!(event, Event::SendEnded { .. } | Event::Back),
                "{}",
                describe()
            );
        }
        if matches!(before.state, Confirm(_)) && !matches!(after.state, Confirm(_)) {
            assert!(matches!(event, Event::Checked { .. }), "{}", describe());
        }
    });
}

#[test]
fn every_effect_has_a_new_id_and_fits_the_state() {
    use UploadState::*;
    reachable().for_each_transition(|before, transition, describe| {
        let after = &transition.after;
        let new_id = match &transition.effect {
            Some(Effect::Prepare { effect_id, .. }) => {
                assert!(matches!(after.state, Prepare), "{}", describe());
                Some(*effect_id)
            }
            Some(Effect::Restore { effect_id }) => {
                assert!(matches!(after.state, Restore), "{}", describe());
                Some(*effect_id)
            }
            Some(Effect::ReadSession { effect_id }) => {
                assert!(
                    matches!(after.state, Confirm(_) | Failed(_)),
                    "{}",
                    describe()
                );
                Some(*effect_id)
            }
            Some(Effect::LookAgain { effect_id, .. }) => {
                assert!(!after.is_busy() && after.doubt.is_some(), "{}", describe());
                Some(*effect_id)
            }
            Some(Effect::Send { effect_id, .. }) => Some(*effect_id),
            Some(Effect::Stop) => {
                assert!(before.is_busy() && !after.is_busy(), "{}", describe());
                None
            }
            None => {
                let becomes_busy = after.is_busy() && !before.is_busy();
                assert!(!becomes_busy, "no effect runs: {}", describe());
                None
            }
        };
        assert_eq!(
            after.effect_id,
            new_id.unwrap_or(before.effect_id),
            "{}",
            describe()
        );
        assert!(
            new_id.is_none_or(|new_id| new_id > before.effect_id),
            "{}",
            describe()
        );
    });
}

#[test]
fn an_upload_is_done_only_when_the_server_or_the_action_says_so() {
    use UploadState::*;
    reachable().for_each_transition(|before, transition, describe| {
        let after = &transition.after;
        if matches!(after.state, Done(_)) && !matches!(before.state, Done(_)) {
            let server_said_so = matches!(before.state, Confirm(ConfirmReason::Stored));
            let action_shows_it =
                after.snapshot.status == Status::Done || after.snapshot.executed.is_some();
            let action_is_gone = after.snapshot.upload.is_none();
            assert!(
                server_said_so || action_shows_it || action_is_gone,
                "{}",
                describe()
            );
        }
    });
}

/// That it did not arrive is said only after an answer of the server, or when getsession did not show it for
/// as long as all pauses take.
#[test]
fn nothing_is_said_to_be_lost_that_may_still_arrive() {
    use UploadState::*;
    assert!(PAUSES.iter().sum::<u32>() >= 300, "five minutes");
    reachable().for_each_transition(|before, transition, describe| {
        let after = &transition.after;
        let claims = |machine: &UploadMachine| {
            matches!(&machine.state, Failed(Failure::NotArrived(_)))
                || machine.notice == Some(Notice::CancelledInTime)
        };
        if !claims(after) || claims(before) {
            return;
        }
        let was_last_look =
            (before.doubt.as_ref()).is_some_and(|doubt| doubt.looks + 1 >= PAUSES.len());
        let was_answered = matches!(
            &after.state,
            Failed(Failure::NotArrived(problem)) if !problem.may_still_arrive()
        );
        assert!(was_last_look || was_answered, "{}", describe());
        let saw_nothing = matches!(transition.event, Event::Checked { answer: Ok(_), .. });
        assert!(
            saw_nothing && after.snapshot.status != Status::Done,
            "{}",
            describe()
        );
    });
}

/// Wherever it is not known whether the document arrived, getsession is read again, or was for minutes.
#[test]
fn doubt_is_followed_up() {
    use UploadState::*;
    reachable().for_each_transition(|_, transition, describe| {
        let after = &transition.after;
        let is_in_doubt = matches!(after.state, Failed(Failure::NotSeen(_)) | Unchecked(..))
            || after.notice == Some(Notice::Cancelled);
        let asks = matches!(transition.effect, Some(Effect::ReadSession { .. }));
        assert!(
            !is_in_doubt || after.doubt.is_some() || asks,
            "{}",
            describe()
        );
    });
}

#[test]
fn every_state_agrees_with_the_machines_fields_and_methods() {
    use UploadState::*;
    for machine in &reachable().machines {
        let has_file = machine.file.is_some();
        match machine.state {
            Choose | Restore => assert!(!has_file, "{machine:?}"),
            Prepare | Compose | Closed => {}
            _ => assert!(has_file, "{machine:?}"),
        }
        match machine.state {
            Prepare => assert!(machine.candidate.is_some(), "{machine:?}"),
            Compose => {}
            _ => assert!(machine.candidate.is_none(), "{machine:?}"),
        }
        assert!(!(machine.is_busy() && machine.can_send()), "{machine:?}");
        if let Choose | Review = machine.state {
            assert!(machine.snapshot.upload.is_some(), "{machine:?}");
        }
        let mut after = machine.clone();
        let effect = after.step(Event::Send);
        let send_does_something = effect.is_some() || after.state != machine.state;
        assert_eq!(machine.can_send(), send_does_something, "{machine:?}");
    }
}

#[test]
fn every_state_has_a_path_to_done() {
    let reachable = reachable();
    let can_reach_done = |may_follow: &dyn Fn(&Transition) -> bool| {
        let mut can_reach: Vec<_> = reachable
            .machines
            .iter()
            .map(|machine| matches!(machine.state, UploadState::Done(_)))
            .collect();
        loop {
            let mut changed = false;
            for transition in &reachable.transitions {
                if may_follow(transition) && can_reach[transition.to] && !can_reach[transition.from]
                {
                    can_reach[transition.from] = true;
                    changed = true;
                }
            }
            if !changed {
                return can_reach;
            }
        }
    };
    let by_any_event = can_reach_done(&|_| true);
    // While the action accepts an upload, the path needs no session that was read for another reason.
    let without_other_sessions =
        can_reach_done(&|transition| !matches!(transition.event, Event::SessionRead(_)));
    for (index, machine) in reachable.machines.iter().enumerate() {
        assert!(by_any_event[index], "{machine:?}");
        assert!(
            without_other_sessions[index] || machine.snapshot.upload.is_none(),
            "{machine:?}"
        );
    }
}

#[test]
fn the_consumer_can_leave_every_failure_and_an_effects_end_leaves_every_wait() {
    let reachable = reachable();
    for (index, machine) in reachable.machines.iter().enumerate() {
        let is_left_by = |may_leave: &dyn Fn(&Event) -> bool| {
            reachable.transitions.iter().any(|transition| {
                transition.from == index
                    && may_leave(&transition.event)
                    && transition.after.state != machine.state
            })
        };
        match machine.state {
            UploadState::Failed(_) | UploadState::Unsure(_) | UploadState::Unchecked(..) => {
                let is_of_consumer = |event: &Event| {
                    matches!(
                        event,
                        Event::SelectFile(_)
                            | Event::RemoveFile
                            | Event::Send
                            | Event::Back
                            | Event::CheckAgain
                    )
                };
                assert!(is_left_by(&is_of_consumer), "{machine:?}");
            }
            _ if machine.is_busy() => {
                let is_end_of_effect = |event: &Event| {
                    matches!(
                        event,
                        Event::Prepared { .. }
                            | Event::Restored { .. }
                            | Event::SendEnded { .. }
                            | Event::Checked { .. }
                    )
                };
                assert!(is_left_by(&is_end_of_effect), "{machine:?}");
            }
            _ => {}
        }
    }
}
