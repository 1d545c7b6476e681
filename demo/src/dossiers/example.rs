//! The specification's own example: Jan Janssen, one product and one action, already done.
//! `tests/getsession.json` is that example; a test holds this dossier to it.

use crate::dossier::{Action, Avatar, Consumer, Document, Dossier, Person, Product, ShortLabels};
use crate::downloads::Download;
use crate::php::Value;

use super::text;

pub fn dossier() -> Dossier {
    let product = "PRFE1A72620E23AC13009D2287C6B864".to_owned();
    let office = Person {
        name: text("Testgebruiker"),
        phone: text("0570 665 144"),
        emailaddress: text("sample@bwss.nl"),
        avatar: Avatar::Absent,
    };
    Dossier {
        id: "DS86CE093EB31D131449DCABEBB7C39F".to_owned(),
        code: "TEST-1".to_owned(),
        date_created: "2018-01-01".to_owned(),
        date_started: "2018-01-01 12:00:00".to_owned(),
        session_id: "ok1t1s26ecft711b72tlkjoae0".to_owned(),
        state: "RUNNING".to_owned(),
        owner: office.clone(),
        advisor: office,
        consumers: vec![consumer()],
        products: vec![Product {
            id: product.clone(),
            kind: "MORTGAGE".to_owned(),
            label: "SNS Budget Hypotheek".to_owned(),
            reference_number: text("TEST-1-M-ea66c06c1e1c05fa9f1aa39d98dc5bc1"),
            quote_number: text(""),
            details: Value::map([
                ("label", "SNS Budget Hypotheek".into()),
                ("arrangement", Value::Null),
                ("mortgage_amount", Value::Null),
                ("lender_name", "SNS Bank".into()),
                ("has_timeline", true.into()),
                (
                    "rendered_timeline",
                    "<div class=\"container-fluid\"></div>".into(),
                ),
            ]),
        }],
        actions: vec![action(product)],
        appointment: None,
        downloadable_as_list: false,
    }
}

fn action(product: String) -> Action {
    let passport = "Paspoort opengevouwen met beide pagina's in beeld".to_owned();
    let card = "Europese Identiteitskaart, kopie op ware grootte";
    Action {
        id: "PRA433FB8570F2C0F6D816F1A0A283BFE".to_owned(),
        product: Some(product),
        kind: "UPLOAD_DOCUMENTMANAGEMENT_FILE".to_owned(),
        label: "Aanleveren van geldig legitimatiebewijs (Jan Janssen)".to_owned(),
        comment: text(""),
        date_created: "2018-01-01".to_owned(),
        date_executed: text("2018-01-01"),
        is_done: true,
        document: Document {
            label: "Geldig legitimatiebewijs (Paspoort of Europese Identiteitskaart)".to_owned(),
            description: text(""),
            upload_requirements: vec![
                passport.clone(),
                format!("{card} van de voor- en achterzijde."),
            ],
            consumer_name: text("Jan Janssen"),
        },
        short_labels: Some(ShortLabels {
            label: "Aanleveren van geldig legitimatiebewijs".to_owned(),
            document_label: "Geldig legitimatiebewijs".to_owned(),
            upload_requirements: vec![passport, card.to_owned()],
        }),
        uploadable: true,
        downloadable: false,
        download: Download::NotReady,
        otd: Download::NotReady,
    }
}

fn consumer() -> Consumer {
    Consumer {
        id: "CNSR22966DC6C1D2E53D861B2794F6A20E".to_owned(),
        ..super::consumer(
            crate::consumers::DEFAULT,
            [
                ("gender", "M".into()),
                ("initials", Value::Null),
                ("firstname", "Jan".into()),
                ("prefix", "".into()),
                ("surname", "Janssen".into()),
                ("display_name", "Jan Janssen".into()),
                ("streetname", "Herfordstraat".into()),
                ("housenumber", "8".into()),
                ("housenumber_addition", Value::Null),
                ("date_of_birth", Value::Null),
                ("zipcode", "7418EX".into()),
                ("city", "Deventer".into()),
                ("phone", "0570 665 144".into()),
                ("phone_mobile", Value::Null),
                ("emailaddress", "j.janssen@freeler.nl".into()),
            ],
        )
    }
}
