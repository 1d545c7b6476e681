//! The upload of one document for one action, as a state machine: select a file, prepare it, review it,
//! send it, and confirm that it arrived. Every failure is a state that the consumer can leave.
//!
//! This module does not use the browser. An [`Event`] says what happened, an [`Effect`] says what to do.
//! The file is kept beside the [`UploadState`], not in it, so a change of state cannot drop it. Only
//! [`Event::RemoveFile`], another selected file, and [`Event::StartOver`] after the upload drop it.

mod types;

use accelerate::{
    problem::{Problem, ProblemKind},
    request::encode_header,
    session::{Status, Upload},
};

pub use types::{
    ActionSnapshot, ConfirmReason, Effect, Event, Failure, Notice, Outcome, Prepared, SelectedFile,
    Unsent, UploadState, Warning, WaysOut,
};

use crate::api::upload::SendOutcome;

/// The longest comment, in bytes as it is sent. The comment goes in a request header, and servers
/// commonly refuse headers from 4 or 8 KB on. A plain letter takes one byte, an é six, an emoji twelve.
pub const COMMENT_BYTES: usize = 2_000;

/// How long to wait before getsession is read again, in seconds, while it is not known whether the document
/// arrives: what a proxy or a scanner on the way has swallowed may be passed on minutes later. The last pause
/// comes again until getsession could be read. What is said of the document's fate until then, and after it,
/// is in `docs/what-the-page-says.md`.
pub const PAUSES: [u32; 8] = [2, 4, 8, 16, 30, 60, 60, 120];

/// The upload of one document for one action. `F` is the caller's handle of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadMachine<F> {
    state: UploadState,
    /// The file to send, or the file that was sent.
    file: Option<SelectedFile<F>>,
    /// The file that is being prepared, and replaces `file` when it is ready; or the one that a document is put together
    /// of.
    candidate: Option<SelectedFile<F>>,
    comment: String,
    notice: Option<Notice>,
    /// What getsession last said about the action.
    snapshot: ActionSnapshot,
    /// The value of `snapshot` when the last send began.
    snapshot_at_send: ActionSnapshot,
    /// Whether the consumer agreed that `file` replaces an earlier document.
    replace_confirmed: bool,
    /// What is not known of the last send, as long as getsession is read again to find out.
    doubt: Option<Doubt>,
    /// Whether a send of `file` had no clear answer. It may arrive at any time.
    is_sent_in_doubt: bool,
    /// The same of a file before: what getsession shows may be that one.
    is_other_in_doubt: bool,
    /// How often in a row `file` did not get through, although getsession was answered.
    losses: u32,
    /// The id of the last effect that reports back. Events with another id are ignored.
    effect_id: u32,
}

/// It is not known whether what was sent arrives.
#[derive(Debug, Clone, PartialEq)]
struct Doubt {
    /// Why it is not known.
    reason: ConfirmReason,
    /// How often getsession was read again and did not show the document.
    looks: usize,
}

impl<F: Clone> UploadMachine<F> {
    /// Creates the machine from what getsession says about the action.
    pub fn new(snapshot: ActionSnapshot) -> Self {
        let mut machine = Self {
            state: UploadState::Choose,
            file: None,
            candidate: None,
            comment: String::new(),
            notice: None,
            snapshot,
            snapshot_at_send: snapshot,
            replace_confirmed: false,
            doubt: None,
            is_sent_in_doubt: false,
            is_other_in_doubt: false,
            losses: 0,
            effect_id: 0,
        };
        machine.go_idle();
        machine
    }

    /// The step that the upload has reached.
    pub fn state(&self) -> &UploadState {
        &self.state
    }

    /// The selected file. It is kept after the upload: its name is shown, and
    /// [`Outcome::AlreadyThere`] can send it.
    pub fn file(&self) -> Option<&SelectedFile<F>> {
        self.file.as_ref()
    }

    /// The file that is being prepared, or that a document is put together of.
    pub fn candidate(&self) -> Option<&SelectedFile<F>> {
        self.candidate.as_ref()
    }

