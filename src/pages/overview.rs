//! The overview: who you are, how far you are, what to do next, and who can help.

use std::sync::Arc;

use accelerate::session::{Action, Appointment, Product, Session, State, Task};
use leptos::prelude::*;

use crate::{
    components::{
        details::{DetailsList, Row},
        icon::Icon,
        link::{ButtonLink, PageLink},
        person::PersonCards,
        product::{product_name, product_type},
        progress::{Progress, progress_words},
        screen::NothingCard,
        task_list::{TaskGroups, action_name, for_whom, waiting_words},
    },
    context::{flag, set_page_title, use_formats, use_session, use_texts, use_waiting},
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
    let people = session.part(Session::has_same_people);
    view! {
        <div class="page columns">
            <div class="page-head">
                <h1 tabindex="-1">{move || greeting()}</h1>
                <p class="lead">{move || dossier_line()}</p>
            </div>
            <div class="main-column">
                <Start/>
                <TaskGroups/>
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

/// The dossier's code, and the day that it was opened; empty without a code.
fn dossier_line() -> String {
    let (texts, formats) = (use_texts(), use_formats());
    let (code, date) = use_session().read(|it| (it.dossier.code.clone(), it.dossier.date_created));
    match (code, date) {
        (Some(code), Some(date)) => fill(
            texts.dossier_since,
            &[("code", &code), ("date", &formats.day(date))],
        ),
        (Some(code), None) => fill(texts.dossier_code, &[("code", &code)]),
        (None, _) => String::new(),
    }
}

/// The first card: what to do first, and how far the dossier is.
#[component]
fn Start() -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let first = Memo::new(move |_| session.read(|it| it.first_task().cloned()));
    let is_empty = flag(move || session.read(|it| it.actions.is_empty()));
    let is_closed = session.part(|one, other| one.state == other.state);
    let is_closed = move || is_closed.read(|it| it.state == State::Closed);
    let counters = session.part(|one, other| one.counters == other.counters);
    let progress = move || {
        let counters = counters.read(|it| it.counters);
        (counters.total > 0).then(|| view! { <Progress counters label=texts.progress/> }.into_any())
    };
    let card = move || {
        if is_empty.get() {
            return view! {
                <NothingCard icon="empty" title=texts.empty_dossier more=texts.empty_dossier_more/>
            }
            .into_any();
        }
        let what = match first.get().filter(|_| !is_closed()) {
            Some(action) if action.task.is_to_do() => view! { <FirstTask action/> }.into_any(),
            // The banner says that the dossier is closed.
            _ if is_closed() => ().into_any(),
            to_read => view! { <NothingToDo to_read/> }.into_any(),
        };
        view! {
            <section class="card start">
                {what}
                {move || progress()}
            </section>
        }
        .into_any()
    };
    view! { {move || card()} }
}

/// The task to begin with, why it is the first, and one button.
#[component]
fn FirstTask(action: Arc<Action>) -> impl IntoView {
    let (texts, formats, session) = (use_texts(), use_formats(), use_session());
    let waiting = use_waiting();
    let asked = action.clone();
    let why = move || {
        let waiting = waiting.of(&asked.id);
        let words = waiting_words(texts, &asked, waiting).unwrap_or(match asked.task {
            Task::Again => texts.why_again,
            _ => texts.why_upload,
        });
        words.to_owned()
    };
    let count = move || match session.read(Session::to_do_count) {
        1 => texts.to_do_one.to_owned(),
        count => fill(texts.to_do_many, &[("count", &formats.count(count))]),
    };
    let whom = for_whom(texts, &action).map(|whom| view! { <p class="task-more">{whom}</p> });
    view! {
        <div class="card-head">
            <h2>{texts.start_here}</h2>
            <p class="count">{move || count()}</p>
        </div>
        <div>
            <p class="start-task">{action_name(texts, &action)}</p>
            {whom}
        </div>
        <p>{move || why()}</p>
        <p class="buttons">
            <ButtonLink page=Page::Action(action.id.clone())>{texts.start_upload}</ButtonLink>
        </p>
    }
}

/// Nothing is to be uploaded: that all is there, or that nothing was asked; and what can be read.
#[component]
fn NothingToDo(to_read: Option<Arc<Action>>) -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let to_read = to_read.map(|action| {
        let words = fill(texts.read_left, &[("task", &action_name(texts, &action))]);
        view! {
            <p>{words}</p>
            <p class="buttons">
                <ButtonLink page=Page::Action(action.id.clone())>{texts.start_read}</ButtonLink>
            </p>
        }
    });
    let has_uploaded = session.read(|it| it.actions.iter().any(|action| action.was_uploaded()));
    let (title, more, class) = match has_uploaded {
        true => (
            texts.all_uploaded,
            texts.all_uploaded_more,
            "nothing all-uploaded",
        ),
        false => (texts.nothing_to_do, texts.nothing_to_do_more, "nothing"),
    };
    view! {
        <div class=class>
            <Icon name="done"/>
            <div>
                <h2>{title}</h2>
                <p>{more}</p>
            </div>
        </div>
        {to_read}
    }
}

/// The products, each with its progress in words.
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
    let (texts, formats) = (use_texts(), use_formats());
    let name = product_name(texts, &product);
    let kind = product_type(texts, &product);
    let kind = (kind != name).then(|| view! { <span class="product-kind">{kind}</span> });
    let progress = (product.counters.total > 0).then(|| {
        let words = progress_words(product.counters, formats);
        view! { <p class="product-progress">{words}</p> }
    });
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
