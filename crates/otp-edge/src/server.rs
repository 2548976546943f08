//! HTTP server: listener, limits of connections, deadlines, graceful stop.

use std::fmt::Debug;
use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt};
use actix_service::{fn_service, map_config};
use actix_web::App;
use actix_web::dev::{AppConfig, Server};
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::connections::{Connection, ConnectionLimits, Gate, RequestCount};
use crate::deadlines::KEEP_ALIVE;
use crate::envelope::envelope;

/// How long the handshake of TLS may take.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(3);

/// How long a client may take to confirm that a connection is closed.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(5);

/// How long requests in progress may take after the server was asked to stop. No request takes this
/// long, so every accepted one is finished.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(30);

/// How a server serves.
pub struct ServerOptions {
    /// With TLS, if it is set.
    pub tls: Option<rustls::ServerConfig>,
    /// The number of threads.
    pub workers: usize,
    /// How many connections it keeps.
    pub connections: ConnectionLimits,
    /// Counts its requests.
    pub requests: RequestCount,
}

impl ServerOptions {
    /// One thread, without TLS and without limits of connections.
    pub fn plain() -> Self {
        Self {
            tls: None,
            workers: 1,
            connections: ConnectionLimits::none(),
            requests: RequestCount::default(),
        }
    }
}

/// A byte stream of a client, ready for HTTP.
type Accepted<Io> = (Connection<Io>, Protocol, Option<std::net::SocketAddr>);

/// Serves on `listener`. `configure` mounts the paths; the first service that is mounted at a path
/// answers it.
///
/// actix-web itself limits a head to 96 headers and 128 KiB. The server handles no signals: the
/// caller stops it through its handle.
pub fn serve<C>(listener: TcpListener, options: ServerOptions, configure: C) -> io::Result<Server>
where
    C: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    const NAME: &str = "http";
    let builder = Server::build()
        .workers(options.workers)
        .shutdown_timeout(SHUTDOWN_DEADLINE.as_secs())
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let stopping = move || {
        let stopping = stopping.clone();
        async move { stopping.notified().await }
    };
    let app = move || {
        App::new()
            .wrap(from_fn(envelope))
            .configure(configure.clone())
    };
    let gate = Gate::counting(options.connections, options.requests);
    let builder = match options.tls {
        None => builder.listen(NAME, listener, move || {
            let gate = Arc::clone(&gate);
            let accept = fn_service(move |io| accept(io, Arc::clone(&gate)));
            accept.and_then(http(app(), stopping.clone()))
        }),
        Some(mut tls) => {
            tls.alpn_protocols = vec![b"http/1.1".to_vec()];
            let acceptor = TlsAcceptor::from(Arc::new(tls));
            builder.listen(NAME, listener, move || {
                let (gate, acceptor) = (Arc::clone(&gate), acceptor.clone());
                let accept =
                    fn_service(move |io| accept_tls(io, Arc::clone(&gate), acceptor.clone()));
                accept.and_then(http(app(), stopping.clone()))
            })
        }
    };
    Ok(builder?.run())
}

async fn accept(io: TcpStream, gate: Arc<Gate>) -> Result<Accepted<TcpStream>, DispatchError> {
    let peer = io.peer_addr().ok();
    let slot = gate.admit(peer).ok_or_else(refused)?;
    Ok((Connection::new(io, slot), Protocol::Http1, peer))
}

async fn accept_tls(
    io: TcpStream,
    gate: Arc<Gate>,
    acceptor: TlsAcceptor,
) -> Result<Accepted<tokio_rustls::server::TlsStream<TcpStream>>, DispatchError> {
    let peer = io.peer_addr().ok();
    let slot = gate.admit(peer).ok_or_else(refused)?;
    let shaken = timeout(HANDSHAKE_DEADLINE, acceptor.accept(io)).await;
    let late = |_| DispatchError::Io(io::ErrorKind::TimedOut.into());
    let io = shaken.map_err(late)?.map_err(DispatchError::Io)?;
    Ok((Connection::new(io, slot), Protocol::Http1, peer))
}

fn refused() -> DispatchError {
    DispatchError::Io(io::ErrorKind::ConnectionRefused.into())
}

/// Speaks HTTP/1.1 on accepted connections, as actix-web's `HttpServer` does. That has no place for a
/// stream of another type between the socket and HTTP.
fn http<Io, A, S, B, W, F>(
    app: A,
    stopping: W,
) -> impl ServiceFactory<Accepted<Io>, Config = (), Response = (), Error = DispatchError, InitError = ()>
where
    Io: AsyncRead + AsyncWrite + Unpin + 'static,
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
    W: Fn() -> F + 'static,
    F: Future<Output = ()> + 'static,
{
    let app = app
        .into_factory()
        .map_err(|error: S::Error| error.into().error_response());
    HttpService::build()
        // Closes idle connections at a graceful stop.
        .graceful_shutdown_signal(stopping)
        .keep_alive(KEEP_ALIVE)
        // It would begin at the connect, and end connections that a client's pool opened in advance.
        // The connection itself gives each head its time.
        .client_request_timeout(Duration::ZERO)
        .client_disconnect_timeout(DISCONNECT_DEADLINE)
        .on_connect_ext(|connection: &Connection<Io>, data| {
            data.insert(Rc::clone(connection.activity()));
        })
        .finish(map_config(app, |()| AppConfig::default()))
}
