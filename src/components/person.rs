//! Someone at the broker's office, with a face and ways to reach them.

use accelerate::session::{Dossier, Person};
use leptos::prelude::*;

use super::{
    details::{mail_href, telephone_href},
    icon::Icon,
};
use crate::{
    context::{use_config, use_session, use_texts},
    i18n::fill,
    platform::intl::upper_case,
};

/// The cards of the adviser and the case handler: one card when both are the same person.
#[component]
pub fn PersonCards(
    /// The adviser.
    advisor: Option<Person>,
    /// The case handler.
    owner: Option<Person>,
) -> impl IntoView {
    let texts = use_texts();
    let is_known = |person: &Person| {
        person.name.is_some() || person.phone.is_some() || person.emailaddress.is_some()
    };
    let advisor = advisor.filter(is_known);
    let owner = owner
        .filter(is_known)
        .filter(|owner| !advisor.as_ref().is_some_and(|it| is_same(it, owner)));
    view! {
        {advisor.map(|person| view! { <PersonCard role=texts.your_adviser person/> })}
        {owner.map(|person| view! { <PersonCard role=texts.your_case_handler person/> })}
    }
}

/// A card for a person.
#[component]
pub fn PersonCard(
    /// What the person is to the consumer.
    role: &'static str,
    /// The person.
    person: Person,
) -> impl IntoView {
    let texts = use_texts();
    let name = person.name.clone().unwrap_or_default();
    let way = |icon: &'static str, href: String, label: &str, words: String| {
        let label = fill(label, &[("name", &name)]);
        // An address that does not fit goes on after its @.
        let (start, end) = words.split_at(words.find('@').map_or(0, |at| at + 1));
        view! {
            <li>
                <a href=href>
                    <Icon name=icon/>
                    <span class="visually-hidden">{label} ": "</span>
                    <span translate="no">{start.to_owned()}<wbr/>{end.to_owned()}</span>
                </a>
            </li>
        }
    };
    let call =
        (person.phone.clone()).map(|phone| way("phone", telephone_href(&phone), texts.call, phone));
    let mail = (person.emailaddress.clone())
        .map(|address| way("mail", mail_href(&address, None), texts.mail, address));
    let ways =
        (call.is_some() || mail.is_some()).then(|| view! { <ul class="ways">{call} {mail}</ul> });
    view! {
        <section class="card person">
            <h2>{role}</h2>
            <div class="who">
                <Face person/>
                <p class="name" translate="no">{name}</p>
            </div>
            {ways}
        </section>
    }
}

/// The picture of a person; their initials where there is none, or it is broken.
#[component]
fn Face(person: Person) -> impl IntoView {
    let is_broken = RwSignal::new(false);
    let initials = upper_case(&initials(person.name.as_deref().unwrap_or_default()));
    view! { {move || match person.avatar.clone().filter(|_| !is_broken.get()) {
        Some(picture) => view! {
            <img class="face" src=picture alt="" on:error=move |_| is_broken.set(true)/>
        }
        .into_any(),
        None => view! {
            <span class="face" aria-hidden="true">
                {initials.clone()}
            </span>
        }
        .into_any(),
    }} }
}

/// Whom to ask: the adviser, else the case handler, else the office, whichever can be reached. Without a dossier it is
/// whom the last one named.
pub fn contact(dossier: Option<Dossier>) -> Option<Person> {
    let adviser = use_session().auth.adviser();
    let people = dossier.into_iter().flat_map(|it| [it.advisor, it.owner]);
    let mut people = people.flatten().chain(adviser);
    people.find(is_reachable).or_else(office)
}

/// The office, when it can be reached.
pub fn office() -> Option<Person> {
    let config = use_config();
    let office = Person {
        name: config.broker.clone(),
        phone: config.phone.clone(),
        emailaddress: config.email.clone(),
        avatar: None,
    };
    Some(office).filter(is_reachable)
}

fn is_reachable(person: &Person) -> bool {
    person.phone.is_some() || person.emailaddress.is_some()
}

/// The two ways to reach someone, as buttons.
#[component]
pub fn ContactButtons(
    /// The person.
    person: Person,
) -> impl IntoView {
    let texts = use_texts();
    let name = person.name.unwrap_or_default();
    let words = |text: &str| fill(text, &[("name", &name)]);
    let call = person.phone.map(|phone| {
        // On a desktop the number is what helps. It stays on one line.
        let number = phone.replace(' ', "\u{a0}");
        let words = format!("{}: {number}", words(texts.call));
        view! { <ContactButton icon="phone" href=telephone_href(&phone) words/> }
    });
    let mail = person.emailaddress.map(|address| {
        view! { <ContactButton icon="mail" href=mail_href(&address, None) words=words(texts.mail)/> }
    });
    view! { <p class="buttons">{mail} {call}</p> }
}

/// A way to reach someone, as a button.
#[component]
pub fn ContactButton(
    /// Its icon.
    icon: &'static str,
    /// `tel:` or `mailto:`.
    href: String,
    /// What stands on it.
    #[prop(into)]
    words: String,
) -> impl IntoView {
    view! {
        <a class="button" href=href>
            <Icon name=icon/>
            {words}
        </a>
    }
}

/// Whether two people are one: they have the same name, and no two different addresses.
fn is_same(one: &Person, other: &Person) -> bool {
    one.name == other.name
        && (one.emailaddress == other.emailaddress
            || one.emailaddress.is_none()
            || other.emailaddress.is_none())
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, mail: Option<&str>) -> Person {
        Person {
            name: Some(name.to_owned()),
            emailaddress: mail.map(str::to_owned),
            ..Person::default()
        }
    }

    #[test]
    fn initials_are_of_the_first_and_last_name() {
        assert_eq!(initials("Sanne de Wit"), "SW");
        assert_eq!(initials("łukasz"), "ł");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn one_person_in_two_roles_is_one_person() {
        assert!(is_same(&person("A", Some("a@x")), &person("A", None)));
        assert!(!is_same(
            &person("A", Some("a@x")),
            &person("A", Some("b@x"))
        ));
        assert!(!is_same(&person("A", None), &person("B", None)));
    }
}
