//! Who calls an endpoint.

use crate::session::Session;
use std::net::IpAddr;

/// The consumer who calls an endpoint.
#[derive(Debug)]
pub struct Caller {
    /// Their session.
    pub session: Session,
    /// Their address.
    pub address: IpAddr,
}

impl Caller {
    /// AccelerateConnect's id of the consumer.
    pub fn consumer_id(&self) -> &str {
        &self.session.consumer_id
    }
}
