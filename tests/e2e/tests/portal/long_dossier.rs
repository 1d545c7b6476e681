//! A dossier of 5,000 actions is as usable as one of five.

use e2e::{containing, in_every_browser};

in_every_browser! {
    async fn it_shows_a_part_and_more_on_demand(page: &Page) {
        page.open("/open/lang").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.text("1.000 van de 5.000 taken klaar").appears().await;
        page.text("Nog 4.000 taken te doen").appears().await;
        let tasks = page.link(containing("Aanleveren van bankafschrift"));
        tasks.are(25).await;
        page.button("Nog 25 tonen").click().await;
        tasks.are(50).await;
    }

    async fn a_task_is_found_by_typing(page: &Page) {
        page.open("/open/lang").await;
        let search = page.role("searchbox", containing("Zoek in deze taken"));
        search.type_text("afschrift 4999").await;
        page.text("1 gevonden").appears().await;
        page.link("Aanleveren van bankafschrift 4999").click().await;
        page.heading("Aanleveren van bankafschrift 4999").appears().await;
    }

    async fn what_is_not_there_is_said(page: &Page) {
        page.open("/open/lang").await;
        page.role("searchbox", containing("Zoek in deze taken")).type_text("zeepaardje").await;
        page.text("Niets gevonden. Probeer een ander woord.").appears().await;
    }

    async fn one_of_many_is_handed_in(page: &Page) {
        use e2e::papers::{self, Folder};
        let folder = Folder::new();
        page.open("/open/lang").await;
        page.role("searchbox", containing("Zoek in deze taken")).type_text("4998").await;
        page.link(containing("Aanleveren van bankafschrift 4998")).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("afschrift.pdf", &papers::pdf(5000))).await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        page.link("Overzicht").click().await;
        page.text("1.001 van de 5.000 taken klaar").appears().await;
    }
}
