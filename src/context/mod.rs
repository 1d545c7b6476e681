//! What many components need, provided near the top by `App` and taken with a `use_…` function.

pub mod auth;
pub mod dialogs;
pub mod host;
pub mod navigation;
pub mod session;

use std::sync::Arc;

use leptos::prelude::*;

pub use auth::{Auth, SignedOutReason};
pub use dialogs::{Dialogs, use_dialogs};
pub use host::{Host, use_host};
pub use navigation::{Navigation, use_navigation};
pub use session::{SessionObserver, SessionStore, use_session};

use crate::{
    config::Config,
    i18n::{RestTexts, Texts, fill},
    platform::{intl::Formats, window},
};

/// The element's settings.
pub fn use_config() -> Arc<Config> {
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

/// How dates, amounts and sizes are written in the consumer's language.
pub fn use_formats() -> Formats {
    expect_context()
}

/// Names the page in the browser's title, where the page is ours (`standalone`).
pub fn set_page_title(name: &str) {
    let config = use_config();
    if config.standalone {
        let code = use_session()
            .get_untracked()
            .and_then(|session| session.dossier.code.clone())
            .map(|code| fill(use_texts().dossier_code, &[("code", &code)]));
        let parts = [Some(name), code.as_deref(), config.broker.as_deref()];
        window::set_title(&parts.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    }
}
