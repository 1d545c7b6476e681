//! The overview: who you are, how far you are, what to do next, and who can help.

use accelerate::session::{Appointment, Product};
use leptos::prelude::*;

use crate::{
    components::{
        details::{DetailsList, Row},
        link::PageLink,
        person::PersonCards,
        product::{product_name, product_type},
        progress::Progress,
        screen::NothingCard,
        task_list::{ActionList, TaskRow, open_actions},
    },
    context::{set_page_title, use_formats, use_session, use_texts},
    i18n::fill,
    route::Page,
};

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    set_page_title(texts.overview);
    let greeting = move || match session.read(|it| it.consumer.display_name.clone()) {
        Some(name) => fill(texts.greeting, &[("name", &name)]),
        None => texts.greeting_nameless.to_owned(),
    };
    let appointment = session.part(|one, other| one.appointment == other.appointment);
    let people = session.part(|one, other| {
        (&one.dossier.advisor, &one.dossier.owner) == (&other.dossier.advisor, &other.dossier.owner)
    });
    view! {
        <div class="page columns">
            <div class="page-head">
                <h1 tabindex="-1">{move || greeting()}</h1>
                <p class="lead">{move || dossier_line()}</p>
            </div>
            <div class="main-column">
                <TotalProgress/>
                <ToDo/>
                <Products/>
            </div>
            <div class="side-column">
                {move || {
                    let appointment = appointment.read(|it| it.appointment.clone());
                    appointment.map(|appointment| view! { <AppointmentCard appointment/> }.into_any())
                }}
                {move || {
                    let dossier = people.read(|it| it.dossier.clone());
                    view! { <PersonCards advisor=dossier.advisor owner=dossier.owner/> }.into_any()
                }}
            </div>
        </div>
    }
}

/// The dossier's code, and the day that it was opened.
fn dossier_line() -> Option<String> {
    let (texts, formats) = (use_texts(), use_formats());
    let (code, date) = use_session().read(|it| (it.dossier.code.clone(), it.dossier.date_created));
    let code = code?;
    Some(match date {
        Some(date) => fill(
            texts.dossier_since,
            &[("code", &code), ("date", &formats.day(date))],
        ),
        None => fill(texts.dossier_code, &[("code", &code)]),
    })
}

/// Progress over everything that is asked.
#[component]
fn TotalProgress() -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let counters = session.part(|one, other| one.counters == other.counters);
    view! { {move || {
        let counters = counters.read(|it| it.counters);
        (counters.total > 0).then(|| {
            view! {
                <section class="card">
                    <h2>{texts.progress}</h2>
                    <Progress counters label=texts.progress/>
                </section>
            }
            .into_any()
        })
    }} }
}

/// What is left to do.
#[component]
fn ToDo() -> impl IntoView {
    let (texts, formats, session) = (use_texts(), use_formats(), use_session());
    let open = Memo::new(move |_| session.read(open_actions));
    let is_empty_dossier = Memo::new(move |_| session.read(|it| it.actions.is_empty()));
    let any_open = Memo::new(move |_| !open.read().is_empty());
    let count = move || match open.read().len() {
        1 => texts.to_do_one.to_owned(),
        count => fill(texts.to_do_many, &[("count", &formats.count(count))]),
    };
    view! { {move || match (is_empty_dossier.get(), any_open.get()) {
        (true, _) => view! {
            <NothingCard icon="empty" title=texts.empty_dossier more=texts.empty_dossier_more/>
        }
        .into_any(),
        (false, false) => view! {
            <NothingCard icon="done" title=texts.nothing_to_do more=texts.nothing_to_do_more/>
        }
        .into_any(),
        (false, true) => view! {
            <section class="card">
                <div class="card-head">
                    <h2>{texts.to_do}</h2>
                    <p class="count">{move || count()}</p>
                </div>
                <ActionList actions=open search_label=texts.search_tasks let:action>
                    <TaskRow action/>
                </ActionList>
            </section>
        }
        .into_any(),
    }} }
}

/// The products, each with its progress.
#[component]
fn Products() -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let products = session.part(|one, other| one.products == other.products);
    view! { {move || {
        let cards = products.read(|it| {
            let products = it.products.iter().cloned();
            products.map(|product| view! { <ProductCard product/> }.into_any()).collect::<Vec<_>>()
        });
        (!cards.is_empty()).then(|| {
            view! {
                <section class="card">
                    <h2>{texts.products}</h2>
                    <ul class="products">{cards}</ul>
                </section>
            }
            .into_any()
        })
    }} }
}

#[component]
fn ProductCard(product: Product) -> impl IntoView {
    let texts = use_texts();
    let name = product_name(texts, &product);
    let kind = product_type(texts, &product);
    let kind = (kind != name).then(|| view! { <span class="product-kind">{kind}</span> });
    let progress = (product.counters.total > 0)
        .then(|| view! { <Progress counters=product.counters label=name.clone()/> });
    view! {
        <li class="product">
            <PageLink page=Page::Product(product.id)>
                <span class="product-name">{name}</span>
                " "
                {kind}
            </PageLink>
            {progress}
        </li>
    }
}

#[component]
fn AppointmentCard(appointment: Appointment) -> impl IntoView {
    let (texts, formats) = (use_texts(), use_formats());
    let when = appointment.start.map(|start| {
        let start_words = formats.moment(start);
        let Some(end) = appointment.end else {
            return start_words;
        };
        let is_same_day = (start.year, start.month, start.day) == (end.year, end.month, end.day);
        let end_words = if is_same_day {
            formats.clock(end)
        } else {
            formats.moment(end)
        };
        fill(
            texts.appointment_until,
            &[("start", &start_words), ("end", &end_words)],
        )
    });
    let rows = vec![
        Row::text(texts.appointment_when, when),
        Row::text(texts.appointment_where, appointment.location),
        Row::text(texts.appointment_with, appointment.with),
        Row::text(texts.appointment_more, appointment.description),
    ];
    let subject = appointment.subject;
    view! {
        <section class="card appointment">
            <h2>{texts.your_appointment}</h2>
            {subject.map(|subject| view! { <p class="subject">{subject}</p> })}
            <DetailsList rows/>
        </section>
    }
}
