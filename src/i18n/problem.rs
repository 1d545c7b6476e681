//! Words for what goes wrong: one plain sentence, and what to do next.

use accelerate::problem::{Problem, ProblemKind};

use super::{RestTexts, Texts};

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

/// The words for a problem with a document that the consumer fetches. What a problem of that kind says of an
/// upload would be no help.
pub fn document_problem_text(texts: &RestTexts, problem: &Problem) -> ProblemText {
    use ProblemKind as Kind;
    match problem.kind {
        Kind::Rejected
        | Kind::Closed
        | Kind::AlreadyUploaded
        | Kind::TooLarge
        | Kind::UnsupportedKind => ProblemText {
            title: texts.problem_not_given,
            more: texts.problem_not_given_more,
        },
        _ => problem_text(texts, problem),
    }
}

/// Whether the words for a problem with a document send the consumer to their adviser.
pub fn sends_to_adviser(problem: &Problem) -> bool {
    use ProblemKind as Kind;
    match problem.kind {
        Kind::NotFound
        | Kind::NotADocument
        | Kind::NotUnderstood
        | Kind::Rejected
        | Kind::Closed
        | Kind::AlreadyUploaded
        | Kind::TooLarge
        | Kind::UnsupportedKind
        | Kind::Blocked => true,
        // Trying again, or signing in, is what helps.
        Kind::Offline
        | Kind::Connection
        | Kind::Cancelled
        | Kind::Expired
        | Kind::NotSignedIn
        | Kind::TooMany
        | Kind::Server => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Address, Language, rest_texts};

    #[test]
    fn a_document_that_cannot_be_had_says_nothing_of_handing_in() {
        use ProblemKind as Kind;
        let texts = rest_texts(Language::Dutch, Address::Formal);
        for kind in [
            Kind::Offline,
            Kind::Connection,
            Kind::Cancelled,
            Kind::Expired,
            Kind::NotSignedIn,
            Kind::NotFound,
            Kind::AlreadyUploaded,
            Kind::Closed,
            Kind::TooLarge,
            Kind::UnsupportedKind,
            Kind::TooMany,
            Kind::Rejected,
            Kind::Server,
            Kind::NotUnderstood,
            Kind::NotADocument,
        ] {
            let problem = Problem::new(kind, "");
            let words = document_problem_text(texts, &problem).sentence();
            for of_uploads in ["aangeleverd", "Kies ", "geaccepteerd", "aangekomen"] {
                assert!(!words.contains(of_uploads), "{kind:?}: {words}");
            }
            // There is always something to do, and whom it sends them to can be reached.
            let tries = words.contains("robeer het") || words.contains("Zodra u weer");
            let asks = sends_to_adviser(&problem);
            let signs_in = words.contains("Open de link");
            assert!(tries || asks || signs_in, "{kind:?}: {words}");
            if asks {
                assert!(words.contains("uw adviseur"), "{kind:?}: {words}");
            }
        }
    }
}
