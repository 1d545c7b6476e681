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
/// The same at least, as a part of its diagonal: on a long strip it would be written a million times.
const LEAST_LETTERS: f32 = 0.004;
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
    let text = windows_1252(text);
    // Along the diagonal, and beyond it at both ends.
    let length = page.width.hypot(page.height);
    let size = (page.width.min(page.height) * LETTERS).max(length * LEAST_LETTERS);
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

/// The text as the font has it, in Windows' Western European code page. Letters of other Latin alphabets go without
/// their marks, such as `l` for `ł`; whatever else is not in it becomes `?`, and [`not_in_a_pdf`] says so before.
fn windows_1252(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for c in text.chars().take(MAX_LETTERS) {
        match plain(c) {
            Some(plain) => bytes.extend_from_slice(plain),
            None if is_mark(c) => {}
            None => bytes.push(byte(c).unwrap_or(b'?')),
        }
    }
    bytes
}

/// The characters of a text that cannot be written on a page of a PDF, each once.
pub fn not_in_a_pdf(text: &str) -> String {
    let mut others = String::new();
    for c in text.chars() {
        let is_known = byte(c).is_some() || plain(c).is_some() || is_mark(c);
        if !is_known && !others.contains(c) {
            others.push(c);
        }
    }
    others
}

/// A mark that is set on the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// The code page's byte for a character.
fn byte(c: char) -> Option<u8> {
    const FROM_0X80: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    match u32::from(c) {
        it @ (0x20..=0x7E | 0xA0..=0xFF) => u8::try_from(it).ok(),
        0x00..=0x9F => None,
        _ => {
            let at = FROM_0X80.chars().position(|it| it == c);
            at.and_then(|at| u8::try_from(0x80 + at).ok())
        }
    }
}

/// The plain letters for one of another Latin alphabet; `None` for any that the code page has.
fn plain(c: char) -> Option<&'static [u8]> {
    /// Those of U+0100 to U+017F, in order.
    const EXTENDED: &[u8; 128] =
        b"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLl\
          NnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
    if byte(c).is_some() {
        return None;
    }
    Some(match c {
        'Ĳ' => b"IJ",
        'ĳ' => b"ij",
        'Ș' => b"S",
        'ș' => b"s",
        'Ț' => b"T",
        'ț' => b"t",
        'ẞ' => b"SS",
        _ => {
            let at = u32::from(c).checked_sub(0x100)? as usize;
            EXTENDED.get(at..=at)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dutch_texts_are_written() {
        assert_eq!(
            windows_1252("Kopie voor één bank €"),
            b"Kopie voor \xE9\xE9n bank \x80"
        );
        assert_eq!(windows_1252("‘IJ’ Ĳ"), b"\x91IJ\x92 IJ");
        assert_eq!(not_in_a_pdf("Kopie voor één bank €"), "");
    }

    #[test]
    fn other_latin_letters_are_written_without_their_marks() {
        // Polish, Turkish, Czech, Romanian, Hungarian; and é in two characters.
        for (text, plain) in [
            ("Łódź Wałęsa", &b"L\xF3dz Walesa"[..]),
            ("Işık Yağmur İnci", b"Isik Yagmur Inci"),
            ("Dvořák Šnůra", b"Dvor\xE1k \x8Anura"),
            ("Ștefan Țuțea", b"Stefan Tutea"),
            ("Erdős", b"Erdos"),
            ("Rene\u{301}", b"Rene"),
        ] {
            assert_eq!(windows_1252(text), plain, "{text}");
            assert_eq!(not_in_a_pdf(text), "", "{text}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        assert_eq!(windows_1252("voor Ελ\n"), b"voor ???");
        assert_eq!(
            not_in_a_pdf("Ελλάδα, Жанна 王"),
            "ΕλάδαЖан王".replace('a', "")
        );
    }

    #[test]
    fn every_letter_of_the_table_stands_for_itself() {
        for (at, letter) in [
            ('Ā', 'A'),
            ('Đ', 'D'),
            ('ı', 'i'),
            ('Ł', 'L'),
            ('ł', 'l'),
            ('Ő', 'O'),
            ('Ű', 'U'),
            ('ż', 'z'),
            ('ſ', 's'),
        ] {
            assert_eq!(plain(at), Some(&[letter as u8][..]), "{at}");
        }
    }
}
