//! The HTTP servers of a gateway: that of the API, and the one of metrics and health if it has an address
//! of its own.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::dev::{Server, ServerHandle};
use otp_edge::ConnectionLimits;
use tokio::task::JoinHandle;

use crate::failure::SetupError;
use crate::settings::Http;
use crate::system;

/// Connections to metrics and health: a monitoring system and a load balancer need a few.
const INTERNAL_CONNECTIONS: usize = 256;

/// Running servers.
pub(super) struct Servers {
    api: Serving,
    internal: Option<Serving>,
}

struct Serving {
    handle: ServerHandle,
    ended: JoinHandle<io::Result<()>>,
}

impl Servers {
    /// Starts to serve.
    pub(super) fn start(api: Server, internal: Option<Server>) -> Self {
        Self {
            api: Serving::start(api),
            internal: internal.map(Serving::start),
        }
    }

    /// Returns when one of them has ended by itself.
    pub(super) async fn end(&mut self) {
        let internal = async {
            match &mut self.internal {
                Some(internal) => internal.has_ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.api.has_ended() => {}
            () = internal => {}
        }
    }

    /// Stops all of them, after their accepted requests. Health and metrics are served until the API has
    /// stopped.
    pub(super) async fn stop(self) -> io::Result<()> {
        let api = self.api.stop().await;
        match self.internal {
            Some(internal) => api.and(internal.stop().await),
            None => api,
        }
    }
}

impl Serving {
    fn start(server: Server) -> Self {
        Self {
            handle: server.handle(),
            ended: tokio::spawn(server),
        }
    }

    /// Returns when the server has ended, and leaves its result for [`stop`](Self::stop).
    async fn has_ended(&mut self) {
        let ended = (&mut self.ended).await;
        self.ended = tokio::spawn(async { result(ended) });
    }

    async fn stop(self) -> io::Result<()> {
        self.handle.stop(true).await;
        result(self.ended.await)
    }
}

/// Returns the result of a server. If it panicked, the text of the panic is left out.
fn result(ended: Result<io::Result<()>, tokio::task::JoinError>) -> io::Result<()> {
    ended.unwrap_or_else(|_| Err(io::Error::other("the HTTP server panicked")))
}

/// Binds the address, or says why it cannot be bound.
pub(crate) fn listen(address: SocketAddr) -> Result<TcpListener, SetupError> {
    TcpListener::bind(address).map_err(|error| {
        let why = if error.kind() == io::ErrorKind::AddrInUse {
            "the port is in use".to_owned()
        } else {
            error.to_string()
        };
        SetupError::new(format!("cannot listen on {address}: {why}"))
    })
}

/// Returns the limits of connections to the API.
pub(super) fn connection_limits(http: &Http) -> ConnectionLimits {
    let (total, per_ip) = within_open_files(
        http.max_connections,
        http.max_connections_per_ip,
        system::max_open_files(),
    );
    if total < http.max_connections {
        tracing::info!(
            connections = total,
            "the limit of open files allows fewer connections than http.max_connections"
        );
    }
    ConnectionLimits {
        total,
        per_ip,
        trusted_proxies: http.trusted_proxies.clone(),
    }
}

/// Returns how many connections there may be in total and from one address, if the process may open this
/// many files. One address never has all connections.
fn within_open_files(total: usize, per_ip: usize, files: usize) -> (usize, usize) {
    let total = total.min(files / 2).max(1);
    (total, per_ip.min(total / 2).max(1))
}

/// Returns the limits of connections to metrics and health.
pub(super) fn internal_connection_limits() -> ConnectionLimits {
    ConnectionLimits {
        total: INTERNAL_CONNECTIONS,
        ..ConnectionLimits::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_files_are_for_connections_and_half_of_those_for_one_address() {
        for (limits, files, expected) in [
            ((8_192, 1_024), usize::MAX, (8_192, 1_024)),
            ((8_192, 1_024), 65_536, (8_192, 1_024)),
            ((8_192, 1_024), 4_096, (2_048, 1_024)),
            ((8_192, 1_024), 1_024, (512, 256)),
            ((10, 10), 1_024, (10, 5)),
            ((1, 1), 1, (1, 1)),
        ] {
            let (total, per_ip) = limits;
            assert_eq!(within_open_files(total, per_ip, files), expected, "{files}");
        }
    }
}
