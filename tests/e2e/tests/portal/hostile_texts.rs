//! Hostile and absurd texts in every field: on the screen they are text, and nothing of them runs or
//! fetches.

use e2e::{Browser, Page, containing, in_every_browser};

/// What a browser says of the sandbox at work is what we want to hear.
fn expects_the_sandbox_at_work(page: &Page) {
    for part in [
        "about:srcdoc",
        "sandboxed",
        "Content Security Policy",
        "Refused to",
        "Blocked",
    ] {
        page.expects_console(part);
    }
}

async fn nothing_was_caught(page: &Page) {
    page.settles().await;
    assert_eq!(
        page.script("return window.caught ?? null", vec![]).await,
        serde_json::Value::Null
    );
    assert_eq!(page.stage.watch().caught(), Vec::<String>::new());
}

in_every_browser! {
    async fn the_overview_shows_them_as_text(page: &Page) {
        page.open("/open/vijandig").await;
        page.heading(containing("Welkom ")).appears().await;
        page.text(containing("<script>top.caught=1;fetch('/demo/caught?script')</script>")).first().appears().await;
        nothing_was_caught(page).await;
    }

    async fn every_page_survives_them(page: &Page) {
        expects_the_sandbox_at_work(page);
        page.open("/open/vijandig").await;
        page.heading(containing("Welkom ")).appears().await;
        let pages = "const root = document.querySelector('consumer-portal').shadowRoot;
            return [...new Set([...root.querySelectorAll('a[href^=\"#portal/\"]')].map((link) => link.hash))]";
        let pages = page.script(pages, vec![]).await;
        let pages: Vec<&str> = pages.as_array().into_iter().flatten().filter_map(|page| page.as_str()).collect();
        assert!(pages.len() > 15, "{pages:?}");
        for fragment in pages {
            page.go_to(fragment).await;
            page.until_script("the next page", "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))").await;
            page.heading("Er ging iets mis").is_absent().await;
            page.heading(e2e::find::Name::Any).first().appears().await;
        }
        nothing_was_caught(page).await;
    }

    async fn an_absurdly_long_word_does_not_widen_the_page(page: &Page) {
        expects_the_sandbox_at_work(page);
        page.resize(500, 800).await;
        page.open("/open/vijandig").await;
        page.heading(containing("Welkom ")).appears().await;
        for fragment in ["#portal/", "#portal/me", "#portal/documents"] {
            page.go_to(fragment).await;
            page.until_script(
                "the page to be no wider than the window",
                "return document.documentElement.scrollWidth <= innerWidth",
            )
            .await;
        }
    }

    async fn a_hostile_file_name_is_made_safe(page: &Page) {
        expects_the_sandbox_at_work(page);
        page.open("/open/vijandig#portal/documents").await;
        page.button(containing("opslaan")).first().click().await;
        page.text(containing("Opgeslagen als ")).appears().await;
        page.until("a file to be saved", async || match page.downloaded().as_slice() {
            [saved] if !saved.name.contains(['<', '>', '/', '\\']) => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
        nothing_was_caught(page).await;
    }

    async fn a_hostile_timeline_does_nothing(page: &Page) {
        expects_the_sandbox_at_work(page);
        page.open("/open/vijandig").await;
        page.heading(containing("Welkom ")).appears().await;
        let timeline = "const root = document.querySelector('consumer-portal').shadowRoot;
            return [...new Set([...root.querySelectorAll('a[href^=\"#portal/product/\"]')].map((link) => link.hash))]";
        let products = page.script(timeline, vec![]).await;
        page.go_to(products[0].as_str().unwrap_or_default()).await;
        page.heading("Tijdlijn").appears().await;
        let inside = "const frame = document.querySelector('consumer-portal').shadowRoot.querySelector('iframe');
            return frame.contentDocument?.querySelector('#javascript-link') != null";
        page.until_script("the timeline to be there", inside).await;
        // Clicks on what would act, as a consumer might.
        let click = "const frame = document.querySelector('consumer-portal').shadowRoot.querySelector('iframe');
            for (const id of ['javascript-link', 'send', 'ping-link'])
              frame.contentDocument.getElementById(id)?.click();
            frame.contentDocument.getElementById('f')?.submit()";
        page.script(click, vec![]).await;
        page.until_script("what was clicked to come to nothing", "return new Promise((done) => setTimeout(() => done(true), 300))").await;
        page.heading("Tijdlijn").appears().await;
        nothing_was_caught(page).await;
        if page.browser() == Browser::Chromium {
            // It covers nothing outside its frame.
            page.link("Overzicht").click().await;
            page.heading(containing("Welkom ")).appears().await;
        }
    }
}
