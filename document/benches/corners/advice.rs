//! How often a photo gets the advice that it deserves, and how often a good one gets it all the same.

use document::scan::corners::{DETECTION_SIDE, find_page, reduced};
use document::scan::quality::{Advice, JUDGED_SIDE, Measures, judge};

use crate::scenes::{Dice, Glare, Spec};

/// Pictures of each fault. They come from other seeds than those that the thresholds were set with (from 50,000).
const PICTURES: u64 = 30;
const FIRST_SEED: u64 = 70_000;

/// A fault, how it is made, and the advice that it deserves.
type Fault = (&'static str, fn(&mut Spec, &mut Dice), Option<Advice>);

const FAULTS: [Fault; 8] = [
    ("good", |_, _| (), None),
    (
        "a little soft",
        |it, dice| it.defocus = dice.between(0.9, 1.2),
        None,
    ),
    (
        "out of focus",
        |it, dice| it.defocus = dice.between(2.4, 4.0),
        Some(Advice::Blurred),
    ),
    (
        "moved",
        |it, dice| {
            let angle = dice.between(0.0, std::f32::consts::TAU);
            let far = dice.between(9.0, 16.0);
            it.motion = (angle.cos() * far, angle.sin() * far);
        },
        Some(Advice::Blurred),
    ),
    (
        "dark",
        |it, dice| {
            it.exposure = dice.between(0.12, 0.27);
            it.noise = dice.between(3.0, 7.0);
        },
        Some(Advice::Dark),
    ),
    ("small", |_, _| (), Some(Advice::Small)),
    (
        "glare",
        |it, dice| {
            it.exposure = dice.between(0.7, 0.9);
            it.glare = Some(Glare {
                at: (dice.between(0.25, 0.75), dice.between(0.25, 0.75)),
                radius: dice.between(0.08, 0.2),
                strength: dice.between(0.8, 1.2),
            });
        },
        Some(Advice::Glare),
    ),
    ("corner missing", |_, _| (), Some(Advice::CornerMissing)),
];

/// Prints the table.
pub fn print() {
    let kinds = [
        Advice::Blurred,
        Advice::Dark,
        Advice::Small,
        Advice::Glare,
        Advice::CornerMissing,
    ];
    println!(
        "\nAdvice: of {PICTURES} pictures of each kind, how many got it (each row has one right column at most)"
    );
    print!("{:<16}", "");
    for kind in kinds {
        print!("{:>14}", format!("{kind:?}"));
    }
    println!("{:>10} {:>22}", "any wrong", "sharpness 5/50/95 %");
    let (mut sharp, mut soft) = (Vec::new(), Vec::new());
    let (mut sharp_laplacian, mut soft_laplacian) = (Vec::new(), Vec::new());
    for (name, spoil, deserved) in FAULTS {
        let mut counts = [0; 5];
        let mut any_wrong = 0;
        let mut measured = Vec::new();
        for seed in FIRST_SEED..FIRST_SEED + PICTURES {
            let mut dice = Dice::new(seed ^ 0xad51ce);
            let mut spec = match deserved {
                Some(Advice::CornerMissing) => Spec::cut_off(seed),
                _ => Spec::good(seed),
            };
            // Seen from near, as somebody does who means to show a page.
            spoil(&mut spec, &mut dice);
            let spec = spec.scaled(1.25);
            let picture = spec.picture();
            // The photo has 12 megapixels, or the few of an old or a shrunk one.
            let original = match deserved {
                Some(Advice::Small) => 600 + (dice.below(3) * 40) as u32,
                _ => 4000,
            };
            assert!(picture.width().max(picture.height()) <= JUDGED_SIDE);
            let small = reduced(&picture, DETECTION_SIDE);
            let factor = picture.width() as f32 / small.width() as f32;
            let quad = find_page(&small).map(|it| it.scaled(factor));
            let advice = judge(&picture, quad.as_ref(), original);
            for (kind, count) in kinds.iter().zip(&mut counts) {
                *count += usize::from(advice.contains(kind));
            }
            any_wrong += usize::from(advice.iter().any(|it| Some(*it) != deserved));
            let measures = Measures::of(&picture, quad.as_ref());
            if let Some(it) = measures.sharpness {
                measured.push(it);
                match (deserved, name) {
                    (Some(Advice::Blurred), _) => {
                        soft.push(it);
                        soft_laplacian.push(measures.laplacian);
                    }
                    (None, _) => {
                        sharp.push(it);
                        sharp_laplacian.push(measures.laplacian);
                    }
                    _ => {}
                }
            }
        }
        print!("{name:<16}");
        for count in counts {
            print!("{count:>14}");
        }
        measured.sort_by(f32::total_cmp);
        let at = |share: usize| measured.get(measured.len() * share / 100).copied();
        let [low, middle, high] = [5, 50, 95].map(|it| at(it).unwrap_or(f32::NAN));
        println!("{any_wrong:>10} {low:>8.2} {middle:>6.2} {high:>6.2}");
    }
    println!(
        "Sharp and blurred pictures told apart, by the best threshold: {:.1} % with the measure used, {:.1} % with the \
         variance of the Laplacian",
        100.0 * told_apart(&sharp, &soft),
        100.0 * told_apart(&sharp_laplacian, &soft_laplacian)
    );
}

/// The share on the right side of the best threshold, each side weighing half.
fn told_apart(high: &[f32], low: &[f32]) -> f32 {
    let share = |all: &[f32], is: &dyn Fn(f32) -> bool| {
        all.iter().filter(|it| is(**it)).count() as f32 / all.len().max(1) as f32
    };
    let right = |limit: f32| (share(high, &|it| it >= limit) + share(low, &|it| it < limit)) / 2.0;
    high.iter()
        .chain(low)
        .map(|it| right(*it))
        .fold(0.0, f32::max)
}
