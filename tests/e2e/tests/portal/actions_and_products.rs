//! The pages of an action and of a product: what is asked, its status, and exactly the buttons it offers.

use e2e::{Page, containing, in_chromium, in_every_browser};

/// The ways to upload and to download a document that a page offers, each once.
async fn offers(page: &Page) -> Vec<&'static str> {
    let mut offers = Vec::new();
    let upload = [("choose", "Bestand kiezen"), ("photo", "Foto maken")];
    for (what, words) in upload {
        if page.text(words).count().await > 0 {
            offers.push(what);
        }
    }
    for (what, words) in [("open", "openen"), ("save", "opslaan")] {
        if page.button(containing(words)).count().await > 0 {
            offers.push(what);
        }
    }
    offers
}

in_every_browser! {
    async fn a_loan_shows_amounts_and_dates_in_dutch_notation(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Persoonlijke lening")).click().await;
        page.text("€ 12.500").appears().await;
        page.text("€ 236,42").appears().await;
        page.text("per maand").appears().await;
        page.text("Nieuwe keuken").appears().await;
        let outline = page.outline().await;
        let day = outline.split_once("term \"Ingangsdatum\"").and_then(|(_, after)| after.lines().nth(1));
        let day = day.unwrap_or_default().trim_start_matches("definition \"\": ");
        let parts: Vec<&str> = day.split(' ').collect();
        let [number, month, year] = parts[..] else { panic!("{day} is no date the Dutch way") };
        assert!(number.parse::<u8>().is_ok() && year.parse::<u16>().is_ok(), "{day}");
        assert!(month.chars().all(|letter| letter.is_ascii_lowercase()), "{day}");
    }
}

in_chromium! {
    async fn an_open_task_offers_an_upload_only(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.heading("Document aanleveren").appears().await;
        page.text("Te doen").appears().await;
        page.text("Niet ouder dan drie maanden").appears().await;
        page.role("listitem", e2e::TextMatch::Any)
            .inside(&page.role("main", e2e::TextMatch::Any))
            .first()
            .appears()
            .await;
        page.text("PDF, foto, Word of Excel, maximaal 25 MB").appears().await;
        assert_eq!(offers(page).await, ["choose"]);
    }

    async fn a_photo_is_offered_on_devices_with_a_camera(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        let camera = "const fields = [...document.querySelector('consumer-portal').shadowRoot.querySelectorAll('input[type=file]')];
            return fields.some((field) => field.accept === 'image/*' && field.getAttribute('capture') === 'environment')";
        assert_eq!(page.script(camera, vec![]).await, true);
        // Only a device with a touch screen offers to take a photo.
        let coarse = page.script("return matchMedia('(pointer: coarse)').matches", vec![]).await;
        assert_eq!(page.text("Foto maken").count().await > 0, coarse == true);
    }

    async fn a_rejected_task_says_why(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::REJECTED_PASSPORT)).click().await;
        page.heading("Document vervangen").appears().await;
        page.text("Afgekeurd").appears().await;
        page.text("Uw adviseur zegt:").appears().await;
        page.text(containing("de onderkant van het paspoort net weg")).appears().await;
        page.text("Alle vier de hoeken zichtbaar en alles goed leesbaar").appears().await;
        assert_eq!(offers(page).await, ["choose"]);
    }

    async fn a_form_can_be_downloaded_and_uploaded(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("werkgeversverklaring")).click().await;
        page.heading("Document aanleveren").appears().await;
        page.text(containing("Het formulier staat klaar om te downloaden")).appears().await;
        assert_eq!(offers(page).await, ["choose", "open", "save"]);
    }

    async fn a_letter_offers_a_download_only(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Rentevoorstel")).click().await;
        page.heading("Rentevoorstel van Florius").appears().await;
        page.button(containing("opslaan")).appears().await;
        assert_eq!(offers(page).await, ["open", "save"]);
    }

    async fn an_otd_offers_a_download_only(page: &Page) {
        page.open("/open/eva").await;
        page.link("Opdracht tot dienstverlening").click().await;
        page.heading("Opdracht tot dienstverlening (OTD)").appears().await;
        assert_eq!(offers(page).await, ["open", "save"]);
    }

    async fn a_task_for_someone_else_offers_nothing(page: &Page) {
        page.open("/open/eva").await;
        page.link("Tekenen bij de notaris").click().await;
        page.text("U hoeft hier zelf niets te doen. Uw adviseur regelt dit.").appears().await;
        assert_eq!(offers(page).await, [""; 0]);
    }

    async fn a_finished_task_shows_its_date_and_can_be_replaced(page: &Page) {
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.link(containing("legitimatiebewijs")).click().await;
        page.text("Klaar").appears().await;
        page.text("Aangeleverd op 1 januari 2018").appears().await;
        page.heading("Document vervangen").appears().await;
        assert_eq!(offers(page).await, ["choose"]);
    }

    async fn a_mortgage_shows_its_amount_in_dutch_notation(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Florius Profijt")).click().await;
        page.text("€ 387.500").appears().await;
        page.text("Florius").appears().await;
        page.text("Annuïteitenhypotheek, 30 jaar").appears().await;
        page.text("VDH-2481-M-01").appears().await;
        page.text("FL-88204417").appears().await;
        page.text("3 van de 15 taken klaar").appears().await;
    }

    async fn an_unknown_product_type_shows_all_its_fields(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Taxatie Lindenlaan")).click().await;
        page.text("House valuation").appears().await;
        page.text("Valuer name").appears().await;
        page.text("Taxatiekantoor IJsselstreek").appears().await;
        page.text("Energy label").appears().await;
    }

    async fn a_product_separates_open_and_completed_tasks(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Persoonlijke lening")).click().await;
        page.shows_in_order(&[
            "heading \"Te doen\"",
            "offerte van uw keuken",
            "heading \"Klaar\"",
            "Europese standaardinformatie",
        ])
        .await;
    }

    async fn a_task_without_a_product_links_back_to_the_overview(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("machtiging")).click().await;
        page.heading(containing("machtiging")).appears().await;
        page.link("Terug naar het overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }
}
