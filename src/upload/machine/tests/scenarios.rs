//! Scenarios: what the consumer does, what the server answers, and where the machine ends.

use super::*;

/// A machine with a file and a comment, ready to send.
fn machine_in_review(action: ActionSnapshot) -> UploadMachine {
    let mut machine = UploadMachine::new(action);
    machine.select_and_prepare(file(1));
    machine.step_without_effect(Event::ChangeComment("hi".into()));
    assert_eq!(*machine.state(), UploadState::Review);
    machine
}

/// A machine that sends its file.
fn machine_in_send(action: ActionSnapshot) -> UploadMachine {
    let mut machine = machine_in_review(action);
    let effect = match machine.step(Event::Send) {
        None => machine.step(Event::ConfirmReplace),
        effect => effect,
    };
    assert!(matches!(effect, Some(Effect::Send { .. })));
    machine
}

/// A machine that has lost the server's answer, and reads getsession.
fn machine_without_answer(action: ActionSnapshot) -> UploadMachine {
    let mut machine = machine_in_send(action);
    assert!(matches!(
        machine.end_send(connection_lost()),
        Some(Effect::ReadSession { .. })
    ));
    machine
}

fn assert_file_and_comment_kept(machine: &UploadMachine) {
    assert_eq!(machine.file(), Some(&file(1)));
    assert_eq!(machine.comment(), "hi");
}

#[test]
fn a_file_is_selected_sent_and_confirmed() {
    let mut machine = machine_in_review(OPEN);
    assert!(machine.can_send() && machine.has_unsent() && !machine.is_busy());
    let effect = machine.step_with_effect(Event::Send);
    assert_eq!(
        effect,
        Effect::Send {
            effect_id: machine.effect_id,
            file: file(1),
            comment: "hi".into(),
            upload: Upload::First,
        }
    );
    machine.report_progress(12_000_000, 24_000_200);
    assert_eq!(
        *machine.state(),
        UploadState::Send {
            sent: 12_000_000,
            total: 24_000_200
        }
    );
    assert!(matches!(
        machine.end_send(SendOutcome::Stored),
        Some(Effect::ReadSession { .. })
    ));
    assert_eq!(
        *machine.state(),
        UploadState::Confirm(ConfirmReason::Stored)
    );
    machine.answer_check(Ok(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::Confirmed));
    assert!(!machine.has_unsent());
    assert_eq!(machine.file().map(|file| &*file.name), Some("1.pdf"));
}

#[test]
fn a_stored_document_is_done_even_when_getsession_fails_or_lags() {
    for answer in [Err(problem(ProblemKind::Server)), Ok(Some(OPEN)), Ok(None)] {
        let mut machine = machine_in_send(OPEN);
        machine.end_send(SendOutcome::Stored);
        machine.answer_check(answer);
        assert_eq!(*machine.state(), UploadState::Done(Outcome::Confirmed));
    }
}

#[test]
fn a_second_file_after_a_failed_check_replaces_the_first_and_is_not_mistaken_for_it() {
    let mut machine = machine_in_send(OPEN);
    machine.end_send(SendOutcome::Stored);
    machine.answer_check(Err(problem(ProblemKind::Server)));
    assert!(machine.replaces());
    machine.select_and_prepare(file(2));
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::AskReplace);
    machine.step_with_effect(Event::ConfirmReplace);
    machine.end_send(connection_lost());
    machine.answer_in_doubt(Ok(Some(done(1))));
    assert!(matches!(machine.state(), UploadState::Unsure(_)));
}

#[test]
fn a_double_click_sends_once() {
    let mut machine = machine_in_send(OPEN);
    machine.step_without_effect(Event::Send);
    machine.step_without_effect(Event::ConfirmReplace);
    machine.end_send(SendOutcome::Stored);
    machine.step_without_effect(Event::Send);
    machine.answer_check(Ok(Some(done(2))));
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::Done(Outcome::Confirmed));
}

