//! Which pages may call the endpoints: our own, the broker's, and those of the configuration. To any
//! other origin the endpoints say nothing, not even an error it could read.

use hyper::header::{HeaderMap, HeaderValue};

/// Who a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Our own page, or no page at all.
    Own,
    /// Another origin that is welcome.
    Welcome(HeaderValue),
    /// Anyone else.
    Stranger,
}

/// Reads who calls off `Origin`. A page reached by another name for this machine (`localhost`) is our
/// own by its `Host`; one behind a development server, which changes the `Host`, by what the browser
/// says of it (no page can set `Sec-Fetch-Site`).
pub fn caller<'a>(headers: &HeaderMap, mut welcome: impl Iterator<Item = &'a str>) -> Caller {
    let Some(origin) = headers.get("origin") else {
        return Caller::Own;
    };
    let own = |host: &HeaderValue| [b"http://", host.as_bytes()].concat() == origin.as_bytes();
    let same_site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if headers.get("host").is_some_and(own) || same_site == Some(b"same-origin") {
        return Caller::Own;
    }
    match welcome.any(|welcome| welcome.as_bytes() == origin.as_bytes()) {
        true => Caller::Welcome(origin.clone()),
        false => Caller::Stranger,
    }
}

/// Adds what lets that caller's page read the response.
pub fn allow(caller: &Caller, headers: &mut HeaderMap) {
    headers.append("vary", HeaderValue::from_static("origin"));
    if let Caller::Welcome(origin) = caller {
        headers.insert("access-control-allow-origin", origin.clone());
        for (name, value) in [
            ("access-control-allow-credentials", "true"),
            (
                "access-control-expose-headers",
                "content-disposition, content-length",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Adds what a preflight asks.
pub fn allow_preflight(headers: &mut HeaderMap) {
    for (name, value) in [
        ("access-control-allow-methods", "GET, POST"),
        (
            "access-control-allow-headers",
            "content-type, productaction_id, productaction-id, is_reupload, is-reupload, filename, mimetype, \
             comment, upload-id",
        ),
        ("access-control-max-age", "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::{Caller, caller};
    use hyper::header::{HeaderMap, HeaderValue};

    fn from(origin: Option<&'static str>) -> Caller {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("localhost:8080"));
        if let Some(origin) = origin {
            headers.insert("origin", HeaderValue::from_static(origin));
        }
        caller(&headers, ["http://127.0.0.1:8081"].into_iter())
    }

    #[test]
    fn only_known_origins_are_allowed() {
        let broker = "http://127.0.0.1:8081";
        assert_eq!(from(None), Caller::Own);
        assert_eq!(from(Some("http://localhost:8080")), Caller::Own);
        assert_eq!(
            from(Some(broker)),
            Caller::Welcome(HeaderValue::from_static(broker))
        );
        for stranger in [
            "null",
            "http://127.0.0.1:80",
            "https://127.0.0.1:8081",
            "http://evil.example",
        ] {
            assert_eq!(from(Some(stranger)), Caller::Stranger, "{stranger}");
        }
    }
}
