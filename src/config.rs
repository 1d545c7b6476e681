//! What the element's attributes say, read once when it is connected.

use crate::i18n::{Address, Language};

/// The settings of one element.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the four endpoints are: an absolute URL.
    pub api: String,
    /// Sent with getsession when given; behind the gateway it is not.
    pub consumer_id: Option<String>,
    /// Sent with getsession when given; behind the gateway it is not.
    pub ip_address: Option<String>,
    /// The language on the screen.
    pub language: Language,
    /// How Dutch addresses the consumer.
    pub address: Address,
    /// The office's name, for texts.
    pub broker: Option<String>,
    /// The office's telephone number, as it is to be shown.
    pub phone: Option<String>,
    /// The office's e-mail address.
    pub email: Option<String>,
    /// Whether the page is ours: only then does the portal set the page's title.
    pub standalone: bool,
    /// The largest file in megabytes, as the attribute has it.
    pub max_file_mb: Option<String>,
    /// The kinds of files that may be uploaded, as the attribute has it.
    pub accept: Option<String>,
}

impl Config {
    /// Reads the settings. `attribute` gives an attribute's value; `page_language` is the `lang` that
    /// is in force around the element, `browser_languages` what the browser prefers, best first.
    /// `api` is left as the attribute has it: its base is the page's business.
    pub fn read(
        attribute: impl Fn(&str) -> Option<String>,
        page_language: Option<&str>,
        browser_languages: &[String],
    ) -> Self {
        let text = |name: &str| {
            attribute(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let language = text("lang")
            .as_deref()
            .and_then(Language::of_tag)
            .or_else(|| page_language.and_then(Language::of_tag))
            .or_else(|| {
                browser_languages
                    .iter()
                    .find_map(|tag| Language::of_tag(tag))
            })
            .unwrap_or(Language::Dutch);
        let address = match text("address") {
            Some(form) if form.eq_ignore_ascii_case("je") => Address::Informal,
            _ => Address::Formal,
        };
        Self {
            api: text("api").unwrap_or_else(|| "consumerportal".to_owned()),
            consumer_id: text("consumer-id"),
            ip_address: text("ip-address"),
            language,
            address,
            broker: text("broker"),
            phone: text("phone"),
            email: text("email"),
            standalone: attribute("standalone").is_some(),
            max_file_mb: text("max-file-mb"),
            accept: text("accept"),
        }
    }

    /// Whether requests carry the browser's cookies. Behind the gateway they say who the consumer is;
    /// where the consumer's id is given, they are not needed.
    pub fn sends_cookies(&self) -> bool {
        self.consumer_id.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(attributes: &[(&str, &str)], page: Option<&str>, browser: &[&str]) -> Config {
        let browser: Vec<_> = browser.iter().map(|&tag| tag.to_owned()).collect();
        Config::read(
            |name| {
                attributes
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            },
            page,
            &browser,
        )
    }

    #[test]
    fn a_bare_element_has_the_contracts_defaults() {
        let config = read(&[], None, &[]);
        assert_eq!(config.api, "consumerportal");
        assert_eq!(config.language, Language::Dutch);
        assert_eq!(config.address, Address::Formal);
        assert_eq!(config.broker, None);
        assert!(config.sends_cookies());
        assert!(!config.standalone);
    }

    #[test]
    fn the_language_is_the_attributes_then_the_pages_then_the_browsers() {
        let of = |attributes: &[_], page, browser: &[_]| read(attributes, page, browser).language;
        assert_eq!(
            of(&[("lang", "en")], Some("nl"), &["nl"]),
            Language::English
        );
        assert_eq!(of(&[], Some("en-GB"), &["nl"]), Language::English);
        assert_eq!(
            of(&[("lang", "xx")], Some("fr"), &["de", "en"]),
            Language::English
        );
        assert_eq!(of(&[], Some("fr"), &["de"]), Language::Dutch);
    }

    #[test]
    fn a_given_consumer_needs_no_cookies() {
        let config = read(&[("consumer-id", " C1 "), ("ip-address", "")], None, &[]);
        assert_eq!(config.consumer_id.as_deref(), Some("C1"));
        assert_eq!(config.ip_address, None);
        assert!(!config.sends_cookies());
    }

    #[test]
    fn the_consumer_is_addressed_with_je_when_asked() {
        assert_eq!(
            read(&[("address", "je")], None, &[]).address,
            Address::Informal
        );
        assert_eq!(
            read(&[("address", "gij")], None, &[]).address,
            Address::Formal
        );
    }
}
