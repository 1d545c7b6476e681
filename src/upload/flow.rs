//! Handing in one document, as a state machine: choose, prepare, review, (ask before replacing), send,
//! confirm, done; every failure is a state with a way out.
//!
//! There is no browser in it: what happens is an [`Event`], what is to be done is an [`Effect`]. The
//! document is kept beside the [`State`], not in it, so no step from state to state can drop it: only
//! [`Event::Remove`], another file in its place, and [`Event::Again`] after it arrived let go of it.

use accelerate::{
    problem::{Problem, ProblemKind},
    request::encode_header,
    session::{Action, DateTime, Status, Upload},
};

use super::limits::Refusal;

/// The longest comment, in bytes as it is sent: it goes in a request header, which servers commonly
/// refuse from 4 or 8 KB on. A plain letter is one byte there, an é is six, an emoji is twelve.
pub const COMMENT_BYTES: usize = 2_000;

/// The handing in of one document for one action. `F` is the handle by which the browser's side knows a
/// file.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow<F> {
    state: State,
    /// The document in hand.
    file: Option<Chosen<F>>,
    /// What is being prepared to take its place.
    candidate: Option<Chosen<F>>,
    comment: String,
    notice: Option<Notice>,
    /// What getsession last said about the action.
    now: Seen,
    /// What it had said when the last attempt began.
    before: Seen,
    /// The consumer said yes to replacing an earlier document by the one in hand.
    agreed: bool,
    /// Counts what was begun, so that news of something earlier is known for what it is.
    turn: u32,
}

/// Where the flow stands. The document, the comment and the notice are asked of the [`Flow`].
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// There is no document yet.
    Choose,
    /// A chosen file is being made ready to send.
    Prepare,
    /// The document in hand can be looked at, and sent.
    Review,
    /// The action has a document: may this one replace it?
    AskReplace,
    /// It is on its way; both in bytes, what goes around the file included. All sent is not arrived yet.
    Send {
        /// How much is sent.
        sent: u64,
        /// How much there is to send.
        total: u64,
    },
    /// getsession is asked whether it arrived.
    Confirm(Why),
    /// A document is there.
    Done(Outcome),
    /// It is not there, and can be sent again.
    Failed(Failure),
    /// It replaced an earlier one, or not: getsession cannot show the difference. Sending again does no
    /// harm, it replaces the same.
    Unsure(Why),
    /// getsession could not be asked, so nobody knows whether it arrived: ask again, do not send again.
    Unchecked(Why, Problem),
    /// The action takes no document any more. One in hand is kept.
    Closed,
}

/// Why getsession is asked after sending.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// The answer was "ok": this is to show the action done.
    Stored,
    /// No answer, or none that says whether it was stored.
    Lost(Problem),
    /// It was refused because the action has a document already: perhaps this very one, for browsers
    /// send again by themselves when a connection dies.
    AlreadyUploaded(Problem),
    /// The consumer cancelled: it may have arrived before that, whatever the browser had reported.
    Cancelled,
}

/// How a document came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server said so.
    Confirmed,
    /// The answer was lost or not waited for, and getsession shows it done since.
    Settled,
    /// There was one already: this one, or somebody else's. [`Event::Send`] replaces it by the one in
    /// hand.
    AlreadyThere,
}

/// Why a document is not there.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The server would not have it, or it never left: its problem says why.
    Refused(Problem),
    /// It was lost on the way, of which the problem is the cause: getsession does not show it.
    NotArrived(Problem),
    /// The device cannot read the file any more: it has to be chosen again.
    Unreadable,
}

/// Something to say beside the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The file chosen last was not taken; one that was in hand still is.
    Refused(Refusal),
    /// Sending was cancelled, and getsession shows that nothing was handed in.
    Cancelled,
}

/// A file that passed the limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen<F> {
    /// The browser's handle.
    pub file: F,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// What it is sent as ([`Limits::check`](super::limits::Limits::check)).
    pub mime: &'static str,
}

/// What getsession says about the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Where it stands.
    pub status: Status,
    /// When it was last done.
    pub executed: Option<DateTime>,
    /// Whether and how a document can be sent.
    pub upload: Option<Upload>,
}

impl From<&Action> for Seen {
    fn from(action: &Action) -> Self {
        Self {
            status: action.status(),
            executed: action.date_executed,
            upload: action.offers.upload,
        }
    }
}

