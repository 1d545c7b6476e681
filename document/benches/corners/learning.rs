//! Where the weights of `scan/corners/quads.rs` come from: with them, the right quad of a picture is to be more likely
//! than all others, and than none where there is no page. It prints them; a person puts them into the code.

use document::scan::corners::{self, DETECTION_SIDE, SIGNS, reduced};

use crate::scenes::{Spec, Truth};

/// The first seed of the pictures that are learned from. None of them is measured.
const FIRST_SEED: u64 = 10_000;
/// Above the first overlap nobody needs to mend anything, below the second somebody would.
const RIGHT: f32 = 0.95;
const WRONG: f32 = 0.92;
/// How many of a picture's quads are learned from: those that are easily taken for a page.
const MOST: usize = 160;
const ROUNDS: i32 = 500;
const SPEED: f64 = 0.03;
/// Keeps weights small that are not needed.
const DECAY: f64 = 1e-3;

struct Picture {
    quads: Vec<([f64; SIGNS], bool)>,
}

/// Learns from this many pictures.
pub fn learn(pictures: u64) {
    let all: Vec<Picture> = (FIRST_SEED..FIRST_SEED + pictures).map(look_at).collect();
    let (mean, spread) = spread_of(&all);
    let mut weights = [0.0_f64; SIGNS + 1];
    let (mut slow, mut square) = ([0.0_f64; SIGNS + 1], [0.0_f64; SIGNS + 1]);
    for round in 1..=ROUNDS {
        let mut slope = [0.0; SIGNS + 1];
        for picture in &all {
            add_slope(picture, &weights, &mean, &spread, &mut slope);
        }
        // Kingma and Ba (2015), "Adam".
        for it in 0..=SIGNS {
            let step = slope[it] / all.len() as f64 + DECAY * weights[it];
            slow[it] = 0.9 * slow[it] + 0.1 * step;
            square[it] = 0.999 * square[it] + 0.001 * step * step;
            let even = (square[it] / (1.0 - 0.999_f64.powi(round))).sqrt() + 1e-8;
            weights[it] -= SPEED * slow[it] / (1.0 - 0.9_f64.powi(round)) / even;
        }
    }
    let real: Vec<f64> = (0..SIGNS).map(|it| weights[it] / spread[it]).collect();
    let bias = weights[SIGNS] - (0..SIGNS).map(|it| real[it] * mean[it]).sum::<f64>();
    let listed: Vec<String> = real.iter().map(|it| format!("{it:.2}")).collect();
    println!("const WEIGHTS: [f32; SIGNS] = [{}];", listed.join(", "));
    println!("const BIAS: f32 = {bias:.2};");
}

fn look_at(seed: u64) -> Picture {
    let spec = Spec::draw(seed);
    let picture = spec.picture();
    let small = reduced(&picture, DETECTION_SIDE);
    let factor = small.width() as f32 / picture.width() as f32;
    let page = match spec.truth() {
        Truth::Whole(page) | Truth::Cut(page) => Some(page.scaled(factor)),
        Truth::Nothing => None,
    };
    let overlap = |quad| page.as_ref().map_or(0.0, |page| page.iou(&quad));
    let candidates = corners::candidates(&small);
    let quads = candidates
        .iter()
        .enumerate()
        .filter_map(|(rank, (quad, signs))| {
            let overlap = overlap(*quad);
            let is_used = overlap > RIGHT || (overlap < WRONG && (rank < MOST || rank % 50 == 0));
            is_used.then(|| (signs.map(f64::from), overlap > RIGHT))
        });
    Picture {
        quads: quads.collect(),
    }
}

fn spread_of(all: &[Picture]) -> ([f64; SIGNS], [f64; SIGNS]) {
    let quads = || all.iter().flat_map(|it| &it.quads).map(|it| &it.0);
    let count = quads().count().max(1) as f64;
    let mut mean = [0.0; SIGNS];
    let mut spread = [0.0; SIGNS];
    for signs in quads() {
        (0..SIGNS).for_each(|it| mean[it] += signs[it] / count);
    }
    for signs in quads() {
        (0..SIGNS).for_each(|it| spread[it] += (signs[it] - mean[it]).powi(2) / count);
    }
    (mean, spread.map(|it| it.sqrt().max(1e-6)))
}

/// Adds how the loss changes with each weight: the probability that a quad has among all and none, less what it should
/// have.
fn add_slope(
    picture: &Picture,
    weights: &[f64; SIGNS + 1],
    mean: &[f64; SIGNS],
    spread: &[f64; SIGNS],
    slope: &mut [f64; SIGNS + 1],
) {
    let even = |signs: &[f64; SIGNS], it: usize| (signs[it] - mean[it]) / spread[it];
    let powers: Vec<f64> = picture
        .quads
        .iter()
        .map(|(signs, _)| {
            (0..SIGNS)
                .map(|it| weights[it] * even(signs, it))
                .sum::<f64>()
        })
        .map(|it| (it + weights[SIGNS]).clamp(-60.0, 60.0).exp())
        .collect();
    // None has the power 1.
    let all = 1.0 + powers.iter().sum::<f64>();
    let right: f64 = picture
        .quads
        .iter()
        .zip(&powers)
        .filter(|it| it.0.1)
        .map(|it| it.1)
        .sum();
    for ((signs, is_right), power) in picture.quads.iter().zip(&powers) {
        let wanted = if *is_right { power / right } else { 0.0 };
        let off = power / all - wanted;
        (0..SIGNS).for_each(|it| slope[it] += off * even(signs, it));
        slope[SIGNS] += off;
    }
}
