//! How a flat rectangle looks from aslant: the map from a square to a quad, and what it says of the rectangle.

use super::corners::Quad;

/// The focal length of a phone's main camera, as a share of the picture's longest side: about 26 mm on film of 36 mm,
/// with a picture of 4 by 3.
pub const USUAL_FOCAL_LENGTH: f32 = 0.85;

/// The map from the unit square to a quad: rows of a matrix for (x, y, 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection(pub [f32; 9]);

impl Projection {
    /// The map that takes (0, 0), (1, 0), (1, 1) and (0, 1) to the corners (Heckbert 1989, section 2.2.3). `None` when
    /// the quad is not convex.
    pub fn of(quad: &Quad) -> Option<Self> {
        if !quad.is_convex() {
            return None;
        }
        let [a, b, c, d] = quad.0;
        let (sum_x, sum_y) = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y);
        let (dx1, dy1, dx2, dy2) = (b.x - c.x, b.y - c.y, d.x - c.x, d.y - c.y);
        let size = dx1 * dy2 - dx2 * dy1;
        let g = (sum_x * dy2 - dx2 * sum_y) / size;
        let h = (dx1 * sum_y - sum_x * dy1) / size;
        let map = [
            b.x - a.x + g * b.x,
            d.x - a.x + h * d.x,
            a.x,
            b.y - a.y + g * b.y,
            d.y - a.y + h * d.y,
            a.y,
            g,
            h,
            1.0,
        ];
        map.iter().all(|it| it.is_finite()).then_some(Self(map))
    }

    /// The rectangle that looks so through a camera of this focal length in pixels, when places are relative to the
    /// middle of the picture: its width divided by its height, and how far its corners are from right angles, as a
    /// cosine.
    pub fn rectangle(&self, focal: f32) -> (f32, f32) {
        let [a, b, _, d, e, _, g, h, _] = self.0;
        // The sides' directions in space, up to one scale (Zhang and He 2006, "Whiteboard scanning", section 4).
        let (u, v) = ([a / focal, d / focal, g], [b / focal, e / focal, h]);
        let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let (wide, high) = (dot(u, u).sqrt(), dot(v, v).sqrt());
        (wide / high, dot(u, v) / (wide * high))
    }

    /// The focal length with which the corners are right angles, in pixels; `None` when both pairs of sides look
    /// parallel, which says nothing.
    pub fn focal_length(&self) -> Option<f32> {
        let [a, b, _, d, e, _, g, h, _] = self.0;
        let square = -(a * b + d * e) / (g * h);
        (square.is_finite() && square > 0.0).then(|| square.sqrt())
    }
}
