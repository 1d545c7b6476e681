//! Pictures of documents as a phone takes them, with the corners that are right: drawn from a seed, always the same.
//! A [`Spec`] is what is drawn; what one picture is about can be changed before it is drawn.

mod paper;
mod table;

use document::picture::Picture;
use document::scan::corners::{Point, Quad};

pub use paper::Kind;
use paper::Paper;
pub use table::Surface;

/// A number generator (SplitMix64): small, and the same on every machine.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5ca1_ab1e)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From `low` up to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.bits() >> 40) as f32 / (1_u64 << 24) as f32)
    }

    /// One of `count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// True as often as `share` says.
    pub fn chance(&mut self, share: f32) -> bool {
        self.between(0.0, 1.0) < share
    }

    /// About a normal distribution, of mean 0 and deviation 1.
    pub fn normal(&mut self) -> f32 {
        let bits = self.bits();
        let sum: u64 = (0..4).map(|it| (bits >> (16 * it)) & 0xffff).sum();
        (sum as f32 / 65536.0 - 2.0) * 1.732
    }
}

/// What is right to find in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Truth {
    /// A page with its four corners in the picture.
    Whole(Quad),
    /// A page of which one or two corners are outside the picture. To find nothing is right; so is the page.
    Cut(Quad),
    /// No document. Only to find nothing is right.
    Nothing,
}

/// A finger on the page: from a point outside to its tip, in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Thumb {
    from: Point,
    tip: Point,
    radius: f32,
}

/// A soft shadow: of the phone or of a hand.
#[derive(Debug, Clone, Copy)]
pub struct Shadow {
    from: Point,
    to: Point,
    radius: f32,
    soft: f32,
    strength: f32,
}

/// A light that is mirrored on the page.
#[derive(Debug, Clone, Copy)]
pub struct Glare {
    /// Where it is on the page: 0 to 1 to the right and downwards.
    pub at: (f32, f32),
    /// Half its width, as a part of the page's longest side.
    pub radius: f32,
    /// How much light it adds: 1 makes black white.
    pub strength: f32,
}

/// What is drawn, apart from the page's own text.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Seeds whatever is drawn.
    pub seed: u64,
    /// Width and height of the picture.
    pub size: (u32, u32),
    /// The kind of document.
    pub kind: Kind,
    /// What it lies on.
    pub surface: Surface,
    /// Whether there is a document.
    pub has_page: bool,
    /// From millimetres on the table to pixels.
    camera: Camera,
    /// The share of light at the far side of the picture, and the direction of its decline.
    gradient: (f32, f32),
    /// Shadows over all.
    pub shadows: Vec<Shadow>,
    /// The page's own shadow: how dark, how far in millimetres, and how soft.
    own_shadow: (f32, f32, f32, f32),
    /// Light: 1 is well lit.
    pub exposure: f32,
    tint: [f32; 3],
    /// The deviation of the blur, in pixels.
    pub defocus: f32,
    /// How far the camera moved, in pixels.
    pub motion: (f32, f32),
    /// The deviation of the noise, of 255.
    pub noise: f32,
    /// Quality of the JPEG, up to 100.
    pub jpeg: f32,
    /// Fingers on the edges.
    pub thumbs: Vec<Thumb>,
    /// A mirrored light.
    pub glare: Option<Glare>,
    /// Sheets below the page: middle, size and angle.
    below: Vec<Paper>,
    bow: (f32, f32),
}

/// A camera above a table: the matrix from millimetres to pixels, and back.
#[derive(Debug, Clone, Copy)]
struct Camera {
    there: [f32; 9],
    back: [f32; 9],
}

impl Camera {
    fn new(there: [f32; 9]) -> Self {
        let [a, b, c, d, e, f, g, h, i] = there;
        let back = [
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
        Self { there, back }
    }
}

fn apply(matrix: &[f32; 9], x: f32, y: f32) -> (f32, f32) {
    let [a, b, c, d, e, f, g, h, i] = matrix;
    let w = g * x + h * y + i;
    ((a * x + b * y + c) / w, (d * x + e * y + f) / w)
}

/// How a page lies in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lies {
    Whole,
    Cut,
}