#[test]
fn replacing_is_confirmed_once_per_file() {
    let mut machine = machine_in_review(done(1));
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::AskReplace);
    machine.step_without_effect(Event::Back);
    assert_eq!(*machine.state(), UploadState::Review);
    assert_file_and_comment_kept(&machine);
    machine.step_without_effect(Event::Send);
    let effect = machine.step_with_effect(Event::ConfirmReplace);
    assert!(matches!(
        effect,
        Effect::Send {
            upload: Upload::Again,
            ..
        }
    ));
    machine.end_send(failed_with(ProblemKind::TooMany));
    assert!(
        matches!(machine.step_with_effect(Event::Send), Effect::Send { .. }),
        "the confirmation still counts"
    );
}

#[test]
fn another_file_needs_its_own_confirmation_to_replace() {
    let mut machine = machine_in_send(done(1));
    machine.end_send(failed_with(ProblemKind::TooLarge));
    machine.select_and_prepare(file(2));
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::AskReplace);
}

#[test]
fn a_document_uploaded_elsewhere_requires_confirmation_to_replace() {
    let mut machine = machine_in_review(OPEN);
    machine.step_without_effect(Event::SessionRead(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Review);
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::AskReplace);
}

#[test]
fn a_closed_action_keeps_the_file_until_it_opens_again() {
    let mut machine = machine_in_review(OPEN);
    machine.step_without_effect(Event::SessionRead(None));
    assert_eq!(*machine.state(), UploadState::Closed);
    assert!(!machine.can_send() && machine.has_unsent());
    assert_file_and_comment_kept(&machine);
    machine.step_without_effect(Event::SessionRead(Some(OPEN)));
    assert_eq!(*machine.state(), UploadState::Review);
    assert_file_and_comment_kept(&machine);
}

#[test]
fn a_lost_answer_is_resolved_by_getsession() {
    let mut machine = machine_without_answer(OPEN);
    machine.step_without_effect(Event::Send);
    machine.answer_check(Ok(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));

    let mut machine = machine_without_answer(OPEN);
    machine.answer_in_doubt(Ok(Some(OPEN)));
    assert!(matches!(
        machine.state(),
        UploadState::Failed(Failure::NotSeen(_))
    ));
    assert_file_and_comment_kept(&machine);
    assert!(matches!(
        machine.step_with_effect(Event::Send),
        Effect::Send { .. }
    ));
}

#[test]
fn what_was_lost_on_its_way_is_looked_for_with_growing_pauses_before_it_is_said_to_be_lost() {
    let mut machine = machine_without_answer(OPEN);
    let mut pauses = vec![];
    while let Some(pause) = machine.look(Ok(Some(OPEN))) {
        assert!(matches!(
            machine.state(),
            UploadState::Failed(Failure::NotSeen(_))
        ));
        assert!(machine.can_send() && !machine.is_busy());
        pauses.push(pause);
    }
    assert_eq!(pauses, PAUSES);
    assert!(pauses.is_sorted());
    assert!(matches!(
        machine.state(),
        UploadState::Failed(Failure::NotArrived(_))
    ));
    // Who listens on hears of it; but after all that time it may be a document that came in another way.
    machine.step_without_effect(Event::SessionRead(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::AlreadyThere));
}

#[test]
fn what_arrives_late_is_found_by_each_look() {
    for looks in 1..PAUSES.len() {
        let mut machine = machine_without_answer(OPEN);
        for _ in 0..looks {
            machine.answer_in_doubt(Ok(Some(OPEN)));
        }
        machine.answer_check(Ok(Some(done(2))));
        assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));
    }
}

#[test]
fn a_look_that_fails_says_nothing() {
    let mut machine = machine_without_answer(OPEN);
    machine.answer_in_doubt(Ok(Some(OPEN)));
    for _ in 0..3 * PAUSES.len() {
        machine.answer_in_doubt(Err(problem(ProblemKind::Connection)));
        assert!(matches!(
            machine.state(),
            UploadState::Failed(Failure::NotSeen(_))
        ));
    }
    let last = PAUSES.last().copied();
    assert_eq!(
        machine.look(Err(problem(ProblemKind::Connection))),
        last,
        "it goes on, slowly"
    );
    machine.answer_check(Ok(Some(OPEN)));
    assert!(matches!(
        machine.state(),
        UploadState::Failed(Failure::NotArrived(_))
    ));
}

