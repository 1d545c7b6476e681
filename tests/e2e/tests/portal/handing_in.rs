//! Handing in a document, from choosing it to the task being done: the main job.

use e2e::papers::{self, Folder};
use e2e::{Page, containing, in_every_browser};

/// Opens a task of Eva's.
pub async fn opens_task(page: &Page, task: &str) {
    page.open("/open/eva").await;
    page.link(containing(task)).first().click().await;
    page.text("Bestand kiezen").appears().await;
}

/// Hands in a file and waits until it has arrived; it is kept once, byte for byte.
async fn arrives_whole(page: &Page, name: &str, kind: &str, bytes: &[u8]) {
    let folder = Folder::new();
    opens_task(page, crate::PAYSLIP).await;
    page.give_file(&folder.file(name, bytes)).await;
    page.text(name).appears().await;
    page.button("Aanleveren").click().await;
    page.heading("Uw document is aangekomen").appears().await;
    page.text(containing(&format!("{name} is aangeleverd")))
        .appears()
        .await;
    let kept = page.stage.uploads();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].filename, name);
    assert_eq!(kept[0].mimetype, kind);
    assert!(!kept[0].is_reupload);
    assert_eq!(kept[0].comment, None);
    assert!(
        kept[0].bytes == bytes,
        "{} bytes of {}",
        kept[0].bytes.len(),
        bytes.len()
    );
}