impl Spec {
    /// The picture of a seed in the collection that is measured: of 100, about 84 have a whole page, 8 one that is
    /// cut off, and 8 none.
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let lot = dice.between(0.0, 1.0);
        let lies = if (0.84..0.92).contains(&lot) {
            Lies::Cut
        } else {
            Lies::Whole
        };
        let mut spec = Self::plain(&mut dice, lies);
        if lot >= 0.92 {
            spec = spec.without_page();
        }
        spec.disturb(&mut dice);
        spec
    }

    /// A picture with nothing wrong: whole, well lit, sharp.
    pub fn good(seed: u64) -> Self {
        Self::plain(&mut Dice::new(seed), Lies::Whole)
    }

    /// A sharp picture of a page of which a corner is outside.
    pub fn cut_off(seed: u64) -> Self {
        Self::plain(&mut Dice::new(seed), Lies::Cut)
    }

    /// The same ground without a document, nor another one.
    pub fn without_page(mut self) -> Self {
        self.has_page = false;
        self.below.clear();
        if self.surface == Surface::OtherPaper {
            self.surface = Surface::Wood;
        }
        self
    }

    fn plain(dice: &mut Dice, lies: Lies) -> Self {
        let seed = dice.bits();
        let size = if dice.chance(0.65) {
            (960, 1280)
        } else {
            (1280, 960)
        };
        let kind = Kind::draw(dice);
        let surface = Surface::draw(dice);
        let camera = Self::aim(dice, kind.millimetres(), size, lies);
        let below = if dice.chance(0.12) {
            let (w, h) = kind.millimetres();
            let turn = dice.between(-0.5, 0.5);
            let shift = (dice.between(-0.3, 0.3) * w, dice.between(-0.3, 0.3) * h);
            let other = if dice.chance(0.5) { kind } else { Kind::Letter };
            vec![Paper::draw(other, dice.bits(), shift, turn)]
        } else {
            Vec::new()
        };
        Self {
            seed,
            size,
            kind,
            surface,
            has_page: true,
            camera,
            gradient: (
                dice.between(0.75, 1.0),
                dice.between(0.0, std::f32::consts::TAU),
            ),
            shadows: Vec::new(),
            own_shadow: (
                dice.between(0.1, 0.45),
                dice.between(-1.5, 1.5),
                dice.between(-1.5, 1.5),
                dice.between(0.5, 2.5),
            ),
            exposure: dice.between(0.86, 1.03),
            tint: [dice.between(0.97, 1.04), 1.0, dice.between(0.86, 1.02)],
            defocus: dice.between(0.4, 0.7),
            motion: (0.0, 0.0),
            noise: dice.between(1.0, 3.0),
            jpeg: dice.between(75.0, 95.0),
            thumbs: Vec::new(),
            glare: None,
            below,
            bow: (0.0, 0.0),
        }
    }

    fn disturb(&mut self, dice: &mut Dice) {
        let (w, h) = (self.size.0 as f32, self.size.1 as f32);
        if dice.chance(0.4) {
            self.gradient.0 = dice.between(0.35, 0.8);
        }
        while dice.chance(0.35) && self.shadows.len() < 3 {
            let to = Point {
                x: dice.between(0.2, 0.8) * w,
                y: dice.between(0.2, 0.8) * h,
            };
            let angle = dice.between(0.0, std::f32::consts::TAU);
            let (sin, cos) = angle.sin_cos();
            self.shadows.push(Shadow {
                from: Point {
                    x: to.x + cos * w * 1.5,
                    y: to.y + sin * w * 1.5,
                },
                to,
                radius: dice.between(0.08, 0.35) * w,
                soft: dice.between(10.0, 150.0),
                strength: dice.between(0.2, 0.6),
            });
        }
        if dice.chance(0.3) {
            self.exposure = dice.between(0.5, 0.9);
        }
        if dice.chance(0.35) {
            self.defocus = dice.between(0.7, 2.8);
        }
        if dice.chance(0.2) {
            self.motion = (dice.between(-7.0, 7.0), dice.between(-7.0, 7.0));
        }
        self.noise = dice.between(1.0, 9.0);
        self.jpeg = dice.between(40.0, 95.0);
        if dice.chance(0.4) {
            self.bow = (dice.between(-0.008, 0.008), dice.between(-0.008, 0.008));
        }
        if dice.chance(0.12) {
            self.glare = Some(Glare {
                at: (dice.between(0.1, 0.9), dice.between(0.1, 0.9)),
                radius: dice.between(0.05, 0.25),
                strength: dice.between(0.2, 0.9),
            });
        }
        if self.has_page && dice.chance(0.25) {
            let count = 1 + dice.below(2);
            let corners = self.corners();
            let side = dice.below(4);
            for it in 0..count {
                let (a, b) = (
                    corners[(side + 2 * it) % 4],
                    corners[(side + 2 * it + 1) % 4],
                );
                let along = dice.between(0.12, 0.88);
                let on_edge = Point {
                    x: a.x + (b.x - a.x) * along,
                    y: a.y + (b.y - a.y) * along,
                };
                let length = (b.x - a.x).hypot(b.y - a.y).max(1.0);
                // Clockwise as seen, so the inside is to the right of the direction.
                let inward = Point {
                    x: -(b.y - a.y) / length,
                    y: (b.x - a.x) / length,
                };
                let (deep, slant) = (dice.between(15.0, 70.0), dice.between(-0.6, 0.6));
                let away = Point {
                    x: -inward.x + slant * inward.y,
                    y: -inward.y - slant * inward.x,
                };
                self.thumbs.push(Thumb {
                    from: Point {
                        x: on_edge.x + away.x * 700.0,
                        y: on_edge.y + away.y * 700.0,
                    },
                    tip: Point {
                        x: on_edge.x + inward.x * deep,
                        y: on_edge.y + inward.y * deep,
                    },
                    radius: dice.between(28.0, 60.0),
                });
            }
        }
    }

    /// Looks for a place of the camera from which the page lies as wished.
    fn aim(dice: &mut Dice, (page_w, page_h): (f32, f32), size: (u32, u32), lies: Lies) -> Camera {
        let (w, h) = (size.0 as f32, size.1 as f32);
        loop {
            let focal = w.max(h) * dice.between(0.72, 1.0);
            let mut roll = dice.normal() * 0.15;
            // People turn the phone as the page lies, mostly.
            let turned = (page_w > page_h) != (w > h);
            if turned != dice.chance(0.2) {
                roll += std::f32::consts::FRAC_PI_2;
            }
            if dice.chance(0.1) {
                roll += dice.between(-0.8, 0.8);
            }
            let (pitch, yaw) = (dice.normal() * 0.28, dice.normal() * 0.2);
            let fill = dice.between(0.45, 1.0);
            let (sr, cr) = roll.sin_cos();
            let (sp, cp) = pitch.sin_cos();
            let (sy, cy) = yaw.sin_cos();
            // Turn in the plane, then about x, then about y.
            let column = |x: f32, y: f32| {
                let (x1, y1) = (cr * x - sr * y, sr * x + cr * y);
                let (y2, z2) = (cp * y1, sp * y1);
                (cy * x1 + sy * z2, y2, -sy * x1 + cy * z2)
            };
            let (ax, ay, az) = column(1.0, 0.0);
            let (bx, by, bz) = column(0.0, 1.0);
            let distance = focal * page_w.hypot(page_h) / (w.hypot(h) * fill);
            let shift = (
                dice.between(-0.25, 0.25) * page_w,
                dice.between(-0.25, 0.25) * page_h,
            );
            let camera = Camera::new([
                focal * ax + w / 2.0 * az,
                focal * bx + w / 2.0 * bz,
                focal * shift.0 + w / 2.0 * distance,
                focal * ay + h / 2.0 * az,
                focal * by + h / 2.0 * bz,
                focal * shift.1 + h / 2.0 * distance,
                az,
                bz,
                distance,
            ]);
            let corners = project(&camera, page_w, page_h);
            let area = area(&corners) / (w * h);
            let margin = 0.012 * w;
            let inside = |it: &&Point| {
                it.x > margin && it.y > margin && it.x < w - margin && it.y < h - margin
            };
            let far_out = |it: &&Point| {
                it.x < -0.04 * w || it.y < -0.04 * h || it.x > 1.04 * w || it.y > 1.04 * h
            };
            let fits = match lies {
                Lies::Whole => corners.iter().filter(inside).count() == 4 && area > 0.12,
                Lies::Cut => {
                    (2..4).contains(&corners.iter().filter(inside).count())
                        && corners.iter().any(|it| far_out(&it))
                        && area > 0.25
                        && area < 1.0
                }
            };
            if fits {
                return camera;
            }
        }
    }

    fn corners(&self) -> [Point; 4] {
        let (w, h) = self.kind.millimetres();
        project(&self.camera, w, h)
    }

    /// What is right to find.
    pub fn truth(&self) -> Truth {
        if !self.has_page {
            return Truth::Nothing;
        }
        let corners = self.corners();
        let (w, h) = (self.size.0 as f32, self.size.1 as f32);
        let is_inside = |it: &Point| it.x >= 0.0 && it.y >= 0.0 && it.x <= w && it.y <= h;
        if corners.iter().all(is_inside) {
            Truth::Whole(Quad(corners))
        } else {
            Truth::Cut(Quad(corners))
        }
    }

    /// What it shows, in a few words.
    pub fn about(&self) -> String {
        if self.has_page {
            format!("{:?} on {:?}", self.kind, self.surface)
        } else {
            format!("nothing on {:?}", self.surface)
        }
    }

    /// The picture, as if it had this many pixels more or fewer on each side.
    pub fn scaled(mut self, factor: f32) -> Self {
        self.size = (
            (self.size.0 as f32 * factor).round() as u32,
            (self.size.1 as f32 * factor).round() as u32,
        );
        let mut there = self.camera.there;
        there[..6].iter_mut().for_each(|it| *it *= factor);
        self.camera = Camera::new(there);
        self.defocus *= factor;
        self.motion = (self.motion.0 * factor, self.motion.1 * factor);
        let scale = |it: Point| Point {
            x: it.x * factor,
            y: it.y * factor,
        };
        for thumb in &mut self.thumbs {
            *thumb = Thumb {
                from: scale(thumb.from),
                tip: scale(thumb.tip),
                radius: thumb.radius * factor,
            };
        }
        for shadow in &mut self.shadows {
            *shadow = Shadow {
                from: scale(shadow.from),
                to: scale(shadow.to),
                radius: shadow.radius * factor,
                soft: shadow.soft * factor,
                ..*shadow
            };
        }
        self
    }

    /// Draws it.
    pub fn picture(&self) -> Picture {
        let mut dice = Dice::new(self.seed);
        let table = table::Table::draw(self.surface, &mut dice, self.kind.millimetres());
        let page = Paper::draw(self.kind, dice.bits(), (0.0, 0.0), 0.0);
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let mut light = vec![[0.0_f32; 3]; width * height];
        let (page_w, page_h) = self.kind.millimetres();
        for y in 0..height {
            for x in 0..width {
                let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
                let (mx, my) = apply(&self.camera.back, px, py);
                let mut colour = table.colour(mx, my);
                let step = 1.0 / self.pixels_in_a_millimetre();
                for sheet in &self.below {
                    let shade = 1.0 - 0.25 * sheet.nearness(mx - 0.6, my - 0.8, 2.0);
                    colour = colour.map(|it| it * shade);
                    let cover = sheet.cover(mx, my, step);
                    if cover > 0.0 {
                        colour = mix(colour, sheet.colour(mx, my), cover);
                    }
                }
                if self.has_page {
                    let (dark, dx, dy, soft) = self.own_shadow;
                    let shade = 1.0 - dark * page.nearness(mx - dx, my - dy, soft);
                    colour = colour.map(|it| it * shade);
                    // A sheet that does not lie flat: its sides are bows.
                    let bent = |mx: f32, my: f32| {
                        let along = |it: f32, of: f32| (1.0 - (2.0 * it / of).powi(2)).max(0.0);
                        (
                            mx + self.bow.0 * page_w * along(my, page_h),
                            my + self.bow.1 * page_h * along(mx, page_w),
                        )
                    };
                    let mut cover = 0.0;
                    let mut ink = [0.0; 3];
                    for (sx, sy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
                        let (mx, my) = apply(&self.camera.back, px + sx, py + sy);
                        let (mx, my) = bent(mx, my);
                        let part = page.cover(mx, my, step * 0.6) / 4.0;
                        if part > 0.0 {
                            cover += part;
                            let it = page.colour(mx, my);
                            (0..3).for_each(|c| ink[c] += it[c] * part);
                        }
                    }
                    if cover > 0.0 {
                        (0..3).for_each(|c| colour[c] = colour[c] * (1.0 - cover) + ink[c]);
                    }
                    if let Some(glare) = self.glare {
                        let side = page_w.max(page_h);
                        let (gx, gy) = (
                            (mx / page_w + 0.5 - glare.at.0) * page_w / side,
                            (my / page_h + 0.5 - glare.at.1) * page_h / side,
                        );
                        let far = (gx * gx + gy * gy * 2.0).sqrt() / glare.radius;
                        let more = glare.strength * smooth(1.6 - far) * cover;
                        colour = colour.map(|it| it + more);
                    }
                }
                for thumb in &self.thumbs {
                    let near = thumb.radius - away(px, py, thumb.from, thumb.tip);
                    let shade = 1.0 - 0.4 * smooth((near + 14.0) / 14.0);
                    if near < 0.0 {
                        colour = colour.map(|it| it * shade);
                    }
                    let round = (near / thumb.radius).clamp(0.0, 1.0).sqrt();
                    let skin = [0.78, 0.56, 0.45].map(|it| it * (0.55 + 0.45 * round));
                    colour = mix(colour, skin, (near + 0.5).clamp(0.0, 1.0));
                }
                let mut lit = self.exposure * self.light_at(px / width as f32, py / height as f32);
                for shadow in &self.shadows {
                    let near = shadow.radius - away(px, py, shadow.from, shadow.to);
                    lit *= 1.0 - shadow.strength * smooth(near / shadow.soft + 0.5);
                }
                (0..3).for_each(|c| colour[c] *= lit * self.tint[c]);
                light[y * width + x] = colour;
            }
        }
        blur(&mut light, width, self.defocus);
        shake(&mut light, width, self.motion);
        let mut pixels = Vec::with_capacity(width * height * 4);
        for colour in &light {
            let grain = dice.normal() * self.noise;
            for part in colour {
                let value = part * 255.0 + grain + dice.normal() * self.noise * 0.4;
                pixels.push(value.round().clamp(0.0, 255.0) as u8);
            }
            pixels.push(255);
        }
        compress(&mut pixels, width, self.jpeg);
        Picture::new(self.size.0, self.size.1, pixels).expect("as many pixels as it has")
    }

    fn light_at(&self, x: f32, y: f32) -> f32 {
        let (sin, cos) = self.gradient.1.sin_cos();
        let along = ((x - 0.5) * cos + (y - 0.5) * sin) / 1.42 + 0.5;
        self.gradient.0 + (1.0 - self.gradient.0) * along
    }

    fn pixels_in_a_millimetre(&self) -> f32 {
        let (w, h) = self.kind.millimetres();
        (area(&self.corners()) / (w * h)).sqrt().max(0.5)
    }
}

