//! A QR code as a picture, which the phone's camera reads off the screen.

use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// The white border that a camera needs, in modules (ISO 18004: the quiet zone).
const QUIET_ZONE: i32 = 4;

/// The code of a text as SVG, black on white in every colour scheme; `None` when it is too long for one.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let begin = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > begin {
                let (left, top, width) = (begin + QUIET_ZONE, y + QUIET_ZONE, x - begin);
                // Writing to a String does not fail.
                let _ = write!(path, "M{left} {top}h{width}v1h-{width}z");
            }
            x += 1;
        }
    }
    let size = code.size() + 2 * QUIET_ZONE;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_and_no_other() {
        let text = "https://portal.example.nl/open/v4.local.abc";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let svg = svg(text).unwrap();
        let path = svg.split("<path d=\"").nth(1).unwrap();
        let mut dark = std::collections::HashSet::new();
        for run in path.split('M').skip(1) {
            let number = |text: &str| text.parse::<i32>().unwrap();
            let (left, rest) = run.split_once(' ').unwrap();
            let (top, rest) = rest.split_once('h').unwrap();
            let (width, _) = rest.split_once('v').unwrap();
            for x in 0..number(width) {
                dark.insert((number(left) + x - QUIET_ZONE, number(top) - QUIET_ZONE));
            }
        }
        for y in 0..code.size() {
            for x in 0..code.size() {
                assert_eq!(dark.contains(&(x, y)), code.get_module(x, y), "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_that_is_too_long_gives_no_code() {
        assert_eq!(svg(&"a".repeat(5_000)), None);
    }
}
