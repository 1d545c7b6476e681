//! The flow as stories, then over every state it can reach and every event, then against a server
//! that loses connections.

use std::collections::HashMap;

use super::*;

type Flow = super::Flow<u32>;
type Event = super::Event<u32>;
type Effect = super::Effect<u32>;

// What getsession may say of the action.

fn day(day: u8) -> Option<DateTime> {
    Some(DateTime {
        year: 2026,
        month: 11,
        day,
        time: None,
    })
}

const OPEN: Seen = Seen {
    status: Status::Open,
    executed: None,
    upload: Some(Upload::First),
};

fn rejected() -> Seen {
    Seen {
        status: Status::Rejected,
        executed: day(1),
        upload: Some(Upload::Again),
    }
}

fn done(on: u8) -> Seen {
    Seen {
        status: Status::Done,
        executed: day(on),
        upload: Some(Upload::Again),
    }
}

fn closed(seen: Seen) -> Seen {
    Seen {
        upload: None,
        ..seen
    }
}

// What may happen.

fn file(id: u32) -> Chosen<u32> {
    Chosen {
        file: id,
        name: format!("{id}.pdf"),
        size: 24_000_000,
        mime: "application/pdf",
    }
}

fn problem(kind: ProblemKind) -> Problem {
    Problem::new(kind, "")
}

fn lost() -> Ending {
    Ending::Problem(problem(ProblemKind::Connection))
}

impl Flow {
    /// Takes a step that asks for something, and gives what it asks for.
    fn then(&mut self, event: Event) -> Effect {
        self.step(event).expect("something is to be done")
    }

    /// Takes a step that asks for nothing.
    fn just(&mut self, event: Event) {
        assert_eq!(self.step(event), None);
    }

    fn ends(&mut self, ending: Ending) -> Option<Effect> {
        let turn = self.turn;
        self.step(Event::Ended { turn, ending })
    }

    fn advances(&mut self, sent: u64, total: u64) {
        let turn = self.turn;
        self.just(Event::Progress { turn, sent, total });
    }

    fn hears(&mut self, answer: Result<Option<Seen>, Problem>) {
        let turn = self.turn;
        self.just(Event::Checked { turn, answer });
    }
}

/// A document and a comment, ready to send.
fn reviewed(action: Seen) -> Flow {
    let mut flow = Flow::new(action);
    let Effect::Prepare { turn, file } = flow.then(Event::Choose(file(1))) else {
        panic!("a chosen file is prepared");
    };
    flow.just(Event::Prepared {
        turn,
        file: Some(file),
    });
    flow.just(Event::Comment("hi".into()));
    assert_eq!(*flow.state(), State::Review);
    flow
}

/// A document on its way.
fn sending(action: Seen) -> Flow {
    let mut flow = reviewed(action);
    let effect = match flow.step(Event::Send) {
        None => flow.step(Event::Replace),
        effect => effect,
    };
    assert!(matches!(effect, Some(Effect::Send { .. })));
    flow
}

/// A document whose answer was lost, while getsession is asked.
fn unanswered(action: Seen) -> Flow {
    let mut flow = sending(action);
    assert!(matches!(flow.ends(lost()), Some(Effect::AskSession { .. })));
    flow
}

fn keeps_everything(flow: &Flow) {
    assert_eq!(flow.file(), Some(&file(1)));
    assert_eq!(flow.comment(), "hi");
}

// Stories.

#[test]
fn a_document_is_chosen_sent_and_confirmed() {
    let mut flow = reviewed(OPEN);
    assert!(flow.can_send() && flow.has_unsent() && !flow.is_busy());
    let effect = flow.then(Event::Send);
    assert_eq!(
        effect,
        Effect::Send {
            turn: flow.turn,
            file: file(1),
            comment: "hi".into(),
            upload: Upload::First,
        }
    );
    flow.advances(12_000_000, 24_000_200);
    assert_eq!(
        *flow.state(),
        State::Send {
            sent: 12_000_000,
            total: 24_000_200
        }
    );
    assert!(matches!(
        flow.ends(Ending::Stored),
        Some(Effect::AskSession { .. })
    ));
    assert_eq!(*flow.state(), State::Confirm(Why::Stored));
    flow.hears(Ok(Some(done(2))));
    assert_eq!(*flow.state(), State::Done(Outcome::Confirmed));
    assert!(!flow.has_unsent());
    assert_eq!(flow.file().map(|file| &*file.name), Some("1.pdf"));
}

#[test]
fn a_stored_document_is_done_also_when_getsession_fails_or_lags() {
    for answer in [Err(problem(ProblemKind::Server)), Ok(Some(OPEN)), Ok(None)] {
        let mut flow = sending(OPEN);
        flow.ends(Ending::Stored);
        flow.hears(answer);
        assert_eq!(*flow.state(), State::Done(Outcome::Confirmed));
    }
}

