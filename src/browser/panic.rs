//! What happens when the module panics: the cause goes to the console, and every element on the page
//! is told, so that it can apologise (`portal.js` does; by then nothing in here can be relied on).

use std::{cell::RefCell, sync::Once};

use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use super::page;

thread_local! {
    static HOSTS: RefCell<Vec<HtmlElement>> = const { RefCell::new(Vec::new()) };
}

/// Has `host` told when the module panics.
pub fn tell(host: HtmlElement) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            web_sys::console::error_1(&JsValue::from_str(&info.to_string()));
            // A panic while this list is in use can only be one of this very hook.
            HOSTS.with(|hosts| {
                if let Ok(hosts) = hosts.try_borrow() {
                    for host in hosts.iter() {
                        page::emit(host, "portal-error", &[("kind", "panic")]);
                    }
                }
            });
        }));
    });
    HOSTS.with(|hosts| hosts.borrow_mut().push(host));
}

/// Forgets `host`: it left the page.
pub fn forget(host: &HtmlElement) {
    HOSTS.with(|hosts| hosts.borrow_mut().retain(|other| other != host));
}
