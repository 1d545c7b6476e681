//! Downloads of documents and OTDs: under the right name, byte for byte, and never an error page in place
//! of a PDF. An OTD (opdracht tot dienstverlening) is the consumer's assignment of the adviser.

use e2e::{Page, containing, in_chromium, in_every_browser};
use fantoccini::key::Key;
use fantoccini::wd::WindowHandle;

/// Opens the list of documents that have something wrong with them.
async fn open_odd_documents(page: &Page) {
    page.open("/open/documenten#portal-documents").await;
    page.heading("Van uw adviseur").appears().await;
    // There are more than are shown at first.
    page.button(containing("tonen")).click().await;
}

/// Saves one of them and gives its bytes.
async fn save_document(page: &Page, label: &str, name: &str) -> Vec<u8> {
    open_odd_documents(page).await;
    page.button(containing(&format!("{label} opslaan")))
        .click()
        .await;
    says_what_is_saved(page, name).await;
    page.saved_file(name).await
}

/// Waits for the words of a document that the browser is asked to save.
async fn says_what_is_saved(page: &Page, name: &str) {
    let words = format!("Als het goed is, slaat uw browser nu {name} op.");
    page.text(containing(&words)).appears().await;
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
    let button = page.button(containing(&format!("{label} opslaan")));
    assert_eq!(button.attribute("aria-disabled").await, None);
}

/// Waits until a file of this name, and of some length, is in the downloads folder.
async fn file_in_folder(page: &Page, name: &str) -> Vec<u8> {
    page.wait_until(&format!("{name} in the folder"), async || {
        let mut files = page.downloaded_files();
        match files
            .iter()
            .position(|file| file.name == name && !file.bytes.is_empty())
        {
            Some(index) => Ok(files.swap_remove(index).bytes),
            None => Err(format!(
                "there is {:?}",
                files.iter().map(|file| &file.name).collect::<Vec<_>>()
            )),
        }
    })
    .await
}

