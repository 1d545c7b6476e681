//! Dutch with u, Dutch with je, and English.

use e2e::{containing, in_every_browser};

mod smoke {
    use super::*;

    in_every_browser! {
        async fn english_is_used_on_every_page(page: &Page) {
            // Firefox tells of what the next page breaks off.
            page.allow_console("aborted");
            page.allow_console("NetworkError");
            page.open("/open/eva").await;
            page.open("/en.html").await;
            page.heading("Hello Eva Bakker").appears().await;
            page.text("5 of 21 parts done").appears().await;
            page.text("10 documents left to hand in").appears().await;
            page.link(containing("Florius Profijt")).click().await;
            page.text("€387,500").appears().await;
            page.heading("Timeline").appears().await;
            page.link(containing(crate::PAYSLIP)).click().await;
            page.text("Choose a file").appears().await;
            page.link("My details").click().await;
            page.text("17 April 1993").appears().await;
            page.title_contains("My details").await;
        }
    }
}
