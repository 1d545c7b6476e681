//! What the upload machine speaks of: its states, what it is told, and what it asks for.

use accelerate::{
    problem::Problem,
    session::{Action, DateTime, Status, Upload},
};
use serde::{Deserialize, Serialize};

use crate::{api::upload::SendOutcome, upload::limits::FileRefusal};

/// The step that the upload has reached. The [`UploadMachine`] has the file, the comment and the notice.
#[derive(Debug, Clone, PartialEq)]
pub enum UploadState {
    /// What was kept when the page was closed is looked for.
    Restore,
    /// No file is selected.
    Choose,
    /// A selected file is being prepared.
    Prepare,
    /// A document is put together of photos and PDFs.
    Compose,
    /// The file can be reviewed and sent.
    Review,
    /// The action has a document already: the consumer is asked whether the file may replace it.
    AskReplace,
    /// The file is being sent. Both numbers are in bytes and count the request's own bytes too. When all
    /// bytes are sent, the file has not necessarily arrived.
    Send {
        /// The number of bytes sent.
        sent: u64,
        /// The number of bytes to send.
        total: u64,
    },
    /// getsession is being read, to confirm that the document arrived.
    Confirm(ConfirmReason),
    /// The action has a document.
    Done(Outcome),
    /// The document did not arrive, and the file can be sent again.
    Failed(Failure),
    /// The action had a document before, and getsession cannot show whether the file replaced it.
    /// Sending again is safe: it replaces the document by the same file.
    Unsure(ConfirmReason),
    /// getsession could not be read, so nobody knows whether the document arrived. The consumer can
    /// check again, but not send again.
    Unchecked(ConfirmReason, Problem),
    /// The action accepts no document any more. A selected file is kept.
    Closed,
}

/// Why getsession is read after sending.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfirmReason {
    /// The server answered that it stored the document. getsession should show the action as done.
    Stored,
    /// The answer was lost, or it does not say whether the document was stored.
    Lost(Problem),
    /// The server refused the file because the action has a document already. That can be this same
    /// file: browsers send a request again by themselves when a connection breaks.
    AlreadyUploaded(Problem),
    /// The consumer cancelled. The document may have arrived before that, whatever progress the browser
    /// reported.
    Cancelled,
}

/// How the machine knows that the action has a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered that it stored the document.
    Confirmed,
    /// There was no clear answer, and getsession shows a document that was not there when sending began.
    Verified,
    /// The action has a document: this file, or another one. Nobody can say which. [`Event::Send`] replaces
    /// it by the selected file.
    AlreadyThere,
}

/// Why the document did not arrive.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The server refused the file, or the file was never sent. The problem says why.
    Refused(Problem),
    /// There was no answer because of this problem, and getsession does not show the document yet. It may
    /// still be on its way, so getsession is read again.
    NotSeen(Problem),
    /// The server did not store the file because of this problem, or the file was lost on its way:
    /// getsession does not show the document, after an answer or after all [`PAUSES`].
    NotArrived(Problem),
    /// The device cannot read the file any more. The consumer has to select it again.
    Unreadable,
}

/// A message to show beside the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The last file was refused. A file that was selected before is kept.
    FileRefused(FileRefusal),
    /// The consumer cancelled, and getsession does not show the document yet. It may still be on its way, so
    /// getsession is read again.
    Cancelled,
    /// The consumer cancelled, and getsession did not show the document after all [`PAUSES`].
    CancelledInTime,
    /// What the consumer had chosen or typed before the page was closed is there again.
    Restored,
}

/// What is told of a file that can be sent, as long as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// Whoever opens the PDF needs its password.
    NeedsPassword,
    /// It is damaged.
    Damaged,
    /// It is a photo, and damaged. Nothing is taken out of it.
    DamagedPhoto,
    /// It is of another kind than its name says, and is sent as what it is.
    OtherKind,
    /// It is a picture that no page can be made of here.
    NotChanged,
    /// It is a photo that could become a page, and goes as it is.
    AsItIs,
}

/// What was made of a selected file.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared<F> {
    /// It is sent like this.
    File(SelectedFile<F>),
    /// It is a photo: a document is put together of it. The office may take it like this, too.
    Photo(Option<SelectedFile<F>>),
    /// It cannot be sent.
    Refused(FileRefusal),
}

/// Which ways out of a failure can work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaysOut {
    /// Sending the same file again, or another one.
    SendAgain,
    /// Another file; the same one only if that fails too.
    OtherFileFirst,
    /// Another file: the same one gets the same answer.
    OtherFile,
    /// None here.
    None,
}

/// A file that was selected, and that the limits allow.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedFile<F> {
    /// The caller's handle of the file.
    pub file: F,
    /// The file's name.
    pub name: String,
    /// The file's size in bytes.
    pub size: u64,
    /// The mime type to send, from [`Limits::check`](super::limits::Limits::check).
    pub mime: &'static str,
    /// What there is to be told of it.
    pub warning: Option<Warning>,
}

