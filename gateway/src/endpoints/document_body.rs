//! The body of an upload on its way to AccelerateConnect: read as a stream and written anew. What the browser
//! sent is exactly one part named `file`; what AccelerateConnect gets is the bytes of that part, between
//! boundaries and headers of ours. Nothing else of the browser's body leaves the gateway.
//!
//! multer reads the parts: of the libraries that do so with pieces as they come it is the one that is kept and
//! that axum itself uses. It takes all that is there before it gives a piece, so it gets one piece at a time.

use crate::refusal::Refusal;
use crate::relay::RelayBody;
use accelerate::conventions::FILE_PART;
use accelerate::document_kind::{self, HEAD_BYTES};
use accelerate::filename;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use http::HeaderValue;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use multer::{Field, Multipart};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

/// How much may stand before the bytes of the document: the boundary and the part's headers.
const MAX_PART_HEAD: usize = 8 * 1024;
/// What follows the headers of a part.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A document of which the beginning was read, and whose kind is known.
pub struct Document {
    /// What it is, by its first bytes.
    pub media_type: &'static str,
    beginning: Bytes,
    field: Option<Field<'static>>,
    parts: Multipart<'static>,
    /// The most bytes that the document can have, when the length of the whole body is known: as many as it
    /// has, or two more when a line break ends the body.
    most: Option<u64>,
}

/// The body of the browser's request has something else in it than one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOneDocument;

impl std::fmt::Display for NotOneDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body is something else than one document")
    }
}

impl std::error::Error for NotOneDocument {}

impl Document {
    /// Reads the beginning of a body with that `Content-Type`. `mimetype` and `name` are what the browser
    /// says of the document.
    ///
    /// # Errors
    /// [`Refusal::InvalidParameter`] when the body ends too soon or does not begin with a part named `file`, and
    /// [`Refusal::UnknownKind`] when no office takes what is in it.
    pub async fn read(
        content_type: &HeaderValue,
        mut body: RelayBody,
        mimetype: &str,
        name: &str,
    ) -> Result<Document, Refusal> {
        let boundary = content_type
            .to_str()
            .ok()
            .and_then(|it| multer::parse_boundary(it).ok())
            .ok_or(Refusal::InvalidParameter)?;
        let announced = body.size_hint().exact();
        let head = read_part_head(&mut body).await?;
        let head_length = head
            .windows(END_OF_HEAD.len())
            .position(|it| it == END_OF_HEAD)
            .ok_or(Refusal::InvalidParameter)?
            + END_OF_HEAD.len();
        let first_line = ["--", &boundary, "\r\n"].concat();
        if !head.starts_with(first_line.as_bytes()) {
            return Err(Refusal::InvalidParameter);
        }
        let around = head_length + "\r\n--".len() + boundary.len() + "--".len();
        let most = announced.and_then(|all| all.checked_sub(around as u64));
        let pieces = stream::once(std::future::ready(Ok(head)))
            .chain(body.into_data_stream())
            .boxed();
        let mut parts = Multipart::new(OneAtATime::new(pieces), boundary);
        let field = parts.next_field().await;
        let mut field = field
            .ok()
            .flatten()
            .filter(|it| it.name() == Some(FILE_PART))
            .ok_or(Refusal::InvalidParameter)?;
        let mut beginning = BytesMut::new();
        let mut is_over = false;
        let media_type = loop {
            match field.chunk().await {
                Ok(Some(piece)) => beginning.extend_from_slice(&piece),
                Ok(None) => is_over = true,
                Err(_) => return Err(Refusal::InvalidParameter),
            }
            // Most kinds are known by the first piece.
            match document_kind::media_type(&beginning, mimetype, name) {
                Some(kind) => break kind,
                None if is_over || beginning.len() >= HEAD_BYTES => {
                    return Err(Refusal::UnknownKind);
                }
                None => {}
            }
        };
        Ok(Document {
            media_type,
            beginning: beginning.freeze(),
            field: (!is_over).then_some(field),
            parts,
            most,
        })
    }

