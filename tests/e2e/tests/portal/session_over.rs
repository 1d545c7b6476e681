//! A session that ends while the page is open: said at once, and everything is where it was after
//! signing in again.

use e2e::papers::{self, Folder};
use e2e::{Page, containing, in_every_browser};

/// Chooses a payslip, says something about it, and then the session is over.
async fn is_out_with_a_document(page: &Page, folder: &Folder) {
    page.open("/open/eva").await;
    page.link(containing(crate::PAYSLIP)).click().await;
    page.text("Bestand kiezen").appears().await;
    page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(20_000)))
        .await;
    page.textbox(containing("Opmerking"))
        .type_text("Die van november")
        .await;
    crate::logs_out_elsewhere(page).await;
    page.expects_console("401");
    page.comes_back_to_the_tab().await;
    page.heading("Uw toegang is verlopen").appears().await;
    page.text(containing("Laat deze pagina open"))
        .appears()
        .await;
}

/// Looks at the payslip, and finds the session over when the page is loaded again.
async fn is_out_at_the_payslip(page: &Page) {
    page.open("/open/eva").await;
    page.link(containing(crate::PAYSLIP)).click().await;
    page.heading(containing(crate::PAYSLIP)).appears().await;
    crate::logs_out_elsewhere(page).await;
    page.expects_console("401");
    page.reload().await;
    page.heading("U bent niet ingelogd").appears().await;
    page.open("about:blank").await;
}

in_every_browser! {
    async fn signed_in_again_in_another_tab_the_document_in_hand_is_still_there(page: &Page) {
        let folder = Folder::new();
        is_out_with_a_document(page, &folder).await;
        let token = page.stage.token("eva");
        crate::signs_in(page, &token).await;
        page.comes_back_to_the_tab().await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        page.text("loonstrook.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let kept = page.stage.uploads();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].comment.as_deref(), Some("Die van november"));
    }

    async fn the_link_opened_anew_leads_to_where_the_consumer_was(page: &Page) {
        is_out_at_the_payslip(page).await;
        page.open("/open/eva").await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        // That was once: whoever opens the link now begins at the beginning.
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn an_upload_that_finds_it_over_says_so_and_keeps_the_document(page: &Page) {
        let folder = Folder::new();
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(20_000))).await;
        page.text("loonstrook.pdf").appears().await;
        crate::logs_out_elsewhere(page).await;
        page.expects_console("401");
        page.button("Aanleveren").click().await;
        page.heading("Uw toegang is verlopen").appears().await;
        assert_eq!(page.stage.uploads().len(), 0);
        let token = page.stage.token("eva");
        crate::signs_in(page, &token).await;
        page.comes_back_to_the_tab().await;
        page.text("loonstrook.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert_eq!(page.stage.uploads().len(), 1);
    }

    async fn where_somebody_else_was_is_nobodys_business(page: &Page) {
        is_out_at_the_payslip(page).await;
        page.open("/open/voorbeeld").await;
        page.heading("Welkom Jan Janssen").appears().await;
    }
}

/// Sessions of twelve seconds: long enough for a busy machine, and over while one waits.
mod short {
    use super::*;
    use e2e::stage::Stage;
    use fantoccini::key::Key;
    use std::time::Duration;

    fn short() -> Stage {
        Stage::set(|_, settings| settings.session.idle = Duration::from_secs(12))
    }

    in_every_browser! {
        at short();

        async fn a_session_that_nobody_uses_leaves_the_screen_by_itself(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            page.expects_console("401");
            page.heading("Uw toegang is verlopen").appears().await;
            page.text(containing("Welkom Eva Bakker")).is_absent().await;
        }

        async fn who_is_doing_something_stays_in_however_little_it_asks_of_the_server(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            // A quarter of the time has to go by before each: the first session is over long before the sixth.
            page.until("the sixth getsession", async || {
                page.press(&[Key::Shift]).await;
                let asked = page.stage.watch().count("getsession");
                if asked >= 6 { Ok(()) } else { Err(format!("there were {asked}")) }
            })
            .await;
            page.heading("Welkom Eva Bakker").appears().await;
        }
    }
}
