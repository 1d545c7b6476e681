//! The documents: made-up letters, tables, forms, cards and passports. The words are strokes, nobody's text.

use super::{Dice, smooth};

/// The kinds of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A4 with a letterhead.
    Letter,
    /// A4 with a table.
    Payslip,
    /// A4 with a dark band up to its edges.
    Statement,
    /// A4 with a frame around all.
    Form,
    /// An identity card.
    Card,
    /// Two pages of a passport.
    Passport,
    /// A narrow slip.
    Receipt,
    /// A4 that was folded in three.
    Folded,
}

impl Kind {
    /// One of them.
    pub fn draw(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..24 => Self::Letter,
            24..42 => Self::Payslip,
            42..50 => Self::Statement,
            50..58 => Self::Form,
            58..78 => Self::Card,
            78..89 => Self::Passport,
            89..94 => Self::Receipt,
            _ => Self::Folded,
        }
    }

    /// Its width and height.
    pub fn millimetres(self) -> (f32, f32) {
        match self {
            Self::Card => (85.6, 54.0),
            Self::Passport => (125.0, 176.0),
            Self::Receipt => (80.0, 180.0),
            _ => (210.0, 297.0),
        }
    }

    fn corner_radius(self) -> f32 {
        match self {
            Self::Card | Self::Passport => 3.2,
            _ => 0.0,
        }
    }
}

/// A document on the table.
#[derive(Debug, Clone)]
pub struct Paper {
    size: (f32, f32),
    radius: f32,
    middle: (f32, f32),
    turn: (f32, f32),
    scale: f32,
    columns: usize,
    ink: Vec<[u8; 3]>,
}

impl Paper {
    /// Draws one, around a middle on the table and at an angle.
    pub fn draw(kind: Kind, seed: u64, middle: (f32, f32), turn: f32) -> Self {
        let size = kind.millimetres();
        let scale = if kind == Kind::Card { 11.0 } else { 5.0 };
        let (columns, rows) = ((size.0 * scale) as usize + 1, (size.1 * scale) as usize + 1);
        let mut dice = Dice::new(seed);
        let white = dice.between(228.0, 252.0);
        let tint = dice.between(0.95, 1.0);
        let paper = [white as u8, white as u8, (white * tint) as u8];
        let mut sheet = Self {
            size,
            radius: kind.corner_radius(),
            middle,
            turn: turn.sin_cos(),
            scale,
            columns,
            ink: vec![paper; columns * rows],
        };
        sheet.print(kind, &mut dice);
        sheet
    }

