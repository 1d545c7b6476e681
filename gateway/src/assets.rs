//! The site's files, read once at the start: no request reaches the disk, and no path leads anywhere but
//! to a file that was there. A new site needs a restart, so a browser never gets parts of two.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use headers::{ETag, HeaderMapExt as _, IfNoneMatch, IfRange, Range};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::ops::Bound;
use std::path::Path;

/// Precompressed neighbours of a file, the better first.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gz", "gzip")];
/// The whole site is smaller, in bytes: whoever names another folder by mistake hears it.
const MOST: u64 = 64 * 1024 * 1024;

const NOT_FOUND: &str = "<!doctype html><html lang=\"nl\"><meta charset=\"utf-8\"><title>Niet gevonden</title>\
    <p>Deze pagina is er niet. <a href=\"/\">Naar uw dossier</a></p>\
    <p lang=\"en\">There is no such page. <a href=\"/\">To your file</a></p></html>";

/// The files.
pub struct Assets {
    files: HashMap<String, File>,
}

impl std::fmt::Debug for Assets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Assets({} files)", self.files.len())
    }
}

/// A file in every form there is of it.
struct File {
    plain: Form,
    /// By content coding, the better first.
    encoded: Vec<(&'static str, Form)>,
}

struct Form {
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
        let mut left = MOST;
        read(folder, "", &mut found, &mut left)?;
        if !found.contains_key("/index.html") {
            let what = "there is no index.html in the folder of the site";
            return Err(io::Error::new(io::ErrorKind::NotFound, what));
        }
        let mut files = HashMap::new();
        for (path, bytes) in &found {
            let is_form = ENCODINGS.iter().any(|(ending, _)| {
                path.strip_suffix(ending)
                    .and_then(|it| it.strip_suffix('.'))
                    .is_some_and(|it| found.contains_key(it))
            });
            if is_form {
                continue;
            }
            let encoded = ENCODINGS.iter().filter_map(|(ending, coding)| {
                let bytes = found.get(&[path, ".", ending].concat())?;
                Some((*coding, Form::new(path, bytes, Some(coding))?))
            });
            let Some(plain) = Form::new(path, bytes, None) else {
                continue;
            };
            let file = File {
                plain,
                encoded: encoded.collect(),
            };
            files.insert(path.clone(), file);
        }
        if let Some(index) = files.remove("/index.html") {
            files.insert("/".to_owned(), index);
        }
        Ok(Assets { files })
    }

    /// Answers a request for a file.
    pub fn answer(&self, method: &Method, path: &str, asked: &HeaderMap) -> Response {
        let path = if path == "/index.html" { "/" } else { path };
        let Some(file) = self.files.get(path) else {
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
        // Ranges are of the bytes as they are, not as they travel.
        let ranged = asked.contains_key(header::RANGE);
        let Some(form) = file.form(asked, ranged) else {
            return StatusCode::NOT_ACCEPTABLE.into_response();
        };
        let mut response = Response::new(Body::empty());
        response.headers_mut().clone_from(&form.headers);
        let known = asked.typed_get::<IfNoneMatch>();
        if known.is_some_and(|known| !known.precondition_passes(&form.etag)) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_TYPE);
            response.headers_mut().remove(header::CONTENT_ENCODING);
            return response;
        }
        let bytes = match ranged.then(|| part(form, asked)).flatten() {
            None => form.bytes.clone(),
            Some(Part::Of(first, last)) => {
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                content_range(&mut response, &format!("{first}-{last}"), form);
                form.bytes.slice(first..=last)
            }
            Some(Part::Nowhere) => {
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                content_range(&mut response, "*", form);
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

enum Part {
    /// From the first to the last byte.
    Of(usize, usize),
    /// Outside the file.
    Nowhere,
}

/// The part that is asked for; `None` for all of it. Several parts at once are answered with all of it.
fn part(form: &Form, asked: &HeaderMap) -> Option<Part> {
    let length = form.bytes.len() as u64;
    let unchanged = asked
        .typed_get::<IfRange>()
        .is_none_or(|it| !it.is_modified(Some(&form.etag), None));
    // What cannot be read is as if it were not there (RFC 9110, 14.2).
    let range = asked.typed_get::<Range>().filter(|_| unchanged)?;
    let mut parts = range.satisfiable_ranges(length);
    let (first, more) = (parts.next(), parts.next());
    if more.is_some() {
        return None;
    }
    let Some((start, end)) = first else {
        return Some(Part::Nowhere);
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
        return Some(Part::Nowhere);
    }
    Some(Part::Of(start as usize, last as usize))
}

fn content_range(response: &mut Response, what: &str, form: &Form) {
    let value = format!("bytes {what}/{}", form.bytes.len());
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
}

impl File {
    /// The form that fits what the browser takes; `None` when it takes none.
    fn form(&self, asked: &HeaderMap, plain: bool) -> Option<&Form> {
        let takes = Takes::read(asked);
        if !plain {
            let best = self
                .encoded
                .iter()
                .map(|(coding, form)| (takes.weight(coding), form))
                .filter(|(weight, _)| *weight > 0)
                // Of two that are as welcome, the one that comes first is the smaller.
                .rev()
                .max_by_key(|(weight, _)| *weight);
            if let Some((weight, form)) = best
                && weight >= takes.weight("identity")
            {
                return Some(form);
            }
        }
        (takes.weight("identity") > 0).then_some(&self.plain)
    }
}

/// `Accept-Encoding`, with weights in thousandths (RFC 9110, 12.5.3).
struct Takes<'a>(Vec<(&'a str, u32)>);

impl<'a> Takes<'a> {
    fn read(headers: &'a HeaderMap) -> Takes<'a> {
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
        Takes(weighed.collect())
    }

    fn weight(&self, coding: &str) -> u32 {
        let of = |name: &str| {
            let found = self.0.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
            found.map(|(_, weight)| *weight)
        };
        // Whoever says nothing of `identity` takes it, and likes it least.
        let silent = u32::from(coding == "identity");
        of(coding).or_else(|| of("*")).unwrap_or(silent)
    }
}

impl Form {
    fn new(path: &str, bytes: &Bytes, coding: Option<&'static str>) -> Option<Form> {
        let hash = Sha256::digest(bytes);
        let mut tag = String::from("\"");
        for byte in &hash[..12] {
            // A String takes every character.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
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
        Some(Form {
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

/// Whether the name holds a hash of the content, such as `portal-0a1b2c3d4e5f.wasm`: then what is under
/// that name never changes.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split('-').skip(1).any(|piece| {
        let digits = piece.bytes().take_while(u8::is_ascii_hexdigit).count();
        digits >= 12 && matches!(piece.as_bytes().get(digits), Some(b'.' | b'_'))
    })
}

fn read(
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
            read(&entry.path(), &path, found, left)?;
        } else {
            *left = left.checked_sub(about.len()).ok_or_else(|| {
                io::Error::other("the folder of the site holds far more than a site")
            })?;
            found.insert(path, std::fs::read(entry.path())?.into());
        }
    }
    Ok(())
}
