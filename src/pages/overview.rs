//! The overview: who you are, how far you are, what to do next, and who can help.

use accelerate::session::{Appointment, Product, Session, Status};
use leptos::prelude::*;

use super::product::{kind_name, name};
use crate::{
    browser::dom::{El, View, dynamic_of, el},
    parts::{
        action_list,
        details::{details, row},
        icon::icon,
        link::link,
        person, progress,
    },
    portal::{Portal, title},
    route::Page,
    texts::fill,
};

/// The page.
pub fn view(portal: Portal) -> El {
    let texts = portal.texts;
    title(portal, texts.overview);
    let greeting = move || {
        let name = portal
            .in_session(|session| session.consumer.display_name.clone())
            .flatten();
        match name {
            Some(name) => fill(texts.greeting, &[("name", &name)]),
            None => texts.greeting_nameless.to_owned(),
        }
    };
    let people = move || {
        portal.in_session(|session| {
            let dossier = &session.dossier;
            person::cards(portal, dossier.advisor.as_ref(), dossier.owner.as_ref())
        })
    };
    let meeting = move || {
        portal.in_session(|session| {
            session
                .appointment
                .as_ref()
                .map(|it| appointment(portal, it))
        })
    };
    el("div")
        .class("page columns")
        .child(
            el("div")
                .class("page-head")
                .child(el("h1").attr("tabindex", "-1").text_from(greeting))
                .child(
                    el("p")
                        .class("lead")
                        .text_from(move || dossier_line(portal).unwrap_or_default()),
                ),
        )
        .child(
            el("div")
                .class("main-column")
                .part(move || portal.in_session(|session| so_far(portal, session)))
                .child(to_do(portal))
                .part(move || portal.in_session(|session| products(portal, session))),
        )
        .child(el("div").class("side-column").part(meeting).part(people))
}

/// Progress over everything that is asked.
fn so_far(portal: Portal, session: &Session) -> Option<El> {
    let head = portal.texts.progress;
    (session.counters.total > 0).then(|| {
        el("section")
            .class("card")
            .child(el("h2").child(head))
            .child(progress::progress(portal, session.counters, head))
    })
}

/// The dossier's code, and the day it was opened.
fn dossier_line(portal: Portal) -> Option<String> {
    let session = portal.session.get()?;
    let code = session.dossier.code.as_ref()?;
    Some(match session.dossier.date_created {
        Some(date) => {
            let date = portal.formatted(|formats| formats.day(date));
            fill(
                portal.texts.dossier_since,
                &[("code", code), ("date", &date)],
            )
        }
        None => fill(portal.texts.dossier_code, &[("code", code)]),
    })
}

/// What is left to do: what was sent back first, then what was never done, each in the server's order.
pub fn left(session: &Session) -> Vec<usize> {
    let of = |status| {
        session
            .actions
            .iter()
            .enumerate()
            .filter(move |(_, action)| action.status() == status)
            .map(|(at, _)| at)
    };
    of(Status::Rejected).chain(of(Status::Open)).collect()
}

fn to_do(portal: Portal) -> View {
    let texts = portal.texts;
    let count = move || {
        portal
            .in_session(|session| left(session).len())
            .unwrap_or_default()
    };
    let words = move || match count() {
        1 => texts.to_do_one.to_owned(),
        count => fill(texts.to_do_many, &[("count", &portal.count(count))]),
    };
    let any = move || {
        let asked = portal.in_session(|session| !session.actions.is_empty()) == Some(true);
        (asked, count() > 0)
    };
    dynamic_of(any, move |any| match any {
        (false, _) => nothing("empty", texts.empty_dossier, texts.empty_dossier_more),
        (true, false) => nothing("done", texts.nothing_to_do, texts.nothing_to_do_more),
        (true, true) => el("section")
            .class("card")
            .child(
                el("div")
                    .class("card-head")
                    .child(el("h2").child(texts.to_do))
                    .child(el("p").class("count").text_from(words)),
            )
            .child(action_list::list(
                portal,
                texts.search_tasks,
                left,
                action_list::row,
            )),
    })
}

/// A card that says there is nothing, and that this is all right.
pub fn nothing(picture: &str, head: &str, more: &str) -> El {
    el("section")
        .class("card nothing")
        .child(icon(picture))
        .child(
            el("div")
                .child(el("h2").child(head))
                .child(el("p").child(more)),
        )
}

fn products(portal: Portal, session: &Session) -> Option<El> {
    let cards: Vec<View> = session
        .products
        .iter()
        .map(|product| card(portal, product).into())
        .collect();
    (!cards.is_empty()).then(|| {
        el("section")
            .class("card")
            .child(el("h2").child(portal.texts.products))
            .child(el("ul").class("products").child(cards))
    })
}

fn card(portal: Portal, product: &Product) -> El {
    let name = name(portal, product);
    let kind = kind_name(portal.texts, product);
    let kind = (kind != name).then(|| el("span").class("product-kind").child(kind));
    let bar =
        (product.counters.total > 0).then(|| progress::progress(portal, product.counters, &name));
    el("li")
        .class("product")
        .child(
            link(portal, &Page::Product(product.id.clone()))
                .child(el("span").class("product-name").child(name))
                .child(" ")
                .child(kind),
        )
        .child(bar)
}

fn appointment(portal: Portal, appointment: &Appointment) -> El {
    let texts = portal.texts;
    let formats = &portal.backstage().formats;
    let when = appointment.start.map(|start| {
        let said = formats.moment(start);
        match appointment.end {
            Some(end) => {
                let one_day =
                    (start.year, start.month, start.day) == (end.year, end.month, end.day);
                let end = if one_day {
                    formats.clock(end)
                } else {
                    formats.moment(end)
                };
                fill(texts.appointment_until, &[("start", &said), ("end", &end)])
            }
            None => said,
        }
    });
    let subject = appointment.subject.as_deref();
    el("section")
        .class("card appointment")
        .child(el("h2").child(texts.your_appointment))
        .child(subject.map(|subject| el("p").class("subject").child(subject)))
        .child(details(vec![
            row(texts.appointment_when, when),
            row(texts.appointment_where, appointment.location.clone()),
            row(texts.appointment_with, appointment.with.clone()),
            row(texts.appointment_more, appointment.description.clone()),
        ]))
}
