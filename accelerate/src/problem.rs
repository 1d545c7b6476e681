//! Why one of the four calls failed, and whether trying again can help. The status, the body's `error` and
//! what was expected say so. The words for a consumer are the portal's; what is kept here for engineers
//! holds nothing about the consumer.

use std::fmt;

use crate::json::{self, Json, Map};

/// A call that failed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What went wrong, as far as a consumer is concerned.
    pub kind: ProblemKind,
    /// AccelerateConnect's or the gateway's code: an upper-case word of at most 64 characters, such as
    /// `TOKEN_EXPIRED`.
    pub code: Option<String>,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// The cause for an engineer, for the console only. Not for a page, not for a log on a server: it
    /// may repeat what a server wrote.
    pub detail: String,
}

/// No error is longer than this, in bytes.
const ERROR_MAX: usize = 64 * 1024;

/// What went wrong, as far as a consumer is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The device has no network.
    Offline,
    /// No answer came: the connection failed, was lost, or took too long. What was sent may have arrived.
    Connection,
    /// The consumer stopped it.
    Cancelled,
    /// The session was, and is over (401, `SESSION_EXPIRED`, `TOKEN_EXPIRED`).
    Expired,
    /// There was no session (`NOT_SIGNED_IN`).
    NotSignedIn,
    /// It does not exist, or is not this consumer's (404, `UNKNOWN_…`).
    NotFound,
    /// The action has its upload already (409, `ALREADY_UPLOADED`): settled by asking getsession, not by
    /// sending again.
    AlreadyUploaded,
    /// The dossier can be read and no longer acted on (`SESSION_CLOSED`).
    Closed,
    /// The file is larger than the server takes (413).
    TooLarge,
    /// The file is of a kind that the server does not take (415).
    UnsupportedKind,
    /// Too many requests at once (429).
    TooMany,
    /// Something between the browser and us did not let the request through, such as a check for robots or a
    /// filter (403 with a web page): none of our servers refuses in that way.
    Blocked,
    /// Refused for any other reason (other 4xx, an `error` of another kind).
    Rejected,
    /// The server failed (5xx).
    Server,
    /// An answer came that cannot be read: no JSON, or cut off.
    NotUnderstood,
    /// A document was asked for and something else came, such as an error page.
    NotADocument,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// The same request may well succeed now.
    Helps,
    /// The same request may succeed after some time: the other side has to recover first.
    Later,
    /// The same request gets the same answer: something else has to happen first.
    Never,
}

impl ProblemKind {
    /// Whether trying again can help with problems of this kind.
    pub fn retry(self) -> Retry {
        use ProblemKind::*;
        match self {
            // Nothing is wrong with the request. (For an upload whose answer was lost, the portal asks
            // getsession first whether it arrived.)
            Offline | Connection | Cancelled => Retry::Helps,
            // Mostly an answer cut short on its way.
            NotUnderstood => Retry::Helps,
            TooMany | Server | NotADocument | Blocked => Retry::Later,
            // A new session, another file, or nothing.
            Expired | NotSignedIn | NotFound | AlreadyUploaded | Closed | TooLarge
            | UnsupportedKind | Rejected => Retry::Never,
        }
    }

    /// What a code says by itself; `None` for the codes that we do not know.
    fn of_code(code: &str) -> Option<Self> {
        use ProblemKind::*;
        // In this order: SESSION_EXPIRED is about a session that was, ALREADY_CLOSED about an upload.
        const CODES: [(&str, ProblemKind); 18] = [
            ("EXPIRED", Expired),
            ("NOT_SIGNED_IN", NotSignedIn),
            ("UNAUTHENTICATED", NotSignedIn),
            ("ALREADY", AlreadyUploaded),
            ("CLOSED", Closed),
            ("UNKNOWN_ERROR", Server),
            ("UNKNOWN_", NotFound),
            ("NOT_FOUND", NotFound),
            ("TOO_LARGE", TooLarge),
            ("UNSUPPORTED", UnsupportedKind),
            ("TOO_MANY", TooMany),
            ("RATE_LIMIT", TooMany),
            ("INTERNAL", Server),
            ("UNAVAILABLE", Server),
            ("MAINTENANCE", Server),
            ("TIMEOUT", Server),
            // The gateway's: what came from AccelerateConnect was no answer; we were cut off.
            ("BAD_ANSWER", NotUnderstood),
            ("INTERRUPTED", Connection),
        ];
        CODES
            .iter()
            .find(|(part, _)| code.contains(part))
            .map(|(_, kind)| *kind)
    }

