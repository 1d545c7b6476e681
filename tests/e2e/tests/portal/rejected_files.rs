//! Files that the portal rejects before anything is sent, each with its reason.

use crate::uploading::open_task;
use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium};

async fn is_rejected(page: &Page, name: &str, bytes: &[u8], reason: &str) {
    let folder = Folder::new();
    open_task(page, crate::PAYSLIP).await;
    page.choose_file(&folder.file(name, bytes)).await;
    page.text(containing(reason)).appears().await;
    page.button("Aanleveren").is_absent().await;
    assert_eq!(page.servers.demo().request_count("upload_file"), 0);
}

in_chromium! {
    async fn a_film_is_rejected_by_its_kind(page: &Page) {
        is_rejected(page, "film.mp4", &[1; 4000], "Dit soort bestand kunt u niet aanleveren.").await;
        page.text(containing("PDF, JPG, PNG, HEIC, WEBP, TIF, DOC, DOCX, XLS, XLSX")).appears().await;
    }

    async fn a_rejected_file_keeps_the_file_chosen_before(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(3000))).await;
        page.text("loonstrook.pdf").appears().await;
        page.choose_file(&folder.file("film.mp4", &[1; 4000])).await;
        page.text(containing("Dit soort bestand kunt u niet aanleveren.")).appears().await;
        page.text("loonstrook.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
    }
}
