//! Nothing that comes in makes the scan panic: pictures of any size and content, corners that are no corners.

#![cfg(not(target_arch = "wasm32"))]

use document::picture::Picture;
use document::scan::corners::{Point, Quad, find, find_page, reduced};
use document::scan::light::{Look, even_light};
use document::scan::quality::{Measures, judge};
use document::scan::straighten::{shape, straighten};
use proptest::prelude::*;

fn filled(width: u32, height: u32, value: u8) -> Picture {
    Picture::new(width, height, vec![value; (width * height * 4) as usize])
        .expect("as many pixels as it has")
}

fn square(side: f32) -> Quad {
    let point = |x: f32, y: f32| Point { x, y };
    Quad([
        point(0.0, 0.0),
        point(side, 0.0),
        point(side, side),
        point(0.0, side),
    ])
}

/// All that is public, on one picture and one quad.
fn do_everything(picture: &Picture, quad: &Quad, side: u32) {
    if let Some(page) = find_page(picture) {
        assert!(page.is_convex());
    }
    find(picture);
    reduced(picture, side);
    quad.iou(&square(10.0));
    assert!((0.0..=1.0).contains(&square(10.0).iou(quad)));
    shape(quad, picture.width() as f32, picture.height() as f32);
    if let Some(mut flat) = straighten(picture, quad, side) {
        assert!(flat.width().max(flat.height()) <= side);
        even_light(&mut flat, Look::Colour);
    }
    judge(picture, Some(quad), side);
    judge(picture, None, side);
    Measures::of(picture, Some(quad));
    for look in [Look::Colour, Look::Grey, Look::BlackAndWhite] {
        even_light(&mut picture.clone(), look);
    }
}

#[test]
fn pictures_of_one_colour_have_no_page() {
    for value in [0, 128, 255] {
        for (width, height) in [(1, 1), (1, 500), (500, 1), (31, 31), (400, 300)] {
            let picture = filled(width, height, value);
            assert_eq!(find_page(&picture), None);
            do_everything(&picture, &square(50.0), 100);
        }
    }
}

#[test]
fn corners_that_are_no_corners_are_not_cut() {
    let picture = filled(60, 40, 200);
    let point = |x: f32, y: f32| Point { x, y };
    let crossing = Quad([
        point(0.0, 0.0),
        point(50.0, 30.0),
        point(50.0, 0.0),
        point(0.0, 30.0),
    ]);
    let flat = Quad([
        point(0.0, 0.0),
        point(10.0, 0.0),
        point(20.0, 0.0),
        point(30.0, 0.0),
    ]);
    let backwards = Quad([
        point(0.0, 30.0),
        point(50.0, 30.0),
        point(50.0, 0.0),
        point(0.0, 0.0),
    ]);
    let nowhere = Quad([
        point(f32::NAN, 0.0),
        point(50.0, 0.0),
        point(50.0, 30.0),
        point(0.0, 30.0),
    ]);
    let endless = Quad([
        point(0.0, 0.0),
        point(f32::INFINITY, 0.0),
        point(50.0, 30.0),
        point(0.0, 30.0),
    ]);
    let far = square(1e30);
    for quad in [crossing, flat, backwards, nowhere, endless, far] {
        assert_eq!(straighten(&picture, &quad, 100), None, "{quad:?}");
        assert_eq!(quad.iou(&quad).clamp(0.0, 1.0), quad.iou(&quad));
        do_everything(&picture, &quad, 100);
    }
    assert_eq!(straighten(&picture, &square(30.0), 0), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_panics(
        (width, height) in (1_u32..90, 1_u32..90),
        seed in any::<u64>(),
        numbers in prop::array::uniform8(prop_oneof![
            4 => -20.0_f32..120.0,
            1 => any::<f32>(),
        ]),
        side in 0_u32..200,
    ) {
        let mut state = seed | 1;
        let mut byte = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        let pixels = (0..width * height * 4).map(|_| byte()).collect();
        let picture = Picture::new(width, height, pixels).unwrap();
        let [a, b, c, d, e, f, g, h] = numbers;
        let corners = [(a, b), (c, d), (e, f), (g, h)].map(|(x, y)| Point { x, y });
        do_everything(&picture, &Quad(corners), side);
    }

    #[test]
    fn a_quad_covers_itself(x in 0.0_f32..50.0, y in 0.0_f32..50.0, wide in 1.0_f32..80.0, high in 1.0_f32..80.0) {
        let point = |dx: f32, dy: f32| Point { x: x + dx, y: y + dy };
        let quad = Quad([point(0.0, 0.0), point(wide, 0.0), point(wide, high), point(0.0, high)]);
        prop_assert!((quad.iou(&quad) - 1.0).abs() < 1e-3);
        let moved = Quad(quad.0.map(|it| Point { x: it.x + wide / 2.0, ..it }));
        prop_assert!((quad.iou(&moved) - 1.0 / 3.0).abs() < 1e-2);
        prop_assert!((quad.scaled(2.0).area() / quad.area() - 4.0).abs() < 1e-2);
    }
}
