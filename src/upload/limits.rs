//! What may be handed in: how large a file, and which kinds of file.
//!
//! Goes by a file's name, its size and the type the browser gives it; it never reads the file.

/// The largest file in MB when the element does not say.
const DEFAULT_MB: u32 = 25;

/// A kind of file that can be handed in.
struct Kind {
    /// What people call it. Kinds of one name are allowed or refused together.
    name: &'static str,
    /// The end of the file's name, in lower case.
    extension: &'static str,
    /// What AccelerateConnect is told (`mimetype`).
    mime: &'static str,
}

const fn kind(name: &'static str, extension: &'static str, mime: &'static str) -> Kind {
    Kind {
        name,
        extension,
        mime,
    }
}

/// Every kind there is, kinds of one name side by side.
const KINDS: [Kind; 13] = [
    kind("PDF", "pdf", "application/pdf"),
    kind("JPG", "jpg", "image/jpeg"),
    kind("JPG", "jpeg", "image/jpeg"),
    kind("PNG", "png", "image/png"),
    kind("HEIC", "heic", "image/heic"),
    kind("HEIC", "heif", "image/heif"),
    kind("WEBP", "webp", "image/webp"),
    kind("TIF", "tif", "image/tiff"),
    kind("TIF", "tiff", "image/tiff"),
    kind("DOC", "doc", "application/msword"),
    kind(
        "DOCX",
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    kind("XLS", "xls", "application/vnd.ms-excel"),
    kind(
        "XLSX",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
];

/// A set of [`KINDS`]: bit `n` stands for `KINDS[n]`.
type Set = u16;
const EVERY: Set = (1 << KINDS.len()) - 1;

/// What an element takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file in bytes. A megabyte is 1,048,576 bytes here, the larger of the two that
    /// devices count in: a file that any device shows as "25 MB" is taken.
    pub max_bytes: u64,
    kinds: Set,
}

/// Why a chosen file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// What was dropped is no file.
    NoFile,
    /// It is not one of the kinds that are taken.
    WrongKind,
    /// It has 0 bytes.
    Empty,
    /// It is too large; both in bytes.
    TooLarge {
        /// The file's size.
        size: u64,
        /// The largest size that is taken.
        max: u64,
    },
    /// The device could not read it: a folder, or a file that is elsewhere and did not come.
    Unreadable,
}

impl Default for Limits {
    fn default() -> Self {
        Self::from_attributes(None, None)
    }
}

impl Limits {
    /// Reads the element's `max-file-mb` (whole megabytes, at least 1) and `accept` (extensions or mime
    /// types, as the attribute of a file input has them, `image/*` too; it can narrow the kinds, not
    /// add to them). What cannot be read leaves the default: a typing mistake must not close the portal.
    pub fn from_attributes(max_file_mb: Option<&str>, accept: Option<&str>) -> Self {
        let mb = max_file_mb
            .and_then(|text| text.trim().parse().ok())
            .filter(|&mb: &u32| mb > 0)
            .unwrap_or(DEFAULT_MB);
        let mut kinds = 0;
        for token in accept.unwrap_or_default().split([',', ' ']) {
            kinds |= kinds_called(token.trim_start_matches('.'));
        }
        Self {
            max_bytes: u64::from(mb) << 20,
            kinds: if kinds == 0 { EVERY } else { kinds },
        }
    }

