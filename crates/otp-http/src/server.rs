//! The HTTP server: listeners, time-outs, graceful end.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

use crate::api::Api;
use crate::envelope::envelope;

/// How long an idle connection is kept: longer than the 60 s after which common proxies give one up,
/// so that it is never closed under a request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long the head of a request may take to arrive. Bodies have their own deadline.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);

/// How long a connection that is being closed may take to say so.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// How long requests under way may take when the server is told to stop: longer than any of them may
/// take, so that what was accepted is finished.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(30);

/// Serves the API on `listeners`, with TLS if `tls` says how; `extra` mounts whatever else there
/// is; where both have a path, `extra` answers.
/// Heads are limited to 96 headers and 128 KiB by actix itself.
///
/// The server handles no signals: whoever runs it stops it through its handle, gracefully.
pub fn serve<E>(
    listeners: Vec<TcpListener>,
    tls: Option<rustls::ServerConfig>,
    api: Api,
    extra: E,
    workers: usize,
) -> io::Result<Server>
where
    E: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let configure = api.configure();
    let mut server = HttpServer::new(move || {
        App::new()
            .wrap(from_fn(envelope))
            .configure(extra.clone())
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
