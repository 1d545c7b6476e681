//! Where a picture changes, how much and in which direction.

use crate::picture::{PIXEL_BYTES, Picture};

/// How much a difference of colour counts beside one of brightness.
const COLOUR_WEIGHT: f32 = 1.4;

/// The least change that can be an edge, in steps of brightness from a pixel to the next.
const LEAST_CHANGE: f32 = 0.55;

/// A change at a pixel.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// To the right, of the channel that changes most.
    pub x: f32,
    /// Downwards.
    pub y: f32,
    /// How much, whatever the direction.
    pub size: f32,
    /// Whether the brightness is what changes.
    pub of_light: bool,
}

/// The changes of a picture.
#[derive(Debug)]
pub struct Edges {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Brightness and two differences of colour, smoothed.
    pub colours: Vec<[f32; 3]>,
    /// One for each pixel.
    pub changes: Vec<Change>,
    /// What a change must be to count.
    pub threshold: f32,
}

impl Edges {
    /// `None` when the picture is too small to have a page.
    pub fn of(picture: &Picture) -> Option<Self> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        if width.min(height) < 32 {
            return None;
        }
        let mut colours: Vec<[f32; 3]> = picture
            .pixels()
            .chunks_exact(PIXEL_BYTES)
            .map(|it| {
                let [r, g, b] = [it[0], it[1], it[2]].map(f32::from);
                let light = 0.299 * r + 0.587 * g + 0.114 * b;
                [
                    light,
                    (b - light) * 0.564 * COLOUR_WEIGHT,
                    (r - light) * 0.713 * COLOUR_WEIGHT,
                ]
            })
            .collect();
        smooth(&mut colours, width);
        let mut changes = vec![Change::default(); width * height];
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = y * width + x;
                let mut most = Change::default();
                for channel in [0, 1, 2] {
                    let it = |at: usize| colours[at][channel];
                    let (up, down) = (at - width, at + width);
                    let dx = (it(at + 1) - it(at - 1)) * 0.25
                        + (it(up + 1) - it(up - 1) + it(down + 1) - it(down - 1)) * 0.125;
                    let dy = (it(down) - it(up)) * 0.25
                        + (it(down - 1) - it(up - 1) + it(down + 1) - it(up + 1)) * 0.125;
                    let square = dx * dx + dy * dy;
                    if square > most.size {
                        most = Change {
                            x: dx,
                            y: dy,
                            size: square,
                            of_light: channel == 0,
                        };
                    }
                }
                most.size = most.size.sqrt();
                changes[at] = most;
            }
        }
        let threshold = (median(&changes) * 1.6).clamp(LEAST_CHANGE, 6.0);
        Some(Self {
            width,
            height,
            colours,
            changes,
            threshold,
        })
    }

    /// Whether a pixel's change is the largest across the edge that it belongs to.
    pub fn is_ridge(&self, x: usize, y: usize) -> bool {
        let at = y * self.width + x;
        let here = self.changes[at];
        if here.size < self.threshold {
            return false;
        }
        let step = if here.x.abs() > 2.4 * here.y.abs() {
            1
        } else if here.y.abs() > 2.4 * here.x.abs() {
            self.width
        } else if (here.x > 0.0) == (here.y > 0.0) {
            self.width + 1
        } else {
            self.width - 1
        };
        here.size > self.changes[at - step].size && here.size >= self.changes[at + step].size
    }
}

/// A weighted mean with the neighbours: 1, 2, 1 in each direction.
fn smooth(colours: &mut [[f32; 3]], width: usize) {
    let mean = |a: [f32; 3], b: [f32; 3], c: [f32; 3]| {
        [0, 1, 2].map(|it| (a[it] + 2.0 * b[it] + c[it]) * 0.25)
    };
    for row in colours.chunks_exact_mut(width) {
        let mut before = row[0];
        for x in 0..width {
            let here = row[x];
            row[x] = mean(before, here, row[(x + 1).min(width - 1)]);
            before = here;
        }
    }
    let mut before = colours[..width].to_vec();
    for at in 0..colours.len() {
        let x = at % width;
        let below = colours.get(at + width).copied().unwrap_or(colours[at]);
        let here = colours[at];
        colours[at] = mean(before[x], here, below);
        before[x] = here;
    }
}

/// The change that half of the pixels have, to an eighth.
fn median(changes: &[Change]) -> f32 {
    let mut counts = [0_usize; 256];
    for change in changes {
        counts[((change.size * 8.0) as usize).min(255)] += 1;
    }
    let mut sum = 0;
    for (at, count) in counts.iter().enumerate() {
        sum += count;
        if sum * 2 >= changes.len() {
            return at as f32 / 8.0;
        }
    }
    0.0
}
