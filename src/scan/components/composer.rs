//! The document that is put together: its pages, or the one that is being edited.

use document::message::Problem;
use leptos::{html, prelude::*};

use super::{cover::CoverEditor, page_editor::PageEditor, page_list::PageList};
use crate::{
    components::{button::Button, task_list::action_name},
    context::{use_host, use_rest_texts, use_scan_texts, use_session},
    i18n::{ScanTexts, fill},
    platform::{history, style, window},
    scan::store::{Composition, Refused, use_drafts},
    upload::{
        identity::is_about_identity,
        store::{Chosen, use_uploads},
    },
};

/// The style sheet of this part. It is not in the portal's, which everybody waits for.
const STYLE: &str = include_str!("../../../style/scan.css");

/// The document that is put together for an action.
#[component]
pub fn ComposerView(
    /// The action's id.
    action_id: String,
) -> impl IntoView {
    if let Some(root) = use_host().root() {
        style::adopt(&root, STYLE);
    }
    let (session, texts) = (use_session(), use_rest_texts());
    let Some(upload) = use_uploads().find(&action_id) else {
        return ().into_any();
    };
    let action = session.action(&action_id);
    let is_identity = action.as_ref().is_some_and(|it| is_about_identity(it));
    let title = action.map(|action| action_name(texts, &action));
    let title = StoredValue::new(title.unwrap_or_default());
    let composition = use_drafts().of(upload);
    composition.begin();
    Effect::new(move |_| {
        let chosen = upload.chosen.get();
        if !chosen.files.is_empty() {
            upload.chosen.set(Chosen::default());
            if chosen.is_another {
                composition.begin_another();
            }
            composition.add(chosen.files);
        }
    });
    let edited = RwSignal::new(None::<u32>);
    // Whether something is made black in the page that is being edited.
    let covers = RwSignal::new(false);
    Effect::new(move |_| upload.edits_page.set(edited.read().is_some()));
    let open = move || match edited.get() {
        Some(_) => 1 + usize::from(covers.get()),
        None => 0,
    };
    history::follow(Signal::derive(open), move || match covers.get_untracked() {
        true => covers.set(false),
        false => edited.set(None),
    });
    on_cleanup(move || {
        upload.edits_page.try_set(false);
        composition.drawings.stop();
    });
    let section = NodeRef::<html::Div>::new();
    if upload.awaits_pages.get_value() {
        upload.awaits_pages.set_value(false);
        use_host().go_to_soon(".scan [data-focus]".to_owned());
    }
    // What had the focus is gone when a page is opened or closed.
    Effect::watch(
        move || (edited.get(), covers.get()),
        move |now, before, _| {
            let target = match (*now, before.copied()) {
                ((None, _), Some((Some(id), _))) => format!("[data-page=\"{id}\"] .edit"),
                _ => "[data-focus]".to_owned(),
            };
            request_animation_frame(move || {
                if let Some(section) = section.try_get_untracked().flatten() {
                    window::go_to(&section, &target);
                }
            });
        },
        false,
    );
    let shown = move || match edited.get() {
        Some(id) if covers.get() => {
            let on_ready = Callback::new(move |()| covers.set(false));
            view! { <CoverEditor composition id on_ready/> }.into_any()
        }
        Some(id) => view! { <PageEditor composition id edited covers/> }.into_any(),
        None => view! { <PageList composition edited title is_identity/> }.into_any(),
    };
    view! {
        <div class="scan" node_ref=section>
            <Refusals composition section/>
            {move || shown()}
        </div>
    }
    .into_any()
}

/// The files that could not be added.
#[component]
fn Refusals(composition: Composition, section: NodeRef<html::Div>) -> impl IntoView {
    let texts = use_scan_texts();
    let sentences = move || {
        let refused = composition.refused.read();
        let sentence =
            |(name, why): &(String, Refused)| fill(words(texts, *why), &[("name", name)]);
        refused.iter().map(sentence).collect::<Vec<_>>()
    };
    let message = move || {
        let sentences = sentences();
        (!sentences.is_empty()).then(|| {
            let lines = sentences.into_iter().map(|line| view! { <p>{line}</p> });
            view! {
                <div class="notice">
                    {lines.collect_view()}
                    <Button class="button quiet" on_press=move || {
                        composition.refused.set(Vec::new());
                        // The button had the focus.
                        if let Some(section) = section.get_untracked() {
                            window::go_to(&section, "[data-focus]");
                        }
                    }>
                        {texts.put_away}
                    </Button>
                </div>
            }
            .into_any()
        })
    };
    // The button that adds a file is below the pages.
    let place = NodeRef::<html::Div>::new();
    Effect::watch(
        move || composition.refused.read().len(),
        move |now, before, _| {
            if before.is_some_and(|before| now > before) {
                request_animation_frame(move || {
                    if let Some(place) = place.try_get_untracked().flatten() {
                        window::show_nearest(&place);
                    }
                });
            }
        },
        false,
    );
    view! { <div role="alert" aria-atomic="false" node_ref=place>{move || message()}</div> }
}

fn words(texts: &ScanTexts, why: Refused) -> &'static str {
    match why {
        Refused::OtherKind => texts.problem_other_kind,
        Refused::WrongKind => texts.problem_wrong_kind,
        Refused::NoDocument => texts.problem_no_document,
        Refused::Empty => texts.problem_empty,
        Refused::Document(Problem::TooManyPages) => texts.document_pages,
        Refused::Document(Problem::TooLarge) => texts.document_too_large,
        Refused::Document(_) => texts.document_failed,
        Refused::Problem(problem) => match problem {
            Problem::Unreadable => texts.problem_unreadable,
            Problem::NeedsPassword => texts.problem_password,
            Problem::DamagedPdf | Problem::DamagedPhoto => texts.problem_damaged,
            Problem::UnknownToBrowser => texts.problem_unknown_to_browser,
            Problem::Form => texts.problem_form,
            Problem::TooManyPages => texts.problem_pages,
            Problem::TooLarge => texts.problem_too_large,
            Problem::Failed => texts.problem_failed,
        },
    }
}
