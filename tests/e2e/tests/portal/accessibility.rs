//! axe-core finds no violations on any page, in any state, on any device.

use crate::uploading::open_task;
use e2e::fixtures::{self, Folder};
use e2e::{Device, containing, in_chromium, in_every_browser};

in_every_browser! {
    async fn pages_have_no_axe_violations(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.has_no_axe_violations().await;
        for (link, heading) in [
            ("Documenten", "Documenten"),
            ("Mijn gegevens", "Mijn gegevens"),
        ] {
            page.link(link).click().await;
            page.heading(heading).appears().await;
            page.has_no_axe_violations().await;
        }
        for product in ["Florius Profijt Hypotheek", "Persoonlijke lening voor de keuken", "Taxatie Lindenlaan 14, Zutphen"] {
            page.link("Overzicht").click().await;
            page.link(containing(product)).click().await;
            page.heading(product).appears().await;
            page.has_no_axe_violations().await;
        }
    }
}

in_chromium! {
    async fn task_pages_have_no_axe_violations(page: &Page) {
        for task in [crate::PAYSLIP, crate::REJECTED_PASSPORT, "Werkgeversverklaring", "Leveringsakte en hypotheekakte", "Rentevoorstel"] {
            page.open("/open/eva").await;
            page.link(containing(task)).click().await;
            page.heading(containing(task.trim_end_matches(" Opnieuw"))).appears().await;
            page.has_no_axe_violations().await;
        }
    }

    async fn uploading_has_no_axe_violations(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("film.mp4", &[1; 400])).await;
        page.text(containing("Dit soort bestand")).appears().await;
        page.has_no_axe_violations().await;
        page.choose_file(&folder.file("langzaam.pdf", &fixtures::pdf(8_000_000))).await;
        page.text("langzaam.pdf").appears().await;
        page.has_no_axe_violations().await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document wordt verstuurd").appears().await;
        page.has_no_axe_violations().await;
        page.servers.demo().skip_delays();
        page.heading("Aangeleverd").appears().await;
        page.has_no_axe_violations().await;
    }

    async fn a_failed_upload_has_no_axe_violations(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("geweigerd.pdf", &fixtures::pdf(8_000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is niet aangeleverd").appears().await;
        page.has_no_axe_violations().await;
        page.choose_file(&folder.file("al-ontvangen.pdf", &fixtures::pdf(8_000))).await;
        page.text("al-ontvangen.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Er is een document aangekomen").appears().await;
        page.has_no_axe_violations().await;
        page.button(containing("Vervangen door")).click().await;
        page.heading("Het eerdere document vervangen?").appears().await;
        page.has_no_axe_violations().await;
    }

    async fn empty_closed_long_and_failed_states_have_no_axe_violations(page: &Page) {
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
            page.has_no_axe_violations().await;
        }
        page.open("/open/langzaam").await;
        page.has_no_axe_violations().await;
    }

    async fn offline_and_failed_refresh_have_no_axe_violations(page: &Page) {
        page.open("/open/wisselvallig").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.return_to_tab().await;
        page.text(containing("Wij konden niet kijken of er nieuws is")).appears().await;
        page.has_no_axe_violations().await;
        page.go_offline().await;
        page.text(containing("U bent offline")).appears().await;
        page.has_no_axe_violations().await;
    }

    async fn failed_and_running_downloads_have_no_axe_violations(page: &Page) {
        page.open("/open/documenten#portal-documents").await;
        page.button(containing("Foutpagina als pdf opslaan")).click().await;
        page.text(containing("Dit document is beschadigd")).appears().await;
        page.has_no_axe_violations().await;
        page.button(containing("Komt in stukjes opslaan")).click().await;
        page.progress().appears().await;
        page.has_no_axe_violations().await;
    }

    async fn phone_dialog_and_logout_have_no_axe_violations(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.button("Verder op uw telefoon").click().await;
        page.text(containing("één keer te gebruiken")).appears().await;
        page.has_no_axe_violations().await;
        page.button("Sluiten").click().await;
        page.button("Uitloggen").click().await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.has_no_axe_violations().await;
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
        page.has_no_axe_violations().await;
    }

    async fn used_code_and_expired_session_have_no_axe_violations(page: &Page) {
        page.open("/#portal-code-used").await;
        page.heading("Deze code is al gebruikt").appears().await;
        page.has_no_axe_violations().await;
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(8_000))).await;
        page.text("loonstrook.pdf").appears().await;
        crate::log_out_in_another_tab(page).await;
        page.return_to_tab().await;
        page.heading("Uw toegang is verlopen").appears().await;
        // A screen reader starts at the heading.
        page.focus_comes_to("heading \"Uw toegang is verlopen\"").await;
        page.has_no_axe_violations().await;
    }

    async fn english_has_no_axe_violations(page: &Page) {
        page.open("/open/eva").await;
        page.open("/en.html").await;
        page.heading("Hello Eva Bakker").appears().await;
        page.has_no_axe_violations().await;
    }

    async fn a_brokers_page_has_no_axe_violations(page: &Page) {
        page.open("/open/eva").await;
        page.open(&page.servers.broker()).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.has_no_axe_violations_in("consumer-portal").await;
    }
}

