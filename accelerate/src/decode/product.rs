//! What is particular to a product's type.

use super::Read;
use super::field::{amount, date, flag, text};
use crate::json::Reader;
use crate::session::{Credit, Details, Mortgage};
use crate::text::{contains, replace, split_once};

/// The object that a product has under its type's name.
pub(super) fn details_of(kind: String, value: &mut Reader<'_>) -> Read<Details> {
    if kind.eq_ignore_ascii_case("MORTGAGE") {
        return Ok(Details::Mortgage(mortgage(value)?));
    }
    if kind.eq_ignore_ascii_case("CREDIT") {
        return Ok(Details::Credit(credit(value)?));
    }
    let mut fields = Vec::new();
    value.each(&mut |key, value| {
        if let Some(text) = text(value)? {
            fields.push((key.into_owned(), text));
        }
        Ok(())
    })?;
    Ok(Details::Other { kind, fields })
}

fn mortgage(value: &mut Reader<'_>) -> Read<Mortgage> {
    let mut it = Mortgage::default();
    let mut has_timeline = true;
    value.each(&mut |key, value| {
        match &*key {
            "label" => it.label = text(value)?,
            "arrangement" => it.arrangement = text(value)?,
            "mortgage_amount" => it.mortgage_amount = amount(value)?,
            "lender_name" => it.lender_name = text(value)?,
            "has_timeline" => has_timeline = flag(value)?,
            "rendered_timeline" => {
                it.rendered_timeline = text(value)?.filter(|html| shows_something(html))
            }
            _ => value.skip()?,
        }
        Ok(())
    })?;
    if !has_timeline {
        it.rendered_timeline = None;
    }
    Ok(it)
}

fn credit(value: &mut Reader<'_>) -> Read<Credit> {
    let mut it = Credit::default();
    value.each(&mut |key, value| {
        match &*key {
            "lender_name" => it.lender_name = text(value)?,
            "product_name" => it.product_name = text(value)?,
            "date_entry" => it.date_entry = date(value)?,
            "loan_amount" => it.loan_amount = amount(value)?,
            "spending_target" => it.spending_target = text(value)?,
            "aflos_amount" => it.aflos_amount = amount(value)?,
            "aflos_period" => it.aflos_period = text(value)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(it)
}

/// Whether HTML has anything to look at: a text outside its tags, or a picture or bar.
fn shows_something(html: &str) -> bool {
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        if has_text(before) {
            return true;
        }
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let Some((inside, after)) = split_once(tag, end) else {
            return false;
        };
        let inside = inside.to_ascii_lowercase();
        if ["img", "svg"].iter().any(|name| inside.starts_with(name))
            || contains(&inside, "progress-bar")
        {
            return true;
        }
        rest = after;
        for name in ["style", "script"] {
            if inside.starts_with(name) {
                let end = split_once(rest, "</").and_then(|(_, end)| end.split_once('>'));
                rest = end.map_or("", |(_, after)| after);
            }
        }
    }
    has_text(rest)
}

fn has_text(text: &str) -> bool {
    !replace(text, "&nbsp;", "").trim().is_empty()
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
            r#"{"type":"TERM_LIFE_INSURANCE","mortgage":{"label":"no"},"term_life_insurance":{"z_insured":250000.50,"name":"Zeker","empty":"","more":{"x":1},"ok":true}}"#,
        );
        let fields = vec![
            ("z_insured".to_owned(), "250000.50".to_owned()),
            ("name".to_owned(), "Zeker".to_owned()),
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
                Details::Mortgage(mortgage) => mortgage.rendered_timeline,
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
