//! Loading, empty, failed, expired, offline, closed: each says one plain sentence and has a way out that
//! works.

use e2e::{Page, containing, in_every_browser};

/// Opens a consumer with whom something is wrong, and sees what is said of it.
async fn says(page: &Page, consumer: &str, title: &str, reason: &str) {
    page.open(&format!("/open/{consumer}")).await;
    page.heading(title).appears().await;
    page.text(containing(reason)).appears().await;
    page.button("Opnieuw proberen").appears().await;
}

/// Opens my details and lets the first element of that page fail, as a bug would.
const BREAK: &str = "const done = arguments[arguments.length - 1];
    const create = Document.prototype.createElement;
    Document.prototype.createElement = () => {
      Document.prototype.createElement = create;
      setTimeout(done);
      throw new Error('broken by the test');
    };
    location.hash = '#portal/me'";

in_every_browser! {
    async fn a_slow_dossier_shows_that_it_is_coming(page: &Page) {
        page.open("/open/langzaam").await;
        page.role("status", e2e::find::Name::Any).first().comes_to_say("wordt opgehaald").await;
        page.stage.watch().hurries();
        page.heading("Welkom Anna Visser").appears().await;
    }

    async fn a_failing_server_can_be_tried_again(page: &Page) {
        says(page, "storing", "Het lukt nu even niet", "Dat ligt aan ons.").await;
        let before = page.stage.watch().count("getsession");
        page.button("Opnieuw proberen").click().await;
        page.until("another getsession", async || {
            let now = page.stage.watch().count("getsession");
            if now > before { Ok(()) } else { Err(format!("there were {now}")) }
        })
        .await;
        page.heading("Het lukt nu even niet").appears().await;
    }

    async fn an_unknown_refusal_is_a_plain_sentence(page: &Page) {
        says(page, "geweigerd", "Dit is niet geaccepteerd", "neem dan contact op met uw adviseur").await;
        page.text(containing("CONSUMER_BLOCKED")).is_absent().await;
    }

    async fn an_expired_token_leads_to_a_new_link(page: &Page) {
        says(page, "verlopen", "Uw toegang is verlopen", "open dan de link van uw adviseur").await;
    }

    async fn not_signed_in_leads_to_the_advisers_message(page: &Page) {
        says(page, "niet-aangemeld", "U bent niet ingelogd", "Open de link uit het bericht").await;
    }

    async fn a_page_instead_of_a_dossier_is_not_shown(page: &Page) {
        says(page, "geen-json", "Wij ontvingen iets dat niet te lezen is", "Probeer het over een paar minuten").await;
    }

    async fn half_a_dossier_is_not_shown(page: &Page) {
        says(page, "half", "Wij ontvingen iets dat niet te lezen is", "Probeer het over een paar minuten").await;
    }

    async fn no_answer_is_no_fault_of_the_consumers(page: &Page) {
        says(page, "weg", "Het lukt nu even niet", "Dat ligt aan ons.").await;
    }

    async fn trying_again_works_once_the_server_does(page: &Page) {
        page.open("/open/wisselvallig").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.reload().await;
        page.heading("Het lukt nu even niet").appears().await;
        page.button("Opnieuw proberen").click().await;
        page.heading("Welkom Anna Visser").appears().await;
    }

    async fn an_empty_dossier_says_so(page: &Page) {
        page.open("/open/leeg").await;
        page.heading("Er staat nog niets in uw dossier").appears().await;
        page.text("Uw adviseur is ermee bezig. Kijk later nog eens.").appears().await;
        page.link("Documenten").click().await;
        page.heading("Er zijn nog geen documenten voor u").appears().await;
    }

    async fn a_closed_dossier_can_be_read_and_not_acted_on(page: &Page) {
        page.open("/open/gesloten").await;
        page.text(containing("Dit dossier is gesloten")).appears().await;
        page.link(containing("recente loonstrook")).click().await;
        page.heading(containing("recente loonstrook")).appears().await;
        page.text("Bestand kiezen").is_absent().await;
        page.link("Documenten").click().await;
        page.button(containing("Uw adviesrapport opslaan")).click().await;
        page.saves("adviesrapport.pdf").await;
    }

    async fn what_is_on_the_screen_stays_when_news_cannot_be_had(page: &Page) {
        page.open("/open/wisselvallig").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.comes_back_to_the_tab().await;
        page.text(containing("Wij konden niet kijken of er nieuws is")).appears().await;
        page.heading("Welkom Anna Visser").appears().await;
        page.button("Opnieuw proberen").click().await;
        page.text(containing("Wij konden niet kijken of er nieuws is")).is_gone().await;
    }

    async fn coming_back_to_the_tab_shows_what_happened_meanwhile(page: &Page) {
        page.open("/open/eva").await;
        page.text("5 van de 21 taken klaar").appears().await;
        let href = page.link(containing(crate::PAYSLIP)).attribute("href").await.unwrap_or_default();
        crate::hands_in_elsewhere(page, href.rsplit('/').next().unwrap_or_default()).await;
        page.comes_back_to_the_tab().await;
        page.text("6 van de 21 taken klaar").appears().await;
    }

    async fn a_session_that_expires_takes_the_dossier_off_the_screen(page: &Page) {
        page.open("/open/verloopt").await;
        page.heading("Welkom Anna Visser").appears().await;
        page.comes_back_to_the_tab().await;
        page.heading("Uw toegang is verlopen").appears().await;
        page.text(containing("Anna Visser")).is_absent().await;
        page.link("Mail Sanne de Wit").appears().await;
    }

    async fn offline_one_can_read_on(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.goes_offline().await;
        page.text(containing("U bent offline. U kunt gewoon verder lezen")).appears().await;
        page.link("Mijn gegevens").click().await;
        page.text("17 april 1993").appears().await;
        page.comes_online().await;
        page.text(containing("U bent offline")).is_gone().await;
    }

    async fn a_panic_apologises_and_offers_to_reload(page: &Page) {
        page.expects_console("broken by the test");
        page.expects_console("panicked at");
        page.expects_console("nreachable");
        page.expects_console("RuntimeError");
        page.expects_console("recursive use of an object");
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.script_later(BREAK, vec![]).await;
        page.heading("Er ging iets mis").appears().await;
        page.text("Onze excuses. Laad de pagina opnieuw om verder te gaan.").appears().await;
        assert!(page.console().await.iter().any(|line| line.contains("panicked at")));
        page.button("Pagina opnieuw laden").click().await;
        page.heading("Mijn gegevens").appears().await;
    }
}