/// Devices that only Chromium can emulate.
mod devices {
    use super::*;
    use e2e::{Browser, Page, run_test};

    async fn check_every_page(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.has_no_axe_violations().await;
        fits_the_window(page).await;
        for link in ["Documenten", "Mijn gegevens"] {
            page.link(link).click().await;
            page.heading(link).appears().await;
            page.has_no_axe_violations().await;
            fits_the_window(page).await;
        }
        page.link("Overzicht").click().await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Tijdlijn").appears().await;
        page.has_no_axe_violations().await;
        fits_the_window(page).await;
        page.link(containing(crate::REJECTED_PASSPORT))
            .click()
            .await;
        page.text("Bestand kiezen").appears().await;
        page.has_no_axe_violations().await;
        fits_the_window(page).await;
        page.button("Verder op uw telefoon").click().await;
        page.text(containing("één keer te gebruiken"))
            .appears()
            .await;
        page.has_no_axe_violations().await;
        fits_the_window(page).await;
        page.button("Sluiten").click().await;
        page.button("Uitloggen").click().await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.has_no_axe_violations().await;
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
        page.has_no_axe_violations().await;
        fits_the_window(page).await;
    }

    async fn fits_the_window(page: &Page) {
        let fits = "return document.documentElement.scrollWidth <= innerWidth";
        page.wait_for_script("the page to be no wider than the window", fits)
            .await;
    }

    mod chromium {
        use super::*;

        #[test]
        fn pages_have_no_axe_violations_on_a_phone() {
            run_test(Browser::Chromium, Device::phone(), check_every_page);
        }

        #[test]
        fn pages_have_no_axe_violations_in_dark_mode() {
            run_test(
                Browser::Chromium,
                Device {
                    dark: true,
                    ..Device::default()
                },
                check_every_page,
            );
        }

        #[test]
        fn pages_have_no_axe_violations_on_a_phone_with_text_of_200_percent() {
            run_test(
                Browser::Chromium,
                Device {
                    text_percent: 200,
                    ..Device::phone()
                },
                check_every_page,
            );
        }

        #[test]
        fn nothing_moves_with_reduced_motion() {
            run_test(
                Browser::Chromium,
                Device {
                    reduced_motion: true,
                    ..Device::default()
                },
                async |page: &Page| {
                    page.open("/open/langzaam").await;
                    let moving =
                        "const root = document.querySelector('consumer-portal').shadowRoot;
                    return root.getAnimations().filter((it) => it.playState === 'running'
                      && it.effect.getComputedTiming().duration > 100).length";
                    assert_eq!(page.script(moving, vec![]).await, 0);
                },
            );
        }
    }
}
