//! One field, whatever PHP made of it: a value of the wrong kind is no value.

use std::borrow::Cow;

use super::Read;
use crate::json::{Reader, Value};
use crate::session::{Amount, DateTime};

/// An id, exactly as it came.
pub(super) fn id_text<'a>(value: &mut Reader<'a>) -> Read<Option<Cow<'a, str>>> {
    Ok(match value.value()? {
        Value::Text(id) if !id.trim().is_empty() => Some(id),
        Value::Number(id) => Some(Cow::Borrowed(id)),
        _ => None,
    })
}

/// A text or a number, unless it is blank.
pub(super) fn text(value: &mut Reader<'_>) -> Read<Option<String>> {
    Ok(id_text(value)?.map(Cow::into_owned))
}

/// The texts of a list or map, or the only one there is.
pub(super) fn texts(value: &mut Reader<'_>) -> Read<Vec<String>> {
    let mut all = Vec::new();
    all.extend(text(&mut value.clone())?);
    value.each(&mut |_, value| {
        all.extend(text(value)?);
        Ok(())
    })?;
    Ok(all)
}

/// `true`, `1`, `"1"` and whatever else PHP holds true of a number or a digit string.
pub(super) fn flag(value: &mut Reader<'_>) -> Read<bool> {
    Ok(match value.value()? {
        Value::Bool(flag) => flag,
        Value::Number(digits) => digits != "0",
        Value::Text(word) => {
            let word = word.trim();
            word.eq_ignore_ascii_case("true") || word.parse::<u32>().is_ok_and(|number| number != 0)
        }
        Value::Nothing => false,
    })
}

/// A whole number that counts something.
pub(super) fn count(value: &mut Reader<'_>) -> Read<Option<u32>> {
    Ok(text(value)?.and_then(|digits| digits.trim().parse().ok()))
}

pub(super) fn date(value: &mut Reader<'_>) -> Read<Option<DateTime>> {
    Ok(text(value)?.and_then(|text| DateTime::parse(&text)))
}

pub(super) fn amount(value: &mut Reader<'_>) -> Read<Option<Amount>> {
    Ok(match value.value()? {
        Value::Number(digits) => Some(Amount::of_number(digits)),
        Value::Text(text) => Amount::parse(&text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::decode::tests::{with, with_actions};
    use crate::session::Counters;

    #[test]
    fn done_is_said_in_many_ways() {
        for (is_done, expected) in [
            ("1", true),
            ("0", false),
            ("true", true),
            ("false", false),
            ("\"1\"", true),
            ("\"0\"", false),
            ("\"true\"", true),
            ("\"\"", false),
            ("null", false),
            ("[]", false),
            ("{}", false),
            ("\"ja\"", false),
        ] {
            let session = with_actions(&["{\"A\":{\"is_done\":", is_done, "}}"].concat());
            assert_eq!(session.actions[0].is_done, expected, "{is_done}");
        }
    }

    #[test]
    fn absent_null_empty_and_blank_are_alike() {
        let bare = with_actions(r#"{"A":{}}"#);
        for nothing in ["null", "\"\"", "\" \\n\\t\"", "[]", "{}", "false"] {
            let fields = r#"{"A":{"label":?,"comment":?,"type":?,"date_created":?,"date_executed":?,"product_id":?,"document":?,"unknown":?}}"#;
            assert_eq!(
                with_actions(&fields.replace('?', nothing)),
                bare,
                "{nothing}"
            );
        }
    }

    #[test]
    fn numbers_and_texts_change_places() {
        let session = with(
            r#""dossier":{"code":12,"consumer":{"housenumber":8,"zipcode":"7418EX","phone":570665144}}"#,
        );
        assert_eq!(session.dossier.code.as_deref(), Some("12"));
        assert_eq!(session.consumer.housenumber.as_deref(), Some("8"));
        let counted =
            with(r#""duplicate_comfort_data":{"actioncounter_total":{"total":"5","done":"2"}}"#);
        assert_eq!(counted.counters, Counters { total: 5, done: 2 });
    }
}
