//! Everything that can be downloaded, the assignments to the adviser (OTD) apart.

use accelerate::session::{Action, Session};
use leptos::prelude::*;

use crate::{
    parts::{
        action_list::{self, name},
        download::{self, Kind},
    },
    portal::{Portal, title},
    route::Page,
    texts::fill,
};

/// The page.
pub fn view(portal: Portal) -> AnyView {
    let texts = portal.texts;
    title(portal, texts.documents);
    let any = Memo::new(move |_| {
        portal.session.with(|session| {
            session.as_ref().map_or((false, false), |session| {
                (!downloads(session).is_empty(), !otds(session).is_empty())
            })
        })
    });
    view! {
        <div class="page">
            <header class="page-head">
                <h1 tabindex="-1">{texts.documents}</h1>
            </header>
            {move || {
                let (downloads_there, otds_there) = any.get();
                [
                    downloads_there.then(|| section(portal, texts.to_download, None, downloads, document_row)),
                    otds_there.then(|| section(portal, texts.otds, Some(texts.otds_more), otds, otd_row)),
                    (!downloads_there && !otds_there).then(|| none(portal)),
                ]
            }}
        </div>
    }
    .into_any()
}

fn downloads(session: &Session) -> Vec<usize> {
    places(session, |action| action.offers.download)
}

fn otds(session: &Session) -> Vec<usize> {
    places(session, |action| action.offers.otd)
}

fn places(session: &Session, wanted: fn(&Action) -> bool) -> Vec<usize> {
    let actions = session.actions.iter().enumerate();
    actions.filter(|(_, action)| wanted(action)).map(|(at, _)| at).collect()
}

fn section(
    portal: Portal,
    head: &'static str,
    more: Option<&'static str>,
    pick: fn(&Session) -> Vec<usize>,
    row: action_list::Row,
) -> AnyView {
    view! {
        <section class="card">
            <h2>{head}</h2>
            {more.map(|more| view! { <p>{more}</p> })}
            {action_list::list(portal, portal.texts.search_documents, pick, row)}
        </section>
    }
    .into_any()
}

fn none(portal: Portal) -> AnyView {
    let texts = portal.texts;
    view! {
        <section class="card nothing">
            <span class="icon icon-empty" aria-hidden="true"></span>
            <div>
                <h2>{texts.no_documents}</h2>
                <p>{texts.no_documents_more}</p>
            </div>
        </section>
    }
    .into_any()
}

fn document_row(portal: Portal, action: &Action) -> AnyView {
    row(portal, action, Kind::Document)
}

fn otd_row(portal: Portal, action: &Action) -> AnyView {
    row(portal, action, Kind::Otd)
}

fn row(portal: Portal, action: &Action, kind: Kind) -> AnyView {
    let product = action.product_id.as_ref().and_then(|id| portal.product(id)).map(|product| {
        let product = super::product::name(portal, &product);
        let words = fill(portal.texts.part_of, &[("product", &product)]);
        view! { <p class="task-whom">{words}</p> }
    });
    let whom = action_list::for_whom(portal, action)
        .map(|whom| view! { <p class="task-whom">{whom}</p> });
    view! {
        <li class="document">
            <div>
                <a href=portal.href(&Page::Action(action.id.clone())) class="task-name">
                    {name(portal, action)}
                </a>
                {whom}
                {product}
            </div>
            {download::buttons(portal, action, kind)}
        </li>
    }
    .into_any()
}
