//! What the two download endpoints give for an action: letters that open, what the consumer sent, and
//! everything that can be wrong with a download.

use crate::pdf::{self, Large};
use crate::php::Value;
use crate::uploads::Upload;
use crate::wire::{Answer, Body, Delivery};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// What there is to fetch.
#[derive(Debug, Clone, Default)]
pub enum Given {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A letter as a PDF of one page: its file name, its title and its lines.
    Letter(&'static str, &'static str, Vec<String>),
    /// What the consumer sent: its place among the uploads.
    Sent(usize),
    /// A document of no bytes.
    Blank,
    /// A PDF with this `Content-Disposition`, or none.
    Named(Option<&'static str>),
    /// A PDF of that file name and so many bytes, delivered that way.
    Sized(&'static str, u64, Delivery),
    /// Status 200 and `application/pdf`, but an HTML page of an error.
    HtmlAsPdf,
    /// An error of that status and code.
    Refused(u16, &'static str),
    /// An OTD with that peculiarity.
    OddOtd(OddOtd),
}

/// What can be peculiar or wrong about an OTD.
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
    /// So many bytes of PDF, made while it is sent.
    Large(u64),
}

impl Given {
    /// The answer of `get_product_action_download`.
    pub fn download(&self, uploads: &[Upload]) -> Answer {
        match self {
            Given::Nothing => crate::faults::error(404, "NO_DOCUMENT", "there is no document yet"),
            Given::Letter(name, title, lines) => file(
                "application/pdf",
                Some(disposition(name)),
                letter(title, lines),
            ),
            Given::Sent(place) => {
                let upload = &uploads[*place];
                let name = disposition(&upload.filename);
                file(&upload.mimetype, Some(name), upload.bytes.clone())
            }
            Given::Blank => file("application/pdf", Some(disposition("leeg.pdf")), vec![]),
            Given::Named(name) => {
                let lines = ["Dit document heeft een bijzondere bestandsnaam.".to_owned()];
                file(
                    "application/pdf",
                    name.map(str::to_owned),
                    letter("Bijzondere naam", &lines),
                )
            }
            Given::Sized(name, size, delivery) => {
                let large = Large::of(name, *size);
                Answer {
                    body: Body::Made {
                        length: large.size(),
                        pieces: Box::new(large.pieces()),
                    },
                    ..file("application/pdf", Some(disposition(name)), vec![])
                }
                .delivered(*delivery)
            }
            Given::HtmlAsPdf => file(
                "application/pdf",
                Some(disposition("document.pdf")),
                crate::faults::ERROR_PAGE.into(),
            ),
            Given::Refused(status, code) => {
                crate::faults::error(*status, code, "the document cannot be given")
            }
            Given::OddOtd(_) => crate::faults::error(404, "NO_DOCUMENT", "there is only an OTD"),
        }
    }

    /// The answer of `get_otd_pdf`.
    pub fn otd(&self) -> Answer {
        match self {
            Given::Letter(name, title, lines) => otd(name, STANDARD.encode(letter(title, lines))),
            Given::OddOtd(odd) => odd.answer(),
            Given::Refused(status, code) => {
                crate::faults::error(*status, code, "the OTD cannot be given")
            }
            _ => crate::faults::error(404, "NO_OTD", "this action has no OTD"),
        }
    }
}

impl OddOtd {
    fn answer(self) -> Answer {
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
            OddOtd::Large(size) => large_otd(size),
        }
    }
}

fn letter(title: &str, lines: &[String]) -> Vec<u8> {
    let mut page = vec![title.to_owned()];
    page.extend_from_slice(lines);
    pdf::document(title, &[page])
}

fn file(content_type: &str, disposition: Option<String>, bytes: Vec<u8>) -> Answer {
    let mut answer = Answer::new(200, content_type, bytes);
    if let Some(disposition) = disposition {
        answer.headers.push(("content-disposition", disposition));
    }
    answer
}

fn otd(filename: &str, raw_pdf_data: String) -> Answer {
    let value = Value::map([
        ("raw_pdf_data", Value::from(raw_pdf_data)),
        ("filename", Value::from(filename)),
    ]);
    Answer::json(200, value.json())
}

/// The JSON around a PDF that is too large to keep: Base64 of its pieces, slashes escaped.
fn large_otd(size: u64) -> Answer {
    let escaped = |bytes: &[u8]| STANDARD.encode(bytes).replace('/', "\\/").into_bytes();
    let large = Large::of("Opdracht tot dienstverlening", size);
    // Head and block are multiples of 3 long, so their Base64 can be joined.
    let mut head = b"{\"raw_pdf_data\":\"".to_vec();
    head.extend_from_slice(&escaped(&large.head));
    let block = escaped(&large.block);
    let mut tail = escaped(&large.tail);
    tail.extend_from_slice(b"\",\"filename\":\"otd-groot.pdf\"}");
    let encoded = Large {
        head,
        block,
        times: large.times,
        tail,
    };
    Answer {
        body: Body::Made {
            length: encoded.size(),
            pieces: Box::new(encoded.pieces()),
        },
        ..Answer::json(200, "")
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
    fn a_name_outside_ascii_travels_in_filename_star() {
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"");
        assert_eq!(
            disposition("żółw 🏡.pdf"),
            "attachment; filename=\"___w _.pdf\"; \
             filename*=UTF-8''%C5%BC%C3%B3%C5%82w%20%F0%9F%8F%A1.pdf"
        );
    }

    #[test]
    fn a_large_otd_is_as_long_as_it_says() {
        let answer = OddOtd::Large(300_000).answer();
        let length = answer.body.length();
        assert_eq!(answer.body.collect().len() as u64, length);
    }
}
