//! Reads dates and times as the wire writes them.

use crate::session::DateTime;

impl DateTime {
    /// Reads `2018-01-01`, `2018-01-01 12:00:00`, `2018-01-01T12:00` and the Dutch `01-01-2018`. Seconds
    /// are read and dropped. A difference to UTC is dropped too: the clock was the office's. Only of a
    /// time in UTC itself (`Z`), which no Dutch clock shows, just the day is kept. `None` for anything else, `0000-00-00` and days
    /// that do not exist.
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
            let told = rest.strip_prefix(['T', 't', ' '])?;
            let utc = told
                .strip_suffix(['Z', 'z'])
                .or_else(|| told.strip_suffix("+00:00"));
            time = Some(clock(utc.unwrap_or(told))?).filter(|_| utc.is_none());
        }
        Some(DateTime {
            year,
            month: month as u8,
            day: day as u8,
            time,
        })
    }

    /// The same day at the time that `text` tells; without a time when it tells none.
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
