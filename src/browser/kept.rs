//! What the browser keeps for this page when it is closed. It may refuse, and may forget: nothing here
//! is needed, and nobody's name or words are put here.

use web_sys::Storage;

use super::page::window;

/// Keeps a text under a name; without a text forgets it.
pub fn keep(name: &str, text: Option<&str>) {
    if let Some(storage) = storage() {
        // Full, or not allowed: then it is not kept.
        let _ = match text {
            Some(text) => storage.set_item(name, text),
            None => storage.remove_item(name),
        };
    }
}

/// What is kept under a name.
pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}
