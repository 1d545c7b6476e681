//! Everything that can go wrong, each under a well-known name, so that a person can see it on the real
//! screen and a test reaches it the same way. `README.md` lists the names.

use crate::php::Value;
use crate::wire::{Delivery, Response};

/// What a web server shows when the application behind it is down.
pub const ERROR_PAGE: &str = "<!doctype html>\n<html><head><title>Storing</title></head>\
    <body><h1>Er is iets misgegaan</h1><p>Probeer het later opnieuw.</p></body></html>\n";

/// An error as AccelerateConnect's convention has it.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Response {
    let value = Value::map([(
        "error",
        Value::map([
            ("code", Value::from(code)),
            ("message", Value::from(message)),
        ]),
    )]);
    Response::json(status, value.json())
}

/// What goes wrong with an upload whose file has a well-known name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadFault {
    /// 500 and an HTML page; not stored.
    Failing,
    /// 500 the first time this action is sent such a file; stored the second time.
    FailingOnce,
    /// 422 with a code that nobody has a sentence for; not stored.
    Refused,
    /// 415; not stored.
    Unsupported,
    /// 413; not stored.
    TooLarge,
    /// 429; not stored.
    TooMany,
    /// 401 `SESSION_EXPIRED`; not stored.
    SessionExpired,
    /// 400 `TOKEN_EXPIRED`; not stored.
    TokenExpired,
    /// 200 and an HTML page; not stored.
    NotJson,
    /// 200 and an `operation_result` other than `ok`; not stored.
    NotOk,
    /// Stored; the JSON of the response breaks off.
    CutOffJson,
    /// Read slowly, answered late; stored.
    Slow,
    /// Stored, answered late.
    AnsweredLate,
    /// Read, then the connection is closed; not stored.
    ClosedBefore,
    /// The connection is closed halfway through reading; not stored.
    ClosedWhileReading,
    /// Stored, then the connection is closed.
    ClosedAfter,
    /// Someone else's document was stored just before: 409 `ALREADY_UPLOADED`.
    AlreadyReceived,
}

impl UploadFault {
    /// Every fault with the name of the file that brings it on, and one sentence on it.
    pub const ALL: [(&'static str, UploadFault, &'static str); 17] = [
        (
            "storing.pdf",
            UploadFault::Failing,
            "status 500 met een HTML-pagina; niet bewaard",
        ),
        (
            "hapert.pdf",
            UploadFault::FailingOnce,
            "de eerste keer status 500 en niet bewaard, de tweede keer gaat het goed",
        ),
        (
            "geweigerd.pdf",
            UploadFault::Refused,
            "status 422 met de onbekende code DOCUMENT_REFUSED; niet bewaard",
        ),
        (
            "verkeerd-soort.pdf",
            UploadFault::Unsupported,
            "status 415 UNSUPPORTED_FILE; niet bewaard",
        ),
        (
            "te-groot.pdf",
            UploadFault::TooLarge,
            "status 413 FILE_TOO_LARGE; niet bewaard",
        ),
        (
            "te-vaak.pdf",
            UploadFault::TooMany,
            "status 429 TOO_MANY_REQUESTS; niet bewaard",
        ),
        (
            "sessie-verlopen.pdf",
            UploadFault::SessionExpired,
            "status 401 SESSION_EXPIRED; niet bewaard",
        ),
        (
            "verlopen.pdf",
            UploadFault::TokenExpired,
            "status 400 TOKEN_EXPIRED; niet bewaard",
        ),
        (
            "geen-json.pdf",
            UploadFault::NotJson,
            "status 200 met een HTML-pagina; niet bewaard",
        ),
        (
            "niet-ok.pdf",
            UploadFault::NotOk,
            "status 200 met operation_result \"failed\"; niet bewaard",
        ),
        (
            "half.pdf",
            UploadFault::CutOffJson,
            "bewaard, maar de JSON van het antwoord breekt af",
        ),
        (
            "langzaam.pdf",
            UploadFault::Slow,
            "langzaam gelezen en laat beantwoord; bewaard",
        ),
        (
            "laat.pdf",
            UploadFault::AnsweredLate,
            "bewaard, maar laat beantwoord",
        ),
        (
            "weg-ervoor.pdf",
            UploadFault::ClosedBefore,
            "gelezen, daarna de verbinding verbroken; niet bewaard",
        ),
        (
            "weg-tijdens.pdf",
            UploadFault::ClosedWhileReading,
            "de verbinding verbroken terwijl het document nog onderweg is; niet bewaard",
        ),
        (
            "weg-erna.pdf",
            UploadFault::ClosedAfter,
            "bewaard, daarna de verbinding verbroken zonder antwoord",
        ),
        (
            "al-ontvangen.pdf",
            UploadFault::AlreadyReceived,
            "vlak ervoor is een document van iemand anders bewaard: status 409 ALREADY_UPLOADED",
        ),
    ];

