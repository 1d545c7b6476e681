//! What a document lies on.

use super::{Dice, smooth};

/// The kinds of ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Planks with a grain.
    Wood,
    /// Woven, plain or with checks.
    Cloth,
    /// White or nearly white.
    WhiteTable,
    /// White with printed sheets.
    OtherPaper,
    /// A floor of tiles.
    Tiles,
    /// Dark and in folds.
    Sofa,
    /// Stone with speckles.
    Stone,
}

impl Surface {
    /// One of them.
    pub fn draw(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..26 => Self::Wood,
            26..42 => Self::Cloth,
            42..62 => Self::WhiteTable,
            62..72 => Self::OtherPaper,
            72..82 => Self::Tiles,
            82..92 => Self::Sofa,
            _ => Self::Stone,
        }
    }
}

/// A ground with its colours.
#[derive(Debug, Clone)]
pub struct Table {
    surface: Surface,
    base: [f32; 3],
    second: [f32; 3],
    turn: (f32, f32),
    /// How large what is on it is, in millimetres.
    grain: f32,
    seed: u32,
    plain: bool,
    things: Vec<Thing>,
}

/// A round thing: a cup, a coin, a plant's pot.
#[derive(Debug, Clone)]
struct Thing {
    x: f32,
    y: f32,
    radius: f32,
    colour: [f32; 3],
}

impl Table {
    /// Draws one for a page of this size.
    pub fn draw(surface: Surface, dice: &mut Dice, (page_w, page_h): (f32, f32)) -> Self {
        let grey = |it: f32| [it, it * 0.99, it * 0.97];
        let light = dice.between(0.82, 1.15);
        let (base, second) = match surface {
            Surface::Wood => {
                let woods = [
                    ([0.72, 0.55, 0.37], [0.60, 0.43, 0.27]),
                    ([0.45, 0.30, 0.19], [0.33, 0.21, 0.13]),
                    ([0.82, 0.70, 0.54], [0.73, 0.60, 0.44]),
                    ([0.60, 0.55, 0.50], [0.50, 0.45, 0.41]),
                ];
                woods[dice.below(4)]
            }
            Surface::Cloth => {
                let cloths = [
                    ([0.70, 0.14, 0.16], [0.90, 0.88, 0.84]),
                    ([0.20, 0.30, 0.50], [0.75, 0.78, 0.82]),
                    ([0.62, 0.60, 0.52], [0.40, 0.45, 0.38]),
                    ([0.85, 0.83, 0.78], [0.70, 0.66, 0.60]),
                ];
                cloths[dice.below(4)]
            }
            Surface::WhiteTable => (grey(dice.between(0.80, 0.95) / light), grey(0.8)),
            Surface::OtherPaper => (grey(dice.between(0.45, 0.9) / light), grey(0.3)),
            Surface::Tiles => {
                let base = [grey(0.75), [0.62, 0.55, 0.48], grey(0.42)][dice.below(3)];
                (base, grey(dice.between(0.3, 0.9)))
            }
            Surface::Sofa => {
                let sofas = [[0.12, 0.12, 0.14], [0.18, 0.13, 0.10], [0.22, 0.25, 0.30]];
                let base = sofas[dice.below(3)];
                (base, base.map(|it| it * 1.6))
            }
            Surface::Stone => (grey(dice.between(0.3, 0.7)), grey(dice.between(0.2, 0.85))),
        };
        let angle = dice.between(0.0, std::f32::consts::PI);
        let side = page_w.max(page_h);
        let mut things = Vec::new();
        while dice.chance(0.3) && things.len() < 3 {
            let hue = dice.between(0.1, 0.9);
            let round = dice.between(0.0, std::f32::consts::TAU);
            things.push(Thing {
                x: round.cos() * side * dice.between(0.65, 1.0),
                y: round.sin() * side * dice.between(0.65, 1.0),
                radius: side * dice.between(0.08, 0.22),
                colour: [hue, dice.between(0.1, 0.9), 1.0 - hue],
            });
        }
        Self {
            surface,
            base: base.map(|it| (it * light).min(0.97)),
            second: second.map(|it| (it * light).min(0.97)),
            turn: angle.sin_cos(),
            // A card is seen from nearer, so that the ground looks larger, but not as much.
            grain: side / 297.0 * dice.between(0.7, 1.8) + 0.2,
            seed: dice.bits() as u32,
            plain: dice.chance(0.6),
            things,
        }
    }

    /// The colour at a place, in millimetres.
    pub fn colour(&self, x: f32, y: f32) -> [f32; 3] {
        let mut colour = self.ground(x, y);
        for thing in &self.things {
            let far = (x - thing.x).hypot(y - thing.y) / thing.radius;
            let shade = 1.0 - 0.4 * smooth((1.25 - far) * 4.0);
            colour = colour.map(|it| it * shade);
            if far < 1.0 {
                let rim = if far > 0.9 { 1.1 } else { 0.75 + 0.2 * far };
                colour = thing.colour.map(|it| it * rim);
            }
        }
        colour
    }

