//! What many components need, provided near the top by `App` and taken with a `use_…` function.

pub mod auth;
pub mod dialogs;
pub mod host;
pub mod navigation;
pub mod session;
pub mod waiting;

use std::sync::Arc;

use leptos::prelude::*;

pub use auth::{Auth, SignedOutReason};
pub use dialogs::{Dialogs, use_dialogs};
pub use host::{Host, use_host};
pub use navigation::{Navigation, use_navigation};
pub use session::{SessionObserver, SessionStore, use_session};
pub use waiting::{Waiting, WaitingTasks, use_waiting};

use crate::{
    config::Config,
    i18n::{RestTexts, ScanTexts, Texts, fill},
    platform::{intl::Formats, window},
};

/// Whether something is so, for views that are to be made anew only when that changes. All such memos share one type
/// of closure: each type is code to download.
pub fn flag(is_so: impl Fn() -> bool + Send + Sync + 'static) -> Memo<bool> {
    fn of(is_so: Box<dyn Fn() -> bool + Send + Sync>) -> Memo<bool> {
        Memo::new(move |_| is_so())
    }
    of(Box::new(is_so))
}

/// The element's settings.
pub fn use_config() -> Arc<Config> {
    expect_context()
}

/// The absolute addresses of files that are loaded when they are needed.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The style sheet for timelines.
    pub timeline_style: String,
    /// The script of the worker that makes documents.
    pub worker: String,
}

/// Where files are that are loaded when they are needed.
pub fn use_addresses() -> Arc<Addresses> {
    expect_context()
}

/// The texts of the first module, in the consumer's language.
pub fn use_texts() -> &'static Texts {
    expect_context()
}

/// All texts, in the consumer's language. Only for what is in the second module, which provides them.
pub fn use_rest_texts() -> &'static RestTexts {
    expect_context()
}

/// The texts of the part in which documents are put together, in the consumer's language.
pub fn use_scan_texts() -> &'static ScanTexts {
    expect_context()
}

/// Shows the pages of a document that is put together for an action, given its id. They are a part of their own.
#[derive(Clone, Copy)]
pub struct Composer(pub fn(String) -> AnyView);

/// How dates, amounts and sizes are written in the consumer's language.
pub fn use_formats() -> Formats {
    expect_context()
}

/// What the page on the screen is called.
#[derive(Debug, Clone, Copy)]
struct PageTitle(RwSignal<String>);

/// Names the page in the browser's title, where the page is ours (`standalone`).
pub fn set_page_title(name: &str) {
    let PageTitle(title) = expect_context();
    title.set(name.to_owned());
}

/// Keeps the browser's title up to date, where the page is ours: how many tasks there are to do, the page's name,
/// the dossier, the office.
pub fn provide_page_title() {
    let title = RwSignal::new(String::new());
    provide_context(PageTitle(title));
    let (config, texts, session) = (use_config(), use_texts(), use_session());
    if !config.standalone {
        return;
    }
    Effect::new(move |_| {
        let (code, count) = session.read(|it| (it.dossier.code.clone(), it.to_do_count()));
        let name = match count {
            0 => title.get(),
            _ => format!("({count}) {}", title.read()),
        };
        let code = code.map(|code| fill(texts.dossier_code, &[("code", &code)]));
        let parts = [Some(&name), code.as_ref(), config.broker.as_ref()];
        let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
        let parts = parts.map(String::as_str).collect::<Vec<_>>();
        if !title.read().is_empty() {
            window::set_title(&parts.join(" · "));
        }
    });
}
