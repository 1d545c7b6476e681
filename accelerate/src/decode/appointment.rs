//! The appointment, whose fields are undocumented: see [`conventions::appointment`](crate::conventions::appointment).

use super::Read;
use super::field::text;
use super::people::person;
use crate::conventions::appointment::{
    DESCRIPTION, END, LOCATION, START, START_TIME, SUBJECT, WITH,
};
use crate::json::Reader;
use crate::session::{Appointment, DateTime};

/// The appointment, unless it is `false` or holds nothing that we know.
pub(super) fn appointment(value: &mut Reader<'_>) -> Read<Option<Appointment>> {
    let mut fields: Vec<(String, String)> = Vec::new();
    value.each(&mut |key, value| {
        // A person is taken by name.
        let said = if value.is_object() {
            person(value)?.and_then(|person| person.name)
        } else {
            text(value)?
        };
        if let Some(said) = said {
            fields.push((key.into_owned(), said));
        }
        Ok(())
    })?;
    let said = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| fields.iter().find(|(key, _)| key == name))
            .map(|(_, text)| text.clone())
    };
    let start = said(START)
        .and_then(|text| DateTime::parse(&text))
        .map(|start| match said(START_TIME) {
            Some(time) if start.time.is_none() => start.at(&time),
            _ => start,
        });
    let end = said(END).and_then(|text| {
        DateTime::parse(&text).or_else(|| {
            start
                .map(|start| start.at(&text))
                .filter(|end| end.time.is_some())
        })
    });
    let it = Appointment {
        subject: said(SUBJECT),
        start,
        end,
        location: said(LOCATION),
        with: said(WITH),
        description: said(DESCRIPTION),
    };
    Ok((it != Appointment::default()).then_some(it))
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
