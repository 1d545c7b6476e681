//! `gateway revoke`: closes all links and sessions of a consumer from the command line. A store that several
//! copies share is changed directly. Any other store belongs to the gateway that runs, which is asked over its
//! own address; when none runs, the file is changed directly.

use crate::links::{self, check_consumer_id};
use crate::records::Records;
use crate::settings::{Settings, StoreSettings, reachable};
use crate::store;
use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How long a store or a gateway may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why nothing was closed.
#[derive(Debug)]
pub enum RevokeError {
    /// The text cannot be a consumer's id.
    InvalidConsumerId,
    /// The store cannot be opened or asked.
    Store(String),
    /// No gateway answers at that address, and without one there is nothing to change.
    NoGateway(SocketAddr),
    /// The gateway that runs refused, with that status.
    Refused(StatusCode),
}

impl fmt::Display for RevokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RevokeError::InvalidConsumerId => links::InvalidConsumerId.fmt(f),
            RevokeError::Store(why) => f.write_str(why),
            RevokeError::NoGateway(address) => write!(f, "no gateway answers at {address}"),
            RevokeError::Refused(status) => write!(
                f,
                "the gateway that runs refused ({status}): does it have the same configuration?"
            ),
        }
    }
}

impl std::error::Error for RevokeError {}

/// Closes all links and sessions of a consumer that there are now.
///
/// # Errors
/// [`RevokeError`]: nothing was closed.
pub async fn revoke(settings: &Settings, consumer_id: &str) -> Result<(), RevokeError> {
    check_consumer_id(consumer_id).map_err(|_| RevokeError::InvalidConsumerId)?;
    if matches!(settings.store, StoreSettings::Redis(_)) {
        return change_store(settings, consumer_id).await;
    }
    match (ask_gateway(settings, consumer_id).await, &settings.store) {
        (Err(RevokeError::NoGateway(_)), StoreSettings::File(_)) => {
            change_store(settings, consumer_id).await
        }
        (outcome, _) => outcome,
    }
}

async fn change_store(settings: &Settings, consumer_id: &str) -> Result<(), RevokeError> {
    let store = store::open(&settings.store);
    let store = store.map_err(|error| RevokeError::Store(error.to_string()))?;
    let away = || RevokeError::Store("the store does not answer".to_owned());
    timeout(PATIENCE, store.available())
        .await
        .map_err(|_| away())?;
    Records::new(store, settings)
        .end_consumer(consumer_id, SystemTime::now())
        .await
        .map_err(|_| away())
}

async fn ask_gateway(settings: &Settings, consumer_id: &str) -> Result<(), RevokeError> {
    let address = reachable(settings.listen);
    let no_gateway = || RevokeError::NoGateway(address);
    let token = links::command_token(settings, SystemTime::now()).ok_or_else(no_gateway)?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("consumer_id", consumer_id)
        .finish();
    let request = Request::builder()
        .method(Method::DELETE)
        .uri(format!("http://{address}/links?{query}"))
        .header(header::HOST, settings.public_url.authority())
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .map_err(|_| no_gateway())?;
    let client: Client<HttpConnector, Body> =
        Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let response = timeout(PATIENCE, client.request(request))
        .await
        .map_err(|_| no_gateway())?
        .map_err(|_| no_gateway())?;
    match response.status() {
        StatusCode::NO_CONTENT => Ok(()),
        status => Err(RevokeError::Refused(status)),
    }
}
