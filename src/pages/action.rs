//! An action: what is asked and of whom, where it stands, and exactly what can be done with it.

use std::sync::Arc;

use accelerate::session::{Action, Status};
use leptos::prelude::*;

use super::not_found::NotFound;
use crate::{
    api::document::DocumentKind,
    components::{
        download::DownloadButtons,
        link::BackLink,
        product::product_name_of,
        task_list::{Comment, StatusChip, action_name, for_whom},
    },
    context::{set_page_title, use_formats, use_rest_texts, use_session},
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
    move || match found.get() {
        Some(action) => view! { <ActionView action=session.follow_action(action)/> }.into_any(),
        None => view! { <NotFound/> }.into_any(),
    }
}

#[component]
fn ActionView(action: Memo<Arc<Action>>) -> impl IntoView {
    let (texts, uploads) = (use_rest_texts(), use_uploads());
    let name = Memo::new(move |_| action_name(texts, &action.read()));
    Effect::new(move |_| set_page_title(&name.read()));
    // Only what an action offers decides over its buttons: a new comment does not make them anew, nor
    // does a document that can now be downloaded disturb its upload.
    let has_upload = Memo::new(move |_| {
        let action = action.read();
        action.offers.upload.is_some() || uploads.has(&action.id)
    });
    let has_download = Memo::new(move |_| action.read().offers.download);
    let has_otd = Memo::new(move |_| action.read().offers.otd);
    let offers_nothing = move || !has_upload.get() && !has_download.get() && !has_otd.get();
    view! {
        <div class="page narrow">
            <div class="page-head">
                <Back action/>
                <h1 tabindex="-1">{name}</h1>
                <Facts action/>
            </div>
            {move || view! { <Asked action=action.get()/> }}
            <Show when=move || has_upload.get()>
                <UploadSection upload=uploads.for_action(&action.read_untracked())/>
            </Show>
            <Show when=move || has_download.get()>
                <section class="card">
                    <h2>{texts.download_section}</h2>
                    <DownloadButtons action kind=DocumentKind::Download/>
                </section>
            </Show>
            <Show when=move || has_otd.get()>
                <section class="card">
                    <h2>{texts.otd_section}</h2>
                    <p>{texts.otds_more}</p>
                    <DownloadButtons action kind=DocumentKind::Otd/>
                </section>
            </Show>
            <Show when=offers_nothing>
                <p class="card nothing">{texts.nothing_offered}</p>
            </Show>
        </div>
    }
}

/// The way back: to the action's product, or to the overview.
#[component]
fn Back(action: Memo<Arc<Action>>) -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    let above = Memo::new(move |_| {
        let action = action.read();
        let name = product_name_of(session, texts, &action)?;
        Some((Page::Product(action.product_id.clone()?), name))
    });
    move || {
        let (page, words) = match above.get() {
            Some((page, name)) => (page, fill(texts.back_to, &[("page", &name)])),
            None => (Page::Overview, texts.back_to_overview.to_owned()),
        };
        view! { <BackLink page>{words}</BackLink> }
    }
}

/// Where the action stands, for whom it is, and since when.
#[component]
fn Facts(action: Memo<Arc<Action>>) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let date = move || {
        let action = action.read();
        let (words, date) = match (action.date_executed, action.date_created) {
            (Some(date), _) => (texts.executed_on, date),
            (None, Some(date)) => (texts.asked_on, date),
            (None, None) => return None,
        };
        Some(fill(words, &[("date", &formats.day(date))]))
    };
    let fact = |words: String| view! { <span>{words}</span> };
    view! {
        <p class="facts">
            {move || view! { <StatusChip status=action.read().status()/> }}
            {move || for_whom(texts, &action.read()).map(fact)}
            {move || date().map(fact)}
        </p>
    }
}

/// What is asked: the adviser's comment, the document, and what it must satisfy.
#[component]
fn Asked(action: Arc<Action>) -> impl IntoView {
    let texts = use_rest_texts();
    let document = &action.document;
    let label = document.label.clone();
    let label = label.filter(|label| Some(label) != action.label.as_ref());
    let has_nothing = action.comment.is_none()
        && label.is_none()
        && document.description.is_none()
        && document.upload_requirements.is_empty();
    let class = match action.status() {
        Status::Rejected => "card rejected",
        _ => "card",
    };
    (!has_nothing).then(|| {
        let comment = action.comment.clone();
        let description = document.description.clone();
        let requirements = document.upload_requirements.clone();
        let requirements = (!requirements.is_empty()).then(|| {
            let items = requirements.into_iter();
            let items = items.map(|requirement| view! { <li>{requirement}</li> });
            view! {
                <h3>{texts.requirements}</h3>
                <ul class="requirements">{items.collect_view()}</ul>
            }
        });
        view! {
            <section class=class>
                {comment.map(|comment| view! { <Comment comment/> })}
                {label.map(|label| view! { <h2>{label}</h2> })}
                {description.map(|description| view! { <p>{description}</p> })}
                {requirements}
            </section>
        }
    })
}
