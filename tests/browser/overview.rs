//! The overview and my details: who you are, how far you are, what comes next and who can help.

use wasm_bindgen_test::wasm_bindgen_test;

use super::mounted::Portal;

#[wasm_bindgen_test]
async fn the_specifications_own_example_is_shown() {
    let portal = Portal::open("voorbeeld", "").await;
    portal.is_at("Welkom Jan Janssen").await;
    portal
        .shows("Dossier TEST-1, geopend op 1 januari 2018")
        .await;
    portal.element("h2", "U hoeft nu niets te doen").await;
    portal.shows("Alles is klaar").await;
    portal.element("a", "SNS Budget Hypotheek").await;
    portal.element("h2", "Uw adviseur").await;
    // Adviser and case handler are one person.
    portal.shows_no("Uw dossierbehandelaar").await;
}

#[wasm_bindgen_test]
async fn progress_is_shown_in_words_as_a_percentage_and_as_a_bar() {
    let portal = Portal::open("eva", "").await;
    portal.shows("5 van de 21 taken klaar").await;
    portal.shows("24%").await;
    let bar = portal.element("progress", "Uw voortgang").await;
    assert_eq!(bar.get_attribute("value").as_deref(), Some("5"));
    assert_eq!(bar.get_attribute("max").as_deref(), Some("21"));
}

#[wasm_bindgen_test]
async fn a_rejected_task_comes_first_with_the_advisers_comment() {
    let portal = Portal::open("eva", "").await;
    portal.shows("Nog 16 taken te doen").await;
    portal
        .shows_in_order(&[
            "Wat u nog moet doen",
            "Aanleveren van geldig legitimatiebewijs (Thomas de Groot)",
            "de onderkant van het paspoort net weg",
            "Aanleveren van het overzicht van uw studieschuld",
            "Dit is het overzicht van vorig jaar",
            "Aanleveren van een recente loonstrook",
        ])
        .await;
}

#[wasm_bindgen_test]
async fn each_product_has_its_own_counters() {
    let portal = Portal::open("eva", "").await;
    for (product, done) in [
        ("Florius Profijt Hypotheek", "3 van de 15 taken klaar"),
        (
            "Persoonlijke lening voor de keuken",
            "1 van de 2 taken klaar",
        ),
        ("Overlijdensrisicoverzekering", "1 van de 2 taken klaar"),
        ("Taxatie Lindenlaan 14, Zutphen", "0 van 1 taak klaar"),
    ] {
        let card = portal.element("li.product", product).await;
        assert!(card.text_content().unwrap_or_default().contains(done));
        portal.element("progress", product).await;
    }
}

#[wasm_bindgen_test]
async fn an_appointment_says_when_where_and_what_to_bring() {
    let portal = Portal::open("eva", "").await;
    portal.element("h2", "Uw afspraak").await;
    portal.shows("Adviesgesprek: uw hypotheek doornemen").await;
    portal.shows("19:30 tot 20:30").await;
    portal
        .shows("Kantoor Van Dijk Hypotheken, Brink 21, Deventer")
        .await;
    portal.shows("Neem allebei uw legitimatiebewijs mee").await;
}

#[wasm_bindgen_test]
async fn adviser_and_case_handler_have_links_to_call_and_to_mail() {
    let portal = Portal::open("eva", "").await;
    portal.element("h2", "Uw dossierbehandelaar").await;
    for (name, telephone, address) in [
        (
            "Sanne de Wit",
            "tel:0570123456",
            "mailto:sanne@vandijkhypotheken.example",
        ),
        (
            "Mehmet Yıldız",
            "tel:0570123460",
            "mailto:mehmet@vandijkhypotheken.example",
        ),
    ] {
        let call = portal.element("a", &format!("Bel {name}")).await;
        let mail = portal.element("a", &format!("Mail {name}")).await;
        assert_eq!(call.get_attribute("href").as_deref(), Some(telephone));
        assert_eq!(mail.get_attribute("href").as_deref(), Some(address));
    }
    let faces = portal.all("img.face", "");
    assert_eq!(faces.len(), 2);
    for face in faces {
        portal
            .until("the picture", || {
                portal.run(&face, "(picture) => picture.naturalWidth > 0") == true
            })
            .await;
    }
}

