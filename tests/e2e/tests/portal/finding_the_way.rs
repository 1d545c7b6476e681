//! Pages live in the fragment: links, the back button, reloading and deep links all lead where they say,
//! and moving between pages asks the server for nothing.

use e2e::{containing, in_every_browser};

in_every_browser! {
    async fn the_title_says_where_you_are(page: &Page) {
        page.open("/open/eva").await;
        page.title_says("Overzicht").await;
        page.link("Documenten").click().await;
        page.title_says("Documenten").await;
        page.link("Mijn gegevens").click().await;
        page.title_says("Mijn gegevens").await;
        page.title_says("VDH-2481").await;
        page.link("Overzicht").click().await;
        page.link(containing("Florius Profijt")).click().await;
        page.title_says("Florius Profijt Hypotheek").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.title_says("Aanleveren van een recente loonstrook").await;
    }

    async fn the_back_button_leads_back_page_by_page(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Florius Profijt Hypotheek").appears().await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        page.back().await;
        page.heading("Florius Profijt Hypotheek").appears().await;
        page.title_says("Florius Profijt Hypotheek").await;
        page.back().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.forward().await;
        page.heading("Florius Profijt Hypotheek").appears().await;
    }

    async fn a_deep_link_opens_its_page_at_once(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        let fragment = page.fragment().await;
        assert!(fragment.starts_with("#portal/action/PRA"), "{fragment}");
        page.open("/demo/").await;
        page.open(&format!("/{fragment}")).await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        page.reload().await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        page.link("Terug naar Florius Profijt Hypotheek").click().await;
        page.heading("Florius Profijt Hypotheek").appears().await;
        page.link("Terug naar het overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn a_link_in_a_mail_survives_signing_in(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        page.heading("Documenten").appears().await;
        page.title_says("Documenten").await;
    }

    async fn moving_between_pages_asks_the_server_for_nothing(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Tijdlijn").appears().await;
        page.until_script(
            "the timeline's style sheet",
            "return performance.getEntriesByType('resource').length > 0",
        )
        .await;
        page.link("Overzicht").click().await;
        let loaded = "return performance.getEntriesByType('resource').map(({ name }) => name)";
        let before = page.script(loaded, vec![]).await;
        page.link("Documenten").click().await;
        page.heading("Documenten").appears().await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
        page.link("Overzicht").click().await;
        page.link(containing("Persoonlijke lening")).click().await;
        page.heading("Persoonlijke lening voor de keuken").appears().await;
        page.link(containing("offerte van uw keuken")).click().await;
        page.heading(containing("offerte van uw keuken")).appears().await;
        page.back().await;
        page.heading("Persoonlijke lening voor de keuken").appears().await;
        assert_eq!(page.script(loaded, vec![]).await, before);
        assert_eq!(page.stage.watch().count("getsession"), 1);
    }

    async fn an_old_link_leads_on_to_the_overview(page: &Page) {
        page.open("/open/eva#portal/action/PRA0000").await;
        page.heading("Deze pagina bestaat niet").appears().await;
        page.link("Terug naar het overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn the_section_you_are_in_is_marked(page: &Page) {
        page.open("/open/eva#portal/documents").await;
        let documents = page.link("Documenten");
        assert_eq!(documents.attribute("aria-current").await.as_deref(), Some("page"));
        assert_eq!(page.link("Overzicht").attribute("aria-current").await, None);
    }

    async fn a_new_page_is_read_from_its_heading(page: &Page) {
        page.open("/open/eva").await;
        page.link("Mijn gegevens").click().await;
        page.until("the heading to have the focus", async || {
            match page.focused().await {
                focused if focused == "heading \"Mijn gegevens\"" => Ok(()),
                focused => Err(format!("{focused} has it")),
            }
        })
        .await;
    }

    async fn going_back_shows_the_overview_where_it_was_left(page: &Page) {
        page.resize(1280, 500).await;
        page.open("/open/eva").await;
        let last = page.link(containing("Taxatie Lindenlaan"));
        last.click().await;
        page.heading("Taxatie Lindenlaan 14, Zutphen").appears().await;
        page.back().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.until_script("the page to be scrolled to where it was", "return scrollY > 100").await;
    }
}
