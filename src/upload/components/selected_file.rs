//! The selected file, by name and size.

use leptos::prelude::*;

use super::form::UploadForm;
use crate::{
    components::{button::Button, icon::Icon},
    context::{use_formats, use_rest_texts},
    i18n::fill,
    upload::machine::Event,
};

/// The file. It shows nothing when there is none.
#[component]
pub(super) fn SelectedFileRow(
    form: UploadForm,
    /// Whether the consumer can remove it.
    #[prop(optional)]
    removable: bool,
) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let file = Memo::new(move |_| {
        let machine = form.upload.machine.read();
        let file = machine.file()?;
        Some((file.name.clone(), formats.size(file.size as f64)))
    });
    let row = move || {
        let (name, size) = file.get()?;
        let remove = removable.then(|| {
            let label = fill(texts.remove_file_named, &[("name", &name)]);
            view! {
                <Button
                    class="button quiet"
                    attr:aria-label=label
                    on_press=form.on_press(Event::RemoveFile)
                >
                    {texts.remove_file}
                </Button>
            }
        });
        Some(
            view! {
                <div
                    class="chosen"
                    role="group"
                    aria-label=texts.chosen_file
                    data-focus=""
                    tabindex="-1"
                >
                    <Icon name="document"/>
                    <p>
                        <bdi class="file-name" translate="no">{name}</bdi>
                        <span class="hint">{size}</span>
                    </p>
                    {remove}
                </div>
            }
            .into_any(),
        )
    };
    view! { {move || row()} }
}