    /// The consumer's comment.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// How many bytes the comment can still grow, counted as it is sent. Below zero it is too long to
    /// send.
    pub fn comment_left(&self) -> isize {
        COMMENT_BYTES as isize - encode_header(&self.comment).len() as isize
    }

    /// The message to show beside the state.
    pub fn notice(&self) -> Option<Notice> {
        self.notice
    }

    /// Whether sending would replace an earlier document.
    pub fn replaces(&self) -> bool {
        self.snapshot.upload == Some(Upload::Again)
    }

    /// Whether the file did not get through twice or more, although the connection is good: something on the
    /// way does not let it pass.
    pub fn keeps_getting_lost(&self) -> bool {
        self.losses > 1
    }

    /// Which ways out of the failure can work.
    pub fn ways_out(&self) -> WaysOut {
        let problem = match &self.state {
            UploadState::Failed(Failure::Unreadable) => return WaysOut::OtherFile,
            UploadState::Failed(_) if self.keeps_getting_lost() => return WaysOut::OtherFileFirst,
            UploadState::Failed(Failure::Refused(problem)) => problem,
            _ => return WaysOut::SendAgain,
        };
        // The other way to upload than the one that was refused, first document or replacement, is a way.
        let is_changed = self.snapshot.upload != self.snapshot_at_send.upload;
        match problem.kind {
            ProblemKind::Rejected if is_changed => WaysOut::SendAgain,
            ProblemKind::Closed => WaysOut::None,
            ProblemKind::TooLarge | ProblemKind::UnsupportedKind => WaysOut::OtherFile,
            // Unprocessable content: the file itself is what is wrong. (The gateway answers so without a
            // reason too.)
            ProblemKind::Rejected
                if problem.status == Some(422) && problem.code.as_deref() != Some("REFUSED") =>
            {
                WaysOut::OtherFile
            }
            ProblemKind::Rejected => WaysOut::OtherFileFirst,
            _ => WaysOut::SendAgain,
        }
    }

    /// Whether an effect still runs, as far as the machine is concerned: none has begun after it.
    pub fn waits_for(&self, effect_id: u32) -> bool {
        effect_id == self.effect_id
    }

    /// Forgets what was selected, and the effect that runs: what it reports changes nothing any more.
    pub fn forget(&mut self) {
        (self.file, self.candidate, self.doubt) = (None, None, None);
        self.comment.clear();
        self.next_effect_id();
    }

    /// Whether the consumer waits for an effect.
    pub fn is_busy(&self) -> bool {
        matches!(
            self.state,
            UploadState::Restore
                | UploadState::Prepare
                | UploadState::Send { .. }
                | UploadState::Confirm(_)
        )
    }

    /// Whether a document is put together.
    pub fn is_composing(&self) -> bool {
        matches!(self.state, UploadState::Compose)
    }

    /// What is to outlive the page; `None` when there is nothing, or it has arrived.
    pub fn unsent(&self) -> Option<Unsent<F>> {
        let is_in_doubt = self.is_in_doubt();
        self.has_unsent().then(|| Unsent {
            file: self.file.clone(),
            candidate: self.candidate.clone(),
            is_composing: self.is_composing(),
            comment: self.comment.clone(),
            sent: is_in_doubt.then_some(self.snapshot_at_send),
        })
    }

    /// Whether a document was sent before, by whom it may be.
    pub fn was_sent(&self) -> bool {
        self.is_sent_in_doubt || self.is_other_in_doubt || self.replaces()
    }

    /// Whether the file was sent, and nobody knows yet whether it arrived.
    pub fn is_in_doubt(&self) -> bool {
        use UploadState::*;
        self.is_sent_in_doubt
            || matches!(
                self.state,
                Send { .. } | Confirm(_) | Unchecked(..) | Unsure(_)
            )
    }

