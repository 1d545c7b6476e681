//! The networks: a proxy in front of the portal, with a folder for each. `/knipt/` is the portal's page as it
//! comes through that network, and what the page calls goes through it too.

use super::{Body, ConnectionClosed, Outcome, Service, redirect, text_response};
use crate::faults::ERROR_PAGE;
use crate::networks::{CUT_AFTER, Network};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;

impl Service {
    /// Answers a request on the port of the networks.
    pub async fn respond_through_network(self: Arc<Self>, request: Request<Incoming>) -> Outcome {
        let path = request.uri().path().to_owned();
        let (name, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let Some(network) = Network::named(name) else {
            return Ok(text_response(
                404,
                "Dit netwerk is niet bekend. Op /demo/ staan ze allemaal.",
            ));
        };
        if !path[1..].contains('/') {
            return Ok(redirect(&format!("/{name}/")));
        }
        let (mut head, body) = request.into_parts();
        let query = head.uri.query().map(|query| format!("?{query}"));
        let target = format!("/{rest}{}", query.unwrap_or_default());
        head.uri = target.try_into().map_err(|_| ConnectionClosed)?;
        let is_call = rest.starts_with("consumerportal/") && head.method != "OPTIONS";
        let is_upload = is_call && head.method == "POST";
        match network {
            Network::RobotCheck if is_call => {
                read(body, usize::MAX).await?;
                Ok(page(403))
            }
            Network::Forbidding if is_upload => {
                read(body, usize::MAX).await?;
                Ok(page(403))
            }
            Network::TooLarge if is_upload => {
                let bytes = read(body, usize::MAX).await?;
                match bytes.len() > CUT_AFTER {
                    true => Ok(page(413)),
                    false => self.pass_on(head, whole(bytes)).await,
                }
            }
            Network::Cutting if is_upload => {
                let bytes = read(body, CUT_AFTER).await?;
                self.pass_on(head, whole(bytes)).await
            }
            Network::Swallowing | Network::Dropping if is_upload => {
                let bytes = read(body, usize::MAX).await?;
                let service = Arc::clone(&self);
                // The browser may go away meanwhile.
                let passing = tokio::spawn(async move {
                    service.recorder.delay().wait(1.0).await;
                    service.pass_on(head, whole(bytes)).await
                });
                match network {
                    Network::Dropping => Err(ConnectionClosed),
                    _ => passing.await.map_err(|_| ConnectionClosed)?,
                }
            }
            Network::LosingAnswers if is_upload => {
                let bytes = read(body, usize::MAX).await?;
                self.pass_on(head, whole(bytes)).await?;
                Err(ConnectionClosed)
            }
            Network::WithoutUnderscores | Network::WithoutUnknown => {
                head.headers = without(&head.headers, |name| {
                    name.contains('_')
                        || (network == Network::WithoutUnknown && name == "upload-id")
                });
                self.pass_on(head, incoming(body)).await
            }
            _ => self.pass_on(head, incoming(body)).await,
        }
    }

    /// Asks the server behind the network.
    async fn pass_on(&self, mut head: Parts, body: Body) -> Outcome {
        let portal = self.portal();
        let host = portal.trim_start_matches("http://");
        let stream = tokio::net::TcpStream::connect(host).await;
        let stream = stream.map_err(|_| ConnectionClosed)?;
        let connection = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = connection.map_err(|_| ConnectionClosed)?;
        tokio::spawn(connection);
        // Behind us it is the portal's own page that calls.
        let value = |text: &str| HeaderValue::try_from(text).map_err(|_| ConnectionClosed);
        let own = self.network_origin().map(value).transpose()?;
        if own.is_some() && head.headers.get("origin") == own.as_ref() {
            head.headers.insert("origin", value(portal)?);
        }
        head.headers.insert("host", value(host)?);
        head.headers.remove("connection");
        let answer = sender.send_request(Request::from_parts(head, body)).await;
        let answer = answer.map_err(|_| ConnectionClosed)?;
        Ok(answer.map(incoming))
    }
}

/// The whole body. A connection whose body is longer than that is closed.
async fn read(mut body: Incoming, most: usize) -> Result<Vec<u8>, ConnectionClosed> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ConnectionClosed)?;
        bytes.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new()));
        if bytes.len() > most {
            return Err(ConnectionClosed);
        }
    }
    Ok(bytes)
}

fn whole(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes))
        .map_err(|never| match never {})
        .boxed_unsync()
}

fn incoming(body: Incoming) -> Body {
    body.map_err(io::Error::other).boxed_unsync()
}

fn without(headers: &HeaderMap, is_dropped: impl Fn(&str) -> bool) -> HeaderMap {
    let kept = headers
        .iter()
        .filter(|(name, _)| !is_dropped(name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A web page of whoever stands in between.
fn page(status: u16) -> Response<Body> {
    let mut response = text_response(status, ERROR_PAGE);
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert("content-type", html);
    response
}
