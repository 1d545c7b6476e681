//! What the office gave, and what was handed in.

use std::sync::Arc;

use accelerate::session::{Action, Task};
use leptos::prelude::*;

use crate::{
    api::document::DocumentKind,
    components::{
        download::DownloadButtons,
        link::PageLink,
        product::product_name_of,
        screen::NothingCard,
        task_list::{ActionList, Search, SearchField, TaskChip, action_name, for_whom},
    },
    context::{flag, set_page_title, use_formats, use_rest_texts, use_session},
    i18n::fill,
    route::Page,
};

/// The page.
#[component]
pub fn Documents() -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    set_page_title(texts.documents);
    let all = Memo::new(move |_| {
        session.read(|session| {
            let actions = session.actions.iter();
            let documents = actions.filter(|it| has_document(it) || it.was_uploaded());
            documents.cloned().collect::<Vec<_>>()
        })
    });
    let search = Search::new(all);
    let from_office = search.found(|it| !it.was_uploaded());
    let handed_in = search.found(Action::was_uploaded);
    let has_any = flag(move || !all.read().is_empty());
    let has_from_office = flag(move || !from_office.read().is_empty());
    let has_handed_in = flag(move || !handed_in.read().is_empty());
    let row = |action| view! { <DocumentRow action/> }.into_any();
    let given = move || {
        view! {
            <section class="card">
                <h2>{texts.from_office}</h2>
                <ActionList actions=from_office row/>
            </section>
        }
        .into_any()
    };
    let uploaded = move || {
        view! {
            <section class="card">
                <h2>{texts.handed_in}</h2>
                <p>{texts.handed_in_more}</p>
                <ActionList actions=handed_in row/>
            </section>
        }
        .into_any()
    };
    let nothing = move || {
        view! {
            <NothingCard icon="empty" title=texts.no_documents more=texts.no_documents_more/>
        }
        .into_any()
    };
    view! {
        <div class="page">
            <div class="page-head">
                <h1 tabindex="-1">{texts.documents}</h1>
            </div>
            <SearchField search label=texts.search_documents/>
            {move || has_from_office.get().then(given)}
            {move || has_handed_in.get().then(uploaded)}
            {move || (!has_any.get()).then(nothing)}
        </div>
    }
}

fn has_document(action: &Action) -> bool {
    action.offers.download || action.offers.otd
}

/// A document: what it is called, since when it is there, for whom, of which product, and the ways to have it.
#[component]
fn DocumentRow(action: Memo<Arc<Action>>) -> impl IntoView {
    let (texts, formats, session) = (use_rest_texts(), use_formats(), use_session());
    let more = move || {
        let action = action.read();
        let (words, date) = match action.was_uploaded() {
            true => (texts.executed_on, action.date_executed),
            false => (texts.from_office_since, action.date_created),
        };
        let date = date.map(|date| fill(words, &[("date", &formats.day(date))]));
        let product = product_name_of(session, texts, &action);
        let product = product.map(|name| fill(texts.part_of, &[("product", &name)]));
        let parts = [date, for_whom(texts, &action), product];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let page = Page::Action(action.read_untracked().id.clone());
    let has_download = flag(move || action.read().offers.download);
    let has_otd = flag(move || action.read().offers.otd);
    let is_rejected = flag(move || action.read().task == Task::Again);
    let chip = move || view! { <TaskChip action=action.get_untracked()/> }.into_any();
    let otd_more = move || view! { <p class="task-more">{texts.otds_more}</p> }.into_any();
    let buttons = move |kind| view! { <DownloadButtons action kind/> }.into_any();
    view! {
        <li class="document">
            <div>
                <PageLink page class="task-name">
                    {move || action_name(texts, &action.read())}
                </PageLink>
                <p class="task-more">{move || more()}</p>
                {move || is_rejected.get().then(chip)}
                {move || has_otd.get().then(otd_more)}
            </div>
            {move || has_download.get().then(|| buttons(DocumentKind::Download))}
            {move || has_otd.get().then(|| buttons(DocumentKind::Otd))}
        </li>
    }
}
