//! My details: the consumer as the broker has them, and how to have a mistake corrected.

use accelerate::session::{Consumer, Dossier, Gender, Person};
use leptos::prelude::*;

use crate::{
    components::{
        details::{DetailsList, MailLink, PhoneLink, Row, mail_href, telephone_href},
        person::ContactButton,
    },
    context::{set_page_title, use_formats, use_rest_texts, use_session},
    i18n::fill,
};

/// The page.
#[component]
pub fn Me() -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    set_page_title(texts.my_details);
    let consumer = session.part(|one, other| one.consumer == other.consumer);
    let correction = session.part(|one, other| {
        let (one, other) = (&one.dossier, &other.dossier);
        whom_to_tell(one) == whom_to_tell(other) && one.code == other.code
    });
    view! {
        <div class="page">
            <div class="page-head">
                <h1 tabindex="-1">{texts.my_details}</h1>
                <p class="lead">{texts.my_details_more}</p>
            </div>
            <section class="card">
                {move || {
                    let consumer = consumer.read(|it| it.consumer.clone());
                    view! { <ConsumerDetails consumer/> }.into_any()
                }}
            </section>
            {move || {
                let (person, code) = correction
                    .read(|it| (whom_to_tell(&it.dossier).cloned(), it.dossier.code.clone()));
                view! { <Correction person code/> }.into_any()
            }}
        </div>
    }
}

#[component]
fn ConsumerDetails(consumer: Consumer) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let or_unknown = |value: Option<AnyView>| value.or_else(|| Some(texts.unknown.into_any()));
    let phone = |number: Option<String>| match number {
        Some(number) => view! { <PhoneLink number/> }.into_any(),
        None => texts.unknown.into_any(),
    };
    let email = match consumer.emailaddress.clone() {
        Some(address) => view! { <MailLink address/> }.into_any(),
        None => texts.unknown.into_any(),
    };
    let lines: Vec<_> = [street(&consumer), place(&consumer)]
        .into_iter()
        .flatten()
        .map(|line| view! { <span class="line" translate="no">{line}</span> })
        .collect();
    let address = match lines.is_empty() {
        true => texts.unknown.into_any(),
        false => lines.into_any(),
    };
    let gender = consumer.gender.map(|gender| match gender {
        Gender::Male => texts.male.to_owned(),
        Gender::Female => texts.female.to_owned(),
    });
    let born = consumer
        .date_of_birth
        .map(|date| formats.day(date).into_any());
    let surname = surname(&consumer);
    let rows = vec![
        Row::view(texts.name, or_unknown(verbatim(consumer.display_name))),
        Row::view(texts.initials, verbatim(consumer.initials)),
        Row::view(texts.firstname, verbatim(consumer.firstname)),
        Row::view(texts.surname, verbatim(surname)),
        Row::text(texts.gender, gender),
        Row::view(texts.date_of_birth, or_unknown(born)),
        Row::view(texts.address, Some(address)),
        Row::view(texts.phone, Some(phone(consumer.phone))),
        Row::view(texts.phone_mobile, Some(phone(consumer.phone_mobile))),
        Row::view(texts.emailaddress, Some(email)),
    ];
    view! { <DetailsList rows/> }
}

/// What is theirs, and nothing to translate: a browser would make *De Boer* a farmer.
fn verbatim(text: Option<String>) -> Option<AnyView> {
    text.map(|text| view! { <span translate="no">{text}</span> }.into_any())
}

/// Who corrects what is wrong.
fn whom_to_tell(dossier: &Dossier) -> Option<&Person> {
    dossier.advisor.as_ref().or(dossier.owner.as_ref())
}

/// How to have a mistake corrected.
#[component]
fn Correction(person: Option<Person>, code: Option<String>) -> impl IntoView {
    let texts = use_rest_texts();
    let person = person.unwrap_or_default();
    let mail = person.emailaddress.map(|address| {
        let subject = fill(
            texts.mistake_subject,
            &[("code", code.as_deref().unwrap_or_default())],
        );
        let href = mail_href(&address, Some(&subject));
        view! { <ContactButton icon="mail" href words=texts.report_mistake/> }
    });
    let name = person.name.unwrap_or_default();
    let call = person.phone.map(|phone| {
        let words = fill(texts.call, &[("name", &name)]);
        view! { <ContactButton icon="phone" href=telephone_href(&phone) words/> }
    });
    view! {
        <section class="card">
            <h2>{texts.wrong_details}</h2>
            <p>{texts.wrong_details_more}</p>
            <p class="buttons">{mail} {call}</p>
        </section>
    }
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
