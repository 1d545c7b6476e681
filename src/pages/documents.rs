//! Everything that can be downloaded, the assignments to the adviser (OTD) apart.

use accelerate::session::{Action, Session};

use super::overview::nothing;
use crate::{
    browser::dom::{El, View, el},
    parts::{
        action_list::{self, name},
        download::{self, Kind},
        link::link,
    },
    portal::{Portal, title},
    route::Page,
    texts::fill,
};

/// The page.
pub fn view(portal: Portal) -> El {
    let texts = portal.texts;
    title(portal, texts.documents);
    let there = move || {
        portal.in_session(|session| (!downloads(session).is_empty(), !otds(session).is_empty()))
    };
    let sections = move |there: &Option<(bool, bool)>| -> [View; 3] {
        let (some_downloads, some_otds) = there.unwrap_or_default();
        [
            some_downloads
                .then(|| section(portal, texts.to_download, None, downloads, document_row))
                .into(),
            some_otds
                .then(|| section(portal, texts.otds, Some(texts.otds_more), otds, otd_row))
                .into(),
            (!some_downloads && !some_otds)
                .then(|| nothing("empty", texts.no_documents, texts.no_documents_more))
                .into(),
        ]
    };
    el("div")
        .class("page")
        .child(
            el("div")
                .class("page-head")
                .child(el("h1").attr("tabindex", "-1").child(texts.documents)),
        )
        .part_of(there, sections)
}

fn downloads(session: &Session) -> Vec<usize> {
    places(session, |action| action.offers.download)
}

fn otds(session: &Session) -> Vec<usize> {
    places(session, |action| action.offers.otd)
}

fn places(session: &Session, wanted: fn(&Action) -> bool) -> Vec<usize> {
    let actions = session.actions.iter().enumerate();
    actions
        .filter(|(_, action)| wanted(action))
        .map(|(at, _)| at)
        .collect()
}

fn section(
    portal: Portal,
    head: &str,
    more: Option<&str>,
    pick: fn(&Session) -> Vec<usize>,
    row: action_list::Row,
) -> El {
    el("section")
        .class("card")
        .child(el("h2").child(head))
        .child(more.map(|more| el("p").child(more)))
        .child(action_list::list(
            portal,
            portal.texts.search_documents,
            pick,
            row,
        ))
}

fn document_row(portal: Portal, action: &Action) -> El {
    row(portal, action, Kind::Document)
}

fn otd_row(portal: Portal, action: &Action) -> El {
    row(portal, action, Kind::Otd)
}

fn row(portal: Portal, action: &Action, kind: Kind) -> El {
    let small = |words: String| el("p").class("task-whom").child(words);
    let product = action
        .product_id
        .as_ref()
        .and_then(|id| portal.product(id))
        .map(|product| {
            let product = super::product::name(portal, &product);
            small(fill(portal.texts.part_of, &[("product", &product)]))
        });
    let page = Page::Action(action.id.clone());
    el("li")
        .class("document")
        .child(
            el("div")
                .child(
                    link(portal, &page)
                        .class("task-name")
                        .child(name(portal, action)),
                )
                .child(action_list::for_whom(portal, action).map(small))
                .child(product),
        )
        .child(download::buttons(portal, action, kind))
}
