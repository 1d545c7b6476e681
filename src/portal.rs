//! The portal as a whole: what every page shares, and the frame around the pages.
//!
//! Data goes one way: attributes → settings → getsession → dossier → pages. The session is fetched
//! when the portal starts, when the consumer comes back to the tab, when the connection comes back
//! and after an upload; moving between pages asks for nothing. Whether the consumer is let in at all is
//! the business of [`access`](crate::access).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use accelerate::{
    problem::{Problem, ProblemKind},
    session::{Action, Product, Session, State},
};
use leptos::prelude::*;
use web_sys::{HtmlElement, ShadowRoot};

use crate::{
    access::{Access, Known},
    browser::{
        dom::{El, View, dynamic, dynamic_of, el},
        fetch::{self, Came},
        intl::Formats,
        page,
    },
    config::Config,
    pages::{action, documents, me, overview, product, signed_out},
    parts::{
        button::{button, primary},
        icon::icon,
        link::{button_link, link},
        log_out, phone,
        screen::{empty, trouble},
    },
    route::Page,
    texts::{self, Language, Texts, fill},
    upload::desk::Desk,
};

/// What every page and part shares. Cheap to copy; lives as long as the element does.
#[derive(Debug, Clone, Copy)]
pub struct Portal {
    /// The words.
    pub texts: &'static Texts,
    /// The language of the words.
    pub language: Language,
    /// The newest session we were given. It stays when a later getsession fails.
    pub session: RwSignal<Option<Arc<Session>>>,
    /// Why the newest getsession failed, if it did.
    pub problem: RwSignal<Option<Problem>>,
    /// Whether the consumer is let in, and for how long.
    pub access: Access,
    /// Whether a code for the phone is over the page.
    pub shows_phone: RwSignal<bool>,
    /// Whether it is asked if the consumer wants to log out.
    pub asks_log_out: RwSignal<bool>,
    /// Whether the browser believes it has a connection.
    pub online: RwSignal<bool>,
    /// Where the consumer is.
    pub page: RwSignal<Page>,
    backstage: StoredValue<Rc<Backstage>, LocalStorage>,
}

/// What every page and part uses and none follows. In one place: each kind of thing that is stored by
/// itself, and each look at it, is downloaded as code of its own.
#[derive(Debug)]
pub struct Backstage {
    /// The settings.
    pub config: Config,
    /// How dates, amounts and sizes are written.
    pub formats: Formats,
    /// Every document that is being handed in, whatever page is on the screen.
    pub desk: RefCell<Desk>,
    /// What is known of the consumer's access.
    pub known: RefCell<Known>,
    /// The address of the style sheet for timelines.
    pub timeline_style: String,
    /// Put before a fragment in every link.
    link_base: String,
    /// The element.
    pub host: HtmlElement,
    asked: Cell<u32>,
}

impl Portal {
    /// What nobody follows.
    pub fn backstage(self) -> Rc<Backstage> {
        self.backstage.get_value()
    }

    /// The same; `None` when the portal was taken off the page, for whoever waited meanwhile.
    pub fn still_backstage(self) -> Option<Rc<Backstage>> {
        self.backstage.try_get_value()
    }

    /// The address of a page, for a link.
    pub fn href(self, page: &Page) -> String {
        let mut href = self.backstage().link_base.clone();
        href.push_str(&page.fragment());
        href
    }

    /// Sends an event out of the element. Nothing personal may be in it.
    pub fn emit(self, name: &str, detail: &[(&str, &str)]) {
        if let Some(backstage) = self.still_backstage() {
            page::emit(&backstage.host, name, detail);
        }
    }

    /// The newest session, as it is now.
    pub fn session_now(self) -> Option<Arc<Session>> {
        self.session.get_untracked()
    }

    /// Whether leaving the page would lose a document or a comment.
    pub fn has_unsent(self) -> bool {
        self.backstage().desk.borrow().has_unsent()
    }

    /// Something of the newest session, when there is one; whoever asks follows the session.
    pub fn in_session<T>(self, look: impl FnOnce(&Session) -> T) -> Option<T> {
        let session = self.session.get()?;
        Some(look(&session))
    }

