//! Reads amounts of money as Dutch offices and PHP write them.

use crate::session::Amount;

impl Amount {
    /// Reads a text: `250000`, `250000.00`, `€ 250.000,00`, `250.000`, `250.000,-` are cents. By Dutch
    /// custom points group thousands and a comma starts the cents; where a text can be read two ways
    /// (`250,000`, `0.500`), or is no plain number, it stays as it came. `None` when blank.
    pub fn parse(text: &str) -> Option<Amount> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        Some(cents(text).map_or_else(|| Amount::Text(text.to_owned()), Amount::Cents))
    }

    /// Reads the digits of a JSON number: its point starts the cents, and more than two are rounded.
    pub(crate) fn of_number(digits: &str) -> Amount {
        let (sign, plain) = match digits.strip_prefix('-') {
            Some(plain) => (-1, plain),
            None => (1, digits),
        };
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let third = fraction
            .as_bytes()
            .get(2)
            .is_some_and(|digit| *digit >= b'5');
        let all_digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
        match in_cents(whole, fraction.get(..2).unwrap_or(fraction)) {
            Some(cents) if all_digits => Amount::Cents(sign * (cents + i64::from(third))),
            _ => Amount::Text(digits.to_owned()),
        }
    }
}

/// A text as cents, when it can be read one way only.
fn cents(text: &str) -> Option<i64> {
    let bare = text
        .strip_prefix('€')
        .or_else(|| text.strip_prefix("EUR"))
        .unwrap_or(text);
    let bare = bare
        .strip_suffix('€')
        .or_else(|| bare.strip_suffix("EUR"))
        .unwrap_or(bare)
        .trim();
    let (sign, bare) = match bare.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, bare),
    };
    let bare = bare
        .strip_suffix(",-")
        .or_else(|| bare.strip_suffix(",--"))
        .unwrap_or(bare);
    let (whole, fraction) = match bare.rsplit_once(['.', ',']) {
        Some((whole, fraction)) if matches!(fraction.len(), 1 | 2) => (whole, fraction),
        _ => (bare, ""),
    };
    let mut groups = whole.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let mut digits = String::from(first);
    let mut thousands = 0;
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
        thousands += 1;
    }
    if thousands > 0 {
        let mark = whole.as_bytes()[first.len()];
        let mixed = whole
            .bytes()
            .any(|byte| matches!(byte, b'.' | b',') && byte != mark);
        let starts_cents = !fraction.is_empty() && bare.as_bytes()[whole.len()] == mark;
        // A lone comma could as well start three decimals.
        let ambiguous = mark == b',' && thousands == 1 && fraction.is_empty();
        if mixed
            || starts_cents
            || ambiguous
            || !(1..=3).contains(&first.len())
            || first.starts_with('0')
        {
            return None;
        }
    }
    in_cents(&digits, fraction).map(|cents| sign * cents)
}

/// Whole euros and up to two decimals, both nothing but digits.
fn in_cents(whole: &str, fraction: &str) -> Option<i64> {
    let digits = [whole, fraction, "00".get(fraction.len()..)?].concat();
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (1..=15).contains(&whole.len())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_the_dutch_and_php_write_it() {
        for text in [
            "250000",
            "250000.00",
            "250000,00",
            "250.000",
            "250.000,00",
            "250.000,-",
            "€ 250.000,00",
            "€250000",
            "250,000.00",
            "EUR 250.000",
            "250.000 €",
            "  250000.0 ",
            "\u{a0}€\u{a0}250.000,00",
        ] {
            assert_eq!(
                Amount::parse(text),
                Some(Amount::Cents(25_000_000)),
                "{text}"
            );
        }
        assert_eq!(
            Amount::parse("1.234.567,8"),
            Some(Amount::Cents(123_456_780))
        );
        assert_eq!(Amount::parse("1,234,567"), Some(Amount::Cents(123_456_700)));
        assert_eq!(Amount::parse("€ -12,50"), Some(Amount::Cents(-1_250)));
        assert_eq!(Amount::parse("0"), Some(Amount::Cents(0)));
    }

    #[test]
    fn what_is_no_plain_amount_stays_a_text() {
        for text in [
            "250,000",
            "0.500",
            "250.00.00",
            "1.234.56",
            "1,234.567",
            "25.0000",
            "1234.567",
            "circa 250.000",
            "2e5",
            ".50",
            "250.",
            "€",
            "-",
            "nader te bepalen",
            "12345678901234567890",
            "250 000",
        ] {
            assert_eq!(Amount::parse(text), Some(Amount::Text(text.to_owned())));
        }
        assert_eq!(Amount::parse(" \t"), None);
    }

    #[test]
    fn a_json_number_has_its_cents_behind_the_point() {
        assert_eq!(Amount::of_number("250000"), Amount::Cents(25_000_000));
        assert_eq!(Amount::of_number("250000.5"), Amount::Cents(25_000_050));
        assert_eq!(Amount::of_number("250.000"), Amount::Cents(25_000));
        assert_eq!(Amount::of_number("-0.995"), Amount::Cents(-100));
        assert_eq!(Amount::of_number("0.29999999999999998"), Amount::Cents(30));
        assert_eq!(Amount::of_number("1.0e+25"), Amount::Text("1.0e+25".into()));
    }
}
