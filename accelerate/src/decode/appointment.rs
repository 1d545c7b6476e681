//! The appointment, whose fields are undocumented: see [`conventions::appointment`](crate::conventions::appointment).

use crate::conventions::appointment::{
    DESCRIPTION, END, LOCATION, START, START_TIME, SUBJECT, WITH,
};
use crate::json::{Json, Map};
use crate::session::{Appointment, DateTime};

/// The appointment, unless it is `false` or holds nothing that we know.
pub(super) fn appointment(members: &Map<'_>) -> Option<Appointment> {
    let first_of = |names: &[&str]| names.iter().find_map(|name| text_or_name(&members[*name]));
    let start =
        first_of(START)
            .and_then(|text| DateTime::parse(&text))
            .map(|start| match first_of(START_TIME) {
                Some(time) if start.time.is_none() => start.at(&time),
                _ => start,
            });
    let end = first_of(END).and_then(|text| {
        DateTime::parse(&text).or_else(|| {
            start
                .map(|start| start.at(&text))
                .filter(|end| end.time.is_some())
        })
    });
    let appointment = Appointment {
        subject: first_of(SUBJECT),
        start,
        end,
        location: first_of(LOCATION),
        with: first_of(WITH),
        description: first_of(DESCRIPTION),
    };
    (appointment != Appointment::default()).then_some(appointment)
}

/// A text, or a person's name.
fn text_or_name(value: &Json<'_>) -> Option<String> {
    if value.is_object() {
        value.map()["name"].text()
    } else {
        value.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{date, some, with};

    #[test]
    fn an_appointment_is_read_by_likely_names() {
        let appointment = |object: &str| {
            with(
                &[
                    "\"duplicate_comfort_data\":{\"most_recent_appointment\":",
                    object,
                    "}",
                ]
                .concat(),
            )
            .appointment
        };
        let expected = Appointment {
            subject: some("Tekenen"),
            start: date("2018-03-01 10:00"),
            end: date("2018-03-01 11:30"),
            location: some("Deventer"),
            with: some("Anna"),
            description: some("Neem uw paspoort mee"),
        };
        for object in [
            r#"{"subject":"Tekenen","date_start":"2018-03-01 10:00:00","date_end":"2018-03-01 11:30:00","location":"Deventer","advisor":{"name":"Anna"},"description":"Neem uw paspoort mee"}"#,
            r#"{"label":"Tekenen","date":"2018-03-01","time":"10:00","time_end":"11:30","place":"Deventer","with":"Anna","notes":"Neem uw paspoort mee"}"#,
        ] {
            assert_eq!(appointment(object), Some(expected.clone()), "{object}");
        }
        for nothing in [
            "false",
            "null",
            "[]",
            "{}",
            "\"\"",
            r#"{"foo":"bar","date":"0000-00-00"}"#,
        ] {
            assert_eq!(appointment(nothing), None, "{nothing}");
        }
        assert_eq!(
            appointment(r#"{"date":"morgen","subject":"Tekenen"}"#).and_then(|it| it.start),
            None
        );
    }
}
