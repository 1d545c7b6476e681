//! What is measured: the pages, how they are opened, and how a visit begins.

use e2e::servers::TestServers;
use e2e::{Browser, Device, Page};
use serde_json::{Value, json};
use std::sync::Arc;

/// A page that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The portal, as it is built.
    Portal,
    /// The page that only prints the dossier's code.
    Bare,
    /// The same overview and upload on React.
    Peer,
}

impl Subject {
    /// Where it is on the site.
    pub fn path(self) -> &'static str {
        match self {
            Subject::Portal => "/",
            Subject::Bare => "/bare.html",
            Subject::Peer => "/peer.html",
        }
    }

    /// The address of one of its pages, such as `documents`.
    pub fn page(self, page: &str) -> String {
        match self {
            Subject::Portal => format!("/#portal-{page}"),
            Subject::Bare => panic!("the bare page has no others"),
            Subject::Peer => format!("/peer.html#/{page}"),
        }
    }
}

/// What a script of the measurements finds things in: the portal's shadow root, or the page.
pub const ROOT: &str =
    "const root = document.querySelector('consumer-portal')?.shadowRoot ?? document;";

/// Runs a measurement in a new browser.
pub fn visit(servers: &Arc<TestServers>, measure: impl AsyncFnOnce(&Page)) {
    e2e::page::run_session(Browser::Chromium, &Device::default(), servers, measure);
}

/// Signs in as a consumer, on a page that loads nothing of what is measured, and gives their session as
/// the gateway answers it. Then nothing is cached.
pub async fn sign_in(page: &Page, consumer: &str) -> Value {
    page.open("/door.html").await;
    let enter = "const done = arguments[arguments.length - 1];
        const enter = async () => {
          const body = JSON.stringify({ token: arguments[0] });
          const opened = await fetch('session', { method: 'POST', credentials: 'include', body });
          if (!opened.ok) throw new Error(`the link is refused: ${opened.status}`);
          const answer = await fetch('consumerportal/getsession', { cache: 'no-store' });
          return (await answer.json()).consumerportalsession;
        };
        enter().then(done, (error) => done(String(error)));";
    let token = json!(page.servers.token(consumer));
    let session = page.async_script(enter, vec![token]).await;
    assert!(session.is_object(), "{consumer} has no session: {session}");
    page.open("about:blank").await;
    page.devtools("Network.clearBrowserCache", json!({})).await;
    session
}

/// Has a script run before anything else of each page that is opened from now on.
pub async fn before_each_page(page: &Page, script: &str) {
    let script = json!({ "source": script });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", script)
        .await;
}

/// Slow 4G, as Lighthouse has it: 150 ms, 1.6 Mbit/s down and 750 kbit/s up.
pub async fn slow_network(page: &Page) {
    page.devtools("Network.enable", json!({})).await;
    let kbit = 1000.0 / 8.0;
    network(page, 150.0, 1600.0 * kbit, 750.0 * kbit).await;
}

/// The network as it is.
pub async fn quick_network(page: &Page) {
    network(page, 0.0, -1.0, -1.0).await;
}

async fn network(page: &Page, latency: f64, down: f64, up: f64) {
    let conditions = json!({
        "offline": false,
        "latency": latency,
        "downloadThroughput": down,
        "uploadThroughput": up,
    });
    page.devtools("Network.emulateNetworkConditions", conditions)
        .await;
}

/// A processor that is so many times slower; 1 for as it is.
pub async fn slow_processor(page: &Page, times: u32) {
    page.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": times }))
        .await;
}

/// Clicks with the mouse, as a person does: events and all.
pub async fn click(page: &Page, selector: &str) {
    let is_there = format!(
        "{ROOT} return root.querySelector({}) !== null",
        json!(selector)
    );
    page.wait_for_script(&format!("something to click at {selector}"), &is_there)
        .await;
    let place = format!(
        "{ROOT} const found = root.querySelector(arguments[0]);
         found.scrollIntoView({{ block: 'center' }});
         const {{ x, y, width, height }} = found.getBoundingClientRect();
         return [x + Math.min(width / 2, 40), y + height / 2]"
    );
    let place = page.script(&place, vec![json!(selector)]).await;
    click_at(page, &place).await;
}

/// The same at a place in the window, `[x, y]`.
pub async fn click_at(page: &Page, place: &Value) {
    let (x, y) = (&place[0], &place[1]);
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
        page.devtools("Input.dispatchMouseEvent", event).await;
    }
}

/// Puts the focus there.
pub async fn focus(page: &Page, selector: &str) {
    let focus = format!("{ROOT} root.querySelector(arguments[0]).focus()");
    page.script(&focus, vec![json!(selector)]).await;
}

/// Waits until the page can be used, as `watch.js` has it.
pub async fn is_usable(page: &Page) {
    page.async_script("usable.then(arguments[0])", vec![]).await;
}

/// Waits until something is there.
pub async fn appears(page: &Page, selector: &str) {
    let is_there = format!(
        "{ROOT} return root.querySelector({}) !== null",
        json!(selector)
    );
    page.wait_for_script(selector, &is_there).await;
}

/// Waits until the page has painted and has nothing left to do.
pub async fn idle(page: &Page) {
    let idle = "const done = arguments[arguments.length - 1];
        requestAnimationFrame(() => requestIdleCallback(() => requestIdleCallback(() => done(true))))";
    page.async_script(idle, vec![]).await;
}
