//! What the four endpoints are asked: addresses, and an upload's parameters as headers. Relies on
//! nothing; the caller sends.

use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

use crate::conventions::{
    COMMENT, FILENAME, IS_REUPLOAD, IS_REUPLOAD_WITH_HYPHEN, MIMETYPE, PRODUCTACTION_ID,
    PRODUCTACTION_ID_WITH_HYPHEN, UNKNOWN_MIMETYPE,
};
use crate::problem::{Problem, ProblemKind};
use crate::session::Upload;

/// What is encoded in an address: everything but RFC 3986's unreserved characters.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What is encoded in a header: everything but printable ASCII, and `%` itself.
const IN_HEADER: &AsciiSet = &CONTROLS.add(b'%');

/// Where to GET the session. `base` is the address of the four endpoints, with or without a slash at its
/// end. The consumer and their IP address are sent when there are any; a gateway knows both by itself.
pub fn getsession_url(base: &str, consumer_id: Option<&str>, ip_address: Option<&str>) -> String {
    let mut url = endpoint(base, "getsession");
    let mut mark = '?';
    for (name, value) in [("consumer_id", consumer_id), ("ip_address", ip_address)] {
        if let Some(value) = value {
            url.push(mark);
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, IN_ADDRESS));
            mark = '&';
        }
    }
    url
}

/// Where to GET an action's document.
pub fn download_url(base: &str, productaction_id: &str) -> String {
    for_action(base, "get_product_action_download", productaction_id)
}

/// Where to GET an action's OTD.
pub fn otd_url(base: &str, productaction_id: &str) -> String {
    for_action(base, "get_otd_pdf", productaction_id)
}

/// Where to POST a document.
pub fn upload_url(base: &str) -> String {
    endpoint(base, "upload_file")
}

fn endpoint(base: &str, name: &str) -> String {
    let mut url = String::from(base);
    if !base.is_empty() && !base.ends_with('/') {
        url.push('/');
    }
    url.push_str(name);
    url
}

fn for_action(base: &str, name: &str, productaction_id: &str) -> String {
    let mut url = endpoint(base, name);
    url.push_str("?productaction_id=");
    url.extend(utf8_percent_encode(productaction_id, IN_ADDRESS));
    url
}

/// The parameters of an upload. (AccelerateConnect: one upload per action, or it is a re-upload.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadRequest<'a> {
    /// The action that the document is for.
    pub productaction_id: &'a str,
    /// Whether it replaces an earlier one.
    pub reupload: Upload,
    /// The file's name, as the consumer has it.
    pub filename: &'a str,
    /// The file's media type; empty when the browser does not know it.
    pub mimetype: &'a str,
    /// What the consumer says about it.
    pub comment: Option<&'a str>,
}

impl UploadRequest<'_> {
    /// The request headers, in [`encode_header`]'s ASCII. [`UPLOAD_ID`](crate::conventions::UPLOAD_ID) is
    /// the caller's to add: it is random.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let reupload = match self.reupload {
            Upload::First => "0",
            Upload::Again => "1",
        };
        let mimetype = if self.mimetype.trim().is_empty() {
            UNKNOWN_MIMETYPE
        } else {
            self.mimetype
        };
        let mut headers = vec![
            (PRODUCTACTION_ID, encode_header(self.productaction_id)),
            (
                PRODUCTACTION_ID_WITH_HYPHEN,
                encode_header(self.productaction_id),
            ),
            (IS_REUPLOAD, String::from(reupload)),
            (IS_REUPLOAD_WITH_HYPHEN, String::from(reupload)),
            (FILENAME, encode_header(self.filename)),
            (MIMETYPE, encode_header(mimetype)),
        ];
        let comment = encode_header(self.comment.unwrap_or_default());
        if !comment.is_empty() {
            headers.push((COMMENT, comment));
        }
        headers
    }
}

/// A text as a header value that every browser sends as it is: on one line and without control characters
/// ([`on_one_line`]), the ends trimmed, and every byte of the UTF-8 outside printable ASCII, and `%` itself,
/// percent-encoded.
pub fn encode_header(text: &str) -> String {
    utf8_percent_encode(on_one_line(text).trim(), IN_HEADER).to_string()
}

