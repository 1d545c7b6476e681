//! Everything that can be downloaded; the assignments to the adviser (OTD) in a list of their own.

use std::sync::Arc;

use accelerate::session::{Action, Session};
use leptos::prelude::*;

use crate::{
    api::document::DocumentKind,
    components::{
        download::DownloadButtons,
        link::PageLink,
        product::product_name_of,
        screen::NothingCard,
        task_list::{ActionList, action_name, for_whom},
    },
    context::{set_page_title, use_rest_texts, use_session},
    i18n::fill,
    route::Page,
};

/// The page.
#[component]
pub fn Documents() -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    set_page_title(texts.documents);
    let downloads = Memo::new(move |_| {
        session.read(|session| actions_with(session, |action| action.offers.download))
    });
    let otds = Memo::new(move |_| {
        session.read(|session| actions_with(session, |action| action.offers.otd))
    });
    let has_downloads = Memo::new(move |_| !downloads.read().is_empty());
    let has_otds = Memo::new(move |_| !otds.read().is_empty());
    view! {
        <div class="page">
            <div class="page-head">
                <h1 tabindex="-1">{texts.documents}</h1>
            </div>
            <Show when=move || has_downloads.get()>
                <section class="card">
                    <h2>{texts.to_download}</h2>
                    <ActionList actions=downloads search_label=texts.search_documents let:action>
                        <DocumentRow action kind=DocumentKind::Download/>
                    </ActionList>
                </section>
            </Show>
            <Show when=move || has_otds.get()>
                <section class="card">
                    <h2>{texts.otds}</h2>
                    <p>{texts.otds_more}</p>
                    <ActionList actions=otds search_label=texts.search_documents let:action>
                        <DocumentRow action kind=DocumentKind::Otd/>
                    </ActionList>
                </section>
            </Show>
            <Show when=move || !has_downloads.get() && !has_otds.get()>
                <NothingCard icon="empty" title=texts.no_documents more=texts.no_documents_more/>
            </Show>
        </div>
    }
}

fn actions_with(session: &Session, has_document: fn(&Action) -> bool) -> Vec<Arc<Action>> {
    let actions = session.actions.iter();
    actions
        .filter(|action| has_document(action))
        .cloned()
        .collect()
}

/// A document: what it is called, for whom, of which product, and the ways to have it.
#[component]
fn DocumentRow(action: Memo<Arc<Action>>, kind: DocumentKind) -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    let whom = move || {
        for_whom(texts, &action.read())
            .map(|whom| view! { <p class="task-whom">{whom}</p> }.into_any())
    };
    let product = move || {
        let name = product_name_of(session, texts, &action.read())?;
        let words = fill(texts.part_of, &[("product", &name)]);
        Some(view! { <p class="task-whom">{words}</p> }.into_any())
    };
    let page = Page::Action(action.read_untracked().id.clone());
    view! {
        <li class="document">
            <div>
                <PageLink page class="task-name">
                    {move || action_name(texts, &action.read())}
                </PageLink>
                {move || whom()}
                {move || product()}
            </div>
            <DownloadButtons action kind/>
        </li>
    }
}