    /// What a status says by itself.
    fn of_status(status: u16) -> Self {
        use ProblemKind::*;
        match status {
            0 | 408 => Connection,
            401 => Expired,
            404 | 410 => NotFound,
            // Without a code it is settled like any "already uploaded": by asking, which harms nobody.
            409 => AlreadyUploaded,
            413 => TooLarge,
            415 => UnsupportedKind,
            425 | 429 => TooMany,
            500.. => Server,
            _ => Rejected,
        }
    }
}

impl Problem {
    /// A problem that no server reported.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Problem {
            kind,
            code: None,
            status: None,
            detail: detail.into(),
        }
    }

    /// Whether trying again can help.
    pub fn retry(&self) -> Retry {
        self.kind.retry()
    }

    /// Whether what was sent may still arrive after getsession did not show it: there was no answer, or one of
    /// a proxy that did not wait for the server's own.
    pub fn may_still_arrive(&self) -> bool {
        match self.kind {
            ProblemKind::Connection | ProblemKind::Cancelled | ProblemKind::Offline => true,
            // 502, 504, and what a well-known proxy says in their place (520 to 527). The codes are our
            // gateway's, and say that AccelerateConnect did not answer.
            ProblemKind::Server => {
                matches!(self.status, Some(502 | 504 | 520..=527))
                    || matches!(
                        self.code.as_deref(),
                        Some("ACCELERATE_UNAVAILABLE" | "ACCELERATE_TIMEOUT")
                    )
            }
            _ => false,
        }
    }

    /// Whether the consumer is not let in (any more): a new link lets them in, trying again does not. A
    /// token of the server's that was too old (`TOKEN_EXPIRED`, 400) is none of their business.
    pub fn is_signed_out(&self) -> bool {
        match self.kind {
            ProblemKind::NotSignedIn => true,
            ProblemKind::Expired => self.status == Some(401),
            _ => false,
        }
    }

    /// The same problem, with the status of the answer it was found in.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// A text that is no JSON, or is cut off.
    pub(crate) fn not_json(error: serde_json::Error) -> Self {
        Problem::new(
            ProblemKind::NotUnderstood,
            format!("not JSON, or cut off: {error}"),
        )
    }
}

