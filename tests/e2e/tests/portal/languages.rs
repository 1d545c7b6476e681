//! Dutch with u, Dutch with je, and English.

use e2e::{containing, in_chromium, in_every_browser};

mod smoke {
    use super::*;

    in_every_browser! {
        async fn english_is_used_on_every_page(page: &Page) {
            page.open("/open/eva").await;
            page.open("/en.html").await;
            page.heading("Hello Eva Bakker").appears().await;
            page.text("5 of 21 tasks done").appears().await;
            page.text("16 tasks left").appears().await;
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

in_chromium! {
    async fn dutch_uses_u_by_default(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Wat u nog moet doen").appears().await;
        page.heading("Uw adviseur").appears().await;
    }

    async fn dutch_uses_je_when_the_attribute_says_so(page: &Page) {
        page.open("/open/eva").await;
        page.open("/je.html").await;
        page.heading("Wat je nog moet doen").appears().await;
        page.heading("Je adviseur").appears().await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.text(containing("Uw ")).is_absent().await;
    }

    async fn the_language_is_exposed_to_screen_readers(page: &Page) {
        page.open("/open/eva").await;
        page.open("/en.html").await;
        page.heading("Hello Eva Bakker").appears().await;
        let said = "const root = document.querySelector('consumer-portal');
            return root.closest('[lang]')?.lang ?? root.shadowRoot.querySelector('[lang]')?.lang";
        let said = page.script(said, vec![]).await;
        assert!(said.as_str().is_some_and(|lang| lang.starts_with("en")), "{said}");
    }
}
