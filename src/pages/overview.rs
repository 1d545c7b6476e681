//! The overview: who you are, how far you are, what to do next, and who can help.

use accelerate::session::{Appointment, Counters, Product, Session, Status};
use leptos::prelude::*;

use crate::{
    parts::{
        action_list,
        details::{details, row},
        person, progress,
    },
    portal::{Portal, title},
    route::Page,
    texts::fill,
};

use super::product::kind_name;

/// The page.
pub fn view(portal: Portal) -> AnyView {
    let texts = portal.texts;
    title(portal, texts.overview);
    let greeting = move || {
        portal.session.with(|session| {
            let consumer = session.as_ref().map(|session| &session.consumer);
            match consumer.and_then(|consumer| consumer.display_name.as_ref()) {
                Some(name) => fill(texts.greeting, &[("name", name)]),
                None => texts.greeting_nameless.to_owned(),
            }
        })
    };
    let counters = Memo::new(move |_| {
        portal.session.with(|session| session.as_ref().map(|session| session.counters).unwrap_or_default())
    });
    let people = move || {
        portal.session.with(|session| {
            let dossier = &session.as_ref()?.dossier;
            Some(person::cards(portal, dossier.advisor.as_ref(), dossier.owner.as_ref()))
        })
    };
    let meeting = move || {
        portal.session.with(|session| session.as_ref()?.appointment.as_ref().map(|it| appointment(portal, it)))
    };
    view! {
        <div class="page columns">
            <header class="page-head">
                <h1 tabindex="-1">{greeting}</h1>
                <p class="lead">{move || dossier_line(portal)}</p>
            </header>
            <div class="main-column">
                {move || {
                    let counters = counters.get();
                    (counters.total > 0).then(|| {
                        view! {
                            <section class="card">
                                <h2>{texts.progress}</h2>
                                {progress::progress(portal, counters, texts.progress)}
                            </section>
                        }
                    })
                }}
                {to_do(portal)}
                {products(portal)}
            </div>
            <div class="side-column">{meeting} {people}</div>
        </div>
    }
    .into_any()
}

/// The dossier's code, and the day it was opened.
fn dossier_line(portal: Portal) -> Option<String> {
    portal.session.with(|session| {
        let dossier = &session.as_ref()?.dossier;
        let code = dossier.code.as_ref()?;
        Some(match dossier.date_created {
            Some(date) => {
                let date = portal.formats.with_value(|formats| formats.day(date));
                fill(portal.texts.dossier_since, &[("code", code), ("date", &date)])
            }
            None => fill(portal.texts.dossier_code, &[("code", code)]),
        })
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

fn to_do(portal: Portal) -> AnyView {
    let texts = portal.texts;
    let count = Memo::new(move |_| {
        portal.session.with(|session| {
            session.as_ref().map_or((0, 0), |session| (left(session).len(), session.actions.len()))
        })
    });
    (move || match count.get() {
        (0, 0) => nothing(texts.empty_dossier, texts.empty_dossier_more, "icon icon-empty"),
        (0, _) => nothing(texts.nothing_to_do, texts.nothing_to_do_more, "icon icon-done"),
        (count, _) => {
            let words = if count == 1 {
                texts.to_do_one.to_owned()
            } else {
                portal
                    .formats
                    .with_value(|formats| fill(texts.to_do_many, &[("count", &formats.count(count))]))
            };
            view! {
                <section class="card">
                    <div class="card-head">
                        <h2>{texts.to_do}</h2>
                        <p class="count">{words}</p>
                    </div>
                    {action_list::list(portal, texts.search_tasks, left, action_list::row)}
                </section>
            }
            .into_any()
        }
    })
    .into_any()
}

fn nothing(head: &'static str, more: &'static str, icon: &'static str) -> AnyView {
    view! {
        <section class="card nothing">
            <span class=icon aria-hidden="true"></span>
            <div>
                <h2>{head}</h2>
                <p>{more}</p>
            </div>
        </section>
    }
    .into_any()
}

fn products(portal: Portal) -> AnyView {
    let texts = portal.texts;
    (move || {
        portal.session.with(|session| {
            let products = &session.as_ref()?.products;
            let cards: Vec<_> = products.iter().map(|product| card(portal, product)).collect();
            (!cards.is_empty()).then(|| {
                view! {
                    <section class="card">
                        <h2>{texts.products}</h2>
                        <ul class="products">{cards}</ul>
                    </section>
                }
            })
        })
    })
    .into_any()
}

fn card(portal: Portal, product: &Product) -> AnyView {
    let name = super::product::name(portal, product);
    let kind = kind_name(portal.texts, product);
    let Counters { total, .. } = product.counters;
    let bar = (total > 0).then(|| progress::progress(portal, product.counters, &name));
    view! {
        <li class="product">
            <a href=portal.href(&Page::Product(product.id.clone()))>
                <span class="product-name">{name.clone()}</span>
                <span class="product-kind">{kind}</span>
            </a>
            {bar}
        </li>
    }
    .into_any()
}

fn appointment(portal: Portal, appointment: &Appointment) -> AnyView {
    let texts = portal.texts;
    let when = portal.formats.with_value(|formats| {
        let start = appointment.start?;
        let said = formats.moment(start);
        Some(match appointment.end {
            Some(end) => {
                let one_day = (start.year, start.month, start.day) == (end.year, end.month, end.day);
                let end = if one_day { formats.clock(end) } else { formats.moment(end) };
                fill(texts.appointment_until, &[("start", &said), ("end", &end)])
            }
            None => said,
        })
    });
    let subject = appointment.subject.clone().map(|subject| view! { <p class="subject">{subject}</p> });
    view! {
        <section class="card appointment">
            <h2>{texts.your_appointment}</h2>
            {subject}
            {details(
                vec![
                    row(texts.appointment_when, when),
                    row(texts.appointment_where, appointment.location.clone()),
                    row(texts.appointment_with, appointment.with.clone()),
                    row(texts.appointment_more, appointment.description.clone()),
                ],
            )}
        </section>
    }
    .into_any()
}