    /// The document as one part of a body with that boundary, under that name. When it turns out that the
    /// browser sent more than a document, the body breaks off before its end, and the other value is set.
    pub fn into_multipart(self, boundary: &str, name: &str) -> (Body, Refused) {
        // The name was made safe: no quotes and no control characters.
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{FILE_PART}\"; filename=\"{name}\"\r\n\
             Content-Type: {}\r\n\r\n",
            self.media_type
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let length = self
            .most
            .map(|most| most + (head.len() + tail.len()) as u64);
        self.into_body(head.into(), Some(tail.into()), length)
    }

    /// The bytes of the document alone.
    pub fn into_raw(self) -> (Body, Refused) {
        self.into_body(Bytes::new(), None, None)
    }

    fn into_body(self, head: Bytes, tail: Option<Bytes>, length: Option<u64>) -> (Body, Refused) {
        let refused = Refused::default();
        let before = [head, self.beginning].map(Ok::<_, axum::Error>);
        let rest = Rest {
            field: self.field,
            parts: self.parts,
            refused: refused.clone(),
        };
        let rest = stream::try_unfold(rest, |mut rest| async move {
            let piece = rest.next().await?;
            Ok(piece.map(|piece| (piece, rest)))
        });
        let body = DocumentBody {
            pieces: stream::iter(before).chain(rest).boxed(),
            tail,
            left: length,
            is_over: false,
            refused: refused.clone(),
        };
        (Body::new(body), refused)
    }
}

/// What is still to come of a document.
struct Rest {
    field: Option<Field<'static>>,
    parts: Multipart<'static>,
    refused: Refused,
}

impl Rest {
    /// The next bytes. `None` when the document was all there was.
    async fn next(&mut self) -> Result<Option<Bytes>, axum::Error> {
        while let Some(field) = &mut self.field {
            match field.chunk().await {
                Ok(Some(piece)) if piece.is_empty() => {}
                Ok(Some(piece)) => return Ok(Some(piece)),
                Ok(None) => self.field = None,
                Err(error) => return Err(self.broken(error)),
            }
        }
        match self.parts.next_field().await {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Err(self.refused.set()),
            Err(error) => Err(self.broken(error)),
        }
    }

    /// Why the browser's body ended: its connection, or what is in it.
    fn broken(&self, error: multer::Error) -> axum::Error {
        match error {
            multer::Error::StreamReadFailed(cause) => axum::Error::new(cause),
            _ => self.refused.set(),
        }
    }
}

/// Whether a body turned out to be something else than one document.
#[derive(Debug, Clone, Default)]
pub struct Refused(Arc<AtomicBool>);

impl Refused {
    /// Whether it did.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn set(&self) -> axum::Error {
        self.0.store(true, Ordering::Release);
        axum::Error::new(NotOneDocument)
    }
}

/// The body for AccelerateConnect. Its length is known, when that of the browser's body is: PHP behind some
/// servers takes no other.
struct DocumentBody {
    pieces: BoxStream<'static, Result<Bytes, axum::Error>>,
    /// Without it AccelerateConnect takes no body for whole. It leaves when nothing else follows.
    tail: Option<Bytes>,
    /// How many bytes are to come, at most two more than there are.
    left: Option<u64>,
    is_over: bool,
    refused: Refused,
}

impl DocumentBody {
    /// The tail, and as many bytes after it as the announced length needs: nobody reads them.
    fn end(&mut self) -> Option<Result<Frame<Bytes>, axum::Error>> {
        self.is_over = true;
        let mut tail = BytesMut::from(&self.tail.take()?[..]);
        match self.left.map(|left| left.checked_sub(tail.len() as u64)) {
            None | Some(Some(0)) => {}
            Some(Some(2)) => tail.extend_from_slice(b"\r\n"),
            Some(_) => return Some(Err(self.refused.set())),
        }
        self.left = Some(0);
        Some(Ok(Frame::data(tail.freeze())))
    }
}

