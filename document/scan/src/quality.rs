//! What a consumer could do better about a photo before they send it. It is advice, never a barrier: each measure is
//! set so that a good photo hardly ever gets any (`cargo bench -p document --bench corners` prints how often).

use super::corners::{self, Point, Quad, SURE, Seen};
use super::order::{from_greatest, from_least, nth};
use super::straighten::shape;
use crate::picture::{PIXEL_BYTES, Picture};
use serde::{Deserialize, Serialize};

/// What could be better about a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Advice {
    /// Text has no sharp edges: out of focus, or the hand moved.
    Blurred,
    /// Too little light on the paper.
    Dark,
    /// Too few pixels for the text.
    Small,
    /// A light is mirrored on the page and hides what is below.
    Glare,
    /// A corner of the page is outside the picture.
    CornerMissing,
}

/// The longest side, in pixels, of the picture to be judged. On a page of A4 that fills it, this is 137 pixels in an
/// inch: what is not sharp then cannot be read well.
pub const JUDGED_SIDE: u32 = 1600;

/// The least of the measure of sharpness: no good photo among the drawn ones has less than twice that, nearly all that are
/// out of focus or moved have.
pub const SHARP: f32 = 0.13;
/// The least light of the lightest fifth of the page, of 255.
const LIGHT: f32 = 92.0;
/// The least longest side of a page, in pixels of the original: A4 with 85 pixels in an inch.
const PAGE_SIDE: f32 = 1000.0;
/// The same of a card, which has fewer letters.
const CARD_SIDE: f32 = 560.0;
/// The share of the page that mirrors a light.
const GLARE_SHARE: f32 = 0.006;

/// From this confidence on, a page that leaves the picture gets advice. It is less than to cut: a word costs less.
const FAIRLY_SURE: f32 = 0.1;

/// Judges a photo. The picture is the photo with its longest side at `JUDGED_SIDE`, or as it is when it is smaller; the
/// quad is in pixels of that picture, and `original_side` is the longest side of the photo itself, in pixels. Without a
/// quad the whole picture is judged.
pub fn judge(picture: &Picture, quad: Option<&Quad>, original_side: u32) -> Vec<Advice> {
    judge_seen(picture, quad, corners::see(picture), original_side)
}

/// The same, when it is known already what [`corners::see`] gives of the picture.
pub fn judge_seen(
    picture: &Picture,
    quad: Option<&Quad>,
    seen: Seen,
    original_side: u32,
) -> Vec<Advice> {
    let quad = quad.filter(|it| it.is_convex());
    let measures = Measures::of(picture, quad);
    let mut advice = Vec::new();
    if measures.sharpness.is_some_and(|it| it < SHARP) {
        advice.push(Advice::Blurred);
    }
    if measures.light < LIGHT {
        advice.push(Advice::Dark);
    }
    if is_small(picture, quad, original_side) {
        advice.push(Advice::Small);
    }
    if measures.glare > GLARE_SHARE {
        advice.push(Advice::Glare);
    }
    if is_cut_off(picture, quad, seen) {
        advice.push(Advice::CornerMissing);
    }
    advice
}

fn is_small(picture: &Picture, quad: Option<&Quad>, original_side: u32) -> bool {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let original = original_side as f32;
    let Some(quad) = quad else {
        return original < PAGE_SIDE;
    };
    let factor = original / width.max(height);
    let longest = (0..4)
        .map(|it| {
            let (a, b) = (quad.0[it], quad.0[(it + 1) % 4]);
            (b.x - a.x).hypot(b.y - a.y) * factor
        })
        .fold(0.0, f32::max);
    let shape = shape(quad, width, height).map_or(1.0, |it| it.max(1.0 / it));
    let is_card = shape > 1.5;
    longest < if is_card { CARD_SIDE } else { PAGE_SIDE }
}

/// Whether a corner is outside. Without a quad there may be a page all the same, which was not cut out because of that.
fn is_cut_off(picture: &Picture, quad: Option<&Quad>, seen: Seen) -> bool {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let slack = width.max(height) * 0.004;
    let is_out =
        |it: &Point| it.x < slack || it.y < slack || it.x > width - slack || it.y > height - slack;
    let found = seen.found.filter(|it| it.confidence > FAIRLY_SURE);
    let is_cut = seen.cut > SURE && found.is_none_or(|it| it.confidence < seen.cut);
    is_cut
        || match quad {
            Some(quad) => quad.0.iter().any(is_out),
            None => found.is_some_and(|it| it.quad.0.iter().any(is_out)),
        }
}

/// What was measured of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// How sharp the edges of text are, whatever their contrast; `None` without any.
    pub sharpness: Option<f32>,
    /// The variance of the Laplacian over the whole page (Pech-Pacheco 2000), to compare with.
    pub laplacian: f32,
    /// The light of the lightest fifth of the page, of 255.
    pub light: f32,
    /// The share of the page that mirrors a light.
    pub glare: f32,
}

/// The side of a tile, in pixels.
const TILE: usize = 32;
/// How far from a pixel those are, in pixels, that it is compared with. Nearer ones have more of what a JPEG adds and
/// loses, which a photo that is not sharp has as well.
const STEP: usize = 3;

