//! A small plain dossier, for the consumers with whom something goes wrong: one mortgage, a document to
//! send, one to fetch.

use crate::date::Date;
use crate::dossier::{Action, Document, Dossier, Product};
use crate::downloads::Download;
use crate::php::Value;

use super::{action, id, plain_consumer, text};

pub fn dossier(name: &'static str, today: Date) -> Dossier {
    let product = id("PR", &format!("{name}/mortgage"));
    let letter = ["Beste Anna,", "", "Hierbij uw adviesrapport."].map(str::to_owned);
    let actions = vec![
        Action {
            date_created: today.plus(-8).to_string(),
            document: Document {
                label: "Loonstrook".to_owned(),
                upload_requirements: vec!["Niet ouder dan drie maanden".to_owned()],
                ..Document::default()
            },
            ..action(
                name,
                "loonstrook",
                Some(&product),
                "UPLOAD_DOCUMENTMANAGEMENT_FILE",
                "Aanleveren van een recente loonstrook",
            )
        },
        Action {
            date_created: today.plus(-3).to_string(),
            download: Download::Letter("adviesrapport.pdf", "Adviesrapport", letter.to_vec()),
            ..action(
                name,
                "adviesrapport",
                Some(&product),
                "DOWNLOAD_DOCUMENTMANAGEMENT_FILE",
                "Uw adviesrapport",
            )
        },
    ];
    Dossier {
        products: vec![mortgage(product)],
        actions,
        ..super::dossier(
            name,
            &format!("DEMO-{name}"),
            today,
            vec![plain_consumer(name)],
        )
    }
}

/// A mortgage without a timeline.
pub fn mortgage(id: String) -> Product {
    Product {
        id,
        kind: "MORTGAGE".to_owned(),
        label: "Obvion Basis Hypotheek".to_owned(),
        reference_number: text("VDH-DEMO-M-01"),
        quote_number: text(""),
        details: Value::map([
            ("label", "Obvion Basis Hypotheek".into()),
            ("arrangement", "Lineair".into()),
            ("mortgage_amount", "245000".into()),
            ("lender_name", "Obvion".into()),
            ("has_timeline", false.into()),
            ("rendered_timeline", "".into()),
        ]),
    }
}
