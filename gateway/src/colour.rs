//! Colours such as `#0a5c7a`: how well text can be read on them.

/// The colour of text that can be read on this one: white, unless black can be read better and white does not
/// reach what WCAG asks (4.5 to 1).
pub fn text_on(colour: &str) -> &'static str {
    match luminance(colour) {
        Some(luminance) if contrast(1.0, luminance) < 4.5 => "#000",
        _ => "#fff",
    }
}

/// Whether text of this colour can be read on white: 4.5 to 1, as WCAG asks.
pub fn is_readable_on_white(colour: &str) -> bool {
    luminance(colour).is_none_or(|luminance| contrast(1.0, luminance) >= 4.5)
}

/// WCAG 2.2, contrast ratio, of the luminances of a lighter and a darker colour.
fn contrast(lighter: f64, darker: f64) -> f64 {
    (lighter + 0.05) / (darker + 0.05)
}

/// WCAG 2.2, relative luminance. `None` for what is no colour.
fn luminance(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#')?;
    let step = digits.len() / 3;
    let channel = |at: usize| {
        let text = digits.get(at * step..(at + 1) * step)?;
        let value = u8::from_str_radix(text, 16).ok()?;
        let value = f64::from(if step == 1 { value * 17 } else { value }) / 255.0;
        Some(if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        })
    };
    let (red, green, blue) = (channel(0)?, channel(1)?, channel(2)?);
    matches!(digits.len(), 3 | 6).then_some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_a_colour_can_be_read() {
        for (colour, text, is_readable) in [
            ("#0a5c7a", "#fff", true),
            ("#000", "#fff", true),
            ("#767676", "#fff", true),
            ("#777777", "#000", false),
            ("#fc0", "#000", false),
            ("#FFFFFF", "#000", false),
            ("red", "#fff", true),
        ] {
            assert_eq!(text_on(colour), text, "{colour}");
            assert_eq!(is_readable_on_white(colour), is_readable, "{colour}");
        }
    }
}
