//! The origins whose pages may call the gateway: our own and those of the settings. A page of any other
//! origin cannot read an answer, and its requests are refused.

use crate::refusal::Refusal;
use crate::settings::Settings;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// The headers that a page of another origin may read.
const EXPOSED_HEADERS: &str = "content-disposition, content-length, content-encoding, retry-after, portal-session, portal-draft-keys";
/// The headers that it may send: the upload's parameters, and `upload-id`.
const ALLOWED_HEADERS: &str = "content-type, productaction_id, productaction-id, is_reupload, is-reupload, filename, mimetype, comment, \
    upload-id";

/// The origins whose pages may call the gateway.
#[derive(Debug)]
pub struct AllowedOrigins {
    own: Vec<String>,
    listed: Vec<String>,
}

/// Whose page a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestOrigin {
    /// Our own page.
    Own,
    /// A page of an origin in the settings.
    Listed(HeaderValue),
    /// The request names no page.
    None,
}

impl AllowedOrigins {
    /// The origins of these settings.
    pub fn new(settings: &Settings) -> AllowedOrigins {
        AllowedOrigins {
            own: settings.own_origins(),
            listed: settings.access.origins.clone(),
        }
    }

    /// Whose page a request comes from. A request that changes something must name an allowed origin, or
    /// the browser must say that it is our own.
    ///
    /// # Errors
    /// [`Refusal::OriginRefused`].
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<RequestOrigin, Refusal> {
        // Browsers set this header and pages cannot. It is sent over TLS and to this machine only.
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let (origin, more) = (origins.next(), origins.next());
        if more.is_some() {
            return Err(Refusal::OriginRefused);
        }
        let Some(origin) = origin else {
            let only_reads = matches!(*method, Method::GET | Method::HEAD);
            return match site {
                Some(b"same-origin") => Ok(RequestOrigin::Own),
                _ if only_reads => Ok(RequestOrigin::None),
                _ => Err(Refusal::OriginRefused),
            };
        };
        let is_among =
            |origins: &[String]| origins.iter().any(|it| it.as_bytes() == origin.as_bytes());
        if is_among(&self.own) || site == Some(b"same-origin") {
            return Ok(RequestOrigin::Own);
        }
        if is_among(&self.listed) {
            return Ok(RequestOrigin::Listed(origin.clone()));
        }
        Err(Refusal::OriginRefused)
    }

    /// The answer to a preflight: what a browser asks before it sends something across origins.
    pub fn preflight(&self) -> Response {
        let headers = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        (StatusCode::NO_CONTENT, headers).into_response()
    }

    /// Adds the headers that let a page of that origin read an answer.
    pub fn allow(&self, origin: &RequestOrigin, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if let RequestOrigin::Listed(origin) = origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            for (name, value) in [
                (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
                (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accelerate::conventions as names;

    fn check(
        method: Method,
        pairs: &[(&'static str, &'static str)],
    ) -> Result<RequestOrigin, Refusal> {
        let origins = AllowedOrigins {
            own: vec!["https://portal.example.nl".to_owned()],
            listed: vec!["https://www.example.nl".to_owned()],
        };
        let headers = HeaderMap::from_iter(pairs.iter().map(|(name, value)| {
            let name = http::HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        }));
        origins.check(&method, &headers)
    }

    #[test]
    fn our_own_page_and_listed_pages_may_call_with_every_method() {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let own = check(method.clone(), &[("origin", "https://portal.example.nl")]);
            assert_eq!(own, Ok(RequestOrigin::Own));
            let listed = check(
                method,
                &[
                    ("origin", "https://www.example.nl"),
                    ("sec-fetch-site", "same-site"),
                ],
            );
            assert_eq!(
                listed,
                Ok(RequestOrigin::Listed(HeaderValue::from_static(
                    "https://www.example.nl"
                )))
            );
        }
        assert_eq!(
            check(Method::POST, &[("sec-fetch-site", "same-origin")]),
            Ok(RequestOrigin::Own)
        );
    }

    #[test]
    fn a_page_of_any_other_origin_is_refused() {
        for origin in [
            "null",
            "https://evil.example",
            "http://www.example.nl",
            "https://www.example.nl:8443",
            "https://www.example.nl.evil.example",
            "https://WWW.example.nl",
        ] {
            for method in [Method::GET, Method::POST] {
                assert_eq!(
                    check(method, &[("origin", origin)]),
                    Err(Refusal::OriginRefused),
                    "{origin}"
                );
            }
        }
    }

    #[test]
    fn a_change_without_an_origin_is_refused() {
        assert_eq!(check(Method::GET, &[]), Ok(RequestOrigin::None));
        for site in ["cross-site", "same-site", "none"] {
            let refused = check(Method::POST, &[("sec-fetch-site", site)]);
            assert_eq!(refused, Err(Refusal::OriginRefused));
        }
        assert_eq!(check(Method::POST, &[]), Err(Refusal::OriginRefused));
        assert_eq!(check(Method::DELETE, &[]), Err(Refusal::OriginRefused));
    }

    #[test]
    fn every_header_of_an_upload_may_be_sent() {
        for name in [
            names::PRODUCTACTION_ID,
            names::IS_REUPLOAD,
            names::FILENAME,
            names::MIMETYPE,
            names::COMMENT,
            names::UPLOAD_ID,
        ] {
            assert!(
                ALLOWED_HEADERS.split(", ").any(|allowed| allowed == name),
                "{name}"
            );
        }
    }
}
