//! Every answer that says no: a status and a code in the shape of AccelerateConnect's errors, which the
//! portal turns into a sentence. Never says why in more words than the code: those are for the log.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use std::time::Duration;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No session comes with the request.
    NotSignedIn,
    /// The session that comes with it is over.
    SessionExpired,
    /// There is no such address.
    NotFound,
    /// The address takes another method.
    MethodNotAllowed,
    /// The action is none of this consumer's, or does not exist: nobody can tell which.
    UnknownProductaction,
    /// A parameter is missing or cannot be.
    InvalidParameter,
    /// Pages of that origin may not call us.
    OriginRefused,
    /// The key of `POST /links` is missing or wrong.
    KeyRefused,
    /// The document is larger than we take.
    FileTooLarge,
    /// The address is longer than we take.
    UrlTooLong,
    /// So many requests in so little time.
    TooManyRequests(Duration),
    /// Every place for an upload is taken.
    Busy,
    /// The browser stood still in the middle of what it was sending.
    TooSlow,
    /// The upload broke off before all of it was here.
    UploadInterrupted,
    /// AccelerateConnect does not answer, or we stopped asking for a while.
    AccelerateUnavailable(Duration),
    /// AccelerateConnect did not answer in time.
    AccelerateTimeout,
    /// AccelerateConnect answered something that is no answer.
    BadAnswer,
    /// The fault is ours.
    Internal,
}

impl Refusal {
    /// The status.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::NotSignedIn | Refusal::SessionExpired | Refusal::KeyRefused => {
                StatusCode::UNAUTHORIZED
            }
            Refusal::NotFound | Refusal::UnknownProductaction => StatusCode::NOT_FOUND,
            Refusal::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::InvalidParameter => StatusCode::BAD_REQUEST,
            Refusal::OriginRefused => StatusCode::FORBIDDEN,
            Refusal::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::UrlTooLong => StatusCode::URI_TOO_LONG,
            Refusal::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Busy | Refusal::AccelerateUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refusal::UploadInterrupted | Refusal::BadAnswer => StatusCode::BAD_GATEWAY,
            Refusal::AccelerateTimeout => StatusCode::GATEWAY_TIMEOUT,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code, in AccelerateConnect's manner.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotSignedIn => "NOT_SIGNED_IN",
            Refusal::SessionExpired => "SESSION_EXPIRED",
            Refusal::NotFound => "UNKNOWN_ENDPOINT",
            Refusal::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Refusal::UnknownProductaction => "UNKNOWN_PRODUCTACTION",
            Refusal::InvalidParameter => "INVALID_PARAMETER",
            Refusal::OriginRefused => "ORIGIN_REFUSED",
            Refusal::KeyRefused => "KEY_REFUSED",
            Refusal::FileTooLarge => "FILE_TOO_LARGE",
            Refusal::UrlTooLong => "URL_TOO_LONG",
            Refusal::TooManyRequests(_) => "TOO_MANY_REQUESTS",
            Refusal::Busy => "TOO_BUSY",
            Refusal::TooSlow => "TOO_SLOW",
            Refusal::UploadInterrupted => "UPLOAD_INTERRUPTED",
            Refusal::AccelerateUnavailable(_) => "ACCELERATE_UNAVAILABLE",
            Refusal::AccelerateTimeout => "ACCELERATE_TIMEOUT",
            Refusal::BadAnswer => "BAD_ANSWER",
            Refusal::Internal => "INTERNAL_ERROR",
        }
    }

    fn retry_after(self) -> Option<Duration> {
        match self {
            Refusal::TooManyRequests(wait) | Refusal::AccelerateUnavailable(wait) => Some(wait),
            Refusal::Busy => Some(Duration::from_secs(5)),
            _ => None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = error(self.status(), self.code());
        if let Some(wait) = self.retry_after() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// An error in AccelerateConnect's shape. `code` is of `A` to `Z`, `0` to `9` and `_`.
pub fn error(status: StatusCode, code: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body(code)).into_response()
}

/// The body of such an error.
pub fn body(code: &str) -> String {
    format!("{{\"error\":{{\"code\":\"{code}\"}}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_whole_seconds_rounded_up() {
        let wait = Duration::from_millis(1_200);
        let response = Refusal::TooManyRequests(wait).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.status(), 429);
    }
}
