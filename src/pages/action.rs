//! An action: what is asked and of whom, where it stands, and exactly what can be done with it.

use accelerate::session::{Action, Status};
use leptos::prelude::*;

use crate::{
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
pub fn view(portal: Portal, id: String) -> AnyView {
    // An action that is withdrawn while its page is open stays there, so that a document in hand does.
    let action = Memo::new({
        let id = id.clone();
        move |before: Option<&Option<Action>>| {
            portal.action(&id).or_else(|| before.cloned().flatten())
        }
    });
    let known = Memo::new(move |_| action.with(Option::is_some));
    (move || if known.get() { found(portal, action, &id) } else { not_found(portal) }).into_any()
}

fn found(portal: Portal, action: Memo<Option<Action>>, id: &str) -> AnyView {
    let texts = portal.texts;
    let part = move |part: fn(Portal, &Action) -> Option<AnyView>| {
        move || action.with(|action| part(portal, action.as_ref()?))
    };
    // Only what an action offers decides over its buttons; a new comment must not rebuild them.
    let offers = Memo::new(move |_| action.with(|action| action.as_ref().map(|it| it.offers).unwrap_or_default()));
    let id = id.to_owned();
    let uploads = Memo::new(move |_| {
        offers.get().upload.is_some() || portal.desk.with_value(|desk| desk.has(&id))
    });
    let fetches = Memo::new(move |_| (offers.get().download, offers.get().otd));
    let hand_in = move || {
        let action = uploads.get().then(|| action.get_untracked()).flatten()?;
        let handing = portal.desk.try_update_value(|desk| desk.for_action(portal, &action))?;
        Some(upload::view::section(portal, handing))
    };
    let fetch = move || {
        let (download, otd) = fetches.get();
        let action = action.get_untracked()?;
        Some([
            download.then(|| fetch_section(portal, &action, Kind::Document)),
            otd.then(|| fetch_section(portal, &action, Kind::Otd)),
        ])
    };
    let idle = move || {
        (!uploads.get() && fetches.get() == (false, false))
            .then(|| view! { <p class="card nothing">{texts.nothing_offered}</p> })
    };
    view! {
        <div class="page narrow">
            <header class="page-head">
                {part(up)} <h1 tabindex="-1">{part(heading)}</h1> {part(facts)}
            </header>
            {part(asked)}
            {hand_in}
            {fetch}
            {idle}
        </div>
    }
    .into_any()
}

/// The way back: to the action's product, or the overview.
fn up(portal: Portal, action: &Action) -> Option<AnyView> {
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

fn heading(portal: Portal, action: &Action) -> Option<AnyView> {
    let name = name(portal, action);
    title(portal, &name);
    Some(name.into_any())
}

fn facts(portal: Portal, action: &Action) -> Option<AnyView> {
    let texts = portal.texts;
    let day = |date| portal.formats.with_value(|formats| formats.day(date));
    let date = match (action.date_executed, action.date_created) {
        (Some(date), _) => Some(fill(texts.executed_on, &[("date", &day(date))])),
        (None, Some(date)) => Some(fill(texts.asked_on, &[("date", &day(date))])),
        (None, None) => None,
    };
    let view = view! {
        <p class="facts">
            {status_chip(portal, action.status())}
            {for_whom(portal, action).map(|whom| view! { <span>{whom}</span> })}
            {date.map(|date| view! { <span>{date}</span> })}
        </p>
    };
    Some(view.into_any())
}

/// What is asked: the adviser's comment, the document, and what it must satisfy.
fn asked(portal: Portal, action: &Action) -> Option<AnyView> {
    let document = &action.document;
    let says = comment(portal, action);
    let label = document.label.clone().filter(|label| Some(label) != action.label.as_ref());
    let description = document.description.clone();
    let requirements: Vec<_> = document
        .upload_requirements
        .iter()
        .map(|requirement| view! { <li>{requirement.clone()}</li> })
        .collect();
    let nothing = says.is_none() && label.is_none() && description.is_none() && requirements.is_empty();
    if nothing {
        return None;
    }
    let class = match action.status() {
        Status::Rejected => "card asked rejected",
        _ => "card asked",
    };
    let requirements = (!requirements.is_empty()).then(|| {
        view! {
            <h3>{portal.texts.requirements}</h3>
            <ul class="requirements">{requirements}</ul>
        }
    });
    let view = view! {
        <section class=class>
            {says}
            {label.map(|label| view! { <h2>{label}</h2> })}
            {description.map(|description| view! { <p>{description}</p> })}
            {requirements}
        </section>
    };
    Some(view.into_any())
}

fn fetch_section(portal: Portal, action: &Action, kind: Kind) -> AnyView {
    let texts = portal.texts;
    let (head, more) = match kind {
        Kind::Document => (texts.download_section, None),
        Kind::Otd => (texts.otd_section, Some(texts.otds_more)),
    };
    view! {
        <section class="card">
            <h2>{head}</h2>
            {more.map(|more| view! { <p>{more}</p> })}
            {download::buttons(portal, action, kind)}
        </section>
    }
    .into_any()
}
