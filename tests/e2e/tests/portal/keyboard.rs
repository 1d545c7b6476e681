//! The portal without a mouse.

use e2e::fixtures::{self, Folder};
use e2e::{Browser, Page, containing, in_every_browser};
use fantoccini::key::Key;

/// Presses Tab until something with this in its role or name has the focus.
async fn tab_to(page: &Page, wanted: &str) {
    let mut passed = Vec::new();
    // WebKit's Tab may skip links, as in Safari, so this allows many steps.
    for _ in 0..80 {
        page.tab().await;
        let focused = page.focused().await;
        if focused.contains(wanted) {
            return;
        }
        passed.push(focused);
    }
    page.fail(&format!(
        "Tab never came to {wanted}, but passed {passed:#?}"
    ))
    .await;
}

in_every_browser! {
    async fn a_document_is_uploaded_by_keyboard_alone(page: &Page) {
        let folder = Folder::new();
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        tab_to(page, crate::PAYSLIP).await;
        page.press(&[Key::Enter]).await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        tab_to(page, "Bestand kiezen").await;
        // The browser's own file dialog would open here. No driver can use it.
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(9000))).await;
        page.text("loonstrook.pdf").appears().await;
        tab_to(page, "Opmerking").await;
        page.type_text("Met toetsen").await;
        tab_to(page, "Aanleveren").await;
        page.press(&[if page.browser() == Browser::Firefox { Key::Enter } else { Key::Space }]).await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads()[0].comment.as_deref(), Some("Met toetsen"));
        page.focus_comes_to("Aangeleverd").await;
        tab_to(page, "Volgende: ").await;
        page.press(&[Key::Enter]).await;
        page.heading("Geldig legitimatiebewijs").appears().await;
    }

    async fn a_dialog_keeps_the_focus_until_it_closes(page: &Page) {
        page.open("/open/eva#portal-me").await;
        page.heading("Mijn gegevens").appears().await;
        tab_to(page, "button \"Uitloggen\"").await;
        page.press(&[Key::Enter]).await;
        page.role("dialog", "Wilt u uitloggen?").appears().await;
        page.focus_comes_to("heading \"Wilt u uitloggen?\"").await;
        // The next elements are in the dialog, not behind it.
        for button in ["Uitloggen", "Ingelogd blijven"] {
            page.tab().await;
            page.focus_comes_to(&format!("button \"{button}\"")).await;
        }
        page.press(&[Key::Enter]).await;
        page.role("dialog", "Wilt u uitloggen?").disappears().await;
        page.focus_comes_to("button \"Uitloggen\"").await;
    }

    async fn the_focus_is_always_visible(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        for _ in 0..12 {
            page.tab().await;
            let seen = "let focused = document.activeElement;
                while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
                const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused);
                return focused === document.body || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none'";
            assert_eq!(page.script(seen, vec![]).await, true, "{}", page.focused().await);
        }
    }
}
