//! What the two download endpoints send for an action: readable letters, what the consumer uploaded, and
//! everything that can be wrong with a download.

use crate::pdf::{self, LargePdf};
use crate::php::Value;
use crate::uploads::Upload;
use crate::wire::{Body, Delivery, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

/// What an action has to download.
#[derive(Debug, Clone, Default)]
pub enum Download {
    /// There is no document yet.
    #[default]
    NotReady,
    /// A letter as a PDF of one page: its file name, its title and its lines.
    Letter(&'static str, &'static str, Vec<String>),
    /// What the consumer uploaded: its index in the list of uploads.
    Uploaded(usize),
    /// A document of 0 bytes.
    Empty,
    /// A PDF with this `Content-Disposition` header, or without one.
    WithDisposition(Option<&'static str>),
    /// A PDF: its file name, its size in bytes and how it is delivered.
    OfSize(&'static str, u64, Delivery),
    /// The first half of a PDF, with that half's length: kept so, or cut off before it was.
    HalfPdf,
    /// Status 200 and `application/pdf`, but an HTML page of an error.
    HtmlAsPdf,
    /// An error: its status and code.
    Error(u16, &'static str),
    /// An OTD with something unusual or wrong.
    OddOtd(OddOtd),
}

/// What can be unusual or wrong about an OTD.
#[derive(Debug, Clone, Copy)]
pub enum OddOtd {
    /// Base64 in lines of 76, without padding at the end: to be tolerated.
    LinesAndNoPadding,
    /// A data URL: to be tolerated.
    DataUrl,
    /// Text that is no Base64.
    NotBase64,
    /// Base64 of something that is no PDF.
    NotPdf,
    /// A space for every `+`, as reading it from an address makes them: to be tolerated.
    SpacesForPlus,
    /// In the alphabet for addresses: to be tolerated.
    UrlAlphabet,
    /// Base64 of the first half of a PDF.
    HalfPdf,
    /// A PDF of that many bytes, made while it is sent.
    Large(u64),
}

impl Download {
    /// The response of `get_product_action_download`.
    pub fn response(&self, uploads: &[Upload]) -> Response {
        match self {
            Download::NotReady => {
                crate::faults::error(404, "NO_DOCUMENT", "there is no document yet")
            }
            Download::Letter(name, title, lines) => file(
                "application/pdf",
                Some(disposition(name)),
                letter(title, lines),
            ),
            Download::Uploaded(index) => {
                let upload = &uploads[*index];
                let name = disposition(&upload.filename);
                file(&upload.mimetype, Some(name), upload.bytes.clone())
            }
            Download::Empty => file("application/pdf", Some(disposition("leeg.pdf")), vec![]),
            Download::WithDisposition(name) => {
                let lines = ["Dit document heeft een bijzondere bestandsnaam.".to_owned()];
                file(
                    "application/pdf",
                    name.map(str::to_owned),
                    letter("Bijzondere naam", &lines),
                )
            }
            Download::OfSize(name, size, delivery) => {
                let large = LargePdf::of(name, *size);
                Response {
                    body: Body::Made {
                        length: large.size(),
                        pieces: Box::new(large.pieces()),
                    },
                    ..file("application/pdf", Some(disposition(name)), vec![])
                }
                .delivered(*delivery)
            }
            Download::HalfPdf => file("application/pdf", Some(disposition("half.pdf")), half_pdf()),
            Download::HtmlAsPdf => file(
                "application/pdf",
                Some(disposition("document.pdf")),
                crate::faults::ERROR_PAGE.into(),
            ),
            Download::Error(status, code) => {
                crate::faults::error(*status, code, "the document cannot be given")
            }
            Download::OddOtd(_) => crate::faults::error(404, "NO_DOCUMENT", "there is only an OTD"),
        }
    }

    /// The response of `get_otd_pdf`.
    pub fn otd_response(&self) -> Response {
        match self {
            Download::Letter(name, title, lines) => {
                otd(name, STANDARD.encode(letter(title, lines)))
            }
            Download::OddOtd(odd) => odd.response(),
            Download::Error(status, code) => {
                crate::faults::error(*status, code, "the OTD cannot be given")
            }
            _ => crate::faults::error(404, "NO_OTD", "this action has no OTD"),
        }
    }
}

impl OddOtd {
    fn response(self) -> Response {
        let lines = ["Hierbij geeft u ons opdracht om u te adviseren.".to_owned()];
        let pdf = letter("Opdracht tot dienstverlening", &lines);
        match self {
            OddOtd::LinesAndNoPadding => {
                let text = STANDARD_NO_PAD.encode(pdf);
                let lines: Vec<&str> = text
                    .as_bytes()
                    .chunks(76)
                    .map(|line| std::str::from_utf8(line).expect("Base64 is ASCII"))
                    .collect();
                otd("otd-regels.pdf", lines.join("\r\n"))
            }
            OddOtd::DataUrl => otd(
                "otd-data-url.pdf",
                format!("data:application/pdf;base64,{}", STANDARD.encode(pdf)),
            ),
            OddOtd::NotBase64 => otd("otd.pdf", "Dit is geen Base64: *** <otd> ***".to_owned()),
            OddOtd::NotPdf => otd("otd.pdf", STANDARD.encode(crate::faults::ERROR_PAGE)),
            OddOtd::SpacesForPlus => otd(
                "otd-spaties.pdf",
                STANDARD.encode(noisy_pdf()).replace('+', " "),
            ),
            OddOtd::UrlAlphabet => otd("otd-url.pdf", URL_SAFE.encode(noisy_pdf())),
            OddOtd::HalfPdf => otd("otd.pdf", STANDARD.encode(half_pdf())),
            OddOtd::Large(size) => large_otd(size),
        }
    }
}

/// A PDF with every character of Base64 in it.
fn noisy_pdf() -> Vec<u8> {
    LargePdf::of("Opdracht tot dienstverlening", 90_000)
        .pieces()
        .flatten()
        .collect()
}

fn half_pdf() -> Vec<u8> {
    let mut pdf = noisy_pdf();
    pdf.truncate(pdf.len() / 2);
    pdf
}

fn letter(title: &str, lines: &[String]) -> Vec<u8> {
    let mut page = vec![title.to_owned()];
    page.extend_from_slice(lines);
    pdf::document(title, &[page])
}

fn file(content_type: &str, disposition: Option<String>, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(200, content_type, bytes);
    if let Some(disposition) = disposition {
        response.headers.push(("content-disposition", disposition));
    }
    response
}

fn otd(filename: &str, raw_pdf_data: String) -> Response {
    let value = Value::map([
        ("raw_pdf_data", Value::from(raw_pdf_data)),
        ("filename", Value::from(filename)),
    ]);
    Response::json(200, value.json())
}

/// The JSON around a PDF that is too large to keep: Base64 of its pieces, slashes escaped.
fn large_otd(size: u64) -> Response {
    let escaped = |bytes: &[u8]| STANDARD.encode(bytes).replace('/', "\\/").into_bytes();
    let large = LargePdf::of("Opdracht tot dienstverlening", size);
    // Head and block are multiples of 3 long, so their Base64 can be joined.
    let mut head = b"{\"raw_pdf_data\":\"".to_vec();
    head.extend_from_slice(&escaped(&large.head));
    let block = escaped(&large.block);
    let mut tail = escaped(&large.tail);
    tail.extend_from_slice(b"\",\"filename\":\"otd-groot.pdf\"}");
    let encoded = LargePdf {
        head,
        block,
        times: large.times,
        tail,
    };
    Response {
        body: Body::Made {
            length: encoded.size(),
            pieces: Box::new(encoded.pieces()),
        },
        ..Response::json(200, "")
    }
}

/// `attachment` with that name (RFC 6266): in ASCII, and in `filename*` when that loses something.
fn disposition(name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|character| match character {
            '"' | '\\' | '%' => '_',
            ' '..='~' => character,
            _ => '_',
        })
        .collect();
    if ascii == name {
        return format!("attachment; filename=\"{ascii}\"");
    }
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).into(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::{OddOtd, disposition};

    #[test]
    fn a_name_outside_ascii_is_sent_in_filename_star() {
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"");
        assert_eq!(
            disposition("żółw 🏡.pdf"),
            "attachment; filename=\"___w _.pdf\"; \
             filename*=UTF-8''%C5%BC%C3%B3%C5%82w%20%F0%9F%8F%A1.pdf"
        );
    }

    #[test]
    fn a_large_otd_has_the_length_it_announces() {
        let response = OddOtd::Large(300_000).response();
        let length = response.body.length();
        assert_eq!(response.body.collect().len() as u64, length);
    }
}
