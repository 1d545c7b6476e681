//! The frame around every page of the dossier: the sections, what holds for all pages, the way out, and
//! the dialogs.

use accelerate::{problem::ProblemKind, session::State};
use leptos::{prelude::*, task::spawn_local};

use super::later::{Later, Loader, PartState, Shown, use_parts};
use crate::{
    components::{button::Button, icon::Icon, link::PageLink},
    context::{Dialogs, use_dialogs, use_host, use_navigation, use_session, use_texts},
    i18n::problem_text,
    pages::{not_found::NotFound, overview::Overview},
    route::Page,
};

/// The frame, and the page in it.
#[component]
pub fn Frame() -> impl IntoView {
    provide_context(Dialogs::new());
    // What the other pages need is on its way before the consumer opens one.
    use_parts().rest.load_when_idle();
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
    let (texts, session, host) = (use_texts(), use_session(), use_host());
    // The button goes with the failure, and the focus would go with it.
    let try_again = move || {
        spawn_local(async move {
            if session.refresh().await.is_ok() {
                host.find_focus_soon(None);
            }
        });
    };
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
                    <Button on_press=try_again>{texts.try_again}</Button>
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

/// Asks whether the consumer stays, before their session ends. That is minutes away.
#[component]
fn Ending() -> impl IntoView {
    let loader = use_parts().rest;
    move || loader.show(Shown::SessionEnding)
}

/// The page that the fragment names.
#[component]
fn CurrentPage() -> impl IntoView {
    let navigation = use_navigation();
    let parts = use_parts();
    let later = move |loader: Loader, shown: Shown| {
        let takes_focus = navigation.has_moved();
        view! { <Later loader shown takes_focus/> }.into_any()
    };
    view! { {move || match navigation.page.get() {
        Page::Overview => view! { <Overview/> }.into_any(),
        Page::BadLink(bad) => later(parts.aside, Shown::NeedlessLink(bad)),
        Page::Unknown => view! { <NotFound/> }.into_any(),
        page => later(parts.rest, Shown::Page(page)),
    }} }
}

/// A dialog's part did not come. It is said at the foot of the window, where the consumer is, until they put it away.
#[component]
fn DialogFailed(loader: Loader, open: RwSignal<bool>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <div class="ending" role="alert">
            <div class="banner warning">
                <Icon name="alert"/>
                <p>{texts.problem_connection} ". " {texts.problem_connection_more}</p>
                <Button on_press=move || loader.try_again()>{texts.try_again}</Button>
                <Button on_press=move || open.set(false)>{texts.close}</Button>
            </div>
        </div>
    }
}

/// The dialogs that are open.
#[component]
fn OpenDialogs() -> impl IntoView {
    let dialogs = use_dialogs();
    let loader = use_parts().aside;
    let show = move |open: RwSignal<bool>, shown: Shown| {
        move || {
            open.get().then(|| {
                loader.load();
                match loader.state.get() {
                    PartState::Failed => view! { <DialogFailed loader open/> }.into_any(),
                    _ => loader.show(shown.clone()),
                }
            })
        }
    };
    view! {
        {show(dialogs.phone, Shown::PhoneDialog(dialogs.phone))}
        {show(dialogs.log_out, Shown::LogOutDialog(dialogs.log_out))}
    }
}
