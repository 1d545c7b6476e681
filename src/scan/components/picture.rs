//! A picture that is in memory.

use leptos::prelude::*;
use web_sys::Blob;

use crate::platform::save::ObjectUrl;

/// The picture. It shows nothing while there is none.
#[component]
pub(super) fn Picture(
    /// What is in memory.
    #[prop(into)]
    blob: Signal<Option<Blob>, LocalStorage>,
    /// What it shows, for those who do not see it.
    #[prop(into)]
    alt: Signal<String>,
) -> impl IntoView {
    // The address of the picture that is shown. A new one takes the place of the old.
    let address = StoredValue::new_local(None::<ObjectUrl>);
    let source = move || {
        let url = blob.get().and_then(|blob| ObjectUrl::new(&blob));
        let source = url.as_ref().map(|url| url.as_str().to_owned());
        address.set_value(url);
        source
    };
    let image = move || {
        let source = source()?;
        // Decoded beside the page, which waits for no picture.
        let image = view! {
            <img src=source alt=move || alt.get() decoding="async" draggable="false"/>
        };
        Some(image.into_any())
    };
    view! { {move || image()} }
}