/// Opens two documents, each in a tab, and sees that both have their addresses. Gives the first one's tab.
async fn open_two_documents(page: &Page) -> WindowHandle {
    page.open("/open/eva#portal/documents").await;
    page.heading("Van uw adviseur").appears().await;
    let portal = page.client().window().await.expect("a window");
    let mut first = None;
    for (count, document) in [
        (1, "Rentevoorstel van Florius openen"),
        (2, "Opdracht tot dienstverlening openen"),
    ] {
        let tab = page.client().switch_to_window(portal.clone());
        tab.await.expect("the portal's tab");
        page.button(containing(document)).click().await;
        page.wait_until("the document's address", async || {
            match page.object_urls().await {
                both if both == (count, count) => Ok(()),
                (made, kept) => Err(format!("{made} were made and {kept} are kept")),
            }
        })
        .await;
        if first.is_none() {
            let windows = page.client().windows().await.expect("the windows");
            first = windows.into_iter().find(|window| *window != portal);
        }
    }
    first.expect("the first document has a tab")
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
            says_what_is_saved(page, "rentevoorstel-florius.pdf").await;
        }
    }

    in_chromium! {
        async fn an_otd_is_saved_under_its_name(page: &Page) {
            page.open("/open/eva#portal-documents").await;
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

    async fn several_opened_documents_keep_their_addresses(page: &Page) {
        open_two_documents(page).await;
    }

    async fn the_focus_stays_on_the_button_that_was_pressed(page: &Page) {
        open_odd_documents(page).await;
        let button = page.button(containing("Laat antwoord opslaan"));
        button.script("arguments[0].focus()").await;
        let focused = "button \"Laat antwoord opslaan\"";
        page.press(&[Key::Enter]).await;
        page.progress().appears().await;
        page.focus_comes_to(focused).await;
        assert_eq!(button.attribute("aria-disabled").await.as_deref(), Some("true"));
        // It is busy: further presses do nothing.
        page.press(&[Key::Enter]).await;
        page.press(&[Key::Enter]).await;
        assert_eq!(page.servers.demo().request_count("get_product_action_download"), 1);
        page.servers.demo().skip_delays();
        says_what_is_saved(page, "document.pdf").await;
        page.focus_comes_to(focused).await;
        assert_eq!(page.servers.demo().request_count("get_product_action_download"), 1);
    }

    async fn half_a_document_is_not_saved(page: &Page) {
        fails_to_save(page, "Breekt halverwege af", "De verbinding viel weg").await;
    }
}

in_chromium! {
    async fn a_documents_tab_can_be_loaded_again_after_the_next_one_was_opened(page: &Page) {
        let first = open_two_documents(page).await;
        page.client().switch_to_window(first).await.expect("the first document's tab");
        page.reload().await;
        page.wait_for_script("the document", "return document.contentType === 'application/pdf'").await;
    }

    async fn an_uploaded_document_is_downloaded_byte_for_byte(page: &Page) {
        use e2e::fixtures::{self, Folder};
        let folder = Folder::new();
        let bytes = fixtures::pdf(1_500_000);
        page.open("/open/eva").await;
        page.link(containing("Werkgeversverklaring")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("ingevuld.pdf", &bytes)).await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
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
        assert_eq!(page.button(containing("opslaan")).attribute("aria-disabled").await, None);
    }

    async fn object_urls_are_released(page: &Page) {
        page.open("/open/eva#portal-documents").await;
        page.heading("Documenten").appears().await;
        // A saved document keeps its address for five minutes.
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
        says_what_is_saved(page, "document.pdf").await;
        let bytes = page.saved_file("document.pdf").await;
        assert!(bytes.starts_with(b"%PDF-"));
    }

    async fn an_otd_with_spaces_for_pluses_is_mended(page: &Page) {
        let bytes = save_document(page, "Opdracht met spaties voor plustekens", "otd-spaties.pdf").await;
        assert!(bytes.len() == 90_000 && bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }

    async fn half_an_otd_is_reported_as_damaged(page: &Page) {
        fails_to_save(page, "Opdracht die halverwege ophoudt", "Dit document is beschadigd").await;
    }

    async fn a_pdf_without_its_end_is_saved_with_a_warning(page: &Page) {
        let bytes = save_document(page, "Pdf zonder einde", "half.pdf").await;
        assert_eq!(bytes.len(), 45_000);
        page.text(containing("Dit document lijkt niet compleet")).appears().await;
    }

    async fn where_pdfs_are_not_shown_opening_saves_under_the_documents_name(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        page.heading("Van uw adviseur").appears().await;
        let none = "Object.defineProperty(navigator, 'pdfViewerEnabled', { get: () => false })";
        page.script(none, vec![]).await;
        page.button(containing("Rentevoorstel van Florius openen")).click().await;
        page.text(containing("Openen is niet gelukt. Als het goed is, slaat uw browser nu rentevoorstel-florius.pdf op."))
            .appears()
            .await;
        page.saved_file("rentevoorstel-florius.pdf").await;
        let windows = page.client().windows().await.expect("the windows can be listed");
        assert_eq!(windows.len(), 1);
    }

    async fn where_nothing_is_saved_a_plain_link_saves_the_document(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        page.heading("Van uw adviseur").appears().await;
        // A browser inside an app, which takes no notice.
        page.script("HTMLAnchorElement.prototype.click = () => {}", vec![]).await;
        page.button(containing("Rentevoorstel van Florius opslaan")).click().await;
        says_what_is_saved(page, "rentevoorstel-florius.pdf").await;
        assert_eq!(page.downloaded_files(), []);
        page.link("Haal het document rechtstreeks op").click().await;
        let bytes = file_in_folder(page, "rentevoorstel-florius.pdf").await;
        assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }

    async fn a_failed_download_leaves_the_documents_name_its_room(page: &Page) {
        for width in [768, 1280] {
            page.resize(width, 900).await;
            open_odd_documents(page).await;
            let name = page.link("Bestaat niet meer");
            let room = "return arguments[0].parentElement.getBoundingClientRect().width";
            let before = name.script(room).await.as_f64().expect("a width");
            page.button(containing("Bestaat niet meer opslaan")).click().await;
            page.text(containing("Dit document is niet te vinden")).appears().await;
            let after = name.script(room).await.as_f64().expect("a width");
            assert_eq!(before, after, "at {width} px");
            assert!(after > 200.0, "at {width} px: {after}");
        }
    }

    async fn logging_out_releases_what_was_opened(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        let portal = page.client().window().await.expect("a window");
        page.button(containing("Rentevoorstel van Florius openen")).click().await;
        page.text("Geopend in een nieuw tabblad").appears().await;
        page.client().switch_to_window(portal).await.expect("the portal's tab");
        assert_eq!(page.object_urls().await, (1, 1));
        page.link("Mijn gegevens").click().await;
        page.button("Uitloggen").click().await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.button("Uitloggen").click().await;
        page.heading("U bent uitgelogd").appears().await;
        assert_eq!(page.object_urls().await, (1, 0));
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
