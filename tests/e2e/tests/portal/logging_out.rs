//! Leaving: asked first, then for good.

use e2e::papers::{self, Folder};
use e2e::{Page, containing, in_every_browser};
use fantoccini::key::Key;

async fn logs_out(page: &Page) {
    page.button("Uitloggen").click().await;
    page.role("dialog", "Wilt u uitloggen?").appears().await;
    page.button("Uitloggen").click().await;
    page.heading("U bent uitgelogd").appears().await;
}

in_every_browser! {
    async fn who_logs_out_is_out_and_begins_anew_with_the_next_link(page: &Page) {
        page.open("/open/eva#portal/me").await;
        page.heading("Mijn gegevens").appears().await;
        logs_out(page).await;
        page.text(containing("Open de link uit het bericht van uw adviseur")).appears().await;
        page.reload().await;
        page.heading("U bent niet ingelogd").appears().await;
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn the_way_back_shows_nothing_to_who_comes_next(page: &Page) {
        page.open("/open/eva#portal/me").await;
        page.heading("Mijn gegevens").appears().await;
        logs_out(page).await;
        page.back().await;
        page.heading("U bent uitgelogd").appears().await;
        page.text(containing("Bakker")).is_absent().await;
        page.reload().await;
        page.heading("U bent niet ingelogd").appears().await;
    }

    async fn who_thinks_better_of_it_stays_in_and_where_they_were(page: &Page) {
        page.open("/open/eva#portal/me").await;
        page.heading("Mijn gegevens").appears().await;
        page.button("Uitloggen").click().await;
        page.button("Ingelogd blijven").click().await;
        page.role("dialog", "Wilt u uitloggen?").is_gone().await;
        assert_eq!(page.focused().await, "button \"Uitloggen\"");
        page.button("Uitloggen").click().await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.press(&[Key::Escape]).await;
        page.role("dialog", "Wilt u uitloggen?").is_gone().await;
        page.reload().await;
        page.heading("Mijn gegevens").appears().await;
    }

    async fn a_document_in_hand_is_mentioned_before_it_is_dropped(page: &Page) {
        let folder = Folder::new();
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(20_000))).await;
        page.button("Uitloggen").click().await;
        page.text(containing("Als u uitlogt, is het hier weg.")).appears().await;
        page.button("Ingelogd blijven").click().await;
        page.text("loonstrook.pdf").appears().await;
        logs_out(page).await;
        // Whoever signs in next, here, finds nothing of it.
        let token = page.stage.token("eva");
        crate::signs_in(page, &token).await;
        page.comes_back_to_the_tab().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.text("loonstrook.pdf").is_absent().await;
    }

    async fn logging_out_without_a_connection_says_that_it_did_not_work(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.expects_console("session");
        page.stage.stops();
        page.button("Uitloggen").click().await;
        page.button("Uitloggen").click().await;
        page.text(containing("De verbinding viel weg")).appears().await;
        page.stage.starts();
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
    }

    async fn another_tab_is_out_too_when_it_is_looked_at(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        crate::logs_out_elsewhere(page).await;
        page.expects_console("401");
        page.comes_back_to_the_tab().await;
        page.heading("Uw toegang is verlopen").appears().await;
        page.text(containing("Welkom Eva Bakker")).is_absent().await;
        // Who can help is still known.
        page.link("Mail Sanne de Wit").appears().await;
    }
}
