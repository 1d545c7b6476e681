//! Not let in: why, and how to get in (again). There is no password; whoever has lost the link asks the
//! adviser for another.

use leptos::prelude::*;

use crate::{
    access::Out,
    browser::dom::{El, View, el},
    parts::{
        button::button,
        link::button_link,
        person::way_buttons,
        screen::{empty, trouble},
    },
    portal::{Portal, title},
    route::{BadLink, Page},
    texts::{Texts, plight},
};

/// The state, in place of the dossier.
pub fn view(portal: Portal) -> El {
    let texts = portal.texts;
    let known = portal.backstage().known.borrow().clone();
    let out = known.why;
    let (head, more) = match out {
        Out::NotSignedIn => (texts.problem_signed_out, texts.problem_signed_out_more),
        Out::Over => (texts.problem_expired, texts.session_over_more),
        Out::ByChoice => (texts.logged_out, texts.problem_signed_out_more),
        Out::BadLink(bad) => words(texts, bad),
        Out::CookieRefused => (texts.cookie_refused, texts.cookie_refused_more),
    };
    title(portal, head);
    let unsent = portal
        .has_unsent()
        .then(|| el("p").class("notice").child(texts.keep_open));
    let adviser = (out != Out::ByChoice).then_some(known.adviser).flatten();
    let ask = adviser.map(|adviser| way_buttons(portal, &adviser));
    let tried = RwSignal::new(false);
    let again = (out != Out::ByChoice).then(|| {
        button(texts.try_again, move || {
            portal.problem.set(None);
            tried.set(true);
            portal.refresh_soon();
        })
    });
    // What came of trying again.
    let still = move || {
        let problem = portal.problem.get().filter(|_| tried.get())?;
        Some(el("p").class("notice").child(plight(texts, &problem).title))
    };
    let own_page = (out == Out::CookieRefused)
        .then_some(known.own_page)
        .flatten();
    let own_page = own_page.map(|address| {
        el("a")
            .class("button primary")
            .attr("href", &address)
            // A page in a page leads its reader out of both.
            .attr("target", "_top")
            .child(texts.open_own_page)
    });
    let ways: [View; 5] = [
        unsent.into(),
        own_page.into(),
        ask.into(),
        again.into(),
        el("div").attr("role", "alert").part(still).into(),
    ];
    match out {
        Out::ByChoice => empty(head, more, ways),
        _ => trouble(head, more, ways),
    }
}

/// A link that lets nobody in was opened by somebody who is in.
pub fn needless(portal: Portal, bad: BadLink) -> El {
    let texts = portal.texts;
    let (head, _) = words(texts, bad);
    title(portal, head);
    let on = button_link(portal, &Page::Overview, texts.back_to_overview);
    empty(head, texts.still_in, on)
}

fn words(texts: &'static Texts, bad: BadLink) -> (&'static str, &'static str) {
    match bad {
        BadLink::Expired => (texts.link_expired, texts.link_expired_more),
        BadLink::CodeExpired => (texts.phone_over, texts.code_more),
        BadLink::CodeUsed => (texts.code_used, texts.code_more),
        BadLink::Unknown => (texts.link_unknown, texts.link_unknown_more),
    }
}
