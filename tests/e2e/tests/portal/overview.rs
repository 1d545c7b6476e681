//! The overview and my details: the consumer, the progress, the next tasks and the contacts.

use e2e::{containing, in_chromium};

mod smoke {
    use super::*;

    in_chromium! {
        async fn the_specifications_example_is_shown(page: &Page) {
            page.open("/open/voorbeeld").await;
            page.heading("Welkom Jan Janssen").appears().await;
            page.text("Dossier TEST_TIMEOUT-1, geopend op 1 januari 2018").appears().await;
            page.heading("U hoeft nu niets te doen").appears().await;
            page.text("Alles is klaar").first().appears().await;
            page.link(containing("SNS Budget Hypotheek")).appears().await;
            page.heading("Uw adviseur").appears().await;
            page.heading("Uw dossierbehandelaar").is_absent().await;
        }
    }
}

in_chromium! {
    async fn progress_is_shown_in_words_percent_and_a_bar(page: &Page) {
        page.open("/open/eva").await;
        page.text("5 van de 21 taken klaar").appears().await;
        page.text("24%").appears().await;
        let bar = page.role("progressbar", "Uw voortgang");
        bar.appears().await;
        assert_eq!(bar.attribute("value").await.as_deref(), Some("5"));
        assert_eq!(bar.attribute("max").await.as_deref(), Some("21"));
    }

    async fn rejected_tasks_come_first_with_the_advisers_comment(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Wat u nog moet doen").appears().await;
        page.text("Nog 16 taken te doen").appears().await;
        page.shows_in_order(&[
            "Wat u nog moet doen",
            "Aanleveren van geldig legitimatiebewijs (Thomas de Groot)",
            "de onderkant van het paspoort net weg",
            "Aanleveren van het overzicht van uw studieschuld",
            "Dit is het overzicht van vorig jaar",
            "Aanleveren van een recente loonstrook",
        ])
        .await;
    }

    async fn each_product_shows_its_own_counters(page: &Page) {
        page.open("/open/eva").await;
        for (product, done) in [
            ("Florius Profijt Hypotheek", "3 van de 15 taken klaar"),
            ("Persoonlijke lening voor de keuken", "1 van de 2 taken klaar"),
            ("Overlijdensrisicoverzekering", "1 van de 2 taken klaar"),
            ("Taxatie Lindenlaan 14, Zutphen", "0 van 1 taak klaar"),
        ] {
            let row = page.role("listitem", containing(product));
            page.link(containing(product)).appears().await;
            page.role("progressbar", product).appears().await;
            page.text(done).first().appears().await;
            drop(row);
        }
    }

    async fn the_appointment_shows_time_place_and_what_to_bring(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Uw afspraak").appears().await;
        page.text("Adviesgesprek: uw hypotheek doornemen").appears().await;
        page.text(containing("19:30 tot 20:30")).appears().await;
        page.text("Kantoor Van Dijk Hypotheken, Brink 21, Deventer").appears().await;
        page.text(containing("Neem allebei uw legitimatiebewijs mee")).appears().await;
    }

    async fn adviser_and_case_handler_have_phone_mail_and_picture(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Uw adviseur").appears().await;
        page.heading("Uw dossierbehandelaar").appears().await;
        for (name, telephone, address) in [
            ("Sanne de Wit", "tel:0570123456", "mailto:sanne@vandijkhypotheken.example"),
            ("Mehmet Yıldız", "tel:0570123460", "mailto:mehmet@vandijkhypotheken.example"),
        ] {
            let call = page.link(containing(&format!("Bel {name}")));
            let mail = page.link(containing(&format!("Mail {name}")));
            assert_eq!(call.attribute("href").await.as_deref(), Some(telephone));
            assert_eq!(mail.attribute("href").await.as_deref(), Some(address));
        }
        let pictures = "const root = document.querySelector('consumer-portal').shadowRoot;
            const all = [...root.querySelectorAll('img')];
            return all.length === 2 && all.every((picture) => picture.naturalWidth > 0)";
        page.wait_for_script("both pictures", pictures).await;
    }

    async fn my_details_use_dutch_notation(page: &Page) {
        page.open("/open/thomas").await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        page.text("de Groot").appears().await;
        page.text("2 november 1991").appears().await;
        page.text(containing("Graaf Florisstraat 27 b")).appears().await;
        page.text(containing("7415 LK Deventer")).appears().await;
        page.link("06 30 91 16 48").appears().await;
        page.text("Niet bekend").appears().await;
    }

    async fn a_mistake_in_my_details_can_be_mailed(page: &Page) {
        page.open("/open/eva#portal/me").await;
        page.heading("Klopt er iets niet?").appears().await;
        let href = page.link("Fout doorgeven per mail").attribute("href").await;
        let href = href.expect("a link leads somewhere");
        assert!(href.starts_with("mailto:sanne@vandijkhypotheken.example?subject="), "{href}");
        assert!(href.contains("VDH-2481"), "{href}");
    }
}
