//! Pages are addressed by the fragment: links, the back button, a reload and deep links open the right page,
//! and changing pages sends no requests.

use e2e::{containing, in_chromium, in_every_browser};

in_every_browser! {
    async fn back_and_forward_go_page_by_page(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Florius Profijt Hypotheek").appears().await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        page.back().await;
        page.heading("Florius Profijt Hypotheek").appears().await;
        page.title_contains("Florius Profijt Hypotheek").await;
        page.back().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.forward().await;
        page.heading("Florius Profijt Hypotheek").appears().await;
    }

    async fn the_fragment_of_a_sign_in_link_opens_its_page(page: &Page) {
        page.open("/open/eva#portal-documents").await;
        page.heading("Documenten").appears().await;
        page.title_contains("Documenten").await;
    }

    async fn a_new_page_moves_the_focus_to_its_heading(page: &Page) {
        page.open("/open/eva").await;
        page.link("Mijn gegevens").click().await;
        page.focus_comes_to("heading \"Mijn gegevens\"").await;
    }

    async fn going_back_restores_the_scroll_position(page: &Page) {
        page.resize(1280, 500).await;
        page.open("/open/eva").await;
        let last = page.link(containing("Taxatie Lindenlaan"));
        last.click().await;
        page.heading("Taxatie Lindenlaan 14, Zutphen").appears().await;
        page.back().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.wait_for_script("the page to be scrolled to where it was", "return scrollY > 100").await;
    }
}

in_chromium! {
    async fn the_title_names_the_page(page: &Page) {
        page.open("/open/eva").await;
        page.title_contains("Overzicht").await;
        page.link("Documenten").click().await;
        page.title_contains("Documenten").await;
        page.link("Mijn gegevens").click().await;
        page.title_contains("Mijn gegevens").await;
        page.title_contains("VDH-2481").await;
        page.link("Overzicht").click().await;
        page.link(containing("Florius Profijt")).click().await;
        page.title_contains("Florius Profijt Hypotheek").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.title_contains("Loonstrook").await;
    }

    async fn a_deep_link_opens_its_page_and_survives_a_reload(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.heading(containing(crate::PAYSLIP)).appears().await;
        let fragment = page.fragment().await;
        assert!(fragment.starts_with("#portal-action-PRA"), "{fragment}");
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

    async fn changing_pages_sends_no_requests(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Tijdlijn").appears().await;
        page.wait_for_script(
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
        page.link(containing("Offerte van de keuken")).click().await;
        page.heading(containing("Offerte van de keuken")).appears().await;
        page.back().await;
        page.heading("Persoonlijke lening voor de keuken").appears().await;
        assert_eq!(page.script(loaded, vec![]).await, before);
        assert_eq!(page.servers.demo().request_count("getsession"), 1);
    }

    async fn an_unknown_page_links_to_the_overview(page: &Page) {
        page.open("/open/eva#portal-action-PRA0000").await;
        page.heading("Deze pagina bestaat niet").appears().await;
        page.link("Terug naar het overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn the_current_section_is_marked_in_the_navigation(page: &Page) {
        page.open("/open/eva#portal-documents").await;
        let documents = page.link("Documenten");
        assert_eq!(documents.attribute("aria-current").await.as_deref(), Some("page"));
        assert_eq!(page.link("Overzicht").attribute("aria-current").await, None);
    }
}
