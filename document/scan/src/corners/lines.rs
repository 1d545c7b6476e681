//! The long straight edges of a picture: a Hough transform in which each pixel votes only for lines across its change.

use super::edges::Edges;
use crate::order::from_greatest;
use std::iter;

/// The most lines that are looked at.
const MOST_LINES: usize = 90;
const ANGLES: usize = 180;
/// How many degrees a pixel's own direction may be off.
const SPREAD: usize = 5;

/// Colours beside a line are looked at once in as many places.
const STEP: usize = 4;

/// What is added up along a line, from its start to each place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Along {
    /// Places of which the colours were looked at.
    pub seen: f32,
    /// Places with an edge.
    pub edge: f32,
    /// The same, with the sign of the change of brightness along the normal.
    pub sign: f32,
    /// Colours beside the line where the normal points to.
    pub front: [f32; 3],
    /// Colours on the other side.
    pub back: [f32; 3],
}

impl Along {
    fn plus(&self, other: &Self, factor: f32) -> Self {
        let sum = |a: [f32; 3], b: [f32; 3]| [0, 1, 2].map(|c| a[c] + factor * b[c]);
        Self {
            seen: self.seen + factor * other.seen,
            edge: self.edge + factor * other.edge,
            sign: self.sign + factor * other.sign,
            front: sum(self.front, other.front),
            back: sum(self.back, other.back),
        }
    }
}

/// A straight edge. Places are relative to the middle of the picture.
#[derive(Debug, Clone)]
pub struct Line {
    /// The normal, of length 1.
    pub normal: (f32, f32),
    /// The distance from the middle of the picture.
    pub distance: f32,
    /// After each `STEP` places.
    sums: Vec<Along>,
    /// The places with an edge, up to each place: they are asked for very often.
    edges: Vec<u16>,
    half: i32,
}

impl Line {
    /// How many places between two have an edge.
    pub fn edges_between(&self, from: f32, to: f32) -> f32 {
        let (from, to) = (self.index(from), self.index(to));
        f32::from(self.edges[to].abs_diff(self.edges[from]))
    }

    fn index(&self, place: f32) -> usize {
        let index = (place + self.half as f32 + 0.5) as i32;
        (index.max(0) as usize).min(self.edges.len() - 1)
    }

    /// What is between two places, in pixels along the line from the foot of the normal.
    pub fn between(&self, from: f32, to: f32) -> Along {
        let (from, to) = if from < to { (from, to) } else { (to, from) };
        let at = |it: f32| &self.sums[self.index(it) / STEP];
        at(to).plus(at(from), -1.0)
    }

    /// How many pixels of the line are in the picture, between two places.
    pub fn seen_between(&self, from: f32, to: f32) -> f32 {
        self.between(from, to).seen * STEP as f32
    }

    /// The point at a place.
    pub fn point(&self, place: f32) -> (f32, f32) {
        let (x, y) = self.normal;
        (x * self.distance - y * place, y * self.distance + x * place)
    }

    /// Where on the line a place is.
    pub fn place(&self, x: f32, y: f32) -> f32 {
        -self.normal.1 * x + self.normal.0 * y
    }

    /// Where two lines meet.
    pub fn meet(&self, other: &Self) -> Option<(f32, f32)> {
        let ((a, b), (c, d)) = (self.normal, other.normal);
        let size = a * d - b * c;
        (size.abs() > 0.2).then(|| {
            (
                (d * self.distance - b * other.distance) / size,
                (a * other.distance - c * self.distance) / size,
            )
        })
    }
}

/// The lines of a picture, the strongest first.
pub fn find(edges: &Edges) -> Vec<Line> {
    let mut lines = Vec::new();
    for rough in peaks(edges) {
        let Some(fitted) = rough.fitted(edges, 3, f32::NEG_INFINITY, f32::INFINITY) else {
            continue;
        };
        let is_known = lines.iter().any(|it: &Line| {
            let (x, y) = it.normal;
            let same = x * fitted.normal.0 + y * fitted.normal.1;
            same.abs() > 0.9998 && (it.distance - fitted.distance * same.signum()).abs() < 1.5
        });
        if !is_known {
            lines.push(fitted.walked(edges));
        }
    }
    lines
}

/// A line that was not looked at closely.
#[derive(Debug, Clone, Copy)]
pub struct Rough {
    /// The normal, of length 1.
    pub normal: (f32, f32),
    /// The distance from the middle of the picture.
    pub distance: f32,
}

/// An edge near a place of a line.
struct Near {
    off: f32,
    sign: f32,
}

impl Rough {
    fn place(&self, along: f32, off: f32, edges: &Edges) -> (f32, f32) {
        let (nx, ny) = self.normal;
        let far = self.distance + off;
        (
            edges.width as f32 / 2.0 + nx * far - ny * along,
            edges.height as f32 / 2.0 + ny * far + nx * along,
        )
    }

