//! The limits of an upload: the largest file, and the kinds of files.
//!
//! A check uses the file's name, its size and the mime type that the browser gives. It never reads the
//! file.

/// The largest file in megabytes when the element does not set one.
const DEFAULT_MAX_MB: u32 = 25;

/// A kind of file, by the name that people use, such as JPG. Its file types are allowed together, or
/// none of them is.
struct Kind {
    name: &'static str,
    file_types: &'static [FileType],
}

struct FileType {
    /// The type that is sent to AccelerateConnect (`mimetype`).
    mime: &'static str,
    /// The extensions in lower case, without the dot.
    extensions: &'static [&'static str],
}

const fn kind(name: &'static str, file_types: &'static [FileType]) -> Kind {
    Kind { name, file_types }
}

const fn file_type(mime: &'static str, extensions: &'static [&'static str]) -> FileType {
    FileType { mime, extensions }
}

/// Every kind of file that the portal can upload.
const KINDS: [Kind; 10] = [
    kind("PDF", &[file_type("application/pdf", &["pdf"])]),
    kind("JPG", &[file_type("image/jpeg", &["jpg", "jpeg"])]),
    kind("PNG", &[file_type("image/png", &["png"])]),
    kind(
        "HEIC",
        &[
            file_type("image/heic", &["heic"]),
            file_type("image/heif", &["heif"]),
        ],
    ),
    kind("WEBP", &[file_type("image/webp", &["webp"])]),
    kind("TIF", &[file_type("image/tiff", &["tif", "tiff"])]),
    kind("DOC", &[file_type("application/msword", &["doc"])]),
    kind(
        "DOCX",
        &[file_type(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            &["docx"],
        )],
    ),
    kind("XLS", &[file_type("application/vnd.ms-excel", &["xls"])]),
    kind(
        "XLSX",
        &[file_type(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            &["xlsx"],
        )],
    ),
];

impl Kind {
    /// Whether a word of the `accept` attribute means this kind: an extension, a mime type, or a family
    /// of mime types, such as `image/*`.
    fn is_meant_by(&self, word: &str) -> bool {
        let family = word.strip_suffix("/*");
        self.file_types.iter().any(|file_type| {
            file_type.has_extension(word)
                || file_type.has_mime(word)
                || family.is_some_and(|family| file_type.is_of_family(family))
        })
    }
}

impl FileType {
    fn has_extension(&self, extension: &str) -> bool {
        self.extensions
            .iter()
            .any(|own| own.eq_ignore_ascii_case(extension))
    }

    fn has_mime(&self, mime: &str) -> bool {
        self.mime.eq_ignore_ascii_case(mime)
    }

    /// Whether `family` is the first half of the mime type, such as `image`.
    fn is_of_family(&self, family: &str) -> bool {
        let own = self.mime.split_once('/').map(|(own, _)| own);
        own.is_some_and(|own| own.eq_ignore_ascii_case(family))
    }
}

/// Finds the kind and the type of a file. A known extension decides, because phones often give no mime
/// type for HEIC. Otherwise the browser's type decides.
fn find_type(name: &str, browser_type: &str) -> Option<(&'static Kind, &'static FileType)> {
    let all_types = || {
        KINDS.iter().flat_map(|kind| {
            kind.file_types
                .iter()
                .map(move |file_type| (kind, file_type))
        })
    };
    let extension = name.trim_end().rsplit_once('.').map(|(_, end)| end);
    extension
        .and_then(|extension| all_types().find(|(_, known)| known.has_extension(extension)))
        .or_else(|| all_types().find(|(_, known)| known.has_mime(browser_type)))
}

/// The files that one element accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file in bytes. A megabyte is 1,048,576 bytes here. Some devices count 1,000,000,
    /// which is less, so a file that any device shows as "25 MB" is accepted.
    pub max_bytes: u64,
    /// Whether each of [`KINDS`] is accepted, in the same order.
    accepted: [bool; KINDS.len()],
}

