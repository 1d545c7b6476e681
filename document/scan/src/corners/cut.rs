//! Whether a page leaves the picture: its fourth side cannot be seen then, so that no quad bounds it. What can be seen
//! is one side, and two that run from it into the picture's border.

use super::edges::Edges;
use super::lines::Line;
use super::quads::{self, Side, weighed_sum};
use super::{Point, Quad};

/// The least share with an edge of a side into the border, and of the one between two of them.
const LEAST_EDGE: (f32, f32) = (0.75, 0.6);

/// How many sides into the border are looked at for each line, of the strongest lines: squared paper has very many.
const MOST_ARMS: usize = 64;

/// What speaks for and against a page that is cut off, each about from 0 to 1.
const SIGNS: usize = 8;

/// The weight of each sign, and what is added. They were learned as those of quads, and 0.8 more is added: so two of three
/// pages that are cut off are told, and 3 of 200 good ones.
const WEIGHTS: [f32; SIGNS] = [3.46, 8.04, 3.19, 1.12, 7.76, -4.77, -2.14, 3.98];
const BIAS: f32 = -18.75;

/// A side from a corner into the picture's border.
struct Arm<'a> {
    line: &'a Line,
    corner: (f32, f32),
    exit: (f32, f32),
    /// The share with an edge just before the border.
    end: f32,
}

/// How likely there is such a page, from 0 to 1.
pub fn likelihood(edges: &Edges, lines: &[Line]) -> f32 {
    let mut most = f32::NEG_INFINITY;
    let (w, h) = (edges.width as f32, edges.height as f32);
    let least = w.min(h) * 0.15;
    for base in lines {
        let mut arms: Vec<Arm<'_>> = Vec::new();
        for line in lines {
            let Some(corner) = base.meet(line) else {
                continue;
            };
            if corner.0.abs() > w * 0.5 || corner.1.abs() > h * 0.5 {
                continue;
            }
            let from = line.place(corner.0, corner.1);
            for way in [-1.0, 1.0] {
                let end = way * f32::INFINITY;
                let length = line.seen_between(from, end);
                if length < least || line.edges_between(from, end) < LEAST_EDGE.0 * length {
                    continue;
                }
                let exit = from + way * length;
                arms.push(Arm {
                    line,
                    corner,
                    exit: line.point(exit),
                    end: line.edges_between(exit - way * 26.0, exit - way * 2.0) / 24.0,
                });
            }
        }
        arms.truncate(MOST_ARMS);
        for (at, first) in arms.iter().enumerate() {
            for second in &arms[at + 1..] {
                let (from, to) = (first.corner, second.corner);
                let (a, b) = (base.place(from.0, from.1), base.place(to.0, to.1));
                let length = (a - b).abs();
                if length < least || base.edges_between(a, b) < LEAST_EDGE.1 * length {
                    continue;
                }
                let around = [from, to, second.exit, first.exit];
                let mut quad = Quad(around.map(|(x, y)| Point { x, y }));
                if !quad.is_convex() {
                    quad.0.reverse();
                }
                if quad.is_convex() {
                    let signs = signs(edges, &quad, base, [first, second]);
                    most = most.max(weighed_sum(&signs, &WEIGHTS) + BIAS);
                }
            }
        }
    }
    quads::likelihood(most)
}

fn signs(edges: &Edges, quad: &Quad, base: &Line, arms: [&Arm<'_>; 2]) -> [f32; SIGNS] {
    let middle = quads::middle(quad);
    let [first, second] = arms;
    let [left, right] = arms.map(|it| Side::of(it.line, it.corner, it.exit, middle));
    let sides = [
        Side::of(base, first.corner, second.corner, middle),
        left,
        right,
    ];
    let around: f32 = sides.iter().map(|it| it.length).sum();
    let mean =
        |of: &dyn Fn(&Side) -> f32| sides.iter().map(|it| of(it) * it.length).sum::<f32>() / around;
    [
        sides[0].edge,
        sides[1].edge.min(sides[2].edge),
        first.end.min(second.end),
        mean(&|it| it.sign).max(0.0),
        sides.iter().map(Side::contrast).fold(1.0, f32::min),
        mean(&Side::contrast),
        // Lines of a pattern go on beyond a corner nearly whole. Beyond the border there is nothing.
        sides
            .iter()
            .flat_map(|it| it.beyond)
            .fold(0.0, f32::max)
            .powi(3),
        (quad.area() / (edges.width * edges.height) as f32).sqrt(),
    ]
}