    /// Whether a file is taken, and the mime type to send it as. The extension decides when it is one
    /// we know, for phones give many a HEIC no type at all; else the browser's type does.
    pub fn check(
        &self,
        name: &str,
        size: u64,
        browser_type: &str,
    ) -> Result<&'static str, Refusal> {
        let kind = position(|kind| ends_in(name, kind.extension))
            .or_else(|| position(|kind| browser_type.eq_ignore_ascii_case(kind.mime)))
            .filter(|at| self.kinds & (1 << at) != 0)
            .ok_or(Refusal::WrongKind)?;
        if size == 0 {
            return Err(Refusal::Empty);
        }
        if size > self.max_bytes {
            return Err(Refusal::TooLarge {
                size,
                max: self.max_bytes,
            });
        }
        Ok(KINDS[kind].mime)
    }

    /// The file input's `accept`: extensions and mime types, for some systems go by the one and some by
    /// the other.
    pub fn accept(&self) -> String {
        let mut accept = String::new();
        let mut last = "";
        for kind in self.taken() {
            if last != kind.mime {
                accept.push_str(kind.mime);
                accept.push(',');
            }
            last = kind.mime;
            accept.push('.');
            accept.push_str(kind.extension);
            accept.push(',');
        }
        accept.pop();
        accept
    }

    /// The kinds' names, such as `PDF, JPG, PNG`.
    pub fn names(&self) -> String {
        let mut names = String::new();
        let mut last = "";
        for kind in self.taken() {
            if last != kind.name {
                if !last.is_empty() {
                    names.push_str(", ");
                }
                names.push_str(kind.name);
            }
            last = kind.name;
        }
        names
    }

    /// Whether every kind there is is taken.
    pub fn takes_every_kind(&self) -> bool {
        self.kinds == EVERY
    }

    /// Whether a photo from a camera is taken.
    pub fn takes_photos(&self) -> bool {
        self.kinds & kinds_called("jpg") != 0
    }

    fn taken(&self) -> impl Iterator<Item = &'static Kind> + use<> {
        let kinds = self.kinds;
        KINDS
            .iter()
            .enumerate()
            .filter(move |(at, _)| kinds & (1 << at) != 0)
            .map(|(_, kind)| kind)
    }
}

fn position(is_it: impl Fn(&Kind) -> bool) -> Option<usize> {
    KINDS.iter().position(is_it)
}

fn ends_in(name: &str, extension: &str) -> bool {
    name.trim_end()
        .rsplit_once('.')
        .is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
}

