//! An action: what is asked and of whom, where it stands, and exactly what can be done with it.

use std::sync::Arc;

use accelerate::session::{Action, Session, Task};
use leptos::prelude::*;

use super::not_found::NotFound;
use crate::{
    api::document::DocumentKind,
    components::{
        download::DownloadButtons,
        link::BackLink,
        person::{PersonCard, contact},
        product::product_name,
        task_list::{Comment, TaskChip, action_name, for_whom},
    },
    context::{flag, set_page_title, use_formats, use_navigation, use_rest_texts, use_session},
    i18n::fill,
    route::Page,
    upload::{components::section::UploadSection, store::use_uploads},
};

/// The page of an action.
#[component]
pub fn ActionPage(
    /// The action's id.
    id: String,
) -> impl IntoView {
    let session = use_session();
    // An action that is withdrawn while its page is open stays there, so that a selected document does.
    let found = Memo::new(move |found: Option<&Option<Arc<Action>>>| {
        found.cloned().flatten().or_else(|| session.action(&id))
    });
    view! { {move || match found.get() {
        Some(action) => view! { <ActionView action=session.follow_action(action)/> }.into_any(),
        None => view! { <NotFound/> }.into_any(),
    }} }
}

#[component]
fn ActionView(action: Memo<Arc<Action>>) -> impl IntoView {
    let (texts, uploads) = (use_rest_texts(), use_uploads());
    let name = Memo::new(move |_| action_name(texts, &action.read()));
    Effect::new(move |_| set_page_title(&name.read()));
    // Only what an action offers decides over its buttons: a new comment does not make them anew, nor
    // does a document that can now be downloaded disturb its upload.
    let has_upload = flag(move || {
        let action = action.read();
        action.offers.upload.is_some() || uploads.has(&action.id)
    });
    let has_download = flag(move || action.read().offers.download);
    let has_otd = flag(move || action.read().offers.otd);
    let is_read = flag(move || action.read().task == Task::Read);
    let offers_nothing = move || {
        let has_any = has_upload.get() || has_download.get() || has_otd.get();
        let words = match action.read().task {
            _ if has_any => return None,
            Task::Done => texts.done_offers_nothing,
            Task::Closed => texts.was_not_done,
            _ => texts.with_office,
        };
        Some(view! { <p class="card nothing">{words}</p> }.into_any())
    };
    // What is to be done one after the other is numbered. Requirements alone are no step.
    let steps = move || match has_upload.get() && action.read().task.is_to_do() {
        true => "steps numbered",
        false => "steps",
    };
    // The office's own words for what is asked, where the document's name stands in its place.
    let label = move || {
        let action = action.read();
        let label = action
            .label
            .clone()
            .filter(|_| action.document.label.is_some());
        label.filter(|label| Some(label) != action.document.label.as_ref())
    };
    let download = move || {
        view! {
            <section class="card">
                <h2>{texts.download_section}</h2>
                <DownloadButtons action kind=DocumentKind::Download leads=is_read/>
            </section>
        }
        .into_any()
    };
    let otd = move || {
        view! {
            <section class="card">
                <h2>{texts.otd_section}</h2>
                <p>{texts.otds_more}</p>
                <DownloadButtons action kind=DocumentKind::Otd leads=is_read/>
            </section>
        }
        .into_any()
    };
    let upload = move || {
        let upload = uploads.for_action(&action.read_untracked());
        view! { <UploadSection upload/> }.into_any()
    };
    view! {
        <div class="page narrow">
            <div class="page-head">
                <Back action/>
                <h1 tabindex="-1">{name}</h1>
                {move || label().map(|label| view! { <p class="lead">{label}</p> }.into_any())}
                <Facts action/>
            </div>
            {move || view! { <Says action=action.get()/> }.into_any()}
            <div class=move || steps()>
                {move || has_download.get().then(download)}
                {move || has_otd.get().then(otd)}
                {move || view! { <About action=action.get()/> }.into_any()}
                {move || has_upload.get().then(upload)}
            </div>
            {move || offers_nothing()}
            <Questions/>
        </div>
    }
}