#[test]
fn an_answer_that_the_document_was_not_stored_ends_the_doubt_at_once() {
    for (problem, is_in_doubt) in [
        (problem(ProblemKind::Server).with_status(500), false),
        (problem(ProblemKind::NotUnderstood).with_status(200), false),
        (problem(ProblemKind::Server).with_status(504), true),
    ] {
        let mut machine = machine_in_send(OPEN);
        machine.end_send(SendOutcome::Problem(problem.clone()));
        assert_eq!(machine.look(Ok(Some(OPEN))).is_some(), is_in_doubt);
        let failure = match is_in_doubt {
            true => Failure::NotSeen(problem),
            false => Failure::NotArrived(problem),
        };
        assert_eq!(*machine.state(), UploadState::Failed(failure));
    }
}

#[test]
fn looking_stops_when_the_consumer_goes_on() {
    for event in [Event::Send, Event::SelectFile(file(2)), Event::RemoveFile] {
        let mut machine = machine_without_answer(OPEN);
        machine.answer_in_doubt(Ok(Some(OPEN)));
        let effect_id = machine.effect_id;
        machine.step(event);
        let before = machine.clone();
        machine.step_without_effect(Event::Checked {
            effect_id,
            answer: Ok(Some(done(2))),
        });
        assert_eq!(machine, before);
    }
}

#[test]
fn a_question_is_not_taken_away_by_a_look() {
    let mut machine = machine_without_answer(rejected());
    machine.answer_in_doubt(Ok(Some(rejected())));
    machine.replace_confirmed = false;
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::AskReplace);
    machine.answer_in_doubt(Ok(Some(rejected())));
    assert_eq!(*machine.state(), UploadState::AskReplace);
    machine.answer_check(Ok(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));
}

#[test]
fn a_document_that_may_be_another_one_of_ours_is_not_said_to_be_this_one() {
    let mut machine = machine_without_answer(OPEN);
    machine.answer_in_doubt(Ok(Some(OPEN)));
    machine.select_and_prepare(file(2));
    machine.step_with_effect(Event::Send);
    machine.end_send(connection_lost());
    machine.answer_check(Ok(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::AlreadyThere));
}

#[test]
fn a_file_that_is_lost_twice_is_not_sent_for_ever() {
    let lose = |machine: &mut UploadMachine| {
        machine.end_send(connection_lost());
        machine.answer_in_doubt(Ok(Some(OPEN)));
    };
    let mut machine = machine_in_send(OPEN);
    lose(&mut machine);
    assert!(!machine.keeps_getting_lost());
    assert_eq!(machine.ways_out(), WaysOut::SendAgain);
    machine.step_with_effect(Event::Send);
    lose(&mut machine);
    assert!(machine.keeps_getting_lost());
    assert_eq!(machine.ways_out(), WaysOut::OtherFileFirst);
    assert!(machine.can_send());
    // The next file begins anew.
    machine.select_and_prepare(file(2));
    machine.step_with_effect(Event::Send);
    lose(&mut machine);
    assert_eq!(machine.ways_out(), WaysOut::SendAgain);

    // Where getsession fails too, it is the connection.
    let mut machine = machine_in_send(OPEN);
    for _ in 0..3 {
        machine.end_send(connection_lost());
        machine.answer_in_doubt(Err(problem(ProblemKind::Connection)));
        assert!(matches!(machine.state(), UploadState::Unchecked(..)));
        machine.step_with_effect(Event::CheckAgain);
        machine.answer_in_doubt(Err(problem(ProblemKind::Connection)));
        assert!(!machine.keeps_getting_lost());
        machine.state = UploadState::Send { sent: 0, total: 1 };
    }
}

