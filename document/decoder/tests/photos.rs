//! Photos as phones make them, and what is damaged or hostile. All are of one picture: a letter on a table, with a red
//! lid at its left and a green one below at its right.

use std::time::{Duration, Instant};

use decoder::{Photo, Problem, decode};
use proptest::prelude::*;

/// One image, as libheif writes it; with Exif data and a place.
const LETTER: &[u8] = include_bytes!("photos/letter.heic");
/// As an iPhone writes it: 12 tiles of 512 pixels that lie on their side, turned upright by the file (`irot`), with a
/// small copy and Exif data that say the same turn once more.
const GRID: &[u8] = include_bytes!("photos/grid.heic");
/// Tiles, turned and mirrored, of odd width and height.
const MIRRORED: &[u8] = include_bytes!("photos/mirrored.heic");
/// 10 bits a colour, half transparent at its left.
const DEEP: &[u8] = include_bytes!("photos/deep.heic");
const ALL: [&[u8]; 4] = [LETTER, GRID, MIRRORED, DEEP];

/// The colour at a place, each from 0 to 1 of the width and height.
fn at(photo: &Photo, x: f32, y: f32) -> [u8; 4] {
    let column = (x * photo.width as f32) as usize;
    let row = (y * photo.height as f32) as usize;
    let pixels: Vec<_> = photo.pixels.chunks_exact(4).collect();
    let pixel = pixels[row * photo.width + column];
    pixel.try_into().expect("four bytes")
}

fn is_the_letter_upright(file: &[u8], size: (usize, usize)) {
    let photo = decode(file).expect("a photo");
    assert_eq!((photo.width, photo.height), size);
    assert_eq!(photo.pixels.len(), size.0 * size.1 * 4);
    assert!(photo.pixels.chunks_exact(4).all(|pixel| pixel[3] == 255));
    let [red, green, blue, _] = at(&photo, 0.02, 0.73);
    assert!(red > 150 && green < 80 && blue < 80, "{red} {green} {blue}");
    let [red, green, blue, _] = at(&photo, 0.96, 0.96);
    assert!(green > red && green > blue + 40, "{red} {green} {blue}");
    let [red, green, blue, _] = at(&photo, 0.5, 0.8);
    assert!(red.min(green).min(blue) > 180, "{red} {green} {blue}");
    let [red, green, blue, _] = at(&photo, 0.5, 0.03);
    assert!(red.max(green).max(blue) < 120, "{red} {green} {blue}");
}

#[test]
fn a_photo_of_one_image_is_decoded() {
    is_the_letter_upright(LETTER, (1200, 1600));
}

#[test]
fn a_photo_of_tiles_is_put_together_and_turned_once() {
    is_the_letter_upright(GRID, (1200, 1600));
}

#[test]
fn a_mirrored_photo_of_odd_sides_is_decoded() {
    is_the_letter_upright(MIRRORED, (301, 403));
}

#[test]
fn ten_bits_become_eight_and_what_is_transparent_is_opaque() {
    is_the_letter_upright(DEEP, (300, 400));
}

#[test]
fn what_is_no_photo_is_damaged() {
    for file in [
        &b""[..],
        b"ftyp",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        &[0; 4000],
    ] {
        assert_eq!(decode(file), Err(Problem::Damaged));
    }
}

#[test]
fn a_photo_that_says_it_is_huge_is_refused_before_it_is_decoded() {
    // The size that the grid says: 1600 by 1200.
    let says = [1600_u16.to_be_bytes(), 1200_u16.to_be_bytes()].concat();
    let mut file = GRID.to_vec();
    let places = file.windows(4).enumerate();
    let places: Vec<_> = places
        .filter_map(|(at, it)| (it == says).then_some(at))
        .collect();
    assert_eq!(places.len(), 1);
    file[places[0]..][..4].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]); // 10,000 each
    assert_eq!(decode(&file), Err(Problem::TooLarge));
}

/// None of them takes half a second. A machine that is busy with something else may be a hundred times slower.
const LONG: Duration = Duration::from_secs(60);

/// Decodes what may be anything. A panic fails the test.
fn survives(file: &[u8]) -> Duration {
    let start = Instant::now();
    if let Ok(photo) = decode(file) {
        assert_eq!(photo.pixels.len(), photo.width * photo.height * 4);
    }
    start.elapsed()
}

/// How many files each test below makes: 300, or as many as `PROPTEST_CASES` says.
fn cases() -> ProptestConfig {
    let told = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig::with_cases(told.and_then(|it| it.parse().ok()).unwrap_or(300))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_photo_that_ends_early_is_an_error(which in 0..ALL.len(), part in 0.0..1.0) {
        let file = ALL[which];
        let length = (file.len() as f64 * part) as usize;
        prop_assert!(survives(&file[..length]) < LONG);
    }

    #[test]
    fn bytes_that_changed_anywhere_do_no_harm(
        which in 0..ALL.len(),
        changes in prop::collection::vec((0.0..1.0, any::<u8>()), 1..20),
    ) {
        let mut file = ALL[which].to_vec();
        for (part, byte) in changes {
            let place = (file.len() as f64 * part) as usize;
            file[place] = byte;
        }
        prop_assert!(survives(&file) < LONG);
    }

    /// Sizes, counts and parameters all stand in the first 1,500 bytes.
    #[test]
    fn bytes_that_changed_in_the_head_do_no_harm(
        which in 0..ALL.len(),
        changes in prop::collection::vec((0_usize..1_500, any::<u8>()), 1..4),
    ) {
        let mut file = ALL[which].to_vec();
        for (place, byte) in changes {
            file[place] = byte;
        }
        prop_assert!(survives(&file) < LONG);
    }
}