#[test]
fn after_an_unlucky_check_the_next_document_still_replaces_and_is_not_taken_for_the_first() {
    let mut flow = sending(OPEN);
    flow.ends(Ending::Stored);
    flow.hears(Err(problem(ProblemKind::Server)));
    assert!(flow.replaces());
    let Effect::Prepare { turn, file } = flow.then(Event::Choose(file(2))) else {
        panic!("a chosen file is prepared");
    };
    flow.just(Event::Prepared {
        turn,
        file: Some(file),
    });
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::AskReplace);
    flow.then(Event::Replace);
    flow.ends(lost());
    flow.hears(Ok(Some(done(1))));
    assert!(matches!(flow.state(), State::Unsure(_)));
}

#[test]
fn a_second_click_sends_nothing() {
    let mut flow = sending(OPEN);
    flow.just(Event::Send);
    flow.just(Event::Replace);
    flow.ends(Ending::Stored);
    flow.just(Event::Send);
    flow.hears(Ok(Some(done(2))));
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::Done(Outcome::Confirmed));
}

#[test]
fn replacing_is_asked_first_and_once_for_a_document() {
    let mut flow = reviewed(done(1));
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::AskReplace);
    flow.just(Event::Back);
    assert_eq!(*flow.state(), State::Review);
    keeps_everything(&flow);
    flow.just(Event::Send);
    let effect = flow.then(Event::Replace);
    assert!(matches!(
        effect,
        Effect::Send {
            upload: Upload::Again,
            ..
        }
    ));
    flow.ends(Ending::Problem(problem(ProblemKind::TooMany)));
    assert!(
        matches!(flow.then(Event::Send), Effect::Send { .. }),
        "the yes still holds"
    );
}

#[test]
fn a_yes_to_replacing_does_not_hold_for_another_document() {
    let mut flow = sending(done(1));
    flow.ends(Ending::Problem(problem(ProblemKind::TooLarge)));
    let Effect::Prepare { turn, file } = flow.then(Event::Choose(file(2))) else {
        panic!("a chosen file is prepared");
    };
    flow.just(Event::Prepared {
        turn,
        file: Some(file),
    });
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::AskReplace);
}

#[test]
fn a_document_that_came_meanwhile_makes_the_question_appear() {
    let mut flow = reviewed(OPEN);
    flow.just(Event::Session(Some(done(2))));
    assert_eq!(*flow.state(), State::Review);
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::AskReplace);
}

#[test]
fn an_action_that_closes_keeps_the_document_until_it_opens_again() {
    let mut flow = reviewed(OPEN);
    flow.just(Event::Session(None));
    assert_eq!(*flow.state(), State::Closed);
    assert!(!flow.can_send() && flow.has_unsent());
    keeps_everything(&flow);
    flow.just(Event::Session(Some(OPEN)));
    assert_eq!(*flow.state(), State::Review);
    keeps_everything(&flow);
}

#[test]
fn a_lost_answer_is_settled_by_asking() {
    let mut flow = unanswered(OPEN);
    flow.just(Event::Send);
    flow.hears(Ok(Some(done(2))));
    assert_eq!(*flow.state(), State::Done(Outcome::Settled));

    let mut flow = unanswered(OPEN);
    flow.hears(Ok(Some(OPEN)));
    assert!(matches!(
        flow.state(),
        State::Failed(Failure::NotArrived(_))
    ));
    keeps_everything(&flow);
    assert!(matches!(flow.then(Event::Send), Effect::Send { .. }));
}

#[test]
fn whatever_leaves_open_whether_it_was_stored_is_settled_by_asking() {
    for kind in [
        ProblemKind::Connection,
        ProblemKind::Server,
        ProblemKind::NotUnderstood,
        ProblemKind::AlreadyUploaded,
    ] {
        let mut flow = sending(OPEN);
        let effect = flow.ends(Ending::Problem(problem(kind)));
        assert!(
            matches!(effect, Some(Effect::AskSession { .. })),
            "{kind:?}"
        );
        assert!(matches!(flow.state(), State::Confirm(_)), "{kind:?}");
    }
}

#[test]
fn a_refusal_keeps_the_document_and_says_why() {
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
        let mut flow = sending(OPEN);
        flow.ends(Ending::Problem(problem(kind)));
        assert_eq!(
            *flow.state(),
            State::Failed(Failure::Refused(problem(kind)))
        );
        keeps_everything(&flow);
        assert!(flow.can_send() && flow.takes_files() && flow.has_unsent());
    }
}