    /// A product of the newest session.
    pub fn product(self, id: &str) -> Option<Product> {
        let session = self.session.get()?;
        session
            .products
            .iter()
            .find(|product| product.id == id)
            .cloned()
    }

    /// An action of the newest session.
    pub fn action(self, id: &str) -> Option<Action> {
        let session = self.session.get()?;
        session
            .actions
            .iter()
            .find(|action| action.id == id)
            .cloned()
    }

    /// Something written the way of the consumer's language.
    pub fn formatted(self, write: impl FnOnce(&Formats) -> String) -> String {
        write(&self.backstage().formats)
    }

    /// A whole number, written so.
    pub fn count(self, count: usize) -> String {
        self.formatted(|formats| formats.count(count))
    }

    /// Takes the answer of a getsession. Of several under way the last one asked for counts. What is
    /// on the screen stays when the answer says the same, or is none.
    fn take(self, asked: u32, answer: Result<Came, Problem>) -> Result<Arc<Session>, Problem> {
        // Taken off the page meanwhile: then nothing does.
        let backstage = self.still_backstage();
        let counts = backstage.is_some_and(|it| it.asked.get() == asked);
        match answer {
            Ok(Came { session, lasts }) => {
                let session = Arc::new(session);
                if counts {
                    self.take_session(&session, lasts);
                }
                Ok(session)
            }
            Err(problem) => {
                if counts {
                    if problem.is_signed_out() {
                        self.let_out(&problem);
                    }
                    self.problem.set(Some(problem.clone()));
                    self.emit("portal-error", &[("kind", "session")]);
                }
                Err(problem)
            }
        }
    }

    fn take_session(self, session: &Arc<Session>, lasts: Option<u32>) {
        let known = self.session_now();
        let first = known.is_none();
        let news = known.as_ref() != Some(session);
        self.let_in(session, lasts);
        if news {
            self.session.set(Some(Arc::clone(session)));
        }
        self.problem.set(None);
        let all = self.backstage().desk.borrow().all();
        for handing in all {
            handing.follow(session);
        }
        if first {
            self.emit("portal-ready", &[]);
        }
    }

    /// Makes every getsession that is under way one that does not count; gives the number of the next.
    pub(crate) fn ask(self) -> u32 {
        let backstage = self.backstage();
        let next = backstage.asked.get() + 1;
        backstage.asked.set(next);
        next
    }

    /// Asks for the session anew and shows what it says; hands the answer back as well.
    pub async fn refresh(self) -> Result<Arc<Session>, Problem> {
        let asked = self.ask();
        let answer = fetch::getsession(&self.backstage().config).await;
        self.take(asked, answer)
    }

    /// Asks for the session anew, for whoever need not wait for it.
    pub fn refresh_soon(self) {
        leptos::task::spawn_local(async move {
            // The answer has been taken; nobody waits for it here.
            let _ = self.refresh().await;
        });
    }
}

/// Makes the portal and everything in it. `first` is the getsession that the loader has asked for;
/// `own_page` is where the dossier can be opened when this page's browser keeps no cookie of the
/// gateway's.
pub fn portal(
    config: Config,
    host: HtmlElement,
    root: ShadowRoot,
    first: js_sys::Promise,
    timeline_style: String,
    own_page: Option<String>,
) -> View {
    let portal = Portal {
        texts: texts::choose(config.language, config.address),
        language: config.language,
        session: RwSignal::new(None),
        problem: RwSignal::new(None),
        access: Access::new(),
        shows_phone: RwSignal::new(false),
        asks_log_out: RwSignal::new(false),
        online: RwSignal::new(page::is_online()),
        page: RwSignal::new(Page::of_fragment(&page::fragment()).unwrap_or(Page::Overview)),
        backstage: StoredValue::new_local(Rc::new(Backstage {
            formats: Formats::new(config.language),
            desk: RefCell::new(Desk::new(Owner::current().unwrap_or_default())),
            known: RefCell::new(Known::new(own_page)),
            timeline_style,
            link_base: page::link_base(),
            host: host.clone(),
            asked: Cell::new(0),
            config,
        })),
    };

    leptos::task::spawn_local(async move {
        let asked = portal.ask();
        let answer = fetch::first_session(first).await;
        // Taken; nobody waits for it here.
        let _ = portal.take(asked, answer);
    });
    listen(portal, host, root.clone());

    let stage = move || {
        if portal.access.is_out.get() {
            Stage::Out
        } else if portal.session.with(Option::is_some) {
            Stage::Dossier
        } else if portal.problem.with(Option::is_some) {
            Stage::Failed
        } else {
            Stage::Loading
        }
    };
    let seen = Cell::new(false);
    dynamic_of(stage, move |stage| {
        // What had the focus is gone when the dossier goes or comes back.
        if seen.replace(!matches!(stage, Stage::Loading)) {
            let root = root.clone();
            request_animation_frame(move || page::focus_first(&root, "h1"));
        }
        match *stage {
            Stage::Loading => loading(portal.texts),
            Stage::Failed => {
                dynamic(move || portal.problem.get().map(|problem| failed(portal, &problem)))
            }
            Stage::Out => signed_out::view(portal).into(),
            Stage::Dossier => dossier(portal).into(),
        }
    })
}

