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
        match in_cents(whole, &fraction[..fraction.len().min(2)]) {
            Some(cents) if all_digits => Amount::Cents(sign * (cents + i64::from(third))),
            _ => Amount::Text(digits.to_owned()),
        }
    }
}

fn cents(text: &str) -> Option<i64> {
    let text = text
        .strip_prefix('€')
        .or_else(|| text.strip_prefix("EUR"))
        .unwrap_or(text)
        .trim_start();
    let text = text
        .strip_suffix('€')
        .or_else(|| text.strip_suffix("EUR"))
        .unwrap_or(text)
        .trim_end();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text),
    };
    let text = text
        .strip_suffix(",-")
        .or_else(|| text.strip_suffix(",--"))
        .unwrap_or(text);
    let (whole, fraction) = match text.rfind(['.', ',']) {
        None => (text, ""),
        Some(at) => {
            let (whole, fraction, mark) = (&text[..at], &text[at + 1..], &text[at..=at]);
            match (fraction.len(), mark) {
                (1 | 2, _) => (whole, fraction),
                // A group of thousands: a lone comma could as well start three decimals.
                (3, ".") => (text, ""),
                (3, _) if whole.contains(',') => (text, ""),
                _ => return None,
            }
        }
    };
    // What is left may group thousands with the mark that does not start the cents.
    let group = if whole.contains('.') { '.' } else { ',' };
    if !fraction.is_empty()
        && text.as_bytes().get(whole.len()) == Some(&(group as u8))
        && whole.contains(group)
    {
        return None;
    }
    let mut groups = whole.split(group);
    let mut digits = String::from(groups.next()?);
    let grouped = whole.contains(group);
    if grouped && (!(1..=3).contains(&digits.len()) || digits.starts_with('0')) {
        return None;
    }
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        digits.push_str(group);
    }
    in_cents(&digits, fraction).map(|cents| sign * cents)
}

/// Whole euros and up to two decimals, both nothing but digits.
fn in_cents(whole: &str, fraction: &str) -> Option<i64> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=15).contains(&whole.len()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let decimals = match fraction.len() {
        0 => 0,
        1 => fraction.parse::<i64>().ok()? * 10,
        _ => fraction.parse::<i64>().ok()?,
    };
    Some(whole.parse::<i64>().ok()? * 100 + decimals)
}
