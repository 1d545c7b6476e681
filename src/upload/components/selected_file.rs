//! The selected file, by name and size.

use leptos::prelude::*;

use super::form::UploadForm;
use crate::{
    components::{button::Button, icon::Icon},
    context::{use_formats, use_rest_texts},
    i18n::fill,
    platform::{
        file,
        save::{self, PendingTab},
    },
    upload::machine::Event,
};

/// The file. It shows nothing when there is none.
#[component]
pub(super) fn SelectedFileRow(
    form: UploadForm,
    /// Whether the consumer can look at it and remove it.
    #[prop(optional)]
    removable: bool,
) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let file = Memo::new(move |_| {
        let machine = form.upload.machine.read();
        let file = machine.file()?;
        let is_viewable = save::is_viewable(file.mime);
        Some((
            file.name.clone(),
            formats.size(file.size as f64),
            is_viewable,
        ))
    });
    // As the adviser is going to see it.
    let show = move || {
        let file = form.upload.machine.read_untracked().file().cloned();
        let Some(file) = file else { return };
        let content = file::named(&file.file, &file.name, file.mime);
        // A blocked tab shows nothing.
        if let Some(content) = content
            && !PendingTab::open(texts.chosen_file).show(&content)
        {
            save::save(&content, &file.name);
        }
    };
    let row = move || {
        let (name, size, is_viewable) = file.get()?;
        let open = (removable && is_viewable).then(|| {
            let label = fill(texts.open_named, &[("name", &name)]);
            view! {
                <Button class="button quiet" attr:aria-label=label on_press=show>
                    {texts.open}
                </Button>
            }
        });
        let remove = removable.then(|| {
            let label = fill(texts.remove_file_named, &[("name", &name)]);
            // Photos that were taken here are nowhere else.
            let remove = move || match form.upload.has_pages.get_untracked() {
                true => form.upload.asks_discard.set(true),
                false => form.upload.step(Event::RemoveFile),
            };
            view! {
                <Button class="button quiet" attr:aria-label=label on_press=remove>
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
                    aria-describedby="portal-chosen-file"
                    data-focus=""
                    tabindex="-1"
                >
                    <Icon name="document"/>
                    <p id="portal-chosen-file">
                        <bdi class="file-name" translate="no">{name}</bdi>
                        <span class="hint">{size}</span>
                    </p>
                    {open}
                    {remove}
                </div>
            }
            .into_any(),
        )
    };
    view! { {move || row()} }
}