    /// Whether closing the page would lose a file that may not have arrived. A comment alone is for no document.
    pub fn has_unsent(&self) -> bool {
        let has_input = self.file.is_some() || self.candidate.is_some() || self.is_composing();
        // Whose document is there already nobody knows: this one can still be sent.
        let has_arrived = matches!(
            self.state,
            UploadState::Done(Outcome::Confirmed | Outcome::Verified)
                | UploadState::Confirm(ConfirmReason::Stored)
        );
        has_input && !has_arrived
    }

    /// Whether the consumer can select or drop a file now.
    pub fn accepts_files(&self) -> bool {
        use UploadState::*;
        matches!(
            self.state,
            Choose | Prepare | Compose | Review | AskReplace | Failed(_) | Unsure(_) | Done(_)
        ) && self.snapshot.upload.is_some()
    }

    /// Whether the consumer can change the comment now.
    pub fn accepts_comment(&self) -> bool {
        use UploadState::*;
        matches!(
            self.state,
            Choose | Prepare | Compose | Review | Failed(_) | Unsure(_) | Closed
        )
    }

    /// Whether [`Event::Send`] would send the file, or ask whether it may replace a document.
    pub fn can_send(&self) -> bool {
        use UploadState::*;
        let state_allows = matches!(
            self.state,
            Review | Failed(_) | Unsure(_) | Done(Outcome::AlreadyThere)
        );
        let can_work = !matches!(self.ways_out(), WaysOut::OtherFile | WaysOut::None);
        state_allows
            && can_work
            && self.file.is_some()
            && self.snapshot.upload.is_some()
            && self.comment_left() >= 0
    }

    /// Handles one event, and returns the effect to run.
    pub fn step(&mut self, event: Event<F>) -> Option<Effect<F>> {
        match event {
            Event::Restore => {
                let is_new = self.file.is_none() && self.doubt.is_none();
                if is_new && matches!(self.state, UploadState::Choose | UploadState::Closed) {
                    self.state = UploadState::Restore;
                    let effect_id = self.next_effect_id();
                    return Some(Effect::Restore { effect_id });
                }
            }
            Event::Restored { effect_id, unsent } => {
                if effect_id == self.effect_id && matches!(self.state, UploadState::Restore) {
                    self.go_idle();
                    return unsent.and_then(|unsent| self.restore(unsent));
                }
            }
            Event::SelectFile(file) => return self.select_file(file),
            Event::RefuseFile(refusal) => {
                if self.accepts_files() {
                    self.notice = Some(Notice::FileRefused(refusal));
                }
            }
            Event::Prepared {
                effect_id,
                prepared,
            } => {
                if effect_id == self.effect_id && matches!(self.state, UploadState::Prepare) {
                    self.finish_preparing(prepared);
                }
            }
            Event::Compose => {
                if self.accepts_files() {
                    let was_preparing = matches!(self.state, UploadState::Prepare);
                    self.begin_another();
                    self.state = UploadState::Compose;
                    return was_preparing.then_some(Effect::Stop);
                }
            }
            Event::Composed(file) => self.finish_composing(Some(file)),
            Event::UseAsItIs => {
                let file = self.candidate.clone().map(|file| SelectedFile {
                    warning: Some(Warning::AsItIs),
                    ..file
                });
                self.finish_composing(file);
            }
            Event::ChangeComment(comment) => {
                if self.accepts_comment() {
                    self.comment = comment;
                }
            }
            Event::RemoveFile => {
                use UploadState::*;
                if let Review | Failed(_) | Unsure(_) | Closed = self.state {
                    self.set_file(None);
                    self.go_idle();
                }
            }
            Event::Send => {
                if self.can_send() {
                    self.notice = None;
                    if self.replaces() && !self.replace_confirmed {
                        self.state = UploadState::AskReplace;
                    } else {
                        return self.send();
                    }
                }
            }
            Event::ConfirmReplace => {
                if matches!(self.state, UploadState::AskReplace) {
                    self.replace_confirmed = true;
                    return self.send();
                }
            }
            Event::Back => return self.go_back(),
            Event::Progress {
                effect_id,
                sent,
                total,
            } => {
                if effect_id == self.effect_id {
                    self.update_progress(sent, total);
                }
            }
            Event::SendEnded { effect_id, outcome } => {
                if effect_id == self.effect_id && matches!(self.state, UploadState::Send { .. }) {
                    return self.finish_sending(outcome);
                }
            }
            Event::CheckAgain => {
                if let UploadState::Unsure(reason) | UploadState::Unchecked(reason, _) = &self.state
                {
                    let reason = reason.clone();
                    return Some(self.confirm(reason));
                }
            }
            Event::Checked { effect_id, answer } => {
                if effect_id == self.effect_id {
                    return self.finish_reading_session(answer);
                }
            }
            Event::SessionRead(snapshot) => self.apply_session(snapshot),
            Event::StartOver => {
                if let UploadState::Done(_) = self.state {
                    self.clear_file_and_comment();
                    self.go_idle();
                }
            }
        }
        None
    }

