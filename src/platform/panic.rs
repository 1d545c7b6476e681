//! What happens when the module panics: the cause goes to the console, and every element on the page
//! gets an event. `portal.js` then shows an apology, because nothing in the module works any more.

use std::{cell::RefCell, sync::Once};

use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use super::window;

thread_local! {
    static HOSTS: RefCell<Vec<HtmlElement>> = const { RefCell::new(Vec::new()) };
}

/// Sends `host` an event when the module panics.
pub fn register(host: HtmlElement) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            web_sys::console::error_1(&JsValue::from_str(&info.to_string()));
            // The list is in use only when this hook itself panics.
            HOSTS.with(|hosts| {
                if let Ok(hosts) = hosts.try_borrow() {
                    for host in hosts.iter() {
                        window::emit(host, "portal-error", &[("kind", "panic")]);
                    }
                }
            });
        }));
    });
    HOSTS.with(|hosts| hosts.borrow_mut().push(host));
}

/// Forgets `host`, which left the page.
pub fn unregister(host: &HtmlElement) {
    HOSTS.with(|hosts| hosts.borrow_mut().retain(|other| other != host));
}
