//! Random runs: against a simulated server that loses connections, and with events in any order.

use proptest::prelude::*;

use super::{every_state::events, *};

/// What the server knows about one action, and the files that it stored.
#[derive(Debug)]
struct Server {
    action: ActionSnapshot,
    /// How many uploads were stored as the first one.
    first_uploads: u32,
    /// The ids of the stored files, in order.
    stored: Vec<u32>,
    today: u8,
    /// What a proxy on the way has swallowed and not passed on yet.
    swallowed: Vec<(u32, Upload)>,
}

impl Server {
    fn new() -> Self {
        Self {
            action: OPEN,
            first_uploads: 0,
            stored: vec![],
            today: 1,
            swallowed: vec![],
        }
    }

    fn upload(&mut self, file: u32, upload: Upload) -> SendOutcome {
        let is_first = self.action.executed.is_none();
        match (upload, is_first) {
            (Upload::First, false) => failed_with(ProblemKind::AlreadyUploaded),
            (Upload::Again, true) => failed_with(ProblemKind::Rejected),
            _ => {
                self.first_uploads += u32::from(is_first);
                self.stored.push(file);
                self.action = done(self.today);
                SendOutcome::Stored
            }
        }
    }
}

/// One step of a run: mostly an act of the consumer, sometimes one of the network or the office.
#[derive(Debug, Clone, Copy)]
enum Step {
    SelectFile,
    RemoveFile,
    Send,
    ConfirmReplace,
    Back,
    CheckAgain,
    StartOver,
    /// The effect that runs succeeds.
    Succeed,
    /// The consumer cancels after the server has stored the file.
    BackAfterArrival,
    /// The server gets the file, as many times as the browser sends it. The answer is lost.
    LoseAnswer(u8),
    /// The request is lost.
    LoseRequest,
    /// A proxy swallows the request, and the connection is lost.
    Swallow,
    /// A proxy passes on what it swallowed first.
    PassOn,
    /// The file cannot be read.
    Unreadable,
    /// So many percent of the file are sent.
    Progress(u8),
    /// A session is read for another reason.
    ReadSession,
    /// The office rejects the document.
    Reject,
    /// A day passes.
    NextDay,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::SelectFile),
        1 => Just(Step::RemoveFile),
        6 => Just(Step::Send),
        3 => Just(Step::ConfirmReplace),
        2 => Just(Step::Back),
        2 => Just(Step::BackAfterArrival),
        2 => Just(Step::CheckAgain),
        1 => Just(Step::StartOver),
        8 => Just(Step::Succeed),
        3 => (1..4_u8).prop_map(Step::LoseAnswer),
        3 => Just(Step::LoseRequest),
        3 => Just(Step::Swallow),
        3 => Just(Step::PassOn),
        1 => Just(Step::Unreadable),
        2 => (0..=100_u8).prop_map(Step::Progress),
        1 => Just(Step::ReadSession),
        1 => Just(Step::Reject),
        1 => Just(Step::NextDay),
    ]
}

/// A server, and the effect that runs in the browser.
#[derive(Debug)]
struct World {
    server: Server,
    running: Option<Effect>,
    last_file: u32,
}

impl World {
    fn new() -> Self {
        Self {
            server: Server::new(),
            running: None,
            last_file: 1,
        }
    }

    /// Carries out a step. Returns the event that the machine gets from it, if any.
    fn event_of(&mut self, step: Step) -> Option<Event> {
        if let Some(event) = self.event_of_effect(step) {
            return Some(event);
        }
        let is_idle = matches!(self.running, None | Some(Effect::LookAgain { .. }));
        match step {
            Step::SelectFile => {
                self.last_file += 1;
                return Some(Event::SelectFile(file(self.last_file)));
            }
            Step::RemoveFile => return Some(Event::RemoveFile),
            Step::Send => return Some(Event::Send),
            Step::ConfirmReplace => return Some(Event::ConfirmReplace),
            Step::Back => return Some(Event::Back),
            Step::CheckAgain => return Some(Event::CheckAgain),
            Step::StartOver => return Some(Event::StartOver),
            Step::PassOn if !self.server.swallowed.is_empty() => {
                let (file, upload) = self.server.swallowed.remove(0);
                self.server.upload(file, upload);
            }
            // The portal reads no other session while an effect runs that the consumer waits for.
            Step::ReadSession if is_idle => {
                return Some(Event::SessionRead(Some(self.server.action)));
            }
            // The office reviews a document only some time after it arrived.
            Step::Reject if is_idle && self.server.action.executed.is_some() => {
                self.server.action.status = Status::Rejected;
            }
            Step::NextDay => self.server.today = (self.server.today + 1).min(28),
            _ => {}
        }
        None
    }

