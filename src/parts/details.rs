//! A list of names and values.

use leptos::prelude::*;

/// One row of [`details`]: its name, and its value when there is one.
pub type Row = (String, Option<AnyView>);

/// A row of plain text.
pub fn row(name: &str, value: Option<String>) -> Row {
    (name.to_owned(), value.map(|value| value.into_any()))
}

/// The rows that have a value, as a description list; nothing when none has.
pub fn details(rows: Vec<Row>) -> Option<AnyView> {
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any())
        .collect();
    (!rows.is_empty()).then(|| view! { <dl class="details">{rows}</dl> }.into_any())
}

/// A telephone number to tap. What cannot be dialled is left out of the link, not of the text.
pub fn telephone(number: &str) -> AnyView {
    let href = telephone_href(number);
    view! { <a href=href>{number.to_owned()}</a> }.into_any()
}

/// A mail address to tap.
pub fn mail(address: &str, subject: Option<&str>) -> AnyView {
    view! { <a href=mail_href(address, subject)>{address.to_owned()}</a> }.into_any()
}

/// `tel:` with the digits of a number and its leading plus.
pub fn telephone_href(number: &str) -> String {
    let mut href = "tel:".to_owned();
    href.extend(
        number
            .replace("(0)", "")
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+'),
    );
    href
}

/// `mailto:` with an address and a subject, each percent-encoded, so that neither can add a header.
pub fn mail_href(address: &str, subject: Option<&str>) -> String {
    let mut href = "mailto:".to_owned();
    // An address keeps its @ readable.
    href.push_str(&encode(address).replace("%40", "@"));
    if let Some(subject) = subject {
        href.push_str("?subject=");
        href.push_str(&encode(subject));
    }
    href
}

fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}
