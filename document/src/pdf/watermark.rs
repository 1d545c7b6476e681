//! A text across a page, over and over, so that no part of the page goes without it. It is grey and lets the page
//! show through.

use super::PageSize;
use pdf_writer::writers::Resources;
use pdf_writer::{Content, Finish as _, Name, Pdf, Ref, Str};

const FONT: Name<'_> = Name(b"W");
const STATE: Name<'_> = Name(b"W");
/// How much of the text covers the page.
const OPACITY: f32 = 0.4;
/// The size of the letters, as a part of the page's shorter side.
const LETTERS: f32 = 0.035;
/// How far lines are apart, in letters.
const LINES: f32 = 5.0;
/// How wide a letter of Helvetica is at most on the average, as a part of its size.
const LETTER_WIDTH: f32 = 0.6;
/// The most letters that are written: a note, not a page.
const MAX_LETTERS: usize = 200;

/// What every page with such a text names.
pub struct Watermark {
    font: Ref,
    state: Ref,
}

impl Watermark {
    /// Writes the font's name and the opacity, once for all pages. The font is one that every viewer has.
    pub fn write(out: &mut Pdf, next: &mut Ref) -> Self {
        let (font, state) = (next.bump(), next.bump());
        let mut object = out.type1_font(font);
        object.base_font(Name(b"Helvetica"));
        object.encoding_predefined(Name(b"WinAnsiEncoding"));
        object.finish();
        let mut object = out.ext_graphics(state);
        object.non_stroking_alpha(OPACITY);
        object.finish();
        Self { font, state }
    }

    /// Names them in a page's resources.
    pub fn name(&self, resources: &mut Resources<'_>) {
        resources.fonts().pair(FONT, self.font);
        resources.ext_g_states().pair(STATE, self.state);
    }
}

/// Draws the text across a page, from the lower left to the upper right.
pub fn draw(content: &mut Content, text: &str, page: PageSize) {
    let text: Vec<u8> = text.chars().take(MAX_LETTERS).map(windows_1252).collect();
    let size = page.width.min(page.height) * LETTERS;
    // Along the diagonal, and beyond it at both ends.
    let length = page.width.hypot(page.height);
    let (cos, sin) = (page.width / length, page.height / length);
    let width = (text.len() as f32 + 4.0) * size * LETTER_WIDTH;
    let times = (length / width).ceil().max(1.0) as usize + 1;
    let rows = (length / 2.0 / (size * LINES)).ceil() as i32;
    content.save_state();
    content.set_parameters(STATE);
    content.set_fill_gray(0.4);
    content.begin_text();
    content.set_font(FONT, size);
    for row in -rows..=rows {
        // From the middle of the page, across the lines; every second line half a text further.
        let across = row as f32 * size * LINES;
        for time in 0..times {
            let shift = if row % 2 == 0 { 0.0 } else { width / 2.0 };
            let along = time as f32 * width - length / 2.0 - shift;
            let x = page.width / 2.0 + along * cos - across * sin;
            let y = page.height / 2.0 + along * sin + across * cos;
            content.set_text_matrix([cos, sin, -sin, cos, x, y]);
            content.show(Str(&text));
        }
    }
    content.end_text();
    content.restore_state();
}

/// A character in Windows' Western European code page; `?` for one that is not in it.
fn windows_1252(c: char) -> u8 {
    const FROM_0X80: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    match u32::from(c) {
        it @ (0x20..=0x7E | 0xA0..=0xFF) => u8::try_from(it).unwrap_or(b'?'),
        0x00..=0x9F => b'?',
        _ => {
            let at = FROM_0X80.chars().position(|it| it == c);
            at.and_then(|at| u8::try_from(0x80 + at).ok())
                .unwrap_or(b'?')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dutch_texts_are_written_and_others_are_marked() {
        let of = |text: &str| text.chars().map(windows_1252).collect::<Vec<_>>();
        assert_eq!(
            of("Kopie voor één bank €"),
            b"Kopie voor \xE9\xE9n bank \x80"
        );
        assert_eq!(of("‘Łódź’\n"), b"\x91?\xF3d?\x92?");
    }
}
