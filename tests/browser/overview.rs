//! The overview and my details: who you are, how far you are, what comes next and who can help.

use wasm_bindgen_test::wasm_bindgen_test;

use super::mounted::{Portal, edit_actions};

#[wasm_bindgen_test]
async fn the_specifications_own_example_is_shown() {
    let portal = Portal::open("voorbeeld", "").await;
    portal.is_at("Welkom Jan Janssen").await;
    portal
        .shows("Dossier TEST-1, geopend op 1 januari 2018")
        .await;
    portal.element("h2", "Alles is aangeleverd").await;
    portal.shows("Alle onderdelen zijn klaar").await;
    portal.element("a", "SNS Budget Hypotheek").await;
    portal.element("h2", "Uw adviseur").await;
    // Adviser and case handler are one person.
    portal.shows_no("Uw dossierbehandelaar").await;
}

#[wasm_bindgen_test]
async fn progress_is_shown_in_words_as_a_percentage_and_as_a_bar() {
    let portal = Portal::open("eva", "").await;
    portal.shows("5 van de 21 onderdelen klaar").await;
    portal.shows("24%").await;
    let bar = portal.element("progress", "Voortgang van uw dossier").await;
    assert_eq!(bar.get_attribute("value").as_deref(), Some("5"));
    assert_eq!(bar.get_attribute("max").as_deref(), Some("21"));
}

#[wasm_bindgen_test]
async fn a_rejected_task_comes_first_with_the_advisers_comment() {
    let portal = Portal::open("eva", "").await;
    portal.shows("Nog 10 documenten aan te leveren").await;
    portal
        .shows_in_order(&[
            "Begin hier",
            "Geldig legitimatiebewijs",
            "Voor Thomas de Groot",
            "Uw adviseur vraagt hier een nieuw document voor.",
            "Eerst opnieuw",
            "Geldig legitimatiebewijs",
            "Opnieuw aanleveren · Voor Thomas de Groot",
            "de onderkant van het paspoort net weg",
            "Saldo-overzicht studieschuld",
            "Dit is het overzicht van vorig jaar",
            "Loonstrook",
            "Aanleveren · Voor Eva Bakker",
            "Lezen",
            "Wij regelen dit",
            "Leveringsakte en hypotheekakte",
            "Geen actie nodig",
        ])
        .await;
}

#[wasm_bindgen_test]
async fn the_first_task_has_one_button_that_leads_to_it() {
    let portal = Portal::open("eva", "").await;
    let start = portal.element("section.start", "Begin hier").await;
    let text = start.text_content().unwrap_or_default();
    assert!(text.contains("Nog 10 documenten aan te leveren"), "{text}");
    assert!(text.contains("5 van de 21 onderdelen klaar"), "{text}");
    portal.click("Nu aanleveren").await;
    portal.is_at("Geldig legitimatiebewijs").await;
}

#[wasm_bindgen_test]
async fn what_the_consumer_cannot_do_is_not_counted_as_to_do() {
    let portal = Portal::open_edited("eva", "", &[], |session, _| {
        edit_actions(session, |action| {
            if action["type"] != "SIGN_AT_NOTARY" {
                action["is_done"] = 1.into();
            }
        });
    })
    .await;
    portal.element("h2", "Alles is aangeleverd").await;
    portal.element("h2", "Wij regelen dit").await;
    portal
        .element("li.task", "Leveringsakte en hypotheekakte")
        .await;
    portal.shows_no("aan te leveren").await;
    portal.shows_no("Te doen").await;
    portal.shows_no("Begin hier").await;
}

#[wasm_bindgen_test]
async fn what_is_left_to_read_is_offered_once_all_is_handed_in() {
    let portal = Portal::open_edited("eva", "", &[], |session, _| {
        edit_actions(session, |action| {
            if !action["type"]
                .as_str()
                .is_some_and(|it| it.starts_with("DOWNLOAD"))
            {
                action["is_done"] = 1.into();
            }
        });
    })
    .await;
    portal.element("h2", "Alles is aangeleverd").await;
    portal.element("h2", "Lezen").await;
    portal.click("Nu bekijken").await;
    portal.element(".chip", "Om te lezen").await;
}

