//! The portal as a whole: what every page shares, and the frame around the pages.
//!
//! Data goes one way: attributes → settings → getsession → dossier → pages. The session is fetched
//! when the portal starts, when the consumer comes back to the tab, when the connection comes back
//! and after an upload; moving between pages asks for nothing.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use accelerate::{
    problem::{Problem, ProblemKind},
    session::{Action, Product, Session, State},
};
use leptos::prelude::*;
use web_sys::{HtmlElement, ShadowRoot};

use crate::{
    browser::{fetch, intl::Formats, page},
    config::Config,
    pages::{action, documents, me, overview, product},
    parts::{
        link::link,
        screen::{Screen, Way, screen},
    },
    route::Page,
    texts::{self, Texts, fill},
    upload::desk::Desk,
};

/// What every page and part shares. Cheap to copy; lives as long as the element does.
#[derive(Debug, Clone, Copy)]
pub struct Portal {
    /// The words.
    pub texts: &'static Texts,
    /// The settings.
    pub config: StoredValue<Config>,
    /// How dates, amounts and sizes are written.
    pub formats: StoredValue<Formats, LocalStorage>,
    /// The newest session we were given. It stays when a later getsession fails.
    pub session: RwSignal<Option<Arc<Session>>>,
    /// Why the newest getsession failed, if it did.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether the browser believes it has a connection.
    pub online: RwSignal<bool>,
    /// Where the consumer is.
    pub page: RwSignal<Page>,
    /// Every document that is being handed in, whatever page is on the screen.
    pub desk: StoredValue<Desk, LocalStorage>,
    /// Put before a fragment in every link.
    pub link_base: StoredValue<String>,
    /// The address of the style sheet for timelines.
    pub timeline_style: StoredValue<String>,
    /// The element.
    pub host: StoredValue<HtmlElement, LocalStorage>,
    asked: StoredValue<u32>,
}

impl Portal {
    /// The portal in whose pages we are.
    pub fn here() -> Self {
        expect_context()
    }

    /// The address of a page, for a link.
    pub fn href(self, page: &Page) -> String {
        let mut href = self.link_base.get_value();
        href.push_str(&page.fragment());
        href
    }

    /// Sends an event out of the element. Nothing personal may be in it.
    pub fn emit(self, name: &str, detail: &[(&str, &str)]) {
        self.host.with_value(|host| page::emit(host, name, detail));
    }

    /// A product of the newest session.
    pub fn product(self, id: &str) -> Option<Product> {
        self.session
            .with(|session| session.as_ref()?.products.iter().find(|product| product.id == id).cloned())
    }

    /// An action of the newest session.
    pub fn action(self, id: &str) -> Option<Action> {
        self.session
            .with(|session| session.as_ref()?.actions.iter().find(|action| action.id == id).cloned())
    }

    /// Takes the answer of a getsession. Of several under way the last one asked for counts. What is
    /// on the screen stays when the answer says the same, or is none.
    fn take(self, asked: u32, answer: &Result<Arc<Session>, Problem>) {
        if asked != self.asked.get_value() {
            return;
        }
        match answer {
            Ok(session) => {
                let first = self.session.with_untracked(Option::is_none);
                let news = self
                    .session
                    .with_untracked(|known| known.as_ref() != Some(session));
                if news {
                    self.session.set(Some(Arc::clone(session)));
                }
                self.problem.set(None);
                for handing in self.desk.with_value(Desk::all) {
                    handing.follow(session);
                }
                if first {
                    self.emit("portal-ready", &[]);
                }
            }
            Err(problem) => {
                self.problem.set(Some(problem.clone()));
                self.emit("portal-error", &[("kind", "session")]);
            }
        }
    }

    fn ask(self) -> u32 {
        self.asked.update_value(|asked| *asked += 1);
        self.asked.get_value()
    }

    /// Asks for the session anew and shows what it says; hands the answer back as well.
    pub async fn refresh(self) -> Result<Arc<Session>, Problem> {
        let asked = self.ask();
        let config = self.config.get_value();
        let answer = fetch::getsession(&config).await.map(Arc::new);
        self.take(asked, &answer);
        answer
    }

    /// Asks for the session anew, for whoever need not wait for it.
    pub fn refresh_soon(self) {
        leptos::task::spawn_local(async move {
            // The answer has been taken; nobody waits for it here.
            let _ = self.refresh().await;
        });
    }
}

