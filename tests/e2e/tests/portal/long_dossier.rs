//! A dossier of 5,000 actions.

use e2e::{containing, in_chromium};

in_chromium! {
    async fn a_document_is_uploaded_for_one_of_5000_tasks(page: &Page) {
        use e2e::fixtures::{self, Folder};
        let folder = Folder::new();
        page.open("/open/lang").await;
        page.role("searchbox", containing("Zoek in deze taken")).type_text("4998").await;
        page.link(containing("Aanleveren van bankafschrift 4998")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("afschrift.pdf", &fixtures::pdf(5000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        page.link("Overzicht").click().await;
        page.text("1.001 van de 5.000 taken klaar").appears().await;
    }

    async fn the_list_shows_25_tasks_and_25_more_on_demand(page: &Page) {
        page.open("/open/lang").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.text("1.000 van de 5.000 taken klaar").appears().await;
        page.text("Nog 4.000 taken te doen").appears().await;
        let tasks = page.link(containing("Aanleveren van bankafschrift"));
        tasks.has_count(25).await;
        page.button("Nog 25 tonen").click().await;
        tasks.has_count(50).await;
    }

    async fn typing_in_the_search_field_finds_a_task(page: &Page) {
        page.open("/open/lang").await;
        let search = page.role("searchbox", containing("Zoek in deze taken"));
        search.type_text("afschrift 4999").await;
        page.text("1 gevonden").appears().await;
        page.link("Aanleveren van bankafschrift 4999").click().await;
        page.heading("Aanleveren van bankafschrift 4999").appears().await;
    }

    async fn a_search_without_results_says_so(page: &Page) {
        page.open("/open/lang").await;
        page.role("searchbox", containing("Zoek in deze taken")).type_text("zeepaardje").await;
        page.text("Niets gevonden. Probeer een ander woord.").appears().await;
    }
}
