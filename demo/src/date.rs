//! Days of the calendar. The rules never read a clock: whoever asks says what day it is.

use std::fmt;

/// A day, printed as AccelerateConnect does: `2018-01-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1 January 1970.
    days: i64,
}

impl Date {
    /// The day that many days after 1 January 1970.
    pub fn from_days(days: i64) -> Date {
        Date { days }
    }

    /// The day of the Gregorian calendar; `month` 1 to 12, `day` 1 to 31.
    pub fn new(year: i64, month: i64, day: i64) -> Date {
        // Howard Hinnant's days_from_civil: years start in March, so that the leap day comes last.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let year_of_era = year.rem_euclid(400);
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Date {
            days: era * 146_097 + day_of_era - 719_468,
        }
    }

    /// So many days later, or earlier when negative.
    pub fn plus(self, days: i64) -> Date {
        Date {
            days: self.days + days,
        }
    }

    /// Days since 1 January 1970.
    pub(crate) fn days(self) -> i64 {
        self.days
    }

    fn civil(self) -> (i64, i64, i64) {
        let days = self.days + 719_468;
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = year_of_era + days.div_euclid(146_097) * 400 + i64::from(month <= 2);
        (year, month, day)
    }

    /// As a Dutch letter writes it: `3 mei 2026`.
    pub fn in_dutch(self) -> String {
        const MONTHS: [&str; 12] = [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ];
        let (year, month, day) = self.civil();
        format!("{day} {} {year}", MONTHS[(month - 1) as usize])
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn a_date_converts_to_year_month_day_and_back() {
        for days in [-1, 0, 59, 11_016, 19_782, 20_780, 47_541] {
            let date = Date::from_days(days);
            let (year, month, day) = date.civil();
            assert_eq!(Date::new(year, month, day), date);
        }
        assert_eq!(Date::new(1970, 1, 1), Date::from_days(0));
        assert_eq!(Date::new(2024, 2, 28).plus(1).to_string(), "2024-02-29");
        assert_eq!(Date::new(2026, 12, 31).plus(1).to_string(), "2027-01-01");
        assert_eq!(Date::new(2026, 5, 3).in_dutch(), "3 mei 2026");
    }
}