#[test]
fn only_what_can_pass_is_offered_to_be_sent_again() {
    let status = |kind, status| problem(kind).with_status(status);
    for (problem, ways_out) in [
        (status(ProblemKind::TooLarge, 413), WaysOut::OtherFile),
        (
            status(ProblemKind::UnsupportedKind, 415),
            WaysOut::OtherFile,
        ),
        (status(ProblemKind::Rejected, 422), WaysOut::OtherFile),
        (status(ProblemKind::Rejected, 200), WaysOut::OtherFileFirst),
        (status(ProblemKind::Rejected, 400), WaysOut::OtherFileFirst),
        (status(ProblemKind::Closed, 409), WaysOut::None),
        (status(ProblemKind::TooMany, 429), WaysOut::SendAgain),
        (status(ProblemKind::Blocked, 403), WaysOut::SendAgain),
        (status(ProblemKind::Expired, 400), WaysOut::SendAgain),
        (problem(ProblemKind::Offline), WaysOut::SendAgain),
    ] {
        let mut machine = machine_in_send(OPEN);
        machine.end_send(SendOutcome::Problem(problem.clone()));
        assert_eq!(machine.ways_out(), ways_out, "{problem}");
        let can_send = matches!(ways_out, WaysOut::SendAgain | WaysOut::OtherFileFirst);
        assert_eq!(machine.can_send(), can_send, "{problem}");
    }
    let mut machine = machine_in_send(OPEN);
    machine.end_send(SendOutcome::Unreadable);
    assert_eq!(machine.ways_out(), WaysOut::OtherFile);
}

#[test]
fn a_refusal_of_an_action_that_takes_nothing_any_more_ends_in_closed() {
    for gone in [None, Some(without_upload(OPEN))] {
        let mut machine = machine_in_send(OPEN);
        machine.end_send(failed_with(ProblemKind::NotFound));
        machine.answer_check(Ok(gone));
        assert_eq!(*machine.state(), UploadState::Closed);
        assert_file_and_comment_kept(&machine);
    }
}

#[test]
fn an_unclear_answer_is_checked_with_getsession() {
    for kind in [
        ProblemKind::Connection,
        ProblemKind::Server,
        ProblemKind::NotUnderstood,
        ProblemKind::AlreadyUploaded,
    ] {
        let mut machine = machine_in_send(OPEN);
        let effect = machine.end_send(failed_with(kind));
        assert!(
            matches!(effect, Some(Effect::ReadSession { .. })),
            "{kind:?}"
        );
        assert!(
            matches!(machine.state(), UploadState::Confirm(_)),
            "{kind:?}"
        );
    }
}

#[test]
fn a_refused_upload_keeps_the_file_and_the_problem() {
    for kind in [
        ProblemKind::Offline,
        ProblemKind::Expired,
        ProblemKind::NotSignedIn,
        ProblemKind::TooLarge,
        ProblemKind::UnsupportedKind,
        ProblemKind::TooMany,
        ProblemKind::NotFound,
        ProblemKind::Closed,
        ProblemKind::Rejected,
    ] {
        let mut machine = machine_in_send(OPEN);
        machine.end_send(failed_with(kind));
        assert_eq!(
            *machine.state(),
            UploadState::Failed(Failure::Refused(problem(kind)))
        );
        assert_file_and_comment_kept(&machine);
        assert!(machine.accepts_files() && machine.has_unsent());
    }
}

#[test]
fn a_rejected_upload_reads_the_session_again() {
    // NOT_UPLOADED_YET: the file would replace a document that is not there.
    let mut machine = machine_in_send(done(1));
    let effect = machine.end_send(failed_with(ProblemKind::Rejected));
    assert!(matches!(effect, Some(Effect::ReadSession { .. })));
    machine.answer_check(Ok(Some(OPEN)));
    assert!(matches!(machine.state(), UploadState::Failed(_)));
    let effect = machine.step_with_effect(Event::Send);
    assert!(matches!(
        effect,
        Effect::Send {
            upload: Upload::First,
            ..
        }
    ));
}

#[test]
fn an_already_uploaded_answer_is_checked_with_getsession() {
    let already = || problem(ProblemKind::AlreadyUploaded);
    let mut machine = machine_in_send(OPEN);
    machine.end_send(SendOutcome::Problem(already()));
    assert_eq!(
        *machine.state(),
        UploadState::Confirm(ConfirmReason::AlreadyUploaded(already()))
    );
    machine.answer_check(Ok(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::AlreadyThere));
    // The document can be another one, so the selected file can replace it.
    assert_file_and_comment_kept(&machine);
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::AskReplace);
    assert!(machine.has_unsent());

    let mut machine = machine_in_send(OPEN);
    machine.end_send(SendOutcome::Problem(already()));
    machine.answer_check(Ok(Some(rejected())));
    assert_eq!(
        *machine.state(),
        UploadState::Failed(Failure::Refused(already()))
    );
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::AskReplace);
}

