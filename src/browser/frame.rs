//! The lender's timeline: foreign HTML in a sandboxed frame, as tall as what is in it.
//!
//! The frame may run no script, send no form and open nothing but new tabs; its own policy lets it
//! fetch nothing but our style sheet. It is of our origin only so that its height can be read.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, HtmlIFrameElement, ResizeObserver};

use super::page;

/// What of the portal's look goes into the frame, as the element has it: a frame inherits nothing.
const LOOK: [&str; 16] = [
    "color-scheme",
    "font-family",
    "font-size",
    "--text",
    "--text-soft",
    "--line",
    "--accent",
    "--on-accent",
    "--link",
    "--tint",
    "--good",
    "--good-tint",
    "--warn",
    "--warn-tint",
    "--bad",
    "--bad-tint",
];

/// The document that the timeline is put in: our style sheet, and a policy of its own. A broker's page
/// may have none, and an image in the timeline would tell a stranger who is looking. The timeline itself
/// comes when this policy is in force ([`fill`]): Firefox fetches what it sees ahead, before it is.
pub fn document(host: &HtmlElement, style_sheet: &str, language: &str) -> String {
    let mut html = String::with_capacity(2048);
    html.push_str("<!doctype html><html lang=\"");
    html.push_str(language);
    html.push_str("\" style=\"");
    push_look(host, &mut html);
    for part in [
        "\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"",
        "default-src 'none'; img-src data:; style-src ",
        style_sheet,
        "; style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'\">",
        "<link rel=\"stylesheet\" href=\"",
        style_sheet,
        "\"><title>-</title></head><body></body></html>",
    ] {
        html.push_str(part);
    }
    html
}

/// The declarations of [`LOOK`], safe in a quoted attribute: they are the broker's, who may quote too.
fn push_look(host: &HtmlElement, html: &mut String) {
    let inside = host
        .shadow_root()
        .and_then(|root| root.query_selector("div").ok()?);
    let look = inside.and_then(|inside| page::window().get_computed_style(&inside).ok()?);
    let Some(look) = look else {
        return;
    };
    for name in LOOK {
        let value = look.get_property_value(name).unwrap_or_default();
        if !value.is_empty() {
            html.push_str(name);
            html.push(':');
            html.push_str(&value.replace('&', "&amp;").replace('"', "&quot;"));
            html.push(';');
        }
    }
}

/// Keeps a frame as tall as its content until it is dropped.
#[derive(Debug)]
pub struct Fitted {
    observer: ResizeObserver,
    _react: Closure<dyn FnMut()>,
}

impl Drop for Fitted {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Call when the frame has loaded: puts the timeline in it, makes every link open a new tab, and fits
/// the frame to what is in it, now and whenever that changes.
pub fn fill(frame: &Element, timeline: &str) -> Option<Fitted> {
    let frame = frame.dyn_ref::<HtmlIFrameElement>()?;
    let document = frame.content_document()?;
    let body = document.body()?;
    body.set_inner_html(timeline);
    if let Ok(links) = document.query_selector_all("a, area") {
        for index in 0..links.length() {
            if let Some(link) = links.get(index) {
                // Checked by the selector: its class is the frame's own, not this page's.
                let link: Element = link.unchecked_into();
                let _ = link.set_attribute("target", "_blank");
                let _ = link.set_attribute("rel", "noopener noreferrer");
            }
        }
    }
    let react = Closure::<dyn FnMut()>::new({
        let (frame, body) = (frame.clone(), body.clone());
        move || {
            // The body's own height: the document's never falls below the frame's.
            let height = body.get_bounding_client_rect().height().ceil();
            let _ = frame.style().set_property("height", &pixels(height));
        }
    });
    let observer = ResizeObserver::new(react.as_ref().unchecked_ref()).ok()?;
    observer.observe(&body);
    Some(Fitted {
        observer,
        _react: react,
    })
}

fn pixels(height: f64) -> String {
    let mut text = (height as u32).to_string();
    text.push_str("px");
    text
}