/// Why a file is refused before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRefusal {
    /// The consumer dropped something that is not a file.
    NoFile,
    /// The file's kind is not accepted.
    WrongKind,
    /// The file has 0 bytes.
    Empty,
    /// The file is too large. Both numbers are in bytes.
    TooLarge {
        /// The file's size.
        size: u64,
        /// The largest size that is accepted.
        max: u64,
    },
    /// It is a web page or a text, whatever its name says.
    NoDocument,
    /// The device could not read the file. It is a folder, or a file in the cloud that did not download.
    Unreadable,
}

impl Default for Limits {
    fn default() -> Self {
        Self::from_attributes(None, None)
    }
}

impl Limits {
    /// Reads two attributes of the element. `max_file_mb` is the largest file in whole megabytes, at
    /// least 1. `accept` has extensions, mime types and `image/*`, as the `accept` of a file input has
    /// them. It can allow fewer kinds than the portal knows, but not more.
    ///
    /// An attribute that cannot be read counts as not given: a typing error must not block all uploads.
    pub fn from_attributes(max_file_mb: Option<&str>, accept: Option<&str>) -> Self {
        let max_mb = max_file_mb
            .and_then(|text| text.trim().parse().ok())
            .filter(|&mb: &u32| mb > 0)
            .unwrap_or(DEFAULT_MAX_MB);
        let words: Vec<_> = accept
            .unwrap_or_default()
            .split([',', ' '])
            .map(|word| word.trim_start_matches('.'))
            .collect();
        let mut accepted = KINDS.map(|kind| words.iter().any(|word| kind.is_meant_by(word)));
        if !accepted.contains(&true) {
            accepted = [true; KINDS.len()];
        }
        Self {
            max_bytes: u64::from(max_mb) * 1024 * 1024,
            accepted,
        }
    }

