//! The page of all documents: what is being fetched goes on, whatever happens to the list around it.

use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::{Replaced, js, list, mounted::Portal, no_pdf_viewer, replace};

/// The browser takes no notice of what it is asked to save, as inside some apps: written down in `asked`.
fn saving_nothing() -> Replaced {
    js("window.asked = []");
    replace(
        &js("HTMLElement.prototype"),
        "click",
        "return function () {
            if (this.download) window.asked.push(this.download); else real.call(this);
        }",
    )
}

/// The list's row with this in it.
async fn row(portal: &Portal, label: &str) -> HtmlElement {
    portal.element("li.document", label).await
}

/// Waits until this is in the row.
async fn row_says(portal: &Portal, label: &str, words: &str) -> HtmlElement {
    let row = row(portal, label).await;
    portal
        .until(words, || {
            row.text_content().unwrap_or_default().contains(words)
        })
        .await;
    row
}

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
            "document": { "label": format!("Brief {number}") },
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
    portal
        .shows("Als het goed is, slaat uw browser nu document.pdf op.")
        .await;
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
    // What is new stands at the end.
    portal.element("button.more", "").await.click();
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
    portal.shows_no("Als het goed is").await;
}

#[wasm_bindgen_test]
async fn a_failed_download_says_why_and_can_be_tried_again() {
    let portal = Portal::open("documenten", "#portal-documents").await;
    portal.element("button.more", "").await.click();
    for (label, reason) in [
        ("Foutpagina als pdf", "Dit document is beschadigd"),
        ("Bestaat niet meer", "Dit document is niet te vinden"),
        ("Storing bij het ophalen", "Het lukt nu even niet"),
        ("Geen antwoord", "De verbinding viel weg"),
        ("Opdracht die geen Base64 is", "Dit document is beschadigd"),
        ("Opdracht die geen pdf is", "Dit document is beschadigd"),
        (
            "Opdracht die halverwege ophoudt",
            "Dit document is beschadigd",
        ),
    ] {
        portal.click(&format!("{label} opslaan")).await;
        let row = portal.element("li.document", label).await;
        portal
            .until(reason, || {
                row.text_content().unwrap_or_default().contains(reason)
            })
            .await;
        assert!(
            portal.all("button[aria-disabled]", "").is_empty(),
            "{label}"
        );
    }
}

#[wasm_bindgen_test]
async fn saving_claims_no_more_than_is_known_and_has_a_second_way() {
    let _asked = saving_nothing();
    let portal = Portal::open("documenten", "#portal/documents").await;
    portal.click("Zonder lengte opslaan").await;
    let words = "Als het goed is, slaat uw browser nu document.pdf op.";
    let row = row_says(&portal, "Zonder lengte", words).await;
    assert_eq!(list("asked"), ["document.pdf"]);
    portal.shows_no("Opgeslagen").await;
    // The browser's own way, without the portal.
    let link = row.query_selector("a[target=_blank]").expect("a selector");
    let link = link.expect("there is a second way");
    assert_eq!(
        link.text_content().as_deref(),
        Some("Haal het document rechtstreeks op")
    );
    let address = link.get_attribute("href").unwrap_or_default();
    assert!(
        address.contains("/demo/consumerportal/get_product_action_download?productaction_id=PRA"),
        "{address}"
    );
}

#[wasm_bindgen_test]
async fn an_otd_has_the_second_way_of_another_browser() {
    let _asked = saving_nothing();
    let portal = Portal::open("documenten", "#portal/documents").await;
    let label = "Opdracht met spaties voor plustekens";
    portal.click(&format!("{label} opslaan")).await;
    row_says(
        &portal,
        label,
        "Als het goed is, slaat uw browser nu otd-spaties.pdf op.",
    )
    .await;
    let row = row_says(
        &portal,
        label,
        "Open de link van uw adviseur dan in een browser",
    )
    .await;
    let links = row.query_selector_all("a[target]").expect("a selector");
    assert_eq!(links.length(), 0);
}

