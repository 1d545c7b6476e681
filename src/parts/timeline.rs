//! The lender's timeline of a mortgage, in its frame (see `browser::frame`).

use leptos::{html::Iframe, prelude::*};

use crate::{browser::frame, portal::Portal, texts::fill};

/// The timeline of the product called `product`.
pub fn timeline(portal: Portal, html: &str, product: &str) -> AnyView {
    let texts = portal.texts;
    let document = portal.timeline_style.with_value(|style| {
        let language = portal.config.with_value(|config| config.language.tag());
        portal.host.with_value(|host| frame::document(html, host, style, language))
    });
    let frame_ref = NodeRef::<Iframe>::new();
    let fitted = StoredValue::new_local(None);
    view! {
        <section class="card timeline">
            <h2>{texts.timeline}</h2>
            <iframe
                node_ref=frame_ref
                title=fill(texts.timeline_of, &[("product", product)])
                sandbox="allow-same-origin allow-popups"
                srcdoc=document
                on:load=move |_| {
                    if let Some(frame) = frame_ref.get_untracked() {
                        fitted.set_value(frame::fit(&frame));
                    }
                }
            ></iframe>
        </section>
    }
    .into_any()
}
