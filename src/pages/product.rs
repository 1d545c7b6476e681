//! A product: its details by type, its timeline, and its actions.

use accelerate::session::{DateTime, Details, Product};
use leptos::prelude::*;

use super::not_found::NotFound;
use crate::{
    components::{
        details::{DetailsList, Row},
        link::BackLink,
        product::{product_name, product_type, readable},
        progress::progress_words,
        task_list::TaskGroups,
        timeline::Timeline,
    },
    context::{flag, set_page_title, use_formats, use_rest_texts, use_session},
    i18n::RestTexts,
    platform::intl::Formats,
    route::Page,
};

/// The page of a product.
#[component]
pub fn ProductPage(
    /// The product's id.
    id: String,
) -> impl IntoView {
    let session = use_session();
    let product = Memo::new(move |_| session.product(&id));
    view! { {move || match product.get() {
        Some(product) => view! { <ProductView product/> }.into_any(),
        None => view! { <NotFound/> }.into_any(),
    }} }
}

#[component]
fn ProductView(product: Product) -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    let name = product_name(texts, &product);
    set_page_title(&name);
    let kind = product_type(texts, &product);
    let kind = (kind != name).then(|| view! { <p class="lead">{kind}</p> });
    let progress = (product.counters.total > 0).then(|| {
        let words = progress_words(product.counters, use_formats());
        view! { <p class="lead">{words}</p> }
    });
    let rows = detail_rows(texts, use_formats(), &product);
    let has_details = rows.iter().any(Row::has_value);
    let details = has_details.then(|| {
        view! {
            <section class="card">
                <h2>{texts.details}</h2>
                <DetailsList rows/>
            </section>
        }
    });
    let html = match &product.details {
        Details::Mortgage(mortgage) => mortgage.timeline().map(str::to_owned),
        _ => None,
    };
    let timeline = html.map(|html| view! { <Timeline html product=name.clone()/> });
    let id = product.id;
    let has_nothing_to_do = flag({
        let id = id.clone();
        move || {
            session.read(|it| {
                let mut actions = it.actions.iter();
                !actions.any(|it| it.task.is_to_do() && it.product_id.as_ref() == Some(&id))
            })
        }
    });
    let nothing = move || {
        let words = has_nothing_to_do.get().then_some(texts.no_open_tasks);
        words.map(|words| view! { <p class="card nothing">{words}</p> }.into_any())
    };
    view! {
        <div class="page columns product-page">
            <div class="page-head">
                <BackLink page=Page::Overview>{texts.back_to_overview}</BackLink>
                <h1 tabindex="-1">{name}</h1>
                {kind}
                {progress}
            </div>
            <div class="full-column">{timeline}</div>
            <div class="side-column">{details}</div>
            <div class="main-column">
                {move || nothing()}
                <TaskGroups product_id=id with_done=true/>
            </div>
        </div>
    }
}

/// A product's details by its type.
fn detail_rows(texts: &RestTexts, formats: Formats, product: &Product) -> Vec<Row> {
    let amount = |amount: &Option<_>| amount.as_ref().map(|amount| formats.amount(amount));
    let mut rows = match &product.details {
        Details::Mortgage(mortgage) => {
            let label = mortgage.label.clone();
            let label = label.filter(|label| Some(label) != product.label.as_ref());
            vec![
                Row::text(texts.lender, mortgage.lender_name.clone()),
                Row::text(texts.product_name, label),
                Row::text(texts.mortgage_amount, amount(&mortgage.mortgage_amount)),
                Row::text(texts.arrangement, mortgage.arrangement.clone()),
            ]
        }
        Details::Credit(credit) => vec![
            Row::text(texts.lender, credit.lender_name.clone()),
            Row::text(texts.product_name, credit.product_name.clone()),
            Row::text(texts.loan_amount, amount(&credit.loan_amount)),
            Row::text(texts.spending_target, credit.spending_target.clone()),
            Row::text(
                texts.date_entry,
                credit.date_entry.map(|date| formats.day(date)),
            ),
            Row::text(texts.aflos_amount, amount(&credit.aflos_amount)),
            Row::text(texts.aflos_period, credit.aflos_period.clone()),
        ],
        Details::Other { fields, .. } => fields
            .iter()
            .map(|(name, value)| {
                let day = DateTime::parse(value).map(|date| formats.day(date));
                Row::text(readable(name), Some(day.unwrap_or_else(|| value.clone())))
            })
            .collect(),
    };
    rows.push(Row::text(
        texts.reference_number,
        product.reference_number.clone(),
    ));
    rows.push(Row::text(texts.quote_number, product.quote_number.clone()));
    rows
}