/// How the fragment begins of a link that signs in to a page of another site than the gateway's.
const OPEN: &str = "#portal-open=";

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Loading,
    Failed,
    Out,
    Dossier,
}

/// Follows the page: its fragment, its visibility, the connection, and the consumer leaving it.
fn listen(portal: Portal, host: HtmlElement, root: ShadowRoot) {
    let scrolled: Rc<RefCell<Vec<(Page, f64)>>> = Rc::default();
    let by_link = Rc::new(RefCell::new(false));
    let followed = {
        let by_link = Rc::clone(&by_link);
        let scrolled = Rc::clone(&scrolled);
        gloo_events::EventListener::new(&root.clone(), "click", move |event| {
            if page::comes_from_link(event) {
                by_link.replace(true);
                let here = portal.page.get_untracked();
                scrolled.borrow_mut().retain(|(page, _)| *page != here);
                scrolled.borrow_mut().push((here, page::scrolled()));
            }
        })
    };
    // Whatever the consumer does on the page keeps them signed in: who reads on by the keyboard does it
    // outside of the element.
    let used = ["pointerdown", "keydown", "wheel"]
        .map(|event| page::on_window(event, move |_| portal.is_used()));
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
        let back_to = scrolled
            .borrow()
            .iter()
            .find(|(page, _)| !by_link && *page == next)
            .map(|(_, top)| *top);
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
        let known = portal.session_now().is_some() || portal.access.is_out.get_untracked();
        if page::is_visible() && known {
            portal.refresh_soon();
        }
    });
    let online = page::on_window("online", move |_| {
        portal.online.set(true);
        portal.refresh_soon();
    });
    let offline = page::on_window("offline", move |_| portal.online.set(false));
    let leaving = page::ask_before_leaving(move || portal.has_unsent());
    let listeners =
        StoredValue::new_local(([followed, moved, seen, online, offline, leaving], used));
    on_cleanup(move || listeners.dispose());
}

/// Until the first answer: the skeleton that the page began with; after a while with other words.
fn loading(texts: &'static Texts) -> View {
    let long = RwSignal::new(false);
    let timer = set_timeout_with_handle(move || long.set(true), std::time::Duration::from_secs(8));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    el("div")
        .class("skeleton")
        .attr("role", "status")
        .child(el("h1").text_from(move || {
            (if long.get() {
                texts.loading_long
            } else {
                texts.loading
            })
            .to_owned()
        }))
        .into()
}

/// The first answer was none: why, and a way on.
fn failed(portal: Portal, problem: &Problem) -> El {
    let texts = portal.texts;
    let mut plight = texts::plight(texts, problem);
    if problem.kind == ProblemKind::NotFound {
        plight.title = texts.problem_no_dossier;
        plight.more = texts.problem_signed_out_more;
    }
    let again = primary(texts.try_again, move || {
        // A link that could not be opened yet is opened by the loader.
        if page::fragment().starts_with(OPEN) {
            return page::reload();
        }
        portal.problem.set(None);
        portal.refresh_soon();
    });
    trouble(plight.title, plight.more, again)
}