#[wasm_bindgen_test]
async fn the_partner_is_greeted_in_the_same_dossier() {
    let portal = Portal::open("thomas", "").await;
    portal.is_at("Welkom Thomas de Groot").await;
}

#[wasm_bindgen_test]
async fn my_details_are_written_the_dutch_way() {
    let portal = Portal::open("thomas", "").await;
    portal.click("Mijn gegevens").await;
    portal.is_at("Mijn gegevens").await;
    portal.shows("de Groot").await;
    portal.shows("2 november 1991").await;
    portal.shows("Graaf Florisstraat 27 b").await;
    portal.shows("7415 LK Deventer").await;
    portal.element("a", "06 30 91 16 48").await;
    portal.shows("Niet bekend").await;
}

#[wasm_bindgen_test]
async fn a_mistake_in_my_details_can_be_mailed_to_the_adviser() {
    let portal = Portal::open("eva", "#portal-me").await;
    portal.element("h2", "Klopt er iets niet?").await;
    let link = portal.element("a", "Fout doorgeven per mail").await;
    let href = link.get_attribute("href").expect("a link leads somewhere");
    assert!(href.starts_with("mailto:sanne@vandijkhypotheken.example?subject="));
    assert!(href.contains("VDH%2D2481"), "{href}");
}

#[wasm_bindgen_test]
async fn a_long_dossier_shows_25_tasks_and_more_on_demand() {
    let portal = Portal::open("lang", "").await;
    portal.is_at("Welkom Anna Visser").await;
    portal.shows("1.000 van de 5.000 taken klaar").await;
    portal.shows("Nog 4.000 taken te doen").await;
    assert_eq!(portal.all("li.task", "").len(), 25);
    portal.click("Nog 25 tonen").await;
    portal
        .until("50 tasks", || portal.all("li.task", "").len() == 50)
        .await;
}

#[wasm_bindgen_test]
async fn a_search_finds_one_task_of_5000() {
    let portal = Portal::open("lang", "").await;
    portal
        .type_into("input[type=search]", "AFSCHRIFT 4999 ")
        .await;
    portal.shows("1 gevonden").await;
    portal.click("Aanleveren van bankafschrift 4999").await;
    portal.is_at("Aanleveren van bankafschrift 4999").await;
}

#[wasm_bindgen_test]
async fn a_search_that_finds_nothing_says_so() {
    let portal = Portal::open("lang", "").await;
    portal.type_into("input[type=search]", "zeepaardje").await;
    portal
        .shows("Niets gevonden. Probeer een ander woord.")
        .await;
}

#[wasm_bindgen_test]
async fn dutch_says_u_unless_je_is_asked_for() {
    let portal = Portal::open("eva", "").await;
    portal.shows("Wat u nog moet doen").await;
    portal.shows("Uw adviseur").await;
    drop(portal);
    let portal = Portal::open_with("eva", "", &[("address", "je")]).await;
    portal.shows("Wat je nog moet doen").await;
    portal.shows("Je adviseur").await;
    portal.click("recente loonstrook (Eva").await;
    portal.shows("Bestand kiezen").await;
    portal.shows_no("Uw ").await;
}

#[wasm_bindgen_test]
async fn english_is_english_on_every_page() {
    let portal = Portal::open_with("eva", "", &[("lang", "en")]).await;
    portal.is_at("Hello Eva Bakker").await;
    portal.shows("5 of 21 tasks done").await;
    portal.shows("16 tasks left").await;
    portal.click("Florius Profijt").await;
    portal.shows("€387,500").await;
    portal.element("h2", "Timeline").await;
    portal.click("recente loonstrook (Eva").await;
    portal.shows("Choose a file").await;
    portal.click("My details").await;
    portal.shows("17 April 1993").await;
    portal.element("div[lang=en-GB]", "").await;
}
