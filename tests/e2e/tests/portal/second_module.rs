//! The second module, with all pages but the overview: what happens when it does not come, as on a train
//! that goes into a tunnel.

use e2e::{Page, in_chromium, servers::TestServers, site};

/// What the console says of a part that does not come is what is tested.
fn expect_missing_part(page: &Page) {
    for words in [
        "could not be loaded",
        "Failed to load resource",
        "HTTP status code is not ok",
        "expected magic word",
    ] {
        page.allow_console(words);
    }
}

in_chromium! {
    at TestServers::with_site(site::without_second_module());

    async fn a_dialog_that_does_not_come_can_be_put_away(page: &Page) {
        expect_missing_part(page);
        page.open("/open/eva").await;
        page.button("Uitloggen").first().click().await;
        page.button("Opnieuw proberen").appears().await;
        page.button("Sluiten").click().await;
        page.button("Opnieuw proberen").is_absent().await;
        page.link("Mijn gegevens").appears().await;
    }

    async fn a_page_whose_module_does_not_come_can_be_tried_again(page: &Page) {
        expect_missing_part(page);
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Documenten").click().await;
        page.heading("Deze pagina kon niet worden geladen").appears().await;
        page.link("Overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Documenten").click().await;
        page.heading("Deze pagina kon niet worden geladen").appears().await;

        page.servers.stop();
        site::add_second_module(page.servers.site());
        page.servers.start();
        page.button("Opnieuw proberen").click().await;
        page.heading("Documenten").appears().await;
    }
}

mod without_pages {
    use e2e::containing;
    use e2e::fixtures::{self, Folder};

    use super::*;

    in_chromium! {
        at TestServers::with_site(site::with_other(&[("scan-", ".wasm")], None));

        async fn files_that_wait_for_it_are_marked(page: &Page) {
            expect_missing_part(page);
            let folder = Folder::new();
            crate::uploading::open_task(page, crate::PAYSLIP).await;
            let letters = ["een.jpg", "twee.jpg"].map(|name| folder.file(name, &fixtures::letter()));
            page.choose_files(&letters).await;
            page.button("Opnieuw proberen").appears().await;
            page.link(containing("Terug naar")).click().await;
            page.text("Staat klaar, nog niet aangeleverd").appears().await;
        }

        async fn a_photo_is_sent_as_it_is_and_that_is_told(page: &Page) {
            expect_missing_part(page);
            let folder = Folder::new();
            crate::uploading::open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("brief.jpg", &fixtures::letter())).await;
            page.text(containing("Hij wordt aangeleverd zoals hij is")).appears().await;
            page.button("Aanleveren").click().await;
            page.heading("Aangeleverd").appears().await;
            assert!(page.servers.uploads()[0].bytes == fixtures::letter());
        }
    }
}
