//! Every refusal: a status and a code, in the shape of AccelerateConnect's errors. The portal turns the
//! code into a sentence. An answer never says more than the code; the reason is for the log.

use crate::store::StoreAway;
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
    /// The action is not this consumer's, or does not exist: the answer is the same.
    UnknownProductaction,
    /// A parameter is missing or malformed.
    InvalidParameter,
    /// Pages of that origin may not call the gateway.
    OriginRefused,
    /// The key of `POST /links` is missing or wrong.
    KeyRefused,
    /// The body of a request that is no upload is larger than allowed.
    BodyTooLarge,
    /// The document is larger than allowed.
    FileTooLarge,
    /// The document is of a kind that no office takes.
    UnknownKind,
    /// The address is longer than allowed.
    UrlTooLong,
    /// Too many requests in too little time; how long to wait.
    TooManyRequests(Duration),
    /// Every slot for an upload is taken.
    Busy,
    /// Another upload of the same action is under way, or it is not known how it ended.
    UploadUnderWay,
    /// The action got its document a moment ago, and this upload says that it has none.
    AlreadyUploaded,
    /// The browser sent nothing for too long, in the middle of an upload.
    TooSlow,
    /// The upload broke off before all of it had arrived.
    UploadInterrupted,
    /// AccelerateConnect does not answer, or is not asked for a while; how long to wait.
    AccelerateUnavailable(Duration),
    /// The store is away, and without it this cannot be done now.
    StoreUnavailable,
    /// AccelerateConnect did not answer in time.
    AccelerateTimeout,
    /// AccelerateConnect's answer cannot be read.
    BadAnswer,
    /// Something is wrong in the gateway itself.
    Internal,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::NotSignedIn | Refusal::SessionExpired | Refusal::KeyRefused => {
                StatusCode::UNAUTHORIZED
            }
            Refusal::NotFound | Refusal::UnknownProductaction => StatusCode::NOT_FOUND,
            Refusal::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::InvalidParameter => StatusCode::BAD_REQUEST,
            Refusal::OriginRefused => StatusCode::FORBIDDEN,
            Refusal::BodyTooLarge | Refusal::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::UnknownKind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::UrlTooLong => StatusCode::URI_TOO_LONG,
            Refusal::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Busy
            | Refusal::UploadUnderWay
            | Refusal::AccelerateUnavailable(_)
            | Refusal::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::AlreadyUploaded => StatusCode::CONFLICT,
            Refusal::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refusal::UploadInterrupted | Refusal::BadAnswer => StatusCode::BAD_GATEWAY,
            Refusal::AccelerateTimeout => StatusCode::GATEWAY_TIMEOUT,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code, written as AccelerateConnect writes its codes.
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
            Refusal::BodyTooLarge => "BODY_TOO_LARGE",
            Refusal::FileTooLarge => "FILE_TOO_LARGE",
            Refusal::UnknownKind => "UNSUPPORTED_TYPE",
            Refusal::UrlTooLong => "URL_TOO_LONG",
            Refusal::TooManyRequests(_) => "TOO_MANY_REQUESTS",
            Refusal::Busy => "TOO_BUSY",
            Refusal::UploadUnderWay => "UPLOAD_UNDER_WAY",
            Refusal::AlreadyUploaded => "ALREADY_UPLOADED",
            Refusal::TooSlow => "TOO_SLOW",
            Refusal::UploadInterrupted => "UPLOAD_INTERRUPTED",
            Refusal::AccelerateUnavailable(_) => "ACCELERATE_UNAVAILABLE",
            Refusal::StoreUnavailable => "STORE_UNAVAILABLE",
            Refusal::AccelerateTimeout => "ACCELERATE_TIMEOUT",
            Refusal::BadAnswer => "BAD_ANSWER",
            Refusal::Internal => "INTERNAL_ERROR",
        }
    }

    fn retry_after(self) -> Option<Duration> {
        match self {
            Refusal::TooManyRequests(wait) | Refusal::AccelerateUnavailable(wait) => Some(wait),
            Refusal::Busy | Refusal::UploadUnderWay | Refusal::StoreUnavailable => {
                Some(Duration::from_secs(5))
            }
            _ => None,
        }
    }
}

impl From<StoreAway> for Refusal {
    fn from(_: StoreAway) -> Refusal {
        Refusal::StoreUnavailable
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = error_response(self.status(), self.code());
        if let Some(wait) = self.retry_after() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}

/// The code of an error, as an extension of its response.
#[derive(Debug, Clone)]
pub struct ErrorCode(pub String);

/// An error in AccelerateConnect's shape. `code` consists of `A` to `Z`, `0` to `9` and `_`.
pub fn error_response(status: StatusCode, code: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = (status, headers, error_body(code)).into_response();
    response.extensions_mut().insert(ErrorCode(code.to_owned()));
    response
}

/// The JSON body of such an error.
pub fn error_body(code: &str) -> String {
    format!("{{\"error\":{{\"code\":\"{code}\"}}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_sent_in_whole_seconds_rounded_up() {
        let wait = Duration::from_millis(1_200);
        let response = Refusal::TooManyRequests(wait).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.status(), 429);
    }
}
