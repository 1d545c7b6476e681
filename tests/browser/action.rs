//! An action and a product: what is asked, where it stands, and exactly the buttons it offers.

use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    js,
    mounted::{Portal, edit_actions},
    replace,
};

const PAYSLIP: &str = "Loonstrook";

/// Opens a task of Eva's.
async fn task(name: &str) -> Portal {
    let portal = Portal::open("eva", "").await;
    portal.click(name).await;
    portal
        .until("the task's page", || !portal.all(".facts", "").is_empty())
        .await;
    portal
}

/// The ways to upload and to have a document that the page offers, each once.
fn offers(portal: &Portal) -> Vec<&'static str> {
    let offers = [
        ("select", "label", "Bestand kiezen"),
        ("open", "button", "openen"),
        ("save", "button", "opslaan"),
    ];
    let offered = offers.into_iter();
    let offered = offered.filter(|(_, selector, text)| !portal.all(selector, text).is_empty());
    offered.map(|(offer, ..)| offer).collect()
}

#[wasm_bindgen_test]
async fn an_open_task_offers_an_upload_and_nothing_else() {
    let portal = task(PAYSLIP).await;
    portal.element("h2", "Document aanleveren").await;
    portal.shows("Te doen").await;
    portal
        .shows("PDF, foto's, Word of Excel, maximaal 25 MB")
        .await;
    portal
        .element(".requirements li", "Niet ouder dan drie maanden")
        .await;
    assert_eq!(offers(&portal), ["select"]);
}

#[wasm_bindgen_test]
async fn the_camera_takes_photos_only() {
    let portal = task(PAYSLIP).await;
    let camera = portal.element("input[capture=environment]", "").await;
    assert_eq!(camera.get_attribute("accept").as_deref(), Some("image/*"));
}

#[wasm_bindgen_test]
async fn a_rejected_task_says_why() {
    let portal = task("Geldig legitimatiebewijs").await;
    portal.element("h2", "Document vervangen").await;
    portal.shows("Afgekeurd").await;
    portal.shows("Uw adviseur zegt:").await;
    portal.shows("de onderkant van het paspoort net weg").await;
    portal
        .shows("Alle vier de hoeken zichtbaar en alles goed leesbaar")
        .await;
    assert_eq!(offers(&portal), ["select"]);
}

#[wasm_bindgen_test]
async fn a_form_offers_a_download_and_an_upload() {
    let portal = task("Werkgeversverklaring").await;
    portal.element("h2", "Document aanleveren").await;
    portal
        .shows("Het formulier staat klaar om te downloaden")
        .await;
    assert_eq!(offers(&portal), ["select", "open", "save"]);
}

#[wasm_bindgen_test]
async fn a_letter_offers_a_download_only() {
    let portal = task("Rentevoorstel").await;
    portal.is_at("Rentevoorstel van Florius").await;
    assert_eq!(offers(&portal), ["open", "save"]);
}

#[wasm_bindgen_test]
async fn an_otd_offers_a_download_only() {
    let portal = task("Opdracht tot dienstverlening").await;
    portal
        .element("h2", "Opdracht tot dienstverlening (OTD)")
        .await;
    assert_eq!(offers(&portal), ["open", "save"]);
}

