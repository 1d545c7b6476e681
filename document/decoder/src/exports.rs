//! What the worker's script calls. A photo's pixels lie in this module's memory: nothing copies them on their way.

use wasm_bindgen::prelude::wasm_bindgen;

/// A photo that was decoded.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Decoded(super::Photo);

/// Decodes a photo.
///
/// # Errors
/// A word for [`super::Problem`].
#[wasm_bindgen]
pub fn decode(file: &[u8]) -> Result<Decoded, String> {
    super::decode(file)
        .map(Decoded)
        .map_err(|it| it.to_string())
}

#[wasm_bindgen]
impl Decoded {
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