#[wasm_bindgen_test]
async fn where_pdfs_are_not_shown_opening_saves_and_says_so() {
    let (_asked, _viewer) = (saving_nothing(), no_pdf_viewer());
    js("window.opened = 0");
    let _tabs = replace(
        &js("window"),
        "open",
        "return () => { window.opened++; return null }",
    );
    let portal = Portal::open("documenten", "#portal/documents").await;
    portal.click("Zonder lengte openen").await;
    let words = "Openen is niet gelukt. Als het goed is, slaat uw browser nu document.pdf op.";
    row_says(&portal, "Zonder lengte", words).await;
    assert_eq!(list("asked"), ["document.pdf"]);
    assert_eq!(js("opened"), 0);
}

#[wasm_bindgen_test]
async fn a_pdf_without_its_end_is_saved_with_a_warning() {
    let _asked = saving_nothing();
    let portal = Portal::open("documenten", "#portal/documents").await;
    portal.click("Pdf zonder einde opslaan").await;
    let words = "Dit document lijkt niet compleet. Mist u iets, vraag het dan uw adviseur.";
    row_says(&portal, "Pdf zonder einde", words).await;
    assert_eq!(list("asked"), ["half.pdf"]);
    portal.click("Zonder lengte opslaan").await;
    let row = row_says(&portal, "Zonder lengte", "Als het goed is").await;
    assert!(!row.text_content().unwrap_or_default().contains("compleet"));
}

#[wasm_bindgen_test]
async fn whom_a_failed_download_sends_to_can_be_reached() {
    let portal = Portal::open("documenten", "#portal/documents").await;
    portal.element("button.more", "").await.click();
    for (label, sends) in [
        ("Bestaat niet meer", true),
        ("Foutpagina als pdf", true),
        ("Storing bij het ophalen", false),
        ("Geen antwoord", false),
    ] {
        portal.click(&format!("{label} opslaan")).await;
        let row = row(&portal, label).await;
        portal
            .until(label, || {
                row.query_selector(".problem").is_ok_and(|it| it.is_some())
            })
            .await;
        let adviser = row.query_selector("a[href^='tel:'], a[href^='mailto:']");
        assert_eq!(adviser.expect("a selector").is_some(), sends, "{label}");
    }
}

#[wasm_bindgen_test]
async fn a_press_keeps_the_focus_and_further_presses_do_nothing() {
    let _asked = saving_nothing();
    let portal = Portal::open("documenten", "#portal/documents").await;
    let save = portal.element("button", "Laat antwoord opslaan").await;
    let has_focus = |element: &HtmlElement| {
        portal.run(element, "(it) => it.getRootNode().activeElement === it") == true
    };
    let requests = || js("performance.getEntriesByName('download').length");
    let _fetch = replace(
        &js("window"),
        "fetch",
        "return (...request) => { performance.mark('download'); return real(...request) }",
    );
    save.focus().expect("it can have the focus");
    save.click();
    let stop = portal.element("button", "Stoppen").await;
    assert!(has_focus(&save));
    assert_eq!(save.get_attribute("aria-disabled").as_deref(), Some("true"));
    assert!(!save.has_attribute("disabled"));
    save.click();
    portal.click("Laat antwoord openen").await;
    assert_eq!(requests(), 1);
    // The button to stop goes away, and the focus does not go with it.
    stop.focus().expect("it can have the focus");
    stop.click();
    portal.until("the focus", || has_focus(&save)).await;
    portal
        .until("a button to press", || !save.has_attribute("aria-disabled"))
        .await;
    save.click();
    let stop = portal.element("button", "Stoppen").await;
    stop.focus().expect("it can have the focus");
    portal.hurry();
    portal.shows("Als het goed is").await;
    assert!(has_focus(&save));
    assert_eq!(requests(), 2);
    js("performance.clearMarks('download')");
}
