//! Downloads of documents and OTDs: under the right name, byte for byte, and never an error page in place
//! of a PDF. An OTD (opdracht tot dienstverlening) is the consumer's assignment of the adviser.

use e2e::{Page, containing, in_chromium, in_every_browser};

/// Opens the list of documents that have something wrong with them.
async fn open_odd_documents(page: &Page) {
    page.open("/open/documenten#portal-documents").await;
    page.heading("Om te downloaden").appears().await;
}

/// Saves one of them and gives its bytes.
async fn save_document(page: &Page, label: &str, name: &str) -> Vec<u8> {
    open_odd_documents(page).await;
    page.button(containing(&format!("{label} opslaan")))
        .click()
        .await;
    page.text(containing(&format!("Opgeslagen als {name}")))
        .appears()
        .await;
    page.saved_file(name).await
}

/// Tries to save one, sees the reason why that fails, and checks that nothing was saved.
async fn fails_to_save(page: &Page, label: &str, reason: &str) {
    open_odd_documents(page).await;
    page.button(containing(&format!("{label} opslaan")))
        .click()
        .await;
    page.text(containing(reason)).appears().await;
    assert_eq!(page.downloaded_files(), []);
    assert_eq!(page.object_urls().await, (0, 0));
    // It can be tried again with the same button.
    assert!(
        page.button(containing(&format!("{label} opslaan")))
            .element()
            .await
            .is_enabled()
            .await
            .unwrap()
    );
}

mod smoke {
    use super::*;

    in_every_browser! {
        async fn a_letter_is_saved_under_its_name(page: &Page) {
            page.open("/open/eva").await;
            page.link(containing("Rentevoorstel")).click().await;
            page.button(containing("opslaan")).click().await;
            let bytes = page.saved_file("rentevoorstel-florius.pdf").await;
            assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
            page.text(containing("Opgeslagen als rentevoorstel-florius.pdf")).appears().await;
        }
    }

    in_chromium! {
        async fn an_otd_is_saved_under_its_name(page: &Page) {
            page.open("/open/eva#portal-documents").await;
            page.heading("Opdracht tot dienstverlening (OTD)").appears().await;
            page.button(containing("Opdracht tot dienstverlening opslaan")).click().await;
            let bytes = page.saved_file("opdracht-tot-dienstverlening.pdf").await;
            assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
        }
    }
}

in_every_browser! {
    async fn a_polish_file_name_with_emoji_is_kept(page: &Page) {
        page.open("/open/eva#portal-documents").await;
        page.button(containing("Koopovereenkomst in het Pools opslaan")).click().await;
        let bytes = page.saved_file("Umowa kupna domu – tłumaczenie 🏡.pdf").await;
        assert!(bytes.starts_with(b"%PDF-"));
    }

    async fn a_document_opens_in_a_new_tab(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Rentevoorstel")).click().await;
        page.button(containing("openen")).click().await;
        let (kind, bytes) = page.shown_document().await;
        assert_eq!(kind, "application/pdf");
        assert!(bytes.starts_with(b"%PDF-"));
        page.text("Geopend in een nieuw tabblad").appears().await;
        let windows = page.client().windows().await.expect("the windows can be listed");
        assert_eq!(windows.len(), 2);
    }

    async fn progress_is_shown_when_the_length_is_known(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Taxatierapport")).click().await;
        page.button(containing("opslaan")).click().await;
        page.role("progressbar", "Het document wordt opgehaald…").appears().await;
        page.text(containing(" van 5,7 MB")).appears().await;
        page.servers.demo().skip_delays();
        let bytes = page.saved_file("taxatierapport.pdf").await;
        assert!(bytes.len() >= 5_900_000 && bytes.starts_with(b"%PDF-"));
    }

    async fn half_a_document_is_not_saved(page: &Page) {
        fails_to_save(page, "Breekt halverwege af", "De verbinding viel weg").await;
    }
}

