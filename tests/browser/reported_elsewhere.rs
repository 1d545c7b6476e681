//! What is reported of pages that do the same job, on one screen of this one. `docs/reports.md` lists the
//! reports.

use js_sys::Promise;
use serde_json::{Value, json};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use super::{js, mounted::Portal, replace};

/// The products of a session.
fn products(session: &mut Value) -> impl Iterator<Item = &mut Value> {
    let products = session.pointer_mut("/consumerportalsession/dossier/products");
    let products = products.and_then(Value::as_object_mut);
    products.into_iter().flat_map(|all| all.values_mut())
}

/// Lets the browser draw once. Firefox does not draw a page in the background.
async fn frame() {
    let frame = js("new Promise((done) => {
            requestAnimationFrame(() => setTimeout(done));
            setTimeout(done, 500);
        })");
    let _ = JsFuture::from(Promise::from(frame)).await;
}

/// The height of the timeline's frame.
fn height(portal: &Portal) -> f64 {
    let frame = portal.all("iframe", "").remove(0);
    let height = portal.run(&frame, "(frame) => frame.clientHeight");
    height.as_f64().unwrap_or_default()
}

#[wasm_bindgen_test]
async fn a_timeline_as_tall_as_the_window_ends() {
    let portal = Portal::open_edited("eva", "", &[], |session, _| {
        for product in products(session) {
            if let Some(timeline) = product.pointer_mut("/mortgage/rendered_timeline") {
                *timeline = json!(
                    "<h4>Voortgang</h4><table style='color: red; min-height: 100vh'><tr><td>Ontvangen</table>\
                     <p style='height:calc(50dvh + 3px);margin:0'>Klaar</p>"
                );
            }
        }
    })
    .await;
    portal.click("Florius Profijt").await;
    portal.element("h2", "Tijdlijn").await;
    portal
        .until("the timeline", || {
            let frames = portal.all("iframe", "");
            frames.first().is_some_and(|frame| {
                portal.run(
                    frame,
                    "(frame) => /Klaar/.test(frame.contentDocument.body?.innerText)",
                ) == true
            })
        })
        .await;
    // A frame that grows by its own height grows in each of these.
    for _ in 0..5 {
        frame().await;
    }
    assert!(height(&portal) < 300.0, "{}", height(&portal));
    let colour = "(frame) => getComputedStyle(frame.contentDocument.querySelector('td')).color";
    let colour = portal.run(&portal.all("iframe", "")[0], colour);
    assert_eq!(colour, "rgb(255, 0, 0)", "its other styles stay");
}

#[wasm_bindgen_test]
async fn names_are_nothing_to_translate() {
    let is_left_alone = "(it) => it.closest('[translate=no]') !== null";
    let portal = Portal::open("eva", "").await;
    let name = portal.element(".name", "Sanne de Wit").await;
    assert_eq!(portal.run(&name, is_left_alone), true);
    let mail = portal
        .element("a[href^='mailto:'] span:last-child", "sanne@")
        .await;
    assert_eq!(portal.run(&mail, is_left_alone), true);
    portal.click("Mijn gegevens").await;
    for own in ["Bakker", "Deventer"] {
        let own = portal.element("dd *", own).await;
        assert_eq!(portal.run(&own, is_left_alone), true);
    }
    portal.click("Overzicht").await;
    portal.click("Loonstrook").await;
    portal
        .select_file("new File(['%PDF-1.7'], 'Rooster.pdf', { type: 'application/pdf' })")
        .await;
    let file = portal.element(".chosen bdi", "Rooster.pdf").await;
    assert_eq!(portal.run(&file, is_left_alone), true);
}

#[wasm_bindgen_test]
async fn what_is_said_to_a_button_is_on_it() {
    // Who speaks to the computer says what they read (WCAG 2.5.3).
    let unlike = "(root) => [...root.querySelectorAll('a[aria-label], button[aria-label]')]
        .filter((it) => it.textContent.trim() && !it.ariaLabel.toLowerCase().includes(it.textContent.trim().toLowerCase()))
        .map((it) => it.ariaLabel).join()";
    for (fragment, heading) in [
        ("", "Welkom Eva Bakker"),
        ("#portal/documents", "Documenten"),
        ("#portal/me", "Mijn gegevens"),
    ] {
        let portal = Portal::open("eva", fragment).await;
        portal.is_at(heading).await;
        let root = portal.element("h1", heading).await;
        let script = format!("(heading) => ({unlike})(heading.getRootNode())");
        assert_eq!(portal.run(&root, &script), "", "{fragment}");
    }
}