impl fmt::Display for Problem {
    /// For engineers: kind, status, code and detail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.kind, f)?;
        if let Some(status) = self.status {
            write!(f, " (status {status})")?;
        }
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// Whether an answer of any of the four calls is an error: a status of 400 or above (or 0, none at
/// all), or a JSON body with an `error`, which is short: a long body is no error by itself. (Reading the
/// session, an OTD, an upload's answer or a document looks for it too.)
pub fn check_answer(status: u16, body: &[u8]) -> Result<(), Problem> {
    let failed = status == 0 || status >= 400;
    let error = if body.len() <= ERROR_MAX {
        error_in(body)
    } else {
        None
    };
    match error {
        Some(error) => Err(error
            .into_problem(failed.then_some(status))
            .with_status(status)),
        None if failed => {
            let kind = match status {
                403 if starts_like_html(body) => ProblemKind::Blocked,
                _ => ProblemKind::of_status(status),
            };
            Err(Problem::new(kind, "the server refused").with_status(status))
        }
        None => Ok(()),
    }
}

/// Whether an upload was taken: no error, and an `operation_result` of `ok`.
pub fn check_upload_answer(status: u16, body: &[u8]) -> Result<(), Problem> {
    check_answer(status, body)?;
    let text = json::clean(body);
    let answer = Map::parse(&text).map_err(|error| Problem::not_json(error).with_status(status))?;
    let problem = match answer.get("operation_result") {
        Some(result) if result.is_text() => {
            let result = result.text().unwrap_or_default();
            if result.trim().eq_ignore_ascii_case("ok") {
                return Ok(());
            }
            let error = ErrorBody {
                code: code(&result),
                message: result,
            };
            error.into_problem(None)
        }
        Some(_) => Problem::new(ProblemKind::Rejected, "operation_result is no text"),
        None => Problem::new(ProblemKind::NotUnderstood, "no operation_result"),
    };
    Err(problem.with_status(status))
}

/// Whether what came for a document is one, from its type, its first bytes (1,024 are enough) and the
/// name it would be saved under. A web page or a JSON error never is; what calls itself a PDF must
/// have a PDF's signature.
pub fn check_document(
    content_type: Option<&str>,
    head: &[u8],
    filename: Option<&str>,
) -> Result<(), Problem> {
    let kind = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let refuse = |why: &str| Err(Problem::new(ProblemKind::NotADocument, why));
    if let Some(error) = error_in(head) {
        return Err(error.into_problem(None));
    }
    if head.is_empty() {
        return refuse("it is empty");
    }
    if kind.contains("json") {
        return refuse("it is JSON");
    }
    if kind == "text/html" || kind == "application/xhtml+xml" || starts_like_html(head) {
        return refuse("it is a web page");
    }
    let named_pdf = filename
        .and_then(|name| name.get(name.len().checked_sub(4)?..))
        .is_some_and(|end| end.eq_ignore_ascii_case(".pdf"));
    if (named_pdf || kind == "application/pdf") && !has_pdf_signature(head) {
        return refuse("it calls itself a PDF and has no PDF's signature");
    }
    Ok(())
}

/// Whether `%PDF-` stands in the first 1,024 bytes, where PDF readers look for it.
pub(crate) fn has_pdf_signature(head: &[u8]) -> bool {
    head[..head.len().min(1024)]
        .windows(5)
        .any(|window| window == b"%PDF-")
}

/// In how many of its last bytes a PDF's end is looked for. Readers want it in the last 1,024, but many PDFs
/// have more behind it: zeros, or what a script printed after it.
pub const PDF_END_WITHIN: usize = 128 * 1024;

/// Whether a PDF has its end, from its last bytes ([`PDF_END_WITHIN`] are enough): `%%EOF`, and no object behind
/// it. A PDF that was changed, or made for the web, has that mark in its middle too.
pub fn has_pdf_end(tail: &[u8]) -> bool {
    let Some(end) = tail.windows(5).rposition(|window| window == b"%%EOF") else {
        return false;
    };
    let behind = &tail[end..];
    !behind.windows(5).enumerate().any(|(at, window)| {
        matches!(window, [b'0'..=b'9', b' ', b'o', b'b', b'j'])
            && !behind
                .get(at + 5)
                .is_some_and(|next| next.is_ascii_alphabetic())
    })
}

/// The first bytes without byte order mark and white space.
fn beginning(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii_start()
}

fn starts_like_json(body: &[u8]) -> bool {
    beginning(body).first() == Some(&b'{')
}

/// Whether the bytes begin as a web page or as what PHP prints when it fails.
fn starts_like_html(body: &[u8]) -> bool {
    const TAGS: [&[u8]; 11] = [
        b"<!doctype",
        b"<html",
        b"<head",
        b"<body",
        b"<title",
        b"<meta",
        b"<script",
        b"<br",
        b"<b>",
        b"<h1",
        b"<p>",
    ];
    let start = beginning(body);
    TAGS.iter().any(|tag| {
        start
            .get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    })
}

/// The `error` of a JSON object. Reads what there is of a body that is cut off.
fn error_in(body: &[u8]) -> Option<ErrorBody> {
    if !starts_like_json(body) {
        return None;
    }
    ErrorBody::read(&Map::parse_partly(&json::clean(body))["error"])
}

/// What an `error` says: a text, or an object with `code` and `message`.
pub(crate) struct ErrorBody {
    code: Option<String>,
    message: String,
}

impl ErrorBody {
    /// Reads the value of `error`. Absent, `null`, `false`, `0`, empty: no error.
    pub fn read(error: &Json<'_>) -> Option<Self> {
        let plain = words(error);
        let members = error.map();
        if plain.is_none() && members.is_empty() {
            return None;
        }
        let code = words(&members["code"]).or_else(|| plain.clone());
        Some(ErrorBody {
            code: code.and_then(|text| self::code(&text)),
            message: words(&members["message"]).or(plain).unwrap_or_default(),
        })
    }

    /// The problem that it means: its code says most, then the status, if that is one of failure.
    pub fn into_problem(self, failed: Option<u16>) -> Problem {
        let kind = match (self.code.as_deref().and_then(ProblemKind::of_code), failed) {
            (Some(kind), _) => kind,
            // A conflict with a reason that we do not know is not "already uploaded".
            (None, Some(409)) if self.code.is_some() => ProblemKind::Rejected,
            (None, Some(status)) => ProblemKind::of_status(status),
            (None, None) => ProblemKind::Rejected,
        };
        let mut detail = self.message;
        detail.retain(|c| !c.is_control());
        if let Some((end, _)) = detail.char_indices().nth(200) {
            detail.truncate(end);
        }
        Problem {
            kind,
            code: self.code,
            status: None,
            detail,
        }
    }
}

/// A value that says something, as text.
fn words(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Bool(true) => Some(String::from("true")),
        Json::Number(digits) if digits == "0" => None,
        value => value.text(),
    }
}

