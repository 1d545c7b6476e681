//! What the browser knows of languages: dates, amounts and sizes by its `Intl`, and upper and lower case.
//! Tables for either would be downloaded by everyone.

use std::cell::LazyCell;

use accelerate::session::{Amount, DateTime};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::i18n::Language;

/// The formats of one language. Each is made when it is first needed, and once: making one is slow.
#[derive(Debug, Clone, Copy)]
pub struct Formats(StoredValue<Functions, LocalStorage>);

/// A format's function `format`.
type Format = LazyCell<Function, Box<dyn FnOnce() -> Function>>;

#[derive(Debug)]
struct Functions {
    day: Format,
    moment: Format,
    clock: Format,
    euros: Format,
    euros_and_cents: Format,
    percent: Format,
    megabytes: Format,
    kilobytes: Format,
    bytes: Format,
    count: Format,
}

impl Formats {
    /// The formats of a language. They live as long as the reactive owner that they are made in.
    pub fn new(language: Language) -> Self {
        let locale = Array::of1(&language.tag().into());
        let date = |options: &[(&str, JsValue)]| -> Format {
            let (locale, options) = (locale.clone(), object(options));
            LazyCell::new(Box::new(move || {
                Intl::DateTimeFormat::new(&locale, &options).format()
            }))
        };
        let number = |options: &[(&str, JsValue)]| -> Format {
            let (locale, options) = (locale.clone(), object(options));
            LazyCell::new(Box::new(move || {
                Intl::NumberFormat::new(&locale, &options).format()
            }))
        };
        let unit = |name: &str, digits: u32| {
            number(&[
                ("style", "unit".into()),
                ("unit", name.into()),
                ("maximumFractionDigits", digits.into()),
            ])
        };
        let currency = |digits: u32| {
            number(&[
                ("style", "currency".into()),
                ("currency", "EUR".into()),
                ("minimumFractionDigits", digits.into()),
                ("maximumFractionDigits", digits.into()),
            ])
        };
        // The wire has Dutch local times. They are shown unchanged, wherever the consumer is: both
        // ends say UTC.
        let utc = ("timeZone", JsValue::from("UTC"));
        Self(StoredValue::new_local(Functions {
            day: date(&[("dateStyle", "long".into()), utc.clone()]),
            moment: date(&[
                ("weekday", "long".into()),
                ("day", "numeric".into()),
                ("month", "long".into()),
                ("year", "numeric".into()),
                ("hour", "2-digit".into()),
                ("minute", "2-digit".into()),
                utc.clone(),
            ]),
            clock: date(&[
                ("hour", "2-digit".into()),
                ("minute", "2-digit".into()),
                utc,
            ]),
            euros: currency(0),
            euros_and_cents: currency(2),
            percent: number(&[("style", "percent".into())]),
            megabytes: unit("megabyte", 1),
            kilobytes: unit("kilobyte", 0),
            bytes: unit("byte", 0),
            count: number(&[]),
        }))
    }

    fn apply(self, format: impl FnOnce(&Functions) -> &Function, value: &JsValue) -> String {
        self.0
            .with_value(|functions| format(functions).call1(&JsValue::UNDEFINED, value))
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    }

    /// The day, such as *1 januari 2018*.
    pub fn day(self, date: DateTime) -> String {
        self.apply(|it| &it.day, &instant(date))
    }

    /// The day and, when it is known, the time, such as *maandag 1 januari 2018 om 12:00*.
    pub fn moment(self, date: DateTime) -> String {
        match date.time {
            Some(_) => self.apply(|it| &it.moment, &instant(date)),
            None => self.day(date),
        }
    }

    /// The time of day, such as *12:00*; the whole day when no time is known.
    pub fn clock(self, date: DateTime) -> String {
        match date.time {
            Some(_) => self.apply(|it| &it.clock, &instant(date)),
            None => self.day(date),
        }
    }

    /// An amount, such as *€ 250.000*; cents only where there are any.
    pub fn amount(self, amount: &Amount) -> String {
        match amount {
            Amount::Text(text) => text.clone(),
            Amount::Cents(cents) if cents % 100 == 0 => {
                self.apply(|it| &it.euros, &JsValue::from_f64((cents / 100) as f64))
            }
            Amount::Cents(cents) => {
                self.apply(|it| &it.euros_and_cents, &(*cents as f64 / 100.0).into())
            }
        }
    }

    /// A part of a whole, such as *40%*; never 100% before it is all.
    pub fn percent(self, part: f64, whole: f64) -> String {
        let share = if whole > 0.0 {
            (part / whole).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let share = if share < 1.0 { share.min(0.99) } else { share };
        self.apply(|it| &it.percent, &share.into())
    }

    /// A size, such as *2,4 MB*. A megabyte is 1,048,576 bytes here, as in the limits.
    pub fn size(self, bytes: f64) -> String {
        const KILO: f64 = 1024.0;
        if bytes >= KILO * KILO {
            self.apply(|it| &it.megabytes, &(bytes / (KILO * KILO)).into())
        } else if bytes >= KILO {
            self.apply(|it| &it.kilobytes, &(bytes / KILO).into())
        } else {
            self.apply(|it| &it.bytes, &bytes.into())
        }
    }

    /// A whole number, such as *5.000*.
    pub fn count(self, count: usize) -> String {
        self.apply(|it| &it.count, &(count as f64).into())
    }
}

fn instant(date: DateTime) -> JsValue {
    let (hour, minute) = date.time.unwrap_or_default();
    let at = Date::new(&JsValue::from_f64(0.0));
    at.set_utc_full_year_with_month_date(
        date.year.into(),
        i32::from(date.month) - 1,
        date.day.into(),
    );
    at.set_utc_hours(hour.into());
    at.set_utc_minutes(minute.into());
    at.into()
}

/// The day of a moment, in milliseconds since 1970, where the consumer is.
pub fn local_day(time: f64) -> DateTime {
    let at = Date::new(&time.into());
    DateTime {
        year: at.get_full_year() as u16,
        month: at.get_month() as u8 + 1,
        day: at.get_date() as u8,
        time: None,
    }
}

fn object(entries: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.unchecked_into()
}

/// A text in lower case.
pub fn lower_case(text: &str) -> String {
    // Nearly every text that is searched. The browser is asked about the others: the tables of all the
    // world's letters are its own.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    js_sys::JsString::from(text).to_lower_case().into()
}

/// A text in upper case.
pub fn upper_case(text: &str) -> String {
    js_sys::JsString::from(text).to_upper_case().into()
}