/// Makes the portal and everything in it. `first` is the getsession that the loader has asked for.
pub fn portal(
    config: Config,
    host: HtmlElement,
    root: ShadowRoot,
    first: js_sys::Promise,
    timeline_style: String,
) -> AnyView {
    let portal = Portal {
        texts: texts::choose(config.language, config.address),
        formats: StoredValue::new_local(Formats::new(config.language)),
        session: RwSignal::new(None),
        problem: RwSignal::new(None),
        online: RwSignal::new(page::is_online()),
        page: RwSignal::new(Page::of_fragment(&page::fragment()).unwrap_or(Page::Overview)),
        desk: StoredValue::new_local(Desk::new()),
        link_base: StoredValue::new(page::link_base()),
        timeline_style: StoredValue::new(timeline_style),
        host: StoredValue::new_local(host.clone()),
        asked: StoredValue::new(0),
        config: StoredValue::new(config),
    };
    provide_context(portal);

    leptos::task::spawn_local(async move {
        let asked = portal.ask();
        let answer = fetch::first_session(first).await.map(Arc::new);
        portal.take(asked, &answer);
    });
    listen(portal, host, root);

    let stage = Memo::new(move |_| {
        if portal.session.with(Option::is_some) {
            Stage::Dossier
        } else if portal.problem.with(Option::is_some) {
            Stage::Failed
        } else {
            Stage::Loading
        }
    });
    (move || match stage.get() {
        Stage::Loading => loading(portal.texts),
        Stage::Failed => failed(portal),
        Stage::Dossier => dossier(portal),
    })
    .into_any()
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Loading,
    Failed,
    Dossier,
}

/// Follows the page: its fragment, its visibility, the connection, and the consumer leaving it.
fn listen(portal: Portal, host: HtmlElement, root: ShadowRoot) {
    let scrolled: Rc<RefCell<HashMap<Page, f64>>> = Rc::default();
    let by_link = Rc::new(RefCell::new(false));
    let followed = {
        let by_link = Rc::clone(&by_link);
        let scrolled = Rc::clone(&scrolled);
        gloo_events::EventListener::new(&root.clone(), "click", move |event| {
            if page::comes_from_link(event) {
                by_link.replace(true);
                let here = portal.page.get_untracked();
                scrolled.borrow_mut().insert(here, page::scrolled());
            }
        })
    };
    let moved = page::on_window("hashchange", move |_| {
        let by_link = by_link.replace(false);
        let Some(next) = Page::of_fragment(&page::fragment())
            .or_else(|| page::fragment().is_empty().then_some(Page::Overview))
        else {
            return;
        };
        if next == portal.page.get_untracked() {
            return;
        }
        let back_to = (!by_link).then(|| scrolled.borrow().get(&next).copied()).flatten();
        portal.page.set(next);
        let (host, root) = (host.clone(), root.clone());
        // After the new page is there.
        request_animation_frame(move || {
            page::focus_first(&root, "h1");
            match back_to {
                Some(top) => page::scroll_back(top),
                None => page::scroll_to_top_of(&host),
            }
        });
    });
    let seen = page::on_document("visibilitychange", move |_| {
        if page::is_visible() && portal.session.with_untracked(Option::is_some) {
            portal.refresh_soon();
        }
    });
    let online = page::on_window("online", move |_| {
        portal.online.set(true);
        portal.refresh_soon();
    });
    let offline = page::on_window("offline", move |_| portal.online.set(false));
    let leaving =
        page::ask_before_leaving(move || portal.desk.with_value(Desk::has_unsent));
    let listeners = StoredValue::new_local([followed, moved, seen, online, offline, leaving]);
    on_cleanup(move || listeners.dispose());
}

/// Until the first answer: the skeleton that the page began with, and words for those who do not see
/// it; after a while, words for everyone.
fn loading(texts: &'static Texts) -> AnyView {
    let long = RwSignal::new(false);
    let timer = set_timeout_with_handle(
        move || long.set(true),
        std::time::Duration::from_secs(8),
    );
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    view! {
        <div class="skeleton"></div>
        <p class="loading" role="status">
            <span class="visually-hidden">{texts.loading}</span>
            {move || long.get().then_some(texts.loading_long)}
        </p>
    }
    .into_any()
}

/// The first answer was none: why, and a way on.
fn failed(portal: Portal) -> AnyView {
    (move || {
        let problem = portal.problem.get()?;
        Some(session_problem(portal, &problem))
    })
    .into_any()
}

