//! The page of all documents: what is being fetched goes on, whatever happens to the list around it.

use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use super::mounted::Portal;

/// Adds `count` letters to the dossier, so that its documents can be searched.
pub(super) fn add_letters(session: &mut Value, count: u32) {
    let session = &mut session["consumerportalsession"];
    let product = session["dossier"]["products"]
        .as_object_mut()
        .and_then(|products| products.values_mut().next())
        .expect("the dossier has a product");
    for number in 0..count {
        let id = format!("PRALETTER{number}");
        product["productactions"][&id] = serde_json::json!({
            "id": id, "type": "DOWNLOAD_FILE", "label": format!("Brief {number}"), "is_done": 0,
            "document": { "label": "Brief" },
        });
    }
}

/// Begins to fetch a document that the demo answers late.
async fn fetching(edit: fn(&mut Value, u32)) -> Portal {
    let portal = Portal::open_edited("documenten", "#portal-documents", &[], edit).await;
    portal.is_at("Documenten").await;
    portal.click("Laat antwoord opslaan").await;
    portal
        .element("progress", "Het document wordt opgehaald…")
        .await;
    portal
}

/// Sees that it is still being fetched, and lets it come.
async fn it_still_arrives(portal: &Portal) {
    portal
        .element("progress", "Het document wordt opgehaald…")
        .await;
    portal.hurry();
    portal.shows("Opgeslagen als document.pdf").await;
}

#[wasm_bindgen_test]
async fn a_download_goes_on_while_its_list_is_searched() {
    let portal = fetching(|session, _| add_letters(session, 60)).await;
    portal.type_into("input[type=search]", "l").await;
    portal.shows(" gevonden").await;
    portal
        .type_into("input[type=search]", "laat antwoord")
        .await;
    portal.shows("1 gevonden").await;
    it_still_arrives(&portal).await;
}

#[wasm_bindgen_test]
async fn a_download_goes_on_when_the_list_shows_more() {
    let portal = fetching(|session, _| add_letters(session, 60)).await;
    portal.click("Nog 25 tonen").await;
    portal
        .until("50 documents", || portal.all("li.document", "").len() >= 50)
        .await;
    it_still_arrives(&portal).await;
}

#[wasm_bindgen_test]
async fn a_download_goes_on_when_the_session_has_news() {
    let portal = fetching(add_letters).await;
    portal.refresh();
    portal.shows("Brief 0").await;
    it_still_arrives(&portal).await;
}

#[wasm_bindgen_test]
async fn what_is_fetched_can_be_stopped() {
    let portal = fetching(|_, _| {}).await;
    portal.click("Stoppen").await;
    portal
        .until("no progress", || portal.all("progress", "").is_empty())
        .await;
    portal.hurry();
    portal.shows_no("Opgeslagen als").await;
}

#[wasm_bindgen_test]
async fn a_failed_download_says_why_and_can_be_tried_again() {
    let portal = Portal::open("documenten", "#portal-documents").await;
    for (label, reason) in [
        ("Foutpagina als pdf", "Dit document is beschadigd"),
        ("Bestaat niet meer", "Dit document is niet te vinden"),
        ("Storing bij het ophalen", "Het lukt nu even niet"),
        ("Geen antwoord", "De verbinding viel weg"),
        ("Opdracht die geen Base64 is", "Dit document is beschadigd"),
        ("Opdracht die geen pdf is", "Dit document is beschadigd"),
    ] {
        portal.click(&format!("{label} opslaan")).await;
        let row = portal.element("li.document", label).await;
        portal
            .until(reason, || {
                row.text_content().unwrap_or_default().contains(reason)
            })
            .await;
        assert!(portal.all("button[disabled]", "").is_empty(), "{label}");
    }
}
