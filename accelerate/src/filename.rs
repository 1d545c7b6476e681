//! File names: out of a `Content-Disposition`, and made safe to save under on every system, whoever
//! wrote them. Relies on nothing; what comes out is a bare name, never a path.

use crate::document_kind::{endings, is_ending};
use crate::request::percent_decoded;

/// The longest name, in bytes of UTF-8: file systems take 255, and a browser may add ` (1)`.
pub const MAX_LENGTH: usize = 200;

/// The name that a `Content-Disposition` gives, safe to save under; `None` when it gives none or nothing
/// of it is left.
///
/// By RFC 6266: `filename*` (RFC 8187, in UTF-8 or ISO-8859-1) goes before `filename`, unless it is in
/// another charset or broken. Beyond it, as browsers do: `filename` in raw UTF-8, which a browser hands
/// over as Latin-1, or percent-encoded; spaces without quotes; a missing quote at the end.
pub fn from_content_disposition(header: Option<&str>) -> Option<String> {
    let mut rest = header?;
    let (mut plain, mut extended) = (None, None);
    while !rest.is_empty() {
        let (name, value);
        (name, value, rest) = parameter(rest);
        // A comma in place of the semicolon: `attachment, filename=a.pdf`.
        let name = name.rsplit(',').next().unwrap_or_default().trim();
        let found = match name {
            name if name.eq_ignore_ascii_case("filename") => &mut plain,
            name if name.eq_ignore_ascii_case("filename*") => &mut extended,
            _ => continue,
        };
        if found.is_none() {
            *found = Some(value);
        }
    }
    extended
        .and_then(|value| safe(&extended_value(&value)?))
        .or_else(|| safe(&plain_value(plain?)))
}

/// The name made safe to save under: its last path part (`/` and `\`), without control and bidi
/// characters, without leading dots or trailing dots and spaces, with `_` for what Windows does not
/// allow, not one of Windows' device names, and at most [`MAX_LENGTH`] long with its extension kept.
/// `None` when nothing is left.
pub fn safe(name: &str) -> Option<String> {
    let part = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = part
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| {
            if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') {
                '_'
            } else {
                c
            }
        })
        .collect();
    let trimmed = cleaned.trim_matches(is_edge);
    if trimmed.is_empty() {
        return None;
    }
    let mut name = String::with_capacity(trimmed.len() + 1);
    if is_device(trimmed) {
        name.push('_');
    }
    name.push_str(trimmed);
    if name.len() > MAX_LENGTH {
        let extension = extension(&name)
            .map(|extension| [".", extension].concat())
            .unwrap_or_default();
        let mut end = MAX_LENGTH - extension.len();
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        name.truncate(name.trim_end_matches(is_edge).len());
        name.push_str(&extension);
    }
    Some(name)
}

/// The name, or one made of the action's label for a document that came without. Either gets the
/// extension of the document's type when it has none.
pub fn or(name: Option<String>, label: &str, mimetype: Option<&str>) -> String {
    // A slash in a label is no path: "maart/april".
    let mut name = name
        .or_else(|| safe(&label.replace(['/', '\\'], "-")))
        .unwrap_or_else(|| String::from("document"));
    let known = extension_of(mimetype.unwrap_or_default());
    if let Some(known) = known
        && extension(&name).is_none()
    {
        name.push('.');
        name.push_str(known);
        name = safe(&name).unwrap_or(name);
    }
    name
}

/// The name for sending a document that is of this media type: [`safe`], and with the ending of what it is.
/// `image:1641` that is a JPEG becomes `image_1641.jpg`, `scan.pdf` that is one becomes `scan.jpg`. What is no ending
/// stays: `jaaropgave 2.2026` becomes `jaaropgave 2.2026.pdf`. The name of a type that no office takes is only made
/// safe. Without anything that can be a name it is `document`.
pub fn for_kind(name: &str, media_type: &str) -> String {
    let name = safe(name).unwrap_or_else(|| String::from("document"));
    let bare = media_type.split(';').next().unwrap_or_default().trim();
    let fitting = endings(bare);
    let Some(usual) = fitting.first() else {
        return name;
    };
    let own = extension(&name).unwrap_or_default();
    let fits = |ending: &&str| ending.eq_ignore_ascii_case(own);
    if fitting.iter().any(fits) {
        return name;
    }
    let mut stem = name.as_str();
    if is_ending(own) {
        stem = stem.strip_suffix(own).unwrap_or(stem);
    }
    let mut end = stem.len().min(MAX_LENGTH - usual.len() - 1);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    [stem[..end].trim_end_matches(is_edge), ".", usual].concat()
}

