//! A dossier that is loading, empty, closed, offline or cannot be had: one plain sentence, and a way out that
//! works.

use e2e::{Page, containing, in_chromium, in_every_browser};

/// Opens a consumer whose getsession fails, and checks the message.
async fn shows_error(page: &Page, consumer: &str, title: &str, reason: &str) {
    page.open(&format!("/open/{consumer}")).await;
    page.heading(title).appears().await;
    page.text(containing(reason)).appears().await;
    page.button("Opnieuw proberen").appears().await;
}

/// Opens my details and makes the first element of that page fail, as a bug would.
const BREAK_NEXT_PAGE: &str = "const done = arguments[arguments.length - 1];
    const create = Document.prototype.createElement;
    Document.prototype.createElement = () => {
      Document.prototype.createElement = create;
      setTimeout(done);
      throw new Error('broken by the test');
    };
    location.hash = '#portal-me'";

in_every_browser! {
    async fn a_panic_apologises_and_offers_a_reload(page: &Page) {
        page.allow_console("broken by the test");
        page.allow_console("panicked at");
        page.allow_console("nreachable");
        page.allow_console("RuntimeError");
        page.allow_console("recursive use of an object");
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.async_script(BREAK_NEXT_PAGE, vec![]).await;
        page.heading("Er ging iets mis").appears().await;
        page.text("Onze excuses. Laad de pagina opnieuw om verder te gaan.").appears().await;
        assert!(page.console().await.iter().any(|line| line.contains("panicked at")));
        page.button("Pagina opnieuw laden").click().await;
        page.heading("Mijn gegevens").appears().await;
    }
}

in_chromium! {
    async fn a_slow_dossier_shows_that_it_is_loading(page: &Page) {
        page.open("/open/langzaam").await;
        page.role("status", e2e::TextMatch::Any).first().contains_text("wordt opgehaald").await;
        page.servers.demo().skip_delays();
        page.heading("Welkom Anna Visser").appears().await;
    }

    async fn a_server_error_can_be_retried(page: &Page) {
        shows_error(page, "storing", "Het lukt nu even niet", "Dat ligt aan ons.").await;
        let before = page.servers.demo().request_count("getsession");
        page.button("Opnieuw proberen").click().await;
        page.wait_until("another getsession", async || {
            let now = page.servers.demo().request_count("getsession");
            if now > before { Ok(()) } else { Err(format!("there were {now}")) }
        })
        .await;
        page.heading("Het lukt nu even niet").appears().await;
    }

    async fn a_retry_succeeds_once_the_server_works(page: &Page) {
        page.open("/open/wisselvallig").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.reload().await;
        page.heading("Het lukt nu even niet").appears().await;
        page.button("Opnieuw proberen").click().await;
        page.heading("Welkom Anna Visser").appears().await;
    }

    async fn a_closed_dossier_allows_downloads_and_no_uploads(page: &Page) {
        page.open("/open/gesloten").await;
        page.text(containing("Dit dossier is gesloten")).appears().await;
        page.link(containing("Loonstrook")).click().await;
        page.heading(containing("Loonstrook")).appears().await;
        page.text("Bestand kiezen").is_absent().await;
        page.link("Documenten").click().await;
        page.button(containing("Uw adviesrapport opslaan")).click().await;
        page.saved_file("adviesrapport.pdf").await;
    }

    async fn a_failed_refresh_keeps_the_dossier_on_the_screen(page: &Page) {
        page.open("/open/wisselvallig").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.return_to_tab().await;
        page.text(containing("Wij konden niet kijken of er nieuws is")).appears().await;
        page.heading("Welkom Anna Visser").appears().await;
        page.button("Opnieuw proberen").click().await;
        page.text(containing("Wij konden niet kijken of er nieuws is")).disappears().await;
        page.focus_comes_to("Welkom Anna Visser").await;
    }

    async fn returning_to_the_tab_shows_the_latest_dossier(page: &Page) {
        page.open("/open/eva").await;
        page.text("5 van de 21 onderdelen klaar").appears().await;
        let href = page.link(containing(crate::PAYSLIP)).attribute("href").await.unwrap_or_default();
        crate::upload_on_another_device(page, href.rsplit('-').next().unwrap_or_default()).await;
        page.return_to_tab().await;
        page.text("6 van de 21 onderdelen klaar").appears().await;
    }

    async fn an_expired_session_removes_the_dossier_from_the_screen(page: &Page) {
        page.open("/open/verloopt").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.return_to_tab().await;
        page.heading("Uw toegang is verlopen").appears().await;
        page.text(containing("Anna Visser")).is_absent().await;
        page.link("Mail Sanne de Wit").appears().await;
    }

    async fn the_dossier_can_be_read_offline(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.go_offline().await;
        page.text(containing("U bent offline. U kunt gewoon verder lezen")).appears().await;
        page.link("Mijn gegevens").click().await;
        page.text("17 april 1993").appears().await;
        page.go_online().await;
        page.text(containing("U bent offline")).disappears().await;
    }

    async fn an_unknown_error_code_is_shown_as_a_plain_sentence(page: &Page) {
        shows_error(page, "geweigerd", "Deze pagina kon niet worden geladen", "neem dan contact op met uw adviseur").await;
        page.text(containing("CONSUMER_BLOCKED")).is_absent().await;
    }

    async fn an_expired_token_asks_for_a_new_link(page: &Page) {
        shows_error(page, "verlopen", "Uw toegang is verlopen", "open dan de link van uw adviseur").await;
    }

    async fn a_visitor_who_is_not_signed_in_is_sent_to_the_advisers_message(page: &Page) {
        shows_error(page, "niet-aangemeld", "U bent niet ingelogd", "Open de link uit het bericht").await;
    }

    async fn an_html_response_is_not_shown(page: &Page) {
        shows_error(page, "geen-json", "Wij ontvingen iets dat niet te lezen is", "Probeer het over een paar minuten").await;
    }

    async fn half_a_dossier_is_not_shown(page: &Page) {
        shows_error(page, "half", "Wij ontvingen iets dat niet te lezen is", "Probeer het over een paar minuten").await;
    }

    async fn a_missing_response_is_reported_as_our_problem(page: &Page) {
        shows_error(page, "weg", "Het lukt nu even niet", "Dat ligt aan ons.").await;
    }

    async fn an_empty_dossier_says_that_it_is_empty(page: &Page) {
        page.open("/open/leeg").await;
        page.heading("Er staat nog niets in uw dossier").appears().await;
        page.text("Uw adviseur is ermee bezig. Kijk later nog eens.").appears().await;
        page.link("Documenten").click().await;
        page.heading("Er zijn nog geen documenten voor u").appears().await;
    }
}