/// The text on one line: a line break, tab or the like becomes a space, and other control characters go. They
/// come with what people paste and with names that were decoded wrongly, and no header may hold them.
fn on_one_line(text: &str) -> String {
    let is_break = |c: char| matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.replace("\r\n", " ")
        .chars()
        .map(|c| if is_break(c) { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect()
}

/// The text of a header value that [`encode_header`] made. An error, when it could not have: a byte
/// outside printable ASCII, a `%` without two hexadecimal digits, or bytes that are no UTF-8. Line breaks and
/// control characters, which would let a stranger write headers of their own, are cleaned as there.
pub fn decode_header(value: &str) -> Result<String, Problem> {
    let bad = |why: &str| Problem::new(ProblemKind::Rejected, why);
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(bad("a header that is not printable ASCII"));
    }
    let bytes =
        percent_decoded(value).ok_or_else(|| bad("a header with a broken percent-encoding"))?;
    let text = String::from_utf8(bytes).map_err(|_| bad("a header that is not UTF-8"))?;
    Ok(on_one_line(&text))
}

/// The bytes that a percent-encoded text stands for; `None` when a `%` is not followed by two
/// hexadecimal digits.
pub(crate) fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let is_whole = |after: &str| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    text.split('%')
        .skip(1)
        .all(is_whole)
        .then(|| percent_decode_str(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_are_the_documented_ones_with_or_without_a_closing_slash() {
        for base in [
            "https://portal.example.nl/consumerportal",
            "https://portal.example.nl/consumerportal/",
        ] {
            let at = |path: &str| ["https://portal.example.nl/consumerportal/", path].concat();
            assert_eq!(getsession_url(base, None, None), at("getsession"));
            assert_eq!(upload_url(base), at("upload_file"));
            assert_eq!(
                download_url(base, "PRA1"),
                at("get_product_action_download?productaction_id=PRA1")
            );
            assert_eq!(
                otd_url(base, "PRA1"),
                at("get_otd_pdf?productaction_id=PRA1")
            );
        }
        assert_eq!(upload_url("consumerportal"), "consumerportal/upload_file");
        assert_eq!(upload_url("/"), "/upload_file");
        assert_eq!(upload_url(""), "upload_file");
    }

    #[test]
    fn a_consumer_and_an_ip_address_are_sent_when_there_are_any() {
        assert_eq!(
            getsession_url("c", Some("CNSR1"), Some("::1")),
            "c/getsession?consumer_id=CNSR1&ip_address=%3A%3A1"
        );
        assert_eq!(
            getsession_url("c", Some("CNSR1"), None),
            "c/getsession?consumer_id=CNSR1"
        );
        assert_eq!(
            getsession_url("c", None, Some("127.0.0.1")),
            "c/getsession?ip_address=127.0.0.1"
        );
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_address() {
        assert_eq!(
            otd_url("c", "a&token=1#/..?é %"),
            "c/get_otd_pdf?productaction_id=a%26token%3D1%23%2F..%3F%C3%A9%20%25"
        );
    }

    const UPLOAD: UploadRequest<'_> = UploadRequest {
        productaction_id: "PRA1",
        reupload: Upload::First,
        filename: "paspoort.pdf",
        mimetype: "application/pdf",
        comment: None,
    };

    #[test]
    fn an_uploads_parameters_are_headers_named_as_in_the_documentation() {
        let headers = UploadRequest {
            comment: Some("Beste,\r\nhierbij. "),
            reupload: Upload::Again,
            ..UPLOAD
        }
        .headers();
        let expected = [
            ("productaction_id", "PRA1"),
            ("productaction-id", "PRA1"),
            ("is_reupload", "1"),
            ("is-reupload", "1"),
            ("filename", "paspoort.pdf"),
            ("mimetype", "application/pdf"),
            ("comment", "Beste, hierbij."),
        ];
        assert_eq!(
            headers,
            expected.map(|(name, value)| (name, value.to_owned()))
        );
    }

    #[test]
    fn a_comment_that_says_nothing_is_left_out_and_a_type_is_always_sent() {
        let headers = UploadRequest {
            comment: Some(" \n "),
            mimetype: "",
            ..UPLOAD
        }
        .headers();
        assert_eq!(headers.len(), 6);
        assert_eq!(headers[2], ("is_reupload", "0".to_owned()));
        assert_eq!(
            headers[5],
            ("mimetype", "application/octet-stream".to_owned())
        );
    }

    #[test]
    fn a_header_is_ascii_whatever_the_text() {
        assert_eq!(
            encode_header("Żółć 100%.pdf"),
            "%C5%BB%C3%B3%C5%82%C4%87 100%25.pdf"
        );
        assert_eq!(encode_header("🏠\t"), "%F0%9F%8F%A0");
        assert_eq!(encode_header("a\tb\u{7f}"), "a b");
        assert_eq!(encode_header("a\u{b}b\u{2}c\u{89}d\0"), "a bcd");
        assert_eq!(encode_header("\r\na\r\nb\nc\rd\n"), "a b c d");
    }

    #[test]
    fn a_header_is_decoded_to_the_text_it_was() {
        assert_eq!(
            decode_header("%C5%BB%C3%B3%c5%82%C4%87 100%25.pdf").as_deref(),
            Ok("Żółć 100%.pdf")
        );
        assert_eq!(decode_header("").as_deref(), Ok(""));
        assert_eq!(
            decode_header("a%0D%0Atoken: x%0Bb%02%C2%89c%7F").as_deref(),
            Ok("a token: x bc")
        );
    }

    #[test]
    fn a_header_that_no_portal_encoded_is_refused() {
        for value in ["%", "%4", "%zz", "%+1", "é", "a\tb", "%ff", "%C3"] {
            let problem = decode_header(value).expect_err(value);
            assert_eq!(problem.kind, ProblemKind::Rejected, "{value}");
        }
    }
}
