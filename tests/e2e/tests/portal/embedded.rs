//! The portal on a broker's page, from another origin: neither breaks the other.

use e2e::papers::{self, Folder};
use e2e::{Page, containing, in_every_browser};

/// Opens the broker's page as Eva.
async fn opens_brokers_page(page: &Page) {
    page.open("/open/eva").await;
    page.open(&page.stage.broker()).await;
    page.heading("Welkom Eva Bakker").appears().await;
}

/// How the broker's own parts look, for comparing before and after.
const THEIRS: &str = "return JSON.stringify(['.site-title', '.tagline', '#content h1', '#hypotheken', '.site-footer', '.floating']
    .map((selector) => { const element = document.querySelector(selector), style = getComputedStyle(element);
      const { x, width } = element.getBoundingClientRect();
      return [selector, x, width, style.color, style.font, style.backgroundColor, style.textTransform, style.border]; }))";

in_every_browser! {
    async fn the_whole_job_is_done_on_a_brokers_page(page: &Page) {
        let folder = Folder::new();
        let bytes = papers::photo(300_000);
        opens_brokers_page(page).await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.give_file(&folder.file("Łódź 📄.jpg", &bytes)).await;
        page.textbox(containing("Opmerking")).type_text("Via de site").await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let kept = page.stage.uploads();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].filename, "Łódź 📄.jpg");
        assert!(kept[0].bytes == bytes);
        page.link("Documenten").click().await;
        page.button(containing("Rentevoorstel van Florius opslaan")).click().await;
        page.saves("rentevoorstel-florius.pdf").await;
    }

    async fn the_brokers_page_stays_as_it_was(page: &Page) {
        page.open("/open/leeg").await;
        page.open(&page.stage.broker()).await;
        page.heading("Er staat nog niets in uw dossier").appears().await;
        // A scroll bar comes and goes with the page's length, whoever makes it long.
        page.script("document.documentElement.style.overflowY = 'scroll'", vec![]).await;
        let with = page.script(THEIRS, vec![]).await;
        page.script("document.querySelector('consumer-portal').remove()", vec![]).await;
        let without = page.script(THEIRS, vec![]).await;
        assert_eq!(with, without);
    }

    async fn the_title_and_the_links_stay_the_brokers(page: &Page) {
        opens_brokers_page(page).await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        page.title_says("Mijn dossier – Van Dijk Hypotheken").await;
        page.go_to("#contact").await;
        page.heading("Mijn gegevens").appears().await;
        page.go_to("#portal/documents").await;
        page.heading("Documenten").appears().await;
    }

    async fn a_loud_theme_does_not_reach_in(page: &Page) {
        opens_brokers_page(page).await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Tijdlijn").appears().await;
        let reach = "const root = document.querySelector('consumer-portal').shadowRoot;
            const style = (selector) => getComputedStyle(root.querySelector(selector));
            return [style('h1').textTransform, style('h1').textAlign, style('li').float, style('section').display,
              style('iframe').display, style('progress').display, style('p').textIndent, style('li').letterSpacing]";
        let reach = page.script(reach, vec![]).await;
        assert_eq!(reach[0], "none");
        assert_ne!(reach[1], "center");
        assert_eq!(reach[2], "none");
        assert_ne!(reach[3], "inline");
        assert_ne!(reach[4], "none");
        assert_ne!(reach[5], "none");
        assert_eq!(reach[6], "0px");
        assert_eq!(reach[7], "normal");
    }

    async fn the_office_decides_its_colours(page: &Page) {
        opens_brokers_page(page).await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        let colour = "const root = document.querySelector('consumer-portal').shadowRoot;
            return getComputedStyle(root.querySelector('.button.primary')).backgroundColor";
        assert_eq!(page.script(colour, vec![]).await, "rgb(138, 75, 8)");
    }

    async fn the_element_can_be_moved_and_taken_away(page: &Page) {
        opens_brokers_page(page).await;
        let sent = page.stage.watch().count("getsession");
        let move_it = "const element = document.querySelector('consumer-portal');
            document.querySelector('.site-footer').append(element)";
        page.script(move_it, vec![]).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        assert_eq!(page.stage.watch().count("getsession"), sent);
        let again = "const old = document.querySelector('consumer-portal');
            const api = old.getAttribute('api'); old.remove();
            const fresh = document.createElement('consumer-portal');
            fresh.setAttribute('api', api); fresh.setAttribute('lang', 'nl');
            document.getElementById('content').append(fresh)";
        page.script(again, vec![]).await;
        page.heading("Mijn gegevens").appears().await;
        page.link("Overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn an_element_that_is_taken_away_while_it_waits_harms_no_other(page: &Page) {
        page.open("/open/langzaam").await;
        page.open(&page.stage.broker()).await;
        page.role("status", e2e::find::Name::Any).first().comes_to_say("wordt opgehaald").await;
        let away = "const old = document.querySelector('consumer-portal');
            const fresh = old.cloneNode(); old.replaceWith(fresh)";
        page.script(away, vec![]).await;
        page.role("status", e2e::find::Name::Any).first().comes_to_say("wordt opgehaald").await;
        // Both answers come now; only one of them has somebody who waits for it.
        page.stage.watch().hurries();
        page.heading("Welkom Anna Visser").appears().await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
    }

    async fn the_broker_hears_that_it_is_ready(page: &Page) {
        opens_brokers_page(page).await;
        let again = "window.told = [];
            for (const name of ['portal-ready', 'portal-error'])
              document.body.addEventListener(name, (event) => told.push([event.type, event.detail]));
            const old = document.querySelector('consumer-portal');
            const fresh = old.cloneNode(); old.replaceWith(fresh)";
        page.script(again, vec![]).await;
        page.until_script("portal-ready", "return told.some(([type]) => type === 'portal-ready')").await;
        let told = page.script("return JSON.stringify(told)", vec![]).await.to_string();
        assert!(!told.contains("Eva") && !told.contains("portal-error"), "{told}");
    }

    async fn a_given_consumer_is_asked_for_by_id(page: &Page) {
        opens_brokers_page(page).await;
        let given = "const old = document.querySelector('consumer-portal');
            const fresh = old.cloneNode();
            fresh.setAttribute('consumer-id', 'CNSR22966DC6C1D2E53D861B2794F6A20E');
            fresh.setAttribute('ip-address', '127.0.0.1');
            old.replaceWith(fresh)";
        page.script(given, vec![]).await;
        // That is for a server that asks no more; the gateway knows consumers by their session only.
        page.heading("U bent niet ingelogd").appears().await;
        let asked = "return performance.getEntriesByType('resource').map(({ name }) => new URL(name).search).join()";
        let asked = page.script(asked, vec![]).await.to_string();
        assert!(asked.contains("?consumer_id=CNSR22966DC6C1D2E53D861B2794F6A20E&ip_address=127.0.0.1"), "{asked}");
    }
}