    /// Goes to the state in which nothing runs and nothing is reported.
    fn go_idle(&mut self) {
        self.state = match (self.snapshot.upload, &self.file) {
            (None, _) => UploadState::Closed,
            (Some(_), None) => UploadState::Choose,
            (Some(_), Some(_)) => UploadState::Review,
        };
    }

    /// Sets or removes the selected file. A confirmation to replace was for the file before, so it no
    /// longer counts.
    fn set_file(&mut self, file: Option<SelectedFile<F>>) {
        self.file = file;
        self.replace_confirmed = false;
        self.notice = None;
        self.doubt = None;
        self.is_other_in_doubt |= self.is_sent_in_doubt;
        self.is_sent_in_doubt = false;
        self.losses = 0;
    }

    fn clear_file_and_comment(&mut self) {
        self.set_file(None);
        self.comment.clear();
    }

    fn restore(&mut self, unsent: Unsent<F>) -> Option<Effect<F>> {
        self.comment = unsent.comment;
        self.set_file(unsent.file);
        self.go_idle();
        let sent = unsent.sent.filter(|_| self.file.is_some());
        if let Some(then) = sent {
            self.snapshot_at_send = then;
            self.is_sent_in_doubt = true;
        }
        match unsent.candidate {
            candidate if unsent.is_composing && self.accepts_files() => {
                self.candidate = candidate;
                self.state = UploadState::Compose;
            }
            // The page was closed while it was being prepared.
            Some(candidate) if !unsent.is_composing => {
                let preparing = self.select_file(candidate);
                self.notice = preparing.is_some().then_some(Notice::Restored);
                return preparing;
            }
            // The page was closed before it was known whether the file arrives.
            _ if sent.is_some() => {
                let problem = Problem::new(ProblemKind::Connection, "the page was closed");
                return Some(self.confirm(ConfirmReason::Lost(problem)));
            }
            _ => {}
        }
        let is_there = self.file.is_some() || self.is_composing();
        self.notice = (is_there && sent.is_none()).then_some(Notice::Restored);
        None
    }

    fn next_effect_id(&mut self) -> u32 {
        self.effect_id += 1;
        self.effect_id
    }

    fn select_file(&mut self, file: SelectedFile<F>) -> Option<Effect<F>> {
        if !self.accepts_files() {
            return None;
        }
        self.begin_another();
        self.candidate = Some(file.clone());
        self.state = UploadState::Prepare;
        Some(Effect::Prepare {
            effect_id: self.next_effect_id(),
            file,
        })
    }

    /// Another document is on its way: what was said of the one before is over.
    fn begin_another(&mut self) {
        if let UploadState::Done(_) = self.state {
            self.clear_file_and_comment();
        }
        self.candidate = None;
        self.notice = None;
        self.doubt = None;
    }

    fn finish_composing(&mut self, file: Option<SelectedFile<F>>) {
        if self.is_composing() && file.is_some() {
            self.candidate = None;
            self.set_file(file);
            self.go_idle();
        }
    }

