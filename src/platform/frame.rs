//! The lender's timeline: foreign HTML in a sandboxed frame that is as tall as its content.
//!
//! The frame runs no script, sends no form and opens nothing but new tabs. Its own policy lets it fetch
//! nothing but our style sheet. It is of our origin, so that its height can be read.

use gloo_events::EventListener;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, HtmlElement, HtmlIFrameElement, ResizeObserver};

/// The styles that go into the frame, with the element's computed values. A frame inherits nothing.
const STYLES: [&str; 16] = [
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

/// The frame's document before the timeline is in it: our style sheet, and a policy of its own. A
/// broker's page may have no policy, and an image in the timeline would tell its server who looks.
/// [`fill`] adds the timeline when this policy is in force, because Firefox fetches images ahead of it.
pub fn document(host: &HtmlElement, style_sheet: &str, language: &str) -> String {
    let styles = computed_styles(host);
    format!(
        "<!doctype html><html lang=\"{language}\" style=\"{styles}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; \
         style-src {style_sheet}; style-src-attr 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\
         <link rel=\"stylesheet\" href=\"{style_sheet}\"><title>-</title></head><body></body></html>"
    )
}

/// The declarations of [`STYLES`], escaped for a quoted attribute: a broker's values may have quotes.
fn computed_styles(host: &HtmlElement) -> String {
    let computed = host
        .shadow_root()
        .and_then(|root| root.query_selector("div").ok()?)
        .and_then(|inside| window().get_computed_style(&inside).ok()?);
    let Some(computed) = computed else {
        return String::new();
    };
    STYLES
        .iter()
        .filter_map(|name| Some((name, computed.get_property_value(name).ok()?)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let value = value.replace('&', "&amp;").replace('"', "&quot;");
            format!("{name}:{value};")
        })
        .collect()
}

/// How wide a frame is on paper, in CSS pixels: A4 has 590 left of its 794 when printed from a browser, with
/// our own margins.
const PAPER_WIDTH: &str = "560px";

/// Keeps a frame as tall as its content. Dropping it ends that.
#[derive(Debug)]
pub struct FrameFitter {
    observer: ResizeObserver,
    _react: Closure<dyn FnMut()>,
    _print: [EventListener; 2],
}

impl Drop for FrameFitter {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Call it when the frame has loaded. It puts the timeline in the frame, makes every link open a new
/// tab, and keeps the frame as tall as its content.
pub fn fill(frame: &HtmlIFrameElement, timeline: &str) -> Option<FrameFitter> {
    let document = frame.content_document()?;
    let body = document.body()?;
    body.set_inner_html(timeline);
    // The frame is as tall as what is in it: nothing there can be as tall as the frame.
    for_each(&document, "[style]", |element| {
        let style = element.get_attribute("style").unwrap_or_default();
        let _ = element.set_attribute("style", &without_window_heights(&style));
    });
    for_each(&document, "a, area", |link| {
        let _ = link.set_attribute("target", "_blank");
        let _ = link.set_attribute("rel", "noopener noreferrer");
    });
    let fit = {
        let (frame, body) = (frame.clone(), body.clone());
        move || {
            // The body's own height: the document's never falls below the frame's.
            let height = body.get_bounding_client_rect().height().ceil() as u32;
            let _ = frame.style().set_property("height", &format!("{height}px"));
        }
    };
    // On paper it is as wide as paper is, and nothing tells how tall that makes it: so it gets that width
    // before, when it can be measured.
    let print = [("beforeprint", true), ("afterprint", false)].map(|(event, prints)| {
        let (frame, fit) = (frame.clone(), fit.clone());
        EventListener::new(&window(), event, move |_| {
            let _ = match prints {
                true => frame.style().set_property("width", PAPER_WIDTH),
                false => frame.style().remove_property("width").map(|_| ()),
            };
            fit();
        })
    });
    let react = Closure::<dyn FnMut()>::new(fit);
    let observer = ResizeObserver::new(react.as_ref().unchecked_ref()).ok()?;
    observer.observe(&body);
    Some(FrameFitter {
        observer,
        _react: react,
        _print: print,
    })
}

/// Calls `act` with each element of a frame's document that matches.
fn for_each(document: &Document, selector: &str, act: impl Fn(Element)) {
    if let Ok(found) = document.query_selector_all(selector) {
        for index in 0..found.length() {
            if let Some(element) = found.get(index) {
                // Checked by the selector: its class is the frame's own, not this page's.
                act(element.unchecked_into());
            }
        }
    }
}

/// A style attribute without the declarations that count in heights of the window, such as `100vh`.
fn without_window_heights(style: &str) -> String {
    let counts = |declaration: &&str| {
        let lower = declaration.to_ascii_lowercase();
        ["vh", "vb", "vmin", "vmax"].into_iter().any(|unit| {
            lower.match_indices(unit).any(|(at, _)| {
                // `100vh`, and `100svh`, `100lvh`, `100dvh`.
                let before = lower[..at].trim_end_matches(['s', 'l', 'd']);
                before.ends_with(|it: char| it.is_ascii_digit() || it == '.')
            })
        })
    };
    let kept = style.split(';').filter(|it| !counts(it));
    kept.collect::<Vec<_>>().join(";")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn what_counts_in_heights_of_the_window_is_left_out() {
        for (style, kept) in [
            ("min-height:100vh;color:red", "color:red"),
            ("height: calc(50DVH - 1px)", ""),
            ("margin-top:1.5svh; width:50%", " width:50%"),
            ("padding:5vmin", ""),
            ("width:50vw;font-family:avh", "width:50vw;font-family:avh"),
            ("width: 40%", "width: 40%"),
        ] {
            assert_eq!(without_window_heights(style), kept);
        }
    }
}
