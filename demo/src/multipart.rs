//! Reads the one part `file` out of a `multipart/form-data` body (RFC 7578), byte for byte.

/// Why a body is refused, for the `message` of the response.
pub type Refusal = &'static str;

/// The content of the part named `file`.
pub fn file<'a>(content_type: Option<&[u8]>, body: &'a [u8]) -> Result<&'a [u8], Refusal> {
    let boundary = content_type
        .and_then(|value| std::str::from_utf8(value).ok())
        .and_then(boundary)
        .ok_or("the body is not multipart/form-data")?;
    let delimiter = [b"\r\n--", boundary.as_bytes()].concat();

    // The first delimiter has no line break before it.
    let mut rest = body
        .strip_prefix(&delimiter[2..])
        .ok_or("the body does not start with its boundary")?;
    let mut found = None;
    loop {
        if rest.starts_with(b"--") {
            return found.ok_or("there is no part named file");
        }
        rest = rest.strip_prefix(b"\r\n").ok_or("a part is malformed")?;
        let end = position(rest, &delimiter).ok_or("a part has no end")?;
        let part = &rest[..end];
        let head_end = position(part, b"\r\n\r\n").ok_or("a part has no header")?;
        if is_file(&part[..head_end]) {
            if found.is_some() {
                return Err("there is more than one part named file");
            }
            found = Some(&part[head_end + 4..]);
        }
        rest = &rest[end + delimiter.len()..];
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let mut pieces = content_type.split(';').map(str::trim);
    if !pieces.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = pieces.find_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        key.eq_ignore_ascii_case("boundary").then_some(value)
    })?;
    Some(value.trim_matches('"')).filter(|value| !value.is_empty())
}

fn is_file(head: &[u8]) -> bool {
    String::from_utf8_lossy(head).split("\r\n").any(|line| {
        let Some((key, value)) = line.split_once(':') else {
            return false;
        };
        key.trim().eq_ignore_ascii_case("content-disposition")
            && value
                .split(';')
                .any(|piece| matches!(piece.trim(), "name=\"file\"" | "name=file"))
    })
}

fn position(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    // Jumping from one possible start to the next keeps 25 MB quick in a debug build too.
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|byte| *byte == needle[0]) {
        if haystack[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::file;

    const TYPE: Option<&[u8]> = Some(b"multipart/form-data; boundary=x-1");

    #[test]
    fn the_file_part_is_found_among_others_byte_for_byte() {
        let body = b"--x-1\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nno\r\n\
            --x-1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
            Content-Type: application/pdf\r\n\r\n\r\n--x-\r\n\0\xff\r\n--x-1--\r\n";
        assert_eq!(file(TYPE, body), Ok(&b"\r\n--x-\r\n\0\xff"[..]));
    }

    #[test]
    fn an_empty_file_part_is_read_as_empty() {
        let body = b"--x-1\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--x-1--";
        assert_eq!(file(TYPE, body), Ok(&b""[..]));
    }

    #[test]
    fn a_body_that_breaks_off_anywhere_is_refused() {
        let body = b"--x-1\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n%PDF\r\n--x-1--";
        assert_eq!(file(TYPE, body), Ok(&b"%PDF"[..]));
        for end in 0..body.len() {
            assert!(file(TYPE, &body[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn any_other_body_is_refused() {
        for (content_type, body) in [
            (None, &b"--x-1--"[..]),
            (Some(&b"application/pdf"[..]), b"%PDF"),
            (TYPE, b""),
            (TYPE, b"--x-1--"),
            (
                TYPE,
                b"--x-1\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ncut off",
            ),
            (TYPE, b"--x-1\r\nno header\r\n--x-1--"),
            (
                TYPE,
                b"--x-1\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\na\r\n--x-1--",
            ),
        ] {
            assert!(file(content_type, body).is_err(), "{body:?}");
        }
    }
}