    fn finish_preparing(&mut self, prepared: Prepared<F>) {
        self.candidate = None;
        match prepared {
            Prepared::File(file) => {
                let was_restored = self.notice == Some(Notice::Restored);
                self.set_file(Some(file));
                self.notice = was_restored.then_some(Notice::Restored);
            }
            Prepared::Photo(as_it_is) => {
                self.candidate = as_it_is;
                self.state = UploadState::Compose;
                return;
            }
            Prepared::Refused(refusal) => self.notice = Some(Notice::FileRefused(refusal)),
        }
        self.go_idle();
    }

    fn send(&mut self) -> Option<Effect<F>> {
        let (Some(file), Some(upload)) = (self.file.clone(), self.snapshot.upload) else {
            self.go_idle();
            return None;
        };
        self.snapshot_at_send = self.snapshot;
        self.notice = None;
        self.doubt = None;
        self.state = UploadState::Send {
            sent: 0,
            total: file.size,
        };
        Some(Effect::Send {
            effect_id: self.next_effect_id(),
            file,
            comment: self.comment.clone(),
            upload,
        })
    }

    /// Updates the progress, which never decreases. A browser that sends a request again by itself also
    /// counts from zero again.
    fn update_progress(&mut self, new_sent: u64, new_total: u64) {
        if let UploadState::Send { sent, total } = &mut self.state {
            if new_total > 0 {
                *total = new_total;
            }
            *sent = new_sent.max(*sent).min(*total);
        }
    }

    fn go_back(&mut self) -> Option<Effect<F>> {
        match self.state {
            UploadState::Restore => {
                self.go_idle();
                Some(Effect::Stop)
            }
            UploadState::Prepare => {
                self.candidate = None;
                self.go_idle();
                Some(Effect::Stop)
            }
            // The document may have arrived before the consumer cancelled, so getsession is read first.
            // (Reported progress cannot tell: on a fast connection it is megabytes behind.)
            UploadState::Send { .. } => Some(self.confirm(ConfirmReason::Cancelled)),
            UploadState::Compose | UploadState::AskReplace | UploadState::Failed(_) => {
                self.candidate = None;
                self.notice = None;
                self.go_idle();
                None
            }
            _ => None,
        }
    }

    fn finish_sending(&mut self, outcome: SendOutcome) -> Option<Effect<F>> {
        use ProblemKind::*;
        let problem = match outcome {
            SendOutcome::Stored => return Some(self.confirm(ConfirmReason::Stored)),
            SendOutcome::Problem(problem) => problem,
            SendOutcome::Unreadable => {
                self.state = UploadState::Failed(Failure::Unreadable);
                return None;
            }
        };
        match problem.kind {
            Connection => {}
            Blocked => self.losses += 1,
            _ => self.losses = 0,
        }
        match problem.kind {
            AlreadyUploaded => Some(self.confirm(ConfirmReason::AlreadyUploaded(problem))),
            // The server may have stored the document before it failed, or before its answer was lost.
            Connection | Cancelled | Server | NotUnderstood | NotADocument => {
                Some(self.confirm(ConfirmReason::Lost(problem)))
            }
            Offline | Expired | NotSignedIn | TooLarge | UnsupportedKind | TooMany | Blocked => {
                self.state = UploadState::Failed(Failure::Refused(problem));
                None
            }
            // The action has changed since the last getsession, so getsession is read again while the
            // failure is shown.
            NotFound | Closed | Rejected => {
                self.state = UploadState::Failed(Failure::Refused(problem));
                Some(self.read_session())
            }
        }
    }

    /// Reads getsession to find out whether the document arrived.
    fn confirm(&mut self, reason: ConfirmReason) -> Effect<F> {
        self.doubt = None;
        self.state = UploadState::Confirm(reason);
        self.read_session()
    }

    fn read_session(&mut self) -> Effect<F> {
        Effect::ReadSession {
            effect_id: self.next_effect_id(),
        }
    }

