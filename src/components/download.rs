//! The two ways to have a document: open it in a new tab, or save it.

use std::sync::Arc;

use accelerate::{problem::Problem, session::Action};
use leptos::prelude::*;

use super::{button::Button, icon::Icon, task_list::action_name};
use crate::{
    api::document::{Document, DocumentKind, DocumentRequest, fetch_document},
    context::{flag, use_config, use_formats, use_host, use_rest_texts, use_session},
    i18n::{fill, problem_text},
    platform::save::{PendingTab, save},
};

/// Where a download stands.
#[derive(Debug, Clone, PartialEq)]
enum Download {
    Idle,
    /// How much came, and of how much where that is known; both in bytes.
    Running(f64, Option<f64>),
    /// It was given to the browser to be saved under this name.
    Saved(String),
    Opened,
    Failed(Problem),
}

/// The buttons, and what comes of them.
#[component]
pub fn DownloadButtons(
    /// The action that the document belongs to.
    #[prop(into)]
    action: Signal<Arc<Action>>,
    /// Which of its documents.
    kind: DocumentKind,
    /// Whether to open it is what the page is for.
    #[prop(optional, into)]
    leads: Signal<bool>,
) -> impl IntoView {
    let (texts, session, host) = (use_rest_texts(), use_session(), use_host());
    let config = StoredValue::new(use_config());
    let download = RwSignal::new(Download::Idle);
    // Dropping it ends what runs: by the Stop button, or when this component goes.
    let request = StoredValue::new_local(None::<DocumentRequest>);

    let label = move || action_name(texts, &action.read());
    let accessible_name = move |words: &str| match kind {
        DocumentKind::Download => fill(words, &[("name", &label())]),
        DocumentKind::Otd => {
            let name = format!("{}: {}", texts.otd_short, label());
            fill(words, &[("name", &name)])
        }
    };
    let fetch = move |tab: Option<PendingTab>| {
        download.set(Download::Running(0.0, None));
        let on_progress = move |received, total| {
            download.try_set(Download::Running(received, total));
        };
        let on_end = move |document: Result<Document, Problem>| {
            let next = match document {
                Ok(document) => show_or_save(document, tab),
                Err(problem) => {
                    host.emit("portal-error", &[("kind", "download")]);
                    session.check_expiry(&problem);
                    Download::Failed(problem)
                }
            };
            download.try_set(next);
        };
        let fallback = match kind {
            DocumentKind::Download => action_name(texts, &action.read_untracked()),
            DocumentKind::Otd => texts.otd_short.to_owned(),
        };
        let id = action.read_untracked().id.clone();
        let started = config
            .with_value(|config| fetch_document(config, kind, &id, &fallback, on_progress, on_end));
        request.set_value(Some(started));
    };
    let is_running = flag(move || matches!(*download.read(), Download::Running(..)));
    let stop = move || {
        request.set_value(None);
        download.set(Download::Idle);
    };
    view! {
        <div class="downloads">
            <p class="buttons">
                <button
                    type="button"
                    class=move || if leads.get() { "button primary" } else { "button" }
                    aria-label=move || accessible_name(texts.open_named)
                    disabled=move || is_running.get()
                    // In the click itself: later, browsers take the tab for a pop-up.
                    on:click=move |_| fetch(Some(PendingTab::open(texts.fetching)))
                >
                    <Icon name="open"/>
                    {texts.open}
                </button>
                <button
                    type="button"
                    class="button"
                    aria-label=move || accessible_name(texts.save_named)
                    disabled=move || is_running.get()
                    on:click=move |_| fetch(None)
                >
                    <Icon name="save"/>
                    {texts.save}
                </button>
            </p>
            {move || is_running.get().then(|| view! { <DownloadProgress download on_stop=stop/> })}
            <div role="status">{move || outcome(&download.read())}</div>
        </div>
    }
}

/// How far it is, and a way to stop it.
#[component]
fn DownloadProgress(
    download: RwSignal<Download>,
    #[prop(into)] on_stop: Callback<()>,
) -> impl IntoView {
    let (texts, formats) = (use_rest_texts(), use_formats());
    let bytes = move || match *download.read() {
        Download::Running(received, total) => (received, total),
        _ => (0.0, None),
    };
    let words = move || match bytes() {
        (received, Some(total)) => fill(
            texts.fetching_part,
            &[
                ("received", &formats.size(received)),
                ("total", &formats.size(total)),
            ],
        ),
        (received, None) if received > 0.0 => formats.size(received),
        _ => String::new(),
    };
    let max = move || bytes().1.map(|total| (total as u64).to_string());
    let value = move || bytes().1.map(|_| (bytes().0 as u64).to_string());
    view! {
        <div>
            <progress aria-label=texts.fetching max=move || max() value=move || value()></progress>
            <p class="amount">
                <span>{move || words()}</span>
                <Button class="button quiet" on_press=on_stop>
                    {texts.stop}
                </Button>
            </p>
        </div>
    }
}

/// Shows the document in the tab that waits for it. Saves it when there is no such tab, or no tab may
/// show a document of its type.
fn show_or_save(document: Document, tab: Option<PendingTab>) -> Download {
    if tab.is_some_and(|tab| tab.show(&document.blob)) {
        return Download::Opened;
    }
    save(&document.blob, &document.filename);
    Download::Saved(document.filename)
}

/// What came of it, in words.
fn outcome(download: &Download) -> Option<impl IntoView + use<>> {
    let texts = use_rest_texts();
    let (class, words) = match download {
        Download::Idle => return None,
        Download::Running(..) => ("visually-hidden", texts.fetching.to_owned()),
        Download::Saved(name) => ("hint", fill(texts.saved, &[("name", name)])),
        Download::Opened => ("hint", texts.opened.to_owned()),
        Download::Failed(problem) => ("problem", problem_text(texts, problem).sentence()),
    };
    Some(view! {
        <p class=class>
            <bdi>{words}</bdi>
        </p>
    })
}
