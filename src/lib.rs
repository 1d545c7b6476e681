//! The portal: `<consumer-portal>`, the page on which a consumer follows their mortgage and uploads
//! documents.
//!
//! The loader, `platform/portal.js`, defines the element. It loads this module and calls [`mount`], which
//! puts [`app::App`] in the element's shadow root. Each room imports only the rooms below it:
//!
//! ```text
//! app         the context, the frame, which page is on the screen
//! pages       what a consumer can open
//! keep        what was not sent outlives the page
//! scan        photos and PDFs become one document
//! upload      the upload of a document, step by step
//! components  what pages are made of
//! context     what many components need: the session, who is signed in, where they are
//! api         the calls
//! platform    all that asks the browser for something
//! i18n, route, config
//! ```
#![deny(unsafe_code)]
#![allow(
    clippy::redundant_closure,
    reason = "view! gives a closure that is written out in it a type that all of them share"
)]

pub mod api;
pub mod app;
pub mod components;
pub mod config;
pub mod context;
pub mod i18n;
pub mod keep;
pub mod pages;
pub mod platform;
pub mod route;
pub mod scan;
pub mod upload;

use std::any::Any;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use web_sys::{HtmlElement, ShadowRoot};

use crate::{
    app::App,
    config::Config,
    context::Addresses,
    i18n::Language,
    platform::{panic, window},
};

/// A portal on a page.
#[wasm_bindgen]
pub struct Mounted {
    host: HtmlElement,
    container: HtmlElement,
    /// Dropping it takes off what is on the screen.
    view: Box<dyn Any>,
    /// Cleaning it up ends listeners and requests. Dropping the view is not enough: what the owner owns
    /// holds the owner.
    owner: Owner,
}

#[wasm_bindgen]
impl Mounted {
    /// Takes the portal off the page.
    pub fn unmount(self) {
        panic::unregister(&self.host);
        drop(self.view);
        self.owner.cleanup();
        self.container.remove();
    }
}

/// Puts the portal in an element's shadow root. The loader's skeleton goes with the first answer.
///
/// `first_session` is the getsession that the loader asked for: a promise of a `Response`.
/// `timeline_style` and `worker` are the absolute addresses of the style sheet for timelines and of the script of the
/// worker that makes documents. `english` is the content of
/// `english.txt`, when [`speaks_english`]; without it the portal speaks Dutch. `own_page` is where the
/// gateway said that the dossier can be opened, when the loader opened a link.
#[wasm_bindgen]
pub fn mount(
    host: HtmlElement,
    root: ShadowRoot,
    first_session: js_sys::Promise,
    timeline_style: String,
    worker: String,
    english: Option<String>,
    own_page: Option<String>,
) -> Mounted {
    panic::register(host.clone());
    let mut config = config_of(&host);
    config.api = window::absolute(&config.api);
    if config.language == Language::English && !english.is_some_and(i18n::set_english) {
        config.language = Language::Dutch;
    }

    let container: HtmlElement = document()
        .create_element("div")
        .expect("a page makes elements")
        .unchecked_into();
    // Screen readers and hyphenation go by it, whatever the language of the page around.
    let _ = container.set_attribute("lang", config.language.tag());
    root.append_child(&container)
        .expect("a shadow root takes children");

    let owner = Owner::new();
    let addresses = Addresses {
        timeline_style,
        worker,
    };
    let element = host.clone();
    let app = move || view! { <App config element first_session addresses own_page/> };
    let view = owner.with(|| leptos::mount::mount_to(container.clone(), app));
    Mounted {
        host,
        container,
        view: Box::new(view),
        owner,
    }
}

/// Whether an element's texts are the English ones, which are not part of this module.
#[wasm_bindgen]
pub fn speaks_english(host: &HtmlElement) -> bool {
    config_of(host).language == Language::English
}

fn config_of(host: &HtmlElement) -> Config {
    Config::read(
        |name| host.get_attribute(name),
        window::language_around(host).as_deref(),
        &window::browser_languages(),
    )
}