    fn local(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - self.middle.0, y - self.middle.1);
        let (sin, cos) = self.turn;
        (cos * x + sin * y, -sin * x + cos * y)
    }

    /// How far outside a place is, in millimetres; less than 0 inside.
    fn outside(&self, x: f32, y: f32) -> f32 {
        let (x, y) = self.local(x, y);
        let dx = x.abs() - self.size.0 / 2.0 + self.radius;
        let dy = y.abs() - self.size.1 / 2.0 + self.radius;
        dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - self.radius
    }

    /// The share of a place that it covers, when a pixel is this wide.
    pub fn cover(&self, x: f32, y: f32, pixel: f32) -> f32 {
        (0.5 - self.outside(x, y) / pixel).clamp(0.0, 1.0)
    }

    /// How much of its shadow falls on a place.
    pub fn nearness(&self, x: f32, y: f32, soft: f32) -> f32 {
        smooth(0.5 - self.outside(x, y) / (2.0 * soft))
    }

    /// The colour at a place on it.
    pub fn colour(&self, x: f32, y: f32) -> [f32; 3] {
        let (x, y) = self.local(x, y);
        let rows = self.ink.len() / self.columns;
        let u = ((x + self.size.0 / 2.0) * self.scale).clamp(0.0, self.columns as f32 - 1.001);
        let v = ((y + self.size.1 / 2.0) * self.scale).clamp(0.0, rows as f32 - 1.001);
        let (iu, iv) = (u as usize, v as usize);
        let (su, sv) = (u - iu as f32, v - iv as f32);
        let at = |du: usize, dv: usize| {
            let row = (iv + dv).min(rows - 1);
            self.ink[row * self.columns + (iu + du).min(self.columns - 1)]
        };
        let corners = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
        [0, 1, 2].map(|c| {
            let part = |it: usize| f32::from(corners[it][c]);
            let top = part(0) + (part(1) - part(0)) * su;
            let bottom = part(2) + (part(3) - part(2)) * su;
            (top + (bottom - top) * sv) / 255.0
        })
    }

    /// Fills from (x, y) on, all in millimetres from the top left.
    fn fill(&mut self, x: f32, y: f32, w: f32, h: f32, colour: [u8; 3]) {
        let rows = self.ink.len() / self.columns;
        let cell = |it: f32, most: usize| ((it * self.scale).round().max(0.0) as usize).min(most);
        let (left, right) = (cell(x, self.columns), cell(x + w, self.columns));
        for row in cell(y, rows)..cell(y + h, rows) {
            let start = row * self.columns;
            self.ink[start + left..start + right.max(left)].fill(colour);
        }
    }

    fn ellipse(&mut self, x: f32, y: f32, rx: f32, ry: f32, colour: [u8; 3]) {
        let steps = (ry * 2.0 * self.scale) as i32;
        for step in 0..steps {
            let dy = -ry + (step as f32 + 0.5) / self.scale;
            let half = rx * (1.0 - (dy / ry).powi(2)).max(0.0).sqrt();
            self.fill(x - half, y + dy, half * 2.0, 1.5 / self.scale, colour);
        }
    }

    /// A line of words: strokes as wide and as dense as letters.
    fn words(&mut self, dice: &mut Dice, x: f32, y: f32, w: f32, height: f32, colour: [u8; 3]) {
        let (mut at, pen) = (x, height * 0.16);
        while at < x + w - height {
            let letters = 2 + dice.below(8);
            for _ in 0..letters {
                let wide = height * dice.between(0.35, 0.62);
                let tall = if dice.chance(0.3) {
                    height
                } else {
                    height * 0.7
                };
                let top = y + height - tall;
                if at + wide > x + w {
                    return;
                }
                if dice.chance(0.8) {
                    self.fill(at, top, pen, tall, colour);
                }
                if dice.chance(0.55) {
                    self.fill(at + wide - pen, top, pen, tall, colour);
                }
                for share in [0.0, 0.45, 0.9] {
                    if dice.chance(0.45) {
                        self.fill(at, top + (tall - pen) * share, wide, pen, colour);
                    }
                }
                at += wide + height * 0.14;
            }
            at += height * 0.4;
        }
    }

    fn paragraph(&mut self, dice: &mut Dice, x: f32, y: f32, w: f32, lines: usize, height: f32) {
        let ink = [40, 40, 45];
        for line in 0..lines {
            let wide = if line + 1 == lines {
                w * dice.between(0.2, 0.9)
            } else {
                w * dice.between(0.9, 1.0)
            };
            self.words(dice, x, y + line as f32 * height * 1.7, wide, height, ink);
        }
    }

    fn face(&mut self, dice: &mut Dice, x: f32, y: f32, w: f32, h: f32) {
        self.fill(x, y, w, h, [188, 196, 204]);
        let skins = [[224, 186, 160], [198, 150, 118], [120, 82, 60]];
        let skin = skins[dice.below(3)];
        let hair = [[40, 30, 25], [120, 84, 44], [90, 90, 92]][dice.below(3)];
        self.ellipse(x + w / 2.0, y + h * 0.42, w * 0.31, h * 0.3, hair);
        self.ellipse(x + w / 2.0, y + h * 0.48, w * 0.25, h * 0.27, skin);
        self.ellipse(x + w / 2.0, y + h * 0.98, w * 0.42, h * 0.2, [60, 64, 84]);
        self.fill(x, y + h, w, h * 0.2, [255, 255, 255]);
        for side in [0.38, 0.58] {
            self.fill(
                x + w * side,
                y + h * 0.44,
                w * 0.06,
                h * 0.025,
                [30, 25, 25],
            );
        }
        self.fill(
            x + w * 0.42,
            y + h * 0.62,
            w * 0.16,
            h * 0.02,
            [150, 80, 80],
        );
    }

    fn print(&mut self, kind: Kind, dice: &mut Dice) {
        let (w, h) = self.size;
        let strong = [
            [20, 70, 140],
            [200, 60, 20],
            [10, 110, 80],
            [60, 20, 90],
            [30, 30, 30],
        ][dice.below(5)];
        match kind {
            Kind::Letter | Kind::Folded => {
                self.fill(22.0, 15.0, 24.0, 12.0, strong);
                self.words(dice, 50.0, 18.0, 60.0, 5.0, strong);
                self.paragraph(dice, 22.0, 48.0, 60.0, 4, 2.6);
                let mut y = 85.0;
                while y < 225.0 {
                    let lines = 3 + dice.below(6);
                    self.paragraph(dice, 22.0, y, w - 44.0, lines, 2.6);
                    y += lines as f32 * 4.42 + 6.0;
                    if dice.chance(0.12) {
                        break;
                    }
                }
                for step in 0..40 {
                    let x = 24.0 + step as f32;
                    let wave = (step as f32 * 0.7).sin() * 5.0 * dice.between(0.5, 1.0);
                    self.fill(x, y + 8.0 + wave, 1.1, 0.8, [30, 40, 130]);
                }
                self.words(dice, 22.0, h - 14.0, w - 44.0, 1.8, [110, 110, 115]);
                if kind == Kind::Folded {
                    for (fold, side) in [(99.0, 0.94), (198.0, 1.0)] {
                        self.shade(fold - 0.3, fold + 0.3, 0.84);
                        self.shade(fold, fold + 99.0, side);
                    }
                }
            }
            Kind::Payslip => {
                self.words(dice, 15.0, 14.0, 80.0, 5.5, strong);
                self.paragraph(dice, 15.0, 30.0, 70.0, 4, 2.4);
                let rows = 12 + dice.below(14);
                self.fill(15.0, 62.0, w - 30.0, 7.0, strong.map(|it| it / 2 + 110));
                for row in 0..=rows {
                    let y = 62.0 + row as f32 * 7.0;
                    self.fill(15.0, y, w - 30.0, 0.4, [60, 60, 60]);
                    if row < rows {
                        self.words(dice, 17.0, y + 2.2, 60.0, 2.4, [35, 35, 35]);
                        for column in [100.0, 135.0, 168.0] {
                            self.words(dice, column, y + 2.2, 18.0, 2.4, [35, 35, 35]);
                        }
                    }
                }
                for x in [15.0, 95.0, 130.0, 163.0, w - 15.4] {
                    self.fill(x, 62.0, 0.4, rows as f32 * 7.0, [60, 60, 60]);
                }
                self.paragraph(dice, 15.0, 262.0, w - 30.0, 3, 2.2);
            }
            Kind::Statement => {
                self.fill(0.0, 0.0, w, 32.0, strong);
                self.words(dice, 15.0, 12.0, 90.0, 8.0, [250, 250, 250]);
                for row in 0..24 {
                    let y = 60.0 + row as f32 * 8.5;
                    if row % 2 == 0 {
                        self.fill(12.0, y - 2.5, w - 24.0, 8.5, [226, 230, 236]);
                    }
                    self.words(dice, 15.0, y, 25.0, 2.6, [40, 40, 40]);
                    self.words(dice, 50.0, y, 80.0, 2.6, [40, 40, 40]);
                    self.words(dice, 165.0, y, 22.0, 2.6, [40, 40, 40]);
                }
                if dice.chance(0.5) {
                    self.fill(0.0, h - 12.0, w, 12.0, strong.map(|it| it / 2 + 100));
                }
            }
            Kind::Form => {
                let inset = dice.between(7.0, 16.0);
                let line = dice.between(0.4, 1.2);
                let (fw, fh) = (w - 2.0 * inset, h - 2.0 * inset);
                for (x, y, w, h) in [
                    (inset, inset, fw, line),
                    (inset, h - inset, fw, line),
                    (inset, inset, line, fh),
                    (w - inset, inset, line, fh),
                ] {
                    self.fill(x, y, w, h, [30, 30, 40]);
                }
                self.words(dice, inset + 8.0, inset + 8.0, 100.0, 6.0, strong);
                for row in 0..14 {
                    let y = inset + 28.0 + row as f32 * 17.0;
                    if y + 12.0 > h - inset {
                        break;
                    }
                    self.words(dice, inset + 6.0, y, 50.0, 2.6, [40, 40, 40]);
                    self.fill(inset + 62.0, y - 3.0, fw - 70.0, 0.4, [90, 90, 90]);
                    self.fill(inset + 62.0, y + 7.0, fw - 70.0, 0.4, [90, 90, 90]);
                    self.words(dice, inset + 65.0, y, 60.0, 3.4, [30, 50, 140]);
                }
            }
            Kind::Card => {
                let tones = [
                    ([222, 205, 215], [190, 205, 225]),
                    ([240, 214, 200], [214, 190, 205]),
                    ([205, 222, 208], [225, 225, 200]),
                    ([120, 140, 180], [90, 110, 160]),
                ];
                let (from, to): ([i32; 3], [i32; 3]) = tones[dice.below(4)];
                for step in 0..172 {
                    let x = step as f32 * 0.5;
                    let colour = [0, 1, 2].map(|c| {
                        let wave = ((x * 0.9).sin() * 5.0) as i32;
                        (from[c] + (to[c] - from[c]) * step / 172 + wave).clamp(0, 255) as u8
                    });
                    self.fill(x, 0.0, 0.6, h, colour);
                }
                self.words(dice, 5.0, 3.5, 50.0, 2.8, strong);
                self.face(dice, 4.0, 11.0, 22.0, 26.0);
                for row in 0..6 {
                    let y = 11.0 + row as f32 * 4.6;
                    self.words(dice, 30.0, y, 14.0, 1.1, [90, 90, 110]);
                    self.words(dice, 30.0, y + 1.7, 32.0, 2.0, [30, 30, 40]);
                }
                if dice.chance(0.5) {
                    self.fill(66.0, 14.0, 12.0, 10.0, [205, 180, 110]);
                }
                self.fill(0.0, 41.0, w, 13.0, [238, 236, 232]);
                for row in 0..3 {
                    self.words(
                        dice,
                        4.0,
                        42.5 + row as f32 * 3.6,
                        w - 8.0,
                        2.2,
                        [20, 20, 20],
                    );
                }
            }
            Kind::Passport => {
                for half in 0..2 {
                    let top = half as f32 * 88.0;
                    for step in 0..250 {
                        let x = step as f32 * 0.5;
                        let wave = ((x * 0.5).sin() * 6.0 + (x * 0.13).cos() * 6.0) as i32;
                        let tone = [218, 212, 226].map(|it: i32| (it + wave).clamp(0, 255) as u8);
                        self.fill(x, top, 0.6, 88.0, tone);
                    }
                }
                self.words(dice, 12.0, 10.0, 80.0, 3.0, [120, 60, 70]);
                self.paragraph(dice, 12.0, 22.0, 100.0, 8, 2.2);
                self.face(dice, 8.0, 102.0, 32.0, 40.0);
                for row in 0..6 {
                    let y = 101.0 + row as f32 * 7.4;
                    self.words(dice, 46.0, y, 30.0, 1.4, [110, 90, 110]);
                    self.words(dice, 46.0, y + 2.2, 60.0, 2.6, [35, 30, 40]);
                }
                for row in 0..2 {
                    let y = 158.0 + row as f32 * 6.5;
                    self.words(dice, 6.0, y, w - 12.0, 3.2, [20, 20, 20]);
                }
                for step in 0..24 {
                    let far = step as f32 / 24.0;
                    for side in [-1.0, 1.0] {
                        let y = 88.0 + side * far * 9.0;
                        self.shade(y - 0.3, y + 0.3, 1.0 - 0.3 * (1.0 - far).powi(2));
                    }
                }
            }
            Kind::Receipt => {
                self.words(dice, 18.0, 8.0, 44.0, 5.0, [40, 40, 40]);
                for row in 0..26 {
                    let y = 24.0 + row as f32 * 5.4;
                    self.words(dice, 6.0, y, 40.0, 2.6, [60, 60, 62]);
                    self.words(dice, 60.0, y, 14.0, 2.6, [60, 60, 62]);
                }
            }
        }
    }

    /// Makes a band across darker.
    fn shade(&mut self, top: f32, bottom: f32, factor: f32) {
        let row = |it: f32| {
            ((it * self.scale).round().max(0.0) as usize * self.columns).min(self.ink.len())
        };
        let (from, to) = (row(top), row(bottom));
        for colour in &mut self.ink[from..to.max(from)] {
            *colour = colour.map(|it| (f32::from(it) * factor) as u8);
        }
    }
}