/// The frame around every page, and the page in it.
fn dossier(portal: Portal) -> El {
    let texts = portal.texts;
    let sections = [
        (Page::Overview, texts.overview),
        (Page::Documents, texts.documents),
        (Page::Me, texts.my_details),
    ];
    let sections = sections.map(|(page, name)| {
        let here = link(portal, &page)
            .child(name)
            .attr_from("aria-current", move || {
                portal
                    .page
                    .with(|here| *here == page)
                    .then(|| "page".to_owned())
            });
        el("li").child(here).into()
    });
    let ways = move |class| {
        let by_gateway = portal.access.by_gateway;
        move || by_gateway.get().then(|| ways_out(portal, class))
    };
    el("div")
        .class("portal")
        .child(banners(portal))
        .child(
            el("div")
                .class("top")
                .child(
                    el("nav")
                        .class("sections")
                        .attr("aria-label", texts.sections)
                        .child(el("ul").child(sections)),
                )
                .part(ways("ways-out wide")),
        )
        .part_of(
            move || portal.page.get(),
            move |page| page_view(portal, page.clone()),
        )
        .part(ways("ways-out small"))
        .part(move || portal.shows_phone.get().then(|| phone::view(portal)))
        .part(move || portal.asks_log_out.get().then(|| log_out::view(portal)))
}

/// On to the phone, or out. It stands beside the parts of the dossier where there is room, otherwise
/// below the page; one of the two is shown.
fn ways_out(portal: Portal, class: &str) -> El {
    let texts = portal.texts;
    let way = |words: &str, opens: RwSignal<bool>| button(words, move || opens.set(true));
    el("div")
        .class(class)
        .child(way(texts.to_phone, portal.shows_phone).class("button quiet on-desktop"))
        .child(way(texts.log_out, portal.asks_log_out).class("button quiet"))
}

/// What holds for every page: the connection, a getsession that failed, a closed dossier.
fn banners(portal: Portal) -> View {
    let texts = portal.texts;
    let closed = move || portal.in_session(|session| session.state == State::Closed);
    [
        el("div")
            .attr("role", "status")
            .part(move || connection_banner(portal))
            .into(),
        dynamic_of(closed, move |closed| {
            (*closed == Some(true)).then(|| banner(texts.closed).class("banner warning"))
        }),
    ]
    .into()
}

fn connection_banner(portal: Portal) -> Option<El> {
    let texts = portal.texts;
    if !portal.online.get() {
        return Some(banner(texts.offline_banner));
    }
    let problem = portal.problem.get()?;
    let words = match problem.kind {
        ProblemKind::Expired => texts::plight(texts, &problem).sentence(),
        _ => texts.not_refreshed.to_owned(),
    };
    let again = button(texts.try_again, move || portal.refresh_soon());
    Some(banner(&words).class("banner warning").child(again))
}

fn banner(words: &str) -> El {
    el("div")
        .class("banner")
        .child(icon("alert"))
        .child(el("p").child(words))
}

fn page_view(portal: Portal, page: Page) -> View {
    match page {
        Page::Overview => overview::view(portal).into(),
        Page::Product(id) => product::view(portal, id),
        Page::Action(id) => action::view(portal, id),
        Page::Documents => documents::view(portal).into(),
        Page::Me => me::view(portal).into(),
        Page::BadLink(bad) => signed_out::needless(portal, bad).into(),
        Page::Unknown => not_found(portal).into(),
    }
}

/// For a link that leads nowhere (any more).
pub fn not_found(portal: Portal) -> El {
    let texts = portal.texts;
    title(portal, texts.page_not_found);
    let back = button_link(portal, &Page::Overview, texts.back_to_overview);
    empty(texts.page_not_found, texts.page_not_found_more, back)
}

/// Names the page in the browser's title, when the page is ours.
pub fn title(portal: Portal, name: &str) {
    let config = &portal.backstage().config;
    if config.standalone {
        let session = portal.session_now();
        let code = session
            .as_ref()
            .and_then(|session| session.dossier.code.as_deref())
            .map(|code| fill(portal.texts.dossier_code, &[("code", code)]));
        let parts = [Some(name), code.as_deref(), config.broker.as_deref()];
        page::set_title(&parts.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    }
}
