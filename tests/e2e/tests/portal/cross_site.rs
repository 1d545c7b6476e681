//! The portal in a page of another site than the gateway: the page opens the sign-in link itself.

use e2e::servers::TestServers;
use e2e::{Page, in_chromium, in_every_browser};

/// The broker's page signs in by itself. Under its first name it has the gateway's site, as far as cookies
/// are concerned. Under its other name it has not, and without TLS no browser takes a cookie there.
fn cross_site() -> TestServers {
    TestServers::with_settings(|servers, settings| {
        settings.session.cross_site = true;
        settings.session.page = servers.broker().parse().expect("this is an address");
        let foreign = servers.broker_on_another_site();
        settings
            .access
            .origins
            .push(foreign.trim_end_matches('/').to_owned());
    })
}

async fn open_cross_site(page: &Page) {
    let token = page.servers.token("eva");
    page.open(&format!(
        "{}#portal-open={token}",
        page.servers.broker_on_another_site()
    ))
    .await;
}

in_every_browser! {
    at cross_site();

    async fn a_link_opens_the_brokers_page_and_leaves_its_address_clean(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Uw dossier openen").appears().await;
        page.button("Mijn dossier openen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
        let address = page.script("return location.href", vec![]).await;
        assert_eq!(address, page.servers.broker());
        // Another link in the open page signs in another consumer, who is asked first. The page is loaded
        // again for it, which may cut off the second module: Firefox says so.
        page.allow_console("409");
        page.allow_console("NetworkError");
        page.allow_console("a part could not be loaded");
        let thomas = page.servers.token("thomas");
        page.set_fragment(&format!("#portal-open={thomas}).")).await;
        page.button("Mijn dossier openen").click().await;
        page.heading("U bent ingelogd bij een ander dossier").appears().await;
        page.button("Ja, dit dossier openen").click().await;
        page.heading("Welkom Thomas de Groot").appears().await;
    }

    async fn a_browser_that_blocks_the_cookie_gets_a_link_to_our_own_page(page: &Page) {
        page.allow_console("401");
        page.allow_console("cookie");
        page.allow_console("Cookie");
        open_cross_site(page).await;
        page.button("Mijn dossier openen").click().await;
        page.heading("Uw browser laat u op deze pagina niet inloggen").appears().await;
        page.link("Dossier openen").click().await;
        page.button("Mijn dossier openen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
        let address = page.script("return location.href", vec![]).await;
        assert_eq!(address, format!("{}/", page.servers.address()));
    }
}

in_chromium! {
    at cross_site();

    async fn a_link_of_an_earlier_gateway_opens_the_page(page: &Page) {
        let token = page.servers.token("eva");
        page.open(&format!("{}#portal-open={token}", page.servers.broker())).await;
        page.button("Mijn dossier openen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
        assert_eq!(page.fragment().await, "");
    }

    async fn a_bad_link_is_reported_on_the_brokers_page(page: &Page) {
        page.allow_console("401");
        page.open(&format!("{}#portal-open-nonsense", page.servers.broker())).await;
        page.button("Mijn dossier openen").click().await;
        page.heading("Deze link werkt niet").appears().await;
    }

    async fn a_link_that_failed_to_open_can_be_tried_again(page: &Page) {
        page.open(&page.servers.broker()).await;
        page.heading("U bent niet ingelogd").appears().await;
        page.allow_console("session");
        let fragment = format!("#portal-open={}", page.servers.token("eva"));
        page.servers.stop();
        // The page and the module are loaded. Only the gateway is away.
        let anew = "history.replaceState(null, '', arguments[0]);
            const old = document.querySelector('consumer-portal'); old.replaceWith(old.cloneNode())";
        page.script(anew, vec![fragment.into()]).await;
        page.heading("De verbinding viel weg").appears().await;
        page.servers.start();
        page.button("Opnieuw proberen").click().await;
        page.button("Mijn dossier openen").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }
}
