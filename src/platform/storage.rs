//! The browser's local storage, and that of the tab. They may refuse and may forget: nothing here is needed for the
//! portal to work. Never store a name, or anything that a consumer typed.

use leptos::prelude::window;
use web_sys::Storage;

/// Whether drafts are kept in the browser's database. What is in them is encrypted; this only says whether to look.
const DRAFTS: &str = "portal-drafts";
/// The tab's own keys for drafts, where no gateway gives some.
const TAB_KEYS: &str = "portal-tab-keys";
/// A file is being chosen, or a photo taken. Phones close a page meanwhile when they are short of memory.
const CHOOSING: &str = "portal-choosing";
/// How often the page was closed while what was kept was being made again.
const MAKING_AGAIN: &str = "portal-making-again";

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

/// What is known of the drafts in the browser's database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafts {
    /// There are none.
    None,
    /// Only other people's.
    OfOthers,
    /// This consumer's, too.
    Own,
    /// All of them are to go.
    ToRemove,
}

/// Says for the next time what is known of the drafts.
pub fn say_drafts(drafts: Drafts) {
    match drafts {
        Drafts::None => remove(DRAFTS),
        Drafts::OfOthers => set(DRAFTS, "others"),
        Drafts::Own => set(DRAFTS, "own"),
        Drafts::ToRemove => set(DRAFTS, "remove"),
    }
}

/// What is known of the drafts. Whose they are is as of the last time that somebody looked.
pub fn drafts() -> Drafts {
    let stored = local_storage().and_then(|storage| storage.get_item(DRAFTS).ok()?);
    match stored.as_deref() {
        None => Drafts::None,
        Some("others") => Drafts::OfOthers,
        Some("remove") => Drafts::ToRemove,
        Some(_) => Drafts::Own,
    }
}

/// The tab's own keys for drafts.
pub fn tab_keys() -> Option<String> {
    session_storage()?.get_item(TAB_KEYS).ok()?
}

/// Stores the tab's own keys for drafts.
pub fn set_tab_keys(keys: &str) {
    if let Some(storage) = session_storage() {
        let _ = storage.set_item(TAB_KEYS, keys);
    }
}

/// Says whether a file is being chosen.
pub fn say_choosing(is_choosing: bool) {
    if let Some(storage) = session_storage() {
        let _ = match is_choosing {
            true => storage.set_item(CHOOSING, "1"),
            false => storage.remove_item(CHOOSING),
        };
    }
}

/// Whether this page was loaded while a file was being chosen. To be asked once.
pub fn was_choosing() -> bool {
    let has = |storage: Storage| storage.get_item(CHOOSING).ok().flatten().is_some();
    let was_choosing = session_storage().is_some_and(has);
    say_choosing(false);
    was_choosing
}

/// What was kept is being made again. Says how often in a row the page was closed by that, so far.
pub fn begin_making_again() -> u32 {
    let stored = local_storage().and_then(|storage| storage.get_item(MAKING_AGAIN).ok()?);
    let times = stored.and_then(|times| times.parse().ok()).unwrap_or(0_u32);
    set(MAKING_AGAIN, &times.saturating_add(1).to_string());
    times
}

/// It is made, or the consumer has left the page.
pub fn end_making_again() {
    remove(MAKING_AGAIN);
}

fn local_storage() -> Option<Storage> {
    window().local_storage().ok()?
}

fn session_storage() -> Option<Storage> {
    window().session_storage().ok()?
}