#[wasm_bindgen_test]
async fn what_is_dropped_without_a_file_is_told() {
    let portal = Portal::open("eva", "").await;
    portal.click("Loonstrook").await;
    let zone = portal.element(".drop", "Bestand kiezen").await;
    let drop = |what: &str| {
        let script = format!(
            "(zone) => {{
                const dataTransfer = new DataTransfer();
                {what};
                for (const type of ['dragenter', 'dragover', 'drop'])
                    zone.dispatchEvent(new DragEvent(type, {{ bubbles: true, composed: true, cancelable: true, dataTransfer }}));
            }}"
        );
        portal.run(&zone, &script);
    };
    // A link or a picture of another page; an attachment of a mail program that hands over no file.
    drop("dataTransfer.setData('text/uri-list', 'https://mail.example/loonstrook.pdf')");
    portal
        .shows("Dit soort bestand kunt u niet aanleveren")
        .await;
    // A file in a zip archive that was not unpacked.
    drop("dataTransfer.items.add(new File([], 'loonstrook.pdf', { type: 'application/pdf' }))");
    portal.shows("Dit bestand is leeg").await;
    assert!(portal.all(".upload.over", "").is_empty());
}

#[wasm_bindgen_test]
async fn a_file_that_was_removed_can_be_selected_again() {
    const FILE: &str = "new File(['%PDF-1.7'], 'loonstrook.pdf', { type: 'application/pdf' })";
    let portal = Portal::open("eva", "").await;
    portal.click("Loonstrook").await;
    for _ in 0..2 {
        portal.select_file(FILE).await;
        portal.element(".chosen", "loonstrook.pdf").await;
        portal.click("Verwijderen").await;
        portal.element(".drop", "Bestand kiezen").await;
    }
}

#[wasm_bindgen_test]
async fn sending_is_not_read_out_percent_by_percent() {
    let portal = Portal::open("eva", "#portal/documents").await;
    portal.is_at("Documenten").await;
    let button = portal
        .element("button[aria-label]", "Rentevoorstel van Florius opslaan")
        .await;
    let row = portal.run(&button, "(button) => button.closest('.downloads')");
    let row: web_sys::Element = row.into();
    portal.click("Rentevoorstel van Florius opslaan").await;
    portal.shows("Als het goed is").await;
    // The outcome is announced, the amounts on the way are not.
    let live = portal.run(
        &row,
        "(row) => row.querySelector('[role=status]').textContent",
    );
    assert!(
        live.as_string()
            .is_some_and(|it| it.contains("Als het goed is"))
    );
}

#[wasm_bindgen_test]
async fn the_last_of_a_list_does_not_lose_the_focus() {
    let portal = Portal::open_edited("eva", "", &[], |session, _| {
        let product = products(session).next().expect("Eva has a product");
        let actions = product["productactions"]
            .as_object_mut()
            .expect("it has actions");
        let is_upload = |action: &&Value| action["type"] == "UPLOAD_DOCUMENTMANAGEMENT_FILE";
        let upload = actions.values().find(is_upload).cloned();
        let upload = upload.expect("one of them takes a document");
        for number in 0..30 {
            let (id, mut action) = (format!("PRAX{number}"), upload.clone());
            action["id"] = json!(id);
            action["is_done"] = json!(0);
            actions.insert(id, action);
        }
    })
    .await;
    let more = portal.element("button.more", "Nog ").await;
    while more.is_connected() {
        portal.run(&more, "(more) => { more.focus(); more.click(); }");
        frame().await;
    }
    let focused = "(heading) => {
        const row = heading.getRootNode().activeElement?.closest('.tasks > li');
        return [...(row?.parentNode.children ?? [])].indexOf(row);
    }";
    let heading = portal.element("h1", "").await;
    let is_there = || portal.run(&heading, focused) == 25;
    portal
        .until("the focus on the first row that came", is_there)
        .await;
}

