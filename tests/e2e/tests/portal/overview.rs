//! The overview and my details: the consumer, the progress, the next tasks and the contacts.

use e2e::{containing, in_chromium};

mod smoke {
    use super::*;

    in_chromium! {
        async fn the_specifications_example_is_shown(page: &Page) {
            page.open("/open/voorbeeld").await;
            page.heading("Welkom Jan Janssen").appears().await;
            page.text("Dossier TEST-1, geopend op 1 januari 2018").appears().await;
            page.heading("Alles is aangeleverd").appears().await;
            page.text("Alle onderdelen zijn klaar").first().appears().await;
            page.link(containing("SNS Budget Hypotheek")).appears().await;
            page.heading("Uw adviseur").appears().await;
            page.heading("Uw dossierbehandelaar").is_absent().await;
        }
    }
}