    /// Reads getsession again after a while, to find out whether the document arrived.
    fn look_again(&mut self, reason: ConfirmReason, looks: usize) -> Effect<F> {
        self.doubt = Some(Doubt { reason, looks });
        self.is_sent_in_doubt = true;
        Effect::LookAgain {
            effect_id: self.next_effect_id(),
            pause: PAUSES[looks.min(PAUSES.len() - 1)],
        }
    }

    fn finish_reading_session(
        &mut self,
        answer: Result<Option<ActionSnapshot>, Problem>,
    ) -> Option<Effect<F>> {
        let (reason, looks) = match (&self.state, &self.doubt) {
            (UploadState::Confirm(reason), _) => (reason.clone(), 0),
            (_, Some(doubt)) => (doubt.reason.clone(), doubt.looks + 1),
            (UploadState::Failed(_), None) => {
                if let Ok(snapshot) = answer {
                    self.apply_session(snapshot);
                }
                return None;
            }
            _ => return None,
        };
        let snapshot = match (answer, &reason) {
            // The server answered that it stored the document. That stays true when getsession fails or
            // does not show it yet. The snapshot becomes what getsession will say, but for the date.
            (answer, ConfirmReason::Stored) => {
                if let Ok(snapshot) = answer {
                    self.update_snapshot(snapshot);
                }
                if self.snapshot.status != Status::Done {
                    self.snapshot = ActionSnapshot {
                        status: Status::Done,
                        executed: None,
                        upload: self.snapshot.upload.map(|_| Upload::Again),
                    };
                }
                self.settle_as_done(Outcome::Confirmed);
                return None;
            }
            (Ok(snapshot), _) => snapshot,
            (Err(problem), _) => {
                // What was seen before stays true, and nothing was learned.
                if looks == 0 {
                    self.state = UploadState::Unchecked(reason.clone(), problem);
                }
                return Some(self.look_again(reason, looks.min(PAUSES.len() - 1)));
            }
        };
        let action_is_gone = snapshot.is_none();
        self.update_snapshot(snapshot);
        let has_arrived = self.has_arrived().filter(|_| !action_is_gone);
        // The consumer is being asked something: only an arrival answers it for them.
        if matches!(self.state, UploadState::AskReplace) && has_arrived != Some(true) {
            return Some(self.look_again(reason, looks.min(PAUSES.len() - 1)));
        }
        let is_last_look = looks >= PAUSES.len();
        match (reason, has_arrived) {
            (ConfirmReason::AlreadyUploaded(problem), _) => {
                if action_is_gone || self.snapshot.status == Status::Done {
                    self.settle_as_done(Outcome::AlreadyThere);
                    None
                } else {
                    self.settle(UploadState::Failed(Failure::Refused(problem)))
                }
            }
            (_, Some(true)) => {
                self.settle_as_done(Outcome::Verified);
                None
            }
            (reason, None) => {
                self.state = UploadState::Unsure(reason.clone());
                match is_last_look {
                    true => self.settle(UploadState::Unsure(reason)),
                    false => Some(self.look_again(reason, looks)),
                }
            }
            (ConfirmReason::Lost(problem), Some(false)) => {
                let is_news = matches!(
                    self.state,
                    UploadState::Confirm(_) | UploadState::Unchecked(..)
                );
                if is_news && problem.kind == ProblemKind::Connection {
                    self.losses += 1;
                }
                if is_last_look || !problem.may_still_arrive() {
                    return self.settle(UploadState::Failed(Failure::NotArrived(problem)));
                }
                self.state = UploadState::Failed(Failure::NotSeen(problem.clone()));
                Some(self.look_again(ConfirmReason::Lost(problem), looks))
            }
            (reason, Some(false)) => {
                self.go_idle();
                // What is told of a file that was refused meanwhile is not overwritten.
                if !matches!(self.notice, Some(Notice::FileRefused(_))) {
                    self.notice = Some(match is_last_look {
                        true => Notice::CancelledInTime,
                        false => Notice::Cancelled,
                    });
                }
                if is_last_look {
                    self.doubt = None;
                    return None;
                }
                Some(self.look_again(reason, looks))
            }
        }
    }

