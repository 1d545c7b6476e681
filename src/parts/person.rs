//! Someone at the broker's office, with a face and ways to reach them.

use accelerate::session::Person;
use leptos::prelude::*;

use super::{
    details::{mail_href, telephone_href},
    icon::icon,
};
use crate::{
    browser::{
        dom::{El, View, dynamic, el},
        page,
    },
    portal::Portal,
    texts::fill,
};

/// A card for a person, under what they are to the consumer.
pub fn card(portal: Portal, role: &str, person: &Person) -> El {
    let name = person.name.as_deref().unwrap_or_default();
    let call = person.phone.as_ref().map(|phone| {
        let label = fill(portal.texts.call, &[("name", name)]);
        way("phone", &telephone_href(phone), label, phone)
    });
    let mail = person.emailaddress.as_ref().map(|address| {
        let label = fill(portal.texts.mail, &[("name", name)]);
        way("mail", &mail_href(address, None), label, address)
    });
    let ways =
        (call.is_some() || mail.is_some()).then(|| el("ul").class("ways").child(call).child(mail));
    el("section")
        .class("card person")
        .child(el("h2").child(role))
        .child(
            el("div")
                .class("who")
                .child(face(person))
                .child(el("p").class("name").child(name)),
        )
        .child(ways)
}

/// A way to reach someone, as a button.
pub fn way_button(picture: &str, href: &str, words: &str) -> El {
    el("a")
        .class("button")
        .attr("href", href)
        .child(icon(picture))
        .child(words)
}

/// The two ways to reach someone, as buttons.
pub fn way_buttons(portal: Portal, person: &Person) -> El {
    let texts = portal.texts;
    let name = person.name.as_deref().unwrap_or_default();
    let call = person.phone.as_ref().map(|phone| {
        let words = fill(texts.call, &[("name", name)]);
        way_button("phone", &telephone_href(phone), &words)
    });
    let mail = person.emailaddress.as_ref().map(|address| {
        let words = fill(texts.mail, &[("name", name)]);
        way_button("mail", &mail_href(address, None), &words)
    });
    el("p").class("buttons").child(mail).child(call)
}

/// The two cards, or the one when adviser and case handler are the same person.
pub fn cards(portal: Portal, advisor: Option<&Person>, owner: Option<&Person>) -> View {
    let texts = portal.texts;
    let known = |person: &&Person| {
        person.name.is_some() || person.phone.is_some() || person.emailaddress.is_some()
    };
    let advisor = advisor.filter(known);
    let owner = owner
        .filter(known)
        .filter(|owner| advisor.is_none_or(|advisor| !same(advisor, owner)));
    [
        advisor
            .map(|person| card(portal, texts.your_adviser, person))
            .into(),
        owner
            .map(|person| card(portal, texts.your_case_handler, person))
            .into(),
    ]
    .into()
}

/// Whether two people are one: the same name and no differing address.
fn same(one: &Person, other: &Person) -> bool {
    one.name == other.name
        && (one.emailaddress == other.emailaddress
            || one.emailaddress.is_none()
            || other.emailaddress.is_none())
}

fn way(picture: &str, href: &str, mut label: String, words: &str) -> El {
    label.push_str(": ");
    el("li").child(
        el("a")
            .attr("href", href)
            .child(icon(picture))
            .child(el("span").class("visually-hidden").child(label))
            .child(el("span").child(words)),
    )
}

/// The picture, or the initials where there is none or it is broken.
fn face(person: &Person) -> View {
    let broken = RwSignal::new(false);
    let initials = page::upper_case(&initials(person.name.as_deref().unwrap_or_default()));
    let picture = person.avatar.clone();
    dynamic(move || match picture.as_deref().filter(|_| !broken.get()) {
        Some(picture) => el("img")
            .class("face")
            .attr("src", picture)
            .attr("alt", "")
            .on("error", move |_| broken.set(true)),
        None => el("span")
            .class("face")
            .attr("aria-hidden", "true")
            .child(initials.as_str()),
    })
}

/// First letters of the first and the last name.
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
        assert_eq!(initials("Łukasz"), "Ł");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn one_person_in_two_roles_is_one_person() {
        assert!(same(&person("A", Some("a@x")), &person("A", None)));
        assert!(!same(&person("A", Some("a@x")), &person("A", Some("b@x"))));
        assert!(!same(&person("A", None), &person("B", None)));
    }
}
