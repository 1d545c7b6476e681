//! What a background says is also there with the colours of the system's own theme (forced colours), and on
//! paper. Only Chromium can be told to show either.

use e2e::{Page, containing, in_chromium};
use serde_json::json;

/// The background and the border's width of what matches, or how it is printed.
const STYLES: &str = "const [selector] = arguments;
    const root = document.querySelector('consumer-portal').shadowRoot;
    const { backgroundColor, color, printColorAdjust } = getComputedStyle(root.querySelector(selector));
    return { backgroundColor, color, printColorAdjust };";

async fn style(page: &Page, selector: &str, name: &str) -> String {
    let styles = page.script(STYLES, vec![json!(selector)]).await;
    styles[name].as_str().unwrap_or_default().to_owned()
}

const CURRENT: &str = ".sections a[aria-current]";
const OTHER: &str = ".sections a:not([aria-current])";

in_chromium! {
    async fn what_is_current_and_first_is_seen_in_forced_colours(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        let forced = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
        page.devtools("Emulation.setEmulatedMedia", forced).await;
        assert_ne!(style(page, CURRENT, "backgroundColor").await, style(page, OTHER, "backgroundColor").await);
        assert_ne!(style(page, CURRENT, "color").await, style(page, CURRENT, "backgroundColor").await);
        // Of the theme's colours, not of the portal's.
        let theme = "const probe = document.body.appendChild(document.createElement('i'));
            probe.style.cssText = 'background: Highlight; forced-color-adjust: none';
            return getComputedStyle(probe).backgroundColor;";
        let theme = page.script(theme, vec![]).await;
        assert_eq!(theme, style(page, CURRENT, "backgroundColor").await);
        page.screenshot("forced-colours-overview").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        assert_ne!(style(page, ".button.primary", "backgroundColor").await, style(page, ".card", "backgroundColor").await);
        page.screenshot("forced-colours-action").await;
        page.open("/open/documenten#portal/documents").await;
        let save = page.button(containing("Laat antwoord opslaan"));
        let ready = save.script("return getComputedStyle(arguments[0]).color").await;
        save.click().await;
        page.progress().appears().await;
        let busy = save.script("return getComputedStyle(arguments[0]).color").await;
        assert_ne!(ready, busy);
        page.screenshot("forced-colours-documents").await;
        page.servers.demo().skip_delays();
    }

    async fn backgrounds_that_say_something_are_printed(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        for selector in [CURRENT, "progress"] {
            assert_eq!(style(page, selector, "printColorAdjust").await, "exact", "{selector}");
        }
        print(page, "print-overview").await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        assert_eq!(style(page, ".button.primary", "printColorAdjust").await, "exact");
        print(page, "print-action").await;
    }

    async fn a_timeline_is_printed_to_its_end(page: &Page) {
        page.open("/open/eva").await;
        page.link(containing("Florius Profijt")).click().await;
        page.heading("Tijdlijn").appears().await;
        let frame = "const frame = document.querySelector('consumer-portal').shadowRoot.querySelector('iframe');";
        let sizes = format!(
            "{frame} return [frame.clientWidth, frame.clientHeight,
               Math.ceil(frame.contentDocument.body.getBoundingClientRect().height)]"
        );
        let fits = async |page: &Page| {
            page.wait_until("a frame as tall as the timeline", async || {
                let sizes = page.script(&sizes, vec![]).await;
                match (sizes[1].as_u64(), sizes[2].as_u64()) {
                    (Some(frame), Some(inside)) if frame >= inside && inside > 100 => Ok(sizes[0].as_u64()),
                    _ => Err(format!("width, height and the timeline's height are {sizes}")),
                }
            })
            .await
        };
        let on_screen = fits(page).await;
        // A browser lays the page out for paper after this, and asks nobody again.
        page.script("dispatchEvent(new Event('beforeprint'))", vec![]).await;
        let before = page.script(&sizes, vec![]).await;
        assert_eq!(before[1], before[2]);
        page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        page.resize(717, 1000).await;
        let on_paper = page.script(&sizes, vec![]).await;
        assert_eq!(on_paper, before);
        page.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
        page.resize(1280, 900).await;
        page.script("dispatchEvent(new Event('afterprint'))", vec![]).await;
        assert_eq!(fits(page).await, on_screen);
        print(page, "print-timeline").await;
    }
}

/// Prints the page to a file under `target/e2e/`, for people to look at.
async fn print(page: &Page, name: &str) {
    use base64::Engine;
    let paper = json!({ "paperWidth": 8.27, "paperHeight": 11.69 });
    let printed = page.devtools("Page.printToPDF", paper).await;
    let pdf = base64::engine::general_purpose::STANDARD
        .decode(printed["data"].as_str().unwrap_or_default())
        .expect("a PDF in base64");
    let folder = e2e::output::folder();
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(format!("{name}.pdf")), pdf).expect("there is room for a PDF");
}
