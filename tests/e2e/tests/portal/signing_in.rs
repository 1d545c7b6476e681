//! Links, sessions and log-out, as a browser sees them.

use e2e::{Page, in_every_browser};

/// Asks the gateway something from within the page, with the session that the browser has.
async fn asks(page: &Page, method: &str, path: &str) -> u64 {
    let ask = "const done = arguments[arguments.length - 1];
        fetch(arguments[1], { method: arguments[0], body: arguments[0] === 'POST' ? '{}' : undefined })
          .then((answer) => done(answer.status))";
    let status = page
        .script_later(ask, vec![method.into(), path.into()])
        .await;
    status.as_u64().unwrap_or_default()
}

in_every_browser! {
    async fn without_a_link_nobody_is_signed_in(page: &Page) {
        page.open("/").await;
        page.heading("U bent niet ingelogd").appears().await;
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

    async fn who_is_logged_out_is_out(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        assert_eq!(asks(page, "DELETE", "session").await, 204);
        page.reload().await;
        page.heading("U bent niet ingelogd").appears().await;
    }

    async fn a_code_for_the_phone_is_good_once(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        let code = "const done = arguments[arguments.length - 1];
            fetch('session/phone', { method: 'POST', body: JSON.stringify({ route: 'me' }) })
              .then((answer) => answer.json()).then(({ link, svg }) => done([link, svg]))";
        let code = page.script_later(code, vec![]).await;
        assert!(code[1].as_str().is_some_and(|svg| svg.starts_with("<svg")));
        let link = code[0].as_str().unwrap_or_default().to_owned();
        page.open(&link).await;
        page.heading("Mijn gegevens").appears().await;
        assert_eq!(page.fragment().await, "#portal/me");
        assert_eq!(asks(page, "DELETE", "session").await, 204);
        page.open(&link).await;
        page.heading("U bent niet ingelogd").appears().await;
    }

    async fn another_ones_action_is_not_there(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // The specification's example, whose id everyone can read.
        let theirs = "consumerportal/get_product_action_download?productaction_id=PRA433FB8570F2C0F6D816F1A0A283BFE";
        page.expects_console("404");
        assert_eq!(asks(page, "GET", theirs).await, 404);
    }
}