#[derive(Debug, Clone, Copy)]
struct Tile {
    /// Of the brightness.
    variance: f32,
    /// The variance of the Laplacian.
    laplacian: f32,
    /// The variance of the second difference across, down, and on both diagonals, over `STEP` pixels.
    bends: [f32; 4],
    /// The mean light.
    mean: f32,
    high: f32,
}

impl Measures {
    /// Measures a page, or the whole picture.
    pub fn of(picture: &Picture, quad: Option<&Quad>) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let lights: Vec<f32> = picture
            .pixels()
            .chunks_exact(PIXEL_BYTES)
            .map(|it| {
                0.299 * f32::from(it[0]) + 0.587 * f32::from(it[1]) + 0.114 * f32::from(it[2])
            })
            .collect();
        let mut tiles = Vec::new();
        let starts = |of: usize| (STEP..of.saturating_sub(TILE + STEP - 1)).step_by(TILE);
        for top in starts(height) {
            for left in starts(width) {
                // Whole tiles of the page alone: its own edge says nothing of its text.
                if quad.is_none_or(|it| covers(it, left as f32, top as f32)) {
                    tiles.push(Tile::of(&lights, width, left, top));
                }
            }
        }
        if tiles.is_empty() {
            let mean = lights.iter().sum::<f32>() / lights.len() as f32;
            return Self {
                sharpness: None,
                laplacian: 0.0,
                light: mean,
                glare: 0.0,
            };
        }
        let highs: Vec<f32> = tiles.iter().map(|it| it.high).collect();
        let paper = nth(&highs, highs.len() / 2);
        let mirrors = |it: &&Tile| it.mean > 247.0 && paper < 236.0;
        Self {
            sharpness: sharpness(&tiles),
            laplacian: tiles.iter().map(|it| it.laplacian).sum::<f32>() / tiles.len() as f32,
            light: nth(&highs, highs.len() * 4 / 5),
            glare: tiles.iter().filter(mirrors).count() as f32 / tiles.len() as f32,
        }
    }
}

impl Tile {
    fn of(lights: &[f32], width: usize, left: usize, top: usize) -> Self {
        let (mut sum, mut square, mut laplacian, mut high) = (0.0, 0.0, 0.0, 0.0_f32);
        let mut bends = [0.0; 4];
        // A diagonal step is as long with a pixel less on each side.
        let (across, down) = (STEP - 1, (STEP - 1) * width);
        let steps = [STEP, STEP * width, down - across, down + across];
        for y in top..top + TILE {
            for x in left..left + TILE {
                let at = y * width + x;
                let here = lights[at];
                sum += here;
                square += here * here;
                let across = |step: usize| lights[at - step] + lights[at + step] - 2.0 * here;
                laplacian += (across(1) + across(width)).powi(2);
                for (bend, step) in bends.iter_mut().zip(steps) {
                    *bend += across(step).powi(2);
                }
                high = high.max(here);
            }
        }
        let count = (TILE * TILE) as f32;
        let mean = sum / count;
        Self {
            variance: (square / count - mean * mean).max(0.0),
            laplacian: laplacian / count,
            bends: bends.map(|it| it / count),
            mean,
            high,
        }
    }
}

/// The variance of the second difference divided by that of the brightness, without what noise adds to both, in the
/// tiles with the most contrast. Division makes it the same for pale and for dark ink (as the normalised measures in
/// Pertuz 2013, "Analysis of focus measure operators"); it is measured where there is text, so that an empty page counts
/// as well. Of four directions the least counts, and the less the more there is across it: a camera that moved
/// leaves edges along its way sharp.
fn sharpness(tiles: &[Tile]) -> Option<f32> {
    // The flattest tiles have noise alone. White noise has a second difference 6 times its own variance.
    let flat = from_least(tiles.iter().map(|it| it.laplacian)).nth(tiles.len() / 20)?;
    let noise = tiles[flat].bends;
    let grain = noise[0] / 6.0;
    let few = (tiles.len() / 6).max(1);
    let text: Vec<&Tile> = from_greatest(tiles.iter().map(|it| it.variance))
        .take(few)
        .map(|it| &tiles[it])
        .filter(|it| it.variance > 60.0 + 20.0 * grain)
        .collect();
    if text.is_empty() {
        return None;
    }
    // A page is as sharp as its sharper parts: a photo on it has soft edges of its own.
    let of_direction = |direction: usize| {
        let ratio =
            |it: &&Tile| (it.bends[direction] - noise[direction]).max(0.0) / (it.variance - grain);
        let values: Vec<f32> = text.iter().map(ratio).collect();
        nth(&values, values.len() * 3 / 4)
    };
    let values = [0, 1, 2, 3].map(of_direction);
    // Each beside the one across it.
    let share = |it: usize| values[it] * values[it] / values[it ^ 1].max(1e-6);
    (0..4).map(share).min_by(f32::total_cmp)
}

fn covers(quad: &Quad, left: f32, top: f32) -> bool {
    let far = TILE as f32;
    [(0.0, 0.0), (far, 0.0), (0.0, far), (far, far)]
        .into_iter()
        .all(|(dx, dy)| {
            (0..4).all(|it| {
                let (a, b) = (quad.0[it], quad.0[(it + 1) % 4]);
                (b.x - a.x) * (top + dy - a.y) - (b.y - a.y) * (left + dx - a.x) > 0.0
            })
        })
}