in_chromium! {
    async fn an_uploaded_document_is_downloaded_byte_for_byte(page: &Page) {
        use e2e::fixtures::{self, Folder};
        let folder = Folder::new();
        let bytes = fixtures::pdf(1_500_000);
        page.open("/open/eva").await;
        page.link(containing("werkgeversverklaring")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("ingevuld.pdf", &bytes)).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        page.button(containing("opslaan")).click().await;
        assert!(page.saved_file("ingevuld.pdf").await == bytes);
    }

    async fn a_download_can_be_cancelled(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Taxatierapport")).click().await;
        page.button(containing("opslaan")).click().await;
        page.button("Stoppen").click().await;
        page.progress().disappears().await;
        assert_eq!(page.downloaded_files(), []);
        assert!(page.button(containing("opslaan")).element().await.is_enabled().await.unwrap());
    }

    async fn object_urls_are_released(page: &Page) {
        page.open("/open/eva#portal-documents").await;
        page.heading("Documenten").appears().await;
        // A saved document keeps its address for a minute.
        page.speed_up_timers(20).await;
        for (button, name) in [
            ("Rentevoorstel van Florius opslaan", "rentevoorstel-florius.pdf"),
            ("Opdracht tot dienstverlening opslaan", "opdracht-tot-dienstverlening.pdf"),
        ] {
            page.button(containing(button)).click().await;
            page.saved_file(name).await;
        }
        page.wait_until("both object URLs to be released", async || {
            match page.object_urls().await {
                (2, 0) => Ok(()),
                (made, kept) => Err(format!("{made} were made and {kept} are kept")),
            }
        })
        .await;
    }

    async fn an_error_page_is_not_saved_as_a_pdf(page: &Page) {
        fails_to_save(page, "Foutpagina als pdf", "Dit document is beschadigd").await;
    }

    async fn a_document_without_a_length_is_saved_whole(page: &Page) {
        let bytes = save_document(page, "Zonder lengte", "document.pdf").await;
        assert!(bytes.len() >= 290_000 && bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }

    async fn a_missing_document_is_reported(page: &Page) {
        fails_to_save(page, "Bestaat niet meer", "Dit document is niet te vinden").await;
    }

    async fn a_server_error_is_reported(page: &Page) {
        fails_to_save(page, "Storing bij het ophalen", "Het lukt nu even niet").await;
    }

    async fn an_expired_session_is_reported(page: &Page) {
        fails_to_save(page, "Sessie verlopen bij het ophalen", "Uw toegang is verlopen").await;
    }

    async fn a_missing_response_is_reported_as_our_problem(page: &Page) {
        fails_to_save(page, "Geen antwoord", "Het lukt nu even niet").await;
    }

    async fn an_otd_that_is_not_base64_is_reported_as_damaged(page: &Page) {
        fails_to_save(page, "Opdracht die geen Base64 is", "Dit document is beschadigd").await;
    }

    async fn an_otd_that_is_not_a_pdf_is_reported_as_damaged(page: &Page) {
        fails_to_save(page, "Opdracht die geen pdf is", "Dit document is beschadigd").await;
    }

    async fn a_late_document_is_saved(page: &Page) {
        open_odd_documents(page).await;
        page.button(containing("Laat antwoord opslaan")).click().await;
        page.text("Het document wordt opgehaald…").appears().await;
        page.servers.demo().skip_delays();
        page.text(containing("Opgeslagen als document.pdf")).appears().await;
        let bytes = page.saved_file("document.pdf").await;
        assert!(bytes.starts_with(b"%PDF-"));
    }

    async fn a_document_without_a_name_gets_the_name_of_its_task(page: &Page) {
        save_document(page, "Zonder naam", "Zonder naam.pdf").await;
    }

    async fn a_path_in_a_file_name_is_removed(page: &Page) {
        save_document(page, "Naam met een pad", "passwd.pdf").await;
    }

    async fn a_windows_path_in_a_file_name_is_removed(page: &Page) {
        save_document(page, "Naam met een Windows-pad", "x.pdf").await;
    }

    async fn an_otd_in_lines_without_padding_is_saved(page: &Page) {
        let bytes = save_document(page, "Opdracht in regels, zonder opvulling", "otd-regels.pdf").await;
        assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }

    async fn an_otd_as_a_data_url_is_saved(page: &Page) {
        let bytes = save_document(page, "Opdracht als data-URL", "otd-data-url.pdf").await;
        assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }
}