impl http_body::Body for DocumentBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let Some(piece) = ready!(self.pieces.poll_next_unpin(context)).transpose()? else {
            return Poll::Ready(self.end());
        };
        if let Some(left) = &mut self.left {
            match left.checked_sub(piece.len() as u64) {
                Some(fewer) => *left = fewer,
                None => return Poll::Ready(Some(Err(self.refused.set()))),
            }
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }

    fn size_hint(&self) -> SizeHint {
        self.left
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Reads a body up to the end of its first part's headers, and what came with them.
async fn read_part_head(body: &mut RelayBody) -> Result<Bytes, Refusal> {
    let mut head = BytesMut::new();
    while !head.windows(END_OF_HEAD.len()).any(|it| it == END_OF_HEAD) {
        if head.len() > MAX_PART_HEAD {
            return Err(Refusal::InvalidParameter);
        }
        let frame = body.frame().await.ok_or(Refusal::InvalidParameter)?;
        let frame = frame.map_err(|_| Refusal::InvalidParameter)?;
        if let Ok(piece) = frame.into_data() {
            head.extend_from_slice(&piece);
        }
    }
    Ok(head.freeze())
}

/// The name of a document as AccelerateConnect gets it: without path, control and bidi characters, and with
/// an ending when it has none.
pub fn safe_name(name: &str, media_type: &str) -> String {
    filename::or(filename::safe(name), "document", Some(media_type))
}

/// A boundary that nobody can know before.
///
/// # Errors
/// When the system has no randomness to give.
pub fn random_boundary() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Internal)?;
    Ok(format!("portal-{:032x}", u128::from_be_bytes(bytes)))
}

/// Gives one piece, and then says once that the next one is not there yet.
struct OneAtATime<S> {
    pieces: S,
    pauses: bool,
}

impl<S> OneAtATime<S> {
    fn new(pieces: S) -> OneAtATime<S> {
        OneAtATime {
            pieces,
            pauses: false,
        }
    }
}