    /// Goes to a state in which there is no doubt any more.
    fn settle(&mut self, state: UploadState) -> Option<Effect<F>> {
        self.doubt = None;
        self.state = state;
        None
    }

    /// A document is there.
    fn settle_as_done(&mut self, outcome: Outcome) {
        self.notice = None;
        self.doubt = None;
        self.state = UploadState::Done(match outcome {
            Outcome::Verified if self.is_other_in_doubt => Outcome::AlreadyThere,
            outcome => outcome,
        });
        self.is_sent_in_doubt = false;
        self.is_other_in_doubt = false;
    }

    /// Whether getsession shows that the last file arrived; `None` when it cannot show that.
    fn has_arrived(&self) -> Option<bool> {
        let (then, now) = (&self.snapshot_at_send, &self.snapshot);
        let executed_since = now.executed.is_some() && now.executed != then.executed;
        match (then.status, now.status) {
            // The action was done without a date, so there is no date to compare with: that of now can be of the
            // document before.
            (Status::Done, Status::Done | Status::Rejected) if then.executed.is_none() => None,
            _ if executed_since => Some(true),
            (Status::Done, Status::Done) => None,
            (_, status) => Some(status == Status::Done),
        }
    }

    fn update_snapshot(&mut self, snapshot: Option<ActionSnapshot>) {
        match snapshot {
            Some(snapshot) => self.snapshot = snapshot,
            None => self.snapshot.upload = None,
        }
    }

    /// Applies a session that may have been requested before the file was sent. It can prove that the
    /// file arrived, but not that it did not.
    fn apply_session(&mut self, snapshot: Option<ActionSnapshot>) {
        use ProblemKind::*;
        let was_done = self.snapshot.status == Status::Done;
        self.update_snapshot(snapshot);
        // Another tab may have sent it.
        if self.snapshot.status == Status::Done
            && !was_done
            && self.notice == Some(Notice::Restored)
        {
            self.notice = None;
        }
        let shows_arrival = self.has_arrived() == Some(true);
        match &self.state {
            UploadState::Confirm(_)
            | UploadState::Send { .. }
            | UploadState::Prepare
            | UploadState::Restore => {}
            UploadState::Unchecked(ConfirmReason::AlreadyUploaded(_), _)
                if self.snapshot.status == Status::Done =>
            {
                self.settle_as_done(Outcome::AlreadyThere);
            }
            UploadState::Unsure(_) | UploadState::Unchecked(..) if shows_arrival => {
                self.settle_as_done(Outcome::Verified);
            }
            // The document arrived after getsession was read to confirm.
            UploadState::Review
            | UploadState::Closed
            | UploadState::Failed(Failure::NotSeen(_) | Failure::NotArrived(_))
                if self.doubt.is_some() && shows_arrival =>
            {
                self.settle_as_done(Outcome::Verified);
            }
            // After all that time it may as well be a document that came in another way.
            UploadState::Failed(Failure::NotArrived(_)) if shows_arrival => {
                self.settle_as_done(Outcome::AlreadyThere);
            }
            UploadState::Review | UploadState::Closed
                if self.notice == Some(Notice::CancelledInTime) && shows_arrival =>
            {
                self.settle_as_done(Outcome::AlreadyThere);
            }
            UploadState::Choose | UploadState::Review | UploadState::Closed => self.go_idle(),
            UploadState::AskReplace if self.snapshot.upload.is_none() => self.go_idle(),
            // There is nothing to send to any more.
            UploadState::Failed(Failure::Refused(_)) if self.snapshot.upload.is_none() => {
                self.go_idle();
            }
            // The portal has a session again, so the cause of the failure is gone.
            UploadState::Failed(Failure::Refused(problem))
                if matches!(problem.kind, Offline | Expired | NotSignedIn) =>
            {
                self.go_idle();
            }
            _ => {}
        }
    }
}

// These tests need no browser, and proptest does not run in one.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
