//! The page cut out of its picture and laid flat, with the shape that it has in reality.

use std::ops::Range;

use super::corners::{Point, Quad};
use super::perspective::{Projection, USUAL_FOCAL_LENGTH};
use crate::picture::{Area, PIXEL_BYTES, Picture};

/// Longest side by shortest of what consumers send: A4 (ISO 216), which is also a passport's two pages within one
/// percent, and a card (ISO/IEC 7810 ID-1, 85.60 by 53.98 mm).
const KNOWN_SHAPES: [f32; 2] = [std::f32::consts::SQRT_2, 85.60 / 53.98];

/// How near to a known shape one counts as it: 5 percent, less than half of the way between the two.
const NEAR_KNOWN: f32 = 0.05;

/// The least side of a page, in pixels. Less is not a page but a slip of the hand.
const LEAST_SIDE: f32 = 8.0;

/// The side of the squares that a page is made in, in pixels: so much of the photo is in memory at a time.
const TILE: u32 = 512;

/// How many pixels in a row are between two whose places are worked out. In between they are as good as even: less than
/// a hundredth of a pixel off.
const STRETCH: usize = 16;

/// The page, straightened, its longest side at most `longest_side` pixels and never more than it has in the picture.
/// `None` when the quad is not convex, has a side of less than 8 pixels, or is far outside the picture.
///
/// A picture of which many pixels become one is made smaller first, so that thin lines do not break.
pub fn straighten(picture: &Picture, quad: &Quad, longest_side: u32) -> Option<Picture> {
    let flat = Flat::of(quad, (picture.width(), picture.height()), longest_side)?;
    let mut page = flat.blank()?;
    for tile in flat.tiles() {
        flat.fill(&mut page, &tile, picture.part(tile.area)?);
    }
    Some(page)
}

/// A part of a page that is laid flat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The part of the photo that it is made of.
    pub area: Area,
    columns: Range<u32>,
    rows: Range<u32>,
}

/// A page that is to be laid flat.
#[derive(Debug, Clone, PartialEq)]
pub struct Flat {
    /// From the unit square into the photo.
    projection: Projection,
    photo: (u32, u32),
    wide: u32,
    high: u32,
    /// How many pixels of the photo become one before all else, each way.
    shrink: u32,
}

impl Flat {
    /// A page in a photo of this size, as [`straighten`] has it.
    pub fn of(quad: &Quad, photo: (u32, u32), longest_side: u32) -> Option<Self> {
        let (width, height) = (photo.0 as f32, photo.1 as f32);
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
        Some(Self {
            projection: Projection::of(quad)?,
            photo,
            wide: wide as u32,
            high: high as u32,
            shrink: ((most / longest) as u32).max(1),
        })
    }

    /// The page, still without its pixels. `None` when it is too large.
    pub fn blank(&self) -> Option<Picture> {
        let pixels = self.wide as usize * self.high as usize * PIXEL_BYTES;
        Picture::new(self.wide, self.high, vec![0; pixels])
    }

    /// The parts that it is made in. So the photo's pixels are never needed all at once.
    pub fn tiles(&self) -> impl Iterator<Item = Tile> {
        let starts = |length: u32| (0..length).step_by(TILE as usize);
        starts(self.high).flat_map(move |top| {
            starts(self.wide).map(move |left| {
                let (right, bottom) = (left + TILE, top + TILE);
                let (columns, rows) = (left..right.min(self.wide), top..bottom.min(self.high));
                Tile {
                    area: self.area(columns.clone(), rows.clone()),
                    columns,
                    rows,
                }
            })
        })
    }

    /// Makes a part of the page of what is in its area of the photo.
    pub fn fill(&self, page: &mut Picture, tile: &Tile, part: Picture) {
        let source = Source::of(part, tile.area, self.shrink);
        let (left, right) = (tile.columns.start as usize, tile.columns.end as usize);
        let columns = left * PIXEL_BYTES..right * PIXEL_BYTES;
        let row_bytes = self.wide as usize * PIXEL_BYTES;
        let rows = page.pixels_mut().chunks_exact_mut(row_bytes);
        for (y, row) in tile.rows.clone().zip(rows.skip(tile.rows.start as usize)) {
            self.sample(&source, tile.columns.start, y, &mut row[columns.clone()]);
        }
    }

