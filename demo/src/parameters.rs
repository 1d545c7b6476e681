//! The parameters of an upload, which AccelerateConnect takes as request headers. Strict: anything
//! that the convention in force does not allow is refused by name.

use crate::wire::Request;

/// What accelerate-connect.md leaves open, each a setting.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conventions {
    /// How header values carry text.
    pub header_values: HeaderValues,
    /// How the document travels.
    pub upload_body: UploadBody,
}

/// How an upload's header values carry text outside ASCII.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeaderValues {
    /// ASCII; everything else, and `%`, percent-encoded: what a browser sends.
    #[default]
    PercentEncoded,
    /// UTF-8 as it is: what a gateway sends on to a PHP server.
    RawUtf8,
}

/// How an upload's document travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UploadBody {
    /// `multipart/form-data` with one part named `file`.
    #[default]
    Multipart,
    /// The bytes alone.
    Raw,
}

/// The parameters of one upload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub productaction_id: String,
    pub is_reupload: bool,
    pub filename: String,
    pub mimetype: String,
    pub comment: Option<String>,
}

/// The name of the parameter that is missing or wrong, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub parameter: &'static str,
    pub reason: &'static str,
}

/// Reads an upload's parameters off its headers.
pub(crate) fn read(request: &Request, values: HeaderValues) -> Result<Parameters, Invalid> {
    let required = |name| {
        text(request, name, values)?
            .filter(|value| !value.trim().is_empty())
            .ok_or(Invalid {
                parameter: name,
                reason: "is required",
            })
    };
    Ok(Parameters {
        productaction_id: required("productaction_id")?,
        is_reupload: match required("is_reupload")?.as_str() {
            "0" => false,
            "1" => true,
            _ => {
                return Err(Invalid {
                    parameter: "is_reupload",
                    reason: "must be 0 or 1",
                });
            }
        },
        filename: required("filename")?,
        mimetype: Some(required("mimetype")?)
            .filter(|value| is_mimetype(value))
            .ok_or(Invalid {
                parameter: "mimetype",
                reason: "must be a MIME type",
            })?,
        comment: text(request, "comment", values)?,
    })
}

fn text(
    request: &Request,
    parameter: &'static str,
    values: HeaderValues,
) -> Result<Option<String>, Invalid> {
    let refuse = |reason| Invalid { parameter, reason };
    let mut found = request.headers_named(parameter);
    let Some(value) = found.next() else {
        return Ok(None);
    };
    if found.next().is_some() {
        return Err(refuse("was sent twice"));
    }
    let decoded = match values {
        HeaderValues::PercentEncoded => percent_decoded(value).map_err(refuse)?,
        HeaderValues::RawUtf8 => value.to_vec(),
    };
    let decoded = String::from_utf8(decoded).map_err(|_| refuse("is not UTF-8"))?;
    Ok(Some(decoded))
}

fn percent_decoded(value: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match byte {
            b'%' => {
                let [high, low, tail @ ..] = rest else {
                    return Err("has a % that encodes nothing");
                };
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let (Some(high), Some(low)) = (digit(high), digit(low)) else {
                    return Err("has a % that encodes nothing");
                };
                decoded.push((high * 16 + low) as u8);
                rest = tail;
            }
            b' '..=b'~' => decoded.push(*byte),
            _ => return Err("must be printable ASCII"),
        }
    }
    Ok(decoded)
}

fn is_mimetype(value: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    value
        .split_once('/')
        .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

#[cfg(test)]
mod tests {
    use super::{HeaderValues, read};
    use crate::wire::Request;

    fn request(changes: &[(&str, &[u8])]) -> Request {
        let mut headers: Vec<(String, Vec<u8>)> = [
            ("productaction_id", "PRA1"),
            ("is_reupload", "0"),
            ("filename", "Um%C3%B3wa 100%25.pdf"),
            ("mimetype", "application/pdf"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect();
        for (name, value) in changes {
            headers.retain(|(key, _)| key != name);
            headers.push(((*name).to_owned(), value.to_vec()));
        }
        Request {
            headers,
            ..Request::default()
        }
    }

    #[test]
    fn percent_encoded_text_is_decoded() {
        let read = read(&request(&[]), HeaderValues::PercentEncoded).unwrap();
        assert_eq!(read.filename, "Umówa 100%.pdf");
        assert_eq!(read.comment, None);
    }

    #[test]
    fn a_wrong_value_is_refused_by_its_name() {
        for (name, value) in [
            ("productaction_id", &b""[..]),
            ("is_reupload", b"true"),
            ("filename", "Umówa.pdf".as_bytes()),
            ("filename", b"100%.pdf"),
            ("filename", b"%FF.pdf"),
            ("mimetype", b"pdf"),
            ("comment", b"tab\there"),
        ] {
            let refused = read(&request(&[(name, value)]), HeaderValues::PercentEncoded);
            assert_eq!(refused.unwrap_err().parameter, name);
        }
    }

    #[test]
    fn raw_utf8_can_be_configured() {
        let request = request(&[("filename", "Umówa 100%.pdf".as_bytes())]);
        let read = read(&request, HeaderValues::RawUtf8).unwrap();
        assert_eq!(read.filename, "Umówa 100%.pdf");
    }
}
