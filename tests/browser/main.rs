//! What the portal does with the browser, tried in a real one: sending, fetching, showing and saving.
//! There is no server here but the test runner's own, so answers come from `data:` and `blob:` addresses,
//! and where a status or a header matters, from a stand-in for `fetch`.
#![cfg(target_arch = "wasm32")]

mod fetching;
mod gateway;
mod saving;
mod sending;

use std::{cell::RefCell, rc::Rc};

use consumer_portal::config::Config;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The settings of an element whose endpoints are at `api`.
fn config(api: &str) -> Config {
    Config::read(
        |name| (name == "api").then(|| api.to_owned()),
        Some("nl"),
        &[],
    )
}

/// What was told, in the order it was told.
struct Told<T>(Rc<RefCell<Vec<T>>>);

impl<T: 'static> Told<T> {
    fn new() -> Self {
        Self(Rc::default())
    }

    /// A way to tell something.
    fn teller(&self) -> impl Fn(T) + 'static {
        let told = Rc::clone(&self.0);
        move |something| told.borrow_mut().push(something)
    }

    fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Takes what was told, once there is something; after ten seconds, whatever there is.
    async fn take(&self) -> Vec<T> {
        for _ in 0..1_000 {
            if self.count() > 0 {
                break;
            }
            wait(10).await;
        }
        self.0.take()
    }
}

/// Something of the browser's that is replaced by a piece of JavaScript until dropped.
struct StandIn {
    of: JsValue,
    name: &'static str,
    real: JsValue,
}

/// Replaces `of.name` by the function that `script` makes of the real one, called `real`.
fn stand_in(of: &JsValue, name: &'static str, script: &str) -> StandIn {
    let real = Reflect::get(of, &name.into()).expect("it is there");
    let make = Function::new_with_args("real", script);
    let ours = make.call1(&JsValue::UNDEFINED, &real).expect("it runs");
    Reflect::set(of, &name.into(), &ours).expect("it can be replaced");
    StandIn {
        of: of.clone(),
        name,
        real,
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = Reflect::set(&self.of, &self.name.into(), &self.real);
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

async fn wait(milliseconds: u32) {
    let waiting = js(&format!(
        "new Promise(done => setTimeout(done, {milliseconds}))"
    ));
    let _ = JsFuture::from(Promise::from(waiting)).await;
}
