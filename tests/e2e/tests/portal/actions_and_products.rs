//! The pages of an action and of a product: what is asked, its status, and exactly the buttons it offers.

use e2e::{containing, in_chromium, in_every_browser};

in_every_browser! {
    async fn a_loan_shows_amounts_and_dates_in_dutch_notation(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Persoonlijke lening")).click().await;
        page.text("€ 12.500").appears().await;
        page.text("€ 236,42").appears().await;
        page.text("per maand").appears().await;
        page.text("Nieuwe keuken").appears().await;
        let outline = page.outline().await;
        let day = outline.split_once("term \"Ingangsdatum\"").and_then(|(_, after)| after.lines().nth(1));
        let day = day.unwrap_or_default().trim_start_matches("definition \"\": ");
        let parts: Vec<&str> = day.split(' ').collect();
        let [number, month, year] = parts[..] else { panic!("{day} is no date the Dutch way") };
        assert!(number.parse::<u8>().is_ok() && year.parse::<u16>().is_ok(), "{day}");
        assert!(month.chars().all(|letter| letter.is_ascii_lowercase()), "{day}");
    }
}

in_chromium! {
    async fn a_photo_is_offered_on_devices_with_a_camera(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        let camera = "const fields = [...document.querySelector('consumer-portal').shadowRoot.querySelectorAll('input[type=file]')];
            return fields.some((field) => field.accept === 'image/*' && field.getAttribute('capture') === 'environment')";
        assert_eq!(page.script(camera, vec![]).await, true);
        // Only a device with a touch screen offers to take a photo.
        let coarse = page.script("return matchMedia('(pointer: coarse)').matches", vec![]).await;
        assert_eq!(page.text("Foto maken").count().await > 0, coarse == true);
    }
}
