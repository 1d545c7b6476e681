//! The step in which a document is put together of photos and PDFs. Its pages are a part of their own; what is here is
//! a way on without them.

use leptos::prelude::*;

use super::{form::UploadForm, kept::KeptHint, notice::UploadNotice};
use crate::{
    components::button::Button,
    context::{Composer, flag, use_rest_texts},
    upload::machine::Event,
};

/// The step.
#[component]
pub(super) fn Compose(form: UploadForm) -> impl IntoView {
    let texts = use_rest_texts();
    let upload = form.upload;
    let Composer(show) = expect_context();
    let can_stay = flag(move || {
        let machine = upload.machine.read();
        let file = machine.candidate();
        file.is_some_and(|file| file.size <= upload.limits().max_bytes)
    });
    let as_it_is = move || {
        (can_stay.get() && !upload.is_protected.get()).then(|| {
            view! {
                <Button class="button quiet" on_press=form.on_press(Event::UseAsItIs)>
                    {texts.send_as_it_is}
                </Button>
            }
            .into_any()
        })
    };
    let go_back = move || match upload.has_changes.get_untracked() {
        true => upload.asks_discard.set(true),
        false => upload.step(Event::Back),
    };
    // Cancelling drops all pages: it is at their list, and not where one is edited.
    let ways_out = move || {
        view! {
            <p class="buttons">
                {move || as_it_is()}
                <Button class="button quiet" on_press=go_back>
                    {texts.cancel}
                </Button>
            </p>
        }
        .into_any()
    };
    view! {
        <UploadNotice form/>
        {show(upload.action_id())}
        {move || (!upload.edits_page.get()).then(ways_out)}
        <KeptHint form/>
    }
}