#[test]
fn a_refusal_for_what_we_do_not_know_brings_a_fresh_session() {
    // NOT_UPLOADED_YET: a replacement of what is not there.
    let mut flow = sending(done(1));
    let effect = flow.ends(Ending::Problem(problem(ProblemKind::Rejected)));
    assert!(matches!(effect, Some(Effect::AskSession { .. })));
    flow.hears(Ok(Some(OPEN)));
    assert!(matches!(flow.state(), State::Failed(_)));
    let effect = flow.then(Event::Send);
    assert!(matches!(
        effect,
        Effect::Send {
            upload: Upload::First,
            ..
        }
    ));
}

#[test]
fn already_uploaded_is_settled_by_asking() {
    let already = || problem(ProblemKind::AlreadyUploaded);
    let mut flow = sending(OPEN);
    flow.ends(Ending::Problem(already()));
    assert_eq!(
        *flow.state(),
        State::Confirm(Why::AlreadyUploaded(already()))
    );
    flow.hears(Ok(Some(done(2))));
    assert_eq!(*flow.state(), State::Done(Outcome::AlreadyThere));
    // It may be somebody else's: the one in hand can take its place.
    keeps_everything(&flow);
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::AskReplace);
    assert!(flow.has_unsent());

    let mut flow = sending(OPEN);
    flow.ends(Ending::Problem(already()));
    flow.hears(Ok(Some(rejected())));
    assert_eq!(*flow.state(), State::Failed(Failure::Refused(already())));
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::AskReplace);
}

#[test]
fn a_rejected_document_is_replaced_when_the_action_is_done_again() {
    let mut flow = unanswered(rejected());
    flow.hears(Ok(Some(done(1))));
    assert_eq!(*flow.state(), State::Done(Outcome::Settled));

    let mut flow = unanswered(rejected());
    flow.hears(Ok(Some(rejected())));
    assert!(matches!(
        flow.state(),
        State::Failed(Failure::NotArrived(_))
    ));
}

#[test]
fn a_done_action_shows_a_replacement_only_by_its_date() {
    let mut flow = unanswered(done(1));
    flow.hears(Ok(Some(done(2))));
    assert_eq!(*flow.state(), State::Done(Outcome::Settled));

    let mut flow = unanswered(done(1));
    flow.hears(Ok(Some(done(1))));
    assert!(matches!(flow.state(), State::Unsure(_)));
    keeps_everything(&flow);
    assert!(matches!(
        flow.then(Event::Send),
        Effect::Send {
            upload: Upload::Again,
            ..
        }
    ));
}

#[test]
fn what_could_not_be_checked_is_checked_again_and_not_sent_again() {
    let mut flow = unanswered(OPEN);
    flow.hears(Err(problem(ProblemKind::Offline)));
    assert!(matches!(flow.state(), State::Unchecked(..)));
    keeps_everything(&flow);
    let before = flow.clone();
    for event in [
        Event::Send,
        Event::Replace,
        Event::Remove,
        Event::Choose(file(2)),
        Event::Comment("ho".into()),
        Event::Back,
        Event::Session(Some(OPEN)),
    ] {
        flow.just(event);
        assert_eq!(flow, before);
    }
    assert!(matches!(flow.then(Event::Check), Effect::AskSession { .. }));
    flow.hears(Ok(Some(OPEN)));
    assert!(flow.can_send());
}

#[test]
fn a_session_that_shows_the_document_settles_any_doubt() {
    let check_failed = |mut flow: Flow| {
        flow.hears(Err(problem(ProblemKind::Server)));
        flow
    };
    let not_arrived = |mut flow: Flow| {
        flow.hears(Ok(Some(OPEN)));
        flow
    };
    for mut flow in [
        check_failed(unanswered(OPEN)),
        not_arrived(unanswered(OPEN)),
    ] {
        flow.just(Event::Session(Some(done(2))));
        assert_eq!(*flow.state(), State::Done(Outcome::Settled));
    }
    let mut flow = sending(OPEN);
    flow.ends(Ending::Problem(problem(ProblemKind::AlreadyUploaded)));
    let mut flow = check_failed(flow);
    flow.just(Event::Session(Some(done(2))));
    assert_eq!(*flow.state(), State::Done(Outcome::AlreadyThere));
}