    /// Where a pixel of the page is in the photo.
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f, g, h, i] = self.projection.0;
        let (u, v) = (x / self.wide as f32, y / self.high as f32);
        let w = 1.0 / (g * u + h * v + i);
        ((a * u + b * v + c) * w, (d * u + e * v + f) * w)
    }

    /// The part of the photo that shows these pixels of the page, with what lies around them.
    fn area(&self, columns: Range<u32>, rows: Range<u32>) -> Area {
        let corners = [columns.start, columns.end]
            .map(|x| [rows.start, rows.end].map(|y| self.place(x as f32, y as f32)));
        let corners = corners.as_flattened();
        // Whole squares of those that become one pixel, and one of these more on each side.
        let side = |of: fn(&(f32, f32)) -> f32, length: u32| {
            let (least, most) = corners
                .iter()
                .map(of)
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), it| {
                    (least.min(it), most.max(it))
                });
            let step = self.shrink as f32;
            let last = (length - 1) / self.shrink;
            let first = ((least / step - 1.5).max(0.0) as u32).min(last);
            let end = ((most / step + 1.5).max(0.0).ceil() as u32).max(first + 2);
            let first = first * self.shrink;
            (first, (end * self.shrink).min(length) - first)
        };
        let (left, width) = side(|it| it.0, self.photo.0);
        let (top, height) = side(|it| it.1, self.photo.1);
        Area {
            left,
            top,
            width,
            height,
        }
    }

    /// A row of the page from its column `left` on, each pixel from the four around its place.
    fn sample(&self, source: &Source, left: u32, y: u32, row: &mut [u8]) {
        let y = y as f32 + 0.5;
        // In 65,536ths: whole numbers are quicker than fractions.
        let fixed = |it: f32| (it.clamp(-16e3, 16e3) * 65536.0) as i32;
        let at = |x: usize| {
            let (x, y) = self.place(left as f32 + x as f32 + 0.5, y);
            (
                (x - source.left) * source.scale - 0.5,
                (y - source.top) * source.scale - 0.5,
            )
        };
        let mut from = at(0);
        let step = 1.0 / STRETCH as f32;
        for (number, stretch) in row.chunks_mut(STRETCH * PIXEL_BYTES).enumerate() {
            let to = at((number + 1) * STRETCH);
            let (mut x, mut y) = (fixed(from.0), fixed(from.1));
            let (dx, dy) = (fixed((to.0 - from.0) * step), fixed((to.1 - from.1) * step));
            for pixel in stretch.as_chunks_mut().0 {
                *pixel = source.between(x, y);
                x += dx;
                y += dy;
            }
            from = to;
        }
    }
}

/// The pixels that a part of the page is made of.
struct Source {
    /// At least two of them each way.
    picture: Picture,
    /// Where they begin in the photo.
    left: f32,
    top: f32,
    /// How many of them a pixel of the photo is.
    scale: f32,
}

impl Source {
    fn of(picture: Picture, area: Area, shrink: u32) -> Self {
        Self {
            picture: shrunk(picture, shrink),
            left: area.left as f32,
            top: area.top as f32,
            scale: 1.0 / shrink as f32,
        }
    }

