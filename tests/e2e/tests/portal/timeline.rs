//! The lender's timeline: foreign HTML in a frame of its own, as tall as its content.

use e2e::{Page, containing, in_chromium, in_every_browser};

/// The frame, in scripts.
const FRAME: &str =
    "const frame = document.querySelector('consumer-portal').shadowRoot.querySelector('iframe');";

async fn open_timeline(page: &Page) {
    page.open("/open/eva").await;
    page.link(containing("Florius Profijt")).click().await;
    page.heading("Tijdlijn").appears().await;
    page.wait_for_script(
        "the timeline to be there",
        &format!("{FRAME} return (frame?.contentDocument?.body?.innerText ?? '').length > 100"),
    )
    .await;
}

async fn fits(page: &Page) {
    let fits = format!(
        "{FRAME} const inside = frame.contentDocument.documentElement;
         return frame.clientHeight > 100 && Math.abs(frame.clientHeight - frame.contentDocument.body.getBoundingClientRect().height) <= 2
           && inside.scrollHeight <= frame.clientHeight + 1 && inside.scrollWidth <= frame.clientWidth + 1"
    );
    page.wait_for_script("the frame to be as tall as the timeline", &fits)
        .await;
}

in_every_browser! {
    async fn the_frame_is_as_tall_as_its_content_at_any_width(page: &Page) {
        open_timeline(page).await;
        fits(page).await;
        page.resize(500, 800).await;
        fits(page).await;
    }

    async fn the_timeline_uses_the_portals_font(page: &Page) {
        open_timeline(page).await;
        let styled = format!(
            "{FRAME} return getComputedStyle(frame.contentDocument.body).fontFamily ===
               getComputedStyle(document.querySelector('consumer-portal').shadowRoot.querySelector('h1')).fontFamily"
        );
        page.wait_for_script("the timeline in the portal's type", &styled).await;
    }
}

in_chromium! {
    async fn the_frame_is_sandboxed_and_has_a_title(page: &Page) {
        open_timeline(page).await;
        let sandbox = page.script(&format!("{FRAME} return frame.getAttribute('sandbox')"), vec![]).await;
        assert_eq!(sandbox, "allow-same-origin allow-popups");
        let title = page.script(&format!("{FRAME} return frame.title"), vec![]).await;
        assert_eq!(title, "Tijdlijn van Florius Profijt Hypotheek");
    }

    async fn links_in_the_timeline_open_a_new_tab(page: &Page) {
        open_timeline(page).await;
        let targets = format!(
            "{FRAME} return [...frame.contentDocument.querySelectorAll('a')].every((link) =>
               link.target === '_blank' && link.rel.includes('noopener'))"
        );
        page.wait_for_script("every link to open a tab of its own", &targets).await;
    }

    async fn an_empty_timeline_is_hidden(page: &Page) {
        page.open("/open/voorbeeld").await;
        page.link(containing("SNS Budget")).click().await;
        page.heading("SNS Budget Hypotheek").appears().await;
        page.heading("Tijdlijn").is_absent().await;
    }
}
