//! The built site as static files: precompressed, cached by what their names promise, under the
//! contract's Content Security Policy, and readable by the broker's origin.

use super::{Body, text_response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Request, Response};
use std::path::Path;
use tower_http::services::ServeDir;

/// The contract's (design.md). Which pages may frame ours is the gateway's to say.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    frame-src 'self' blob:; base-uri 'none'; form-action 'none'";

/// A folder of files.
pub struct Site {
    files: ServeDir,
}

impl Site {
    pub fn new(folder: &Path) -> Site {
        Site {
            files: ServeDir::new(folder)
                .precompressed_br()
                .precompressed_gzip(),
        }
    }

    pub async fn respond(&self, request: Request<Incoming>) -> Response<Body> {
        let cache = if is_hashed(request.uri().path()) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let mut response = match self.files.clone().try_call(request).await {
            Ok(response) if response.status() == 404 => text_response(404, "Niet gevonden"),
            Ok(response) => {
                let mut response = response.map(BodyExt::boxed_unsync);
                let headers = response.headers_mut();
                headers.insert("cache-control", HeaderValue::from_static(cache));
                headers.append("vary", HeaderValue::from_static("accept-encoding"));
                response
            }
            Err(_) => text_response(500, "Het bestand is niet te lezen"),
        };
        for (name, value) in [
            ("content-security-policy", POLICY),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            // Modules, wasm and styles are fetched across origins, without cookies.
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
        ] {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// Whether the name holds a hash of the content, such as `portal-0a1b2c3d4e5f6071_bg.wasm`: then what is
/// under that name never changes.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split('-').skip(1).any(|piece| {
        let digits = piece.bytes().take_while(u8::is_ascii_hexdigit).count();
        digits >= 8 && matches!(piece.as_bytes().get(digits), Some(b'.' | b'_'))
    })
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn a_hash_in_a_file_name_is_recognised() {
        for hashed in [
            "/portal-0a1b2c3d4e5f6071.js",
            "/a/portal-0a1b2c3d4e5f6071_bg.wasm",
        ] {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in [
            "/",
            "/portal.js",
            "/index.html",
            "/icon-192.png",
            "/timeline-decade.css",
        ] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }
}
