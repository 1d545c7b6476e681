//! That something is being made or read.

use leptos::prelude::*;

use crate::components::icon::Icon;

/// What is being waited for.
#[component]
pub(super) fn Busy(
    /// The words for it; empty when nothing is.
    #[prop(into)]
    words: Signal<String>,
) -> impl IntoView {
    let line = move || {
        let words = words.get();
        (!words.is_empty()).then(|| {
            view! {
                <p class="waiting">
                    <Icon name="busy"/>
                    {words}
                </p>
            }
            .into_any()
        })
    };
    view! { <div role="status">{move || line()}</div> }
}
