//! Links, good and bad, as a browser sees them.

use e2e::{containing, in_every_browser};

in_every_browser! {
    async fn without_a_link_nobody_is_signed_in(page: &Page) {
        page.open("/").await;
        page.heading("U bent niet ingelogd").appears().await;
        page.text(containing("Open de link uit het bericht van uw adviseur")).appears().await;
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // The address is clean: no link is left in it for the next who looks at the screen.
        let address = page.script("return location.href", vec![]).await;
        assert_eq!(address, format!("{}/", page.stage.address()));
        let cookies = page.script("return document.cookie", vec![]).await;
        assert_eq!(cookies, "", "no script sees the session");
    }

    async fn another_link_is_another_consumer(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open("/open/thomas").await;
        page.heading("Welkom Thomas de Groot").appears().await;
    }

    async fn a_link_that_is_none_says_so_and_where_to_get_one(page: &Page) {
        page.open(&format!("{}/open/v4.local.nonsense", page.stage.address())).await;
        page.heading("Deze link werkt niet").appears().await;
        page.text(containing("Open de link van uw adviseur nog een keer")).appears().await;
        page.button("Opnieuw proberen").click().await;
        page.role("alert", e2e::find::Name::Any).first().comes_to_say("U bent niet ingelogd").await;
        // Whoever signs in meanwhile, in another tab, goes on here.
        let token = page.stage.token("eva");
        crate::signs_in(page, &token).await;
        page.button("Opnieuw proberen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
        assert_eq!(page.fragment().await, "#portal/");
    }

    async fn a_link_that_is_too_old_is_told_from_one_that_is_none(page: &Page) {
        page.open("/#portal/link-expired").await;
        page.heading("Deze link is verlopen").appears().await;
        page.text("Vraag uw adviseur om een nieuwe.").appears().await;
    }

    async fn who_is_in_does_not_need_a_bad_link(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open(&format!("{}/open/v4.local.nonsense", page.stage.address())).await;
        page.heading("Deze link werkt niet").appears().await;
        page.text("U bent al ingelogd: die link heeft u nu niet nodig.").appears().await;
        page.link("Terug naar het overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn another_ones_action_is_not_there(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // The specification's example, whose id everyone can read.
        let theirs = "consumerportal/get_product_action_download?productaction_id=PRA433FB8570F2C0F6D816F1A0A283BFE";
        page.expects_console("404");
        assert_eq!(crate::asks(page, "GET", theirs, "").await, 404);
    }
}
