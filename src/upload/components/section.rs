//! The section of an action's page in which a document is uploaded. It shows one step at a time.

use leptos::{html, prelude::*};
use web_sys::{DragEvent, File};

use super::{
    ask_replace::AskReplace, choose::Choose, closed::Closed, done::Done, form::UploadForm,
    review::Review, sending::Sending, unchecked::Unchecked, waiting::Waiting,
};
use crate::{
    context::use_rest_texts,
    platform::{file, window},
    upload::{
        machine::{Outcome, UploadMachine, UploadState},
        store::Upload,
    },
};

/// What is on the screen: a step, without what changes while it lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Choose,
    Prepare,
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
            UploadState::Choose => Self::Choose,
            UploadState::Prepare => Self::Prepare,
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
    let form = UploadForm {
        upload,
        several_selected: RwSignal::new(false),
    };
    let is_over = RwSignal::new(false);
    let class = move || match is_over.get() {
        true => "card upload over",
        false => "card upload",
    };
    let title = move || match machine.with(UploadMachine::replaces) {
        true => texts.hand_in_again,
        false => texts.hand_in,
    };
    let on_drag_over = move |event: DragEvent| {
        // Whatever is dropped here must not take the page's place.
        event.prevent_default();
        is_over.set(machine.with_untracked(UploadMachine::accepts_files));
    };
    let on_drop = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        form.select(file::dropped(&event));
    };
    let section = NodeRef::<html::Section>::new();
    let step = Memo::new(move |_| machine.with(Step::of));
    // Each step begins with what it is about. The focus goes there, because what had it is gone.
    Effect::watch(
        move || step.get(),
        move |_, _, _| {
            request_animation_frame(move || {
                if let Some(section) = section.try_get_untracked().flatten() {
                    window::focus_within(&section, "[data-focus]");
                }
            });
        },
        false,
    );
    let step = move || match step.get() {
        Step::Choose => view! { <Choose form/> }.into_any(),
        Step::Prepare => view! { <Waiting form words=texts.preparing can_cancel=true/> }.into_any(),
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
            on:dragover=on_drag_over
            on:dragleave=move |_| is_over.set(false)
            on:drop=on_drop
        >
            <h2>{move || title()}</h2>
            {move || step()}
        </section>
    }
}
