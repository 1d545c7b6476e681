//! Where the consumer is, and how the page's fragment says it, such as `#portal-action-PRA1`. Only these
//! fragments are ours: a broker's page has its own. Each is a CSS selector, because many themes look for the
//! element that the fragment names. Fragments of earlier versions, such as `#portal/action/PRA1`, are read too:
//! they stand in e-mails.

use accelerate::session::Session;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// A page of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Page {
    /// Everything at a glance.
    Overview,
    /// One product, by id.
    Product(String),
    /// One action, by id.
    Action(String),
    /// Everything that can be downloaded.
    Documents,
    /// The consumer as the broker has them.
    Me,
    /// A link that lets nobody in: the gateway leads here.
    BadLink(BadLink),
    /// A link to something that is not there.
    Unknown,
}

/// What is wrong with a link that was to let the consumer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BadLink {
    /// It is too old.
    Expired,
    /// It is a code for the phone, which is good for minutes.
    CodeExpired,
    /// It is a code for the phone, which is good once.
    CodeUsed,
    /// It is none of the gateway's, or did not come whole.
    Unknown,
}

const OURS: &str = "#portal-";
/// What fragments of earlier versions began with.
const OURS_BEFORE: &str = "#portal/";

impl Page {
    /// The page that a fragment names; `None` when the fragment is not ours.
    pub fn of_fragment(fragment: &str) -> Option<Self> {
        match fragment.strip_prefix(OURS_BEFORE) {
            Some("") => Some(Self::Overview),
            Some(path) => Some(Self::of_path(path).unwrap_or(Self::Unknown)),
            None => Self::of_path(fragment.strip_prefix(OURS)?),
        }
    }

    /// The page that stands behind the beginning of a fragment.
    fn of_path(path: &str) -> Option<Self> {
        Some(match path {
            "overview" => Self::Overview,
            "documents" => Self::Documents,
            "me" => Self::Me,
            "link-expired" => Self::BadLink(BadLink::Expired),
            "code-expired" => Self::BadLink(BadLink::CodeExpired),
            "code-used" => Self::BadLink(BadLink::CodeUsed),
            "link-unknown" => Self::BadLink(BadLink::Unknown),
            _ => {
                let end = path.find(['-', '/'])?;
                let (kind, id) = path.split_at(end);
                let id = match id.strip_prefix('-') {
                    Some(id) => decode(id, b'_'),
                    None => decode(&id[1..], b'%'),
                };
                match (kind, id) {
                    ("product", Some(id)) => Self::Product(id),
                    ("action", Some(id)) => Self::Action(id),
                    ("product" | "action", None) => Self::Unknown,
                    _ => return None,
                }
            }
        })
    }

    /// The fragment that names this page, `#` included.
    pub fn fragment(&self) -> String {
        [OURS, &self.path()].concat()
    }

    /// The fragment without its beginning: how the gateway names the page.
    pub fn path(&self) -> String {
        let path = match self {
            Self::Overview | Self::Unknown => "overview",
            Self::BadLink(BadLink::Expired) => "link-expired",
            Self::BadLink(BadLink::CodeExpired) => "code-expired",
            Self::BadLink(BadLink::CodeUsed) => "code-used",
            Self::BadLink(BadLink::Unknown) => "link-unknown",
            Self::Documents => "documents",
            Self::Me => "me",
            Self::Product(id) => return ["product-", &encode(id)].concat(),
            Self::Action(id) => return ["action-", &encode(id)].concat(),
        };
        path.to_owned()
    }

    /// Whether there is something on it for this session.
    pub fn is_in(&self, session: &Session) -> bool {
        match self {
            Self::Overview | Self::Documents | Self::Me => true,
            Self::Product(id) => session.products.iter().any(|product| product.id == *id),
            Self::Action(id) => session.actions.iter().any(|action| action.id == *id),
            Self::BadLink(_) | Self::Unknown => false,
        }
    }
}

/// What stays as it is in an id, beside letters and digits.
const IN_FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// An id with letters, digits and hyphens as they are. Every other byte is `_` and two hexadecimal digits.
fn encode(id: &str) -> String {
    let mut encoded = String::new();
    for part in utf8_percent_encode(id, IN_FRAGMENT) {
        match part.strip_prefix('%') {
            Some(digits) => {
                encoded.push('_');
                encoded.push_str(digits);
            }
            None => encoded.push_str(part),
        }
    }
    encoded
}

