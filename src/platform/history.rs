//! The browser's history for what opens over a page of the portal, one over the other: going back, as with a phone's
//! button or a swipe, closes what was opened last. The address stays as it is.

use gloo_events::EventListener;
use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{History, ScrollRestoration as Scrolls};

/// Where an entry's state says how many things are open in it. The other entries of the office's page are kept.
const OPEN: &str = "consumerPortalOpen";

/// Adds an entry for each thing that opens, and takes it out when it closes, until the reactive owner goes. `close` is to
/// close what was opened last.
pub fn follow(open: Signal<usize>, close: impl Fn() + 'static) {
    let Ok(history) = window().history() else {
        return;
    };
    let steps = StoredValue::new_local(Steps {
        usual: None,
        history,
        added: 0,
        goes_back: false,
    });
    Effect::new(move |_| {
        let open = open.get();
        steps.update_value(|steps| steps.follow(open));
    });
    let went = EventListener::new(&window(), "popstate", move |_| {
        let open = open.get_untracked();
        let left = steps.try_update_value(|steps| steps.went(open));
        (0..left.unwrap_or_default()).for_each(|_| close());
    });
    let went = StoredValue::new_local(went);
    on_cleanup(move || {
        // The entry that the consumer left for takes after the one that they left.
        steps.update_value(Steps::scroll_as_usual);
        went.dispose();
    });
}

#[derive(Debug)]
struct Steps {
    history: History,
    /// Whether the browser scrolls when it goes to an entry, while that is changed: what closes shows where the consumer
    /// was.
    usual: Option<Scrolls>,
    /// The entries before and with the one that is shown.
    added: usize,
    /// Whether the browser is on its way back, which takes it a moment.
    goes_back: bool,
}

impl Steps {
    /// Makes as many entries as things are open.
    fn follow(&mut self, open: usize) {
        if self.goes_back {
            return;
        }
        while self.added < open && self.add().is_ok() {}
        let more = self.added.saturating_sub(open);
        if more > 0 {
            self.added = open;
            // Who went to another page meanwhile is not to come back.
            let is_here = self.open_here() == open + more;
            self.goes_back = is_here && self.history.go_with_delta(-(more as i32)).is_ok();
        }
    }

    /// After the browser went to another entry; gives how many of those that were left are still open.
    fn went(&mut self, open: usize) -> usize {
        let mut left = 0;
        if std::mem::take(&mut self.goes_back) {
            self.follow(open);
        } else {
            left = self.added.saturating_sub(self.open_here());
            self.added -= left;
        }
        if self.added == 0 {
            self.scroll_as_usual();
        }
        left
    }

    fn scroll_as_usual(&mut self) {
        if let Some(usual) = self.usual.take() {
            let _ = self.history.set_scroll_restoration(usual);
        }
    }

    fn add(&mut self) -> Result<(), JsValue> {
        let state = Object::assign(&Object::new(), &Object::from(self.history.state()?));
        let added = self.added + 1;
        if self.usual.is_none() {
            self.usual = Some(self.history.scroll_restoration()?);
            self.history.set_scroll_restoration(Scrolls::Manual)?;
        }
        Reflect::set(&state, &OPEN.into(), &added.into())?;
        self.history.push_state(&state, "")?;
        self.added = added;
        Ok(())
    }

    /// How many things were open when the entry that is shown was made.
    fn open_here(&self) -> usize {
        let state = self.history.state().unwrap_or_default();
        let open = Reflect::get(&state, &OPEN.into()).ok();
        open.and_then(|it| it.as_f64()).unwrap_or_default() as usize
    }
}
