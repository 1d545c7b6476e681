//! What a consumer makes black in a photo. The pixels are gone: they are painted over before anything is made of them,
//! and no file keeps what was there.

use crate::message::{Area, Corners, Turn};
use crate::picture::{self, PIXEL_BYTES, Picture};
use crate::scan::corners::{Point, Quad};
use crate::scan::perspective::Projection;

/// How much further than its area the black goes, in pixels: where a picture was made smaller, the pixels beside
/// the area have some of what is in it.
const MARGIN: f32 = 3.0;
/// A photo's side where it is asked whether an area is convex, which is asked in pixels.
const SIDE: f32 = 4096.0;
/// The least side of a page, in pixels of the photo, as in [`crate::scan::straighten`].
const LEAST_SIDE: f32 = 8.0;

/// Where a page is in its photo. Places are from 0 to 1 of the page's and of the photo's width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageInPhoto([f32; 9]);

impl PageInPhoto {
    /// The whole photo is the page.
    pub const WHOLE: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);

    /// The page that is cut out of a photo of this size in pixels, and turned. Corners that are no page's are not cut
    /// out.
    pub fn of(corners: Option<Corners>, turn: Turn, (width, height): (u32, u32)) -> Self {
        let (width, height) = (width.max(1) as f32, height.max(1) as f32);
        let in_pixels = |(x, y): (f32, f32)| Point {
            x: x * width,
            y: y * height,
        };
        let has_sides = |Quad(points): &Quad| {
            (0..4).all(|at| {
                let (a, b) = (points[at], points[(at + 1) % 4]);
                (b.x - a.x).hypot(b.y - a.y) >= LEAST_SIDE
            })
        };
        let quad = corners.map(|corners| Quad(corners.map(in_pixels)));
        let map = quad
            .filter(has_sides)
            .and_then(|quad| Projection::of(&quad));
        let map = map.map_or(Self::WHOLE.0, |Projection([a, b, c, d, e, f, g, h, i])| {
            [
                a / width,
                b / width,
                c / width,
                d / height,
                e / height,
                f / height,
                g,
                h,
                i,
            ]
        });
        // From the turned page to the one that was cut out.
        let turned = match turn {
            Turn::None => Self::WHOLE.0,
            Turn::Right => [0.0, 1.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 1.0],
            Turn::Half => [-1.0, 0.0, 1.0, 0.0, -1.0, 1.0, 0.0, 0.0, 1.0],
            Turn::Left => [0.0, -1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0],
        };
        let cell = |at: usize| {
            let (row, column) = (at / 3 * 3, at % 3);
            (0..3)
                .map(|it| map[row + it] * turned[it * 3 + column])
                .sum()
        };
        Self(std::array::from_fn(cell))
    }

    /// A part of a photo of this size is the page.
    pub fn part(area: picture::Area, (width, height): (u32, u32)) -> Self {
        let (width, height) = (width.max(1) as f32, height.max(1) as f32);
        let across = [area.width as f32 / width, 0.0, area.left as f32 / width];
        let down = [0.0, area.height as f32 / height, area.top as f32 / height];
        let [a, b, c] = across;
        let [d, e, f] = down;
        Self([a, b, c, d, e, f, 0.0, 0.0, 1.0])
    }

    /// Where a place on the page is in the photo.
    pub fn to_photo(&self, at: (f32, f32)) -> (f32, f32) {
        mapped(&self.0, at)
    }

    /// Where a place in the photo is on the page, or beside it.
    pub fn to_page(&self, at: (f32, f32)) -> (f32, f32) {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        // The inverse, up to one factor.
        let inverse = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        mapped(&inverse, at)
    }
}

fn mapped([a, b, c, d, e, f, g, h, i]: &[f32; 9], (x, y): (f32, f32)) -> (f32, f32) {
    let w = g * x + h * y + i;
    ((a * x + b * y + c) / w, (d * x + e * y + f) / w)
}

/// Paints areas of the photo black in a picture of its page.
pub fn cover(picture: &mut Picture, areas: &[Area], page: &PageInPhoto) {
    for area in areas {
        cover_one(picture, &sound(area), page);
    }
}

/// The area, when it is one. What is not convex, or runs the other way round, becomes the rectangle around it, and what
/// has no place the whole photo: too much is black rather than too little.
fn sound(area: &Area) -> Area {
    if !area.iter().all(|(x, y)| x.is_finite() && y.is_finite()) {
        return rectangle((0.0, 0.0), (1.0, 1.0));
    }
    let points = area.map(|(x, y)| Point {
        x: x * SIDE,
        y: y * SIDE,
    });
    if Quad(points).is_convex() {
        return *area;
    }
    let [first, ..] = *area;
    let around = |least: fn(f32, f32) -> f32| {
        let each = area.iter();
        each.fold(first, |(x, y), at| (least(x, at.0), least(y, at.1)))
    };
    rectangle(around(f32::min), around(f32::max))
}

