//! A list of names and values.

use crate::browser::{
    dom::{El, View, el},
    page,
};

/// One row of [`details`]: its name, and its value when there is one.
pub type Row = (String, Option<View>);

/// A row of plain text.
pub fn row(name: &str, value: Option<String>) -> Row {
    (name.to_owned(), value.map(View::from))
}

/// The rows that have a value, as a description list; nothing when none has.
pub fn details(rows: Vec<Row>) -> Option<El> {
    let rows: Vec<View> = rows
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| {
            el("div")
                .child(el("dt").child(name))
                .child(el("dd").child(value))
                .into()
        })
        .collect();
    (!rows.is_empty()).then(|| el("dl").class("details").child(rows))
}

/// A telephone number to tap.
pub fn telephone(number: &str) -> El {
    el("a").attr("href", &telephone_href(number)).child(number)
}

/// A mail address to tap.
pub fn mail(address: &str) -> El {
    el("a")
        .attr("href", &mail_href(address, None))
        .child(address)
}

/// `tel:` with the digits of a number and its leading plus; what cannot be dialled is left out.
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
    href.push_str(&page::encoded(address).replace("%40", "@"));
    if let Some(subject) = subject {
        href.push_str("?subject=");
        href.push_str(&page::encoded(subject));
    }
    href
}
