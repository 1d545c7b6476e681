//! The lender's timeline of a mortgage, in its frame (`platform::frame`).

use leptos::{html, prelude::*};

use crate::{
    context::{use_addresses, use_config, use_host, use_rest_texts},
    i18n::fill,
    platform::frame,
};

/// A timeline.
#[component]
pub fn Timeline(
    /// The timeline, as the server rendered it.
    html: String,
    /// The name of the product that it belongs to.
    product: String,
) -> impl IntoView {
    let texts = use_rest_texts();
    let style = use_addresses().timeline_style.clone();
    let document = use_host()
        .element()
        .map(|host| frame::document(&host, &style, use_config().language.tag()));
    let frame = NodeRef::<html::Iframe>::new();
    let fitter = StoredValue::new_local(None);
    let fill_frame = move |_| {
        if let Some(frame) = frame.get_untracked() {
            fitter.set_value(frame::fill(&frame, &html));
        }
    };
    view! {
        <section class="card timeline">
            <h2>{texts.timeline}</h2>
            <iframe
                node_ref=frame
                title=fill(texts.timeline_of, &[("product", &product)])
                sandbox="allow-same-origin allow-popups"
                srcdoc=document
                on:load=fill_frame
            ></iframe>
        </section>
    }
}
