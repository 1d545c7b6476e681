//! Where the consumer is, and how the page's fragment says it. Only fragments that start with
//! `#portal/` are ours: a broker's page has its own.

use accelerate::session::Session;
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode,
};

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

const OURS: &str = "#portal/";

impl Page {
    /// The page that a fragment names; `None` when the fragment is not ours.
    pub fn of_fragment(fragment: &str) -> Option<Self> {
        let path = fragment.strip_prefix(OURS)?;
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        Some(match (first, decode(rest)) {
            ("", _) => Self::Overview,
            ("documents", _) => Self::Documents,
            ("me", _) => Self::Me,
            ("link-expired", _) => Self::BadLink(BadLink::Expired),
            ("code-expired", _) => Self::BadLink(BadLink::CodeExpired),
            ("code-used", _) => Self::BadLink(BadLink::CodeUsed),
            ("link-unknown", _) => Self::BadLink(BadLink::Unknown),
            ("product", Some(id)) => Self::Product(id),
            ("action", Some(id)) => Self::Action(id),
            _ => Self::Unknown,
        })
    }

    /// The fragment that names this page, `#` included.
    pub fn fragment(&self) -> String {
        let path = match self {
            Self::Overview | Self::Unknown => "",
            Self::BadLink(BadLink::Expired) => "link-expired",
            Self::BadLink(BadLink::CodeExpired) => "code-expired",
            Self::BadLink(BadLink::CodeUsed) => "code-used",
            Self::BadLink(BadLink::Unknown) => "link-unknown",
            Self::Documents => "documents",
            Self::Me => "me",
            Self::Product(id) => return format!("{OURS}product/{}", encode(id)),
            Self::Action(id) => return format!("{OURS}action/{}", encode(id)),
        };
        format!("{OURS}{path}")
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

/// What every browser leaves alone in a fragment, beside letters and digits.
const IN_FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

fn encode(id: &str) -> PercentEncode<'_> {
    utf8_percent_encode(id, IN_FRAGMENT)
}

/// The id that [`encode`] wrote; `None` when there is none, or it is not text.
fn decode(encoded: &str) -> Option<String> {
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !encoded.split('%').skip(1).all(is_escape) {
        return None;
    }
    let id = percent_decode_str(encoded).decode_utf8().ok()?;
    Some(id.into_owned()).filter(|id| !id.is_empty())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fragment_of_the_brokers_page_is_not_ours() {
        for fragment in ["", "#", "#contact", "#portal", "#portaal/", "portal/"] {
            assert_eq!(Page::of_fragment(fragment), None, "{fragment}");
        }
    }

    #[test]
    fn a_link_to_nothing_is_unknown_and_leads_to_the_overview() {
        for fragment in [
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
        assert_eq!(Page::Unknown.fragment(), "#portal/");
    }

    proptest! {
        #[test]
        fn every_page_is_found_again_by_its_fragment(id in ".+") {
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
                prop_assert!(fragment.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert_eq!(Page::of_fragment(&fragment), Some(page));
            }
        }

        #[test]
        fn no_fragment_panics(fragment in ".*") {
            let _ = Page::of_fragment(&fragment);
        }
    }
}
