//! The portal on a broker's page, from another origin: neither disturbs the other.

use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};

/// Opens the broker's page as Eva.
async fn open_brokers_page(page: &Page) {
    page.open("/open/eva").await;
    page.open(&page.servers.broker()).await;
    page.heading("Welkom Eva Bakker").appears().await;
}

/// The style of the broker's own elements, to compare before and after.
const BROKERS_STYLES: &str = "return JSON.stringify(['.site-title', '.tagline', '#content h1', '#hypotheken', '.site-footer', '.floating']
    .map((selector) => { const element = document.querySelector(selector), style = getComputedStyle(element);
      const { x, width } = element.getBoundingClientRect();
      return [selector, x, width, style.color, style.font, style.backgroundColor, style.textTransform, style.border]; }))";

mod smoke {
    use super::*;

    in_every_browser! {
        async fn a_document_is_uploaded_and_one_downloaded_on_a_brokers_page(page: &Page) {
            let folder = Folder::new();
            let bytes = fixtures::photo(300_000);
            open_brokers_page(page).await;
            page.link(containing(crate::PAYSLIP)).click().await;
            page.text("Bestand kiezen").appears().await;
            page.choose_file(&folder.file("Łódź 📄.jpg", &bytes)).await;
            page.button("Verder met 1 pagina").click().await;
            page.textbox(containing("Opmerking")).type_text("Via de site").await;
            page.button("Aanleveren").click().await;
            page.heading("Aangeleverd").appears().await;
            let uploads = page.servers.uploads();
            assert_eq!(uploads.len(), 1);
            // Made on the device, by a worker of another origin.
            assert_eq!(uploads[0].filename, "Loonstrook.pdf");
            assert_eq!(document::pdf::inspect(&uploads[0].bytes).unwrap().pages.len(), 1);
            page.link("Documenten").click().await;
            page.button(containing("Rentevoorstel van Florius opslaan")).click().await;
            page.saved_file("rentevoorstel-florius.pdf").await;
        }
    }
}

in_every_browser! {
    async fn the_brokers_styles_do_not_reach_the_portal(page: &Page) {
        open_brokers_page(page).await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Tijdlijn").appears().await;
        let reach = "const root = document.querySelector('consumer-portal').shadowRoot;
            const style = (selector) => getComputedStyle(root.querySelector(selector));
            return [style('h1').textTransform, style('h1').textAlign, style('li').float, style('section').display,
              style('iframe').display, style('p').textIndent, style('li').letterSpacing]";
        let reach = page.script(reach, vec![]).await;
        assert_eq!(reach[0], "none");
        assert_ne!(reach[1], "center");
        assert_eq!(reach[2], "none");
        assert_ne!(reach[3], "inline");
        assert_ne!(reach[4], "none");
        assert_eq!(reach[5], "0px");
        assert_eq!(reach[6], "normal");
    }
}

