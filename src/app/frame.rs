//! The frame around every page of the dossier: the sections, what holds for all pages, the way out, and
//! the dialogs.

use accelerate::{problem::ProblemKind, session::State};
use leptos::prelude::*;

use super::rest::{RestFailed, RestLoader, RestState};
use crate::{
    components::{button::Button, icon::Icon, link::PageLink},
    context::{Dialogs, use_dialogs, use_host, use_navigation, use_session, use_texts},
    i18n::problem_text,
    pages::{not_found::NotFound, overview::Overview, signed_out::NeedlessLink},
    route::Page,
};

/// The frame, and the page in it.
#[component]
pub fn Frame() -> impl IntoView {
    provide_context(Dialogs::new());
    // What the other pages need is on its way before the consumer opens one.
    expect_context::<RestLoader>().load_when_idle();
    view! {
        <div class="portal">
            <Banners/>
            <div class="top">
                <Sections/>
                <WaysOut class="ways-out wide"/>
            </div>
            <CurrentPage/>
            <WaysOut class="ways-out small"/>
            <Ending/>
            <OpenDialogs/>
        </div>
    }
}

#[component]
fn Sections() -> impl IntoView {
    let texts = use_texts();
    let navigation = use_navigation();
    let section = move |section: Page, name: &'static str| {
        let link = section.clone();
        let current = move || {
            let is_page = *navigation.page.read() == section;
            let is_section = navigation.section() == section;
            is_section.then_some(if is_page { "page" } else { "true" })
        };
        view! {
            <li>
                <PageLink page=link attr:aria-current=move || current()>
                    {name}
                </PageLink>
            </li>
        }
    };
    view! {
        <nav class="sections" aria-label=texts.sections>
            <ul>
                {section(Page::Overview, texts.overview)}
                {section(Page::Documents, texts.documents)}
                {section(Page::Me, texts.my_details)}
            </ul>
        </nav>
    }
}

/// On to the phone, or out. It stands beside the sections where there is room, else below the page: one
/// of the two is visible.
#[component]
fn WaysOut(class: &'static str) -> impl IntoView {
    let (texts, dialogs) = (use_texts(), use_dialogs());
    let has_gateway = use_session().auth.has_gateway;
    let buttons = move || {
        has_gateway.get().then(|| {
            view! {
                <div class=class>
                    <Button
                        class="button quiet on-desktop"
                        on_press=move || dialogs.phone.set(true)
                    >
                        {texts.to_phone}
                    </Button>
                    <Button class="button quiet" on_press=move || dialogs.log_out.set(true)>
                        {texts.log_out}
                    </Button>
                </div>
            }
            .into_any()
        })
    };
    view! { {move || buttons()} }
}

/// What holds for every page: the connection, a getsession that failed, a closed dossier.
#[component]
fn Banners() -> impl IntoView {
    let (texts, session) = (use_texts(), use_session());
    let closed = move || {
        let is_closed = session.read(|it| it.state == State::Closed);
        is_closed.then(|| {
            view! {
                <div class="banner warning">
                    <Icon name="alert"/>
                    <p>{texts.closed}</p>
                </div>
            }
            .into_any()
        })
    };
    let failure = move || {
        session.problem.get().map(|problem| match problem.kind {
            ProblemKind::Expired => problem_text(texts, &problem).sentence(),
            _ => texts.not_refreshed.to_owned(),
        })
    };
    let connection = move || {
        if !session.online.get() {
            return Some(
                view! {
                    <div class="banner">
                        <Icon name="alert"/>
                        <p>{texts.offline_banner}</p>
                    </div>
                }
                .into_any(),
            );
        }
        let words = failure()?;
        Some(
            view! {
                <div class="banner warning">
                    <Icon name="alert"/>
                    <p>{words}</p>
                    <Button on_press=move || session.refresh_soon()>{texts.try_again}</Button>
                </div>
            }
            .into_any(),
        )
    };
    view! {
        <div role="status">{move || connection()}</div>
        {move || closed()}
    }
}

/// Asks whether the consumer stays, before their session ends. That is minutes away: it is in the second module too.
#[component]
fn Ending() -> impl IntoView {
    let loader: RestLoader = expect_context();
    move || match loader.state.get() {
        RestState::Ready(rest) => (rest.session_ending)(),
        _ => ().into_any(),
    }
}

/// The page that the fragment names.
#[component]
fn CurrentPage() -> impl IntoView {
    let page = use_navigation().page;
    view! { {move || match page.get() {
        Page::Overview => view! { <Overview/> }.into_any(),
        Page::BadLink(bad) => view! { <NeedlessLink bad/> }.into_any(),
        Page::Unknown => view! { <NotFound/> }.into_any(),
        page => view! { <RestPage page/> }.into_any(),
    }} }
}

/// A page of the second module, or where that module is.
#[component]
fn RestPage(page: Page) -> impl IntoView {
    let texts = use_texts();
    let (host, navigation) = (use_host(), use_navigation());
    let loader: RestLoader = expect_context();
    loader.load();
    // A page that was waited for gets the focus when it is there.
    Effect::new(move |was_ready: Option<bool>| {
        let is_ready = loader.state.get().is_ready();
        if is_ready && was_ready == Some(false) && navigation.has_moved() {
            host.focus_heading_soon();
        }
        is_ready
    });
    view! { {move || match (loader.state.get(), page.clone()) {
        (RestState::NotLoaded | RestState::Loading, _) => view! {
            <p class="page waiting" role="status">
                <Icon name="busy"/>
                {texts.page_loading}
            </p>
        }
        .into_any(),
        (RestState::Failed, _) => view! { <RestFailed/> }.into_any(),
        (RestState::Ready(rest), Page::Product(id)) => (rest.product_page)(id),
        (RestState::Ready(rest), Page::Action(id)) => (rest.action_page)(id),
        (RestState::Ready(rest), Page::Documents) => (rest.documents_page)(),
        (RestState::Ready(rest), _) => (rest.me_page)(),
    }} }
}

/// The dialogs that are open. They are in the second module too.
#[component]
fn OpenDialogs() -> impl IntoView {
    let dialogs = use_dialogs();
    let loader: RestLoader = expect_context();
    let show = move |open: RwSignal<bool>,
                     pick: fn(super::rest::Rest) -> super::rest::DialogView| {
        move || {
            open.get().then(|| {
                loader.load();
                match loader.state.get() {
                    RestState::NotLoaded | RestState::Loading => ().into_any(),
                    RestState::Failed => view! { <RestFailed/> }.into_any(),
                    RestState::Ready(rest) => pick(rest)(open),
                }
            })
        }
    };
    view! {
        {show(dialogs.phone, |rest| rest.phone_dialog)}
        {show(dialogs.log_out, |rest| rest.log_out_dialog)}
    }
}