#[test]
fn cancelling_is_settled_by_asking_however_little_was_sent() {
    for (sent, total) in [(0, 0), (12_000_000, 24_000_200), (24_000_200, 24_000_200)] {
        let cancelled = |action| {
            let mut flow = sending(action);
            flow.advances(sent, total);
            assert!(matches!(flow.then(Event::Back), Effect::AskSession { .. }));
            assert_eq!(*flow.state(), State::Confirm(Why::Cancelled));
            flow
        };
        let mut flow = cancelled(OPEN);
        flow.hears(Ok(Some(OPEN)));
        assert_eq!(*flow.state(), State::Review);
        assert_eq!(flow.notice(), Some(Notice::Cancelled));
        keeps_everything(&flow);

        let mut flow = cancelled(OPEN);
        flow.hears(Ok(Some(done(2))));
        assert_eq!(*flow.state(), State::Done(Outcome::Settled));

        let mut flow = cancelled(done(1));
        flow.hears(Ok(Some(done(1))));
        assert_eq!(*flow.state(), State::Unsure(Why::Cancelled));

        let mut flow = cancelled(OPEN);
        let problem = problem(ProblemKind::Connection);
        flow.hears(Err(problem.clone()));
        assert_eq!(*flow.state(), State::Unchecked(Why::Cancelled, problem));
        keeps_everything(&flow);
    }
}

#[test]
fn a_cancelled_document_that_shows_up_later_is_said_to_be_there() {
    for seen in [done(2), closed(done(2))] {
        let mut flow = sending(OPEN);
        flow.then(Event::Back);
        flow.hears(Ok(Some(OPEN)));
        flow.just(Event::Session(Some(seen)));
        assert_eq!(*flow.state(), State::Done(Outcome::Settled));
        assert_eq!(flow.notice(), None);
    }
}

#[test]
fn news_of_a_cancelled_attempt_is_ignored() {
    let mut flow = sending(OPEN);
    let turn = flow.turn;
    flow.then(Event::Back);
    flow.hears(Ok(Some(OPEN)));
    flow.then(Event::Send);
    let before = flow.clone();
    flow.just(Event::Progress {
        turn,
        sent: 9,
        total: 9,
    });
    for ending in [Ending::Stored, lost(), Ending::Unreadable] {
        flow.just(Event::Ended { turn, ending });
    }
    assert_eq!(flow, before);
}

