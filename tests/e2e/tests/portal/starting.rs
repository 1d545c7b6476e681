//! The portal's first moments where something is in its way: what websites do to its two lines, browsers and
//! policies that do not let it run, files that never come. It starts, or says what to do.

use e2e::servers::TestServers;
use e2e::{Page, containing, in_chromium, in_every_browser, site};
use serde_json::json;

/// The broker's words in the element, for when the portal is not there.
const OWN_PAGE: &str = "Open het op een eigen pagina";

/// Opens one of the broker's pages as Eva.
async fn open_office_page(page: &Page, name: &str) {
    page.open("/open/eva").await;
    page.heading("Welkom Eva Bakker").appears().await;
    page.open(&page.servers.office_page(name)).await;
}

/// Puts the element on the page once more, and keeps its errors in `told`.
const AGAIN: &str = "window.told = [];
    document.addEventListener('portal-error', ({ detail }) => told.push(detail));
    const old = document.querySelector('consumer-portal'); old.replaceWith(old.cloneNode(true))";

/// Waits until the broker was told of this, and of nothing else.
async fn is_told(page: &Page, kind: &str, reason: &str) {
    let expected = json!([{ "kind": kind, "reason": reason }]);
    page.wait_until("portal-error", async || {
        let told = page.script("return window.told", vec![]).await;
        if told == expected {
            Ok(())
        } else {
            Err(told.to_string())
        }
    })
    .await;
}

/// Lets the time pass after which the skeleton gives way to words.
const LATE: &str = "const { shadowRoot } = document.querySelector('consumer-portal');
    for (const element of shadowRoot.querySelectorAll('.skeleton > *'))
      for (const animation of element.getAnimations())
        if (animation.animationName === 'late') animation.finish();";

fn allow_missing_files(page: &Page) {
    for message in [
        "not loaded",
        "consumer-portal could not start",
        "NetworkError",
        "module script",
    ] {
        page.allow_console(message);
    }
}

mod smoke {
    use super::*;

    in_every_browser! {
        async fn a_script_that_waits_for_consent_starts_with_it(page: &Page) {
            open_office_page(page, "toestemming").await;
            page.link(OWN_PAGE).appears().await;
            page.button("Alles toestaan").click().await;
            page.heading("Welkom Eva Bakker").appears().await;
            page.link(OWN_PAGE).is_absent().await;
        }
    }
}

in_every_browser! {
    async fn a_copy_on_the_brokers_server_finds_the_original(page: &Page) {
        allow_missing_files(page);
        open_office_page(page, "kopie").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
    }

    async fn a_classic_script_among_a_themes_own_starts(page: &Page) {
        allow_missing_files(page);
        open_office_page(page, "klassiek").await;
        page.heading("Welkom Eva Bakker").appears().await;
        open_office_page(page, "gebundeld").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
    }

    async fn a_policy_without_webassembly_is_told_and_reloading_is_not_offered(page: &Page) {
        for message in ["policy", "consumer-portal could not start", "Content Security Policy", "Content-Security-Policy"] {
            page.allow_console(message);
        }
        open_office_page(page, "geen-wasm").await;
        page.heading("Op deze website kan uw dossier nu niet open").appears().await;
        page.text(containing("Opnieuw laden helpt niet")).appears().await;
        page.button(containing("laden")).is_absent().await;
        page.link(OWN_PAGE).appears().await;
        page.link("0570 12 34 56").appears().await;
        page.script(AGAIN, vec![]).await;
        is_told(page, "start", "policy").await;
    }

    async fn a_theme_can_look_for_the_element_of_every_fragment(page: &Page) {
        open_office_page(page, "thema").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link("Documenten").click().await;
        page.heading("Documenten").appears().await;
        page.link("Overzicht").click().await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.text("Bestand kiezen").click().await;
        let fragment = page.fragment().await;
        assert!(fragment.starts_with("#portal-action-PRA"), "{fragment}");
    }
}