    /// The colour between the four pixels around a place, which is in 65,536ths of a pixel.
    #[inline(always)]
    fn between(&self, x: i32, y: i32) -> [u8; PIXEL_BYTES] {
        /// Every second byte: two colours of a pixel, and the same two of the next. So four are worked out at once.
        const EVEN: u64 = 0x00FF_00FF_00FF_00FF;
        const HALF: u64 = 0x0080_0080_0080_0080;
        let width = self.picture.width() as usize;
        let last = |length: u32| ((length as i32 - 1) << 16) - 1;
        let x = x.clamp(0, last(self.picture.width())) as u32;
        let y = y.clamp(0, last(self.picture.height())) as u32;
        let at = ((y >> 16) as usize * width + (x >> 16) as usize) * PIXEL_BYTES;
        let around = &self.picture.pixels()[at..][..(width + 2) * PIXEL_BYTES];
        let (over, under) = (around.first_chunk(), around.last_chunk());
        let [over, under] = [over, under].map(|it| it.map_or(0, |it| u64::from_le_bytes(*it)));
        let (right, down) = (u64::from(x >> 8 & 255), u64::from(y >> 8 & 255));
        let mix = |over: u64, under: u64| {
            let mixed = (over & EVEN) * (256 - down) + (under & EVEN) * down + HALF;
            let mixed = (mixed >> 8) & EVEN;
            let mixed = (mixed & 0xFFFF_FFFF) * (256 - right) + (mixed >> 32) * right + HALF;
            (mixed >> 8) & EVEN
        };
        let colours = mix(over, under) | (mix(over >> 8, under >> 8) << 8);
        (colours as u32).to_le_bytes()
    }
}

/// The picture with squares of so many pixels made one, and at least two each way.
fn shrunk(picture: Picture, by: u32) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    if by <= 1 && width > 1 && height > 1 {
        return picture;
    }
    let last = |length: u32| (length / by).max(1) - 1;
    let mut pixels = Vec::new();
    for y in 0..(height / by).max(2) {
        for x in 0..(width / by).max(2) {
            let (left, top) = (x.min(last(width)) * by, y.min(last(height)) * by);
            let mut sum = [0; PIXEL_BYTES];
            let mut count = 0;
            for y in top..(top + by).min(height) {
                let at = (y * width + left) as usize * PIXEL_BYTES;
                let end = at + by.min(width - left) as usize * PIXEL_BYTES;
                for pixel in picture.pixels()[at..end].chunks_exact(PIXEL_BYTES) {
                    (0..PIXEL_BYTES).for_each(|part| sum[part] += u32::from(pixel[part]));
                    count += 1;
                }
            }
            pixels.extend(sum.map(|sum| ((sum + count / 2) / count) as u8));
        }
    }
    Picture::new((width / by).max(2), (height / by).max(2), pixels).unwrap_or(picture)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corners::reduced;

    /// A picture that is larger than a tile, of waves that are wide enough to stay when it is made smaller.
    fn waves(width: u32, height: u32) -> Picture {
        let wave = |it: u32, length: f32| 127.5 + 120.0 * (it as f32 / length).sin();
        let pixel = |at: u32| {
            let (x, y) = (at % width, at / width);
            [wave(x, 40.0), wave(y, 50.0), wave(x + y, 60.0), 255.0].map(|it| it as u8)
        };
        let pixels = (0..width * height).flat_map(pixel).collect();
        Picture::new(width, height, pixels).unwrap()
    }

    /// The most that two pictures of one size differ.
    fn difference(a: &Picture, b: &Picture) -> u8 {
        assert_eq!((a.width(), a.height()), (b.width(), b.height()));
        let parts = a.pixels().iter().zip(b.pixels());
        parts.map(|(a, b)| a.abs_diff(*b)).max().unwrap()
    }

    #[test]
    fn a_page_that_lies_flat_stays_as_it_is() {
        let picture = waves(1200, 900);
        let whole = [(0.0, 0.0), (1200.0, 0.0), (1200.0, 900.0), (0.0, 900.0)];
        let whole = Quad(whole.map(|(x, y)| Point { x, y }));
        assert!(difference(&straighten(&picture, &whole, 1200).unwrap(), &picture) <= 1);
        let small = straighten(&picture, &whole, 400).unwrap();
        assert!(difference(&small, &reduced(&picture, 400)) <= 1);
    }
}
