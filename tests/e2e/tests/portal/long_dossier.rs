//! A dossier of 5,000 actions.

use e2e::{containing, in_chromium};

in_chromium! {
    async fn a_document_is_uploaded_for_one_of_5000_tasks(page: &Page) {
        use e2e::fixtures::{self, Folder};
        let folder = Folder::new();
        page.open("/open/lang").await;
        page.role("searchbox", containing("Zoek in deze taken")).type_text("4998").await;
        page.link(containing("Bankafschrift 4998")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("afschrift.pdf", &fixtures::pdf(5000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        page.link("Overzicht").click().await;
        page.text("1.001 van de 5.000 onderdelen klaar").appears().await;
    }
}