in_chromium! {
    async fn the_portal_does_not_change_the_brokers_page(page: &Page) {
        page.open("/open/leeg").await;
        page.open(&page.servers.broker()).await;
        page.heading("Er staat nog niets in uw dossier").appears().await;
        // The scroll bar depends on the page's length, so it is always shown here.
        page.script("document.documentElement.style.overflowY = 'scroll'", vec![]).await;
        let with = page.script(BROKERS_STYLES, vec![]).await;
        page.script("document.querySelector('consumer-portal').remove()", vec![]).await;
        let without = page.script(BROKERS_STYLES, vec![]).await;
        assert_eq!(with, without);
    }

    async fn the_title_and_other_fragments_stay_the_brokers(page: &Page) {
        open_brokers_page(page).await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        page.title_contains("Mijn dossier – Van Dijk Hypotheken").await;
        page.set_fragment("#contact").await;
        page.heading("Mijn gegevens").appears().await;
        page.set_fragment("#portal-documents").await;
        page.heading("Documenten").appears().await;
    }

    async fn the_brokers_own_words_stand_by_an_error_at_the_start(page: &Page) {
        open_brokers_page(page).await;
        page.text(containing("Open het op een eigen pagina")).is_absent().await;
        page.allow_console("robotcontrole");
        page.open(&page.servers.broker_through("robotcontrole")).await;
        page.button("Opnieuw proberen").appears().await;
        page.text(containing("Open het op een eigen pagina")).appears().await;
    }

    async fn a_visitor_who_is_not_signed_in_keeps_the_focus(page: &Page) {
        page.allow_console("401");
        page.open(&page.servers.broker()).await;
        page.heading("U bent niet ingelogd").appears().await;
        page.wait_for_animations().await;
        let focused = page.focused().await;
        assert!(!focused.contains("U bent niet ingelogd"), "{focused}");
    }

    async fn the_broker_sets_the_portals_colours(page: &Page) {
        open_brokers_page(page).await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        let colour = "const root = document.querySelector('consumer-portal').shadowRoot;
            return getComputedStyle(root.querySelector('.button.primary')).backgroundColor";
        assert_eq!(page.script(colour, vec![]).await, "rgb(138, 75, 8)");
    }

    async fn the_element_can_be_moved_removed_and_added_again(page: &Page) {
        open_brokers_page(page).await;
        let sent = page.servers.demo().request_count("getsession");
        let move_it = "const element = document.querySelector('consumer-portal');
            document.querySelector('.site-footer').append(element)";
        page.script(move_it, vec![]).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        assert_eq!(page.servers.demo().request_count("getsession"), sent);
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

    async fn an_element_removed_while_loading_does_not_disturb_the_next_one(page: &Page) {
        page.open("/open/langzaam").await;
        page.open(&page.servers.broker()).await;
        page.role("status", e2e::TextMatch::Any).first().contains_text("wordt opgehaald").await;
        let away = "const old = document.querySelector('consumer-portal');
            const fresh = old.cloneNode(); old.replaceWith(fresh)";
        page.script(away, vec![]).await;
        page.role("status", e2e::TextMatch::Any).first().contains_text("wordt opgehaald").await;
        // Both responses arrive now. Only one of the two elements still waits.
        page.servers.demo().skip_delays();
        page.heading("Welkom Anna Visser").appears().await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
    }

    async fn portal_ready_is_dispatched_without_personal_data(page: &Page) {
        open_brokers_page(page).await;
        let again = "window.events = [];
            for (const name of ['portal-ready', 'portal-error'])
              document.body.addEventListener(name, (event) => events.push([event.type, event.detail]));
            const old = document.querySelector('consumer-portal');
            const fresh = old.cloneNode(); old.replaceWith(fresh)";
        page.script(again, vec![]).await;
        page.wait_for_script("portal-ready", "return events.some(([type]) => type === 'portal-ready')").await;
        let events = page.script("return JSON.stringify(events)", vec![]).await.to_string();
        assert!(!events.contains("Eva") && !events.contains("portal-error"), "{events}");
    }

    async fn the_attributes_consumer_id_and_ip_address_are_sent_with_getsession(page: &Page) {
        open_brokers_page(page).await;
        let given = "const old = document.querySelector('consumer-portal');
            const fresh = old.cloneNode();
            fresh.setAttribute('consumer-id', 'CNSR22966DC6C1D2E53D861B2794F6A20E');
            fresh.setAttribute('ip-address', '127.0.0.1');
            old.replaceWith(fresh)";
        page.script(given, vec![]).await;
        // These attributes are for another server. The gateway knows consumers by their session only.
        page.heading("U bent niet ingelogd").appears().await;
        let asked = "return performance.getEntriesByType('resource').map(({ name }) => new URL(name).search).join()";
        let asked = page.script(asked, vec![]).await.to_string();
        assert!(asked.contains("?consumer_id=CNSR22966DC6C1D2E53D861B2794F6A20E&ip_address=127.0.0.1"), "{asked}");
    }
}
