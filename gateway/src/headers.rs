//! What every answer tells the browser to forbid: the contract's Content Security Policy and its
//! relatives.

use crate::settings::Settings;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue};

/// The contract's (design.md), without `frame-ancestors`.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
    frame-src 'self' blob:; base-uri 'none'; form-action 'none'";
/// Nothing that came from elsewhere does anything in our origin.
const NOTHING: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// The portal asks for none of these; a photo is taken by the system's own camera, not by the page.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// The headers of the site and of everything else.
#[derive(Debug)]
pub struct Policy {
    site: Vec<(HeaderName, HeaderValue)>,
    api: Vec<(HeaderName, HeaderValue)>,
}

impl Policy {
    /// The headers as they were set.
    pub fn new(settings: &Settings) -> Policy {
        let mut policy = [POLICY, "; frame-ancestors 'self'"].concat();
        for origin in &settings.access.origins {
            policy.push(' ');
            policy.push_str(origin);
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
            // Pages of other origins load the module, and no cookie goes with it.
            fixed(corp.clone(), "cross-origin"),
            fixed(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        ]);
        if let Ok(policy) = HeaderValue::try_from(policy) {
            site.push((header::CONTENT_SECURITY_POLICY, policy));
        }
        let mut api = both;
        api.extend([
            fixed(header::CONTENT_SECURITY_POLICY, NOTHING),
            fixed(corp, "same-origin"),
            fixed(header::CACHE_CONTROL, "no-store"),
        ]);
        Policy { site, api }
    }

    /// Adds those of the site's files.
    pub fn for_site(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.site {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// Adds those of everything else.
    pub fn for_api(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.api {
            headers.insert(name.clone(), value.clone());
        }
    }
}