#[test]
fn progress_never_runs_backwards() {
    let mut flow = sending(OPEN);
    flow.advances(500, 1_000);
    flow.advances(100, 1_000);
    flow.advances(400, 0);
    assert_eq!(
        *flow.state(),
        State::Send {
            sent: 500,
            total: 1_000
        }
    );
    flow.advances(5_000, 1_000);
    assert_eq!(
        *flow.state(),
        State::Send {
            sent: 1_000,
            total: 1_000
        }
    );
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_one_in_hand() {
    let mut flow = reviewed(OPEN);
    flow.then(Event::Choose(file(2)));
    let turn = flow.turn;
    flow.just(Event::Prepared { turn, file: None });
    assert_eq!(*flow.state(), State::Review);
    assert_eq!(flow.notice(), Some(Notice::Refused(Refusal::Unreadable)));
    keeps_everything(&flow);
}

#[test]
fn a_file_that_became_unreadable_is_a_failure_that_keeps_the_comment() {
    let mut flow = sending(OPEN);
    assert_eq!(flow.ends(Ending::Unreadable), None);
    assert_eq!(*flow.state(), State::Failed(Failure::Unreadable));
    assert_eq!(flow.comment(), "hi");
    flow.just(Event::Remove);
    assert_eq!(*flow.state(), State::Choose);
    assert_eq!(flow.comment(), "hi");
}

#[test]
fn a_refused_file_leaves_the_one_in_hand() {
    let mut flow = reviewed(OPEN);
    flow.just(Event::Refuse(Refusal::Empty));
    assert_eq!(flow.notice(), Some(Notice::Refused(Refusal::Empty)));
    keeps_everything(&flow);
    flow.then(Event::Choose(file(1)));
    assert_eq!(flow.notice(), None);
}

#[test]
fn preparing_can_be_cancelled() {
    let mut flow = Flow::new(OPEN);
    flow.then(Event::Choose(file(1)));
    assert!(flow.is_busy() && flow.has_unsent());
    assert_eq!(flow.then(Event::Back), Effect::Stop);
    assert_eq!(*flow.state(), State::Choose);
    let turn = flow.turn;
    flow.just(Event::Prepared {
        turn,
        file: Some(file(1)),
    });
    assert_eq!(*flow.state(), State::Choose);
}

#[test]
fn an_expired_session_keeps_everything_and_a_new_one_brings_it_back() {
    let mut flow = sending(OPEN);
    flow.ends(Ending::Problem(problem(ProblemKind::Expired)));
    flow.just(Event::Session(Some(OPEN)));
    assert_eq!(*flow.state(), State::Review);
    keeps_everything(&flow);
}

#[test]
fn a_comment_can_be_as_long_as_a_header_may_be() {
    let mut flow = reviewed(OPEN);
    flow.just(Event::Comment("x".repeat(COMMENT_BYTES)));
    assert_eq!(flow.comment_left(), 0);
    assert!(flow.can_send());
    flow.just(Event::Comment("é".repeat(COMMENT_BYTES / 6 + 1)));
    assert!(flow.comment_left() < 0);
    flow.just(Event::Send);
    assert_eq!(*flow.state(), State::Review);
    flow.just(Event::Comment("regel\r\nregel".into()));
    assert_eq!(flow.comment_left(), COMMENT_BYTES as isize - 11);
}

#[test]
fn after_it_arrived_another_can_be_handed_in() {
    let mut flow = sending(OPEN);
    flow.ends(Ending::Stored);
    flow.hears(Ok(Some(done(2))));
    flow.just(Event::Again);
    assert_eq!(*flow.state(), State::Choose);
    assert_eq!((flow.file(), flow.comment()), (None, ""));
    assert!(flow.replaces());
}

#[test]
fn an_action_that_takes_no_upload_starts_closed() {
    let mut flow = Flow::new(closed(OPEN));
    assert_eq!(*flow.state(), State::Closed);
    assert!(!flow.takes_files());
    flow.just(Event::Choose(file(1)));
    assert_eq!(*flow.state(), State::Closed);
}

// Every state that can be reached, and every event.

/// The flow's behaviour does not hang on which turn it is, which file is in hand, or what the words
/// are: two that differ only in those count as one.
fn representative(mut flow: Flow) -> Flow {
    flow.turn = 7;
    flow.notice = None;
    flow.comment = "hi".into();
    for held in [&mut flow.file, &mut flow.candidate] {
        if held.is_some() {
            *held = Some(file(1));
        }
    }
    flow
}

fn sessions() -> Vec<Option<Seen>> {
    [
        OPEN,
        rejected(),
        done(1),
        done(2),
        closed(OPEN),
        closed(done(1)),
    ]
    .into_iter()
    .map(Some)
    .chain([None])
    .collect()
}

/// Every event, news of the turn before this one too. The endings are one of each kind the flow tells
/// apart.
fn events(now: u32) -> Vec<Event> {
    let mut all = vec![
        Event::Choose(file(2)),
        Event::Refuse(Refusal::Empty),
        Event::Comment("ho".into()),
        Event::Remove,
        Event::Send,
        Event::Replace,
        Event::Back,
        Event::Check,
        Event::Again,
    ];
    for turn in [now - 1, now] {
        all.push(Event::Prepared { turn, file: None });
        all.push(Event::Prepared {
            turn,
            file: Some(file(2)),
        });
        for sent in [0, 12_000_000, 24_000_000] {
            all.push(Event::Progress {
                turn,
                sent,
                total: 24_000_000,
            });
        }
        let mut endings = vec![Ending::Stored, Ending::Unreadable];
        for kind in [
            ProblemKind::Connection,
            ProblemKind::AlreadyUploaded,
            ProblemKind::Offline,
            ProblemKind::TooLarge,
            ProblemKind::Closed,
        ] {
            endings.push(Ending::Problem(problem(kind)));
        }
        all.extend(
            endings
                .into_iter()
                .map(|ending| Event::Ended { turn, ending }),
        );
        let answers = sessions().into_iter().map(Ok);
        let answers = answers.chain([Err(problem(ProblemKind::Connection))]);
        all.extend(answers.map(|answer| Event::Checked { turn, answer }));
    }
    all.extend(sessions().into_iter().map(Event::Session));
    all
}

struct Step {
    from: usize,
    event: Event,
    effect: Option<Effect>,
    /// As it came out, before it was made representative.
    after: Flow,
    to: usize,
}

/// Every state that can be reached from any beginning, and every step between them.
fn everything() -> (Vec<Flow>, Vec<Step>) {
    let mut known = HashMap::new();
    let mut flows = Vec::new();
    let mut steps = Vec::new();
    let mut number = |flow: Flow, flows: &mut Vec<Flow>| {
        let flow = representative(flow);
        *known.entry(format!("{flow:?}")).or_insert_with(|| {
            flows.push(flow);
            flows.len() - 1
        })
    };
    for seen in sessions().into_iter().flatten() {
        number(Flow::new(seen), &mut flows);
    }
    let mut from = 0;
    while from < flows.len() {
        for event in events(flows[from].turn) {
            let mut after = flows[from].clone();
            let effect = after.step(event.clone());
            let to = number(after.clone(), &mut flows);
            steps.push(Step {
                from,
                event,
                effect,
                after,
                to,
            });
        }
        from += 1;
    }
    (flows, steps)
}

/// Whether an event is news of an earlier turn.
fn is_stale(event: &Event, now: u32) -> bool {
    match event {
        Event::Prepared { turn, .. }
        | Event::Progress { turn, .. }
        | Event::Ended { turn, .. }
        | Event::Checked { turn, .. } => *turn != now,
        _ => false,
    }
}

#[test]
fn over_every_state_and_event_nothing_is_lost_and_nothing_is_sent_twice() {
    use State::*;
    let (flows, steps) = everything();
    for step in &steps {
        let (before, after) = (&flows[step.from], &step.after);
        let told = || {
            format!(
                "{before:?}\n--{:?}-->\n{after:?}\n{:?}",
                step.event, step.effect
            )
        };

        if is_stale(&step.event, before.turn) {
            assert_eq!((before, &None), (after, &step.effect), "{}", told());
        }

        // The document and the comment.
        let was_done = matches!(before.state, Done(_));
        let starts_over = was_done && matches!(step.event, Event::Again | Event::Choose(_));
        let lets_go = matches!(
            step.event,
            Event::Remove | Event::Prepared { file: Some(_), .. }
        );
        if before.file.is_some() && !starts_over && !lets_go {
            assert_eq!(after.file, before.file, "{}", told());
        }
        if !starts_over && !matches!(step.event, Event::Comment(_)) {
            assert_eq!(after.comment, before.comment, "{}", told());
        }
        if matches!(step.event, Event::Comment(_)) {
            assert_eq!(after.state, before.state, "{}", told());
        }

        // Sending.
        if let Some(Effect::Send { upload, file, .. }) = &step.effect {
            let from_rest = matches!(
                before.state,
                Review | Failed(_) | Unsure(_) | AskReplace | Done(_)
            );
            assert!(from_rest, "{}", told());
            assert!(
                matches!(step.event, Event::Send | Event::Replace),
                "{}",
                told()
            );
            assert!(matches!(after.state, Send { .. }), "{}", told());
            assert_eq!(Some(*upload), before.now.upload, "{}", told());
            assert_eq!(Some(file), before.file.as_ref(), "{}", told());
            assert!(*upload == Upload::First || after.agreed, "{}", told());
            assert_eq!(after.before, before.now, "{}", told());
        }
        let left_sending =
            matches!(before.state, Send { .. }) && !matches!(after.state, Send { .. });
        if left_sending {
            assert!(
                matches!(step.event, Event::Ended { .. } | Event::Back),
                "{}",
                told()
            );
        }
        let left_confirming =
            matches!(before.state, Confirm(_)) && !matches!(after.state, Confirm(_));
        if left_confirming {
            assert!(matches!(step.event, Event::Checked { .. }), "{}", told());
        }

        // Effects are new turns, and what the state says is under way.
        let turn = match &step.effect {
            Some(Effect::Prepare { turn, .. }) => {
                assert!(matches!(after.state, Prepare), "{}", told());
                Some(*turn)
            }
            Some(Effect::AskSession { turn }) => {
                assert!(matches!(after.state, Confirm(_) | Failed(_)), "{}", told());
                Some(*turn)
            }
            Some(Effect::Send { turn, .. }) => Some(*turn),
            Some(Effect::Stop) => {
                assert!(before.is_busy() && !after.is_busy(), "{}", told());
                None
            }
            None => {
                let begins = after.is_busy() && !before.is_busy();
                assert!(!begins, "nobody was asked to do it: {}", told());
                None
            }
        };
        assert_eq!(after.turn, turn.unwrap_or(before.turn), "{}", told());
        assert!(turn.is_none_or(|turn| turn > before.turn), "{}", told());

        // Done only by word of the server or by the action's own look.
        if matches!(after.state, Done(_)) && !was_done {
            let by_word = matches!(before.state, Confirm(Why::Stored));
            let shown = after.now.status == Status::Done || after.now.executed.is_some();
            let gone = after.now.upload.is_none();
            assert!(by_word || shown || gone, "{}", told());
        }
    }
}

#[test]
fn in_every_state_what_it_says_of_itself_holds() {
    use State::*;
    let (flows, _) = everything();
    for flow in &flows {
        let holds = flow.file.is_some();
        match flow.state {
            Choose => assert!(!holds, "{flow:?}"),
            Prepare | Closed => {}
            _ => assert!(holds, "{flow:?}"),
        }
        assert_eq!(
            matches!(flow.state, Prepare),
            flow.candidate.is_some(),
            "{flow:?}"
        );
        assert!(!(flow.is_busy() && flow.can_send()), "{flow:?}");
        if let Choose | Review = flow.state {
            assert!(flow.now.upload.is_some(), "{flow:?}");
        }
        let changes = flow.clone().step(Event::Send).is_some() || {
            let mut after = flow.clone();
            after.step(Event::Send);
            after.state != flow.state
        };
        assert_eq!(flow.can_send(), changes, "{flow:?}");
    }
}

#[test]
fn from_every_state_there_is_a_way_to_done() {
    let (flows, steps) = everything();
    // Without a lucky session from elsewhere, as long as the action takes a document at all.
    let reaches_done = |may_follow: &dyn Fn(&Step) -> bool| {
        let mut reaches: Vec<_> = flows
            .iter()
            .map(|flow| matches!(flow.state, State::Done(_)))
            .collect();
        loop {
            let mut changed = false;
            for step in steps.iter().filter(|step| may_follow(step)) {
                if reaches[step.to] && !reaches[step.from] {
                    reaches[step.from] = true;
                    changed = true;
                }
            }
            if !changed {
                return reaches;
            }
        }
    };
    let by_oneself = reaches_done(&|step| !matches!(step.event, Event::Session(_)));
    let at_all = reaches_done(&|_| true);
    for (at, flow) in flows.iter().enumerate() {
        assert!(at_all[at], "{flow:?}");
        assert!(by_oneself[at] || flow.now.upload.is_none(), "{flow:?}");
    }
}

#[test]
fn every_failure_and_doubt_has_a_way_out_and_every_wait_can_end() {
    let (flows, steps) = everything();
    for (at, flow) in flows.iter().enumerate() {
        let leaves = |may: &dyn Fn(&Event) -> bool| {
            steps
                .iter()
                .any(|step| step.from == at && may(&step.event) && step.after.state != flow.state)
        };
        match flow.state {
            State::Failed(_) | State::Unsure(_) | State::Unchecked(..) => {
                let consumers = |event: &Event| {
                    use super::Event::*;
                    matches!(event, Choose(_) | Remove | Send | Back | Check)
                };
                assert!(leaves(&consumers), "{flow:?}");
            }
            _ if flow.is_busy() => {
                let answer = |event: &Event| {
                    use super::Event::*;
                    matches!(event, Prepared { .. } | Ended { .. } | Checked { .. })
                };
                assert!(leaves(&answer), "{flow:?}");
            }
            _ => {}
        }
    }
}

// Against a server that loses connections.

mod against_a_server {
    use proptest::prelude::*;

    use super::*;

    /// What a server knows of one action, and what came to it.
    #[derive(Debug)]
    struct Server {
        action: Seen,
        firsts: u32,
        stored: Vec<u32>,
        today: u8,
    }

    impl Server {
        fn upload(&mut self, file: u32, upload: Upload) -> Ending {
            let first = self.action.executed.is_none();
            match (upload, first) {
                (Upload::First, false) => Ending::Problem(problem(ProblemKind::AlreadyUploaded)),
                (Upload::Again, true) => Ending::Problem(problem(ProblemKind::Rejected)),
                _ => {
                    self.firsts += u32::from(first);
                    self.stored.push(file);
                    self.action = done(self.today);
                    Ending::Stored
                }
            }
        }
    }

    /// What happens next: mostly the consumer clicking about, some of it the network and the office.
    #[derive(Debug, Clone, Copy)]
    enum Turn {
        Choose,
        Remove,
        Send,
        Replace,
        Back,
        Check,
        Again,
        /// What runs goes well.
        Answer,
        /// The consumer cancels what has come through.
        BackTooLate,
        /// The document comes through, as often as the browser sends it, and its answer does not.
        LoseAnswer(u8),
        /// Nothing comes through.
        Lose,
        Unreadable,
        Progress(u8),
        Session,
        Reject,
        Tomorrow,
    }

    fn turn() -> impl Strategy<Value = Turn> {
        prop_oneof![
            3 => Just(Turn::Choose),
            1 => Just(Turn::Remove),
            6 => Just(Turn::Send),
            3 => Just(Turn::Replace),
            2 => Just(Turn::Back),
            2 => Just(Turn::BackTooLate),
            2 => Just(Turn::Check),
            1 => Just(Turn::Again),
            8 => Just(Turn::Answer),
            3 => (1..4_u8).prop_map(Turn::LoseAnswer),
            3 => Just(Turn::Lose),
            1 => Just(Turn::Unreadable),
            2 => (0..=100_u8).prop_map(Turn::Progress),
            1 => Just(Turn::Session),
            1 => Just(Turn::Reject),
            1 => Just(Turn::Tomorrow),
        ]
    }

    proptest! {
        #[test]
        fn what_is_called_done_is_there_and_nothing_comes_twice_unasked(
            turns in proptest::collection::vec(turn(), 0..60),
        ) {
            let mut server = Server { action: OPEN, firsts: 0, stored: vec![], today: 1 };
            let mut flow = Flow::new(OPEN);
            let mut running: Option<Effect> = None;
            let mut next_file = 1;
            let mut stored_when_sent = 0;
            for turn in turns {
                let stored_before = server.stored.len();
                let event = match (turn, running.take()) {
                    (Turn::Choose, kept) => {
                        running = kept;
                        next_file += 1;
                        Event::Choose(file(next_file))
                    }
                    (Turn::Progress(percent), Some(Effect::Send { turn, file, comment, upload })) => {
                        let event = Event::Progress {
                            turn,
                            sent: file.size / 100 * u64::from(percent),
                            total: file.size,
                        };
                        running = Some(Effect::Send { turn, file, comment, upload });
                        event
                    }
                    (Turn::Answer, Some(Effect::Prepare { turn, file })) => {
                        Event::Prepared { turn, file: Some(file) }
                    }
                    (Turn::Unreadable, Some(Effect::Prepare { turn, .. })) => {
                        Event::Prepared { turn, file: None }
                    }
                    (Turn::Answer, Some(Effect::Send { turn, file, upload, .. })) => {
                        Event::Ended { turn, ending: server.upload(file.file, upload) }
                    }
                    (Turn::BackTooLate, Some(Effect::Send { file, upload, .. })) => {
                        server.upload(file.file, upload);
                        Event::Back
                    }
                    (Turn::LoseAnswer(times), Some(Effect::Send { turn, file, upload, .. })) => {
                        for _ in 0..times {
                            server.upload(file.file, upload);
                        }
                        Event::Ended { turn, ending: lost() }
                    }
                    (Turn::Lose, Some(Effect::Send { turn, .. })) => {
                        Event::Ended { turn, ending: lost() }
                    }
                    (Turn::Unreadable, Some(Effect::Send { turn, .. })) => {
                        Event::Ended { turn, ending: Ending::Unreadable }
                    }
                    (Turn::Answer, Some(Effect::AskSession { turn })) => {
                        Event::Checked { turn, answer: Ok(Some(server.action)) }
                    }
                    (Turn::Lose, Some(Effect::AskSession { turn })) => {
                        let problem = problem(ProblemKind::Connection);
                        Event::Checked { turn, answer: Err(problem) }
                    }
                    (turn, kept) => {
                        running = kept;
                        match turn {
                            Turn::Remove => Event::Remove,
                            Turn::Send => Event::Send,
                            Turn::Replace => Event::Replace,
                            Turn::Back => Event::Back,
                            Turn::Check => Event::Check,
                            Turn::Again => Event::Again,
                            // A refresh never overtakes what runs.
                            Turn::Session if running.is_none() => Event::Session(Some(server.action)),
                            // The office looks at a document a good while after it came.
                            Turn::Reject if running.is_none() && server.action.executed.is_some() => {
                                server.action.status = Status::Rejected;
                                continue;
                            }
                            Turn::Tomorrow => {
                                server.today = (server.today + 1).min(28);
                                continue;
                            }
                            _ => continue,
                        }
                    }
                };
                let was_done = matches!(flow.state(), State::Done(_));
                let was_held = flow.file().cloned();
                let effect = flow.step(event.clone());
                if let Some(Effect::Send { .. }) = effect {
                    let sends = matches!(running, Some(Effect::Send { .. }));
                    prop_assert!(!sends, "sent while it was being sent");
                    stored_when_sent = stored_before;
                }
                if effect.is_some() {
                    running = effect.filter(|effect| *effect != Effect::Stop);
                }
                prop_assert!(server.firsts <= 1);
                if flow.notice() == Some(Notice::Cancelled) {
                    prop_assert_eq!(server.stored.len(), stored_when_sent, "it is there");
                }
                prop_assert!(
                    server.stored.len() <= stored_before + 1 || server.action.upload == Some(Upload::Again),
                );
                if let (State::Done(outcome), false) = (flow.state(), was_done) {
                    let held = was_held.map(|held| held.file);
                    match outcome {
                        Outcome::Confirmed | Outcome::Settled => {
                            prop_assert_eq!(server.stored.last().copied(), held);
                        }
                        Outcome::AlreadyThere => prop_assert!(!server.stored.is_empty()),
                    }
                }
            }
        }

        #[test]
        fn no_events_in_any_order_break_it(
            steps in proptest::collection::vec((any::<prop::sample::Index>(), 0..3_u32), 0..80),
        ) {
            let mut flow = Flow::new(OPEN);
            flow.turn = 5;
            for (index, back) in steps {
                let events = events(flow.turn + 1 - back.min(2));
                let event = index.get(&events).clone();
                let held = flow.file().is_some();
                let was_done = matches!(flow.state(), State::Done(_));
                flow.step(event.clone());
                let may_let_go = matches!(event, Event::Remove)
                    || was_done && matches!(event, Event::Again | Event::Choose(_));
                prop_assert!(!held || may_let_go || flow.file().is_some());
            }
        }
    }
}
