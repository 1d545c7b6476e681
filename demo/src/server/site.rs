//! The built site as static files: precompressed, cached by what their names promise, under the
//! contract's Content Security Policy, and readable by the broker's origin.

use super::{Body, text_response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Request, Response};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;

/// The contract's (design.md). Which pages may frame ours is the gateway's to say.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    frame-src 'self' blob:; base-uri 'none'; form-action 'none'";

/// A folder of files.
pub struct Site {
    files: ServeDir,
    page: PathBuf,
}

impl Site {
    pub fn new(folder: &Path) -> Site {
        Site {
            files: ServeDir::new(folder)
                .precompressed_br()
                .precompressed_gzip(),
            page: folder.join("index.html"),
        }
    }

    pub async fn respond(&self, request: Request<Incoming>) -> Response<Body> {
        let cache = if is_hashed(request.uri().path()) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let is_page = matches!(request.uri().path(), "/" | "/index.html");
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
        let policy = if is_page {
            // Read each time: the site may be built anew while the demo runs.
            let html = tokio::fs::read_to_string(&self.page).await;
            policy_of(&html.unwrap_or_default())
        } else {
            POLICY.to_owned()
        };
        if let Ok(policy) = HeaderValue::try_from(policy) {
            response
                .headers_mut()
                .insert("content-security-policy", policy);
        }
        for (name, value) in [
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

/// The policy of a page: the contract's, with the SHA-256 hash of each inline style sheet and script. The
/// gateway does the same (`inline_hashes`).
fn policy_of(html: &str) -> String {
    let mut script_src = "script-src 'self' 'wasm-unsafe-eval'".to_owned();
    let mut style_src = "style-src 'self'".to_owned();
    add_hashes(html, &mut script_src, &mut style_src);
    POLICY
        .replacen("script-src 'self' 'wasm-unsafe-eval'", &script_src, 1)
        .replacen("style-src 'self'", &style_src, 1)
}

fn add_hashes(html: &str, script_src: &mut String, style_src: &mut String) {
    let mut emitter = DefaultEmitter::default();
    // The text of `<style>`, `<script>` and their like holds no tags.
    emitter.naively_switch_states(true);
    let mut open = Vec::new();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if tag.attributes.contains_key(b"src".as_slice()) => open.clear(),
            Token::StartTag(tag) => open = tag.name.to_vec(),
            Token::EndTag(_) => open.clear(),
            Token::String(text) => {
                let hash = || BASE64_STANDARD.encode(Sha256::digest(text.as_slice()));
                match open.as_slice() {
                    b"style" => style_src.push_str(&format!(" 'sha256-{}'", hash())),
                    b"script" => script_src.push_str(&format!(" 'sha256-{}'", hash())),
                    // Elements for a browser that runs no scripts.
                    b"noscript" => {
                        let html = String::from_utf8_lossy(&text);
                        add_hashes(&html, &mut String::new(), style_src);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
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
    use super::{POLICY, is_hashed, policy_of};

    #[test]
    fn a_page_with_nothing_inline_has_the_plain_policy() {
        for html in ["", "<title>portal</title><!-- <style>a{}</style> -->"] {
            assert_eq!(policy_of(html), POLICY);
        }
    }

    #[test]
    fn what_stands_in_a_page_is_allowed_by_its_hash() {
        // printf '%s' 'body{color:red}' | openssl dgst -sha256 -binary | base64
        let hash = "'sha256-FcQqt3aNlV7AZnGV4zkQRVeCeJOxbMPnQSx258L803E='";
        let html = "<head><style>body{color:red}</style></head>\
            <template shadowrootmode=\"open\"><style>body{color:red}</style></template>\
            <script>body{color:red}</script><script src=\"portal.js\"></script>";
        let policy = policy_of(html);
        assert!(policy.contains(&format!("; script-src 'self' 'wasm-unsafe-eval' {hash}; ")));
        assert!(policy.contains(&format!("; style-src 'self' {hash} {hash}; ")));
        assert_eq!(policy.replace(&format!(" {hash}"), ""), POLICY);
        let html = "<noscript><style>body{color:red}</style><p>x</p></noscript>";
        assert!(policy_of(html).contains(&format!("; style-src 'self' {hash}; ")));
    }

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
