//! The portal in a page of another site than the gateway's: the page opens its link itself.

use e2e::stage::Stage;
use e2e::{Page, in_every_browser};

/// The broker's page signs in by itself. It is of the same site here, as far as cookies go; by its other
/// name it is not, and without TLS no browser takes a cookie there.
fn cross_site() -> Stage {
    Stage::set(|stage, settings| {
        settings.session.cross_site = true;
        settings.session.page = stage.broker().parse().expect("this is an address");
        let foreign = stage.foreign();
        settings
            .access
            .origins
            .push(foreign.trim_end_matches('/').to_owned());
    })
}

async fn opens_by_other_name(page: &Page) {
    let token = page.stage.token("eva");
    page.open(&format!("{}#portal-open={token}", page.stage.foreign()))
        .await;
}

in_every_browser! {
    at cross_site();

    async fn a_link_leads_to_the_brokers_page_and_leaves_nothing_in_its_address(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        let address = page.script("return location.href", vec![]).await;
        assert_eq!(address, page.stage.broker());
        // Another link where the page is open already is another consumer.
        let thomas = page.stage.token("thomas");
        page.go_to(&format!("#portal-open={thomas}")).await;
        page.heading("Welkom Thomas de Groot").appears().await;
    }

    async fn a_bad_link_is_told_there_too(page: &Page) {
        page.expects_console("401");
        page.open(&format!("{}#portal-open=nonsense", page.stage.broker())).await;
        page.heading("Deze link werkt niet").appears().await;
    }

    async fn a_browser_that_keeps_no_cookie_there_gets_a_page_of_its_own(page: &Page) {
        page.expects_console("401");
        page.expects_console("cookie");
        page.expects_console("Cookie");
        opens_by_other_name(page).await;
        page.heading("Uw browser laat u op deze pagina niet inloggen").appears().await;
        page.link("Dossier openen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
        let address = page.script("return location.href", vec![]).await;
        assert_eq!(address, format!("{}/", page.stage.address()));
    }

    async fn a_link_that_could_not_be_opened_is_still_there(page: &Page) {
        page.open(&page.stage.broker()).await;
        page.heading("U bent niet ingelogd").appears().await;
        page.expects_console("session");
        let fragment = format!("#portal-open={}", page.stage.token("eva"));
        page.stage.stops();
        // The page and the module are here already; only the gateway is away.
        let anew = "history.replaceState(null, '', arguments[0]);
            const old = document.querySelector('consumer-portal'); old.replaceWith(old.cloneNode())";
        page.script(anew, vec![fragment.into()]).await;
        page.heading("De verbinding viel weg").appears().await;
        page.stage.starts();
        page.button("Opnieuw proberen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }
}
