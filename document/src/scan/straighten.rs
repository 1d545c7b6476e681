//! The page cut out of its picture and laid flat, with the shape that it has in reality.

use super::corners::{Point, Quad, reduced};
use super::perspective::{Projection, USUAL_FOCAL_LENGTH};
use crate::picture::{PIXEL_BYTES, Picture};

/// Longest side by shortest of what consumers send: A4 (ISO 216), which is also a passport's two pages within one
/// percent, and a card (ISO/IEC 7810 ID-1, 85.60 by 53.98 mm).
const KNOWN_SHAPES: [f32; 2] = [std::f32::consts::SQRT_2, 85.60 / 53.98];

/// How near to a known shape one counts as it: 5 percent, less than half of the way between the two.
const NEAR_KNOWN: f32 = 0.05;

/// The least side of a page, in pixels. Less is not a page but a slip of the hand.
const LEAST_SIDE: f32 = 8.0;

/// The page, straightened, its longest side at most `longest_side` pixels and never more than it has in the picture.
/// `None` when the quad is not convex, has a side of less than 8 pixels, or is far outside the picture.
///
/// A picture of which many pixels become one is made smaller first, so that thin lines do not break.
pub fn straighten(picture: &Picture, quad: &Quad, longest_side: u32) -> Option<Picture> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let is_near = |it: &Point| {
        (-width..=2.0 * width).contains(&it.x) && (-height..=2.0 * height).contains(&it.y)
    };
    if longest_side == 0 || !quad.is_convex() || !quad.0.iter().all(is_near) {
        return None;
    }
    let side = |it: usize| {
        let (a, b) = (quad.0[it], quad.0[(it + 1) % 4]);
        (b.x - a.x).hypot(b.y - a.y)
    };
    let (least, most) = (0..4)
        .map(side)
        .fold((f32::INFINITY, 0.0_f32), |(least, most), it| {
            (least.min(it), most.max(it))
        });
    if least < LEAST_SIDE {
        return None;
    }
    let shape = shape(quad, width, height)?;
    let longest = most.round().min(longest_side as f32).max(1.0);
    let other = |ratio: f32| (longest * ratio).round().max(1.0);
    let (wide, high) = if shape > 1.0 {
        (longest, other(1.0 / shape))
    } else {
        (other(shape), longest)
    };
    let shrink = most / longest;
    if shrink >= 2.0 {
        let factor = 1.0 / shrink.floor();
        let small = reduced(picture, (width.max(height) * factor).round() as u32);
        let factor = small.width() as f32 / width;
        return sampled(&small, &quad.scaled(factor), wide as u32, high as u32);
    }
    sampled(picture, quad, wide as u32, high as u32)
}

/// The width of the rectangle that a quad shows, divided by its height, as in Zhang and He (2006), "Whiteboard scanning
/// and image enhancement": the camera's focal length follows from the corners being right angles. Where it does not,
/// because the page is seen from straight above, a phone's usual one serves. `None` when the quad is not convex.
pub fn shape(quad: &Quad, width: f32, height: f32) -> Option<f32> {
    let about_middle = Quad(quad.0.map(|it| Point {
        x: it.x - width / 2.0,
        y: it.y - height / 2.0,
    }));
    let projection = Projection::of(&about_middle)?;
    let longest = width.max(height);
    let focal = projection
        .focal_length()
        .filter(|it| (0.6..1.4).contains(&(it / longest)))
        .unwrap_or(USUAL_FOCAL_LENGTH * longest);
    let (shape, _) = projection.rectangle(focal);
    if !shape.is_finite() {
        return None;
    }
    // A slip of a cash desk is long; more than this is no page.
    let shape = shape.clamp(0.1, 10.0);
    let long = shape.max(1.0 / shape);
    let known = KNOWN_SHAPES
        .into_iter()
        .find(|known| (long / known - 1.0).abs() < NEAR_KNOWN)
        .unwrap_or(long);
    Some(if shape > 1.0 { known } else { 1.0 / known })
}

/// Each pixel of the page from where it is in the picture, between the four pixels around it.
fn sampled(picture: &Picture, quad: &Quad, wide: u32, high: u32) -> Option<Picture> {
    let [a, b, c, d, e, f, g, h, i] = Projection::of(quad)?.0;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let source = picture.pixels();
    let mut pixels = Vec::with_capacity(wide as usize * high as usize * PIXEL_BYTES);
    // The middle of the last pixel that has another to its right and below.
    let (right, bottom) = (width as f32 - 1.001, height as f32 - 1.001);
    for y in 0..high {
        let v = (y as f32 + 0.5) / high as f32;
        let (row_x, row_y, row_w) = (b * v + c, e * v + f, h * v + i);
        for x in 0..wide {
            let u = (x as f32 + 0.5) / wide as f32;
            let w = 1.0 / (g * u + row_w);
            let px = ((a * u + row_x) * w - 0.5).clamp(0.0, right.max(0.0));
            let py = ((d * u + row_y) * w - 0.5).clamp(0.0, bottom.max(0.0));
            let (left, top) = (px as usize, py as usize);
            // In 256ths: whole numbers are quicker than fractions.
            let (dx, dy) = (
                ((px - left as f32) * 256.0) as u32,
                ((py - top as f32) * 256.0) as u32,
            );
            let at = (top * width + left) * PIXEL_BYTES;
            let next = if left + 1 < width { PIXEL_BYTES } else { 0 };
            let below = if top + 1 < height {
                width * PIXEL_BYTES
            } else {
                0
            };
            for part in 0..3 {
                let it = |at: usize| u32::from(source[at + part]);
                let over = it(at) * (256 - dx) + it(at + next) * dx;
                let under = it(at + below) * (256 - dx) + it(at + below + next) * dx;
                pixels.push(((over * (256 - dy) + under * dy + (1 << 15)) >> 16) as u8);
            }
            pixels.push(255);
        }
    }
    Picture::new(wide, high, pixels)
}