fn session_problem(portal: Portal, problem: &Problem) -> AnyView {
    let texts = portal.texts;
    let mut plight = texts::plight(texts, problem);
    if problem.kind == ProblemKind::NotFound {
        plight.title = texts.problem_no_dossier;
        plight.more = texts.problem_signed_out_more;
    }
    screen(Screen {
        title: plight.title,
        more: plight.more,
        way: Some(Way {
            label: texts.try_again,
            go: Rc::new(move || {
                portal.problem.set(None);
                portal.refresh_soon();
            }),
        }),
        alert: true,
    })
}

/// The frame around every page, and the page in it.
fn dossier(portal: Portal) -> AnyView {
    let texts = portal.texts;
    view! {
        <div class="portal">
            {banners(portal)}
            <nav class="sections" aria-label=texts.sections>
                <ul>
                    {[
                        (Page::Overview, texts.overview),
                        (Page::Documents, texts.documents),
                        (Page::Me, texts.my_details),
                    ]
                        .map(|(page, name)| section_link(portal, page, name))
                        .collect_view()}
                </ul>
            </nav>
            {move || page_view(portal, portal.page.get())}
        </div>
    }
    .into_any()
}

fn section_link(portal: Portal, page: Page, name: &'static str) -> AnyView {
    let href = portal.href(&page);
    let current = move || portal.page.with(|here| *here == page).then_some("page");
    view! {
        <li>
            <a href=href aria-current=current>
                {name}
            </a>
        </li>
    }
    .into_any()
}

/// What holds for every page: the connection, a getsession that failed, a closed dossier.
fn banners(portal: Portal) -> AnyView {
    let texts = portal.texts;
    let closed = Memo::new(move |_| {
        portal
            .session
            .with(|session| session.as_ref().is_some_and(|session| session.state == State::Closed))
    });
    let trouble = move || {
        if !portal.online.get() {
            return Some(banner("banner", texts.offline_banner, None));
        }
        let problem = portal.problem.get()?;
        let plight = texts::plight(texts, &problem);
        let words = match problem.kind {
            ProblemKind::Expired | ProblemKind::NotSignedIn => {
                let mut words = plight.title.to_owned();
                words.push_str(". ");
                words.push_str(plight.more);
                words
            }
            _ => texts.not_refreshed.to_owned(),
        };
        let again = view! {
            <button type="button" class="button" on:click=move |_| portal.refresh_soon()>
                {texts.try_again}
            </button>
        };
        Some(banner("banner warning", &words, Some(again.into_any())))
    };
    view! {
        <div role="status">{trouble}</div>
        {move || closed.get().then(|| banner("banner warning", texts.closed, None))}
    }
    .into_any()
}

fn banner(class: &'static str, words: &str, way: Option<AnyView>) -> AnyView {
    view! {
        <div class=class>
            <span class="icon icon-alert" aria-hidden="true"></span>
            <p>{words.to_owned()}</p>
            {way}
        </div>
    }
    .into_any()
}

fn page_view(portal: Portal, page: Page) -> AnyView {
    match page {
        Page::Overview => overview::view(portal),
        Page::Product(id) => product::view(portal, id),
        Page::Action(id) => action::view(portal, id),
        Page::Documents => documents::view(portal),
        Page::Me => me::view(portal),
        Page::Unknown => not_found(portal),
    }
}

/// For a link that leads nowhere (any more).
pub fn not_found(portal: Portal) -> AnyView {
    let texts = portal.texts;
    title(portal, texts.page_not_found);
    view! {
        <div class="page narrow">
            {screen(Screen {
                title: texts.page_not_found,
                more: texts.page_not_found_more,
                way: None,
                alert: false,
            })}
            <p class="centred">
                {link(portal, &Page::Overview, "button primary", texts.back_to_overview)}
            </p>
        </div>
    }
    .into_any()
}

/// Names the page in the browser's title, when the page is ours.
pub fn title(portal: Portal, name: &str) {
    portal.config.with_value(|config| {
        if config.standalone {
            let code = portal.session.with_untracked(|session| {
                session.as_ref().and_then(|session| session.dossier.code.clone())
            });
            let mut title = name.to_owned();
            if let Some(code) = code {
                title.push_str(" · ");
                title.push_str(&fill(portal.texts.dossier_code, &[("code", &code)]));
            }
            if let Some(broker) = &config.broker {
                title.push_str(" · ");
                title.push_str(broker);
            }
            page::set_title(&title);
        }
    });
}
