//! Uploads whose response is lost. The portal does not send again by itself: it asks getsession whether the
//! document arrived.

use crate::uploading::open_task;
use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};

/// Uploads a file whose name causes a fault in the demo. The file exists as long as the folder.
async fn upload(page: &Page, name: &str) -> Folder {
    let folder = Folder::new();
    open_task(page, crate::PAYSLIP).await;
    page.choose_file(&folder.file(name, &fixtures::pdf(20_000)))
        .await;
    page.textbox(containing("Opmerking"))
        .type_text("Eén keer graag")
        .await;
    page.button("Aanleveren").click().await;
    folder
}

mod smoke {
    use super::*;

    in_every_browser! {
        async fn an_upload_whose_response_is_lost_has_arrived_once(page: &Page) {
            let _folder = upload(page, "weg-erna.pdf").await;
            page.heading("Aangeleverd").appears().await;
            page.text("Ontvangen").appears().await;
            page.button("Nog een keer versturen").is_absent().await;
            assert_eq!(page.servers.uploads().len(), 1);
            assert_eq!(page.servers.demo().request_count("upload_file"), 1);
        }
    }
}

in_every_browser! {
    async fn an_upload_without_a_connection_claims_nothing_and_loses_nothing(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("langzaam.pdf", &fixtures::pdf(8_000_000))).await;
        page.textbox(containing("Opmerking")).type_text("Onderweg").await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document wordt verstuurd").appears().await;
        page.speed_up_timers(4).await;
        page.servers.stop();
        page.heading("Wij konden niet nakijken of uw document is aangekomen").appears().await;
        page.text("langzaam.pdf").appears().await;
        page.button("Opnieuw nakijken").appears().await;
        page.servers.start();
        page.servers.demo().skip_delays();
        // The page looks again by itself, and claims nothing.
        page.heading("Wij zien uw document nog niet").appears().await;
        page.text("langzaam.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Onderweg");
        page.button("Nog een keer versturen").click().await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads().len(), 1);
    }
}

in_chromium! {
    async fn an_upload_lost_before_storing_can_be_sent_again(page: &Page) {
        let _folder = upload(page, "weg-ervoor.pdf").await;
        page.heading("Wij zien uw document nog niet").appears().await;
        page.text("weg-ervoor.pdf").appears().await;
        assert_eq!(page.textbox(containing("Opmerking")).value().await, "Eén keer graag");
        assert!(page.servers.uploads().is_empty());
        page.button("Nog een keer versturen").appears().await;
    }

    async fn an_upload_cut_off_halfway_can_be_sent_again(page: &Page) {
        let _folder = upload(page, "weg-tijdens.pdf").await;
        page.heading("Wij zien uw document nog niet").appears().await;
        assert!(page.servers.uploads().is_empty());
        page.button("Nog een keer versturen").appears().await;
    }

    async fn a_broken_response_is_resolved_by_getsession(page: &Page) {
        let _folder = upload(page, "half.pdf").await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads().len(), 1);
        assert_eq!(page.servers.demo().request_count("upload_file"), 1);
    }

    async fn a_document_of_someone_else_is_not_reported_as_this_one(page: &Page) {
        let _folder = upload(page, "al-ontvangen.pdf").await;
        page.heading("Er is een document aangekomen").appears().await;
        page.button("Vervangen door al-ontvangen.pdf").appears().await;
        assert_eq!(page.servers.uploads().len(), 1);
    }

    async fn a_reupload_whose_response_is_lost_is_reported_as_unknown(page: &Page) {
        let folder = Folder::new();
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.link(containing("legitimatiebewijs")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("weg-ervoor.pdf", &fixtures::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Wij kunnen niet zien of uw nieuwe document is aangekomen").appears().await;
        page.button("Opnieuw nakijken").appears().await;
        page.button("Nog een keer versturen").appears().await;
        page.text("weg-ervoor.pdf").appears().await;
    }

    async fn a_reupload_whose_response_is_lost_is_resolved_by_its_date(page: &Page) {
        let folder = Folder::new();
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.link(containing("legitimatiebewijs")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("weg-erna.pdf", &fixtures::pdf(9000))).await;
        page.button("Aanleveren").click().await;
        page.button("Ja, vervangen").click().await;
        page.heading("Aangeleverd").appears().await;
        let uploads = page.servers.uploads();
        assert!(uploads.len() == 1 && uploads[0].is_reupload);
    }
}