in_chromium! {
    async fn an_element_without_its_closing_tag_leaves_the_page_around_it(page: &Page) {
        open_office_page(page, "zonder-sluittag").await;
        page.heading("Welkom Eva Bakker").appears().await;
        let order = "const [portal, footer, link] = document.querySelectorAll('consumer-portal, .site-footer, .floating');
            return footer.checkVisibility() && link.checkVisibility() && portal.parentNode === footer.parentNode";
        page.wait_for_script("the footer below the portal", order).await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
    }

    async fn the_brokers_words_are_not_taken_for_a_page(page: &Page) {
        page.open("/open/eva").await;
        page.open(&page.servers.broker()).await;
        page.heading("Welkom Eva Bakker").appears().await;
        // A page without a space behind the element, as optimisers leave it.
        let again = "const old = document.querySelector('consumer-portal');
            const place = document.createElement('div');
            place.append(old.cloneNode(true));
            place.firstChild.insertAdjacentHTML('beforeend', '<div><h2>Vragen?</h2><ul><li>Bel ons</ul></div>');
            old.replaceWith(place)";
        page.script(again, vec![]).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link(OWN_PAGE).is_absent().await;
        let words = "return document.querySelector('consumer-portal > p') !== null";
        page.wait_for_script("the words in the element", words).await;
    }

    async fn a_blocked_script_leaves_the_brokers_words(page: &Page) {
        page.allow_console("Content Security Policy");
        page.allow_console("policy");
        open_office_page(page, "geblokkeerd").await;
        page.link(OWN_PAGE).click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn without_scripts_there_is_the_explanation_alone(page: &Page) {
        page.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        page.open("/").await;
        let shown = "const shown = (element) => element.checkVisibility() ? element.innerText.trim() : '';
            return [shown(document.querySelector('noscript')), shown(document.querySelector('consumer-portal'))]";
        let shown = page.script(shown, vec![]).await;
        assert!(shown[0].as_str().unwrap_or_default().starts_with("Voor deze pagina is JavaScript nodig."), "{shown}");
        assert_eq!(shown[1], "");
        page.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await;
    }

    async fn fields_are_large_enough_for_ios_where_letters_are_small(page: &Page) {
        open_office_page(page, "kleine-letters").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        let sizes = "const { shadowRoot } = document.querySelector('consumer-portal');
            return [...shadowRoot.querySelectorAll('input:not([type=file]), textarea')]
              .map((field) => getComputedStyle(field).fontSize).join()";
        let folder = e2e::fixtures::Folder::new();
        page.choose_file(&folder.file("loonstrook.jpg", &e2e::fixtures::photo(300_000))).await;
        page.button("Verder met 1 pagina").click().await;
        page.textbox(containing("Opmerking")).appears().await;
        let sizes = page.script(sizes, vec![]).await.to_string();
        assert!(sizes.len() > 2 && sizes.trim_matches('"').split(',').all(|size| size == "16px"), "{sizes}");
    }

    async fn a_service_worker_gives_no_earlier_dossier(page: &Page) {
        open_office_page(page, "serviceworker").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.async_script("navigator.serviceWorker.ready.then(arguments[0])", vec![]).await;
        page.reload().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.wait_for_script("the worker", "return navigator.serviceWorker.controller !== null").await;
        page.link("Documenten").click().await;
        page.heading("Documenten").appears().await;
        // Another consumer signs in.
        page.open("/open/thomas").await;
        page.heading("Welkom Thomas de Groot").appears().await;
        page.open(&page.servers.office_page("serviceworker")).await;
        page.heading("Welkom Thomas de Groot").appears().await;
        // Logged out and without a network, nobody's dossier is there.
        let log_out = "const [url, done] = arguments;
            fetch(url, { method: 'DELETE', credentials: 'include' }).then(() => done())";
        let session = format!("{}/session", page.servers.address());
        page.async_script(log_out, vec![session.into()]).await;
        page.allow_console("Failed to fetch");
        page.allow_console("FetchEvent");
        page.allow_console("not loaded");
        page.servers.stop();
        page.reload().await;
        page.heading("De verbinding viel weg").appears().await;
        page.heading(containing("Welkom")).is_absent().await;
    }
}

mod without_webassembly {
    use super::*;

    in_every_browser! {
        at TestServers::with_site(site::without_webassembly());

        async fn a_browser_without_webassembly_is_told_to_be_another(page: &Page) {
            page.allow_console("consumer-portal could not start");
            page.open("/open/eva").await;
            page.heading("Deze browser kan uw dossier niet laten zien").appears().await;
            page.text(containing("andere browser")).appears().await;
            page.button(containing("laden")).is_absent().await;
            page.script(AGAIN, vec![]).await;
            is_told(page, "start", "webassembly").await;
        }
    }
}

mod module_refused {
    use super::*;

    in_chromium! {
        at TestServers::with_site(site::with_other(&[("portal-", ".wasm")], None));

        async fn a_module_that_does_not_come_says_what_may_help(page: &Page) {
            allow_missing_files(page);
            page.open("/open/eva").await;
            page.heading("Deze pagina kwam niet helemaal binnen").appears().await;
            page.text(containing("een andere verbinding of een ander apparaat")).appears().await;
            page.button("Pagina opnieuw laden").appears().await;
            page.script(AGAIN, vec![]).await;
            is_told(page, "start", "network").await;
        }
    }
}

mod module_broken {
    use super::*;

    in_chromium! {
        at TestServers::with_site(site::with_other(&[("portal-", ".wasm")], Some("no module")));

        async fn a_module_that_the_browser_cannot_read_asks_for_another_browser(page: &Page) {
            allow_missing_files(page);
            page.allow_console("CompileError");
            page.open("/open/eva").await;
            page.heading("Deze browser kan uw dossier niet laten zien").appears().await;
            page.script(AGAIN, vec![]).await;
            is_told(page, "start", "webassembly").await;
        }
    }
}

mod apology_missing {
    use super::*;

    in_chromium! {
        at TestServers::with_site(site::with_other(&[("portal-", ".wasm"), ("apology-", ".js")], None));

        async fn where_not_even_the_words_come_there_are_some(page: &Page) {
            allow_missing_files(page);
            page.open("/open/eva").await;
            page.heading("Het dossier is hier nog niet te zien").appears().await;
            page.script(AGAIN, vec![]).await;
            is_told(page, "start", "network").await;
        }
    }
}

mod loader_unreadable {
    use super::*;

    in_every_browser! {
        at TestServers::with_site(site::with_other(&[("portal.js", "")], Some("class { a syntax of the year 2040")));

        async fn a_browser_that_cannot_read_the_loader_says_so(page: &Page) {
            page.allow_console("uncaught");
            page.allow_console("SyntaxError");
            page.open("/open/eva").await;
            page.heading("Het dossier is hier nog niet te zien").appears().await;
            page.text(containing("een andere browser of een ander apparaat")).appears().await;
            page.heading(containing("opgehaald")).is_absent().await;
            page.link("laad de pagina opnieuw").click().await;
            page.heading("Het dossier is hier nog niet te zien").appears().await;
        }
    }
}

mod loader_missing {
    use super::*;

    in_every_browser! {
        at TestServers::with_site(site::with_other(&[("portal.js", "")], None));

        async fn a_missing_loader_is_told_on_the_page(page: &Page) {
            allow_missing_files(page);
            page.open("/open/eva").await;
            page.heading("Het dossier is hier nog niet te zien").appears().await;
        }
    }
}

mod loader_without_end {
    use super::*;

    in_every_browser! {
        at TestServers::with_site(site::with_other(&[("portal.js", "")], Some("/* never done */")));

        async fn a_loader_that_never_comes_gives_way_to_words(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Het dossier wordt opgehaald…").appears().await;
            page.heading("Het dossier is hier nog niet te zien").is_absent().await;
            page.script(LATE, vec![]).await;
            page.heading("Het dossier is hier nog niet te zien").appears().await;
            page.heading("Het dossier wordt opgehaald…").is_absent().await;
        }
    }
}
