//! Calls over TLS, with an authority of the tests.

use std::sync::Arc;

use otp_core::ports::WebhookCaller;
use otp_core::webhook::{PrivateTargets, WebhookFailure, WebhookOutcome, WebhookVerdict};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use crate::support::{
    Connection, LONG, LOOPBACK, SHORT, ScriptedResolver, Server, assert_failed, call, caller_with,
    whole,
};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("signed"))
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("an authority");
        roots
    }

    /// Returns an acceptor with a certificate for this name, valid until the end of a year.
    fn acceptor(&self, name: &str, last_year: i32) -> TlsAcceptor {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.not_after = rcgen::date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("signed");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
            );
        TlsAcceptor::from(Arc::new(config.expect("a key of the certificate")))
    }
}

/// Starts a server with this acceptor that answers one request for each connection.
async fn serving(acceptor: TlsAcceptor) -> Server {
    Server::start(move |connection| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(connection.stream).await else {
                return;
            };
            let mut request = Vec::new();
            while whole(&request).is_none() {
                if !matches!(stream.read_buf(&mut request).await, Ok(1..)) {
                    return;
                }
            }
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            stream.write_all(answer.as_bytes()).await.expect("written");
            stream.flush().await.expect("written");
        }
    })
    .await
}

async fn outcome_with(server: &Server, roots: RootCertStore) -> WebhookOutcome {
    let resolver = ScriptedResolver::always(&[LOOPBACK]);
    let caller = caller_with(PrivateTargets::Allowed, LONG, resolver, roots);
    let url = format!("https://hooks.test:{}/", server.address.port());
    caller.call(&call(&url)).await
}

#[tokio::test]
async fn a_certificate_of_a_known_authority_is_accepted() {
    let authority = Authority::new();
    let server = serving(authority.acceptor("hooks.test", 2999)).await;
    let outcome = outcome_with(&server, authority.roots()).await;
    assert_eq!(outcome.verdict(), WebhookVerdict::Delivered);
    assert_eq!(outcome.answer.expect("an answer").excerpt(), "ok");
}

#[tokio::test]
async fn other_certificates_are_refused() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (what, acceptor) in [
        ("another host", authority.acceptor("other.test", 2999)),
        ("expired", authority.acceptor("hooks.test", 2020)),
        (
            "an unknown authority",
            stranger.acceptor("hooks.test", 2999),
        ),
    ] {
        let server = serving(acceptor).await;
        let outcome = outcome_with(&server, authority.roots()).await;
        assert_eq!(outcome.answer, Err(WebhookFailure::Tls), "{what}");
        assert_eq!(server.counts().accepted, 1, "{what}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_speak_tls_is_a_failure_of_tls() {
    let authority = Authority::new();
    let plain = Server::start(|mut connection| async move {
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        connection.closed().await;
    });
    let closing = Server::start(|mut connection| async move {
        let mut hello = [0; 16];
        connection
            .stream
            .read_exact(&mut hello)
            .await
            .expect("a handshake");
    });
    for server in [plain.await, closing.await] {
        let outcome = outcome_with(&server, authority.roots()).await;
        assert_failed(&outcome, WebhookFailure::Tls);
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_times_out() {
    let server = Server::start(Connection::closed).await;
    let resolver = ScriptedResolver::always(&[LOOPBACK]);
    let roots = Authority::new().roots();
    let caller = caller_with(PrivateTargets::Allowed, SHORT, resolver, roots);
    let url = format!("https://hooks.test:{}/", server.address.port());
    let outcome = caller.call(&call(&url)).await;
    assert_failed(&outcome, WebhookFailure::Timeout);
    server.wait(|counts| counts.ended == 1).await;
}