#[wasm_bindgen_test]
async fn a_task_of_somebody_else_offers_nothing() {
    let portal = task("Leveringsakte en hypotheekakte").await;
    portal
        .shows("Wij regelen dit. U hoeft hier zelf niets te doen.")
        .await;
    portal.element(".chip", "Loopt bij ons").await;
    portal.shows_no("Te doen").await;
    assert_eq!(offers(&portal), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_done_task_says_when_and_can_be_replaced() {
    let portal = Portal::open("voorbeeld", "").await;
    portal.click("SNS Budget").await;
    portal.click("Geldig legitimatiebewijs").await;
    portal.shows("Aangeleverd op 1 januari 2018").await;
    portal.element(".chip", "Ontvangen").await;
    portal.element("h2", "Document vervangen").await;
    assert_eq!(offers(&portal), ["select"]);
}

#[wasm_bindgen_test]
async fn a_task_of_no_product_leads_back_to_the_overview() {
    let portal = task("Machtiging").await;
    portal.click("Terug naar het overzicht").await;
    portal.is_at("Welkom Eva Bakker").await;
}

#[wasm_bindgen_test]
async fn a_mortgage_shows_its_amount_the_dutch_way() {
    let portal = Portal::open("eva", "").await;
    portal.click("Florius Profijt").await;
    // Browsers put a no-break space behind the sign.
    portal.shows("€\u{a0}387.500").await;
    portal.shows("Annuïteitenhypotheek, 30 jaar").await;
    portal.shows("VDH-2481-M-01").await;
    portal.shows("FL-88204417").await;
    portal.shows("3 van de 15 onderdelen klaar").await;
}

#[wasm_bindgen_test]
async fn a_credit_shows_its_amounts_and_dates_the_dutch_way() {
    let portal = Portal::open("eva", "").await;
    portal.click("Persoonlijke lening").await;
    portal.shows("€\u{a0}12.500").await;
    portal.shows("€\u{a0}236,42").await;
    portal.shows("per maand").await;
    portal.shows("Nieuwe keuken").await;
    let row = portal.element(".details div", "Ingangsdatum").await;
    let text = row.text_content().unwrap_or_default();
    let day: Vec<&str> = text.trim_start_matches("Ingangsdatum").split(' ').collect();
    let [number, month, year] = day[..] else {
        panic!("{text} is no date the Dutch way")
    };
    assert!(
        number.parse::<u8>().is_ok() && year.parse::<u16>().is_ok(),
        "{text}"
    );
    assert!(
        month.chars().all(|letter| letter.is_ascii_lowercase()),
        "{text}"
    );
}

#[wasm_bindgen_test]
async fn an_unknown_type_of_product_is_shown_with_what_it_has() {
    let portal = Portal::open("eva", "").await;
    portal.click("Taxatie Lindenlaan").await;
    portal.shows("House valuation").await;
    portal.shows("Valuer name").await;
    portal.shows("Taxatiekantoor IJsselstreek").await;
    portal.shows("Energy label").await;
}

#[wasm_bindgen_test]
async fn a_product_keeps_open_and_done_tasks_apart() {
    let portal = Portal::open("eva", "").await;
    portal.click("Persoonlijke lening").await;
    portal.element("h2", "Klaar").await;
    portal
        .shows_in_order(&[
            "Aanleveren",
            "Offerte van de keuken",
            "Klaar",
            "Europese standaardinformatie",
        ])
        .await;
}

#[wasm_bindgen_test]
async fn a_tasks_page_is_in_the_order_of_doing_and_numbers_its_steps() {
    let portal = task("Werkgeversverklaring").await;
    portal
        .shows_in_order(&[
            "Document bij deze taak",
            "Openen",
            "Hier moet het aan voldoen",
            "Ondertekend door uw werkgever",
            "Document aanleveren",
            "Bestand kiezen",
            "Vragen over deze taak?",
        ])
        .await;
    assert_eq!(portal.all(".numbered > section > h2", "").len(), 3);
}

#[wasm_bindgen_test]
async fn reading_leads_where_reading_is_the_task() {
    let portal = task("Rentevoorstel").await;
    portal.element("button.primary", "Openen").await;
    drop(portal);
    let portal = task("Werkgeversverklaring").await;
    portal.element("button", "Openen").await;
    assert!(portal.all("button.primary", "Openen").is_empty());
}

#[wasm_bindgen_test]
async fn the_offices_own_words_are_on_the_tasks_page() {
    let portal = task(PAYSLIP).await;
    portal.is_at("Loonstrook").await;
    portal
        .shows("Aanleveren van een recente loonstrook (Eva Bakker)")
        .await;
}

#[wasm_bindgen_test]
async fn every_tasks_page_says_whom_to_ask() {
    for name in [PAYSLIP, "Rentevoorstel", "Leveringsakte en hypotheekakte"] {
        let portal = task(name).await;
        let card = portal.element("section", "Vragen over deze taak?").await;
        let text = card.text_content().unwrap_or_default();
        assert!(text.contains("Sanne de Wit"), "{text}");
        let call = portal.element("a", "Bel Sanne de Wit").await;
        assert_eq!(
            call.get_attribute("href").as_deref(),
            Some("tel:0570123456")
        );
    }
}

#[wasm_bindgen_test]
async fn without_a_reachable_adviser_the_office_is_asked() {
    let attributes = [("broker", "Vlot Wonen"), ("phone", "020 123 45 67")];
    let portal = Portal::open_edited("eva", "", &attributes, |session, _| {
        for role in ["advisor", "owner"] {
            session["consumerportalsession"]["dossier"][role] = Value::Null;
        }
    })
    .await;
    portal.click(PAYSLIP).await;
    portal.element("section", "Vragen over deze taak?").await;
    let call = portal.element("a", "Bel Vlot Wonen").await;
    assert_eq!(
        call.get_attribute("href").as_deref(),
        Some("tel:0201234567")
    );
}

#[wasm_bindgen_test]
async fn what_was_said_of_an_earlier_document_is_folded_away_once_another_is_there() {
    let portal = Portal::open_edited("eva", "", &[], |session, _| {
        edit_actions(session, |action| {
            if action["comment"]
                .as_str()
                .is_some_and(|it| it.contains("paspoort"))
            {
                action["is_done"] = 1.into();
            }
        });
    })
    .await;
    portal.click("Florius Profijt").await;
    let done = portal
        .element("li.task-done a", "Voor Thomas de Groot")
        .await;
    done.click();
    portal.element(".chip", "Ontvangen").await;
    let details = portal
        .element("details", "Wat uw adviseur er eerder over schreef")
        .await;
    assert!(!details.has_attribute("open"));
    portal.shows("de onderkant van het paspoort net weg").await;
}

#[wasm_bindgen_test]
async fn back_leads_to_where_the_consumer_came_from_and_the_section_stays_marked() {
    let portal = Portal::open("eva", "").await;
    portal.click("Documenten").await;
    portal.is_at("Documenten").await;
    portal.click("Rentevoorstel").await;
    portal.is_at("Rentevoorstel van Florius").await;
    let current = portal.element("nav a[aria-current]", "Documenten").await;
    assert_eq!(
        current.get_attribute("aria-current").as_deref(),
        Some("true")
    );
    portal.click("Terug naar Documenten").await;
    portal.is_at("Documenten").await;
    portal.click("Overzicht").await;
    portal.is_at("Welkom Eva Bakker").await;
    portal.click(PAYSLIP).await;
    portal.is_at("Loonstrook").await;
    portal.element("nav a[aria-current]", "Overzicht").await;
    portal.click("Terug naar het overzicht").await;
    portal.is_at("Welkom Eva Bakker").await;
    portal.click("Florius Profijt").await;
    portal.is_at("Florius Profijt Hypotheek").await;
    portal.click(PAYSLIP).await;
    portal.is_at("Loonstrook").await;
    portal.click("Terug naar Florius Profijt Hypotheek").await;
    portal.is_at("Florius Profijt Hypotheek").await;
}

#[wasm_bindgen_test]
async fn a_products_timeline_comes_before_its_details_and_its_tasks() {
    let portal = Portal::open("eva", "").await;
    portal.click("Florius Profijt").await;
    portal
        .shows_in_order(&["Tijdlijn", "Geldverstrekker", "Eerst opnieuw", "Klaar"])
        .await;
}

/// Selects a file for the payslip, sees why it is refused, and that there is nothing to send.
async fn is_refused(file: &str, reason: &str) -> Portal {
    let portal = task(PAYSLIP).await;
    portal.select_file(file).await;
    portal.shows(reason).await;
    assert!(portal.all("button", "Aanleveren").is_empty());
    portal
}

#[wasm_bindgen_test]
async fn a_film_is_refused_with_the_kinds_that_are_taken() {
    let film = "new File(['x'], 'film.mp4', { type: 'video/mp4' })";
    let portal = is_refused(film, "Dit soort bestand kunt u niet aanleveren.").await;
    portal
        .shows("PDF, JPG, PNG, HEIC, WEBP, TIF, DOC, DOCX, XLS, XLSX")
        .await;
}

#[wasm_bindgen_test]
async fn an_empty_file_is_refused() {
    let empty = "new File([], 'leeg.pdf')";
    is_refused(
        empty,
        "Dit bestand is leeg (0 bytes). Kies een ander bestand.",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_file_over_25_megabytes_is_refused() {
    let large = "new File([new Uint8Array((25 << 20) + 1)], 'groot.pdf')";
    is_refused(large, "u kunt maximaal 25 MB aanleveren").await;
}

#[wasm_bindgen_test]
async fn a_refused_file_leaves_the_selected_one() {
    let portal = task(PAYSLIP).await;
    portal
        .select_file("new File(['%PDF-1.4'], 'loonstrook.pdf')")
        .await;
    portal.shows("loonstrook.pdf").await;
    portal.select_file("new File(['x'], 'film.mp4')").await;
    portal
        .shows("Dit soort bestand kunt u niet aanleveren.")
        .await;
    portal.shows("loonstrook.pdf").await;
    portal.element("button", "Aanleveren").await;
}

#[wasm_bindgen_test]
async fn a_refusal_goes_when_a_good_file_is_selected() {
    let portal = is_refused("new File([], 'leeg.pdf')", "Dit bestand is leeg").await;
    portal
        .select_file("new File(['%PDF-1.4'], 'vol.pdf')")
        .await;
    portal.shows("vol.pdf").await;
    portal.shows_no("Dit bestand is leeg").await;
}

#[wasm_bindgen_test]
async fn dropped_text_is_no_file() {
    let portal = task(PAYSLIP).await;
    let section = portal.element("section.upload", "").await;
    portal.run(
        &section,
        "(section) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.setData('text/plain', 'geen bestand');
            section.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        }",
    );
    portal
        .shows("Dit soort bestand kunt u niet aanleveren.")
        .await;
}

/// Drags a PDF over an element and drops it there. Whether the browser leaves the page alone.
fn drop_pdf(portal: &Portal, target: &web_sys::Element) -> bool {
    let kept = portal.run(
        target,
        "(target) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(['%PDF-1.4'], 'gesleept.pdf'));
            const how = { dataTransfer, bubbles: true, composed: true, cancelable: true };
            return ['dragover', 'drop'].every((type) => !target.dispatchEvent(new DragEvent(type, how)));
        }",
    );
    kept.is_truthy()
}

fn body() -> web_sys::Element {
    js("document.body").into()
}

#[wasm_bindgen_test]
async fn a_file_dropped_anywhere_on_a_tasks_page_is_taken() {
    let portal = task(PAYSLIP).await;
    let heading = portal.element("h1", "").await;
    assert!(drop_pdf(&portal, &heading));
    portal.shows("gesleept.pdf").await;
    portal.element("button", "Aanleveren").await;
}

#[wasm_bindgen_test]
async fn on_our_own_page_a_file_dropped_beside_the_portal_is_taken() {
    let portal = Portal::open_with("eva", "", &[("standalone", "")]).await;
    portal.click(PAYSLIP).await;
    portal.element("section.upload", "").await;
    assert!(drop_pdf(&portal, &body()));
    portal.shows("gesleept.pdf").await;
}

#[wasm_bindgen_test]
async fn a_file_dropped_where_nothing_takes_it_does_nothing() {
    let portal = Portal::open_with("eva", "", &[("standalone", "")]).await;
    // What watches over it comes with the second part.
    portal.click("Documenten").await;
    portal.is_at("Documenten").await;
    let heading = portal.element("h1", "").await;
    assert!(drop_pdf(&portal, &heading));
    assert!(drop_pdf(&portal, &body()));
    drop(portal);
    let portal = Portal::open("eva", "#portal-documents").await;
    portal.is_at("Documenten").await;
    let heading = portal.element("h1", "").await;
    assert!(drop_pdf(&portal, &heading));
}

#[wasm_bindgen_test]
async fn an_offices_page_is_left_alone_unless_a_document_would_be_lost_with_it() {
    let portal = task(PAYSLIP).await;
    assert!(!drop_pdf(&portal, &body()), "it is the office's");
    portal
        .select_file("new File(['%PDF-1.4'], 'loonstrook.pdf')")
        .await;
    portal.shows("loonstrook.pdf").await;
    assert!(drop_pdf(&portal, &body()));
    portal.shows_no("gesleept.pdf").await;
    let field = js("document.body.appendChild(document.createElement('textarea'))");
    let field: web_sys::Element = field.into();
    assert!(!drop_pdf(&portal, &field), "a field takes it");
    field.remove();
}

#[wasm_bindgen_test]
async fn a_portal_that_was_taken_off_the_page_listens_no_more() {
    let portal = Portal::open_with("eva", "", &[("standalone", "")]).await;
    portal.click(PAYSLIP).await;
    portal
        .select_file("new File(['%PDF-1.4'], 'loonstrook.pdf')")
        .await;
    portal.shows("loonstrook.pdf").await;
    let leave = "dispatchEvent(new Event('beforeunload', { cancelable: true }))";
    assert!(js(leave).is_falsy(), "it asks before a document is lost");
    drop(portal);
    assert!(js(leave).is_truthy(), "there is nothing to lose");
}

#[wasm_bindgen_test]
async fn a_button_that_does_nothing_now_keeps_the_focus() {
    let portal = task(PAYSLIP).await;
    portal
        .select_file("new File(['%PDF-1.4'], 'loonstrook.pdf')")
        .await;
    let button = portal.element("button", "Aanleveren").await;
    // The step begins with the focus on what it is about.
    let chosen = portal.element(".chosen", "").await;
    let has_focus = "(it) => it.getRootNode().activeElement === it";
    portal
        .until("the focus", || portal.run(&chosen, has_focus).is_truthy())
        .await;
    button.focus().expect("it can have the focus");
    portal.type_into("textarea", &"a".repeat(2_001)).await;
    portal.shows("De opmerking is te lang.").await;
    assert_eq!(
        button.get_attribute("aria-disabled").as_deref(),
        Some("true")
    );
    assert!(portal.run(&button, has_focus).is_truthy());
    button.click();
    portal.element("button", "Aanleveren").await;
}

/// What the browser says of its connection.
fn browser_says(online: bool) -> JsValue {
    js(&format!(
        "Object.defineProperty(navigator, 'onLine', {{ get: () => {online}, configurable: true }});
         dispatchEvent(new Event('{}'))",
        if online { "online" } else { "offline" }
    ))
}

#[wasm_bindgen_test]
async fn a_browser_that_says_it_is_offline_is_not_believed_while_all_works() {
    let portal = Portal::open_edited("eva", "", &[], |session, number| {
        if number > 0 {
            session["consumerportalsession"]["dossier"]["code"] = "NIEUW-1".into();
        }
    })
    .await;
    portal.is_at("Welkom Eva Bakker").await;
    browser_says(false);
    // It asked, and was answered.
    portal.shows("NIEUW-1").await;
    assert!(!portal.text().contains("offline"), "{}", portal.text());
    js("delete navigator.onLine");
}

#[wasm_bindgen_test]
async fn offline_is_said_when_a_call_fails_too_until_one_is_answered() {
    let portal = Portal::open("eva", "").await;
    portal.is_at("Welkom Eva Bakker").await;
    let fetch = replace(
        &js("window"),
        "fetch",
        "return () => Promise.reject(new TypeError('Failed to fetch'))",
    );
    browser_says(false);
    portal.shows("U bent offline").await;
    drop(fetch);
    // A tab that an earlier test opened may be in front.
    js(
        "Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'visible' })",
    );
    js("document.dispatchEvent(new Event('visibilitychange'))");
    portal.shows_no("U bent offline").await;
    js("delete document.visibilityState; delete navigator.onLine");
}
