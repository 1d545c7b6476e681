//! The site's files. They are read once, at the start: no request reaches the disk, and a path can only
//! name a file that was there. A new site needs a restart, so no browser gets parts of two sites.

use crate::inline_hashes::InlineHashes;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use brotli::CompressorWriter;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use headers::{ETag, HeaderMapExt as _, IfNoneMatch, IfRange, Range};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::{self, Write as _};
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

/// The endings of a file's precompressed variants and their content codings, the smaller first.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gz", "gzip")];
/// How well the page of an office is compressed, and how far back: nearly as well as the site's files, in a
/// hundredth of the time.
const BROTLI_QUALITY: u32 = 9;
const BROTLI_WINDOW: u32 = 22;
/// The file of the page at `/`.
const INDEX: &str = "/index.html";
/// The largest site, in bytes. A folder that was named by mistake is refused.
const MAX_SITE_BYTES: u64 = 64 * 1024 * 1024;

const NOT_FOUND: &str = "<!doctype html><html lang=\"nl\"><meta charset=\"utf-8\"><title>Niet gevonden</title>\
    <p>Deze pagina is er niet. <a href=\"/\">Naar uw dossier</a></p>\
    <p lang=\"en\">There is no such page. <a href=\"/\">To your file</a></p></html>";

/// The files of the site.
#[derive(Clone)]
pub struct Assets {
    files: Arc<HashMap<String, File>>,
    /// The page at `/`.
    page: Arc<File>,
}

impl std::fmt::Debug for Assets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Assets({} files)", self.files.len() + 1)
    }
}

/// A file with its precompressed variants.
struct File {
    plain: Variant,
    /// By content coding, the smaller first.
    encoded: Vec<(&'static str, Variant)>,
    /// The hashes of what a page has in itself.
    inline_hashes: InlineHashes,
}

/// A file's bytes in one content coding, and its headers.
struct Variant {
    bytes: Bytes,
    etag: ETag,
    headers: HeaderMap,
}

impl Assets {
    /// Reads a folder with everything in it.
    ///
    /// # Errors
    /// When it cannot be read, has no `index.html`, or is far too large to be the site.
    pub fn load(folder: &Path) -> io::Result<Assets> {
        let mut found = HashMap::new();
        let mut left = MAX_SITE_BYTES;
        read_folder(folder, "", &mut found, &mut left)?;
        if !found.contains_key(INDEX) {
            return Err(no_page());
        }
        let mut files = HashMap::new();
        let mut page = None;
        for (path, bytes) in &found {
            let is_variant = ENCODINGS.iter().any(|(ending, _)| {
                path.strip_suffix(ending)
                    .and_then(|it| it.strip_suffix('.'))
                    .is_some_and(|it| found.contains_key(it))
            });
            if is_variant {
                continue;
            }
            let encoded = ENCODINGS.iter().filter_map(|(ending, coding)| {
                let bytes = found.get(&[path, ".", ending].concat())?;
                Some((*coding, Variant::new(path, bytes, Some(coding))?))
            });
            let Some(plain) = Variant::new(path, bytes, None) else {
                continue;
            };
            let file = File {
                encoded: encoded.collect(),
                inline_hashes: match std::str::from_utf8(bytes) {
                    Ok(html) if path.ends_with(".html") => InlineHashes::of(html),
                    _ => InlineHashes::default(),
                },
                plain,
            };
            if path == INDEX {
                page = Some(Arc::new(file));
            } else {
                files.insert(path.clone(), file);
            }
        }
        let page = page.ok_or_else(no_page)?;
        let files = Arc::new(files);
        Ok(Assets { files, page })
    }

    /// The HTML of the page at `/`; empty when it is no UTF-8.
    pub fn page(&self) -> &str {
        std::str::from_utf8(&self.page.plain.bytes).unwrap_or_default()
    }

    /// The same site with another page at `/`. It is compressed as the folder's page is.
    pub fn with_page(&self, html: String) -> Assets {
        let inline_hashes = InlineHashes::of(&html);
        let bytes = Bytes::from(html);
        let encoded = self.page.encoded.iter().filter_map(|(coding, _)| {
            let bytes = compress(coding, &bytes).ok()?;
            Some((*coding, Variant::new(INDEX, &bytes.into(), Some(coding))?))
        });
        let page = Variant::new(INDEX, &bytes, None).map(|plain| {
            Arc::new(File {
                encoded: encoded.collect(),
                inline_hashes,
                plain,
            })
        });
        Assets {
            files: self.files.clone(),
            page: page.unwrap_or_else(|| self.page.clone()),
        }
    }