    /// The event of a step that is about the effect that runs. The effect ends, unless it only reports
    /// progress.
    fn event_of_effect(&mut self, step: Step) -> Option<Event> {
        let server = &mut self.server;
        let event = match (step, self.running.clone()?) {
            (
                Step::Progress(percent),
                Effect::Send {
                    effect_id, file, ..
                },
            ) => {
                return Some(Event::Progress {
                    effect_id,
                    sent: file.size / 100 * u64::from(percent),
                    total: file.size,
                });
            }
            (Step::Succeed, Effect::Prepare { effect_id, file }) => Event::Prepared {
                effect_id,
                prepared: Prepared::File(file),
            },
            (Step::Unreadable, Effect::Prepare { effect_id, .. }) => Event::Prepared {
                effect_id,
                prepared: Prepared::Refused(FileRefusal::Unreadable),
            },
            (
                Step::Succeed,
                Effect::Send {
                    effect_id,
                    file,
                    upload,
                    ..
                },
            ) => Event::SendEnded {
                effect_id,
                outcome: server.upload(file.file, upload),
            },
            (Step::BackAfterArrival, Effect::Send { file, upload, .. }) => {
                server.upload(file.file, upload);
                Event::Back
            }
            (
                Step::LoseAnswer(times),
                Effect::Send {
                    effect_id,
                    file,
                    upload,
                    ..
                },
            ) => {
                for _ in 0..times {
                    server.upload(file.file, upload);
                }
                Event::SendEnded {
                    effect_id,
                    outcome: connection_lost(),
                }
            }
            (
                Step::Swallow,
                Effect::Send {
                    effect_id,
                    file,
                    upload,
                    ..
                },
            ) => {
                server.swallowed.push((file.file, upload));
                Event::SendEnded {
                    effect_id,
                    outcome: connection_lost(),
                }
            }
            (Step::LoseRequest, Effect::Send { effect_id, .. }) => Event::SendEnded {
                effect_id,
                outcome: connection_lost(),
            },
            (Step::Unreadable, Effect::Send { effect_id, .. }) => Event::SendEnded {
                effect_id,
                outcome: SendOutcome::Unreadable,
            },
            (
                Step::Succeed,
                Effect::ReadSession { effect_id } | Effect::LookAgain { effect_id, .. },
            ) => Event::Checked {
                effect_id,
                answer: Ok(Some(server.action)),
            },
            (
                Step::LoseRequest,
                Effect::ReadSession { effect_id } | Effect::LookAgain { effect_id, .. },
            ) => Event::Checked {
                effect_id,
                answer: Err(problem(ProblemKind::Connection)),
            },
            _ => return None,
        };
        self.running = None;
        Some(event)
    }
}

proptest! {
    #[test]
    fn a_done_upload_is_on_the_server_and_is_stored_once_unless_it_replaces(
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let mut world = World::new();
        let mut machine = UploadMachine::new(OPEN);
        let mut stored_at_send = 0;
        for step in steps {
            let stored_before = world.server.stored.len();
            let Some(event) = world.event_of(step) else {
                continue;
            };
            let before = machine.clone();
            let was_done = matches!(machine.state(), UploadState::Done(_));
            let file_before = machine.file().map(|file| file.file);
            let effect = machine.step(event);
            if let Some(Effect::Send { .. }) = effect {
                let is_sending = matches!(world.running, Some(Effect::Send { .. }));
                prop_assert!(!is_sending, "the file is sent while it is being sent");
                stored_at_send = stored_before;
            }
            if effect.is_some() {
                world.running = effect.filter(|effect| *effect != Effect::Stop);
            }

            let server = &world.server;
            prop_assert!(server.first_uploads <= 1);
            // That nothing arrived is said only when nothing did.
            let says_lost = |machine: &UploadMachine| {
                matches!(machine.state(), UploadState::Failed(Failure::NotArrived(_)))
                    || machine.notice() == Some(Notice::CancelledInTime)
            };
            if says_lost(&machine) && !says_lost(&before) {
                prop_assert_eq!(server.stored.len(), stored_at_send, "the document arrived");
            }
            prop_assert!(
                server.stored.len() <= stored_before + 1
                    || server.action.upload == Some(Upload::Again),
            );
            if let (UploadState::Done(outcome), false) = (machine.state(), was_done) {
                match outcome {
                    // One that was swallowed before may have come after it, or be the same file of an earlier send.
                    Outcome::Confirmed | Outcome::Verified => {
                        let file = file_before.expect("a file was sent");
                        prop_assert!(server.stored.contains(&file));
                    }
                    Outcome::AlreadyThere => prop_assert!(!server.stored.is_empty()),
                }
            }
        }
    }

    #[test]
    fn any_order_of_events_keeps_the_file(
        steps in proptest::collection::vec((any::<prop::sample::Index>(), 0..3_u32), 0..80),
    ) {
        let mut machine = UploadMachine::new(OPEN);
        machine.effect_id = 5;
        for (index, age) in steps {
            let events = events(machine.effect_id + 1 - age.min(2));
            let event = index.get(&events).clone();
            let had_file = machine.file().is_some();
            let was_done = matches!(machine.state(), UploadState::Done(_));
            machine.step(event.clone());
            let may_drop_file = matches!(event, Event::RemoveFile)
                || was_done && matches!(event, Event::StartOver | Event::SelectFile(_) | Event::Compose);
            prop_assert!(!had_file || may_drop_file || machine.file().is_some());
        }
    }
}