    /// The strongest edge along the line at a place of it.
    fn near(&self, edges: &Edges, along: f32, reach: i32) -> Option<Near> {
        let (nx, ny) = self.normal;
        let (x, y) = self.place(along, 0.0, edges);
        let (right, bottom) = (edges.width as f32 - 1.0, edges.height as f32 - 1.0);
        let (mut most, mut best) = (0.0, None);
        for off in -reach..=reach {
            let off = off as f32;
            let (x, y) = (x + nx * off, y + ny * off);
            if !(x >= 1.0 && y >= 1.0 && x < right && y < bottom) {
                continue;
            }
            let change = &edges.changes[y as usize * edges.width + x as usize];
            if change.size < edges.threshold {
                continue;
            }
            let across = change.x * nx + change.y * ny;
            // Near to the line counts more, so that a stronger neighbour does not take its place.
            let worth = across.abs() * (1.0 - 0.08 * off.abs());
            if across.abs() > 0.9 * change.size && worth > most {
                most = worth;
                let sign = if change.of_light {
                    across.signum()
                } else {
                    0.0
                };
                best = Some(Near { off, sign });
            }
        }
        best
    }

    /// The line through the edges near it, from a place of it to another.
    pub fn fitted(&self, edges: &Edges, reach: i32, from: f32, to: f32) -> Option<Self> {
        let half = (edges.width as f32).hypot(edges.height as f32) / 2.0;
        let (from, to) = (from.max(-half) as i32, to.min(half) as i32);
        let mut line = *self;
        for round in 0..2 {
            let reach = if round == 0 { reach } else { 2 };
            let points: Vec<(f32, f32)> = (from..=to)
                .step_by(3)
                .filter_map(|along| {
                    let near = line.near(edges, along as f32, reach)?;
                    // The middle of the pixel that was looked at, not the place itself.
                    let (x, y) = line.place(along as f32, near.off, edges);
                    let (x, y) = (x.floor() + 0.5, y.floor() + 0.5);
                    let (dx, dy) = (x - edges.width as f32 / 2.0, y - edges.height as f32 / 2.0);
                    let (nx, ny) = line.normal;
                    let peak = line.peak(edges, x as usize, y as usize);
                    Some((-ny * dx + nx * dy, nx * dx + ny * dy - line.distance + peak))
                })
                .collect();
            if points.len() < 4 {
                return None;
            }
            let count = points.len() as f32;
            let mean_t = points.iter().map(|it| it.0).sum::<f32>() / count;
            let mean_o = points.iter().map(|it| it.1).sum::<f32>() / count;
            let spread: f32 = points.iter().map(|it| (it.0 - mean_t).powi(2)).sum();
            let tilt: f32 = points
                .iter()
                .map(|it| (it.0 - mean_t) * (it.1 - mean_o))
                .sum();
            let slope = (tilt / spread.max(1.0)).clamp(-0.1, 0.1);
            // The foot moves with the turn.
            let (nx, ny) = line.normal;
            let (x, y) = (nx + ny * slope, ny - nx * slope);
            let length = x.hypot(y);
            line = Self {
                normal: (x / length, y / length),
                distance: (line.distance + mean_o - slope * mean_t) / length,
            };
        }
        Some(line)
    }

    /// How far from a pixel the change is largest, by a parabola through it and its neighbours across the line.
    fn peak(&self, edges: &Edges, x: usize, y: usize) -> f32 {
        let (nx, ny) = self.normal;
        let (step, length) = if nx.abs() > ny.abs() {
            (1, nx)
        } else {
            (edges.width, ny)
        };
        let at = y * edges.width + x;
        let size = |at: usize| edges.changes.get(at).map_or(0.0, |it| it.size);
        let (before, here, after) = (size(at.saturating_sub(step)), size(at), size(at + step));
        let bend = before - 2.0 * here + after;
        if bend >= -1e-3 {
            return 0.0;
        }
        ((before - after) / (2.0 * bend)).clamp(-0.5, 0.5) * length
    }

    /// The line with what is along it.
    pub fn walked(&self, edges: &Edges) -> Line {
        let half = ((edges.width as f32).hypot(edges.height as f32) / 2.0).ceil() as i32 + 1;
        let count = 2 * half as usize + 1;
        let mut sums = Vec::with_capacity(count / STEP + 2);
        let mut counts = Vec::with_capacity(count + 1);
        let (mut sum, mut edge) = (Along::default(), 0_u16);
        sums.push(sum);
        counts.push(edge);
        let colour = |along: f32, off: f32| {
            let (x, y) = self.place(along, off, edges);
            let x = (x.max(0.0) as usize).min(edges.width - 1);
            let y = (y.max(0.0) as usize).min(edges.height - 1);
            edges.colours[y * edges.width + x]
        };
        for (it, along) in (-half..=half).enumerate() {
            let along = along as f32;
            let (x, y) = self.place(along, 0.0, edges);
            if x >= 0.0 && y >= 0.0 && x < edges.width as f32 && y < edges.height as f32 {
                if let Some(near) = self.near(edges, along, 2) {
                    edge += 1;
                    sum.edge += 1.0;
                    sum.sign += near.sign;
                }
                if it % STEP == STEP / 2 {
                    let here = Along {
                        seen: 1.0,
                        front: colour(along, 4.0),
                        back: colour(along, -4.0),
                        ..Along::default()
                    };
                    sum = sum.plus(&here, 1.0);
                }
            }
            counts.push(edge);
            if it % STEP == STEP - 1 {
                sums.push(sum);
            }
        }
        sums.push(sum);
        Line {
            normal: self.normal,
            distance: self.distance,
            sums,
            edges: counts,
            half,
        }
    }
}

