//! Logging out: with a question first, and for good.

use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};
use fantoccini::key::Key;

/// Logs out, by the dialog.
pub async fn log_out(page: &Page) {
    page.button("Uitloggen").click().await;
    page.role("dialog", "Wilt u uitloggen?").appears().await;
    page.button("Uitloggen").click().await;
    page.heading("U bent uitgelogd").appears().await;
}

mod smoke {
    use super::*;

    in_chromium! {
        async fn logging_out_ends_the_session_and_a_new_link_starts_another(page: &Page) {
            page.open("/open/eva#portal-me").await;
            page.heading("Mijn gegevens").appears().await;
            log_out(page).await;
            page.text("Om weer in te loggen opent u de link van uw adviseur.").appears().await;
            page.reload().await;
            page.heading("U bent niet ingelogd").appears().await;
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
        }
    }
}

in_every_browser! {
    async fn the_back_button_shows_nothing_after_logging_out(page: &Page) {
        page.open("/open/eva#portal-me").await;
        page.heading("Mijn gegevens").appears().await;
        log_out(page).await;
        page.back().await;
        page.heading("U bent uitgelogd").appears().await;
        page.text(containing("Bakker")).is_absent().await;
        page.reload().await;
        page.heading("U bent niet ingelogd").appears().await;
    }

    async fn cancelling_the_logout_dialog_keeps_the_session(page: &Page) {
        page.open("/open/eva#portal-me").await;
        page.heading("Mijn gegevens").appears().await;
        page.button("Uitloggen").click().await;
        page.button("Ingelogd blijven").click().await;
        page.role("dialog", "Wilt u uitloggen?").disappears().await;
        page.focus_comes_to("button \"Uitloggen\"").await;
        page.button("Uitloggen").click().await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.press(&[Key::Escape]).await;
        page.role("dialog", "Wilt u uitloggen?").disappears().await;
        page.reload().await;
        page.heading("Mijn gegevens").appears().await;
    }
}

in_chromium! {
    async fn logging_out_warns_about_a_chosen_file_and_discards_it(page: &Page) {
        let folder = Folder::new();
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(20_000))).await;
        page.button("Uitloggen").click().await;
        page.text(containing("Als u uitlogt, is het hier weg.")).appears().await;
        page.button("Ingelogd blijven").click().await;
        page.text("loonstrook.pdf").appears().await;
        log_out(page).await;
        // The next consumer who signs in here finds nothing of it.
        let token = page.servers.token("eva");
        crate::sign_in_in_another_tab(page, &token).await;
        page.return_to_tab().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.text("loonstrook.pdf").is_absent().await;
    }

    async fn logging_out_without_a_connection_reports_the_failure(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.allow_console("session");
        page.button("Uitloggen").click().await;
        page.heading("Wilt u uitloggen?").appears().await;
        page.servers.stop();
        page.button("Uitloggen").click().await;
        page.text(containing("De verbinding viel weg")).appears().await;
        page.servers.start();
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
    }

    async fn the_question_that_cannot_be_loaded_says_so_and_is_loaded_again(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.allow_console("aside");
        page.allow_console("a part could not be loaded");
        page.allow_console("Failed to fetch");
        page.servers.stop();
        page.button("Uitloggen").click().await;
        page.text(containing("De verbinding viel weg")).appears().await;
        page.servers.start();
        page.button("Opnieuw proberen").click().await;
        page.heading("Wilt u uitloggen?").appears().await;
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
    }

    async fn another_tab_is_signed_out_when_it_becomes_visible(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        crate::log_out_in_another_tab(page).await;
        page.allow_console("401");
        page.return_to_tab().await;
        page.heading("Uw toegang is verlopen").appears().await;
        page.text(containing("Welkom Eva Bakker")).is_absent().await;
        // The adviser's contact details are still shown.
        page.link("Mail Sanne de Wit").appears().await;
    }
}