/// The code that a text is, or starts with, as in `TOKEN_EXPIRED: sign again`: an upper-case word of at
/// most 64 characters.
fn code(text: &str) -> Option<String> {
    let text = text.trim();
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let word = text.split(|c| !is_part(c)).next().unwrap_or_default();
    let is_code =
        word.contains('_') || (word == text && word.contains(|c: char| c.is_ascii_uppercase()));
    (is_code && word.len() <= 64).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProblemKind::*;

    fn answered(status: u16, body: &str) -> Option<ProblemKind> {
        check_answer(status, body.as_bytes())
            .err()
            .map(|problem| problem.kind)
    }

    #[test]
    fn an_answer_without_an_error_is_none() {
        for body in [
            "",
            "{}",
            r#"{"error":null}"#,
            r#"{"error":""}"#,
            r#"{"error":false}"#,
            r#"{"error":[]}"#,
            r#"{"error":0}"#,
            "%PDF-1.7",
            "[1]",
        ] {
            assert_eq!(answered(200, body), None, "{body}");
        }
        assert_eq!(answered(304, ""), None);
    }

    #[test]
    fn the_status_says_what_failed_when_nothing_else_does() {
        let statuses = [
            (0, Connection),
            (400, Rejected),
            (401, Expired),
            (404, NotFound),
            (408, Connection),
            (409, AlreadyUploaded),
            (413, TooLarge),
            (415, UnsupportedKind),
            (418, Rejected),
            (429, TooMany),
            (500, Server),
            (503, Server),
            (599, Server),
        ];
        for (status, kind) in statuses {
            assert_eq!(answered(status, "<html>"), Some(kind), "{status}");
            assert_eq!(
                answered(status, r#"{"error":"Er ging iets mis"}"#),
                Some(kind),
                "{status}"
            );
        }
    }

    #[test]
    fn a_web_page_that_forbids_is_of_something_in_between() {
        for page in ["<!DOCTYPE html><title>Just a moment...</title>", " <html>"] {
            assert_eq!(answered(403, page), Some(Blocked), "{page}");
        }
        for ours in [
            "",
            "{}",
            r#"{"error":"Verboden"}"#,
            r#"{"error":{"code":"ORIGIN_REFUSED"}}"#,
        ] {
            assert_eq!(answered(403, ours), Some(Rejected), "{ours}");
        }
    }

    #[test]
    fn only_what_had_no_answer_of_the_server_may_still_arrive() {
        let status = |status| check_answer(status, b"<html>").expect_err("a problem");
        for problem in [
            Problem::new(Connection, ""),
            status(408),
            status(502),
            status(504),
            status(522),
            check_answer(503, br#"{"error":{"code":"ACCELERATE_UNAVAILABLE"}}"#)
                .expect_err("a problem"),
        ] {
            assert!(problem.may_still_arrive(), "{problem}");
        }
        let failed = br#"{"error":{"code":"ACCELERATE_FAILED"}}"#;
        for problem in [
            status(500),
            status(503),
            status(403),
            status(413),
            status(429),
            check_answer(500, failed).expect_err("a problem"),
        ] {
            assert!(!problem.may_still_arrive(), "{problem}");
        }
    }

    #[test]
    fn the_code_says_more_than_the_status() {
        let codes = [
            ("TOKEN_EXPIRED", Expired),
            ("SESSION_EXPIRED", Expired),
            ("NOT_SIGNED_IN", NotSignedIn),
            ("ALREADY_UPLOADED", AlreadyUploaded),
            ("SESSION_CLOSED", Closed),
            ("UNKNOWN_PRODUCTACTION", NotFound),
            ("UNKNOWN_CONSUMER", NotFound),
            ("UNKNOWN_ERROR", Server),
            ("FILE_TOO_LARGE", TooLarge),
            ("UNSUPPORTED_FILE", UnsupportedKind),
            ("TOO_MANY_REQUESTS", TooMany),
            ("INVALID_PARAMETER", Rejected),
            ("NOT_UPLOADED_YET", Rejected),
        ];
        for (code, kind) in codes {
            for status in [200, 400, 409] {
                let body = [r#"{"error":{"message":"x","code":""#, code, r#""}}"#].concat();
                let problem = check_answer(status, body.as_bytes()).expect_err(code);
                assert_eq!(
                    (problem.kind, problem.code.as_deref(), problem.status),
                    (kind, Some(code), Some(status))
                );
                assert_eq!(
                    answered(status, &[r#"{"error":""#, code, r#""}"#].concat()),
                    Some(kind),
                    "{code}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_code_is_not_kept_as_one() {
        let long = "A_".repeat(40);
        for (text, code) in [
            ("TOKEN_EXPIRED: sign again", Some("TOKEN_EXPIRED")),
            ("FOUT", Some("FOUT")),
            ("Fout", None),
            ("E", Some("E")),
            ("500", None),
            ("<b>", None),
            (&long, None),
            ("Het bestand BEST_GROOT", None),
        ] {
            let body = [r#"{"error":""#, text, r#""}"#].concat();
            let problem = check_answer(200, body.as_bytes()).expect_err(text);
            assert_eq!(problem.code.as_deref(), code, "{text}");
        }
    }

    #[test]
    fn a_servers_words_are_kept_short_and_printable() {
        let body = [
            r#"{"error":{"message":"\u001b[31m"#,
            &"é".repeat(1_000),
            r#""}}"#,
        ]
        .concat();
        let problem = check_answer(500, body.as_bytes()).expect_err("an error");
        assert_eq!(problem.detail, ["[31m", &"é".repeat(196)].concat());
    }

    #[test]
    fn errors_and_upload_answers_are_read_as_leniently_as_sessions() {
        let error =
            b"\xEF\xBB\xBF {\"error\":{\"code\":\"SESSION_CLOSED\",\"message\":\"a\tb\x02\xE9\"}}";
        let problem = check_answer(200, error).expect_err("an error");
        assert_eq!(
            (problem.kind, problem.detail.as_str()),
            (Closed, "ab\u{fffd}")
        );
        assert_eq!(
            check_upload_answer(
                200,
                b"\xEF\xBB\xBF{\"note\":\"\x02\n\",\"operation_result\":\"ok\n\"}"
            ),
            Ok(())
        );
    }

    #[test]
    fn an_error_is_found_in_a_body_that_is_cut_off_behind_it() {
        assert_eq!(
            answered(200, r#"{"a":[1],"error":"SESSION_EXPIRED","b":"cut o"#),
            Some(Expired)
        );
        assert_eq!(answered(200, r#"{"a":[1],"error":"SESSION_EXP"#), None);
    }

    #[test]
    fn a_problem_reads_as_a_line_for_engineers() {
        let problem = check_answer(
            409,
            br#"{"error":{"code":"ALREADY_UPLOADED","message":"once"}}"#,
        )
        .expect_err("an error");
        assert_eq!(
            problem.to_string(),
            "AlreadyUploaded (status 409) ALREADY_UPLOADED: once"
        );
        assert_eq!(Problem::new(Offline, "").to_string(), "Offline");
    }

    #[test]
    fn trying_again_helps_only_where_something_may_have_changed() {
        for (kind, retry) in [
            (Offline, Retry::Helps),
            (Connection, Retry::Helps),
            (Cancelled, Retry::Helps),
            (NotUnderstood, Retry::Helps),
            (Server, Retry::Later),
            (TooMany, Retry::Later),
            (NotADocument, Retry::Later),
            (Expired, Retry::Never),
            (AlreadyUploaded, Retry::Never),
            (Closed, Retry::Never),
            (TooLarge, Retry::Never),
            (Rejected, Retry::Never),
        ] {
            assert_eq!(Problem::new(kind, "").retry(), retry, "{kind:?}");
        }
    }

    #[test]
    fn an_upload_is_taken_only_when_the_answer_says_ok() {
        assert_eq!(
            check_upload_answer(200, br#"{ "operation_result" : "ok" }"#),
            Ok(())
        );
        for (body, kind) in [
            (r#"{"operation_result":"failed"}"#, Rejected),
            (
                r#"{"operation_result":"ALREADY_UPLOADED"}"#,
                AlreadyUploaded,
            ),
            (r#"{"operation_result":null}"#, Rejected),
            (r#"{"operation_result":true}"#, Rejected),
            (r#"{"result":"ok"}"#, NotUnderstood),
            (r#"{"operation_result":"ok""#, NotUnderstood),
            ("<html>ok</html>", NotUnderstood),
            ("", NotUnderstood),
            (
                r#"{"operation_result":"ok","error":"SESSION_CLOSED"}"#,
                Closed,
            ),
        ] {
            let problem = check_upload_answer(200, body.as_bytes()).expect_err(body);
            assert_eq!((problem.kind, problem.status), (kind, Some(200)), "{body}");
        }
        assert_eq!(
            check_upload_answer(413, b"").map_err(|problem| problem.kind),
            Err(TooLarge)
        );
        assert_eq!(
            check_upload_answer(500, br#"{"operation_result":"ok"}"#)
                .map_err(|problem| problem.kind),
            Err(Server)
        );
    }

    fn document(kind: &str, head: &[u8], name: &str) -> Option<ProblemKind> {
        check_document(Some(kind), head, Some(name))
            .err()
            .map(|problem| problem.kind)
    }

    #[test]
    fn a_pdf_is_a_pdf_by_its_signature() {
        assert_eq!(
            document("application/pdf", b"%PDF-1.7 ...", "demo.pdf"),
            None
        );
        assert_eq!(
            document(
                "application/octet-stream",
                b"\xEF\xBB\xBF \n%PDF-1.4",
                "DEMO.PDF"
            ),
            None
        );
        assert_eq!(
            document("application/pdf", b"PK\x03\x04", "demo"),
            Some(NotADocument)
        );
        assert_eq!(
            document("application/octet-stream", b"PK\x03\x04", "demo.pdf"),
            Some(NotADocument)
        );
        let late = [&[b' '; 1_020][..], b"%PDF-1.7"].concat();
        assert_eq!(
            document("application/pdf", &late, "demo.pdf"),
            Some(NotADocument)
        );
    }

    #[test]
    fn a_pdf_has_its_end_whatever_stands_behind_it() {
        let whole = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF";
        for behind in [
            "",
            "\r\n",
            "\0\0\0",
            "<b>Warning</b>: no object, 2 objects in portal.php",
            &" ".repeat(80_508),
        ] {
            let tail = [whole.as_slice(), behind.as_bytes()].concat();
            assert!(has_pdf_end(&tail), "{behind}");
        }
        let changed = [whole.as_slice(), b"\n2 0 obj\n<<>>\nendobj\n"].concat();
        assert!(!has_pdf_end(&changed));
        assert!(has_pdf_end(&[&changed, whole.as_slice()].concat()));
        for cut in 9..whole.len() {
            assert!(!has_pdf_end(&whole[..cut]), "{cut}");
        }
        assert!(!has_pdf_end(b""));
    }

    #[test]
    fn other_documents_are_taken_as_they_are() {
        assert_eq!(
            check_document(None, b"PK\x03\x04", Some("brief.docx")),
            Ok(())
        );
        assert_eq!(
            check_document(Some("image/jpeg"), b"\xFF\xD8\xFF", None),
            Ok(())
        );
        assert_eq!(
            check_document(Some("text/plain"), b"Geachte heer {", Some("\u{e9}pdf")),
            Ok(())
        );
    }

    #[test]
    fn an_error_page_is_never_a_document() {
        for head in [
            "<!DOCTYPE html><p>%PDF-1.7",
            "  <HTML>",
            "<br />\n<b>Fatal error</b>",
            "<h1>502 Bad Gateway</h1>",
        ] {
            assert_eq!(
                document("application/pdf", head.as_bytes(), "demo.pdf"),
                Some(NotADocument),
                "{head}"
            );
            assert_eq!(
                document("application/octet-stream", head.as_bytes(), "demo"),
                Some(NotADocument),
                "{head}"
            );
        }
        assert_eq!(
            document("text/html; charset=utf-8", b"%PDF-1.7", "demo.pdf"),
            Some(NotADocument)
        );
        assert_eq!(
            document("application/json", b"{}", "demo"),
            Some(NotADocument)
        );
        assert_eq!(
            document("application/pdf", b"", "demo.pdf"),
            Some(NotADocument)
        );
        let error = br#"{"error":{"code":"SESSION_EXPIRED","message":""}}"#;
        assert_eq!(
            document("application/pdf", error, "demo.pdf"),
            Some(Expired)
        );
    }
}
