//! Which four lines bound a page.

use super::edges::Edges;
use super::lines::{Line, Rough};
use super::{Found, Point, Quad};
use crate::order::{from_greatest, nth};
use crate::perspective::{Projection, USUAL_FOCAL_LENGTH};

/// The least share of a side on which there is an edge.
const LEAST_EDGE: f32 = 0.3;
/// The same of all four.
const LEAST_MEAN_EDGE: f32 = 0.55;
/// How many quads with the most edge are looked at.
const MOST_CANDIDATES: usize = 4000;
/// The least area, as a share of the picture's.
const LEAST_AREA: f32 = 0.06;
/// How many of the best are looked at closely.
const LOOKED_AT: usize = 12;

/// What is known of a side of a quad.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    /// The share with an edge.
    pub edge: f32,
    /// The same near each corner.
    ends: [f32; 2],
    /// The same just beyond each corner, where a page has none.
    pub beyond: [f32; 2],
    /// The share of the edge with the same sign: 1 when inside is lighter all along, -1 when darker.
    pub sign: f32,
    /// The mean colour along it, on the page.
    pub inside: [f32; 3],
    /// The same beside the page.
    pub outside: [f32; 3],
    /// In pixels.
    pub length: f32,
}

impl Side {
    /// The part of a line from a place to another; the middle of the page tells which side is inside.
    pub fn of(line: &Line, from: (f32, f32), to: (f32, f32), middle: (f32, f32)) -> Self {
        let (a, b) = (line.place(from.0, from.1), line.place(to.0, to.1));
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        let length = b - a;
        let along = line.between(a + 0.03 * length, b - 0.03 * length);
        // A card's corners are round: its edge begins a little later.
        let (skip, part) = (0.05 * length, 0.17 * length);
        let more = (0.15 * length).clamp(6.0, 30.0);
        // Of the whole length: what cannot be seen does not speak for it.
        let share = |from: f32, to: f32| line.edges_between(from, to) / (to - from).max(1.0);
        let faces_in = line.normal.0 * middle.0 + line.normal.1 * middle.1 > line.distance;
        let mean = |it: [f32; 3]| it.map(|part| part / along.seen.max(1.0));
        let (inside, outside, sign) = if faces_in {
            (along.front, along.back, along.sign)
        } else {
            (along.back, along.front, -along.sign)
        };
        Self {
            edge: share(a + 0.03 * length, b - 0.03 * length),
            ends: [share(a + skip, a + part), share(b - part, b - skip)],
            beyond: [
                share(a - 4.0 - more, a - 4.0),
                share(b + 4.0, b + 4.0 + more),
            ],
            sign: sign / along.edge.max(1.0),
            inside: mean(inside),
            outside: mean(outside),
            length,
        }
    }

    /// How much inside and outside differ, from 0 to 1.
    pub fn contrast(&self) -> f32 {
        let contrast = distance(self.inside, self.outside);
        contrast / (contrast + 12.0)
    }
}

/// How much two colours differ.
pub fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let [x, y, z] = [0, 1, 2].map(|c| a[c] - b[c]);
    (x * x + y * y + z * z).sqrt()
}

/// Longest side by shortest: A4 and a passport's pages, a card (ISO/IEC 7810 ID-1).
const KNOWN_SHAPES: [f32; 2] = [std::f32::consts::SQRT_2, 1.585];

/// What speaks for and against a quad, each about from 0 to 1.
pub const SIGNS: usize = 20;

/// A line across two others: the share with an edge in between, which line it is, and where it meets them.
type Crossing = (f32, usize, (f32, f32), (f32, f32));

/// Four sides that may be a page's.
#[derive(Debug, Clone)]
struct Candidate {
    lines: [usize; 4],
    score: f32,
}

/// The quad that is most likely a page.
pub fn best(edges: &Edges, lines: &[Line]) -> Option<Found> {
    let candidates = candidates(edges, lines);
    from_greatest(candidates.iter().map(|it| it.score))
        .take(LOOKED_AT)
        .filter_map(|it| refined(edges, candidates[it].lines.map(|line| &lines[line])))
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
}

/// All that may be a page, the most likely first.
pub fn weighed(edges: &Edges, lines: &[Line]) -> Vec<(Quad, [f32; SIGNS])> {
    let candidates = candidates(edges, lines);
    from_greatest(candidates.iter().map(|it| it.score))
        .filter_map(|it| {
            let lines = candidates[it].lines.map(|line| &lines[line]);
            let quad = corners(lines)?;
            Some((in_picture(edges, &quad), signs(edges, &quad, lines)))
        })
        .collect()
}

