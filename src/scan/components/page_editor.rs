//! A photo's page: what is cut out of the photo, how it is turned, and how it looks. What the adviser is going to see is
//! beside it.

use document::message::{Corners, Edit, Look};
use leptos::prelude::*;

use super::{
    busy::Busy,
    corners::{CornerPicker, NEARLY_ALL},
    picture::{Picture, shape},
};
use crate::{
    components::{
        button::{Button, PrimaryButton},
        icon::Icon,
    },
    context::{use_formats, use_scan_texts},
    i18n::fill,
    scan::{
        draft::{Making, Source},
        store::Composition,
    },
};

/// The page. It closes itself when the page is no photo, or gone.
#[component]
pub(super) fn PageEditor(
    composition: Composition,
    id: u32,
    /// Which page is being edited.
    edited: RwSignal<Option<u32>>,
    /// Whether something is being made black in it.
    covers: RwSignal<bool>,
) -> impl IntoView {
    let (texts, formats) = (use_scan_texts(), use_formats());
    let draft = composition.draft;
    let opened = draft.with_untracked(|draft| match &draft.page(id)?.source {
        Source::Photo {
            original,
            photo,
            edit,
            ..
        } => Some((original.clone(), photo.clone(), edit.clone())),
        Source::Pdf { .. } => None,
    });
    let Some((original, photo, edit)) = opened else {
        edited.set(None);
        return ().into_any();
    };
    let corners: RwSignal<Corners> =
        RwSignal::new(edit.corners.or(photo.corners).unwrap_or(NEARLY_ALL));
    let is_cut = RwSignal::new(edit.corners.is_some());
    let look = RwSignal::new(edit.look);
    let name = Signal::derive(move || {
        let place = draft.with(|draft| draft.place(id)).unwrap_or_default();
        fill(texts.edit_page, &[("number", &formats.count(place + 1))])
    });
    let apply = move || {
        let edit = draft
            .with_untracked(|draft| draft.edit(id))
            .unwrap_or_default();
        let edit = Edit {
            corners: is_cut.get_untracked().then(|| corners.get_untracked()),
            look: look.get_untracked(),
            ..edit
        };
        composition.set_edit(id, edit);
    };
    let made = Signal::derive_local(move || match draft.read().making(id)? {
        Making::Made(made) => Some(made.page.clone()),
        Making::UnderWay | Making::Failed => None,
    });
    let style = Signal::derive(move || match draft.read().making(id) {
        Some(Making::Made(made)) => shape(made.size),
        _ => String::new(),
    });
    let is_making = composition.is(move |draft| matches!(draft.making(id), Some(Making::UnderWay)));
    let busy = RwSignal::new(String::new());
    Effect::new(move |_| {
        busy.set(match is_making.get() {
            true => texts.making_page.to_owned(),
            false => String::new(),
        });
    });
    let has_failed = composition.is(move |draft| matches!(draft.making(id), Some(Making::Failed)));
    let choice = move |group: &'static str,
                       words: &'static str,
                       is_chosen: Signal<bool>,
                       choose: Callback<()>| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=group
                    prop:checked=is_chosen
                    on:change=move |_| choose.run(())
                />
                {words}
            </label>
        }
    };
    let cut = move |words, cuts: bool| {
        let choose = Callback::new(move |()| {
            is_cut.set(cuts);
            apply();
        });
        choice(
            "cut",
            words,
            Signal::derive(move || is_cut.get() == cuts),
            choose,
        )
    };
    let looks = [
        (texts.look_photo, Look::Photo),
        (texts.look_colour, Look::Colour),
        (texts.look_grey, Look::Grey),
        (texts.look_black_and_white, Look::BlackAndWhite),
    ]
    .map(|(words, it)| {
        let choose = Callback::new(move |()| {
            look.set(it);
            apply();
        });
        choice(
            "look",
            words,
            Signal::derive(move || look.get() == it),
            choose,
        )
    });
    let picker = move || {
        is_cut.get().then(|| {
            let (picture, size) = (original.clone(), photo.size);
            let on_moved = Callback::new(move |()| apply());
            view! {
                <p class="hint">{texts.crop_more}</p>
                <CornerPicker picture size name corners on_moved/>
            }
            .into_any()
        })
    };
    view! {
        <h3 data-focus="" tabindex="-1">
            {name}
        </h3>
        <div class="edit-page">
            <div>
                <div class="choices" role="radiogroup" aria-label=texts.crop>
                    {cut(texts.cut_out, true)}
                    {cut(texts.whole_photo, false)}
                </div>
                {picker}
            </div>
            <div>
                <div class="choices" role="radiogroup" aria-label=texts.look>
                    {looks.into_iter().collect_view()}
                </div>
                <p class="hint">{texts.crop}</p>
                <Busy words=busy/>
                {move || has_failed.get().then(|| view! { <p class="notice" role="alert">{texts.page_failed}</p> })}
                <div class="result">
                    <Picture blob=made alt=texts.crop style/>
                </div>
            </div>
        </div>
        <p class="buttons">
            <PrimaryButton on_press=move || edited.set(None)>{texts.ready}</PrimaryButton>
            <Button on_press=move || composition.turn(id)>
                <Icon name="turn"/>
                {texts.turn}
            </Button>
            <Button on_press=move || covers.set(true)>
                {texts.cover}
            </Button>
        </p>
    }
    .into_any()
}
