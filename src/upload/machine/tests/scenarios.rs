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
    machine.answer_check(Ok(Some(done(1))));
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
    machine.answer_check(Ok(Some(OPEN)));
    assert!(matches!(
        machine.state(),
        UploadState::Failed(Failure::NotArrived(_))
    ));
    assert_file_and_comment_kept(&machine);
    assert!(matches!(
        machine.step_with_effect(Event::Send),
        Effect::Send { .. }
    ));
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
        assert!(machine.can_send() && machine.accepts_files() && machine.has_unsent());
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
    machine.answer_check(Ok(Some(rejected())));
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
    machine.answer_check(Ok(Some(done(1))));
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
    machine.answer_check(Err(problem(ProblemKind::Offline)));
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
    machine.answer_check(Ok(Some(OPEN)));
    assert!(machine.can_send());
}

#[test]
fn a_session_that_shows_the_document_ends_every_doubt() {
    let check_failed = |mut machine: UploadMachine| {
        machine.answer_check(Err(problem(ProblemKind::Server)));
        machine
    };
    let not_arrived = |mut machine: UploadMachine| {
        machine.answer_check(Ok(Some(OPEN)));
        machine
    };
    for mut machine in [
        check_failed(machine_without_answer(OPEN)),
        not_arrived(machine_without_answer(OPEN)),
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
        machine.answer_check(Ok(Some(OPEN)));
        assert_eq!(*machine.state(), UploadState::Review);
        assert_eq!(machine.notice(), Some(Notice::Cancelled));
        assert_file_and_comment_kept(&machine);

        let mut machine = cancelled(OPEN);
        machine.answer_check(Ok(Some(done(2))));
        assert_eq!(*machine.state(), UploadState::Done(Outcome::Verified));

        let mut machine = cancelled(done(1));
        machine.answer_check(Ok(Some(done(1))));
        assert_eq!(
            *machine.state(),
            UploadState::Unsure(ConfirmReason::Cancelled)
        );

        let mut machine = cancelled(OPEN);
        let problem = problem(ProblemKind::Connection);
        machine.answer_check(Err(problem.clone()));
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
        machine.answer_check(Ok(Some(OPEN)));
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
    machine.answer_check(Ok(Some(OPEN)));
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
        file: None,
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
        file: Some(file(1)),
    });
    assert_eq!(*machine.state(), UploadState::Choose);
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
    machine.answer_check(Ok(Some(rejected())));
    assert!(matches!(machine.state(), UploadState::Unsure(_)));
    assert!(machine.can_send() && machine.has_unsent());
}
