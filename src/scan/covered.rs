//! An area that is made black, as it is seen and moved on the page. It belongs to the photo
//! ([`document::message::Area`]); what is asked for here is where it is on the page as that is cut out and turned now.

use document::{
    covered::{PageInPhoto, rectangle},
    message::Area,
};

/// The least side of an area, of the page's.
const LEAST: f32 = 0.01;

/// The rectangle around an area on its page, from 0 to 1 of the page's width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Its left side.
    pub left: f32,
    /// Its upper side.
    pub top: f32,
    /// Its right side.
    pub right: f32,
    /// Its lower side.
    pub bottom: f32,
}

impl Bounds {
    /// In the middle of the page, for who has no pointer.
    pub const MIDDLE: Self = Self {
        left: 0.35,
        top: 0.46,
        right: 0.65,
        bottom: 0.54,
    };

    /// Between two opposite corners, as far as that is on the page; never without a side.
    pub fn between((ax, ay): (f32, f32), (bx, by): (f32, f32)) -> Self {
        let side = |a: f32, b: f32| {
            let (a, b) = (a.clamp(0.0, 1.0), b.clamp(0.0, 1.0));
            let from = a.min(b).min(1.0 - LEAST);
            (from, a.max(b).max(from + LEAST))
        };
        let ((left, right), (top, bottom)) = (side(ax, bx), side(ay, by));
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    /// Around an area. What has no place on the page has the whole of it.
    pub fn of(area: &Area, page: &PageInPhoto) -> Self {
        let points = area.map(|at| page.to_page(at));
        let around = |start: f32, choose: fn(f32, f32) -> f32| {
            let each = points.iter();
            each.fold((start, start), |(x, y), at| {
                (choose(x, at.0), choose(y, at.1))
            })
        };
        let (left, top) = around(f32::INFINITY, f32::min);
        let (right, bottom) = around(f32::NEG_INFINITY, f32::max);
        if [left, top, right, bottom].iter().all(|it| it.is_finite()) {
            Self {
                left,
                top,
                right,
                bottom,
            }
        } else {
            Self::between((0.0, 0.0), (1.0, 1.0))
        }
    }

    /// Its width and its height.
    pub fn size(&self) -> (f32, f32) {
        (self.right - self.left, self.bottom - self.top)
    }

    /// Moved by so much, and not off the page.
    pub fn moved(self, (x, y): (f32, f32)) -> Self {
        let (width, height) = self.size();
        let place = |from: f32, by: f32, size: f32| {
            (from + by).clamp(from.min(0.0), from.max(1.0 - size).max(0.0))
        };
        let (left, top) = (place(self.left, x, width), place(self.top, y, height));
        Self {
            left,
            top,
            right: left + width,
            bottom: top + height,
        }
    }

    /// Its lower right corner moved by so much, and not off the page.
    pub fn resized(self, (x, y): (f32, f32)) -> Self {
        let place = |from: f32, to: f32, by: f32| {
            (to + by).clamp(from + LEAST, to.max(1.0).max(from + LEAST))
        };
        Self {
            right: place(self.left, self.right, x),
            bottom: place(self.top, self.bottom, y),
            ..self
        }
    }

    /// As a new area of the photo.
    pub fn area(&self, page: &PageInPhoto) -> Area {
        let on_page = rectangle((self.left, self.top), (self.right, self.bottom));
        on_page.map(|at| page.to_photo(at))
    }

    /// An area brought from where it is to here. It keeps its shape, which is no rectangle any more when the page was cut out
    /// anew.
    pub fn fit(&self, area: &Area, page: &PageInPhoto) -> Area {
        let before = Self::of(area, page);
        let part = |at: f32, (from, to): (f32, f32), (new_from, new_to): (f32, f32)| {
            new_from + (at - from) / (to - from) * (new_to - new_from)
        };
        let fitted = area.map(|at| {
            let (x, y) = page.to_page(at);
            let x = part(x, (before.left, before.right), (self.left, self.right));
            let y = part(y, (before.top, before.bottom), (self.top, self.bottom));
            page.to_photo((x, y))
        });
        let is_sound = fitted.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        if is_sound { fitted } else { self.area(page) }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use document::message::Turn;
    use proptest::prelude::*;

    fn near(a: Bounds, b: Bounds) -> bool {
        let sides = |it: Bounds| [it.left, it.top, it.right, it.bottom];
        let (a, b) = (sides(a), sides(b));
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-3)
    }

    fn page() -> PageInPhoto {
        let corners = [(0.1, 0.2), (0.8, 0.1), (0.9, 0.9), (0.2, 0.8)];
        PageInPhoto::of(Some(corners), Turn::Right, (4000, 3000))
    }

    #[test]
    fn an_area_is_on_the_page_where_it_was_drawn() {
        let drawn = Bounds::between((0.8, 0.3), (0.2, 0.25));
        let area = drawn.area(&page());
        assert!(near(Bounds::of(&area, &page()), drawn));
        let moved = drawn.moved((0.1, -0.05));
        assert!(near(Bounds::of(&moved.fit(&area, &page()), &page()), moved));
    }

    #[test]
    fn it_stays_on_the_page_and_keeps_a_side() {
        let far = Bounds::MIDDLE.moved((9.0, -9.0));
        assert!((far.right - 1.0).abs() < 1e-6 && far.top == 0.0);
        assert!((far.size().0 - 0.3).abs() < 1e-6);
        let small = Bounds::MIDDLE.resized((-9.0, -9.0));
        assert!(small.size().0 > 0.0 && small.size().1 > 0.0);
        let wide = Bounds::MIDDLE.resized((9.0, 0.0));
        assert_eq!((wide.right, wide.bottom), (1.0, Bounds::MIDDLE.bottom));
        let point = Bounds::between((1.5, 1.0), (1.0, 1.0));
        assert!(point.size().0 > 0.0 && point.size().1 > 0.0);
    }

    proptest! {
        #[test]
        fn no_area_makes_it_panic(area: [(f32, f32); 4], by: (f32, f32)) {
            let bounds = Bounds::of(&area, &page());
            let _ = bounds.moved(by).resized(by).fit(&area, &page());
        }
    }
}