    /// The hashes of what the page at that path has in itself; none for any other file.
    pub fn inline_hashes(&self, path: &str) -> &InlineHashes {
        const NONE: &InlineHashes = &InlineHashes {
            styles: Vec::new(),
            scripts: Vec::new(),
        };
        self.file(path).map_or(NONE, |file| &file.inline_hashes)
    }

    fn file(&self, path: &str) -> Option<&File> {
        match path {
            "/" | INDEX => Some(&self.page),
            path => self.files.get(path),
        }
    }

    /// Answers a request with that method, path and headers.
    pub fn answer(&self, method: &Method, path: &str, request: &HeaderMap) -> Response {
        let Some(file) = self.file(path) else {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            return (StatusCode::NOT_FOUND, headers, NOT_FOUND).into_response();
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            let allow = [(header::ALLOW, "GET, HEAD")];
            return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
        }
        // A range counts the bytes of the plain file.
        let has_range = request.contains_key(header::RANGE);
        let Some(variant) = file.variant(request, has_range) else {
            return StatusCode::NOT_ACCEPTABLE.into_response();
        };
        let mut response = Response::new(Body::empty());
        response.headers_mut().clone_from(&variant.headers);
        let if_none_match = condition::<IfNoneMatch>(request);
        if if_none_match.is_some_and(|it| !it.precondition_passes(&variant.etag)) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_TYPE);
            response.headers_mut().remove(header::CONTENT_ENCODING);
            return response;
        }
        let range = if has_range {
            requested_range(variant, request)
        } else {
            None
        };
        let bytes = match range {
            None => variant.bytes.clone(),
            Some(ByteRange::Within(first, last)) => {
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                content_range(&mut response, &format!("{first}-{last}"), variant);
                variant.bytes.slice(first..=last)
            }
            Some(ByteRange::Outside) => {
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                content_range(&mut response, "*", variant);
                return response;
            }
        };
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        if method == Method::GET {
            *response.body_mut() = Body::from(bytes);
        }
        response
    }
}

fn no_page() -> io::Error {
    let what = "there is no index.html in the folder of the site";
    io::Error::new(io::ErrorKind::NotFound, what)
}

fn compress(coding: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    if coding == "br" {
        let mut to = CompressorWriter::new(&mut compressed, 4_096, BROTLI_QUALITY, BROTLI_WINDOW);
        to.write_all(bytes)?;
    } else {
        let mut to = GzEncoder::new(&mut compressed, Compression::best());
        to.write_all(bytes)?;
        to.finish()?;
    }
    Ok(compressed)
}

/// A part of a file.
enum ByteRange {
    /// The places of its first and its last byte.
    Within(usize, usize),
    /// It lies outside the file.
    Outside,
}

/// A condition on a file's tag. A tag has no spaces in it (RFC 9110, 8.8.3), and `headers` takes for granted that
/// nobody sends one with a space.
fn condition<H: headers::Header>(request: &HeaderMap) -> Option<H> {
    let has_space = |value: &HeaderValue| {
        let parts = value.as_bytes().split(|byte| *byte == b'"');
        let mut in_quotes = parts.skip(1).step_by(2);
        in_quotes.any(|tag| tag.contains(&b' ') || tag.contains(&b'\t'))
    };
    let mut values = request.get_all(H::name()).iter();
    (!values.any(has_space)).then(|| request.typed_get())?
}

/// The part that a request asks for; `None` for the whole file. A request for several parts gets the whole
/// file too.
fn requested_range(variant: &Variant, request: &HeaderMap) -> Option<ByteRange> {
    let length = variant.bytes.len() as u64;
    // One that cannot be read is of no file here (RFC 9110, 13.1.5).
    let unchanged = !request.contains_key(header::IF_RANGE)
        || condition::<IfRange>(request)
            .is_some_and(|it| !it.is_modified(Some(&variant.etag), None));
    // A range that cannot be read is ignored (RFC 9110, 14.2).
    let range = request.typed_get::<Range>().filter(|_| unchanged)?;
    let mut parts = range.satisfiable_ranges(length);
    let (first, more) = (parts.next(), parts.next());
    if more.is_some() {
        return None;
    }
    let Some((start, end)) = first else {
        return Some(ByteRange::Outside);
    };
    let start = match start {
        Bound::Included(at) => at,
        Bound::Excluded(at) => at + 1,
        Bound::Unbounded => 0,
    };
    let last = match end {
        Bound::Included(at) => at.min(length.checked_sub(1)?),
        Bound::Excluded(at) => at.min(length).checked_sub(1)?,
        Bound::Unbounded => length.checked_sub(1)?,
    };
    if start > last {
        return Some(ByteRange::Outside);
    }
    Some(ByteRange::Within(start as usize, last as usize))
}

