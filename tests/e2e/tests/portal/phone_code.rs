//! Continuing on a phone: a QR code on the desktop's screen, read as a camera reads it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use e2e::{Page, containing, in_chromium, in_every_browser, qr};

/// Reads the QR code as this browser draws it.
async fn read_qr_code(page: &Page) -> String {
    page.role("img", "QR-code").appears().await;
    let draws = "const code = document.querySelector('consumer-portal').shadowRoot.querySelector('img.code');
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 600;
        canvas.getContext('2d').drawImage(code, 0, 0, 600, 600);
        return canvas.toDataURL('image/png')";
    let picture = page.script(draws, vec![]).await;
    let picture = picture
        .as_str()
        .and_then(|url| url.strip_prefix("data:image/png;base64,"));
    let picture = BASE64_STANDARD.decode(picture.unwrap_or_default());
    let read = qr::read(&picture.unwrap_or_default());
    read.unwrap_or_else(|| panic!("no camera can read it"))
}

in_every_browser! {
    async fn the_qr_code_opens_the_same_page_once(page: &Page) {
        page.open("/open/eva#portal-me").await;
        page.heading("Mijn gegevens").appears().await;
        page.button("Verder op uw telefoon").click().await;
        page.role("dialog", "Verder op uw telefoon").appears().await;
        page.text(containing("één keer te gebruiken")).appears().await;
        let link = read_qr_code(page).await;
        assert!(link.starts_with(&format!("{}/open/v4.local.", page.servers.address())), "{link}");
        page.open(&link).await;
        page.heading("Mijn gegevens").appears().await;
        assert_eq!(page.fragment().await, "#portal-me");
        crate::log_out_in_another_tab(page).await;
        page.allow_console("401");
        page.open(&link).await;
        page.heading("Deze code is al gebruikt").appears().await;
        page.text(containing("Maak op uw computer een nieuwe, of open hier de link")).appears().await;
    }
}

in_chromium! {
    async fn an_upload_from_the_phone_is_announced_on_the_desktop(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.button("Of maak de foto met uw telefoon").click().await;
        page.text(containing("één keer te gebruiken")).appears().await;
        page.text(containing("Aangekomen")).is_absent().await;
        let id = page.fragment().await.rsplit('-').next().unwrap_or_default().to_owned();
        crate::upload_on_another_device(page, &id).await;
        // The page checks for news by itself.
        page.text(containing("Aangekomen: Loonstrook")).appears().await;
        page.button("Sluiten").click().await;
        page.role("dialog", "Verder op uw telefoon").disappears().await;
        page.text("Ontvangen").first().appears().await;
    }

    async fn the_other_devices_are_counted_and_logged_out_from_one(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.button("Uitloggen").click().await;
        page.text(containing("apparaten")).is_absent().await;
        page.button("Ingelogd blijven").click().await;
        page.button("Verder op uw telefoon").click().await;
        let link = read_qr_code(page).await;
        // From here on this browser is the phone: it knows nothing of the desktop's session.
        page.client().delete_all_cookies().await.expect("cookies can be deleted");
        page.open(&link).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.button("Uitloggen").click().await;
        page.text("U bent ingelogd op 2 apparaten. Uitloggen geldt voor alle.").appears().await;
        page.button("Alleen de andere apparaten uitloggen").click().await;
        page.text("De andere apparaten zijn uitgelogd").appears().await;
        page.text(containing("2 apparaten")).disappears().await;
        page.button("Ingelogd blijven").click().await;
        page.reload().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn a_failed_code_says_why_and_can_be_requested_again(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.allow_console("phone");
        page.button("Verder op uw telefoon").click().await;
        page.text(containing("één keer te gebruiken")).appears().await;
        page.button("Sluiten").click().await;
        page.servers.stop();
        page.button("Verder op uw telefoon").click().await;
        page.text(containing("De verbinding viel weg")).appears().await;
        page.servers.start();
        page.button("Nieuwe code maken").click().await;
        page.text(containing("één keer te gebruiken")).appears().await;
    }
}