/// The kinds that a word of `accept` stands for, those of the same name included.
fn kinds_called(word: &str) -> Set {
    let mut set = 0;
    for kind in &KINDS {
        let family = word.strip_suffix("/*");
        let meant = word.eq_ignore_ascii_case(kind.extension)
            || word.eq_ignore_ascii_case(kind.mime)
            || family.is_some_and(|family| {
                kind.mime
                    .split_once('/')
                    .is_some_and(|(its, _)| its.eq_ignore_ascii_case(family))
            });
        if meant {
            for (at, other) in KINDS.iter().enumerate() {
                if other.name == kind.name {
                    set |= 1 << at;
                }
            }
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1024 * 1024;

    #[test]
    fn every_kind_the_portal_promises_is_taken_by_its_extension() {
        let limits = Limits::default();
        for (name, mime) in [
            ("paspoort.pdf", "application/pdf"),
            ("IMG_0001.JPG", "image/jpeg"),
            ("foto.jpeg", "image/jpeg"),
            ("scherm.Png", "image/png"),
            ("IMG_0001.HEIC", "image/heic"),
            ("foto.heif", "image/heif"),
            ("foto.webp", "image/webp"),
            ("scan.tif", "image/tiff"),
            ("scan.tiff", "image/tiff"),
            ("brief.doc", "application/msword"),
            (
                "brief.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            ("begroting.xls", "application/vnd.ms-excel"),
            (
                "begroting.xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            ("zażółć 🙂.pdf", "application/pdf"),
            (".pdf", "application/pdf"),
            ("paspoort.pdf ", "application/pdf"),
        ] {
            assert_eq!(limits.check(name, 1, ""), Ok(mime), "{name}");
        }
    }

    #[test]
    fn a_known_extension_is_believed_over_the_browsers_type() {
        let limits = Limits::default();
        assert_eq!(
            limits.check("scan.pdf", 1, "application/octet-stream"),
            Ok("application/pdf")
        );
        assert_eq!(limits.check("IMG.HEIC", 1, "image/jpeg"), Ok("image/heic"));
    }

    #[test]
    fn the_browsers_type_decides_where_the_name_says_nothing() {
        let limits = Limits::default();
        assert_eq!(limits.check("image", 1, "image/jpeg"), Ok("image/jpeg"));
        assert_eq!(
            limits.check("Schermafbeelding 12.30", 1, "IMAGE/PNG"),
            Ok("image/png")
        );
        assert_eq!(limits.check("image", 1, ""), Err(Refusal::WrongKind));
    }

    #[test]
    fn other_kinds_are_refused() {
        let limits = Limits::default();
        for (name, mime) in [
            ("film.mp4", "video/mp4"),
            ("rekening.pdf.exe", "application/x-msdownload"),
            ("pagina.html", "text/html"),
            ("tekening.svg", "image/svg+xml"),
            ("een map", ""),
            ("", ""),
            ("pdf", ""),
        ] {
            assert_eq!(
                limits.check(name, 1, mime),
                Err(Refusal::WrongKind),
                "{name}"
            );
        }
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert_eq!(Limits::default().check("a.pdf", 0, ""), Err(Refusal::Empty));
    }

    #[test]
    fn a_file_may_be_as_large_as_the_limit_and_not_a_byte_larger() {
        let limits = Limits::default();
        assert!(limits.check("a.pdf", 25 * MB, "").is_ok());
        assert_eq!(
            limits.check("a.pdf", 25 * MB + 1, ""),
            Err(Refusal::TooLarge {
                size: 25 * MB + 1,
                max: 25 * MB
            })
        );
    }

    #[test]
    fn a_file_of_a_wrong_kind_is_refused_for_its_kind_whatever_its_size() {
        let limits = Limits::default();
        for size in [0, 1, 100 * MB] {
            assert_eq!(limits.check("a.mp4", size, ""), Err(Refusal::WrongKind));
        }
    }

    #[test]
    fn the_attribute_sets_the_largest_size() {
        let of = |text| Limits::from_attributes(Some(text), None).max_bytes;
        assert_eq!(of(" 10 "), 10 * MB);
        assert_eq!(of("4294967295"), 4_294_967_295 * MB);
        for nonsense in ["", "0", "-1", "veel", "1e3", "99999999999"] {
            assert_eq!(of(nonsense), 25 * MB, "{nonsense}");
        }
    }

    #[test]
    fn the_attribute_narrows_the_kinds() {
        for accept in ["pdf,jpg", ".pdf, .JPEG", "application/pdf image/jpeg"] {
            let limits = Limits::from_attributes(None, Some(accept));
            assert_eq!(limits.names(), "PDF, JPG", "{accept}");
            assert!(limits.check("a.jpeg", 1, "").is_ok());
            assert_eq!(limits.check("a.docx", 1, ""), Err(Refusal::WrongKind));
            assert_eq!(
                limits.check("a.docx", 1, "image/jpeg"),
                Err(Refusal::WrongKind)
            );
        }
        let photos = Limits::from_attributes(None, Some("image/*"));
        assert_eq!(photos.names(), "JPG, PNG, HEIC, WEBP, TIF");
        assert!(photos.takes_photos());
        assert!(!Limits::from_attributes(None, Some("pdf")).takes_photos());
    }

    #[test]
    fn an_attribute_that_names_no_known_kind_narrows_nothing() {
        for accept in ["", " , ", "exe", "*/*", "video/*"] {
            let limits = Limits::from_attributes(None, Some(accept));
            assert!(limits.takes_every_kind(), "{accept}");
        }
    }

    #[test]
    fn the_file_input_is_told_extensions_and_types() {
        assert_eq!(
            Limits::from_attributes(None, Some("pdf,jpg,heic")).accept(),
            "application/pdf,.pdf,image/jpeg,.jpg,.jpeg,image/heic,.heic,image/heif,.heif"
        );
        assert!(!Limits::default().accept().ends_with(','));
        assert_eq!(
            Limits::default().names(),
            "PDF, JPG, PNG, HEIC, WEBP, TIF, DOC, DOCX, XLS, XLSX"
        );
    }
}