/// A quad around the middle of the picture as one in its pixels.
fn in_picture(edges: &Edges, quad: &Quad) -> Quad {
    let (x, y) = (edges.width as f32 / 2.0, edges.height as f32 / 2.0);
    Quad(quad.0.map(|it| Point {
        x: it.x + x,
        y: it.y + y,
    }))
}

/// The corners that four lines have, relative to the middle of the picture. Corner 0 is where the last and the first
/// line meet; side 0 goes from there on the first line.
fn corners(lines: [&Line; 4]) -> Option<Quad> {
    let mut quad = Quad([Point { x: 0.0, y: 0.0 }; 4]);
    for it in 0..4 {
        let (x, y) = lines[(it + 3) % 4].meet(lines[it])?;
        quad.0[it] = Point { x, y };
    }
    Some(quad)
}

/// The mean of its corners.
pub fn middle(quad: &Quad) -> (f32, f32) {
    let mean = |of: fn(&Point) -> f32| quad.0.iter().map(of).sum::<f32>() / 4.0;
    (mean(|it| it.x), mean(|it| it.y))
}

fn signs(edges: &Edges, quad: &Quad, lines: [&Line; 4]) -> [f32; SIGNS] {
    let corners = quad.0.map(|it| (it.x, it.y));
    let middle = middle(quad);
    let sides =
        [0, 1, 2, 3].map(|it| Side::of(lines[it], corners[it], corners[(it + 1) % 4], middle));
    let around: f32 = sides.iter().map(|it| it.length).sum();
    // Of all sides, each by its length; and of the worst.
    let mean =
        |of: &dyn Fn(&Side) -> f32| sides.iter().map(|it| of(it) * it.length).sum::<f32>() / around;
    let least = |of: &dyn Fn(&Side) -> f32| sides.iter().map(of).fold(f32::INFINITY, f32::min);
    let inside = [0, 1, 2].map(|c| mean(&|it| it.inside[c]));
    let uneven = mean(&|it| distance(it.inside, inside));
    let worst = sides
        .iter()
        .map(|it| distance(it.inside, inside))
        .fold(0.0, f32::max);
    let area = quad.area() / (edges.width * edges.height) as f32;
    let bend = (0..4)
        .map(|it| {
            let (a, b) = (lines[it].normal, lines[(it + 1) % 4].normal);
            (a.0 * b.0 + a.1 * b.1).abs()
        })
        .fold(0.0, f32::max);
    let ratio = |a: f32, b: f32| a.min(b) / a.max(b);
    let focal = edges.width.max(edges.height) as f32 * USUAL_FOCAL_LENGTH;
    let (wide, skew) = Projection::of(quad).map_or((1.0, 1.0), |it| it.rectangle(focal));
    let shape = wide.max(1.0 / wide).ln();
    let mut ends = [0.0; 8];
    let mut beyond = [0.0; 8];
    for (it, side) in sides.iter().enumerate() {
        ends[2 * it..2 * it + 2].copy_from_slice(&side.ends);
        beyond[2 * it..2 * it + 2].copy_from_slice(&side.beyond);
    }
    [
        mean(&|it| it.edge),
        least(&|it| it.edge),
        mean(&|it| it.sign.abs()),
        mean(&Side::contrast),
        least(&Side::contrast),
        mean(&|it| it.sign).abs(),
        mean(&|it| it.sign).max(0.0),
        beyond.iter().sum::<f32>() / 8.0,
        nth(&beyond, 7),
        nth(&beyond, 6),
        nth(&ends, 0),
        nth(&ends, 1),
        uneven / (uneven + 15.0),
        worst / (worst + 20.0),
        area.sqrt(),
        bend,
        ratio(sides[0].length, sides[2].length) * ratio(sides[1].length, sides[3].length),
        KNOWN_SHAPES
            .iter()
            .map(|known| 1.0 - ((shape - known.ln()).abs() / 0.1).min(1.0))
            .fold(0.0, f32::max),
        skew.abs().min(0.4),
        least(&|it| {
            if it.inside[0] > it.outside[0] {
                it.contrast()
            } else {
                0.0
            }
        }),
    ]
}

/// The weight of each sign, and what is added.
const WEIGHTS: [f32; SIGNS] = [
    12.16, -1.86, -1.42, -0.07, 3.20, 0.05, 2.60, -4.62, -2.49, -2.03, 1.50, 3.38, 0.80, 0.31,
    7.39, -2.02, -2.77, 3.66, -14.43, 0.86,
];
const BIAS: f32 = -16.40;

fn score(signs: &[f32; SIGNS]) -> f32 {
    weighed_sum(signs, &WEIGHTS) + BIAS
}

