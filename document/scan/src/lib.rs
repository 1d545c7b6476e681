//! A scan, not a photo: the page is found in the picture, cut out, straightened, and its light evened. Nothing here
//! draws or decodes: pictures go in as pixels and come out as pixels, and a consumer can always keep the original.
//!
//! The way of a photo: [`corners::find_page`] on a small copy, [`quality::judge`] on a larger one, and when the
//! consumer agrees with the corners, [`straighten::straighten`] on the photo itself and [`light::even_light`] on what
//! it gives.
//!
//! It is a package of its own because it is compiled for speed, and what reads and writes PDFs for size.
#![forbid(unsafe_code)]

pub mod corners;
pub mod light;
mod order;
pub mod perspective;
pub mod picture;
pub mod quality;
pub mod straighten;
