//! Signing in with a link, valid or not.

use e2e::{containing, in_chromium, in_every_browser};

mod smoke {
    use super::*;

    in_every_browser! {
        async fn the_session_is_asked_for_once(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            // The loader asks, and the module takes its answer.
            let asked = "return performance.getEntriesByType('resource')
                .filter(({ name }) => name.includes('getsession')).length";
            assert_eq!(page.script(asked, vec![]).await, 1);
        }

        async fn a_link_signs_in_and_leaves_address_and_cookies_clean(page: &Page) {
            page.open("/").await;
            page.heading("U bent niet ingelogd").appears().await;
            page.text(containing("Open de link uit het bericht van uw adviseur")).appears().await;
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            // No link is left in the address for the next person at this screen.
            let address = page.script("return location.href", vec![]).await;
            assert_eq!(address, format!("{}/", page.servers.address()));
            let cookies = page.script("return document.cookie", vec![]).await;
            assert_eq!(cookies, "", "no script sees the session");
        }
    }
}

in_chromium! {
    async fn another_link_signs_in_another_consumer(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open("/open/thomas").await;
        page.heading("Welkom Thomas de Groot").appears().await;
    }

    async fn an_invalid_link_says_where_to_get_a_new_one(page: &Page) {
        page.open(&format!("{}/open/v4.local.nonsense", page.servers.address())).await;
        page.heading("Deze link werkt niet").appears().await;
        page.text(containing("Open de link van uw adviseur nog een keer")).appears().await;
        page.button("Opnieuw proberen").click().await;
        page.role("alert", e2e::TextMatch::Any).first().contains_text("U bent niet ingelogd").await;
        // A consumer who signs in meanwhile in another tab continues here.
        let token = page.servers.token("eva");
        crate::sign_in_in_another_tab(page, &token).await;
        page.button("Opnieuw proberen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
        assert_eq!(page.fragment().await, "#portal-overview");
    }

    async fn an_invalid_link_does_not_end_a_session(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open(&format!("{}/open/v4.local.nonsense", page.servers.address())).await;
        page.heading("Deze link werkt niet").appears().await;
        page.text("U bent al ingelogd: die link heeft u nu niet nodig.").appears().await;
        page.link("Terug naar het overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn an_action_of_another_consumer_is_not_found(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // The id of the specification's example, which is public.
        let theirs = "consumerportal/get_product_action_download?productaction_id=PRA433FB8570F2C0F6D816F1A0A283BFE";
        page.allow_console("404");
        assert_eq!(crate::request_status(page, "GET", theirs, "").await, 404);
    }

    async fn an_expired_link_has_its_own_message(page: &Page) {
        page.open("/#portal-link-expired").await;
        page.heading("Deze link is verlopen").appears().await;
        page.text("Vraag uw adviseur om een nieuwe.").appears().await;
    }
}
