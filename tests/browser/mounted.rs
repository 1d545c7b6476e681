//! The whole portal on a page, with the demo's rules in place of a server: what a consumer sees and does
//! is tested here in milliseconds. Uploads need a real server (`tests/e2e`).

use std::cell::{Cell, RefCell};

use consumer_portal::{Mounted, mount};
use demo::{Accelerate, Body, Conventions, Date, Delivery, Request};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, HtmlElement, ShadowRoot};

use super::{Replaced, is_so, js, replace_by};

const TODAY: (i64, i64, i64) = (2026, 11, 25);

/// A portal on the page.
pub struct Portal {
    host: HtmlElement,
    root: ShadowRoot,
    mounted: Option<Mounted>,
    /// Lets the slow answers go.
    hurry: Function,
    _fetch: Replaced,
    _answer: Closure<dyn Fn(JsValue) -> Promise>,
}

/// Firefox without a screen takes the page for hidden at times, and draws no frames then.
const FRAMES: &str = "(() => {
    window.realFrame ??= window.requestAnimationFrame;
    window.requestAnimationFrame = (react) => document.hidden
      ? setTimeout(() => react(performance.now()), 16)
      : realFrame(react);
  })()";

impl Portal {
    /// Opens the portal as a consumer of the demo, at a fragment.
    pub async fn open(consumer: &str, fragment: &str) -> Self {
        Self::open_with(consumer, fragment, &[]).await
    }

    /// The same with attributes of the element.
    pub async fn open_with(consumer: &str, fragment: &str, attributes: &[(&str, &str)]) -> Self {
        Self::open_edited(consumer, fragment, attributes, |_, _| {}).await
    }

    /// The same with sessions that `edit` has changed; it also gets how many there were before.
    pub async fn open_edited(
        consumer: &str,
        fragment: &str,
        attributes: &[(&str, &str)],
        edit: fn(&mut Value, u32),
    ) -> Self {
        js(FRAMES);
        let today = Date::new(TODAY.0, TODAY.1, TODAY.2);
        let demo = RefCell::new(Accelerate::new(Conventions::default(), today));
        let slow = js(
            "(() => { let go; const gone = new Promise((done) => go = done); return [gone, go] })()",
        );
        let slow: Array = slow.unchecked_into();
        let answer = {
            let slow = slow.get(0);
            let sessions = Cell::new(0);
            Closure::<dyn Fn(JsValue) -> Promise>::new(move |request: JsValue| {
                answer(&mut demo.borrow_mut(), &request, &slow, &sessions, edit)
            })
        };
        let fetch = replace_by(&js("window"), "fetch", answer.as_ref());

        js(&format!("location.hash = {fragment:?}"));
        let host: HtmlElement =
            js("document.body.appendChild(document.createElement('div'))").into();
        for (name, value) in [
            ("api", "/demo/consumerportal"),
            ("consumer-id", consumer),
            ("lang", "nl"),
            // All tests are in one tab.
            ("drafts", "off"),
        ]
        .iter()
        .chain(attributes)
        {
            host.set_attribute(name, value).expect("an attribute");
        }
        let root: ShadowRoot = js("(host) => host.attachShadow({ mode: 'open' })")
            .unchecked_into::<Function>()
            .call1(&JsValue::UNDEFINED, &host)
            .expect("a shadow root")
            .into();
        let session = js(&format!(
            "fetch(new Request('/demo/consumerportal/getsession?consumer_id={consumer}'))"
        ));
        let english = include_str!("../../src/i18n/english.txt").to_owned();
        let mounted = mount(
            host.clone(),
            root.clone(),
            Promise::from(session),
            "/timeline.css".to_owned(),
            // There is no worker here: files are sent as they are.
            String::new(),
            Some(english),
            None,
        );
        Self {
            host,
            root,
            mounted: Some(mounted),
            hurry: slow.get(1).unchecked_into(),
            _fetch: fetch,
            _answer: answer,
        }
    }

    /// All text on the screen.
    pub fn text(&self) -> String {
        self.root.text_content().unwrap_or_default()
    }

    /// Waits until a text is on the screen.
    pub async fn shows(&self, text: &str) {
        self.until(text, || self.text().contains(text)).await;
    }

    /// Waits until a text is not on the screen.
    pub async fn shows_no(&self, text: &str) {
        self.until(&format!("no {text}"), || !self.text().contains(text))
            .await;
    }

    /// Waits until the heading of the page is this.
    pub async fn is_at(&self, heading: &str) {
        self.element("h1", heading).await;
    }

    /// Checks that texts are on the screen in this order.
    pub async fn shows_in_order(&self, texts: &[&str]) {
        self.shows(texts[0]).await;
        let all = self.text();
        let mut rest = all.as_str();
        for text in texts {
            let at = rest
                .find(text)
                .unwrap_or_else(|| panic!("{text} is not next in: {all}"));
            rest = &rest[at + text.len()..];
        }
    }

    /// Every element that matches, and has this text in it or as its accessible name.
    pub fn all(&self, selector: &str, text: &str) -> Vec<HtmlElement> {
        let found = self.root.query_selector_all(selector).expect("a selector");
        (0..found.length())
            .filter_map(|index| found.get(index)?.dyn_into::<HtmlElement>().ok())
            .filter(|element| {
                let label = element.get_attribute("aria-label").unwrap_or_default();
                label.contains(text) || element.text_content().unwrap_or_default().contains(text)
            })
            .collect()
    }

    /// Waits for the first such element.
    pub async fn element(&self, selector: &str, text: &str) -> HtmlElement {
        self.until(&format!("{selector} {text}"), || {
            !self.all(selector, text).is_empty()
        })
        .await;
        self.all(selector, text).remove(0)
    }