#[wasm_bindgen_test]
async fn a_closed_dossier_says_so_once_and_has_nothing_to_do() {
    let portal = Portal::open("gesloten", "").await;
    portal.shows("Dit dossier is gesloten").await;
    assert_eq!(portal.text().matches("is gesloten").count(), 1);
    for words in [
        "Te doen",
        "te doen",
        "aan te leveren",
        "Begin hier",
        "regelt",
        "Geen actie nodig",
    ] {
        portal.shows_no(words).await;
    }
    for task in portal.all("li.task a", "") {
        let href = task.get_attribute("href").unwrap_or_default();
        super::js(&format!("location.hash = {href:?}"));
        portal.element(".chip", "").await;
        for words in ["Te doen", "te doen", "aan te leveren", "regelt"] {
            portal.shows_no(words).await;
        }
    }
}

#[wasm_bindgen_test]
async fn the_title_of_our_own_page_has_the_number_of_tasks() {
    let portal = Portal::open_with("eva", "", &[("standalone", ""), ("broker", "Vlot")]).await;
    portal.is_at("Welkom Eva Bakker").await;
    let title = || super::js("document.title").as_string().unwrap_or_default();
    let expected = "(10) Overzicht · Dossier VDH-2481 · Vlot";
    portal.until(expected, || title() == expected).await;
    portal.click("Documenten").await;
    let expected = "(10) Documenten · Dossier VDH-2481 · Vlot";
    portal.until(expected, || title() == expected).await;
}

#[wasm_bindgen_test]
async fn each_product_has_its_own_counters() {
    let portal = Portal::open("eva", "").await;
    for (product, done) in [
        ("Florius Profijt Hypotheek", "3 van de 15 onderdelen klaar"),
        (
            "Persoonlijke lening voor de keuken",
            "1 van de 2 onderdelen klaar",
        ),
        (
            "Overlijdensrisicoverzekering",
            "1 van de 2 onderdelen klaar",
        ),
        ("Taxatie Lindenlaan 14, Zutphen", "0 van 1 onderdeel klaar"),
    ] {
        let card = portal.element("li.product", product).await;
        assert!(card.text_content().unwrap_or_default().contains(done));
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
    portal.shows("1.000 van de 5.000 onderdelen klaar").await;
    portal.shows("Nog 4.000 documenten aan te leveren").await;
    assert_eq!(portal.all("li.task", "").len(), 50);
    portal.click("Nog 25 tonen").await;
    portal
        .until("75 tasks", || portal.all("li.task", "").len() == 75)
        .await;
}

#[wasm_bindgen_test]
async fn a_search_finds_one_task_of_5000() {
    let portal = Portal::open("lang", "").await;
    portal
        .type_into("input[type=search]", "AFSCHRIFT 4999 ")
        .await;
    portal.shows("1 gevonden").await;
    portal.click("Bankafschrift 4999").await;
    portal.is_at("Bankafschrift 4999").await;
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
    portal.shows("Voortgang van uw dossier").await;
    portal.shows("Uw adviseur").await;
    drop(portal);
    let portal = Portal::open_with("eva", "", &[("address", "je")]).await;
    portal.shows("Voortgang van je dossier").await;
    portal.shows("Je adviseur").await;
    portal.click("Loonstrook").await;
    portal.shows("Bestand kiezen").await;
    portal.shows_no("Uw ").await;
}

#[wasm_bindgen_test]
async fn english_is_english_on_every_page() {
    let portal = Portal::open_with("eva", "", &[("lang", "en")]).await;
    portal.is_at("Hello Eva Bakker").await;
    portal.shows("5 of 21 parts done").await;
    portal.shows("10 documents left to hand in").await;
    portal.click("Florius Profijt").await;
    portal.shows("€387,500").await;
    portal.element("h2", "Timeline").await;
    portal.click("Loonstrook").await;
    portal.shows("Choose a file").await;
    portal.click("My details").await;
    portal.shows("17 April 1993").await;
    portal.element("div[lang=en-GB]", "").await;
}
