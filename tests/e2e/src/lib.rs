//! Whole flows of the portal, driven in three browsers as a consumer would drive them.
//!
//! A test opens the portal of servers of its own, finds things by their role and accessible name, and
//! fails on anything in the browser's console that it did not allow. It relies on the built site and on
//! the browsers of this machine (see [`browser`] for where it looks). It never reaches outside 127.0.0.1
//! and leaves no process behind.

pub mod browser;
pub mod chaos;
pub mod child_guard;
pub mod device;
pub mod downloads;
pub mod fixtures;
pub mod output;
pub mod page;
pub mod qr;
pub mod servers;
pub mod site;
mod webdriver;

pub use browser::Browser;
pub use device::Device;
pub use page::locator::{Locator, TextMatch, containing};
pub use page::{Page, run_test};

/// Makes one test of each function in each browser: `engines::chromium::…`, `engines::firefox::…` and
/// `engines::webkit::…`. For what engines do differently: files, focus, transport, layout, policy.
///
/// ```ignore
/// in_every_browser! {
///     async fn a_dropped_document_is_uploaded(page: &Page) { /* … */ }
/// }
/// ```
///
/// With `at TestServers::with_settings(…);` in front the servers have other settings.
#[macro_export]
macro_rules! in_every_browser {
    (at $servers:expr; $($flows:tt)*) => {
        $crate::flows!(@functions $($flows)*);
        mod engines {
            $crate::flows!(@tests chromium Chromium $servers; $($flows)*);
            $crate::flows!(@tests firefox Firefox $servers; $($flows)*);
            $crate::flows!(@tests webkit WebKit $servers; $($flows)*);
        }
    };
    ($($flows:tt)*) => {
        $crate::in_every_browser!(at $crate::servers::TestServers::new(); $($flows)*);
    };
}

/// Makes one test of each function, in Chromium alone: `flows::chromium::…`. For what no engine does
/// differently. The form is that of [`in_every_browser!`].
#[macro_export]
macro_rules! in_chromium {
    (at $servers:expr; $($flows:tt)*) => {
        $crate::flows!(@functions $($flows)*);
        mod flows {
            $crate::flows!(@tests chromium Chromium $servers; $($flows)*);
        }
    };
    ($($flows:tt)*) => {
        $crate::in_chromium!(at $crate::servers::TestServers::new(); $($flows)*);
    };
}

/// The parts of the two macros above.
#[doc(hidden)]
#[macro_export]
macro_rules! flows {
    (@functions $($(#[$meta:meta])* async fn $name:ident($page:ident: &Page) $body:block)*) => {
        $($(#[$meta])* async fn $name($page: &$crate::Page) $body)*
    };
    (@tests $module:ident $browser:ident $servers:expr;
     $($(#[$meta:meta])* async fn $name:ident($page:ident: &Page) $body:block)*) => {
        mod $module {
            #[allow(unused_imports, reason = "what the servers are made with")]
            use super::super::*;
            $(#[test] fn $name() {
                $crate::page::run_test_with(
                    $servers,
                    $crate::Browser::$browser,
                    $crate::Device::default(),
                    super::super::$name,
                );
            })*
        }
    };
}
