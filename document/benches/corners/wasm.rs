//! Our finder of corners as a module that Node can load, to be timed beside its peers. The portal's own worker has
//! another door.
#![cfg(target_arch = "wasm32")]

use document::picture::Picture;
use document::scan::corners;
use wasm_bindgen::prelude::wasm_bindgen;

/// The corners, x and y of each; nothing when there is no page.
#[wasm_bindgen]
pub fn find_page(width: u32, height: u32, pixels: Vec<u8>) -> Vec<f32> {
    let page = Picture::new(width, height, pixels).and_then(|it| corners::find_page(&it));
    page.map_or_else(Vec::new, |page| {
        page.0.iter().flat_map(|it| [it.x, it.y]).collect()
    })
}