#[test]
fn a_rejected_action_shows_the_new_document_when_it_is_done_again() {
    let mut machine = machine_without_answer(rejected());
    machine.answer_check(Ok(Some(done(1))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));

    let mut machine = machine_without_answer(rejected());
    machine.look_to_the_end(rejected());
    assert!(matches!(
        machine.state(),
        UploadState::Failed(Failure::NotArrived(_))
    ));
}

#[test]
fn a_done_action_shows_a_replacement_only_by_a_new_date() {
    let mut machine = machine_without_answer(done(1));
    machine.answer_check(Ok(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));

    let mut machine = machine_without_answer(done(1));
    machine.look_to_the_end(done(1));
    assert!(matches!(machine.state(), UploadState::Unsure(_)));
    assert_file_and_comment_kept(&machine);
    assert!(matches!(
        machine.step_with_effect(Event::Send),
        Effect::Send {
            upload: Upload::Again,
            ..
        }
    ));
}

#[test]
fn an_unchecked_upload_is_checked_again_and_not_sent_again() {
    let mut machine = machine_without_answer(OPEN);
    machine.answer_in_doubt(Err(problem(ProblemKind::Offline)));
    assert!(matches!(machine.state(), UploadState::Unchecked(..)));
    assert_file_and_comment_kept(&machine);
    let before = machine.clone();
    for event in [
        Event::Send,
        Event::ConfirmReplace,
        Event::RemoveFile,
        Event::SelectFile(file(2)),
        Event::ChangeComment("ho".into()),
        Event::Back,
        Event::SessionRead(Some(OPEN)),
    ] {
        machine.step_without_effect(event);
        assert_eq!(machine, before);
    }
    assert!(matches!(
        machine.step_with_effect(Event::CheckAgain),
        Effect::ReadSession { .. }
    ));
    machine.answer_in_doubt(Ok(Some(OPEN)));
    assert!(machine.can_send());
}

#[test]
fn a_session_that_shows_the_document_ends_every_doubt() {
    let check_failed = |mut machine: UploadMachine| {
        machine.answer_in_doubt(Err(problem(ProblemKind::Server)));
        machine
    };
    let not_seen = |mut machine: UploadMachine| {
        machine.answer_in_doubt(Ok(Some(OPEN)));
        machine
    };
    for mut machine in [
        check_failed(machine_without_answer(OPEN)),
        not_seen(machine_without_answer(OPEN)),
    ] {
        machine.step_without_effect(Event::SessionRead(Some(done(2))));
        assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));
    }
    let mut machine = machine_in_send(OPEN);
    machine.end_send(failed_with(ProblemKind::AlreadyUploaded));
    let mut machine = check_failed(machine);
    machine.step_without_effect(Event::SessionRead(Some(done(2))));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::AlreadyThere));
}

#[test]
fn a_cancelled_upload_is_checked_with_getsession_at_any_progress() {
    for (sent, total) in [(0, 0), (12_000_000, 24_000_200), (24_000_200, 24_000_200)] {
        let cancelled = |action| {
            let mut machine = machine_in_send(action);
            machine.report_progress(sent, total);
            assert!(matches!(
                machine.step_with_effect(Event::Back),
                Effect::ReadSession { .. }
            ));
            assert_eq!(
                *machine.state(),
                UploadState::Confirm(ConfirmReason::Cancelled)
            );
            machine
        };
        let mut machine = cancelled(OPEN);
        machine.answer_in_doubt(Ok(Some(OPEN)));
        assert_eq!(*machine.state(), UploadState::Review);
        assert_eq!(machine.notice(), Some(Notice::Cancelled));
        assert_file_and_comment_kept(&machine);
        machine.look_to_the_end(OPEN);
        assert_eq!(machine.notice(), Some(Notice::CancelledInTime));
        assert_file_and_comment_kept(&machine);

        let mut machine = cancelled(OPEN);
        machine.answer_check(Ok(Some(done(2))));
        assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));

        let mut machine = cancelled(done(1));
        machine.answer_in_doubt(Ok(Some(done(1))));
        assert_eq!(
            *machine.state(),
            UploadState::Unsure(ConfirmReason::Cancelled)
        );

        let mut machine = cancelled(OPEN);
        let problem = problem(ProblemKind::Connection);
        machine.answer_in_doubt(Err(problem.clone()));
        assert_eq!(
            *machine.state(),
            UploadState::Unchecked(ConfirmReason::Cancelled, problem)
        );
        assert_file_and_comment_kept(&machine);
    }
}

