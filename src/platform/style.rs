//! Style sheets of parts that are loaded later.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ShadowRoot;

/// Adds a sheet to what is in the shadow root, once. A policy that forbids `<style>` allows it. A browser that cannot
/// (Safari before 16.4) shows what is there without it.
pub fn adopt(root: &ShadowRoot, css: &str) {
    // A property of ours says that it is there.
    const MARK: &str = "portalSheet";
    let _ = try_adopt(root, css, &MARK.into());
}

fn try_adopt(root: &ShadowRoot, css: &str, mark: &JsValue) -> Result<(), JsValue> {
    let known = Reflect::get(root, mark)?;
    if known.as_string().as_deref() == Some(css) {
        return Ok(());
    }
    let make: Function = Reflect::get(&js_sys::global(), &"CSSStyleSheet".into())?.dyn_into()?;
    let sheet = Reflect::construct(&make, &Array::new())?;
    let replace: Function = Reflect::get(&sheet, &"replaceSync".into())?.dyn_into()?;
    replace.call1(&sheet, &css.into())?;
    let name = "adoptedStyleSheets".into();
    let sheets = Reflect::get(root, &name)?;
    let sheets = Array::from(sheets.unchecked_ref::<Object>());
    sheets.push(&sheet);
    Reflect::set(root, &name, &sheets)?;
    Reflect::set(root, mark, &css.into())?;
    Ok(())
}