/// A rectangle as an area, from its upper left and its lower right corner.
pub fn rectangle((left, top): (f32, f32), (right, bottom): (f32, f32)) -> Area {
    [(left, top), (right, top), (right, bottom), (left, bottom)]
}

fn cover_one(picture: &mut Picture, area: &Area, PageInPhoto(map): &PageInPhoto) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    // Each side is a line (a, b, c), with a x + b y + c above 0 on the inner side. A line in the photo is one on the
    // page, too; so no corner has to be looked for there, which may be far away, or behind the camera.
    let sides: [_; 4] = std::array::from_fn(|at| {
        let ((ax, ay), (bx, by)) = (area[at], area[(at + 1) % 4]);
        let (a, b) = (ay - by, bx - ax);
        let c = -(a * ax + b * ay);
        let on_page = |it: usize| a * map[it] + b * map[it + 3] + c * map[it + 6];
        let (a, b) = (on_page(0) / width as f32, on_page(1) / height as f32);
        (a, b, on_page(2) + MARGIN * a.hypot(b))
    });
    let rows = picture.pixels_mut().chunks_exact_mut(width * PIXEL_BYTES);
    for (y, row) in rows.enumerate() {
        let (mut from, mut to) = (0.0, width as f32);
        for (a, b, c) in sides {
            let here = b * (y as f32 + 0.5) + c;
            let edge = -here / a - 0.5;
            if a > 0.0 {
                from = edge.ceil().max(from);
            } else if a < 0.0 {
                to = (edge.floor() + 1.0).min(to);
            } else if here < 0.0 {
                to = 0.0;
            }
        }
        if from < to {
            let black = &mut row[from as usize * PIXEL_BYTES..to as usize * PIXEL_BYTES];
            for pixel in black.chunks_exact_mut(PIXEL_BYTES) {
                pixel[..3].fill(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{
        light::{Look, even_light},
        straighten::Flat,
    };
    use proptest::prelude::*;

    const SIZE: (u32, u32) = (240, 180);
    const TURNS: [Turn; 4] = [Turn::None, Turn::Right, Turn::Half, Turn::Left];

    /// A sheet with something on it that `seed` says, everywhere or within an area.
    fn photo(seed: u32, within: Option<&Area>) -> Picture {
        let (width, height) = SIZE;
        let mut pixels = Vec::new();
        for at in 0..width * height {
            let place = ((at % width) as f32 + 0.5, (at / width) as f32 + 0.5);
            let place = (place.0 / width as f32, place.1 / height as f32);
            let is_in = within.is_none_or(|area| has(area, place));
            let noise = (at.wrapping_mul(2_654_435_761) >> 24) as u8;
            let light = 120 + noise / 2;
            let secret = (at.wrapping_add(seed).wrapping_mul(0x9E37_79B1) >> 24) as u8;
            pixels.extend([if is_in { secret } else { light }, light, light, 255]);
        }
        Picture::new(width, height, pixels).unwrap()
    }

    fn has(area: &Area, (x, y): (f32, f32)) -> bool {
        (0..4).all(|at| {
            let ((ax, ay), (bx, by)) = (area[at], area[(at + 1) % 4]);
            (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0.0
        })
    }

    /// As the worker does it.
    fn page_of(
        photo: &Picture,
        corners: Option<Corners>,
        areas: &[Area],
        look: Option<Look>,
    ) -> Picture {
        let (width, height) = (photo.width() as f32, photo.height() as f32);
        let quad = corners.map(|it| {
            Quad(it.map(|(x, y)| Point {
                x: x * width,
                y: y * height,
            }))
        });
        let flat = quad.and_then(|quad| Flat::of(&quad, SIZE, 160));
        let (mut page, place) = match flat {
            Some(flat) => {
                let mut page = flat.blank().unwrap();
                for tile in flat.tiles() {
                    let mut part = photo.part(tile.area).unwrap();
                    cover(&mut part, areas, &PageInPhoto::part(tile.area, SIZE));
                    flat.fill(&mut page, &tile, part);
                }
                (page, PageInPhoto::of(corners, Turn::None, SIZE))
            }
            None => {
                let mut photo = photo.clone();
                cover(&mut photo, areas, &PageInPhoto::WHOLE);
                (photo, PageInPhoto::WHOLE)
            }
        };
        if let Some(look) = look {
            even_light(&mut page, look);
            cover(&mut page, areas, &place);
        }
        page
    }

    fn corners() -> impl Strategy<Value = Option<Corners>> {
        let near = || (0.0..0.3_f32, 0.0..0.3_f32);
        let quad = (near(), near(), near(), near()).prop_map(|(a, b, c, d)| {
            [
                a,
                (1.0 - b.0, b.1),
                (1.0 - c.0, 1.0 - c.1),
                (d.0, 1.0 - d.1),
            ]
        });
        prop::option::of(quad)
    }

    fn look() -> impl Strategy<Value = Option<Look>> {
        let looks = [Look::Colour, Look::Grey, Look::BlackAndWhite];
        prop::option::of(prop::sample::select(looks.to_vec()))
    }

    /// An area as it is drawn on a page.
    fn drawn() -> impl Strategy<Value = Area> {
        (0.0..0.8_f32, 0.0..0.8_f32, 0.05..0.6_f32, 0.05..0.6_f32)
            .prop_map(|(x, y, wide, high)| rectangle((x, y), (x + wide, y + high)))
    }

    proptest! {
        /// What is in the area makes no difference to a single byte of the page, and the page is black there.
        #[test]
        fn nothing_of_what_is_covered_is_left(
            drawn_for in corners(), drawn in drawn(), corners in corners(), look in look(), seed: u32,
        ) {
            let place = PageInPhoto::of(drawn_for, Turn::None, SIZE);
            let area = drawn.map(|at| place.to_photo(at));
            let made = |seed| page_of(&photo(seed, Some(&area)), corners, &[area], look);
            let page = made(seed);
            prop_assert!(page == made(seed.wrapping_add(77)));
            let place = match page.width() {
                width if corners.is_none() || width == SIZE.0 => PageInPhoto::WHOLE,
                _ => PageInPhoto::of(corners, Turn::None, SIZE),
            };
            for (at, pixel) in page.pixels().chunks_exact(PIXEL_BYTES).enumerate() {
                let (x, y) = (at as u32 % page.width(), at as u32 / page.width());
                let on_page = (
                    (x as f32 + 0.5) / page.width() as f32,
                    (y as f32 + 0.5) / page.height() as f32,
                );
                // Without a look there is no second time, and its edge has what is beside it.
                let is_in = has(&area, place.to_photo(on_page));
                if is_in && look.is_some() {
                    prop_assert_eq!(&pixel[..3], [0, 0, 0], "{} {}", x, y);
                }
            }
        }

        #[test]
        fn what_is_not_an_area_covers_too_much_rather_than_too_little(area: [(f32, f32); 4], at in (0..240_u32, 0..180_u32)) {
            let mut photo = photo(0, None);
            cover(&mut photo, &[area], &PageInPhoto::WHOLE);
            let place = ((at.0 as f32 + 0.5) / 240.0, (at.1 as f32 + 0.5) / 180.0);
            let is_convex = sound(&area) == area;
            if !is_convex || has(&area, place) {
                let mut xs = area.map(|it| it.0);
                let mut ys = area.map(|it| it.1);
                xs.sort_by(f32::total_cmp);
                ys.sort_by(f32::total_cmp);
                let is_around = xs[0] <= place.0 && place.0 <= xs[3] && ys[0] <= place.1 && place.1 <= ys[3];
                if is_around && xs.iter().chain(&ys).all(|it| it.abs() < 1e3) {
                    let pixel = (at.1 * 240 + at.0) as usize * PIXEL_BYTES;
                    prop_assert_eq!(&photo.pixels()[pixel..pixel + 3], [0, 0, 0]);
                }
            }
        }

        #[test]
        fn a_place_on_the_page_is_found_again(corners in corners(), turn in prop::sample::select(TURNS.to_vec()), x in 0.0..1.0_f32, y in 0.0..1.0_f32) {
            let place = PageInPhoto::of(corners, turn, SIZE);
            let (back_x, back_y) = place.to_page(place.to_photo((x, y)));
            prop_assert!((back_x - x).abs() < 2e-3 && (back_y - y).abs() < 2e-3);
        }
    }

    #[test]
    fn a_turned_page_is_turned_clockwise() {
        let corner = |turn| PageInPhoto::of(None, turn, SIZE).to_photo((0.0, 0.0));
        // What is at the upper left of the turned page.
        let corners = TURNS.map(corner);
        assert_eq!(corners, [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)]);
    }

    #[test]
    fn places_that_are_no_numbers_cover_the_whole_photo() {
        let mut photo = photo(0, None);
        let mut area = rectangle((0.1, 0.1), (0.2, 0.2));
        area[2].0 = f32::NAN;
        cover(&mut photo, &[area], &PageInPhoto::WHOLE);
        let pixels = photo.pixels().chunks_exact(PIXEL_BYTES);
        assert!(pixels.into_iter().all(|pixel| pixel[..3] == [0, 0, 0]));
    }

    #[test]
    fn what_is_beside_an_area_stays() {
        let (mut covered, whole) = (photo(0, None), photo(0, None));
        let area = rectangle((0.25, 0.25), (0.75, 0.75));
        cover(&mut covered, &[area], &PageInPhoto::WHOLE);
        let both = covered.pixels().iter().zip(whole.pixels());
        let changed = both.filter(|(now, before)| now != before).count();
        let area = 120 * 90 * 3;
        assert!(
            changed > area * 9 / 10 && changed < area * 12 / 10,
            "{changed}"
        );
    }
}
