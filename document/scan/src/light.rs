//! Even light on a page that was cut out: shadows go and paper becomes white. Where there is no paper to measure the
//! light by, as in the photo on a card, the light of the paper around is taken, so that the photo stays as it is.

use crate::order::nth;
use crate::picture::{PIXEL_BYTES, Picture};

/// How a page is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// In its colours, gently: no channel is treated on its own, so that a photo and a stamp keep their hue.
    Colour,
    /// In shades of grey, paper white and ink dark.
    Grey,
    /// In black and white alone: the smallest file, for text. A photo does not survive it.
    BlackAndWhite,
}

/// How many cells the light is measured in along the longest side.
const CELLS: usize = 40;
/// What paper becomes.
const WHITE: f32 = 250.0;
/// The most that colours are made lighter; more would show the camera's noise. Grey shows it less.
const MOST_LIGHT: f32 = 2.6;
const MOST_LIGHT_OF_GREY: f32 = 5.0;
/// How dark a cell of white paper can be, beside the lightest near it: the core of a shadow.
const SHADOW: f32 = 0.35;
/// The same on a coloured card, where what is darker is a photo.
const SHADOW_ON_CARD: f32 = 0.62;

/// Makes the light even.
pub fn even_light(picture: &mut Picture, look: Look) {
    match look {
        Look::BlackAndWhite => black_and_white(picture),
        Look::Colour => brighten(picture, MOST_LIGHT, |gain, pixel| {
            *pixel = pixel.map(|part| ((u32::from(part) * gain + ONE / 2) / ONE).min(255) as u8);
        }),
        Look::Grey => brighten(picture, MOST_LIGHT_OF_GREY, |gain, pixel| {
            // What is nearly white is paper's grain, what is nearly black is ink.
            let value = (light(pixel) * gain / ONE) as i32 - 16 * 256;
            let value = (value * 255 / (238 - 16) + 128) / 256;
            pixel[..3].fill(value.clamp(0, 255) as u8);
        }),
    }
}

/// How light a pixel is, from 0 to 256 times 255.
fn light(pixel: &[u8]) -> u32 {
    77 * u32::from(pixel[0]) + 150 * u32::from(pixel[1]) + 29 * u32::from(pixel[2])
}

/// A factor of 1, as it is applied to pixels: whole numbers are quicker than fractions.
const ONE: u32 = 4096;

/// Applies to each pixel the factor that makes the paper there white, in parts of [`ONE`].
fn brighten(picture: &mut Picture, most: f32, apply: impl Fn(u32, &mut [u8; PIXEL_BYTES])) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let paper = Paper::of(picture, most);
    let (columns, rows) = (paper.columns, paper.rows);
    // Between the middles of the cells.
    let cell = |it: usize, of: usize, count: usize| {
        let at =
            ((it as f32 + 0.5) * count as f32 / of as f32 - 0.5).clamp(0.0, (count - 1) as f32);
        let first = (at as usize).min(count.saturating_sub(2));
        (first, (first + 1).min(count - 1), at - first as f32)
    };
    let across: Vec<_> = (0..width).map(|x| cell(x, width, columns)).collect();
    // The factors of a row of cells, for each pixel along it.
    let along = |row: usize| {
        let gains = &paper.gains[row * columns..][..columns];
        let gain = |&(left, right, along): &(usize, usize, f32)| {
            ((gains[left] + (gains[right] - gains[left]) * along) * ONE as f32) as u32
        };
        across.iter().map(gain).collect::<Vec<_>>()
    };
    let mut between = (0, along(0), along(1.min(rows - 1)));
    for (y, row) in picture
        .pixels_mut()
        .chunks_exact_mut(width * PIXEL_BYTES)
        .enumerate()
    {
        let (top, bottom, down) = cell(y, height, rows);
        if between.0 != top {
            between = (top, along(top), along(bottom));
        }
        let (_, over, under) = &between;
        let down = (down * 256.0) as u32;
        let pixels = row.as_chunks_mut().0.iter_mut();
        for (pixel, (over, under)) in pixels.zip(over.iter().zip(under)) {
            apply((over * (256 - down) + under * down) / 256, pixel);
        }
    }
}

