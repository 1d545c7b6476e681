//! The headers of every answer that tell the browser what to forbid: the Content Security Policy and
//! others.

use crate::inline_hashes::InlineHashes;
use crate::settings::Settings;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue};

/// The start of the site's Content Security Policy, up to the hashes of inline scripts.
const POLICY_UP_TO_SCRIPTS: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
/// The rest of it after the hashes of inline style sheets, up to the origins of `frame-ancestors`.
const POLICY_AFTER_STYLES: &str = "; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    frame-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// The policy of every other answer: a document that a browser shows can do nothing in our origin.
const API_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// The portal needs none of these. A photo is taken by the system's camera app, not by the page.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// The headers of the site's files, and those of every other answer.
#[derive(Debug)]
pub struct SecurityHeaders {
    /// The site's policy after its style sheets.
    policy_after_styles: String,
    site: Vec<(HeaderName, HeaderValue)>,
    api: Vec<(HeaderName, HeaderValue)>,
}

impl SecurityHeaders {
    /// The headers of these settings.
    pub fn new(settings: &Settings) -> SecurityHeaders {
        let mut policy_after_styles = POLICY_AFTER_STYLES.to_owned();
        for origin in &settings.access.origins {
            policy_after_styles.push(' ');
            policy_after_styles.push_str(origin);
        }
        let fixed = |name, value| (name, HeaderValue::from_static(value));
        let mut both = vec![
            fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            fixed(header::REFERRER_POLICY, "no-referrer"),
        ];
        if settings.secure() {
            both.push(fixed(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
        }
        let corp = HeaderName::from_static("cross-origin-resource-policy");
        let mut site = both.clone();
        site.extend([
            fixed(HeaderName::from_static("permissions-policy"), PERMISSIONS),
            fixed(
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
            // Pages of other origins load the module, without cookies.
            fixed(corp.clone(), "cross-origin"),
            fixed(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ]);
        let mut api = both;
        api.extend([
            fixed(header::CONTENT_SECURITY_POLICY, API_POLICY),
            fixed(corp, "same-origin"),
            fixed(header::CACHE_CONTROL, "no-store"),
        ]);
        SecurityHeaders {
            policy_after_styles,
            site,
            api,
        }
    }

    /// Adds the headers of the site's files. What stands in the page itself is allowed by its hash, and
    /// nothing else that does.
    pub fn add_to_site(&self, inline: &InlineHashes, headers: &mut HeaderMap) {
        let mut policy = POLICY_UP_TO_SCRIPTS.to_owned();
        for hash in &inline.scripts {
            policy.extend([" ", hash]);
        }
        policy.push_str("; style-src 'self'");
        for hash in &inline.styles {
            policy.extend([" ", hash]);
        }
        policy.push_str(&self.policy_after_styles);
        // Origins and hashes are ASCII, so they are always a header.
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in &self.site {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// Adds the headers of every other answer. What the answer says itself stays.
    pub fn add_to_api(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.api {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}
