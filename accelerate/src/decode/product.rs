//! A product, and what is particular to its type.

use crate::json::{Json, Map};
use crate::session::{Counters, Credit, Details, Mortgage, Product};

/// A product from its members.
pub(super) fn product(id: String, members: &Map<'_>, counters: Counters) -> Product {
    let kind = members["type"].text().unwrap_or_default();
    // The details stand in an object named after the type.
    let details = members
        .iter()
        .find(|(name, value)| value.is_object() && name.eq_ignore_ascii_case(&kind))
        .map_or(Json::Null.map(), |(_, details)| details.map());
    Product {
        id,
        label: members["label"].text(),
        reference_number: members["reference_number"].text(),
        quote_number: members["quote_number"].text(),
        details: details_of(kind, details),
        counters,
    }
}

fn details_of(kind: String, members: &Map<'_>) -> Details {
    if kind.eq_ignore_ascii_case("MORTGAGE") {
        return Details::Mortgage(mortgage(members));
    }
    if kind.eq_ignore_ascii_case("CREDIT") {
        return Details::Credit(credit(members));
    }
    let fields = members
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.text()?)))
        .collect();
    Details::Other { kind, fields }
}

fn mortgage(members: &Map<'_>) -> Mortgage {
    let has_timeline = members.get("has_timeline").is_none_or(Json::flag);
    Mortgage {
        label: members["label"].text(),
        arrangement: members["arrangement"].text(),
        mortgage_amount: members["mortgage_amount"].amount(),
        lender_name: members["lender_name"].text(),
        rendered_timeline: members["rendered_timeline"].text().filter(|_| has_timeline),
    }
}

fn credit(members: &Map<'_>) -> Credit {
    Credit {
        lender_name: members["lender_name"].text(),
        product_name: members["product_name"].text(),
        date_entry: members["date_entry"].date(),
        loan_amount: members["loan_amount"].amount(),
        spending_target: members["spending_target"].text(),
        aflos_amount: members["aflos_amount"].amount(),
        aflos_period: members["aflos_period"].text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{date, some, with_product};
    use crate::session::Amount;

    #[test]
    fn a_credit_has_its_fields() {
        let session = with_product(
            r#"{"credit":{"lender_name":"Bank","product_name":"Plan","date_entry":"2018-02-01","loan_amount":"€ 10.000,00","spending_target":"Auto","aflos_amount":99.5,"aflos_period":"maand"},"type":"CREDIT"}"#,
        );
        let expected = Credit {
            lender_name: some("Bank"),
            product_name: some("Plan"),
            date_entry: date("2018-02-01"),
            loan_amount: Some(Amount::Cents(1_000_000)),
            spending_target: some("Auto"),
            aflos_amount: Some(Amount::Cents(9_950)),
            aflos_period: some("maand"),
        };
        assert_eq!(session.products[0].details, Details::Credit(expected));
    }

    #[test]
    fn an_unknown_type_is_shown_with_what_it_has() {
        let session = with_product(
            r#"{"type":"TERM_LIFE_INSURANCE","mortgage":{"label":"no"},"term_life_insurance":{"z_insured":250000.50,"name":"Zeker","empty":"","more":{"x":1},"ok":true,"dossier":7}}"#,
        );
        let fields = vec![
            ("z_insured".to_owned(), "250000.50".to_owned()),
            ("name".to_owned(), "Zeker".to_owned()),
            ("dossier".to_owned(), "7".to_owned()),
        ];
        assert_eq!(
            session.products[0].details,
            Details::Other {
                kind: "TERM_LIFE_INSURANCE".to_owned(),
                fields
            }
        );
        let session = with_product(r#"{"type":null,"label":"Zonder soort"}"#);
        assert_eq!(
            session.products[0].details,
            Details::Other {
                kind: String::new(),
                fields: vec![]
            }
        );
    }

    #[test]
    fn a_product_without_its_object_keeps_its_kind() {
        assert_eq!(
            with_product(r#"{"type":"MORTGAGE","mortgage":[]}"#).products[0].details,
            Details::Mortgage(Mortgage::default())
        );
        assert_eq!(
            with_product(r#"{"type":"CREDIT"}"#).products[0].details,
            Details::Credit(Credit::default())
        );
    }

    #[test]
    fn a_timeline_is_there_when_it_shows_something() {
        let timeline = |has: &str, html: &str| {
            let product = [
                "{\"type\":\"MORTGAGE\",\"mortgage\":{\"rendered_timeline\":\"",
                html,
                "\"",
                has,
                "}}",
            ]
            .concat();
            match with_product(&product).products.remove(0).details {
                Details::Mortgage(mortgage) => mortgage.timeline().map(str::to_owned),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            timeline(",\"has_timeline\":true", "<p>Offerte<\\/p>").as_deref(),
            Some("<p>Offerte</p>")
        );
        assert!(timeline("", "<img src='x'>").is_some());
        assert!(timeline("", "<div class='progress-bar' style='width:60%'></div>").is_some());
        assert!(timeline("", "los").is_some());
        for has in [
            ",\"has_timeline\":false",
            ",\"has_timeline\":\"0\"",
            ",\"has_timeline\":null",
        ] {
            assert_eq!(timeline(has, "<p>Offerte</p>"), None);
        }
        for nothing in [
            "",
            "<div class='container-fluid'></div>",
            " <br>&nbsp;\\n",
            "<!-- <img> tekst -->",
            "<style>p{}</style><p>",
            "<script>x</script>",
            "<p",
            "<!-- ",
        ] {
            assert_eq!(timeline(",\"has_timeline\":1", nothing), None, "{nothing}");
        }
    }
}
