//! Connections: how many there may be, in total and from one address, and how long one may wait.
//!
//! Nothing that a client does or leaves undone holds a connection for long. actix-http times the first
//! head of a connection and closes one that is silent; but one byte of a later head ends the time of
//! silence and begins no other. [`Connection`] times the later heads. Bodies have their own deadline.

mod activity;
mod connection;
mod gate;
mod in_progress;

use crate::client_address::TrustedProxies;

pub(crate) use activity::{Activity, RequestInProgress};
pub(crate) use connection::Connection;
pub(crate) use gate::Gate;
pub use gate::{CONNECTIONS, CONNECTIONS_REFUSED};
pub use in_progress::RequestCount;

/// How many connections a server keeps open at a time.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// From all addresses together. Further ones are closed at once.
    pub total: usize,
    /// From one address, or one /64 network of IPv6. A further one replaces the one that has waited
    /// longest for a request; if none waits, it is closed at once.
    pub per_ip: usize,
    /// Their connections count in total only: they carry the requests of many clients.
    pub trusted_proxies: TrustedProxies,
}

impl ConnectionLimits {
    /// No limits, for a server that no stranger reaches.
    pub fn none() -> Self {
        Self {
            total: usize::MAX,
            per_ip: usize::MAX,
            trusted_proxies: TrustedProxies::default(),
        }
    }
}
