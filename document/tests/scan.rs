//! The scan on drawn photos of documents, of which the corners are known: what `cargo bench -p document --bench corners`
//! measures on 500, on a few.

#![cfg(not(target_arch = "wasm32"))]

mod scenes;

use document::scan::corners::{DETECTION_SIDE, Quad, find_page, reduced};
use document::scan::light::{Look, even_light};
use document::scan::quality::{Advice, judge};
use document::scan::straighten::straighten;

use scenes::{Spec, Truth};

/// From seeds on which nothing was learned, every picture half as large so that it is drawn quickly.
fn photos(count: u64) -> impl Iterator<Item = Spec> {
    (900_000..900_000 + count).map(|seed| Spec::draw(seed).scaled(0.5))
}

#[test]
fn most_pages_are_found_and_hardly_any_is_wrong() {
    let (mut overlaps, mut wrong) = (Vec::new(), Vec::new());
    for spec in photos(24) {
        let found = find_page(&spec.picture());
        match (spec.truth(), found) {
            (Truth::Whole(page), Some(found)) => {
                overlaps.push(found.iou(&page));
                if found.iou(&page) < 0.8 {
                    wrong.push(spec.about());
                }
            }
            (Truth::Nothing, Some(_)) => wrong.push(spec.about()),
            _ => {}
        }
    }
    assert!(wrong.len() <= 1, "{wrong:?}");
    let mean = overlaps.iter().sum::<f32>() / overlaps.len() as f32;
    assert!(overlaps.len() >= 14, "only {} pages found", overlaps.len());
    assert!(mean > 0.96, "a mean overlap of {mean}");
}

#[test]
fn a_ground_without_a_page_has_none() {
    for seed in 910_000..910_006 {
        let spec = Spec::good(seed).without_page().scaled(0.5);
        assert_eq!(find_page(&spec.picture()), None, "{}", spec.about());
    }
}

#[test]
fn a_found_page_is_the_same_in_a_larger_picture() {
    let both = (920_000..920_004).filter_map(|seed| {
        let picture = Spec::good(seed).picture();
        let small = reduced(&picture, DETECTION_SIDE);
        let factor = picture.width() as f32 / small.width() as f32;
        Some((find_page(&picture)?, find_page(&small)?.scaled(factor)))
    });
    let overlaps: Vec<f32> = both.map(|(large, small)| large.iou(&small)).collect();
    assert!(overlaps.len() >= 2);
    assert!(overlaps.iter().all(|it| *it > 0.995), "{overlaps:?}");
}

fn page_of(seed: u64) -> (Spec, Quad) {
    let spec = Spec::good(seed).scaled(0.6);
    match spec.truth() {
        Truth::Whole(page) => (spec, page),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_straightened_page_has_the_shape_of_the_document() {
    for seed in 930_000..930_006 {
        let (spec, page) = page_of(seed);
        let (width, height) = spec.kind.millimetres();
        let right = (width / height).max(height / width);
        let flat = straighten(&spec.picture(), &page, 700).unwrap();
        let (width, height) = (flat.width() as f32, flat.height() as f32);
        let shape = (width / height).max(height / width);
        assert!(
            (shape / right - 1.0).abs() < 0.06,
            "{}: {shape} for {right}",
            spec.about()
        );
    }
}

#[test]
fn paper_in_shadow_becomes_white() {
    let (mut spec, page) = page_of(940_003);
    spec.exposure = 0.7;
    let picture = spec.picture();
    let mut flat = straighten(&picture, &page, 600).unwrap();
    let share_of_white = |pixels: &[u8]| {
        let is_white = |it: &&[u8]| it[..3].iter().all(|part| *part > 225);
        pixels.chunks_exact(4).filter(is_white).count() as f32 * 4.0 / pixels.len() as f32
    };
    let before = share_of_white(flat.pixels());
    even_light(&mut flat, Look::Grey);
    let after = share_of_white(flat.pixels());
    assert!(
        before < 0.2 && after > 0.5,
        "{before} before, {after} after"
    );
}

#[test]
fn a_good_photo_gets_no_advice_and_a_bad_one_what_it_deserves() {
    let good = Spec::good(950_003).scaled(1.25);
    let advice = |spec: &Spec| {
        let picture = spec.picture();
        judge(&picture, find_page(&picture).as_ref(), 4000)
    };
    assert_eq!(advice(&good), []);
    let mut blurred = good.clone();
    blurred.defocus = 5.0;
    assert_eq!(advice(&blurred), [Advice::Blurred]);
    let mut moved = good.clone();
    for motion in [(12.0, 0.0), (4.0, -11.0), (9.0, 9.0)] {
        moved.motion = motion;
        assert_eq!(advice(&moved), [Advice::Blurred], "{motion:?}");
    }
    let mut dark = good;
    dark.exposure = 0.2;
    assert!(advice(&dark).contains(&Advice::Dark));
}

#[test]
fn a_page_that_is_cut_off_is_told_and_a_pattern_is_none() {
    let mut told = 0;
    for seed in 960_000..960_012 {
        let spec = Spec::cut_off(seed).scaled(0.5);
        let picture = spec.picture();
        let page = find_page(&picture);
        let advice = judge(&picture, page.as_ref(), 4000);
        told += usize::from(advice.contains(&Advice::CornerMissing));
    }
    assert!(told >= 6, "{told} of 12");
    for seed in 970_000..970_012 {
        let spec = Spec::good(seed).without_page().scaled(0.5);
        let advice = judge(&spec.picture(), None, 4000);
        assert!(!advice.contains(&Advice::CornerMissing), "{}", spec.about());
    }
}