/// What the consumer has chosen or typed, and not sent: what is to outlive the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsent<F> {
    /// The file to send.
    pub file: Option<SelectedFile<F>>,
    /// The one file that a document is put together of.
    pub candidate: Option<SelectedFile<F>>,
    /// Whether a document is put together.
    pub is_composing: bool,
    /// The comment.
    pub comment: String,
    /// What getsession said when `file` was sent, if it may have arrived.
    pub sent: Option<ActionSnapshot>,
}

/// What getsession says about the action at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionSnapshot {
    /// Whether the action is open, rejected or done.
    pub status: Status,
    /// When the action was last done.
    pub executed: Option<DateTime>,
    /// How a document can be sent, or `None` when the action accepts none.
    pub upload: Option<Upload>,
}

impl From<&Action> for ActionSnapshot {
    fn from(action: &Action) -> Self {
        Self {
            status: action.status(),
            executed: action.date_executed,
            upload: action.offers.upload,
        }
    }
}

/// What happened. An event that does not fit the state changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<F> {
    /// Something may have been kept when the page was closed. To be said before anything else.
    Restore,
    /// [`Effect::Restore`] ended.
    Restored {
        /// The id of the effect.
        effect_id: u32,
        /// What was kept, if there is something.
        unsent: Option<Unsent<F>>,
    },
    /// The consumer selected or dropped a file that the limits allow.
    SelectFile(SelectedFile<F>),
    /// The consumer selected or dropped something that the limits refuse.
    RefuseFile(FileRefusal),
    /// [`Effect::Prepare`] ended.
    Prepared {
        /// The id of the effect.
        effect_id: u32,
        /// What was made of the file.
        prepared: Prepared<F>,
    },
    /// The consumer selected several files, or wants to change the pages of the document.
    Compose,
    /// The document was put together.
    Composed(SelectedFile<F>),
    /// The consumer wants to send the one file that a document is put together of.
    UseAsItIs,
    /// The consumer changed the comment to this text.
    ChangeComment(String),
    /// The consumer removed the selected file.
    RemoveFile,
    /// The consumer asked to send the file, or to send it again.
    Send,
    /// The consumer agreed that the file replaces the earlier document.
    ConfirmReplace,
    /// The consumer cancelled the preparation or the sending, did not agree to replace, or went back
    /// from a failure to the review.
    Back,
    /// A part of the file was sent. Both numbers are in bytes.
    Progress {
        /// The id of the effect.
        effect_id: u32,
        /// The number of bytes sent.
        sent: u64,
        /// The number of bytes to send; 0 when unknown.
        total: u64,
    },
    /// [`Effect::Send`] ended.
    SendEnded {
        /// The id of the effect.
        effect_id: u32,
        /// How sending ended.
        outcome: SendOutcome,
    },
    /// The consumer asked to check again whether the document arrived.
    CheckAgain,
    /// [`Effect::ReadSession`] ended.
    Checked {
        /// The id of the effect.
        effect_id: u32,
        /// The action in the new session, or `None` when the session no longer has it. The error says
        /// why there is no session.
        answer: Result<Option<ActionSnapshot>, Problem>,
    },
    /// A session was read for another reason. `None` when the session no longer has the action.
    SessionRead(Option<ActionSnapshot>),
    /// The consumer wants to upload another document after this one.
    StartOver,
}

/// What to do. At most one effect runs at a time: each new effect first stops the one before it. The
/// events about an effect carry its `effect_id`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect<F> {
    /// Look for what was kept when the page was closed, then report [`Event::Restored`].
    Restore {
        /// The id for the events about this effect.
        effect_id: u32,
    },
    /// Prepare the file for sending, then report [`Event::Prepared`].
    Prepare {
        /// The id for the events about this effect.
        effect_id: u32,
        /// The file as the consumer selected it.
        file: SelectedFile<F>,
    },
    /// Send the file once, with a new `upload-id`. Report [`Event::Progress`], then
    /// [`Event::SendEnded`].
    Send {
        /// The id for the events about this effect.
        effect_id: u32,
        /// The file to send.
        file: SelectedFile<F>,
        /// The consumer's comment; may be empty.
        comment: String,
        /// Whether this is the first document or it replaces an earlier one.
        upload: Upload,
    },
    /// Read getsession, then report [`Event::Checked`].
    ReadSession {
        /// The id for the events about this effect.
        effect_id: u32,
    },
    /// Wait, then read getsession while the consumer does something else, and report [`Event::Checked`].
    LookAgain {
        /// The id for the events about this effect.
        effect_id: u32,
        /// How long to wait, in seconds.
        pause: u32,
    },
    /// Stop the effect that runs.
    Stop,
}