/// How light the paper is, cell by cell.
struct Paper {
    columns: usize,
    rows: usize,
    /// What a cell's light is to be multiplied by.
    gains: Vec<f32>,
}

impl Paper {
    fn of(picture: &Picture, most: f32) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let size = width.max(height).div_ceil(CELLS).max(1);
        let (columns, rows) = (width.div_ceil(size), height.div_ceil(size));
        let mut counts = vec![[0_u16; 64]; columns];
        let mut lights = Vec::with_capacity(columns * rows);
        let mut colour = [0_u64; 3];
        for band in picture.pixels().chunks(width * PIXEL_BYTES * size) {
            counts.fill([0; 64]);
            // Every second pixel of every second row says enough of a cell.
            for row in band.chunks_exact(width * PIXEL_BYTES).step_by(2) {
                let cells = row.chunks(size * PIXEL_BYTES);
                for (cell, counts) in cells.zip(&mut counts) {
                    let mut sums = [0; 3];
                    for pixel in cell.chunks(2 * PIXEL_BYTES) {
                        let count = &mut counts[(light(pixel) / (256 * 4)) as usize];
                        *count = count.saturating_add(1);
                        (0..3).for_each(|part| sums[part] += u32::from(pixel[part]));
                    }
                    (0..3).for_each(|part| colour[part] += u64::from(sums[part]));
                }
            }
            lights.extend(counts.iter().map(high_end));
        }
        // Of all pixels together, so that noise is not taken for colour. Warm light makes paper a little yellow.
        let strongest = colour.iter().max().copied().unwrap_or(0);
        let weakest = colour.iter().min().copied().unwrap_or(0);
        let is_white = (strongest - weakest) * 4 < strongest;
        let shadow = if is_white { SHADOW } else { SHADOW_ON_CARD };
        let known = spread_over(&lights, columns, rows, shadow);
        let smooth = smoothed(&smoothed(&known, columns, rows), columns, rows);
        // A coloured card is not to become white: it becomes as light as its lightest tenth.
        let target = if is_white {
            WHITE
        } else {
            nth(&smooth, smooth.len() * 9 / 10).clamp(150.0, WHITE)
        };
        let gains = smooth
            .iter()
            .map(|it| (target / it.max(1.0)).clamp(1.0, most));
        Self {
            columns,
            rows,
            gains: gains.collect(),
        }
    }
}

/// The light that one in seven pixels of a cell exceeds: the paper's, when there is text on it.
fn high_end(counts: &[u16; 64]) -> f32 {
    let all: u32 = counts.iter().map(|it| u32::from(*it)).sum();
    let mut sum = 0;
    for (at, count) in counts.iter().enumerate().rev() {
        sum += u32::from(*count);
        if sum * 7 > all {
            return at as f32 * 4.0 + 2.0;
        }
    }
    0.0
}

