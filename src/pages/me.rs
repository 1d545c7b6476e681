//! My details: the consumer as the broker has them, and how to have a mistake corrected.

use accelerate::session::{Consumer, Gender, Person};
use leptos::prelude::*;

use crate::{
    parts::details::{details, mail, mail_href, row, telephone},
    portal::{Portal, title},
    texts::fill,
};

/// The page.
pub fn view(portal: Portal) -> AnyView {
    let texts = portal.texts;
    title(portal, texts.my_details);
    let known = move || {
        portal.session.with(|session| session.as_ref().map(|session| facts(portal, &session.consumer)))
    };
    let correct = move || {
        portal.session.with(|session| {
            let dossier = &session.as_ref()?.dossier;
            let person = dossier.advisor.as_ref().or(dossier.owner.as_ref());
            Some(correction(portal, person, dossier.code.as_deref()))
        })
    };
    view! {
        <div class="page">
            <header class="page-head">
                <h1 tabindex="-1">{texts.my_details}</h1>
                <p class="lead">{texts.my_details_more}</p>
            </header>
            <section class="card">{known}</section>
            {correct}
        </div>
    }
    .into_any()
}

fn facts(portal: Portal, consumer: &Consumer) -> Option<AnyView> {
    let texts = portal.texts;
    let missing = || Some(texts.unknown.to_owned());
    let or_missing = |value: &Option<String>| value.clone().or_else(missing);
    let gender = consumer.gender.map(|gender| match gender {
        Gender::Male => texts.male.to_owned(),
        Gender::Female => texts.female.to_owned(),
    });
    let born = consumer
        .date_of_birth
        .map(|date| portal.formats.with_value(|formats| formats.day(date)));
    let address = [street(consumer), place(consumer)]
        .into_iter()
        .flatten()
        .map(|line| view! { <span class="line">{line}</span> }.into_any())
        .collect::<Vec<_>>();
    let address = if address.is_empty() { missing().map(IntoAny::into_any) } else { Some(address.into_any()) };
    let number = |number: &Option<String>| {
        number.as_deref().map(telephone).or_else(|| missing().map(IntoAny::into_any))
    };
    let email = consumer.emailaddress.as_deref().map(|address| mail(address, None));
    details(vec![
        row(texts.name, or_missing(&consumer.display_name)),
        row(texts.initials, consumer.initials.clone()),
        row(texts.firstname, consumer.firstname.clone()),
        row(texts.surname, surname(consumer)),
        row(texts.gender, gender),
        row(texts.date_of_birth, born.or_else(missing)),
        (texts.address.to_owned(), address),
        (texts.phone.to_owned(), number(&consumer.phone)),
        (texts.phone_mobile.to_owned(), number(&consumer.phone_mobile)),
        (
            texts.emailaddress.to_owned(),
            email.or_else(|| missing().map(IntoAny::into_any)),
        ),
    ])
}

/// *de Groot*: the prefix belongs to the surname.
fn surname(consumer: &Consumer) -> Option<String> {
    joined(&[&consumer.prefix, &consumer.surname])
}

/// *Herfordstraat 8 bis*.
fn street(consumer: &Consumer) -> Option<String> {
    joined(&[&consumer.streetname, &consumer.housenumber, &consumer.housenumber_addition])
}

/// *7418 EX Deventer*: a Dutch postcode is written with a space.
fn place(consumer: &Consumer) -> Option<String> {
    let zipcode = consumer.zipcode.as_ref().map(|zipcode| {
        let bare: String = zipcode.chars().filter(|c| !c.is_whitespace()).collect();
        let dutch = bare.len() == 6
            && bare.bytes().take(4).all(|byte| byte.is_ascii_digit())
            && bare.bytes().skip(4).all(|byte| byte.is_ascii_alphabetic());
        if dutch {
            let mut spaced = bare[..4].to_owned();
            spaced.push(' ');
            spaced.push_str(&bare[4..].to_uppercase());
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

fn correction(portal: Portal, person: Option<&Person>, code: Option<&str>) -> AnyView {
    let texts = portal.texts;
    let subject = fill(texts.mistake_subject, &[("code", code.unwrap_or_default())]);
    let write = person.and_then(|person| person.emailaddress.as_ref()).map(|address| {
        view! {
            <a class="button" href=mail_href(address, Some(&subject))>
                <span class="icon icon-mail" aria-hidden="true"></span>
                {texts.report_mistake}
            </a>
        }
    });
    let call = person.and_then(|person| person.phone.as_ref().map(|phone| (person, phone))).map(
        |(person, phone)| {
            let name = person.name.as_deref().unwrap_or_default();
            view! {
                <a class="button" href=crate::parts::details::telephone_href(phone)>
                    <span class="icon icon-phone" aria-hidden="true"></span>
                    {fill(texts.call, &[("name", name)])}
                </a>
            }
        },
    );
    view! {
        <section class="card">
            <h2>{texts.wrong_details}</h2>
            <p>{texts.wrong_details_more}</p>
            <p class="buttons">{write} {call}</p>
        </section>
    }
    .into_any()
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
        let consumer = Consumer { zipcode: Some("B-2000".to_owned()), ..Consumer::default() };
        assert_eq!(place(&consumer).as_deref(), Some("B-2000"));
        assert_eq!(street(&consumer), None);
    }
}