/// The sum of all signs, each times its weight.
pub fn weighed_sum(signs: &[f32], weights: &[f32]) -> f32 {
    signs
        .iter()
        .zip(weights)
        .map(|(it, weight)| it * weight)
        .sum()
}

/// How likely something with this score is a page, from 0 to 1.
pub fn likelihood(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}

fn candidates(edges: &Edges, lines: &[Line]) -> Vec<Candidate> {
    let (w, h) = (edges.width as f32, edges.height as f32);
    let least = w.min(h) * 0.15;
    let mut bounded: Vec<(f32, [usize; 4])> = Vec::new();
    for (i, first) in lines.iter().enumerate() {
        for (j, second) in lines.iter().enumerate().skip(i + 1) {
            let same = first.normal.0 * second.normal.0 + first.normal.1 * second.normal.1;
            let apart = (first.distance - second.distance * same.signum()).abs();
            if same.abs() < 0.8 || apart < least * 0.5 {
                continue;
            }
            // Lines that cross both, with an edge in between.
            let mut across: Vec<Crossing> = Vec::new();
            for (k, third) in lines.iter().enumerate().skip(i + 1) {
                if k == j {
                    continue;
                }
                let (Some(a), Some(b)) = (first.meet(third), second.meet(third)) else {
                    continue;
                };
                let is_near = |it: (f32, f32)| it.0.abs() < w * 0.6 && it.1.abs() < h * 0.6;
                if is_near(a)
                    && is_near(b)
                    && let Some(edge) = edge_between(third, a, b, least)
                {
                    across.push((edge, k, a, b));
                }
            }
            for (at, &(start, k, a, b)) in across.iter().enumerate() {
                for &(end, l, d, c) in &across[at + 1..] {
                    let (Some(left), Some(right)) = (
                        edge_between(first, a, d, least),
                        edge_between(second, b, c, least),
                    ) else {
                        continue;
                    };
                    let edge = start + end + left + right;
                    if edge > 4.0 * LEAST_MEAN_EDGE {
                        bounded.push((edge, [k, j, l, i]));
                    }
                }
            }
        }
    }
    let candidate = |it: usize| {
        let (_, [k, j, l, i]) = bounded[it];
        // Either way around.
        [[k, j, l, i], [l, j, k, i]].into_iter().find_map(|sides| {
            let quad = sides.map(|it| &lines[it]);
            let corners = corners(quad).filter(Quad::is_convex)?;
            (corners.area() > LEAST_AREA * w * h).then(|| Candidate {
                lines: sides,
                score: score(&signs(edges, &corners, quad)),
            })
        })
    };
    from_greatest(bounded.iter().map(|it| it.0))
        .take(MOST_CANDIDATES)
        .filter_map(candidate)
        .collect()
}

/// The share of a line between two places that has an edge, when that is enough.
fn edge_between(line: &Line, from: (f32, f32), to: (f32, f32), least: f32) -> Option<f32> {
    let (from, to) = (line.place(from.0, from.1), line.place(to.0, to.1));
    let length = (to - from).abs();
    let edge = line.edges_between(from, to) / length.max(1.0);
    (length > least && edge > LEAST_EDGE).then_some(edge)
}

/// Each side fitted again between its corners, where the edge is the page's; what is beyond pulled at it before.
fn refined(edges: &Edges, lines: [&Line; 4]) -> Option<Found> {
    let quad = corners(lines)?;
    let mut fitted = Vec::with_capacity(4);
    for (it, line) in lines.iter().enumerate() {
        let (a, b) = (quad.0[it], quad.0[(it + 1) % 4]);
        let (a, b) = (line.place(a.x, a.y), line.place(b.x, b.y));
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        let rough = Rough {
            normal: line.normal,
            distance: line.distance,
        };
        let inset = 0.02 * (b - a);
        let fit = rough
            .fitted(edges, 2, a + inset, b - inset)
            .unwrap_or(rough);
        fitted.push(fit.walked(edges));
    }
    let lines = [&fitted[0], &fitted[1], &fitted[2], &fitted[3]];
    let quad = corners(lines)?;
    if !quad.is_convex() {
        return None;
    }
    let signs = signs(edges, &quad, lines);
    let confidence = likelihood(score(&signs));
    let mut quad = in_picture(edges, &quad);
    // The top left corner first.
    let far = |it: &Point| it.x + it.y;
    let first = (0..4).min_by(|a, b| far(&quad.0[*a]).total_cmp(&far(&quad.0[*b])))?;
    quad.0.rotate_left(first);
    Some(Found { quad, confidence })
}