/// The corners of a page around the middle of the table, as seen: the top left one first, clockwise.
fn project(camera: &Camera, w: f32, h: f32) -> [Point; 4] {
    let corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(x, y)| {
        let (x, y) = apply(&camera.there, x * w, y * h);
        Point { x, y }
    });
    let first = (0..4).min_by(|a, b| {
        let far = |it: usize| corners[it].x + corners[it].y;
        far(*a).total_cmp(&far(*b))
    });
    let first = first.unwrap_or(0);
    [0, 1, 2, 3].map(|it| corners[(first + it) % 4])
}

fn area(corners: &[Point; 4]) -> f32 {
    let twice: f32 = (0..4)
        .map(|it| {
            let (a, b) = (corners[it], corners[(it + 1) % 4]);
            a.x * b.y - a.y * b.x
        })
        .sum();
    twice.abs() / 2.0
}

fn mix(a: [f32; 3], b: [f32; 3], share: f32) -> [f32; 3] {
    [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * share)
}

/// From 0 to 1 without a corner.
fn smooth(x: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// How far a point is from a line between two others.
fn away(x: f32, y: f32, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let along = (((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
    (x - a.x - along * dx).hypot(y - a.y - along * dy)
}

fn blur(light: &mut [[f32; 3]], width: usize, deviation: f32) {
    if deviation < 0.1 {
        return;
    }
    let reach = (deviation * 2.5).ceil() as isize;
    let weights: Vec<f32> = (-reach..=reach)
        .map(|it| (-(it * it) as f32 / (2.0 * deviation * deviation)).exp())
        .collect();
    let sum: f32 = weights.iter().sum();
    let height = light.len() / width;
    for across in [true, false] {
        let from = light.to_vec();
        for y in 0..height {
            for x in 0..width {
                let mut colour = [0.0; 3];
                for (it, weight) in weights.iter().enumerate() {
                    let off = it as isize - reach;
                    let (sx, sy) = if across {
                        (x.saturating_add_signed(off).min(width - 1), y)
                    } else {
                        (x, y.saturating_add_signed(off).min(height - 1))
                    };
                    let source = &from[sy * width + sx];
                    (0..3).for_each(|c| colour[c] += source[c] * weight / sum);
                }
                light[y * width + x] = colour;
            }
        }
    }
}

fn shake(light: &mut [[f32; 3]], width: usize, (dx, dy): (f32, f32)) {
    let steps = dx.abs().max(dy.abs()).ceil() as usize;
    if steps == 0 {
        return;
    }
    let height = light.len() / width;
    let from = light.to_vec();
    for y in 0..height {
        for x in 0..width {
            let mut colour = [0.0; 3];
            for step in 0..=steps {
                let share = step as f32 / steps as f32 - 0.5;
                let sx = (x as f32 + dx * share)
                    .round()
                    .clamp(0.0, width as f32 - 1.0) as usize;
                let sy = (y as f32 + dy * share)
                    .round()
                    .clamp(0.0, height as f32 - 1.0) as usize;
                let source = &from[sy * width + sx];
                (0..3).for_each(|c| colour[c] += source[c] / (steps + 1) as f32);
            }
            light[y * width + x] = colour;
        }
    }
}

/// What a JPEG loses: blocks of 8 by 8 with coarse waves, for brightness, and half the colour's resolution.
fn compress(pixels: &mut [u8], width: usize, quality: f32) {
    let height = pixels.len() / 4 / width;
    let scale = if quality < 50.0 {
        50.0 / quality
    } else {
        2.0 - quality / 50.0
    };
    let mut waves = [[0.0_f32; 8]; 8];
    for (k, row) in waves.iter_mut().enumerate() {
        let norm = if k == 0 { 0.125_f32.sqrt() } else { 0.5 };
        for (n, wave) in row.iter_mut().enumerate() {
            *wave = norm * (std::f32::consts::PI * (n as f32 + 0.5) * k as f32 / 8.0).cos();
        }
    }
    for by in 0..height / 8 {
        for bx in 0..width / 8 {
            let at = |x: usize, y: usize| ((by * 8 + y) * width + bx * 8 + x) * 4;
            let mut block = [[0.0_f32; 8]; 8];
            for (y, row) in block.iter_mut().enumerate() {
                for (x, value) in row.iter_mut().enumerate() {
                    let it = at(x, y);
                    *value = 0.299 * f32::from(pixels[it])
                        + 0.587 * f32::from(pixels[it + 1])
                        + 0.114 * f32::from(pixels[it + 2]);
                }
            }
            let before = block;
            let mut half = [[0.0_f32; 8]; 8];
            for y in 0..8 {
                for k in 0..8 {
                    half[y][k] = (0..8).map(|n| before[y][n] * waves[k][n]).sum();
                }
            }
            let mut coarse = [[0.0_f32; 8]; 8];
            for l in 0..8 {
                for k in 0..8 {
                    let value: f32 = (0..8).map(|n| half[n][k] * waves[l][n]).sum();
                    // Like the table of the JPEG standard: 16 at the start, 100 at the end.
                    let step = (12.0 + 6.0 * (k + l) as f32) * scale.max(0.05);
                    coarse[l][k] = (value / step).round() * step;
                }
            }
            for y in 0..8 {
                for k in 0..8 {
                    half[y][k] = (0..8).map(|l| coarse[l][k] * waves[l][y]).sum();
                }
            }
            for y in 0..8 {
                for x in 0..8 {
                    let value: f32 = (0..8).map(|k| half[y][k] * waves[k][x]).sum();
                    let change = value - before[y][x];
                    let it = at(x, y);
                    for part in &mut pixels[it..it + 3] {
                        *part = (f32::from(*part) + change).round().clamp(0.0, 255.0) as u8;
                    }
                }
            }
        }
    }
}
