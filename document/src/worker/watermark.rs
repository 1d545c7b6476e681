//! A text across a picture, over and over, so that no part of the picture goes without it. It is in the picture's own
//! pixels. Dark letters with a light edge can be read on dark and on light, and both let the picture show through.

use wasm_bindgen::JsValue;
use web_sys::OffscreenCanvasRenderingContext2d;

use crate::watermark::cleaned;

/// The size of the letters, as a part of the picture's shorter side.
const LETTERS: f64 = 0.034;
/// How far lines are apart, in letters.
const LINES: f64 = 5.0;
/// How far the text is from itself on a line, in letters.
const GAP: f64 = 3.0;
/// How much of the picture the letters and their edge cover.
const OPACITY: f64 = 0.45;
const EDGE_OPACITY: f64 = 0.3;
/// The most times that a text stands on a line.
const MOST_TIMES: u32 = 100;

/// Draws the text across a canvas of this size in pixels, from the lower left to the upper right.
pub(super) fn draw(
    context: &OffscreenCanvasRenderingContext2d,
    (width, height): (u32, u32),
    text: &str,
) -> Result<(), JsValue> {
    let text = cleaned(text);
    let (width, height) = (f64::from(width), f64::from(height));
    let size = (width.min(height) * LETTERS).max(8.0).round();
    let length = width.hypot(height);
    context.set_font(&format!("{}px sans-serif", size as u32));
    context.set_text_baseline("middle");
    let step = context.measure_text(&text)?.width() + size * GAP;
    let times = ((length / step).ceil() as u32).clamp(1, MOST_TIMES) + 1;
    let rows = (length / 2.0 / (size * LINES)).ceil() as i32;
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)?;
    context.translate(width / 2.0, height / 2.0)?;
    let (x, y) = (width / length, height / length);
    context.transform(x, -y, y, x, 0.0, 0.0)?;
    context.set_fill_style_str("#1a1a2e");
    context.set_stroke_style_str("white");
    context.set_line_width(size / 7.0);
    context.set_line_join("round");
    for row in -rows..=rows {
        // Every second line is half a text further.
        let shift = if row % 2 == 0 { 0.0 } else { step / 2.0 };
        let y = f64::from(row) * size * LINES;
        for time in 0..times {
            let x = f64::from(time) * step - length / 2.0 - shift;
            context.set_global_alpha(EDGE_OPACITY);
            context.stroke_text(&text, x, y)?;
            context.set_global_alpha(OPACITY);
            context.fill_text(&text, x, y)?;
        }
    }
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)?;
    context.set_global_alpha(1.0);
    Ok(())
}