/// Pastes what a piece of JavaScript puts into `clipboardData`; gives whether the page left it to the browser.
/// (Firefox makes no such event with a clipboard of a script's.)
fn paste(portal: &Portal, target: &HtmlElement, what: &str) -> bool {
    let script = format!(
        "(target) => {{
            const clipboardData = new DataTransfer();
            {what};
            const event = new ClipboardEvent('paste', {{ bubbles: true, composed: true, cancelable: true }});
            Object.defineProperty(event, 'clipboardData', {{ value: clipboardData }});
            return target.dispatchEvent(event);
        }}"
    );
    portal.run(target, &script) == true
}

/// A picture of the screen, as browsers call it.
const SCREENSHOT: &str =
    "clipboardData.items.add(new File([new Uint8Array(2000)], 'image.png', { type: 'image/png' }))";

#[wasm_bindgen_test]
async fn a_screenshot_can_be_pasted() {
    let portal = Portal::open("eva", "").await;
    portal.click("Loonstrook").await;
    let zone = portal.element(".drop", "Bestand kiezen").await;
    assert!(!paste(&portal, &zone, SCREENSHOT));
    portal.element(".chosen", "image.png").await;
}

#[wasm_bindgen_test]
async fn text_that_is_pasted_into_a_field_stays_text() {
    let portal = Portal::open("eva", "").await;
    portal.click("Loonstrook").await;
    portal
        .select_file("new File(['%PDF-1.7'], 'loonstrook.pdf', { type: 'application/pdf' })")
        .await;
    let field = portal.element("textarea", "").await;
    // Word and Excel copy a picture of the text, too.
    let text = format!("{SCREENSHOT}; clipboardData.setData('text/plain', '1.250 euro')");
    assert!(paste(&portal, &field, &text), "the field gets it");
    frame().await;
    portal.element(".chosen", "loonstrook.pdf").await;
    // A field has no use for a picture alone.
    assert!(!paste(&portal, &field, SCREENSHOT));
    portal.element(".chosen", "image.png").await;
}

/// A device that can be asked to stay awake: how often it was, how many requests hold, and whether it refuses.
const WAKE_LOCK: &str = "window.asked = window.held = 0;
    window.refuses = false;
    Object.defineProperty(navigator, 'wakeLock', { configurable: true, value: {
        async request(kind) {
            window.asked += kind === 'screen';
            if (window.refuses) throw new DOMException('', 'NotAllowedError');
            window.held += 1;
            return window.lock = { async release() {
                if (!this.released) window.held -= 1;
                this.released = true;
            } };
        } } });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'visible' })";

#[wasm_bindgen_test]
async fn a_device_stays_awake_while_it_sends_and_no_longer() {
    js(WAKE_LOCK);
    let xhr = js("XMLHttpRequest.prototype");
    let _send = replace(&xhr, "send", "return () => {}");
    let portal = Portal::open("eva", "").await;
    portal.click("Loonstrook").await;
    portal
        .select_file("new File(['%PDF-1.7'], 'loonstrook.pdf', { type: 'application/pdf' })")
        .await;
    portal.click("Aanleveren").await;
    let is = |asked: u32, held: u32| js("[asked, held].join()") == format!("{asked},{held}");
    portal.until("it stays awake", || is(1, 1)).await;
    // Out of sight a browser lets it go by itself.
    js("lock.release(); document.dispatchEvent(new Event('visibilitychange'))");
    portal.until("it stays awake again", || is(2, 1)).await;
    portal.click("Annuleren").await;
    portal.until("it may sleep", || is(2, 0)).await;
    js("document.dispatchEvent(new Event('visibilitychange'))");
    frame().await;
    assert!(is(2, 0), "nothing is being sent");
    // A battery that is low refuses, and some browsers have no such thing.
    for without in ["refuses = true", "delete navigator.wakeLock"] {
        js(without);
        portal.click("Aanleveren").await;
        // It is sent when it was looked whether it can be kept.
        portal
            .until("it asked once more, if it can", || is(3, 0))
            .await;
        portal.click("Annuleren").await;
        portal.element("button", "Aanleveren").await;
    }
    assert!(is(3, 0));
    js("delete document.visibilityState");
}

#[wasm_bindgen_test]
async fn closing_the_file_dialog_says_nothing() {
    let portal = Portal::open("eva", "").await;
    portal.click("Loonstrook").await;
    // Some browsers tell of a dialog that was closed as of a selection without files.
    let input = portal.element("input[type=file]", "").await;
    portal.run(
        &input,
        "(input) => input.dispatchEvent(new Event('change', { bubbles: true }))",
    );
    frame().await;
    portal.shows_no("Dit soort bestand").await;
}