/// Whether the change is the same on both sides along the edge. Noise does not go on.
fn goes_on(edges: &Edges, x: usize, y: usize) -> bool {
    let at = y * edges.width + x;
    let here = &edges.changes[at];
    let step = if here.x.abs() > 2.4 * here.y.abs() {
        edges.width
    } else if here.y.abs() > 2.4 * here.x.abs() {
        1
    } else if (here.x > 0.0) == (here.y > 0.0) {
        edges.width - 1
    } else {
        edges.width + 1
    };
    [at - step, at + step].iter().all(|at| {
        let next = &edges.changes[*at];
        let along = here.x * next.x + here.y * next.y;
        along > 0.5 * here.size * here.size.min(2.0 * next.size)
    })
}

/// The normals of lines at each degree.
fn normals() -> Vec<(f32, f32)> {
    // Each a degree on: the cosine and sine of one degree.
    let (x, y) = (0.999_847_695_156_391_3, 0.017_452_406_437_283_51);
    let turned = |it: &(f64, f64)| Some((it.0 * x - it.1 * y, it.0 * y + it.1 * x));
    iter::successors(Some((1.0, 0.0)), turned)
        .take(ANGLES)
        .map(|(x, y)| (x as f32, y as f32))
        .collect()
}

/// The lines with the most votes.
fn peaks(edges: &Edges) -> Vec<Rough> {
    let half = ((edges.width as f32).hypot(edges.height as f32) / 2.0).ceil() as usize + 2;
    let distances = 2 * half + 1;
    let mut votes = vec![0.0_f32; ANGLES * distances];
    let normals = normals();
    for y in 2..edges.height - 2 {
        for x in 2..edges.width - 2 {
            if !edges.is_ridge(x, y) {
                continue;
            }
            let change = &edges.changes[y * edges.width + x];
            if !goes_on(edges, x, y) {
                continue;
            }
            let weight = (change.size / (1.6 * edges.threshold)).min(1.0);
            let angle = change.y.atan2(change.x).to_degrees().rem_euclid(180.0);
            let (dx, dy) = (
                x as f32 + 0.5 - edges.width as f32 / 2.0,
                y as f32 + 0.5 - edges.height as f32 / 2.0,
            );
            for turn in 0..=2 * SPREAD {
                let at = (angle as usize + ANGLES + turn - SPREAD) % ANGLES;
                let far = dx * normals[at].0 + dy * normals[at].1 + half as f32;
                votes[at * distances + far.round() as usize] += weight;
            }
        }
    }
    let least = edges.width.min(edges.height) as f32 * 0.05;
    let mut found: Vec<(f32, Rough)> = Vec::new();
    // A line between two cells has half of its votes in each.
    for row in votes.chunks_exact_mut(distances) {
        let mut before = 0.0;
        for far in 0..distances - 1 {
            let here = row[far];
            row[far] = (before + row[far + 1]) * 0.5 + here;
            before = here;
        }
    }
    let sum = |angle: usize, far: usize| votes[angle * distances + far];
    for (angle, normal) in normals.iter().enumerate() {
        for far in 2..distances - 2 {
            let here = sum(angle, far);
            if here < least {
                continue;
            }
            let is_peak = (0..5).all(|turn| {
                let (next, mirrored) = match angle + turn {
                    it if it < 2 => (it + ANGLES - 2, true),
                    it if it >= ANGLES + 2 => (it - ANGLES - 2, true),
                    it => (it - 2, false),
                };
                let far = if mirrored { distances - 1 - far } else { far };
                (far.max(3) - 2..=(far + 2).min(distances - 2)).all(|it| {
                    let other = sum(next, it.max(1));
                    other < here || (other == here && (next, it) >= (angle, far))
                })
            });
            if is_peak {
                let rough = Rough {
                    normal: *normal,
                    distance: far as f32 - half as f32,
                };
                found.push((here, rough));
            }
        }
    }
    from_greatest(found.iter().map(|it| it.0))
        .take(MOST_LINES)
        .map(|it| found[it].1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_are_a_degree_apart() {
        let normals = normals();
        assert_eq!(normals.len(), ANGLES);
        for (angle, (x, y)) in normals.into_iter().enumerate() {
            let (sine, cosine) = (angle as f64).to_radians().sin_cos();
            assert!((f64::from(x) - cosine).abs() < 1e-7, "{angle}");
            assert!((f64::from(y) - sine).abs() < 1e-7, "{angle}");
        }
    }
}
