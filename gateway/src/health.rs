//! `gateway health`: asks the gateway that runs how it is, over its listener for operations. For containers
//! without a shell, and for scripts.

use crate::settings::reachable;
use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Whether it runs: `/healthz`.
    Alive,
    /// Whether it takes requests: `/readyz`.
    Ready,
}

/// Asks the gateway whose listener for operations has that address. Gives the answer.
///
/// # Errors
/// A sentence: nobody answers there, or the answer is no.
pub async fn ask(ops_listen: SocketAddr, probe: Probe) -> Result<String, String> {
    let address = reachable(ops_listen);
    let path = match probe {
        Probe::Alive => "/healthz",
        Probe::Ready => "/readyz",
    };
    let url = format!("http://{address}{path}");
    let url = url.parse().map_err(|_| format!("{url} is no address"))?;
    let asking = async {
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let response = client.get(url).await.ok()?;
        let status = response.status();
        let body = response.into_body().collect().await.ok()?.to_bytes();
        Some((status, String::from_utf8_lossy(&body).into_owned()))
    };
    match timeout(PATIENCE, asking).await {
        Ok(Some((status, body))) if status.is_success() => Ok(body),
        Ok(Some((status, body))) => Err(format!("{status}: {body}")),
        Ok(None) | Err(_) => Err(format!("no gateway answers at {address}")),
    }
}