/// The light of paper in each cell. A cell that is much darker than the lightest within three cells has no paper, and
/// takes what is around it. `shadow` says how much darker.
fn spread_over(lights: &[f32], columns: usize, rows: usize, shadow: f32) -> Vec<f32> {
    let reach = 3;
    let most: Vec<f32> = (0..lights.len())
        .map(|at| {
            let (x, y) = (at % columns, at / columns);
            let mut most = 0.0_f32;
            for ny in y.saturating_sub(reach)..(y + reach + 1).min(rows) {
                for nx in x.saturating_sub(reach)..(x + reach + 1).min(columns) {
                    most = most.max(lights[ny * columns + nx]);
                }
            }
            most
        })
        .collect();
    let mut known: Vec<f32> = lights
        .iter()
        .zip(&most)
        .map(|(it, most)| {
            if *it > shadow * most && *it > 14.0 {
                *it
            } else {
                0.0
            }
        })
        .collect();
    // From the border of each gap inwards, until none is left.
    loop {
        let before = known.clone();
        let mut has_gap = false;
        let mut has_filled = false;
        for (at, it) in known.iter_mut().enumerate() {
            if *it > 0.0 {
                continue;
            }
            let (x, y) = (at % columns, at / columns);
            let (mut sum, mut count) = (0.0, 0.0);
            for ny in y.saturating_sub(1)..(y + 2).min(rows) {
                for nx in x.saturating_sub(1)..(x + 2).min(columns) {
                    let near = before[ny * columns + nx];
                    if near > 0.0 {
                        sum += near;
                        count += 1.0;
                    }
                }
            }
            if count > 0.0 {
                *it = sum / count;
                has_filled = true;
            } else {
                has_gap = true;
            }
        }
        if !has_gap {
            return known;
        }
        if !has_filled {
            // No paper at all: nothing is known, so nothing is changed.
            return vec![WHITE; lights.len()];
        }
    }
}

/// The mean of each cell and those around it.
fn smoothed(cells: &[f32], columns: usize, rows: usize) -> Vec<f32> {
    (0..cells.len())
        .map(|at| {
            let (x, y) = (at % columns, at / columns);
            let (mut sum, mut count) = (0.0, 0.0);
            for ny in y.saturating_sub(1)..(y + 2).min(rows) {
                for nx in x.saturating_sub(1)..(x + 2).min(columns) {
                    sum += cells[ny * columns + nx];
                    count += 1.0;
                }
            }
            sum / count
        })
        .collect()
}

/// Sauvola and Pietikäinen (2000), "Adaptive document image binarization": a pixel is ink when it is darker than the
/// mean around it, by more where there is little contrast. The sums around a pixel slide along, so that no more memory
/// is needed than a byte for each pixel and three rows.
fn black_and_white(picture: &mut Picture) {
    const WEIGHT: f32 = 0.22;
    const RANGE: f32 = 128.0;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let lights: Vec<u8> = picture
        .pixels()
        .chunks_exact(PIXEL_BYTES)
        .map(|it| (light(it) / 256) as u8)
        .collect();
    // About three lines of text on a whole page.
    let reach = (width.max(height) / 90).max(4);
    let mut sums = vec![0_u32; width];
    let mut squares = vec![0_u64; width];
    let row = |y: usize| &lights[y * width..(y + 1) * width];
    let mut first = 0;
    let mut end = 0;
    for y in 0..height {
        while end < (y + reach + 1).min(height) {
            for (x, &it) in row(end).iter().enumerate() {
                sums[x] += u32::from(it);
                squares[x] += u64::from(it).pow(2);
            }
            end += 1;
        }
        while first + reach < y {
            for (x, &it) in row(first).iter().enumerate() {
                sums[x] -= u32::from(it);
                squares[x] -= u64::from(it).pow(2);
            }
            first += 1;
        }
        let (mut left, mut right) = (0, 0);
        let (mut sum, mut square) = (0_u64, 0_u64);
        let out = &mut picture.pixels_mut()[y * width * PIXEL_BYTES..];
        for x in 0..width {
            while right < (x + reach + 1).min(width) {
                sum += u64::from(sums[right]);
                square += squares[right];
                right += 1;
            }
            while left + reach < x {
                sum -= u64::from(sums[left]);
                square -= squares[left];
                left += 1;
            }
            let count = ((right - left) * (end - first)) as f32;
            let mean = sum as f32 / count;
            let deviation = (square as f32 / count - mean * mean).max(0.0).sqrt();
            let least = mean * (1.0 + WEIGHT * (deviation / RANGE - 1.0));
            let is_ink = f32::from(lights[y * width + x]) < least;
            out[x * PIXEL_BYTES..x * PIXEL_BYTES + 3].fill(if is_ink { 0 } else { 255 });
        }
    }
}