    /// Clicks the first link or button with this text.
    pub async fn click(&self, text: &str) {
        self.element("a, button", text).await.click();
    }

    /// Types a text into the only field that matches.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let field = self.element(selector, "").await;
        let type_it = js("(field, text) => {
            field.value = text;
            field.dispatchEvent(new Event('input', { bubbles: true }));
        }");
        let type_it: Function = type_it.unchecked_into();
        let typed = type_it.call2(&JsValue::UNDEFINED, &field, &text.into());
        typed.expect("text can be typed");
    }

    /// Selects a file, as a piece of JavaScript makes it.
    pub async fn select_file(&self, file: &str) {
        let input = self.element("input[type=file]", "").await;
        let select: Function = js(&format!(
            "(input) => {{
                const transfer = new DataTransfer();
                transfer.items.add({file});
                input.files = transfer.files;
                input.dispatchEvent(new Event('change', {{ bubbles: true }}));
            }}"
        ))
        .unchecked_into();
        let selected = select.call1(&JsValue::UNDEFINED, &input);
        selected.expect("a file can be selected");
    }

    /// Runs a function of JavaScript with an element.
    pub fn run(&self, element: &Element, script: &str) -> JsValue {
        let run: Function = js(script).unchecked_into();
        run.call1(&JsValue::UNDEFINED, element).expect("it runs")
    }

    /// Lets the demo's slow answers come.
    pub fn hurry(&self) {
        let _ = self.hurry.call0(&JsValue::UNDEFINED);
    }

    /// Has the portal read the session again.
    pub fn refresh(&self) {
        js("dispatchEvent(new Event('online'))");
    }

    /// Keeps the texts in the page, as the loader does.
    pub fn keep_texts(&self) {
        let script = include_str!("../../src/platform/texts.js").replace("export ", "");
        self.run(
            &self.host,
            &format!("(host) => {{ {script}; keepTexts(host.shadowRoot); }}"),
        );
    }

    /// Runs a piece of JavaScript with the shadow root in `root`.
    pub fn run_in_root(&self, script: &str) -> JsValue {
        let script = format!("(host) => {{ const root = host.shadowRoot; {script} }}");
        self.run(&self.host, &script)
    }

    /// Waits until it is so.
    pub async fn until(&self, what: &str, condition: impl FnMut() -> bool) {
        if !is_so(condition).await {
            let page = js(
                "`${document.visibilityState}, ${document.activeElement?.outerHTML.slice(0, 200)}`",
            );
            let page = page.as_string().unwrap_or_default();
            panic!(
                "in vain for: {what}\nthe page is: {page}\nthe screen says: {}",
                self.text()
            );
        }
    }
}

/// Edits every action of a session, wherever it stands.
pub fn edit_actions(session: &mut Value, edit: impl Fn(&mut Value)) {
    let session = &mut session["consumerportalsession"];
    let products = session["dossier"]["products"].as_object_mut();
    let of_products = (products.into_iter().flatten())
        .filter_map(|(_, product)| product["productactions"].as_object_mut());
    for actions in of_products {
        actions.values_mut().for_each(&edit);
    }
    let all = &mut session["duplicate_comfort_data"]["productactions"];
    if let Some(actions) = all.as_object_mut() {
        actions.values_mut().for_each(&edit);
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        if let Some(mounted) = self.mounted.take() {
            mounted.unmount();
        }
        self.host.remove();
        js("history.replaceState(null, '', location.pathname + location.search)");
    }
}

/// The demo's answer to a `Request` of the browser's.
fn answer(
    demo: &mut Accelerate,
    request: &JsValue,
    slow: &JsValue,
    sessions: &Cell<u32>,
    edit: fn(&mut Value, u32),
) -> Promise {
    let property = |name: &str| {
        let value = Reflect::get(request, &name.into()).expect("a request has it");
        value.as_string().unwrap_or_default()
    };
    let url = web_sys::Url::new(&property("url")).expect("a request has an address");
    let query = url.search_params();
    let parameter = |name: &str| Some((name.to_owned(), query.get(name)?));
    let request = Request {
        method: property("method"),
        endpoint: url
            .pathname()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned(),
        query: ["consumer_id", "productaction_id"]
            .into_iter()
            .filter_map(parameter)
            .collect(),
        ..Request::default()
    };
    let today = Date::new(TODAY.0, TODAY.1, TODAY.2);
    let response = demo.handle(&request, today);
    let mut body = match response.body {
        Body::Whole(body) => body,
        Body::Made { pieces, .. } => pieces.flatten().collect(),
    };
    if request.endpoint == "getsession" {
        let mut session = serde_json::from_slice(&body).expect("the demo's sessions are JSON");
        edit(&mut session, sessions.replace(sessions.get() + 1));
        body = session.to_string().into_bytes();
    }
    let headers = Array::new();
    for (name, value) in &response.headers {
        headers.push(&Array::of2(&(*name).into(), &value.as_str().into()));
    }
    let make: Function = js("async (body, status, headers, waiting) => {
        await waiting;
        if (status === 0) throw new TypeError('Failed to fetch');
        return new Response(body, { status, headers });
    }")
    .unchecked_into();
    let (status, waiting) = match response.delivery {
        Delivery::HangUp => (0, JsValue::UNDEFINED),
        Delivery::Slow => (response.status, slow.clone()),
        _ => (response.status, JsValue::UNDEFINED),
    };
    let body = Uint8Array::from(body.as_slice());
    let arguments = Array::of4(&body, &status.into(), &headers, &waiting);
    make.apply(&JsValue::UNDEFINED, &arguments)
        .expect("an answer")
        .into()
}
