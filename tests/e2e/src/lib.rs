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
pub mod qr;
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
///     async fn the_title_says_where_you_are(page: &Page) { /* … */ }
/// }
/// ```
///
/// With `at Stage::set(…);` in front the servers are set otherwise.
#[macro_export]
macro_rules! in_every_browser {
    ($(#[$meta:meta])* async $($rest:tt)*) => {
        $crate::in_every_browser!(at $crate::stage::Stage::new(); $(#[$meta])* async $($rest)*);
    };
    (at $stage:expr; $($(#[$meta:meta])* async fn $name:ident($page:ident: &Page) $body:block)*) => {
        $($(#[$meta])* async fn $name($page: &$crate::Page) $body)*
        $crate::in_every_browser!(@in chromium Chromium $stage; $($name)*);
        $crate::in_every_browser!(@in firefox Firefox $stage; $($name)*);
        $crate::in_every_browser!(@in webkit WebKit $stage; $($name)*);
    };
    (@in $module:ident $browser:ident $stage:expr; $($name:ident)*) => {
        mod $module {
            #[allow(unused_imports, reason = "what the stage is made with")]
            use super::*;
            $(#[test] fn $name() {
                $crate::page::visit_at($stage, $crate::Browser::$browser, $crate::Look::default(), super::$name);
            })*
        }
    };
}
