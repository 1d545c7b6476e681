//! Answers that never come: the portal does not send again by itself but asks getsession what became of
//! the document.

use crate::handing_in::opens_task;
use e2e::papers::{self, Folder};
use e2e::{Page, containing, in_every_browser};

/// Hands in a file that the demo knows by its name. The file is there for as long as its folder is.
async fn hands_in(page: &Page, name: &str) -> Folder {
    let folder = Folder::new();
    opens_task(page, crate::PAYSLIP).await;
    page.give_file(&folder.file(name, &papers::pdf(20_000)))
        .await;
    page.textbox(containing("Opmerking"))
        .type_text("Eén keer graag")
        .await;
    page.button("Aanleveren").click().await;
    folder
}

in_every_browser! {
    async fn stored_and_then_cut_off_has_arrived_once(page: &Page) {
        let _folder = hands_in(page, "weg-erna.pdf").await;
        page.heading("Uw document is aangekomen").appears().await;
        page.text("Klaar").appears().await;
        page.button("Nog een keer versturen").is_absent().await;
        assert_eq!(page.stage.uploads().len(), 1);
        assert_eq!(page.stage.watch().count("upload_file"), 1);
    }

    async fn cut_off_before_it_was_stored_can_be_sent_again(page: &Page) {
        let _folder = hands_in(page, "weg-ervoor.pdf").await;
        page.heading("Uw document is niet aangeleverd").appears().await;
        page.text("weg-ervoor.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Eén keer graag");
        assert!(page.stage.uploads().is_empty());
        page.button("Nog een keer versturen").appears().await;
    }

    async fn cut_off_halfway_can_be_sent_again(page: &Page) {
        let _folder = hands_in(page, "weg-tijdens.pdf").await;
        page.heading("Uw document is niet aangeleverd").appears().await;
        assert!(page.stage.uploads().is_empty());
        page.button("Nog een keer versturen").appears().await;
    }

    async fn half_an_answer_is_settled_by_asking(page: &Page) {
        let _folder = hands_in(page, "half.pdf").await;
        page.heading("Uw document is aangekomen").appears().await;
        assert_eq!(page.stage.uploads().len(), 1);
        assert_eq!(page.stage.watch().count("upload_file"), 1);
    }

    async fn a_document_of_someone_else_is_not_taken_for_this_one(page: &Page) {
        let _folder = hands_in(page, "al-ontvangen.pdf").await;
        page.heading("Er is een document aangekomen").appears().await;
        page.button("Vervangen door al-ontvangen.pdf").appears().await;
        assert_eq!(page.stage.uploads().len(), 1);
    }

    async fn replacing_with_a_lost_answer_says_what_is_not_known(page: &Page) {
        let folder = Folder::new();
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.link(containing("legitimatiebewijs")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("weg-ervoor.pdf", &papers::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Wij kunnen niet zien of uw nieuwe document is aangekomen").appears().await;
        page.button("Opnieuw nakijken").appears().await;
        page.button("Nog een keer versturen").appears().await;
        page.text("weg-ervoor.pdf").appears().await;
    }

    async fn replacing_with_a_lost_answer_is_settled_by_its_date(page: &Page) {
        let folder = Folder::new();
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.link(containing("legitimatiebewijs")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("weg-erna.pdf", &papers::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let kept = page.stage.uploads();
        assert!(kept.len() == 1 && kept[0].is_reupload);
    }

    async fn without_a_connection_nothing_is_claimed_and_nothing_is_lost(page: &Page) {
        let folder = Folder::new();
        opens_task(page, crate::PAYSLIP).await;
        page.give_file(&folder.file("langzaam.pdf", &papers::pdf(8_000_000))).await;
        page.textbox(containing("Opmerking")).type_text("Onderweg").await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document wordt verstuurd").appears().await;
        page.stage.stops();
        page.heading("Wij konden niet nakijken of uw document is aangekomen").appears().await;
        page.text("langzaam.pdf").appears().await;
        page.stage.starts();
        page.stage.watch().hurries();
        page.button("Opnieuw nakijken").click().await;
        page.heading("Uw document is niet aangekomen").appears().await;
        page.text("langzaam.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Onderweg");
        page.button("Nog een keer versturen").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert_eq!(page.stage.uploads().len(), 1);
    }
}