    fn ground(&self, x: f32, y: f32) -> [f32; 3] {
        let (sin, cos) = self.turn;
        let (u, v) = (
            (cos * x + sin * y) / self.grain,
            (-sin * x + cos * y) / self.grain,
        );
        let noise = |x: f32, y: f32| noise(x, y, self.seed);
        let between = |share: f32| {
            let share = share.clamp(0.0, 1.0);
            [0, 1, 2].map(|c| self.base[c] + (self.second[c] - self.base[c]) * share)
        };
        match self.surface {
            Surface::Wood => {
                let plank = (v / 90.0).floor();
                let wave = noise(u / 180.0, v / 25.0 + plank * 7.0) * 6.0;
                let ring = ((v / 4.0 + wave * 2.0).sin() * 0.5 + 0.5) * 0.5;
                let fine = noise(u / 30.0, v * 1.3) * 0.55;
                let share = ring * 0.6 + fine + (noise(plank * 3.3, 1.5) - 0.5) * 0.7;
                let mut colour = between(share);
                let seam = (v / 90.0 - plank) * 90.0;
                if !self.plain && seam < 1.6 {
                    colour = colour.map(|it| it * 0.45);
                }
                colour
            }
            Surface::Cloth => {
                let weave = 0.5 + 0.25 * (u * 3.6).sin() + 0.25 * (v * 3.6).sin();
                let check = if self.plain {
                    0.0
                } else {
                    let stripe = |it: f32| f32::from((it / 22.0).rem_euclid(1.0) < 0.5);
                    0.5 * stripe(u) + 0.5 * stripe(v)
                };
                let fold = noise(u / 70.0, v / 45.0) * 0.3 + 0.8;
                let thread = 0.88 + 0.12 * weave + 0.06 * noise(u, v);
                between(check).map(|it| it * fold * thread)
            }
            Surface::WhiteTable => {
                let cloud =
                    0.985 + 0.02 * noise(u / 60.0, v / 60.0) + 0.01 * noise(u * 2.0, v * 2.0);
                self.base.map(|it| it * cloud)
            }
            Surface::OtherPaper => {
                // Sheets of print, one over the other.
                let mut colour = self.base;
                for it in 0..3_u32 {
                    let at = |n: u32| spread(self.seed ^ it.wrapping_mul(97) ^ n << 8);
                    let (cx, cy) = ((at(1) - 0.5) * 300.0, (at(2) - 0.5) * 300.0);
                    let (s, c) = (at(3) * 3.0).sin_cos();
                    let (a, b) = (c * (u - cx) + s * (v - cy), -s * (u - cx) + c * (v - cy));
                    if a.abs() < 105.0 && b.abs() < 148.0 {
                        let row = (b / 6.0).floor();
                        let is_ink = (b / 6.0 - row) < 0.45
                            && a.abs() < 88.0
                            && b.abs() < 130.0
                            && noise(a / 1.2, row * 5.0) > 0.5;
                        let white = 0.86 + 0.08 * at(4);
                        let value = if is_ink { 0.3 } else { white };
                        colour = [value, value, value * (0.94 + 0.06 * at(5))];
                    }
                }
                colour
            }
            Surface::Tiles => {
                let size = 150.0;
                let (tu, tv) = ((u / size).floor(), (v / size).floor());
                let (du, dv) = (u - tu * size, v - tv * size);
                if du < 4.0 || dv < 4.0 {
                    return self.second;
                }
                let tone = 0.93 + 0.1 * noise(tu * 9.1, tv * 7.7) + 0.06 * noise(u / 8.0, v / 8.0);
                self.base.map(|it| it * tone)
            }
            Surface::Sofa => {
                let fold = noise(u / 60.0, v / 30.0) * 0.8 + noise(u / 12.0, v / 14.0) * 0.2;
                between(fold).map(|it| it * (0.9 + 0.2 * noise(u * 1.5, v * 1.5)))
            }
            Surface::Stone => {
                let speck = noise(u * 0.5, v * 0.5) * 0.6 + noise(u * 1.3, v * 1.3) * 0.5;
                between(smooth((speck - 0.3) * 1.6))
            }
        }
    }
}

fn spread(mut bits: u32) -> f32 {
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x7feb_352d);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
    bits ^= bits >> 16;
    (bits >> 8) as f32 / (1 << 24) as f32
}

/// A smooth field of values from 0 to 1, with a change about each unit.
pub fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let at = |dx: i32, dy: i32| {
        let (ix, iy) = (fx as i32 + dx, fy as i32 + dy);
        let bits = (ix as u32).wrapping_mul(0x9e37_79b1) ^ (iy as u32).wrapping_mul(0x85eb_ca77);
        spread(bits ^ seed)
    };
    let (sx, sy) = (smooth(x - fx), smooth(y - fy));
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * sx;
    let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * sx;
    top + (bottom - top) * sy
}
