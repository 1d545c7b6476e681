//! The portal's own page of an office: what `[office.page]` says stands as attributes on the portal's element, and
//! the logo stands above it.
//! The rest of the site is the same for all offices.

use crate::assets::Assets;
use crate::colour::text_on;
use crate::html::{escape, with_attributes, with_before};
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
        Some(logo) => with_before(
            &html,
            ELEMENT,
            &logo_of(logo, settings.page.broker.as_deref()),
        ),
        None => Some(html),
    };
    let Some(html) = html.and_then(with_logo) else {
        tracing::warn!(
            office,
            "the site's page has no {ELEMENT}: it is served as it is"
        );
        return site.clone();
    };
    site.with_page(html)
}

/// The office's logo, above the portal. Its style is the page's own.
fn logo_of(logo: &str, broker: Option<&str>) -> String {
    let (logo, broker) = (escape(logo), escape(broker.unwrap_or_default()));
    format!("<p class=\"office\"><img src=\"{logo}\" alt=\"{broker}\" /></p>\n      ")
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