impl<S: futures_util::Stream + Unpin> futures_util::Stream for OneAtATime<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if std::mem::take(&mut self.pauses) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(self.pieces.poll_next_unpin(context));
        self.pauses = piece.is_some();
        Poll::Ready(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Collected;
    use proptest::prelude::*;
    use std::time::Duration;

    const PDF: &[u8] = b"%PDF-1.7\r\n--not-the-boundary\r\nbytes";

    async fn read(content_type: &str, body: Body) -> Result<Document, Refusal> {
        let (relay, _) = RelayBody::new(body, 1 << 20, Duration::from_secs(600));
        let content_type = HeaderValue::from_str(content_type).unwrap();
        Document::read(&content_type, relay, "image/png", "x.png").await
    }

    fn multipart(document: &[u8], end: &str) -> Vec<u8> {
        let head = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../shell.php\"\r\n\
            Content-Type: application/x-php\r\n\r\n";
        [&head[..], document, end.as_bytes()].concat()
    }

    /// The body for AccelerateConnect, from a browser's body in pieces of that size.
    async fn sent(
        body: Vec<u8>,
        piece: usize,
        is_length_known: bool,
    ) -> (Result<Bytes, axum::Error>, Option<u64>, Refused) {
        let body = if is_length_known {
            Body::from(body)
        } else {
            let pieces: Vec<_> = body.chunks(piece).map(Bytes::copy_from_slice).collect();
            Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, axum::Error>)))
        };
        let document = read("multipart/form-data; boundary=b", body).await.unwrap();
        assert_eq!(document.media_type, "application/pdf");
        let (body, refused) = document.into_multipart("ours", "loonstrook.pdf");
        let length = body.size_hint().exact();
        (
            body.collect().await.map(Collected::to_bytes),
            length,
            refused,
        )
    }

    fn ours(document: &[u8]) -> Vec<u8> {
        let head = b"--ours\r\nContent-Disposition: form-data; name=\"file\"; filename=\"loonstrook.pdf\"\r\n\
            Content-Type: application/pdf\r\n\r\n";
        [&head[..], document, b"\r\n--ours--\r\n"].concat()
    }

    #[tokio::test]
    async fn a_document_is_written_anew_with_nothing_of_the_browsers_around_it() {
        for piece in [1, 3, 7, 1_000] {
            for end in [
                "\r\n--b--\r\n",
                "\r\n--b--",
                "\r\n--b--\r\nand more that nobody reads",
            ] {
                let (body, length, refused) = sent(multipart(PDF, end), piece, false).await;
                assert_eq!(
                    (&body.unwrap()[..], length),
                    (&ours(PDF)[..], None),
                    "{piece}"
                );
                assert!(!refused.is_set());
            }
        }
    }

    #[tokio::test]
    async fn a_known_length_is_announced_and_kept() {
        let (body, length, _) = sent(multipart(PDF, "\r\n--b--"), 0, true).await;
        let body = body.unwrap();
        assert_eq!(body, ours(PDF));
        assert_eq!(length, Some(body.len() as u64));
        let (body, length, _) = sent(multipart(PDF, "\r\n--b--\r\n"), 0, true).await;
        let body = body.unwrap();
        assert_eq!(body, [&ours(PDF)[..], b"\r\n"].concat());
        assert_eq!(length, Some(body.len() as u64));
    }

    #[tokio::test]
    async fn a_second_part_breaks_the_body_off_before_its_end() {
        let second = "\r\n--b\r\nContent-Disposition: form-data; name=\"consumer_id\"\r\n\r\nCNSR2\r\n--b--\r\n";
        for is_length_known in [true, false] {
            let (body, _, refused) = sent(multipart(PDF, second), 9, is_length_known).await;
            assert!(body.is_err() && refused.is_set());
        }
    }

    #[tokio::test]
    async fn what_is_no_document_is_refused_before_anything_leaves() {
        let other_first =
            b"--b\r\nContent-Disposition: form-data; name=\"productaction_id\"\r\n\r\nPRA2\r\n--b--\r\n";
        for (content_type, body, refusal) in [
            (
                "multipart/form-data",
                multipart(PDF, "\r\n--b--"),
                Refusal::InvalidParameter,
            ),
            (
                "multipart/form-data; boundary=c",
                multipart(PDF, "\r\n--b--"),
                Refusal::InvalidParameter,
            ),
            (
                "multipart/form-data; boundary=b",
                other_first.to_vec(),
                Refusal::InvalidParameter,
            ),
            (
                "multipart/form-data; boundary=b",
                PDF.to_vec(),
                Refusal::InvalidParameter,
            ),
            (
                "multipart/form-data; boundary=b",
                Vec::new(),
                Refusal::InvalidParameter,
            ),
            (
                "multipart/form-data; boundary=b",
                vec![b'x'; 100_000],
                Refusal::InvalidParameter,
            ),
            (
                "multipart/form-data; boundary=b",
                multipart(b"<?php", "\r\n--b--"),
                Refusal::UnknownKind,
            ),
            (
                "multipart/form-data; boundary=b",
                multipart(b"", "\r\n--b--"),
                Refusal::UnknownKind,
            ),
        ] {
            let read = read(content_type, Body::from(body.clone())).await;
            assert_eq!(read.err(), Some(refusal), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn a_name_has_no_path_no_hidden_characters_and_an_ending() {
        for (name, safe) in [
            ("../../shell.php", "shell.php"),
            ("C:\\Users\\jan\\loonstrook.pdf", "loonstrook.pdf"),
            ("loon\u{202E}fdp.exe", "loonfdp.exe"),
            ("a\"; filename=\"b.pdf", "a_; filename=_b.pdf"),
            ("document", "document.pdf"),
            ("..", "document.pdf"),
        ] {
            assert_eq!(safe_name(name, "application/pdf"), safe);
        }
    }

    proptest! {
        #[test]
        fn any_document_arrives_as_it_is(
            rest in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), any::<u8>()], 0..300),
            piece in 1usize..50,
        ) {
            let document = [b"%PDF-", &rest[..]].concat();
            prop_assume!(!document.windows(5).any(|it| it == b"\r\n--b"));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let (body, ..) = runtime.block_on(sent(multipart(&document, "\r\n--b--\r\n"), piece, false));
            prop_assert_eq!(&body.unwrap()[..], &ours(&document)[..]);
        }

        #[test]
        fn no_body_makes_it_panic(text in "multipart/form-data[ -~]{0,60}", body in ".{0,200}") {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                if let Ok(document) = read(&text, Body::from(body)).await {
                    let _ = document.into_raw().0.collect().await;
                }
            });
        }
    }
}
