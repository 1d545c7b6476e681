//! Words for what goes wrong: one plain sentence, and what to do next.

use accelerate::problem::{Problem, ProblemKind};

use super::Texts;

/// What the consumer is told of a [`Problem`]: never its code, its status or its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemText {
    /// What is the matter, in a few words.
    pub title: &'static str,
    /// What to do about it.
    pub more: &'static str,
}

impl ProblemText {
    /// Both in one.
    pub fn sentence(self) -> String {
        [self.title, self.more].join(". ")
    }
}

/// The words for a problem.
pub fn problem_text(texts: &Texts, problem: &Problem) -> ProblemText {
    use ProblemKind as Kind;
    let (title, more) = match problem.kind {
        Kind::Offline => (texts.problem_offline, texts.problem_offline_more),
        Kind::Connection | Kind::Cancelled => {
            (texts.problem_connection, texts.problem_connection_more)
        }
        Kind::Expired => (texts.problem_expired, texts.problem_expired_more),
        Kind::NotSignedIn => (texts.problem_signed_out, texts.problem_signed_out_more),
        Kind::NotFound => (texts.problem_gone, texts.problem_gone_more),
        Kind::TooMany => (texts.problem_busy, texts.problem_busy_more),
        Kind::TooLarge => (texts.problem_large, texts.problem_large_more),
        Kind::UnsupportedKind => (texts.problem_kind, texts.problem_kind_more),
        Kind::Blocked => (texts.problem_blocked, texts.problem_blocked_more),
        Kind::Closed => (texts.problem_closed, texts.problem_closed_more),
        Kind::AlreadyUploaded | Kind::Rejected => {
            (texts.problem_refused, texts.problem_refused_more)
        }
        Kind::Server => (texts.problem_server, texts.problem_server_more),
        Kind::NotUnderstood => (texts.problem_garbled, texts.problem_garbled_more),
        Kind::NotADocument => (texts.problem_document, texts.problem_document_more),
    };
    ProblemText { title, more }
}
