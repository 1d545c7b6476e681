//! A dossier of 5,000 actions over five products: every fifth done, every twentieth rejected, most open.

use crate::date::Date;
use crate::dossier::{Action, Document, Dossier, Product};

use super::{action, id, plain_consumer, small, text};

const ACTIONS: usize = 5_000;
const PRODUCTS: usize = 5;

pub fn dossier(today: Date) -> Dossier {
    let products: Vec<Product> = (1..=PRODUCTS)
        .map(|number| Product {
            label: format!("Leningdeel {number}"),
            ..small::mortgage(id("PR", &format!("long/{number}")))
        })
        .collect();
    let actions = (0..ACTIONS)
        .map(|index| {
            let product = &products[index * PRODUCTS / ACTIONS].id;
            long_action(index, product, today)
        })
        .collect();
    Dossier {
        products,
        actions,
        ..super::dossier("long", "DEMO-lang", today, vec![plain_consumer("lang")])
    }
}

fn long_action(index: usize, product: &str, today: Date) -> Action {
    let number = index + 1;
    let is_done = number.is_multiple_of(5);
    let rejected = number % 20 == 1;
    let created = today.plus(-(index as i64 % 90));
    Action {
        date_created: created.to_string(),
        date_executed: (is_done || rejected).then(|| created.to_string()),
        is_done,
        comment: text(if rejected {
            "De scan is niet leesbaar. Wilt u een nieuwe maken?"
        } else {
            ""
        }),
        document: Document {
            label: format!("Bankafschrift {number}"),
            description: text(""),
            upload_requirements: vec![
                "Alle pagina's van het afschrift".to_owned(),
                "Uw naam en rekeningnummer zijn te lezen".to_owned(),
            ],
            consumer_name: number.is_multiple_of(2).then(|| "Anna Visser".to_owned()),
        },
        ..action(
            "long",
            &number.to_string(),
            Some(product),
            "UPLOAD_DOCUMENTMANAGEMENT_FILE",
            &format!("Aanleveren van bankafschrift {number}"),
        )
    }
}
