//! The dossiers that the demo holds, one file each, as whole responses rather than rules.

mod closed;
mod couple;
mod documents;
mod empty;
mod example;
mod hostile;
mod long;
mod small;

use crate::consumers;
use crate::date::Date;
use crate::dossier::{Action, Avatar, Consumer, Document, Dossier, Person};
use crate::downloads::Download;
use crate::php::Value;

const ADVISER_PICTURE: &[u8] = include_bytes!("adviser.png");
const CASE_HANDLER_PICTURE: &[u8] = include_bytes!("case-handler.jpg");

/// Every dossier as it is before anyone did anything, as if opened around that day.
pub fn all(today: Date) -> Vec<Dossier> {
    let mut all = vec![
        example::dossier(),
        couple::dossier(today),
        documents::dossier(today),
        documents::large_otd(today),
        long::dossier(today),
        empty::dossier(today),
        closed::dossier(today),
        hostile::dossier(),
    ];
    all.extend(
        consumers::ALL
            .iter()
            .filter(|consumer| consumer.fault.is_some())
            .map(|consumer| small::dossier(consumer.name, today)),
    );
    all
}

/// An id as AccelerateConnect's: a prefix and 30 hexadecimal digits, the same at every start.
fn id(prefix: &str, name: &str) -> String {
    // FNV-1a, 128 bits: spread well enough, and in two lines.
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in prefix.bytes().chain(name.bytes()) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    }
    let digits = format!("{hash:032X}");
    format!("{prefix}{}", &digits[2..])
}

/// A running dossier of the demo's office, without products or actions.
fn dossier(name: &str, code: &str, today: Date, consumers: Vec<Consumer>) -> Dossier {
    Dossier {
        id: id("DS", name),
        code: code.to_owned(),
        date_created: today.plus(-24).to_string(),
        date_started: format!("{today} 09:30:00"),
        session_id: id("", name).to_lowercase(),
        state: "RUNNING".to_owned(),
        owner: case_handler(),
        advisor: adviser(),
        consumers,
        products: Vec::new(),
        actions: Vec::new(),
        appointment: None,
        downloadable_as_list: false,
    }
}

fn adviser() -> Person {
    Person {
        name: text("Sanne de Wit"),
        phone: text("0570 12 34 56"),
        emailaddress: text("sanne@vandijkhypotheken.example"),
        avatar: Avatar::Picture(ADVISER_PICTURE),
    }
}

fn case_handler() -> Person {
    Person {
        name: text("Mehmet Yıldız"),
        phone: text("0570 12 34 60"),
        emailaddress: text("mehmet@vandijkhypotheken.example"),
        avatar: Avatar::Picture(CASE_HANDLER_PICTURE),
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A consumer with these fields besides the id, in the wire's order.
fn consumer<const N: usize>(link_name: &'static str, fields: [(&str, Value); N]) -> Consumer {
    Consumer {
        link_name,
        id: id("CNSR", link_name),
        fields: fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    }
}

/// A consumer of whom no more than the name matters.
fn plain_consumer(link_name: &'static str) -> Consumer {
    consumer(
        link_name,
        [
            ("gender", "F".into()),
            ("initials", "A.".into()),
            ("firstname", "Anna".into()),
            ("prefix", "".into()),
            ("surname", "Visser".into()),
            ("display_name", "Anna Visser".into()),
            ("streetname", "Brink".into()),
            ("housenumber", "3".into()),
            ("housenumber_addition", Value::Null),
            ("date_of_birth", "1988-09-30".into()),
            ("zipcode", "7411BR".into()),
            ("city", "Deventer".into()),
            ("phone", Value::Null),
            ("phone_mobile", "06 12 34 56 78".into()),
            ("emailaddress", "anna.visser@voorbeeld.example".into()),
        ],
    )
}

/// An open action: `kind` decides with its lists what it offers. What differs is set on the value.
fn action(dossier: &str, name: &str, product: Option<&str>, kind: &str, label: &str) -> Action {
    Action {
        id: id("PRA", &format!("{dossier}/{name}")),
        product: product.map(str::to_owned),
        kind: kind.to_owned(),
        label: label.to_owned(),
        comment: text(""),
        date_created: String::new(),
        date_executed: None,
        is_done: false,
        document: Document {
            label: label.to_owned(),
            description: text(""),
            ..Document::default()
        },
        short_labels: None,
        uploadable: kind.starts_with("UPLOAD"),
        downloadable: kind.starts_with("DOWNLOAD"),
        download: Download::NotReady,
        otd: Download::NotReady,
    }
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::consumers;
    use crate::date::Date;
    use std::collections::BTreeSet;

    #[test]
    fn every_consumer_has_one_dossier_and_every_action_a_unique_id() {
        let all = all(Date::new(2026, 11, 23));
        let mut ids = BTreeSet::new();
        for dossier in &all {
            for action in &dossier.actions {
                assert!(ids.insert(action.id.clone()), "{} occurs twice", action.id);
            }
        }
        for known in consumers::ALL {
            let of = |name: &str| {
                all.iter()
                    .filter(|it| {
                        it.consumers
                            .iter()
                            .any(|consumer| consumer.link_name == name)
                    })
                    .count()
            };
            assert_eq!(of(known.name), 1, "{}", known.name);
        }
    }
}
