//! Programs that translate the page put their own nodes in place of the portal's texts. It goes on as before.

use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_every_browser};
use fantoccini::key::Key;

/// Takes the empty text nodes out and joins the others, as some programs do, again and again.
const NORMALIZE: &str = "const { shadowRoot } = document.querySelector('consumer-portal');
    shadowRoot.normalize();
    new MutationObserver(() => shadowRoot.normalize()).observe(shadowRoot, { subtree: true, childList: true, characterData: true })";

/// A document that is asked arrives from another device.
const UPLOAD: &str = "const [url, id, done] = arguments;
    const body = new FormData();
    body.append('file', new Blob(['%PDF-1.4 %%EOF'], { type: 'application/pdf' }), 'x.pdf');
    const headers = { productaction_id: id, is_reupload: '0', filename: 'x.pdf', mimetype: 'application/pdf' };
    fetch(url, { method: 'POST', credentials: 'include', body, headers }).then(({ status }) => done(status))";

/// Shows news, goes through the portal, and hands a document in. `end` ends each translated text.
async fn goes_on(page: &Page, end: &str) {
    let name = |text: &str| format!("{text}{end}");
    page.text(name("5 van de 21 onderdelen klaar").as_str())
        .appears()
        .await;
    page.text(name("24%").as_str()).appears().await;
    let href = page
        .link(containing("Energielabel"))
        .attribute("href")
        .await
        .unwrap_or_default();
    let url = format!("{}/consumerportal/upload_file", page.servers.address());
    let id = href.rsplit('-').next().unwrap_or_default();
    assert_eq!(
        page.async_script(UPLOAD, vec![url.into(), id.into()]).await,
        200
    );
    page.return_to_tab().await;
    page.text(name("6 van de 21 onderdelen klaar").as_str())
        .appears()
        .await;
    page.text(name("29%").as_str()).appears().await;
    page.link(name("Documenten").as_str()).click().await;
    page.heading(name("Documenten").as_str()).appears().await;
    page.link(name("Mijn gegevens").as_str()).click().await;
    page.heading(name("Mijn gegevens").as_str()).appears().await;
    page.link(name("Overzicht").as_str()).click().await;
    page.link(containing(crate::PAYSLIP)).click().await;
    page.text(name("Bestand kiezen").as_str()).appears().await;
    let folder = Folder::new();
    page.choose_file(&folder.file("loonstrook.jpg", &fixtures::photo(300_000)))
        .await;
    page.button(name("Verder met 1 pagina").as_str())
        .click()
        .await;
    page.button(name("Aanleveren").as_str()).click().await;
    page.heading(name("Aangeleverd").as_str()).appears().await;
    assert_eq!(page.servers.uploads().len(), 2);
    // By its key: with the new session a card comes above, and Firefox moves the page from under a pointer.
    page.link(name("Overzicht").as_str())
        .press(Key::Enter)
        .await;
    page.text(name("7 van de 21 onderdelen klaar").as_str())
        .appears()
        .await;
}

in_every_browser! {
    async fn a_translated_page_goes_on(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open(&page.servers.office_page("vertaler")).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.button("Vertaal deze pagina").click().await;
        page.heading("Welkom Eva Bakker°").appears().await;
        goes_on(page, "°").await;
    }

    async fn a_normalized_page_goes_on(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Documenten").appears().await;
        page.script(NORMALIZE, vec![]).await;
        goes_on(page, "").await;
    }
}
