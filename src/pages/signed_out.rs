//! Signed out: why, and how to sign in (again). There is no password; who has lost the link asks the
//! adviser for another.

use leptos::prelude::*;

use crate::{
    components::{
        button::Button,
        link::ButtonLink,
        person::{ContactButtons, contact, office},
        screen::{EmptyScreen, ErrorScreen},
    },
    context::{SignedOutReason, set_page_title, use_rest_texts, use_session},
    i18n::{RestTexts, problem_text},
    route::{BadLink, Page},
};

/// The page, in place of the dossier.
#[component]
pub fn SignedOut(
    /// Why the consumer is signed out.
    reason: SignedOutReason,
) -> impl IntoView {
    use SignedOutReason as Reason;
    let texts = use_rest_texts();
    let (title, more) = match reason {
        Reason::NotSignedIn => (texts.problem_signed_out, texts.problem_signed_out_more),
        Reason::Expired => (texts.problem_expired, texts.session_over_more),
        Reason::LoggedOut => (texts.logged_out, texts.log_out_more),
        Reason::BadLink(bad) => bad_link_words(texts, bad),
        Reason::CookieRefused => (texts.cookie_refused, texts.cookie_refused_more),
        Reason::OtherConsumer => (texts.other_consumer, texts.session_over_more),
    };
    set_page_title(title);
    match reason {
        Reason::LoggedOut => view! {
            <EmptyScreen title more>
                {office().map(|person| view! { <ContactButtons person/> })}
            </EmptyScreen>
        }
        .into_any(),
        _ => view! {
            <ErrorScreen title more>
                <WaysIn reason/>
            </ErrorScreen>
        }
        .into_any(),
    }
}

/// How to sign in again.
#[component]
fn WaysIn(reason: SignedOutReason) -> impl IntoView {
    let (texts, session) = (use_rest_texts(), use_session());
    let unsent = (session.has_unsent()).then(|| view! { <p class="notice">{texts.keep_open}</p> });
    let own_page = session.auth.own_page();
    let own_page = own_page.filter(|_| reason == SignedOutReason::CookieRefused);
    let own_page = own_page.map(|address| {
        // A page inside a page leads its reader out of both.
        view! {
            <a class="button primary" href=address target="_top">
                {texts.open_own_page}
            </a>
        }
    });
    let adviser = contact(None).map(|person| view! { <ContactButtons person/> });
    let has_tried = RwSignal::new(false);
    let is_other = reason == SignedOutReason::OtherConsumer;
    let again = match is_other {
        true => texts.show_other_consumer,
        false => texts.try_again,
    };
    let try_again = move || {
        if is_other {
            session.forget_consumer();
        }
        session.problem.set(None);
        has_tried.set(true);
        session.refresh_soon();
    };
    // What came of trying again.
    let problem = move || {
        let problem = session.problem.get().filter(|_| has_tried.get())?;
        let title = problem_text(texts, &problem).title;
        Some(view! { <p class="notice">{title}</p> }.into_any())
    };
    view! {
        {unsent}
        {own_page}
        {adviser}
        <Button on_press=try_again>{again}</Button>
        <div role="alert">{move || problem()}</div>
    }
}

/// A link that does not sign in was opened by somebody who is signed in.
#[component]
pub fn NeedlessLink(
    /// What is wrong with the link.
    bad: BadLink,
) -> impl IntoView {
    let texts = use_rest_texts();
    let (title, _) = bad_link_words(texts, bad);
    set_page_title(title);
    view! {
        <EmptyScreen title more=texts.still_in>
            <ButtonLink page=Page::Overview>{texts.back_to_overview}</ButtonLink>
        </EmptyScreen>
    }
}

fn bad_link_words(texts: &RestTexts, bad: BadLink) -> (&'static str, &'static str) {
    match bad {
        BadLink::Expired => (texts.link_expired, texts.link_expired_more),
        BadLink::CodeExpired => (texts.phone_over, texts.code_more),
        BadLink::CodeUsed => (texts.code_used, texts.code_more),
        BadLink::Unknown => (texts.link_unknown, texts.link_unknown_more),
    }
}
