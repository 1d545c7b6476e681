//! Documents and assignments to have: under the right name, byte for byte, and never an error page in
//! the place of a PDF.

use e2e::{Page, containing, in_every_browser};
use std::time::Duration;

/// Opens the documents of the demo's odd dossier.
async fn odd_documents(page: &Page) {
    page.open("/open/documenten#portal/documents").await;
    page.heading("Om te downloaden").appears().await;
}

/// Saves one of them and gives its bytes.
async fn saves_as(page: &Page, label: &str, name: &str) -> Vec<u8> {
    odd_documents(page).await;
    page.button(containing(&format!("{label} opslaan")))
        .click()
        .await;
    page.text(containing(&format!("Opgeslagen als {name}")))
        .appears()
        .await;
    page.saves(name).await
}

/// Tries to save one, sees why it does not work, and that nothing was saved.
async fn is_not_saved(page: &Page, label: &str, reason: &str) {
    odd_documents(page).await;
    page.button(containing(&format!("{label} opslaan")))
        .click()
        .await;
    page.text(containing(reason)).appears().await;
    assert_eq!(page.downloaded(), []);
    assert_eq!(page.object_urls().await, (0, 0));
    // The way out: the same button.
    assert!(
        page.button(containing(&format!("{label} opslaan")))
            .element()
            .await
            .is_enabled()
            .await
            .unwrap()
    );
}

in_every_browser! {
    async fn a_letter_is_saved_under_its_name(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Rentevoorstel")).click().await;
        page.button(containing("opslaan")).click().await;
        let bytes = page.saves("rentevoorstel-florius.pdf").await;
        assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
        page.text(containing("Opgeslagen als rentevoorstel-florius.pdf")).appears().await;
    }

    async fn a_name_in_polish_with_emoji_is_kept(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        page.button(containing("Koopovereenkomst in het Pools opslaan")).click().await;
        let bytes = page.saves("Umowa kupna domu – tłumaczenie 🏡.pdf").await;
        assert!(bytes.starts_with(b"%PDF-"));
    }

    async fn what_was_handed_in_comes_back_byte_for_byte(page: &Page) {
        use e2e::papers::{self, Folder};
        let folder = Folder::new();
        let bytes = papers::pdf(1_500_000);
        page.open("/open/eva").await;
        page.link(containing("werkgeversverklaring")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("ingevuld.pdf", &bytes)).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        page.button(containing("opslaan")).click().await;
        assert!(page.saves("ingevuld.pdf").await == bytes);
    }

    async fn an_assignment_is_saved_under_its_name(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        page.heading("Opdracht tot dienstverlening (OTD)").appears().await;
        page.button(containing("Opdracht tot dienstverlening opslaan")).click().await;
        let bytes = page.saves("opdracht-tot-dienstverlening.pdf").await;
        assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }

    async fn a_document_opens_in_a_new_tab(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Rentevoorstel")).click().await;
        page.button(containing("openen")).click().await;
        let (kind, bytes) = page.shows_document().await;
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
        page.stage.watch().hurries();
        let bytes = page.saves("taxatierapport.pdf").await;
        assert!(bytes.len() >= 5_900_000 && bytes.starts_with(b"%PDF-"));
    }

    async fn fetching_can_be_stopped(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Taxatierapport")).click().await;
        page.button(containing("opslaan")).click().await;
        page.button("Stoppen").click().await;
        page.progress().is_gone().await;
        assert_eq!(page.downloaded(), []);
        assert!(page.button(containing("opslaan")).element().await.is_enabled().await.unwrap());
    }

    async fn object_urls_are_let_go_of(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        for (button, name) in [
            ("Rentevoorstel van Florius opslaan", "rentevoorstel-florius.pdf"),
            ("Opdracht tot dienstverlening opslaan", "opdracht-tot-dienstverlening.pdf"),
        ] {
            page.button(containing(button)).click().await;
            page.saves(name).await;
        }
        page.patiently_until(Duration::from_secs(90), "both object URLs to be released", async || {
            match page.object_urls().await {
                (2, 0) => Ok(()),
                (made, kept) => Err(format!("{made} were made and {kept} are kept")),
            }
        })
        .await;
    }

    async fn an_error_page_is_never_saved_as_a_pdf(page: &Page) {
        is_not_saved(page, "Foutpagina als pdf", "Dit document is beschadigd").await;
    }

    async fn a_document_that_is_gone_is_said_to_be(page: &Page) {
        is_not_saved(page, "Bestaat niet meer", "Dit document is niet te vinden").await;
    }

    async fn a_failing_server_is_said_to_be(page: &Page) {
        is_not_saved(page, "Storing bij het ophalen", "Het lukt nu even niet").await;
    }

    async fn an_expired_session_is_said_to_be(page: &Page) {
        is_not_saved(page, "Sessie verlopen bij het ophalen", "Uw toegang is verlopen").await;
    }

    async fn half_a_document_is_not_saved(page: &Page) {
        is_not_saved(page, "Breekt halverwege af", "De verbinding viel weg").await;
    }

    async fn no_answer_is_no_fault_of_the_consumers(page: &Page) {
        is_not_saved(page, "Geen antwoord", "Het lukt nu even niet").await;
    }

    async fn an_assignment_that_is_no_base64_is_damaged(page: &Page) {
        is_not_saved(page, "Opdracht die geen Base64 is", "Dit document is beschadigd").await;
    }

    async fn an_assignment_that_is_no_pdf_is_damaged(page: &Page) {
        is_not_saved(page, "Opdracht die geen pdf is", "Dit document is beschadigd").await;
    }

    async fn a_late_answer_is_waited_for(page: &Page) {
        odd_documents(page).await;
        page.button(containing("Laat antwoord opslaan")).click().await;
        page.text("Het document wordt opgehaald…").appears().await;
        page.stage.watch().hurries();
        page.text(containing("Opgeslagen als document.pdf")).appears().await;
        let bytes = page.saves("document.pdf").await;
        assert!(bytes.starts_with(b"%PDF-"));
    }

    async fn a_document_without_a_length_comes_whole(page: &Page) {
        let bytes = saves_as(page, "Zonder lengte", "document.pdf").await;
        assert!(bytes.len() >= 290_000 && bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }

    async fn a_document_without_a_name_gets_the_tasks_name(page: &Page) {
        saves_as(page, "Zonder naam", "Zonder naam.pdf").await;
    }

    async fn a_path_in_a_name_is_left_out(page: &Page) {
        saves_as(page, "Naam met een pad", "passwd.pdf").await;
    }

    async fn a_windows_path_in_a_name_is_left_out(page: &Page) {
        saves_as(page, "Naam met een Windows-pad", "x.pdf").await;
    }

    async fn an_assignment_in_lines_without_padding_is_read(page: &Page) {
        let bytes = saves_as(page, "Opdracht in regels, zonder opvulling", "otd-regels.pdf").await;
        assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }

    async fn an_assignment_as_a_data_url_is_read(page: &Page) {
        let bytes = saves_as(page, "Opdracht als data-URL", "otd-data-url.pdf").await;
        assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }
}