fn content_range(response: &mut Response, range: &str, variant: &Variant) {
    let value = format!("bytes {range}/{}", variant.bytes.len());
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
}

impl File {
    /// The variant that the browser likes best; `None` when it accepts none.
    fn variant(&self, request: &HeaderMap, only_plain: bool) -> Option<&Variant> {
        let accepted = AcceptEncoding::read(request);
        if !only_plain {
            let best = self
                .encoded
                .iter()
                .map(|(coding, variant)| (accepted.weight(coding), variant))
                .filter(|(weight, _)| *weight > 0)
                // Of two with the same weight the first is the smaller.
                .rev()
                .max_by_key(|(weight, _)| *weight);
            if let Some((weight, variant)) = best
                && weight >= accepted.weight("identity")
            {
                return Some(variant);
            }
        }
        (accepted.weight("identity") > 0).then_some(&self.plain)
    }
}

/// `Accept-Encoding`, with weights in thousandths (RFC 9110, 12.5.3).
struct AcceptEncoding<'a>(Vec<(&'a str, u32)>);

impl<'a> AcceptEncoding<'a> {
    fn read(headers: &'a HeaderMap) -> AcceptEncoding<'a> {
        let elements = headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','));
        let weighed = elements.map(|element| {
            let mut parts = element.split(';').map(str::trim);
            let coding = parts.next().unwrap_or_default();
            let weight = parts
                .find_map(|it| it.strip_prefix("q=").or_else(|| it.strip_prefix("Q=")))
                .map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0));
            (coding, (weight.clamp(0.0, 1.0) * 1_000.0) as u32)
        });
        AcceptEncoding(weighed.collect())
    }

    fn weight(&self, coding: &str) -> u32 {
        let of = |name: &str| {
            let found = self.0.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
            found.map(|(_, weight)| *weight)
        };
        // Without a word of `identity` it is accepted, and liked least.
        let default = u32::from(coding == "identity");
        of(coding).or_else(|| of("*")).unwrap_or(default)
    }
}

impl Variant {
    fn new(path: &str, bytes: &Bytes, coding: Option<&'static str>) -> Option<Variant> {
        let hash = Sha256::digest(bytes);
        let digits: String = hash[..12].iter().map(|it| format!("{it:02x}")).collect();
        let tag = format!("\"{digits}\"");
        let cache = if is_hashed(path) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type(path));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::ETAG, HeaderValue::try_from(&tag).ok()?);
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        Some(Variant {
            bytes: bytes.clone(),
            etag: tag.parse().ok()?,
            headers,
        })
    }
}

fn content_type(path: &str) -> HeaderValue {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let is_text =
        mime.type_() == "text" || mime.subtype() == "javascript" || mime.subtype() == "json";
    let text = if is_text && mime.get_param("charset").is_none() {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_string()
    };
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Whether the name holds a hash of the content, such as `portal-0a1b2c3d4e5f.wasm`. The file of such a name
/// never changes.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split('-').skip(1).any(|piece| {
        let digits = piece.bytes().take_while(u8::is_ascii_hexdigit).count();
        digits >= 12 && matches!(piece.as_bytes().get(digits), Some(b'.' | b'_'))
    })
}

/// Reads the files of a folder and its subfolders, by their paths on the site.
fn read_folder(
    folder: &Path,
    under: &str,
    found: &mut HashMap<String, Bytes>,
    left: &mut u64,
) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let path = [under, "/", &name].concat();
        let about = std::fs::metadata(entry.path())?;
        if about.is_dir() {
            read_folder(&entry.path(), &path, found, left)?;
        } else {
            *left = left.checked_sub(about.len()).ok_or_else(|| {
                io::Error::other("the folder of the site holds far more than a site")
            })?;
            found.insert(path, std::fs::read(entry.path())?.into());
        }
    }
    Ok(())
}
