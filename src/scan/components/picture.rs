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
    /// Its shape, where nothing may move when it is drawn ([`shape`]).
    #[prop(optional, into)]
    style: Option<Signal<String>>,
) -> impl IntoView {
    // The picture that is shown, and its address. Another one takes its place.
    let shown = StoredValue::new_local(None::<(Blob, ObjectUrl)>);
    let source = Memo::new(move |_| {
        let blob = blob.get();
        let is_shown = shown.with_value(|shown| shown.as_ref().map(|it| &it.0) == blob.as_ref());
        if !is_shown {
            shown.set_value(blob.and_then(|blob| ObjectUrl::new(&blob).map(|url| (blob, url))));
        }
        shown.with_value(|shown| shown.as_ref().map(|it| it.1.as_str().to_owned()))
    });
    let image = move || {
        let source = source.get()?;
        // Decoded beside the page, which waits for no picture.
        let image = view! {
            <img
                src=source
                style=style.map(|style| style.get_untracked())
                alt=move || alt.get()
                decoding="async"
                draggable="false"
            />
        };
        Some(image.into_any())
    };
    view! { {move || image()} }
}

/// The style of what has a picture of this width and height in it: it has its shape before the picture is there, so that
/// nothing moves then.
pub(super) fn shape((width, height): (u32, u32)) -> String {
    format!("--ratio: {width} / {height}")
}