/// The extension that documents of a media type go by.
fn extension_of(mimetype: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 13] = [
        ("application/pdf", "pdf"),
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/heic", "heic"),
        ("image/heif", "heic"),
        ("image/webp", "webp"),
        ("image/tiff", "tif"),
        ("application/msword", "doc"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
        ),
        ("application/vnd.ms-excel", "xls"),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
        ("application/zip", "zip"),
        ("text/plain", "txt"),
    ];
    let bare = mimetype.split(';').next().unwrap_or_default().trim();
    KNOWN
        .iter()
        .find(|(kind, _)| bare.eq_ignore_ascii_case(kind))
        .map(|(_, extension)| *extension)
}

/// What stands behind the last dot, if it looks like an extension: letters and digits, at most 10.
fn extension(name: &str) -> Option<&str> {
    let (_, extension) = name.rsplit_once('.')?;
    let plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain && (1..=10).contains(&extension.len())).then_some(extension)
}

/// Characters that show nothing but change what is shown: control characters, those that turn the
/// direction of writing (`fdp.exe` reads as `exe.pdf`), and line, paragraph and zero-width spaces.
/// The joiners stay: emoji and several scripts are written with them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{2066}'
                ..='\u{2069}' | '\u{feff}'
        )
}

/// What a name neither starts nor ends with.
fn is_edge(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Whether Windows takes the name for a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let numbered = |start: &str| {
        stem.get(..3)
            .is_some_and(|three| three.eq_ignore_ascii_case(start))
            && matches!(
                stem.get(3..),
                Some("0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
            )
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
        || numbered("COM")
        || numbered("LPT")
}

/// Reads up to the next `;`: a parameter's name and value, and what follows. The name is empty for what
/// is no parameter, such as `attachment`.
fn parameter(text: &str) -> (&str, String, &str) {
    let end = text.find([';', '=']).unwrap_or(text.len());
    let (name, after) = text.split_at_checked(end).unwrap_or((text, ""));
    let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
        return ("", String::new(), after.get(1..).unwrap_or_default());
    };
    let Some(quoted) = value.strip_prefix('"') else {
        let (value, rest) = value.split_once(';').unwrap_or((value, ""));
        return (name.trim(), value.trim_end().to_owned(), rest);
    };
    // `"C:\docs\file.pdf"` is no sequence of escapes.
    let is_path =
        quoted.as_bytes().get(1..3) == Some(b":\\") && quoted.as_bytes().get(3) != Some(&b'\\');
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next() {
            None | Some('"') => break,
            Some('\\') if !is_path => value.extend(chars.next()),
            Some(c) => value.push(c),
        }
    }
    let rest = chars.as_str();
    (
        name.trim(),
        value,
        rest.split_once(';').map_or("", |(_, rest)| rest),
    )
}

/// RFC 8187: `UTF-8'nl'na%C3%AFef.pdf`. `None` for another charset, a broken escape or what is not in
/// the charset.
fn extended_value(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = percent_decoded(encoded)?;
    if charset.trim().eq_ignore_ascii_case("UTF-8") {
        String::from_utf8(bytes).ok()
    } else if charset.trim().eq_ignore_ascii_case("ISO-8859-1") {
        Some(bytes.into_iter().map(char::from).collect())
    } else {
        None
    }
}

