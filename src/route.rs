//! Where the consumer is, and how the page's fragment says it. Only fragments that start with
//! `#portal/` are ours: a broker's page has its own.

use accelerate::session::Session;

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
        let mut fragment = OURS.to_owned();
        match self {
            Self::Overview | Self::Unknown => {}
            Self::BadLink(BadLink::Expired) => fragment.push_str("link-expired"),
            Self::BadLink(BadLink::CodeExpired) => fragment.push_str("code-expired"),
            Self::BadLink(BadLink::CodeUsed) => fragment.push_str("code-used"),
            Self::BadLink(BadLink::Unknown) => fragment.push_str("link-unknown"),
            Self::Documents => fragment.push_str("documents"),
            Self::Me => fragment.push_str("me"),
            Self::Product(id) => {
                fragment.push_str("product/");
                encode(id, &mut fragment);
            }
            Self::Action(id) => {
                fragment.push_str("action/");
                encode(id, &mut fragment);
            }
        }
        fragment
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

/// Percent-encodes all but what every browser leaves alone in a fragment.
fn encode(id: &str, onto: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            onto.push(char::from(byte));
        } else {
            onto.push('%');
            onto.push(char::from(HEX[usize::from(byte >> 4)]));
            onto.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// The id that [`encode`] wrote; `None` when there is none, or it is not text.
fn decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let value = digit(rest.next())? * 16 + digit(rest.next())?;
            u8::try_from(value).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok().filter(|id| !id.is_empty())
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
