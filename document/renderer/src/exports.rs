//! What the worker's script calls. A picture's pixels lie in this module's memory: nothing copies them on their way.

use wasm_bindgen::prelude::wasm_bindgen;

/// A page that was drawn.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Drawn(super::Picture);

/// Draws the first page of a PDF.
///
/// # Errors
/// A word for [`super::Problem`].
#[wasm_bindgen]
pub fn draw(pdf: Vec<u8>, longest_side: u16) -> Result<Drawn, String> {
    super::draw(pdf, longest_side)
        .map(Drawn)
        .map_err(|it| it.to_string())
}

#[wasm_bindgen]
impl Drawn {
    /// Its width in pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.0.width
    }

    /// Its height in pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.0.height
    }

    /// Where in the module's memory its pixels begin, four bytes each.
    #[wasm_bindgen(getter)]
    pub fn start(&self) -> usize {
        self.0.pixels.as_ptr() as usize
    }
}
