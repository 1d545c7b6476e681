//! What was chosen and not sent, where no gateway gives a key: it lasts as long as the tab.

use wasm_bindgen_test::wasm_bindgen_test;

use super::{js, mounted::Portal};

const PAYSLIP: &str = "#portal-action-PRAC2A85CD8BCD3E77C2296231C3D789E";
const KEPT: &str = "Dit blijft staan zolang dit tabblad open is";
const RESTORED: &str = "Dit stond hier al klaar. Het is nog niet aangeleverd.";

async fn open(consumer: &str) -> Portal {
    Portal::open_with(consumer, PAYSLIP, &[("drafts", "on")]).await
}

/// Chooses a file, and opens the page anew when it is kept.
async fn chosen_before() -> Portal {
    let portal = open("eva").await;
    let file = "new File(['%PDF-1.4 of eva'], 'loonstrook.pdf')";
    portal.select_file(file).await;
    portal.shows(KEPT).await;
    drop(portal);
    open("eva").await
}

/// Removes the file, and waits until it is not kept any more.
async fn remove(portal: &Portal) {
    let button = "[aria-label=\"loonstrook.pdf verwijderen\"]";
    portal.element(button, "").await.click();
    let is_kept = "localStorage.getItem('portal-drafts') !== null";
    portal
        .until("nothing kept", || js(is_kept).is_falsy())
        .await;
}

#[wasm_bindgen_test]
async fn without_a_gateway_what_was_chosen_lasts_as_long_as_the_tab() {
    let portal = chosen_before().await;
    portal.shows(RESTORED).await;
    portal.shows("loonstrook.pdf").await;
    remove(&portal).await;
    drop(portal);
    // What was removed does not come back.
    let portal = open("eva").await;
    portal.shows("Bestand kiezen").await;
}

#[wasm_bindgen_test]
async fn in_another_tab_it_is_not_there() {
    let portal = chosen_before().await;
    portal.shows(RESTORED).await;
    drop(portal);
    let key = js("sessionStorage.getItem('portal-tab-keys')").as_string();
    js("sessionStorage.removeItem('portal-tab-keys')");
    let portal = open("eva").await;
    portal.shows("Bestand kiezen").await;
    drop(portal);
    js(&format!(
        "sessionStorage.setItem('portal-tab-keys', '{}')",
        key.unwrap()
    ));
    let portal = open("eva").await;
    portal.shows(RESTORED).await;
    remove(&portal).await;
}

#[wasm_bindgen_test]
async fn what_was_kept_with_an_older_key_is_written_with_the_newest() {
    let portal = chosen_before().await;
    portal.shows(RESTORED).await;
    drop(portal);
    // As after the gateway's secret was exchanged: the newest is the first.
    let older = js("sessionStorage.getItem('portal-tab-keys')")
        .as_string()
        .unwrap();
    let newest = "A".repeat(older.len());
    let set = |keys: &str| {
        js(&format!(
            "sessionStorage.setItem('portal-tab-keys', '{keys}')"
        ))
    };
    set(&format!("{newest} {older}"));
    let portal = open("eva").await;
    portal.shows(RESTORED).await;
    portal.shows(KEPT).await;
    drop(portal);
    set(&newest);
    let portal = open("eva").await;
    portal.shows(RESTORED).await;
    portal.shows("loonstrook.pdf").await;
    remove(&portal).await;
    drop(portal);
    // Nor is the older one there any more.
    set(&older);
    let portal = open("eva").await;
    portal.shows("Bestand kiezen").await;
}

#[wasm_bindgen_test]
async fn another_consumer_in_the_tab_does_not_get_it() {
    drop(chosen_before().await);
    let portal = open("thomas").await;
    portal.shows("Bestand kiezen").await;
    drop(portal);
    let portal = open("eva").await;
    portal.shows(RESTORED).await;
    remove(&portal).await;
}

#[wasm_bindgen_test]
async fn where_the_page_wants_nothing_kept_nothing_is() {
    let portal = Portal::open("eva", PAYSLIP).await;
    portal
        .select_file("new File(['%PDF-1.4'], 'loonstrook.pdf')")
        .await;
    portal.shows("loonstrook.pdf").await;
    drop(portal);
    let portal = open("eva").await;
    portal.shows("Bestand kiezen").await;
}
