//! A session that ends while the page is open: the page says so at once, and after signing in again
//! everything is where it was.

use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium};

/// Chooses a payslip, writes a comment, and then the session ends.
async fn expire_with_a_chosen_file(page: &Page, folder: &Folder) {
    page.open("/open/eva").await;
    page.link(containing(crate::PAYSLIP)).click().await;
    page.text("Bestand kiezen").appears().await;
    page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(20_000)))
        .await;
    page.textbox(containing("Opmerking"))
        .type_text("Die van november")
        .await;
    crate::log_out_in_another_tab(page).await;
    page.allow_console("401");
    page.return_to_tab().await;
    page.heading("Uw toegang is verlopen").appears().await;
    page.text(containing("Laat deze pagina open"))
        .appears()
        .await;
}

/// Opens the payslip's page, and finds the session ended after a reload.
async fn expire_at_the_payslip(page: &Page) {
    page.open("/open/eva").await;
    page.link(containing(crate::PAYSLIP)).click().await;
    page.heading(containing(crate::PAYSLIP)).appears().await;
    crate::log_out_in_another_tab(page).await;
    page.allow_console("401");
    page.reload().await;
    page.heading("U bent niet ingelogd").appears().await;
    page.open("about:blank").await;
}

mod smoke {
    use super::*;

    in_chromium! {
        async fn signing_in_again_in_another_tab_keeps_the_chosen_file(page: &Page) {
            let folder = Folder::new();
            expire_with_a_chosen_file(page, &folder).await;
            let token = page.servers.token("eva");
            crate::sign_in_in_another_tab(page, &token).await;
            page.return_to_tab().await;
            page.heading(containing(crate::PAYSLIP)).appears().await;
            page.text("loonstrook.pdf").appears().await;
            page.button("Aanleveren").click().await;
            page.heading("Aangeleverd").appears().await;
            let uploads = page.servers.uploads();
            assert_eq!(uploads.len(), 1);
            assert_eq!(uploads[0].comment.as_deref(), Some("Die van november"));
        }
    }
}

in_chromium! {
    async fn a_new_link_opens_the_page_where_the_session_expired_once(page: &Page) {
        expire_at_the_payslip(page).await;
        page.open("/open/eva").await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        // Only once: the next link opens the overview.
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn an_upload_after_the_session_expired_keeps_the_file(page: &Page) {
        let folder = Folder::new();
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(20_000))).await;
        page.text("loonstrook.pdf").appears().await;
        crate::log_out_in_another_tab(page).await;
        page.allow_console("401");
        page.button("Aanleveren").click().await;
        page.heading("Uw toegang is verlopen").appears().await;
        assert_eq!(page.servers.uploads().len(), 0);
        let token = page.servers.token("eva");
        crate::sign_in_in_another_tab(page, &token).await;
        page.return_to_tab().await;
        page.text("loonstrook.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads().len(), 1);
    }

    async fn another_consumer_does_not_see_where_the_session_expired(page: &Page) {
        expire_at_the_payslip(page).await;
        page.open("/open/voorbeeld").await;
        page.heading("Welkom Jan Janssen").appears().await;
    }
}

/// Sessions of twelve seconds: long enough for a busy machine, and short enough to wait for.
mod short_sessions {
    use super::*;
    use e2e::servers::TestServers;
    use fantoccini::key::Key;
    use std::time::Duration;

    fn short_sessions() -> TestServers {
        TestServers::with_settings(|_, settings| settings.session.idle = Duration::from_secs(12))
    }

    in_chromium! {
        at short_sessions();

        async fn an_unused_session_leaves_the_screen_by_itself(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            page.allow_console("401");
            page.heading("Uw toegang is verlopen").appears().await;
            page.text(containing("Welkom Eva Bakker")).is_absent().await;
        }

        async fn before_the_session_ends_the_consumer_is_asked_to_stay(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            page.text(containing("Over een minuut wordt u uitgelogd")).appears().await;
            page.button("Ingelogd blijven").click().await;
            page.text(containing("Over een minuut wordt u uitgelogd")).disappears().await;
            page.heading("Welkom Eva Bakker").appears().await;
        }

        async fn who_stays_is_back_where_they_were(page: &Page) {
            page.open("/open/eva").await;
            // A window without the focus has no events of it.
            page.heading("Welkom Eva Bakker").click().await;
            page.text(containing("Over een minuut wordt u uitgelogd")).appears().await;
            // As a screen reader does it: no key is pressed, which would keep the consumer signed in by itself.
            let stay = "const root = document.querySelector('consumer-portal').shadowRoot;
                root.querySelector('.start .button').focus();
                root.querySelector('.ending button').focus();
                root.querySelector('.ending button').click()";
            page.script(stay, vec![]).await;
            page.text(containing("Over een minuut wordt u uitgelogd")).disappears().await;
            page.focus_comes_to("link \"Nu aanleveren\"").await;
        }

        async fn activity_in_the_page_renews_the_session(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            // Each renewal waits for a quarter of the time: the first session ends long before the sixth.
            page.wait_until("the sixth getsession", async || {
                page.press(&[Key::Shift]).await;
                let asked = page.servers.demo().request_count("getsession");
                if asked >= 6 { Ok(()) } else { Err(format!("there were {asked}")) }
            })
            .await;
            page.heading("Welkom Eva Bakker").appears().await;
        }
    }
}
