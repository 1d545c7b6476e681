//! A product: its details by type, its timeline, and its actions.

use crate::{
    browser::{
        dom::{El, View, dynamic_of, el},
        intl::Formats,
        page::{lower_case, upper_case},
    },
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
use accelerate::session::{DateTime, Details, Mortgage, Product, Session, Status};

/// The page of the product with this id.
pub fn view(portal: Portal, id: String) -> View {
    dynamic_of(
        move || portal.product(&id),
        move |product| match product {
            Some(product) => found(portal, product),
            None => not_found(portal),
        },
    )
}

/// What a product is called.
pub fn name(portal: Portal, product: &Product) -> String {
    product.label.clone().unwrap_or_else(|| {
        let kind = kind_name(portal.texts, product);
        if kind.is_empty() {
            portal.texts.nameless_product.to_owned()
        } else {
            kind
        }
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
    let words = name.replace(['_', '-'], " ");
    let words = words.trim();
    let first = words.chars().next().map_or(0, char::len_utf8);
    let (first, rest) = words.split_at_checked(first).unwrap_or_default();
    let mut readable = upper_case(first);
    readable.push_str(&lower_case(rest));
    readable
}

fn found(portal: Portal, product: &Product) -> El {
    let texts = portal.texts;
    let name = name(portal, product);
    title(portal, &name);
    let kind = kind_name(texts, product);
    let kind = (kind != name).then(|| el("p").class("lead").child(kind));
    let bar = (product.counters.total > 0)
        .then(|| progress::progress(portal, product.counters, texts.progress));
    let facts = details(rows(texts, &portal.backstage().formats, product));
    let facts = facts.map(|facts| {
        el("section")
            .class("card")
            .child(el("h2").child(texts.details))
            .child(facts)
    });
    let steps = match &product.details {
        Details::Mortgage(Mortgage {
            rendered_timeline: Some(html),
            ..
        }) => Some(timeline::timeline(portal, html, &name)),
        _ => None,
    };
    el("div")
        .class("page columns")
        .child(
            el("div")
                .class("page-head")
                .child(back(portal, &Page::Overview, texts.back_to_overview))
                .child(el("h1").attr("tabindex", "-1").child(name))
                .child(kind)
                .child(bar),
        )
        .child(
            el("div")
                .class("main-column")
                .child(tasks(
                    portal,
                    product,
                    texts.open_tasks,
                    texts.no_open_tasks,
                    false,
                ))
                .child(tasks(
                    portal,
                    product,
                    texts.completed_tasks,
                    texts.no_completed_tasks,
                    true,
                )),
        )
        .child(el("div").class("side-column").child(facts))
        .child(el("div").class("full-column").child(steps))
}

/// The actions of this product that are done, or are not: what was sent back first.
fn of(session: &Session, product: &str, done: bool) -> Vec<usize> {
    let of = |status| {
        let actions = session.actions.iter().enumerate();
        actions
            .filter(move |(_, action)| {
                action.product_id.as_deref() == Some(product) && action.status() == status
            })
            .map(|(at, _)| at)
    };
    if done {
        of(Status::Done).collect()
    } else {
        of(Status::Rejected).chain(of(Status::Open)).collect()
    }
}

fn tasks(
    portal: Portal,
    product: &Product,
    head: &'static str,
    none: &'static str,
    done: bool,
) -> El {
    let id = product.id.clone();
    let any = {
        let id = id.clone();
        move || portal.in_session(|session| !of(session, &id, done).is_empty()) == Some(true)
    };
    el("section")
        .class("card")
        .child(el("h2").child(head))
        .part_of(any, move |any| {
            if *any {
                let id = id.clone();
                let pick = move |session: &Session| of(session, &id, done);
                action_list::list(portal, portal.texts.search_tasks, pick, action_list::row)
            } else {
                el("p").class("none").child(none).into()
            }
        })
}

/// A product's details by its type.
fn rows(texts: &'static Texts, formats: &Formats, product: &Product) -> Vec<Row> {
    let amount = |amount: &Option<_>| amount.as_ref().map(|amount| formats.amount(amount));
    let mut rows = match &product.details {
        Details::Mortgage(mortgage) => vec![
            row(texts.lender, mortgage.lender_name.clone()),
            row(
                texts.product_name,
                mortgage
                    .label
                    .clone()
                    .filter(|label| Some(label) != product.label.as_ref()),
            ),
            row(texts.mortgage_amount, amount(&mortgage.mortgage_amount)),
            row(texts.arrangement, mortgage.arrangement.clone()),
        ],
        Details::Credit(credit) => vec![
            row(texts.lender, credit.lender_name.clone()),
            row(texts.product_name, credit.product_name.clone()),
            row(texts.loan_amount, amount(&credit.loan_amount)),
            row(texts.spending_target, credit.spending_target.clone()),
            row(
                texts.date_entry,
                credit.date_entry.map(|date| formats.day(date)),
            ),
            row(texts.aflos_amount, amount(&credit.aflos_amount)),
            row(texts.aflos_period, credit.aflos_period.clone()),
        ],
        Details::Other { fields, .. } => fields
            .iter()
            .map(|(name, value)| {
                let day = DateTime::parse(value).map(|date| formats.day(date));
                row(&readable(name), Some(day.unwrap_or_else(|| value.clone())))
            })
            .collect(),
    };
    rows.push(row(
        texts.reference_number,
        product.reference_number.clone(),
    ));
    rows.push(row(texts.quote_number, product.quote_number.clone()));
    rows
}