#[test]
fn a_cancelled_upload_that_arrives_later_becomes_done() {
    for snapshot in [done(2), without_upload(done(2))] {
        let mut machine = machine_in_send(OPEN);
        machine.step_with_effect(Event::Back);
        machine.answer_in_doubt(Ok(Some(OPEN)));
        machine.step_without_effect(Event::SessionRead(Some(snapshot)));
        assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));
        assert_eq!(machine.notice(), None);
    }
}

#[test]
fn events_of_a_cancelled_upload_are_ignored() {
    let mut machine = machine_in_send(OPEN);
    let effect_id = machine.effect_id;
    machine.step_with_effect(Event::Back);
    machine.answer_in_doubt(Ok(Some(OPEN)));
    machine.step_with_effect(Event::Send);
    let before = machine.clone();
    machine.step_without_effect(Event::Progress {
        effect_id,
        sent: 9,
        total: 9,
    });
    for outcome in [
        SendOutcome::Stored,
        connection_lost(),
        SendOutcome::Unreadable,
    ] {
        machine.step_without_effect(Event::SendEnded { effect_id, outcome });
    }
    assert_eq!(machine, before);
}

#[test]
fn progress_never_decreases() {
    let mut machine = machine_in_send(OPEN);
    machine.report_progress(500, 1_000);
    machine.report_progress(100, 1_000);
    machine.report_progress(400, 0);
    assert_eq!(
        *machine.state(),
        UploadState::Send {
            sent: 500,
            total: 1_000
        }
    );
    machine.report_progress(5_000, 1_000);
    assert_eq!(
        *machine.state(),
        UploadState::Send {
            sent: 1_000,
            total: 1_000
        }
    );
}

#[test]
fn an_unreadable_file_does_not_replace_the_selected_file() {
    let mut machine = machine_in_review(OPEN);
    machine.step_with_effect(Event::SelectFile(file(2)));
    let effect_id = machine.effect_id;
    machine.step_without_effect(Event::Prepared {
        effect_id,
        prepared: Prepared::Refused(FileRefusal::Unreadable),
    });
    assert_eq!(*machine.state(), UploadState::Review);
    assert_eq!(
        machine.notice(),
        Some(Notice::FileRefused(FileRefusal::Unreadable))
    );
    assert_file_and_comment_kept(&machine);
}

#[test]
fn a_file_that_becomes_unreadable_fails_the_upload_and_keeps_the_comment() {
    let mut machine = machine_in_send(OPEN);
    assert_eq!(machine.end_send(SendOutcome::Unreadable), None);
    assert_eq!(*machine.state(), UploadState::Failed(Failure::Unreadable));
    assert_eq!(machine.comment(), "hi");
    machine.step_without_effect(Event::RemoveFile);
    assert_eq!(*machine.state(), UploadState::Choose);
    assert_eq!(machine.comment(), "hi");
}

#[test]
fn a_refused_file_does_not_replace_the_selected_file() {
    let mut machine = machine_in_review(OPEN);
    machine.step_without_effect(Event::RefuseFile(FileRefusal::Empty));
    assert_eq!(
        machine.notice(),
        Some(Notice::FileRefused(FileRefusal::Empty))
    );
    assert_file_and_comment_kept(&machine);
    machine.step_with_effect(Event::SelectFile(file(1)));
    assert_eq!(machine.notice(), None);
}

