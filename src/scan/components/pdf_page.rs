//! A page of a PDF, as it becomes in the document. It is drawn when it is on the screen: a PDF may have hundreds.

use leptos::{html, prelude::*};

use super::picture::Picture;
use crate::{
    platform::seen::SeenObserver,
    scan::{draft::Source, store::Composition},
};

/// The page. Until it is drawn, or when it cannot be, there is a sheet that says *PDF*.
#[component]
pub(super) fn PdfPage(
    composition: Composition,
    /// The page's id in the draft.
    id: u32,
    /// What it is, for those who do not see it.
    #[prop(into)]
    alt: Signal<String>,
) -> impl IntoView {
    let draft = composition.draft;
    let place = NodeRef::<html::Span>::new();
    let is_seen = RwSignal::new(false);
    let observer = StoredValue::new_local(None::<SeenObserver>);
    Effect::new(move |_| {
        let Some(place) = place.get().filter(|_| !is_seen.get_untracked()) else {
            return;
        };
        let seen = SeenObserver::new(&place, move || is_seen.set(true));
        // A browser that cannot tell has all of them drawn.
        if seen.is_none() {
            is_seen.set(true);
        }
        observer.set_value(seen);
    });
    Effect::new(move |before: Option<_>| {
        let wanted = draft.with(|draft| draft.pdf_page(id));
        if is_seen.get() && before.as_ref() != Some(&(true, wanted.clone())) {
            composition.drawings.draw(id);
        }
        (is_seen.get(), wanted)
    });
    let picture = Signal::derive_local(move || composition.drawings.get(id));
    let is_drawn = Memo::new(move |_| picture.with(Option::is_some));
    // It is turned at once, and drawn anew after that.
    let turned = move || {
        let draft = draft.read();
        match draft.page(id).map(|page| &page.source) {
            Some(Source::Pdf { turn, .. }) => format!("rotate: {}deg", turn.degrees()),
            _ => String::new(),
        }
    };
    let stand_in = move || {
        (!is_drawn.get()).then(|| {
            view! {
                <span class="pdf" style=turned aria-hidden="true">
                    "PDF"
                </span>
            }
        })
    };
    view! {
        <span class="page-of-pdf" node_ref=place>
            <Picture blob=picture alt/>
            {stand_in}
        </span>
    }
}
