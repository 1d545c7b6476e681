//! The lender's timeline of a mortgage, in its frame (see `browser::frame`).

use leptos::prelude::*;

use crate::{
    browser::{
        dom::{El, el},
        frame,
    },
    portal::Portal,
    texts::fill,
};

/// The timeline of the product called `product`.
pub fn timeline(portal: Portal, html: &str, product: &str) -> El {
    let texts = portal.texts;
    let backstage = portal.backstage();
    let (host, style) = (&backstage.host, &backstage.timeline_style);
    let document = frame::document(host, style, portal.language.tag());
    let frame = el("iframe")
        .attr("title", &fill(texts.timeline_of, &[("product", product)]))
        .attr("sandbox", "allow-same-origin allow-popups")
        .attr("srcdoc", &document);
    let (element, html) = (frame.element(), html.to_owned());
    let fitted = StoredValue::new_local(None);
    let frame = frame.on("load", move |_| {
        fitted.set_value(frame::fill(&element, &html))
    });
    el("section")
        .class("card timeline")
        .child(el("h2").child(texts.timeline))
        .child(frame)
}
