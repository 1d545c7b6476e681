//! Programs that translate pages replace text nodes, and others join them (`normalize()`). What changes later is
//! seen all the same: `platform/texts.js`, which the loader puts beside the module, keeps the texts.

use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{documents_page::add_letters, mounted::Portal};

/// Every text is replaced by one that ends in `°`, now and whenever one comes or changes.
const TRANSLATE: &str = "
    const text = (node) => {
      if (!node.data.trim() || node.parentNode.closest?.('font')) return;
      const font = document.createElement('font');
      font.appendChild(document.createElement('font')).textContent = node.data + '°';
      node.parentNode.replaceChild(font, node);
    };
    const all = (root) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
      while (walker.nextNode()) found.push(walker.currentNode);
      found.forEach(text);
    };
    all(root);
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) for (const node of [target, ...addedNodes]) {
        if (!node.isConnected) continue;
        if (node.nodeType === 3) text(node);
        else if (node.nodeType === 1 && node !== target) all(node);
      }
    }).observe(root, { subtree: true, childList: true, characterData: true });";

/// The same once, and the text nodes themselves are put into the new elements.
const WRAP: &str = "
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    for (const node of found) {
      const font = document.createElement('font');
      node.replaceWith(font);
      font.append(node);
    }";

/// The text nodes of each element are taken out, and one new text is put in their place.
const REPLACE: &str = "
    for (const element of root.querySelectorAll('*')) {
      const texts = [...element.childNodes].filter((node) => node.nodeType === 3);
      if (!texts.length || element.localName === 'style') continue;
      const all = texts.map((node) => node.data).join('') + '°';
      for (const node of texts) node.remove();
      element.append(all);
    }";

const NORMALIZE: &str = "root.normalize();";

/// News: another name, and one task more is done.
fn news(session: &mut Value, before: u32) {
    let session = &mut session["consumerportalsession"];
    session["dossier"]["consumer"]["display_name"] = json!(format!("Eva nummer {before}"));
    let total = &mut session["duplicate_comfort_data"]["actioncounter_total"];
    *total = json!({ "total": 1000, "done": 1 + before });
}

/// The number in the heading.
fn number(portal: &Portal) -> u32 {
    let heading = portal.all("h1", "Welkom Eva nummer ").pop();
    let text = heading.and_then(|heading| heading.text_content());
    let digits = |c: char| c.is_ascii_digit();
    let number = text.unwrap_or_default().replace(|c| !digits(c), "");
    number.parse().unwrap_or_default()
}

/// Opens Eva's dossier and does `what` to its texts, again after each news if `again`.
async fn the_page_follows(what: &str, again: bool) {
    let portal = Portal::open_edited("eva", "#portal-overview", &[], news).await;
    portal.is_at("Welkom Eva nummer 0").await;
    portal.keep_texts();
    portal.run_in_root(what);
    let mut last = 0;
    for _ in 0..3 {
        portal.refresh();
        portal
            .until("news", || {
                let now = number(&portal);
                now > last
                    && portal
                        .text()
                        .contains(&format!("{} van de 1.000 onderdelen klaar", 1 + now))
            })
            .await;
        last = number(&portal);
        if again {
            portal.run_in_root(what);
        }
    }
    for page in ["Documenten", "Mijn gegevens", "Overzicht", "Documenten"] {
        portal.click(page).await;
        portal
            .until(page, || portal.all("[aria-current]", page).len() == 1)
            .await;
        if page != "Overzicht" {
            portal.is_at(page).await;
        }
        if again {
            portal.run_in_root(what);
        }
    }
    assert_eq!(portal.all("h1", "").len(), 1);
}

#[wasm_bindgen_test]
async fn a_translated_page_follows_the_dossier() {
    the_page_follows(TRANSLATE, false).await;
}

#[wasm_bindgen_test]
async fn a_page_whose_texts_are_wrapped_follows_the_dossier() {
    the_page_follows(WRAP, true).await;
}

#[wasm_bindgen_test]
async fn a_page_whose_texts_are_replaced_follows_the_dossier() {
    the_page_follows(REPLACE, true).await;
}

#[wasm_bindgen_test]
async fn a_page_whose_texts_are_joined_follows_the_dossier() {
    the_page_follows(NORMALIZE, true).await;
}

#[wasm_bindgen_test]
async fn what_is_written_while_it_is_typed_survives() {
    for what in [WRAP, REPLACE, NORMALIZE] {
        let edit = |session: &mut Value, _| add_letters(session, 60);
        let portal = Portal::open_edited("documenten", "#portal-documents", &[], edit).await;
        portal.is_at("Documenten").await;
        portal.keep_texts();
        for letters in ["b", "br", "bri", ""] {
            portal.run_in_root(what);
            portal.type_into("input[type=search]", letters).await;
            portal
                .until("a count", || {
                    letters.is_empty() || portal.text().contains("gevonden")
                })
                .await;
        }
        portal.run_in_root(what);
        portal.type_into("input[type=search]", "zzz").await;
        portal.shows("Niets gevonden").await;
    }
}