    /// Checks a file, and returns the mime type to send it as. `name` is the file's name and `size` its
    /// size in bytes. `browser_type` is the mime type that the browser gives; it may be empty.
    pub fn check(
        &self,
        name: &str,
        size: u64,
        browser_type: &str,
    ) -> Result<&'static str, FileRefusal> {
        let (_, file_type) = find_type(name, browser_type)
            .filter(|(kind, _)| self.accepts(kind.name))
            .ok_or(FileRefusal::WrongKind)?;
        if size == 0 {
            return Err(FileRefusal::Empty);
        }
        if size > self.max_bytes {
            return Err(FileRefusal::TooLarge {
                size,
                max: self.max_bytes,
            });
        }
        Ok(file_type.mime)
    }

    /// The `accept` of a file input. It has mime types and extensions, because some systems use the one
    /// and some the other.
    pub fn accept(&self) -> String {
        let mut tokens = Vec::new();
        for file_type in self.accepted_kinds().flat_map(|kind| kind.file_types) {
            tokens.push(file_type.mime.to_owned());
            tokens.extend(
                file_type
                    .extensions
                    .iter()
                    .map(|extension| format!(".{extension}")),
            );
        }
        tokens.join(",")
    }

    /// The names of the accepted kinds, such as `PDF, JPG, PNG`.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.accepted_kinds().map(|kind| kind.name).collect();
        names.join(", ")
    }

    /// Whether every kind that the portal knows is accepted.
    pub fn accepts_every_kind(&self) -> bool {
        !self.accepted.contains(&false)
    }

    /// Whether a photo from the device's camera is accepted.
    pub fn accepts_photos(&self) -> bool {
        self.accepts("JPG")
    }

    /// Whether a document that was put together is accepted.
    pub fn accepts_pdf(&self) -> bool {
        self.accepts("PDF")
    }

    fn accepts(&self, kind_name: &str) -> bool {
        self.accepted_kinds().any(|kind| kind.name == kind_name)
    }

    fn accepted_kinds(&self) -> impl Iterator<Item = &'static Kind> {
        KINDS
            .iter()
            .zip(self.accepted)
            .filter_map(|(kind, accepted)| accepted.then_some(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1024 * 1024;

    #[test]
    fn every_known_kind_is_accepted_by_its_extension() {
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
    fn a_known_extension_overrides_the_browsers_type() {
        let limits = Limits::default();
        assert_eq!(
            limits.check("scan.pdf", 1, "application/octet-stream"),
            Ok("application/pdf")
        );
        assert_eq!(limits.check("IMG.HEIC", 1, "image/jpeg"), Ok("image/heic"));
    }

    #[test]
    fn the_browsers_type_decides_when_the_extension_is_unknown() {
        let limits = Limits::default();
        assert_eq!(limits.check("image", 1, "image/jpeg"), Ok("image/jpeg"));
        assert_eq!(
            limits.check("Schermafbeelding 12.30", 1, "IMAGE/PNG"),
            Ok("image/png")
        );
        assert_eq!(limits.check("image", 1, ""), Err(FileRefusal::WrongKind));
    }

    #[test]
    fn an_unknown_kind_is_refused() {
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
                Err(FileRefusal::WrongKind),
                "{name}"
            );
        }
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert_eq!(
            Limits::default().check("a.pdf", 0, ""),
            Err(FileRefusal::Empty)
        );
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_accepted_and_one_byte_more_is_refused() {
        let limits = Limits::default();
        assert!(limits.check("a.pdf", 25 * MB, "").is_ok());
        assert_eq!(
            limits.check("a.pdf", 25 * MB + 1, ""),
            Err(FileRefusal::TooLarge {
                size: 25 * MB + 1,
                max: 25 * MB
            })
        );
    }

    #[test]
    fn a_file_of_a_wrong_kind_is_refused_for_its_kind_at_any_size() {
        let limits = Limits::default();
        for size in [0, 1, 100 * MB] {
            assert_eq!(limits.check("a.mp4", size, ""), Err(FileRefusal::WrongKind));
        }
    }

    #[test]
    fn the_max_file_mb_attribute_sets_the_largest_size() {
        let max_bytes = |text| Limits::from_attributes(Some(text), None).max_bytes;
        assert_eq!(max_bytes(" 10 "), 10 * MB);
        assert_eq!(max_bytes("4294967295"), 4_294_967_295 * MB);
        for invalid in ["", "0", "-1", "veel", "1e3", "99999999999"] {
            assert_eq!(max_bytes(invalid), 25 * MB, "{invalid}");
        }
    }

    #[test]
    fn the_accept_attribute_limits_the_kinds() {
        for accept in ["pdf,jpg", ".pdf, .JPEG", "application/pdf image/jpeg"] {
            let limits = Limits::from_attributes(None, Some(accept));
            assert_eq!(limits.names(), "PDF, JPG", "{accept}");
            assert!(limits.check("a.jpeg", 1, "").is_ok());
            assert_eq!(limits.check("a.docx", 1, ""), Err(FileRefusal::WrongKind));
            assert_eq!(
                limits.check("a.docx", 1, "image/jpeg"),
                Err(FileRefusal::WrongKind)
            );
        }
        let photos = Limits::from_attributes(None, Some("image/*"));
        assert_eq!(photos.names(), "JPG, PNG, HEIC, WEBP, TIF");
        assert!(photos.accepts_photos());
        assert!(!Limits::from_attributes(None, Some("pdf")).accepts_photos());
    }

    #[test]
    fn an_accept_attribute_without_a_known_kind_allows_every_kind() {
        for accept in ["", " , ", "exe", "*/*", "video/*"] {
            let limits = Limits::from_attributes(None, Some(accept));
            assert!(limits.accepts_every_kind(), "{accept}");
        }
    }

    #[test]
    fn the_file_inputs_accept_has_mime_types_and_extensions() {
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
