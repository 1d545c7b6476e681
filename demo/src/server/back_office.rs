//! The broker's made-up back office: asks the gateway for a consumer's link, as a broker's own systems
//! do, and opens it.

use super::{Body, Gateway, Service, redirect, text_response};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

impl Service {
    /// `/open/<name>` on the broker's port: leads to a fresh link of that consumer's.
    pub async fn redirect_to_link(&self, name: &str, gateway: &Gateway) -> Response<Body> {
        if !self.accelerate().opened(name) {
            return text_response(
                404,
                "Deze naam is niet bekend. Op /demo/ staan ze allemaal.",
            );
        }
        match link(name, gateway).await {
            Some(link) => redirect(&link),
            None => text_response(502, "De gateway geeft geen link."),
        }
    }
}

/// Asks `POST /links`.
async fn link(consumer_id: &str, gateway: &Gateway) -> Option<String> {
    let host = gateway.url.strip_prefix("http://")?;
    let stream = tokio::net::TcpStream::connect(host).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    tokio::spawn(connection);
    let request = Request::post("/links")
        .header("host", host)
        .header("authorization", format!("Bearer {}", gateway.links_key))
        .body(Full::<Bytes>::from(format!(
            "{{\"consumer_id\":\"{consumer_id}\"}}"
        )))
        .ok()?;
    let response = sender.send_request(request).await.ok()?;
    let body = response.into_body().collect().await.ok()?.to_bytes();
    // Links hold nothing that JSON would escape.
    let text = std::str::from_utf8(&body).ok()?;
    let link = text.split_once("\"link\":\"")?.1.split_once('"')?.0;
    Some(link.to_owned())
}
