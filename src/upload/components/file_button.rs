//! A file input that looks like a button.

use leptos::prelude::*;
use web_sys::Event;

use super::form::UploadForm;
use crate::{
    components::icon::Icon,
    platform::{file, storage},
    upload::store::use_uploads,
};

/// The button.
#[component]
pub fn FileButton(
    /// The upload that it is of.
    form: UploadForm,
    /// Its classes.
    class: &'static str,
    /// What stands on it.
    words: &'static str,
    /// What the browser offers to select, as the `accept` of a file input.
    #[prop(into)]
    accept: String,
    /// Its icon.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// Whether a phone opens its camera.
    #[prop(optional)]
    camera: bool,
) -> impl IntoView {
    let uploads = use_uploads();
    view! {
        <label class=class>
            {icon.map(|name| view! { <Icon name/> })}
            {words}
            <input
                type="file"
                accept=accept
                capture=camera.then_some("environment")
                multiple=!camera
                on:click=move |_| {
                    storage::say_choosing(true);
                    uploads.load_preparation();
                }
                on:cancel=move |_: Event| storage::say_choosing(false)
                on:change=move |event| {
                    storage::say_choosing(false);
                    uploads.was_choosing.set(false);
                    let files = file::take_selected(&event);
                    // Some browsers tell of a dialog that was closed as of a selection without files.
                    if !files.is_empty() {
                        form.select(files);
                    }
                }
            />
        </label>
    }
}
