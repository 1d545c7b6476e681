//! What is counted of each finder of corners.

use document::scan::corners::{Point, Quad};

use crate::scenes::Truth;

/// Below this overlap, what was found is wrong.
const WRONG: f32 = 0.8;
/// Above this overlap, nobody needs to move a corner.
const RIGHT: f32 = 0.95;

/// What a finder said of a picture.
#[derive(Debug)]
pub struct Answer {
    /// Of the finder.
    pub name: String,
    /// How long it took.
    pub milliseconds: f32,
    /// `None` when it found no page.
    pub found: Option<Quad>,
}

/// The counts of a finder.
#[derive(Debug)]
pub struct Figures {
    /// Of the finder.
    pub name: String,
    /// For each picture with a whole page; 0 when none was found.
    overlaps: Vec<f32>,
    /// Of how many whole pages nothing was said.
    silent: usize,
    wrong: usize,
    wrong_of_nothing: usize,
    times: Vec<f32>,
}

impl Figures {
    /// Nothing counted yet.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            overlaps: Vec::new(),
            silent: 0,
            wrong: 0,
            wrong_of_nothing: 0,
            times: Vec::new(),
        }
    }

    /// Counts an answer; gives whether it was wrong.
    pub fn count(&mut self, answer: &Answer, truth: Truth, size: (u32, u32)) -> bool {
        self.times.push(answer.milliseconds);
        let found = answer.found.map(in_order);
        let is_wrong = match (truth, found) {
            (Truth::Whole(page), found) => {
                let overlap = found.map_or(0.0, |it| it.iou(&page));
                self.overlaps.push(overlap);
                self.silent += usize::from(found.is_none());
                found.is_some() && overlap < WRONG
            }
            (Truth::Cut(page), Some(found)) => seen_overlap(&found, &page, size) < WRONG,
            (Truth::Nothing, Some(_)) => {
                self.wrong_of_nothing += 1;
                true
            }
            (_, None) => false,
        };
        self.wrong += usize::from(is_wrong);
        is_wrong
    }
}

/// Clockwise around the middle: a finder that calls corners by other names is not wrong for it.
fn in_order(quad: Quad) -> Quad {
    let mut corners = quad.0;
    let x = corners.iter().map(|it| it.x).sum::<f32>() / 4.0;
    let y = corners.iter().map(|it| it.y).sum::<f32>() / 4.0;
    let angle = |it: &Point| (it.y - y).atan2(it.x - x);
    corners.sort_by(|a, b| angle(a).total_cmp(&angle(b)));
    Quad(corners)
}

/// The overlap of what is in the picture: a page that is cut off may be given with its corners outside or at the
/// border.
fn seen_overlap(a: &Quad, b: &Quad, size: (u32, u32)) -> f32 {
    let covers = |quad: &Quad, x: f32, y: f32| {
        (0..4).all(|it| {
            let (a, b) = (quad.0[it], quad.0[(it + 1) % 4]);
            (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) >= 0.0
        })
    };
    let (mut both, mut either) = (0, 0);
    for y in (2..size.1).step_by(4) {
        for x in (2..size.0).step_by(4) {
            let (x, y) = (x as f32, y as f32);
            let (in_a, in_b) = (covers(a, x, y), covers(b, x, y));
            both += usize::from(in_a && in_b);
            either += usize::from(in_a || in_b);
        }
    }
    both as f32 / either.max(1) as f32
}

/// Prints the table.
pub fn print(all: &[Figures]) {
    let share = |part: usize, of: usize| 100.0 * part as f32 / of.max(1) as f32;
    println!(
        "{:<14} {:>9} {:>9} {:>10} {:>16} {:>10} {:>10}",
        "", "mean IoU", "> 0.95", "no answer", "wrong, but sure", "median ms", "p95 ms"
    );
    for it in all {
        let mut times = it.times.clone();
        times.sort_by(f32::total_cmp);
        let time = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0.0);
        let whole = it.overlaps.len();
        let right = it.overlaps.iter().filter(|it| **it > RIGHT).count();
        println!(
            "{:<14} {:>9.4} {:>7.1} % {:>8.1} % {:>7.1} % ({:>2}/{:>2}) {:>10.1} {:>10.1}",
            it.name,
            it.overlaps.iter().sum::<f32>() / whole.max(1) as f32,
            share(right, whole),
            share(it.silent, whole),
            share(it.wrong, it.times.len()),
            it.wrong_of_nothing,
            it.wrong,
            time(50),
            time(95),
        );
    }
    let pictures = all.first().map_or(0, |it| it.times.len());
    let whole = all.first().map_or(0, |it| it.overlaps.len());
    println!(
        "{pictures} pictures, {whole} of them with a whole page: these are what the first three columns are of. \
         Wrong: an overlap below {WRONG}, or a page where none is (the first number in brackets)."
    );
}
