//! What a network on the way does to an upload: the page says what is known and no more, and each way out that it
//! offers can work.

use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};

const NOT_SEEN: &str = "Wij zien uw document nog niet";
const SMALL: usize = 20_000;
/// More than gets through the networks that cut.
const LARGE: usize = 300_000;

/// Opens a task of Eva's at an address of the portal or of the broker.
async fn open_task_at(page: &Page, address: &str) {
    page.open("/open/eva").await;
    page.heading("Welkom Eva Bakker").appears().await;
    page.open(address).await;
    page.link(containing(crate::PAYSLIP)).first().click().await;
    page.text("Bestand kiezen").appears().await;
}

/// Chooses a document and sends it.
async fn send(page: &Page, folder: &Folder, name: &str, size: usize) {
    page.choose_file(&folder.file(name, &fixtures::pdf(size)))
        .await;
    page.text(name).appears().await;
    page.button("Aanleveren").click().await;
}

/// Sends a document twice through a network that does not let it pass, and sees that the page has something
/// better to offer then.
async fn is_stopped_twice(page: &Page, folder: &Folder, size: usize) {
    send(page, folder, "scan.pdf", size).await;
    page.heading(NOT_SEEN).appears().await;
    page.text(containing("Misschien komt het nog aan"))
        .appears()
        .await;
    page.link("Mail Sanne de Wit").is_absent().await;
    page.button("Nog een keer versturen").click().await;
    page.text(containing(
        "Misschien is het bestand te groot voor dit netwerk.",
    ))
    .appears()
    .await;
    page.text("Ander bestand kiezen").appears().await;
    let mail = page
        .link("Mail Sanne de Wit")
        .first()
        .attribute("href")
        .await;
    assert!(mail.unwrap_or_default().starts_with("mailto:sanne@"));
    assert!(page.servers.uploads().is_empty());
}

in_every_browser! {
    async fn what_was_cancelled_on_its_way_and_arrives_late_is_told_as_arrived(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("slikt")).await;
        page.speed_up_timers(10).await;
        send(page, &folder, "loonstrook.pdf", LARGE).await;
        page.text("Wachten op bevestiging…").appears().await;
        page.button("Annuleren").click().await;
        page.text(containing("Geannuleerd. Wij zien nog geen document van u.")).appears().await;
        page.text("loonstrook.pdf").appears().await;
        assert!(page.servers.uploads().is_empty());
        page.servers.demo().skip_delays();
        page.heading("Aangeleverd").appears().await;
        page.text(containing("Geannuleerd")).is_absent().await;
        assert_eq!(page.servers.uploads().len(), 1);
    }

    async fn what_a_network_swallowed_is_not_said_to_be_lost(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("slikt-en-verbreekt")).await;
        page.speed_up_timers(10).await;
        send(page, &folder, "loonstrook.pdf", LARGE).await;
        page.heading(NOT_SEEN).appears().await;
        page.text(containing("niet ontvangen")).is_absent().await;
        assert!(page.servers.uploads().is_empty());
        page.servers.demo().skip_delays();
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads().len(), 1);
        assert_eq!(page.servers.demo().request_count("upload_file"), 1);
    }

    async fn a_file_that_is_cut_off_twice_gets_another_way_out(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("knipt")).await;
        is_stopped_twice(page, &folder, LARGE).await;
        send(page, &folder, "kleiner.pdf", SMALL).await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads()[0].filename, "kleiner.pdf");
    }

    async fn a_refusal_that_an_offices_page_cannot_read_gets_another_way_out(page: &Page) {
        page.allow_console("CORS");
        page.allow_console("Cross-Origin");
        page.allow_console("access control checks");
        let folder = Folder::new();
        open_task_at(page, &page.servers.broker_through("te-groot")).await;
        is_stopped_twice(page, &folder, LARGE).await;
        send(page, &folder, "kleiner.pdf", SMALL).await;
        page.heading("Aangeleverd").appears().await;
    }
}

