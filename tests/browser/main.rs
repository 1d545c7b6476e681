//! The portal in a real browser, without a server: the calls, saving and showing documents, and pages and
//! components that are mounted with a session. Answers come from `data:` and `blob:` addresses; where a
//! status or a header matters, `fetch` is replaced.
#![cfg(target_arch = "wasm32")]

mod action;
mod documents;
mod documents_page;
mod gateway;
mod keeping;
mod letter_case;
mod mounted;
mod overview;
mod reported_elsewhere;
mod saving;
mod session;
mod translated;
mod uploading;

use std::{cell::RefCell, rc::Rc};

use consumer_portal::config::Config;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The example of the specification.
const SESSION: &str = include_str!("../../accelerate/tests/getsession.json");

/// The settings of an element whose endpoints are at `api`.
fn config(api: &str) -> Config {
    Config::read(
        |name| (name == "api").then(|| api.to_owned()),
        Some("nl"),
        &[],
    )
}

/// What was told, in the order it was told.
struct Events<T>(Rc<RefCell<Vec<T>>>);

impl<T: 'static> Events<T> {
    fn new() -> Self {
        Self(Rc::default())
    }

    /// A way to tell something.
    fn sender(&self) -> impl Fn(T) + 'static {
        let events = Rc::clone(&self.0);
        move |something| events.borrow_mut().push(something)
    }

    fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Takes the events, once there are some; after a while, whatever there is.
    async fn take(&self) -> Vec<T> {
        is_so(|| self.count() > 0).await;
        self.0.take()
    }
}

/// Something of the browser's that is replaced by a piece of JavaScript until dropped.
struct Replaced {
    of: JsValue,
    name: &'static str,
    real: JsValue,
}

/// Replaces `of.name` by the function that `script` makes of the real one, called `real`.
fn replace(of: &JsValue, name: &'static str, script: &str) -> Replaced {
    let real = Reflect::get(of, &name.into()).expect("it is there");
    let make = Function::new_with_args("real", script);
    let ours = make.call1(&JsValue::UNDEFINED, &real).expect("it runs");
    replace_by(of, name, &ours)
}

/// Replaces `of.name` by a value.
fn replace_by(of: &JsValue, name: &'static str, ours: &JsValue) -> Replaced {
    let real = Reflect::get(of, &name.into()).expect("it is there");
    Reflect::set(of, &name.into(), ours).expect("it can be replaced");
    Replaced {
        of: of.clone(),
        name,
        real,
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        let _ = Reflect::set(&self.of, &self.name.into(), &self.real);
    }
}

/// A browser that does not show PDFs, until dropped.
struct NoPdfViewer;

fn no_pdf_viewer() -> NoPdfViewer {
    js(
        "Object.defineProperty(navigator, 'pdfViewerEnabled', { get: () => false, configurable: true })",
    );
    NoPdfViewer
}

impl Drop for NoPdfViewer {
    fn drop(&mut self) {
        js("delete navigator.pdfViewerEnabled");
    }
}

/// A piece of JavaScript's value.
fn js(script: &str) -> JsValue {
    js_sys::eval(script).expect("it runs")
}

/// A list that the page's JavaScript fills.
fn list(name: &str) -> Vec<JsValue> {
    js(name).unchecked_into::<js_sys::Array>().to_vec()
}

/// How long is waited for something, in milliseconds.
const PATIENCE: f64 = 30_000.0;

/// Waits until it is so; `false` when it is in vain.
///
/// It lets the browser do its other work by messages: Firefox has the timers of a page in the background
/// wait a second each.
async fn is_so(mut is_so: impl FnMut() -> bool) -> bool {
    let next_task: Function = js("() => new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => (port1.close(), done());
        port2.postMessage(0);
    })")
    .unchecked_into();
    let end = js_sys::Date::now() + PATIENCE;
    while !is_so() {
        if js_sys::Date::now() > end {
            return false;
        }
        let next_task = next_task.call0(&JsValue::UNDEFINED).expect("a promise");
        let _ = JsFuture::from(Promise::from(next_task)).await;
    }
    true
}

async fn sleep(milliseconds: u32) {
    let waiting = js(&format!(
        "new Promise(done => setTimeout(done, {milliseconds}))"
    ));
    let _ = JsFuture::from(Promise::from(waiting)).await;
}

/// An address whose answer is this, whatever is asked of it: what is asked ends up in its fragment.
fn data(kind: &str, body: &str) -> String {
    format!(
        "data:{kind},{}#",
        String::from(js_sys::encode_uri_component(body))
    )
}
