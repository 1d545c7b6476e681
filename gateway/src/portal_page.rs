//! The portal's own page of an office: what `[office.page]` says stands as attributes on the portal's element.
//! The logo stands above it. How to reach the office stands in the element, and where a browser runs no scripts: it is what is left when
//! the portal cannot start. The rest of the site is the same for all offices.

use crate::assets::Assets;
use crate::colour::text_on;
use crate::html::{escape, with_attributes, with_before, with_content};
use crate::settings::{PageSettings, Settings};

/// The portal's element.
const ELEMENT: &str = "consumer-portal";

/// The site as that office has it. Without `[[office]]` it is as it is in the folder.
pub fn site_of(settings: &Settings, site: &Assets) -> Assets {
    let Some(office) = &settings.office else {
        return site.clone();
    };
    let attributes = attributes_of(&settings.page);
    let html = with_attributes(site.page(), ELEMENT, &attributes);
    let with_logo = |html: String| match &settings.page.logo {
        Some(logo) => {
            let logo = logo_of(logo, settings.page.broker.as_deref());
            with_before(&html, ELEMENT, &logo)
        }
        None => Some(html),
    };
    let Some(html) = html.and_then(with_logo) else {
        tracing::warn!(
            office,
            "the site's page has no {ELEMENT}: it is served as it is"
        );
        return site.clone();
    };
    let contact = contact(&settings.page);
    let with_contact =
        |html: String, element| with_content(&html, element, &contact).unwrap_or(html);
    site.with_page(with_contact(with_contact(html, ELEMENT), "noscript"))
}

/// The office's logo, above the portal. Its style is the page's own.
fn logo_of(logo: &str, broker: Option<&str>) -> String {
    let (logo, broker) = (escape(logo), escape(broker.unwrap_or_default()));
    format!("<p class=\"office\"><img src=\"{logo}\" alt=\"{broker}\" /></p>\n      ")
}

/// Whom to call or to mail, as HTML; empty when `[office.page]` does not say it.
fn contact(page: &PageSettings) -> String {
    let mut ways = Vec::new();
    if let Some(phone) = &page.phone {
        let is_dialled = |it: &char| it.is_ascii_digit() || *it == '+';
        let dial: String = phone.chars().filter(is_dialled).collect();
        ways.push(format!("<a href=\"tel:{dial}\">{}</a>", escape(phone)));
    }
    if let Some(email) = &page.email {
        let email = escape(email);
        ways.push(format!("<a href=\"mailto:{email}\">{email}</a>"));
    }
    if ways.is_empty() {
        return String::new();
    }
    let name = page.broker.iter().map(|name| escape(name) + ": ");
    format!("<p>{}{}</p>\n", name.collect::<String>(), ways.join(", "))
}

fn attributes_of(page: &PageSettings) -> Vec<(&'static str, String)> {
    let mut attributes = vec![
        ("lang", page.lang.tag().to_owned()),
        ("address", page.address.pronoun().to_owned()),
    ];
    // The policy allows style attributes, and the portal takes its colours from these properties.
    let style = page.accent.as_ref().map(|accent| {
        let text = text_on(accent);
        format!("--portal-accent:{accent};--portal-on-accent:{text}")
    });
    for (name, value) in [
        ("broker", &page.broker),
        ("logo", &page.logo),
        ("phone", &page.phone),
        ("email", &page.email),
        ("style", &style),
    ] {
        attributes.extend(value.clone().map(|value| (name, value)));
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_to_reach_the_office_is_text_with_links() {
        let mut page = PageSettings::default();
        assert_eq!(contact(&page), "");
        page.phone = Some("0570 12 34 56".to_owned());
        let call = "<a href=\"tel:0570123456\">0570 12 34 56</a>";
        assert_eq!(contact(&page), format!("<p>{call}</p>\n"));
        page.broker = Some("<b>Jansen".to_owned());
        page.email = Some("info@\"x\".nl".to_owned());
        let mail = "<a href=\"mailto:info@&quot;x&quot;.nl\">info@&quot;x&quot;.nl</a>";
        assert_eq!(
            contact(&page),
            format!("<p>&lt;b&gt;Jansen: {call}, {mail}</p>\n")
        );
    }
}