in_chromium! {
    async fn what_is_in_doubt_is_marked_in_the_list(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("slikt-en-verbreekt")).await;
        page.speed_up_timers(10).await;
        send(page, &folder, "loonstrook.pdf", LARGE).await;
        page.heading(NOT_SEEN).appears().await;
        page.link(containing("Terug naar")).click().await;
        page.text("Nog niet zeker of dit is aangekomen").appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.heading(NOT_SEEN).appears().await;
    }

    async fn what_never_arrives_is_said_to_be_lost_after_minutes(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("knipt")).await;
        page.speed_up_timers(100).await;
        send(page, &folder, "scan.pdf", LARGE).await;
        page.heading("Wij hebben uw document niet ontvangen").appears().await;
        page.button("Nog een keer versturen").appears().await;
        assert!(page.servers.uploads().is_empty());
        // What comes in another way then is not said to be this one.
        crate::upload_on_another_device(page, &action_on_screen(page).await).await;
        page.return_to_tab().await;
        page.heading("Er is een document aangekomen").appears().await;
    }

    async fn a_cancelled_document_that_never_arrives_is_looked_for_for_minutes(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("slikt")).await;
        page.speed_up_timers(100).await;
        send(page, &folder, "loonstrook.pdf", LARGE).await;
        page.button("Annuleren").click().await;
        page.text(containing("Wij hebben een paar minuten gekeken en geen document van u gezien.")).appears().await;
        page.text("loonstrook.pdf").appears().await;
        page.button("Aanleveren").appears().await;
    }

    async fn a_filter_that_stops_every_document_on_an_offices_page_leaves_mail(page: &Page) {
        page.allow_console("CORS");
        let folder = Folder::new();
        open_task_at(page, &page.servers.broker_through("verbiedt")).await;
        is_stopped_twice(page, &folder, SMALL).await;
    }

    async fn a_web_page_in_place_of_an_answer_is_told_as_something_in_between(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("verbiedt")).await;
        send(page, &folder, "loonstrook.pdf", SMALL).await;
        page.heading("Uw document is niet aangeleverd").appears().await;
        page.text(containing("Iets onderweg hield dit tegen. Laad de pagina opnieuw")).appears().await;
        page.button("Nog een keer versturen").click().await;
        page.text(containing("Misschien is het bestand te groot voor dit netwerk.")).appears().await;
        page.link("Mail Sanne de Wit").first().appears().await;
    }

    async fn a_file_too_large_for_the_network_is_told_as_such(page: &Page) {
        let folder = Folder::new();
        open_task_at(page, &page.servers.through("te-groot")).await;
        send(page, &folder, "scan.pdf", LARGE).await;
        page.text(containing("Het bestand is te groot.")).appears().await;
        page.button("Nog een keer versturen").is_absent().await;
        send(page, &folder, "kleiner.pdf", SMALL).await;
        page.heading("Aangeleverd").appears().await;
    }

    async fn a_check_for_robots_in_front_of_the_dossier_is_told_as_something_in_between(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open(&page.servers.through("robotcontrole")).await;
        page.heading("Iets onderweg hield dit tegen").appears().await;
        page.script("window.isBefore = true", vec![]).await;
        page.button("Opnieuw proberen").click().await;
        // The page is loaded anew: only so can the check show itself.
        page.wait_for_script("a new page", "return window.isBefore === undefined").await;
        page.heading("Iets onderweg hield dit tegen").appears().await;
    }

    async fn documents_arrive_through_networks_that_drop_headers_or_answers(page: &Page) {
        for network in ["zonder-onderstrepingstekens", "zonder-onbekende-koppen", "verliest-antwoord"] {
            page.servers.stop();
            page.servers.start();
            let folder = Folder::new();
            open_task_at(page, &page.servers.through(network)).await;
            send(page, &folder, "loonstrook.pdf", SMALL).await;
            page.heading("Aangeleverd").appears().await;
            assert_eq!(page.servers.uploads().len(), 1, "{network}");
        }
    }
}

mod random {
    use super::*;
    use e2e::chaos::{Random, run};

    /// The program `chaos` makes hundreds of such runs.
    const SEED: u64 = 2026;

    in_chromium! {
        async fn uploads_with_faults_at_random_moments_are_told_of_truly(page: &Page) {
            page.allow_console("CORS");
            for number in 0..12 {
                let verdict = run(page, Random::of_run(SEED, number)).await;
                assert!(verdict.is_good(), "run {number} of seed {SEED}: {verdict}");
            }
        }
    }
}

/// The id of the action whose page is on the screen.
async fn action_on_screen(page: &Page) -> String {
    let fragment = page.fragment().await;
    let id = fragment.rsplit(['/', '-']).next();
    id.unwrap_or_default().to_owned()
}
