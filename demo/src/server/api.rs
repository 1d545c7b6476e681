//! The four endpoints over HTTP: a request becomes a value for the rules, and their response is delivered
//! as it says: late, in drops, broken off, or not at all.

use super::cors::{self, Caller};
use super::delay::Delay;
use super::recorder::RecordedRequest;
use super::{Body, ConnectionClosed, Outcome, Service, now, text_response, today};
use crate::accelerate::too_large;
use crate::faults::{UploadFault, error};
use crate::wire::{self, Delivery};
use crate::{MAX_UPLOAD, consumers, parameters};
use http_body_util::channel::Channel;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Request, Response};
use std::io;
use std::time::Duration;

/// The cookie that says who is looking.
pub const COOKIE: &str = "demo_consumer";

/// How much of a body is read at most. A browser whose document is too large gets to read why only when
/// it may finish sending; beyond this it is cut off.
const MAX_READ: usize = 8 * MAX_UPLOAD;

/// Room for the multipart headers around a document.
const MULTIPART: usize = 64 * 1024;

/// Into how many pieces a response is cut that is delivered in drops.
const DROPS: usize = 64;

impl Service {
    /// Answers a request to `/consumerportal/<endpoint>`.
    pub async fn respond_to_endpoint(&self, endpoint: &str, request: Request<Incoming>) -> Outcome {
        let (head, body) = request.into_parts();
        let headers: Vec<(String, Vec<u8>)> = head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        let query = head.uri.query().unwrap_or_default();
        let number = self.recorder.request_arrived(RecordedRequest {
            at: Duration::ZERO,
            method: head.method.to_string(),
            endpoint: endpoint.to_owned(),
            query: query.to_owned(),
            headers: headers.clone(),
            body_bytes: 0,
            status: None,
        });
        let caller = cors::caller(&head.headers, self.welcome());
        let request = wire::Request {
            method: head.method.to_string(),
            endpoint: endpoint.to_owned(),
            query: read_query(query),
            headers,
            body: Vec::new(),
            visitor: match self.config.signing {
                Some(_) => None,
                None => visitor(&head.headers),
            },
        };
        let outcome = if caller == Caller::Stranger {
            let refused = error(
                403,
                "ORIGIN_REFUSED",
                "pages of this origin may not call us",
            );
            self.deliver(refused).await
        } else if request.method == "OPTIONS" {
            let mut response = text_response(204, "");
            cors::allow_preflight(response.headers_mut());
            Ok(response)
        } else {
            let response = self.respond_to_request(request, body, number).await?;
            self.deliver(response).await
        };
        let outcome = outcome.map(|mut response| {
            cors::allow(&caller, response.headers_mut());
            self.recorder
                .response_sent(number, response.status().as_u16());
            response
        });
        if self.config.log {
            let known = [
                "getsession",
                "get_product_action_download",
                "get_otd_pdf",
                "upload_file",
            ];
            let endpoint = known.iter().find(|it| **it == endpoint).unwrap_or(&"?");
            let status = outcome
                .as_ref()
                .map_or("closed".to_owned(), |it| it.status().to_string());
            eprintln!("{} {endpoint} {status}", head.method);
        }
        outcome
    }

    fn welcome(&self) -> impl Iterator<Item = &str> {
        let broker = self.broker_origin.as_deref();
        broker
            .into_iter()
            .chain(self.config.origins.iter().map(String::as_str))
    }

    async fn respond_to_request(
        &self,
        mut request: wire::Request,
        body: Incoming,
        number: usize,
    ) -> Result<wire::Response, ConnectionClosed> {
        if request.endpoint == "upload_file" {
            // Read off the headers: some faults are about how the body is read.
            let values = self.config.conventions.header_values;
            let fault = parameters::read(&request, values)
                .ok()
                .and_then(|it| UploadFault::of(&it.filename));
            match self.read(body, fault, number).await? {
                Some(bytes) => request.body = bytes,
                None => return Ok(too_large()),
            }
        }
        if let Some(signing) = &self.config.signing
            && let Err(refused) = signing.check(&request, now() + self.config.clock_ahead)
        {
            return Ok(refused);
        }
        Ok(self.accelerate().handle(&request, today()))
    }

