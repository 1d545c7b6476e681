//! The portal: `<consumer-portal>`, the page on which a consumer follows their mortgage and hands in
//! documents.
//!
//! The element itself is `browser/portal.js`; it loads this module and calls [`mount`]. From there
//! the way in is [`portal`]: what a consumer can open is in `pages`, what they hand in goes through
//! [`upload`], and only [`browser`] touches the browser.
#![forbid(unsafe_code)]

mod access;
pub mod browser;
pub mod config;
mod pages;
mod parts;
mod portal;
pub mod route;
pub mod texts;
pub mod upload;

use leptos::prelude::Owner;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use web_sys::{HtmlElement, ShadowRoot};

use crate::{
    browser::{page, panic},
    config::Config,
    texts::Language,
};

/// A portal that is on a page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Mounted {
    host: HtmlElement,
    place: HtmlElement,
    owner: Owner,
}

#[wasm_bindgen]
impl Mounted {
    /// Takes the portal off the page: its listeners, its requests and what it shows.
    pub fn unmount(self) {
        panic::forget(&self.host);
        self.owner.cleanup();
        self.place.remove();
    }
}

/// Puts the portal in an element's shadow root, in place of the skeleton there. `first` is the
/// getsession that the loader has already asked for (a promise of a `Response`); `timeline_style` is
/// the absolute address of the style sheet for timelines. `english` is what is in `english.txt`, when
/// [`speaks_english`]; without it the portal speaks Dutch. `own_page` is where the gateway said the
/// dossier can be opened, when the loader opened a link.
#[wasm_bindgen]
pub fn mount(
    host: HtmlElement,
    root: ShadowRoot,
    first: js_sys::Promise,
    timeline_style: String,
    english: Option<String>,
    own_page: Option<String>,
) -> Mounted {
    panic::tell(host.clone());
    let mut config = config_of(&host);
    config.api = page::absolute(&config.api);
    if config.language == Language::English && !english.is_some_and(texts::learn_english) {
        config.language = Language::Dutch;
    }

    let place: HtmlElement = page::document()
        .create_element("div")
        .expect("a page makes elements")
        .unchecked_into();
    // What a screen reader and the browser's hyphenation go by, whatever the page around it says.
    let _ = place.set_attribute("lang", config.language.tag());
    if let Ok(Some(skeleton)) = root.query_selector(".skeleton") {
        skeleton.remove();
    }
    root.append_child(&place)
        .expect("a shadow root takes children");

    // An error here says that another portal on the page has started it already.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new();
    owner.with(|| {
        portal::portal(config, host.clone(), root, first, timeline_style, own_page).show_in(&place);
    });
    Mounted { host, place, owner }
}

/// Whether an element's texts are the English ones, which are no part of this module.
#[wasm_bindgen]
pub fn speaks_english(host: &HtmlElement) -> bool {
    config_of(host).language == Language::English
}

fn config_of(host: &HtmlElement) -> Config {
    Config::read(
        |name| host.get_attribute(name),
        page::language_around(host).as_deref(),
        &page::browser_languages(),
    )
}