in_every_browser! {
    async fn a_document_is_chosen_sent_and_done(page: &Page) {
        let folder = Folder::new();
        let bytes = papers::pdf(240_000);
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &bytes)).await;
        page.role("group", "Gekozen bestand").appears().await;
        page.text("loonstrook.pdf").appears().await;
        page.text("234 kB").appears().await;
        page.textbox(containing("Opmerking voor uw adviseur")).type_text("Van november, zoals gevraagd.").await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        page.text("Klaar").appears().await;
        let kept = page.stage.uploads();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].comment.as_deref(), Some("Van november, zoals gevraagd."));
        assert!(kept[0].bytes == bytes);
        // A fresh session shows it, without the page being loaded again.
        page.link("Overzicht").click().await;
        page.text("6 van de 21 taken klaar").appears().await;
        page.link(containing(crate::PAYSLIP)).is_absent().await;
    }

    async fn after_arriving_the_next_task_is_one_click_away(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.link(containing("Volgende: ")).click().await;
        page.heading(containing("Aanleveren van geldig legitimatiebewijs (Thomas")).appears().await;
    }

    async fn a_document_can_be_dropped(page: &Page) {
        let bytes = papers::pdf(9000);
        opens_task(page, crate::PAYSLIP).await;
        let target = page.text("of sleep het hierheen");
        page.drop_on(&target, "loonstrook.pdf", "application/pdf", &bytes).await;
        page.text("loonstrook.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert!(page.stage.uploads()[0].bytes == bytes);
    }

    async fn another_file_takes_the_first_ones_place(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("verkeerd.pdf", &papers::pdf(5000))).await;
        page.text("verkeerd.pdf").appears().await;
        page.text("Ander bestand kiezen").appears().await;
        page.give_file(&folder.file("goed.pdf", &papers::pdf(6000))).await;
        page.text("goed.pdf").appears().await;
        page.text("verkeerd.pdf").is_absent().await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert_eq!(page.stage.uploads()[0].filename, "goed.pdf");
    }

    async fn a_chosen_file_can_be_put_back(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(5000))).await;
        page.button("loonstrook.pdf verwijderen").click().await;
        page.text("Bestand kiezen").appears().await;
        page.button("Aanleveren").is_absent().await;
    }

    async fn progress_is_shown_in_bytes_and_percent(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("langzaam.pdf", &papers::pdf(12_000_000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document wordt verstuurd").appears().await;
        page.role("progressbar", "Uw document wordt verstuurd").appears().await;
        page.until("bytes and percent", async || {
            let outline = page.outline().await;
            let line = outline.lines().find(|line| line.contains(" van 11,4") && line.contains('%'));
            line.map(|_| ()).ok_or(outline.clone())
        })
        .await;
        page.stage.watch().hurries();
        page.heading("Uw document is aangekomen").appears().await;
    }

    async fn sending_can_be_cancelled_and_taken_up_again(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("langzaam.pdf", &papers::pdf(12_000_000))).await;
        page.textbox(containing("Opmerking")).type_text("Even wachten").await;
        page.button("Aanleveren").click().await;
        page.button("Annuleren").click().await;
        page.text("Geannuleerd. Er is niets aangeleverd; uw bestand staat hier nog.").appears().await;
        page.text("langzaam.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Even wachten");
        assert_eq!(page.stage.uploads().len(), 0);
        page.stage.watch().hurries();
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let kept = page.stage.uploads();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].comment.as_deref(), Some("Even wachten"));
    }

    async fn what_was_cancelled_too_late_is_not_said_to_be_gone(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("laat.pdf", &papers::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.until("the document at the office", async || {
            match page.stage.uploads().len() {
                1 => Ok(()),
                kept => Err(format!("there are {kept}")),
            }
        })
        .await;
        page.button("Annuleren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        page.text(containing("Wij hebben het nagekeken")).appears().await;
        page.text(containing("Er is niets aangeleverd")).is_absent().await;
        assert_eq!(page.stage.watch().count("upload_file"), 1);
    }

    async fn a_double_click_sends_once(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(400_000))).await;
        page.button("Aanleveren").double_click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert_eq!(page.stage.watch().count("upload_file"), 1);
        assert_eq!(page.stage.uploads().len(), 1);
    }

    async fn replacing_a_document_is_asked_first(page: &Page) {
        let folder = Folder::new();
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.link(containing("legitimatiebewijs")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("paspoort.pdf", &papers::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Eerdere document vervangen?").appears().await;
        assert_eq!(page.stage.watch().count("upload_file"), 0);
        page.button("Nee, het eerdere laten staan").click().await;
        page.text("paspoort.pdf").appears().await;
        assert_eq!(page.stage.watch().count("upload_file"), 0);
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let kept = page.stage.uploads();
        assert_eq!(kept.len(), 1);
        assert!(kept[0].is_reupload);
    }

    async fn what_was_sent_back_is_sent_in_as_a_replacement(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PASSPORT_SENT_BACK).await;
        page.give_file(&folder.file("paspoort.pdf", &papers::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert!(page.stage.uploads()[0].is_reupload);
    }

    async fn every_attempt_carries_an_id_of_its_own(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("hapert.pdf", &papers::pdf(9000))).await;
        let listen = "window.ids = [];
            const set = XMLHttpRequest.prototype.setRequestHeader;
            XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
              if (name === 'upload-id') ids.push(value);
              return set.call(this, name, value);
            }";
        page.script(listen, vec![]).await;
        page.button("Aanleveren").click().await;
        page.button("Nog een keer versturen").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let ids = page.script("return ids", vec![]).await;
        let ids: Vec<&str> = ids.as_array().into_iter().flatten().filter_map(|id| id.as_str()).collect();
        assert_eq!(ids.len(), 2);
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| id.len() >= 16));
    }

    async fn a_chosen_file_survives_a_look_around(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(9000))).await;
        page.textbox(containing("Opmerking")).type_text("Alvast").await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        page.back().await;
        page.text("loonstrook.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Alvast");
    }

    async fn a_pdf_arrives_byte_for_byte(page: &Page) {
        arrives_whole(page, "loonstrook november.pdf", "application/pdf", &papers::pdf(240_000)).await;
    }

    async fn a_phones_photo_arrives_byte_for_byte(page: &Page) {
        arrives_whole(page, "IMG_20261123_183012.jpg", "image/jpeg", &papers::photo(4_200_000)).await;
    }

    async fn a_name_in_polish_with_emoji_arrives_as_it_is(page: &Page) {
        let name = "Zażółć gęślą jaźń – umowa 🏡📄.pdf";
        arrives_whole(page, name, "application/pdf", &papers::pdf(30_000)).await;
    }

    async fn a_name_full_of_signs_arrives_as_it_is(page: &Page) {
        let name = "50% & \"meer\"; a=b, (kopie) 'één' #2 +1.pdf";
        arrives_whole(page, name, "application/pdf", &papers::pdf(3_000)).await;
    }

    async fn a_document_of_24_megabytes_arrives_byte_for_byte(page: &Page) {
        arrives_whole(page, "dossier.pdf", "application/pdf", &papers::pdf(24 << 20)).await;
    }

    async fn a_comment_in_every_script_arrives_as_it_is(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(3_000))).await;
        let comment = "Zażółć 100% é שלום 👩‍👩‍👧 “ja”";
        // Not every driver can type an emoji: it is put in as pasting would.
        let paste = "const [field, text] = arguments; field.value = text;
            field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))";
        let field = page.textbox(containing("Opmerking"));
        field.script_with(paste, vec![comment.into()]).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert_eq!(page.stage.uploads()[0].comment.as_deref(), Some(comment));
    }

    async fn a_comment_that_is_too_long_is_said_before_sending(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(3_000))).await;
        let paste = "const [field] = arguments; field.value = 'a'.repeat(2001);
            field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }))";
        page.textbox(containing("Opmerking")).script(paste).await;
        page.text("De opmerking is te lang. Maak hem iets korter om aan te leveren.").appears().await;
        assert!(!page.button("Aanleveren").element().await.is_enabled().await.unwrap());
    }

    async fn the_broker_is_told_and_nothing_personal_with_it(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        let listen = "window.told = [];
            addEventListener('portal-uploaded', (event) => told.push(event.detail))";
        page.script(listen, vec![]).await;
        page.give_file(&folder.file("loonstrook.pdf", &papers::pdf(3_000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let told = page.script("return JSON.stringify(told)", vec![]).await;
        let told = told.as_str().unwrap_or_default();
        assert!(told.starts_with("[{") && !told.contains("loonstrook"), "{told}");
        assert_eq!(told.matches('{').count(), 1, "{told}");
    }
}
