//! The people of a dossier: the consumer, and those at the office.

use base64::Engine as _;

use super::Read;
use super::field::{date, text};
use crate::conventions::AVATAR_MAX;
use crate::json::Reader;
use crate::otd::BASE64;
use crate::session::{Consumer, Gender, Person};
use crate::text::split_once;

/// Someone, unless there is nothing known about them.
pub(super) fn person(value: &mut Reader<'_>) -> Read<Option<Person>> {
    let mut it = Person::default();
    value.each(&mut |key, value| {
        match &*key {
            "name" => it.name = text(value)?,
            "phone" => it.phone = text(value)?,
            "emailaddress" => it.emailaddress = text(value)?,
            "avatar_base64" => it.avatar = text(value)?.and_then(|encoded| avatar(&encoded)),
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok((it != Person::default()).then_some(it))
}

pub(super) fn consumer(value: &mut Reader<'_>) -> Read<Consumer> {
    let mut it = Consumer::default();
    value.each(&mut |key, value| {
        let field = match &*key {
            "id" => &mut it.id,
            "initials" => &mut it.initials,
            "firstname" => &mut it.firstname,
            "prefix" => &mut it.prefix,
            "surname" => &mut it.surname,
            "display_name" => &mut it.display_name,
            "streetname" => &mut it.streetname,
            "housenumber" => &mut it.housenumber,
            "housenumber_addition" => &mut it.housenumber_addition,
            "zipcode" => &mut it.zipcode,
            "city" => &mut it.city,
            "phone" => &mut it.phone,
            "phone_mobile" => &mut it.phone_mobile,
            "emailaddress" => &mut it.emailaddress,
            "date_of_birth" => {
                it.date_of_birth = date(value)?;
                return Ok(());
            }
            "gender" => {
                it.gender = match text(value)?.as_deref().map(str::trim) {
                    Some("M" | "m") => Some(Gender::Male),
                    Some("F" | "f") => Some(Gender::Female),
                    _ => None,
                };
                return Ok(());
            }
            _ => return value.skip(),
        };
        *field = text(value)?;
        Ok(())
    })?;
    Ok(it)
}

/// A picture in base64, or in a `data:` URL, as a `data:` URL: if it is a JPEG, PNG or BMP by its first
/// bytes, and no larger than [`AVATAR_MAX`].
fn avatar(encoded: &str) -> Option<String> {
    let encoded = match encoded.trim_start().strip_prefix("data:") {
        Some(url) => split_once(url, ";base64,")?.1,
        None => encoded,
    };
    if encoded.len() > AVATAR_MAX * 3 / 2 {
        return None;
    }
    let mut encoded = encoded.to_owned();
    encoded.retain(|c| !c.is_ascii_whitespace());
    let bytes = BASE64
        .decode(&encoded)
        .ok()
        .filter(|bytes| bytes.len() <= AVATAR_MAX)?;
    let kind = match bytes.as_slice() {
        [0xFF, 0xD8, 0xFF, ..] => "jpeg",
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "png",
        [b'B', b'M', ..] => "bmp",
        _ => return None,
    };
    Some(["data:image/", kind, ";base64,", &encoded].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::tests::{some, with};

    #[test]
    fn the_consumer_may_stand_beside_the_dossier() {
        let beside = r#""consumer":{"firstname":"Beside"}"#;
        let name = |members: &str| with(members).consumer.firstname;
        assert_eq!(name(&["\"dossier\":{},", beside].concat()), some("Beside"));
        assert_eq!(
            name(
                &[
                    "\"dossier\":{\"consumer\":{\"firstname\":\"Inside\"}},",
                    beside
                ]
                .concat()
            ),
            some("Inside")
        );
        assert_eq!(
            name(
                &[
                    beside,
                    ",\"dossier\":{\"consumer\":{\"firstname\":\"Inside\"}}"
                ]
                .concat()
            ),
            some("Inside")
        );
        assert_eq!(
            name(&[beside, ",\"dossier\":{\"consumer\":[]}"].concat()),
            some("Beside")
        );
    }

    #[test]
    fn a_gender_is_m_or_f() {
        for (gender, expected) in [
            ("\"M\"", Some(Gender::Male)),
            ("\"F\"", Some(Gender::Female)),
            ("\"X\"", None),
            ("null", None),
            ("1", None),
        ] {
            assert_eq!(
                with(&["\"dossier\":{\"consumer\":{\"gender\":", gender, "}}"].concat())
                    .consumer
                    .gender,
                expected
            );
        }
    }

    #[test]
    fn a_person_of_whom_nothing_is_known_is_nobody() {
        let dossier =
            with(r#""dossier":{"owner":{"name":"","phone":null},"advisor":{"phone":"06"}}"#)
                .dossier;
        assert_eq!(dossier.owner, None);
        assert_eq!(
            dossier.advisor.and_then(|advisor| advisor.phone).as_deref(),
            Some("06")
        );
    }

    #[test]
    fn an_avatar_is_a_small_picture_by_its_first_bytes() {
        assert_eq!(
            avatar("/9j/AA==").as_deref(),
            Some("data:image/jpeg;base64,/9j/AA==")
        );
        assert_eq!(
            avatar("data:text/html;base64,/9j/\nAA").as_deref(),
            Some("data:image/jpeg;base64,/9j/AA")
        );
        assert_eq!(
            avatar("iVBORw0KGgo=").as_deref(),
            Some("data:image/png;base64,iVBORw0KGgo=")
        );
        assert_eq!(
            avatar("Qk0=").as_deref(),
            Some("data:image/bmp;base64,Qk0=")
        );
        for nothing in [
            "",
            "PHN2Zz4=",
            "no base64!",
            "data:image/png,abc",
            "/9j/A",
            &["/9j/", &"A".repeat(400_000)].concat(),
        ] {
            assert_eq!(avatar(nothing), None);
        }
    }
}
