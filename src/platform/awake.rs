//! Keeps the device awake: a phone that goes to sleep breaks off what it sends. (web-sys has the browser's `wakeLock`
//! only behind a switch of the compiler.)

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use gloo_events::EventListener;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::window::is_visible;

/// Keeps the device awake until it is dropped. A browser that cannot, and a device that refuses, say nothing.
pub struct Awake {
    _lock: Rc<Lock>,
    _listener: EventListener,
}

impl Awake {
    /// Asks the device.
    pub fn new() -> Self {
        let lock = Rc::new(Lock::default());
        let weak = Rc::downgrade(&lock);
        // Out of sight the browser lets the lock go by itself.
        let listener = EventListener::new(&document(), "visibilitychange", {
            let weak = weak.clone();
            move |_| {
                if is_visible() {
                    ask(weak.clone());
                }
            }
        });
        ask(weak);
        Self {
            _lock: lock,
            _listener: listener,
        }
    }
}

impl Default for Awake {
    fn default() -> Self {
        Self::new()
    }
}

/// The browser's `WakeLockSentinel`; `undefined` until it is there.
#[derive(Default)]
struct Lock(RefCell<JsValue>);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = call(self.0.get_mut(), "release");
    }
}

fn ask(lock: Weak<Lock>) {
    let asked = Reflect::get(&window().navigator(), &"wakeLock".into());
    let asked = asked.and_then(|wake_lock| call(&wake_lock, "request"));
    spawn_local(async move {
        if let Ok(promise) = asked
            && let Ok(given) = JsFuture::from(promise).await
        {
            // Dropping it releases what nobody needs any more.
            let given = Lock(RefCell::new(given));
            if let Some(lock) = lock.upgrade() {
                lock.0.swap(&given.0);
            }
        }
    });
}

fn call(of: &JsValue, method: &str) -> Result<Promise, JsValue> {
    let method: Function = Reflect::get(of, &method.into())?.dyn_into()?;
    Ok(method.call1(of, &"screen".into())?.unchecked_into())
}
