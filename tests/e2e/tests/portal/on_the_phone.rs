//! Going on on the phone: a code on the desktop's screen, read off it as a camera does.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use e2e::{Page, containing, in_every_browser, qr};

/// What the code says, as this browser draws it.
async fn reads_the_code(page: &Page) -> String {
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
    async fn the_code_leads_to_the_same_page_and_is_good_once(page: &Page) {
        page.open("/open/eva#portal/me").await;
        page.heading("Mijn gegevens").appears().await;
        page.button("Verder op uw telefoon").click().await;
        page.role("dialog", "Verder op uw telefoon").appears().await;
        page.text(containing("één keer te gebruiken")).appears().await;
        let link = reads_the_code(page).await;
        assert!(link.starts_with(&format!("{}/open/v4.local.", page.stage.address())), "{link}");
        page.open(&link).await;
        page.heading("Mijn gegevens").appears().await;
        assert_eq!(page.fragment().await, "#portal/me");
        crate::logs_out_elsewhere(page).await;
        page.expects_console("401");
        page.open(&link).await;
        page.heading("Deze code is al gebruikt").appears().await;
        page.text(containing("Maak op uw computer een nieuwe.")).appears().await;
    }

    async fn the_desktop_says_what_arrived_while_the_code_is_there(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.button("Of maak de foto met uw telefoon").click().await;
        page.text(containing("één keer te gebruiken")).appears().await;
        page.text(containing("Aangekomen")).is_absent().await;
        let id = page.fragment().await.rsplit('/').next().unwrap_or_default().to_owned();
        crate::hands_in_elsewhere(page, &id).await;
        // It looks by itself now and then.
        page.text(containing("Aangekomen: Aanleveren van een recente loonstrook")).appears().await;
        page.button("Sluiten").click().await;
        page.role("dialog", "Verder op uw telefoon").is_gone().await;
        page.text("Klaar").first().appears().await;
    }

    async fn a_code_that_cannot_be_had_says_why_and_can_be_tried_again(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.expects_console("phone");
        page.stage.stops();
        page.button("Verder op uw telefoon").click().await;
        page.text(containing("De verbinding viel weg")).appears().await;
        page.stage.starts();
        page.button("Nieuwe code maken").click().await;
        page.text(containing("één keer te gebruiken")).appears().await;
    }
}