/// The id that [`encode`] wrote, whose escapes begin with `_`. In fragments of earlier versions they begin with
/// `%`. `None` when there is none, or it is not text.
fn decode(encoded: &str, escape: u8) -> Option<String> {
    let as_percent = |byte| match byte {
        _ if byte == escape => b'%',
        _ => byte,
    };
    let encoded: Vec<u8> = encoded.bytes().map(as_percent).collect();
    let is_escape = |rest: &[u8]| {
        let digits = rest.get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let mut escapes = encoded.split(|byte| *byte == b'%').skip(1);
    if !escapes.all(is_escape) {
        return None;
    }
    let id = percent_decode(&encoded).decode_utf8().ok()?;
    Some(id.into_owned()).filter(|id| !id.is_empty())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fragment_of_the_brokers_page_is_not_ours() {
        for fragment in [
            "",
            "#",
            "#contact",
            "#portal",
            "#portal-",
            "#portal-uitleg",
            "#portal-me-too",
            "#portal-open-v4",
            "#portaal/",
            "portal/",
        ] {
            assert_eq!(Page::of_fragment(fragment), None, "{fragment}");
        }
    }

    #[test]
    fn a_link_to_nothing_is_unknown_and_leads_to_the_overview() {
        for fragment in [
            "#portal-product-",
            "#portal-action-_",
            "#portal-action-_f",
            "#portal-action-_ff",
            "#portal/product/",
            "#portal/action/%",
            "#portal/x",
            "#portal/action/%FF",
        ] {
            assert_eq!(
                Page::of_fragment(fragment),
                Some(Page::Unknown),
                "{fragment}"
            );
        }
        assert_eq!(Page::Unknown.fragment(), "#portal-overview");
    }

    #[test]
    fn fragments_of_earlier_versions_lead_where_they_led() {
        let action = |id: &str| Page::Action(id.to_owned());
        for (fragment, page) in [
            ("#portal/", Page::Overview),
            ("#portal/documents", Page::Documents),
            ("#portal/me", Page::Me),
            ("#portal/link-expired", Page::BadLink(BadLink::Expired)),
            ("#portal/code-expired", Page::BadLink(BadLink::CodeExpired)),
            ("#portal/code-used", Page::BadLink(BadLink::CodeUsed)),
            ("#portal/link-unknown", Page::BadLink(BadLink::Unknown)),
            ("#portal/product/PR_1", Page::Product("PR_1".to_owned())),
            ("#portal/action/PRA-1", action("PRA-1")),
            ("#portal/action/a%2Fb%20%C3%A9", action("a/b é")),
            // A page of the earlier version told the gateway where the consumer was.
            ("#portal-action/PRA_1%20", action("PRA_1 ")),
        ] {
            assert_eq!(Page::of_fragment(fragment), Some(page), "{fragment}");
        }
    }

    /// An id selector: `#` and an identifier (CSS Syntax 3), here without its escapes.
    fn is_selector(fragment: &str) -> bool {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name = fragment.strip_prefix('#').unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_name)
    }

    proptest! {
        #[test]
        fn every_page_is_found_again_by_its_fragment_which_is_a_selector(id in ".+") {
            for page in [
                Page::Overview,
                Page::Documents,
                Page::Me,
                Page::BadLink(BadLink::Expired),
                Page::BadLink(BadLink::CodeExpired),
                Page::BadLink(BadLink::CodeUsed),
                Page::BadLink(BadLink::Unknown),
                Page::Product(id.clone()),
                Page::Action(id.clone()),
            ] {
                let fragment = page.fragment();
                prop_assert!(is_selector(&fragment), "{}", fragment);
                prop_assert_eq!(Page::of_fragment(&fragment), Some(page));
            }
        }

        #[test]
        fn no_fragment_panics(path in ".*", ours in "#?(portal[-/](action[-/]|product[-/])?)?") {
            let _ = Page::of_fragment(&[ours, path].concat());
        }
    }
}
