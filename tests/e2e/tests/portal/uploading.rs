//! Uploading a document, from choosing it to the completed task: the main flow.

use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};
use fantoccini::key::Key;

/// Opens a task of Eva's.
pub async fn open_task(page: &Page, task: &str) {
    page.open("/open/eva").await;
    page.link(containing(task)).first().click().await;
    page.text("Bestand kiezen").appears().await;
}

/// Uploads a file, waits until it has arrived, and checks that it is kept once, byte for byte.
async fn upload_and_compare(page: &Page, name: &str, kind: &str, bytes: &[u8]) {
    let folder = Folder::new();
    open_task(page, crate::PAYSLIP).await;
    page.choose_file(&folder.file(name, bytes)).await;
    page.text(name).appears().await;
    page.button("Aanleveren").click().await;
    page.heading("Aangeleverd").appears().await;
    page.text(containing(&format!("Uw document is aangekomen: {name}.")))
        .appears()
        .await;
    let uploads = page.servers.uploads();
    assert_eq!(uploads.len(), 1);
    assert_eq!(uploads[0].filename, name);
    assert_eq!(uploads[0].mimetype, kind);
    assert!(!uploads[0].is_reupload);
    assert_eq!(uploads[0].comment, None);
    assert!(
        uploads[0].bytes == bytes,
        "{} bytes of {}",
        uploads[0].bytes.len(),
        bytes.len()
    );
}

mod smoke {
    use super::*;

    in_every_browser! {
    async fn a_chosen_document_arrives_and_completes_its_task(page: &Page) {
            let folder = Folder::new();
            let bytes = fixtures::pdf(240_000);
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("loonstrook.pdf", &bytes)).await;
            page.role("group", "Gekozen bestand").appears().await;
            page.text("loonstrook.pdf").appears().await;
            page.text("234 kB").appears().await;
            page.textbox(containing("Opmerking voor uw adviseur")).type_text("Van november, zoals gevraagd.").await;
            page.button("Aanleveren").click().await;
            page.heading("Aangeleverd").appears().await;
            page.text("Ontvangen").appears().await;
            page.heading("Document vervangen").is_absent().await;
            let uploads = page.servers.uploads();
            assert_eq!(uploads.len(), 1);
            assert_eq!(uploads[0].comment.as_deref(), Some("Van november, zoals gevraagd."));
            assert!(uploads[0].bytes == bytes);
            // The dossier is refreshed without a reload of the page.
            page.link("Overzicht").click().await;
            page.text("6 van de 21 onderdelen klaar").appears().await;
            page.link(containing(crate::PAYSLIP)).is_absent().await;
        }
    }

    in_chromium! {
        async fn a_double_click_sends_once(page: &Page) {
            let folder = Folder::new();
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(400_000))).await;
            page.button("Aanleveren").double_click().await;
            page.heading("Aangeleverd").appears().await;
            assert_eq!(page.servers.demo().request_count("upload_file"), 1);
            assert_eq!(page.servers.uploads().len(), 1);
        }
    }
}

in_every_browser! {
    async fn a_document_can_be_looked_at_before_it_is_sent(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let files = ["voor.jpg", "achter.jpg"].map(|name| folder.file(name, &fixtures::letter()));
        page.choose_files(&files).await;
        page.button("Verder met 2 pagina's").click().await;
        page.button("Loonstrook.pdf openen").click().await;
        let (kind, shown) = page.shown_document().await;
        assert_eq!(kind, "application/pdf");
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        assert!(page.servers.uploads()[0].bytes == shown);
    }

        async fn a_dropped_document_is_uploaded(page: &Page) {
        let bytes = fixtures::pdf(9000);
        open_task(page, crate::PAYSLIP).await;
        let target = page.text("of sleep het hierheen");
        page.drop_file_on(&target, "loonstrook.pdf", "application/pdf", &bytes).await;
        page.text("loonstrook.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        assert!(page.servers.uploads()[0].bytes == bytes);
    }

    async fn a_second_file_replaces_the_first(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("verkeerd.pdf", &fixtures::pdf(5000))).await;
        page.text("verkeerd.pdf").appears().await;
        page.text("Ander bestand kiezen").appears().await;
        page.choose_file(&folder.file("goed.pdf", &fixtures::pdf(6000))).await;
        page.text("goed.pdf").appears().await;
        page.text("verkeerd.pdf").is_absent().await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads()[0].filename, "goed.pdf");
    }

    async fn upload_progress_is_shown_in_bytes_and_percent(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("langzaam.pdf", &fixtures::pdf(12_000_000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document wordt verstuurd").appears().await;
        page.role("progressbar", "Uw document wordt verstuurd").appears().await;
        page.wait_until("bytes and percent", async || {
            let outline = page.outline().await;
            let line = outline.lines().find(|line| line.contains(" van 11,4") && line.contains('%'));
            line.map(|_| ()).ok_or(outline.clone())
        })
        .await;
        page.servers.demo().skip_delays();
        page.heading("Aangeleverd").appears().await;
    }

    async fn a_cancelled_upload_keeps_the_file_and_can_be_sent_again(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("langzaam.pdf", &fixtures::pdf(12_000_000))).await;
        page.textbox(containing("Opmerking")).type_text("Even wachten").await;
        page.button("Aanleveren").click().await;
        page.button("Annuleren").click().await;
        page.text(containing("Geannuleerd. Wij zien nog geen document van u.")).appears().await;
        page.text("langzaam.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Even wachten");
        assert_eq!(page.servers.uploads().len(), 0);
        page.servers.demo().skip_delays();
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        let uploads = page.servers.uploads();
        assert_eq!(uploads.len(), 1);
        assert_eq!(uploads[0].comment.as_deref(), Some("Even wachten"));
    }

    async fn a_polish_file_name_with_emoji_arrives_unchanged(page: &Page) {
        let name = "Zażółć gęślą jaźń – umowa 🏡📄.pdf";
        upload_and_compare(page, name, "application/pdf", &fixtures::pdf(30_000)).await;
    }

    async fn a_document_of_24_mb_arrives_byte_for_byte(page: &Page) {
        upload_and_compare(page, "dossier.pdf", "application/pdf", &fixtures::pdf(24 << 20)).await;
    }
}