/// What can happen. One that does not fit the state changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<F> {
    /// A file within the limits was chosen or dropped.
    Choose(Chosen<F>),
    /// One that is not was.
    Refuse(Refusal),
    /// The answer to [`Effect::Prepare`]: what to send, or `None` when it could not be read.
    Prepared {
        /// The effect's.
        turn: u32,
        /// What to send.
        file: Option<Chosen<F>>,
    },
    /// The comment is now this.
    Comment(String),
    /// The consumer lets go of the document.
    Remove,
    /// Send it, or send it again.
    Send,
    /// Yes, replace the earlier one.
    Replace,
    /// Cancel what runs; no to replacing; from a failure back to the document.
    Back,
    /// So much is sent; both in bytes, `total` 0 when unknown.
    Progress {
        /// The effect's.
        turn: u32,
        /// How much is sent.
        sent: u64,
        /// How much there is to send.
        total: u64,
    },
    /// How [`Effect::Send`] ended.
    Ended {
        /// The effect's.
        turn: u32,
        /// How.
        ending: Ending,
    },
    /// Ask getsession again.
    Check,
    /// The answer to [`Effect::AskSession`]: the action, `None` when the session no longer has it.
    Checked {
        /// The effect's.
        turn: u32,
        /// The answer.
        answer: Result<Option<Seen>, Problem>,
    },
    /// A session came for whatever reason; the action as in [`Event::Checked`].
    Session(Option<Seen>),
    /// After it arrived: hand in another.
    Again,
}

/// How sending ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The server answered that it is stored.
    Stored,
    /// Anything else the server answered, or did not. [`ProblemKind::Offline`] says that nothing was
    /// sent.
    Problem(Problem),
    /// The device could not read the file.
    Unreadable,
}

/// What is to be done. At most one thing runs at a time: each effect first ends what ran before, and is
/// answered with its own `turn`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect<F> {
    /// Make the file ready to send, and answer [`Event::Prepared`].
    Prepare {
        /// What to answer with.
        turn: u32,
        /// The file as chosen.
        file: Chosen<F>,
    },
    /// Send it once, under an `upload-id` of its own: [`Event::Progress`], then [`Event::Ended`].
    Send {
        /// What to answer with.
        turn: u32,
        /// The document.
        file: Chosen<F>,
        /// What the consumer says about it; may be empty.
        comment: String,
        /// As first, or in place of an earlier one.
        upload: Upload,
    },
    /// Ask getsession, and answer [`Event::Checked`].
    AskSession {
        /// What to answer with.
        turn: u32,
    },
    /// Nothing more: end what runs.
    Stop,
}