    /// The whole body, or `None` when it is larger than any document.
    async fn read(
        &self,
        mut body: Incoming,
        fault: Option<UploadFault>,
        number: usize,
    ) -> Result<Option<Vec<u8>>, ConnectionClosed> {
        use hyper::body::Body as _;
        let expected = body.size_hint().exact().unwrap_or(MAX_UPLOAD as u64).max(1);
        let mut bytes = Vec::new();
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            // The browser went away, or the user cancelled.
            let Ok(frame) = frame else {
                return Err(ConnectionClosed);
            };
            let Ok(data) = frame.into_data() else {
                continue;
            };
            length += data.len();
            self.recorder.body_read(number, length as u64);
            if length > MAX_READ {
                return Err(ConnectionClosed);
            }
            if length <= MAX_UPLOAD + MULTIPART {
                bytes.extend_from_slice(&data);
            }
            match fault {
                Some(UploadFault::Slow) => {
                    let share = data.len() as f64 / expected as f64;
                    self.recorder.delay().wait(share.min(1.0)).await;
                }
                Some(UploadFault::ClosedWhileReading) if length as u64 * 2 >= expected => {
                    return Err(ConnectionClosed);
                }
                _ => {}
            }
        }
        Ok((length <= MAX_UPLOAD + MULTIPART).then_some(bytes))
    }

    async fn deliver(&self, response: wire::Response) -> Outcome {
        let length = response.body.length();
        let with_length = response.delivery != Delivery::WithoutLength;
        let body = match (response.delivery, response.body) {
            (Delivery::HangUp, _) => return Err(ConnectionClosed),
            (Delivery::Slow, body) => {
                self.recorder.delay().wait(1.0).await;
                at_once(body)
            }
            (Delivery::AtOnce, body) => at_once(body),
            (Delivery::Trickle, body) => in_pieces(body, Some(self.recorder.delay().clone()), None),
            (Delivery::WithoutLength, body) => in_pieces(body, None, None),
            (Delivery::CutOff, body) => in_pieces(body, None, Some(length / 2)),
        };
        let mut builder = Response::builder().status(response.status);
        for (name, value) in response.headers {
            builder = builder.header(name, value);
        }
        if with_length {
            builder = builder.header("content-length", length);
        }
        let response = builder
            .header("cache-control", "no-store")
            .header("x-content-type-options", "nosniff")
            .body(body);
        // A document's type is the sender's text: what is no header value cannot be answered with.
        Ok(response.unwrap_or_else(|_| super::text_response(500, "")))
    }
}

fn at_once(body: wire::Body) -> Body {
    match body {
        wire::Body::Whole(bytes) => Full::new(Bytes::from(bytes))
            .map_err(|never| match never {})
            .boxed_unsync(),
        made => in_pieces(made, None, None),
    }
}

/// Sends piece by piece, slowly when there is a delay; broken off after so many bytes, when asked.
fn in_pieces(body: wire::Body, delay: Option<Delay>, break_off: Option<u64>) -> Body {
    let length = body.length().max(1);
    let pieces: Box<dyn Iterator<Item = Vec<u8>> + Send> = match body {
        wire::Body::Made { pieces, .. } => pieces,
        wire::Body::Whole(bytes) => {
            let piece = bytes.len().div_ceil(DROPS).max(1);
            let pieces: Vec<Vec<u8>> = bytes.chunks(piece).map(<[u8]>::to_vec).collect();
            Box::new(pieces.into_iter())
        }
    };
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        let mut sent = 0;
        for piece in pieces {
            if let Some(limit) = break_off
                && sent + piece.len() as u64 > limit
            {
                let rest = piece[..(limit - sent) as usize].to_vec();
                let _ = sender.send_data(Bytes::from(rest)).await;
                // What was sent must be on its way before the connection goes.
                tokio::time::sleep(Duration::from_millis(50)).await;
                sender.abort(io::Error::other("broken off on purpose"));
                return;
            }
            sent += piece.len() as u64;
            let share = piece.len() as f64 / length as f64;
            if sender.send_data(Bytes::from(piece)).await.is_err() {
                return;
            }
            if let Some(delay) = &delay {
                delay.wait(share).await;
            }
        }
    });
    body.boxed_unsync()
}

/// The consumer whose link was opened in this browser. An unknown name is nobody.
fn visitor(headers: &HeaderMap<HeaderValue>) -> Option<String> {
    let cookies = headers.get_all("cookie").into_iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && consumers::named(value).is_some())
        .map(|(_, value)| value.to_owned())
}

fn read_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key), decoded(value))
        })
        .collect()
}

/// Percent-decoded, `+` a space; what is not UTF-8 becomes something that no id holds.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        rest = tail;
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            (b'+', _, _) => bytes.push(b' '),
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::read_query;

    #[test]
    fn a_query_is_decoded() {
        let pairs = read_query("consumer_id=a%2Bb+c&ip_address=%3A%3A1&&odd&half=%4");
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("consumer_id", "a+b c"),
                ("ip_address", "::1"),
                ("odd", ""),
                ("half", "%4")
            ]
        );
    }
}
