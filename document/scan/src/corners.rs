//! The four corners of the page in a picture. Long straight edges are found first, then the four of them that bound
//! one sheet best; when nothing bounds one well, there is no page: a wrong cut is worse than none.

mod cut;
mod edges;
mod lines;
mod quads;

pub use quads::SIGNS;

use crate::picture::{PIXEL_BYTES, Picture};

/// A place in a picture, in pixels from its top left corner; the middle of the first pixel is at (0.5, 0.5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// The corners of a page: top left, top right, bottom right, bottom left, as seen in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quad(pub [Point; 4]);

impl Quad {
    /// Whether it has four corners that bend the same way, clockwise, and an area. It is false when a number is not
    /// finite.
    pub fn is_convex(&self) -> bool {
        let corners = &self.0;
        (0..4).all(|it| {
            let [a, b, c] = [0, 1, 2].map(|next| corners[(it + next) % 4]);
            let bend = (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);
            bend > 1e-3 && bend.is_finite()
        })
    }

    /// The same quad in a picture that is `factor` times as large.
    pub fn scaled(&self, factor: f32) -> Self {
        Self(self.0.map(|it| Point {
            x: it.x * factor,
            y: it.y * factor,
        }))
    }

    /// The area in square pixels; 0 when a number is not finite.
    pub fn area(&self) -> f32 {
        area_of(&self.0)
    }

    /// The overlap with another quad: the area of what both cover, divided by the area of what either covers. From 0
    /// to 1; 0 when one of them is not convex.
    pub fn iou(&self, other: &Self) -> f32 {
        if !self.is_convex() || !other.is_convex() {
            return 0.0;
        }
        // Sutherland and Hodgman: cut one along each side of the other.
        let mut rest = self.0.to_vec();
        for it in 0..4 {
            let (a, b) = (other.0[it], other.0[(it + 1) % 4]);
            let side = |p: Point| (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
            let whole = std::mem::take(&mut rest);
            for (at, &from) in whole.iter().enumerate() {
                let to = whole[(at + 1) % whole.len()];
                let (here, there) = (side(from), side(to));
                if here >= 0.0 {
                    rest.push(from);
                }
                if (here >= 0.0) != (there >= 0.0) {
                    let share = here / (here - there);
                    rest.push(Point {
                        x: from.x + (to.x - from.x) * share,
                        y: from.y + (to.y - from.y) * share,
                    });
                }
            }
        }
        let both = area_of(&rest);
        let either = self.area() + other.area() - both;
        if either > 0.0 && either.is_finite() {
            (both / either).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

fn area_of(corners: &[Point]) -> f32 {
    let twice: f32 = (0..corners.len())
        .map(|it| {
            let (a, b) = (corners[it], corners[(it + 1) % corners.len()]);
            a.x * b.y - a.y * b.x
        })
        .sum();
    if twice.is_finite() {
        twice.abs() / 2.0
    } else {
        0.0
    }
}

/// The longest side, in pixels, of the picture in which a page is looked for. A larger picture is made smaller first,
/// which a browser does more quickly.
pub const DETECTION_SIDE: u32 = 480;

/// From this confidence on, a page is taken for found.
pub const SURE: f32 = 0.5;

/// A page that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Its corners. They can be outside the picture.
    pub quad: Quad,
    /// How sure it is, from 0 to 1.
    pub confidence: f32,
}

/// The page in a picture; `None` when that is not sure, or when a corner is outside the picture. Then nothing is cut.
pub fn find_page(picture: &Picture) -> Option<Quad> {
    certain(picture, find(picture)?)
}

/// What [`find`] gave of a picture, when it is sure, as [`find_page`] has it.
pub fn certain(picture: &Picture, found: Found) -> Option<Quad> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let slack = width.max(height) * 0.01;
    let is_inside = |it: &Point| {
        it.x >= -slack && it.y >= -slack && it.x <= width + slack && it.y <= height + slack
    };
    (found.confidence >= SURE && found.quad.0.iter().all(is_inside)).then(|| {
        Quad(found.quad.0.map(|it| Point {
            x: it.x.clamp(0.0, width),
            y: it.y.clamp(0.0, height),
        }))
    })
}

/// What looks most like a page, sure or not.
pub fn find(picture: &Picture) -> Option<Found> {
    look(picture, false).found
}

/// What is seen in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// As [`find`] has it.
    pub found: Option<Found>,
    /// How likely a page leaves the picture at a whole side, from 0 to 1.
    pub cut: f32,
}

/// What [`find`] gives, and whether a page leaves the picture.
pub fn see(picture: &Picture) -> Seen {
    look(picture, true)
}

fn look(picture: &Picture, is_cut_asked: bool) -> Seen {
    let small = reduced(picture, DETECTION_SIDE);
    let factor = picture.width() as f32 / small.width() as f32;
    let mut seen = Seen {
        found: None,
        cut: 0.0,
    };
    if let Some(edges) = edges::Edges::of(&small) {
        let lines = lines::find(&edges);
        seen.found = quads::best(&edges, &lines).map(|found| Found {
            quad: found.quad.scaled(factor),
            ..found
        });
        if is_cut_asked {
            seen.cut = cut::likelihood(&edges, &lines);
        }
    }
    seen
}

/// All quads of a picture that are weighed, the likeliest first, with what speaks for and against each: what the weights
/// are learned from (`cargo bench -p document --bench corners -- --learn 1000`). The picture's longest side is at most
/// `DETECTION_SIDE`.
pub fn candidates(picture: &Picture) -> Vec<(Quad, [f32; SIGNS])> {
    edges::Edges::of(picture).map_or_else(Vec::new, |edges| {
        quads::weighed(&edges, &lines::find(&edges))
    })
}

/// The picture with its longest side at most `side` pixels; each pixel is the mean of those that it stands for.
pub fn reduced(picture: &Picture, side: u32) -> Picture {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let longest = width.max(height);
    let side = side.max(1) as usize;
    if longest <= side {
        return picture.clone();
    }
    let new = |it: usize| (it * side / longest).max(1);
    let (new_width, new_height) = (new(width), new(height));
    let source = picture.pixels();
    let mut pixels = Vec::with_capacity(new_width * new_height * PIXEL_BYTES);
    let mut sums = vec![[0_u32; 4]; new_width];
    for y in 0..new_height {
        sums.fill([0; 4]);
        let (top, bottom) = (y * height / new_height, (y + 1) * height / new_height);
        for row in source
            .chunks_exact(width * PIXEL_BYTES)
            .take(bottom)
            .skip(top)
        {
            for (x, sum) in sums.iter_mut().enumerate() {
                let (left, right) = (x * width / new_width, (x + 1) * width / new_width);
                for pixel in row[left * PIXEL_BYTES..right * PIXEL_BYTES].chunks_exact(PIXEL_BYTES)
                {
                    (0..3).for_each(|c| sum[c] += u32::from(pixel[c]));
                }
                sum[3] += (right - left) as u32;
            }
        }
        for sum in &sums {
            let count = sum[3].max(1);
            let mean = |c: usize| ((sum[c] + count / 2) / count) as u8;
            pixels.extend([mean(0), mean(1), mean(2), 255]);
        }
    }
    Picture::new(new_width as u32, new_height as u32, pixels).unwrap_or_else(|| picture.clone())
}
