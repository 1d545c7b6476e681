//! Reads dates and times as the wire writes them.

use crate::session::DateTime;

impl DateTime {
    /// Reads `2018-01-01`, `2018-01-01 12:00:00`, `2018-01-01T12:00` and the Dutch `01-01-2018`. Seconds
    /// are dropped. A difference to UTC is dropped too: the clock was the office's. No Dutch clock shows
    /// UTC itself (`Z`), so of such a time only the day is kept. `None` for anything else, `0000-00-00`
    /// and days that do not exist.
    pub fn parse(text: &str) -> Option<DateTime> {
        let text = text.trim();
        let (day, rest) = text.split_at_checked(10)?;
        let mut parts = day.split('-');
        let (first, month, last) = (parts.next()?, parts.next()?, parts.next()?);
        let (year, day) = if first.len() == 4 {
            (first, last)
        } else {
            (last, first)
        };
        if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let (year, month, day) = (number(year)?, number(month)?, number(day)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        if year == 0 || !(1..=days).contains(&day) {
            return None;
        }
        let mut time = None;
        if !rest.is_empty() {
            let clock_text = rest.strip_prefix(['T', 't', ' '])?;
            let utc = clock_text
                .strip_suffix(['Z', 'z'])
                .or_else(|| clock_text.strip_suffix("+00:00"));
            time = Some(clock(utc.unwrap_or(clock_text))?).filter(|_| utc.is_none());
        }
        Some(DateTime {
            year,
            month: month as u8,
            day: day as u8,
            time,
        })
    }

    /// The same day at the time in `text`; without a time when there is none in it.
    pub(crate) fn at(self, text: &str) -> DateTime {
        DateTime {
            time: clock(text),
            ..self
        }
    }
}

/// Reads `12:00`, with seconds, fractions and a difference to UTC dropped.
fn clock(text: &str) -> Option<(u8, u8)> {
    let text = text.trim();
    let text = text
        .split_once(['+', '-'])
        .map_or(text, |(time, _)| time.trim_end());
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let seconds = parts.next().unwrap_or("0");
    let seconds = seconds.split_once('.').map_or(seconds, |(whole, _)| whole);
    if parts.next().is_some() || !(1..=2).contains(&hour.len()) || minute.len() != 2 {
        return None;
    }
    let (hour, minute, seconds) = (number(hour)?, number(minute)?, number(seconds)?);
    (hour < 24 && minute < 60 && seconds < 61).then_some((hour as u8, minute as u8))
}

/// Digits, and nothing else, as a number.
fn number(digits: &str) -> Option<u16> {
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(time: Option<(u8, u8)>) -> Option<DateTime> {
        Some(DateTime {
            year: 2018,
            month: 1,
            day: 31,
            time,
        })
    }

    #[test]
    fn a_date_comes_with_or_without_a_time() {
        assert_eq!(DateTime::parse("2018-01-31"), day(None));
        assert_eq!(DateTime::parse(" 2018-01-31 "), day(None));
        assert_eq!(DateTime::parse("31-01-2018"), day(None));
        for text in [
            "2018-01-31 09:05",
            "2018-01-31 09:05:59",
            "2018-01-31T09:05:00",
            "2018-01-31 9:05",
            "31-01-2018 09:05",
            "2018-01-31T09:05:00.123456",
            "2018-01-31T09:05:00+01:00",
            "2018-01-31T09:05+0100",
        ] {
            assert_eq!(DateTime::parse(text), day(Some((9, 5))), "{text}");
        }
    }

    #[test]
    fn a_time_in_utc_leaves_only_the_day() {
        assert_eq!(DateTime::parse("2018-01-31T09:05:00Z"), day(None));
        assert_eq!(DateTime::parse("2018-01-31T09:05:00+00:00"), day(None));
    }

    #[test]
    fn a_day_that_does_not_exist_is_none() {
        for text in [
            "0000-00-00",
            "0000-00-00 00:00:00",
            "0000-01-01",
            "2018-02-29",
            "1900-02-29",
            "2018-04-31",
            "2018-13-01",
            "2018-00-10",
            "2018-01-00",
            "00-00-0000",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
        assert!(DateTime::parse("2020-02-29").is_some() && DateTime::parse("2000-02-29").is_some());
    }

    #[test]
    fn a_text_that_is_no_date_is_none() {
        for text in [
            "",
            "morgen",
            "2018-1-1",
            "20180101",
            "2018/01/31",
            "2018-01-31x",
            "2018-01-31 ",
            "2018-01-31 uur",
            "2018-01-31 24:00",
            "2018-01-31 12:60",
            "2018-01-31 12",
            "2018-01-31 12:5",
            "2018-01-31 12:00:00:00",
            "+018-01-31",
            "2018-01-31éZ",
            "2018-01-3é",
            "2018-01-31 -1:00",
            "2018-01-31T",
            "2018-01-31 12:00:99",
        ] {
            let trimmed = text != text.trim();
            assert_eq!(DateTime::parse(text).is_some(), trimmed, "{text}");
        }
    }

    #[test]
    fn dates_sort_in_time() {
        let parse = |text| DateTime::parse(text).expect("a date");
        assert!(parse("2017-12-31 23:59") < parse("2018-01-01"));
        assert!(parse("2018-01-01") < parse("2018-01-01 00:00"));
    }
}
