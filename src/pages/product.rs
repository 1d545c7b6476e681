//! A product: its details by type, its timeline, and its actions.

use accelerate::session::{Action, Details, Mortgage, Product, Session, Status};
use leptos::prelude::*;

use crate::{
    browser::intl::Formats,
    parts::{
        action_list,
        details::{Row, details, row},
        link::back,
        progress, timeline,
    },
    portal::{Portal, not_found, title},
    route::Page,
    texts::Texts,
};

/// The page of the product with this id.
pub fn view(portal: Portal, id: String) -> AnyView {
    let product = Memo::new({
        let id = id.clone();
        move |_| portal.product(&id)
    });
    (move || match product.get() {
        Some(product) => found(portal, &product),
        None => not_found(portal),
    })
    .into_any()
}

/// What a product is called.
pub fn name(portal: Portal, product: &Product) -> String {
    product.label.clone().unwrap_or_else(|| {
        let kind = kind_name(portal.texts, product);
        if kind.is_empty() { portal.texts.nameless_product.to_owned() } else { kind }
    })
}

/// A product's type in words: ours where we know it, else the wire's, made readable.
pub fn kind_name(texts: &Texts, product: &Product) -> String {
    let kind = match &product.details {
        Details::Mortgage(_) => return texts.type_mortgage.to_owned(),
        Details::Credit(_) => return texts.type_credit.to_owned(),
        Details::Other { kind, .. } => kind,
    };
    match kind.as_str() {
        "TERM_LIFE_INSURANCE" | "TERMLIFEINSURANCE" | "TERMLIFE" => texts.type_life.to_owned(),
        "HOME_INSURANCE" | "HOMEINSURANCE" => texts.type_home.to_owned(),
        "PAYMENT_PROTECTION" | "PAYMENTPROTECTION" => texts.type_payment.to_owned(),
        other => readable(other),
    }
}

/// `SOLAR_PANEL_LEASE` as *Solar panel lease*.
fn readable(name: &str) -> String {
    let words = name.replace(['_', '-'], " ").to_lowercase();
    let words = words.trim();
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn found(portal: Portal, product: &Product) -> AnyView {
    let texts = portal.texts;
    let name = name(portal, product);
    title(portal, &name);
    let rows = portal.formats.with_value(|formats| rows(texts, formats, product));
    let facts = details(rows).map(|list| {
        view! {
            <section class="card">
                <h2>{texts.details}</h2>
                {list}
            </section>
        }
    });
    let shown_timeline = match &product.details {
        Details::Mortgage(Mortgage { rendered_timeline: Some(html), .. }) => {
            Some(timeline::timeline(portal, html, &name))
        }
        _ => None,
    };
    let bar = (product.counters.total > 0)
        .then(|| progress::progress(portal, product.counters, texts.progress));
    let kind = kind_name(texts, product);
    let kind = (kind != name).then(|| view! { <p class="lead">{kind}</p> });
    view! {
        <div class="page columns">
            <header class="page-head">
                {back(portal, &Page::Overview, texts.back_to_overview)} <h1 tabindex="-1">{name}</h1>
                {kind} {bar}
            </header>
            <div class="main-column">
                {tasks(portal, product, texts.open_tasks, texts.no_open_tasks, false)}
                {tasks(portal, product, texts.completed_tasks, texts.no_completed_tasks, true)}
            </div>
            <div class="side-column">{facts}</div>
            <div class="full-column">{shown_timeline}</div>
        </div>
    }
    .into_any()
}

/// The actions of this product that are done, or are not: what was sent back first.
fn of(session: &Session, product: &str, done: bool) -> Vec<usize> {
    let mut found: Vec<usize> = session
        .actions
        .iter()
        .enumerate()
        .filter(|(_, action)| {
            action.product_id.as_deref() == Some(product)
                && (action.status() == Status::Done) == done
        })
        .map(|(at, _)| at)
        .collect();
    found.sort_by_key(|&at| session.actions[at].status() != Status::Rejected);
    found
}

fn tasks(
    portal: Portal,
    product: &Product,
    head: &'static str,
    none: &'static str,
    done: bool,
) -> AnyView {
    let id = product.id.clone();
    let any = portal.session.with_untracked(|session| {
        session.as_ref().is_some_and(|session| !of(session, &id, done).is_empty())
    });
    let list = if any {
        action_list::list(
            portal,
            portal.texts.search_tasks,
            move |session| of(session, &id, done),
            action_list::row as fn(Portal, &Action) -> AnyView,
        )
    } else {
        view! { <p class="none">{none}</p> }.into_any()
    };
    view! {
        <section class="card">
            <h2>{head}</h2>
            {list}
        </section>
    }
    .into_any()
}

/// A product's details by its type.
fn rows(texts: &'static Texts, formats: &Formats, product: &Product) -> Vec<Row> {
    let amount = |amount: &Option<_>| amount.as_ref().map(|amount| formats.amount(amount));
    let mut rows = match &product.details {
        Details::Mortgage(mortgage) => vec![
            row(texts.lender, mortgage.lender_name.clone()),
            row(
                texts.product_name,
                mortgage.label.clone().filter(|label| Some(label) != product.label.as_ref()),
            ),
            row(texts.mortgage_amount, amount(&mortgage.mortgage_amount)),
            row(texts.arrangement, mortgage.arrangement.clone()),
        ],
        Details::Credit(credit) => vec![
            row(texts.lender, credit.lender_name.clone()),
            row(texts.product_name, credit.product_name.clone()),
            row(texts.loan_amount, amount(&credit.loan_amount)),
            row(texts.spending_target, credit.spending_target.clone()),
            row(texts.date_entry, credit.date_entry.map(|date| formats.day(date))),
            row(texts.aflos_amount, amount(&credit.aflos_amount)),
            row(texts.aflos_period, credit.aflos_period.clone()),
        ],
        Details::Other { fields, .. } => fields
            .iter()
            .map(|(name, value)| row(&readable(name), Some(value.clone())))
            .collect(),
    };
    rows.push(row(texts.reference_number, product.reference_number.clone()));
    rows.push(row(texts.quote_number, product.quote_number.clone()));
    rows
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_name_from_the_wire_is_made_readable() {
        assert_eq!(readable("SOLAR_PANEL_LEASE"), "Solar panel lease");
        assert_eq!(readable("énergie"), "Énergie");
        assert_eq!(readable("_"), "");
    }
}
