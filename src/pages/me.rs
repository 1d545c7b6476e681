//! My details: the consumer as the broker has them, and how to have a mistake corrected.

use accelerate::session::{Consumer, Gender, Person};

use crate::{
    browser::dom::{El, View, el},
    parts::{
        details::{details, mail, mail_href, row, telephone, telephone_href},
        person::way_button,
    },
    portal::{Portal, title},
    texts::fill,
};

/// The page.
pub fn view(portal: Portal) -> El {
    let texts = portal.texts;
    title(portal, texts.my_details);
    let correct = move || {
        portal.in_session(|session| {
            let dossier = &session.dossier;
            let person = dossier.advisor.as_ref().or(dossier.owner.as_ref());
            correction(portal, person, dossier.code.as_deref())
        })
    };
    el("div")
        .class("page")
        .child(
            el("div")
                .class("page-head")
                .child(el("h1").attr("tabindex", "-1").child(texts.my_details))
                .child(el("p").class("lead").child(texts.my_details_more)),
        )
        .child(
            el("section")
                .class("card")
                .part(move || portal.in_session(|session| facts(portal, &session.consumer))),
        )
        .part(correct)
}

fn facts(portal: Portal, consumer: &Consumer) -> Option<El> {
    let texts = portal.texts;
    let or_missing = |value: Option<View>| Some(value.unwrap_or_else(|| texts.unknown.into()));
    let text = |value: &Option<String>| or_missing(value.as_deref().map(View::from));
    let number = |number: &Option<String>| {
        or_missing(number.as_deref().map(|number| telephone(number).into()))
    };
    let gender = consumer.gender.map(|gender| match gender {
        Gender::Male => texts.male.to_owned(),
        Gender::Female => texts.female.to_owned(),
    });
    let born = consumer
        .date_of_birth
        .map(|date| portal.formatted(|formats| formats.day(date)));
    let address: Vec<View> = [street(consumer), place(consumer)]
        .into_iter()
        .flatten()
        .map(|line| el("span").class("line").child(line).into())
        .collect();
    let address = (!address.is_empty()).then(|| address.into());
    let email = consumer
        .emailaddress
        .as_deref()
        .map(|address| mail(address).into());
    details(vec![
        (texts.name.to_owned(), text(&consumer.display_name)),
        row(texts.initials, consumer.initials.clone()),
        row(texts.firstname, consumer.firstname.clone()),
        row(texts.surname, surname(consumer)),
        row(texts.gender, gender),
        (texts.date_of_birth.to_owned(), text(&born)),
        (texts.address.to_owned(), or_missing(address)),
        (texts.phone.to_owned(), number(&consumer.phone)),
        (
            texts.phone_mobile.to_owned(),
            number(&consumer.phone_mobile),
        ),
        (texts.emailaddress.to_owned(), or_missing(email)),
    ])
}

/// *de Groot*: the prefix belongs to the surname.
fn surname(consumer: &Consumer) -> Option<String> {
    joined(&[&consumer.prefix, &consumer.surname])
}

/// *Herfordstraat 8 bis*.
fn street(consumer: &Consumer) -> Option<String> {
    joined(&[
        &consumer.streetname,
        &consumer.housenumber,
        &consumer.housenumber_addition,
    ])
}

/// *7418 EX Deventer*: a Dutch postcode is written with a space.
fn place(consumer: &Consumer) -> Option<String> {
    let zipcode = consumer.zipcode.as_ref().map(|zipcode| {
        let bare: String = zipcode.chars().filter(|c| !c.is_whitespace()).collect();
        let dutch = bare.len() == 6
            && bare.bytes().take(4).all(|byte| byte.is_ascii_digit())
            && bare.bytes().skip(4).all(|byte| byte.is_ascii_alphabetic());
        if dutch {
            let mut spaced = bare.to_ascii_uppercase();
            spaced.insert(4, ' ');
            spaced
        } else {
            zipcode.clone()
        }
    });
    joined(&[&zipcode, &consumer.city])
}

fn joined(parts: &[&Option<String>]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn correction(portal: Portal, person: Option<&Person>, code: Option<&str>) -> El {
    let texts = portal.texts;
    let write = person
        .and_then(|person| person.emailaddress.as_ref())
        .map(|address| {
            let subject = fill(texts.mistake_subject, &[("code", code.unwrap_or_default())]);
            way_button(
                "mail",
                &mail_href(address, Some(&subject)),
                texts.report_mistake,
            )
        });
    let call = person.and_then(|person| {
        let phone = person.phone.as_ref()?;
        let name = person.name.as_deref().unwrap_or_default();
        Some(way_button(
            "phone",
            &telephone_href(phone),
            &fill(texts.call, &[("name", name)]),
        ))
    });
    el("section")
        .class("card")
        .child(el("h2").child(texts.wrong_details))
        .child(el("p").child(texts.wrong_details_more))
        .child(el("p").class("buttons").child(write).child(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_the_dutch_way() {
        let consumer = Consumer {
            streetname: Some("Herfordstraat".to_owned()),
            housenumber: Some("8".to_owned()),
            zipcode: Some("7418ex".to_owned()),
            city: Some("Deventer".to_owned()),
            ..Consumer::default()
        };
        assert_eq!(street(&consumer).as_deref(), Some("Herfordstraat 8"));
        assert_eq!(place(&consumer).as_deref(), Some("7418 EX Deventer"));
    }

    #[test]
    fn a_foreign_postcode_is_left_as_it_is() {
        let consumer = Consumer {
            zipcode: Some("B-2000".to_owned()),
            ..Consumer::default()
        };
        assert_eq!(place(&consumer).as_deref(), Some("B-2000"));
        assert_eq!(street(&consumer), None);
    }
}