in_chromium! {
    async fn an_upload_cancelled_too_late_is_shown_as_arrived(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("laat.pdf", &fixtures::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.wait_until("the document at the office", async || {
            match page.servers.uploads().len() {
                1 => Ok(()),
                kept => Err(format!("there are {kept}")),
            }
        })
        .await;
        page.button("Annuleren").click().await;
        page.heading("Aangeleverd").appears().await;
        page.text(containing("Wij hebben het nagekeken")).appears().await;
        page.text(containing("Er is niets aangeleverd")).is_absent().await;
        assert_eq!(page.servers.demo().request_count("upload_file"), 1);
    }

    async fn replacing_a_document_asks_for_confirmation(page: &Page) {
        let folder = Folder::new();
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.link(containing("legitimatiebewijs")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("paspoort.pdf", &fixtures::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Het eerdere document vervangen?").appears().await;
        assert_eq!(page.servers.demo().request_count("upload_file"), 0);
        page.button("Nee, het eerdere laten staan").click().await;
        page.text("paspoort.pdf").appears().await;
        assert_eq!(page.servers.demo().request_count("upload_file"), 0);
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Aangeleverd").appears().await;
        let uploads = page.servers.uploads();
        assert_eq!(uploads.len(), 1);
        assert!(uploads[0].is_reupload);
    }

    async fn a_rejected_document_is_sent_as_a_reupload(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::REJECTED_PASSPORT).await;
        page.choose_file(&folder.file("paspoort.pdf", &fixtures::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Aangeleverd").appears().await;
        assert!(page.servers.uploads()[0].is_reupload);
    }

    async fn a_chosen_file_survives_a_visit_to_another_page(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(9000))).await;
        page.textbox(containing("Opmerking")).type_text("Alvast").await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        page.back().await;
        page.text("loonstrook.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Alvast");
    }

    async fn a_pdf_arrives_byte_for_byte(page: &Page) {
        upload_and_compare(page, "loonstrook november.pdf", "application/pdf", &fixtures::pdf(240_000)).await;
    }

    async fn a_file_name_full_of_signs_arrives_unchanged(page: &Page) {
        let name = "50% & 'meer'; a=b, (kopie) 'één' #2 +1.pdf";
        upload_and_compare(page, name, "application/pdf", &fixtures::pdf(3_000)).await;
    }

    async fn a_comment_in_several_scripts_arrives_unchanged(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(3_000))).await;
        let comment = "Zażółć 100% é שלום 👩‍👩‍👧 “ja”";
        // Not every driver can type an emoji, so the text is pasted.
        let paste = "const [field, text] = arguments; field.value = text;
            field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))";
        let field = page.textbox(containing("Opmerking"));
        field.script_with(paste, vec![comment.into()]).await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads()[0].comment.as_deref(), Some(comment));
    }

    async fn after_an_upload_a_link_leads_to_the_next_task(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.link(containing("Volgende: ")).click().await;
        page.heading("Geldig legitimatiebewijs").appears().await;
    }

    async fn a_chosen_file_can_be_removed(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(5000))).await;
        page.button("loonstrook.pdf verwijderen").click().await;
        page.text("Bestand kiezen").appears().await;
        page.button("Aanleveren").is_absent().await;
    }

    async fn every_attempt_has_its_own_upload_id(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("hapert.pdf", &fixtures::pdf(9000))).await;
        let listen = "window.ids = [];
            const set = XMLHttpRequest.prototype.setRequestHeader;
            XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
              if (name === 'upload-id') ids.push(value);
              return set.call(this, name, value);
            }";
        page.script(listen, vec![]).await;
        page.button("Aanleveren").click().await;
        page.button("Nog een keer versturen").click().await;
        page.heading("Aangeleverd").appears().await;
        let ids = page.script("return ids", vec![]).await;
        let ids: Vec<&str> = ids.as_array().into_iter().flatten().filter_map(|id| id.as_str()).collect();
        assert_eq!(ids.len(), 2);
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| id.len() >= 16));
    }

    async fn a_comment_that_is_too_long_blocks_sending(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(3_000))).await;
        let paste = "const [field] = arguments; field.value = 'a'.repeat(2001);
            field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))";
        page.textbox(containing("Opmerking")).script(paste).await;
        page.text("De opmerking is te lang. Maak hem iets korter om aan te leveren.").appears().await;
        let button = page.button("Aanleveren");
        assert_eq!(button.attribute("aria-disabled").await.as_deref(), Some("true"));
        // It keeps the focus, and nothing is sent.
        button.press(Key::Enter).await;
        page.focus_comes_to("button \"Aanleveren\"").await;
        assert_eq!(page.servers.demo().request_count("upload_file"), 0);
    }

    async fn portal_uploaded_is_dispatched_without_personal_data(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let listen = "window.events = [];
            addEventListener('portal-uploaded', (event) => events.push(event.detail))";
        page.script(listen, vec![]).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(3_000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        let events = page.script("return JSON.stringify(events)", vec![]).await;
        let events = events.as_str().unwrap_or_default();
        assert!(events.starts_with("[{") && !events.contains("loonstrook"), "{events}");
        assert_eq!(events.matches('{').count(), 1, "{events}");
    }
}