#[test]
fn cancelling_the_preparation_drops_the_file() {
    let mut machine = UploadMachine::new(OPEN);
    machine.step_with_effect(Event::SelectFile(file(1)));
    assert!(machine.is_busy() && machine.has_unsent());
    assert_eq!(machine.step_with_effect(Event::Back), Effect::Stop);
    assert_eq!(*machine.state(), UploadState::Choose);
    let effect_id = machine.effect_id;
    machine.step_without_effect(Event::Prepared {
        effect_id,
        prepared: Prepared::File(file(1)),
    });
    assert_eq!(*machine.state(), UploadState::Choose);
}

/// What there is to be told of a file is told as long as it is there.
#[test]
fn a_warning_stays_with_its_file() {
    let mut machine = UploadMachine::new(OPEN);
    machine.step_with_effect(Event::SelectFile(file(1)));
    let effect_id = machine.effect_id;
    machine.step_without_effect(Event::Prepared {
        effect_id,
        prepared: Prepared::File(SelectedFile {
            warning: Some(Warning::NeedsPassword),
            ..file(1)
        }),
    });
    machine.step_without_effect(Event::Compose);
    machine.step_without_effect(Event::Back);
    machine.step_without_effect(Event::RefuseFile(FileRefusal::Empty));
    assert_eq!(*machine.state(), UploadState::Review);
    let warning = machine.file().and_then(|file| file.warning);
    assert_eq!(warning, Some(Warning::NeedsPassword));
    machine.step_without_effect(Event::Composed(file(2)));
    assert_eq!(
        machine.file().and_then(|file| file.warning),
        Some(Warning::NeedsPassword)
    );
    machine.step_without_effect(Event::Compose);
    machine.step_without_effect(Event::Composed(file(2)));
    assert_eq!(machine.file().and_then(|file| file.warning), None);
}

/// Another tab may have sent what was kept.
#[test]
fn what_was_kept_is_not_said_to_be_unsent_when_a_document_came() {
    let (mut machine, _) = restored(OPEN, unsent(None));
    assert_eq!(machine.notice(), Some(Notice::Restored));
    assert!(!machine.was_sent());
    machine.step_without_effect(Event::SessionRead(Some(done(2))));
    assert_eq!(machine.notice(), None);
    assert!(machine.was_sent());
    assert_file_and_comment_kept(&machine);
}

#[test]
fn an_expired_session_keeps_the_file_and_a_new_session_returns_to_review() {
    let mut machine = machine_in_send(OPEN);
    machine.end_send(failed_with(ProblemKind::Expired));
    machine.step_without_effect(Event::SessionRead(Some(OPEN)));
    assert_eq!(*machine.state(), UploadState::Review);
    assert_file_and_comment_kept(&machine);
}

#[test]
fn a_comment_that_is_too_long_for_a_header_blocks_sending() {
    let mut machine = machine_in_review(OPEN);
    machine.step_without_effect(Event::ChangeComment("x".repeat(COMMENT_BYTES)));
    assert_eq!(machine.comment_left(), 0);
    assert!(machine.can_send());
    machine.step_without_effect(Event::ChangeComment("é".repeat(COMMENT_BYTES / 6 + 1)));
    assert!(machine.comment_left() < 0);
    machine.step_without_effect(Event::Send);
    assert_eq!(*machine.state(), UploadState::Review);
    machine.step_without_effect(Event::ChangeComment("regel\r\nregel".into()));
    assert_eq!(machine.comment_left(), COMMENT_BYTES as isize - 11);
}

#[test]
fn starting_over_after_done_allows_another_upload() {
    let mut machine = machine_in_send(OPEN);
    machine.end_send(SendOutcome::Stored);
    machine.answer_check(Ok(Some(done(2))));
    machine.step_without_effect(Event::StartOver);
    assert_eq!(*machine.state(), UploadState::Choose);
    assert_eq!((machine.file(), machine.comment()), (None, ""));
    assert!(machine.replaces());
}

#[test]
fn an_action_without_upload_starts_closed() {
    let mut machine = UploadMachine::new(without_upload(OPEN));
    assert_eq!(*machine.state(), UploadState::Closed);
    assert!(!machine.accepts_files());
    machine.step_without_effect(Event::SelectFile(file(1)));
    assert_eq!(*machine.state(), UploadState::Closed);
}