    /// The fault that a file of that name brings on.
    pub fn of(filename: &str) -> Option<UploadFault> {
        UploadFault::ALL
            .iter()
            .find(|(name, _, _)| *name == filename)
            .map(|(_, fault, _)| *fault)
    }
}

/// What goes wrong with `getsession` for a well-known consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionFault {
    /// 500 and an HTML page.
    Failing,
    /// 403 with a code that nobody has a sentence for.
    Refused,
    /// 400 `TOKEN_EXPIRED`.
    TokenExpired,
    /// 200 and an HTML page.
    NotJson,
    /// 200 and JSON that breaks off.
    CutOffJson,
    /// A good response, late.
    Slow,
    /// The connection is closed without a response.
    Closed,
    /// 401 `NOT_SIGNED_IN`.
    NotSignedIn,
    /// The first response is good; from then on 401 `SESSION_EXPIRED`, uploads and downloads included.
    ExpiresLater,
    /// Every second response is a 500, the second one first.
    Flaky,
}

impl SessionFault {
    /// The response in place of `good`, when it is the `nth` (from 1) that this consumer gets.
    pub(crate) fn session_response(self, nth: u32, good: impl FnOnce() -> Response) -> Response {
        match self {
            SessionFault::Failing => failing(),
            SessionFault::Refused => error(403, "CONSUMER_BLOCKED", "this consumer is blocked"),
            SessionFault::TokenExpired => token_expired(),
            SessionFault::NotJson => Response::new(200, "text/html; charset=utf-8", ERROR_PAGE),
            SessionFault::CutOffJson => {
                let mut text = good().body.collect();
                text.truncate(text.len() / 2);
                Response::json(200, text)
            }
            SessionFault::Slow => good().delivered(Delivery::Slow),
            SessionFault::Closed => Response::hang_up(),
            SessionFault::NotSignedIn => error(401, "NOT_SIGNED_IN", "nobody is signed in"),
            SessionFault::ExpiresLater if nth > 1 => session_expired(),
            SessionFault::Flaky if nth.is_multiple_of(2) => failing(),
            SessionFault::ExpiresLater | SessionFault::Flaky => good(),
        }
    }

    /// The response in place of any other endpoint's, when there is one.
    pub(crate) fn other_response(self) -> Option<Response> {
        match self {
            SessionFault::NotSignedIn => Some(error(401, "NOT_SIGNED_IN", "nobody is signed in")),
            SessionFault::ExpiresLater => Some(session_expired()),
            _ => None,
        }
    }
}

pub(crate) fn failing() -> Response {
    Response::new(500, "text/html; charset=utf-8", ERROR_PAGE)
}

pub(crate) fn token_expired() -> Response {
    error(400, "TOKEN_EXPIRED", "the token is older than five minutes")
}

pub(crate) fn session_expired() -> Response {
    error(401, "SESSION_EXPIRED", "the session has expired")
}