/// The way back: to where the consumer came from; to the action's product, or to the overview, when they opened a
/// link to the action.
#[component]
fn Back(action: Memo<Arc<Action>>) -> impl IntoView {
    let (texts, session, navigation) = (use_rest_texts(), use_session(), use_navigation());
    // The page above, and what stands on the link to it.
    let above = move || {
        let came_from = navigation.came_from.get();
        let product = match &came_from {
            Some(Page::Product(id)) => Some(id.clone()),
            Some(_) => None,
            None => action.read().product_id.clone(),
        };
        let product = product.and_then(|id| {
            let name = session.read(|it| {
                let product = it.products.iter().find(|product| product.id == id)?;
                Some(product_name(texts, product))
            })?;
            Some((Page::Product(id), name))
        });
        let back_to = |page: &str| fill(texts.back_to, &[("page", page)]);
        match (product, came_from) {
            (Some((page, name)), _) => (page, back_to(&name)),
            (None, Some(Page::Documents)) => (Page::Documents, back_to(texts.documents)),
            (None, _) => (Page::Overview, texts.back_to_overview.to_owned()),
        }
    };
    // Made anew only when what stands on it changes.
    let words = Memo::new(move |_| above().1);
    view! { {move || {
        words.track();
        let (page, words) = untrack(above);
        view! { <BackLink page>{words}</BackLink> }.into_any()
    }} }
}

/// Where the action stands, for whom it is, and since when.
#[component]
fn Facts(action: Memo<Arc<Action>>) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let date = move || {
        let action = action.read();
        let (words, date) = match (action.date_executed, action.date_created) {
            (Some(date), _) if action.was_uploaded() => (texts.executed_on, date),
            (_, Some(date)) => (texts.asked_on, date),
            _ => return None,
        };
        Some(fill(words, &[("date", &formats.day(date))]))
    };
    let fact = |words: String| view! { <span>{words}</span> }.into_any();
    view! {
        <p class="facts">
            {move || view! { <TaskChip action=action.get()/> }.into_any()}
            {move || for_whom(texts, &action.read()).map(fact)}
            {move || date().map(fact)}
        </p>
    }
}

/// What the adviser wrote. When the task is done it is folded away: an old "please again" would read as the answer
/// to the new document.
#[component]
fn Says(action: Arc<Action>) -> impl IntoView {
    let texts = use_rest_texts();
    let comment = action.comment.clone()?;
    Some(match action.task {
        Task::Done => view! {
            <details class="card">
                <summary>{texts.said_before}</summary>
                <Comment comment/>
            </details>
        }
        .into_any(),
        task => view! {
            <section class=if task == Task::Again { "card rejected" } else { "card" }>
                <Comment comment/>
            </section>
        }
        .into_any(),
    })
}

/// What the document is, and what it has to meet.
#[component]
fn About(action: Arc<Action>) -> impl IntoView {
    let texts = use_rest_texts();
    let document = &action.document;
    let description = document.description.clone();
    let requirements = document.upload_requirements.clone();
    let title = match (&description, requirements.is_empty()) {
        (None, true) => return None,
        (Some(_), true) => texts.about_document,
        (_, false) => texts.requirements,
    };
    let requirements = (!requirements.is_empty()).then(|| {
        let items = requirements.into_iter();
        let items = items.map(|requirement| view! { <li>{requirement}</li> });
        view! { <ul class="requirements">{items.collect_view()}</ul> }
    });
    Some(view! {
        <section class="card">
            <h2>{title}</h2>
            {description.map(|description| view! { <p>{description}</p> })}
            {requirements}
        </section>
    })
}

/// Whom to ask about it.
#[component]
fn Questions() -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    let people = session.part(Session::has_same_people);
    let card = move || {
        let person = contact(people.read(|it| Some(it.dossier.clone())))?;
        Some(view! { <PersonCard role=texts.questions person/> }.into_any())
    };
    view! { {move || card()} }
}
