//! Upper and lower case come from the browser.

use consumer_portal::components::product::readable;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn a_name_of_the_wire_is_made_readable() {
    assert_eq!(readable("SOLAR_PANEL_LEASE"), "Solar panel lease");
    assert_eq!(readable("ÉNERGIE-label"), "Énergie label");
    assert_eq!(readable("-"), "");
}
