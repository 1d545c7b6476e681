//! The section of an action's page in which a document is uploaded. It shows one step at a time.

use leptos::{ev, html, prelude::*};
use web_sys::{DragEvent, Event, File};

use super::{
    ask_discard::AskDiscard, ask_replace::AskReplace, choose::Choose, closed::Closed,
    compose::Compose, done::Done, form::UploadForm, review::Review, sending::Sending,
    unchecked::Unchecked, waiting::Waiting,
};
use crate::{
    context::{use_config, use_host, use_rest_texts},
    platform::{file, window},
    upload::{
        machine::{Outcome, UploadMachine, UploadState},
        store::{Upload, use_uploads},
    },
};

/// What is on the screen: a step, without what changes while it lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Restore,
    Choose,
    Prepare,
    Compose,
    AskDiscard,
    Review,
    AskReplace,
    Send,
    Confirm,
    Done(Outcome),
    Unchecked,
    Closed,
}

impl Step {
    fn of(machine: &UploadMachine<File>) -> Self {
        match machine.state() {
            UploadState::Restore => Self::Restore,
            UploadState::Choose => Self::Choose,
            UploadState::Prepare => Self::Prepare,
            UploadState::Compose => Self::Compose,
            UploadState::Review | UploadState::Failed(_) | UploadState::Unsure(_) => Self::Review,
            UploadState::AskReplace => Self::AskReplace,
            UploadState::Send { .. } => Self::Send,
            UploadState::Confirm(_) => Self::Confirm,
            UploadState::Done(outcome) => Self::Done(*outcome),
            UploadState::Unchecked(..) => Self::Unchecked,
            UploadState::Closed => Self::Closed,
        }
    }
}

/// The section.
#[component]
pub fn UploadSection(
    /// The upload that it shows.
    upload: Upload,
) -> impl IntoView {
    let texts = use_rest_texts();
    let machine = upload.machine;
    let form = UploadForm::new(upload);
    let is_over = RwSignal::new(false);
    let class = move || match is_over.get() {
        true => "card upload over",
        false => "card upload",
    };
    // At the end it is about the document that arrived, and not about the next one.
    let replaces =
        move || machine.with(|it| it.replaces() && !matches!(it.state(), UploadState::Done(_)));
    let title = move || match replaces() {
        true => texts.hand_in_again,
        false => texts.hand_in,
    };
    follow_files(form, is_over);
    let refuse_other = move |event: &DragEvent| {
        let is_other = !file::are_dragged(event) && !file::is_over_field(event);
        // Whatever is dropped here must not take the page's place.
        if is_other {
            event.prevent_default();
        }
        is_other
    };
    let on_drop = move |event: DragEvent| {
        if refuse_other(&event) {
            form.select(Vec::new());
        }
    };
    // What is said of the page that was loaded again belongs to the task on it.
    let was_choosing = use_uploads().was_choosing;
    on_cleanup(move || was_choosing.set(false));
    // Who left the page instead of an answer is not asked when they are back.
    upload.asks_discard.set(false);
    let section = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        let step = machine.with(Step::of);
        if !matches!(step, Step::Compose | Step::Review) {
            upload.asks_discard.set(false);
        }
    });
    let step = Memo::new(move |_| match machine.with(Step::of) {
        Step::Compose | Step::Review if upload.asks_discard.get() => Step::AskDiscard,
        step => step,
    });
    // Each step begins with what it is about. The focus goes there, because what had it is gone.
    Effect::watch(
        move || step.get(),
        move |_, before, _| {
            // Who has just opened the page has not asked for it.
            let go = match before {
                Some(Step::Restore) => window::focus_within,
                _ => window::go_to,
            };
            request_animation_frame(move || {
                if let Some(section) = section.try_get_untracked().flatten() {
                    let is_there = go(&section, "[data-focus]");
                    upload.awaits_pages.set_value(!is_there);
                }
            });
        },
        false,
    );
    let step = move || match step.get() {
        Step::Restore => view! { <Waiting form words=texts.restoring can_cancel=true/> }.into_any(),
        Step::Choose => view! { <Choose form/> }.into_any(),
        Step::Prepare => view! { <Waiting form words=texts.preparing can_cancel=true/> }.into_any(),
        Step::Compose => view! { <Compose form/> }.into_any(),
        Step::AskDiscard => view! { <AskDiscard form/> }.into_any(),
        Step::Review => view! { <Review form/> }.into_any(),
        Step::AskReplace => view! { <AskReplace form/> }.into_any(),
        Step::Send => view! { <Sending form/> }.into_any(),
        Step::Confirm => {
            view! { <Waiting form words=texts.confirming can_cancel=false/> }.into_any()
        }
        Step::Done(outcome) => view! { <Done form outcome/> }.into_any(),
        Step::Unchecked => view! { <Unchecked form/> }.into_any(),
        Step::Closed => view! { <Closed form/> }.into_any(),
    };
    view! {
        <section
            node_ref=section
            class=move || class()
            on:dragover=move |event| {
                refuse_other(&event);
            }
            on:drop=on_drop
        >
            <h2>{move || title()}</h2>
            {move || step()}
        </section>
    }
}

/// Takes a file that is dropped or pasted anywhere in the element, and on our own page anywhere at all.
fn follow_files(form: UploadForm, is_over: RwSignal<bool>) {
    let (config, host) = (use_config(), use_host());
    let is_standalone = config.standalone;
    let is_ours = move |event: &Event| {
        is_standalone || (host.element()).is_some_and(|element| file::is_inside(event, &element))
    };
    let is_taken = move |event: &DragEvent| {
        let is_taken = is_ours(event) && file::are_dragged(event);
        if is_taken {
            event.prevent_default();
        }
        is_taken
    };
    let machine = form.upload.machine;
    let handles = [
        window_event_listener(ev::dragover, move |event| {
            let accepts = is_taken(&event) && machine.with_untracked(UploadMachine::accepts_files);
            is_over.set(accepts);
        }),
        window_event_listener(ev::dragleave, move |event| {
            // Between two elements there is something that it goes to.
            if event.related_target().is_none() {
                is_over.set(false);
            }
        }),
        window_event_listener(ev::drop, move |event| {
            is_over.set(false);
            if is_taken(&event) {
                form.select(file::dropped(&event));
            }
        }),
        window_event_listener(ev::paste, move |event| {
            let files = file::pasted(&event);
            if is_ours(&event) && !files.is_empty() {
                event.prevent_default();
                form.select(files);
            }
        }),
    ];
    on_cleanup(move || {
        for handle in handles {
            handle.remove();
        }
    });
}