/// A `filename` as it was meant: UTF-8 that came as Latin-1, percent-encoded, or just so.
fn plain_value(value: String) -> String {
    let bytes: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
    let value = bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or(value);
    if !value.contains('%') {
        return value;
    }
    percent_decoded(&value)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(header: &str) -> Option<String> {
        from_content_disposition(Some(header))
    }

    #[test]
    fn the_documentations_example_names_its_file() {
        assert_eq!(
            name(r#"attachment; filename="demo.pdf""#).as_deref(),
            Some("demo.pdf")
        );
    }

    #[test]
    fn a_name_comes_with_or_without_quotes_and_in_any_case() {
        for header in [
            "attachment; filename=demo.pdf",
            "ATTACHMENT; FILENAME=demo.pdf",
            "inline;filename = \"demo.pdf\" ; size=3",
            "filename=demo.pdf",
            "attachment; size=3; filename=\"demo.pdf",
            "attachment;; filename=\"demo.pdf\"; filename=\"other.pdf\"",
        ] {
            assert_eq!(name(header).as_deref(), Some("demo.pdf"), "{header}");
        }
        assert_eq!(
            name("attachment; filename=mijn demo.pdf; x=y").as_deref(),
            Some("mijn demo.pdf")
        );
    }

    #[test]
    fn no_name_is_none() {
        assert_eq!(from_content_disposition(None), None);
        for header in [
            "",
            "attachment",
            "attachment; filename",
            "attachment; filename=",
            "attachment; filename=\"\"",
            "attachment; xfilename=a.pdf",
            ";;;=",
        ] {
            assert_eq!(name(header), None, "{header}");
        }
    }

    #[test]
    fn quoted_names_may_hold_separators_and_escapes() {
        assert_eq!(
            name(r#"attachment; filename="a;b=c.pdf""#).as_deref(),
            Some("a;b=c.pdf")
        );
        assert_eq!(
            name(r#"attachment; filename="f\oo \"bar\".pdf""#).as_deref(),
            Some("foo _bar_.pdf")
        );
        assert_eq!(
            name(r#"attachment; note="filename=x.pdf"; filename=y.pdf"#).as_deref(),
            Some("y.pdf")
        );
    }

    #[test]
    fn the_extended_name_goes_first_wherever_it_stands() {
        for header in [
            "attachment; filename=\"nee.pdf\"; filename*=UTF-8''na%C3%AFef%20%F0%9F%8F%A0.pdf",
            "attachment; filename*=utf-8'nl'na%c3%afef%20%F0%9F%8F%A0.pdf; filename=\"nee.pdf\"",
            "attachment; filename*=\"UTF-8''na%C3%AFef %F0%9F%8F%A0.pdf\"",
        ] {
            assert_eq!(name(header).as_deref(), Some("naïef 🏠.pdf"), "{header}");
        }
        assert_eq!(
            name("attachment; filename*=ISO-8859-1''na%EFef.pdf").as_deref(),
            Some("naïef.pdf")
        );
    }

    #[test]
    fn a_broken_extended_name_falls_back() {
        for extended in [
            "UTF-8''a%C3.pdf",
            "UTF-8''a%zz.pdf",
            "KOI8-R''a.pdf",
            "a.pdf",
            "UTF-8'a.pdf",
            "UTF-8''",
            "UTF-8''%2F..",
            "UTF-8''%",
        ] {
            let header = ["attachment; filename=ja.pdf; filename*=", extended].concat();
            assert_eq!(name(&header).as_deref(), Some("ja.pdf"), "{header}");
        }
        assert_eq!(name("attachment; filename*=KOI8-R''a.pdf"), None);
    }

    #[test]
    fn raw_bytes_are_read_as_utf8_also_when_they_come_as_latin1() {
        assert_eq!(
            name("attachment; filename=\"naïef.pdf\"").as_deref(),
            Some("naïef.pdf")
        );
        assert_eq!(
            name("attachment; filename=\"na\u{c3}\u{af}ef.pdf\"").as_deref(),
            Some("naïef.pdf")
        );
        assert_eq!(
            name("attachment; filename=\"\u{c5}\u{81}\u{c3}\u{b3}d\u{c5}\u{ba}.pdf\"").as_deref(),
            Some("Łódź.pdf")
        );
    }

    #[test]
    fn a_percent_encoded_plain_name_is_decoded_when_it_is_one() {
        assert_eq!(
            name("attachment; filename=mijn%20huis%C3%A9.pdf").as_deref(),
            Some("mijn huisé.pdf")
        );
        assert_eq!(
            name("attachment; filename=\"100% zeker.pdf\"").as_deref(),
            Some("100% zeker.pdf")
        );
        assert_eq!(
            name("attachment; filename=\"..%2F..%2Fetc%2Fpasswd\"").as_deref(),
            Some("passwd")
        );
    }

    #[test]
    fn paths_lose_all_but_their_last_part() {
        assert_eq!(
            name(r#"attachment; filename="../../etc/passwd""#).as_deref(),
            Some("passwd")
        );
        assert_eq!(
            name(r#"attachment; filename="C:\docs\file.pdf""#).as_deref(),
            Some("file.pdf")
        );
        assert_eq!(
            name(r#"attachment; filename="C:\\docs\\file.pdf""#).as_deref(),
            Some("file.pdf")
        );
        assert_eq!(safe("map/"), None);
        assert_eq!(safe("/etc/.."), None);
    }

    #[test]
    fn names_lose_what_fools_the_eye_or_the_system() {
        assert_eq!(
            safe("factuur\u{202e}fdp.exe").as_deref(),
            Some("factuurfdp.exe")
        );
        assert_eq!(
            safe("a\0b\r\nc\u{85}.pdf\u{feff}").as_deref(),
            Some("abc.pdf")
        );
        assert_eq!(
            safe("wat? <nu>: \"a|b*\".pdf").as_deref(),
            Some("wat_ _nu__ _a_b__.pdf")
        );
        assert_eq!(safe(" ..htaccess. . ").as_deref(), Some("htaccess"));
        for nothing in ["", ".", "..", " . ", "\u{202e}", "\u{a0}"] {
            assert_eq!(safe(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn device_names_are_no_file_names() {
        assert_eq!(safe("CON").as_deref(), Some("_CON"));
        assert_eq!(safe("nul.pdf").as_deref(), Some("_nul.pdf"));
        assert_eq!(safe("Com1.tar.gz").as_deref(), Some("_Com1.tar.gz"));
        assert_eq!(safe("LPT² .txt").as_deref(), Some("_LPT² .txt"));
        assert_eq!(safe("console.pdf").as_deref(), Some("console.pdf"));
        assert_eq!(safe("COM10.pdf").as_deref(), Some("COM10.pdf"));
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let long = safe(&("é".repeat(300) + ".pdf")).expect("a name");
        assert!(
            long.ends_with("é.pdf") && long.len() <= MAX_LENGTH,
            "{long}"
        );
        let long = safe(&("a".repeat(300) + "." + &"b".repeat(300))).expect("a name");
        assert_eq!(long.len(), MAX_LENGTH);
        assert_eq!(
            safe(&("a".to_owned() + &".".repeat(300) + "pdf")).as_deref(),
            Some("a.pdf")
        );
    }

    #[test]
    fn a_name_gets_the_ending_of_what_the_document_is() {
        for (name, kind, expected) in [
            ("document", "application/pdf", "document.pdf"),
            ("image:1641", "image/jpeg", "image_1641.jpg"),
            ("scan.pdf", "image/jpeg", "scan.jpg"),
            ("foto.JPEG", "image/jpeg", "foto.JPEG"),
            ("loonstrook.html", "application/pdf; q=1", "loonstrook.pdf"),
            (
                "jaaropgave 2.2026",
                "application/pdf",
                "jaaropgave 2.2026.pdf",
            ),
            ("brief.docx.pdf", "application/pdf", "brief.docx.pdf"),
            ("a .pdf", "image/png", "a.png"),
            ("CON", "image/png", "_CON.png"),
            ("../\u{202e}fdp.exe", "application/pdf", "fdp.exe.pdf"),
            ("", "image/heic", "document.heic"),
            ("notitie.txt", "text/plain", "notitie.txt"),
        ] {
            assert_eq!(for_kind(name, kind), expected, "{name}");
        }
        let long = for_kind(&("é".repeat(150) + ".pdf"), "image/jpeg");
        assert!(
            long.len() <= MAX_LENGTH && long.ends_with("é.jpg"),
            "{long}"
        );
    }

    #[test]
    fn a_document_without_a_name_is_called_by_its_label() {
        assert_eq!(
            or(
                None,
                "Loonstrook maart/april",
                Some("application/pdf; charset=binary")
            ),
            "Loonstrook maart-april.pdf"
        );
        assert_eq!(or(None, " . ", Some("IMAGE/JPEG")), "document.jpg");
        assert_eq!(
            or(None, "Taxatie", Some("application/x-unknown")),
            "Taxatie"
        );
        assert_eq!(
            or(Some("scan".into()), "Taxatie", Some("application/pdf")),
            "scan.pdf"
        );
        assert_eq!(
            or(Some("scan.tif".into()), "Taxatie", Some("application/pdf")),
            "scan.tif"
        );
        assert!(or(None, &"lang ".repeat(100), Some("application/pdf")).ends_with(".pdf"));
    }
}
