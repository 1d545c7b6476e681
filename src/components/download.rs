//! The two ways to have a document: open it in a new tab, or save it.

use std::sync::Arc;

use accelerate::{problem::Problem, request::download_url, session::Action};
use leptos::{html, prelude::*};

use super::{
    button::{BusyButton, Button},
    icon::Icon,
    person::ContactButtons,
    task_list::action_name,
};
use crate::{
    api::document::{Document, DocumentKind, DocumentRequest, fetch_document},
    config::Config,
    context::{flag, use_config, use_formats, use_host, use_rest_texts, use_session},
    i18n::{RestTexts, document_problem_text, fill, sends_to_adviser},
    platform::{
        save::{PendingTab, save},
        window,
    },
};

/// Where a download stands.
#[derive(Debug, Clone, PartialEq)]
enum Download {
    Idle,
    /// How much came, and of how much where that is known; both in bytes.
    Running(f64, Option<f64>),
    /// A tab was led to it.
    Shown {
        lacks_end: bool,
    },
    /// The browser was asked to save it under this name. Whether it does, nobody can know.
    ToSave {
        name: String,
        /// It was to be shown, and could not be.
        instead: bool,
        lacks_end: bool,
    },
    Failed(Problem),
}

/// Where one of the buttons is, among them.
const OPEN: &str = ".buttons > :first-child";
const SAVE: &str = ".buttons > :last-child";

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
    let place = NodeRef::<html::Div>::new();
    // The button that was pressed.
    let pressed = StoredValue::new(OPEN);

    let label = move || action_name(texts, &action.read());
    let accessible_name = move |words: &'static str| {
        move || match kind {
            DocumentKind::Download => fill(words, &[("name", &label())]),
            DocumentKind::Otd => {
                let name = format!("{}: {}", texts.otd_short, label());
                fill(words, &[("name", &name)])
            }
        }
    };
    // Whether the browser can fetch the document by itself, without the portal: an OTD comes as JSON, and a
    // link to another site takes no cookie along.
    let takes_link = move || {
        let goes_along =
            |config: &Arc<Config>| !config.sends_cookies() || window::is_same_site(&config.api);
        kind == DocumentKind::Download && config.with_value(goes_along)
    };
    // The Stop button goes with what it stops: who stands on it stands on the button that began it then.
    let keep_focus = move || {
        if let Some(Some(place)) = place.try_get_untracked()
            && window::has_focus_within(&place, ".amount button")
        {
            window::focus_within(&place, pressed.get_value());
        }
    };
    let fetch = move |opens: bool| {
        pressed.set_value(if opens { OPEN } else { SAVE });
        // In the click itself: later, browsers take the tab for a pop-up.
        let tab = opens.then(|| PendingTab::open(texts.fetching));
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
            keep_focus();
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
        keep_focus();
        download.set(Download::Idle);
    };
    let told = move || {
        let lines = lines(texts, &download.read(), takes_link()).into_iter();
        lines
            .map(|(class, words)| {
                view! {
                    <p class=class>
                        <bdi>{words}</bdi>
                    </p>
                }
            })
            .collect_view()
            .into_any()
    };
    let other_way = move || {
        let is_to_save = matches!(*download.read(), Download::ToSave { .. });
        (is_to_save && takes_link()).then(|| {
            let address =
                config.with_value(|config| download_url(&config.api, &action.read_untracked().id));
            view! {
                <p class="hint">
                    {texts.nothing_happens} " "
                    <a href=address target="_blank" rel="noopener">
                        {texts.fetch_directly}
                    </a>
                </p>
            }
            .into_any()
        })
    };
    let adviser = move || match &*download.read() {
        Download::Failed(problem) if sends_to_adviser(problem) => {
            (session.auth.adviser()).map(|person| view! { <ContactButtons person/> }.into_any())
        }
        _ => None,
    };
    let running = move || view! { <DownloadProgress download on_stop=stop/> }.into_any();
    view! {
        <div class="downloads" node_ref=place>
            <p class="buttons">
                <BusyButton
                    label=accessible_name(texts.open_named)
                    is_primary=leads
                    is_busy=is_running
                    on_press=move || fetch(true)
                >
                    <Icon name="open"/>
                    {texts.open}
                </BusyButton>
                <BusyButton
                    label=accessible_name(texts.save_named)
                    is_busy=is_running
                    on_press=move || fetch(false)
                >
                    <Icon name="save"/>
                    {texts.save}
                </BusyButton>
            </p>
            {move || is_running.get().then(running)}
            <div class="outcome" role="status">
                {move || told()}
                {move || other_way()}
                {move || adviser()}
            </div>
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
    let lacks_end = document.lacks_end;
    let instead = tab.is_some();
    if tab.is_some_and(|tab| tab.show(&document.blob)) {
        return Download::Shown { lacks_end };
    }
    save(&document.blob, &document.filename);
    Download::ToSave {
        name: document.filename,
        instead,
        lacks_end,
    }
}

/// What came of it, in words: the class of each line, and what it says.
fn lines(texts: &RestTexts, download: &Download, takes_link: bool) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut tell = |class, words: String| lines.push((class, words));
    match download {
        Download::Idle => {}
        Download::Running(..) => tell("visually-hidden", texts.fetching.to_owned()),
        Download::Shown { .. } => tell("hint", texts.opened.to_owned()),
        Download::ToSave { name, instead, .. } => {
            let saved = fill(texts.saved, &[("name", name)]);
            tell(
                "hint",
                match instead {
                    true => [texts.not_opened, &saved].join(" "),
                    false => saved,
                },
            );
            if !takes_link {
                let words = [texts.nothing_happens, texts.other_browser];
                tell("hint", words.join(" "));
            }
        }
        Download::Failed(problem) => {
            tell("problem", document_problem_text(texts, problem).sentence())
        }
    }
    if let Download::Shown { lacks_end: true }
    | Download::ToSave {
        lacks_end: true, ..
    } = download
    {
        tell("notice", texts.not_complete.to_owned());
    }
    lines
}
