//! A list of names and values, and the links to call and to mail somebody.

use accelerate::telephone::to_dial;
use leptos::prelude::*;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// One row of [`DetailsList`]: a name, and its value where there is one.
#[derive(Debug)]
pub struct Row {
    name: String,
    value: Option<AnyView>,
}

impl Row {
    /// A row whose value is text.
    pub fn text(name: impl Into<String>, value: Option<String>) -> Self {
        Self::view(name, value)
    }

    /// A row whose value is a view.
    pub fn view(name: impl Into<String>, value: Option<impl IntoView + 'static>) -> Self {
        Self {
            name: name.into(),
            value: value.map(|value| value.into_any()),
        }
    }

    /// Whether the row is shown.
    pub fn has_value(&self) -> bool {
        self.value.is_some()
    }
}

/// The rows that have a value, as a description list. It shows nothing when no row has one.
#[component]
pub fn DetailsList(
    /// The rows, in their order.
    rows: Vec<Row>,
) -> impl IntoView {
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|row| Some((row.name, row.value?)))
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <dl class="details">{rows}</dl> })
}

/// A telephone number to tap.
#[component]
pub fn PhoneLink(
    /// The number, as the office wrote it.
    number: String,
) -> impl IntoView {
    view! { <a href=telephone_href(&number)>{number.clone()}</a> }
}

/// A mail address to tap.
#[component]
pub fn MailLink(
    /// The address.
    address: String,
) -> impl IntoView {
    view! { <a href=mail_href(&address, None) translate="no">{address.clone()}</a> }
}

/// `tel:` with what is to be dialled of a number.
pub fn telephone_href(number: &str) -> String {
    ["tel:", &to_dial(number)].concat()
}

/// What stays as it is in a mail address.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_');

/// `mailto:` with an address and a subject. Both are percent-encoded, so that neither can add a header.
pub fn mail_href(address: &str, subject: Option<&str>) -> String {
    let mut href = format!("mailto:{}", utf8_percent_encode(address, IN_ADDRESS));
    if let Some(subject) = subject {
        href += &format!(
            "?subject={}",
            utf8_percent_encode(subject, NON_ALPHANUMERIC)
        );
    }
    href
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_link_has_only_what_can_be_dialled() {
        assert_eq!(telephone_href("+31 (0)570 665 144"), "tel:+31570665144");
        assert_eq!(telephone_href("0570-665144 (werk)"), "tel:0570665144");
    }

    #[test]
    fn a_mail_address_cannot_add_a_header() {
        assert_eq!(
            mail_href("j.de-wit@x.nl?bcc=a@b.nl", Some("Dossier A&B")),
            "mailto:j.de-wit@x.nl%3Fbcc%3Da@b.nl?subject=Dossier%20A%26B"
        );
    }
}
