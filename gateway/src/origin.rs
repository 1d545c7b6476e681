//! Which pages may call us: our own and those that are listed. To any other the gateway says nothing it
//! could read, and takes nothing from it.

use crate::refusal::Refusal;
use crate::settings::Settings;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// What a page of another origin may read besides the body.
const EXPOSED: &str =
    "content-disposition, content-length, content-encoding, retry-after, portal-session";
/// What it may send: the upload's parameters (accelerate-connect.md) and ours.
const TAKEN: &str =
    "content-type, productaction_id, is_reupload, filename, mimetype, comment, upload-id";

/// The origins that are welcome.
#[derive(Debug)]
pub struct Origins {
    own: String,
    listed: Vec<String>,
}

/// Who a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Our own page.
    Own,
    /// A page of an origin that is listed.
    Listed(HeaderValue),
    /// No page that says so.
    None,
}

impl Origins {
    /// The origins as they were set.
    pub fn new(settings: &Settings) -> Origins {
        Origins {
            own: settings.public_url.origin().ascii_serialization(),
            listed: settings.access.origins.clone(),
        }
    }

    /// Who calls. What changes something needs an origin that is welcome, or a browser's word that it is
    /// our own.
    ///
    /// # Errors
    /// [`Refusal::OriginRefused`].
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<Caller, Refusal> {
        // No page can set this header; it is not sent to an address without TLS, loopback excepted.
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let (origin, more) = (origins.next(), origins.next());
        if more.is_some() {
            return Err(Refusal::OriginRefused);
        }
        let Some(origin) = origin else {
            let harmless = matches!(*method, Method::GET | Method::HEAD);
            return match site {
                Some(b"same-origin") => Ok(Caller::Own),
                _ if harmless => Ok(Caller::None),
                _ => Err(Refusal::OriginRefused),
            };
        };
        if origin.as_bytes() == self.own.as_bytes() || site == Some(b"same-origin") {
            return Ok(Caller::Own);
        }
        if self
            .listed
            .iter()
            .any(|it| it.as_bytes() == origin.as_bytes())
        {
            return Ok(Caller::Listed(origin.clone()));
        }
        Err(Refusal::OriginRefused)
    }

    /// The answer to what a browser asks before it sends something across origins.
    pub fn preflight(&self) -> Response {
        let headers = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, TAKEN),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        (StatusCode::NO_CONTENT, headers).into_response()
    }

    /// Adds what lets that caller's page read an answer.
    pub fn allow(&self, caller: &Caller, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if let Caller::Listed(origin) = caller {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            for (name, value) in [
                (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
                (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
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

    fn check(method: Method, pairs: &[(&'static str, &'static str)]) -> Result<Caller, Refusal> {
        let origins = Origins {
            own: "https://portal.example.nl".to_owned(),
            listed: vec!["https://www.example.nl".to_owned()],
        };
        let headers = HeaderMap::from_iter(pairs.iter().map(|(name, value)| {
            let name = http::HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        }));
        origins.check(&method, &headers)
    }

    #[test]
    fn our_own_page_and_those_listed_may_do_everything() {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let own = check(method.clone(), &[("origin", "https://portal.example.nl")]);
            assert_eq!(own, Ok(Caller::Own));
            let listed = check(
                method,
                &[
                    ("origin", "https://www.example.nl"),
                    ("sec-fetch-site", "same-site"),
                ],
            );
            assert_eq!(
                listed,
                Ok(Caller::Listed(HeaderValue::from_static(
                    "https://www.example.nl"
                )))
            );
        }
        assert_eq!(
            check(Method::POST, &[("sec-fetch-site", "same-origin")]),
            Ok(Caller::Own)
        );
    }

    #[test]
    fn everyone_else_is_refused() {
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
    fn what_changes_something_does_not_come_from_nowhere() {
        assert_eq!(check(Method::GET, &[]), Ok(Caller::None));
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
            assert!(TAKEN.split(", ").any(|taken| taken == name), "{name}");
        }
    }
}
