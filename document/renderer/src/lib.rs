//! `renderer`: pictures of the pages of PDFs, so that who puts a document together sees what they turn, move and remove.
//! It is a module of its own, which the worker loads only for a page of a PDF, and which is gone when it is drawn.
//!
//! It relies on `hayro` for the drawing, and on nothing of the browser. What it draws was read and written again by
//! `document`, which has bounds for what it unpacks; this module's memory has an end (`build.rs`), and the page ends a
//! worker that does not come to one.
#![forbid(unsafe_code)]

use std::fmt;

use hayro::{
    PixmapSettings, RenderCache, RenderSettings, hayro_interpret::InterpreterSettings,
    hayro_syntax::Pdf, vello_cpu::color::palette::css::WHITE,
};

#[cfg(target_arch = "wasm32")]
mod exports;

/// The longest side that a picture can have, in pixels.
pub const MAX_SIDE: u16 = 4096;

/// A picture of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its width in pixels, at least 1.
    pub width: usize,
    /// Its height in pixels, at least 1.
    pub height: usize,
    /// Red, green, blue and opacity of each pixel, a byte each, row by row from the top left. All are opaque.
    pub pixels: Vec<u8>,
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The PDF is none that can be read, or has no page.
    Damaged,
    /// The page is so narrow that nothing could be seen of it.
    NoShape,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "damaged",
            Self::NoShape => "no shape",
        })
    }
}

impl std::error::Error for Problem {}

/// Draws the first page of a PDF on white. `longest_side` is the picture's, in pixels; at most [`MAX_SIDE`].
///
/// # Errors
/// See [`Problem`].
pub fn draw(pdf: Vec<u8>, longest_side: u16) -> Result<Picture, Problem> {
    let pdf = Pdf::new(pdf).map_err(|_| Problem::Damaged)?;
    let page = pdf.pages().first().ok_or(Problem::Damaged)?;
    let (width, height) = page.render_dimensions();
    let scale = f32::from(longest_side.min(MAX_SIDE)) / width.max(height);
    let can_be = 1.0..=f32::from(MAX_SIDE);
    // A side may be shorter than a pixel, or no number at all.
    if ![width, height]
        .iter()
        .all(|side| can_be.contains(&(side * scale)))
    {
        return Err(Problem::NoShape);
    }
    let settings = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let drawn = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &settings,
    );
    Ok(Picture {
        width: drawn.width().into(),
        height: drawn.height().into(),
        pixels: drawn.data_as_u8_slice().to_vec(),
    })
}
