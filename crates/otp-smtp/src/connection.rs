//! Connections to a mail server: encrypted as its URL says, and bounded in memory.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::server::{Encryption, InvalidSmtpUrl, SmtpServer};

/// Most bytes that a server may send before our next command. A longer answer is none, and lettre reads a
/// line to its end, however far that is.
const MAX_ANSWER: usize = 128 * 1024;

/// Opens connections to one server.
pub(crate) struct Connector {
    server: SmtpServer,
    tls: Tls,
}

enum Tls {
    /// From the first byte on.
    Implicit(TlsConnector, ServerName<'static>),
    /// By STARTTLS, which the server must support.
    Upgrade(TlsParameters),
    /// None, to a server on this machine.
    None,
}

/// The reason there is no connection, or a connection broke.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// No connection was established, or TLS failed.
    Io(&'static str),
    /// The server refused, or what it sent is not valid.
    Smtp(SmtpError),
}

impl From<SmtpError> for ConnectError {
    fn from(error: SmtpError) -> Self {
        Self::Smtp(error)
    }
}

impl Connector {
    /// Prepares connections. The system's root certificates are read once.
    pub(crate) fn new(server: SmtpServer) -> Result<Self, InvalidSmtpUrl> {
        let host = server.host().to_owned();
        let tls = match server.encryption() {
            Encryption::Implicit => {
                let name = ServerName::try_from(host).map_err(|_| InvalidSmtpUrl::Shape)?;
                Tls::Implicit(tls_connector()?, name)
            }
            Encryption::StartTls => {
                let parameters = TlsParameters::builder(host).build_rustls();
                Tls::Upgrade(parameters.map_err(|_| InvalidSmtpUrl::Shape)?)
            }
            Encryption::None => Tls::None,
        };
        Ok(Self { server, tls })
    }

    /// Connects, encrypts and signs in.
    pub(crate) async fn connect(&self) -> Result<AsyncSmtpConnection, ConnectError> {
        let address = (self.server.host(), self.server.port());
        let tcp = TcpStream::connect(address).await;
        let tcp = tcp.map_err(|_| ConnectError::Io("the connection failed"))?;
        let peer = tcp.peer_addr();
        let peer = peer.map_err(|_| ConnectError::Io("the connection failed"))?;
        let client = ClientId::default();
        let stream: Box<dyn AsyncTokioStream> = match &self.tls {
            Tls::Implicit(connector, name) => {
                let encrypted = connector.connect(name.clone(), tcp).await;
                let encrypted = encrypted.map_err(|_| ConnectError::Io("TLS failed"))?;
                Box::new(Bounded::new(encrypted, peer))
            }
            Tls::Upgrade(_) | Tls::None => Box::new(Bounded::new(tcp, peer)),
        };
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &client).await?;
        if let Tls::Upgrade(parameters) = &self.tls {
            connection.starttls(parameters.clone(), &client).await?;
        }
        if let Some((user, password)) = self.server.credentials() {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

fn tls_connector() -> Result<TlsConnector, InvalidSmtpUrl> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| InvalidSmtpUrl::Shape)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A stream that ends with an error if an answer is longer than [`MAX_ANSWER`].
struct Bounded<S> {
    stream: S,
    peer: SocketAddr,
    /// How many bytes the server may still send before our next command.
    left: usize,
}

impl<S> Bounded<S> {
    fn new(stream: S, peer: SocketAddr) -> Self {
        Self {
            stream,
            peer,
            left: MAX_ANSWER,
        }
    }
}

impl<S> fmt::Debug for Bounded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounded").finish_non_exhaustive()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.left == 0 {
            let error = io::Error::new(io::ErrorKind::InvalidData, "the answer is too long");
            return Poll::Ready(Err(error));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        this.left = this.left.saturating_sub(buffer.filled().len() - before);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.left = MAX_ANSWER;
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> AsyncTokioStream for Bounded<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, repeat};

    use super::*;

    /// A server that sends one line without an end, and takes whatever it is sent.
    struct Endless;

    impl AsyncRead for Endless {
        fn poll_read(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut repeat(b'x')).poll_read(context, buffer)
        }
    }

    impl AsyncWrite for Endless {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn an_answer_ends_at_its_bound_and_each_command_has_one_of_its_own() {
        let mut stream = Bounded::new(Endless, ([127, 0, 0, 1], 25).into());
        for _ in 0..3 {
            let mut answer = vec![0; MAX_ANSWER];
            stream.read_exact(&mut answer).await.expect("within bounds");
            let beyond = stream.read_u8().await.expect_err("beyond");
            assert_eq!(beyond.kind(), io::ErrorKind::InvalidData);
            stream.write_all(b"NOOP\r\n").await.expect("a command");
        }
    }
}
