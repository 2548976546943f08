//! HTTP server: listeners, deadlines, graceful stop.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

use crate::envelope::envelope;

/// How long an idle connection is kept. Common proxies close one after 60 s, so the server never
/// closes a connection that a proxy is about to use.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long the head of a request may take to arrive. Bodies have their own deadline.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);

/// How long a client may take to confirm that a connection is closed.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// How long requests in progress may take after the server was asked to stop. No request takes this
/// long, so every accepted one is finished.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(30);

/// Serves on `listeners`, with TLS if `tls` is set. `configure` mounts the paths; the first service
/// that is mounted at a path answers it.
///
/// actix-web itself limits a head to 96 headers and 128 KiB. The server handles no signals: the
/// caller stops it through its handle.
pub fn serve<C>(
    listeners: Vec<TcpListener>,
    tls: Option<rustls::ServerConfig>,
    configure: C,
    workers: usize,
) -> io::Result<Server>
where
    C: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let mut server = HttpServer::new(move || {
        App::new()
            .wrap(from_fn(envelope))
            .configure(configure.clone())
    })
    .workers(workers)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD_DEADLINE)
    .client_disconnect_timeout(DISCONNECT_DEADLINE)
    .shutdown_timeout(SHUTDOWN_DEADLINE.as_secs())
    .disable_signals();
    for listener in listeners {
        server = match &tls {
            Some(tls) => server.listen_rustls_0_23(listener, tls.clone())?,
            None => server.listen(listener)?,
        };
    }
    Ok(server.run())
}
