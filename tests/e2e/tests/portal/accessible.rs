//! What axe-core thinks of every page and state, in every look.

use crate::handing_in::opens_task;
use e2e::papers::{self, Folder};
use e2e::{Look, containing, in_every_browser};

in_every_browser! {
    async fn nothing_is_wrong_with_the_pages(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.axe_finds_nothing().await;
        for (link, heading) in [
            ("Documenten", "Documenten"),
            ("Mijn gegevens", "Mijn gegevens"),
        ] {
            page.link(link).click().await;
            page.heading(heading).appears().await;
            page.axe_finds_nothing().await;
        }
        for product in ["Florius Profijt Hypotheek", "Persoonlijke lening voor de keuken", "Taxatie Lindenlaan 14, Zutphen"] {
            page.link("Overzicht").click().await;
            page.link(containing(product)).click().await;
            page.heading(product).appears().await;
            page.axe_finds_nothing().await;
        }
    }

    async fn nothing_is_wrong_with_a_task(page: &Page) {
        for task in [crate::PAYSLIP, crate::PASSPORT_SENT_BACK, "werkgeversverklaring", "Tekenen bij de notaris", "Rentevoorstel"] {
            page.open("/open/eva").await;
            page.link(containing(task)).click().await;
            page.heading(containing(task)).appears().await;
            page.axe_finds_nothing().await;
        }
    }

    async fn nothing_is_wrong_while_handing_in(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("film.mp4", &[1; 400])).await;
        page.text(containing("Dit soort bestand")).appears().await;
        page.axe_finds_nothing().await;
        page.give_file(&folder.file("langzaam.pdf", &papers::pdf(8_000_000))).await;
        page.text("langzaam.pdf").appears().await;
        page.axe_finds_nothing().await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document wordt verstuurd").appears().await;
        page.axe_finds_nothing().await;
        page.stage.watch().hurries();
        page.heading("Uw document is aangekomen").appears().await;
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_when_handing_in_fails(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("geweigerd.pdf", &papers::pdf(8_000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is niet aangeleverd").appears().await;
        page.axe_finds_nothing().await;
        page.give_file(&folder.file("al-ontvangen.pdf", &papers::pdf(8_000))).await;
        page.text("al-ontvangen.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Er is een document aangekomen").appears().await;
        page.axe_finds_nothing().await;
        page.button(containing("Vervangen door")).click().await;
        page.heading("Eerdere document vervangen?").appears().await;
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_with_the_states(page: &Page) {
        for (consumer, heading) in [
            ("leeg", "Er staat nog niets in uw dossier"),
            ("gesloten", "Welkom Anna Visser"),
            ("lang", "Welkom Anna Visser"),
            ("storing", "Het lukt nu even niet"),
            ("niet-aangemeld", "U bent niet ingelogd"),
            ("voorbeeld", "Welkom Jan Janssen"),
        ] {
            page.open(&format!("/open/{consumer}")).await;
            page.heading(heading).appears().await;
            page.axe_finds_nothing().await;
        }
        page.open("/open/langzaam").await;
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_offline_or_after_a_failed_refresh(page: &Page) {
        page.open("/open/wisselvallig").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.comes_back_to_the_tab().await;
        page.text(containing("Wij konden niet kijken of er nieuws is")).appears().await;
        page.axe_finds_nothing().await;
        page.goes_offline().await;
        page.text(containing("U bent offline")).appears().await;
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_with_documents_that_cannot_be_had(page: &Page) {
        page.open("/open/documenten#portal/documents").await;
        page.button(containing("Foutpagina als pdf opslaan")).click().await;
        page.text(containing("Dit document is beschadigd")).appears().await;
        page.axe_finds_nothing().await;
        page.button(containing("Komt in stukjes opslaan")).click().await;
        page.progress().appears().await;
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_with_the_ways_out(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.button("Verder op uw telefoon").click().await;
        page.text(containing("één keer te gebruiken")).appears().await;
        page.axe_finds_nothing().await;
        page.button("Sluiten").click().await;
        page.button("Uitloggen").click().await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.axe_finds_nothing().await;
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_with_links_and_sessions_that_are_no_good(page: &Page) {
        page.open("/#portal/code-used").await;
        page.heading("Deze code is al gebruikt").appears().await;
        page.axe_finds_nothing().await;
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(8_000))).await;
        page.text("loonstrook.pdf").appears().await;
        crate::logs_out_elsewhere(page).await;
        page.comes_back_to_the_tab().await;
        page.heading("Uw toegang is verlopen").appears().await;
        // Who hears the page is told at once, and stands at the heading.
        assert_eq!(page.focused().await, "heading \"Uw toegang is verlopen\"");
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_in_english(page: &Page) {
        page.open("/open/eva").await;
        page.open("/en.html").await;
        page.heading("Hello Eva Bakker").appears().await;
        page.axe_finds_nothing().await;
    }

    async fn nothing_is_wrong_on_a_brokers_page(page: &Page) {
        page.open("/open/eva").await;
        page.open(&page.stage.broker()).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.axe_finds_nothing_in("consumer-portal").await;
    }
}

/// Looks that only Chromium can be given.
mod looks {
    use super::*;
    use e2e::{Browser, Page, visit};

    async fn every_page_is_fine(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.axe_finds_nothing().await;
        fits_the_window(page).await;
        for link in ["Documenten", "Mijn gegevens"] {
            page.link(link).click().await;
            page.heading(link).appears().await;
            page.axe_finds_nothing().await;
            fits_the_window(page).await;
        }
        page.link("Overzicht").click().await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Tijdlijn").appears().await;
        page.axe_finds_nothing().await;
        fits_the_window(page).await;
        page.link(containing(crate::PASSPORT_SENT_BACK))
            .click()
            .await;
        page.text("Bestand kiezen").appears().await;
        page.axe_finds_nothing().await;
        fits_the_window(page).await;
        page.button("Verder op uw telefoon").click().await;
        page.text(containing("één keer te gebruiken"))
            .appears()
            .await;
        page.axe_finds_nothing().await;
        fits_the_window(page).await;
        page.button("Sluiten").click().await;
        page.button("Uitloggen").click().await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.axe_finds_nothing().await;
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
        page.axe_finds_nothing().await;
        fits_the_window(page).await;
    }

    async fn fits_the_window(page: &Page) {
        let fits = "return document.documentElement.scrollWidth <= innerWidth";
        page.until_script("the page to be no wider than the window", fits)
            .await;
    }

    #[test]
    fn chromium_on_a_phone() {
        visit(Browser::Chromium, Look::phone(), every_page_is_fine);
    }

    #[test]
    fn chromium_in_the_dark() {
        visit(
            Browser::Chromium,
            Look {
                dark: true,
                ..Look::default()
            },
            every_page_is_fine,
        );
    }

    #[test]
    fn chromium_with_text_twice_as_large_on_a_phone() {
        visit(
            Browser::Chromium,
            Look {
                text_percent: 200,
                ..Look::phone()
            },
            every_page_is_fine,
        );
    }

    #[test]
    fn chromium_with_less_motion() {
        visit(
            Browser::Chromium,
            Look {
                still: true,
                ..Look::default()
            },
            async |page: &Page| {
                page.open("/open/langzaam").await;
                let moving = "const root = document.querySelector('consumer-portal').shadowRoot;
                return root.getAnimations().filter((it) => it.playState === 'running'
                  && it.effect.getComputedTiming().duration > 100).length";
                assert_eq!(page.script(moving, vec![]).await, 0);
            },
        );
    }
}
