//! Whether an element is on the screen.

use js_sys::Array;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// How far from the screen an element is taken for one that is about to come onto it.
const NEAR: &str = "50%";

/// Tells when an element comes onto the screen, until it is dropped.
#[derive(Debug)]
pub struct SeenObserver {
    observer: IntersectionObserver,
    _react: Closure<dyn FnMut(Array)>,
}

impl SeenObserver {
    /// Calls `on_seen` whenever the element comes onto the screen, or near it. `None` when the browser cannot tell.
    pub fn new(element: &Element, on_seen: impl Fn() + 'static) -> Option<Self> {
        let react = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let is_seen = entries.iter().any(|entry| {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                entry.is_intersecting()
            });
            if is_seen {
                on_seen();
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(NEAR);
        let callback = react.as_ref().unchecked_ref();
        let observer = IntersectionObserver::new_with_options(callback, &options).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _react: react,
        })
    }
}

impl Drop for SeenObserver {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
