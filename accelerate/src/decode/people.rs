//! The people of a dossier: the consumer, and those at the office.

use crate::conventions::AVATAR_MAX;
use crate::json::Map;
use crate::session::{Consumer, Gender, Person};

/// Someone, unless there is nothing known about them.
pub(super) fn person(members: &Map<'_>) -> Option<Person> {
    let person = Person {
        name: members["name"].text(),
        phone: members["phone"].text(),
        emailaddress: members["emailaddress"].text(),
        avatar: members["avatar_base64"].id().and_then(avatar),
    };
    (person != Person::default()).then_some(person)
}

/// The consumer, with whatever is known about them.
pub(super) fn consumer(members: &Map<'_>) -> Consumer {
    Consumer {
        id: members["id"].text(),
        gender: match members["gender"].id().map(str::trim) {
            Some("M" | "m") => Some(Gender::Male),
            Some("F" | "f") => Some(Gender::Female),
            _ => None,
        },
        initials: members["initials"].text(),
        firstname: members["firstname"].text(),
        prefix: members["prefix"].text(),
        surname: members["surname"].text(),
        display_name: members["display_name"].text(),
        streetname: members["streetname"].text(),
        housenumber: members["housenumber"].text(),
        housenumber_addition: members["housenumber_addition"].text(),
        date_of_birth: members["date_of_birth"].date(),
        zipcode: members["zipcode"].text(),
        city: members["city"].text(),
        phone: members["phone"].text(),
        phone_mobile: members["phone_mobile"].text(),
        emailaddress: members["emailaddress"].text(),
    }
}

/// A picture in base64, or in a `data:` URL, as a `data:` URL: if it is a JPEG, PNG or BMP by its first
/// bytes, and no larger than [`AVATAR_MAX`]. Where the rest of it is no base64, the browser finds a
/// broken picture.
fn avatar(encoded: &str) -> Option<String> {
    let encoded = match encoded.trim_start().strip_prefix("data:") {
        Some(url) => url.split_once(";base64,")?.1,
        None => encoded,
    };
    let mut encoded = encoded.to_owned();
    encoded.retain(|c| !c.is_ascii_whitespace());
    if encoded.len() > AVATAR_MAX.div_ceil(3) * 4 {
        return None;
    }
    // The first bytes, in base64: FF D8 FF, 89 "PNG\r\n" 1A "\n", and "BM" with what may follow it.
    let kind = match encoded.as_bytes() {
        [b'/', b'9', b'j', b'/', ..] => "jpeg",
        png if png.starts_with(b"iVBORw0KGgo") => "png",
        [b'Q', b'k', b'0'..=b'3', ..] => "bmp",
        _ => return None,
    };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    encoded
        .bytes()
        .all(is_base64)
        .then(|| ["data:image/", kind, ";base64,", &encoded].concat())
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
            "/9j/\"onerror",
            &["/9j/", &"A".repeat(400_000)].concat(),
        ] {
            assert_eq!(avatar(nothing), None);
        }
    }
}