/// The check after the first upload failed, so its date is not known when the second is sent.
#[test]
fn a_lost_replacement_of_a_document_without_a_known_date_is_not_taken_for_arrived() {
    let mut machine = machine_in_send(OPEN);
    machine.end_send(SendOutcome::Stored);
    machine.answer_check(Err(problem(ProblemKind::Connection)));
    assert_eq!(*machine.state(), UploadState::Done(Outcome::Confirmed));
    machine.select_and_prepare(file(2));
    machine.step_without_effect(Event::Send);
    machine.step_with_effect(Event::ConfirmReplace);
    machine.end_send(connection_lost());
    // The office has sent the first document back meanwhile. Its date says nothing of the second.
    while machine.look(Ok(Some(rejected()))).is_some() {}
    assert!(matches!(machine.state(), UploadState::Unsure(_)));
    assert!(machine.can_send() && machine.has_unsent());
}

/// A machine that what was kept came back to.
fn restored(action: ActionSnapshot, unsent: Unsent<u32>) -> (UploadMachine, Option<Effect>) {
    let mut machine = UploadMachine::new(action);
    let Effect::Restore { effect_id } = machine.step_with_effect(Event::Restore) else {
        panic!("what was kept is not looked for");
    };
    assert!(machine.is_busy() && !machine.accepts_files() && machine.unsent().is_none());
    let unsent = Some(unsent);
    let effect = machine.step(Event::Restored { effect_id, unsent });
    (machine, effect)
}

#[test]
fn what_was_kept_comes_back_and_can_be_sent() {
    let before = machine_in_review(OPEN);
    let (mut machine, effect) = restored(OPEN, before.unsent().unwrap());
    assert_eq!(effect, None);
    assert_eq!(machine.notice(), Some(Notice::Restored));
    assert_eq!(
        (machine.file(), machine.comment()),
        (before.file(), before.comment())
    );
    assert!(matches!(
        machine.step(Event::Send),
        Some(Effect::Send { .. })
    ));
}

#[test]
fn nothing_that_was_kept_leaves_an_empty_upload() {
    let mut machine = UploadMachine::new(OPEN);
    let Effect::Restore { effect_id } = machine.step_with_effect(Event::Restore) else {
        panic!("what was kept is not looked for");
    };
    machine.step(Event::Restored {
        effect_id,
        unsent: None,
    });
    assert_eq!(
        (machine.state(), machine.notice()),
        (&UploadState::Choose, None)
    );
}

#[test]
fn a_page_that_was_closed_while_sending_finds_out_what_became_of_it() {
    let before = machine_in_send(OPEN);
    let unsent = before.unsent().unwrap();
    assert_eq!(unsent.sent, Some(OPEN));
    let checked = |snapshot| {
        let (mut machine, effect) = restored(snapshot, unsent.clone());
        let Some(Effect::ReadSession { effect_id }) = effect else {
            panic!("nobody asks what became of it");
        };
        let answer = Ok(Some(snapshot));
        machine.step(Event::Checked { effect_id, answer });
        machine
    };
    assert_eq!(
        checked(done(2)).state(),
        &UploadState::Done(Outcome::Verified)
    );
    // It may still arrive: nothing is claimed, and it is looked for.
    let open = checked(OPEN);
    assert!(matches!(
        open.state(),
        UploadState::Failed(Failure::NotSeen(_))
    ));
    assert_file_and_comment_kept(&open);
}

#[test]
fn what_has_arrived_is_not_kept() {
    let mut machine = machine_in_send(OPEN);
    assert!(machine.unsent().is_some());
    let effect_id = machine.effect_id;
    let outcome = SendOutcome::Stored;
    machine.step(Event::SendEnded { effect_id, outcome });
    assert_eq!(machine.unsent(), None);
}

#[test]
fn pages_that_were_kept_are_put_together_further() {
    let kept = Unsent {
        file: None,
        candidate: Some(file(1)),
        is_composing: true,
        ..unsent(None)
    };
    let (machine, _) = restored(OPEN, kept.clone());
    assert!(machine.is_composing());
    assert_eq!(machine.candidate(), kept.candidate.as_ref());
    // Nothing can be sent for it now: what was typed is there, and nothing is offered.
    let (machine, _) = restored(without_upload(OPEN), kept);
    assert_eq!(machine.state(), &UploadState::Closed);
}
