//! Hostile and absurd texts in every field: the screen shows them as text, and nothing in them runs or
//! sends a request.

use e2e::{Browser, Page, containing, in_chromium, in_every_browser};

/// Allows what a browser reports when its sandbox blocks something: that is what the test wants.
fn allow_sandbox_messages(page: &Page) {
    for part in [
        "about:srcdoc",
        "sandboxed",
        "Content Security Policy",
        "Refused to",
        "Blocked",
    ] {
        page.allow_console(part);
    }
}

async fn assert_nothing_ran(page: &Page) {
    page.wait_for_animations().await;
    assert_eq!(
        page.script("return window.caught ?? null", vec![]).await,
        serde_json::Value::Null
    );
    assert_eq!(page.servers.demo().caught(), Vec::<String>::new());
}

in_every_browser! {
    async fn a_very_long_word_does_not_widen_the_page(page: &Page) {
        allow_sandbox_messages(page);
        page.resize(500, 800).await;
        page.open("/open/vijandig").await;
        page.heading(containing("Welkom ")).appears().await;
        for fragment in ["#portal-overview", "#portal-me", "#portal-documents"] {
            page.set_fragment(fragment).await;
            page.wait_for_script(
                "the page to be no wider than the window",
                "return document.documentElement.scrollWidth <= innerWidth",
            )
            .await;
        }
    }

    async fn a_hostile_timeline_runs_nothing(page: &Page) {
        allow_sandbox_messages(page);
        page.open("/open/vijandig").await;
        // The loader greets before the module, and with it the links, is there.
        page.heading("Uw producten").appears().await;
        let timeline = "const root = document.querySelector('consumer-portal').shadowRoot;
            return [...new Set([...root.querySelectorAll('a[href^=\"#portal-product-\"]')].map((link) => link.hash))]";
        let products = page.script(timeline, vec![]).await;
        page.set_fragment(products[0].as_str().unwrap_or_default()).await;
        page.heading("Tijdlijn").appears().await;
        let inside = "const frame = document.querySelector('consumer-portal').shadowRoot.querySelector('iframe');
            return frame.contentDocument?.querySelector('#javascript-link') != null";
        page.wait_for_script("the timeline to be there", inside).await;
        // Clicks everything that could act, as a consumer might.
        let click = "const frame = document.querySelector('consumer-portal').shadowRoot.querySelector('iframe');
            for (const id of ['javascript-link', 'send', 'ping-link'])
              frame.contentDocument.getElementById(id)?.click();
            frame.contentDocument.getElementById('f')?.submit()";
        page.script(click, vec![]).await;
        page.wait_for_script("what was clicked to come to nothing", "return new Promise((done) => setTimeout(() => done(true), 300))").await;
        page.heading("Tijdlijn").appears().await;
        assert_nothing_ran(page).await;
        if page.browser() == Browser::Chromium {
            // It does not cover the page around its frame.
            page.link("Overzicht").click().await;
            page.heading(containing("Welkom ")).appears().await;
        }
    }
}

in_chromium! {
    async fn every_page_shows_hostile_text_without_running_it(page: &Page) {
        allow_sandbox_messages(page);
        page.open("/open/vijandig").await;
        page.heading(containing("Welkom ")).appears().await;
        let pages = "const root = document.querySelector('consumer-portal').shadowRoot;
            return [...new Set([...root.querySelectorAll('a[href^=\"#portal-\"]')].map((link) => link.hash))]";
        let pages = page.script(pages, vec![]).await;
        let pages: Vec<&str> = pages.as_array().into_iter().flatten().filter_map(|page| page.as_str()).collect();
        assert!(pages.len() > 15, "{pages:?}");
        for fragment in pages {
            page.set_fragment(fragment).await;
            page.wait_for_script("the next page", "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))").await;
            page.heading("Er ging iets mis").is_absent().await;
            page.heading(e2e::TextMatch::Any).first().appears().await;
        }
        assert_nothing_ran(page).await;
    }

    async fn a_hostile_file_name_is_saved_as_a_safe_name(page: &Page) {
        allow_sandbox_messages(page);
        page.open("/open/vijandig#portal-documents").await;
        page.button(containing("opslaan")).first().click().await;
        page.text(containing("Als het goed is, slaat uw browser nu ")).appears().await;
        page.wait_until("a file to be saved", async || match page.downloaded_files().as_slice() {
            [saved] if !saved.name.contains(['<', '>', '/', '\\']) => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
        assert_nothing_ran(page).await;
    }

    async fn the_overview_shows_hostile_text_as_text(page: &Page) {
        page.open("/open/vijandig").await;
        page.heading(containing("Welkom ")).appears().await;
        page.text(containing("<script>top.caught=1;fetch('/demo/caught?script')</script>")).first().appears().await;
        assert_nothing_ran(page).await;
    }
}
