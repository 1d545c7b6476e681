//! The browser's local storage. It may refuse and may forget: nothing here is needed for the portal to
//! work. Never store a name, or anything that a consumer typed.

use leptos::prelude::window;
use web_sys::Storage;

/// Stores `value` under `key`.
pub fn set(key: &str, value: &str) {
    if let Some(storage) = local_storage() {
        // It fails when the storage is full or not allowed. Then nothing is stored.
        let _ = storage.set_item(key, value);
    }
}

/// The value under `key`, which is removed.
pub fn take(key: &str) -> Option<String> {
    let value = local_storage()?.get_item(key).ok()?;
    remove(key);
    value
}

/// Removes what is stored under `key`.
pub fn remove(key: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.remove_item(key);
    }
}

fn local_storage() -> Option<Storage> {
    window().local_storage().ok()?
}