impl<F: Clone> Flow<F> {
    /// Begins, with what getsession says about the action.
    pub fn new(action: Seen) -> Self {
        let mut flow = Self {
            state: State::Choose,
            file: None,
            candidate: None,
            comment: String::new(),
            notice: None,
            now: action,
            before: action,
            agreed: false,
            turn: 0,
        };
        flow.rest();
        flow
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The document in hand. After it arrived it is still here, for its name and for
    /// [`Outcome::AlreadyThere`].
    pub fn file(&self) -> Option<&Chosen<F>> {
        self.file.as_ref()
    }

    /// What the consumer says about it.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// How many plain letters the comment can still take; below zero it is too long to send.
    pub fn comment_left(&self) -> isize {
        COMMENT_BYTES as isize - encode_header(&self.comment).len() as isize
    }

    /// What to say beside the state.
    pub fn notice(&self) -> Option<Notice> {
        self.notice
    }

    /// Whether sending would replace an earlier document.
    pub fn replaces(&self) -> bool {
        self.now.upload == Some(Upload::Again)
    }

    /// Whether something runs, and the consumer waits.
    pub fn is_busy(&self) -> bool {
        matches!(
            self.state,
            State::Prepare | State::Send { .. } | State::Confirm(_)
        )
    }

    /// Whether leaving the page would lose something that is not known to have arrived.
    pub fn has_unsent(&self) -> bool {
        let holds =
            self.file.is_some() || self.candidate.is_some() || !self.comment.trim().is_empty();
        holds && !matches!(self.state, State::Done(_) | State::Confirm(Why::Stored))
    }

    /// Whether a file can be chosen or dropped now.
    pub fn takes_files(&self) -> bool {
        use State::*;
        matches!(
            self.state,
            Choose | Prepare | Review | AskReplace | Failed(_) | Unsure(_) | Done(_)
        ) && self.now.upload.is_some()
    }

    /// Whether the comment can be changed now.
    pub fn takes_comment(&self) -> bool {
        use State::*;
        matches!(
            self.state,
            Choose | Prepare | Review | Failed(_) | Unsure(_) | Closed
        )
    }

    /// Whether [`Event::Send`] would send, or ask before replacing.
    pub fn can_send(&self) -> bool {
        use State::*;
        let at_rest = matches!(
            self.state,
            Review | Failed(_) | Unsure(_) | Done(Outcome::AlreadyThere)
        );
        at_rest && self.file.is_some() && self.now.upload.is_some() && self.comment_left() >= 0
    }

    /// Takes one step.
    pub fn step(&mut self, event: Event<F>) -> Option<Effect<F>> {
        match event {
            Event::Choose(chosen) => return self.choose(chosen),
            Event::Refuse(refusal) => {
                if self.takes_files() {
                    self.notice = Some(Notice::Refused(refusal));
                }
            }
            Event::Prepared { turn, file } => {
                if turn == self.turn && matches!(self.state, State::Prepare) {
                    self.prepared(file);
                }
            }
            Event::Comment(comment) => {
                if self.takes_comment() {
                    self.comment = comment;
                }
            }
            Event::Remove => {
                if let State::Review | State::Failed(_) | State::Unsure(_) | State::Closed =
                    self.state
                {
                    self.hold(None);
                    self.rest();
                }
            }
            Event::Send => {
                if self.can_send() {
                    self.notice = None;
                    if self.replaces() && !self.agreed {
                        self.state = State::AskReplace;
                    } else {
                        return self.send();
                    }
                }
            }
            Event::Replace => {
                if matches!(self.state, State::AskReplace) {
                    self.agreed = true;
                    return self.send();
                }
            }
            Event::Back => return self.back(),
            Event::Progress { turn, sent, total } => {
                if turn == self.turn {
                    self.progress(sent, total);
                }
            }
            Event::Ended { turn, ending } => {
                if turn == self.turn && matches!(self.state, State::Send { .. }) {
                    return self.ended(ending);
                }
            }
            Event::Check => {
                if let State::Unsure(why) | State::Unchecked(why, _) = &self.state {
                    let why = why.clone();
                    return self.confirm(why);
                }
            }
            Event::Checked { turn, answer } => {
                if turn == self.turn {
                    self.checked(answer);
                }
            }
            Event::Session(seen) => self.session(seen),
            Event::Again => {
                if let State::Done(_) = self.state {
                    self.start_over();
                    self.rest();
                }
            }
        }
        None
    }

    /// The state in which nothing is going on.
    fn rest(&mut self) {
        self.state = match (self.now.upload, &self.file) {
            (None, _) => State::Closed,
            (Some(_), None) => State::Choose,
            (Some(_), Some(_)) => State::Review,
        };
    }

    /// Takes a document in hand, or lets go of it. A yes to replacing was said for the one before.
    fn hold(&mut self, file: Option<Chosen<F>>) {
        self.file = file;
        self.agreed = false;
        self.notice = None;
    }

    fn start_over(&mut self) {
        self.hold(None);
        self.comment.clear();
    }

    fn begin(&mut self) -> u32 {
        self.turn += 1;
        self.turn
    }

    fn choose(&mut self, chosen: Chosen<F>) -> Option<Effect<F>> {
        if !self.takes_files() {
            return None;
        }
        if let State::Done(_) = self.state {
            self.start_over();
        }
        self.notice = None;
        self.candidate = Some(chosen.clone());
        self.state = State::Prepare;
        Some(Effect::Prepare {
            turn: self.begin(),
            file: chosen,
        })
    }

    fn prepared(&mut self, file: Option<Chosen<F>>) {
        self.candidate = None;
        if file.is_some() {
            self.hold(file);
        } else {
            self.notice = Some(Notice::Refused(Refusal::Unreadable));
        }
        self.rest();
    }

    fn send(&mut self) -> Option<Effect<F>> {
        let (Some(file), Some(upload)) = (self.file.clone(), self.now.upload) else {
            self.rest();
            return None;
        };
        self.before = self.now;
        self.state = State::Send {
            sent: 0,
            total: file.size,
        };
        Some(Effect::Send {
            turn: self.begin(),
            file,
            comment: self.comment.clone(),
            upload,
        })
    }

    /// A browser that sends again by itself begins again; what was sent once stays sent.
    fn progress(&mut self, now_sent: u64, of: u64) {
        if let State::Send { sent, total } = &mut self.state {
            if of > 0 {
                *total = of;
            }
            *sent = now_sent.max(*sent).min(*total);
        }
    }

    fn back(&mut self) -> Option<Effect<F>> {
        match self.state {
            State::Prepare => self.candidate = None,
            // Cancelling cannot call a document back: whether it arrived has to be known before anything is
            // said of it. (A browser's reports of progress lag, by megabytes on a fast connection.)
            State::Send { .. } => return self.confirm(Why::Cancelled),
            State::AskReplace | State::Failed(_) => {
                self.rest();
                return None;
            }
            _ => return None,
        }
        self.rest();
        Some(Effect::Stop)
    }

    fn ended(&mut self, ending: Ending) -> Option<Effect<F>> {
        use ProblemKind::*;
        let problem = match ending {
            Ending::Stored => return self.confirm(Why::Stored),
            Ending::Problem(problem) => problem,
            Ending::Unreadable => {
                self.state = State::Failed(Failure::Unreadable);
                return None;
            }
        };
        match problem.kind {
            AlreadyUploaded => self.confirm(Why::AlreadyUploaded(problem)),
            // The server may have stored it before it failed, or before its answer was lost.
            Connection | Cancelled | Server | NotUnderstood | NotADocument => {
                self.confirm(Why::Lost(problem))
            }
            Offline | Expired | NotSignedIn | TooLarge | UnsupportedKind | TooMany => {
                self.state = State::Failed(Failure::Refused(problem));
                None
            }
            // What the server knows of the action is not what we know: find out beside the failure.
            NotFound | Closed | Rejected => {
                self.state = State::Failed(Failure::Refused(problem));
                Some(Effect::AskSession { turn: self.begin() })
            }
        }
    }

    fn confirm(&mut self, why: Why) -> Option<Effect<F>> {
        self.state = State::Confirm(why);
        Some(Effect::AskSession { turn: self.begin() })
    }

    fn checked(&mut self, answer: Result<Option<Seen>, Problem>) {
        let State::Confirm(why) = &self.state else {
            if let (State::Failed(_), Ok(seen)) = (&self.state, answer) {
                self.session(seen);
            }
            return;
        };
        let why = why.clone();
        let gone = matches!(answer, Ok(None));
        let failed = match answer {
            Ok(seen) => {
                self.learn(seen);
                None
            }
            Err(problem) => Some(problem),
        };
        self.state = match (why, failed) {
            // It was said to be stored: a getsession that fails or lags does not undo that. What it
            // would have said is known but for the date.
            (Why::Stored, failed) => {
                if failed.is_some() || self.now.status != Status::Done {
                    self.now = Seen {
                        status: Status::Done,
                        executed: None,
                        upload: self.now.upload.map(|_| Upload::Again),
                    };
                }
                State::Done(Outcome::Confirmed)
            }
            (why, Some(problem)) => State::Unchecked(why, problem),
            (Why::AlreadyUploaded(problem), None) => {
                if gone || self.now.status == Status::Done {
                    State::Done(Outcome::AlreadyThere)
                } else {
                    State::Failed(Failure::Refused(problem))
                }
            }
            (why, None) => match self.arrived().filter(|_| !gone) {
                Some(true) => State::Done(Outcome::Settled),
                None => State::Unsure(why),
                Some(false) => match why {
                    Why::Lost(problem) => State::Failed(Failure::NotArrived(problem)),
                    _ => {
                        self.notice = Some(Notice::Cancelled);
                        return self.rest();
                    }
                },
            },
        };
    }

    /// Whether getsession now shows what the last attempt sent; `None` when it cannot show it.
    fn arrived(&self) -> Option<bool> {
        let executed_since =
            self.now.executed.is_some() && self.now.executed != self.before.executed;
        match (self.before.status, self.now.status) {
            // Done without a date: there is nothing to compare with.
            (Status::Done, Status::Done) if self.before.executed.is_none() => None,
            _ if executed_since => Some(true),
            (Status::Done, Status::Done) => None,
            (_, now) => Some(now == Status::Done),
        }
    }

    fn learn(&mut self, seen: Option<Seen>) {
        match seen {
            Some(seen) => self.now = seen,
            None => self.now.upload = None,
        }
    }

    /// Only what a session shows counts here, not what it lacks: it may have been asked for before the
    /// document was sent.
    fn session(&mut self, seen: Option<Seen>) {
        use ProblemKind::*;
        self.learn(seen);
        match &self.state {
            // It arrived after all, later than was asked.
            State::Review | State::Closed
                if self.notice == Some(Notice::Cancelled) && self.arrived() == Some(true) =>
            {
                self.notice = None;
                self.state = State::Done(Outcome::Settled);
            }
            State::Choose | State::Review | State::Closed => self.rest(),
            State::AskReplace if self.now.upload.is_none() => self.rest(),
            State::Unchecked(Why::AlreadyUploaded(_), _) if self.now.status == Status::Done => {
                self.state = State::Done(Outcome::AlreadyThere);
            }
            State::Failed(Failure::NotArrived(_)) | State::Unsure(_) | State::Unchecked(..)
                if self.arrived() == Some(true) =>
            {
                self.state = State::Done(Outcome::Settled);
            }
            // There is a session again, so the reason is gone.
            State::Failed(Failure::Refused(problem))
                if matches!(problem.kind, Offline | Expired | NotSignedIn) =>
            {
                self.rest();
            }
            _ => {}
        }
    }
}

// Needs no browser, and proptest has none.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
