//! An action: what is asked and of whom, where it stands, and exactly what can be done with it.

use accelerate::session::{Action, Status};
use leptos::prelude::*;

use crate::{
    browser::dom::{El, View, dynamic_of, el},
    parts::{
        action_list::{comment, for_whom, name, status_chip},
        download::{self, Kind},
        link::back,
    },
    portal::{Portal, not_found, title},
    route::Page,
    texts::fill,
    upload,
};

/// The page of the action with this id.
pub fn view(portal: Portal, id: String) -> View {
    // An action that is withdrawn while its page is open stays there, so that a document in hand does.
    let action = RwSignal::new(None);
    let known = move || {
        if let Some(now) = portal.action(&id) {
            action.set(Some(now));
        }
        action.with_untracked(Option::is_some)
    };
    dynamic_of(known, move |known| {
        if *known {
            found(portal, action)
        } else {
            not_found(portal)
        }
    })
}

fn found(portal: Portal, action: RwSignal<Option<Action>>) -> El {
    let texts = portal.texts;
    let shown = move |part: fn(Portal, &Action) -> Option<El>| {
        dynamic_of(
            move || action.get(),
            move |action| part(portal, action.as_ref()?),
        )
    };
    // Only what an action offers decides over its buttons: a new comment must not make them anew, nor
    // may a document that can now be fetched disturb the handing in of it.
    let offers = move || {
        action
            .with(|action| action.as_ref().map(|it| it.offers))
            .unwrap_or_default()
    };
    let uploads = move || {
        let begun = action.with(|action| {
            let id = &action.as_ref()?.id;
            Some(portal.backstage().desk.borrow().has(id))
        });
        offers().upload.is_some() || begun == Some(true)
    };
    let fetches = move || (offers().download, offers().otd);
    let hand_in = move |uploads: &bool| {
        let action = uploads.then(|| action.get_untracked()).flatten()?;
        let backstage = portal.backstage();
        let handing = backstage.desk.borrow_mut().for_action(portal, &action);
        Some(upload::view::section(portal, handing))
    };
    let fetch = move |(download, otd): &(bool, bool)| -> Option<[View; 2]> {
        let action = action.get_untracked()?;
        Some([
            download
                .then(|| fetch_section(portal, &action, Kind::Document))
                .into(),
            otd.then(|| fetch_section(portal, &action, Kind::Otd))
                .into(),
        ])
    };
    let idle =
        move |idle: &bool| idle.then(|| el("p").class("card nothing").child(texts.nothing_offered));
    el("div")
        .class("page narrow")
        .child(
            el("div")
                .class("page-head")
                .child(shown(up))
                .child(shown(heading))
                .child(shown(facts)),
        )
        .child(shown(asked))
        .part_of(uploads, hand_in)
        .part_of(fetches, fetch)
        .part_of(move || !uploads() && fetches() == (false, false), idle)
}

/// The way back: to the action's product, or the overview.
fn up(portal: Portal, action: &Action) -> Option<El> {
    let product = action.product_id.as_ref().and_then(|id| portal.product(id));
    Some(match product {
        Some(product) => {
            let name = super::product::name(portal, &product);
            let words = fill(portal.texts.back_to, &[("page", &name)]);
            back(portal, &Page::Product(product.id), &words)
        }
        None => back(portal, &Page::Overview, portal.texts.back_to_overview),
    })
}

fn heading(portal: Portal, action: &Action) -> Option<El> {
    let name = name(portal, action);
    title(portal, &name);
    Some(el("h1").attr("tabindex", "-1").child(name))
}

fn facts(portal: Portal, action: &Action) -> Option<El> {
    let texts = portal.texts;
    let day = |date| portal.formatted(|formats| formats.day(date));
    let date = match (action.date_executed, action.date_created) {
        (Some(date), _) => Some(fill(texts.executed_on, &[("date", &day(date))])),
        (None, Some(date)) => Some(fill(texts.asked_on, &[("date", &day(date))])),
        (None, None) => None,
    };
    let fact = |words: String| el("span").child(words);
    Some(
        el("p")
            .class("facts")
            .child(status_chip(portal, action.status()))
            .child(for_whom(portal, action).map(fact))
            .child(date.map(fact)),
    )
}

/// What is asked: the adviser's comment, the document, and what it must satisfy.
fn asked(portal: Portal, action: &Action) -> Option<El> {
    let document = &action.document;
    let says = comment(portal, action);
    let label = document
        .label
        .as_deref()
        .filter(|label| Some(*label) != action.label.as_deref());
    let description = document.description.as_deref();
    let requirements: Vec<View> = document
        .upload_requirements
        .iter()
        .map(|requirement| el("li").child(requirement.as_str()).into())
        .collect();
    let nothing =
        says.is_none() && label.is_none() && description.is_none() && requirements.is_empty();
    if nothing {
        return None;
    }
    let requirements = (!requirements.is_empty()).then(|| -> [View; 2] {
        [
            el("h3").child(portal.texts.requirements).into(),
            el("ul").class("requirements").child(requirements).into(),
        ]
    });
    Some(
        el("section")
            .class(if action.status() == Status::Rejected {
                "card rejected"
            } else {
                "card"
            })
            .child(says)
            .child(label.map(|label| el("h2").child(label)))
            .child(description.map(|description| el("p").child(description)))
            .child(requirements),
    )
}

fn fetch_section(portal: Portal, action: &Action, kind: Kind) -> El {
    let texts = portal.texts;
    let (head, more) = match kind {
        Kind::Document => (texts.download_section, None),
        Kind::Otd => (texts.otd_section, Some(texts.otds_more)),
    };
    el("section")
        .class("card")
        .child(el("h2").child(head))
        .child(more.map(|more| el("p").child(more)))
        .child(download::buttons(portal, action, kind))
}
