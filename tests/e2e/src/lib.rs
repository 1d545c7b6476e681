//! Whole flows of the portal, driven in three browsers as a consumer would drive them.
//!
//! A test opens the portal of a demo server of its own, finds things by their role and accessible
//! name, and fails on anything in the browser's console that it did not ask for. It relies on the
//! built site and on the browsers of this machine (see [`browser`] for where it looks); it never
//! reaches outside 127.0.0.1 and leaves no process behind.

pub mod axe;
pub mod browser;
pub mod children;
pub mod find;
pub mod look;
pub mod page;
pub mod papers;
pub mod saved;
pub mod site;
pub mod stage;

pub use browser::Browser;
pub use find::{Found, containing};
pub use look::Look;
pub use page::{Page, visit};

/// Makes one test of each function in each browser: `chromium::…`, `firefox::…`, `webkit::…`.
///
/// ```ignore
/// in_every_browser! {
///     /// What could go wrong, or what a consumer does.
///     async fn the_title_says_where_you_are(page: &Page) { … }
/// }
/// ```
#[macro_export]
macro_rules! in_every_browser {
    ($($(#[$meta:meta])* async fn $name:ident($page:ident: &Page) $body:block)*) => {
        $($(#[$meta])* async fn $name($page: &$crate::Page) $body)*
        $crate::in_every_browser!(@in chromium Chromium: $($name)*);
        $crate::in_every_browser!(@in firefox Firefox: $($name)*);
        $crate::in_every_browser!(@in webkit WebKit: $($name)*);
    };
    (@in $module:ident $browser:ident: $($name:ident)*) => {
        mod $module {
            $(#[test] fn $name() {
                $crate::visit($crate::Browser::$browser, $crate::Look::default(), super::$name);
            })*
        }
    };
}
